#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""What the sampling buys, and what the model: error off the grid for equal budgets.

Each described machine is sampled in every way, and from each sample three learners are
trained: the plain forest of latencies, the same of rates (arithmetic a cycle), and the
step-aware model. All are asked about the same layers, drawn at random; forests that learned
from representatives are asked at the representative. A figure is the mean error of all
seeds; `auto` and the step-aware model are the project's defaults. oneDNN's convolutions, whose
instructions valgrind counts, have the steps that sweeps found (`benchmarks/run.sh onednn`), fewer
budgets and 500 layers to be asked about, for a second each. Tables of GPU kernels,
measured elsewhere, have no steps and only their own rows to choose from: at random, or
where a model is least sure.
"""
from __future__ import annotations

import argparse
import concurrent.futures
import itertools
import json
import os
import sys
import tempfile
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Sequence

import numpy as np

from mlir_pr import _core
from mlir_pr.fileio import write_atomically
from mlir_pr.kindmodel import Row
from mlir_pr.runner import PlannedLayer
from modelling import (ImportedTable, Machine, ask, errors, gpu_table, learn, machines, percent,
                       plain, progress, sample_actively, shared_folder, simulated_hardware, usable)
from onednn import counted_machine
from results import KEPT, Result

SAMPLINGS = ("random", "pr", "pr+starts", "auto", "active")
LEARNERS = ("plain forest", "rate forest", "step-aware")
#: Of the forests, what is asked at representatives.
AT_REPRESENTATIVES = {"plain forest": "paper", "rate forest": "paper, rates"}
BUDGETS = (200, 400, 800, 1600)
TESTS = 2000
#: Where measuring takes long: the largest budget and the number of layers asked about.
SLOW_BUDGET, SLOW_TESTS = 400, 500
#: The default must be this close to the best of a machine and budget.
CLOSE_SHARE, CLOSE_POINTS = 1.05, 0.001
#: Where all plateaus are flat: the share of the error of random samples that
#: representatives may have, with the better forest.
FLAT_SHARE = 0.2

#: How rows of a table can be chosen.
TABLE_SAMPLINGS = ("random", "active")
TABLE_TESTS = 1000
TABLES = ("a100-linear", "t4-linear", "a100-conv2d", "t4-conv2d")


@dataclass(frozen=True)
class PoolOfRows:
    """A table as if it were a machine that can measure its own rows alone."""

    table: ImportedTable
    flat: bool = False

    @property
    def name(self) -> str:
        return self.table.name

    @property
    def info(self) -> _core.TargetInfo:
        return self.table.info

    def _order(self) -> np.ndarray:
        return np.random.RandomState(1000).permutation(len(self.table.layers))

    def truth(self) -> Truth:
        tests = self._order()[:TABLE_TESTS]
        return [self.table.layers[i] for i in tests], self.table.latencies[tests]

    def sample(self, sampling: str, count: int, seed: int) -> list[Row]:
        pool = np.random.RandomState(seed).permutation(self._order()[TABLE_TESTS:])
        if sampling == "random":
            return self.table.take(pool[:count])
        by_text = {self.table.layers[i].text: i for i in pool}

        def rest(number: int, size: int, known: list[Row]) -> list[PlannedLayer]:
            others = np.setdiff1d(pool, [by_text[row.layer.text] for row in known])
            return [PlannedLayer(self.table.layers[i].text, "pr") for i in
                    np.random.RandomState(seed + number + 1).permutation(others)[:size]]

        return sample_actively(
            count, seed, self.info, lambda size: self.table.take(pool[:size]), rest,
            lambda chosen: self.table.take(np.array([by_text[one.layer] for one in chosen])))


Truth = tuple[list[_core.Layer], np.ndarray]
Source = Machine | PoolOfRows
#: A budget of a machine.
Cell = tuple[Source, int]
#: Error by machine, budget, sampling and learner.
Means = dict[tuple[str, int, str, str], float]


@dataclass(frozen=True)
class Job:
    source: Source
    budget: int
    sampling: str
    seed: int

    def key(self) -> tuple[Any, ...]:
        return self.source.name, self.budget, self.sampling, self.seed


def sources(latencies: Path) -> list[Source]:
    """`latencies`: a file for those of layers that take long to measure."""
    found: list[Source] = [*machines(), *simulated_hardware(),
                           *(replace(one, kept=latencies) for one in usable([counted_machine()]))]
    if (shared_folder() / "data" / "nvidia-kernels").exists():
        found += [PoolOfRows(gpu_table(name)) for name in TABLES]
    return found


def is_slow(source: Source) -> bool:
    return isinstance(source, Machine) and source.kept is not None


def budgets_of(source: Source, budgets: list[int]) -> list[int]:
    return [one for one in budgets if one <= SLOW_BUDGET or not is_slow(source)]


def samplings_of(source: Source) -> tuple[str, ...]:
    return TABLE_SAMPLINGS if isinstance(source, PoolOfRows) else SAMPLINGS


def truth_of(source: Source) -> Truth:
    if isinstance(source, PoolOfRows):
        return source.truth()
    layers = source.drawn(SLOW_TESTS if is_slow(source) else TESTS, 1000)
    return layers, source.measure(layers)


def error(learner: str, rows: list[Row], machine: Source, sampling: str, seed: int,
          truth: Truth) -> float:
    layers, latencies = truth
    if learner == "step-aware":
        answers = ask(learn(rows, machine.info), layers)["value"]
    else:
        rounded = sampling.startswith("pr") or (machine.flat and sampling != "random")
        name = AT_REPRESENTATIVES[learner] if rounded else learner
        answers = plain(rows, machine.info, name, seed, layers)
    return float(np.nanmean(errors(answers, latencies)))


def run(job: Job, truth: Truth) -> dict[str, float]:
    rows = job.source.sample(job.sampling, job.budget, job.seed)
    return {learner: error(learner, rows, job.source, job.sampling, job.seed, truth)
            for learner in LEARNERS}


class Outcomes:
    """Errors by job and learner; in a file as they come, so that a run goes on where one
    before it ended. The file is of one version of the models: whoever changes them begins
    another."""

    def __init__(self, file: Path | None) -> None:
        self._file = file
        self.found: dict[tuple[Any, ...], dict[str, float]] = {}
        if file and file.exists():
            for line in file.read_text().splitlines():
                key, outcome = json.loads(line)
                self.found[tuple(key)] = outcome

    def add(self, job: Job, outcome: dict[str, float]) -> None:
        self.found[job.key()] = outcome
        if self._file:
            lines = (json.dumps(entry) + "\n" for entry in self.found.items())
            write_atomically(self._file, "".join(lines))

    def mean(self, source: Source, budget: int, sampling: str, learner: str,
             seeds: range) -> float:
        return float(np.mean([self.found[source.name, budget, sampling, seed][learner]
                              for seed in seeds]))


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="one seed, budgets 200 and 800; not kept")
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--budgets", type=int, nargs="+", default=list(BUDGETS))
    parser.add_argument("--jobs", type=int, default=len(os.sched_getaffinity(0)))
    parser.add_argument("--machines", default="", help="those whose name begins so; not kept")
    parser.add_argument("--renew", nargs="+", metavar="NAME", default=[],
                        help="only these machines; the rows of the others stay as they are kept")
    parser.add_argument("--samplings", nargs="+", choices=SAMPLINGS, metavar="NAME",
                        help="with --renew, only these of the machines; their other cells stay too")
    parser.add_argument("--continue", type=Path, metavar="FILE", dest="file",
                        help="keep the outcome of each model there, and do none again")
    given = parser.parse_args()
    if given.samplings and not given.renew:
        parser.error("--samplings says what of the machines to --renew")
    seeds = range(1 if given.quick else given.seeds)
    budgets = [200, 800] if given.quick else given.budgets
    with tempfile.TemporaryDirectory(prefix="mlir-pr-") as folder:
        latencies = given.file.with_suffix(".latencies") if given.file else Path(folder) / "latencies"
        chosen = [one for one in sources(latencies) if one.name.startswith(given.machines)]
        if unknown := set(given.renew) - {one.name for one in chosen}:
            parser.error(f"--renew: unknown {', '.join(sorted(unknown))} (there are: "
                         f"{', '.join(one.name for one in chosen)})")
        cells = [(source, budget) for source in chosen for budget in budgets_of(source, budgets)]
        anew = [cell for cell in cells if not given.renew or cell[0].name in given.renew]
        mean = measure_cells(anew, given.samplings or SAMPLINGS, seeds, Outcomes(given.file), given.jobs)
    if given.renew:
        kept = kept_record()
        mean = means_of(kept) | mean
    result = Result("accuracy", "Sampling and learner",
                    " ".join((__doc__ or "").split("\n\n")[1].split()))
    for learner in LEARNERS:
        result.table(f"{learner}: MAPE on {TESTS:,} random layers ({TABLE_TESTS:,} of a table), {len(seeds)} seeds",
                     ["machine", "budget", *SAMPLINGS],
                     [[source.name, f"{budget:,}",
                       *(percent(mean[source.name, budget, sampling, learner])
                         if sampling in samplings_of(source) else "-" for sampling in SAMPLINGS)]
                      for source, budget in cells])
    missed = judge(mean, cells, result)
    if given.renew:
        of_these = f" ({', '.join(given.samplings)})" if given.samplings else ""
        result.note(f"Run anew: {', '.join(given.renew)}{of_these}; the others as of {kept['date']}: "
                    f"`{kept['command']}`.")
    result.write(keep=not given.quick and not given.machines)
    return 1 if missed else 0


def measure_cells(cells: list[Cell], samplings: Sequence[str], seeds: range, outcomes: Outcomes,
                  processes: int) -> Means:
    """Trains and asks whatever is not among the outcomes."""
    def asked(source: Source) -> list[str]:
        return [one for one in samplings_of(source) if one in samplings]
    # By seed first: what is there after an interruption is comparable.
    jobs = [Job(source, budget, sampling, seed) for seed in seeds for source, budget in cells
            for sampling in asked(source)]
    jobs = [job for job in jobs if job.key() not in outcomes.found]
    truths = {name: truth_of(next(job.source for job in jobs if job.source.name == name))
              for name in {job.source.name for job in jobs}}
    with concurrent.futures.ProcessPoolExecutor(processes) as pool:
        done = pool.map(run, jobs, [truths[job.source.name] for job in jobs])
        for job, outcome in zip(progress(jobs, "models"), done):
            outcomes.add(job, outcome)
    return {(source.name, budget, sampling, learner):
            outcomes.mean(source, budget, sampling, learner, seeds)
            for source, budget in cells for learner in LEARNERS for sampling in asked(source)}


def kept_record() -> dict[str, Any]:
    file = KEPT / "accuracy.json"
    if not file.exists():
        sys.exit(f"accuracy: nothing is kept in '{file}' that --renew could leave as it is")
    record: dict[str, Any] = json.loads(file.read_text())
    return record


def means_of(record: dict[str, Any]) -> Means:
    """What its tables say, to their last digit."""
    found: Means = {}
    for learner, table in zip(LEARNERS, record["tables"]):
        for name, budget, *cells in table["rows"]:
            for sampling, cell in zip(SAMPLINGS, cells):
                if cell != "-":
                    found[name, int(budget.replace(",", "")), sampling, learner] = \
                        float(cell.removesuffix(" %")) / 100
    return found


def judge(mean: Means, cells: list[Cell], result: Result) -> bool:
    """Adds notes on what was asked for and is not so."""
    far, flat = [], []
    for machine, budget in cells:
        samplings = samplings_of(machine)
        cell = {(sampling, learner): mean[machine.name, budget, sampling, learner]
                for sampling, learner in itertools.product(samplings, LEARNERS)}
        best = min(cell, key=lambda key: cell[key])
        # Of a table nothing can be drawn.
        default = cell["auto" if "auto" in samplings else "random", "step-aware"]
        if default > max(cell[best] * CLOSE_SHARE, cell[best] + CLOSE_POINTS):
            far.append(f"{machine.name} from {budget:,} ({percent(default)}, {', '.join(best)} "
                       f"{percent(cell[best])})")
        if not machine.flat:
            continue
        share = min(cell["pr", name] / cell["random", name] for name in AT_REPRESENTATIVES)
        if share > FLAT_SHARE:
            flat.append(f"{machine.name} from {budget:,} ({share:.2f})")
    if far:
        result.note(f"The default is not within 5 % or 0.1 points of the best: {'; '.join(far)}.")
    if flat:
        result.note("Flat plateaus, representatives over random samples with the better forest, above "
                    f"{FLAT_SHARE}: {'; '.join(flat)}.")
    return bool(far or flat)


if __name__ == "__main__":
    sys.exit(main())
