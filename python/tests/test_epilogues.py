# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Free epilogues: stated, or found by measuring pairs on a fake machine."""
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mlir_pr import _core, epilogues
from mlir_pr.store import KnownEpilogue, Store
from mlir_pr.targetinfo import effective

pytestmark = pytest.mark.usefixtures("fake_bench")

CONFIG = """
find_steps: never
repeats: {{most: 1}}
budget: {{count: {count}}}
{more}
kinds:
  matmul: {{types: "i8, i8 -> i32", dims: {{m: [1, 128], n: [1, 128], k: [1, 512]}}}}
"""


@pytest.fixture
def measure(cli, write, tmp_path, monkeypatch):
    def run(more, code=0, count=20, **moods):
        monkeypatch.setenv("FAKE_WALL", str(tmp_path / "log"))
        for name, value in moods.items():
            monkeypatch.setenv(f"FAKE_{name.upper()}", value)
        config = write("c.yaml", CONFIG.format(more=more, count=count))
        done = cli("measure", "--target", "fake", "--config", config, "--store", tmp_path / "s")
        assert done.code == code, done.err
        with Store.open(tmp_path / "s") as store:
            target = store.target()
            return (done.err, effective(store, target).free_epilogue("matmul"),
                    {one.operation: one for one in store.epilogues(target)},
                    store.measurements(target))

    return run


def test_pairs_tell_what_is_free(measure):
    err, free, known, rows = measure("detect_epilogues: auto",
                                     epilogues="bias:0,relu:0.002,residual_add:0.2,clamp:0")
    assert free == ["bias", "relu", "clamp"]
    assert "relu behind matmul is free" in err and "residual_add behind matmul is not free" in err
    assert "nothing is known of activation behind matmul: this machine has no activation" in err
    assert set(known) == {"bias", "relu", "clamp", "residual_add"}
    assert "layers with it take +20" in known["residual_add"].evidence
    assert {one.knowledge for one in known.values()} == {"measured"}
    pairs = [row for row in rows if row.role == "epilogue" and "epilogue=relu" in row.layer]
    assert len(pairs) == 24 and len({row.layer for row in pairs}) == 8
    # They are apart from the budget, and none of them is in the plan's way.
    assert len([row for row in rows if row.role in ("pr", "independent")]) == 20


def test_what_noise_hides_is_not_free(measure):
    err, free, known, _ = measure("detect_epilogues: [relu, bias]", epilogues="bias:0,relu:0",
                                  noisy="epilogue=relu:0.3")
    assert free == ["bias"]
    assert "noise leaves it open" in known["relu"].evidence and "noise leaves it open" in err


def test_the_same_command_measures_no_pair_again(measure):
    config = {"more": "detect_epilogues: [relu, activation]", "epilogues": "relu:0"}
    before = measure(**config)
    after = measure(**config)
    assert after[1:] == before[1:]
    assert "tell which epilogues are free" in before[0]
    assert "tell which epilogues are free" not in after[0]


def test_an_interrupted_detection_goes_on(measure, monkeypatch, tmp_path):
    config = {"more": "detect_epilogues: [relu]", "epilogues": "relu:0"}
    whole = measure(**config)
    (tmp_path / "s").unlink()
    (tmp_path / "log").unlink()
    die = next(row.layer for row in whole[3] if "epilogue" in row.layer)
    measure(**config, code=3, die=die)
    monkeypatch.delenv("FAKE_DIE")
    after = measure(**config)
    assert sorted(row.layer for row in after[3]) == sorted(row.layer for row in whole[3])
    assert after[1] == ["relu"]


def test_what_is_stated_has_the_last_word(measure):
    more = "detect_epilogues: [relu, bias]\nfree_epilogues: {matmul: [residual_add]}"
    _, free, known, rows = measure(more, epilogues="relu:0,bias:0")
    assert free == ["residual_add"]
    # Nothing is measured of a kind of which everything is stated.
    assert not [row for row in rows if row.role == "epilogue"]
    assert known["relu"] == KnownEpilogue("matmul", "relu", False, "stated", "stated by the user")


@pytest.mark.parametrize("more, message", [
    ("free_epilogues: {matmul: [gelu]}", "free_epilogues: matmul: 'gelu' is unknown (known: bias,"),
    ("free_epilogues: {conv9d: [relu]}", "free_epilogues: conv9d: unknown layer kind"),
    ("detect_epilogues: [pool]", "detect_epilogues: 'pool' is unknown (known: bias,"),
    ("detect_epilogues: sometimes", "detect_epilogues: 'sometimes' is unknown"),
    ("detect_epilogues: 3", "detect_epilogues: expected a text or a list, found 3")])
def test_mistakes_are_named(cli, write, tmp_path, more, message):
    config = write("c.yaml", CONFIG.format(more=more, count=1))
    done = cli("measure", "--target", "fake", "--config", config, "--store", tmp_path / "s")
    assert done.code == 1 and message in done.err, done.err


@given(st.floats(-0.3, 0.5), st.integers(3, 12))
def test_a_verdict_without_noise_follows_the_margin(slower, count):
    free, _, said = epilogues._verdict([slower] * count, [0.0] * count)
    assert free == (slower <= 0.02) and "noise" not in said


def test_a_few_slow_layers_are_enough_to_be_not_free():
    # The median and its error would let it pass.
    assert epilogues._verdict([0.0] * 6 + [0.03] * 2, [0.0005] * 8)[0]
    assert not epilogues._verdict([0.0] * 5 + [0.03] * 3, [0.0005] * 8)[0]


NETWORK = """
#id = affine_map<(d0, d1) -> (d0, d1)>
func.func @net(%a: tensor<32x64xi8>, %b: tensor<64x32xi8>) -> tensor<32x32xi32> {
  %zero = arith.constant 0 : i32
  %empty = tensor.empty() : tensor<32x32xi32>
  %init = linalg.fill ins(%zero : i32) outs(%empty : tensor<32x32xi32>) -> tensor<32x32xi32>
  %product = linalg.matmul ins(%a, %b : tensor<32x64xi8>, tensor<64x32xi8>)
      outs(%init : tensor<32x32xi32>) -> tensor<32x32xi32>
  %relu = linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel", "parallel"]}
      ins(%product : tensor<32x32xi32>) outs(%empty : tensor<32x32xi32>) {
  ^bb0(%in: i32, %out: i32):
    %largest = arith.maxsi %in, %zero : i32
    linalg.yield %largest : i32
  } -> tensor<32x32xi32>
  return %relu : tensor<32x32xi32>
}
"""


@pytest.mark.parametrize("cost, status, reason", [("0", "folded", "relu-into-matmul"),
                                                  ("0.4", "unsupported", "elementwise")])
def test_the_annotation_folds_what_is_free(measure, cli, write, tmp_path, cost, status, reason):
    measure("detect_epilogues: [relu]", epilogues=f"relu:{cost}", count=30)
    model = tmp_path / "m.prm"
    assert cli("train", "--store", tmp_path / "s", "-o", model).code == 0
    done = cli("annotate", write("n.mlir", NETWORK), "--model", model, "--format", "json")
    ops = json.loads(done.out)["functions"][0]["ops"]
    relu, = (op for op in ops if op["op"] == "linalg.generic")
    assert relu["estimates"][0]["status"] == status
    assert reason in relu["estimates"][0]["reason"]
    product, = (op for op in ops if op["op"] == "linalg.matmul")
    assert ("epilogue=relu" in product["layer"]) == (status == "folded")
    assert _core.Estimator.load(str(model)).target.free_epilogue("matmul") == \
        (["relu"] if status == "folded" else [])
