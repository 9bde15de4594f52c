#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Whole networks on described machines: what is mapped, and how long the answer takes.

Every layer of ResNet-18, MobileNetV2 and BERT-base as the machine sees it (what it
fuses for free is fused, and where it takes integers only, the network is read as if it
were quantized) is evaluated once, on one core. Exit status 1 if less than 99 % of the
multiply-accumulates are mapped, or the time limit is missed.
"""
from __future__ import annotations

import argparse
import collections
import json
import os
import resource
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mlir_pr import _core, runner, toolchain
from mlir_pr.annotations import read_layers
from results import Result

ROOT = Path(__file__).resolve().parent.parent
NETWORKS = ["resnet18", "mobilenet_v2", "bert_base"]
LEAST_SHARE = 0.99


@dataclass
class Machine:
    target: str
    as_quantized: bool
    seconds: float  # for all layers of a network


MACHINES = [
    Machine("plasticine", False, 5),
    Machine("systolic_array[rows=32,cols=32,width=32]", True, 5),
    Machine("gemmini", True, 60),
]


def is_there(machine: Machine) -> bool:
    name = machine.target.split("[")[0]
    return (ROOT / "architectures" / f"{name}.mlir").exists()


def children_seconds() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def measure(target: str, layers: list[str]) -> tuple[list[dict[str, Any]], float]:
    """What the target says of each layer, and the seconds of processor time it took on
    one core."""
    core = min(os.sched_getaffinity(0))
    with tempfile.TemporaryDirectory(prefix="mlir-pr-") as folder:
        file = Path(folder) / "layers.txt"
        file.write_text("".join(layer + "\n" for layer in layers))
        begin = children_seconds()
        done = subprocess.run(
            [toolchain.bench_opt(), f"--target={target}", "--run", "--layers", file],
            capture_output=True, text=True, check=False,
            preexec_fn=lambda: os.sched_setaffinity(0, {core}))
        seconds = children_seconds() - begin
    replies = [json.loads(line) for line in done.stdout.splitlines()]
    if len(replies) != len(layers):
        sys.exit(f"networks: {target} answered {len(replies)} of {len(layers)} layers: {done.stderr}")
    return replies, seconds


def macs(layer: str) -> int:
    return int(_core.Layer.parse(layer).work["useful_macs"])


@dataclass
class Outcome:
    layers: collections.Counter[str]
    replies: list[dict[str, Any]]
    seconds: float

    def total(self, layers_only: bool = False) -> int:
        """Cycles of the network, or of its layers with multiply-accumulates."""
        return sum(reply["cycles"] * self.layers[reply["layer"]] for reply in self.replies
                   if reply["status"] == "ok" and (not layers_only or macs(reply["layer"])))

    def mapped(self) -> float:
        everything = sum(macs(layer) * count for layer, count in self.layers.items())
        mapped = sum(macs(reply["layer"]) * self.layers[reply["layer"]] for reply in self.replies
                     if reply["status"] == "ok")
        return mapped / everything

    def methods(self) -> str:
        found = collections.Counter(reply["conditions"]["evaluator"] for reply in self.replies
                                    if reply["status"] == "ok")
        return "; ".join(f"{name}: {count}" for name, count in sorted(found.items()))

    def refused(self) -> list[str]:
        return [reply["error"] for reply in self.replies if reply["status"] != "ok"]


def evaluate(machine: Machine, info: _core.TargetInfo, network: Path) -> Outcome:
    layers = collections.Counter(read_layers(str(network), info, machine.as_quantized).layers)
    return Outcome(layers, *measure(machine.target, list(layers)))


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--networks", type=Path, default=ROOT.parent / "shared" / "networks",
                        help="folder of the networks")
    parser.add_argument("--quick", action="store_true", help="the first network; not kept")
    options = parser.parse_args()
    rows, wrong, refused = [], [], collections.Counter[str]()
    for machine in filter(is_there, MACHINES):
        info = _core.TargetInfo.from_json(json.dumps(runner.describe(machine.target)))
        for name in NETWORKS[:1] if options.quick else NETWORKS:
            print(f"networks: {name} on {machine.target}", file=sys.stderr, flush=True)
            outcome = evaluate(machine, info, options.networks / f"{name}.linalg.mlir")
            refused.update(f"{machine.target}: {error}" for error in outcome.refused())
            if outcome.mapped() < LEAST_SHARE:
                wrong.append(f"{name} on {machine.target}: {outcome.mapped():.1%} of the MACs mapped")
            if outcome.seconds > machine.seconds:
                wrong.append(f"{name} on {machine.target}: {outcome.seconds:.1f} s")
            total = outcome.total()
            rows.append([machine.target, name, "yes" if machine.as_quantized else "no",
                         outcome.layers.total(), len(outcome.layers), f"{outcome.mapped():.2%}",
                         f"{total:,}", f"{outcome.total(layers_only=True) / total:.1%}",
                         outcome.methods(), f"{outcome.seconds:.2f} s"])

    result = Result("networks", "Whole networks on described machines",
                    "All layers of a network, each different one evaluated once on one core; cycles are "
                    "the sum over all of them. On the systolic array everything but convolutions and "
                    "contractions is left to a host (docs/design/SystolicArray.md), whose time is in the "
                    "sum. Bounds: 99 % of the multiply-accumulates mapped; 5 s, Gemmini 60 s.")
    result.table("All layers", ["target", "network", "read as quantized", "layers", "different ones",
                                "MACs mapped", "cycles", "of them in layers with MACs", "evaluators",
                                "processor time, one process"], rows)
    for error, count in refused.items():
        result.note(f"{error} ({count} layers)")
    result.write(keep=not options.quick)
    for line in wrong:
        print(line, file=sys.stderr)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
