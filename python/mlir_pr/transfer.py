# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""A model of a similar device as the start of a new one.

What a few dozen measurements cannot teach, another device's model knows: which work
binds where, and what the forest found beside it. What they can teach is how fast this
device is: the weights of the base are moved, first all together, then each as far as
the measurements insist. The work is counted on the new target's steps, so that a
larger array is not only a faster one. Where the other device's rows are at hand, a
forest learns what bases leave from both devices at once, and a base may be fitted to
the other's rows again, of fewer terms: two terms that are always alike on one array are
not on another, and who chose between them never had to know. Cross-validation decides
whether the result is better than starting anew.
"""
from __future__ import annotations

import json
import warnings
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Mapping, Sequence

import numpy as np
import numpy.typing as npt
from scipy import optimize

from mlir_pr import _core

if TYPE_CHECKING:
    from sklearn.gaussian_process import GaussianProcessRegressor

FloatArray = npt.NDArray[np.float64]

#: How far weights may go from their common factor: their logarithm is held as by
#: a measurement that says "not at all" with an error of e.
HOLD = 1.0
#: Where the work of units is counted on the new machine, weights only say how units
#: overlap, and there is little reason for another.
FIRM_HOLD = 10.0
_EXPECTED_ERROR = 0.03
#: How firmly a line through logarithms is held at no gain with any count: the weight of its
#: squared slopes beside the squared errors.
_MOVES = 0.3
#: Logarithms that vary by less than this are alike.
_CONSTANT = 1e-9
#: Layers that others are compared with: more take minutes, and hardly need the other device.
_MOST_NEARBY = 300
#: What a few dozen measurements can carry.
_LEAN = ("launch", "macs", "operations", "input_bytes", "weight_bytes", "output_bytes")
#: Features that say the same of two arrays of different sizes: shares and ratios, plateaus
#: counted.
_SIZELESS = ("fill_", "base_", "twos_", "log_macs_per_", "log_tile_", "intensity")


@dataclass(frozen=True)
class Source:
    """What another bundle knows of one kind, and what it learned that from."""

    model_id: str
    target: str
    lattice: _core.Lattice
    base: _core.Base
    features: list[str]
    forest: _core.Forest | None
    #: Empty where only the bundle is at hand.
    layers: list[_core.Layer]
    latencies: FloatArray
    #: All layers that it was measured on: what several models may be asked about.
    every: list[_core.Layer]
    #: What those took, by their texts.
    measured: Mapping[str, float] = field(default_factory=dict)

    def latency_of(self, layers: Sequence[_core.Layer]) -> FloatArray:
        """What it measured; what its model says, where it was not measured."""
        unknown = [layer for layer in layers if layer.text not in self.measured]
        said = iter(_predict(self.base, self, unknown, self.lattice, with_forest=True)
                    if unknown else ())
        return np.array([self.measured[layer.text] if layer.text in self.measured else next(said)
                         for layer in layers], dtype=np.float64)

    def fits(self, lattice: _core.Lattice) -> bool:
        """Whether its base and its forest can be asked about layers on this lattice."""
        counts = set(terms_of(self.base))
        if any(term.startswith("unit_") for term in counts) and not self._has_units_of(lattice):
            return False
        return self.forest is None or set(self.features) <= set(_core.feature_names(lattice))

    def shared_terms(self, lattice: _core.Lattice) -> dict[str, list[str]]:
        """Term sets of which a base may be fitted again, by name: what mean the same on
        both devices."""
        terms = [term for term in _core.work_terms(lattice)
                 if term in set(_core.work_terms(self.lattice))]
        sets = {"lean": [term for term in terms if term in _LEAN]}
        if self._has_units_of(lattice):
            sets["units"] = [term for term in terms if term == "launch" or term.startswith("unit_")]
        return sets

    def shared_features(self, lattice: _core.Lattice) -> list[str]:
        """What a forest of both devices may read. Where steps differ, a size means another
        number of plateaus on the other device."""
        other = set(_core.feature_names(self.lattice))
        names = [name for name in _core.feature_names(lattice) if name in other]
        if _widths(self.lattice) == _widths(lattice):
            return names
        return [name for name in names if name.startswith(_SIZELESS)]

    def _has_units_of(self, lattice: _core.Lattice) -> bool:
        """Terms name units by number."""
        units = _units(lattice)
        return bool(units) and units == _units(self.lattice)


def source_of(estimator: _core.Estimator, kind: str, every: Sequence[_core.Layer] = (),
              latencies: FloatArray = np.empty(0), again: Sequence[int] = ()) -> Source | None:
    """None where the bundle has no model of the kind. `every`: what it learned from,
    `again`: the places of the ones to learn from again."""
    entry = estimator.kinds.get(kind)
    if entry is None or entry["reason"]:
        return None
    return Source(estimator.model_id, estimator.target.name, entry["lattice"], entry["base"],
                  entry["features"], entry["forest"] if entry["trees"] else None,
                  [every[i] for i in again], latencies[list(again)], list(every),
                  {layer.text: latency for layer, latency in zip(every, latencies)})


@dataclass(frozen=True)
class MovedMeasurements:
    """What the other device took for a layer, times what the measurements say that this one
    gains: with each kind of work along a line through logarithms, and beside that line as much as
    measured layers nearby do. It knows of the other's rows what no model of them does, and is no
    model itself."""

    source: Source
    line: FloatArray
    #: Mean and spread of what varied in the measurements.
    center: FloatArray
    scale: FloatArray
    nearby: GaussianProcessRegressor

    @classmethod
    def fit(cls, source: Source, layers: Sequence[_core.Layer], latencies: FloatArray
            ) -> MovedMeasurements:
        from sklearn.gaussian_process import GaussianProcessRegressor  # a second to import
        from sklearn.gaussian_process.kernels import ConstantKernel, Matern, WhiteKernel
        work = _logs(source, layers)
        columns = np.column_stack([work, _extents(layers)])
        center, scale = columns.mean(axis=0), columns.std(axis=0)
        scale[scale < _CONSTANT] = np.inf
        matrix = np.column_stack([np.ones(len(layers)), work - center[:work.shape[1]]])
        held = np.eye(matrix.shape[1]) * _MOVES
        held[0, 0] = 0.0
        gains = np.log(latencies) - work[:, 0]
        line = np.linalg.solve(matrix.T @ matrix + held, matrix.T @ gains)
        nearby = GaussianProcessRegressor(ConstantKernel(0.1) * Matern(1.5, (0.3, 20.0), nu=1.5)
                                          + WhiteKernel(0.01))
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of bounds: errors may be all noise, or none
            some = slice(None, None, -(-len(layers) // _MOST_NEARBY))
            nearby.fit(((columns - center) / scale)[some], (gains - matrix @ line)[some])
        return cls(source, line, center, scale, nearby)

    def predict(self, layers: Sequence[_core.Layer]) -> FloatArray:
        work = _logs(self.source, layers)
        columns = np.column_stack([work, _extents(layers)])
        gains = self.line[0] + (work - self.center[:work.shape[1]]) @ self.line[1:] \
            + self.nearby.predict((columns - self.center) / self.scale)
        return np.asarray(np.exp(work[:, 0] + gains))


def _logs(source: Source, layers: Sequence[_core.Layer]) -> FloatArray:
    """Of what the other device took, and of each kind of work."""
    work = np.array([[layer.work[name] for name in sorted(layer.work)] for layer in layers],
                    dtype=np.float64)
    other = np.maximum(source.latency_of(layers), 1.0)
    return np.column_stack([np.log(other), np.log1p(work)])


def _extents(layers: Sequence[_core.Layer]) -> FloatArray:
    return np.log1p(np.array([list(layer.dims.values()) for layer in layers], dtype=np.float64))


def adapted_base(source: Source, layers: Sequence[_core.Layer], latencies: FloatArray,
                 lattice: _core.Lattice, with_forest: bool, hold: float = HOLD) -> _core.Base:
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
        return np.concatenate([np.log(found / latencies) / _EXPECTED_ERROR, hold * moves])

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


def terms_of(base: _core.Base) -> list[str]:
    """Of all branches and cases, each as often as it is there."""
    return [term for branches in (base.branches, *base.cases.values())
            for branch in branches for term in branch]


def _weights(base: _core.Base) -> int:
    return len(terms_of(base))


def _scaled(base: _core.Base, kind: str, factors: FloatArray) -> _core.Base:
    """Its weights times the factors, in the order of its text."""
    left = iter(factors)

    def scaled(value: Any) -> Any:
        if isinstance(value, dict):
            return {name: scaled(inner) for name, inner in value.items()}
        if isinstance(value, list):
            return [scaled(inner) for inner in value]
        return float(value * next(left))

    return _core.Base.from_json(json.dumps(scaled(json.loads(base.to_json()))), kind)


def _units(lattice: _core.Lattice) -> list[str]:
    return list(json.loads(lattice.to_json()).get("unit_work", {}).get("units", []))


def _widths(lattice: _core.Lattice) -> list[tuple[str, str, int]]:
    return sorted((step["dim"], step["resource"], step["width"])
                  for step in json.loads(lattice.to_json())["steps"])
