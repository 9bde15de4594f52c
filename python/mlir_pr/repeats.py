# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Layers that are measured again, and why: their number is too uncertain, the
machine had drifted, or neighbours contradict it (docs/Campaigns.md).

The rows of the store decide, nothing else, so that a campaign that was interrupted
goes on as it would have.
"""
from __future__ import annotations

import collections
import math
import statistics
from dataclasses import dataclass
from typing import Iterable, Mapping, Sequence

from mlir_pr import _core, drift, suspicion
from mlir_pr.campaign import Repeats
from mlir_pr.runner import PlannedLayer
from mlir_pr.store import Measurement, counted, latency_of, merge

#: Between p10 and p90 of a normal distribution, in standard deviations.
_P10_TO_P90 = 2.563
#: Error of a median over that of a mean.
_OF_A_MEDIAN = 1.25
#: Roles of layers that a model or a baseline learns from; sweeps have their own fitter.
_ROLES = ("pr", "independent", "plateau-start", "network", "random")
#: Two answers closer than this, or than their errors, agree.
_AGREE = 0.05

NOISE, DRIFT, CONTRADICTION = "noise", "drift", "contradiction"


@dataclass(frozen=True)
class Doubt:
    """A layer to be measured again."""

    layer: str
    role: str
    why: str
    #: What the rows that follow say of themselves.
    reason: str
    times: int = 1

    def planned(self) -> list[PlannedLayer]:
        conditions = {"again": self.why, "again_because": self.reason}
        if self.why == DRIFT:
            conditions["replaces"] = True
        return self.times * [PlannedLayer(self.layer, self.role, conditions)]


def relative_error(rows: Sequence[Measurement], noise: float = 0.0) -> float:
    """Standard error, as a share, of the number that the rows of one layer make.
    `noise`: standard deviation of rows that do not show any themselves."""
    rows = counted(rows)
    latencies = [latency_of(row) for row in rows]
    if len(rows) > 1 and len({(latency_of(row), row.p10_ps, row.p90_ps) for row in rows}) == 1:
        return 0.0  # what repeats to the last digit has no noise
    within = statistics.median(_error_of_one(row, noise) for row in rows)
    between = statistics.stdev(latencies) / statistics.mean(latencies) if len(rows) > 1 else 0.0
    return max(within, between) / math.sqrt(len(rows))


def _error_of_one(row: Measurement, noise: float) -> float:
    """Samples of one pass share their luck, so that only passes count as independent."""
    if row.samples < 2 or row.p10_ps is None or row.p90_ps is None or not row.time_ps:
        return noise
    deviation = (row.p90_ps - row.p10_ps) / _P10_TO_P90 / row.time_ps
    return _OF_A_MEDIAN * deviation / math.sqrt(max(1, int(row.conditions.get("passes", 1))))


class Doubts:
    """What is to be measured again, given all rows of a target."""

    def __init__(self, rows: Sequence[Measurement], info: _core.TargetInfo, policy: Repeats,
                 wanted: Iterable[str]) -> None:
        self._policy, self._info, self._wanted = policy, info, set(wanted)
        self._noise = drift.noise(rows)
        self._exact = info.counts_cycles and drift.repeats_exactly(rows)
        drifts = drift.drifts(rows)
        self._rows: dict[str, list[Measurement]] = collections.defaultdict(list)
        self._drifts: dict[str, list[float]] = collections.defaultdict(list)
        #: Failed ones too: what fails is not asked for without end.
        self._tries: collections.Counter[str] = collections.Counter()
        self._tried = {row.layer for row in rows if row.conditions.get("again") == CONTRADICTION}
        for row, drifted in zip(rows, drifts):
            if row.layer not in self._wanted or row.role not in _ROLES:
                continue
            self._tries[row.layer] += 1
            if row.ok:
                self._rows[row.layer].append(row)
                self._drifts[row.layer].append(drifted)

    def drifted(self) -> list[Doubt]:
        return [Doubt(layer, rows[0].role, DRIFT, f"drift of {100 * self._least_drift(layer):+.0f} %")
                for layer, rows in self._may_go_on() if self._is_drifted(layer)]

    def _is_drifted(self, layer: str) -> bool:
        return abs(self._least_drift(layer)) > max(self._policy.drift, 3 * self._noise)

    def _least_drift(self, layer: str) -> float:
        """Of the rows that count."""
        rows = self._rows[layer]
        return min(self._drifts[layer][len(rows) - len(counted(rows)):], key=abs)

    def uncertain(self) -> list[Doubt]:
        found = []
        for layer, rows in self._may_go_on():
            error = relative_error(rows, self._noise)
            if error > self._policy.goal:
                found.append(Doubt(layer, rows[0].role, NOISE,
                                   f"known to {100 * error:.1f} % only"))
        return found

    def contradicted(self) -> list[Doubt]:
        """The worst first, no more than the policy's share of all layers; none of a
        machine that counts the same every time."""
        if self._exact:
            return []
        points = [suspicion.Point(_core.Layer.parse(layer), float(latency_of(entry.measurement)),
                                  relative_error(self._rows[layer], self._noise))
                  for layer in self._rows for entry in merge(self._rows[layer])]
        most = math.floor(self._policy.suspects * len(self._rows)) - len(self._tried)
        suspects = [one for one in suspicion.find(points, self._info) if one.layer not in self._tried]
        return [Doubt(one.layer, self._rows[one.layer][0].role, CONTRADICTION, one.reason,
                      min(2, self._policy.most - 1))
                for one in suspects[:max(0, most)] if self._policy.most > 1]

    def _may_go_on(self) -> list[tuple[str, list[Measurement]]]:
        return [(layer, rows) for layer, rows in self._rows.items()
                if self._tries[layer] < self._policy.most]

    # What came of it.

    def notes(self) -> list[str]:
        """Of all rows there are, in sentences for people."""
        return [*self._note_drift(), *self._note_noise(), *self._note_contradictions()]

    def _again(self, why: str) -> Mapping[str, list[Measurement]]:
        return {layer: rows for layer, rows in self._rows.items()
                if any(row.conditions.get("again") == why for row in rows)}

    def _note_drift(self) -> list[str]:
        again = self._again(DRIFT)
        left = [layer for layer in self._rows if self._is_drifted(layer)]
        if not again and not left:
            return []
        said = f"the machine drifted: {len(again)} layers were measured again"
        return [said + (f", {len(left)} could only be measured under drift" if left else "")]

    def _note_noise(self) -> list[str]:
        again = self._again(NOISE)
        left = {layer: error for layer, rows in self._rows.items()
                if (error := relative_error(rows, self._noise)) > self._policy.goal}
        if not again and not left:
            return []
        worst = max(left, key=lambda layer: left[layer]) if left else None
        return [f"{len(again)} noisy layers were measured again"
                + (f"; {len(left)} are known no better than the goal of {100 * self._policy.goal:g} %,"
                   f" '{worst}' to {100 * left[worst]:.0f} %" if worst else "")]

    def _note_contradictions(self) -> list[str]:
        again = self._again(CONTRADICTION)
        if not again:
            return []
        corrected = [layer for layer, rows in again.items() if not _confirmed(rows)]
        said = (f"{len(again)} layers that contradict their neighbours were measured again: "
                f"{len(again) - len(corrected)} confirmed, {len(corrected)} corrected")
        if not corrected:
            return [said]
        first = again[corrected[0]]
        now = latency_of(merge(first)[0].measurement) / latency_of(first[0])
        return [f"{said}, the first one '{corrected[0]}' to {now:.2f} times its first latency"]


def _confirmed(rows: Sequence[Measurement]) -> bool:
    """Whether the number is what it was before it was doubted."""
    place = next(i for i, row in enumerate(rows) if row.conditions.get("again") == CONTRADICTION)
    before = latency_of(merge(rows[:place])[0].measurement)
    again = latency_of(merge(rows[place:])[0].measurement)
    return abs(again / before - 1) <= max(_AGREE, 3 * relative_error(rows[place:]))
