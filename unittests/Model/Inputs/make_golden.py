# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Makes golden.prm and golden.json: a small bundle with steps that ramp, a
maximum, a forest and an exact table, and what it says about some layers, to the
last bit. The C++ tests and the Python tests both read them, so neither side can
drift. To be made again only when the schema or a definition changes on purpose:

    PYTHONPATH=build/python python3 unittests/Model/Inputs/make_golden.py
"""
import json
import pathlib
import random

import numpy as np

from mlir_pr import _core, training

TARGET = {
    "schema": 1, "name": "golden", "clock_khz": 800000, "counts_cycles": True,
    "kinds": [{"kind": "conv2d", "types": ["i8, i8 -> i32"], "free_epilogue": ["bias"],
               "maximum": {"oc": 512, "ic": 512},
               "steps": [{"dim": "oc", "width": 8, "plateau": "ramps", "resource": "compute"},
                         {"dim": "ic", "width": 8, "plateau": "flat", "resource": "compute"}]},
              {"kind": "matmul"}]}


def draw(source: random.Random, largest: int) -> _core.Layer:
    kernel = source.choice([1, 3, 5])
    return _core.Layer.from_fields("conv2d", {
        "oc": source.randint(1, largest), "ic": source.randint(1, largest),
        "ih": source.randint(8, 40), "iw": source.randint(8, 40), "kh": kernel, "kw": kernel,
        "sh": source.choice([1, 2]), "sw": 1, "ph": kernel // 2, "pw": kernel // 2},
        {"layout": "nhwc"}, "i8, i8 -> i32")


def latency(layer: _core.Layer, lattice: _core.Lattice) -> float:
    work = lattice.rounded_for("compute", layer).work
    compute, weights = work["macs"] / 64, 4 * layer.work["weight_bytes"]
    # Something no work term explains, for the forest to learn.
    return round(max(compute, weights) * (1.3 if layer.dims["kh"] == 5 else 1.0)) + 40


def row(estimator: _core.Estimator, layer: _core.Layer) -> dict[str, object]:
    kind = estimator.kinds["conv2d"]
    features = _core.feature_matrix([layer], kind["lattice"], kind["base"], kind["features"])
    base = kind["base"].predict([layer], kind["lattice"])
    answer = {name: column[0] for name, column in estimator.predict([layer]).items()}
    return {"layer": layer.text,
            "feature_bits": [int(x) for x in features.view(np.uint32)[0]],
            "base_bits": int(base.view(np.uint64)[0]),
            "forest_bits": int(kind["forest"].predict(features).view(np.uint32)[0]),
            **{name: answer[name] for name in ("status", "cycles", "lower_cycles",
                                               "upper_cycles", "time_ps", "waste",
                                               "representative")}}


def main() -> None:
    source = random.Random(5)
    target = _core.TargetInfo.from_json(json.dumps(TARGET))
    lattice = target.lattice("conv2d")
    rows = [training.Row(layer, latency(layer, lattice))
            for layer in (draw(source, 128) for _ in range(60))]
    options = training.Options(forests=(training.ForestShape(20, 3, 0.2),))
    trained = training.train(rows, target, options)
    estimator = _core.Estimator.from_bytes(trained.bundle)
    # Measured layers, layers of the domain, layers far outside.
    asked = ([one.layer for one in rows[:4]] + [draw(source, 128) for _ in range(30)]
             + [draw(source, 512) for _ in range(10)])
    folder = pathlib.Path(__file__).parent
    folder.joinpath("golden.prm").write_bytes(trained.bundle)
    lines = ",\n".join(json.dumps(row(estimator, layer)) for layer in asked)
    folder.joinpath("golden.json").write_text(
        f'{{"features": {json.dumps(estimator.kinds["conv2d"]["features"])},\n'
        f'"rows": [\n{lines}\n]}}\n')


main()
