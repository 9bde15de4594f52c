# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""A handful of measurements that adjust a finished model."""
import csv
import hashlib
import io
import json
import random

import numpy as np
import pytest

CONFIG = ("target: board\nkind: matmul\ndims: {m: m, n: n, k: k}\ntypes: 'i8, i8 -> i32'\n"
          "latency: cycles\nunit: cycles\n")


def matmul(m, n, k):
    return f"matmul b=1 m={m} n={n} k={k} : i8, i8 -> i32"


def cycles_of(m, n, k):
    return 20 + -(-m // 8) * -(-n // 8) * k


@pytest.fixture(scope="module")
def bundle():
    """A model of matmul that is exact, and its bytes."""
    from mlir_pr import _core
    from mlir_pr.training import Options, Row, train
    target = _core.TargetInfo.from_json(json.dumps({
        "schema": 1, "name": "sim", "clock_khz": 1000000, "counts_cycles": True,
        "kinds": [{"kind": "matmul", "types": ["i8, i8 -> i32"], "maximum": {"m": 512},
                   "steps": [{"dim": dim, "width": 8, "plateau": "flat", "knowledge": "white"}
                             for dim in ("m", "n")]}, {"kind": "softmax"}]}))
    generator = random.Random(5)
    drawn = {tuple(generator.randint(1, 256) for _ in range(3)) for _ in range(120)}
    rows = [Row(_core.Layer.parse(matmul(*dims)), float(cycles_of(*dims)))
            for dims in sorted(drawn)]
    return train(rows, target, Options()).bundle


@pytest.fixture
def model(bundle, tmp_path):
    path = tmp_path / "sim.prm"
    path.write_bytes(bundle)
    return path


@pytest.fixture
def correct(cli, write, model, tmp_path):
    """Corrects the model by rows (m, n, k, cycles); the new model's path and the run."""
    def run(rows, *arguments, config=CONFIG, start=None):
        text = "m,n,k,cycles\n" + "".join(",".join(map(str, row)) + "\n" for row in rows)
        done = cli("correct", start or model, "--table", write("t.csv", text), "--config",
                   write("t.yaml", config), "-o", tmp_path / "new.prm", *arguments)
        return tmp_path / "new.prm", done
    return run


def answers(path, *layers, confidence=90):
    from mlir_pr import _core
    found = _core.Estimator.load(str(path), confidence).predict(
        [_core.Layer.parse(matmul(*dims)) for dims in layers])
    return [dict(zip(found, row)) for row in zip(*found.values())]


def slower(factor, *layers, noise=0.0, seed=0, added=0):
    generator = random.Random(seed)
    return [(*dims, round(factor * cycles_of(*dims) * np.exp(generator.gauss(0, noise)) + added))
            for dims in layers]


LAYERS = [(16, 16, 100), (40, 24, 77), (8, 120, 33), (200, 64, 250), (72, 72, 72)]


def test_a_factor(correct, model):
    new, done = correct(slower(1.5, *LAYERS))
    assert done.code == 0, done.err
    before, = answers(model, (128, 128, 128))
    after, = answers(new, (128, 128, 128))
    assert before["cycles"] == cycles_of(128, 128, 128)
    assert after["cycles"] == pytest.approx(1.5 * before["cycles"], rel=1e-3)
    assert (after["status"], after["corrected_by"], before["corrected_by"]) == ("predicted", 5, 0)
    assert after["lower_cycles"] < after["cycles"] < after["upper_cycles"]


def test_what_was_measured_for_it_answers_for_itself(correct):
    new, _ = correct([(*LAYERS[0], 700), *slower(1.5, *LAYERS[1:])])
    measured, = answers(new, (15, 9, 100))
    assert (measured["cycles"], measured["status"], measured["corrected_by"]) \
        == (700, "measured", 0)


def test_one_bad_row_does_not_lead(correct):
    rows = slower(1.5, *LAYERS)
    new, _ = correct([(*LAYERS[0], 100 * rows[0][-1]), *rows[1:]])
    after, = answers(new, (128, 128, 128))
    assert after["cycles"] == pytest.approx(1.5 * cycles_of(128, 128, 128), rel=0.01)
    assert after["upper_cycles"] > 10 * after["cycles"], "but the interval tells of it"


def test_enough_rows_show_what_was_not_charged_for(correct, cli):
    generator = random.Random(2)
    layers = [tuple(generator.randint(1, 64) for _ in range(3)) for _ in range(12)]
    new, done = correct(slower(1.2, *layers, added=500))
    assert done.code == 0, done.err
    kind = json.loads(cli("show", new, "--json").out)["card"]["corrections"]["matmul"]
    assert kind["factor"] == pytest.approx(1.2, rel=0.01)
    assert set(kind["added"]) == {"launch"} and kind["added"]["launch"] == pytest.approx(500, rel=0.01)
    assert kind["left_out"]["mape"] < 0.01 < kind["before"]["mape"]
    for dims in ((1, 1, 1), (64, 64, 64)):
        assert answers(new, dims)[0]["cycles"] == pytest.approx(1.2 * cycles_of(*dims) + 500, rel=0.01)


def test_few_rows_say_a_factor_only(correct, cli):
    new, _ = correct(slower(1.2, *LAYERS, added=500))
    kind = json.loads(cli("show", new, "--json").out)["card"]["corrections"]["matmul"]
    assert kind["added"] == {} and [one["form"] for one in kind["compared"]] == ["factor"]


@pytest.mark.parametrize("count, draws", [(2, 60), (4, 60), (12, 15), (25, 8)])
def test_intervals_hold_however_few_rows_there_are(bundle, count, draws):
    """A device that differs from layer to layer, corrected again and again."""
    from mlir_pr import _core, correction
    estimator = _core.Estimator.from_bytes(bundle)
    generator = random.Random(count)
    inside = dict.fromkeys(correction.LEVELS, 0)
    for draw in range(draws):
        layers = {tuple(8 * generator.randint(1, 32) for _ in range(3)) for _ in range(count + 30)}
        rows = [correction.Row(_core.Layer.parse(matmul(*row[:3])), *[float(row[3])] * 3)
                for row in slower(1.4, *sorted(layers), noise=0.1, seed=draw)]
        generator.shuffle(rows)
        fit = correction.fit(estimator, "matmul", rows[:count])
        data = correction.corrected_bundle(estimator, [fit], {})
        asked = rows[count:]
        for level in inside:
            found = _core.Estimator.from_bytes(data, level).predict([row.layer for row in asked])
            inside[level] += np.mean([low <= row.latency <= high for row, low, high in zip(
                asked, found["lower_cycles"], found["upper_cycles"])])
    for level, count in inside.items():
        assert count / draws >= level / 100 - 0.05


def test_where_it_comes_from_is_kept_and_shown(correct, cli, model, tmp_path):
    new, done = correct(slower(1.5, *LAYERS))
    from mlir_pr import _core
    original = _core.Estimator.load(str(model)).model_id
    card = json.loads(cli("show", new, "--json").out)["card"]["corrections"]["matmul"]
    assert card["original"] == original != _core.Estimator.load(str(new)).model_id
    assert card["source"] == {
        "table": "t.csv", "config": "t.yaml", "target": "board", "rows": 5,
        "sha256": hashlib.sha256((tmp_path / "t.csv").read_bytes()).hexdigest(),
        "config_sha256": hashlib.sha256((tmp_path / "t.yaml").read_bytes()).hexdigest()}
    text = cli("show", new).out
    assert "1.5 × model" in text and original in text and "t.csv" in text
    assert "target 'board', the model is for 'sim'" in done.err
    assert "1.5 × model" in done.out


def test_the_same_rows_give_the_same_bytes(correct):
    first = correct(slower(1.5, *LAYERS))[0].read_bytes()
    assert correct(slower(1.5, *LAYERS)[::-1])[0].read_bytes() != b""
    assert correct(slower(1.5, *LAYERS))[0].read_bytes() == first


def test_correcting_again_replaces(correct, tmp_path, model):
    new, _ = correct(slower(1.5, *LAYERS))
    twice = tmp_path / "once.prm"
    new.rename(twice)
    new, done = correct(slower(2, *LAYERS), start=twice)
    assert done.code == 0, done.err
    assert answers(new, (128, 128, 128))[0]["cycles"] \
        == pytest.approx(2 * cycles_of(128, 128, 128), rel=1e-3)
    from mlir_pr import _core
    found = _core.Estimator.load(str(new)).kinds["matmul"]["correction"]
    assert found["original"] == _core.Estimator.load(str(model)).model_id


def test_predict_says_so(correct, cli, write):
    new, _ = correct(slower(1.5, *LAYERS))
    layers = write("l", f"{matmul(90, 90, 90)}\n{matmul(*LAYERS[0])}\n")
    done = cli("predict", "--model", new, "--layers", layers)
    assert "1 of 2 estimates are corrected by measurements" in done.err
    assert [row["status"] for row in csv.DictReader(io.StringIO(done.out))] \
        == ["predicted", "measured"]


def test_a_store_of_another_device(cli, model, write, tmp_path):
    """In time, where the model counts cycles at 1 GHz."""
    text = "m,n,k,t\n" + "".join(f"{m},{n},{k},{c * 1000}\n" for m, n, k, c in slower(3, *LAYERS))
    config = CONFIG.replace("latency: cycles", "latency: t").replace("unit: cycles", "unit: ps")
    cli("import", write("t.csv", text), "--config", write("t.yaml", config), "--store", tmp_path / "s")
    done = cli("correct", model, "--store", tmp_path / "s", "-o", tmp_path / "new.prm")
    assert done.code == 0, done.err
    after, = answers(tmp_path / "new.prm", (128, 128, 128))
    assert after["cycles"] == pytest.approx(3 * cycles_of(128, 128, 128), rel=1e-3)


def test_refusals(correct, cli, model, write, tmp_path):
    new, done = correct([(16, 16, 100, 700), (9, 9, 100, 702)])
    assert (done.code, "1 layer of kind matmul was measured, a correction needs 2" in done.err) \
        == (1, True), "two layers of one plateau are one"
    assert not new.exists()
    new, done = correct([(600, 8, 8, 9), (700, 8, 8, 9)])
    assert (done.code, "no row can be used to correct the model" in done.err) == (1, True)
    assert "2 of 2 rows are left out, the first one because 'm' of matmul is 600" in done.err
    new, done = correct(slower(1.5, *LAYERS), "--kind", "softmax")
    assert (done.code, "no row of kind 'softmax' can be used" in done.err) == (1, True)
    done = cli("correct", model, "--table", "t.csv", "-o", tmp_path / "new.prm")
    assert (done.code, "expected --table with --config, or --store" in done.err) == (2, True)


def test_annotate_says_so(correct, cli, write):
    new, _ = correct(slower(1.5, *LAYERS))
    network = write("n.mlir", """
func.func @main(%a: tensor<128x128xi8>, %b: tensor<128x128xi8>, %c: tensor<128x128xi32>) -> tensor<128x128xi32> {
  %0 = linalg.matmul ins(%a, %b : tensor<128x128xi8>, tensor<128x128xi8>) outs(%c : tensor<128x128xi32>) -> tensor<128x128xi32>
  return %0 : tensor<128x128xi32>
}
""")
    done = cli("annotate", network, "--model", new)
    assert done.code == 0, done.err
    assert "corrected after the training: 1 ops, by 5 measurements of their kind" in done.out
    found = json.loads(cli("annotate", network, "--model", new, "--format=json").out)
    matmul_op, = [op for op in found["functions"][0]["ops"] if op["op"] == "linalg.matmul"]
    assert matmul_op["estimates"][0]["corrected_by"] == 5
