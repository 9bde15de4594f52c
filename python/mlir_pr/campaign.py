# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Configurations of campaigns (docs/Campaigns.md), read and checked as far as
that needs no target."""
from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Sequence

from mlir_pr import _core, domain
from mlir_pr.domain import Domain
from mlir_pr.errors import InputError
from mlir_pr.runner import MeasureOptions
from mlir_pr.store import PLATEAUS, RESOURCES, StatedStep
from mlir_pr.yamlio import Section, read_yaml

_KEYS = ("target", "seed", "sampling", "starts_share", "budget", "random_baseline", "kinds",
         "networks", "network_layers", "as_quantized", "schedules", "steps", "find_steps",
         "candidates", "sweeps", "measure", "repeats", "free_epilogues", "detect_epilogues")
#: Of the text form, in its order; pooling needs more than its name to be measured.
EPILOGUES = ("bias", "scale", "relu", "clamp", "activation", "requantize", "residual_add", "pool")
MEASURABLE_EPILOGUES = EPILOGUES[:-1]


@dataclass(frozen=True)
class Sweep:
    """One dimension runs, the others stay: for pictures of the stairs."""

    layer: str
    dim: str
    low: int
    high: int


@dataclass(frozen=True)
class Repeats:
    """When a layer is measured again."""

    #: Relative error that a latency may have.
    goal: float = 0.03
    #: Measurements of one layer, the first one included.
    most: int = 3
    #: Relative change of the reference layer up to which rows are believed.
    drift: float = 0.05
    #: Layers between two measurements of the reference layer.
    reference_every: int = 48
    #: Of all layers, the largest share that is doubted for its neighbours.
    suspects: float = 0.05


@dataclass(frozen=True)
class Campaign:
    """A configuration file, checked as far as it can be without a target."""

    target: str | None
    seed: int
    sampling: str
    starts_share: float
    count: int
    seconds: float | None
    random_baseline: int
    #: Kinds with their domain; None: the hull of the networks, or the target's.
    kinds: dict[str, Domain | None]
    shares: dict[str, float]
    networks: list[str]
    network_layers: str
    as_quantized: bool
    #: Tile sizes drawn for each layer that is drawn, where the target takes any.
    schedules: int
    steps: list[StatedStep]
    #: Whether sweeps look for steps: where nothing is known, "always", "never".
    find_steps: str
    #: Widths to be confirmed, by kind and dimension.
    candidates: dict[str, dict[str, list[int]]]
    sweeps: list[Sweep]
    options: MeasureOptions
    repeats: Repeats
    #: Stated: what costs nothing behind each kind.
    free_epilogues: dict[str, list[str]]
    #: Epilogues to be measured; "auto": all, where the target says nothing; "never".
    detect_epilogues: list[str] | str
    #: The file as it was read, for the store.
    config: dict[str, Any] = field(default_factory=dict)


def read_campaign(path: str | Path) -> Campaign:
    section = read_yaml(path)
    section.expect_only(_KEYS)
    budget = section.section("budget")
    budget.expect_only(("count", "seconds"))
    kinds, shares = _kinds(section.section("kinds"))
    share = section.get("starts_share", float, 0.1)
    if not 0 <= share <= 0.5:
        raise section.error("starts_share", f"{share:g} is not in 0 .. 0.5")
    folder = Path(path).parent
    return Campaign(
        target=section.get("target", str),
        seed=section.get("seed", int, 0),
        sampling=section.choice("sampling", ("auto", "pr", "pr+starts", "random", "active"), "auto"),
        starts_share=share,
        count=budget.positive("count", int, 1000),
        seconds=budget.positive("seconds", float),
        random_baseline=section.get("random_baseline", int, 0),
        kinds=kinds, shares=shares,
        networks=[str(folder / name) for name in section.texts("networks")],
        network_layers=section.choice("network_layers", ("include", "exclude"), "include"),
        as_quantized=section.get("as_quantized", bool, False),
        schedules=_at_least_zero(section, "schedules"),
        steps=_steps(section.section("steps")),
        find_steps=section.choice("find_steps", ("auto", "always", "never"), "auto"),
        candidates=_candidates(section.section("candidates")),
        sweeps=[_sweep(item, f"{section.where}: sweeps[{i}]")
                for i, item in enumerate(section.get("sweeps", list, []))],
        options=_options(section.section("measure")),
        repeats=_repeats(section.section("repeats")),
        free_epilogues=_free_epilogues(section.section("free_epilogues")),
        detect_epilogues=_detect_epilogues(section),
        config=section.values)


def _at_least_zero(section: Section, key: str) -> int:
    value = section.get(key, int, 0)
    if value < 0:
        raise section.error(key, f"{value} is below 0")
    return value


def _kinds(section: Section) -> tuple[dict[str, Domain | None], dict[str, float]]:
    kinds: dict[str, Domain | None] = {}
    shares: dict[str, float] = {}
    for kind in section.values:
        inner = _kind_section(section, kind)
        has_domain = "dims" in inner.values or "together" in inner.values
        kinds[kind] = domain.from_config(inner, kind) if has_domain else None
        shares[kind] = inner.positive("share", float, 1.0)
        if not has_domain:
            inner.expect_only(("share",))
    return kinds, shares


def _kind_section(section: Section, kind: str) -> Section:
    _check_kind(section, kind)
    return section.section(kind)


def _check_kind(section: Section, kind: str) -> None:
    known = [info["name"] for info in _core.layer_kinds()]
    if kind not in known:
        raise section.error(kind, f"unknown layer kind (known: {', '.join(known)})")


def _steps(section: Section) -> list[StatedStep]:
    steps = []
    for kind in section.values:
        inner = _kind_section(section, kind)
        known = domain.dimension_names(kind)
        for dim in inner.values:
            if dim not in known:
                raise inner.error(dim, f"{kind} has no such dimension (it has: {', '.join(known)})")
            steps.append(_step(inner, kind, dim))
    return steps


def _candidates(section: Section) -> dict[str, dict[str, list[int]]]:
    """`{conv2d: {oc: [8, 16], ic: 8}}`."""
    result: dict[str, dict[str, list[int]]] = {}
    for kind in section.values:
        inner = _kind_section(section, kind)
        known = domain.dimension_names(kind)
        for dim, value in inner.values.items():
            if dim not in known:
                raise inner.error(dim, f"{kind} has no such dimension (it has: {', '.join(known)})")
            widths = value if isinstance(value, list) else [value]
            if not widths or not all(type(width) is int and width >= 2 for width in widths):
                raise inner.error(dim, f"expected widths of 2 or more, found {value!r}")
            result.setdefault(kind, {})[dim] = widths
    return result


def _step(section: Section, kind: str, dim: str) -> StatedStep:
    """A width, or a mapping with what else is known."""
    if not isinstance(section.values[dim], dict):
        return StatedStep(kind, dim, section.positive(dim, int))
    inner = section.section(dim)
    inner.expect_only(("width", "offset", "resource", "plateau"))
    inner.require("width", int)
    return StatedStep(kind, dim, inner.positive("width", int), inner.get("offset", int, 0),
                      inner.choice("resource", RESOURCES, "compute"),
                      inner.choice("plateau", PLATEAUS, "flat"))


def _sweep(item: Any, where: str) -> Sweep:
    if not isinstance(item, dict):
        raise InputError(f"{where}: expected a mapping, found {item!r}")
    section = Section(item, where)
    section.expect_only(("layer", "dim", "range"))
    ends = section.require("range", list)
    if len(ends) != 2 or not all(type(end) is int for end in ends) or not 1 <= ends[0] < ends[1]:
        raise section.error("range", f"expected [low, high] with 1 <= low < high, found {ends!r}")
    try:
        layer = _core.Layer.parse(section.require("layer", str))
    except ValueError as error:
        raise section.error("layer", str(error)) from error
    dim = section.require("dim", str)
    if dim not in layer.dims:
        raise section.error("dim", f"{layer.kind} has no dimension '{dim}'")
    return Sweep(layer.text, dim, ends[0], ends[1])


def _options(section: Section) -> MeasureOptions:
    section.expect_only(("passes", "samples", "block", "timeout"))
    return MeasureOptions(passes=section.positive("passes", int),
                          samples=section.positive("samples", int),
                          block=section.positive("block", int),
                          timeout=section.positive("timeout", float))


def _repeats(section: Section) -> Repeats:
    section.expect_only(("goal", "most", "drift", "reference_every", "suspects"))
    default = Repeats()
    suspects = section.get("suspects", float, default.suspects)
    if not 0 <= suspects <= 1:
        raise section.error("suspects", f"{suspects:g} is not in 0 .. 1")
    return Repeats(section.positive("goal", float, default.goal),
                   section.positive("most", int, default.most),
                   section.positive("drift", float, default.drift),
                   section.positive("reference_every", int, default.reference_every), suspects)


def _free_epilogues(section: Section) -> dict[str, list[str]]:
    """`{conv2d: [bias, relu]}`; an empty list states that nothing is free."""
    for kind in section.values:
        _check_kind(section, kind)
    return {kind: _epilogues(section, kind, EPILOGUES) for kind in section.values}


def _detect_epilogues(section: Section) -> list[str] | str:
    if section.values.get("detect_epilogues") in (None, "auto", "never"):
        return section.choice("detect_epilogues", ("auto", "never"), "never")
    return _epilogues(section, "detect_epilogues", MEASURABLE_EPILOGUES)


def _epilogues(section: Section, key: str, known: Sequence[str]) -> list[str]:
    names = section.texts(key)
    for name in names:
        if name not in known:
            raise section.error(key, f"'{name}' is unknown (known: {', '.join(known)})")
    return list(dict.fromkeys(names))
