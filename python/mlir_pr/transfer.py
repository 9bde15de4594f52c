# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""A model of a similar device as the start of a new one.

What a few dozen measurements cannot teach, another device's model knows: which work
binds where, and what the forest found beside it. What they can teach is how fast this
device is: the weights of the base are moved, first all together, then each as far as
the measurements insist. The work is counted on the new target's steps, so that a
larger array is not only a faster one. Cross-validation decides whether the result
is better than starting anew, with or without the other's forest.
"""
from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Sequence

import numpy as np
import numpy.typing as npt
from scipy import optimize

from mlir_pr import _core

FloatArray = npt.NDArray[np.float64]

#: How far weights may go from their common factor: their logarithm is held as by
#: a measurement that says "not at all" with an error of e.
_HOLD = 1.0
_EXPECTED_ERROR = 0.03


@dataclass(frozen=True)
class Source:
    """What another bundle knows of one kind."""

    model_id: str
    target: str
    base: _core.Base
    features: list[str]
    forest: _core.Forest | None

    def fits(self, lattice: _core.Lattice) -> bool:
        """Whether its forest can be asked about layers on this lattice."""
        return self.forest is None or set(self.features) <= set(_core.feature_names(lattice))


def source_of(estimator: _core.Estimator, kind: str) -> Source | None:
    """None where the bundle has no model of the kind."""
    entry = estimator.kinds.get(kind)
    if entry is None or entry["reason"]:
        return None
    return Source(estimator.model_id, estimator.target.name, entry["base"], entry["features"],
                  entry["forest"] if entry["trees"] else None)


def adapted_base(source: Source, layers: Sequence[_core.Layer], latencies: FloatArray,
                 lattice: _core.Lattice, with_forest: bool) -> _core.Base:
    """The other's base with weights moved towards the measurements. `with_forest`: the
    forest will multiply it, so that is what has to agree."""
    start = _scaled(source.base, lattice.kind, np.ones(_weights(source.base)))
    factor = 1.0
    for _ in range(3):  # the forest reads the base, so the factor moves it a little
        start = _scaled(source.base, lattice.kind, np.full(_weights(source.base), factor))
        ratio = latencies / _predict(start, source, layers, lattice, with_forest)
        factor *= float(np.exp(np.median(np.log(ratio))))

    def residuals(moves: FloatArray) -> FloatArray:
        base = _scaled(source.base, lattice.kind, factor * np.exp(moves))
        found = _predict(base, source, layers, lattice, with_forest)
        return np.concatenate([np.log(found / latencies) / _EXPECTED_ERROR, _HOLD * moves])

    solved = optimize.least_squares(residuals, np.zeros(_weights(source.base)), loss="soft_l1",
                                    diff_step=1e-3, max_nfev=12)
    return _scaled(source.base, lattice.kind, factor * np.exp(solved.x))


def _predict(base: _core.Base, source: Source, layers: Sequence[_core.Layer],
             lattice: _core.Lattice, with_forest: bool) -> FloatArray:
    latency = np.maximum(base.predict(layers, lattice), 1e-6)
    if not with_forest or source.forest is None:
        return latency
    matrix = _core.feature_matrix(layers, lattice, base, source.features)
    return np.asarray(latency * np.exp(source.forest.predict(matrix).astype(np.float64)))


def _weights(base: _core.Base) -> int:
    return sum(len(branch) for branch in base.branches)


def _scaled(base: _core.Base, kind: str, factors: FloatArray) -> _core.Base:
    left = iter(factors)
    branches = [{term: float(weight * next(left)) for term, weight in branch.items()}
                for branch in base.branches]
    return _core.Base.from_json(json.dumps({"branches": branches}), kind)
