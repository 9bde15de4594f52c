# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""What measuring a layer costs, and which layers a time budget affords.

A few layers of each kind, none of the largest, are timed one by one; the time grows
with the work from there. Where a plan does not fit, layers are left out class by
class (a kind, a role, a factor of two in cost): the dearer a class, the smaller its
share, by the square root of its cost, and no class that is affordable goes empty.
"""
from __future__ import annotations

import collections
import math
from typing import Mapping, Sequence

import numpy as np
from scipy import optimize

from mlir_pr import _core
from mlir_pr.runner import PlannedLayer

#: Ranks in work, within their kind, of the layers that are timed.
_PILOT_RANKS = (0.02, 0.2, 0.4, 0.6, 0.8)
#: A layer that takes a larger share of the time is not worth it.
_LARGEST_SHARE = 0.1
#: Fewer seconds than this are the clock's business.
_SHORTEST = 1e-3


def _work(layer: _core.Layer) -> float:
    work = layer.work
    return float(sum(work[name] for name in ("macs", "operations", "input_bytes", "weight_bytes",
                                             "output_bytes")))


def pilot(plan: Sequence[PlannedLayer]) -> list[PlannedLayer]:
    """The layers of a plan that tell what others will cost, from small to large."""
    by_kind: dict[str, list[tuple[float, str, PlannedLayer]]] = collections.defaultdict(list)
    for planned in plan:
        layer = _core.Layer.parse(planned.layer)
        by_kind[layer.kind].append((_work(layer), planned.layer, planned))
    chosen = {}
    for entries in by_kind.values():
        entries.sort(key=lambda entry: entry[:2])
        for rank in _PILOT_RANKS:
            work, text, planned = entries[round(rank * (len(entries) - 1))]
            chosen[text] = (work, text, planned)
    return [planned for _, _, planned in sorted(chosen.values(), key=lambda entry: entry[:2])]


class Costs:
    """Seconds a layer takes to be measured: a start, and a rate, of each kind."""

    def __init__(self, timed: Mapping[str, float]) -> None:
        """`timed`: seconds of some layers, by their text. Nothing timed costs nothing."""
        parsed = [(_core.Layer.parse(text), max(seconds, _SHORTEST))
                  for text, seconds in sorted(timed.items())]
        self._lines: dict[str, tuple[float, float]] = {}
        for kind in sorted({layer.kind for layer, _ in parsed}):
            self._lines[kind] = _line([entry for entry in parsed if entry[0].kind == kind])
        #: Of a kind that nobody timed.
        self._other = _line(parsed) if parsed else (0.0, 0.0)
        self._scale = 1.0

    def of(self, layer: str) -> float:
        parsed = _core.Layer.parse(layer)
        start, rate = self._lines.get(parsed.kind, self._other)
        return self._scale * (start + rate * _work(parsed))

    def learn(self, expected: float, seconds: float) -> None:
        """What a part took that was expected to take so long: interleaving saves, a
        busy machine costs."""
        if expected > 0:
            self._scale *= float(np.clip(seconds / expected, 0.2, 5.0))


def _line(timed: Sequence[tuple[_core.Layer, float]]) -> tuple[float, float]:
    """Neither part negative; relative errors count."""
    seconds = np.array([value for _, value in timed])
    columns = np.array([[1.0, _work(layer)] for layer, _ in timed])
    scale = np.maximum(columns.max(axis=0), 1.0)
    weights, _ = optimize.nnls(columns / scale / seconds[:, None], np.ones(len(timed)))
    return float(weights[0] / scale[0]), float(weights[1] / scale[1])


def thin(todo: Sequence[PlannedLayer], costs: Sequence[float],
         seconds: float) -> list[PlannedLayer]:
    """As much of a plan as the time affords, in its order."""
    if sum(costs) <= seconds:
        return list(todo)
    classes: dict[tuple[str, str, int], list[int]] = collections.defaultdict(list)
    most = max(_LARGEST_SHARE * seconds, min(costs))
    for i, (planned, cost) in enumerate(zip(todo, costs)):
        if cost <= most:
            kind = planned.layer.split(" ", 1)[0]
            classes[kind, planned.role, math.floor(math.log2(max(cost, 1e-9)))].append(i)
    members = sorted(classes.values(), key=lambda own: np.mean([costs[i] for i in own]))
    counts = _counts([len(own) for own in members],
                     [float(np.mean([costs[i] for i in own])) for own in members], seconds)
    kept = sorted(i for own, count in zip(members, counts) for i in own[:count])
    while sum(costs[i] for i in kept) > seconds:
        kept.remove(max(kept, key=lambda i: costs[i]))
    return [todo[i] for i in kept]


def _counts(sizes: Sequence[int], costs: Sequence[float], seconds: float) -> list[int]:
    """How many of each class: a share that falls with the root of its cost, as much
    as the time affords."""
    def counts(factor: float) -> list[int]:
        return [min(size, max(1, int(size * min(1.0, factor / math.sqrt(cost)))))
                for size, cost in zip(sizes, costs)]
    low, high = 0.0, 2 * math.sqrt(max(costs))
    for _ in range(40):
        middle = (low + high) / 2
        fits = sum(n * cost for n, cost in zip(counts(middle), costs)) <= seconds
        low, high = (middle, high) if fits else (low, middle)
    return counts(low)
