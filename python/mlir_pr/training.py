# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""From measurements to a model bundle: pure functions, no files.

Per layer kind: a base is fitted (its terms and branches chosen by
cross-validation), then forests on the log of what it leaves are tried by
cross-validation over the same groups, and kept only where they help. The errors
of the winner on the rows it had not seen calibrate the interval; the model itself
is then fitted to all rows. Rows of one plateau are one group: they share their
query point, and a split between them would flatter.

The same rows, options and seed give the same bytes.
"""
from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any, Callable, Mapping, Sequence

import numpy as np
import numpy.typing as npt
import xgboost

from mlir_pr import _core, calibration, similar as similar_devices, transfer
from mlir_pr.kindmodel import (EXACT, WORTHWHILE, Candidate, Fitted, Folds, ForestShape, KindData, Options, Row,
                               fit_chosen, fit_forest, folds_of, held_out_by, legal_rows, mape, prepare)
from mlir_pr.metrics import error_metrics
from mlir_pr.tablesteps import find_steps, settle_plateaus, without_refuted


#: Of each kind: steps, base, forest and interval.
STAGES = 4
#: Of bases that learn each other's optimum.
_MOST_ROUNDS = 3


@dataclass(frozen=True)
class Trained:
    bundle: bytes
    card: dict[str, Any]


def kinds_of(rows: Sequence[Row], target: _core.TargetInfo) -> list[str]:
    """What a model is looked for of."""
    return sorted({*target.kinds, *(row.layer.kind for row in rows)})


def train(rows: Sequence[Row], target: _core.TargetInfo, options: Options = Options(),
          provenance: Mapping[str, Any] | None = None,
          similar: _core.Estimator | None = None, similar_rows: Sequence[Row] = (),
          advance: Callable[[], None] = lambda: None) -> Trained:
    """A bundle for the target from rows with one latency a layer. `similar`: the
    model of a similar device, to start from where that is better; `similar_rows`: what
    it was trained on, of which more can be learned. `advance` is called STAGES times for
    each kind."""
    builder = _core.BundleBuilder(target)
    kinds: dict[str, Any] = {}
    for kind in kinds_of(rows, target):
        source = None if similar is None else similar_devices.source_of(similar, kind, similar_rows)
        stages = _Stages(advance)
        kinds[kind] = _train_kind(builder, kind, rows, target, options, source, stages)
        stages.finish()
    card = {
        "schema": 1,
        "target": target.name,
        "parameters": target.parameters,
        "description_hash": target.description_hash,
        "unit": "cycles" if target.counts_cycles else "ps",
        "clock_khz": target.clock_khz,
        "seed": options.seed,
        "folds": options.folds,
        "versions": {"bundle_schema": _core.schema_version(), "numpy": np.__version__,
                     "xgboost": xgboost.__version__},
        "provenance": dict(provenance or {}),
        "kinds": kinds,
    }
    builder.set_card(json.dumps(card, sort_keys=True))
    return Trained(builder.build(), card)


@dataclass
class _Stages:
    """Of one kind; some are left out."""

    advance: Callable[[], None]
    left: int = STAGES

    def done(self) -> None:
        self.left -= 1
        self.advance()

    def finish(self) -> None:
        while self.left:
            self.done()


# -- One kind ------------------------------------------------------------------


def _train_kind(builder: _core.BundleBuilder, kind: str, rows: Sequence[Row],
                target: _core.TargetInfo, options: Options,
                source: transfer.Source | None, stages: _Stages) -> dict[str, Any]:
    own = [row for row in rows if row.layer.kind == kind]
    legal = legal_rows(own, target)
    data = prepare(kind, target.lattice(kind), legal)
    if not target.description_hash:
        data = _with_found_steps(data)
    stages.done()
    card: dict[str, Any] = {"rows": len(own), "illegal_rows": len(own) - len(legal),
                            "plateaus": _count(data.groups)}
    if _count(data.groups) < options.fewest_groups:
        reason = (f"{_count(data.groups) or 'no'} different layers of this kind were measured, "
                  f"a model needs at least {options.fewest_groups}")
        if data.rows:
            builder.add_measured_kind(data.lattice, [_exact_row(row) for row in data.rows], reason)
        else:
            builder.add_absent_kind(kind, reason)
        return {**card, "status": "measured_only" if data.rows else "absent", "reason": reason}
    best, comparison = _choose(data, options, stages)
    if source is not None:
        best, comparison["transfer"] = similar_devices.choose_source(data, source, best, options)
    model, calibrated = best.model, calibration.calibrate(data, best, options)
    builder.add_kind(data.lattice, model.base, data.layers, calibrated.interval, model.forest,
                     model.features, [_exact_row(row) for row in data.rows], calibrated.spread,
                     _similar_rows(best), calibrated.similar)
    lattice = json.loads(data.lattice.to_json())
    return {**card, "status": "trained", **comparison, "shrinkage": best.shrinkage,
            "lattice": lattice["steps"],
            "units": lattice.get("unit_work", {}).get("units", []),
            "domain": _domain(data.layers),
            "types": sorted({layer.types for layer in data.layers}),
            "base": model.base.text,
            "features": model.features,
            "trees": model.forest.num_trees if model.forest else 0,
            **({"similar_rows": len(best.similar.layers)} if best.similar else {}),
            "local_intervals": calibrated.spread is not None,
            "calibrated_on": calibrated.rows,
            **calibrated.network_totals,
            "held_out": error_metrics(data.latencies, best.answers()).as_json()}


def _with_found_steps(data: KindData) -> KindData:
    """Of a target without a description, the rows are the last word on steps."""
    args = data.layers, data.latencies, data.groups
    lattice = settle_plateaus(*args, find_steps(*args, without_refuted(*args, data.lattice)))
    # Query points, and so groups, follow from the lattice.
    return prepare(data.kind, lattice, data.rows)


def _exact_row(row: Row) -> tuple[_core.Layer, float, float, float]:
    lower = row.latency if row.lower is None else min(row.lower, row.latency)
    upper = row.latency if row.upper is None else max(row.upper, row.latency)
    return row.layer, row.latency, lower, upper


def _similar_rows(best: Candidate[Fitted]) -> list[tuple[_core.Layer, float]]:
    if best.similar is None:
        return []
    return list(zip(best.similar.layers, best.similar.latencies.tolist()))


def _domain(layers: Sequence[_core.Layer]) -> dict[str, list[int]]:
    return {dim: [min(layer.dims[dim] for layer in layers),
                  max(layer.dims[dim] for layer in layers)] for dim in layers[0].dims}


def _count(groups: npt.NDArray[np.int64]) -> int:
    return int(np.unique(groups).size)


# -- Choosing ------------------------------------------------------------------


def _agree(data: KindData, base: _core.Base, folds: Folds, chosen: Mapping[str, Any],
           options: Options) -> tuple[_core.Base, list[_core.Base]]:
    """The base of all rows and its like of each fold, each in the best optimum that any of them
    found, or nearly. Were it another one, held-out errors would not be those of the model."""
    def likes(base: _core.Base) -> list[_core.Base]:
        return [fit_chosen(data.take(seen), chosen, [base], options) for seen, _ in folds]

    def error(base: _core.Base) -> float:
        return mape(base.predict(data.layers, data.lattice), data.latencies)
    bases = likes(base)
    for _ in range(_MOST_ROUNDS):
        better = fit_chosen(data, chosen, [base, *bases], options)
        if error(better) > error(base) * (1 - WORTHWHILE):
            return min(better, base, key=error), bases
        base = better
        bases = likes(base)
    return base, bases


def _choose(data: KindData, options: Options,
            stages: _Stages) -> tuple[Candidate[Fitted], dict[str, Any]]:
    """The model fitted to all rows, and what was compared."""
    base, compared = _core.fit_base(data.layers, data.latencies, data.lattice,
                                    data.groups, max_branches=options.max_branches,
                                    folds=options.folds, seed=options.seed)
    chosen = next(row for row in compared if row["chosen"])
    folds = folds_of(data, options)
    base, bases = _agree(data, base, folds, chosen, options)
    best_parts = [Fitted(base_of_part) for base_of_part in bases]
    stages.done()
    best_shape: ForestShape | None = None
    best = held_out_by(best_parts, data, folds)
    best_error = mape(best, data.latencies)
    trials: list[dict[str, Any]] = [{"forest": None, "mape": best_error}]
    for shape in options.forests if best_error > EXACT else ():
        parts = [fit_forest(data.take(seen), base_of_part, shape, options)
                 for (seen, _), base_of_part in zip(folds, bases)]
        predicted = held_out_by(parts, data, folds)
        error = mape(predicted, data.latencies)
        trials.append({"forest": vars(shape), "mape": error})
        if error < best_error * (1 - WORTHWHILE):
            best_shape, best_parts, best, best_error = shape, parts, predicted, error
    stages.done()
    shrinkage = calibration.shrinkage(data, base, folds, chosen, best_shape, best, options)
    comparison = {
        "base_compared": [{key: row[key] for key in ("branches", "term_set", "cv_error", "chosen")}
                          for row in compared],
        "base_cases": {name: {key: one[key] for key in ("branches", "term_set", "cv_error")}
                       for name, one in chosen["cases"].items()},
        "forest_compared": trials,
    }
    return Candidate("anew", fit_forest(data, base, best_shape, options), best_parts, best,
                     shrinkage), comparison
