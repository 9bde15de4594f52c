# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Intervals of the totals of networks."""
import json
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mlir_pr import _core, totals
from mlir_pr.totals import Part

KNOWN = {"matmul": {"bias": 0.0, "shared": 0.0, "quantiles": {"80": 1.3, "90": 1.6, "95": 2.0}}}


def layers_of(count, seed):
    random = np.random.RandomState(seed)
    return [_core.Layer.parse(f"matmul m={m} n={n} k={k} : i8, i8 -> i32")
            for m, n, k in random.randint(1, 400, (count, 3))]


def held_out(count, seed, shared, alone):
    """Predictions of a machine whose errors have a part that layers alike share."""
    layers = layers_of(count, seed)
    random = np.random.RandomState(seed + 1)
    predicted = np.array([layer.work["macs"] for layer in layers], dtype=np.float64) + 1000
    rough = np.array([math.log(layer.dims["m"]) + math.log(layer.dims["n"]) for layer in layers])
    error = shared * math.sqrt(2) * np.sin(1.5 * rough) + alone * random.randn(count)
    return layers, predicted, predicted * (1 + error)


def fitted(count, seed, shared, alone):
    layers, predicted, measured = held_out(count, seed, shared, alone)
    interval = _core.Interval.calibrate(predicted, measured)
    return totals.fit(layers, predicted, measured, interval, np.empty(0)), interval


def coverage(fit, interval, shared, alone, level=90):
    layers, predicted, measured = held_out(500, 77, shared, alone)
    inside, width, one_way = [], [], []
    for chosen, counts in totals.subnetworks(layers, 5):
        parts = [Part("matmul", "predicted", predicted[i], *interval.bounds(predicted[i], level),
                      int(n)) for i, n in zip(chosen, counts)]
        found = totals.total(parts, {"matmul": fit}, level)
        inside.append(found.lower <= (measured[chosen] * counts).sum() <= found.upper)
        width.append(found.upper - found.lower)
        one_way.append(sum((part.upper - part.lower) * part.count for part in parts))
    return np.mean(inside), np.sum(width) / np.sum(one_way)


@pytest.mark.parametrize("shared, alone", [(0.0, 0.1), (0.08, 0.08), (0.1, 0.02)])
def test_intervals_of_fresh_networks_hold(shared, alone):
    found, narrower = coverage(*fitted(500, 3, shared, alone), shared, alone)
    assert 0.85 <= found <= 0.97
    assert narrower < 0.85


def test_what_layers_share_is_found():
    alone, both = (fitted(500, 3, shared, 0.08)[0] for shared in (0.0, 0.08))
    assert alone["shared"] < 0.02 < 0.04 < both["shared"] < 0.12


def test_the_levels_are_in_order_and_few_rows_say_nothing():
    fit, _ = fitted(300, 1, 0.02, 0.05)
    assert fit["quantiles"]["80"] < fit["quantiles"]["90"] < fit["quantiles"]["95"]
    assert fitted(40, 1, 0.02, 0.05)[0] is None
    # Nor does a model without an error.
    assert fitted(300, 1, 0.0, 0.0)[0] is None


PARTS = st.lists(st.tuples(st.floats(1, 1e6), st.floats(0, 0.5), st.integers(1, 9),
                           st.sampled_from(["predicted", "measured", "extrapolated"])),
                 min_size=1, max_size=30)


def made(drawn, kind="matmul"):
    return [Part(kind, status, value, value * (1 - width), value * (1 + width), count)
            for value, width, count, status in drawn]


@given(PARTS, st.floats(-0.05, 0.05), st.floats(0, 0.3))
def test_a_total_is_never_wider_than_all_errors_one_way(drawn, bias, shared):
    parts = made(drawn)
    known = {"matmul": {**KNOWN["matmul"], "bias": bias, "shared": shared}}
    found = totals.total(parts, known, 90)
    assert found.value == pytest.approx(sum(part.latency * part.count for part in parts))
    one_way = [sum(getattr(part, end) * part.count for part in parts) for end in ("lower", "upper")]
    assert one_way[0] * (1 - 1e-9) <= found.lower <= found.value <= found.upper <= one_way[1] * (1 + 1e-9)


def test_bounds_in_whole_units_are_half_a_unit_too_narrow() -> None:
    point = totals.part_of("matmul", "predicted", 100, (100, 100), 3)
    assert (point.lower, point.upper, point.count) == (99.5, 100.5, 3)
    assert totals.part_of("matmul", "predicted", 8000, (8000, 9000), unit=1000).upper == 9500
    measured = totals.part_of("matmul", "measured", 100, (99, 101))
    assert (measured.lower, measured.upper) == (99, 101)


def test_errors_add_up_as_they_should():
    ten = [Part("matmul", "predicted", 100, 90, 111) for _ in range(16)]
    alone = totals.total(ten, KNOWN, 90)
    deviation = math.log(111 / 90) / 2 / 1.6449
    assert alone.upper - 1600 == pytest.approx(1.6 * deviation * 100 * 4, rel=1e-3)
    # One layer sixteen times has one error.
    same = totals.total([Part("matmul", "predicted", 100, 90, 111, 16)], KNOWN, 90)
    assert same.upper - 1600 == pytest.approx(4 * (alone.upper - 1600), rel=1e-6)
    # A kind of which nothing is known: all errors one way.
    other = totals.total([Part("pool2d", "predicted", 100, 90, 111) for _ in range(16)], KNOWN, 90)
    assert other.unknown == ("pool2d",) and other.upper == 16 * 111


NETWORK = """
func.func @net(%a: tensor<30x50xi8>, %b: tensor<50x13xi8>, %c: tensor<30x13xi32>,
               %d: tensor<20x70xi8>, %e: tensor<70x90xi8>, %f: tensor<20x90xi32>) {
  %0 = linalg.matmul ins(%a, %b : tensor<30x50xi8>, tensor<50x13xi8>)
      outs(%c : tensor<30x13xi32>) -> tensor<30x13xi32>
  %1 = linalg.matmul ins(%d, %e : tensor<20x70xi8>, tensor<70x90xi8>)
      outs(%f : tensor<20x90xi32>) -> tensor<20x90xi32>
  %2 = linalg.transpose ins(%1 : tensor<20x90xi32>) outs(%g : tensor<90x20xi32>) permutation = [1, 0]
  return
}
""".replace("%f: tensor<20x90xi32>)", "%f: tensor<20x90xi32>, %g: tensor<90x20xi32>)")


def test_the_annotation_tells_the_calibrated_total(cli, write, tmp_path):
    random = np.random.RandomState(1)
    rows = ["layer,t"]
    for layer in layers_of(150, 9):
        rows.append(f'"{layer.text}",{round((layer.work["macs"] + 9000) * math.exp(0.1 * random.randn()))}')
    config = write("m.yaml", "target: npu\nlayer: layer\nlatency: t\nunit: ns\n")
    store, model = tmp_path / "s", tmp_path / "m.prm"
    table = write("t.csv", "\n".join(rows) + "\n")
    assert cli("import", table, "--config", config, "--store", store).code == 0
    assert cli("train", "--store", store, "-o", model).code == 0
    network = write("n.mlir", NETWORK)
    report = json.loads(cli("annotate", network, "--model", model, "--format", "json").out)
    function = report["functions"][0]
    one, plain = function["calibrated_totals"][0], function["totals"][0]
    assert plain["lower_ps"] <= one["lower_ps"] < plain["time_ps"] < one["upper_ps"] <= plain["upper_ps"]
    assert one["upper_ps"] - one["lower_ps"] < 0.95 * (plain["upper_ps"] - plain["lower_ps"])
    assert one["kinds_one_way"] == [] and one["level"] == 90
    assert [(left["what"].split(" ")[0], left["ops"]) for left in one["excluded"]] == [("data_movement", 1)]
    shown = cli("annotate", network, "--model", model).out
    assert "total, errors as correlated as on held-out layers: " in shown
    assert "(90 %), without 1 ops that have no number" in shown
    # A model of a card without it, as older ones are, says nothing of sums.
    assert "as correlated as" not in cli("annotate", network, "--model", "ultratrail").out
