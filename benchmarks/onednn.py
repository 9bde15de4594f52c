#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""oneDNN as a black box: the steps that sweeps find, and the error of models.

Convolutions are measured by benchmarks/onednn.yaml, once as counted instructions and
once by the clock for each level of instruction set. Nothing is stated: the steps are
looked for within the budget, which is spent twice: once the sweeps and what is left of
400 measurements, once so many more that 400 are left to learn from. The model is asked
about random layers of the same domain and about the convolutions of real networks, none
of which it has seen. By the clock both are measured twice, some minutes apart: how far
the two differ is the error that no model can beat. Wants a quiet machine.
"""
from __future__ import annotations

import argparse
import itertools
import json
import subprocess
import sys
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import yaml
from mlir_pr import _core, toolchain
from mlir_pr.annotations import read_layers
from mlir_pr.domain import swept_dimensions
from mlir_pr.store import Store, latency_of
from modelling import ROOT, Machine, errors as relative, percent, shared_folder
from results import Result

CONFIG = ROOT / "benchmarks" / "onednn.yaml"
SHARED = shared_folder() / "networks"
NETWORKS = ("resnet18", "mobilenet_v2")
#: Targets in the order of the tables. Below valgrind a multiply-accumulate costs a
#: thousand times as much, so there the layers are smaller, and a run takes ten minutes.
TARGETS = {"onednn-counted": 16_000_000, "onednn-avx2": None, "onednn-avx512": None}
BUDGETS = (400, 680)
EPILOGUES = ("bias", "relu", "clamp", "residual_add", "scale", "activation")
#: Layers that epilogues are measured behind.
PAIRS = 9
#: Layers whose passes interleave.
BLOCK = 64
WHAT = """\
Debian's oneDNN measured by `benchmarks/onednn.yaml`: convolutions of f32, the sweeps that look for steps included.
Nothing is stated beforehand. Off grid: random layers of the same domain; real: the convolutions of ResNet-18 and MobileNetV2
with at least 8 input channels, up to 116 million multiply-accumulates. The model has seen neither. `onednn-counted` counts the
instructions of the AVX2 kernels, the same number every time, of layers up to 16 million multiply-accumulates; the others are
wall time, up to 64 million, the smallest median of interleaved passes."""


def counted_machine() -> Machine:
    """The counted kernels as benchmarks/accuracy.py samples them, with the steps that this
    benchmark finds."""
    domain = yaml.safe_load(CONFIG.read_text())["kinds"]["conv2d"]
    domain["most_macs"] = TARGETS["onednn-counted"]
    dims, types = domain.pop("dims"), domain.pop("types")
    return Machine("onednn-counted", "onednn-counted", "conv2d", tuple(dims.items()), types[0],
                   flat=False, domain=tuple(domain.items()),
                   found_steps=(("oc", 24, "ramps"), ("oc", 8, "ramps"), ("ic", 8, "flat")))


@dataclass
class Run:
    """One target's campaign."""

    target: str
    folder: Path
    random: int
    config: dict[str, Any] = field(default_factory=dict)

    def path(self, suffix: str) -> Path:
        return self.folder / f"{self.target}.{suffix}"

    def command(self, *arguments: object) -> None:
        """mlir-pr, its notes and progress on the terminal."""
        command = [sys.executable, "-m", "mlir_pr", *map(str, arguments)]
        done = subprocess.run(command, stdout=subprocess.DEVNULL, check=False)
        if done.returncode not in (0, 3):
            sys.exit(f"onednn: {' '.join(command)} ended with {done.returncode}")

    def campaign(self, budget: int) -> None:
        """Measures up to this budget, what is in the store included, and trains."""
        self.config = yaml.safe_load(CONFIG.read_text())
        self.config.update(budget={"count": budget}, random_baseline=self.random)
        if most := TARGETS[self.target]:
            self.config["kinds"]["conv2d"]["most_macs"] = most
        self.path("yaml").write_text(yaml.safe_dump(self.config))
        self.command("measure", "--target", self.target, "--config", self.path("yaml"),
                     "--store", self.path("sqlite"))
        self.command("train", "--store", self.path("sqlite"), "--no-baselines",
                     "-o", self.path("prm"))

    def rows(self) -> list[Any]:
        with Store.open(self.path("sqlite")) as store:
            return [row for row in store.measurements(store.target()) if row.ok]

    def steps(self) -> list[list[object]]:
        lattice = _core.Estimator.load(str(self.path("prm"))).kinds["conv2d"]["lattice"]
        found = []
        for dim in swept_dimensions("conv2d"):
            steps = [step for step in lattice.steps if step.dim == dim and step.width > 1]
            if not steps and isinstance(self.config["kinds"]["conv2d"]["dims"].get(dim, 1), int):
                continue  # It has one value in the domain.
            text = ", ".join(f"{step.width} ({step.plateau})" for step in steps)
            found.append([self.target, dim, text or "no step"])
        return found


def measure(target: str, layers: list[str]) -> dict[str, int]:
    """Latency of each layer that could be measured."""
    with tempfile.NamedTemporaryFile("w", suffix=".layers") as file:
        file.write("".join(f"{layer}\n" for layer in layers))
        file.flush()
        done = subprocess.run([toolchain.bench_opt(), f"--target={target}", "--run",
                               f"--layers={file.name}", f"--block={BLOCK}", "--timeout=600"], stdout=subprocess.PIPE, text=True,
                              check=False)
    answers = [json.loads(line) for line in done.stdout.splitlines()]
    return {layer: answer["cycles"] or answer["time_ps"]
            for layer, answer in zip(layers, answers) if answer["status"] == "ok"}


def real_layers() -> list[str]:
    """The convolutions of the networks, each once."""
    found = dict.fromkeys(
        layer for name in NETWORKS for layer in read_layers(str(SHARED / f"{name}.linalg.mlir")).layers
        if layer.startswith("conv2d ") and _core.Layer.parse(layer).dims["ic"] >= 8)
    return list(found)


@dataclass
class Truth:
    """Layers that the model has not seen."""

    name: str
    first: dict[str, int]
    #: Measured again; empty where a measurement is exact.
    second: dict[str, int]

    def noise(self) -> float:
        again = np.array([self.second.get(layer, np.nan) for layer in self.first], float)
        return float(np.nanmean(relative(again, np.array(list(self.first.values()), float))))


def judge(run: Run, learnt: int, swept: int, truth_of: Truth) -> list[object]:
    """One row: the model's error on these layers beside the measurement's own."""
    first = truth_of.first
    layers = list(first)
    truth = np.array([first[layer] for layer in layers], float)
    estimator = _core.Estimator.load(str(run.path("prm")))
    answer = estimator.predict([_core.Layer.parse(layer) for layer in layers])
    column = "cycles" if estimator.target.counts_cycles else "time_ps"
    predicted = np.array([value or np.nan for value in answer[column]], float)
    error = relative(predicted, truth)
    row = [run.target, f"{learnt} + {swept}", truth_of.name, len(layers), percent(float(np.nanmean(error))),
           percent(float(np.nanmedian(error))), percent(float(np.nanpercentile(error, 95)))]
    if not truth_of.second:
        return [*row, "exact", "-"]
    noise = truth_of.noise()
    return [*row, percent(noise), f"{float(np.nanmean(error)) / noise:.2f}"]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--targets", default=",".join(TARGETS), help="some of these (default: all)")
    parser.add_argument("--budgets", default=",".join(map(str, BUDGETS)),
                        help="measurements, sweeps included (default: %(default)s)")
    parser.add_argument("--random", type=int, default=120,
                        help="layers to test on (default: %(default)s)")
    parser.add_argument("--keep", type=Path, metavar="FOLDER",
                        help="for stores and bundles; what it holds is not measured again")
    arguments = parser.parse_args()
    targets = arguments.targets.split(",")
    budgets = sorted(int(budget) for budget in arguments.budgets.split(","))
    real = real_layers() if SHARED.exists() else []
    steps, errors, epilogues = [], [], []
    with tempfile.TemporaryDirectory(prefix="mlir-pr-onednn-") as temporary:
        folder = arguments.keep or Path(temporary)
        folder.mkdir(parents=True, exist_ok=True)
        for target in targets:
            run = Run(target, folder, arguments.random)
            errors += study(run, budgets, real)
            steps += run.steps()
            epilogues.append(epilogue_costs(run))
    result = Result("onednn", "oneDNN as a black box", WHAT)
    result.table("Steps found", ["target", "dimension", "widths (plateau)"], steps)
    result.table("Errors", ["target", "learnt from + swept", "layers", "number", "MAPE", "median",
                            "95th percentile", "repeatability", "error / repeatability"], errors)
    result.table("Fused behind a convolution: its latency grows by", ["target", *EPILOGUES], epilogues)
    result.note("Repeatability: the mean difference of two measurements of the same layers.")
    full = targets == list(TARGETS) and tuple(budgets) == BUDGETS and bool(real)
    result.write(keep=full)
    return 0


def epilogue_costs(run: Run) -> list[object]:
    """What each epilogue adds to a convolution: the median over layers of all sizes."""
    rows = sorted((row for row in run.rows() if row.role == "random"), key=latency_of)
    chosen = [rows[i].layer for i in np.linspace(0, len(rows) - 1, PAIRS).round().astype(int)]
    fused = {name: [layer.replace(" : ", f" epilogue={name} : ") for layer in chosen]
             for name in EPILOGUES}
    # In one run, so that the passes over a layer and its pairs interleave.
    latency = measure(run.target, [*chosen, *itertools.chain(*fused.values())])
    single = np.array([latency.get(layer, np.nan) for layer in chosen], float)
    return [run.target, *(percent(float(np.nanmedian(
        np.array([latency.get(pair, np.nan) for pair in pairs], float) / single - 1)))
        for pairs in fused.values())]


def study(run: Run, budgets: list[int], real: list[str]) -> list[list[object]]:
    """The rows of one target."""
    truths: list[Truth] = []
    rows = []
    for budget in budgets:
        run.campaign(budget)
        measured = run.rows()
        if not truths:
            random = {row.layer: latency_of(row) for row in measured if row.role == "random"}
            truths = [Truth("off grid", random, {}), Truth("real", measure(run.target, real), {})]
            if run.target != "onednn-counted":
                for truth in truths:
                    truth.second = measure(run.target, list(truth.first))
        swept = sum(row.role == "sweep" for row in measured)
        learnt = sum(row.role in ("pr", "independent", "plateau-start") for row in measured)
        rows += [judge(run, learnt, swept, truth) for truth in truths if truth.first]
    return rows


if __name__ == "__main__":
    sys.exit(main())
