# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""What benchmarks/tiles.py and benchmarks/host_tiles.py share: the layers of the
networks, their candidates, the truth about them, and ways of choosing."""
from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Mapping, Sequence

import numpy as np
from mlir_pr import _core, toolchain, training
from mlir_pr.errors import MeasurementError
from mlir_pr.kindmodel import Options, Row
from modelling import describe as describe, layers_of, plan
from rich.console import Console
from rich.progress import Progress

#: A layer where random choice costs less than this says nothing about choosing.
WORTH_CHOOSING = 0.10
#: Candidates of the model that the evaluator decides between.
SHORT_LIST = 8
#: Ways of choosing that have a bound.
MODEL, BOTH = "model", f"model, then evaluator on its best {SHORT_LIST}"


def networks_folder() -> Path:
    given = os.environ.get("PR_NETWORKS_DIR")
    return Path(given) if given else Path(__file__).resolve().parents[2] / "shared" / "networks"


def network_layers(info: _core.TargetInfo, types: str,
                   files: Sequence[str] = ("*.linalg.mlir",)) -> list[_core.Layer]:
    """The distinct layers of the networks that the target tiles, with these element
    types and without what is fused behind them."""
    tiled = [kind for kind in info.kinds if info.tile_dims(kind)]
    found: dict[_core.Layer, None] = {}
    for file in sorted(one for pattern in files for one in networks_folder().glob(pattern)):
        if ".dyn." in file.name:
            continue
        text = toolchain.output_of([sys.executable, "-m", "mlir_pr", "layers", str(file), "--format=text"])
        for line in text.splitlines():
            layer = _core.Layer.parse(line.split("#")[0].strip())
            if layer.kind not in tiled:
                continue
            options = {name: value for name, value in layer.options.items() if name != "epilogue"}
            plain = _core.Layer.from_fields(layer.kind, layer.dims, options, types)
            if not info.why_illegal(plain):
                found.setdefault(plain)
    return list(found)


def measure(target: str, layers: Sequence[_core.Layer], label: str, *options: str) -> list[float | None]:
    """Latencies in the target's unit, None where there is none."""
    result: list[float | None] = []
    with tempfile.NamedTemporaryFile("w", suffix=".layers") as file, Progress(console=Console(stderr=True)) as progress:
        file.write("".join(f"{layer.text}\n" for layer in layers))
        file.flush()
        command = [str(toolchain.bench_opt()), f"--target={target}", "--run", f"--layers={file.name}", *options]
        task = progress.add_task(label, total=len(layers))
        with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as process:
            assert process.stdout
            for line in process.stdout:
                answer = json.loads(line)
                result.append(_latency(answer) if answer["status"] == "ok" else None)
                progress.update(task, completed=len(result))
    if len(result) != len(layers):
        raise MeasurementError(f"'{' '.join(command)}' answered {len(result)} of {len(layers)} layers")
    return result


def _latency(answer: Mapping[str, Any]) -> float:
    return float(answer["cycles"] if answer["cycles"] is not None else answer["time_ps"])


def training_plan(info: _core.TargetInfo, layers: Sequence[_core.Layer], count: int, schedules: int,
                  seed: int) -> list[_core.Layer]:
    """What a campaign with `network_layers: exclude` and `schedules` measures: none of
    the layers themselves."""
    return layers_of(plan({"seed": seed, "sampling": "random", "budget": {"count": count},
                           "network_layers": "exclude", "schedules": schedules}, info, layers))


def train(info: _core.TargetInfo, layers: Sequence[_core.Layer], latencies: Sequence[float | None],
          seed: int) -> _core.Estimator:
    rows = [Row(layer, latency) for layer, latency in zip(layers, latencies) if latency]
    return _core.Estimator.from_bytes(training.train(rows, info, Options(seed=seed)).bundle)


@dataclass
class Case:
    """One layer, its candidates and their true latencies."""

    layer: _core.Layer
    candidates: list[_core.Layer]
    truth: np.ndarray
    #: Without a schedule: what the target chooses itself.
    own: float | None

    @property
    def best(self) -> float:
        return float(self.truth.min())

    def regret(self, latency: float) -> float:
        return latency / self.best - 1

    @property
    def random_regret(self) -> float:
        return self.regret(float(self.truth.mean()))


def make_cases(target: str, info: _core.TargetInfo, layers: Sequence[_core.Layer], most: int,
               *options: str) -> list[Case]:
    candidates = [info.tile_candidates(layer, most) for layer in layers]
    flat = [candidate for group in candidates for candidate in group]
    truth = measure(target, [*flat, *layers], "every candidate", *options)
    cases, begin = [], 0
    for i, (layer, group) in enumerate(zip(layers, candidates)):
        known = [(candidate, latency) for candidate, latency in zip(group, truth[begin:begin + len(group)]) if latency]
        begin += len(group)
        if known:
            cases.append(Case(layer, [one for one, _ in known], np.array([latency for _, latency in known]),
                              truth[len(flat) + i]))
    return cases


def volume(layer: _core.Layer) -> int:
    """Elements of a tile, to compare tiles of one layer."""
    product = 1
    for entry in layer.options["tile"].split(","):
        product *= int(entry.partition(":")[2])
    return product


def predictions(estimator: _core.Estimator, case: Case) -> np.ndarray:
    columns = estimator.predict(case.candidates)
    unit = "cycles" if estimator.target.counts_cycles else "time_ps"
    return np.array([float("inf") if value is None else float(value) for value in columns[unit]])


def ranking(predicted: np.ndarray, case: Case) -> list[int]:
    """As the compiler ranks: the fastest first, of equals the one with the largest tiles."""
    return sorted(range(len(predicted)), key=lambda i: (predicted[i], -volume(case.candidates[i]), i))


def choices(estimator: _core.Estimator, case: Case) -> dict[str, float]:
    """The regret of every way of choosing."""
    order = ranking(predictions(estimator, case), case)
    largest = max(range(len(case.candidates)), key=lambda i: volume(case.candidates[i]))
    result = {
        MODEL: case.regret(case.truth[order[0]]),
        BOTH: case.regret(case.truth[order[:SHORT_LIST]].min()),
        "largest that fits": case.regret(case.truth[largest]),
        "random (expected)": case.random_regret,
    }
    if case.own is not None:
        result["the target's own tiler"] = case.regret(case.own)
    return result


def summary(regrets: Sequence[Mapping[str, float]]) -> list[list[str]]:
    """One row for each way: mean, 95 % quantile, largest."""
    rows = []
    for way in regrets[0]:
        values = np.array([one[way] for one in regrets if way in one])
        rows.append([way, *(percent(value) for value in (values.mean(), np.quantile(values, 0.95), values.max()))])
    return rows


def percent(share: float) -> str:
    return f"{100 * share:.2f} %" if abs(share) < 1 else f"{100 * share:,.0f} %"
