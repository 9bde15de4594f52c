# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""How far estimates are from measurements: pure functions on arrays.

Errors are relative to the measurement. No single number tells enough: MAPE
over-weights small layers, WAPE large ones, both hide the sign and the ranking.
"""
from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, Dict, Optional, Sequence

import numpy as np
import numpy.typing as npt
from scipy import stats

FloatArray = npt.NDArray[np.float64]


@dataclass(frozen=True)
class ErrorMetrics:
    """Shares of one; None where the sample does not define the metric."""

    count: int
    mape: Optional[float]
    median: Optional[float]
    p95: Optional[float]
    max: Optional[float]
    #: Mean signed relative error: positive where estimates are too long.
    bias: Optional[float]
    #: Sum of absolute errors over the sum of measurements.
    wape: Optional[float]
    within_5: Optional[float]
    within_10: Optional[float]
    #: Kendall's tau-b, which accounts for the many ties of a staircase.
    kendall_tau_b: Optional[float]
    spearman: Optional[float]
    #: Share of measurements inside the interval, and its mean relative width.
    coverage: Optional[float] = None
    width: Optional[float] = None

    def as_json(self) -> Dict[str, Any]:
        return asdict(self)


_EMPTY = ErrorMetrics(0, None, None, None, None, None, None, None, None, None, None)


def error_metrics(measured: Sequence[float], predicted: Sequence[float],
                  lower: Optional[Sequence[float]] = None,
                  upper: Optional[Sequence[float]] = None) -> ErrorMetrics:
    """Every metric of one sample. Precondition: measurements are positive."""
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
        coverage=coverage, width=width)


def _interval(truth: FloatArray, lower: Optional[Sequence[float]],
              upper: Optional[Sequence[float]]) -> "tuple[Optional[float], Optional[float]]":
    if lower is None or upper is None:
        return None, None
    low, high = np.asarray(lower, dtype=np.float64), np.asarray(upper, dtype=np.float64)
    inside = (low <= truth) & (truth <= high)
    return float(inside.mean()), float(((high - low) / truth).mean())


def _rank_correlation(correlate: Any, truth: FloatArray,
                      estimate: FloatArray) -> Optional[float]:
    """None where a side is constant: no ranking, no correlation."""
    if truth.size < 2 or np.ptp(truth) == 0 or np.ptp(estimate) == 0:
        return None
    return float(correlate(truth, estimate)[0])
