# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Bad measurements, one clear sentence each, and nothing lost."""
import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mlir_pr import plausibility
from mlir_pr.store import Measurement, Store

MAP = """
target: npu
kind: matmul
dims: {m: m, n: 8, k: 8}
types: "i8, i8 -> i32"
latency: latency
unit: us
"""


def table(latencies):
    return "m,latency\n" + "".join(f"{i + 1},{value}\n" for i, value in enumerate(latencies))


@pytest.fixture
def run(cli, write, tmp_path):
    """Imports and trains; what was said to both, and the store."""
    def do(text, more="", extra=()):
        config = write("map.yaml", MAP + more)
        imported = cli("import", write("t.csv", text), "--config", config, "--store", tmp_path / "s",
                       *extra)
        trained = cli("train", "--store", tmp_path / "s", "-o", tmp_path / "m.prm") \
            if imported.code == 0 else None
        return imported, trained

    return do


def rows(tmp_path):
    with Store.open(tmp_path / "s") as store:
        return store.measurements(store.target())


SAME = [100 + 10 * i for i in range(40)]


@pytest.mark.parametrize("latencies, message", [
    ([7] * 20, "all 20 latencies of matmul are 7.00 µs, whatever the layer"),
    ([1000 - 20 * i for i in range(30)],
     "latencies of matmul fall where the work grows (rank correlation -1.00 over 30 rows)"),
    ([value * (1000 if i % 2 else 1) for i, value in enumerate(SAME)],
     "20 of 40 latencies of matmul are about 1,000 times"),
    ([value * (1000 if i >= 25 else 1) for i, value in enumerate(SAME)],
     "15 of 40 latencies of matmul are about 1,000 times above the others of layers alike, the first "
     "one 350 ms ("),
    ([value / (1e6 if i == 7 else 1) for i, value in enumerate(SAME)],
     "1 of 40 latencies of matmul are about 1,000,000 times below")])
def test_what_is_hardly_a_latency_is_told_twice_and_kept(run, tmp_path, latencies, message):
    imported, trained = run(table(latencies))
    assert imported.code == 0 and trained.code == 0
    for done in (imported, trained):
        assert f"mlir-pr: warning: {message}" in done.err, done.err
        assert done.err.count("warning") == 1
    assert len(rows(tmp_path)) == len(latencies)


def test_a_good_table_is_taken_without_a_word(run):
    imported, trained = run(table(SAME))
    assert "warning" not in imported.err + trained.err


@given(st.integers(0, 2**31), st.floats(0, 1), st.floats(0, 0.3))
def test_an_honest_target_is_not_suspected(seed, launch, noise):
    random = np.random.RandomState(seed)
    found = [Measurement(f"matmul b=1 m={m} n={n} k={k} : i8, i8 -> i32", "pr",
                         time_ps=1 + round((launch * 1e6 + 50 * m * n * k) * np.exp(noise * random.randn())))
             for m, n, k in random.randint(1, 300, (60, 3))]
    assert plausibility.warnings(found) == []


def test_contradictions_are_named_with_what_was_taken(run, tmp_path):
    text = table(SAME) + "3,500\n3,90\n7,11\n"
    imported, _ = run(text)
    assert imported.code == 1 and "--duplicates=merge" in imported.err
    assert not (tmp_path / "s").exists()
    imported, trained = run(text, extra=["--duplicates", "merge"])
    said = ("2 layers have measurements more than 2 % apart, of which the lower median counts: "
            "'matmul b=1 m=7 n=8 k=8 : i8, i8 -> i32' from 11.0 µs (")
    assert said in imported.err and said in trained.err
    assert "t.csv:44) to 160 µs (" in imported.err and "taken: 11.0 µs" in imported.err
    assert "t.csv:43) to 500 µs (" in imported.err and "taken: 120 µs" in imported.err
    assert len(rows(tmp_path)) == 43


def test_a_table_that_contradicts_the_store_is_told(run, tmp_path):
    run(table(SAME))
    imported, _ = run(table([*SAME[:5], 999]))
    assert imported.code == 0
    assert "1 layers have measurements more than 2 % apart" in imported.err
    assert "999 µs" in imported.err and len(rows(tmp_path)) == 41


@pytest.mark.parametrize("units, code, message", [
    (["us", "ns", "us"], 0, ""),
    (["cycles"] * 3, 0, ""),
    (["us", "cycles", "us"], 1, "t.csv:3: unit 'u' is 'cycles', but that of line 2 is 'us': a target "
     "counts either cycles or time"),
    (["us", "parsec", "us"], 1, "t.csv:3: unit 'u' is 'parsec', expected one of cycles, ps, ns"),
    (["us", "", "us"], 1, "t.csv:3: unit 'u' is missing (NaN), but must be a text")])
def test_units_of_rows(cli, write, tmp_path, units, code, message):
    text = "m,latency,u\n" + "".join(f"{i + 1},5,{unit}\n" for i, unit in enumerate(units))
    config = write("map.yaml", MAP.replace("unit: us", "unit: u"))
    done = cli("import", write("t.csv", text), "--config", config, "--store", tmp_path / "s")
    assert (done.code, message in done.err) == (code, True), done.err
    if code == 0 and units[0] == "us":
        assert [row.time_ps for row in rows(tmp_path)] == [5_000_000, 5_000, 5_000_000]
    if code:
        assert not (tmp_path / "s").exists()


def test_too_few_points_are_answered_and_no_more(run, cli, write, tmp_path):
    imported, trained = run(table(SAME[:5]))
    assert imported.code == trained.code == 0
    layers = write("l.txt", "".join(f"matmul m={m} n=8 k=8 : i8, i8 -> i32\n" for m in (3, 9)))
    done = cli("predict", "--model", tmp_path / "m.prm", "--layers", layers, "--json")
    answers = json.loads(done.out)["estimates"]
    assert [one["status"] for one in answers] == ["measured", "unsupported"]
    assert "5 different layers of this kind were measured, a model needs at least 12" in \
        answers[1]["reason"]


def test_a_sweep_of_one_point(cli, write, tmp_path, fake_bench):
    config = write("c.yaml", """
budget: {count: 5}
sweeps: [{layer: "matmul m=128 n=16 k=64 : i8, i8 -> i32", dim: m, range: [128, 140]}]
""")
    arguments = ["--target", "fake", "--config", config, "--store", tmp_path / "s"]
    assert cli("measure", *arguments).code == 0
    assert [row.layer for row in rows(tmp_path) if row.role == "sweep"] == \
        ["matmul b=1 m=128 n=16 k=64 : i8, i8 -> i32"]
    assert cli("lattice", "--store", tmp_path / "s").code == 0
    assert cli("train", "--store", tmp_path / "s", "-o", tmp_path / "m.prm").code == 0


def test_a_campaign_for_a_kind_that_the_target_lacks(cli, write, tmp_path, fake_bench):
    config = write("c.yaml", "kinds: {conv1d: {types: 'i8, i8 -> i32', "
                             "dims: {oc: [1, 8], ic: [1, 8], ow: 8, kw: 3}}}\n")
    done = cli("measure", "--target", "fake", "--config", config, "--store", tmp_path / "s")
    assert done.code == 1
    assert "plans nothing: the domain of conv1d gave 0 distinct legal layers" in done.err
    assert "conv1d" in done.err and rows(tmp_path) == []


def test_rows_of_a_kind_that_the_target_lacks(cli, write, tmp_path, fake_bench):
    """The store holds a described target; the table says more than it can run."""
    cli("measure", "--target", "fake", "--config", write("c.yaml", "budget: {count: 20}\n"),
        "--store", tmp_path / "s")
    text = "layer,c\n" + "".join(f'"conv1d oc={i + 1} ic=8 ow=8 kw=3 : i8, i8 -> i32",{i + 9}\n'
                                 for i in range(3))
    config = write("m.yaml", "target: fake\nlayer: layer\nlatency: c\nunit: cycles\nclock_mhz: 1000\n")
    done = cli("import", write("t.csv", text), "--config", config, "--store", tmp_path / "s")
    assert done.code == 0
    said = "nothing is learned from 3 rows: target 'fake' has no conv1d"
    assert said in done.err, done.err
    assert len(rows(tmp_path)) == 23
    done = cli("train", "--store", tmp_path / "s", "-o", tmp_path / "m.prm")
    assert done.code == 0 and said in done.err
