# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Sweeps: measurements in which one dimension runs and the others stay."""
from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Iterable

from rich.console import Group
from rich.text import Text

from mlir_pr import _core
from mlir_pr.store import Measurement, latency_of, merge
from mlir_pr.units import format_latency

_BLOCKS = "▁▂▃▄▅▆▇█"
#: Fewer points are no picture.
_FEWEST_POINTS = 3
_MOST_COLUMNS = 96


@dataclass(frozen=True)
class Sweep:
    #: The layer that the sweep goes through, at its largest extent.
    layer: str
    dim: str
    #: Extent and measurement, by extent.
    points: tuple[tuple[int, Measurement], ...]

    def as_json(self) -> dict[str, Any]:
        return {"layer": self.layer, "dim": self.dim,
                "points": [{"extent": extent, "time_ps": row.time_ps, "cycles": row.cycles}
                           for extent, row in self.points]}


def find_sweeps(rows: Iterable[Measurement]) -> list[Sweep]:
    """The sweeps among the rows of that role; a row may belong to several."""
    merged = [entry.measurement for entry in merge(row for row in rows if row.role == "sweep")]
    lines: dict[tuple[str, str], dict[int, Measurement]] = {}
    for row in merged:
        layer = _core.Layer.parse(row.layer)
        for dim, extent in layer.dims.items():
            others = " ".join(word for word in row.layer.split(" ")
                              if not word.startswith(f"{dim}="))
            lines.setdefault((dim, others), {})[extent] = row
    sweeps = []
    for (dim, _), points in lines.items():
        if len(points) >= _FEWEST_POINTS:
            ordered = tuple(sorted(points.items(), key=lambda point: point[0]))
            sweeps.append(Sweep(ordered[-1][1].layer, dim, ordered))
    return sweeps


def draw(sweep: Sweep) -> Group:
    """The stair as one line of blocks."""
    points = sweep.points[:_MOST_COLUMNS]
    latencies = [latency_of(row) for _, row in points]
    low, high = min(latencies), max(latencies)
    scale = (len(_BLOCKS) - 1) / (high - low) if high > low else 0.0
    blocks = "".join(_BLOCKS[round((latency - low) * scale)] for latency in latencies)
    first, last = points[0], points[-1]
    ends = (f"{sweep.dim} {first[0]} .. {last[0]}: "
            f"{format_latency(first[1].time_ps, first[1].cycles)} .. "
            f"{format_latency(last[1].time_ps, last[1].cycles)}")
    return Group(Text(f"\n{sweep.layer}", style="dim"), Text(blocks, style="cyan"), Text(ends))
