# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Campaigns that measure where a model is least sure.

After a first part of the budget, drawn as any other, the rest is spent in rounds: of many
layers, those are measured next on which forests trained on resampled rows
disagree most (rounds.py).
"""
from __future__ import annotations

from dataclasses import replace
from typing import Iterable, Sequence

import numpy as np

from mlir_pr import _core, baselines
from mlir_pr.runner import PlannedLayer
from mlir_pr.store import Measurement, latency_of, merge
from mlir_pr.kindmodel import Row

#: Of the budget, before the first round.
FIRST_SHARE = 0.4
ROUNDS = 5
#: Layers to choose one from.
POOL = 8
_FORESTS = 4
_FOREST = "plain forest"


def sizes(count: int) -> list[int]:
    """How many layers the first part and every round measure."""
    first = round(FIRST_SHARE * count)
    ends = np.linspace(first, count, ROUNDS + 1).round().astype(int)
    return [first, *np.diff(ends).tolist()]


def most_uncertain(pool: Sequence[PlannedLayer], rows: Sequence[Measurement], count: int,
                   target: _core.TargetInfo, seed: int) -> list[PlannedLayer]:
    """`count` of the pool; the first ones where a kind has nothing to learn from."""
    known = known_rows(rows)
    if not known:
        return list(pool[:count])
    layers = [_core.Layer.parse(planned.layer) for planned in pool]
    spread = _disagreement(known, layers, target, seed)
    return chosen_of(pool, np.argsort(-spread, kind="stable")[:count])


def chosen_of(pool: Sequence[PlannedLayer], places: Iterable[int]) -> list[PlannedLayer]:
    """Those in these places, in the pool's order: chosen, and so no longer independent."""
    return [replace(pool[i], role="pr") if pool[i].role == "independent" else pool[i]
            for i in sorted(places)]


def known_rows(rows: Sequence[Measurement]) -> list[Row]:
    """One of each layer."""
    return [Row(_core.Layer.parse(entry.measurement.layer), float(latency_of(entry.measurement)))
            for entry in merge(rows)]


def _disagreement(rows: Sequence[Row], layers: Sequence[_core.Layer], target: _core.TargetInfo,
                  seed: int) -> np.ndarray:
    """Standard deviation of the logarithm of latency over the forests; a kind
    without rows is as uncertain as can be."""
    random = np.random.RandomState(seed)
    logarithms = []
    for number in range(_FORESTS):
        resampled = [rows[i] for i in random.randint(len(rows), size=len(rows))]
        predicted = baselines.fit(_FOREST, resampled, target, seed + number).predict(layers)
        logarithms.append(np.log(np.maximum(predicted, 1e-300)))
    return np.nan_to_num(np.std(logarithms, axis=0), nan=np.inf)
