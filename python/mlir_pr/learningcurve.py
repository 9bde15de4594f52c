# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Error against the number of measurements: the model and its baselines trained
again on parts of the same rows, at equal budgets.

For each seed the rows are put into one random order, and a budget is its beginning: a
larger budget holds the smaller one. The mean over seeds is the curve, the range its
spread. Rows of kinds that nobody asks about are left out.
"""
from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Callable, Mapping, Sequence

import numpy as np
import numpy.typing as npt
from rich.console import Group as Lines
from rich.text import Text

from mlir_pr import _core, ui
from mlir_pr.baselines import fit
from mlir_pr.errors import InputError
from mlir_pr.metrics import ErrorMetrics, error_metrics
from mlir_pr.kindmodel import Options, Row
from mlir_pr.training import train
from mlir_pr.units import format_share

FloatArray = npt.NDArray[np.float64]

DEFAULT_SEEDS = 5
_SMALLEST_BUDGET = 25
#: The whole test set, beside its parts.
ALL = "all"


@dataclass(frozen=True)
class Question:
    """What every learner is asked: layers, and how long they take in the target's
    unit."""

    layers: Sequence[_core.Layer]
    latencies: FloatArray
    test_sets: Sequence[str]


@dataclass(frozen=True)
class LearningCurve:
    budgets: tuple[int, ...]
    seeds: tuple[int, ...]
    #: By learner, test set and budget: one a seed.
    errors: Mapping[str, Mapping[str, Mapping[int, Sequence[ErrorMetrics]]]]
    asked: int

    def mape(self, learner: str, budget: int, test_set: str = ALL) -> tuple[float, float, float]:
        """Mean, least and largest over the seeds; NaN where nothing was answered."""
        values = [one.mape for one in self.errors[learner][test_set][budget]
                  if one.mape is not None]
        if not values:
            return (float("nan"),) * 3
        return float(np.mean(values)), min(values), max(values)

    def as_json(self) -> dict[str, Any]:
        return {"budgets": list(self.budgets), "seeds": list(self.seeds), "learners": [
            {"name": name, "by_set": {test_set: [
                {"budget": budget, "errors": [one.as_json() for one in metrics]}
                for budget, metrics in by_budget.items() if metrics]
                for test_set, by_budget in by_set.items()}}
            for name, by_set in self.errors.items()]}

    def render(self) -> Lines:
        columns = [f"{budget:,}" for budget in self.budgets]
        table = ui.table(["trained on", *columns], right=columns, title=(
            f"learning curve: MAPE, mean and range of {len(self.seeds)} seeds, by number of "
            "measurements"))
        for name in self.errors:
            table.add_row(name, *(_cell(*self.mape(name, budget)) for budget in self.budgets))
        return Lines(table, *self._unanswered())

    def _unanswered(self) -> list[Text]:
        """Small budgets may leave kinds without a model: their errors are not in."""
        notes = []
        for name, by_set in self.errors.items():
            for budget, metrics in by_set[ALL].items():
                if not metrics:
                    continue
                share = float(np.mean([one.count for one in metrics])) / self.asked
                if share < 1:
                    notes.append(Text(f"{name} from {budget:,} measurements answers "
                                      f"{format_share(share)} of the layers", style="yellow"))
        return notes


def _cell(mean: float, least: float, most: float) -> str:
    if np.isnan(mean):
        return "-"
    return f"{100 * mean:.3g} % ({100 * least:.3g}–{100 * most:.3g})"


def default_budgets(rows: int) -> tuple[int, ...]:
    """Doubling, up to all rows there are."""
    budgets = []
    while _SMALLEST_BUDGET * 2 ** len(budgets) < rows:
        budgets.append(_SMALLEST_BUDGET * 2 ** len(budgets))
    return (*budgets, rows)


def learning_curve(rows: Sequence[Row], random_rows: Sequence[Row], target: _core.TargetInfo,
                   question: Question, budgets: Sequence[int] = (),
                   seeds: Sequence[int] = tuple(range(DEFAULT_SEEDS)),
                   done: Callable[[], None] = lambda: None) -> LearningCurve:
    """`random_rows`: where a campaign has measured some, learners that take those.
    `done` is called after each training; there are trainings() of them."""
    pools = _pools(rows, random_rows, question)
    chosen = _checked_budgets(budgets, len(pools[""]))
    errors: dict[str, dict[str, dict[int, list[ErrorMetrics]]]] = {}
    for name, pool, learner in _learners(pools):
        for budget in (one for one in chosen if one <= len(pool)):
            for seed in seeds:
                order = np.random.RandomState(seed).permutation(len(pool))[:budget]
                predicted = learner([pool[i] for i in order], target, seed, question.layers)
                for test_set, metrics in _metrics(question, predicted).items():
                    errors.setdefault(name, {}).setdefault(test_set, {}) \
                        .setdefault(budget, []).append(metrics)
                done()
    return LearningCurve(chosen, tuple(seeds), {
        name: {test_set: {budget: by_budget.get(budget, []) for budget in chosen}
               for test_set, by_budget in by_set.items()} for name, by_set in errors.items()},
        len(question.layers))


def trainings(rows: Sequence[Row], random_rows: Sequence[Row], question: Question,
              budgets: Sequence[int], seeds: int) -> int:
    pools = _pools(rows, random_rows, question)
    chosen = _checked_budgets(budgets, len(pools[""]))
    return seeds * sum(budget <= len(pool) for _, pool, _ in _learners(pools) for budget in chosen)


def _pools(rows: Sequence[Row], random_rows: Sequence[Row], question: Question
           ) -> dict[str, list[Row]]:
    """What to draw from, by what it adds to a learner's name; in an order that does
    not depend on the store's."""
    kinds = {layer.kind for layer in question.layers}
    return {suffix: sorted((row for row in pool if row.layer.kind in kinds),
                           key=lambda row: (row.layer.text, row.latency))
            for suffix, pool in (("", rows), (", random", random_rows))}


def _checked_budgets(budgets: Sequence[int], rows: int) -> tuple[int, ...]:
    if rows == 0:
        raise InputError("there are no measurements of the kinds in the table to learn from")
    for budget in budgets:
        if not 1 <= budget <= rows:
            raise InputError(f"a budget is {budget}, expected 1 to {rows}, the measurements of "
                             "the table's kinds")
    return tuple(sorted(set(budgets))) or default_budgets(rows)


# -- Learners --------------------------------------------------------------------

_Learner = Callable[[Sequence[Row], _core.TargetInfo, int, Sequence[_core.Layer]], FloatArray]


def _learners(pools: Mapping[str, list[Row]]) -> list[tuple[str, list[Row], _Learner]]:
    return [(name + suffix, pool, learner) for suffix, pool in pools.items() if pool
            for name, learner in (("model", _model), ("plain forest", _baseline("plain forest")),
                                  ("paper", _baseline("paper")))]


def _model(rows: Sequence[Row], target: _core.TargetInfo, seed: int,
           layers: Sequence[_core.Layer]) -> FloatArray:
    estimator = _core.Estimator.from_bytes(train(rows, target, Options(seed=seed)).bundle)
    column = estimator.predict(layers)["cycles" if target.counts_cycles else "time_ps"]
    return np.array([np.nan if value is None else value for value in column], dtype=np.float64)


def _baseline(name: str) -> _Learner:
    return lambda rows, target, seed, layers: fit(name, rows, target, seed).predict(layers)


def _metrics(question: Question, predicted: FloatArray) -> dict[str, ErrorMetrics]:
    sets = np.array(question.test_sets)
    answered = ~np.isnan(predicted)
    chosen = {ALL: answered}
    if np.unique(sets).size > 1:
        chosen.update({str(name): answered & (sets == name) for name in np.unique(sets)})
    return {name: error_metrics(question.latencies[rows], predicted[rows])
            for name, rows in chosen.items()}
