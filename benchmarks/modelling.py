# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""What benchmarks/accuracy.py, intervals.py and tables.py share: described machines
with plans and truth, imported tables, and the training of a model or a baseline."""
from __future__ import annotations

import collections
import functools
import json
import os
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Callable, Iterable, Iterator, Sequence

import numpy as np
import numpy.typing as npt
from rich.console import Console
from rich.progress import track

from mlir_pr import _core, active, planning, rounds, toolchain
from mlir_pr.annotations import read_layers
from mlir_pr.baselines import fit
from mlir_pr.campaign import Campaign, read_campaign
from mlir_pr.kindmodel import Options, Row
from mlir_pr.runner import PlannedLayer
from mlir_pr.store import Measurement
from mlir_pr.tables import read_table
from mlir_pr.training import train

FloatArray = npt.NDArray[np.float64]

ROOT = Path(__file__).resolve().parent.parent


def shared_folder() -> Path:
    """The folder with measurements and networks made elsewhere, beside the checkout."""
    return Path(os.environ.get("PR_SHARED_DIR", ROOT.parent / "shared"))


def shared_networks() -> dict[str, Path]:
    """Those whose extents are known, by name."""
    files = sorted((shared_folder() / "networks").glob("*.linalg.mlir"))
    return {file.name.removesuffix(".linalg.mlir"): file for file in files
            if ".dyn." not in file.name}


def counted_layers(network: Path, info: _core.TargetInfo,
                   as_quantized: bool) -> dict[_core.Layer, int]:
    """Each different layer and how often it occurs. Networks that are quantized already are
    read as they are."""
    quantize = as_quantized and ".int8." not in network.name
    texts = collections.Counter(read_layers(str(network), info, quantize).layers)
    return {_core.Layer.parse(text): count for text, count in texts.items()}


# Described machines.


def describe(target: str) -> _core.TargetInfo:
    text = toolchain.output_of([str(toolchain.bench_opt()), f"--target={target}", "--describe"])
    return _core.TargetInfo.from_json(text)


def measure(target: str, layers: Sequence[_core.Layer]) -> FloatArray:
    """Cycles; NaN where the target cannot run a layer."""
    with tempfile.TemporaryDirectory(prefix="mlir-pr-") as folder:
        file = Path(folder) / "layers.txt"
        file.write_text("".join(layer.text + "\n" for layer in layers))
        done = subprocess.run(
            [str(toolchain.bench_opt()), f"--target={target}", "--run",
             "--layers", str(file)], capture_output=True, text=True, check=False)
    replies = [json.loads(line) for line in done.stdout.splitlines()]
    return np.array([np.nan if reply["cycles"] is None else reply["cycles"]
                     for reply in replies], dtype=np.float64)


def measure_once(target: str, layers: Sequence[_core.Layer], file: Path) -> FloatArray:
    """The same, for targets that take long: what was measured is in `file`, as lines of a layer
    and its latency, and stays there. Several processes may share it."""
    known = dict(map(json.loads, file.read_text().splitlines())) if file.exists() else {}
    missing = [layer for layer in dict.fromkeys(layers) if layer.text not in known]
    if missing:
        found = {layer.text: value for layer, value in zip(missing, measure(target, missing))}
        with open(file, "a", encoding="utf-8") as kept:
            kept.write("".join(json.dumps(entry) + "\n" for entry in found.items()))
        known.update(found)
    return np.array([known[layer.text] for layer in layers], dtype=np.float64)


def _campaign(config: dict[str, Any]) -> Campaign:
    with tempfile.TemporaryDirectory(prefix="mlir-pr-") as folder:
        file = Path(folder) / "campaign.yaml"
        file.write_text(json.dumps(config))  # JSON is YAML
        return read_campaign(file)


def plan(config: dict[str, Any], info: _core.TargetInfo,
         network_layers: Sequence[_core.Layer] = ()) -> list[PlannedLayer]:
    """What a campaign measures, in its order; of one with rounds, what it would measure
    without any."""
    return planning.make_plan(_campaign(config), info, network_layers).layers


Measure = Callable[[Sequence[_core.Layer]], FloatArray]


def campaign_rows(measure: Measure, config: dict[str, Any], info: _core.TargetInfo,
                  network_layers: Sequence[_core.Layer]) -> list[Row]:
    """What a campaign measures, rounds included."""
    campaign = _campaign(config)
    first, later = rounds.split(campaign, planning.make_plan(campaign, info, network_layers))
    planned, known = list(first.layers), rows(measure, first.layers)
    for one in later:
        measured = _as_measured(known, info)
        chosen = rounds.choose(campaign, info, network_layers, measured, planned, one).layers
        planned += chosen
        known += rows(measure, chosen)
    return known


def _as_measured(known: Sequence[Row], info: _core.TargetInfo) -> list[Measurement]:
    unit = "cycles" if info.counts_cycles else "time_ps"
    return [Measurement(row.layer.text, "pr", **{unit: int(row.latency)}) for row in known]


def layers_of(planned: Sequence[PlannedLayer]) -> list[_core.Layer]:
    return [_core.Layer.parse(one.layer) for one in planned]


def rows(measure: Measure, planned: Sequence[PlannedLayer]) -> list[Row]:
    """Those that the target can run, measured."""
    layers = layers_of(planned)
    return [Row(layer, float(value), independent=one.role == "independent")
            for one, layer, value in zip(planned, layers, measure(layers)) if value > 0]


def sample_actively(count: int, seed: int, info: _core.TargetInfo, begin: Callable[[int], list[Row]],
                    pool_of: Callable[[int, int, list[Row]], list[PlannedLayer]],
                    measure: Callable[[list[PlannedLayer]], list[Row]]) -> list[Row]:
    """What a campaign measures that goes where a model is least sure. `begin`: the first part,
    of so many layers; `pool_of`: for a round, a number of layers to choose from, given what is
    known."""
    first, *later = active.sizes(count)
    known = begin(first)
    for number, size in enumerate(later):
        pool = pool_of(number, active.POOL * size, known)
        known += measure(active.most_uncertain(pool, _as_measured(known, info), size, info, seed))
    return known


@dataclass(frozen=True)
class Machine:
    name: str
    target: str
    kind: str
    #: Ranges in place of the description's, in the words of a campaign.
    dims: tuple[tuple[str, Any], ...] = ()
    types: str = "i8, i8 -> i32"
    #: Whether all plateaus are flat.
    flat: bool = True
    #: Of hardware that describes no steps: a target that does, the same machine.
    described_by: str = ""
    #: The same of a library: dimension, width and plateau of steps that were found.
    found_steps: tuple[tuple[str, int, str], ...] = ()
    #: More of what a campaign says of the kind.
    domain: tuple[tuple[str, Any], ...] = ()
    #: Where measuring takes long: a file for what was measured.
    kept: Path | None = None

    @functools.cached_property
    def info(self) -> _core.TargetInfo:
        info = describe(self.described_by or self.target)
        return _with_steps(info, self.kind, self.found_steps) if self.found_steps else info

    def plan(self, sampling: str, count: int, seed: int,
             share: float | None = None) -> list[PlannedLayer]:
        """A campaign of this machine's kind, network layers apart."""
        config = self._config(sampling, count, seed)
        if share is not None:
            config["starts_share"] = share
        return plan(config, self.info)

    def _config(self, sampling: str, count: int, seed: int) -> dict[str, Any]:
        return {"seed": seed, "sampling": sampling, "budget": {"count": count},
                "kinds": {self.kind: {"types": [self.types], "dims": dict(self.dims), **dict(self.domain)}}}

    def sample(self, sampling: str, count: int, seed: int) -> list[Row]:
        """What a campaign of so many layers measures."""
        if sampling != "active":
            return campaign_rows(self.measure, self._config(sampling, count, seed), self.info, ())
        planned = self.plan(sampling, count, seed)
        return sample_actively(
            count, seed, self.info, lambda size: self.rows(planned[:size]),
            lambda number, size, _: self.plan("auto", size, seed + 1000 * (number + 1)), self.rows)

    def drawn(self, count: int, seed: int) -> list[_core.Layer]:
        """Random layers to be asked about."""
        return layers_of(self.plan("random", count, seed))

    def measure(self, layers: Sequence[_core.Layer]) -> FloatArray:
        return measure_once(self.target, layers, self.kept) if self.kept else measure(self.target, layers)

    def rows(self, planned: Sequence[PlannedLayer]) -> list[Row]:
        return rows(self.measure, planned)


def _with_steps(info: _core.TargetInfo, kind: str,
                steps: Iterable[tuple[str, int, str]]) -> _core.TargetInfo:
    text = json.loads(info.to_json())
    for one in text["kinds"]:
        if one["kind"] == kind:
            one["steps"] = [{"dim": dim, "width": width, "offset": 0, "region_low": 1,
                             "resource": "compute", "plateau": plateau, "knowledge": "black",
                             "evidence": "found by sweeps"} for dim, width, plateau in steps]
    return _core.TargetInfo.from_json(json.dumps(text))


NARROW = (("oc", [1, 128]), ("ic", [1, 128]), ("ih", [4, 56]), ("iw", [4, 56]),
          ("kh", {"values": [1, 3, 5]}), ("kw", "kh"), ("ph", "kh // 2"), ("pw", "kh // 2"),
          ("sh", {"values": [1, 2]}), ("sw", "sh"))
WIDE = (("oc", [1, 512]), ("ic", [1, 512]), *NARROW[2:])
_MATMUL = (("m", [1, 256]), ("n", [1, 512]), ("k", [1, 512]))
#: What a simulation of hardware gets through.
_SMALL_MATMUL = (("m", [1, 128]), ("n", [1, 128]), ("k", [1, 128]))

_SPEECH = (("oc", {"range": [1, 128], "scale": "linear"}),
           ("ic", {"range": [1, 128], "scale": "linear"}),
           ("kw", {"values": [1, 3, 5, 7, 9]}), ("sw", [1, 4]),
           ("iw", {"range": [16, 128], "scale": "linear"}), ("pw", {"values": [0, "kw // 2"]}))


def usable(found: Sequence[Machine]) -> list[Machine]:
    """Those whose targets this build has."""
    text = toolchain.output_of([str(toolchain.bench_opt()), "--list-targets=json"])
    known = {one["name"] for one in json.loads(text)["targets"] if one["available"]}
    return [one for one in found if Path(one.target).exists() or one.target.split("[")[0] in known]


def machines() -> list[Machine]:
    ramping = str(ROOT / "test" / "Inputs" / "ramping_npu.mlir")
    found = [
        Machine("ultratrail 8x8", "ultratrail", "conv1d", _SPEECH),
        Machine("ultratrail 12x16", "ultratrail[rows=12,cols=16]", "conv1d", _SPEECH),
        Machine("systolic 16x16", "systolic_array[rows=16,cols=16,width=16]", "matmul", _MATMUL,
                flat=False),
        Machine("ramping NPU, narrow", ramping, "conv2d", NARROW, flat=False),
        Machine("ramping NPU, wide", ramping, "conv2d", WIDE, flat=False),
        Machine("plasticine", "plasticine", "matmul", _MATMUL, types="f32, f32 -> f32", flat=False),
        Machine("gemmini", "gemmini", "matmul", _MATMUL, flat=False),
    ]
    return usable(found)


def simulated_hardware() -> list[Machine]:
    """What no description is asked about, but for its steps."""
    return usable([
        Machine("systolic-rtl 8x8", "systolic-rtl[rows=8,cols=8,width=8]", "matmul", _SMALL_MATMUL,
                flat=False, described_by="systolic_array[rows=8,cols=8,width=8]")])


# Tables of measurements made elsewhere.


@dataclass(frozen=True)
class ImportedTable:
    """Layers with latencies in picoseconds, and the cell that each belongs to."""

    name: str
    layers: list[_core.Layer]
    latencies: FloatArray
    cells: npt.NDArray[np.int64]
    #: The raw columns, what a plain learner would be given.
    columns: npt.NDArray[np.float64]

    def take(self, index: npt.NDArray[np.int64]) -> list[Row]:
        return [Row(self.layers[i], float(self.latencies[i])) for i in index]

    def every(self, nth: int) -> ImportedTable:
        """A table of each nth row."""
        return ImportedTable(self.name, self.layers[::nth], self.latencies[::nth],
                             self.cells[::nth], self.columns[::nth])

    @functools.cached_property
    def info(self) -> _core.TargetInfo:
        return _core.TargetInfo.from_json(json.dumps({
            "schema": 1, "name": self.name, "counts_cycles": False,
            "kinds": [{"kind": self.layers[0].kind}]}))


def gpu_table(name: str) -> ImportedTable:
    """`a100-linear`, `a100-conv2d` and the like, through their map.yaml."""
    config = ROOT / "examples" / "tables" / f"{name}.yaml"
    table = read_table(shared_folder() / "data" / "nvidia-kernels" / f"{name}.csv", config)
    layers = [_core.Layer.parse(row.layer) for row in table.rows]
    linear = name.endswith("linear")
    first, second = ("k", "n") if linear else ("ic", "oc")
    names = ["m", "k", "n"] if linear else ["n", "ic", "oc", "kh", "oh", "sh", "pt"]
    dims = [layer.dims for layer in layers]
    cells = [int(np.log2(one[first])) * 64 + int(np.log2(one[second])) for one in dims]
    columns = np.array([[one[dim] for dim in names] for one in dims], dtype=np.float64)
    return ImportedTable(name, layers, np.array([row.time_ps for row in table.rows], np.float64),
                         np.array(cells), columns)


def folds_of(groups: npt.NDArray[np.int64], folds: int,
             seed: int) -> Iterator[tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]]:
    """Seen and held-out rows; a group is held out as a whole."""
    names, place = np.unique(groups, return_inverse=True)
    fold = np.empty(names.size, dtype=np.int64)
    fold[np.random.RandomState(seed).permutation(names.size)] = np.arange(names.size) % folds
    for one in range(folds):
        yield np.flatnonzero(fold[place] != one), np.flatnonzero(fold[place] == one)


# Learners.


def learn(rows: Sequence[Row], info: _core.TargetInfo, confidence: int = 90,
          options: Options = Options()) -> _core.Estimator:
    return _core.Estimator.from_bytes(train(rows, info, options).bundle, confidence)


def ask(estimator: _core.Estimator, layers: Sequence[_core.Layer]) -> dict[str, FloatArray]:
    """Arrays value, lower, upper (NaN: none) in the target's unit, and outside: whether
    the layer is extrapolated."""
    answers = estimator.predict(list(layers))
    names = ("cycles", "lower_cycles", "upper_cycles") if estimator.target.counts_cycles \
        else ("time_ps", "lower_ps", "upper_ps")
    result = {key: np.array([np.nan if one is None else one for one in answers[name]], np.float64)
              for key, name in zip(("value", "lower", "upper"), names)}
    result["outside"] = np.array([status == "extrapolated" for status in answers["status"]])
    return result


def plain(rows: Sequence[Row], info: _core.TargetInfo, name: str, seed: int,
          layers: Sequence[_core.Layer]) -> FloatArray:
    """A baseline's answers."""
    return np.asarray(fit(name, rows, info, seed).predict(list(layers)))


def errors(predicted: FloatArray, truth: FloatArray) -> FloatArray:
    return np.abs(predicted / truth - 1)


def progress(jobs: Sequence[Any], label: str) -> Iterable[Any]:
    """The jobs, with progress and the time left on standard error."""
    return track(jobs, label, console=Console(stderr=True))


def percent(share: float) -> str:
    return f"{100 * share:.2f} %"


