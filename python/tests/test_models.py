# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""train, show, predict, evaluate, report on a stand-in target."""
import csv
import io
import json
import os
import random
import re
import resource
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from fake_bench import cycles_of

from mlir_pr.cli import main

HEADER = "layer,time_ps,cycles,lower_ps,upper_ps,status,representative,waste"
CAMPAIGN = """
seed: 3
budget: {count: 150}
random_baseline: 150
sweeps: [{layer: "matmul m=1 n=16 k=64 : i8, i8 -> i32", dim: m, range: [1, 32]}]
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A store and a model trained on it."""
    folder = tmp_path_factory.mktemp("models")
    (folder / "c.yaml").write_text(CAMPAIGN)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("MLIR_PR_BENCH_OPT", str(Path(__file__).parent / "fake_bench.py"))
        assert main(["measure", "--target", "fake", "--config", str(folder / "c.yaml"),
                     "--store", str(folder / "s")]) == 0
    assert main(["train", "--store", str(folder / "s"), "-o", str(folder / "m.prm")]) == 0
    return folder


@pytest.fixture
def model(folder):
    return folder / "m.prm"


def matmul(m, n, k):
    return f"matmul b=1 m={m} n={n} k={k} : i8, i8 -> i32"


def test_training_from_another_model_learns_from_the_rows_beside_it(cli, folder, model, tmp_path):
    def rows(other):
        done = cli("train", "--store", folder / "s", "--from", other, "-o", tmp_path / "new.prm", "--json")
        assert done.code == 0
        return json.loads(done.out)["card"]["kinds"]["matmul"]["transfer"]["rows"]
    alone = tmp_path / "alone.prm"
    alone.write_bytes(model.read_bytes())
    assert rows(alone) == 0 and rows(model) > 0


def test_the_same_store_and_seed_give_the_same_bytes(cli, folder, model, tmp_path):
    for name in ("a", "b"):
        assert cli("train", "--store", folder / "s", "-o", tmp_path / f"{name}.prm").code == 0
    assert (tmp_path / "a.prm").read_bytes() == (tmp_path / "b.prm").read_bytes()
    assert (tmp_path / "a.prm").read_bytes() == model.read_bytes()
    assert (tmp_path / "a.baselines.json").read_bytes() == \
        (tmp_path / "b.baselines.json").read_bytes()


def test_a_copy_of_the_store_made_in_another_order_trains_alike(cli, folder, model, tmp_path):
    """Nothing but the measurements counts."""
    from mlir_pr.store import Store
    with Store.open(folder / "s") as old, Store.open(tmp_path / "s", create=True) as new:
        target = new.ensure_target(old.target().info)
        campaign = old.campaigns(old.target())[0]
        number = new.begin_campaign(target, campaign["config"], campaign["seed"])
        rows = old.measurements(old.target())
        random.Random(1).shuffle(rows)
        new.add(target, number, rows)
    cli("train", "--store", tmp_path / "s", "-o", tmp_path / "m.prm")
    assert (tmp_path / "m.prm").read_bytes() == model.read_bytes()


def test_the_card_says_where_a_model_comes_from(cli, model):
    card = json.loads(cli("show", model, "--json").out)["card"]
    roles = card["provenance"]["roles"]
    assert set(roles) == {"pr", "independent", "sweep"} and roles["sweep"] == 32
    assert roles["pr"] + roles["independent"] == 150
    assert card["provenance"]["campaigns"][0]["seed"] == 3
    assert card["kinds"]["matmul"]["held_out"]["mape"] < 1e-9
    text = cli("show", model).out
    assert "fake" in text and "m every 8" in text and "32 sweep" in text


def test_predict_answers_exactly(cli, model, write):
    layers = [matmul(9, 9, 100), matmul(64, 64, 64), matmul(4096, 8, 8)]
    done = cli("predict", "--model", model, "--layers", write("l", "\n".join(layers)))
    assert done.code == 0, done.err
    assert done.out.splitlines()[0] == HEADER
    rows = list(csv.DictReader(io.StringIO(done.out)))
    assert [row["layer"] for row in rows] == layers
    assert int(rows[0]["cycles"]) == cycles_of(layers[0]) == 401
    assert int(rows[0]["time_ps"]) == 401_000
    assert rows[0]["representative"] == matmul(16, 16, 100)
    assert float(rows[0]["waste"]) == pytest.approx(1 - 81 / 256, abs=1e-6)
    assert rows[2]["status"] == "unsupported"
    assert [rows[2][name] for name in HEADER.split(",") if name not in ("layer", "status")] \
        == [""] * 6
    assert "1 of 3 layers have no estimate" in done.err


def test_predict_takes_its_own_output_and_writes_files(cli, model, write, tmp_path):
    layers = write("l", f"{matmul(8, 8, 8)}\n{matmul(5, 8, 8)}\n")
    assert cli("predict", "--model", model, "--layers", layers, "-o", tmp_path / "a.csv").out == ""
    cli("predict", "--model", model, "--layers", tmp_path / "a.csv", "-o", tmp_path / "b.csv")
    assert (tmp_path / "a.csv").read_text() == (tmp_path / "b.csv").read_text()
    found = json.loads(cli("predict", "--model", model, "--layers", layers, "--json").out)
    assert found["schema"] == 1 and found["estimates"][1]["cycles"] == 9


@pytest.fixture
def table(write):
    generator = random.Random(11)
    lines = ["m,n,k,set,cycles"]
    for _ in range(120):
        m, n, k = (generator.randint(1, limit) for limit in (140, 128, 500))
        lines.append(f"{m},{n},{k},test,{cycles_of(matmul(m, n, k))}")
    return write("t.csv", "\n".join(lines) + "\n")


@pytest.fixture
def config(write):
    return write("m.yaml", "target: fake\nkind: matmul\ndims: {m: m, n: n, k: k}\n"
                 "types: 'i8, i8 -> i32'\nlatency: cycles\nunit: cycles\n")


def test_evaluate_counts_everything(cli, model, table, config, tmp_path):
    done = cli("evaluate", "--model", model, "--table", table, "--config", config,
               "--json", tmp_path / "e.json")
    assert done.code == 0, done.err
    found = json.loads((tmp_path / "e.json").read_text())
    own, *baselines = found["evaluations"]
    assert own["rows"] == 120
    assert own["answered"] + sum(own["unanswered"].values()) == 120
    assert 0 < own["answered"] < 120
    assert own["overall"]["mape"] < 1e-6 and own["overall"]["coverage"] == 1
    assert {one["name"] for one in baselines} >= {"paper", "plain forest", "linear", "roofline",
                                                  "refined roofline", "nearest neighbour",
                                                  "ANNETTE mixed", "MLP"}
    assert all(one["rows"] == own["answered"] for one in baselines)
    assert all(one["overall"]["mape"] > own["overall"]["mape"] for one in baselines)
    for name in ("MAPE", "tau-b", "in 90 % interval", "plain forest", "'m' of matmul is", "MLP"):
        assert name in done.out
    assert set(own["overall"]["intervals"]) == {"80", "90", "95"}
    assert own["overall"]["intervals"]["90"] == {
        "coverage": own["overall"]["coverage"], "width": own["overall"]["width"]}
    assert "intervals" in own["by_set"]["off-grid"] and "intervals" not in baselines[0]["overall"]
    assert json.loads(cli("evaluate", "--model", model, "--table", table, "--config", config,
                          "--json").out) == found


def test_evaluate_tells_when_there_are_no_baselines(cli, model, table, config, tmp_path):
    shutil.copy(model, tmp_path / "m.prm")
    done = cli("evaluate", "--model", tmp_path / "m.prm", "--table", table, "--config", config)
    assert "no baselines: " in done.out


def test_a_learning_curve(cli, model, table, config, tmp_path):
    done = cli("evaluate", "--model", model, "--table", table, "--config", config,
               "--learning-curve", "--budgets", "20,60", "--seeds", "3",
               "--json", tmp_path / "e.json", "--figures", tmp_path / "figures")
    assert done.code == 0, done.err
    found = json.loads((tmp_path / "e.json").read_text())
    curve, answered = found["learning_curve"], found["evaluations"][0]["answered"]
    assert (curve["budgets"], curve["seeds"]) == ([20, 60], [0, 1, 2])
    by_name = {one["name"]: one["by_set"] for one in curve["learners"]}
    assert list(by_name) == ["model", "plain forest", "paper", "model, random",
                             "plain forest, random", "paper, random"]
    assert {"all", "off-grid", "representatives"} <= set(by_name["model"])
    assert {one["count"] for name in by_name for budget in by_name[name]["all"]
            for one in budget["errors"]} == {answered}, "all were asked the same"
    few, many = ([one["mape"] for one in budget["errors"]] for budget in by_name["plain forest"]["all"])
    assert len(few) == len(many) == 3 and len(set(few)) == 3, "each seed draws its own rows"
    assert np.mean(many) < np.mean(few)
    assert max(one["mape"] for one in by_name["model"]["all"][1]["errors"]) < min(many)
    assert "learning curve: MAPE, mean and range of 3 seeds" in done.out
    assert sorted(path.name for path in (tmp_path / "figures").iterdir()) == [
        "error-by-kind.svg", "learning-curve.svg", "predicted-against-measured.svg"]
    assert "plain forest, random" in (tmp_path / "figures" / "learning-curve.svg").read_text()


def test_a_learning_curve_from_a_store(cli, folder, model, table, config, tmp_path):
    shutil.copy(model, tmp_path / "m.prm")
    arguments = ("evaluate", "--model", tmp_path / "m.prm", "--table", table, "--config", config,
                 "--learning-curve", "--budgets", "30", "--seeds", "2")
    done = cli(*arguments)
    assert (done.code, "name a store of measurements with --store" in done.err) == (1, True)
    done = cli(*arguments, "--store", folder / "s", "--json")
    assert json.loads(done.out)["learning_curve"]["budgets"] == [30]


@pytest.mark.parametrize("arguments, message, code", [
    (("--budgets", "20"), "--budgets, --store and --target are for --learning-curve", 2),
    (("--learning-curve", "--budgets", "a"), "--budgets is 'a', expected numbers", 2),
    (("--learning-curve", "--budgets", "9999"), "a budget is 9999, expected 1 to 182", 1),
    (("--learning-curve", "--seeds", "1"), "seeds", 2)])
def test_learning_curves_that_cannot_be(cli, model, table, config, arguments, message, code):
    done = cli("evaluate", "--model", model, "--table", table, "--config", config, *arguments)
    assert (done.code, message in done.err) == (code, True), done.err


def test_evaluate_refuses_units_that_do_not_meet(cli, folder, table, write, tmp_path):
    """A model in cycles without a clock, a table in time."""
    config = write("m.yaml", "target: sim\nkind: matmul\ndims: {m: m, n: n, k: k}\n"
                   "types: 'i8, i8 -> i32'\nlatency: cycles\nunit: cycles\n")
    cli("import", table, "--config", config, "--store", tmp_path / "s")
    assert cli("train", "--store", tmp_path / "s", "-o", tmp_path / "m.prm").code == 0
    in_time = write("t.yaml", config.read_text().replace("unit: cycles", "unit: us"))
    done = cli("evaluate", "--model", tmp_path / "m.prm", "--table", table, "--config", in_time)
    assert done.code == 1
    assert "the table is in time, but the model counts cycles and knows no clock" in done.err


def test_a_kind_with_too_few_rows_answers_only_what_was_measured(cli, write, tmp_path):
    config = write("m.yaml", "target: sim\nkind: matmul\ndims: {m: m, n: 8, k: 8}\n"
                   "types: 'i8, i8 -> i32'\nlatency: c\nunit: cycles\n")
    cli("import", write("t.csv", "m,c\n1,10\n2,20\n"), "--config", config, "--store",
        tmp_path / "s")
    done = cli("train", "--store", tmp_path / "s", "-o", tmp_path / "m.prm")
    assert done.code == 0, done.err
    assert "no model" in done.out
    layers = write("l", f"{matmul(1, 8, 8)}\n{matmul(3, 8, 8)}\n")
    done = cli("predict", "--model", tmp_path / "m.prm", "--layers", layers)
    rows = list(csv.DictReader(io.StringIO(done.out)))
    assert [(row["cycles"], row["status"]) for row in rows] == [("10", "measured"),
                                                                ("", "unsupported")]
    assert "needs at least" in done.err


def test_train_says_what_it_lacks(cli, folder, tmp_path):
    done = cli("train", "--store", folder / "s", "-o", tmp_path / "m.prm", "--roles", "prr")
    assert (done.code, "'prr' is unknown (known: pr, " in done.err) == (2, True)
    done = cli("train", "--store", folder / "s", "-o", tmp_path / "m.prm", "--target", "npu")
    assert (done.code, "nothing of target 'npu'" in done.err) == (1, True)
    done = cli("train", "--store", folder / "s", "-o", "/proc/m.prm")
    assert (done.code, "cannot write '/proc/m.prm'" in done.err) == (1, True)


def test_a_full_disk_leaves_the_old_file(cli, model, write, tmp_path):
    """Files may not grow beyond some bytes, as on a disk that is full."""
    layers = write("l", "\n".join(matmul(m, 8, 8) for m in range(1, 100)))
    output = write("out.csv", "what was there")
    command = [sys.executable, "-m", "mlir_pr", "predict", "--model", model, "--layers", layers,
               "-o", output]
    done = subprocess.run(
        command, capture_output=True, text=True,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000)))
    assert done.returncode == 1
    assert done.stderr == f"mlir-pr: error: cannot write '{output}': File too large\n"
    assert output.read_text() == "what was there"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["l", "out.csv"]


@pytest.mark.parametrize("damage, message", [
    (lambda data: b"", "model"),
    (lambda data: b"no bundle at all", "signature"),
    (lambda data: data[:len(data) // 2], "model"),
    (lambda data: data[:200] + bytes([data[200] ^ 1]) + data[201:], "model")])
def test_bundles_that_are_none(cli, model, tmp_path, damage, message):
    path = tmp_path / "m.prm"
    path.write_bytes(damage(model.read_bytes()))
    done = cli("show", path)
    assert done.code == 1
    assert done.err.startswith("mlir-pr: error: ") and message in done.err
    assert str(path) in done.err


def test_a_missing_model(cli):
    done = cli("show", "nowhere.prm")
    assert (done.code, done.err) == (1, "mlir-pr: error: model 'nowhere.prm' does not exist\n")


def test_the_report_is_self_contained_and_reproducible(cli, folder, model, tmp_path):
    for name in ("a.html", "b.html"):
        done = cli("report", "--model", model, "--store", folder / "s", "-o", tmp_path / name)
        assert done.code == 0, done.err
    page = (tmp_path / "a.html").read_text()
    assert page == (tmp_path / "b.html").read_text()
    # Predicted against measured, error by kind, and the sweep.
    assert page.count("<svg") == 3
    assert "Stairs" in page and "over m" in page
    assert not re.search(r"""(src|href)=["']?(https?:|//|/|file:)""", page)
    assert "<script" not in page
