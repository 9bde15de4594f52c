# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Metrics against values worked out by hand, and against scipy."""
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from mlir_pr.evaluation import Prediction, Truth, common_unit, evaluate
from mlir_pr.errors import InputError
from mlir_pr.metrics import error_metrics


def test_against_hand_computed_values():
    found = error_metrics([100, 200, 400, 1000], [110, 190, 400, 800],
                          lower=[90, 150, 400, 700], upper=[120, 195, 400, 900])
    assert found.count == 4
    assert found.mape == pytest.approx((0.10 + 0.05 + 0 + 0.20) / 4)
    assert found.median == pytest.approx(0.075)
    assert found.max == pytest.approx(0.2)
    assert found.bias == pytest.approx((0.10 - 0.05 + 0 - 0.20) / 4)
    assert found.wape == pytest.approx((10 + 10 + 0 + 200) / 1700)
    assert found.within_5 == pytest.approx(0.5)
    assert found.within_10 == pytest.approx(0.75)
    # 195 < 200 and 900 < 1000: two of four inside.
    assert found.coverage == pytest.approx(0.5)
    assert found.width == pytest.approx((0.30 + 0.225 + 0 + 0.2) / 4)
    assert found.kendall_tau_b == pytest.approx(1)


def test_ties_lower_tau_b():
    """Pairs: 4 concordant, 1 tied in the estimate only, 1 tied in the truth only."""
    found = error_metrics([1, 2, 3, 3], [1, 1, 2, 3])
    concordant, tied_truth, tied_estimate, pairs = 4, 1, 1, 6
    expected = concordant / math.sqrt((pairs - tied_truth) * (pairs - tied_estimate))
    assert found.kendall_tau_b == pytest.approx(expected)


def test_no_ranking_without_two_values():
    assert error_metrics([5], [6]).kendall_tau_b is None
    assert error_metrics([5, 5], [6, 7]).spearman is None
    assert error_metrics([], []).mape is None


positive = st.floats(1, 1e12)


@given(st.lists(st.tuples(positive, positive), min_size=2, max_size=50))
def test_against_numpy_and_scipy(pairs):
    truth, estimate = map(np.array, zip(*pairs))
    found = error_metrics(truth, estimate)
    errors = np.abs(estimate / truth - 1)
    assert found.mape == pytest.approx(errors.mean(), abs=1e-9, rel=1e-9)
    assert found.p95 == pytest.approx(np.quantile(errors, 0.95), abs=1e-9, rel=1e-9)
    if found.spearman is not None:
        assert found.spearman == pytest.approx(stats.spearmanr(truth, estimate).correlation)


def test_rows_without_an_answer_are_counted():
    truth = [Truth("a", "conv2d", 100), Truth("b", "conv2d", 100), Truth("c", "matmul", 50)]
    found = evaluate("model", truth, [
        Prediction(110, 90, 120), Prediction(None, status="unsupported", reason="too large"),
        Prediction(50, 50, 50, status="measured")])
    assert (found.rows, found.overall.count) == (3, 2)
    assert found.coverage == pytest.approx(2 / 3)
    assert found.unanswered == {"too large": 1}
    assert found.by_kind["conv2d"].mape == pytest.approx(0.1)
    assert found.by_status["measured"].count == 1
    assert found.overall.coverage == 1


def test_units_that_do_not_meet():
    assert common_unit(True, False, True, False, "t") == "cycles"
    assert common_unit(True, True, False, True, "t") == "ps"
    with pytest.raises(InputError, match="give 'clock_mhz'"):
        common_unit(True, False, False, True, "t")
    with pytest.raises(InputError, match="knows no clock"):
        common_unit(False, True, True, False, "t")
