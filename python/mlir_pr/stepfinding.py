# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Finds the steps of targets that nobody described (docs/design/Steps.md).

Each dimension is swept through one layer of the domain by a fitter that chooses
its points; all sweeps go on at the same time, so that their measurements
interleave. What they find, and candidates that were named, is then looked at
around other layers: a step that rises nowhere else is dropped, and its plateaus
are flat only where they are flat everywhere.

Every measurement is stored as it arrives. Planning anew asks for the same
layers in the same order, and what the store holds is not measured again.
"""
from __future__ import annotations

import bisect
import collections
import math
import time
from dataclasses import dataclass, field, replace
from typing import Callable, Iterable, Mapping, Sequence

import numpy as np
from scipy.stats import qmc

from mlir_pr import _core, jointsteps
from mlir_pr.campaign import Campaign
from mlir_pr.domain import Domain, swept_dimensions
from mlir_pr.runner import Outcome, PlannedLayer
from mlir_pr.store import FoundStep, Measurement, Store, StoredTarget, latency_of

#: Of the campaign's count, for sweeps, and with what looks at their steps around other layers.
_SHARE = 0.5
_SHARE_OF_ALL = 0.6
_MOST_A_SWEEP = 48
_FEWEST_A_SWEEP = 24
#: A range without room for edges has no stair that is worth a sweep.
_FEWEST_EXTENTS = 16
#: Narrower ranges are swept up to here: a stair shows itself by its repetition.
_FEW_PLATEAUS = 256
#: Wider ranges are swept up to here.
_LARGEST_EXTENT = 1024
_DRAWN = 128
#: Sweeps go through a layer with more work than most: steps of what computes
#: show where it is the slowest. Share of the logarithm of every range.
_BACKGROUND = 0.7
#: Layers around which a step is looked at: by their rank in work, and by their rank in what
#: they move a multiplication, where another resource may be the slowest.
_RANKS = (0.3, 0.6, 0.9)
_MOVED = ("weight_elements", "output_elements", "input_elements")
_MOVED_RANK = 0.93
#: Around as many layers at least, however many steps there are; where as many of an exact
#: machine agree, a step is there.
_FEWEST_LOOKED_AT = 2
#: Where so many do, its plateaus are flat.
_FEWEST_OF_FLAT = 4
#: Two plateaus in a row at both ends, and one point behind them.
_POINTS_OF_A_LOOK = 5
_EDGES_OF_A_LOOK = 2  # ends of the two plateaus
#: In standard deviations.
_CLEAR = 3.0
#: Of a step's height: a rise within the plateau that is none.
_FLAT = 0.02
#: Fewer say nothing about a dimension.
_FEWEST_MEASURED = 6
#: Noise of a target that has not shown any yet.
_UNKNOWN_NOISE = 0.01

Measure = Callable[[Sequence[PlannedLayer], float | None], list[Measurement]]


class OutOfTime(Exception):
    """The time budget ended first; what was measured is kept."""


@dataclass
class Finding:
    steps: list[FoundStep] = field(default_factory=list)
    #: Of this campaign's count, those found in the store included.
    measurements: int = 0
    notes: list[str] = field(default_factory=list)


@dataclass
class _Sweep:
    layer: _core.Layer
    dim: str
    low: int
    high: int
    most: int
    #: Dimensions that equal this one in every layer of the domain.
    ties: tuple[str, ...] = ()
    #: How far it would go by itself.
    furthest: int = 0
    #: By extent, the last one where it was measured more than once.
    latencies: dict[int, float] = field(default_factory=dict)
    #: What it shows is not what other layers show.
    varies: bool = False

    def __post_init__(self) -> None:
        self.fitter = _core.StepFitter(self.low, self.high, self.most)

    def at(self, extent: int) -> _core.Layer | None:
        return _replaced(self.layer, dict.fromkeys((self.dim, *self.ties), extent))

    @property
    def rests(self) -> bool:
        """Exact latencies that neighbours share, without a step of one width."""
        fit = self.fitter.result()
        return not fit.steps and fit.deterministic and jointsteps.rests(self.latencies)


def _replaced(layer: _core.Layer, extents: Mapping[str, int]) -> _core.Layer | None:
    """None where there is no such layer of this kind: extents of 1 make a conv2d a conv1d."""
    if any(extent < 1 for extent in extents.values()):
        return None
    try:
        changed = layer.replace(**extents)
    except ValueError:
        return None
    return changed if changed.kind == layer.kind else None


def is_wanted(campaign: Campaign, info: _core.TargetInfo) -> bool:
    """Whether a campaign looks for steps at all."""
    if campaign.candidates or campaign.find_steps == "always":
        return True
    described = bool(info.description_hash) or campaign.sampling == "random"
    return campaign.find_steps == "auto" and not described


class StepFinder:
    """Plans, measures and fits; `find` gives what the lattice takes."""

    def __init__(self, campaign: Campaign, info: _core.TargetInfo, store: Store,
                 target: StoredTarget, measure: Measure,
                 progress: Callable[[Outcome], None]) -> None:
        self._campaign, self._info, self._store, self._target = campaign, info, store, target
        self._measure, self._progress = measure, progress
        self._deadline = None if campaign.seconds is None \
            else time.monotonic() + campaign.seconds
        self._finding = Finding()
        self._noise: dict[str, float] = {}
        self._most_work: dict[str, int] = {}
        #: Steps that are still to be looked at around other layers.
        self._looks = 0
        self._kept: dict[str, collections.deque[Measurement]] = collections.defaultdict(
            collections.deque)
        for row in store.measurements(target):
            if row.role == "sweep":
                self._kept[row.layer].append(row)

    def find(self, domains: Sequence[Domain]) -> Finding:
        drawn = {one.kind: self._draw(one) for one in domains}
        drawn = {kind: layers for kind, layers in drawn.items() if layers}
        self._most_work = {kind: _work(layers[-1]) for kind, layers in drawn.items()}
        sweeps = self._sweeps(drawn, {one.kind: one.ties for one in domains})
        self._run(sweeps)
        sweeps = self._apart(sweeps)
        self._looks = sum(len(sweep.fitter.result().steps) for sweep in sweeps) \
            + sum(len(widths) for dims in self._campaign.candidates.values() for widths in dims.values())
        found = [step for sweep in sweeps for step in self._fitted(sweep, drawn)]
        found = self._joint(sweeps, found, drawn)
        found += [step for kind, dims in self._campaign.candidates.items() if kind in drawn
                  for dim, widths in dims.items()
                  for step in self._confirmed(kind, dim, widths, drawn[kind])]
        self._finding.steps = found + self._forgotten(found, drawn)
        return self._finding

    def _forgotten(self, found: Sequence[FoundStep],
                   drawn: Iterable[str]) -> list[FoundStep]:
        """A target that is looked at as a black box has no steps but those found."""
        if self._campaign.find_steps != "always":
            return []
        have = {(step.kind, step.dim) for step in found}
        dims = {(kind, step.dim) for kind in drawn for step in self._info.lattice(kind).steps
                if step.knowledge != "stated"}
        return [FoundStep(kind, dim, 1, evidence="not looked for")
                for kind, dim in sorted(dims - have)]

    # What is swept.

    def _draw(self, one: Domain) -> list[_core.Layer]:
        """Legal layers of the domain, from the least to the most work."""
        cube = qmc.Sobol(len(one.axes), scramble=True, seed=self._campaign.seed).random(_DRAWN)
        layers = {layer.text: layer for layer in one.layers(cube)
                  if isinstance(layer, _core.Layer) and layer.kind == one.kind
                  and not self._info.why_illegal(layer)}
        return sorted(layers.values(), key=lambda layer: (_work(layer), layer.text))

    def _sweeps(self, drawn: dict[str, list[_core.Layer]],
                ties: dict[str, dict[str, str]]) -> list[_Sweep]:
        ranges = {(kind, dim): (low, high) for kind, layers in drawn.items()
                  for dim, low, high in self._ranges(kind, layers)}

        def tied(kind: str, dim: str) -> tuple[str, ...]:
            return tuple(other for of, other in ranges if of == kind and ties[kind].get(other) == dim)
        wanted = [(kind, dim, low, high) for (kind, dim), (low, high) in ranges.items()
                  if (kind, ties[kind].get(dim)) not in ranges]
        budget = int(_SHARE * self._campaign.count)
        fit = budget // _FEWEST_A_SWEEP
        if len(wanted) > fit:
            left = ", ".join(f"{kind}.{dim}" for kind, dim, _, _ in wanted[fit:])
            self._finding.notes.append(
                f"no steps are looked for in {left}: half the budget is {budget} measurements")
            wanted = wanted[:fit]
        most = min(_MOST_A_SWEEP, budget // len(wanted)) if wanted else 0
        backgrounds = {kind: _balanced(drawn[kind], [dim for named, dim, _, _ in wanted
                                                     if named == kind]) for kind in drawn}
        return [self._within_work(_Sweep(backgrounds[kind], dim, low, high, most, tied(kind, dim)))
                for kind, dim, low, high in wanted]

    def _within_work(self, sweep: _Sweep) -> _Sweep:
        """Not beyond what can be measured: work grows fast where dimensions grow together."""
        if not sweep.ties:
            return sweep
        beyond = bisect.bisect_left(range(sweep.low + 1, sweep.high + 1), True,
                                    key=lambda extent: self._legal(sweep.at(extent)) is None)
        able = sweep.low + beyond
        return replace(sweep, high=max(able, sweep.low + 1), furthest=sweep.high, latencies={})

    def _ranges(self, kind: str, layers: Sequence[_core.Layer]) -> list[tuple[str, int, int]]:
        if self._campaign.find_steps == "never" or not self._is_unknown(kind):
            return []
        ranges = []
        lattice = self._info.lattice(kind)
        maximum = lattice.maximum
        stated = {step.dim for step in lattice.steps if step.knowledge == "stated"}
        for dim in swept_dimensions(kind):
            extents = [layer.dims[dim] for layer in layers]
            legal = maximum.get(dim, _LARGEST_EXTENT)
            high = min(max(*extents, _FEW_PLATEAUS), _LARGEST_EXTENT, legal)
            named = dim in stated or dim in self._campaign.candidates.get(kind, {})
            varies = max(extents) - min(extents) + 1 >= _FEWEST_EXTENTS
            if varies and high > min(extents) and not named:
                ranges.append((dim, min(extents), high))
        return ranges

    def _is_unknown(self, kind: str) -> bool:
        return self._campaign.find_steps == "always" \
            or (not self._info.description_hash and self._info.lattice(kind).is_trivial)

    def _apart(self, sweeps: Sequence[_Sweep]) -> list[_Sweep]:
        """Where dimensions were swept together and latency is no plain curve, or too short a one,
        each by itself with what sweeps may still take: stairs that multiply look like many."""
        apart: list[_Sweep] = []
        for sweep in sweeps:
            few = sweep.high - sweep.low + 1 < _FEWEST_EXTENTS
            if not sweep.ties or not (few or sweep.fitter.result().steps or sweep.rests):
                apart.append(sweep)
                continue
            dims = (sweep.dim, *sweep.ties)
            left = int(_SHARE * self._campaign.count) - self._finding.measurements
            most = min(sweep.most, max(_FEWEST_A_SWEEP, left // len(dims)))
            alone = [replace(sweep, dim=dim, high=sweep.furthest, ties=(), most=most, latencies={})
                     for dim in dims]
            self._run(alone)
            apart += alone
        return apart

    # Measuring.

    def _run(self, sweeps: Sequence[_Sweep]) -> None:
        """All sweeps at once, a batch of each at a time."""
        going = list(sweeps)
        while going:
            asked = [(sweep, extent) for sweep in going for extent in sweep.fitter.batch()]
            layers = [(sweep, extent, self._legal(sweep.at(extent))) for sweep, extent in asked]
            for sweep, extent, layer in layers:
                if layer is None:
                    sweep.fitter.skip(extent)
            able = [(sweep, extent, layer) for sweep, extent, layer in layers if layer is not None]
            for (sweep, extent, _), row in zip(able, self._rows([one for _, _, one in able])):
                if row.ok:
                    sweep.latencies[extent] = latency_of(row)
                    sweep.fitter.observe(extent, latency_of(row))
                else:
                    sweep.fitter.skip(extent)
            going = [sweep for sweep in going if sweep.fitter.next() is not None]

    def _legal(self, layer: _core.Layer | None) -> _core.Layer | None:
        """None as well for a layer that would take longer than any of the domain."""
        if layer is None or self._info.why_illegal(layer):
            return None
        return layer if _work(layer) <= self._most_work[layer.kind] else None

    def _rows(self, layers: Sequence[_core.Layer]) -> list[Measurement]:
        """One row a layer, from the store as far as it holds them."""
        rows: list[Measurement | None] = []
        for layer in layers:
            kept = self._kept[layer.text]
            rows.append(kept.popleft() if kept else None)
        missing = [PlannedLayer(layer.text, "sweep")
                   for layer, row in zip(layers, rows) if row is None]
        seconds = None if self._deadline is None else self._deadline - time.monotonic()
        if missing and seconds is not None and seconds <= 0:
            raise OutOfTime
        fresh = self._measure(missing, seconds) if missing else []
        if len(fresh) < len(missing):
            raise OutOfTime
        arrived = iter(fresh)
        self._finding.measurements += len(layers)
        self._progress(Outcome(measured=self._finding.measurements,
                               left=max(0, self._campaign.count - self._finding.measurements)))
        return [next(arrived) if row is None else row for row in rows]

    # What the sweeps say.

    def _fitted(self, sweep: _Sweep, drawn: dict[str, list[_core.Layer]]) -> list[FoundStep]:
        kind, dim = sweep.layer.kind, sweep.dim
        fit = sweep.fitter.result()
        noise = 0.0 if fit.deterministic else fit.noise
        self._noise[kind] = max(noise, self._noise.get(kind, 0.0))
        if fit.measurements < _FEWEST_MEASURED:
            self._finding.notes.append(f"nothing is known of steps in {kind}.{dim}: {fit.reason}")
            return []
        sweep.varies |= sweep.rests
        along = f"along {' and '.join((dim, *sweep.ties))} together " if sweep.ties else ""
        said = f"{fit.measurements} measurements {along}show no step: " \
            + (fit.reason or "none of one width around other layers")
        steps = [found for step in fit.steps
                 for found in self._around(sweep, step, noise, drawn[kind])]
        return steps or [FoundStep(kind, one, 1, evidence=said) for one in (dim, *sweep.ties)]

    def _around(self, sweep: _Sweep, step: _core.FittedStep, noise: float,
                layers: Sequence[_core.Layer]) -> list[FoundStep]:
        """What is left of a step around other layers."""
        kind, dim = sweep.layer.kind, sweep.dim
        found = FoundStep(kind, dim, step.width, step.offset, step.region_low,
                          plateau=step.plateau, evidence=step.evidence)
        looked = self._look(found, layers, noise)
        sweep.varies |= looked.varies()
        if looked.edges >= 2 and looked.is_absent():
            self._finding.notes.append(
                f"the step of {step.width} that {kind}.{dim} shows in '{sweep.layer.text}' is "
                f"dropped: {looked.text()}")
            return []
        return looked.steps(replace(found, evidence=f"{step.evidence}; {looked.text()}"))

    # Dimensions that step together.

    def _joint(self, sweeps: Sequence[_Sweep], found: list[FoundStep],
               drawn: dict[str, list[_core.Layer]]) -> list[FoundStep]:
        """Where a step's width depends on the other dimensions, the narrowest is that of
        a layer in which those are large. It is kept if latency rests on it everywhere."""
        again: list[_Sweep] = []
        for sweep in (one for one in sweeps if one.varies):
            layer = self._widened(sweep, drawn[sweep.layer.kind])
            spent = self._finding.measurements + sum(one.most for one in again)
            if spent + sweep.most > _SHARE * self._campaign.count:
                self._finding.notes.append(
                    f"whether {sweep.layer.kind}.{sweep.dim} steps together with another dimension "
                    "is not looked for: half the budget is spent")
            elif layer is not None:
                again.append(replace(sweep, layer=layer, latencies={}))
        self._run(again)
        tiles = [step for sweep in again for step in self._tile(sweep, drawn)]
        replaced = {(step.kind, step.dim) for step in tiles}
        for kind in sorted({step.kind for step in tiles}):
            self._say_waves([step for step in tiles if step.kind == kind],
                            [sweep for sweep in [*sweeps, *again] if sweep.layer.kind == kind])
        return [step for step in found if (step.kind, step.dim) not in replaced] + tiles

    def _widened(self, sweep: _Sweep, layers: Sequence[_core.Layer]) -> _core.Layer | None:
        """The sweep's layer with the other dimensions as large as the domain has them, or
        all but one, where that would be too much work: with the largest result."""
        own = {sweep.dim: min(sweep.high, _FEW_PLATEAUS)}
        others = {dim: max(layer.dims[dim] for layer in layers)
                  for dim in swept_dimensions(sweep.layer.kind) if dim != sweep.dim}
        widened = [_replaced(sweep.layer, own | {
            dim: most for dim, most in others.items() if dim != left}) for left in [None, *others]]
        able = [layer for layer in map(self._legal, widened) if layer is not None]
        return max(able, key=lambda layer: layer.work["output_elements"], default=None)

    def _tile(self, sweep: _Sweep, drawn: dict[str, list[_core.Layer]]) -> list[FoundStep]:
        kind, dim = sweep.layer.kind, sweep.dim
        fit = sweep.fitter.result()
        noise = 0.0 if fit.deterministic else fit.noise
        for step in fit.steps[::-1]:
            found = FoundStep(kind, dim, step.width, step.offset, step.region_low, plateau="flat")
            looked = self._look(found, drawn[kind], noise)
            if step.plateau != "ramps" and looked.edges >= 2 and looked.flats == looked.edges:
                return [replace(found, evidence=f"{step.evidence} in '{sweep.layer.text}'; "
                                f"together with other dimensions: {looked.text()}")]
        return []

    def _say_waves(self, tiles: Sequence[FoundStep], sweeps: Sequence[_Sweep]) -> None:
        named = " and ".join(f"{step.kind}.{step.dim}" for step in tiles)
        if len(tiles) < 2:
            self._finding.notes.append(
                f"how often {named} steps depends on other dimensions; it is flat within "
                f"{tiles[0].width}")
            return
        dims = {step.dim for step in tiles}
        sizes = jointsteps.wave_sizes(
            tiles, [(sweep.layer, sweep.dim, sweep.latencies) for sweep in sweeps
                    if sweep.dim in dims], self._noise[tiles[0].kind])
        shape = " x ".join(str(step.width) for step in tiles)
        size = "" if not sizes else f": one step is {sizes[0]} tiles" if len(sizes) == 1 \
            else f": one step is {sizes[0]} to {sizes[-1]} tiles"
        self._finding.notes.append(f"{named} step together, in waves of tiles of {shape}{size}; "
                                   "kept is that latency is flat within a tile")

    # Both sides of a few edges.

    def _confirmed(self, kind: str, dim: str, widths: Iterable[int],
                   layers: Sequence[_core.Layer]) -> list[FoundStep]:
        """The candidates that hold; with none, that there is no step."""
        noise = self._noise.get(kind)
        steps = []
        for width in widths:
            candidate = FoundStep(kind, dim, width, knowledge="gray")
            looked = self._look(candidate, layers, _UNKNOWN_NOISE if noise is None else noise)
            if looked.edges == 0 or looked.is_absent():
                self._finding.notes.append(
                    f"the candidate step of {width} in {kind}.{dim} is refuted: {looked.text()}")
                continue
            steps += looked.steps(FoundStep(kind, dim, width, plateau="flat", knowledge="gray",
                                            evidence=f"a candidate; {looked.text()}"))
        return steps or [FoundStep(kind, dim, 1, evidence="no candidate was confirmed")]

    def _look(self, step: FoundStep, layers: Sequence[_core.Layer], noise: float) -> _Look:
        """Measures two plateaus in a row at both ends, and one point behind them,
        around layers that differ in all other dimensions: all of them, where the budget has as
        much for each step, and an exact machine leaves something to be seen."""
        looked = _Look(step.width, noise, ramps=step.plateau == "ramps")
        left = _SHARE_OF_ALL * self._campaign.count - self._finding.measurements
        able = int(left / _POINTS_OF_A_LOOK / max(1, self._looks))
        self._looks -= 1
        backgrounds = list(enumerate(_looked_at(layers)[:max(_FEWEST_LOOKED_AT, able)]))
        at_once = len(backgrounds) if noise > 0 else _FEWEST_LOOKED_AT
        while backgrounds and not looked.is_settled():
            self._look_at(step, backgrounds[:at_once], looked)
            backgrounds = backgrounds[at_once:]
        return looked

    def _look_at(self, step: FoundStep, backgrounds: Sequence[tuple[int, _core.Layer]],
                 looked: _Look) -> None:
        series = []
        for number, background in backgrounds:
            lowest = 1 if step.region_low == 1 else \
                math.ceil((step.region_low - step.offset) / step.width) + 1
            # The first plateau is like no other where the first load is waited for.
            index = lowest if number % 3 == 0 else \
                max(lowest, round((background.dims[step.dim] - step.offset) / step.width))
            edge = step.offset + index * step.width
            points = [self._legal(_replaced(background, {step.dim: extent})) for extent in (
                edge - step.width + 1, edge, edge + 1, edge + step.width, edge + step.width + 1)]
            if all(point is not None for point in points):
                series.append((index, [point for point in points if point is not None]))
        rows = self._rows([point for _, points in series for point in points])
        for i, (index, _) in enumerate(series):
            own = rows[_POINTS_OF_A_LOOK * i:_POINTS_OF_A_LOOK * (i + 1)]
            if all(row.ok for row in own):
                looked.add([latency_of(row) for row in own], index == 1)


@dataclass
class _Look:
    """Pairs of edges of one step, each around another layer."""

    width: int
    noise: float
    #: Whether the sweep shows that the plateaus are not flat.
    ramps: bool
    edges: int = 0
    rises: int = 0
    flats: int = 0
    #: First plateaus, and those of them that are flat.
    firsts: int = 0
    flat_firsts: int = 0
    #: Layers with a rise at one edge, and none at the next: that is no period.
    torn: int = 0
    #: Rise over its standard error, summed over the edges.
    evidence: float = 0.0

    def add(self, series: Sequence[int], from_first: bool) -> None:
        before = self.flats
        rises = [self._edge(*series[0:3])]
        self.firsts += from_first
        self.flat_firsts += from_first and self.flats > before
        rises.append(self._edge(*series[2:5]))
        self.torn += rises[0] != rises[1]

    def _edge(self, first: int, last: int, behind: int) -> bool:
        error = math.sqrt(2) * max(self.noise, 1e-9) * behind
        rise = behind - last - max(0.0, (last - first) / (self.width - 1))
        rises = rise > _CLEAR * error
        self.edges += 1
        self.rises += rises
        self.flats += abs(last - first) <= max(_FLAT * max(rise, 0), _CLEAR * error)
        self.evidence += min(max(rise / error, -100), 100)
        return rises

    def is_settled(self) -> bool:
        """On an exact machine, where all layers agree: two that there is a step, which is all
        that is asked of one that ramps, and four that it is flat."""
        if self.noise > 0 or self.rises < self.edges:
            return False
        ramps = self.ramps or self.flats - self.flat_firsts < self.edges - self.firsts
        return self.edges >= _EDGES_OF_A_LOOK * (_FEWEST_LOOKED_AT if ramps else _FEWEST_OF_FLAT)

    def is_absent(self) -> bool:
        """Noise may hide each edge, and still not all of them together."""
        if self.noise > _UNKNOWN_NOISE and self.evidence >= 2 * math.sqrt(self.edges):
            return False
        return 4 * self.rises < self.edges or 4 * self.torn > self.edges - self.torn

    def varies(self) -> bool:
        """Not all edges are steps, and not all steps are edges."""
        return self.edges >= 2 and self.rises < self.edges and (
            self.is_absent() or self.flats < self.edges)

    def steps(self, found: FoundStep) -> list[FoundStep]:
        """The step with its plateaus; where just the first one ramps, as two."""
        rest = self.flats - self.flat_firsts == self.edges - self.firsts
        if found.plateau == "ramps" or not rest:
            return [replace(found, plateau="ramps")]
        if self.flat_firsts == self.firsts:
            return [replace(found, plateau=found.plateau)]
        first = found.offset + found.width
        return [replace(found, region_high=first, plateau="ramps"),
                replace(found, region_low=first + 1)]

    def text(self) -> str:
        return (f"latency rises at {self.rises} of {self.edges} edges around other layers, "
                f"{self.flats} plateaus are flat")


def _work(layer: _core.Layer) -> int:
    return layer.work["macs"] or layer.work["output_elements"]


def _ranked(layers: Sequence[_core.Layer], rank: float) -> _core.Layer:
    return layers[int(np.clip(round(rank * (len(layers) - 1)), 0, len(layers) - 1))]


def _looked_at(layers: Sequence[_core.Layer]) -> list[_core.Layer]:
    chosen = []
    for rank, moved in zip(_RANKS, _MOVED):
        chosen.append(_ranked(layers, rank))
        by_share = sorted(layers, key=lambda layer: layer.work.get(moved, 0)
                          / max(1, layer.work["macs"]))
        chosen.append(_ranked(by_share, _MOVED_RANK))
    return chosen


def _balanced(layers: Sequence[_core.Layer], dims: Sequence[str]) -> _core.Layer:
    """The layer that is rather large in every dimension."""
    extents = np.log([[layer.dims[dim] for dim in dims] for layer in layers])
    low, high = extents.min(axis=0), extents.max(axis=0)
    away = (extents - low) / np.maximum(high - low, 1e-9) - _BACKGROUND
    return layers[int(np.argmin((away ** 2).sum(axis=1)))]
