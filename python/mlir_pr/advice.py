# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""What to change in a network: where padding is paid for, how far a dimension
may grow at no cost, what the next smaller size saves, and where a larger size is the
faster one."""
from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, NamedTuple, Sequence

from rich.console import Group as Lines
from rich.text import Text

from mlir_pr import _core, ui
from mlir_pr.annotations import ANSWERED, Annotations, Group, group, model_path
from mlir_pr.layertext import shorten
from mlir_pr.planning import plateau_start
from mlir_pr.units import format_latency, format_share


@dataclass(frozen=True)
class Headroom:
    """`dim` may grow from `extent` to `last` at no cost."""

    dim: str
    extent: int
    last: int


@dataclass(frozen=True)
class StepDown:
    """Shrinking `dim` to `to` saves this much of one operation, in the unit of
    its latency."""

    dim: str
    extent: int
    to: int
    saves: int


@dataclass(frozen=True)
class Padding:
    """Growing `dim` to `to`, with zeros, saves this much of one operation: its latency
    falls off a cliff there, as where vectors divide one extent and not the other."""

    dim: str
    extent: int
    to: int
    saves: int
    #: How many times faster.
    speedup: float


#: Dimensions that can be filled up with zeros without changing what is computed.
_PADDABLE = {"conv1d": ("oc", "ic"), "conv2d": ("oc", "ic"), "conv3d": ("oc", "ic"),
             "transpose_conv2d": ("oc", "ic"), "depthwise_conv2d": ("c",), "pool2d": ("c",),
             "pool3d": ("c",), "matmul": ("m", "n", "k")}
#: Vectors and tiles are as long as one of these.
_MULTIPLES = (2, 4, 8, 16, 32, 64)
#: A smaller gain is not worth the reader's time.
_LEAST_SPEEDUP = 1.05


@dataclass(frozen=True)
class Advice:
    layer: str
    ops: int
    time_ps: int | None
    cycles: int | None
    #: Of the network's whole latency.
    share: float
    waste: float
    headroom: tuple[Headroom, ...]
    steps_down: tuple[StepDown, ...]
    #: At most one for each dimension, the best first.
    paddings: tuple[Padding, ...]
    #: Of its operations, in program order; empty where the file gives none.
    locations: tuple[str, ...]

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


def advise(annotations: Annotations, model: str) -> list[Advice]:
    """Of every answered layer, the longest first."""
    estimator = _core.Estimator.load(str(model_path(model)))
    groups = [one for function in annotations.functions for one in group(function.ops, 0)
              if one.estimate.status in ANSWERED and one.layer]
    whole = sum(one.total for one in groups)
    return [_advise(one, whole, estimator) for one in sorted(groups, key=lambda one: -one.total)]


def _advise(one: Group, whole: int, estimator: _core.Estimator) -> Advice:
    assert one.layer is not None
    layer = _core.Layer.parse(one.layer)
    lattice: _core.Lattice = estimator.kinds[layer.kind]["lattice"]
    headroom = tuple(Headroom(dim, extent, last) for dim, extent, last in lattice.headroom(layer)
                     if last > extent)
    return Advice(one.layer, len(one.ops), one.estimate.time_ps, one.estimate.cycles,
                  one.total / whole if whole else 0.0, one.estimate.waste or 0.0, headroom,
                  _steps_down(layer, one.estimate.latency or 0, lattice, estimator),
                  _paddings(layer, estimator),
                  tuple(op.location for op in one.ops if op.location))


def _steps_down(layer: _core.Layer, latency: int, lattice: _core.Lattice,
                estimator: _core.Estimator) -> tuple[StepDown, ...]:
    """The end of the plateau below, for each stepped dimension."""
    found = []
    for dim in sorted({step.dim for step in lattice.steps}):
        start = plateau_start(lattice.representative(layer), dim, lattice).dims[dim]
        below = layer.replace(**{dim: start - 1}) if start > 1 else None
        if below is None or below.kind != layer.kind:
            continue
        answer = estimator.predict([below])
        smaller = answer["time_ps"][0] if answer["time_ps"][0] is not None \
            else answer["cycles"][0]
        if smaller is not None and smaller < latency:
            found.append(StepDown(dim, layer.dims[dim], start - 1, latency - smaller))
    return tuple(sorted(found, key=lambda step: -step.saves))


def _paddings(layer: _core.Layer, estimator: _core.Estimator) -> tuple[Padding, ...]:
    """Larger extents that are faster, even at the far ends of both intervals."""
    found = []
    for dim in _PADDABLE.get(layer.kind, ()):
        extent = layer.dims[dim]
        larger = sorted({-(-extent // multiple) * multiple for multiple in _MULTIPLES} - {extent})
        if not larger:
            continue
        own, *padded = _bounds(estimator, [layer, *(layer.replace(**{dim: to}) for to in larger)])
        safe = [(ends.latency, to) for ends, to in zip(padded, larger)
                if own and ends and ends.upper < own.lower
                and own.latency > _LEAST_SPEEDUP * ends.latency]
        if safe and own:
            latency, to = min(safe)
            found.append(Padding(dim, extent, to, own.latency - latency, own.latency / latency))
    return tuple(sorted(found, key=lambda one: -one.saves))


class _Ends(NamedTuple):
    latency: int
    lower: int
    upper: int


def _bounds(estimator: _core.Estimator, layers: Sequence[_core.Layer]) -> list[_Ends | None]:
    """Latency and interval of each layer; None where the model has not all three."""
    answer = estimator.predict(layers)
    unit, lower, upper = ("cycles", "lower_cycles", "upper_cycles") \
        if estimator.target.counts_cycles else ("time_ps", "lower_ps", "upper_ps")
    return [None if None in ends else _Ends(*ends)
            for ends in zip(answer[unit], answer[lower], answer[upper])]


def render(annotations: Annotations, items: Sequence[Advice], rows: int | None) -> Lines:
    table = ui.table(["layer", "ops", "each", "share", "waste", "may grow at no cost",
                      "next step down saves"], right=["ops", "each", "share", "waste"])
    for item in items[:rows]:
        table.add_row(
            shorten(item.layer), str(item.ops), format_latency(item.time_ps, item.cycles),
            format_share(item.share), f"{100 * item.waste:.0f} %",
            ", ".join(f"{one.dim} {one.extent} -> {one.last}" for one in item.headroom) or "-",
            "\n".join(_step_text(item, one) for one in item.steps_down) or "-")
    notes = [Text(f"{len(items) - len(items[:rows])} more layers (--all)", style="dim")] \
        if rows is not None and len(items) > rows else []
    return Lines(Text.assemble((annotations.file, "bold")), table, *notes,
                 *_padding_lines(items[:rows]), *_summary(items))


def remarks(items: Sequence[Advice]) -> list[str]:
    """A line for each operation, as compilers write them: what it costs, and what
    would cost less."""
    lines = []
    for item in items:
        parts = [f"{format_latency(item.time_ps, item.cycles)} ({format_share(item.share / item.ops)} of the network)"]
        if item.waste > 0:
            parts.append(f"{100 * item.waste:.0f} % of its work is padding")
        parts += [f"{one.dim} may grow {one.extent} -> {one.last} at no cost" for one in item.headroom]
        parts += [f"shrinking {_step_text(item, one)} less" for one in item.steps_down]
        parts += [f"padding {one.dim} {one.extent} -> {one.to}: {one.speedup:.1f} times faster" for one in item.paddings]
        lines += [f"{location}: remark: {'; '.join(parts)}" for location in item.locations]
    return lines


def _step_text(item: Advice, step: StepDown) -> str:
    latency = item.time_ps if item.time_ps is not None else item.cycles
    relative = 100 * step.saves / latency if latency else 0.0
    return f"{step.dim} {step.extent} -> {step.to}: {_latency_text(item, step.saves)} ({relative:.0f} %)"


def _padding_lines(items: Sequence[Advice]) -> list[Text]:
    return [Text(f"pad {one.dim} {one.extent} to {one.to}: {one.speedup:.1f} times faster, "
                 f"{_latency_text(item, one.saves)} less ({shorten(item.layer)})", style="bold")
            for item in items for one in item.paddings]


def _latency_text(item: Advice, latency: int) -> str:
    """In the unit that the item has."""
    return format_latency(latency, None) if item.time_ps is not None \
        else format_latency(None, latency)


def _summary(items: Sequence[Advice]) -> list[Text]:
    wasted = sum(item.share * item.waste for item in items)
    return [Text(f"padding is {100 * wasted:.1f} % of the work, weighted by time", style="bold")]
