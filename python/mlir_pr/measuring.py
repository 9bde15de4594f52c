# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""The course of a campaign over its plan: what is asked for first, what a time budget
affords, where the reference layer stands, what is measured again.

Whatever ends it early, the rows that arrived are in the store. What is decided, is
decided from the store and the plan, so that the same command goes on.
"""
from __future__ import annotations

import dataclasses
import time
from typing import Any, Callable, Sequence

from mlir_pr import _core, drift
from mlir_pr.campaign import Campaign
from mlir_pr.costs import Costs, pilot, thin
from mlir_pr.repeats import Doubt, Doubts
from mlir_pr.runner import MeasureOptions, Outcome, PlannedLayer, measure_each
from mlir_pr.store import Measurement, Store, StoredTarget
from mlir_pr.units import format_count

#: Asked for by name, whatever they cost.
_NAMED_ROLES = ("network", "sweep")
#: In the conditions of a row: how long it took to arrive behind the one before it.
_SECONDS = "measured_in_s"
#: Of the time, for the plan; the rest is for measuring again, and goes back to the
#: plan where nothing is in doubt.
_PLAN_SHARE = 0.8
#: Seconds in which nothing can be measured.
_SHORTEST = 0.01
#: Parts are not made smaller than this: starting the program costs time.
_SMALLEST_PART = 48
#: An estimate of what a layer costs may be short by this factor.
_MARGIN = 2.0
#: Of pr-bench-opt.
_PASSES, _TIMEOUT = 3, 30.0


class Session:
    """One run of a campaign on an open store."""

    def __init__(self, campaign: Campaign, info: _core.TargetInfo, target: str, store: Store,
                 stored: StoredTarget, number: int, begin: float,
                 progress: Callable[[Outcome], None]) -> None:
        """`begin`: when the run began, on the monotonic clock."""
        self._campaign, self._target, self._progress = campaign, target, progress
        self._store, self._stored, self._number = store, stored, number
        self._info = info
        self._exact = drift.is_exact(info)
        self._again = not self._exact and campaign.repeats.most > 1
        self._begin = begin
        self._reference: PlannedLayer | None = None

    def seconds_left(self, share: float = 1.0) -> float | None:
        """Of that share of the budget; None without one."""
        if self._campaign.seconds is None:
            return None
        left = share * self._campaign.seconds - (time.monotonic() - self._begin)
        return left if left > _SHORTEST else 0.0

    # The plan.

    def measure(self, plan: Sequence[PlannedLayer], to_the_end: bool = False) -> Outcome:
        """What the store does not hold yet, in the order of the plan as far as the
        time affords it. `to_the_end`: nothing of the time is kept for measuring again."""
        known = self._store.measured_layers(self._stored)
        todo = [planned for planned in plan if planned.layer not in known]
        outcome = Outcome(left=len(todo))
        if self._again:
            self._reference = self._reference or drift.reference_of(plan)
        share = _PLAN_SHARE if self._again and not to_the_end else 1.0
        self._ask([one for one in todo if one.role in _NAMED_ROLES], outcome, share)
        drawn = [one for one in todo if one.role not in _NAMED_ROLES]
        if self._exact and self._campaign.seconds is None:
            self._ask(drawn, outcome, share)
        else:
            self._ask_by_cost([one for one in plan if one.role not in _NAMED_ROLES], drawn,
                              outcome, share)
        return outcome

    def _ask_by_cost(self, plan: Sequence[PlannedLayer], todo: Sequence[PlannedLayer],
                     outcome: Outcome, share: float) -> None:
        kinds = {text.split(" ", 1)[0] for text in self._timed()}
        chosen = pilot([one for one in plan if one.layer.split(" ", 1)[0] not in kinds])
        first = {one.layer for one in chosen}
        self._ask_timed([one for one in chosen if one in todo], outcome, share)
        costs = Costs(self._timed())
        rest = [one for one in todo if one.layer not in first]
        able = [one for one in rest if not self._is_too_long(costs.of(one.layer))]
        outcome.too_long += len(rest) - len(able)
        outcome.left -= len(rest) - len(able)
        while able:
            part = self._part(able, costs, share)
            expected = sum(costs.of(one.layer) for one in part)
            begin = time.monotonic()
            if not part or not self._ask(part, outcome, share):
                return
            costs.learn(expected, time.monotonic() - begin)
            asked = {one.layer for one in part}
            able = [one for one in able if one.layer not in asked]

    def _part(self, able: Sequence[PlannedLayer], costs: Costs,
              share: float) -> list[PlannedLayer]:
        """All that is affordable, or the half of it: what that takes corrects the costs."""
        seconds = self.seconds_left(share)
        if seconds is None:
            return list(able)
        affordable = thin(able, [costs.of(one.layer) for one in able], seconds)
        return affordable[:max(_SMALLEST_PART, len(affordable) // 2)]

    def _is_too_long(self, seconds: float) -> bool:
        """The time-out is for one pass over a layer."""
        options = self._campaign.options
        passes = 1 if self._info.counts_cycles else options.passes or _PASSES
        return _MARGIN * seconds / passes > (options.timeout or _TIMEOUT)

    def _timed(self) -> dict[str, float]:
        return {row.layer: float(row.conditions[_SECONDS])
                for row in self._store.measurements(self._stored)
                if row.ok and _SECONDS in row.conditions}

    # Asking.

    def _ask(self, todo: Sequence[PlannedLayer], outcome: Outcome, share: float) -> bool:
        """With the reference layer in between; whether all of it arrived in time."""
        if todo and self.seconds_left(share) == 0:
            return False
        rows = self._store.measurements(self._stored)
        if self._reference and not drift.has_own_probe(rows):
            todo = drift.with_references(todo, self._reference,
                                         self._campaign.repeats.reference_every)
        missing = len(todo)
        for group in measure_each(todo, self._target, self._campaign.options,
                                  self.seconds_left(share)):
            missing -= len(group)
            self._keep(group, rows, outcome)
        return missing == 0

    def _ask_timed(self, todo: Sequence[PlannedLayer], outcome: Outcome, share: float) -> None:
        """One by one, so that each shows what it costs; the first one's time is the
        program's start."""
        options: MeasureOptions = dataclasses.replace(self._campaign.options, block=1)
        before: float | None = None
        for group in measure_each(todo, self._target, options, self.seconds_left(share)):
            now = time.monotonic()
            if before is not None:
                seconds = round((now - before) / len(group), 4)
                group = [_with(row, {_SECONDS: seconds}) for row in group]
            before = now
            self._keep(group, [], outcome)

    def _keep(self, group: Sequence[Measurement], rows: list[Measurement],
              outcome: Outcome) -> None:
        """`rows`: all that arrived before, for the drift that the group is told."""
        told = []
        for row in group:
            drifted = drift.newest(rows) if row.role != drift.REFERENCE else None
            told.append(row if drifted is None
                        else _with(row, {"reference_drift": round(drifted, 4)}))
            rows.append(row)
        self._store.add(self._stored, self._number, told)
        outcome.count([row for row in told if row.role != drift.REFERENCE])
        self._progress(outcome)

    # Measuring again.

    def look_again(self, plan: Sequence[PlannedLayer]) -> list[str]:
        """Measures again what is in doubt, until nothing is or nothing may be measured
        any more; what came of it, for people."""
        if not self._again:
            return []
        wanted = [planned.layer for planned in plan]
        outcome = Outcome()
        for choose in (Doubts.drifted, Doubts.uncertain, Doubts.contradicted, Doubts.uncertain):
            while self.seconds_left() != 0 and (found := choose(self._doubts(wanted))):
                outcome.left += sum(doubt.times for doubt in found)
                if not self._ask(_again(found), outcome, 1.0):
                    break
        return self._doubts(wanted).notes()

    def _doubts(self, wanted: Sequence[str]) -> Doubts:
        return Doubts(self._store.measurements(self._stored), self._info, self._campaign.repeats,
                      wanted)


def _again(doubts: Sequence[Doubt]) -> list[PlannedLayer]:
    return [planned for doubt in doubts for planned in doubt.planned()]


def _with(row: Measurement, conditions: dict[str, Any]) -> Measurement:
    return dataclasses.replace(row, conditions={**row.conditions, **conditions})


def describe_outcome(outcome: Outcome, planned: int, path: str) -> str:
    known = planned - outcome.measured - outcome.failed - outcome.left - outcome.too_long
    parts = [(known, "{} were in the store"), (outcome.left, "{} left by the time budget"),
             (outcome.too_long, "{} left out because a pass would take longer than the time-out")]
    said = "".join(", " + text.format(format_count(count)) for count, text in parts if count)
    return f"measured {format_count(outcome.measured)} of {format_count(planned)} layers{said}: {path}"
