# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Descriptions of targets as the store keeps them."""
from __future__ import annotations

import json
from typing import Any, Iterable, Sequence

from mlir_pr import _core
from mlir_pr.campaign import EPILOGUES
from mlir_pr.errors import InputError
from mlir_pr.store import FoundStep, KnownEpilogue, StatedStep, Store, StoredTarget


def with_steps(info: _core.TargetInfo, steps: Sequence[StatedStep]) -> _core.TargetInfo:
    """The target with stated steps in place of its own, dimension by dimension.
    A width of 1 states that there is no step, so that none is looked for."""
    for kind in sorted({step.kind for step in steps}):
        stated = [step for step in steps if step.kind == kind]
        own = info.lattice(kind)
        dims = {step.dim for step in stated}
        kept = [step for step in own.steps if step.dim not in dims]
        new = [_core.Step(step.dim, step.width, step.offset, resource=step.resource,
                          plateau=step.plateau, knowledge="stated", evidence="stated by the user")
               for step in stated]
        info = info.with_lattice(_core.Lattice(kind, kept + new, own.maximum))
    return info


def with_found(info: _core.TargetInfo, steps: Sequence[FoundStep]) -> _core.TargetInfo:
    """The target with what sweeps found in place of its own, dimension by
    dimension; a width of 1 says that they found none."""
    for kind in sorted({step.kind for step in steps}):
        found = [step for step in steps if step.kind == kind]
        own = info.lattice(kind)
        dims = {step.dim for step in found}
        kept = [step for step in own.steps if step.dim not in dims]
        new = [_core.Step(step.dim, step.width, step.offset, step.region_low, step.region_high,
                          plateau=step.plateau, knowledge=step.knowledge, evidence=step.evidence)
               for step in found]
        info = info.with_lattice(_core.Lattice(kind, kept + new, own.maximum))
    return info


def with_epilogues(info: _core.TargetInfo,
                   known: Sequence[KnownEpilogue]) -> _core.TargetInfo:
    """The target with what is known of its epilogues in place of what it says itself."""
    if not known:
        return info
    described: dict[str, Any] = json.loads(info.to_json())
    for kind in described["kinds"]:
        free = set(kind["free_epilogue"])
        for one in known:
            if one.kind == kind["kind"]:
                (free.add if one.free else free.discard)(one.operation)
        kind["free_epilogue"] = [name for name in EPILOGUES if name in free]
    return _core.TargetInfo.from_json(json.dumps(described))


def without_found(store: Store, target: StoredTarget) -> _core.TargetInfo:
    """The description, then what was stated."""
    stated = [one for one in store.epilogues(target) if one.knowledge == "stated"]
    info = with_epilogues(_core.TargetInfo.from_json(json.dumps(target.info)), stated)
    return with_steps(info, store.stated_steps(target))


def effective(store: Store, target: StoredTarget) -> _core.TargetInfo:
    """What training and planning go by: the description, then what was found or
    measured, then what was stated."""
    # Measured before stated: the last word counts.
    known = sorted(store.epilogues(target), key=lambda one: one.knowledge)
    info = with_epilogues(_core.TargetInfo.from_json(json.dumps(target.info)), known)
    return with_steps(with_found(info, store.found_steps(target)), store.stated_steps(target))


def table_target(store: Store, name: str, clock_khz: int | None, counts_cycles: bool,
                 kinds: Iterable[str], where: str) -> StoredTarget:
    """The target of an imported table: made, or widened by the table's kinds."""
    known = next((target for target in store.targets() if target.name == name), None)
    if known is None:
        return store.ensure_target(_table_info(name, clock_khz, counts_cycles, kinds))
    for what, here, there in (("unit", _unit(counts_cycles), _unit(known.info["counts_cycles"])),
                              ("clock", _clock(clock_khz), _clock(known.info["clock_khz"]))):
        if here != there:
            raise InputError(f"{where}: {what} is {here}, but the store's target '{name}' "
                             f"has {there}")
    if known.description_hash:
        return known
    have = [kind["kind"] for kind in known.info["kinds"]]
    return store.replace_info(known, _table_info(name, clock_khz, counts_cycles, {*have, *kinds}))


def _table_info(name: str, clock_khz: int | None, counts_cycles: bool,
                kinds: Iterable[str]) -> dict[str, Any]:
    info = {"schema": 1, "name": name, "clock_khz": clock_khz, "counts_cycles": counts_cycles,
            "kinds": [{"kind": kind} for kind in sorted(kinds)]}
    # Through the one reader, which checks it and fills in the rest.
    complete: dict[str, Any] = json.loads(_core.TargetInfo.from_json(json.dumps(info)).to_json())
    return complete


def _unit(counts_cycles: bool) -> str:
    return "cycles" if counts_cycles else "time"


def _clock(clock_khz: int | None) -> str:
    return "unknown" if clock_khz is None else f"{clock_khz / 1000:g} MHz"
