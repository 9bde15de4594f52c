# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Accuracy of predictors against measurements, with the rows that nobody
answered counted, not dropped."""
from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Callable, Mapping, Sequence

from mlir_pr.errors import InputError
from mlir_pr.metrics import ErrorMetrics, error_metrics


@dataclass(frozen=True)
class Prediction:
    """Of one layer, in the unit of the comparison; None: no answer."""

    latency: float | None
    lower: float | None = None
    upper: float | None = None
    status: str = "predicted"
    reason: str = ""


@dataclass(frozen=True)
class Truth:
    layer: str
    kind: str
    latency: float


@dataclass(frozen=True)
class Evaluation:
    """One predictor on one set of measurements."""

    name: str
    rows: int
    overall: ErrorMetrics
    by_kind: Mapping[str, ErrorMetrics]
    by_status: Mapping[str, ErrorMetrics]
    #: Rows without an answer, by reason.
    unanswered: Mapping[str, int]

    @property
    def coverage(self) -> float:
        return self.overall.count / self.rows if self.rows else 0.0

    def as_json(self) -> dict[str, Any]:
        return {"name": self.name, "rows": self.rows, "answered": self.overall.count,
                "answered_share": self.coverage, "overall": self.overall.as_json(),
                "by_kind": {kind: one.as_json() for kind, one in self.by_kind.items()},
                "by_status": {status: one.as_json() for status, one in self.by_status.items()},
                "unanswered": dict(self.unanswered)}


def evaluate(name: str, truth: Sequence[Truth], predictions: Sequence[Prediction]) -> Evaluation:
    pairs = list(zip(truth, predictions))
    answered = [pair for pair in pairs if pair[1].latency is not None]
    unanswered: dict[str, int] = {}
    for _, prediction in pairs:
        if prediction.latency is None:
            reason = prediction.reason or "no reason given"
            unanswered[reason] = unanswered.get(reason, 0) + 1
    return Evaluation(
        name, len(pairs), _metrics(answered),
        _grouped(answered, lambda pair: pair[0].kind),
        _grouped(answered, lambda pair: pair[1].status), unanswered)


def _metrics(pairs: Sequence[tuple[Truth, Prediction]]) -> ErrorMetrics:
    with_interval = bool(pairs) and all(one.lower is not None and one.upper is not None
                                        for _, one in pairs)
    return error_metrics(
        [truth.latency for truth, _ in pairs],
        [one.latency or 0.0 for _, one in pairs],
        [one.lower or 0.0 for _, one in pairs] if with_interval else None,
        [one.upper or 0.0 for _, one in pairs] if with_interval else None)


def _grouped(pairs: Sequence[tuple[Truth, Prediction]],
             name_of: Callable[[tuple[Truth, Prediction]], str]) -> dict[str, ErrorMetrics]:
    groups: dict[str, list[tuple[Truth, Prediction]]] = {}
    for pair in pairs:
        groups.setdefault(name_of(pair), []).append(pair)
    return {name: _metrics(groups[name]) for name in sorted(groups)}


def common_unit(table_counts_cycles: bool, table_has_time: bool, model_counts_cycles: bool,
                model_has_time: bool, where: str) -> str:
    """The unit in which a table and a model can be compared."""
    if table_counts_cycles and model_counts_cycles:
        return "cycles"
    if table_has_time and model_has_time:
        return "ps"
    if table_counts_cycles:
        raise InputError(f"{where}: the table is in cycles without a clock, but the model is in "
                         "time; give 'clock_mhz'")
    raise InputError(f"{where}: the table is in time, but the model counts cycles and knows no "
                     "clock")
