# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Campaigns in rounds: what is measured next follows from what is known by then.

After a first part of the budget, `active` measures in several rounds where models
disagree (active.py). `auto`, where it has several kinds, divides the rest among them by how
much of each is not understood yet: networks have kinds that a few dozen layers explain
exactly, and others that a few hundred do not.

What a round chooses depends on the rounds before it alone, so that an interrupted
campaign goes on as it would have.
"""
from __future__ import annotations

from typing import Sequence

import numpy as np

from mlir_pr import _core, active
from mlir_pr.campaign import Campaign
from mlir_pr.kindmodel import EXACT, Options, legal_rows
from mlir_pr.planning import Plan, draw_more
from mlir_pr.runner import PlannedLayer
from mlir_pr.store import Measurement

#: A kind that is explained gets this share of what the worst one gets: nobody knows
#: what it does where nothing was measured.
_LEAST = 0.05
_BRANCHES = 2
#: Errors fall with the root of the number of rows, or so; their sum is least where rows are
#: divided by this power of them.
_POWER = 2 / 3

_CHOSEN_ROLES = {"active": ("pr", "plateau-start"),
                 "auto": ("pr", "plateau-start", "independent")}


def split(campaign: Campaign, plan: Plan) -> tuple[Plan, list[int]]:
    """The part of a plan before the first round, and the sizes of the rounds."""
    roles = _CHOSEN_ROLES.get(campaign.sampling, ())
    chosen = [item for item in plan.layers if item.role in roles]
    kinds = {item.layer.split(" ", 1)[0] for item in chosen}
    if campaign.sampling == "active":
        first, *rounds = active.sizes(len(chosen))
    elif len(kinds) > 1 and not campaign.schedules:
        first = round(active.FIRST_SHARE * len(chosen))
        rounds = [len(chosen) - first]
    else:
        return plan, []
    later = {item.layer for item in chosen[first:]}
    return Plan([item for item in plan.layers if item.layer not in later], plan.notes), rounds


def choose(campaign: Campaign, info: _core.TargetInfo, network_layers: Sequence[_core.Layer],
           rows: Sequence[Measurement], planned: Sequence[PlannedLayer],
           size: int) -> list[PlannedLayer]:
    """So many layers, none of those planned before, of which the rows are known."""
    taken = {item.layer for item in planned}
    seed = campaign.seed + len(planned)
    if campaign.sampling == "active":
        pool = draw_more(campaign, info, network_layers, taken, active.POOL * size, seed)
        return active.most_uncertain(pool, rows, size, info, seed)
    return draw_more(campaign, info, network_layers, taken, size, seed, unexplained(rows, info))


def unexplained(rows: Sequence[Measurement], info: _core.TargetInfo) -> dict[str, float]:
    """Of each kind with rows, the error that a base of few branches leaves; all alike where
    every one is exact. A kind of too few layers to tell counts as the worst."""
    known = legal_rows(active.known_rows(rows), info)
    errors: dict[str, float] = {}
    for kind in sorted({row.layer.kind for row in known}):
        own = [row for row in known if row.layer.kind == kind]
        _, compared = _core.fit_base([row.layer for row in own], [row.latency for row in own],
                                     info.lattice(kind), max_branches=_BRANCHES)
        few = len(own) < Options.fewest_groups
        errors[kind] = np.inf if few else min(one["cv_error"] for one in compared)
    worst = max((error for error in errors.values() if np.isfinite(error)), default=0.0)
    if worst < EXACT:
        return dict.fromkeys(errors, 1.0)
    return {kind: max(min(error / worst, 1.0) ** _POWER, _LEAST) for kind, error in errors.items()}
