# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Campaigns against a stand-in for pr-bench-opt: whatever ends one, no row is
lost and none is doubled."""
import collections
import functools
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from mlir_pr.store import Store

pytestmark = pytest.mark.usefixtures("fake_bench")

CONFIG = """
seed: 7
budget: {count: 60}
kinds:
  matmul:
    types: "i8, i8 -> i32"
    dims: {m: [1, 128], n: [1, 128], k: [1, 512]}
"""


@pytest.fixture
def config(write):
    return write("campaign.yaml", CONFIG)


def arguments(config, store):
    return ["measure", "--target", "fake", "--config", config, "--store", store]


def rows(store):
    with Store.open(store) as opened:
        return opened.measurements(opened.target())


def test_every_planned_layer_is_measured_once(cli, config, tmp_path):
    done = cli(*arguments(config, tmp_path / "s"))
    assert done.code == 0, done.err
    assert "measured 60 of 60 layers" in done.err
    found = rows(tmp_path / "s")
    assert len({row.layer for row in found}) == len(found) == 60
    assert {row.role for row in found} == {"pr", "independent"}
    assert all(row.cycles and row.time_ps == row.cycles * 1000 for row in found)


NETWORK = """
func.func @net(%a: tensor<3x50xi8>, %b: tensor<50x13xi8>, %c: tensor<3x13xi32>,
               %d: tensor<20x70xi8>, %e: tensor<70x90xi8>, %f: tensor<20x90xi32>) {
  %0 = linalg.matmul ins(%a, %b : tensor<3x50xi8>, tensor<50x13xi8>)
      outs(%c : tensor<3x13xi32>) -> tensor<3x13xi32>
  %1 = linalg.matmul ins(%d, %e : tensor<20x70xi8>, tensor<70x90xi8>)
      outs(%f : tensor<20x90xi32>) -> tensor<20x90xi32>
  return
}
"""


def test_layers_of_networks_are_answered_exactly(cli, write, tmp_path):
    config, network = write("c.yaml", "budget: {count: 40}\n"), write("n.mlir", NETWORK)
    done = cli(*arguments(config, tmp_path / "s"), "--networks", network)
    assert done.code == 0, done.err
    named = [row.layer for row in rows(tmp_path / "s") if row.role == "network"]
    assert named == [f"matmul b=1 m={m} n={n} k={k} layout=nn : i8, i8 -> i32"
                     for m, n, k in ((8, 16, 50), (24, 96, 70))]
    model = tmp_path / "m.prm"
    assert cli("train", "--store", tmp_path / "s", "-o", model).code == 0
    done = cli("annotate", network, "--model", model, "--format", "json")
    answers = [op["estimates"][0] for op in json.loads(done.out)["functions"][0]["ops"]
               if op["op"] == "linalg.matmul"]
    assert [(one["status"], one["cycles"]) for one in answers] == [
        ("measured", 1 + 1 * 2 * 50), ("measured", 1 + 3 * 12 * 70)]


def test_again_measures_nothing(cli, config, tmp_path):
    cli(*arguments(config, tmp_path / "s"))
    before = rows(tmp_path / "s")
    done = cli(*arguments(config, tmp_path / "s"))
    assert "measured 0 of 60 layers, 60 were in the store" in done.err
    assert rows(tmp_path / "s") == before


def start(config, store, **env):
    command = [sys.executable, "-m", "mlir_pr", *map(str, arguments(config, store))]
    # A shell's background job ignores SIGINT, and so would what it starts.
    heeds = functools.partial(signal.signal, signal.SIGINT, signal.SIG_DFL)
    return subprocess.Popen(command, stderr=subprocess.PIPE, text=True, start_new_session=True,
                            preexec_fn=heeds,
                            env={**os.environ, **env, "PYTHONPATH": os.pathsep.join(sys.path)})


def wait_for_rows(store: Path, count: int):
    for _ in range(600):
        if store.exists():
            try:
                if len(rows(store)) >= count:
                    return
            except Exception:  # the store is just being made
                pass
        time.sleep(0.05)
    pytest.fail("no measurement arrived")


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGINT, signal.SIGTERM])
def test_a_campaign_that_was_ended_goes_on(cli, config, tmp_path, number):
    store = tmp_path / "s"
    process = start(config, store, FAKE_DELAY="0.1")
    wait_for_rows(store, 5)
    process.send_signal(number)
    _, err = process.communicate(timeout=30)
    before = rows(store)
    assert 5 <= len(before) < 60
    if number != signal.SIGKILL:
        assert process.returncode == 130
        assert "mlir-pr: error: interrupted" in err
    done = cli(*arguments(config, store))
    assert done.code == 0, done.err
    after = rows(store)
    assert after[:len(before)] == before
    assert collections.Counter(row.layer for row in after).most_common(1)[0][1] == 1
    assert len(after) == 60


KINDS = """
seed: 7
budget: {count: 100}
random_baseline: 10
kinds:
  matmul: {types: "i8, i8 -> i32", dims: {m: [1, 128], n: [1, 128], k: [1, 512]}}
  conv2d: {types: "i8, i8 -> i32", dims: {oc: [8, 64], ic: [8, 64], oh: [7, 56], ow: oh, kh: 3, kw: 3}}
"""


@pytest.mark.parametrize("rows_before", [5, 70])
def test_a_campaign_in_rounds_goes_on(cli, write, tmp_path, monkeypatch, rows_before):
    config = write("kinds.yaml", KINDS)
    monkeypatch.setenv("FAKE_CONVOLVES", "1")
    process = start(config, tmp_path / "s", FAKE_DELAY="0.05")
    wait_for_rows(tmp_path / "s", rows_before)
    process.kill()
    process.communicate(timeout=30)
    assert len(rows(tmp_path / "s")) < 110
    for store in (tmp_path / "s", tmp_path / "whole"):
        done = cli(*arguments(config, store))
        assert done.code == 0, done.err
    ended, whole = (sorted((row.layer, row.role) for row in rows(tmp_path / name)) for name in ("s", "whole"))
    assert ended == whole and len(whole) == 110
    # A product of matrices is what it looks like here; a convolution is not.
    drawn = collections.Counter(layer.split()[0] for layer, role in whole if role != "random")
    assert drawn["matmul"] < 35 < 65 < drawn["conv2d"]
    assert "measured 0 of 110 layers" in cli(*arguments(config, tmp_path / "s")).err


def test_a_dry_run_says_what_it_cannot_know(cli, write, tmp_path, monkeypatch):
    monkeypatch.setenv("FAKE_CONVOLVES", "1")
    done = cli(*arguments(write("kinds.yaml", KINDS), tmp_path / "s"), "--dry-run")
    assert done.code == 0 and len(done.out.splitlines()) == 40 + 10
    assert "60 more are chosen when these are measured" in done.err


def test_ctrl_c_ends_the_measuring_program(config, tmp_path):
    store = tmp_path / "s"
    process = start(config, store, FAKE_DELAY="0.1")
    wait_for_rows(store, 3)
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=30)
    count = len(rows(store))
    time.sleep(0.2)
    assert len(rows(store)) == count
    children = Path("/proc").glob("[0-9]*/cmdline")
    assert not [path for path in children if str(tmp_path) in _read(path)]


def _read(path):
    try:
        return path.read_text()
    except OSError:
        return ""


def test_failed_layers_are_kept_and_told(cli, config, tmp_path, monkeypatch):
    monkeypatch.setenv("FAKE_FAIL", "m=8 ")
    done = cli(*arguments(config, tmp_path / "s"))
    assert done.code == 3
    failed = [row for row in rows(tmp_path / "s") if not row.ok]
    assert failed and all("m=8 " in row.layer for row in failed)
    assert f"{len(failed)} of 60 layers failed" in done.err
    assert "the fake was told to fail" in done.err
    # They are not tried again, and the rest is there.
    monkeypatch.delenv("FAKE_FAIL")
    assert cli(*arguments(config, tmp_path / "s")).code == 0
    assert len(rows(tmp_path / "s")) == 60


def test_a_program_that_dies_loses_no_row(cli, config, tmp_path, monkeypatch):
    monkeypatch.setenv("FAKE_DIE", "m=64 ")
    done = cli(*arguments(config, tmp_path / "s"))
    assert done.code == 3
    assert "ended by SIGABRT" in done.err
    before = rows(tmp_path / "s")
    monkeypatch.delenv("FAKE_DIE")
    assert cli(*arguments(config, tmp_path / "s")).code == 0
    assert rows(tmp_path / "s")[:len(before)] == before
    assert len(rows(tmp_path / "s")) == 60


def test_the_time_budget_is_kept(cli, write, tmp_path, monkeypatch):
    config = write("c.yaml", CONFIG.replace("count: 60", "count: 60, seconds: 3"))
    monkeypatch.setenv("FAKE_DELAY", "0.2")
    done = cli(*arguments(config, tmp_path / "s"))
    assert done.code == 0
    count = len(rows(tmp_path / "s"))
    assert 0 < count < 60
    assert f"measured {count} of 60 layers, {60 - count} left by the time budget" in done.err


def test_a_time_budget_that_ends_before_a_round_says_so(cli, write, tmp_path, monkeypatch):
    monkeypatch.setenv("FAKE_CONVOLVES", "1")
    monkeypatch.setenv("FAKE_DELAY", "0.2")
    done = cli(*arguments(write("c.yaml", KINDS.replace("count: 100", "count: 100, seconds: 2")),
                          tmp_path / "s"))
    assert done.code == 0, done.err
    assert len(rows(tmp_path / "s")) < 40
    assert "the time budget ended before 60 more layers were chosen; the same command goes on" in done.err


def test_a_store_that_cannot_be_written(cli, config):
    done = cli(*arguments(config, "/proc/s"))
    assert done.code == 1
    assert done.err.startswith("mlir-pr: error: store '/proc/s'")


def test_a_target_that_nobody_knows(cli, config, tmp_path):
    done = cli("measure", "--target", "tpu", "--config", config, "--store", tmp_path / "s")
    assert done.code == 1
    assert "unknown target 'tpu'" in done.err


def test_a_campaign_for_another_target(cli, write, tmp_path):
    config = write("c.yaml", "target: npu\n" + CONFIG)
    done = cli(*arguments(config, tmp_path / "s"))
    assert done.code == 2
    assert "is a campaign for target 'npu', not for 'fake'" in done.err


def test_a_program_that_is_not_there(cli, config, tmp_path, monkeypatch):
    monkeypatch.setenv("MLIR_PR_BENCH_OPT", "/no/pr-bench-opt")
    done = cli(*arguments(config, tmp_path / "s"))
    assert done.code == 1
    assert "cannot run '/no/pr-bench-opt': No such file or directory" in done.err


def test_sweeps_are_drawn(cli, write, tmp_path):
    config = write("c.yaml", CONFIG + """
sweeps:
- {layer: "matmul m=1 n=16 k=64 : i8, i8 -> i32", dim: m, range: [1, 24]}
""")
    cli(*arguments(config, tmp_path / "s"))
    done = cli("lattice", "--store", tmp_path / "s")
    assert done.code == 0
    assert all(" " * column + "●●●●●●●●\n" in done.out for column in (0, 8, 16))
    assert "fitted: every 8 (flat)" in done.out
    assert "m 1 .. 24: 129 ns .. 385 ns" in done.out


def test_steps_are_stated(cli, config, tmp_path):
    cli(*arguments(config, tmp_path / "s"))
    done = cli("lattice", "--store", tmp_path / "s", "--set", "matmul.k=16", "--set", "matmul.m=1")
    assert done.code == 0
    lines = [line.split()[:3] for line in done.out.splitlines() if line.startswith("matmul")]
    assert sorted(lines) == [["matmul", "k", "16"], ["matmul", "m", "1"], ["matmul", "n", "8"]]
    done = cli("lattice", "--store", tmp_path / "s", "--set", "matmul.n=4:ramps", "--json")
    steps = json.loads(done.out)["kinds"]["matmul"]["steps"]
    assert [(step["width"], step["plateau"], step["knowledge"]) for step in steps
            if step["dim"] == "n"] == [(4, "ramps", "stated")]


@pytest.mark.parametrize("setting, code, message", [
    ("conv2d", 2, "is not of the form KIND.DIM=WIDTH"),
    ("matmul.m=8:wavy", 2, "'wavy' is unknown (known: flat, ramps, unknown)"),
    ("matmul.m=0", 2, "is not of the form KIND.DIM=WIDTH"),
    ("matmul.x=8", 1, "matmul has no dimension 'x' (it has: b, m, n, k)"),
    ("conv9d.x=8", 1, "unknown layer kind 'conv9d'")])
def test_steps_that_make_no_sense(cli, config, tmp_path, setting, code, message):
    cli(*arguments(config, tmp_path / "s"))
    done = cli("lattice", "--store", tmp_path / "s", "--set", setting)
    assert (done.code, message in done.err) == (code, True), done.err
