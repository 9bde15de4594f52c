# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Measurements that can hardly be what they say, found before a model learns from
them. Each function looks at the rows of one kind and gives sentences for people;
nothing is dropped."""
from __future__ import annotations

import collections
from typing import Iterator, Sequence

import numpy as np
import numpy.typing as npt
from scipy import stats

from mlir_pr import _core
from mlir_pr.store import Measurement, latency_of, merge
from mlir_pr.units import format_latency

FloatArray = npt.NDArray[np.float64]

#: Rows of one layer farther apart than this are told.
DISAGREE = 0.02
#: Of one sort, named one by one.
_MOST_NAMED = 3
#: Different layers that may agree by chance.
_FEWEST = 8
#: Rank correlation of latency with work.
_FALLS = -0.5
#: Decades: between two groups that follow the same line, and free of rows in between.
_UNITS = (3.0, 6.0, 9.0)
_OFF_UNIT = 0.4
_GAP = 1.0


def warnings(rows: Sequence[Measurement]) -> list[str]:
    """Of rows that are ok, all of one target."""
    by_kind: dict[str, list[Measurement]] = collections.defaultdict(list)
    for row in rows:
        by_kind[row.kind].append(row)
    return [text for kind in sorted(by_kind) for check in (_equal, _falling, _mixed_units)
            for text in check(kind, by_kind[kind])]


def disagreements(rows: Sequence[Measurement], new: Sequence[Measurement] | None = None) -> list[str]:
    """Layers whose rows are far apart, with what was taken. `new`: only those of them."""
    among = None if new is None else {row.layer for row in new}
    wide = sorted((entry for entry in merge(rows) if entry.disagreement > DISAGREE
                   and (among is None or entry.measurement.layer in among)),
                  key=lambda entry: -entry.disagreement)
    said = []
    for entry in wide[:_MOST_NAMED]:
        own = [row for row in rows if row.ok and row.layer == entry.measurement.layer]
        lowest, highest = min(own, key=latency_of), max(own, key=latency_of)
        said.append(f"'{entry.measurement.layer}' from {_shown(lowest)} to {_shown(highest)}, taken: "
                    f"{format_latency(*entry.measurement.latency)}")
    if len(wide) > _MOST_NAMED:
        said.append(f"and {len(wide) - _MOST_NAMED} more")
    return [f"{len(wide)} layers have measurements more than {100 * DISAGREE:.0f} % apart, of which the "
            f"lower median counts: {'; '.join(said)}"] if wide else []


def _shown(row: Measurement) -> str:
    return f"{format_latency(*row.latency)} ({row.source or 'unknown source'})"


def _work(rows: Sequence[Measurement]) -> FloatArray:
    counts = [_core.Layer.parse(row.layer).work for row in rows]
    return np.array([sum(one[name] for name in ("macs", "operations", "input_bytes", "weight_bytes",
                                                "output_bytes")) for one in counts], dtype=np.float64)


def _equal(kind: str, rows: Sequence[Measurement]) -> Iterator[str]:
    if len({row.layer for row in rows}) >= _FEWEST and len({latency_of(row) for row in rows}) == 1 \
            and np.ptp(_work(rows)) > 0:
        yield (f"all {len(rows)} latencies of {kind} are {format_latency(*rows[0].latency)}, whatever "
               "the layer: is it the right column, and the clock fine enough?")


def _falling(kind: str, rows: Sequence[Measurement]) -> Iterator[str]:
    work, latency = _work(rows), np.array([float(latency_of(row)) for row in rows])
    if len(rows) < _FEWEST or np.ptp(work) == 0 or np.ptp(latency) == 0:
        return
    rank = float(stats.spearmanr(work, latency).statistic)
    if rank < _FALLS:
        yield (f"latencies of {kind} fall where the work grows (rank correlation {rank:.2f} over "
               f"{len(rows)} rows): is it a rate rather than a time?")


def _mixed_units(kind: str, rows: Sequence[Measurement]) -> Iterator[str]:
    """Two groups of rows a unit apart along one line over the work."""
    if len(rows) < _FEWEST:
        return
    work = np.log10(np.maximum(_work(rows), 1.0))
    latency = np.log10(np.array([float(latency_of(row)) for row in rows]))
    found = [_split(latency - slope * work) for slope in (0.0, 0.25, 0.5, 0.75, 1.0)]
    _, gap, apart, high = min(found, key=lambda one: one[0])
    if gap < _GAP or min(abs(apart - unit) for unit in _UNITS) > _OFF_UNIT:
        return
    few, many = sorted((np.flatnonzero(high), np.flatnonzero(~high)), key=len)
    factor = 10 ** int(round(apart))
    which = "above" if high[few[0]] else "below"
    yield (f"{len(few)} of {len(rows)} latencies of {kind} are about {factor:,} times {which} the others "
           f"of layers alike, the first one {_shown(rows[few[0]])}: are they in another unit?")


def _split(values: FloatArray) -> tuple[float, float, float, npt.NDArray[np.bool_]]:
    """At the widest gap: how far values are from the medians of their sides, the gap, how far
    apart the medians are, and who is above."""
    ordered = np.sort(values)
    gaps = np.diff(ordered)
    high = values > ordered[int(np.argmax(gaps))]
    if gaps.max() == 0:
        return 0.0, 0.0, 0.0, high
    above, below = float(np.median(values[high])), float(np.median(values[~high]))
    scatter = float(np.abs(values - np.where(high, above, below)).mean())
    return scatter, float(gaps.max()), above - below, high
