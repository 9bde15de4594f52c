# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""What calibrates the intervals of a kind: held-out errors of rows that are like the layers
asked about later, as if held out of a model of all rows, and a forest that tells where they
are large."""
from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Mapping

import numpy as np
import numpy.typing as npt

from mlir_pr import _core, totals
from mlir_pr.kindmodel import (EXACT, WORTHWHILE, Candidate, Fitted, FloatArray, Folds, ForestShape, KindData,
                               Options, distinct_columns, fit_chosen, fit_forest, fit_xgboost,
                               folds_of, held_out_by)

#: The share of errors that are not outliers.
_ORDINARY = 0.95
#: Fewer rows drawn independently do not calibrate an interval by themselves.
_FEWEST_INDEPENDENT = 75
#: Fewer errors do not tell where they are large.
_FEWEST_ROWS_SPREAD = 120
_SPREAD_SHAPE = ForestShape(60, 3, 0.1, 0.6, 0.4)


@dataclass(frozen=True)
class Calibration:
    """An interval, where it is wide (none: everywhere alike), and what it was made from."""

    interval: _core.Interval
    spread: _core.Forest | None
    rows: int
    #: For the bundle's card.
    network_totals: dict[str, Any]
    #: Of what a similar device's measurements say.
    similar: _core.Interval


def calibrate(data: KindData, found: Candidate[Fitted], options: Options) -> Calibration:
    """Sets the model's features where it has none and the spread needs some."""
    spread, scales = _fit_spread(data, found.model, found.held_out, options)
    judges = _judges(data)
    truth, held_out = data.latencies[judges], found.held_out[judges]
    scales = scales[judges] if scales.size else scales
    interval = _core.Interval.calibrate(held_out, truth, scales, found.shrinkage)
    # As if held out of a model of all rows.
    kept = truth * (held_out / truth) ** found.shrinkage
    return Calibration(interval, spread, int(judges.size), totals.for_card(
        [data.layers[i] for i in judges], kept, truth, interval, scales), _of_similar(data, found))


def _of_similar(data: KindData, found: Candidate[Fitted]) -> _core.Interval:
    if found.similar is None:
        return _core.Interval()
    known = ~np.isnan(found.similar.held_out)
    return _core.Interval.calibrate(found.answers()[known], data.latencies[known])


def _judges(data: KindData) -> npt.NDArray[np.int64]:
    """The rows whose held-out errors are like those of layers asked about later: those
    drawn independently, or all where too few are known to be. Others were chosen to cover
    the domain: one of them that is held out is farther from the rest than a fresh layer is."""
    independent = np.array([i for i, row in enumerate(data.rows) if row.independent], np.int64)
    return independent if independent.size >= _FEWEST_INDEPENDENT else np.arange(len(data.rows))


def shrinkage(data: KindData, base: _core.Base, folds: Folds, chosen: Mapping[str, Any],
              shape: ForestShape | None, held_out: FloatArray, options: Options) -> float:
    """By what factor errors shrink from those of the folds to those of a model of all
    rows: along the power law that the folds and models of half of the rows lie on. Intervals
    would be too wide otherwise."""
    if len(data.rows) < _FEWEST_ROWS_SPREAD:
        return 1.0
    halves = folds_of(data, replace(options, folds=2))
    parts = []
    for seen, _ in halves:
        own = data.take(seen)
        parts.append(fit_forest(own, fit_chosen(own, chosen, [base], options), shape, options))
    half = _log_error(held_out_by(parts, data, halves), data)
    fold = _log_error(held_out, data)
    if fold < EXACT:
        return 1.0
    share = 1 - 1 / len(folds)
    exponent = np.clip(np.log(half / fold) / np.log(share / 0.5), 0, 1)
    return float(share ** exponent)


def _log_error(predicted: FloatArray, data: KindData) -> float:
    """Outliers do not shrink with more data, and must not hide what does."""
    judges = _judges(data)
    errors = np.abs(np.log(np.maximum(predicted[judges], 1.0) / data.latencies[judges]))
    return float(np.mean(np.minimum(errors, np.quantile(errors, _ORDINARY))))


def _fit_spread(data: KindData, model: Fitted, held_out: FloatArray,
                options: Options) -> tuple[_core.Forest | None, FloatArray]:
    """A forest of the log of the error, and the scale that its like expected of
    each row without having seen its error; neither where errors are alike
    everywhere. Sets the model's features where it had none."""
    nothing = None, np.empty(0)
    sizes = np.abs(np.log(held_out / data.latencies))
    if len(data.rows) < _FEWEST_ROWS_SPREAD or np.median(sizes) < EXACT:
        return nothing
    names = model.features or _core.feature_names(data.lattice)
    matrix = _core.feature_matrix(data.layers, data.lattice, model.base, names)
    if not model.features:
        names, matrix = distinct_columns(names, matrix)
    # Errors of almost nothing are luck: their logarithm must not lead.
    target = np.log(np.maximum(sizes, 0.1 * np.median(sizes)))
    scales = np.empty_like(sizes)
    for seen, unseen in folds_of(data, options):
        scales[unseen] = np.exp(_spread_forest(matrix[seen], target[seen], options)
                                .predict(matrix[unseen]).astype(np.float64))
    narrower = np.quantile(sizes / scales, 0.9) * scales.mean() / np.quantile(sizes, 0.9)
    if not names or narrower > 1 - WORTHWHILE:
        return nothing
    model.features = names
    return _spread_forest(matrix, target, options), scales


def _spread_forest(matrix: npt.NDArray[np.float32], target: FloatArray,
                   options: Options) -> _core.Forest:
    return _core.Forest.from_xgboost(fit_xgboost(matrix, target, _SPREAD_SHAPE, options.seed,
                                                 base_score=float(target.mean())))
