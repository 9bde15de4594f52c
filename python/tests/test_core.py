# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""The extension module: that Python sees what C++ defines."""
import json
import pickle
from pathlib import Path

import numpy as np
import pytest

from mlir_pr import _core

INPUTS = Path(__file__).resolve().parents[2] / "unittests" / "Model" / "Inputs"
CONV = ("conv2d n=1 g=1 oc=64 ic=3 oh=112 ow=112 kh=7 kw=7 sh=2 sw=2 dh=1 dw=1 pt=3 pb=2 pl=3 "
        "pr=2 layout=nchw epilogue=bias+relu : f32, f32 -> f32")


def lattice(plateau: str = "flat") -> _core.Lattice:
    return _core.Lattice("matmul", [_core.Step("n", 8, plateau=plateau)], {"n": 100})


def matmul(m: int, n: int, k: int) -> _core.Layer:
    return _core.Layer.from_fields("matmul", {"m": m, "n": n, "k": k}, {}, "i8, i8 -> i32")


def test_layer_is_a_value() -> None:
    layer = _core.Layer.parse(CONV)
    assert layer.text == CONV and repr(layer) == f"Layer.parse('{CONV}')"
    assert layer == _core.Layer.parse(CONV) and hash(layer) == hash(_core.Layer.parse(CONV))
    assert layer != _core.Layer.parse(CONV.replace("oc=64", "oc=65")) and layer != 3
    assert pickle.loads(pickle.dumps(layer)) == layer
    assert (layer.kind, layer.types, len(layer.key)) == ("conv2d", "f32, f32 -> f32", 16)
    assert layer.dims["oc"] == 64 and list(layer.dims)[:4] == ["n", "g", "oc", "ic"]
    assert layer.options == {"layout": "nchw", "epilogue": "bias+relu"}
    assert layer.work["macs"] == 64 * 3 * 49 * 112 * 112
    assert layer.shape_key == CONV.replace(" layout=nchw epilogue=bias+relu", "")


def test_layer_from_fields() -> None:
    pool = _core.Layer.from_fields(
        "pool2d", {"c": 8, "ih": 4, "iw": 4, "kh": 2, "kw": 2, "sh": 2, "sw": 2}, {"op": "max"})
    assert pool.options == {"op": "max"} and pool.types == "f32 -> f32"
    assert "op" not in pool.dims and pool.dims["oh"] == 2
    assert pool.replace(c=16).dims["c"] == 16


@pytest.mark.parametrize("call, message", [
    (lambda: _core.Layer.parse("conv9 : f32 -> f32"), "unknown layer kind 'conv9'"),
    (lambda: matmul(0, 1, 1), "expected at least 1"),
    (lambda: matmul(1, 1, 1).replace(x=1), "matmul has no dimension 'x'"),
    (lambda: matmul(1 << 31, 1 << 31, 1), "does not fit in 62 bits"),
    (lambda: _core.Lattice("matmul", [_core.Step("x", 8)]), "matmul has no dimension 'x'"),
    (lambda: _core.Step("n", 8, plateau="bumpy"), "unknown plateau 'bumpy'"),
    (lambda: lattice().query_point(_core.Layer.parse(CONV)), "a layer of kind conv2d"),
    (lambda: _core.TargetInfo.from_json("{}"), "target lacks 'schema'"),
    (lambda: _core.Forest.from_xgboost(b"{}"), "XGBoost model lacks 'learner'"),
    (lambda: _core.Estimator.from_bytes(b"PK"), "is not a model bundle"),
    (lambda: _core.Estimator.load(str(INPUTS / "golden.prm"), confidence=85),
     "confidence is 85 percent"),
])
def test_errors_are_value_errors(call, message) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(ValueError, match=message):
        call()


def test_errors_keep_their_kind() -> None:
    with pytest.raises(_core.OverflowedError):
        matmul(1 << 31, 1 << 31, 1)
    with pytest.raises(_core.FileError, match="/nowhere/x.prm"):
        _core.Estimator.load("/nowhere/x.prm")
    assert issubclass(_core.FileError, OSError)


def test_kinds_table() -> None:
    kinds = {kind["name"]: kind for kind in _core.layer_kinds()}
    assert kinds["matmul"]["operand_types"] == 2
    dims = {dim["name"]: dim for dim in kinds["pool2d"]["dims"]}
    assert dims["op"]["role"] == "option" and dims["op"]["values"][0] == "max"
    assert dims["n"]["default"] == 1 and dims["c"]["default"] is None
    assert (dims["oh"]["role"], dims["oh"]["axis"]) == ("output", 1)
    assert dims["pt"]["minimum"] == 0


def test_lattice() -> None:
    flat, ramps = lattice(), lattice("ramps")
    assert flat.representative(matmul(1, 5, 2)) == matmul(1, 8, 2)
    assert flat.representative(matmul(1, 99, 2)) == matmul(1, 100, 2)
    assert ramps.query_point(matmul(1, 5, 2)) == matmul(1, 5, 2)
    assert ramps.rounded_for("compute", matmul(1, 5, 2)) == matmul(1, 8, 2)
    assert flat.waste(matmul(1, 6, 2)) == 0.25
    assert flat.headroom(matmul(1, 6, 2)) == [("n", 6, 8)] and ramps.headroom(matmul(1, 6, 2)) == []
    assert _core.Lattice.from_json(flat.to_json()) == flat != ramps
    step = flat.steps[0]
    assert (step.dim, step.width, step.region_high, step.last_point(9)) == ("n", 8, None, 16)
    assert flat.maximum == {"n": 100} and not flat.is_trivial


def test_features_and_terms_have_the_shape_they_say() -> None:
    base = _core.Base.from_json('{"branches": [{"launch": 1, "macs@compute": 0.5}]}', "matmul")
    layers = [matmul(1, 5, 2), matmul(3, 8, 4)]
    names = _core.feature_names(lattice())
    matrix = _core.feature_matrix(layers, lattice(), base)
    assert matrix.shape == (2, len(names)) and matrix.dtype == np.float32
    # Of the query point, which has n = 8.
    assert matrix[0, names.index("log_n")] == 3
    assert np.isnan(matrix[0, names.index("layout")])
    assert _core.feature_matrix(layers, lattice(), base, ["log_m"]).tolist() == [[0], [1.5]]
    terms = _core.term_matrix(layers, lattice(), ["launch", "macs@compute", "macs"])
    assert terms.tolist() == [[1, 16, 16], [1, 96, 96]]
    assert base.predict(layers, lattice()).tolist() == [9, 49]
    assert set(base.branches[0]) <= set(_core.work_terms(lattice()))
    assert base.text == "1 + 0.5 macs@compute"


def test_golden_file_to_the_bit() -> None:
    """The same file as unittests/Model/GoldenTest.cpp reads."""
    golden = json.loads((INPUTS / "golden.json").read_text())
    estimator = _core.Estimator.load(str(INPUTS / "golden.prm"))
    kind = estimator.kinds["conv2d"]
    layers = [_core.Layer.parse(row["layer"]) for row in golden["rows"]]
    assert kind["features"] == golden["features"]
    features = _core.feature_matrix(layers, kind["lattice"], kind["base"], kind["features"])
    assert features.view(np.uint32).tolist() == [row["feature_bits"] for row in golden["rows"]]
    base = kind["base"].predict(layers, kind["lattice"])
    assert base.view(np.uint64).tolist() == [row["base_bits"] for row in golden["rows"]]
    forest = kind["forest"].predict(features)
    assert forest.view(np.uint32).tolist() == [row["forest_bits"] for row in golden["rows"]]
    answers = estimator.predict(layers)
    for name in ("status", "cycles", "lower_cycles", "upper_cycles", "time_ps", "waste",
                 "representative"):
        assert answers[name] == [row[name] for row in golden["rows"]], name


def test_estimator_tells_why_not() -> None:
    estimator = _core.Estimator.load(str(INPUTS / "golden.prm"))
    answer = estimator.predict([matmul(1, 1, 1), _core.Layer.parse("softmax r=4 : f32 -> f32")])
    assert answer["status"] == ["unsupported", "unsupported"]
    assert answer["cycles"] == [None, None]
    assert answer["reason"] == [
        "the model of target 'golden' has no matmul: no different layers of this kind were "
        "measured, a model needs at least 12", "target 'golden' has no softmax"]
    assert estimator.kinds["matmul"].keys() == {"reason"}
