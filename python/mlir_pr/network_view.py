# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""The per-layer table of an annotated network: what a new user sees first. It
fits a screen; equal layers share a line, the longest stand first, and nothing
is left out without a word."""
from __future__ import annotations

import collections
from pathlib import Path
from typing import Any, Iterable, Mapping, Sequence

from rich.console import Group as Lines
from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from mlir_pr import networktotals, ui
from mlir_pr.annotations import ANSWERED, Annotations, Function, Group, Op, group
from mlir_pr.layertext import shorten, types_of
from mlir_pr.units import format_count, format_share, format_time

_BAR_WIDTH = 12
_WIDTH_WITH_BARS = 100
_OTHER_COLUMNS = 69
_STATUS_STYLE = {"measured": "green", "predicted": "", "extrapolated": "yellow",
                 "unsupported": "red"}


def render(annotations: Annotations, confidence: int, rows: int | None, width: int) -> Lines:
    """`rows`: layers shown of a function, None: all; `width`: of the screen."""
    parts: list[RenderableType] = []
    for target, name in enumerate(annotations.targets):
        for function in annotations.functions:
            if function.ops:
                parts += _function(annotations, function, target, name, confidence, rows, width)
    if not parts:
        parts.append(Text("no operation in this file computes anything"))
    return Lines(*parts)


def _function(annotations: Annotations, function: Function, target: int, name: str,
              confidence: int, rows: int | None, width: int) -> list[RenderableType]:
    groups = group(function.ops, target)
    answered = [one for one in groups if one.estimate.status in ANSWERED]
    shown = answered if rows is None else answered[:rows]
    hidden = answered[len(shown):]
    types = {types_of(one.layer) for one in answered if one.layer}
    title = Text.assemble(
        (Path(annotations.file).name, "bold"),
        f" @{function.name}" if len(annotations.functions) > 1 else "", " on ", (name, "bold"),
        f", {next(iter(types))}" if len(types) == 1 else "",
        f"; ± spans the {confidence} % interval")
    table = _layer_table(shown, hidden, function.totals[target], len(types) > 1, width)
    return [title, Text(""), *([table] if answered else []),
            *footer(function.ops, groups, target, function.totals[target]),
            *_calibrated(annotations, function, target, confidence), Text("")]


def _calibrated(annotations: Annotations, function: Function, target: int,
                confidence: int) -> list[Text]:
    found = networktotals.of_function(annotations, function, target, confidence)
    if found is None:
        return []
    unit, shown = ("ps", format_time) if "lower_ps" in found else ("cycles", format_count)
    excluded = sum(one["ops"] for one in found["excluded"])
    return [Text(f"total, errors as correlated as on held-out layers: {shown(found[f'lower_{unit}'])} .. "
                 f"{shown(found[f'upper_{unit}'])}{' cycles' * (unit == 'cycles')} ({confidence} %)"
                 + (f", without {excluded} ops that have no number" if excluded else "")
                 + (f"; all errors one way: {', '.join(found['kinds_one_way'])}"
                    if found["kinds_one_way"] else ""))]


def _layer_table(shown: Sequence[Group], hidden: Sequence[Group],
                 total: Mapping[str, Any], with_types: bool, width: int) -> Table:
    everything = [*shown, *hidden]
    has_time = any(one.estimate.time_ps is not None for one in everything)
    has_cycles = any(one.estimate.cycles is not None for one in everything)
    whole = sum(one.total for one in everything)
    longest = max((one.total for one in everything), default=0)

    def latency(groups: Sequence[Group]) -> list[str]:
        return [format_count(_sum(groups, "cycles"))] * has_cycles \
            + [format_time(_sum(groups, "time_ps"))] * has_time

    def share(part: int) -> list[str | Text]:
        bar = ui.bar(part / longest if longest else 0.0, _BAR_WIDTH)
        return [format_share(part / whole if whole else 0.0), *([bar] if has_bars else [])]

    has_bars = width >= _WIDTH_WITH_BARS
    columns = ["layer", "ops"] + ["cycles"] * has_cycles + ["time"] * has_time
    columns += ["±", "waste", "status", "share"] + [""] * has_bars
    table = ui.table(columns, right=("ops", "cycles", "time", "±", "waste", "share"))
    if width >= _WIDTH_WITH_BARS:  # a layer a line; JSON has what is cut off
        table.columns[0].no_wrap, table.columns[0].overflow = True, "ellipsis"
        table.columns[0].max_width = width - _OTHER_COLUMNS
    for one in shown:
        table.add_row(_layer_cell(one, with_types), f"{len(one.ops)}", *latency([one]),
                      spread(one.estimate.latency, one.estimate.bounds),
                      _percent(one.estimate.waste), _status(one.estimate.status),
                      *share(one.total))
    if hidden:
        table.add_row(f"{len(hidden)} more layers (--all)", f"{_ops(hidden)}", *latency(hidden),
                      "", "", "", *share(sum(one.total for one in hidden)), style="dim")
    table.add_section()
    table.add_row("total", f"{_ops(everything)}", *latency(everything),
                  spread(*_total_interval(total)), style="bold")
    return table


def _layer_cell(one: Group, with_types: bool) -> str:
    if one.layer is None:
        return one.op
    types = f" : {types_of(one.layer)}" if with_types else ""
    return shorten(one.layer) + types


def _ops(groups: Iterable[Group]) -> int:
    return sum(len(one.ops) for one in groups)


def _sum(groups: Iterable[Group], unit: str) -> int | None:
    values = [(getattr(one.estimate, unit), len(one.ops)) for one in groups]
    known = [value * count for value, count in values if value is not None]
    return sum(known) if known else None


def spread(latency: float | None, bounds: tuple[float, float] | None) -> str:
    """The farther end of the interval, relative to the estimate."""
    if not latency or bounds is None:
        return "-"
    far = max(latency - bounds[0], bounds[1] - latency) / latency
    return "exact" if far == 0 else f"{100 * far:.2g} %" if far < 0.0995 else f"{100 * far:.0f} %"


def _total_interval(total: Mapping[str, Any]) -> tuple[float | None, Any]:
    for unit, suffix in (("time_ps", "ps"), ("cycles", "cycles")):
        ends = total.get(f"lower_{suffix}"), total.get(f"upper_{suffix}")
        if total.get(unit) is not None and None not in ends:
            return total[unit], ends
    return None, None


def _percent(share: float | None) -> str:
    return "-" if share is None else f"{100 * share:.0f} %"


def _status(status: str) -> Text:
    return Text(status, style=_STATUS_STYLE.get(status, ""))


def footer(ops: Sequence[Op], groups: Sequence[Group], target: int,
            total: Mapping[str, Any]) -> list[Text]:
    """Coverage, and whatever the table does not show."""
    lines = [_coverage(total)]
    lines += [_unsupported(one) for one in groups if one.estimate.status == "unsupported"][:6]
    kinds = len([one for one in groups if one.estimate.status == "unsupported"])
    if kinds > 6:
        lines.append(Text(f"  … and {kinds - 6} more reasons (--all)", style="red"))
    corrected = [op.estimates[target].corrected_by for op in ops
                 if op.estimates[target].corrected_by]
    if corrected:
        lines.append(Text(f"corrected after the training: {len(corrected)} ops, by "
                          f"{min(corrected)}{_to(min(corrected), max(corrected))} measurements "
                          "of their kind", style="yellow"))
    folded = collections.Counter(op.estimates[target].reason or "no reason" for op in ops
                                 if op.estimates[target].status == "folded")
    if folded:
        rules = ", ".join(f"{rule} {count}" for rule, count in folded.most_common())
        lines.append(Text(f"no work of their own: {folded.total()} ops ({rules})", style="dim"))
    return lines


def _to(low: int, high: int) -> str:
    return f" to {high}" if high > low else ""


def _coverage(total: Mapping[str, Any]) -> Text:
    by_ops, by_time = total.get("coverage_ops"), total.get("coverage_time")
    complete = by_ops is not None and by_ops >= 1
    return Text(f"coverage: {format_share(by_ops)} of the operations, "
                f"{format_share(by_time)} of the time", style="green" if complete else "yellow")


def _unsupported(one: Group) -> Text:
    what = shorten(one.layer) if one.layer else one.op
    more = f" and {len(one.ops) - 1} like it" if len(one.ops) > 1 else ""
    return Text(f"no number: {what}{more}: {one.estimate.reason}", style="red")
