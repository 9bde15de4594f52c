#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""What the sampling buys, and what the model: error off the grid for equal budgets.

Each described machine is sampled in every way, and from each sample three learners are
trained: the plain forest of latencies, the same of rates (arithmetic a cycle), and the
step-aware model. All are asked about the same layers, drawn at random; forests that learned
from representatives are asked at the representative. A figure is the mean error of all
seeds; `auto` and the step-aware model are the project's defaults.
"""
from __future__ import annotations

import argparse
import concurrent.futures
import itertools
import os
import sys

import numpy as np

from mlir_pr import _core
from modelling import Machine, ask, errors, learn, machines, percent, plain, progress
from results import Result

SAMPLINGS = ("random", "pr", "pr+starts", "auto", "active")
LEARNERS = ("plain forest", "rate forest", "step-aware")
#: Of the forests, what is asked at representatives.
AT_REPRESENTATIVES = {"plain forest": "paper", "rate forest": "paper, rates"}
BUDGETS = (200, 400, 800, 1600)
TESTS = 2000
#: The default must be this close to the best of a machine and budget.
CLOSE_SHARE, CLOSE_POINTS = 1.05, 0.001
#: Where all plateaus are flat: the share of the error of random samples that
#: representatives may have, with the better forest.
FLAT_SHARE = 0.2

Job = tuple[Machine, int, str, int]
Truth = tuple[list[_core.Layer], np.ndarray]


def truth_of(machine: Machine) -> Truth:
    layers = machine.drawn(TESTS, 1000)
    return layers, machine.measure(layers)


def error(learner: str, rows: list, machine: Machine, sampling: str, seed: int,
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
    machine, budget, sampling, seed = job
    rows = machine.sample(sampling, budget, seed)
    return {learner: error(learner, rows, machine, sampling, seed, truth) for learner in LEARNERS}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="one seed, budgets 200 and 800; not kept")
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--budgets", type=int, nargs="+", default=list(BUDGETS))
    parser.add_argument("--jobs", type=int, default=len(os.sched_getaffinity(0)))
    parser.add_argument("--machines", default="", help="those whose name begins so; not kept")
    given = parser.parse_args()
    seeds = range(1 if given.quick else given.seeds)
    budgets = [200, 800] if given.quick else given.budgets
    chosen = [one for one in machines() if one.name.startswith(given.machines)]
    truths = {one.name: truth_of(one) for one in chosen}
    jobs = list(itertools.product(chosen, budgets, SAMPLINGS, seeds))
    found: dict[tuple[str, int, str, str], list[float]] = {}
    with concurrent.futures.ProcessPoolExecutor(given.jobs) as pool:
        done = pool.map(run, jobs, [truths[job[0].name] for job in jobs])
        for (machine, budget, sampling, _), _, outcome in zip(jobs, progress(jobs, "models"), done):
            for learner, value in outcome.items():
                found.setdefault((machine.name, budget, sampling, learner), []).append(value)
    mean = {key: float(np.mean(values)) for key, values in found.items()}
    result = Result("accuracy", "Sampling and learner",
                    " ".join((__doc__ or "").split("\n\n")[1].split()))
    for learner in LEARNERS:
        result.table(f"{learner}: MAPE on {TESTS:,} random layers, {len(seeds)} seeds",
                     ["machine", "budget", *SAMPLINGS],
                     [[machine.name, f"{budget:,}", *(percent(mean[machine.name, budget, sampling, learner])
                                                      for sampling in SAMPLINGS)]
                      for machine, budget in itertools.product(chosen, budgets)])
    missed = judge(mean, chosen, budgets, result)
    result.write(keep=not given.quick and not given.machines)
    return 1 if missed else 0


def judge(mean: dict[tuple[str, int, str, str], float], chosen: list[Machine], budgets: list[int],
          result: Result) -> bool:
    """Adds notes on what was asked for and is not so."""
    far, flat = [], []
    for machine, budget in itertools.product(chosen, budgets):
        cell = {(sampling, learner): mean[machine.name, budget, sampling, learner]
                for sampling, learner in itertools.product(SAMPLINGS, LEARNERS)}
        best = min(cell, key=lambda key: cell[key])
        default = cell["auto", "step-aware"]
        if default > max(cell[best] * CLOSE_SHARE, cell[best] + CLOSE_POINTS):
            far.append(f"{machine.name} from {budget:,} ({percent(default)}, {', '.join(best)} "
                       f"{percent(cell[best])})")
        share = min(cell["pr", name] / cell["random", name] for name in AT_REPRESENTATIVES)
        if machine.flat and share > FLAT_SHARE:
            flat.append(f"{machine.name} from {budget:,} ({share:.2f})")
    if far:
        result.note(f"The default is not within 5 % or 0.1 points of the best: {'; '.join(far)}.")
    if flat:
        result.note("Flat plateaus, representatives over random samples with the better forest, above "
                    f"{FLAT_SHARE}: {'; '.join(flat)}.")
    return bool(far or flat)


if __name__ == "__main__":
    sys.exit(main())
