# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Dimensions that step together, as on a GPU: its result is cut into tiles, and as many
tiles as there are processors make a wave. How wide the step over one dimension is then
depends on the others; what holds everywhere is that latency rests within a tile.
"""
from __future__ import annotations

import math
from typing import Iterable, Mapping, Sequence

from mlir_pr import _core
from mlir_pr.store import FoundStep

#: Larger waves are not looked for.
_LARGEST_WAVE = 1024
#: Rises without which a wave's size means nothing.
_FEWEST_RISES = 3
#: Noise that is taken for none, in standard deviations of a difference.
_CLEAR = 3.0

#: Extents and latencies of one sweep, and the layer it goes through.
Series = tuple[_core.Layer, str, Mapping[int, float]]


def rests(latencies: Mapping[int, float]) -> bool:
    """Whether exact latencies grow, but between most neighbouring extents do not."""
    pairs = [(latencies[x], latencies[x + 1]) for x in latencies if x + 1 in latencies]
    equal = sum(first == second for first, second in pairs)
    return max(latencies.values()) > min(latencies.values()) and 2 * equal > len(pairs) > 0


def wave_sizes(steps: Sequence[FoundStep], sweeps: Iterable[Series], noise: float) -> list[int]:
    """The numbers of tiles that latency may rise by: with each of them, latency over any
    of the sweeps is the same within a wave and larger in the next one."""
    series = [_tiles(steps, *sweep) for sweep in sweeps]
    error = _CLEAR * math.sqrt(2) * noise + 1e-9
    rises = sum(_rises(after, before, error) for points in series
                for (_, before), (_, after) in zip(points, points[1:]))
    if rises < _FEWEST_RISES:
        return []
    return [size for size in range(2, _LARGEST_WAVE + 1)
            if all(_fits(points, size, error) for points in series)]


def _tiles(steps: Sequence[FoundStep], layer: _core.Layer, dim: str,
           latencies: Mapping[int, float]) -> list[tuple[int, float]]:
    """How many tiles the layer has at each extent, and its latency."""
    def tiles(extent: int) -> int:
        return math.prod(-(-((extent if step.dim == dim else layer.dims[step.dim]) - step.offset)
                           // step.width) for step in steps)
    return sorted((tiles(extent), latency) for extent, latency in latencies.items())


def _rises(after: float, before: float, error: float) -> bool:
    return after - before > error * before


def _fits(points: Sequence[tuple[int, float]], size: int, error: float) -> bool:
    return all(_rises(after, before, error) == (-(-more // size) > -(-less // size))
               for (less, before), (more, after) in zip(points, points[1:]))
