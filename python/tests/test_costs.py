# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""What a time budget affords."""
import collections
import itertools
import json

import pytest
from fake_bench import INFO
from hypothesis import assume, given
from hypothesis import strategies as st

from mlir_pr import _core, measuring
from mlir_pr.campaign import read_campaign
from mlir_pr.costs import Costs, pilot, thin
from mlir_pr.measuring import Session
from mlir_pr.planning import make_plan
from mlir_pr.runner import PlannedLayer
from mlir_pr.store import Measurement, Store


def planned(m, role="pr"):
    return PlannedLayer(f"matmul b=1 m={m} n=8 k=8 : i8, i8 -> i32", role)


def macs(text):
    return _core.Layer.parse(text).work["macs"]


def work(text):
    counts = _core.Layer.parse(text).work
    return sum(counts[name] for name in ("macs", "input_bytes", "weight_bytes", "output_bytes"))


COSTS = st.lists(st.floats(0.001, 100), min_size=1, max_size=120)


@given(COSTS, st.floats(0.01, 1000))
def test_a_thinned_plan_fits_and_keeps_its_order(costs, seconds):
    plan = [planned(i + 1) for i in range(len(costs))]
    kept = thin(plan, costs, seconds)
    places = [plan.index(one) for one in kept]
    assert places == sorted(set(places))
    assert sum(costs[i] for i in places) <= seconds * (1 + 1e-9)
    if sum(costs) <= seconds:
        assert kept == plan


@given(st.integers(1, 6), st.integers(20, 60), st.floats(0.1, 0.9))
def test_dear_classes_are_thinned_most_and_none_goes_empty(classes, each, share):
    plan = [planned(i + 1) for i in range(classes * each)]
    # Powers of two, with a little room to both sides.
    costs = [1.1 * 2.0 ** (i % classes) for i in range(len(plan))]
    assume(share * sum(costs) >= 10 * max(costs) + sum(set(costs)))
    kept = thin(plan, costs, share * sum(costs))
    number = collections.Counter(plan.index(one) % classes for one in kept)
    assert set(number) == set(range(classes))
    assert all(number[i] >= number[i + 1] for i in range(classes - 1))
    assert classes == 1 or number[0] > number[classes - 1]
    # What remains of the time would not pay for much more.
    spent = sum(costs[plan.index(one)] for one in kept)
    assert spent >= share * sum(costs) - 2 * sum(set(costs))


def test_one_dear_layer_does_not_take_the_time():
    plan = [planned(i + 1) for i in range(21)]
    assert thin(plan, [50.0] + 20 * [1.0], 30.0) == plan[1:]
    # But where there is nothing else, it is asked for.
    assert thin(plan[:2], [5.0, 9.0], 10.0) == plan[:1]


def test_costs_grow_with_the_work():
    timed = {planned(m).layer: 0.5 + 1e-4 * (m * 64 + m * 64 + m * 8 + 64 + 4 * m * 8)
             for m in (8, 64, 512, 4096)}
    costs = Costs(timed)
    small, large = costs.of(planned(16).layer), costs.of(planned(65536).layer)
    assert small == pytest.approx(0.8, rel=0.3)
    assert large / costs.of(planned(32768).layer) == pytest.approx(2, rel=0.02)
    costs.learn(10.0, 20.0)
    assert costs.of(planned(16).layer) == pytest.approx(2 * small)
    # A kind that nobody timed costs what work costs elsewhere.
    assert costs.of("conv1d oc=8 ic=8 ow=64 kw=3 : i8, i8 -> i32") > 0.5


def test_what_is_timed_first_is_none_of_the_largest():
    plan = [planned(m) for m in (4096, 8, 2048, 16, 1024, 32, 512, 64, 256, 128)]
    first = pilot(plan)
    assert [macs(one.layer) for one in first] == sorted(macs(one.layer) for one in first)
    assert len(first) == 5 and planned(4096) not in first and planned(8) in first
    assert pilot(plan) == first and pilot([]) == []


CONFIG = """
seed: 3
repeats: {{most: {most}}}
budget: {{count: 120{seconds}}}
{more}
kinds:
  matmul: {{types: "i8, i8 -> i32", dims: {{m: [1, 128], n: [1, 128], k: [1, 512]}}}}
"""
WALL = {**INFO, "description_hash": "", "clock_khz": None, "counts_cycles": False}


class Machine:
    """Takes a second for a million multiplications, by a clock of its own."""

    def __init__(self):
        self.now = 0.0

    def measure_each(self, todo, target, options, seconds):
        if not todo:
            return
        end = None if seconds is None else self.now + seconds
        self.now += 0.5
        for one in todo:
            self.now += self.cost(one.layer)
            if end is not None and self.now > end:
                self.now = end
                return
            yield [Measurement(one.layer, one.role, time_ps=1 + macs(one.layer),
                               conditions=one.conditions)]

    @staticmethod
    def cost(text):
        return 0.01 + work(text) / 1e6


@pytest.fixture
def machine(monkeypatch):
    made = Machine()
    monkeypatch.setattr(measuring, "measure_each", made.measure_each)
    monkeypatch.setattr(measuring.time, "monotonic", lambda: made.now)
    return made


@pytest.fixture
def measure(machine, write, tmp_path):
    def run(seconds="", more="", networks=(), most=1, ends=(False,)):
        campaign = read_campaign(write("c.yaml", CONFIG.format(seconds=seconds, more=more, most=most)))
        info = _core.TargetInfo.from_json(json.dumps(WALL))
        plan = make_plan(campaign, info, networks).layers
        with Store.open(tmp_path / "s", create=True) as store:
            target = store.ensure_target(WALL)
            number = store.begin_campaign(target, campaign.config, campaign.seed)
            session = Session(campaign, info, "fake", store, target, number, machine.now,
                              lambda outcome: None)
            for to_the_end in ends:
                outcome = session.measure(plan, to_the_end)
            return outcome, [one.layer for one in plan], [row.layer for row in store.measurements(target)]

    return run


def test_a_time_budget_covers_the_domain(measure, machine):
    outcome, plan, layers = measure(", seconds: 8")
    assert 7 < machine.now <= 8 and outcome.left == 120 - len(layers) > 0
    assert sum(map(Machine.cost, plan)) > 15
    dearest = sorted(plan, key=Machine.cost)[-20:]
    kept = set(dearest) & set(layers)
    # Nearly all of the others, and of the dearest some: not what came first in the plan.
    assert len(layers) - len(kept) > 90 and 2 < len(kept) < 18
    in_order = sum(1 for total in itertools.accumulate(map(Machine.cost, plan)) if total < 8)
    assert len(layers) > 1.5 * in_order


def test_a_plan_that_fits_is_measured_in_its_order(measure):
    _, plan, layers = measure(", seconds: 2000")
    later = [one for one in layers if one in plan[len(plan) // 2:]]
    assert len(layers) == 120
    assert [one for one in plan if one in layers[5:]] == layers[5:]
    assert later


def test_layers_that_cannot_be_measured_in_time_are_not_tried(measure):
    outcome, plan, layers = measure(more="measure: {timeout: 1}")
    left_out = set(plan) - set(layers)
    # Half the time-out for a pass, of three.
    assert left_out == {text for text in plan if 2 * Machine.cost(text) / 3 > 1}
    assert outcome.too_long == len(left_out) > 0 and outcome.left == 0


def test_what_a_budget_left_is_measured_by_the_next_run(measure, machine):
    before = measure(", seconds: 8")[2]
    outcome, plan, layers = measure(", seconds: 2000")
    assert layers[:len(before)] == before and set(layers) == set(plan)
    assert outcome.left == 0 and len(layers) == len(set(layers))


def test_a_part_of_the_time_is_kept_for_repeats(measure, machine):
    measure(", seconds: 8", most=3)
    assert 6 < machine.now <= 0.8 * 8


def test_the_rest_of_the_time_is_for_the_rest_of_the_plan(measure, machine):
    _, plan, layers = measure(", seconds: 12", most=3, ends=(False, True))
    assert machine.now <= 12 and set(plan) - set(layers)
    assert machine.now > 0.8 * 12 + 0.5, (machine.now, sorted(map(machine.cost, set(plan) - set(layers))))


def test_layers_of_networks_come_first_whatever_they_cost(measure):
    network = _core.Layer.parse("matmul m=64 n=64 k=500 : i8, i8 -> i32")
    _, _, layers = measure(", seconds: 8", networks=[network])
    assert layers[0] == network.text
