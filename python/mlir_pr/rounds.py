# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Campaigns in rounds: what is measured next follows from what is known by then.

After a first part of the budget, `active` measures in several rounds where forests
disagree (active.py). `auto`, where it has several kinds, or cases of one, divides the rest
among them by how much of each is not understood yet: networks have kinds that a few dozen
layers explain exactly, and others that a few hundred do not; and sweeps may have told all of
one kernel of a library. Its last round goes where bases disagree (doubt.py).

What a round chooses depends on what was measured before it alone, so that an interrupted
campaign goes on as it would have.
"""
from __future__ import annotations

import collections
import enum
import math
from dataclasses import dataclass
from typing import Mapping, Sequence

from mlir_pr import _core, active, doubt
from mlir_pr.campaign import Campaign
from mlir_pr.kindmodel import EXACT, Options, Row, errors_of_cases, legal_rows, prepare
from mlir_pr.planning import EVEN, Plan, Weights, draw_more
from mlir_pr.runner import PlannedLayer
from mlir_pr.store import Measurement

#: A case that is explained gets this share of what the worst one gets: nobody knows
#: what it does where nothing was measured.
_LEAST = 0.05
#: Errors fall with the root of the number of rows, or so; their sum is least where rows are
#: divided by this power of them.
_POWER = 2 / 3

#: Of an `auto` campaign, its last round; fewer layers are not worth one.
_DOUBTED_SHARE = 0.1
_FEWEST_DOUBTED = 10

_CHOSEN_ROLES = {"active": ("pr", "plateau-start"),
                 "auto": ("pr", "plateau-start", "independent")}


class Choice(enum.Enum):
    """What decides which layers a round measures."""

    FORESTS = "where forests disagree"
    UNEXPLAINED = "of what is not understood"
    BASES = "where bases disagree"


@dataclass(frozen=True)
class Round:
    size: int
    choice: Choice


def split(campaign: Campaign, plan: Plan) -> tuple[Plan, list[Round]]:
    """The part of a plan before the first round, and the rounds."""
    roles = _CHOSEN_ROLES.get(campaign.sampling, ())
    chosen = [item for item in plan.layers if item.role in roles]
    rounds = _rounds(campaign, chosen)
    first = len(chosen) - sum(one.size for one in rounds)
    later = {item.layer for item in chosen[first:]}
    return Plan([item for item in plan.layers if item.layer not in later], plan.notes), rounds


def _rounds(campaign: Campaign, chosen: Sequence[PlannedLayer]) -> list[Round]:
    first, *sizes = active.sizes(len(chosen))
    if campaign.sampling == "active":
        return [Round(size, Choice.FORESTS) for size in sizes]
    if campaign.schedules:
        return []
    doubted = round(_DOUBTED_SHARE * len(chosen))
    last = [Round(doubted, Choice.BASES)] if doubted >= _FEWEST_DOUBTED else []
    cases = {_case(_core.Layer.parse(item.layer)) for item in chosen}
    if len(cases) < 2:
        return last
    rest = len(chosen) - first - sum(one.size for one in last)
    return [Round(rest, Choice.UNEXPLAINED), *last]


def choose(campaign: Campaign, info: _core.TargetInfo, network_layers: Sequence[_core.Layer],
           rows: Sequence[Measurement], planned: Sequence[PlannedLayer], this: Round) -> Plan:
    """The layers of a round, none of those planned before, of which the rows are known."""
    taken = {item.layer for item in planned}
    seed = campaign.seed + len(planned)
    weights = EVEN if this.choice is Choice.FORESTS else unexplained(rows, info)
    size = this.size if this.choice is Choice.UNEXPLAINED else active.POOL * this.size
    pool = draw_more(campaign, info, network_layers, taken, size, seed, weights)
    if this.choice is Choice.FORESTS:
        return Plan(active.most_uncertain(pool.layers, rows, this.size, info, seed), [])
    if this.choice is Choice.BASES:
        return Plan(doubt.most_doubted(pool.layers, rows, this.size, info), [])
    return pool


def unexplained(rows: Sequence[Measurement], info: _core.TargetInfo) -> Weights:
    """By the error that a base of few branches leaves of each kind, and of each of its cases;
    all alike where every one is exact. Of too few layers to tell, a case counts as the worst; a
    kind of which none could be measured gets little."""
    if len({_case(_core.Layer.parse(row.layer)) for row in rows}) < 2:
        return EVEN  # there is nothing to divide
    known = legal_rows(active.known_rows(rows), info)
    told: dict[tuple[str, str], float] = {}
    untold = set()
    for kind in sorted({row.layer.kind for row in known}):
        for case, error in _errors_of([row for row in known if row.layer.kind == kind],
                                      info.lattice(kind)).items():
            if error is None:
                untold.add((kind, case))
            else:
                told[kind, case] = error
    worst = max(told.values(), default=0.0)
    if worst < EXACT and not untold:
        return EVEN
    weights = {key: max((error / max(worst, EXACT)) ** _POWER, _LEAST) if error >= EXACT else _LEAST
               for key, error in told.items()} | dict.fromkeys(untold, 1.0)
    drawn = {row.layer for row in rows if row.role != "sweep"}
    failed = {_core.Layer.parse(text).kind for text in drawn} - {kind for kind, _ in weights}
    return Weights(_mixed(weights, [_case(_core.Layer.parse(text)) for text in sorted(drawn)])
                   | dict.fromkeys(failed, _LEAST), weights)


def _mixed(weights: Mapping[tuple[str, str], float],
           drawn: Sequence[tuple[str, str]]) -> dict[str, float]:
    """Of each kind: as its cases are, in the mixture that was drawn."""
    of_kind = collections.defaultdict(list)
    for key in drawn:
        if key in weights:
            of_kind[key[0]].append(weights[key])
    return {kind: math.fsum(own) / len(own) for kind, own in of_kind.items()}


def _case(layer: _core.Layer) -> tuple[str, str]:
    return layer.kind, _core.layer_case(layer)


def _errors_of(rows: Sequence[Row], lattice: _core.Lattice) -> dict[str, float | None]:
    """Of each case of one kind; None where too few plateaus were measured."""
    data = prepare(rows[0].layer.kind, lattice, rows)
    errors = errors_of_cases(data.layers, data.latencies, data.groups, lattice)
    of_case = collections.defaultdict(set)
    for layer, group in zip(data.layers, data.groups):
        of_case[_core.layer_case(lattice.query_point(layer))].add(group)
    return {case: error if len(of_case[case]) >= Options.fewest_groups else None
            for case, error in errors.items()}
