# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""The HTML report: networks, the model, its measurements."""
from __future__ import annotations

from pathlib import Path
from typing import Any, Mapping, Sequence

from mlir_pr import _core, figures, network_view
from mlir_pr.annotations import ANSWERED, Annotations, Function, Group, group
from mlir_pr.layertext import shorten
from mlir_pr.metrics import error_metrics
from mlir_pr.page import Paragraph, Picture, Row, Section, Table, render, to_svg
from mlir_pr.stairs import find_sweeps
from mlir_pr.store import Measurement, latency_of, merge
from mlir_pr.units import format_count, format_latency, format_share, format_time


def network_page(found: Annotations, confidence: int) -> str:
    """One network alone: `annotate --format=html`."""
    return render(f"Latency of {Path(found.file).name}", [], network_sections(found, confidence))


def report_page(estimator: _core.Estimator, rows: Sequence[Measurement] | None,
                networks: Sequence[Annotations], confidence: int) -> str:
    sections = [part for found in networks for part in network_sections(found, confidence)]
    sections.append(_model_section(estimator))
    if rows is not None:
        sections += [_accuracy_section(estimator, rows), _stairs_section(estimator, rows)]
    lead = [f"Model {estimator.model_id} for target {estimator.target.name}."]
    return render(f"Latency on {estimator.target.name}", lead,
                  [part for part in sections if part.texts or part.tables or part.figures])


# Networks.


def network_sections(found: Annotations, confidence: int) -> list[Section]:
    return [_network_section(found, function, target, name, confidence)
            for target, name in enumerate(found.targets)
            for function in found.functions if function.ops]


def _network_section(found: Annotations, function: Function, target: int, name: str,
                     confidence: int) -> Section:
    groups = group(function.ops, target)
    answered = [one for one in groups if one.estimate.status in ANSWERED]
    total = function.totals[target]
    where = f" @{function.name}" if len(found.functions) > 1 else ""
    section = Section(f"{Path(found.file).name}{where} on {name}")
    latency = format_latency(total.get("time_ps"), total.get("cycles"))
    cycles = f" ({format_count(total['cycles'])} cycles)" \
        if total.get("cycles") is not None and total.get("time_ps") is not None else ""
    section.texts.append(Paragraph(f"{latency}{cycles} in all. "
                                   f"± spans the {confidence} % interval."))
    section.texts += [Paragraph(str(line), "no number" in line.plain)
                      for line in network_view.footer(function.ops, groups, target, total)]
    section.tables.append(_layer_table(answered))
    return section


def _layer_table(groups: Sequence[Group]) -> Table:
    whole = sum(one.total for one in groups)
    longest = max((one.total for one in groups), default=1)
    rows = [Row((shorten(one.layer or one.op), str(len(one.ops)),
                 format_count(one.estimate.cycles), format_time(one.estimate.time_ps),
                 network_view.spread(one.estimate.latency, one.estimate.bounds),
                 "-" if one.estimate.waste is None else f"{100 * one.estimate.waste:.0f} %",
                 one.estimate.status, format_share(one.total / whole if whole else 0.0)),
                bar=one.total / longest)
            for one in groups]
    return Table(("layer", "ops", "cycles", "time", "±", "waste", "status", "share"), rows,
                 right=("ops", "cycles", "time", "±", "waste", "share"), code=True)


# The model.


def _model_section(estimator: _core.Estimator) -> Section:
    rows = [Row(_kind_cells(kind, about)) for kind, about in sorted(estimator.kinds.items())]
    return Section("The model", tables=[Table(
        ("kind", "base", "steps", "trees", "exact rows", "held out"), rows,
        right=("trees", "exact rows", "held out"))])


def _kind_cells(kind: str, about: Mapping[str, Any]) -> tuple[str, ...]:
    if reason := about.get("reason"):
        return (kind, f"none: {reason}", "", "", format_count(about.get("exact_rows", 0)), "")
    steps = ", ".join(f"{step.dim}:{step.width}" for step in about["lattice"].steps)
    return (kind, about["base"].text, steps or "none", str(about["trees"]),
            format_count(about["exact_rows"]), format_count(about["held_out"]))


# Its measurements.


def _unit(estimator: _core.Estimator) -> str:
    return "cycles" if estimator.target.counts_cycles else "ps"


def _accuracy_section(estimator: _core.Estimator, rows: Sequence[Measurement]) -> Section:
    """On rows that the model does not answer from its table of measurements."""
    merged = [entry.measurement for entry in merge(rows)]
    answers = estimator.predict([_core.Layer.parse(row.layer) for row in merged])
    values = answers["cycles" if estimator.target.counts_cycles else "time_ps"]
    points: dict[str, tuple[list[float], list[float]]] = {}
    for row, status, value in zip(merged, answers["status"], values):
        if status in ("predicted", "extrapolated"):
            measured, predicted = points.setdefault(row.kind, ([], []))
            measured.append(float(latency_of(row)))
            predicted.append(float(value))
    section = Section("Predicted against measured")
    if not points:
        section.texts.append(Paragraph("Every measurement of the store is in the model's table of "
                                       "exact answers: there is nothing to compare."))
        return section
    section.tables.append(_accuracy_table(points))
    unit = _unit(estimator)
    section.figures.append(Picture(to_svg(figures.predicted_against_measured(points, unit)),
                                   "Measurements that the model does not answer from its table."))
    section.figures.append(Picture(
        to_svg(figures.error_by_kind({
            kind: [p / m - 1 for m, p in zip(measured, predicted)]
            for kind, (measured, predicted) in sorted(points.items())})),
        "Error by kind: the box holds the middle half, the whiskers 5 to 95 %."))
    return section


def _accuracy_table(points: Mapping[str, tuple[Sequence[float], Sequence[float]]]) -> Table:
    rows = []
    for kind, (measured, predicted) in sorted(points.items()):
        found = error_metrics(measured, predicted)
        rows.append(Row((kind, format_count(found.count), *(
            "-" if value is None else f"{100 * value:.3g} %"
            for value in (found.mape, found.median, found.p95, found.max, found.bias,
                          found.within_10)))))
    columns = ("kind", "rows", "MAPE", "median", "p95", "max", "bias", "within ±10 %")
    return Table(columns, rows, right=columns[1:])


def _stairs_section(estimator: _core.Estimator, rows: Sequence[Measurement]) -> Section:
    section = Section("Stairs")
    for sweep in find_sweeps(rows):
        kind = sweep.layer.split(" ", 1)[0]
        lattice = estimator.kinds.get(kind, {}).get("lattice") or estimator.target.lattice(kind)
        section.figures.append(Picture(to_svg(figures.stair(sweep, lattice, _unit(estimator))),
                                       f"{shorten(sweep.layer)}, over {sweep.axis}"))
    return section
