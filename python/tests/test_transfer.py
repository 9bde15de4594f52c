# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Models that start from another device's, and learn from its rows."""
import json
import random
from typing import Callable, Sequence

import numpy as np
import pytest

from mlir_pr import _core, similar, training, transfer
from mlir_pr.training import ForestShape, Options, Row, Trained

QUICK = Options(max_branches=2, forests=(ForestShape(30, 3, 0.2),))
Latency = Callable[[_core.Layer], float]


def draw(count: int, seed: int) -> list[_core.Layer]:
    source = random.Random(seed)
    layers: dict[str, _core.Layer] = {}
    while len(layers) < count:
        dims = {dim: source.randint(1, 200) for dim in ("m", "n", "k")}
        layer = _core.Layer.from_fields("matmul", dims, {}, "i8, i8 -> i32")
        layers[layer.text] = layer
    return list(layers.values())


def target(name: str, width: int = 0) -> _core.TargetInfo:
    steps = [{"dim": dim, "width": width, "plateau": "ramps"} for dim in ("n", "k")]
    return _core.TargetInfo.from_json(json.dumps({
        "schema": 1, "name": name, "counts_cycles": True,
        "kinds": [{"kind": "matmul", "steps": steps if width else []}]}))


def rows_of(layers: Sequence[_core.Layer], latency: Latency) -> list[Row]:
    return [Row(layer, latency(layer)) for layer in layers]


def array(width: int) -> Latency:
    """Passes of a square array, slower where there are many: what is the same of an array
    of any size, and no sum of work."""
    def latency(layer: _core.Layer) -> float:
        passes = [-(-layer.dims[dim] // width) for dim in ("n", "k")]
        slower = (1.5 if passes[0] > 6 else 1.0) * (1.3 if passes[1] > 4 else 1.0)
        return 20 + passes[0] * passes[1] * layer.dims["m"] * slower
    return latency


def kernels(rate: float, late: float) -> Latency:
    """Arithmetic and traffic at different rates, and a quirk that both devices have."""
    def latency(layer: _core.Layer) -> float:
        m, n, k = (layer.dims[dim] for dim in ("m", "n", "k"))
        quirk = 1.6 if n % 2 and m > 60 else 1.0
        return quirk * (late + rate * m * n * k / 100 + (m * k + n * k + m * n))
    return latency


def source(rows: Sequence[Row], info: _core.TargetInfo) -> _core.Estimator:
    return _core.Estimator.from_bytes(training.train(rows, info, QUICK).bundle)


def error(trained: Trained, latency: Latency) -> float:
    fresh = draw(300, 9)
    answer = _core.Estimator.from_bytes(trained.bundle).predict(fresh)["cycles"]
    truth = np.array([latency(layer) for layer in fresh])
    return float(np.mean(np.abs(np.array(answer) / truth - 1)))


def test_a_forest_of_both_devices_knows_what_arrays_of_any_size_do() -> None:
    many = rows_of(draw(600, 1), array(8))
    old = source(many, target("old", 8))
    few = rows_of(draw(30, 2), array(16))
    args = few, target("new", 16), QUICK
    shared = training.train(*args, similar=old, similar_rows=many)
    bundle_only = training.train(*args, similar=old)
    assert error(shared, array(16)) < 0.8 * error(bundle_only, array(16))
    assert shared.card["kinds"]["matmul"]["transfer"]["rows"] == 600
    assert "forest of both" in shared.card["kinds"]["matmul"]["transfer"]["chosen"]


def test_rows_do_no_harm_where_the_other_forest_fits_as_it_is() -> None:
    many = rows_of(draw(600, 1), kernels(1, 500))
    old = source(many, target("old"))
    shared, bundle_only = [], []
    for seed in (3, 4, 5, 6):
        few = rows_of(draw(30, seed), kernels(4, 200))
        for errors, rows in ((shared, many), (bundle_only, [])):
            trained = training.train(few, target("new"), QUICK, similar=old, similar_rows=rows)
            errors.append(error(trained, kernels(4, 200)))
    assert np.mean(shared) < 1.1 * np.mean(bundle_only) < 0.06


def test_what_the_other_measured_teaches_what_its_model_does_not_know() -> None:
    """Each shape has a kernel of its own, as fast or slow on both devices."""
    sizes = (16, 24, 48, 64, 96)
    layers = [_core.Layer.from_fields("matmul", {"m": m, "n": n, "k": k}, {}, "i8, i8 -> i32")
              for m in sizes for n in sizes for k in sizes]

    def chosen(layer: _core.Layer, rate: float) -> float:
        return kernels(rate, 200)(layer) * random.Random(layer.text).uniform(0.5, 2)
    many = [Row(layer, chosen(layer, 1)) for layer in layers]
    old = source(many, target("old"))
    order = np.random.RandomState(1).permutation(len(layers))
    few = [Row(layers[i], chosen(layers[i], 3)) for i in order[:30]]
    unseen = [layers[i] for i in order[30:]]
    truth = np.array([chosen(layer, 3) for layer in unseen])

    def mistake(rows: list[Row]) -> float:
        trained = training.train(few, target("new"), QUICK, similar=old, similar_rows=rows)
        answer = _core.Estimator.from_bytes(trained.bundle).predict(unseen)["cycles"]
        return float(np.mean(np.abs(np.array(answer) / truth - 1)))
    assert mistake(many) < 0.1 * mistake([])
    card = training.train(few, target("new"), QUICK, similar=old, similar_rows=many).card["kinds"]["matmul"]
    assert "measurements of old" in card["transfer"]["chosen"]
    assert card["similar_rows"] == len(layers)
    # Of answers, not of the model alone, which remembers no layer.
    assert card["held_out"]["mape"] < 0.1


def test_measurements_move_as_those_nearby_do() -> None:
    layers = draw(120, 1)
    old = np.array([kernels(1, 500)(layer) for layer in layers])
    known = transfer.source_of(source(rows_of(layers, kernels(1, 500)), target("old")), "matmul",
                               layers, old)
    assert known is not None
    columns = np.log([layer.dims["n"] for layer in layers])
    gains = 1 + 2 * np.exp(-(columns - np.log(60)) ** 2)
    moved = transfer.MovedMeasurements.fit(known, layers[:80], old[:80] * gains[:80])
    errors = np.abs(moved.predict(layers[80:]) / (old[80:] * gains[80:]) - 1)
    line = np.exp(np.polyval(np.polyfit(columns, np.log(gains), 1), columns[80:]))
    assert np.mean(errors) < 0.3 * np.mean(np.abs(line / gains[80:] - 1))


def test_who_errs_twice_as_much_has_no_say() -> None:
    shares = similar._shares([0.1, 0.21, 0.14, 0.1])
    assert shares[1] == 0
    assert shares[0] == shares[3] == pytest.approx(1.4 ** 4 * shares[2])
    assert shares.sum() == pytest.approx(1)
    assert similar._shares([0.0, 0.1]).tolist() == [1, 0]


def test_measurements_move_along_a_line_through_logarithms() -> None:
    layers = draw(40, 1)
    old = source(rows_of(layers, kernels(1, 500)), target("old"))
    known = transfer.source_of(old, "matmul", layers[:30],
                               np.array([kernels(1, 500)(layer) for layer in layers[:30]]))
    assert known is not None
    assert known.latency_of(layers[:1])[0] == kernels(1, 500)(layers[0])
    assert known.latency_of(layers[35:36])[0] != kernels(1, 500)(layers[35]), "its model's word"
    twice = np.array([2 * kernels(1, 500)(layer) for layer in layers[:30]])
    moved = transfer.MovedMeasurements.fit(known, layers[:30], twice)
    assert moved.predict(layers[:30]) == pytest.approx(twice, rel=1e-6)


def test_the_order_of_rows_does_not_matter() -> None:
    many = rows_of(draw(200, 1), kernels(1, 500))
    old = source(many, target("old"))
    few = rows_of(draw(30, 2), kernels(4, 200))
    args = target("new"), QUICK
    once = training.train(few, *args, similar=old, similar_rows=many)
    again = training.train(few[::-1], *args, similar=old, similar_rows=many[::-1])
    assert once.bundle == again.bundle


def test_an_unlike_device_does_no_harm() -> None:
    def other(layer: _core.Layer) -> float:
        noise = random.Random(layer.text).uniform(0.1, 10)
        return float(noise * 1000 * layer.dims["m"] / layer.dims["n"])
    many = rows_of(draw(300, 1), other)
    old = source(many, target("old"))
    few = rows_of(draw(60, 2), array(16))
    moved = training.train(few, target("new", 16), QUICK, similar=old, similar_rows=many)
    anew = training.train(few, target("new", 16), QUICK)
    assert error(moved, array(16)) <= 1.1 * error(anew, array(16))


def test_cases_of_a_base_are_moved_as_its_branches_are() -> None:
    base = _core.Base.from_json(
        '{"cases": {"otherwise": [{"macs": 1.0}], "pointwise": [{"launch": 9.0, "macs": 3.0}]}}',
        "conv2d")
    layers = [_core.Layer.parse(f"conv2d oc={oc} ic=8 oh=9 ow=9 kh={kernel} kw={kernel} : i8, i8 -> i32")
              for kernel in (1, 3) for oc in range(1, 20)]
    lattice = _core.Lattice("conv2d")
    one = transfer.Source("id", "old", lattice, base, [], None, [], np.empty(0), [])
    assert sorted(transfer.terms_of(base)) == ["launch", "macs", "macs"]
    moved = transfer.adapted_base(one, layers, 2 * base.predict(layers, lattice), lattice, False)
    assert moved.cases["pointwise"][0] == pytest.approx({"launch": 18, "macs": 6}, rel=0.01)
    assert moved.branches[0] == pytest.approx({"macs": 2}, rel=0.01)


def test_terms_of_units_mean_nothing_where_units_differ() -> None:
    lattice = _core.Lattice("matmul")
    base = _core.Base.from_json('{"branches": [{"unit_busy/0": 1.0}]}', "matmul")
    one = transfer.Source("id", "old", lattice, base, [], None, [], np.empty(0), [])
    assert not one.fits(lattice)
    assert set(one.shared_terms(lattice)) == {"lean"}
