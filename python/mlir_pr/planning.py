# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Plans a campaign: which layers to measure, in which order (docs/Campaigns.md).

The same configuration, target, networks and seed give the same plan, so that a
campaign that was interrupted goes on where it ended.
"""
from __future__ import annotations

import collections
import itertools
import math
from dataclasses import dataclass, replace
from typing import Any, Iterable, Iterator, Mapping, Sequence

import numpy as np
from scipy.stats import qmc

from mlir_pr import _core, domain
from mlir_pr.campaign import Campaign
from mlir_pr.domain import Domain
from mlir_pr.errors import InputError
from mlir_pr.runner import PlannedLayer
from mlir_pr.kindmodel import model_layer

#: Points drawn at a time: a power of two keeps the sequence balanced.
_CHUNK = 256
#: One of so many points is drawn independently.
_INDEPENDENT_EVERY = 4
#: Between the seeds of the parts of one sample.
_NEXT_SEED = 7919
#: A domain is taken for exhausted after this many draws without a new layer.
_FRUITLESS_DRAWS = 16 * _CHUNK


@dataclass(frozen=True)
class Weights:
    """By which shares of the budget are multiplied: of kinds, and of the cases of each
    (`_core.layer_case`) as they occur in its domain."""

    kinds: Mapping[str, float]
    cases: Mapping[tuple[str, str], float]

    def thinned(self, kind: str, drawn: Iterable[PlannedLayer | None]
                ) -> Iterator[PlannedLayer | None]:
        """As many of each case as its weight says, but for layers that are to be like those
        asked about later."""
        own = [weight for (of, _), weight in self.cases.items() if of == kind]
        if len(own) < 2:
            yield from drawn
            return
        most = max(own)
        credit: collections.Counter[str] = collections.Counter()
        for one in drawn:
            if one is not None and one.role != "independent":
                case = _core.layer_case(_core.Layer.parse(one.layer))
                credit[case] += self.cases.get((kind, case), most) / most
                if credit[case] < 1:
                    continue
                credit[case] -= 1
            yield one


#: What changes nothing.
EVEN = Weights({}, {})


@dataclass
class Plan:
    layers: list[PlannedLayer]
    #: What people should know: an exhausted domain, layers left out.
    notes: list[str]


def make_plan(campaign: Campaign, info: _core.TargetInfo,
              network_layers: Sequence[_core.Layer], spent: int = 0) -> Plan:
    """Network layers first, then sweeps, then the sample, then the baseline.
    `spent` measurements of the budget went into finding steps."""
    return _Planner(campaign, info, network_layers).plan(spent)


def draw_more(campaign: Campaign, info: _core.TargetInfo, network_layers: Sequence[_core.Layer],
              taken: set[str], count: int, seed: int,
              weights: Weights = EVEN) -> Plan:
    """Further layers as "auto" draws them, none of those taken; they are taken then."""
    planner = _Planner(campaign, info, network_layers)
    taken |= planner.excluded()
    return Plan(planner.sample("auto", count, taken, seed, weights), planner.notes)


def domains(campaign: Campaign, info: _core.TargetInfo,
            network_layers: Sequence[_core.Layer]) -> list[Domain]:
    """What the campaign draws from, one domain a kind."""
    return _Planner(campaign, info, network_layers).domains()


class _Planner:
    def __init__(self, campaign: Campaign, info: _core.TargetInfo,
                 network_layers: Sequence[_core.Layer]) -> None:
        self._campaign, self._info = campaign, info
        wanted = campaign.kinds
        self._networks = [layer for layer in dict.fromkeys(network_layers)
                          if not info.why_illegal(layer) and (not wanted or layer.kind in wanted)]
        self.notes: list[str] = []
        illegal = len(set(network_layers)) - len(self._networks)
        if illegal:
            self.notes.append(f"{illegal} distinct layers of the networks are left out: "
                              "the target cannot run them, or their kind is not asked for")

    def plan(self, spent: int) -> Plan:
        campaign = self._campaign
        taken = self.excluded()
        planned: list[PlannedLayer] = []
        points = self._query_points()
        if campaign.network_layers == "include":
            planned += _distinct((PlannedLayer(layer.text, "network") for layer in points), taken)
        planned += _distinct(self._sweeps(), taken)
        sampled = max(0, campaign.count - spent)
        if campaign.network_layers == "include":
            sampled = max(0, sampled - len(points))
        drawn = self.sample(campaign.sampling, sampled, taken, campaign.seed)
        planned += self._scheduled(drawn, taken)
        if campaign.random_baseline:
            planned += self.sample("random", campaign.random_baseline, taken, campaign.seed + 1)
        return Plan(planned, self.notes)

    def excluded(self) -> set[str]:
        """Never measured."""
        if self._campaign.network_layers == "include":
            return set()
        return {layer.text for layer in [*self._networks, *self._query_points()]}

    def _query_points(self) -> list[_core.Layer]:
        """Of the networks' layers: what they are looked up by, each once whatever is
        fused behind it for nothing. A point that the target cannot run is left as the layer was."""
        points: dict[str, _core.Layer] = {}
        for layer in self._networks:
            point = self._info.lattice(layer.kind).query_point(layer)
            point = layer if self._info.why_illegal(point) else point
            points.setdefault(model_layer(point, self._info).text, point)
        return list(points.values())

    def _scheduled(self, drawn: Sequence[PlannedLayer], taken: set[str]) -> list[PlannedLayer]:
        """Each layer, and behind it the same with tile sizes drawn for it."""
        random = np.random.RandomState(self._campaign.seed)
        planned: list[PlannedLayer] = []
        for one in drawn:
            planned.append(one)
            layer = _core.Layer.parse(one.layer)
            if not self._campaign.schedules or not self._info.tile_dims(layer.kind):
                continue
            try:
                candidates = self._info.tile_candidates(layer, _CHUNK)
            except ValueError:
                continue
            # Half of them among the quarter with the largest tiles: the fast ones are there.
            candidates.sort(key=_tile_volume, reverse=True)
            large = random.permutation(-(-len(candidates) // 4))[:-(-self._campaign.schedules // 2)]
            order = list(dict.fromkeys([*large, *random.permutation(len(candidates))]))
            planned += _distinct((PlannedLayer(candidates[i].text, one.role)
                                  for i in order[:self._campaign.schedules]), taken)
        return planned

    def _sweeps(self) -> Iterator[PlannedLayer]:
        for sweep in self._campaign.sweeps:
            layer = _core.Layer.parse(sweep.layer)
            for extent in range(sweep.low, sweep.high + 1):
                point = layer.replace(**{sweep.dim: extent})
                if not self._info.why_illegal(point):
                    yield PlannedLayer(point.text, "sweep")

    def domains(self) -> list[Domain]:
        campaign = self._campaign
        names = list(campaign.kinds) or sorted({layer.kind for layer in self._networks}) \
            or self._info.kinds
        domains = [self._domain(kind) for kind in names]
        found = [one for one in domains if one is not None]
        if not found:
            raise InputError("the campaign has nothing to draw from: name ranges under 'kinds', or "
                             "networks with layers that the target can run")
        return found

    def _domain(self, kind: str) -> Domain | None:
        given = self._campaign.kinds.get(kind)
        if given is not None:
            return given
        own = [layer for layer in self._networks if layer.kind == kind]
        if own:
            # More layers deserve more of the budget, but a rare kind some too; so
            # do kinds with more dimensions to vary.
            share = self._campaign.shares.get(kind, 1.0) * math.sqrt(len(own))
            hull = domain.hull(own, kind, share)
            return replace(hull, share=share * hull.varied)
        described = domain.from_target(self._info, kind)
        if described is None:
            self.notes.append(f"nothing is drawn of {kind}: no ranges, and no network has it")
        return described

    def sample(self, mode: str, count: int, taken: set[str], seed: int,
               weights: Weights = EVEN) -> list[PlannedLayer]:
        if count == 0:
            return []
        domains = [replace(one, share=one.share * weights.kinds.get(one.kind, 1.0))
                   for one in self.domains()]
        parts: dict[str, list[PlannedLayer]] = {one.kind: [] for one in domains}
        # What some cannot give, the others do.
        for again in itertools.count():
            left = count - sum(map(len, parts.values()))
            if left == 0 or not domains:
                return _interleave(list(parts.values()))
            able = []
            for one, share in zip(domains, divided(left, [one.share for one in domains])):
                found = self._sample_kind(one, mode, share, taken, seed + _NEXT_SEED * again, weights)
                parts[one.kind] += found
                if len(found) == share:
                    able.append(one)
            domains = able

    def _sample_kind(self, one: Domain, mode: str, count: int, taken: set[str],
                     seed: int, weights: Weights) -> list[PlannedLayer]:
        sampler = _Sampler(one, mode, self._info, self._campaign.starts_share)
        found: list[PlannedLayer] = []
        fruitless = 0
        drawn = weights.thinned(one.kind, sampler.candidates(seed))
        for candidate in itertools.chain(sampler.extremes(), drawn):
            if len(found) == count:
                break
            fruitless += 1
            if candidate is None or candidate.layer in taken:
                if fruitless > _FRUITLESS_DRAWS:
                    break
                continue
            fruitless = 0
            taken.add(candidate.layer)
            found.append(candidate)
        if len(found) < count:
            self.notes.append(f"the domain of {one.kind} gave {len(found)} distinct legal layers "
                              f"of {count}{sampler.most_refused()}")
        return found


class _Sampler:
    """The endless sequence of candidates of one domain."""

    def __init__(self, one: Domain, mode: str, info: _core.TargetInfo, starts_share: float) -> None:
        self._domain, self._mode, self._info = one, mode, info
        self._lattice = info.lattice(one.kind)
        self._mixes = mode in ("auto", "active")
        # Every how many-th point is a plateau start.
        self._every = round(1 / starts_share) if starts_share > 0 else 0
        self._stepped = self._dims_with_starts()
        self._refused: collections.Counter[str] = collections.Counter()

    def _dims_with_starts(self) -> list[str]:
        """Where the first point of a plateau tells what the last one does not:
        nowhere on plateaus that are known to be flat."""
        if self._mode in ("pr", "random"):
            return []
        return sorted({step.dim for step in self._lattice.steps if step.width > 1
                       and (self._mode == "pr+starts" or step.plateau != "flat")})

    def candidates(self, seed: int) -> Iterator[PlannedLayer | None]:
        """None for a point that is no layer of the target."""
        axes = len(self._domain.axes)
        sequence = qmc.Sobol(axes, scramble=True, seed=seed)
        random = np.random.RandomState(seed)
        for number in itertools.count():
            if number % _CHUNK == 0:
                points = sequence.random(_CHUNK)
                independent = _is_independent(np.arange(number, number + _CHUNK))
                if self._mixes:
                    points[independent] = random.random_sample((_CHUNK, axes))[independent]
                layers = self._domain.layers(points)
            yield self._candidate(layers[number % _CHUNK], number)

    def extremes(self) -> list[PlannedLayer]:
        """The corners of the domain with the least and the most work of each
        sort: samples do not reach them, and a model is trusted between them."""
        if self._mode == "random":
            return []
        drawn = [self._candidate(layer, 1) for layer in self._domain.layers(self._domain.corners())]
        corners = [one for one in drawn if one is not None]
        work = [_core.Layer.parse(one.layer).work for one in corners]
        chosen = {pick(range(len(corners)), key=lambda i: work[i][count])
                  for count in (work[0] if work else ()) for pick in (min, max)}
        return [corners[i] for i in sorted(chosen)]

    def _candidate(self, drawn: _core.Layer | str, number: int) -> PlannedLayer | None:
        if isinstance(drawn, str):
            self._refused[drawn] += 1
            return None
        if drawn.kind != self._domain.kind:  # extents of 1 make a conv2d a conv1d
            self._refused[f"it is a {drawn.kind}, no {self._domain.kind}"] += 1
            return None
        layer, role = drawn, "random"
        if self._mode != "random":
            # What ramps is left as drawn: rounded up, it would be another layer than
            # the model is asked about (docs/design/Model.md).
            rounded = self._lattice.representative if self._mode.startswith("pr") \
                else self._lattice.query_point
            layer, role = rounded(drawn), "pr"
            if self._stepped and self._every and number % self._every == 0:
                layer, role = self._start(layer, number // self._every), "plateau-start"
            elif self._mixes and _is_independent(number):
                role = "independent"
        reason = self._info.why_illegal(layer)
        if reason:
            self._refused[reason] += 1
            return None
        return PlannedLayer(layer.text, role)

    def _start(self, layer: _core.Layer, number: int) -> _core.Layer:
        """The first point of the layer's plateau along one dimension."""
        dims = self._stepped
        return plateau_start(layer, dims[number % len(dims)], self._lattice)

    def most_refused(self) -> str:
        if not self._refused:
            return ""
        reason, times = self._refused.most_common(1)[0]
        return (f"; {sum(self._refused.values())} points were refused, most often ({times}) "
                f"because {reason}")


def _is_independent(number: Any) -> Any:
    """Whether the point of this number, or each of these, is drawn without regard to those
    before: a low-discrepancy sequence covers the domain better, but its points keep their
    distance, so that one held out is farther from the others than a layer asked about later
    will be. Where every other point was, the model's error was a tenth larger."""
    return number % _INDEPENDENT_EVERY == 1


def divided(count: int, shares: Sequence[float]) -> list[int]:
    """Whole numbers that add up to it."""
    ends = np.rint(count * np.cumsum(shares) / sum(shares)).astype(int)
    return [int(part) for part in np.diff(ends, prepend=0)]


def _tile_volume(layer: _core.Layer) -> int:
    return math.prod(int(entry.partition(":")[2].rstrip("x")) for entry in layer.options["tile"].split(","))


def plateau_start(layer: _core.Layer, dim: str, lattice: _core.Lattice) -> _core.Layer:
    """The layer with the smallest extent that rounds up as its own does, and is of its kind:
    extents of 1 make a conv2d a conv1d."""
    last = lattice.representative(layer).dims[dim]
    low, high = 1, layer.dims[dim]
    while low < high:
        middle = (low + high) // 2
        smaller = layer.replace(**{dim: middle})
        if smaller.kind == layer.kind and lattice.representative(smaller).dims[dim] == last:
            high = middle
        else:
            low = middle + 1
    return layer.replace(**{dim: high})


def _distinct(planned: Iterator[PlannedLayer], taken: set[str]) -> list[PlannedLayer]:
    result = []
    for item in planned:
        if item.layer not in taken:
            taken.add(item.layer)
            result.append(item)
    return result


def _interleave(parts: Sequence[Sequence[PlannedLayer]]) -> list[PlannedLayer]:
    """So that any beginning of the plan covers every kind in proportion."""
    keyed = [((i + 0.5) / len(part), number, item)
             for number, part in enumerate(parts) for i, item in enumerate(part)]
    return [item for _, _, item in sorted(keyed, key=lambda entry: entry[:2])]
