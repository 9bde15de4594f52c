# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""The rows of a store that a model and its baselines learn from, and the file
beside a bundle that keeps them for `evaluate`."""
from __future__ import annotations

import collections
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Iterable, Sequence

from mlir_pr import _core, plausibility
from mlir_pr._config import VERSION
from mlir_pr.baselines import Baseline, fit
from mlir_pr.errors import InputError
from mlir_pr.store import MERGE_RULE, Measurement, Merged, Store, StoredTarget, merge
from mlir_pr.kindmodel import Row
from mlir_pr.yamlio import read_text

#: What a model learns from, unless asked otherwise: random rows are for the
#: baselines.
DEFAULT_ROLES = ("pr", "independent", "plateau-start", "network", "sweep", "table")
#: Baselines that learn from random rows too, where there are any.
_ON_RANDOM_ROWS = ("plain forest", "rate forest")


@dataclass(frozen=True)
class TrainingData:
    rows: list[Row]
    random_rows: list[Row]
    provenance: dict[str, Any]
    notes: list[str]


def collect(store: Store, target: StoredTarget, roles: Sequence[str]) -> TrainingData:
    """One row a layer. Where no measurement has one of the roles, random ones
    are better than none."""
    found = [row for row in store.measurements(target) if row.ok]
    own = [row for row in found if row.role in roles]
    randoms = [row for row in found if row.role == "random"]
    if not own:
        own, randoms = randoms, []
    if not own:
        raise InputError(f"store '{store.path}' holds no measurement of target '{target.name}' "
                         f"with one of the roles {', '.join(roles)}")
    merged = merge(own)
    counts_cycles = bool(target.info["counts_cycles"])
    return TrainingData(
        [_row(entry.measurement, counts_cycles) for entry in merged],
        [_row(entry.measurement, counts_cycles) for entry in merge(randoms)],
        _provenance(store, target, own, merged), _notes(own, target))


def _notes(rows: Sequence[Measurement], target: StoredTarget) -> list[str]:
    return [*plausibility.disagreements(rows), *plausibility.warnings(rows),
            *refused(rows, _core.TargetInfo.from_json(json.dumps(target.info)))]


def refused(rows: Iterable[Measurement], info: _core.TargetInfo) -> list[str]:
    """Of rows that no model learns from, because the target cannot run their layers."""
    reasons = collections.Counter(reason for row in rows
                                  if (reason := info.why_illegal(_core.Layer.parse(row.layer))))
    return [f"nothing is learned from {count} rows: {reason}" for reason, count in reasons.items()]


def _row(measurement: Measurement, counts_cycles: bool) -> Row:
    layer = _core.Layer.parse(measurement.layer)
    independent = measurement.role == "independent"
    if counts_cycles and measurement.cycles is not None:
        return Row(layer, float(measurement.cycles), independent=independent)
    if counts_cycles or measurement.time_ps is None:
        raise InputError(f"the target counts {'cycles' if counts_cycles else 'time'}, but the "
                         f"measurement of '{measurement.layer}' ({measurement.source}) has none")
    return Row(layer, float(measurement.time_ps),
               None if measurement.p10_ps is None else float(measurement.p10_ps),
               None if measurement.p90_ps is None else float(measurement.p90_ps), independent)


def _provenance(store: Store, target: StoredTarget, rows: Sequence[Measurement],
                merged: Sequence[Merged]) -> dict[str, Any]:
    """Without a date: the same store gives the same bundle."""
    return {
        "tool_version": VERSION,
        "measurements": len(rows),
        "layers": len(merged),
        "roles": dict(sorted(collections.Counter(row.role for row in rows).items())),
        "merged_by": MERGE_RULE,
        **({"replaced_rows": replaced} if (replaced := len(rows) - sum(one.rows for one in merged)) else {}),
        "campaigns": store.campaigns(target),
        "conditions": _common_conditions(rows),
    }


def _common_conditions(rows: Iterable[Measurement]) -> dict[str, Any]:
    """The conditions that all measurements share."""
    common: dict[str, Any] | None = None
    for row in rows:
        if common is None:
            common = dict(row.conditions)
        else:
            common = {name: value for name, value in common.items()
                      if row.conditions.get(name) == value}
    return common or {}


# The file beside a bundle.


def baselines_path(model: Path) -> Path:
    return model.with_suffix(".baselines.json")


def baselines_json(data: TrainingData, target: _core.TargetInfo, model_id: str, seed: int) -> str:
    def rows_json(rows: Sequence[Row]) -> list[list[Any]]:
        return [[row.layer.text, row.latency] for row in sorted(rows, key=lambda r: r.layer.text)]
    return json.dumps({"schema": 1, "model": model_id, "seed": seed,
                       "target": json.loads(target.to_json()), "rows": rows_json(data.rows),
                       "random_rows": rows_json(data.random_rows)}, indent=0) + "\n"


@dataclass(frozen=True)
class SavedRows:
    """What a model was trained on."""

    target: _core.TargetInfo
    rows: list[Row]
    random_rows: list[Row]
    seed: int


def load_rows(model: Path, model_id: str) -> SavedRows | None:
    """None where the file beside the bundle is missing or belongs to another model."""
    path = baselines_path(model)
    if not path.exists():
        return None
    try:
        saved = json.loads(read_text(path))
        if saved["schema"] != 1 or saved["model"] != model_id:
            return None
        rows, randoms = (
            [Row(_core.Layer.parse(text), float(latency)) for text, latency in saved[name]]
            for name in ("rows", "random_rows"))
        return SavedRows(_core.TargetInfo.from_json(json.dumps(saved["target"])), rows, randoms,
                         int(saved["seed"]))
    except (ValueError, KeyError, TypeError) as error:
        raise InputError(f"'{path}' is no file of baselines: {error}") from error


def fit_baselines(saved: SavedRows, names: Sequence[str]) -> list[Baseline]:
    """Fitted to the rows that the model was trained on."""
    fitted = [fit(name, saved.rows, saved.target, saved.seed) for name in names]
    if saved.random_rows:
        for name in _ON_RANDOM_ROWS:
            fitted.append(fit(name, saved.random_rows, saved.target, saved.seed))
            fitted[-1].name = f"{name}, random"
    return fitted
