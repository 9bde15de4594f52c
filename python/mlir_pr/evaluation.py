# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Accuracy of predictors against measurements, with the rows that nobody
answered counted, not dropped."""
from __future__ import annotations

from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Callable, Collection, Mapping, Sequence

import numpy as np
from rich.console import Group as Lines
from rich.table import Table as RichTable
from rich.text import Text

from mlir_pr import _core, ui
from mlir_pr.baselines import FITTERS
from mlir_pr.errors import InputError
from mlir_pr.learningcurve import LearningCurve
from mlir_pr.metrics import ErrorMetrics, error_metrics
from mlir_pr.store import Measurement, merge
from mlir_pr.tables import Table
from mlir_pr.trainingdata import baselines_path, fit_baselines, load_rows
from mlir_pr.units import format_share


#: Of intervals, in per cent.
CONFIDENCES = (80, 90, 95)


@dataclass(frozen=True)
class Prediction:
    """Of one layer, in the unit of the comparison; None: no answer."""

    latency: float | None
    lower: float | None = None
    upper: float | None = None
    status: str = "predicted"
    reason: str = ""
    #: Lower and upper bound at other levels of confidence.
    levels: Mapping[int, tuple[float, float]] = field(default_factory=dict)


@dataclass(frozen=True)
class Truth:
    layer: str
    kind: str
    latency: float
    #: Which of the sets it belongs to that must be kept apart.
    test_set: str = "off-grid"


@dataclass(frozen=True)
class Evaluation:
    """One predictor on one set of measurements."""

    name: str
    rows: int
    overall: ErrorMetrics
    by_kind: Mapping[str, ErrorMetrics]
    by_status: Mapping[str, ErrorMetrics]
    #: Layers of networks, representatives, and all others, off the grid.
    by_set: Mapping[str, ErrorMetrics]
    #: Rows without an answer, by reason.
    unanswered: Mapping[str, int]

    @property
    def coverage(self) -> float:
        return self.overall.count / self.rows if self.rows else 0.0

    def as_json(self) -> dict[str, Any]:
        return {"name": self.name, "rows": self.rows, "answered": self.overall.count,
                "answered_share": self.coverage, "overall": self.overall.as_json(),
                "by_kind": {kind: one.as_json() for kind, one in self.by_kind.items()},
                "by_status": {status: one.as_json() for status, one in self.by_status.items()},
                "by_set": {name: one.as_json() for name, one in self.by_set.items()},
                "unanswered": dict(self.unanswered)}


def evaluate(name: str, truth: Sequence[Truth], predictions: Sequence[Prediction]) -> Evaluation:
    pairs = list(zip(truth, predictions))
    answered = [pair for pair in pairs if pair[1].latency is not None]
    unanswered: dict[str, int] = {}
    for _, prediction in pairs:
        if prediction.latency is None:
            reason = prediction.reason or "no reason given"
            unanswered[reason] = unanswered.get(reason, 0) + 1
    return Evaluation(
        name, len(pairs), _metrics(answered),
        _grouped(answered, lambda pair: pair[0].kind),
        _grouped(answered, lambda pair: pair[1].status),
        _grouped(answered, lambda pair: pair[0].test_set), unanswered)


def _metrics(pairs: Sequence[tuple[Truth, Prediction]]) -> ErrorMetrics:
    with_interval = bool(pairs) and all(one.lower is not None and one.upper is not None
                                        for _, one in pairs)
    return error_metrics(
        [truth.latency for truth, _ in pairs],
        [one.latency or 0.0 for _, one in pairs],
        [one.lower or 0.0 for _, one in pairs] if with_interval else None,
        [one.upper or 0.0 for _, one in pairs] if with_interval else None,
        {level: tuple(zip(*(one.levels[level] for _, one in pairs))) for level in CONFIDENCES
         if pairs and all(level in one.levels for _, one in pairs)})


def _grouped(pairs: Sequence[tuple[Truth, Prediction]],
             name_of: Callable[[tuple[Truth, Prediction]], str]) -> dict[str, ErrorMetrics]:
    groups: dict[str, list[tuple[Truth, Prediction]]] = {}
    for pair in pairs:
        groups.setdefault(name_of(pair), []).append(pair)
    return {name: _metrics(groups[name]) for name in sorted(groups)}


# A model and its baselines on a table.


@dataclass(frozen=True)
class TableResult:
    """The model first, then the baselines."""

    model: str
    model_id: str
    target: str
    table: str
    unit: str
    confidence: int
    evaluations: list[Evaluation]
    notes: list[str]
    truth: Sequence[Truth]
    predictions: Sequence[Prediction]
    curve: LearningCurve | None = None

    def as_json(self) -> dict[str, Any]:
        curve = {} if self.curve is None else {"learning_curve": self.curve.as_json()}
        return {"model": self.model, "model_id": self.model_id, "target": self.target,
                "table": self.table, "unit": self.unit, "confidence": self.confidence,
                "evaluations": [one.as_json() for one in self.evaluations], "notes": self.notes,
                **curve}


def evaluate_table(estimator: _core.Estimator, path: Path, table: Table, confidence: int,
                   where: str, network_layers: Collection[str] = ()) -> TableResult:
    """`network_layers`: texts of layers that real networks have."""
    target = estimator.target
    unit = common_unit(table.counts_cycles, table.rows[0].time_ps is not None,
                       target.counts_cycles, not target.counts_cycles
                       or target.clock_khz is not None, where)
    truth = [replace(one, test_set=_test_set(one.layer, estimator, network_layers))
             for one in _truth(table, unit)]
    layers = [_core.Layer.parse(one.layer) for one in truth]
    answers = _model_predictions(estimator, path, layers, unit)
    evaluations = [evaluate("model", truth, answers)]
    notes = []
    if table.target != target.name:
        notes.append(f"the table is of target '{table.target}', the model for '{target.name}'")
    saved = load_rows(path, estimator.model_id)
    baselines = [] if saved is None else fit_baselines(saved, list(FITTERS))
    if not baselines:
        notes.append(f"no baselines: '{baselines_path(path)}' is missing or of another model")
    # On the rows that the model answers: both must have been asked the same.
    asked = [i for i, answer in enumerate(answers) if answer.latency is not None]
    for baseline in baselines:
        values = baseline.predict([layers[i] for i in asked]) * scale(target, unit)
        evaluations.append(evaluate(baseline.name, [truth[i] for i in asked], [
            Prediction(None, reason="the kind was not trained") if np.isnan(value)
            else Prediction(float(value)) for value in values]))
    return TableResult(str(path), estimator.model_id, target.name, table.path, unit, confidence,
                       evaluations, notes, truth, answers)


def _test_set(text: str, estimator: _core.Estimator, network_layers: Collection[str]) -> str:
    """A model is almost exact where it was measured, so what lies on the grid of
    representatives says little about the rest."""
    if text in network_layers:
        return "network layers"
    layer = _core.Layer.parse(text)
    entry = estimator.kinds.get(layer.kind, {})
    stepped = "lattice" in entry and not entry["lattice"].is_trivial
    return "representatives" if stepped and estimator.representative(layer) == layer \
        else "off-grid"


def _truth(table: Table, unit: str) -> list[Truth]:
    """One row a layer: duplicates merged."""
    rows = merge(Measurement(row.layer, "table", time_ps=row.time_ps, cycles=row.cycles)
                 for row in table.rows)
    measured = [entry.measurement for entry in rows]
    latencies = [one.cycles if unit == "cycles" else one.time_ps for one in measured]
    return [Truth(one.layer, one.kind, float(latency or 0))
            for one, latency in zip(measured, latencies)]


def _model_predictions(estimator: _core.Estimator, path: Path, layers: Sequence[_core.Layer],
                       unit: str) -> list[Prediction]:
    answers = estimator.predict(layers)
    value, *ends = ("cycles", "lower_cycles", "upper_cycles") if unit == "cycles" \
        else ("time_ps", "lower_ps", "upper_ps")
    bounds = {}
    for level in CONFIDENCES:
        found = _core.Estimator.load(str(path), level).predict(layers)
        bounds[level] = list(zip(*(found[name] for name in ends)))
    return [Prediction(answers[value][i], answers[ends[0]][i], answers[ends[1]][i],
                       answers["status"][i], answers["reason"][i],
                       {level: rows[i] for level, rows in bounds.items() if None not in rows[i]})
            for i in range(len(layers))]


def scale(target: _core.TargetInfo, unit: str) -> float:
    """From the target's unit to that of the comparison."""
    if unit == "cycles" or not target.counts_cycles:
        return 1.0
    assert target.clock_khz is not None
    return 1e9 / target.clock_khz


def common_unit(table_counts_cycles: bool, table_has_time: bool, model_counts_cycles: bool,
                model_has_time: bool, where: str) -> str:
    """The unit in which a table and a model can be compared."""
    if table_counts_cycles and model_counts_cycles:
        return "cycles"
    if table_has_time and model_has_time:
        return "ps"
    if table_counts_cycles:
        raise InputError(f"{where}: the table is in cycles without a clock, but the model is in "
                         "time; give 'clock_mhz'")
    raise InputError(f"{where}: the table is in time, but the model counts cycles and knows no "
                     "clock")


# For people.


def figures_of(result: TableResult) -> dict[str, str]:
    """SVG by name."""
    from mlir_pr import figures  # matplotlib takes a second
    from mlir_pr.page import to_svg
    points: dict[str, tuple[list[float], list[float]]] = {}
    for truth, answer in zip(result.truth, result.predictions):
        if answer.latency is not None:
            measured, predicted = points.setdefault(truth.kind, ([], []))
            measured.append(truth.latency)
            predicted.append(answer.latency)
    drawn = {}
    if points:
        drawn["predicted-against-measured"] = figures.predicted_against_measured(points, result.unit)
        drawn["error-by-kind"] = figures.error_by_kind({
            kind: np.array(predicted) / np.array(measured) - 1
            for kind, (measured, predicted) in points.items()})
    if result.curve is not None:
        drawn["learning-curve"] = figures.learning_curve(result.curve)
    return {name: to_svg(figure) for name, figure in drawn.items()}


def render(result: TableResult) -> Lines:
    model = result.evaluations[0]
    title = Text.assemble((result.table, "bold"), " against model ", (result.model_id, "bold"),
                          f" for {result.target}: {model.rows:,} layers, "
                          f"{model.overall.count:,} answered ({format_share(model.coverage)})")
    parts: list[Any] = [title, _comparison(result), Text("")]
    if len(model.by_kind) > 1:
        parts += [_breakdown("kind", model.by_kind), Text("")]
    if len(model.by_set) > 1:
        parts += [_breakdown("test set", model.by_set), Text("")]
    parts += [_breakdown("status", model.by_status), Text(""), _intervals(model)]
    if result.curve is not None:
        parts += [Text(""), result.curve.render()]
    reasons = sorted(model.unanswered.items(), key=lambda item: -item[1])
    parts += [Text(f"no estimate for {count:,} layers: {reason}", style="red")
              for reason, count in reasons[:_MOST_REASONS]]
    if rest := reasons[_MOST_REASONS:]:
        parts.append(Text(f"no estimate for {sum(count for _, count in rest):,} layers, for "
                          f"{len(rest)} other reasons (--json)", style="red"))
    parts += [Text(note, style="yellow") for note in result.notes]
    return Lines(*parts)


_MOST_REASONS = 5
_COLUMNS = ("MAPE", "median", "p95", "max", "bias", "WAPE", "±5 %", "±10 %", "tau-b", "rho")


def _cells(one: ErrorMetrics) -> list[str]:
    shares = (one.mape, one.median, one.p95, one.max, one.bias, one.wape, one.within_5,
              one.within_10)
    return [_percent(value) for value in shares] + [
        "-" if value is None else f"{value:.4f}" for value in (one.kendall_tau_b, one.spearman)]


def _percent(share: float | None) -> str:
    return "-" if share is None else ui.percent(share)


def _comparison(result: TableResult) -> RichTable:
    table = ui.table(["predictor", "rows", *_COLUMNS], right=["rows", *_COLUMNS])
    for i, one in enumerate(result.evaluations):
        table.add_row(one.name, f"{one.overall.count:,}", *_cells(one.overall),
                      style="bold" if i == 0 else "")
    return table


def _breakdown(name: str, groups: Mapping[str, ErrorMetrics]) -> RichTable:
    table = ui.table([f"model, by {name}", "rows", *_COLUMNS], right=["rows", *_COLUMNS])
    for group, one in groups.items():
        table.add_row(group, f"{one.count:,}", *_cells(one))
    return table


def _intervals(model: Evaluation) -> RichTable:
    """How many measurements lie in the intervals, and how wide these are."""
    columns = [name for level in CONFIDENCES for name in (f"in {level} % interval", "width")]
    table = ui.table(["intervals", "rows", *columns], right=["rows", *columns])
    groups = {"all": model.overall, **(model.by_kind if len(model.by_kind) > 1 else {}),
              **(model.by_set if len(model.by_set) > 1 else {})}
    for group, one in groups.items():
        found = [one.intervals.get(str(level), {}) for level in CONFIDENCES]
        table.add_row(group, f"{one.count:,}", *(_percent(level.get(name)) for level in found
                                                 for name in ("coverage", "width")))
    return table
