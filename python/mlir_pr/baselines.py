# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""What the model is compared with, fitted to the same rows.

| name              | what                                                         |
|-------------------|--------------------------------------------------------------|
| paper             | boosted trees on the dimensions of representatives, asked at |
|                   | the representative (METHOD part A)                           |
| plain forest      | the same trees on the dimensions as they are                 |
| rate forest       | the same trees on the dimensions as they are, of the rate:   |
|                   | arithmetic a unit of time (ANNETTE's statistical models)     |
| paper, rates      | the same on representatives, asked at the representative     |
| linear            | linear regression on work counts                             |
| roofline          | the best rate seen of arithmetic and of bytes; the slower    |
| refined roofline  | the same over the used share of the stepped dimensions       |
|                   | where arithmetic binds (METHOD C)                            |
| ANNETTE mixed     | a random forest of what the refined roofline leaves, on      |
|                   | dimensions and work: after ANNETTE's mixed models            |
| MLP               | a perceptron of four times 64, as VPUNN's fast one, on the   |
|                   | log of dimensions and work                                   |
| nearest neighbour | the measured layer that is closest in the log of dimensions  |
"""
from __future__ import annotations

import warnings
from typing import Callable, Mapping, Protocol, Sequence

import numpy as np
import numpy.typing as npt
import xgboost

from mlir_pr import _core
from mlir_pr.kindmodel import ForestShape, Row, fit_xgboost, model_layer

FloatArray = npt.NDArray[np.float64]

#: Of all forests without a base.
PLAIN_SHAPE = ForestShape(300, 6, 0.1)


class Predictor(Protocol):
    def __call__(self, layers: Sequence[_core.Layer]) -> FloatArray: ...


class Baseline:
    """One baseline for all kinds of a target. Layers of kinds it was not fitted
    to get NaN."""

    def __init__(self, name: str, by_kind: Mapping[str, Predictor],
                 target: _core.TargetInfo) -> None:
        self.name = name
        self._by_kind = by_kind
        self._target = target

    def predict(self, layers: Sequence[_core.Layer]) -> FloatArray:
        """In the target's unit."""
        result = np.full(len(layers), np.nan)
        for kind, predictor in self._by_kind.items():
            own = [i for i, layer in enumerate(layers) if layer.kind == kind]
            if own:
                result[own] = predictor([model_layer(layers[i], self._target) for i in own])
        return result


def fit(name: str, rows: Sequence[Row], target: _core.TargetInfo, seed: int = 0) -> Baseline:
    """The baseline of that name (a key of FITTERS)."""
    by_kind: dict[str, Predictor] = {}
    for kind in sorted({row.layer.kind for row in rows}):
        own = sorted((Row(model_layer(row.layer, target), row.latency)
                      for row in rows if row.layer.kind == kind),
                     key=lambda row: (row.layer.text, row.latency))
        by_kind[kind] = FITTERS[name](own, target.lattice(kind), seed)
    return Baseline(name, by_kind, target)


# -- Forests without a base ------------------------------------------------------


def _dims(layers: Sequence[_core.Layer]) -> npt.NDArray[np.float32]:
    """What a table of the layers holds: dimensions and widths of types."""
    rows = [[*layer.dims.values(), *_bits(layer)] for layer in layers]
    return np.array(rows, dtype=np.float32)


def _bits(layer: _core.Layer) -> list[float]:
    operands, results = layer.types.split(" -> ")
    names = [operands.split(", ")[0], results.split(", ")[0]]
    return [float("".join(c for c in name if c.isdigit())[:3] or 64) for name in names]


def _plain_forest(rows: Sequence[Row], lattice: _core.Lattice, seed: int) -> Predictor:
    target = np.log([row.latency for row in rows])
    model = xgboost.Booster({"nthread": 1})
    model.load_model(bytearray(fit_xgboost(_dims([row.layer for row in rows]), target,
                                           PLAIN_SHAPE, seed, float(target.mean()))))
    return lambda layers: np.exp(
        model.predict(xgboost.DMatrix(_dims(layers))).astype(np.float64))


def _rate_forest(rows: Sequence[Row], lattice: _core.Lattice, seed: int) -> Predictor:
    amounts = _amount([row.layer for row in rows])
    inner = _plain_forest([Row(row.layer, row.latency / amount)
                           for row, amount in zip(rows, amounts)], lattice, seed)
    return lambda layers: np.asarray(inner(layers) * _amount(layers))


def _amount(layers: Sequence[_core.Layer]) -> FloatArray:
    """What a rate is a rate of: arithmetic, or bytes where there is none."""
    arithmetic = _arithmetic(layers)
    return np.where(arithmetic > 0, arithmetic, _bytes(layers))


def _at_representatives(inner: Callable[[Sequence[Row], _core.Lattice, int], Predictor]
                        ) -> Callable[[Sequence[Row], _core.Lattice, int], Predictor]:
    """Learns from representatives and is asked at them."""
    def fit_it(rows: Sequence[Row], lattice: _core.Lattice, seed: int) -> Predictor:
        fitted = inner([Row(lattice.representative(row.layer), row.latency) for row in rows],
                       lattice, seed)
        return lambda layers: fitted([lattice.representative(layer) for layer in layers])
    return fit_it


# -- Analytic --------------------------------------------------------------------


def _arithmetic(layers: Sequence[_core.Layer]) -> FloatArray:
    return np.array([layer.work["useful_macs"] + layer.work["operations"] for layer in layers],
                    dtype=np.float64)


def _bytes(layers: Sequence[_core.Layer]) -> FloatArray:
    return np.array([layer.work["input_bytes"] + layer.work["weight_bytes"]
                     + layer.work["output_bytes"] for layer in layers], dtype=np.float64)


def _linear(rows: Sequence[Row], lattice: _core.Lattice, seed: int) -> Predictor:
    def columns(layers: Sequence[_core.Layer]) -> FloatArray:
        work = [[1.0, one["useful_macs"], one["operations"], one["input_bytes"], one["weight_bytes"],
                 one["output_bytes"]] for one in (layer.work for layer in layers)]
        return np.array(work, dtype=np.float64)
    matrix = columns([row.layer for row in rows])
    scale = np.maximum(np.abs(matrix).max(axis=0), 1.0)
    latencies = np.array([row.latency for row in rows])
    weights = np.linalg.lstsq(matrix / scale, latencies, rcond=None)[0] / scale
    # A regression may go below zero for small layers; no latency does.
    return lambda layers: np.maximum(columns(layers) @ weights, latencies.min() * 1e-3)


def _best_rates(rows: Sequence[Row]) -> tuple[float, float]:
    latencies = np.array([row.latency for row in rows])
    layers = [row.layer for row in rows]
    return (float((_arithmetic(layers) / latencies).max()),
            float((_bytes(layers) / latencies).max()))


def _roofline(rows: Sequence[Row], lattice: _core.Lattice, seed: int) -> Predictor:
    peak, bandwidth = _best_rates(rows)

    def predict(layers: Sequence[_core.Layer]) -> FloatArray:
        compute = _arithmetic(layers) / peak if peak > 0 else np.zeros(len(layers))
        return np.asarray(np.maximum(compute, _bytes(layers) / bandwidth))
    return predict


def _refined_roofline(rows: Sequence[Row], lattice: _core.Lattice, seed: int) -> Predictor:
    peak, bandwidth = _best_rates(rows)

    def predict(layers: Sequence[_core.Layer]) -> FloatArray:
        traffic = _bytes(layers) / bandwidth
        compute = _arithmetic(layers) / peak if peak > 0 else np.zeros(len(layers))
        used = np.array([1 - lattice.waste(layer) for layer in layers])
        return np.where(compute > traffic, compute / used, traffic)
    return predict


def _log_work(layers: Sequence[_core.Layer]) -> FloatArray:
    """The log of dimensions and of work counts."""
    work = np.stack([_arithmetic(layers), _bytes(layers)], axis=1)
    return np.asarray(np.log1p(np.hstack([_dims(layers).astype(np.float64), work])))


def _annette_mixed(rows: Sequence[Row], lattice: _core.Lattice, seed: int) -> Predictor:
    from sklearn.ensemble import RandomForestRegressor  # a second to import
    analytic = _refined_roofline(rows, lattice, seed)
    layers = [row.layer for row in rows]
    left = np.log(np.array([row.latency for row in rows]) / np.maximum(analytic(layers), 1e-9))
    forest = RandomForestRegressor(n_estimators=100, min_samples_leaf=2, random_state=seed)
    forest.fit(_log_work(layers), left)
    return lambda layers: np.asarray(analytic(layers) * np.exp(forest.predict(_log_work(layers))))


def _perceptron(rows: Sequence[Row], lattice: _core.Lattice, seed: int) -> Predictor:
    from sklearn.exceptions import ConvergenceWarning
    from sklearn.neural_network import MLPRegressor
    inputs, target = _log_work([row.layer for row in rows]), np.log([row.latency for row in rows])
    mean, scale = inputs.mean(axis=0), np.maximum(inputs.std(axis=0), 1e-9)
    middle, spread = target.mean(), max(float(target.std()), 1e-9)
    net = MLPRegressor((64,) * 4, max_iter=1000, batch_size=min(64, len(rows)), random_state=seed)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)  # a thousand epochs are what it gets
        net.fit((inputs - mean) / scale, (target - middle) / spread)
    # Beyond a factor of ten it only guesses: its logarithm would explode.
    low, high = target.min() - np.log(10), target.max() + np.log(10)
    return lambda layers: np.exp(np.clip(
        middle + spread * net.predict((_log_work(layers) - mean) / scale), low, high))


def _nearest(rows: Sequence[Row], lattice: _core.Lattice, seed: int) -> Predictor:
    known = np.log1p(_dims([row.layer for row in rows]).astype(np.float64))
    latencies = np.array([row.latency for row in rows])

    def predict(layers: Sequence[_core.Layer]) -> FloatArray:
        asked = np.log1p(_dims(layers).astype(np.float64))
        nearest = [int(((known - one) ** 2).sum(axis=1).argmin()) for one in asked]
        return np.asarray(latencies[nearest])
    return predict


FITTERS: dict[str, Callable[[Sequence[Row], _core.Lattice, int], Predictor]] = {
    "paper": _at_representatives(_plain_forest),
    "plain forest": _plain_forest,
    "paper, rates": _at_representatives(_rate_forest),
    "rate forest": _rate_forest,
    "linear": _linear,
    "roofline": _roofline,
    "refined roofline": _refined_roofline,
    "ANNETTE mixed": _annette_mixed,
    "MLP": _perceptron,
    "nearest neighbour": _nearest,
}
