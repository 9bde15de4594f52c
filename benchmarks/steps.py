#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Described machines as black boxes: does the fitter find the steps that their files say?

Every described target is swept through two layers a dimension, exactly and with noise.
A width that white-box analysis derives must be found where its step at the background
point is at least one cycle (exact) or three standard deviations (noisy).
"""
from __future__ import annotations

import argparse
import hashlib
import itertools
import json
import math
import os
import statistics
import subprocess
import sys
from concurrent.futures import Executor, ProcessPoolExecutor
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Callable, Iterator, Sequence

import numpy as np
from rich.console import Console
from rich.progress import track

from mlir_pr import _core, domain, toolchain
from mlir_pr.fileio import write_atomically
from mlir_pr.runner import describe
from results import Result

ROOT = Path(__file__).resolve().parent.parent
TARGETS = ("ultratrail", "ultratrail[rows=12,cols=16]", "systolic_array", "systolic_array[rows=8,cols=8]",
           "systolic_array[rows=16,cols=16]", "systolic_array[rows=8,cols=8,dataflow=1]",
           "systolic_array[rows=32,cols=32,width=32]", "plasticine", "gemmini",
           "test/Inputs/ramping_npu.mlir")
#: As in campaigns: sweeps end between the two, where the target allows it.
FEW_PLATEAUS, LARGEST_EXTENT = 256, 512
MOST_MEASUREMENTS = 48
#: Rank, by work, of the layers that are swept.
BACKGROUNDS = (0.5, 0.85)
OUTLIERS = 0.01
#: Standard deviation of the noise, and the share of seeds that must succeed.
NOISES = {0.0: 1.0, 0.02: 0.99, 0.05: 0.95}
#: Where noise hides a smaller step.
VISIBLE = 3.0
WHAT = """\
Each target is known by its latencies alone: one dimension at a time, through two layers of its domain (of median work, and
above 85 % of the layers), at most 48 measurements. *Required* are the widths that white-box analysis derives and whose step
at the background point is at least one cycle, or three standard deviations of the noise. The step is the rise at the
two edges nearest to the background point beyond the largest rise within the plateau before it, as far as the plateau behind does
not give it back. Noise is multiplicative and normal; one measurement in a hundred is ten times as long."""


@dataclass(frozen=True)
class Sweep:
    target: str
    name: str
    dim: str
    #: Exact latencies from extent 1.
    latencies: tuple[int, ...]
    #: White-box (width, offset), and the height of its step over the latency
    #: there, in cycles and relative.
    steps: tuple[tuple[int, int, float, float], ...]

    def required(self, noise: float) -> list[int]:
        return [width for width, _, cycles, share in self.steps
                if (cycles >= 1 if noise == 0 else share >= VISIBLE * noise)]


def measured(target: str, layers: Sequence[_core.Layer]) -> list[int | None]:
    command = [str(toolchain.bench_opt()), f"--target={target}", "--run", "--layers=-"]
    lines = subprocess.run(command, input="".join(f"{layer.text}\n" for layer in layers),
                           stdout=subprocess.PIPE, text=True, check=False).stdout.splitlines()
    return [json.loads(line)["cycles"] for line in lines]


def height(latencies: Sequence[int], width: int, offset: int, near: int,
           wider: Sequence[tuple[int, int]]) -> tuple[float, float]:
    """Of the step at the two edges beside a point: the lower one, in cycles and
    relative to the latency there; (0, 0) where the sweep holds no two."""
    edges = [edge for edge in range(offset or width, len(latencies), width)
             if not any((edge - o) % w == 0 for w, o in wider)]
    if len(edges) < 2:
        return 0.0, 0.0
    at = [0, *latencies]

    def rise(edge: int) -> float:
        inner = [at[x + 1] - at[x] for x in range(max(1, edge - width + 1), edge)] or [0]
        above = float(at[edge + 1] - at[edge] - max(inner))
        if edge + width < len(at):
            above = min(above, at[edge + width] - at[edge] - width * statistics.median(inner))
        return above

    beside = sorted(edges, key=lambda edge: abs(edge - near))[:2]
    return min(rise(edge) for edge in beside), min(rise(edge) / at[edge] for edge in beside)


def sweeps_of(target: str, backgrounds: Sequence[float]) -> Iterator[Sweep]:
    info = _core.TargetInfo.from_json(json.dumps(describe(target)))
    for kind in info.kinds:
        one = domain.from_target(info, kind)
        if one is None:
            continue
        cube = np.random.RandomState(1).random_sample((512, len(one.axes)))
        layers = sorted((layer for layer in one.layers(cube) if isinstance(layer, _core.Layer)
                         and layer.kind == kind and not info.why_illegal(layer)),
                        key=lambda layer: (layer.work["macs"], layer.text))
        # Without a step, none can be required.
        if layers and info.lattice(kind).steps:
            yield from _sweeps_of_kind(target, info, layers, backgrounds)


def _sweeps_of_kind(target: str, info: _core.TargetInfo, layers: Sequence[_core.Layer],
                    backgrounds: Sequence[float]) -> Iterator[Sweep]:
    kind = layers[0].kind
    lattice = info.lattice(kind)
    for dim, share in itertools.product(domain.swept_dimensions(kind), backgrounds):
        background = layers[int(share * (len(layers) - 1))]
        high = max(layer.dims[dim] for layer in layers)
        if high < 16:
            continue
        high = min(max(high, FEW_PLATEAUS), LARGEST_EXTENT, lattice.maximum.get(dim, LARGEST_EXTENT))
        points = _points(background, dim, high, info)
        latencies = measured(target, points) if points else []
        if not latencies or None in latencies:
            continue
        known = tuple(int(latency) for latency in latencies if latency is not None)
        white = [(step.width, step.offset) for step in lattice.steps if step.dim == dim]
        steps = tuple((width, offset, *height(
            known, width, offset, background.dims[dim],
            [(w, o) for w, o in white if w > width and w % width == 0]))
            for width, offset in white if 2 * width <= high)
        yield Sweep(target, background.text, dim, known, steps)


def _points(background: _core.Layer, dim: str, high: int,
            info: _core.TargetInfo) -> list[_core.Layer]:
    """Empty where an extent makes no legal layer of the same kind."""
    try:
        points = [background.replace(**{dim: extent}) for extent in range(1, high + 1)]
    except ValueError:
        return []
    fine = all(point.kind == background.kind and not info.why_illegal(point) for point in points)
    return points if fine else []


def found(latency: Callable[[int], float], high: int, noise: float,
          seed: int) -> tuple[set[int], int]:
    """Widths that the fitter reports, and what they took."""
    random = np.random.RandomState(seed)
    fitter = _core.StepFitter(1, high, MOST_MEASUREMENTS)
    while (extent := fitter.next()) is not None:
        value = latency(extent)
        if noise > 0:
            value *= max(0.3, 1 + noise * random.standard_normal())
            value *= 10 if random.random_sample() < OUTLIERS else 1
        fitter.observe(extent, value)
    fit = fitter.result()
    return {step.width for step in fit.steps}, fit.measurements


@dataclass
class Score:
    good: int = 0
    fits: int = 0
    measurements: int = 0
    most: int = 0

    def count(self, good: bool, measurements: int) -> None:
        self.good += good
        self.fits += 1
        self.measurements += measurements
        self.most = max(self.most, measurements)

    def cells(self) -> list[str]:
        if self.fits == 0:
            return ["-", "-"]
        return [f"{100 * self.good / self.fits:.1f} % of {self.fits}",
                f"{self.measurements / self.fits:.1f}, at most {self.most}"]


NO_STAIRS: dict[str, Callable[[int, int], float]] = {
    "constant": lambda x, seed: 5000.0,
    "linear": lambda x, seed: 500.0 + (1 + seed % 50) * x,
    "power 1.5": lambda x, seed: round(500 + (1 + seed % 50) * x ** 1.5),
    "root": lambda x, seed: round(500 + 100 * (1 + seed % 50) * math.sqrt(x)),
    "logarithm": lambda x, seed: round(500 + 100 * (1 + seed % 50) * math.log(x)),
    "roofline": lambda x, seed: round(max(5000.0, (10 + seed) * x)),
    "random": lambda x, seed: 1000.0 + np.random.RandomState(1009 * seed + x).randint(10000),
}


def _on_sweep(task: tuple[Sweep, float, int]) -> tuple[bool, int]:
    """Whether all that is required was found, and what it took."""
    sweep, noise, seed = task
    widths = set(sweep.required(noise))
    seen, spent = found(lambda x: float(sweep.latencies[x - 1]), len(sweep.latencies), noise, seed)
    if not widths <= seen:
        print(f"missed {widths - seen} over {sweep.dim} of {sweep.target}: {sweep.name}, "
              f"{100 * noise:g} % noise, seed {seed}", file=sys.stderr)
    return widths <= seen, spent


def _on_curve(task: tuple[str, float, int]) -> tuple[bool, int]:
    """Whether no step was reported, and what it took."""
    name, noise, seed = task
    seen, spent = found(lambda x: float(NO_STAIRS[name](x, seed)), LARGEST_EXTENT, noise, seed)
    return not seen, spent


def scored(pool: Executor, fit: Callable[..., tuple[bool, int]], tasks: Sequence[object],
           what: str) -> Score:
    score = Score()
    for good, spent in track(pool.map(fit, tasks, chunksize=4), what, total=len(tasks),
                             console=Console(stderr=True)):
        score.count(good, spent)
    return score


def described(pool: Executor, sweeps: Sequence[Sweep], seeds: int) -> list[list[str]]:
    rows = []
    for target in dict.fromkeys(sweep.target for sweep in sweeps):
        own = [sweep for sweep in sweeps if sweep.target == target]
        for noise, share in NOISES.items():
            required = sum(len(set(sweep.required(noise))) for sweep in own)
            tasks = [(sweep, noise, seed) for sweep in own if sweep.required(noise)
                     for seed in range(seeds if noise > 0 else 1)]
            score = scored(pool, _on_sweep, tasks, f"{target}, {100 * noise:g} % noise")
            rows.append([target, f"{100 * noise:g} %", str(len(own)), str(required), *score.cells(),
                         "all" if noise == 0 else f"{100 * share:g} %"])
    return rows


def no_stairs(pool: Executor, seeds: int) -> list[list[str]]:
    rows = []
    for name, noise in itertools.product(NO_STAIRS, NOISES):
        tasks = [(name, noise, seed) for seed in range(seeds)]
        score = scored(pool, _on_curve, tasks, f"{name}, {100 * noise:g} % noise")
        rows.append([name, f"{100 * noise:g} %", *score.cells(), "99 %"])
    return rows


def kept_sweeps(name: str, backgrounds: Sequence[float], folder: Path | None) -> list[Sweep]:
    """The exact sweeps of a target; with a folder, from there if it holds them. Latencies
    are those of the description, whatever is changed in the fitter."""
    target = str(ROOT / name) if name.endswith(".mlir") else name
    if folder is None:
        return [replace(sweep, target=name) for sweep in sweeps_of(target, backgrounds)]
    text = json.dumps([name, describe(target), list(backgrounds)], sort_keys=True)
    path = folder / f"{hashlib.sha256(text.encode()).hexdigest()[:16]}.json"
    if not path.exists():
        folder.mkdir(parents=True, exist_ok=True)
        made = kept_sweeps(name, backgrounds, None)
        write_atomically(path, json.dumps([asdict(sweep) for sweep in made]))
    rows = json.loads(path.read_text())
    return [Sweep(row["target"], row["name"], row["dim"], tuple(row["latencies"]),
                  tuple(tuple(step) for step in row["steps"])) for row in rows]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--seeds", type=int, default=100)
    parser.add_argument("--curve-seeds", type=int, default=100, help="of the curves without a step")
    parser.add_argument("--keep", action="store_true", help="keep the result of fewer targets too")
    parser.add_argument("--targets", nargs="+", default=TARGETS)
    parser.add_argument("--quick", action="store_true", help="five seeds, one background, nothing is kept")
    parser.add_argument("--curves", type=Path, metavar="FOLDER",
                        help="keep exact sweeps there, and take them from there")
    arguments = parser.parse_args()
    seeds = 5 if arguments.quick else arguments.seeds
    result = Result("steps", "Steps found in black boxes", WHAT)
    sweeps: list[Sweep] = []
    for name in arguments.targets:
        if not name.endswith(".mlir") and not (ROOT / "architectures" / f"{name.split('[')[0]}.mlir").exists():
            print(f"left out: {name} is not described here", file=sys.stderr)
            continue
        sweeps += kept_sweeps(name, BACKGROUNDS[:1] if arguments.quick else BACKGROUNDS, arguments.curves)
    with ProcessPoolExecutor(len(os.sched_getaffinity(0))) as pool:
        result.table("Described targets", ["target", "noise", "sweeps", "required widths", "all of a sweep found",
                                           "measurements", "asked for"], described(pool, sweeps, seeds))
        result.table("Curves without a step", ["curve", "noise", "no step reported", "measurements", "asked for"],
                     no_stairs(pool, 5 if arguments.quick else arguments.curve_seeds))
    result.write(keep=arguments.keep or (not arguments.quick and tuple(arguments.targets) == TARGETS))
    return 0


if __name__ == "__main__":
    sys.exit(main())
