#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Whether intervals hold, and whether leaving the domain is noticed.

Models of described machines are trained on layers drawn as the default plan draws them
and asked about layers that lie off the grid. Coverage is the share of latencies inside
the interval, the mean of all seeds. The flag is judged by how well it orders layers with
an error above 10 % before the others (area under the ROC curve), where half of the
layers asked about have up to four times the largest extents of the training data.
"""
from __future__ import annotations

import argparse
import dataclasses
import sys
from typing import Any

import numpy as np
from scipy import stats

from mlir_pr import _core, training
from modelling import (FloatArray, Machine, ask, errors, machines, percent, progress)
from results import Result

LEVELS = (80, 90, 95)
BUDGET = 800
#: The flag's score of a layer outside the domain, on top of its interval's width.
_OUTSIDE = 10.0


def coverage(machine: Machine, seed: int, tests: int) -> list[tuple[float, float, float]]:
    """Coverage, median and mean relative width at each level."""
    rows = machine.sample("auto", BUDGET, seed)
    bundle = training.train(rows, machine.info).bundle
    layers = machine.drawn(tests, 1000 + seed)
    truth = machine.measure(layers)
    result = []
    for level in LEVELS:
        answers = ask(_core.Estimator.from_bytes(bundle, level), layers)
        known = ~np.isnan(answers["lower"]) & (truth > 0)
        low, high, real = (part[known] for part in (answers["lower"], answers["upper"], truth))
        width = (high - low) / real
        result.append((float(((low <= real) & (real <= high)).mean()), float(np.median(width)),
                       float(width.mean())))
    return result


def area_under_curve(score: FloatArray, positive: Any) -> float:
    """The chance that a positive one has the higher score; ties count half."""
    if positive.all() or not positive.any():
        return float("nan")
    ranks = stats.rankdata(score)
    count = int(positive.sum())
    return float((ranks[positive].sum() - count * (count + 1) / 2)
                 / (count * (len(score) - count)))


def flag(machine: Machine, seed: int, tests: int) -> tuple[float, float]:
    """Area under the curve, and the share of layers with an error above 10 %."""
    def shrunk(value: Any) -> Any:
        return [value[0], max(value[0], value[1] // 4)] if isinstance(value, list) else value
    small = dataclasses.replace(machine, dims=tuple((name, shrunk(value))
                                                    for name, value in machine.dims))
    rows = small.sample("auto", BUDGET, seed)
    estimator = _core.Estimator.from_bytes(training.train(rows, machine.info).bundle)
    layers = small.drawn(tests // 2, 1000 + seed) + machine.drawn(tests // 2, 2000 + seed)
    truth = machine.measure(layers)
    answers = ask(estimator, layers)
    wrong = errors(answers["value"], truth) > 0.1
    width = np.log(answers["upper"] / np.maximum(answers["lower"], 1))
    return area_under_curve(width + _OUTSIDE * answers["outside"], wrong), float(wrong.mean())


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="one seed, 500 layers")
    parser.add_argument("--seeds", type=int, default=5)
    given = parser.parse_args()
    seeds, tests = (1, 500) if given.quick else (given.seeds, 2000)
    table, flags, missed = [], [], []
    for machine in progress(machines(), "machines"):
        found = np.mean([coverage(machine, seed, tests) for seed in range(seeds)], axis=0)
        for level, (inside, median, mean) in zip(LEVELS, found):
            good = inside >= level / 100 - 0.02 and (median <= 0.005 or inside <= level / 100 + 0.02)
            table.append([machine.name, machine.kind, f"{level} %", percent(inside),
                          percent(median), percent(mean), "yes" if good else "no"])
            if not good:
                missed.append(f"{machine.name} at {level} %")
        area, share = np.mean([flag(machine, seed, tests) for seed in range(seeds)], axis=0)
        flags.append([machine.name, "-" if np.isnan(area) else f"{area:.3f}", percent(share)])
    result = Result("intervals", "Intervals", " ".join((__doc__ or "").split("\n\n")[1].split()))
    result.table(f"{tests} layers off the grid, {seeds} seeds, {BUDGET} measurements",
                 ["machine", "kind", "level", "coverage", "median width", "mean width", "within 2 points"],
                 table)
    result.table("The domain flag", ["machine", "area under the curve", "layers wrong by over 10 %"],
                 flags)
    if missed:
        result.note(f"Not within 2 points: {', '.join(missed)}.")
    result.write(keep=not given.quick)
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
