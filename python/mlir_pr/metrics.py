# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""How far estimates are from measurements: pure functions on arrays.

Errors are relative to the measurement. No single number tells enough: MAPE
over-weights small layers, WAPE large ones, both hide the sign and the ranking.
"""
from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any, Mapping, Sequence

import numpy as np
import numpy.typing as npt
from scipy import stats

FloatArray = npt.NDArray[np.float64]
Values = Sequence[float] | FloatArray


@dataclass(frozen=True)
class ErrorMetrics:
    """Shares of one; None where the sample does not define the metric."""

    count: int
    mape: float | None
    median: float | None
    p95: float | None
    max: float | None
    #: Mean signed relative error: positive where estimates are too long.
    bias: float | None
    #: Sum of absolute errors over the sum of measurements.
    wape: float | None
    within_5: float | None
    within_10: float | None
    #: Kendall's tau-b, which accounts for the many ties of a staircase.
    kendall_tau_b: float | None
    spearman: float | None
    #: Share of measurements inside the interval, and its mean relative width.
    coverage: float | None = None
    width: float | None = None
    #: The same at several levels of confidence, in per cent.
    intervals: Mapping[str, Mapping[str, float]] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        fields = asdict(self)
        return fields if self.intervals else {name: value for name, value in fields.items()
                                              if name != "intervals"}


_EMPTY = ErrorMetrics(0, None, None, None, None, None, None, None, None, None, None)


def error_metrics(measured: Values, predicted: Values, lower: Values | None = None,
                  upper: Values | None = None,
                  levels: Mapping[int, tuple[Values, Values]] | None = None) -> ErrorMetrics:
    """Every metric of one sample. `levels`: lower and upper bounds by confidence.
    Precondition: measurements are positive."""
    truth = np.asarray(measured, dtype=np.float64)
    estimate = np.asarray(predicted, dtype=np.float64)
    if truth.size == 0:
        return _EMPTY
    signed = (estimate - truth) / truth
    absolute = np.abs(signed)
    coverage, width = _interval(truth, lower, upper)
    return ErrorMetrics(
        count=int(truth.size),
        mape=float(absolute.mean()),
        median=float(np.median(absolute)),
        p95=float(np.percentile(absolute, 95)),
        max=float(absolute.max()),
        bias=float(signed.mean()),
        wape=float(np.abs(estimate - truth).sum() / truth.sum()),
        within_5=float((absolute <= 0.05).mean()),
        within_10=float((absolute <= 0.10).mean()),
        kendall_tau_b=_rank_correlation(stats.kendalltau, truth, estimate),
        spearman=_rank_correlation(stats.spearmanr, truth, estimate),
        coverage=coverage, width=width, intervals=_by_level(truth, levels or {}))


def _by_level(truth: FloatArray, levels: Mapping[int, tuple[Values, Values]]
              ) -> dict[str, dict[str, float]]:
    found = {str(level): _interval(truth, *bounds) for level, bounds in sorted(levels.items())}
    return {level: {"coverage": coverage, "width": width}
            for level, (coverage, width) in found.items()
            if coverage is not None and width is not None}


def _interval(truth: FloatArray, lower: Values | None,
              upper: Values | None) -> tuple[float | None, float | None]:
    if lower is None or upper is None:
        return None, None
    low, high = np.asarray(lower, dtype=np.float64), np.asarray(upper, dtype=np.float64)
    inside = (low <= truth) & (truth <= high)
    return float(inside.mean()), float(((high - low) / truth).mean())


def _rank_correlation(correlate: Any, truth: FloatArray,
                      estimate: FloatArray) -> float | None:
    """None where a side is constant: no ranking, no correlation."""
    if truth.size < 2 or np.ptp(truth) == 0 or np.ptp(estimate) == 0:
        return None
    return float(correlate(truth, estimate)[0])
