# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Steps found by campaigns themselves, on the fake machine: 8-wide ones in m and
n, none in k."""
import json
import math

import pytest

from mlir_pr import _core, jointsteps
from mlir_pr.stairs import find_sweeps
from mlir_pr.store import FoundStep, Store

pytestmark = pytest.mark.usefixtures("fake_bench")

CONFIG = """
find_steps: always
budget: {count: 400}
kinds:
  matmul:
    types: "i8, i8 -> i32"
    dims: {m: [1, 128], n: [1, 128], k: [1, 512]}
"""


def measure(cli, config, store):
    return cli("measure", "--target", "fake", "--config", config, "--store", store)


def found(store):
    with Store.open(store) as opened:
        return {(step.dim, step.width): step for step in opened.found_steps(opened.target())}


def test_a_black_box_is_swept(cli, write, tmp_path):
    done = measure(cli, write("c.yaml", CONFIG), tmp_path / "s")
    assert done.code == 0, done.err
    assert "matmul.m every 8 (flat)" in done.err and "matmul.n every 8 (flat)" in done.err
    steps = found(tmp_path / "s")
    assert set(steps) == {("m", 8), ("n", 8), ("k", 1)}
    assert steps["m", 8].knowledge == "black"
    assert "8 of 8 edges" in steps["m", 8].evidence
    with Store.open(tmp_path / "s") as store:
        rows = store.measurements(store.target())
    # Finding steps is paid for by the same budget.
    assert len(rows) <= 400
    drawn = [row.layer for row in rows if row.role == "pr"]
    assert drawn and all(int(word[2:]) % 8 == 0 for layer in drawn for word in layer.split(" ")
                         if word[:2] in ("m=", "n="))


def test_layers_that_agree_are_enough_on_an_exact_machine(cli, write, tmp_path, monkeypatch):
    """Two for a step that ramps, four for one that is flat."""
    monkeypatch.setenv("FAKE_RAMPS", "1")
    assert measure(cli, write("c.yaml", CONFIG), tmp_path / "s").code == 0
    steps = found(tmp_path / "s")
    assert (steps["m", 8].plateau, steps["n", 8].plateau) == ("ramps", "flat")
    assert "rises at 4 of 4 edges" in steps["m", 8].evidence
    assert "rises at 8 of 8 edges" in steps["n", 8].evidence


def test_images_of_one_row_belong_to_another_kind(cli, write, tmp_path, monkeypatch):
    monkeypatch.setenv("FAKE_CONVOLVES", "1")
    config = """
find_steps: always
budget: {count: 200}
steps: {conv2d: {ow: 4}}
kinds:
  conv2d:
    types: "i8, i8 -> i32"
    dims: {n: 1, g: 1, oc: [1, 32], ic: [1, 32], oh: [1, 32], ow: [1, 32], kh: 1, kw: 1}
"""
    done = measure(cli, write("c.yaml", config), tmp_path / "s")
    assert done.code == 0, done.err
    with Store.open(tmp_path / "s") as store:
        assert {row.layer.split()[0] for row in store.measurements(store.target())} == {"conv2d"}


TIED = CONFIG.replace("n: [1, 128]", "n: {values: [m]}")


def test_dimensions_that_are_always_equal_are_swept_together(cli, write, tmp_path, monkeypatch):
    monkeypatch.setenv("FAKE_SMOOTH", "1")
    done = measure(cli, write("c.yaml", TIED), tmp_path / "s")
    assert done.code == 0, done.err
    steps = found(tmp_path / "s")
    assert set(steps) == {("m", 1), ("n", 1), ("k", 1)}
    assert "along m and n together show no step" in steps["n", 1].evidence
    with Store.open(tmp_path / "s") as store:
        rows = [row for row in store.measurements(store.target()) if row.role == "sweep"]
    assert {layer.dims["m"] == layer.dims["n"]
            for layer in (_core.Layer.parse(row.layer) for row in rows)} == {True}
    swept = {sweep.axis: len(sweep.points) for sweep in find_sweeps(rows)}
    assert set(swept) == {"m = n", "k"} and swept["m = n"] + swept["k"] >= len({row.layer for row in rows})
    again = measure(cli, write("c.yaml", TIED), tmp_path / "s")
    assert "measured 0 of" in again.err


def test_a_step_of_dimensions_swept_together_is_told_apart(cli, write, tmp_path):
    assert measure(cli, write("c.yaml", TIED), tmp_path / "s").code == 0
    assert set(found(tmp_path / "s")) == {("m", 8), ("n", 8), ("k", 1)}
    tied = CONFIG.replace("k: [1, 512]", "k: {values: [n]}")
    assert measure(cli, write("c.yaml", tied), tmp_path / "t").code == 0
    assert set(found(tmp_path / "t")) == {("m", 8), ("n", 8), ("k", 1)}


def test_the_same_command_measures_nothing_again(cli, write, tmp_path):
    config = write("c.yaml", CONFIG)
    measure(cli, config, tmp_path / "s")
    steps = found(tmp_path / "s")
    done = measure(cli, config, tmp_path / "s")
    assert "measured 0 of" in done.err
    assert found(tmp_path / "s") == steps


def test_an_interrupted_search_goes_on(cli, write, tmp_path, monkeypatch):
    config = write("c.yaml", CONFIG)
    measure(cli, config, tmp_path / "whole")
    monkeypatch.setenv("FAKE_DIE", "m=32 ")
    assert measure(cli, config, tmp_path / "s").code != 0
    monkeypatch.delenv("FAKE_DIE")
    assert measure(cli, config, tmp_path / "s").code == 0
    assert found(tmp_path / "s") == found(tmp_path / "whole")


def test_candidates_are_confirmed_or_refuted(cli, write, tmp_path):
    done = measure(cli, write("c.yaml", CONFIG.replace("always", "never") + """
candidates:
  matmul: {m: [8, 12], k: 16}
"""), tmp_path / "s")
    assert done.code == 0, done.err
    steps = found(tmp_path / "s")
    assert set(steps) == {("m", 8), ("k", 1)}
    assert (steps["m", 8].knowledge, steps["m", 8].plateau) == ("gray", "flat")
    assert "the candidate step of 12 in matmul.m is refuted" in done.err
    lattice = json.loads(cli("lattice", "--store", tmp_path / "s", "--json").out)
    known = {step["dim"]: step["knowledge"] for step in lattice["kinds"]["matmul"]["steps"]
             if step["width"] > 1}
    assert known == {"m": "gray", "n": "white"}


def test_a_small_budget_is_not_spent_on_sweeps(cli, write, tmp_path):
    done = measure(cli, write("c.yaml", CONFIG.replace("400", "60")), tmp_path / "s")
    assert done.code == 0
    assert "no steps are looked for in matmul.n, matmul.k" in done.err


def test_active_campaigns_resume_as_they_would_have_gone_on(cli, write, tmp_path, monkeypatch):
    config = write("c.yaml", CONFIG.replace("400", "60").replace("always", "never")
                   + "sampling: active\n")
    assert measure(cli, config, tmp_path / "whole").code == 0
    monkeypatch.setenv("FAKE_DIE", "k=512 ")
    measure(cli, config, tmp_path / "s")
    monkeypatch.delenv("FAKE_DIE")
    assert measure(cli, config, tmp_path / "s").code == 0
    layers = []
    for name in ("whole", "s"):
        with Store.open(tmp_path / name) as store:
            layers.append(sorted(row.layer for row in store.measurements(store.target())))
    assert layers[0] == layers[1] and len(layers[0]) == 60


def test_dimensions_that_step_together_are_named(cli, write, tmp_path, monkeypatch):
    monkeypatch.setenv("FAKE_WAVES", "16")
    done = measure(cli, write("c.yaml", CONFIG.replace("400", "600")), tmp_path / "s")
    assert done.code == 0, done.err
    assert "matmul.m and matmul.n step together, in waves of tiles of 8 x 8: one step is 16 tiles" \
        in done.err
    steps = found(tmp_path / "s")
    assert set(steps) == {("m", 8), ("n", 8), ("k", 1)}
    assert steps["m", 8].plateau == steps["n", 8].plateau == "flat"
    assert "together with other dimensions" in steps["m", 8].evidence


def test_a_dimension_that_cannot_be_measured_is_not_said_to_have_no_step(cli, write, tmp_path,
                                                                         monkeypatch):
    monkeypatch.setenv("FAKE_FAIL", "matmul")
    done = measure(cli, write("c.yaml", CONFIG), tmp_path / "s")
    assert "nothing is known of steps in matmul.m: 0 extents are too few to tell" in done.err


WAVES = [FoundStep("matmul", dim, 8) for dim in "mn"]


def waves(processors, n):
    layer = _core.Layer.parse(f"matmul b=1 m=8 n={n} k=4 : i8, i8 -> i32")
    return layer, "m", {m: 100.0 + math.ceil(m // 8 * (n // 8) / processors)
                        for m in range(8, 129, 8)}


def test_the_size_of_waves_is_what_every_sweep_allows():
    assert jointsteps.wave_sizes(WAVES, [waves(16, 24), waves(16, 40)], 0.0) == [16]
    # Sweeps over several machines have none in common, and two rises say nothing.
    assert jointsteps.wave_sizes(WAVES, [waves(16, 24), waves(20, 24)], 0.0) == []
    assert jointsteps.wave_sizes(WAVES, [waves(16, 16)], 0.0) == []


def test_latency_rests_where_most_neighbours_are_equal():
    assert jointsteps.rests({x: 1.0 + x // 8 for x in range(64)})
    assert not jointsteps.rests({x: 1.0 + x for x in range(64)})
    assert not jointsteps.rests({x: 1.0 for x in range(64)})
