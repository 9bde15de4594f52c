# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Two annotated variants side by side: of a network, a target or a model."""
from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Sequence

from rich.console import Group as Lines
from rich.text import Text

from mlir_pr import ui
from mlir_pr.annotations import ANSWERED, Annotations, Op, parse
from mlir_pr.errors import InputError
from mlir_pr.layertext import shorten
from mlir_pr.units import format_latency


@dataclass(frozen=True)
class Delta:
    """One operation in both variants, or in one of them only."""

    before: Op | None
    after: Op | None

    @property
    def latencies(self) -> tuple[int | None, int | None]:
        return _latency(self.before), _latency(self.after)

    @property
    def change(self) -> int:
        before, after = self.latencies
        return (after or 0) - (before or 0)


def _latency(op: Op | None) -> int | None:
    if op is None or op.estimates[0].status not in ANSWERED:
        return None
    return op.estimates[0].latency


def load_report(path: str) -> Annotations | None:
    """The report in this file; None where it holds something else."""
    try:
        data = Path(path).read_bytes()
    except OSError as error:
        raise InputError(f"cannot read '{path}': {error.strerror}") from error
    if not data.lstrip().startswith(b"{"):
        return None
    try:
        return parse(data.decode("utf-8"), path)
    except UnicodeDecodeError:
        return None


def compare(before: Annotations, after: Annotations) -> list[Delta]:
    """Operations that take time, matched function by function: equal ones in
    order, then what stands in their place."""
    _check_units(before, after)
    functions = {function.name: function.ops for function in before.functions}
    deltas: list[Delta] = []
    for function in after.functions:
        deltas += _match(_timed(functions.pop(function.name, ())), _timed(function.ops))
    for ops in functions.values():
        deltas += _match(_timed(ops), [])
    return deltas


def _timed(ops: Sequence[Op]) -> list[Op]:
    return [op for op in ops if op.estimates[0].status != "folded"]


def _check_units(before: Annotations, after: Annotations) -> None:
    has_time = {op.estimates[0].time_ps is not None
                for side in (before, after) for function in side.functions for op in function.ops
                if op.estimates[0].status in ANSWERED}
    if len(has_time) > 1:
        raise InputError("one variant is in time, the other in cycles without a clock: "
                         "they cannot be compared")


def _match(before: Sequence[Op], after: Sequence[Op]) -> list[Delta]:
    """The alignment in program order with the most in common."""
    best = _common(before, after)
    deltas: list[Delta] = []
    i, j = len(before), len(after)
    while i or j:
        if i and j and best[i][j] == best[i - 1][j - 1] + _likeness(before[i - 1], after[j - 1]):
            i, j = i - 1, j - 1
            deltas.append(Delta(before[i], after[j]))
        elif i and (j == 0 or best[i][j] == best[i - 1][j]):
            i -= 1
            deltas.append(Delta(before[i], None))
        else:
            j -= 1
            deltas.append(Delta(None, after[j]))
    return deltas[::-1]


def _common(before: Sequence[Op], after: Sequence[Op]) -> list[list[int]]:
    """What the first i and the first j operations have in common at best."""
    best = [[0] * (len(after) + 1)]
    for one in before:
        above, row = best[-1], [0]
        for j, other in enumerate(after):
            row.append(max(above[j] + _likeness(one, other), above[j + 1], row[j]))
        best.append(row)
    return best


def _likeness(one: Op, other: Op) -> int:
    if one.op != other.op:
        return 0
    return 3 if one.layer == other.layer else 1


def _totals(deltas: Sequence[Delta]) -> tuple[int, int]:
    return (sum(delta.latencies[0] or 0 for delta in deltas),
            sum(delta.latencies[1] or 0 for delta in deltas))


def _unit(deltas: Sequence[Delta]) -> str:
    times = any(op is not None and op.estimates[0].time_ps is not None
                for delta in deltas for op in (delta.before, delta.after))
    return "ps" if times else "cycles"


def comparison_json(before: str, after: str, deltas: Sequence[Delta]) -> dict[str, Any]:
    totals = _totals(deltas)
    return {"before": before, "after": after, "unit": _unit(deltas),
            "totals": {"before": totals[0], "after": totals[1], "change": totals[1] - totals[0]},
            "ops": [{"before": _op_json(delta.before), "after": _op_json(delta.after),
                     "change": delta.change} for delta in deltas]}


def _op_json(op: Op | None) -> dict[str, Any] | None:
    if op is None:
        return None
    return {"op": op.op, "location": op.location, "layer": op.layer,
                   "status": op.estimates[0].status, "latency": _latency(op)}


def render(before: str, after: str, deltas: Sequence[Delta], rows: int = 20) -> Lines:
    """The largest changes first."""
    in_time = _unit(deltas) == "ps"
    table = ui.table(["layer", "before", "after", "change", ""],
                     right=["before", "after", "change", ""])
    changed = sorted((delta for delta in deltas if delta.latencies[0] != delta.latencies[1]),
                     key=lambda delta: -abs(delta.change))
    for delta in changed[:rows]:
        table.add_row(_title(delta), *_cells(*delta.latencies, in_time))
    if hidden := changed[rows:]:
        table.add_row(f"{len(hidden)} smaller changes", *_cells(*_totals(hidden), in_time),
                      style="dim")
    table.add_section()
    table.add_row("total", *_cells(*_totals(deltas), in_time), style="bold")
    unanswered = sum(None in delta.latencies for delta in deltas)
    notes = [Text(f"{len(deltas) - len(changed)} of {len(deltas)} operations take the same time")]
    if unanswered:
        notes.append(Text(f"{unanswered} operations are in one variant only, or have no number in "
                          "one: they count as nothing there", style="yellow"))
    return Lines(Text.assemble((before, "bold"), " -> ", (after, "bold")), table, *notes)


def _title(delta: Delta) -> str:
    names = [shorten(op.layer) if op.layer else op.op
             for op in (delta.before, delta.after) if op is not None]
    if delta.before is None:
        return f"+ {names[0]}"
    if delta.after is None:
        return f"- {names[0]}"
    return names[0] if names[0] == names[1] else " -> ".join(names)


def _cells(before: int | None, after: int | None, in_time: bool) -> list[str]:
    def shown(latency: int | None) -> str:
        if latency is None:
            return "-"
        return format_latency(latency, None) if in_time else format_latency(None, latency)
    change = (after or 0) - (before or 0)
    relative = f"{100 * change / before:+.1f} %" if before else ""
    return [shown(before), shown(after), ("+" if change > 0 else "") + shown(change), relative]
