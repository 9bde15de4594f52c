# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""A handful of measurements that adjust a finished model, kind by kind.

`latency = factor * model + added work`. The factor is the median of measured over
predicted, so that one bad row does not lead. Where there are enough rows, a factor
with one or two terms of work is tried as well, and taken where it is clearly closer
to rows that were left out. The errors on rows left out are also what the interval is
widened by: it never becomes narrower than the model's own.

What is applied, and to what, is C++ (`pr/Model/Correction.h`).
"""
from __future__ import annotations

import json
from dataclasses import dataclass, replace
from typing import Any, Iterable, Mapping, Sequence

import numpy as np
import numpy.typing as npt
from scipy import optimize, stats

from mlir_pr import _core
from mlir_pr.errors import InputError
from mlir_pr.metrics import error_metrics
from mlir_pr.store import Measurement, merge
from mlir_pr.transfer import terms_of

FloatArray = npt.NDArray[np.float64]

LEVELS = (80, 90, 95)
#: One layer says nothing about how far apart others are.
FEWEST_LAYERS = 2
#: Rows for each parameter beside the factor.
_ROWS_PER_TERM = 6
#: A term must lower the error on rows left out by this share.
_WORTHWHILE = 0.1
_EXACT = 1e-6
#: Relative error beyond which a row counts less.
_EXPECTED_ERROR = 0.05


@dataclass(frozen=True)
class Row:
    """A measured query point, in the target's unit."""

    layer: _core.Layer
    latency: float
    lower: float
    upper: float


@dataclass(frozen=True)
class Form:
    """What is fitted: the factor, and weights of these terms."""

    terms: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        return " + ".join(("factor", *self.terms))


@dataclass(frozen=True)
class Fit:
    """The correction of one kind."""

    kind: str
    rows: list[Row]
    factor: float
    added: dict[str, float]
    #: At each of LEVELS.
    widening: list[float]
    #: For people: what was compared, errors before and after.
    about: dict[str, Any]


# -- Rows ------------------------------------------------------------------------


def rows_of(measurements: Iterable[Measurement], target: _core.TargetInfo,
            where: str) -> list[Row]:
    """One row a layer, in the target's unit."""
    rows = []
    for entry in merge(measurements):
        measured = entry.measurement
        layer = _core.Layer.parse(measured.layer)
        values = [_in_unit(target, time_ps, cycles, where) for time_ps, cycles in (
            (measured.time_ps, measured.cycles), (measured.p10_ps, None),
            (measured.p90_ps, None))]
        latency = values[0]
        if latency is None:
            raise InputError(_no_common_unit(target, measured, where))
        rows.append(Row(layer, latency, min(latency, values[1] or latency),
                        max(latency, values[2] or latency)))
    return rows


def _in_unit(target: _core.TargetInfo, time_ps: int | None, cycles: int | None,
             where: str) -> float | None:
    if not target.counts_cycles:
        return None if time_ps is None else float(time_ps)
    if cycles is not None:
        return float(cycles)
    if time_ps is None or target.clock_khz is None:
        return None
    return time_ps * target.clock_khz / 1e9


def _no_common_unit(target: _core.TargetInfo, measured: Measurement, where: str) -> str:
    found = "cycles" if measured.time_ps is None else "time"
    wanted = "cycles and knows no clock" if target.counts_cycles else "time"
    return (f"{where}: '{measured.layer}' was measured in {found}, but the model is in {wanted}")


def by_kind(estimator: _core.Estimator, rows: Sequence[Row]
            ) -> tuple[dict[str, list[Row]], list[str]]:
    """The rows that the model answers, each at its query point, and why it does not
    answer the others."""
    kinds: dict[str, dict[_core.Layer, list[Row]]] = {}
    refused = []
    for row in rows:
        reason = estimator.why_not(row.layer)
        if reason:
            refused.append(reason)
            continue
        point = estimator.model_point(row.layer)
        kinds.setdefault(point.kind, {}).setdefault(point, []).append(replace(row, layer=point))
    return {kind: [_together(same) for same in points.values()]
            for kind, points in sorted(kinds.items())}, refused


def _together(same: Sequence[Row]) -> Row:
    """Layers of one plateau are one row: their median, and how far apart they are."""
    latencies = sorted(row.latency for row in same)
    return Row(same[0].layer, latencies[(len(same) - 1) // 2], min(row.lower for row in same),
               max(row.upper for row in same))


# -- Fitting ---------------------------------------------------------------------


@dataclass(frozen=True)
class _Data:
    predicted: FloatArray
    measured: FloatArray
    terms: Mapping[str, FloatArray]

    def without(self, i: int) -> _Data:
        return _Data(np.delete(self.predicted, i), np.delete(self.measured, i),
                     {name: np.delete(values, i) for name, values in self.terms.items()})


def fit(estimator: _core.Estimator, kind: str, rows: Sequence[Row]) -> Fit:
    """Precondition: rows at query points that the model answers."""
    entry = estimator.kinds.get(kind, {})
    if "base" not in entry or entry["reason"]:
        raise InputError(f"the model has no prediction of {kind} to correct: "
                         f"{entry.get('reason') or 'the kind was not trained'}")
    if len(rows) < FEWEST_LAYERS:
        raise InputError(f"{len(rows)} layer of kind {kind} was measured, a correction needs "
                         f"{FEWEST_LAYERS}: one says nothing of how far apart they are")
    rows = sorted(rows, key=lambda row: row.layer.text)
    layers = [row.layer for row in rows]
    data = _Data(estimator.uncorrected(layers)[0], np.array([row.latency for row in rows]),
                 _terms(entry, layers))
    form, left_out, compared = _choose(data)
    weights = _weights(data, form)
    sizes = np.abs(np.log(data.measured / left_out))
    widening, method = _widening(sizes, _half_widths(estimator, layers), len(weights))
    return Fit(kind, rows, float(weights[0]), dict(zip(form.terms, map(float, weights[1:]))),
               widening, {
                   "layers": len(rows), "compared": compared, "interval": method,
                   "before": error_metrics(data.measured, data.predicted).as_json(),
                   "left_out": error_metrics(data.measured, left_out).as_json()})


def _terms(entry: Mapping[str, Any], layers: Sequence[_core.Layer]) -> dict[str, FloatArray]:
    """What the base may have charged wrongly: its own terms, and a launch."""
    names = dict.fromkeys(["launch", *terms_of(entry["base"])])
    matrix = _core.term_matrix(layers, entry["lattice"], list(names))
    return {name: column for name, column in zip(names, matrix.T) if column.max() > 0}


def _choose(data: _Data) -> tuple[Form, FloatArray, list[dict[str, Any]]]:
    """The simplest form that is about as close as any to rows left out."""
    best, best_error, best_left_out = Form(), np.inf, data.predicted
    compared = []
    for form in _forms(data):
        left_out = np.array([_predicted(data, _weights(data.without(i), form), form)[i]
                             for i in range(data.measured.size)])
        error = float(np.mean(np.abs(np.log(data.measured / left_out))))
        compared.append({"form": form.text, "error": error})
        if error < best_error * (1 - _WORTHWHILE) and best_error > _EXACT:
            best, best_error, best_left_out = form, error, left_out
    return best, best_left_out, compared


def _forms(data: _Data) -> list[Form]:
    forms = [Form()]
    if data.measured.size >= _ROWS_PER_TERM:
        forms += [Form((name,)) for name in data.terms]
    if data.measured.size >= 2 * _ROWS_PER_TERM and "launch" in data.terms:
        forms += [Form(("launch", name)) for name in data.terms if name != "launch"]
    return forms


def _weights(data: _Data, form: Form) -> FloatArray:
    """The factor and the weights of the terms: none is negative."""
    factor = float(np.exp(np.median(np.log(data.measured / data.predicted))))
    if not form.terms:
        return np.array([factor])
    columns = np.stack([data.predicted, *(data.terms[name] for name in form.terms)], axis=1)
    relative = columns / data.measured[:, None]
    scale = np.maximum(np.median(relative, axis=0), 1e-12)
    start = np.array([factor * scale[0], *[0.01] * len(form.terms)])
    solved = optimize.least_squares(
        lambda x: ((relative / scale) @ x - 1) / _EXPECTED_ERROR, start,
        bounds=(0, np.inf), loss="soft_l1")
    return np.asarray(np.maximum(solved.x / scale, [1e-9, *[0.0] * len(form.terms)]))


def _predicted(data: _Data, weights: FloatArray, form: Form) -> FloatArray:
    result = weights[0] * data.predicted
    for name, weight in zip(form.terms, weights[1:]):
        result = result + weight * data.terms[name]
    return np.asarray(result)


# -- Intervals -------------------------------------------------------------------


def _half_widths(estimator: _core.Estimator, layers: Sequence[_core.Layer]
                 ) -> dict[int, FloatArray]:
    """Of the model's own intervals, as logarithms; 0 where there are none."""
    widths = {}
    for level in LEVELS:
        latency, lower, upper = estimator.uncorrected(layers, level)
        narrower = np.minimum(latency / np.maximum(lower, 1e-12), upper / latency)
        widths[level] = np.nan_to_num(np.log(narrower), nan=0.0)
    return widths


def _widening(sizes: FloatArray, half_widths: Mapping[int, FloatArray],
              parameters: int) -> tuple[list[float], dict[str, str]]:
    """By how much each level's interval must grow on either side, and by what rule.

    Enough rows: the conformal quantile of what lies outside of the model's own
    interval (Romano et al., "Conformalized Quantile Regression", 2019). Fewer: as wide
    as Student's distribution says of so few, on top of the model's own.
    """
    widening: list[float] = []
    method: dict[str, str] = {}
    for level in LEVELS:
        rank = -(-(sizes.size + 1) * level // 100)
        if rank <= sizes.size:
            outside = np.sort(sizes - half_widths[level])
            value, rule = max(0.0, float(outside[rank - 1])), "conformal"
        else:
            freedom = max(1, sizes.size - parameters)
            spread = float(np.sqrt(np.mean(sizes ** 2)))
            value, rule = float(stats.t.ppf(0.5 + level / 200, freedom)) * spread, "spread of few"
        widening.append(max(value, *widening) if widening else value)
        method[str(level)] = rule
    return widening, method


# -- The bundle ------------------------------------------------------------------


def corrected_bundle(estimator: _core.Estimator, fits: Sequence[Fit],
                     source: Mapping[str, Any]) -> bytes:
    """The estimator's bundle with these corrections. A kind that was corrected before
    is corrected anew, from the same original."""
    builder = _core.BundleBuilder.starting_from(estimator)
    card = json.loads(estimator.card or "{}")
    notes = card.setdefault("corrections", {})
    for one in fits:
        entry = estimator.kinds[one.kind]
        original = entry.get("correction", {}).get("original", estimator.model_id)
        added = _core.Base.from_json(json.dumps({"branches": [one.added]}), one.kind) \
            if one.added else None
        builder.correct(entry["lattice"], one.factor,
                        [(row.layer, row.latency, row.lower, row.upper) for row in one.rows],
                        one.widening, added, original=original)
        notes[one.kind] = {"original": original, "factor": one.factor, "added": one.added,
                           "widening": dict(zip(map(str, LEVELS), one.widening)),
                           "source": dict(source), **one.about}
    builder.set_card(json.dumps(card, sort_keys=True))
    return builder.build()
