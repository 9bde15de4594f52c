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
from dataclasses import dataclass, field, replace
from typing import Any, Mapping, Sequence

import numpy as np
import numpy.typing as npt
import xgboost

from mlir_pr import _core, totals, transfer
from mlir_pr.metrics import error_metrics
from mlir_pr.tablesteps import find_steps, settle_plateaus

FloatArray = npt.NDArray[np.float64]
_Folds = list[tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]]

#: A forest must lower the error by this share to be worth its bytes.
_WORTHWHILE = 0.02
#: Relative error below which a base is taken for exact.
_EXACT = 1e-6
#: The share of errors that are not outliers.
_ORDINARY = 0.95
#: Fewer rows drawn independently do not calibrate an interval by themselves.
_FEWEST_INDEPENDENT = 100
#: Fewer errors do not tell where they are large.
_FEWEST_ROWS_SPREAD = 120
#: Beyond this many rows trees are grown on histograms.
_MOST_ROWS_EXACT_TREES = 2000


@dataclass(frozen=True)
class Row:
    """One measured layer. Latency and spread in the target's unit."""

    layer: _core.Layer
    latency: float
    lower: float | None = None
    upper: float | None = None
    #: Drawn from the domain without regard to the others, and not moved since: what a
    #: layer that is asked about later is like.
    independent: bool = False


@dataclass(frozen=True)
class ForestShape:
    trees: int
    depth: int
    eta: float
    #: Of rows for each tree, of features for each split.
    row_share: float = 1.0
    feature_share: float = 1.0


_SPREAD_SHAPE = ForestShape(60, 3, 0.1, 0.6, 0.4)


@dataclass(frozen=True)
class Options:
    seed: int = 0
    folds: int = 5
    #: Fewer plateaus measured than this give no model of a kind: an interval of
    #: 90 % needs nine held-out errors, and a base a few parameters.
    fewest_groups: int = 12
    max_branches: int = 6
    forests: tuple[ForestShape, ...] = (
        ForestShape(100, 3, 0.1), ForestShape(300, 4, 0.05, 0.6, 0.4),
        ForestShape(300, 6, 0.05, 0.6, 0.4))


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
          provenance: Mapping[str, Any] | None = None,
          similar: _core.Estimator | None = None) -> Trained:
    """A bundle for the target from rows with one latency a layer. `similar`: the
    model of a similar device, to start from where that is better."""
    builder = _core.BundleBuilder(target)
    kinds: dict[str, Any] = {}
    for kind in sorted({*target.kinds, *(row.layer.kind for row in rows)}):
        source = None if similar is None else transfer.source_of(similar, kind)
        kinds[kind] = _train_kind(builder, kind, rows, target, options, source)
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
                target: _core.TargetInfo, options: Options,
                source: transfer.Source | None) -> dict[str, Any]:
    own = [row for row in rows if row.layer.kind == kind]
    legal = [replace(row, layer=model_layer(row.layer, target))
             for row in own if not target.why_illegal(row.layer)]
    data = _prepare(kind, target.lattice(kind), legal)
    if not target.description_hash:
        data = _with_found_steps(data)
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
    if source is not None and source.fits(data.lattice):
        model, held_out, comparison = _choose_source(data, source, model, held_out, comparison,
                                                     options)
    spread, scales = _fit_spread(data, model, held_out, options)
    judges = _judges(data)
    truth = data.latencies[judges]
    # As if held out of a model of all rows: what calibrates the interval.
    kept = truth * (held_out[judges] / truth) ** comparison["less_data"]
    scales = scales[judges] if scales.size else scales
    interval = _core.Interval.calibrate(kept, truth, scales)
    builder.add_kind(data.lattice, model.base, data.layers, interval, model.forest,
                     model.features, [_exact_row(row) for row in data.rows], spread)
    lattice = json.loads(data.lattice.to_json())
    return {**card, "status": "trained", **comparison,
            "lattice": lattice["steps"],
            "units": lattice.get("unit_work", {}).get("units", []),
            "domain": _domain(data.layers),
            "types": sorted({layer.types for layer in data.layers}),
            "base": model.base.text,
            "features": model.features,
            "trees": model.forest.num_trees if model.forest else 0,
            "local_intervals": spread is not None,
            "calibrated_on": int(judges.size),
            **totals.for_card([data.layers[i] for i in judges], kept, truth, interval, scales),
            "held_out": error_metrics(data.latencies, held_out).as_json()}


def _prepare(kind: str, lattice: _core.Lattice, rows: Sequence[Row]) -> _KindData:
    # The order of arrival must not matter.
    ordered = sorted(rows, key=lambda row: (row.layer.text, row.latency))
    plateaus = [lattice.query_point(row.layer).shape_key for row in ordered]
    numbers = {name: i for i, name in enumerate(sorted(set(plateaus)))}
    return _KindData(kind, lattice, ordered,
                     np.array([row.latency for row in ordered], dtype=np.float64),
                     np.array([numbers[name] for name in plateaus], dtype=np.int64))


def _with_found_steps(data: _KindData) -> _KindData:
    """Of a target without a description, the rows are the last word on steps."""
    args = data.layers, data.latencies, data.groups
    lattice = settle_plateaus(*args, find_steps(*args, data.lattice))
    # Query points, and so groups, follow from the lattice.
    return _prepare(data.kind, lattice, data.rows)


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
    bases = [_fit_chosen(data.take(seen), chosen, base, options) for seen, _ in folds]
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
        "less_data": _less_data(data, base, folds, chosen, best_shape, best, options),
        "base_compared": [{key: row[key] for key in ("branches", "term_set", "cv_error", "chosen")}
                          for row in compared],
        "forest_compared": trials,
    }
    return _fit_forest(data, base, best_shape, options), best, comparison


def _choose_source(data: _KindData, source: transfer.Source, model: _Fitted,
                   held_out: FloatArray, comparison: dict[str, Any], options: Options
                   ) -> tuple[_Fitted, FloatArray, dict[str, Any]]:
    """The model that was trained anew, or the similar device's where its like was
    closer to rows held out."""
    best_error = _mape(held_out, data.latencies)
    trials = [{"start": "anew", "mape": best_error}]
    chosen, less_data = "anew", comparison["less_data"]
    for with_forest in (False, True) if source.forest else (False,):
        predicted = np.empty_like(data.latencies)
        for seen, unseen in _folds(data, options):
            part = _adapted(data.take(seen), source, with_forest)
            predicted[unseen] = part.predict(data.take(unseen))
        predicted = np.maximum(predicted, 1.0)
        error = _mape(predicted, data.latencies)
        name = f"base{' and forest' if with_forest else ''} of {source.target}"
        trials.append({"start": name, "mape": error})
        if error < best_error * (1 - _WORTHWHILE):
            best_error, held_out, chosen, less_data = error, predicted, name, 1.0
            model = _adapted(data, source, with_forest)
    return model, held_out, {
        **comparison, "less_data": less_data,
        "transfer": {"model": source.model_id, "target": source.target, "chosen": chosen,
                     "compared": trials}}


def _adapted(data: _KindData, source: transfer.Source, with_forest: bool) -> _Fitted:
    base = transfer.adapted_base(source, data.layers, data.latencies, data.lattice, with_forest)
    return _Fitted(base, list(source.features), source.forest) if with_forest else _Fitted(base)


def _judges(data: _KindData) -> npt.NDArray[np.int64]:
    """The rows whose held-out errors are like those of layers asked about later: those
    drawn independently, or all where too few are known to be. Others were chosen to cover
    the domain: one of them that is held out is farther from the rest than a fresh layer is."""
    independent = np.array([i for i, row in enumerate(data.rows) if row.independent], np.int64)
    return independent if independent.size >= _FEWEST_INDEPENDENT else np.arange(len(data.rows))


def _less_data(data: _KindData, base: _core.Base, folds: _Folds, chosen: Mapping[str, Any],
               shape: ForestShape | None, held_out: FloatArray, options: Options) -> float:
    """By what factor errors shrink from those of the folds to those of a model of all
    rows: along the power law that the folds and models of half of the rows lie on. Intervals
    would be too wide otherwise."""
    if len(data.rows) < _FEWEST_ROWS_SPREAD:
        return 1.0
    halves = _folds(data, replace(options, folds=2))
    bases = [_fit_chosen(data.take(seen), chosen, base, options) for seen, _ in halves]
    half = _log_error(_held_out(data, halves, bases, shape, options), data)
    fold = _log_error(held_out, data)
    if fold < _EXACT:
        return 1.0
    seen = 1 - 1 / len(folds)
    exponent = np.clip(np.log(half / fold) / np.log(seen / 0.5), 0, 1)
    return float(seen ** exponent)


def _log_error(predicted: FloatArray, data: _KindData) -> float:
    """Outliers do not shrink with more data, and must not hide what does."""
    judges = _judges(data)
    errors = np.abs(np.log(np.maximum(predicted[judges], 1.0) / data.latencies[judges]))
    return float(np.mean(np.minimum(errors, np.quantile(errors, _ORDINARY))))


def _fit_chosen(data: _KindData, chosen: Mapping[str, Any], whole: _core.Base,
                options: Options) -> _core.Base:
    """The like of the base of all rows, fitted to fewer: in the same optimum unless there is
    a better one. Which one a fit ends in is luck, and no property of the rows left out."""
    return _core.fit_base(data.layers, data.latencies, data.lattice, data.groups,
                          terms=chosen["terms"], branches=chosen["branches"],
                          seed=options.seed, start=whole)[0]


def _folds(data: _KindData, options: Options) -> _Folds:
    """Seen and held-out rows; a group is held out as a whole."""
    names = np.unique(data.groups)
    order = np.random.RandomState(options.seed).permutation(names.size)
    fold_of = np.empty(names.size, dtype=np.int64)
    fold_of[order] = np.arange(names.size) % min(options.folds, names.size)
    row_fold = fold_of[np.searchsorted(names, data.groups)]
    return [(np.flatnonzero(row_fold != fold), np.flatnonzero(row_fold == fold))
            for fold in range(int(row_fold.max()) + 1)]


def _held_out(data: _KindData, folds: _Folds, bases: Sequence[_core.Base],
              shape: ForestShape | None, options: Options) -> FloatArray:
    predicted = np.empty_like(data.latencies)
    for (seen, unseen), base in zip(folds, bases):
        model = _fit_forest(data.take(seen), base, shape, options)
        predicted[unseen] = model.predict(data.take(unseen))
    # A base may be zero where it saw nothing alike; an error needs a number.
    return np.maximum(predicted, 1.0)


def _mape(predicted: FloatArray, measured: FloatArray) -> float:
    return float(np.mean(np.abs(predicted / measured - 1)))


# -- Intervals -----------------------------------------------------------------


def _fit_spread(data: _KindData, model: _Fitted, held_out: FloatArray,
               options: Options) -> tuple[_core.Forest | None, FloatArray]:
    """A forest of the log of the error, and the scale that its like expected of
    each row without having seen its error; neither where errors are alike
    everywhere. Sets the model's features where it had none."""
    nothing = None, np.empty(0)
    sizes = np.abs(np.log(held_out / data.latencies))
    if len(data.rows) < _FEWEST_ROWS_SPREAD or np.median(sizes) < _EXACT:
        return nothing
    names = model.features or _core.feature_names(data.lattice)
    matrix = _core.feature_matrix(data.layers, data.lattice, model.base, names)
    if not model.features:
        kept = _distinct_columns(matrix)
        names, matrix = [names[i] for i in kept], np.ascontiguousarray(matrix[:, kept])
    # Errors of almost nothing are luck: their logarithm must not lead.
    target = np.log(np.maximum(sizes, 0.1 * np.median(sizes)))
    scales = np.empty_like(sizes)
    for seen, unseen in _folds(data, options):
        scales[unseen] = np.exp(_spread_forest(matrix[seen], target[seen], options)
                                .predict(matrix[unseen]).astype(np.float64))
    narrower = np.quantile(sizes / scales, 0.9) * scales.mean() / np.quantile(sizes, 0.9)
    if not names or narrower > 1 - _WORTHWHILE:
        return nothing
    model.features = names
    return _spread_forest(matrix, target, options), scales


def _spread_forest(matrix: npt.NDArray[np.float32], target: FloatArray,
                   options: Options) -> _core.Forest:
    return _core.Forest.from_xgboost(fit_xgboost(matrix, target, _SPREAD_SHAPE, options.seed,
                                                 base_score=float(target.mean())))


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
        "subsample": shape.row_share, "colsample_bynode": shape.feature_share,
        "tree_method": "exact" if len(target) <= _MOST_ROWS_EXACT_TREES else "hist",
    }
    booster = xgboost.train(parameters, xgboost.DMatrix(matrix, target), shape.trees)
    return bytes(booster.save_raw("ubj"))
