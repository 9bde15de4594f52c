# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""What campaigns measure again, on a fake machine with a wall clock and moods."""
import collections
import statistics

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mlir_pr import drift, suspicion
from mlir_pr.runner import PlannedLayer
from mlir_pr.repeats import relative_error
from mlir_pr.store import Measurement, StatedStep, Store, latency_of, merge
from mlir_pr.targetinfo import with_steps
from test_campaign import TARGET

from mlir_pr import _core

pytestmark = pytest.mark.usefixtures("fake_bench")

CONFIG = """
seed: 3
find_steps: never
steps: {{matmul: {{m: 8, n: 8}}}}
budget: {{count: 90}}
{more}
kinds:
  matmul: {{types: "i8, i8 -> i32", dims: {{m: [1, 128], n: [1, 128], k: [1, 512]}}}}
"""

#: Why a layer of the domain was measured.
DRAWN = ("pr", "independent")


@pytest.fixture
def measure(cli, write, tmp_path, monkeypatch):
    def run(more="", store="s", code=0, **moods):
        monkeypatch.setenv("FAKE_WALL", str(tmp_path / f"{store}.log"))
        for name, value in moods.items():
            monkeypatch.setenv(f"FAKE_{name.upper()}", value)
        done = cli("measure", "--target", "fake", "--config",
                   write("c.yaml", CONFIG.format(more=more)), "--store", tmp_path / store)
        assert done.code == code, done.err
        with Store.open(tmp_path / store) as opened:
            return done.err, opened.measurements(opened.target())

    return run


def again(rows, why):
    return [row for row in rows if row.conditions.get("again") == why]


def counts(rows):
    return collections.Counter(row.layer for row in rows if row.role != "reference")


def test_a_quiet_machine_is_measured_once(measure):
    err, rows = measure()
    assert set(counts(rows).values()) == {1} and len(counts(rows)) == 90
    assert "again" not in err
    # The reference is measured at intervals: before, in between, at the end.
    assert len([row for row in rows if row.role == "reference"]) == 3
    assert all("reference_drift" in row.conditions for row in rows[6:] if row.role in DRAWN)


def test_noisy_layers_are_measured_until_the_goal_or_the_cap(measure):
    err, rows = measure("repeats: {goal: 0.05, most: 4, suspects: 0}", noisy=" k=1:0.12")
    noisy = {layer for layer in counts(rows) if " k=1" in layer}
    assert 5 < len(noisy) < 90
    for layer, count in counts(rows).items():
        own = [row for row in rows if row.layer == layer and row.role in DRAWN]
        if layer not in noisy:
            assert count == 1
            continue
        assert count == 4 or relative_error(own) <= 0.05
        # No measurement more than was needed.
        assert count > 1 and relative_error(own[:-1]) > 0.05
    assert f"{len(noisy)} noisy layers were measured again" in err
    assert all(row.conditions["again_because"].startswith("known to")
               for row in again(rows, "noise"))


def test_what_stays_uncertain_is_told(measure):
    err, rows = measure("repeats: {goal: 0.01, most: 2, suspects: 0}", noisy=" k=1:0.2")
    assert set(counts(rows).values()) == {1, 2}
    assert "are known no better than the goal of 1 %" in err


@pytest.mark.parametrize("mood, value", [("noisy", 0.2), ("once", 5)])
def test_what_fails_the_second_time_is_not_asked_for_without_end(measure, mood, value):
    _, quiet = measure("repeats: {most: 1}", store="quiet")
    layer = sorted(quiet, key=latency_of)[60].layer
    _, rows = measure(**{mood: f"{layer}:{value}"}, tired=f"{layer}:1")
    own = [row for row in rows if row.layer == layer and row.role != "reference"]
    assert own[0].ok and 1 < len(own) <= 3 and not any(row.ok for row in own[1:])


def test_repeats_may_be_turned_off(measure):
    _, rows = measure("repeats: {most: 1}", noisy=" k=1:0.2")
    assert set(counts(rows).values()) == {1}
    assert not [row for row in rows if row.role == "reference"]


def test_rows_measured_under_drift_are_replaced(measure):
    _, quiet = measure("repeats: {reference_every: 10}", store="quiet")
    err, rows = measure("repeats: {reference_every: 10}", slow="40:60:1.5")
    found = again(rows, "drift")
    assert found and all(row.conditions["replaces"] for row in found)
    assert "the machine drifted" in err
    before = {row.layer: latency_of(row) for row in quiet}
    slowed = {row.layer for row in rows if latency_of(row) > 1.3 * before[row.layer]}
    assert {row.layer for row in found} >= slowed - {row.layer for row in rows
                                                     if row.role == "reference"}
    for entry in merge(row for row in rows if row.role in DRAWN):
        assert latency_of(entry.measurement) == pytest.approx(before[entry.measurement.layer], rel=0.02)


def test_a_wrong_point_is_corrected(measure):
    _, quiet = measure(store="quiet")
    layer = sorted((row for row in quiet if row.role in DRAWN), key=latency_of)[60].layer
    err, rows = measure(once=f"{layer}:4")
    found = again(rows, "contradiction")
    assert [row.layer for row in found if row.layer == layer] == [layer, layer]
    assert "corrected, the first one" in err and layer in err
    merged = {entry.measurement.layer: latency_of(entry.measurement) for entry in merge(rows)}
    assert merged[layer] == pytest.approx(statistics.median(
        latency_of(row) for row in quiet if row.layer == layer), rel=0.02)


def test_a_point_that_is_what_it_is_is_confirmed(measure):
    """A cliff of the machine, not a mistake of the clock."""
    _, quiet = measure(store="quiet")
    layer = sorted((row for row in quiet if row.role in DRAWN), key=latency_of)[60].layer
    err, rows = measure(cliff=f"{layer}:4")
    found = again(rows, "contradiction")
    assert [row.layer for row in found if row.layer == layer] == [layer, layer]
    assert "1 confirmed, 0 corrected" in err


def test_a_machine_that_counts_the_same_every_time_is_believed(measure):
    """The same cliff; only the reference shows that repeating is no use."""
    _, quiet = measure(store="quiet", counts="1")
    layer = sorted((row for row in quiet if row.role in DRAWN), key=latency_of)[60].layer
    _, rows = measure(cliff=f"{layer}:4")
    assert set(counts(rows).values()) == {1} and len(counts(rows)) == 90
    assert len([row for row in rows if row.role == "reference"]) == 3


def test_the_same_command_asks_for_nothing_more(measure):
    moods = {"slow": "40:60:1.5", "noisy": " k=1:0.2"}
    _, rows = measure("repeats: {reference_every: 10}", **moods)
    err, again_rows = measure("repeats: {reference_every: 10}", **moods)
    assert again_rows == rows
    assert "90 were in the store" in err


def test_an_ended_campaign_comes_to_the_same_rows(measure, monkeypatch):
    more = "repeats: {goal: 0.05, suspects: 0}"
    _, whole = measure(more, store="whole", noisy=" k=1:0.12")
    measure(more, code=3, noisy=" k=1:0.12", die="m=64 ")
    monkeypatch.delenv("FAKE_DIE")
    _, rows = measure(more, noisy=" k=1:0.12")
    assert counts(rows).keys() == counts(whole).keys()
    for layer, count in counts(rows).items():
        assert count == counts(whole)[layer]


# The parts.


def row(latency, spread=0.0, samples=45, **more):
    return Measurement("matmul b=1 m=8 n=8 k=8 : i8, i8 -> i32", "pr", time_ps=latency,
                       p10_ps=round(latency * (1 - spread)), p90_ps=round(latency * (1 + spread)),
                       samples=samples, conditions={"passes": 4}, **more)


def test_the_error_of_a_latency():
    one = 1.25 * 0.2 / 2.563 / 2
    assert relative_error([row(10**6, 0.1)]) == pytest.approx(one)
    assert relative_error([row(10**6, 0.1), row(10**6 + 1, 0.1)]) == pytest.approx(one / 2**0.5)
    # Rows that differ by more than their samples let expect.
    assert relative_error([row(10**6, 0.1), row(2 * 10**6, 0.1)]) == pytest.approx(1 / 3)
    # To the last digit: no noise, whatever the samples say.
    assert relative_error([row(10**6, 0.1), row(10**6, 0.1)]) == 0
    # Rows without samples are as noisy as the reference.
    assert relative_error([row(10**6, samples=1)], noise=0.07) == pytest.approx(0.07)


def test_drift_is_read_between_references():
    def one(role, latency, layer="a"):
        return Measurement(layer, role, time_ps=latency)
    rows = [one("pr", 5), one("reference", 100), one("pr", 5), one("reference", 140), one("pr", 5),
            one("reference", 100), one("reference", 7, "other"), one("pr", 5)]
    assert drift.drifts(rows) == pytest.approx([0, 0, 0.4, 0.4, 0.4, 0, 0, 0])
    assert drift.newest(rows[:4]) == pytest.approx(140 / 120 - 1)
    own = Measurement("a", "pr", time_ps=5, conditions={"drift": 0.3, "probe_ps": 9})
    assert drift.drifts([*rows, own])[-1] == 0.3 and drift.has_own_probe([*rows, own])


@given(st.integers(0, 50), st.integers(1, 20))
def test_references_stand_at_intervals(count, every):
    plan = [PlannedLayer(f"matmul b=1 m=8 n=8 k={i + 1} : i8, i8 -> i32", "pr") for i in range(count)]
    reference = drift.reference_of(plan)
    placed = drift.with_references(plan, reference, every) if reference else []
    assert [one for one in placed if one.role == "pr"] == plan
    if plan:
        assert placed[0] == placed[-1] == reference and reference.layer in {one.layer for one in plan}
        places = [i for i, one in enumerate(placed) if one.role == "reference"]
        assert max((b - a for a, b in zip(places, places[1:])), default=0) <= every + 1


def points(wrong=()):
    found = []
    for m in (1, 2, 4, 8, 16, 32, 64):
        for n in (3, 9, 27, 81):
            layer = _core.Layer.parse(f"matmul m={m} n={n} k=64 : i8, i8 -> i32")
            factor = dict(wrong).get((m, n), 1)
            found.append(suspicion.Point(layer, (1000 + 8 * m * n * 64) * factor, 0.001))
    return found


SMOOTH = with_steps(TARGET, [StatedStep("matmul", dim, 1) for dim in ("m", "n")])


def test_no_suspects_among_good_points():
    assert suspicion.find(points(), TARGET) == []


@pytest.mark.parametrize("m, n, factor, how", [(8, 9, 6, "slower"), (16, 27, 0.1, "faster"),
                                               (64, 81, 0.2, "faster"), (1, 3, 4, "slower")])
def test_the_wrong_point_is_the_suspect(m, n, factor, how):
    suspects = suspicion.find(points({(m, n): factor}.items()), TARGET)
    assert suspects[0].layer == f"matmul b=1 m={m} n={n} k=64 : i8, i8 -> i32"
    assert how in suspects[0].reason
    assert len(suspects) <= 2


@pytest.mark.parametrize("m, n, factor, how", [(64, 81, 4, "slower"), (1, 3, 0.1, "faster")])
def test_where_no_neighbour_contradicts_the_fit_does(m, n, factor, how):
    suspects = suspicion.find(points({(m, n): factor}.items()), SMOOTH)
    assert [one.layer for one in suspects] == [f"matmul b=1 m={m} n={n} k=64 : i8, i8 -> i32"]
    assert f"times {how} than a fit of the others" in suspects[0].reason


@pytest.mark.parametrize("m, n, factor", [(8, 9, 3), (64, 81, 4)])
def test_noise_is_no_contradiction(m, n, factor):
    noisy = [suspicion.Point(point.layer, point.latency, 0.5)
             for point in points({(m, n): factor}.items())]
    assert suspicion.find(noisy, SMOOTH) == []
