#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Regression and analytical models against the dependency graph, on described machines.

On each machine models are fitted to layers whose extents lie on a grid of round sizes,
and judged on layers whose extents lie anywhere between; the graph is asked for the same
held-out layers. The truth is the event simulator, for the systolic array also the
simulated hardware.
"""
from __future__ import annotations

import argparse
import collections
import json
import os
import random
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Callable, Sequence

import numpy as np
from mlir_pr import _core, baselines, runner, toolchain
from mlir_pr.kindmodel import Row
from mlir_pr.metrics import error_metrics
from results import Result
from sklearn.ensemble import RandomForestRegressor

ROOT = Path(__file__).resolve().parent.parent

#: Extents of the grid: powers of two and what lies half way.
GRID = sorted({scale * 2 ** k for scale in (2, 3) for k in range(20)} | {1})
#: Extents in so small a range (kernels, strides) are drawn anywhere for both.
SMALL = 16
TYPES = {1: "{0} -> {0}", 2: "{0}, {0} -> {0}"}


@dataclass
class Machine:
    name: str
    truth: str  # a target
    graph: str  # another, which is asked for the held-out layers
    described: str  # whose kinds, domain and steps are taken
    kinds: list[str]
    train: int
    held_out: int


def machines() -> list[Machine]:
    streams = ["pool2d", "elementwise", "reduction", "data_movement"]
    known = [
        Machine("UltraTrail", "ultratrail[evaluator=2]", "ultratrail[evaluator=1]", "ultratrail",
                ["conv1d", "matmul"], 400, 400),
        Machine("Gemmini", "gemmini", "gemmini[evaluator=1]", "gemmini", ["conv2d", "matmul"], 300, 200),
        Machine("Plasticine-derived", "plasticine[evaluator=2]", "plasticine[evaluator=1]", "plasticine",
                ["conv1d", "conv2d", "depthwise_conv2d", "matmul", *streams], 400, 400),
        Machine("systolic array", "systolic_array[evaluator=2]", "systolic_array[evaluator=1]",
                "systolic_array", ["conv1d", "conv2d", "depthwise_conv2d", "matmul"], 400, 400),
        Machine("systolic array, hardware", "systolic-rtl", "systolic_array[evaluator=1]",
                "systolic_array", ["conv1d", "conv2d", "depthwise_conv2d", "matmul"], 300, 200),
    ]
    there = {path.stem for path in (ROOT / "architectures").glob("*.mlir")}
    return [machine for machine in known if machine.described in there]


# -- Layers --------------------------------------------------------------------


def on_grid(low: int, high: int, draw: random.Random) -> int:
    if high <= SMALL:
        return draw.randint(low, high)
    return draw.choice([size for size in GRID if low <= size <= high] or [low])


def anywhere(low: int, high: int, draw: random.Random) -> int:
    """As often small as large."""
    start = max(low, 1)
    value = round(start * (max(high, 1) / start) ** draw.random())
    return draw.randint(low, high) if high <= SMALL else min(max(value, low), high)


def draw_layers(info: _core.TargetInfo, kind: str, count: int,
                extent: Callable[[int, int, random.Random], int],
                avoid: frozenset[str] = frozenset()) -> list[str]:
    """Legal layers, all different, none of those to avoid."""
    draw = random.Random(f"{kind} {extent.__name__}")
    types = (info.types(kind) or [default_types(kind)])[0]
    operation = {"pool2d": " op=max", "reduction": " op=sum", "data_movement": " op=copy"}
    found: dict[str, None] = {}
    for _ in range(2000 * count):
        dims = {name: extent(low, high, draw) for name, (low, high) in info.domain(kind).items()}
        if kind == "data_movement":
            dims["r"] = dims["e"]
        if kind == "matmul":
            dims.setdefault("m", 1)
        text = " ".join([kind, *(f"{name}={value}" for name, value in dims.items())])
        try:
            layer = _core.Layer.parse(f"{text}{operation.get(kind, '')} : {types}")
        except _core.InputError:
            continue
        if layer.text not in avoid and layer.kind == kind and not info.why_illegal(layer):
            found[layer.text] = None
        if len(found) == count:
            break
    return list(found)


def default_types(kind: str) -> str:
    one = kind in ("pool2d", "reduction", "data_movement", "elementwise")
    return TYPES[1 if one else 2].format("f32")


def measure(target: str, layers: Sequence[str]) -> dict[str, int]:
    """Cycles by layer."""
    with tempfile.TemporaryDirectory(prefix="mlir-pr-") as folder:
        file = Path(folder) / "layers.txt"
        file.write_text("".join(layer + "\n" for layer in layers))
        done = subprocess.run([toolchain.bench_opt(), f"--target={target}", "--run",
                               "--layers", file], capture_output=True, text=True, check=False,
                              env={**os.environ, "OMP_NUM_THREADS": "1"})
    replies = [json.loads(line) for line in done.stdout.splitlines()]
    failed = [reply for reply in replies if reply["status"] != "ok"]
    if failed or len(replies) != len(layers):
        sys.exit(f"regression: {target}: {failed[0]['error'] if failed else done.stderr}")
    return {reply["layer"]: reply["cycles"] for reply in replies}


# -- Models --------------------------------------------------------------------


def random_forest(train: Sequence[Row], judged: Sequence[_core.Layer]) -> np.ndarray:
    """Bagged trees on the logarithm of latency over the dimensions, one for each kind."""
    predicted = np.zeros(len(judged))
    for kind in {row.layer.kind for row in train}:
        rows = [row for row in train if row.layer.kind == kind]
        forest = RandomForestRegressor(n_estimators=300, random_state=0, n_jobs=1)
        forest.fit([list(row.layer.dims.values()) for row in rows],
                   np.log([row.latency for row in rows]))
        own = [i for i, layer in enumerate(judged) if layer.kind == kind]
        predicted[own] = np.exp(forest.predict([list(judged[i].dims.values()) for i in own]))
    return predicted


def judge(machine: Machine, quick: bool) -> list[Any]:
    info = _core.TargetInfo.from_json(json.dumps(runner.describe(machine.described)))
    share = 10 if quick else 1
    train: list[str] = []
    held_out: list[str] = []
    for kind in machine.kinds:
        fitted = draw_layers(info, kind, machine.train // share, on_grid)
        train += fitted
        held_out += draw_layers(info, kind, machine.held_out // share, anywhere, frozenset(fitted))
    truth = measure(machine.truth, train + held_out)
    rows = [Row(_core.Layer.parse(text), truth[text]) for text in train]
    layers = [_core.Layer.parse(text) for text in held_out]
    cycles = [truth[text] for text in held_out]

    def error(predicted: Sequence[float] | np.ndarray) -> str:
        return f"{error_metrics(cycles, predicted).mape:.1%}"
    graph = measure(machine.graph, held_out)
    equal = sum(graph[text] == truth[text] for text in held_out)
    found = [f"{error([graph[text] for text in held_out])}, {equal} equal"]
    for name in ("linear", "roofline", "refined roofline"):
        found.append(error(baselines.fit(name, rows, info).predict(layers)))
    found.insert(2, error(random_forest(rows, layers)))
    kinds = collections.Counter(layer.kind for layer in layers)
    return [machine.name, machine.truth, len(train), len(held_out), *found,
            ", ".join(f"{kind} {count}" for kind, count in sorted(kinds.items()))]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="a tenth of the layers; not kept")
    quick = parser.parse_args().quick
    rows = []
    for machine in machines():
        print(f"regression: {machine.name}", file=sys.stderr, flush=True)
        rows.append(judge(machine, quick))
    result = Result("regression", "Described machines against regression and analytical models",
                    "Mean absolute percentage error on held-out layers whose extents lie anywhere, of "
                    "models fitted to layers whose extents lie on a grid of round sizes, and of the "
                    "dependency graph (AIDG) on the same held-out layers. Linear regression is over work "
                    "counts, the random forest (300 trees) over dimensions, per kind; rooflines have the "
                    "best rates seen, refined by the used share of each step (of steps whose plateaus ramp too: "
                    "where a whole tile is a step, that overstates small layers).")
    result.table("Error on held-out layers",
                 ["machine", "truth", "fitted to", "judged on", "AIDG", "linear regression",
                  "random forest", "roofline", "refined roofline", "layers judged on"], rows)
    result.write(keep=not quick)
    return 0


if __name__ == "__main__":
    sys.exit(main())
