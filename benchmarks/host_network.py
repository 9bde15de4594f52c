#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Whole networks on this CPU, against the sums of their layers, measured and predicted.

The network runs as one function through the lowering that single layers go through, once
counted (instructions below valgrind) and once by the clock. Exit status 1 where the sum of
counted layers is farther from the counted network than is allowed.
"""
from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import tilestudy
from mlir_pr import _core, planning, toolchain
from mlir_pr.annotations import read_layers
from mlir_pr.campaign import read_campaign
from mlir_pr.units import format_count, format_time
from results import Result

ROOT = Path(__file__).resolve().parent.parent
TARGETS = ("host-counted", "host")
#: Of the sum of counted layers against the counted network.
MOST_OFF = 0.10
WHAT = """\
A whole network, compiled as one function by `pr-lower-to-host` and checked against plain loops, against the sums over its
operations: each distinct layer measured alone and, where time is measured, predicted by a model that was trained on other
layers of the same kinds (drawn from the networks' hull, the networks' own layers left out). `host-counted` counts
instructions: the whole and the sum can be compared to the instruction; no model is trained on it here, a layer costs
seconds. `host` takes wall time on warm caches: in the network a layer finds its input where the one before left it and
its weights wherever they are by now."""


@dataclass
class Study:
    """One network on one target, in the target's unit."""

    ops: int
    whole: dict[str, Any]
    measured: float
    unmeasured: int
    #: None: no model was trained.
    predicted: float | None
    unpredicted: int

    @property
    def network(self) -> float | None:
        return self.whole["cycles"] if self.whole["cycles"] is not None else self.whole["time_ps"]


def default_networks() -> list[Path]:
    shared = [tilestudy.networks_folder() / "mlp.linalg.mlir"]
    return [ROOT / "examples" / "tc_resnet8.linalg.mlir", *(path for path in shared if path.exists())]


def run_network(target: str, network: Path, timeout: float) -> dict[str, Any]:
    command = [str(toolchain.bench_opt()), f"--target={target}", "--run", f"--network={network}", f"--timeout={timeout}"]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=False)
    if not done.stdout:
        sys.exit(f"host_network.py: '{' '.join(command)}' said nothing")
    answer: dict[str, Any] = json.loads(done.stdout)
    return answer


def training_layers(info: _core.TargetInfo, layers: list[_core.Layer], count: int, seed: int) -> list[_core.Layer]:
    """Like the networks' layers, but none of them."""
    with tempfile.NamedTemporaryFile("w", suffix=".yaml") as file:
        file.write(f"{{seed: {seed}, budget: {{count: {count}}}, network_layers: exclude, find_steps: never}}\n")
        file.flush()
        campaign = read_campaign(file.name)
    taken = {layer.shape_key for layer in layers}
    plan = planning.make_plan(campaign, info, layers)
    drawn = [_core.Layer.parse(planned.layer) for planned in plan.layers]
    return [layer for layer in drawn if layer.shape_key not in taken]


def latencies(target: str, layers: list[_core.Layer], label: str, timing: tuple[str, ...]) -> dict[_core.Layer, float]:
    found = tilestudy.measure(target, layers, label, *timing)
    return {layer: latency for layer, latency in zip(layers, found) if latency is not None}


def study(target: str, networks: list[Path], count: int, most_counted: int, seed: int, timeout: float) -> dict[Path, Study]:
    info = tilestudy.describe(target)
    timing = ("--samples=15",) if target == "host" else ("--no-check",)  # checked on the host
    ops = {path: [_core.Layer.parse(text) for text in read_layers(str(path), info).layers] for path in networks}
    if info.counts_cycles:
        ops = {path: layers for path, layers in ops.items() if len(layers) <= most_counted}
    distinct = [layer for layer in dict.fromkeys(layer for layers in ops.values() for layer in layers)
                if not info.why_illegal(layer)]
    answers = None if info.counts_cycles else predictions(target, info, distinct, count, seed, timing)
    single = latencies(target, distinct, f"{target}: layers", timing)
    return {path: Study(len(layers), run_network(target, path, timeout), sum(single.get(layer, 0) for layer in layers),
                        sum(layer not in single for layer in layers),
                        None if answers is None else sum(answers.get(layer, 0) for layer in layers),
                        0 if answers is None else sum(layer not in answers for layer in layers))
            for path, layers in ops.items()}


def predictions(target: str, info: _core.TargetInfo, layers: list[_core.Layer], count: int, seed: int,
                timing: tuple[str, ...]) -> dict[_core.Layer, float]:
    drawn = training_layers(info, layers, count, seed)
    trained = latencies(target, drawn, f"{target}: training", timing)
    estimator = tilestudy.train(info, list(trained), list(trained.values()), seed)
    return {layer: value for layer, value in zip(layers, estimator.predict(layers)["time_ps"]) if value is not None}


def row(path: Path, target: str, one: Study) -> list[str]:
    shown = format_count if target == "host-counted" else format_time
    if one.network is None:
        return [path.name, target, str(one.ops), "-", shown(one.measured), "-", shown(one.predicted), "-",
                f"network: {one.whole['error']}"]
    missing = f"{one.unmeasured} ops not measured, {one.unpredicted} not predicted" \
        if one.unmeasured or one.unpredicted else "all ops"
    return [path.name, target, str(one.ops), shown(one.network), shown(one.measured), _off(one.measured, one.network),
            shown(one.predicted), _off(one.predicted, one.network), missing]


def _off(value: float | None, truth: float) -> str:
    return "-" if value is None else f"{100 * (value / truth - 1):+.1f} %"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("networks", nargs="*", type=Path, help="linalg on f32 tensors; TC-ResNet8 and a perceptron")
    parser.add_argument("--targets", default=",".join(TARGETS))
    parser.add_argument("--train", type=int, default=150, help="layers to learn from")
    parser.add_argument("--most-counted", type=int, default=40, help="operations of a network that is counted: minutes each")
    parser.add_argument("--timeout", type=float, default=600, help="seconds to compile and run a network")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--quick", action="store_true", help="few layers to learn from; not kept")
    options = parser.parse_args()
    begin = time.monotonic()
    networks = options.networks or default_networks()
    rows, worst = [], 0.0
    for target in options.targets.split(","):
        studies = study(target, networks, 40 if options.quick else options.train, options.most_counted, options.seed,
                        options.timeout)
        rows += [row(path, target, one) for path, one in studies.items()]
        if target == "host-counted":
            worst = max((abs(one.measured / one.network - 1) for one in studies.values() if one.network), default=1.0)
    result = Result("host_network", "Whole networks on the host", WHAT)
    result.table("Networks", ["network", "target", "ops", "network", "sum of layers", "off", "sum of predictions", "off",
                              "covered"], rows)
    result.note(f"Instructions of the layers together are at most {100 * worst:.1f} % off those of the network.")
    result.note(f"{time.monotonic() - begin:.0f} s.")
    result.write(keep=not options.quick)
    return 0 if worst <= MOST_OFF else 1


if __name__ == "__main__":
    sys.exit(main())
