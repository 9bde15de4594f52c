# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""What a campaign of several kinds measures once it knows which of them it does not understand."""
import collections
import json
import random

import pytest

from mlir_pr import _core, rounds
from mlir_pr.campaign import read_campaign
from mlir_pr.planning import make_plan
from mlir_pr.store import Measurement

INFO = _core.TargetInfo.from_json(json.dumps({
    "schema": 1, "name": "two kinds", "counts_cycles": True, "clock_khz": 1000000,
    "kinds": [{"kind": "matmul", "steps": []}, {"kind": "elementwise", "steps": []}]}))
CONFIG = """
seed: 3
sampling: {sampling}
budget: {{count: 200}}
{more}
kinds:
  matmul: {{types: "i8, i8 -> i32", dims: {{m: [1, 128], n: [1, 128], k: [1, 128]}}}}
  elementwise: {{types: "f32 -> f32", dims: {{e: [1, 4000], full: 1, alu: [1, 9]}}}}
"""


@pytest.fixture
def campaign(write):
    return lambda sampling="auto", more="": read_campaign(
        write("c.yaml", CONFIG.format(sampling=sampling, more=more)))


def measure(planned, jitter):
    """`jitter`: of each kind, what no term explains."""
    found = []
    for one in planned:
        layer = _core.Layer.parse(one.layer)
        spread = jitter.get(layer.kind, 0) * random.Random(layer.text).uniform(-1, 1)
        cycles = round((5000 + layer.work["output_elements"] * 10) * (1 + spread))
        found.append(Measurement(layer.text, one.role, cycles=cycles))
    return found


def kinds(planned):
    return collections.Counter(one.layer.split(" ", 1)[0] for one in planned)


def second_part(campaign, jitter, networks=()):
    plan, (second, *_) = rounds.split(campaign, make_plan(campaign, INFO, networks))
    return plan.layers, rounds.choose(campaign, INFO, networks, measure(plan.layers, jitter),
                                      plan.layers, second).layers


def test_what_is_understood_gets_little_of_the_rest(campaign):
    first, rest = second_part(campaign(), {"elementwise": 0.2})
    assert len(first) == 80 and len(rest) == 100
    assert kinds(first)["matmul"] == kinds(first)["elementwise"]
    assert kinds(rest)["matmul"] < 10 < 90 < kinds(rest)["elementwise"]
    assert not {one.layer for one in first} & {one.layer for one in rest}
    assert kinds(second_part(campaign(), {"matmul": 0.2})[1])["elementwise"] < 10


def test_where_all_is_understood_shares_stay(campaign):
    assert kinds(second_part(campaign(), {})[1])["matmul"] == 50


def test_the_same_rows_choose_the_same(campaign):
    jitter = {"matmul": 0.1, "elementwise": 0.05}
    assert second_part(campaign(), jitter) == second_part(campaign(), jitter)


def test_a_kind_of_few_layers_counts_as_the_worst():
    few = [Measurement("matmul m=8 n=8 k=8 : i8, i8 -> i32", "pr", cycles=10)]
    plan = [rounds.PlannedLayer(f"elementwise e={e} full=1 alu=2 : f32 -> f32", "pr")
            for e in range(100, 2000, 50)]
    weights = rounds.unexplained([*few, *measure(plan, {"elementwise": 0.1})], INFO)
    assert weights.cases == {("matmul", "any"): 1.0, ("elementwise", "any"): 1.0}


def test_cases_that_sweeps_have_told_get_little(write):
    """Of a library with kernels of its own for windows of one element."""
    info = _core.TargetInfo.from_json(json.dumps({
        "schema": 1, "name": "library", "counts_cycles": True, "clock_khz": 1000000,
        "kinds": [{"kind": "conv2d", "steps": []}]}))
    campaign = read_campaign(write("c.yaml", """
budget: {count: 240}
kinds:
  conv2d:
    types: "f32, f32 -> f32"
    dims: {oc: [8, 64], ic: [8, 64], oh: [7, 28], ow: oh, kh: {values: [1, 3]}, kw: kh}
"""))
    plan, (second, _) = rounds.split(campaign, make_plan(campaign, info, []))

    def latency(layer):
        spread = 0.2 if layer.dims["kh"] > 1 else 0.0
        return round((5000 + layer.work["macs"]) * (1 + spread * random.Random(layer.text).random()))
    known = [Measurement(one.layer, one.role, cycles=latency(_core.Layer.parse(one.layer)))
             for one in plan.layers]
    rest = rounds.choose(campaign, info, [], known, plan.layers, second).layers
    windows = collections.Counter(_core.Layer.parse(one.layer).dims["kh"] for one in rest)
    assert len(rest) == second.size == 120
    chosen = collections.Counter(_core.Layer.parse(one.layer).dims["kh"] for one in rest
                                 if one.role != "independent")
    assert chosen[1] < 10 < chosen[3]
    # Those that intervals are judged by are as they come.
    assert windows[1] - chosen[1] > 10
    # Sweeps say nothing of how often a case is drawn.
    swept = [Measurement(f"conv2d oc={oc} ic=9 oh=9 ow=9 kh=1 kw=1 : f32, f32 -> f32", "sweep", cycles=9)
             for oc in range(1, 100)]
    assert rounds.unexplained([*known, *swept], info).kinds["conv2d"] == \
        pytest.approx(rounds.unexplained(known, info).kinds["conv2d"], abs=0.2)


def test_what_a_kind_cannot_give_the_others_do(write):
    campaign = read_campaign(write("c.yaml", """
budget: {count: 100}
kinds:
  elementwise: {types: "f32 -> f32", dims: {e: [1, 4000], full: 1, alu: [1, 9]}}
  matmul: {types: "i8, i8 -> i32", dims: {m: 8, n: 8, k: [1, 2]}}
"""))
    plan = make_plan(campaign, INFO, [])
    assert len(plan.layers) == 100 and kinds(plan.layers)["matmul"] == 2
    assert "the domain of matmul gave 2" in plan.notes[0]
    first, (second, last) = rounds.split(campaign, plan)
    chosen = rounds.choose(campaign, INFO, [], measure(first.layers, {"elementwise": 0.2}), first.layers, second)
    assert len(chosen.layers) == second.size == 50 and kinds(chosen.layers)["matmul"] <= 1
    assert "the domain of matmul gave" in chosen.notes[0]
    both = [*first.layers, *chosen.layers]
    assert len(rounds.choose(campaign, INFO, [], measure(both, {}), both, last).layers) == last.size == 10


def test_a_kind_that_cannot_be_measured_gets_little(campaign):
    plan, (second, _) = rounds.split(campaign(), make_plan(campaign(), INFO, []))
    rows = [row if row.layer.startswith("elementwise")
            else Measurement(row.layer, row.role, ok=False, error="no such unit")
            for row in measure(plan.layers, {"elementwise": 0.1})]
    assert kinds(rounds.choose(campaign(), INFO, [], rows, plan.layers, second).layers)["matmul"] < 10


def test_network_layers_are_kept_out_of_every_round(campaign, write):
    networks = [_core.Layer.parse(f"matmul m={m} n={n} k=64 : i8, i8 -> i32")
                for m in (1, 2, 3) for n in (5, 6, 7)]
    config = write("c.yaml", """
budget: {count: 60}
network_layers: exclude
kinds:
  matmul: {types: "i8, i8 -> i32", dims: {m: [1, 4], n: [1, 8], k: [63, 66]}}
  elementwise: {types: "f32 -> f32", dims: {e: [1, 4000], full: 1, alu: [1, 9]}}
""")
    first, rest = second_part(read_campaign(config), {"matmul": 0.3}, networks)
    assert kinds(rest)["matmul"] > 30
    assert not {layer.text for layer in networks} & {one.layer for one in [*first, *rest]}


@pytest.mark.parametrize("sampling", ["pr", "random", "pr+starts"])
def test_other_samplings_are_planned_at_once(campaign, sampling):
    plan = make_plan(campaign(sampling), INFO, [])
    assert rounds.split(campaign(sampling), plan) == (plan, [])


@pytest.fixture
def products(write):
    """A campaign of one kind."""
    return lambda count, more="": read_campaign(write("c.yaml", f"""
budget: {{count: {count}}}
kinds:
  matmul: {{types: "i8, i8 -> i32", dims: {{m: {{range: [1, 128], scale: linear}}, n: [1, 128], k: [1, 128]}}}}
{more}
"""))


@pytest.mark.parametrize("count, more", [(90, ""), (200, "schedules: 2")])
def test_few_layers_of_one_kind_and_tiles_are_planned_at_once(products, count, more):
    plan = make_plan(products(count, more), INFO, [])
    assert rounds.split(products(count, more), plan) == (plan, [])


def test_the_last_round_goes_where_bases_disagree(products):
    """What binds rarely: weights, where there are few rows."""
    def latency(layer):
        m, n, k = (layer.dims[dim] for dim in ("m", "n", "k"))
        return 900 + max(16 * m * n * k, 160 * n * k)

    def measured(planned):
        return [Measurement(one.layer, one.role, cycles=latency(_core.Layer.parse(one.layer))) for one in planned]

    def share_of_few(planned):
        return sum(_core.Layer.parse(one.layer).dims["m"] < 10 for one in planned) / len(planned)
    campaign = products(120)
    first, (last,) = rounds.split(campaign, make_plan(campaign, INFO, []))
    assert len(first.layers) == 108 and last.size == 12
    chosen = rounds.choose(campaign, INFO, [], measured(first.layers), first.layers, last).layers
    assert len(chosen) == 12 and not {one.layer for one in first.layers} & {one.layer for one in chosen}
    assert share_of_few(chosen) > 2 * share_of_few(first.layers)
    assert not any(one.role == "independent" for one in chosen)
    assert chosen == rounds.choose(campaign, INFO, [], measured(first.layers), first.layers, last).layers
