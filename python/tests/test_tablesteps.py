# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Steps of targets that exist only as tables, and models that start from another's."""
import json
import random
from typing import Callable

import numpy as np
import pytest

from mlir_pr import _core, tablesteps, training
from mlir_pr.training import ForestShape, Options, Row

QUICK = Options(max_branches=2, forests=(ForestShape(30, 3, 0.2),))


def draw(count: int, seed: int, largest: int = 150) -> list[_core.Layer]:
    source = random.Random(seed)
    layers: dict[str, _core.Layer] = {}
    while len(layers) < count:
        dims = {dim: source.randint(1, largest) for dim in ("m", "n", "k")}
        layer = _core.Layer.from_fields("matmul", dims, {}, "i8, i8 -> i32")
        layers[layer.text] = layer
    return list(layers.values())


def ramping(layer: _core.Layer, byte: float = 0.2) -> float:
    """Arithmetic in eights of n and sixteens of k, weight traffic by the byte."""
    dims = layer.dims
    return 50 + max(dims["m"] * -(-dims["n"] // 8) * -(-dims["k"] // 16),
                    byte * dims["n"] * dims["k"])


def smooth(layer: _core.Layer) -> float:
    dims = layer.dims
    return float(40 + dims["m"] * dims["n"] * dims["k"] ** 0.9 / 100 + 3 * dims["n"])


def found(latency: Callable[[_core.Layer], float], known: _core.Lattice,
          noise: float = 0.0) -> _core.Lattice:
    layers = draw(300, 3)
    error = np.random.RandomState(5).normal(0, noise, len(layers)) if noise else 0
    latencies = np.array([latency(layer) for layer in layers]) * np.exp(error)
    return tablesteps.find_steps(layers, latencies, np.arange(len(layers)), known)


@pytest.mark.parametrize("noise", [0.0, 0.02])
def test_widths_are_found_in_rows_that_nobody_swept(noise: float) -> None:
    steps = found(ramping, _core.Lattice("matmul"), noise).steps
    assert [(step.dim, step.width, step.knowledge) for step in steps] == [
        ("k", 16, "black"), ("n", 8, "black")]
    assert "held-out rows" in steps[0].evidence


def test_a_smooth_target_has_no_steps() -> None:
    assert found(smooth, _core.Lattice("matmul")).steps == []


def test_what_is_known_is_left_alone() -> None:
    known = _core.Lattice("matmul", [_core.Step("n", 1), _core.Step("k", 32)])
    assert all(step.dim == "m" for step in found(ramping, known).steps[2:])
    assert found(ramping, known).steps[:2] == known.steps


def test_few_rows_show_nothing() -> None:
    layers = draw(40, 3)
    known = _core.Lattice("matmul")
    latencies = np.array([ramping(layer) for layer in layers])
    assert tablesteps.find_steps(layers, latencies, np.arange(40), known) == known


def test_plateaus_said_to_be_flat_are_seen_to_ramp() -> None:
    layers = draw(300, 4)
    latencies = np.array([ramping(layer, byte=1.5) for layer in layers])
    steps = [_core.Step("n", 8, plateau="flat"), _core.Step("k", 16, plateau="flat")]
    settled = tablesteps.settle_plateaus(layers, latencies, np.arange(300),
                                         _core.Lattice("matmul", steps))
    assert [step.plateau for step in settled.steps] == ["ramps", "ramps"]
    # Where they are flat, they stay so; and a description is believed.
    flat = np.array([float(-(-layer.dims["n"] // 8) * layer.dims["m"]) for layer in layers])
    one = _core.Lattice("matmul", steps[:1])
    assert tablesteps.settle_plateaus(layers, flat, np.arange(300), one) == one
    white = _core.Lattice("matmul", [_core.Step("n", 8, plateau="flat", knowledge="white")])
    assert tablesteps.settle_plateaus(layers, latencies, np.arange(300), white) == white


def pools(count: int, seed: int, window: int = 2) -> list[_core.Layer]:
    source = random.Random(seed)
    windows = {"n": 1, "kh": window, "kw": window, "sh": 2, "sw": 2}
    drawn = [{"c": source.randint(1, 150), "oh": source.randint(1, 40), "ow": source.randint(1, 40)}
             for _ in range(count)]
    return [_core.Layer.from_fields("pool2d", windows | dims, {"op": "max"}, "i8 -> i8")
            for dims in drawn]


def test_steps_of_one_sweep_that_other_layers_have_not_are_left_out() -> None:
    layers = pools(200, 6)
    latencies = np.array([500.0 + 32 * -(-layer.dims["c"] // 8) * layer.dims["oh"] * layer.dims["ow"]
                          for layer in layers])

    def left(knowledge: str, *more: _core.Step, rows: int = 200) -> list[_core.Step]:
        steps = [_core.Step(dim, width, plateau="ramps", knowledge=knowledge)
                 for dim, width in (("c", 8), ("ow", 5))]
        known = _core.Lattice("pool2d", [*steps, *more])
        return tablesteps.without_refuted(layers[:rows], latencies[:rows], np.arange(rows),
                                          known).steps

    def widths(steps: list[_core.Step]) -> list[tuple[str, int]]:
        return [(step.dim, step.width) for step in steps]
    assert widths(left("black")) == [("c", 8), ("ow", 1)]
    assert "without the step of 5" in left("black")[1].evidence
    assert widths(left("stated")) == [("c", 8), ("ow", 5)]
    assert widths(left("black", rows=50)) == [("c", 8), ("ow", 5)]
    # Rows are rounded up on a flat step only where none of its dimension ramps.
    flat = _core.Step("ow", 10, plateau="flat", knowledge="black")
    assert widths(left("black", flat)) == [("c", 8), ("ow", 5), ("ow", 10)]


def test_rows_of_one_case_do_not_decide_for_the_others() -> None:
    """A sweep fills one case with rows, here one of which nothing can be said."""
    many, few = pools(300, 7), pools(70, 8, window=1)
    told = [500.0 + 32 * -(-layer.dims["c"] // 8) * layer.dims["oh"] * layer.dims["ow"] for layer in few]
    latencies = np.concatenate([np.random.RandomState(1).uniform(1000, 3000, len(many)), told])
    steps = [_core.Step(dim, width, plateau="ramps", knowledge="black") for dim, width in (("c", 8), ("ow", 5))]
    left = tablesteps.without_refuted(many + few, latencies, np.arange(370), _core.Lattice("pool2d", steps)).steps
    assert [(step.dim, step.width) for step in left] == [("c", 8), ("ow", 1)]


def _target(name: str) -> _core.TargetInfo:
    steps = [{"dim": "n", "width": 8, "plateau": "ramps"},
             {"dim": "k", "width": 16, "plateau": "ramps"}]
    return _core.TargetInfo.from_json(json.dumps({
        "schema": 1, "name": name, "counts_cycles": True,
        "kinds": [{"kind": "matmul", "steps": steps}]}))


def test_a_similar_device_is_a_better_start_than_none() -> None:
    def quirk(layer: _core.Layer) -> float:
        return ramping(layer) * (1.4 if layer.dims["m"] > 70 else 1.0)
    many = [Row(layer, quirk(layer)) for layer in draw(300, 1)]
    old = _core.Estimator.from_bytes(training.train(many, _target("old"), QUICK).bundle)
    few = [Row(layer, 3 * quirk(layer)) for layer in draw(30, 2)]
    moved = training.train(few, _target("new"), QUICK, similar=old)
    anew = training.train(few, _target("new"), QUICK)
    fresh = draw(300, 9)
    truth = np.array([3 * quirk(layer) for layer in fresh])

    def error(trained: training.Trained) -> float:
        answer = _core.Estimator.from_bytes(trained.bundle).predict(fresh)["cycles"]
        return float(np.mean(np.abs(np.array(answer) / truth - 1)))
    assert error(moved) < 0.5 * error(anew)
    card = moved.card["kinds"]["matmul"]["transfer"]
    assert card["model"] == old.model_id and card["target"] == "old"
    assert card["chosen"] == "base and forest of old"
