# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""From measurements to a model bundle: pure functions, no files.

Per layer kind: a base is fitted (its terms and branches chosen by
cross-validation), then forests on the log of what it leaves are tried by
cross-validation over the same groups, and kept only where they help. The errors
of the winner on the rows it had not seen calibrate the interval; the model itself
is then fitted to all rows. Rows of one plateau are one group: they share their
query point, and a split between them would flatter.

The same rows, options and seed give the same bytes.
"""
from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any, Mapping, Sequence

import numpy as np
import numpy.typing as npt
import xgboost

from mlir_pr import _core
from mlir_pr.metrics import error_metrics

FloatArray = npt.NDArray[np.float64]

#: A forest must lower the error by this share to be worth its bytes.
_WORTHWHILE = 0.02
#: Relative error below which a base is taken for exact.
_EXACT = 1e-6
#: Beyond this many rows trees are grown on histograms.
_MOST_ROWS_EXACT_TREES = 2000


@dataclass(frozen=True)
class Row:
    """One measured layer. Latency and spread in the target's unit."""

    layer: _core.Layer
    latency: float
    lower: float | None = None
    upper: float | None = None


@dataclass(frozen=True)
class ForestShape:
    trees: int
    depth: int
    eta: float


@dataclass(frozen=True)
class Options:
    seed: int = 0
    folds: int = 5
    #: Fewer plateaus measured than this give no model of a kind: an interval of
    #: 90 % needs nine held-out errors, and a base a few parameters.
    fewest_groups: int = 12
    max_branches: int = 4
    forests: tuple[ForestShape, ...] = (
        ForestShape(100, 3, 0.1), ForestShape(300, 4, 0.05), ForestShape(300, 6, 0.05))


@dataclass(frozen=True)
class Trained:
    bundle: bytes
    card: dict[str, Any]


@dataclass
class _KindData:
    """The rows of one kind as the model sees them."""

    kind: str
    lattice: _core.Lattice
    rows: list[Row]
    latencies: FloatArray
    groups: npt.NDArray[np.int64]

    @property
    def layers(self) -> list[_core.Layer]:
        return [row.layer for row in self.rows]

    def take(self, index: npt.NDArray[np.int64]) -> _KindData:
        return _KindData(self.kind, self.lattice, [self.rows[i] for i in index],
                         self.latencies[index], self.groups[index])


@dataclass
class _Fitted:
    """A base and, where it helps, a forest."""

    base: _core.Base
    features: list[str] = field(default_factory=list)
    forest: _core.Forest | None = None

    def predict(self, data: _KindData) -> FloatArray:
        base = self.base.predict(data.layers, data.lattice)
        if self.forest is None:
            return base
        matrix = _core.feature_matrix(data.layers, data.lattice, self.base, self.features)
        return np.asarray(base * np.exp(self.forest.predict(matrix).astype(np.float64)))


def train(rows: Sequence[Row], target: _core.TargetInfo, options: Options = Options(),
          provenance: Mapping[str, Any] | None = None) -> Trained:
    """A bundle for the target from rows with one latency a layer."""
    builder = _core.BundleBuilder(target)
    kinds: dict[str, Any] = {}
    for kind in sorted({*target.kinds, *(row.layer.kind for row in rows)}):
        kinds[kind] = _train_kind(builder, kind, rows, target, options)
    card = {
        "schema": 1,
        "target": target.name,
        "parameters": target.parameters,
        "description_hash": target.description_hash,
        "unit": "cycles" if target.counts_cycles else "ps",
        "clock_khz": target.clock_khz,
        "seed": options.seed,
        "folds": options.folds,
        "versions": {"bundle_schema": _core.schema_version(), "numpy": np.__version__,
                     "xgboost": xgboost.__version__},
        "provenance": dict(provenance or {}),
        "kinds": kinds,
    }
    builder.set_card(json.dumps(card, sort_keys=True))
    return Trained(builder.build(), card)


def model_layer(layer: _core.Layer, target: _core.TargetInfo) -> _core.Layer:
    """The layer without the epilogue that costs nothing on the target: what a
    measurement of it is a measurement of."""
    free = set(target.free_epilogue(layer.kind))
    epilogue = layer.options.get("epilogue")
    if epilogue is None or not free:
        return layer
    options = dict(layer.options)
    kept = [op for op in epilogue.split("+") if op not in free]
    if kept:
        options["epilogue"] = "+".join(kept)
    else:
        del options["epilogue"]
    return _core.Layer.from_fields(layer.kind, layer.dims, options, layer.types)


# -- One kind ------------------------------------------------------------------


def _train_kind(builder: _core.BundleBuilder, kind: str, rows: Sequence[Row],
                target: _core.TargetInfo, options: Options) -> dict[str, Any]:
    own = [row for row in rows if row.layer.kind == kind]
    legal = [Row(model_layer(row.layer, target), row.latency, row.lower, row.upper)
             for row in own if not target.why_illegal(row.layer)]
    data = _prepare(kind, target.lattice(kind), legal)
    card: dict[str, Any] = {"rows": len(own), "illegal_rows": len(own) - len(legal),
                            "plateaus": _count(data.groups)}
    if _count(data.groups) < options.fewest_groups:
        reason = (f"{_count(data.groups) or 'no'} different layers of this kind were measured, "
                  f"a model needs at least {options.fewest_groups}")
        if data.rows:
            builder.add_measured_kind(data.lattice, [_exact_row(row) for row in data.rows], reason)
        else:
            builder.add_absent_kind(kind, reason)
        return {**card, "status": "measured_only" if data.rows else "absent", "reason": reason}
    model, held_out, comparison = _choose(data, options)
    interval = _core.Interval.calibrate(held_out, data.latencies)
    builder.add_kind(data.lattice, model.base, data.layers, interval, model.forest,
                     model.features, [_exact_row(row) for row in data.rows])
    return {**card, "status": "trained", **comparison,
            "lattice": json.loads(data.lattice.to_json())["steps"],
            "domain": _domain(data.layers),
            "types": sorted({layer.types for layer in data.layers}),
            "base": model.base.text,
            "features": model.features,
            "trees": model.forest.num_trees if model.forest else 0,
            "held_out": error_metrics(data.latencies, held_out).as_json()}


def _prepare(kind: str, lattice: _core.Lattice, rows: Sequence[Row]) -> _KindData:
    # The order of arrival must not matter.
    ordered = sorted(rows, key=lambda row: (row.layer.text, row.latency))
    plateaus = [lattice.query_point(row.layer).shape_key for row in ordered]
    numbers = {name: i for i, name in enumerate(sorted(set(plateaus)))}
    return _KindData(kind, lattice, ordered,
                     np.array([row.latency for row in ordered], dtype=np.float64),
                     np.array([numbers[name] for name in plateaus], dtype=np.int64))


def _exact_row(row: Row) -> tuple[_core.Layer, float, float, float]:
    lower = row.latency if row.lower is None else min(row.lower, row.latency)
    upper = row.latency if row.upper is None else max(row.upper, row.latency)
    return row.layer, row.latency, lower, upper


def _domain(layers: Sequence[_core.Layer]) -> dict[str, list[int]]:
    return {dim: [min(layer.dims[dim] for layer in layers),
                  max(layer.dims[dim] for layer in layers)] for dim in layers[0].dims}


def _count(groups: npt.NDArray[np.int64]) -> int:
    return int(np.unique(groups).size)


# -- Choosing ------------------------------------------------------------------


def _choose(data: _KindData, options: Options) -> tuple[_Fitted, FloatArray, dict[str, Any]]:
    """The model fitted to all rows, the predictions of its like for rows held
    out, and what was compared."""
    base, compared = _core.fit_base(data.layers, data.latencies, data.lattice,
                                    data.groups, max_branches=options.max_branches,
                                    folds=options.folds, seed=options.seed)
    chosen = next(row for row in compared if row["chosen"])
    folds = _folds(data, options)
    bases = [_core.fit_base(part.layers, part.latencies, part.lattice, part.groups,
                            terms=chosen["terms"], branches=chosen["branches"],
                            seed=options.seed)[0]
             for part in (data.take(seen) for seen, _ in folds)]
    best_shape: ForestShape | None = None
    best = _held_out(data, folds, bases, None, options)
    best_error = _mape(best, data.latencies)
    trials: list[dict[str, Any]] = [{"forest": None, "mape": best_error}]
    for shape in options.forests if best_error > _EXACT else ():
        predicted = _held_out(data, folds, bases, shape, options)
        error = _mape(predicted, data.latencies)
        trials.append({"forest": vars(shape), "mape": error})
        if error < best_error * (1 - _WORTHWHILE):
            best_shape, best, best_error = shape, predicted, error
    comparison = {
        "base_compared": [{key: row[key] for key in ("branches", "term_set", "cv_error", "chosen")}
                          for row in compared],
        "forest_compared": trials,
    }
    return _fit_forest(data, base, best_shape, options), best, comparison


def _folds(data: _KindData, options: Options
           ) -> list[tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]]:
    """Seen and held-out rows; a group is held out as a whole."""
    names = np.unique(data.groups)
    order = np.random.RandomState(options.seed).permutation(names.size)
    fold_of = np.empty(names.size, dtype=np.int64)
    fold_of[order] = np.arange(names.size) % min(options.folds, names.size)
    row_fold = fold_of[np.searchsorted(names, data.groups)]
    return [(np.flatnonzero(row_fold != fold), np.flatnonzero(row_fold == fold))
            for fold in range(int(row_fold.max()) + 1)]


def _held_out(data: _KindData,
              folds: Sequence[tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]],
              bases: Sequence[_core.Base], shape: ForestShape | None,
              options: Options) -> FloatArray:
    predicted = np.empty_like(data.latencies)
    for (seen, unseen), base in zip(folds, bases):
        model = _fit_forest(data.take(seen), base, shape, options)
        predicted[unseen] = model.predict(data.take(unseen))
    # A base may be zero where it saw nothing alike; an error needs a number.
    return np.maximum(predicted, 1.0)


def _mape(predicted: FloatArray, measured: FloatArray) -> float:
    return float(np.mean(np.abs(predicted / measured - 1)))


# -- Forests -------------------------------------------------------------------


def _fit_forest(data: _KindData, base: _core.Base, shape: ForestShape | None,
                options: Options) -> _Fitted:
    if shape is None:
        return _Fitted(base)
    names = _core.feature_names(data.lattice)
    matrix = _core.feature_matrix(data.layers, data.lattice, base, names)
    kept = _distinct_columns(matrix)
    if not kept:
        return _Fitted(base)
    names, matrix = [names[i] for i in kept], np.ascontiguousarray(matrix[:, kept])
    residual = np.log(data.latencies
                      / np.maximum(base.predict(data.layers, data.lattice), 1.0))
    model = fit_xgboost(matrix, residual, shape, options.seed, base_score=0.0)
    return _Fitted(base, names, _core.Forest.from_xgboost(model))


def _distinct_columns(matrix: npt.NDArray[np.float32]) -> list[int]:
    """Columns that vary and do not order the rows as an earlier one does: a tree
    could do nothing with the others."""
    kept: dict[bytes, int] = {}
    for i, column in enumerate(matrix.T):
        ranks = np.unique(column, return_inverse=True, equal_nan=True)[1]
        if ranks.max() > 0:
            kept.setdefault(ranks.tobytes(), i)
    return list(kept.values())


def fit_xgboost(matrix: npt.NDArray[np.float32], target: FloatArray, shape: ForestShape,
                seed: int, base_score: float) -> bytes:
    """An XGBoost model as UBJ. Everything that could differ between two runs or
    two versions is stated: one thread, the seed, the base score."""
    parameters = {
        "objective": "reg:squarederror", "max_depth": shape.depth, "eta": shape.eta,
        "base_score": base_score, "nthread": 1, "seed": seed,
        "tree_method": "exact" if len(target) <= _MOST_ROWS_EXACT_TREES else "hist",
    }
    booster = xgboost.train(parameters, xgboost.DMatrix(matrix, target), shape.trees)
    return bytes(booster.save_raw("ubj"))
