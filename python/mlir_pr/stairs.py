# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Sweeps: measurements in which one dimension runs and the others stay."""
from __future__ import annotations

import itertools
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Iterable, Iterator

from rich.console import Group
from rich.text import Text

from mlir_pr import _core
from mlir_pr.domain import swept_dimensions
from mlir_pr.store import Measurement, latency_of, merge
from mlir_pr.units import format_latency

#: Fewer points are no picture of a stair.
_FEWEST_POINTS = 6
_COLUMNS = 96
_ROWS = 12


@dataclass(frozen=True)
class Sweep:
    #: The layer that the sweep goes through, at its largest extent.
    layer: str
    dim: str
    #: Dimensions that equal it at every point.
    ties: tuple[str, ...]
    #: Extent and measurement, by extent.
    points: tuple[tuple[int, Measurement], ...]
    #: Every latency, in that order: repetitions tell an exact machine from noise.
    latencies: tuple[tuple[float, ...], ...]

    @property
    def axis(self) -> str:
        return " = ".join((self.dim, *self.ties))

    @cached_property
    def fit(self) -> _core.SweepFit | None:
        """The stair that the points support; None where they are all at one
        extent, or too far apart."""
        low, high = self.points[0][0], self.points[-1][0]
        try:
            fitter = _core.StepFitter(low, high)
        except ValueError:
            return None
        for (extent, _), latencies in zip(self.points, self.latencies):
            for latency in latencies:
                fitter.observe(extent, latency)
        return fitter.result()

    def as_json(self) -> dict[str, Any]:
        return {"layer": self.layer, "dim": self.dim, "ties": list(self.ties),
                "points": [{"extent": extent, "time_ps": row.time_ps, "cycles": row.cycles}
                           for extent, row in self.points],
                "fitted": [{"width": step.width, "offset": step.offset, "plateau": step.plateau,
                            "region": [step.region_low, step.region_high], "height": step.height}
                           for step in (self.fit.steps if self.fit else ())]}


def find_sweeps(rows: Iterable[Measurement]) -> list[Sweep]:
    """The sweeps among the rows of that role; a row may belong to several."""
    swept = [row for row in rows if row.role == "sweep"]
    merged = [entry.measurement for entry in merge(swept)]
    latencies: dict[str, list[float]] = {}
    for row in swept:
        if row.ok:
            latencies.setdefault(row.layer, []).append(latency_of(row))
    lines: dict[tuple[tuple[str, ...], str], dict[int, Measurement]] = {}
    for row in merged:
        layer = _core.Layer.parse(row.layer)
        for dims, extent in _lines_through(layer):
            others = " ".join(word for word in row.layer.split(" ")
                              if word.split("=")[0] not in dims)
            lines.setdefault((dims, others), {})[extent] = row
    sweeps = []
    for (dims, _), points in lines.items():
        if len(points) >= _FEWEST_POINTS:
            ordered = tuple(sorted(points.items(), key=lambda point: point[0]))
            sweeps.append(Sweep(ordered[-1][1].layer, dims[0], dims[1:], ordered,
                                tuple(tuple(latencies[row.layer]) for _, row in ordered)))
    return sweeps


def _lines_through(layer: _core.Layer) -> Iterator[tuple[tuple[str, ...], int]]:
    """Along each dimension, and along two that are equal."""
    for dim, extent in layer.dims.items():
        yield (dim,), extent
    for one, other in itertools.combinations(swept_dimensions(layer.kind), 2):
        if layer.dims[one] == layer.dims[other]:
            yield (one, other), layer.dims[one]


def draw(sweep: Sweep) -> Group:
    """The points, and the fitted curve behind them, as characters."""
    first, last = sweep.points[0], sweep.points[-1]
    highest = max(latency_of(row) for _, row in sweep.points)
    columns = min(_COLUMNS, last[0] - first[0] + 1)
    grid = [[" "] * columns for _ in range(_ROWS)]

    def mark(extent: int, latency: float, sign: str) -> None:
        column = (extent - first[0]) * (columns - 1) // max(1, last[0] - first[0])
        row = round((1 - latency / highest) * (_ROWS - 1))
        grid[min(max(row, 0), _ROWS - 1)][column] = sign

    for extent, latency in sweep.fit.curve if sweep.fit else ():
        mark(extent, latency, "─")
    for extent, row in sweep.points:
        mark(extent, latency_of(row), "●")
    ends = (f"{sweep.axis} {first[0]} .. {last[0]}: "
            f"{format_latency(first[1].time_ps, first[1].cycles)} .. "
            f"{format_latency(last[1].time_ps, last[1].cycles)}; fitted: {_said(sweep)}")
    return Group(Text(f"\n{sweep.layer}", style="dim"),
                 *(Text("".join(line).rstrip(), style="cyan") for line in grid), Text(ends))


def _said(sweep: Sweep) -> str:
    if sweep.fit is None or not sweep.fit.steps:
        return "no step" + (f": {sweep.fit.reason}" if sweep.fit else "")
    first, last = sweep.points[0][0], sweep.points[-1][0]
    return ", ".join(_step_text(step, first, last) for step in sweep.fit.steps)


def _step_text(step: _core.FittedStep, first: int, last: int) -> str:
    begins = f" from {step.offset}" if step.offset else ""
    over = f" over {step.region_low} .. {step.region_high}" \
        if step.region_low > first or step.region_high < last else ""
    return f"every {step.width}{begins}{over} ({step.plateau})"
