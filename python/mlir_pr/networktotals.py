# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""The calibrated interval (totals.py) of annotated functions, and what it leaves out."""
from __future__ import annotations

import functools
import json
import math
from typing import Any, Sequence

from mlir_pr import _core
from mlir_pr.annotations import ANSWERED, Annotations, Function, Group, group
from mlir_pr.totals import Part, part_of, total


@functools.lru_cache(maxsize=16)
def _fitted(path: str, model_id: str) -> dict[str, Any]:
    """What the card of a bundle holds of each kind."""
    estimator = _core.Estimator.load(path)
    card = json.loads(estimator.card or "{}") if estimator.model_id == model_id else {}
    return {kind: about["total_error"] for kind, about in card.get("kinds", {}).items()
            if about.get("total_error")}


def of_function(annotations: Annotations, function: Function, target: int,
                level: int) -> dict[str, Any] | None:
    """For JSON; None where a model says nothing of sums, or the time is more than the
    sum over the operations: loops, calls and branches."""
    kinds = _fitted_of(annotations, target)
    groups = group(function.ops, target)
    answered = [one for one in groups if one.estimate.status in ANSWERED]
    parts = [part for one in answered if (part := _part(one)) is not None]
    raw = function.totals[target]
    name, unit = ("time_ps", "ps") if raw.get("time_ps") is not None else ("cycles", "cycles")
    if not kinds or not parts or len(parts) < len(answered) \
            or sum(one.total for one in answered) != raw.get(name):
        return None
    found = total(parts, kinds, level)
    return {"target": raw["target"], "level": level, f"lower_{unit}": math.floor(found.lower),
            f"upper_{unit}": math.ceil(found.upper), "kinds_one_way": list(found.unknown),
            "excluded": _excluded(groups)}


def with_calibrated(annotations: Annotations, level: int) -> dict[str, Any]:
    """The report with `calibrated_totals` beside the totals of each function, one for
    each model that gives one."""
    functions = []
    for function, raw in zip(annotations.functions, annotations.raw["functions"]):
        found = [of_function(annotations, function, target, level)
                 for target in range(len(function.totals))]
        functions.append({**raw, "calibrated_totals": [one for one in found if one is not None]})
    return {**annotations.raw, "functions": functions}


def _fitted_of(annotations: Annotations, target: int) -> dict[str, Any]:
    """Nothing where the model of a saved report is no longer there, or another one."""
    try:
        model = annotations.models[target]
        return _fitted(model["path"], model["id"])
    except (LookupError, TypeError, OSError, ValueError):
        return {}


def _part(one: Group) -> Part | None:
    if one.layer is None or one.estimate.latency is None or one.estimate.bounds is None:
        return None
    kind = one.layer.split(" ", 1)[0]
    latency, cycles = one.estimate.latency, one.estimate.cycles
    return part_of(kind, one.estimate.status, latency, one.estimate.bounds, len(one.ops),
                   latency / cycles if cycles else 1.0)


def _excluded(groups: Sequence[Group]) -> list[dict[str, Any]]:
    return [{"what": one.layer or one.op, "ops": len(one.ops), "reason": one.estimate.reason}
            for one in groups if one.estimate.status not in ANSWERED]
