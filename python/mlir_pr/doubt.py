# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Layers of which nobody measured the like: where bases that saw different rows disagree.

A latency is a maximum of sums, and a sum that binds rarely is seldom drawn. Bases that are looked
for in different rows explain these as well as each other, and part where no row held them.
"""
from __future__ import annotations

from typing import Sequence

import numpy as np

from mlir_pr import _core, active
from mlir_pr.kindmodel import FloatArray, KindData, Options, Row, folds_of, legal_rows, prepare
from mlir_pr.planning import divided
from mlir_pr.runner import PlannedLayer
from mlir_pr.store import Measurement

#: Of bases that are fitted only to be compared.
_BRANCHES = 3


def most_doubted(pool: Sequence[PlannedLayer], rows: Sequence[Measurement], count: int,
                 target: _core.TargetInfo) -> list[PlannedLayer]:
    """`count` of the pool, of each kind as large a share as it has there; the first ones of a kind
    with too little to learn from."""
    known = legal_rows(active.known_rows(rows), target)
    kinds = [_core.Layer.parse(one.layer).kind for one in pool]
    names = sorted(set(kinds))
    chosen: list[int] = []
    for name, size in zip(names, divided(count, [kinds.count(name) for name in names])):
        own = [i for i, kind in enumerate(kinds) if kind == name]
        doubts = _disagreement([row for row in known if row.layer.kind == name],
                               [_core.Layer.parse(pool[i].layer) for i in own], target.lattice(name))
        chosen += [own[i] for i in np.argsort(-doubts, kind="stable")[:size]]
    return active.chosen_of(pool, chosen)


def _disagreement(rows: Sequence[Row], layers: Sequence[_core.Layer],
                  lattice: _core.Lattice) -> FloatArray:
    """Standard deviation of the logarithm of latency over bases of the folds."""
    options = Options()
    data = prepare(lattice.kind, lattice, rows)
    if np.unique(data.groups).size < 2 * options.fewest_groups:
        return np.zeros(len(layers))
    logs = [np.log(np.maximum(_base_of(data.take(seen)).predict(layers, lattice), 1.0))
            for seen, _ in folds_of(data, options)]
    return np.asarray(np.std(logs, axis=0))


def _base_of(data: KindData) -> _core.Base:
    """With terms of its own choice: what differs is what the rows leave open."""
    return _core.fit_base(data.layers, data.latencies, data.lattice, data.groups,
                          max_branches=_BRANCHES)[0]
