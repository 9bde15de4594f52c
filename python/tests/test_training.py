# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Training and baselines, on latencies whose formula is known."""
import dataclasses
import json
import random
from typing import Any, Callable

import numpy as np
import pytest

from mlir_pr import _core, baselines, kindmodel, training
from mlir_pr.training import ForestShape, Options, Row

SMALL = (ForestShape(40, 3, 0.2),)


def target(plateau: str = "flat", cycles: bool = True, **kind: Any) -> _core.TargetInfo:
    steps = [{"dim": dim, "width": 8, "plateau": plateau} for dim in ("n", "k")]
    return _core.TargetInfo.from_json(json.dumps({
        "schema": 1, "name": "toy", "counts_cycles": cycles,
        "clock_khz": 1000000 if cycles else None,
        "kinds": [{"kind": "matmul", "steps": steps, **kind}]}))


def draw(count: int, seed: int, largest: int = 200) -> list[_core.Layer]:
    source = random.Random(seed)
    layers: dict[str, _core.Layer] = {}
    while len(layers) < count:
        dims = {dim: source.randint(1, largest) for dim in ("m", "n", "k")}
        layer = _core.Layer.from_fields("matmul", dims, {}, "i8, i8 -> i32")
        layers[layer.text] = layer
    return list(layers.values())


def compute(layer: _core.Layer) -> float:
    dims = layer.dims
    return 5 + dims["m"] * -(-dims["n"] // 8) * -(-dims["k"] // 8)


def rows_of(layers: list[_core.Layer], latency: Callable[[_core.Layer], float]) -> list[Row]:
    return [Row(layer, latency(layer)) for layer in layers]


def estimator(rows: list[Row], info: _core.TargetInfo, **options: Any) -> _core.Estimator:
    return _core.Estimator.from_bytes(training.train(rows, info, Options(**options)).bundle)


def test_an_exact_formula_is_found_and_needs_no_forest() -> None:
    rows = rows_of(draw(80, 1), compute)
    model = estimator(rows, target())
    assert model.kinds["matmul"]["trees"] == 0
    fresh = draw(500, 2)
    answer = model.predict(fresh)
    assert answer["cycles"] == [compute(layer) for layer in fresh]
    assert set(answer["status"]) <= {"predicted", "measured", "extrapolated"}
    assert model.predict([rows[0].layer])["status"] == ["measured"]


def test_what_is_exact_is_not_taken_to_be_exact_far_outside() -> None:
    model = estimator(rows_of(draw(80, 1), compute), target())
    inside, near, far = ({"m": m, "n": 100, "k": 100} for m in (100, 400, 1600))
    answer = model.predict([_core.Layer.from_fields("matmul", dims, {}, "i8, i8 -> i32")
                            for dims in (inside, near, far)])
    assert answer["status"] == ["predicted", "extrapolated", "extrapolated"]
    half = [upper / cycles - 1 for upper, cycles in zip(answer["upper_cycles"], answer["cycles"])]
    assert half[0] == 0
    # A tenth for an octave, and about three octaves.
    assert 0.08 < half[1] < 0.13
    assert 0.3 < half[2] < 0.4
    assert all(lower <= cycles for lower, cycles in zip(answer["lower_cycles"], answer["cycles"]))


def test_a_forest_learns_what_no_term_explains() -> None:
    def latency(layer: _core.Layer) -> float:
        return compute(layer) * (1.5 if layer.dims["m"] % 2 else 1.0)
    rows = rows_of(draw(400, 1), latency)
    info = target()
    without = training.train(rows, info, Options(forests=()))
    with_forest = training.train(rows, info, Options(forests=SMALL))
    trials = with_forest.card["kinds"]["matmul"]["forest_compared"]
    assert trials[1]["mape"] < 0.5 * trials[0]["mape"]
    assert without.card["kinds"]["matmul"]["trees"] == 0
    assert with_forest.card["kinds"]["matmul"]["trees"] == 40


def convolutions(count: int, seed: int) -> list[_core.Layer]:
    source = random.Random(seed)
    layers: dict[str, _core.Layer] = {}
    while len(layers) < count:
        kernel = source.choice([1, 3])
        dims = {"oc": source.randint(1, 200), "ic": source.randint(1, 200), "oh": source.randint(5, 20),
                "ow": source.randint(5, 20), "kh": kernel, "kw": kernel}
        layer = _core.Layer.from_fields("conv2d", dims, {}, "i8, i8 -> i32")
        layers[layer.text] = layer
    return list(layers.values())


def kernels(layer: _core.Layer) -> float:
    """Of a library with one kernel for windows of one element, another for larger ones."""
    work = layer.work
    if layer.dims["kh"] == 1:
        return 200 + 3 * work["macs"] + 7 * work["input_bytes"]
    return 900 + 1 * work["macs"] + 9 * work["weight_bytes"]


def test_what_a_library_runs_differently_has_a_base_of_its_own() -> None:
    info = _core.TargetInfo.from_json(json.dumps({
        "schema": 1, "name": "toy", "counts_cycles": True, "clock_khz": 1000000,
        "kinds": [{"kind": "conv2d"}]}))
    trained = training.train(rows_of(convolutions(160, 1), kernels), info,
                             Options(max_branches=2, forests=SMALL))
    assert set(trained.card["kinds"]["conv2d"]["base_cases"]) == {"pointwise", "windowed"}
    assert trained.bundle[8] == 3, "the schema of bundles with cases"
    model = _core.Estimator.from_bytes(trained.bundle)
    base = model.kinds["conv2d"]["base"]
    assert _core.Base.from_json(base.to_json(), "conv2d").text == base.text
    fresh = convolutions(200, 2)
    truth = np.array([kernels(layer) for layer in fresh])
    assert np.abs(base.predict(fresh, info.lattice("conv2d")) / truth - 1).max() < 1e-3
    assert np.abs(np.array(model.predict(fresh)["cycles"]) / truth - 1).max() < 0.01


def test_the_same_rows_in_any_order_give_the_same_bytes() -> None:
    source = random.Random(3)
    rows = [Row(layer, compute(layer) * source.uniform(0.8, 1.25)) for layer in draw(60, 1)]
    shuffled = rows[:]
    source.shuffle(shuffled)
    options = Options(seed=7, forests=SMALL)
    once = training.train(rows, target(), options, {"store": "x"})
    again = training.train(shuffled, target(), options, {"store": "x"})
    assert once.bundle == again.bundle and once.card == again.card
    assert training.train(rows, target(), Options(seed=8, forests=SMALL)).bundle != once.bundle


def test_rows_of_a_plateau_are_never_split() -> None:
    layers = [_core.Layer.from_fields("matmul", {"m": m, "n": n, "k": 8}, {}, "i8, i8 -> i32")
              for m in range(1, 21) for n in (3, 8, 11, 16)]
    data = kindmodel.prepare("matmul", target().lattice("matmul"), rows_of(layers, compute))
    assert np.unique(data.groups).size == 40
    for seen, unseen in kindmodel.folds_of(data, Options()):
        assert not set(data.groups[seen]) & set(data.groups[unseen])


def test_intervals_hold_on_fresh_layers() -> None:
    source = np.random.RandomState(4)

    def noisy(layer: _core.Layer) -> float:
        return compute(layer) * float(np.exp(0.1 * source.standard_normal()))
    rows = rows_of(draw(300, 1), noisy)
    bundle = training.train(rows, target(), Options(forests=SMALL)).bundle
    fresh = draw(2000, 2)
    truth = [noisy(layer) for layer in fresh]
    for percent in (80, 90, 95):
        answer = _core.Estimator.from_bytes(bundle, percent).predict(fresh)
        inside = [low <= value <= high for low, value, high, status in
                  zip(answer["lower_cycles"], truth, answer["upper_cycles"], answer["status"])
                  if status == "predicted"]
        assert abs(np.mean(inside) - percent / 100) < 0.05, percent


def test_the_base_of_all_rows_is_in_the_best_optimum_that_any_fold_found() -> None:
    """Else errors of the folds are not those of the model."""
    def slowest(layer: _core.Layer) -> float:
        dims = layer.dims
        jitter = 1 + 0.01 * random.Random(layer.text).random()
        return 300 + jitter * max(compute(layer), 2 * dims["n"] * dims["k"],
                                  900 + dims["m"] * dims["k"], 3 * dims["m"] * dims["n"])
    info = target("ramps")
    lattice = info.lattice("matmul")
    chosen = {"terms": _core.work_terms(lattice), "branches": 5, "cases": {}}
    improved = 0
    for seed in range(4):
        data = kindmodel.prepare("matmul", lattice, rows_of(draw(60, seed), slowest))
        own = kindmodel.fit_chosen(data, chosen, [], Options())
        base, parts = training._agree(data, own, kindmodel.folds_of(data, Options()), chosen, Options())

        def error(one: _core.Base) -> float:
            return kindmodel.mape(one.predict(data.layers, lattice), data.latencies)
        assert all(error(base) <= 1.02 * error(part) for part in [own, *parts])
        improved += error(base) < 0.9 * error(own)
    assert improved


def test_rows_drawn_independently_calibrate_the_interval() -> None:
    """The others, here the exact ones, were chosen to cover the domain, not to be judged by."""
    source = np.random.RandomState(4)
    exact, noisy = draw(150, 1), draw(150, 2)
    rows = [training.Row(layer, compute(layer)) for layer in exact]
    rows += [training.Row(layer, compute(layer) * float(np.exp(0.1 * source.standard_normal())),
                          independent=True) for layer in noisy]
    widths = []
    for given in (rows, [dataclasses.replace(row, independent=False) for row in rows]):
        trained = training.train(given, target(), Options(forests=()))
        answer = _core.Estimator.from_bytes(trained.bundle, 80).predict(draw(100, 3))
        widths.append(np.median([np.log(high / low) for low, high in
                                 zip(answer["lower_cycles"], answer["upper_cycles"])]))
        assert trained.card["kinds"]["matmul"]["calibrated_on"] == (150 if given is rows else 300)
    assert widths[0] > 1.2 * widths[1]


def test_too_few_layers_give_no_model_but_a_reason() -> None:
    rows = rows_of(draw(11, 1), compute)
    trained = training.train(rows, target())
    assert trained.card["kinds"]["matmul"]["status"] == "measured_only"
    model = _core.Estimator.from_bytes(trained.bundle)
    other = rows[0].layer.replace(m=rows[0].layer.dims["m"] + 1)
    answer = model.predict([rows[0].layer, other])
    assert answer["status"] == ["measured", "unsupported"]
    assert answer["cycles"] == [compute(rows[0].layer), None]
    assert answer["reason"][1] == (
        "this matmul was not measured on target 'toy', and there is no model: 11 different "
        "layers of this kind were measured, a model needs at least 12")


def test_a_kind_without_rows_is_absent() -> None:
    trained = training.train([], target())
    assert trained.card["kinds"]["matmul"]["status"] == "absent"
    assert _core.Estimator.from_bytes(trained.bundle).predict(draw(1, 1))["reason"] == [
        "the model of target 'toy' has no matmul: no different layers of this kind were "
        "measured, a model needs at least 12"]


def test_few_layers_give_a_model_without_the_wide_intervals() -> None:
    source = random.Random(6)
    rows = [Row(layer, compute(layer) * source.uniform(0.9, 1.1)) for layer in draw(12, 1)]
    bundle = training.train(rows, target(), Options(forests=())).bundle
    asked = [layer for layer in draw(50, 2)]
    assert any(bound for bound in _core.Estimator.from_bytes(bundle, 90).predict(asked)["upper_ps"])
    # Twelve held-out errors are too few for 95 %.
    at_95 = _core.Estimator.from_bytes(bundle, 95).predict(asked)
    assert all(bound is None for bound, status in zip(at_95["upper_ps"], at_95["status"])
               if status != "measured")


def test_picoseconds_where_the_target_has_no_cycles() -> None:
    rows = rows_of(draw(40, 1), lambda layer: 1000 * compute(layer))
    layer = draw(1, 9)[0]
    answer = estimator(rows, target(cycles=False)).predict([layer])
    assert answer["time_ps"] == [1000 * compute(layer)] and answer["cycles"] == [None]


def test_free_epilogues_are_what_they_are_measured_as() -> None:
    info = target(free_epilogue=["bias", "relu"])
    fused = _core.Layer.parse("matmul m=4 n=8 k=8 epilogue=bias+relu : i8, i8 -> i32")
    pooled = _core.Layer.parse("matmul m=4 n=8 k=8 epilogue=bias+pool : i8, i8 -> i32")
    assert kindmodel.model_layer(fused, info).text == "matmul b=1 m=4 n=8 k=8 : i8, i8 -> i32"
    assert kindmodel.model_layer(pooled, info).options == {"epilogue": "pool"}
    model = estimator(rows_of(draw(40, 1), compute) + [Row(fused, 9.0)], info)
    assert model.predict([fused])["status"] == ["measured"]
    assert model.predict([pooled])["status"] == ["unsupported"]


def test_illegal_rows_are_counted_not_used() -> None:
    info = target(maximum={"m": 100})
    rows = rows_of(draw(80, 1), compute)
    illegal = sum(row.layer.dims["m"] > 100 for row in rows)
    card = training.train(rows, info, Options(forests=())).card["kinds"]["matmul"]
    assert illegal > 0 and (card["rows"], card["illegal_rows"]) == (80, illegal)


@pytest.mark.parametrize("latency", [
    lambda layer: 42.0,
    lambda layer: 1e6 / layer.dims["m"],
    lambda layer: float(hash(layer.text) % 1000 + 1)], ids=["equal", "falling", "random"])
def test_odd_latencies_train(latency: Callable[[_core.Layer], float]) -> None:
    model = estimator(rows_of(draw(40, 1), latency), target(), forests=SMALL)
    assert all(cycles >= 1 for cycles in model.predict(draw(50, 2))["cycles"])


@pytest.mark.parametrize("latency", [0.0, -1.0, float("nan"), float("inf")])
def test_latencies_that_are_none_are_refused(latency: float) -> None:
    rows = rows_of(draw(40, 1), compute) + [Row(draw(1, 5)[0], latency)]
    with pytest.raises(ValueError, match="expected a positive"):
        training.train(rows, target())


# -- Baselines -----------------------------------------------------------------


@pytest.mark.parametrize("name", baselines.FITTERS)
def test_every_baseline_answers(name: str) -> None:
    baseline = baselines.fit(name, rows_of(draw(100, 1), compute), target())
    fresh = draw(200, 2)
    predicted = baseline.predict(fresh + [_core.Layer.parse("softmax r=4 : f32 -> f32")])
    assert np.all(predicted[:-1] > 0) and np.isnan(predicted[-1])


def test_baselines_know_what_they_should() -> None:
    info = target()
    layers, fresh = draw(400, 1, 32), draw(400, 2, 32)
    measured = rows_of([info.lattice("matmul").representative(layer) for layer in layers], compute)
    truth = np.array([compute(layer) for layer in fresh])

    def error(name: str, rows: list[Row]) -> float:
        predicted = baselines.fit(name, rows, info).predict(fresh)
        return float(np.mean(np.abs(predicted / truth - 1)))
    # Utilisation explains this target; a plain roofline does not.
    assert error("refined roofline", measured) < 0.5 * error("roofline", measured)
    # Asked at the representative, trees need not learn the stairs.
    assert error("paper", measured) < 0.5 * error("plain forest", rows_of(layers, compute))
    nearest = baselines.fit("nearest neighbour", rows_of(layers, compute), info)
    assert nearest.predict(layers[:5]).tolist() == [compute(layer) for layer in layers[:5]]
