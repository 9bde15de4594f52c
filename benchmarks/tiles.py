#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Tile sizes chosen by a model, against the best of all on described accelerators.

For the layers of the networks every legal candidate is evaluated: that is the truth. A
model is trained on other layers, drawn from the networks' domain with drawn tile sizes.
Exit status 1 where its choice costs more than is allowed.
"""
from __future__ import annotations

import argparse
import statistics
import sys
import time
from dataclasses import dataclass

import tilestudy
from results import Result

TYPES = "i8, i8 -> i32"
TARGETS = ("systolic_array[rows=16,cols=16,depth=256,width=16]",
           "systolic_array[rows=16,cols=16,depth=256,width=16,dataflow=1]", "systolic_array")
#: What the model's choice may cost on average, and in 95 of 100 layers.
MOST_MEAN, MOST_P95 = 0.01, 0.05
WHAT = """\
Regret of a choice of tile sizes: how much longer the layer takes than with the best of the legal candidates (at
most 256 of a layer, thinned out evenly), each evaluated by the target's dependency graph. Layers: all distinct ones of the linalg networks that the target can run, as
int8. Model: trained on other layers, drawn from the networks' hull with drawn tile sizes (`network_layers: exclude`,
`schedules`). Layers on which random choice costs under 10 % do not count. A target's own tiler may use sizes that are
no candidates (tiles that end within a line of pixels), so that its regret can be negative."""


@dataclass
class Study:
    layers: int
    counted: int
    median_candidates: float
    trained_on: int
    rows: list[list[str]]
    mean: float
    p95: float


def study(target: str, options: argparse.Namespace) -> Study:
    info = tilestudy.describe(target)
    layers = tilestudy.network_layers(info, TYPES)[:options.layers]
    cases = tilestudy.make_cases(target, info, layers, options.candidates)
    drawn = tilestudy.training_plan(info, layers, options.train, options.schedules, options.seed)
    latencies = tilestudy.measure(target, drawn, "training")
    estimator = tilestudy.train(info, drawn, latencies, options.seed)
    counted = [case for case in cases if case.random_regret >= tilestudy.WORTH_CHOOSING]
    regrets = [tilestudy.choices(estimator, case) for case in counted]
    if options.verbose:
        for case, regret in zip(counted, regrets):
            print(case.layer.text, {way: round(value, 4) for way, value in regret.items()}, file=sys.stderr)
    model = sorted(regret["model"] for regret in regrets)
    return Study(len(cases), len(counted), statistics.median(len(case.candidates) for case in cases), len(drawn),
                 tilestudy.summary(regrets), statistics.mean(model),
                 float(tilestudy.np.quantile(model, 0.95)))


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--target", action="append", help="instead of all; may be repeated")
    parser.add_argument("--layers", type=int, default=None, help="at most so many of the networks")
    parser.add_argument("--candidates", type=int, default=256, help="most of each layer")
    parser.add_argument("--train", type=int, default=800, help="layers drawn for training")
    parser.add_argument("--schedules", type=int, default=4, help="tile sizes drawn for each of them")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--quick", action="store_true", help="a tenth of everything; not kept")
    parser.add_argument("--verbose", action="store_true", help="print every layer")
    options = parser.parse_args()
    if options.quick:
        options.layers, options.candidates, options.train = 8, 64, 200
    result = Result("tiles", "Tile choice by predicted latency", WHAT)
    good = True
    for target in options.target or TARGETS:
        begin = time.monotonic()
        one = study(target, options)
        result.table(f"{target}: {one.counted} layers, {one.median_candidates:g} candidates in the median",
                     ["choice", "mean regret", "p95", "largest"], one.rows)
        result.note(f"{target}: {one.layers} layers, {one.layers - one.counted} of them with nothing to choose; trained "
                    f"on {one.trained_on} others; {time.monotonic() - begin:.0f} s.")
        good &= one.mean <= MOST_MEAN and one.p95 <= MOST_P95
    result.write(keep=not options.quick and not options.target)
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
