# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Whether the machine was the same while a campaign ran.

A layer of the plan is measured again and again: whatever its latency does is the
machine's doing. A row between two such measurements was measured under the worse of
both: nobody saw when the machine changed. A target that times a probe of its own knows
better, and is believed.
"""
from __future__ import annotations

import bisect
import statistics
from typing import Sequence

from mlir_pr import _core
from mlir_pr.runner import PlannedLayer
from mlir_pr.store import Measurement, latency_of

REFERENCE = "reference"
#: What a target with a probe of its own says in its conditions.
_OWN_PROBE, _OWN_DRIFT = "probe_ps", "drift"


def is_exact(info: _core.TargetInfo) -> bool:
    """Whether the target is a description that is evaluated: the same number every time."""
    return info.counts_cycles and bool(info.description_hash)


def has_own_probe(rows: Sequence[Measurement]) -> bool:
    return any(_OWN_PROBE in row.conditions for row in rows)


def reference_of(plan: Sequence[PlannedLayer]) -> PlannedLayer | None:
    """The layer of median work: neither launch alone nor a burden."""
    if not plan:
        return None
    texts = {planned.layer for planned in plan}
    ordered = sorted(texts, key=lambda text: (_core.Layer.parse(text).work["macs"],
                                              _core.Layer.parse(text).work["output_elements"], text))
    return PlannedLayer(ordered[len(ordered) // 2], REFERENCE)


def with_references(todo: Sequence[PlannedLayer], reference: PlannedLayer,
                    every: int) -> list[PlannedLayer]:
    """The reference before every how many layers, and at the end."""
    result: list[PlannedLayer] = []
    for begin in range(0, len(todo), every):
        result += [reference, *todo[begin:begin + every]]
    return [*result, reference] if result else []


def references(rows: Sequence[Measurement]) -> list[tuple[int, float]]:
    """Where rows of reference layers are, and how much slower than the median of their
    layer each was, as a share."""
    found = [(i, row) for i, row in enumerate(rows) if row.role == REFERENCE and row.ok]
    medians = {layer: statistics.median(latency_of(row) for _, row in found if row.layer == layer)
               for layer in {row.layer for _, row in found}}
    return [(i, latency_of(row) / medians[row.layer] - 1) for i, row in found]


def repeats_exactly(rows: Sequence[Measurement]) -> bool:
    """Whether the reference was measured more than once, with one answer."""
    values = references(rows)
    return len(values) > 1 and all(value == 0 for _, value in values)


def noise(rows: Sequence[Measurement]) -> float:
    """Relative standard deviation of one measurement, from neighbouring references;
    0 where there are not two of them. The median: a jump is drift."""
    values = [value for _, value in references(rows)]
    jumps = [abs(after - before) for before, after in zip(values, values[1:])]
    # Of a difference of two normal numbers: the median is 0.954 of one's deviation.
    return statistics.median(jumps) / 0.954 if jumps else 0.0


def drifts(rows: Sequence[Measurement]) -> list[float]:
    """How much slower (or, negative, faster) than usual the machine was at each row."""
    known = references(rows)
    places = [place for place, _ in known]
    return [_drift(row, known, bisect.bisect(places, i)) for i, row in enumerate(rows)]


def _drift(row: Measurement, known: Sequence[tuple[int, float]], after: int) -> float:
    if _OWN_DRIFT in row.conditions:
        return float(row.conditions[_OWN_DRIFT])
    if not known:
        return 0.0
    around = known[max(after - 1, 0)], known[min(after, len(known) - 1)]
    if row.role == REFERENCE:
        return around[0][1]
    return max((value for _, value in around), key=abs)


def newest(rows: Sequence[Measurement]) -> float | None:
    """What a row that arrives now can be told."""
    return next((value for _, value in reversed(references(rows))), None)
