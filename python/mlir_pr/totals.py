# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""How far the sum over a network may be off.

Adding up the bounds of layers takes all errors to go the same way, adding their squares
takes them to know nothing of each other; layers of a network are alike, so that neither
is true. Per kind, three numbers are fitted to held-out errors: the bias, the part of
an error that layers alike share, and by how much sums over random sub-networks of
held-out layers exceed what both let expect. For a network

    H² = Σ_kinds q² (s² T² + Σ_layers (n t w)²),

T the time of the kind, s its shared error, n, t and w count, time and standard error
of each different layer, q the quantile of the level (docs/design/Model.md).
"""
from __future__ import annotations

import collections
import math
from dataclasses import dataclass
from typing import Any, Iterator, Mapping, Sequence

import numpy as np
import numpy.typing as npt
from scipy.spatial import KDTree
from scipy.stats import norm

from mlir_pr import _core

FloatArray = npt.NDArray[np.float64]

LEVELS = (80, 90, 95)
#: Held-out rows below which nothing is said of sums.
_FEWEST = 48
_EXACT = 1e-6
#: Layers alike: neighbours in the logarithm of their extents.
_NEIGHBOURS = 12
#: Sub-networks that calibrate, and their sizes in different layers.
_NETWORKS = 600
_SIZES = (2, 60)
_MOST_REPEATED = 4


# -- Fitting -----------------------------------------------------------------------


def fit(layers: Sequence[_core.Layer], predicted: FloatArray, measured: FloatArray,
        interval: _core.Interval, scales: FloatArray) -> dict[str, Any] | None:
    """For the card of a kind; None where too few rows were held out, or none was wrong."""
    errors = measured / predicted - 1
    if len(layers) < _FEWEST or np.abs(errors).max() < _EXACT:
        return None
    near = _neighbours(layers)
    bias = float(errors.mean())
    # The bias itself is known from so many rows, and no better.
    doubt = float(errors.std()) / math.sqrt(len(layers))
    shared = math.hypot(_shared(errors - bias, near), doubt)
    picked = list(subnetworks(layers))
    shifts = doubt * np.random.RandomState(0).randn(len(picked))
    levels = {}
    for level in LEVELS:
        deviations = _deviations(predicted, interval, scales, level)
        if deviations is None:
            return None
        excess = [_excess(predicted, errors - bias + shift, deviations, shared, *one)
                  for one, shift in zip(picked, shifts)]
        levels[str(level)] = float(np.quantile(excess, min(1.0, level / 100 * (1 + 1 / len(picked)))))
    return {"bias": bias, "shared": shared, "quantiles": levels, "rows": len(layers),
            "networks": len(picked)}


def for_card(*held_out: Any) -> dict[str, Any]:
    """What `fit` says, or nothing."""
    fitted = fit(*held_out)
    return {} if fitted is None else {"total_error": fitted}


def _neighbours(layers: Sequence[_core.Layer]) -> npt.NDArray[np.int64]:
    """Of each row the nearest ones, itself first."""
    points = np.log1p([list(layer.dims.values()) for layer in layers])
    spread = points.std(axis=0)
    points = points[:, spread > 0] / spread[spread > 0]
    if points.shape[1] == 0:
        points = np.zeros((len(layers), 1))
    return np.asarray(KDTree(points).query(points, k=min(_NEIGHBOURS, len(layers)))[1])


def _shared(errors: FloatArray, near: npt.NDArray[np.int64]) -> float:
    """Standard deviation of what neighbours have in common: how their means vary, less
    what chance alone would make them vary."""
    groups = errors[near]
    chance = float(groups.var(axis=1, ddof=1).mean()) / groups.shape[1]
    return math.sqrt(max(0.0, float(groups.mean(axis=1).var()) - chance))


def _deviations(predicted: FloatArray, interval: _core.Interval, scales: FloatArray,
                level: int) -> FloatArray | None:
    widths = np.ones_like(predicted) if scales.size == 0 else scales
    bounds = [interval.bounds(float(value), level, float(scale))
              for value, scale in zip(predicted, widths)]
    known = [one for one in bounds if one is not None]
    if len(known) < len(bounds):
        return None
    return np.array([deviation(low, high, level) for low, high in known])


def deviation(lower: float, upper: float, level: int) -> float:
    """Relative standard error of an estimate with these bounds."""
    z = float(norm.ppf(0.5 + level / 200))
    return math.log(max(upper, 1e-300) / max(lower, 1e-300)) / 2 / z if lower > 0 else 1 / z


def subnetworks(layers: Sequence[_core.Layer], seed: int = 0
                ) -> Iterator[tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]]:
    """Different layers and how often each occurs: every other network of layers alike,
    of several neighbourhoods, the others of any."""
    near = _neighbours(layers)
    random = np.random.RandomState(seed)
    for number in range(_NETWORKS):
        size = int(round(math.exp(random.uniform(*np.log(_SIZES)))))
        pool = np.arange(len(layers))
        if number % 2:
            pool = np.unique(near[random.permutation(len(layers))[:max(1, size // 4)]])
        chosen = random.permutation(pool)[:size]
        yield chosen, random.randint(1, _MOST_REPEATED + 1, chosen.size)


def _excess(predicted: FloatArray, errors: FloatArray, deviations: FloatArray, shared: float,
            chosen: npt.NDArray[np.int64], counts: npt.NDArray[np.int64]) -> float:
    """How many of its expected errors the sum over a sub-network is off."""
    times = predicted[chosen] * counts
    expected = _expected(shared, float(times.sum()), times * deviations[chosen])
    off = abs(float((times * errors[chosen]).sum()))
    return off / expected if expected > 0 else 0.0


def _expected(shared: float, time: float, alone: FloatArray) -> float:
    return math.hypot(shared * time, float(np.sqrt((alone ** 2).sum())))


# -- Networks ----------------------------------------------------------------------


@dataclass(frozen=True)
class Part:
    """A different layer of a network, as its model answers."""

    kind: str
    status: str
    latency: float
    lower: float
    upper: float
    count: int = 1


def part_of(kind: str, status: str, latency: float, bounds: tuple[float, float], count: int = 1,
            unit: float = 1.0) -> Part:
    """Of an estimate, whose bounds are the whole units inside of the real ones: those are half a
    unit farther on average, and sums of many short layers would miss that. `unit`: of the
    latency, for a cycle."""
    half = 0.0 if status == "measured" else unit / 2
    return Part(kind, status, latency, max(bounds[0] - half, 0.0), bounds[1] + half, count)


@dataclass(frozen=True)
class Total:
    """In the unit of the parts."""

    value: float
    lower: float
    upper: float
    #: Kinds whose errors are taken to go one way, because nothing is known of them.
    unknown: tuple[str, ...] = ()


def total(parts: Sequence[Part], kinds: Mapping[str, Any], level: int) -> Total:
    """`kinds`: what `fit` gave of each. Never wider than all errors one way."""
    by_kind: dict[str, list[Part]] = collections.defaultdict(list)
    for part in parts:
        # What was measured has the error of its measurement, and shares it with nobody.
        by_kind["" if part.status == "measured" else part.kind].append(part)
    value = sum(part.latency * part.count for part in parts)
    center, squares, unknown = value, 0.0, []
    for kind, own in sorted(by_kind.items()):
        fitted = {"bias": 0.0, "shared": 0.0, "quantiles": {str(level): norm.ppf(0.5 + level / 200)}} \
            if kind == "" else kinds.get(kind)
        if not fitted:
            unknown.append(kind)
            squares += sum(part.count * max(part.upper - part.latency, part.latency - part.lower)
                           for part in own) ** 2
            continue
        time, half = _half(own, fitted, level)
        center += fitted["bias"] * time
        squares += half ** 2
    lowest, highest = (sum(getattr(part, end) * part.count for part in parts)
                       for end in ("lower", "upper"))
    half = math.sqrt(squares)
    return Total(value, min(value, max(lowest, center - half)), max(value, min(highest, center + half)),
                 tuple(unknown))


def _half(parts: Sequence[Part], fitted: Mapping[str, Any], level: int) -> tuple[float, float]:
    """Time of the kind, and half the width of its interval."""
    times = np.array([part.latency * part.count for part in parts])
    alone = times * np.array([deviation(part.lower, part.upper, level) for part in parts])
    time = float(times.sum())
    return time, fitted["quantiles"][str(level)] * _expected(fitted["shared"], time, alone)
