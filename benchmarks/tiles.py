#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Tile sizes chosen by a model, against the best of all on described accelerators.

For the layers of the networks every legal candidate is evaluated: that is the truth. A
model is trained on other layers, drawn from the networks' domain with drawn tile sizes.
Exit status 1 where the choice of model and evaluator together costs more than is
allowed, and with --model-alone where that of the model does.
"""
from __future__ import annotations

import argparse
import statistics
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace

import tilestudy
from results import Result

TYPES = "i8, i8 -> i32"
#: All networks; of those that are there twice the linalg form.
FILES = ("*.linalg.mlir", "*_int8.tosa.mlir")


@dataclass(frozen=True)
class Effort:
    """How much is evaluated of a target; `layers` of the networks, those with the
    least work."""

    layers: int
    candidates: int
    train: int
    schedules: int


#: On an array everything; what Gemmini's simulator can do in a quarter of an hour.
WHOLE, SLOW = Effort(10_000, 256, 800, 4), Effort(48, 100, 240, 4)
TARGETS = {"systolic_array[rows=16,cols=16,depth=256,width=16]": WHOLE,
           "systolic_array[rows=16,cols=16,depth=256,width=16,dataflow=1]": WHOLE,
           "systolic_array": WHOLE,
           # With memories of the usual size, and as warm for its own tiler as for given tiles.
           "gemmini[scratchpad_kib=256,accumulator_kib=64,warm_own=100]": SLOW}
#: What a choice may cost on average, and in 95 of 100 layers.
MOST_MEAN, MOST_P95 = 0.01, 0.05
WHAT = """\
Regret of a choice of tile sizes: how much longer the layer takes than with the best of the legal candidates (thinned
out evenly where there are too many), each evaluated by the target's evaluator. Layers: the distinct ones of the
networks that the target can run, as int8. Model: trained on other layers, drawn from the hull of these with drawn tile
sizes (`network_layers: exclude`, `schedules`). `pr-choose-tiles` chooses by the model, and with `architecture` by model
and evaluator. Layers on which random choice costs under 10 % do not count. A target's own tiler may use sizes that are
no candidates, so that its regret can be negative; Gemmini's pays for its search at run time."""


@dataclass
class Study:
    layers: int
    counted: int
    median_candidates: float
    trained_on: int
    rows: list[list[str]]
    #: Whether the choice by the model, and by model and evaluator, is good enough.
    model_is_good: bool
    both_are_good: bool
    seconds: float


def is_good(regrets: list[dict[str, float]], way: str) -> bool:
    values = [regret[way] for regret in regrets]
    return statistics.mean(values) <= MOST_MEAN and float(tilestudy.np.quantile(values, 0.95)) <= MOST_P95


def study(target: str, options: argparse.Namespace) -> Study:
    begin = time.monotonic()
    effort = chosen_effort(TARGETS.get(target, WHOLE), options)
    info = tilestudy.describe(target)
    layers = tilestudy.network_layers(info, TYPES, FILES)
    layers = sorted(layers, key=lambda layer: (layer.work["macs"], layer.text))[:effort.layers]
    cases = tilestudy.make_cases(target, info, layers, effort.candidates)
    drawn = tilestudy.training_plan(info, layers, effort.train, effort.schedules, options.seed)
    latencies = tilestudy.measure(target, drawn, "training")
    estimator = tilestudy.train(info, drawn, latencies, options.seed)
    counted = [case for case in cases if case.random_regret >= tilestudy.WORTH_CHOOSING]
    regrets = [tilestudy.choices(estimator, case) for case in counted]
    if options.verbose:
        for case, regret in zip(counted, regrets):
            print(case.layer.text, {way: round(value, 4) for way, value in regret.items()}, file=sys.stderr)
    return Study(len(cases), len(counted), statistics.median(len(case.candidates) for case in cases), len(drawn),
                 tilestudy.summary(regrets), is_good(regrets, tilestudy.MODEL), is_good(regrets, tilestudy.BOTH),
                 time.monotonic() - begin)


def chosen_effort(effort: Effort, options: argparse.Namespace) -> Effort:
    """What the command line says of it."""
    if options.quick:
        return Effort(10, 40, 60, 4)
    given = {name: value for name, value in vars(options).items() if name in vars(effort) and value is not None}
    return replace(effort, **given)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--target", action="append", help="instead of all; may be repeated")
    parser.add_argument("--layers", type=int, help="at most so many of the networks")
    parser.add_argument("--candidates", type=int, help="most of each layer")
    parser.add_argument("--train", type=int, help="layers drawn for training")
    parser.add_argument("--schedules", type=int, help="tile sizes drawn for each of them")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--jobs", type=int, default=2, help="targets at the same time")
    parser.add_argument("--quick", action="store_true", help="a few small layers; not kept")
    parser.add_argument("--model-alone", action="store_true", help="the model's own choice must be good too")
    parser.add_argument("--verbose", action="store_true", help="print every layer")
    options = parser.parse_args()
    result = Result("tiles", "Tile choice by predicted latency", WHAT)
    good = True
    targets = options.target or list(TARGETS)
    with ThreadPoolExecutor(options.jobs) as pool:
        studies = list(pool.map(lambda target: study(target, options), targets))
    for target, one in zip(targets, studies):
        result.table(f"{target}: {one.counted} layers, {one.median_candidates:g} candidates in the median",
                     ["choice", "mean regret", "p95", "largest"], one.rows)
        result.note(f"{target}: {one.layers} layers, {one.layers - one.counted} of them with nothing to choose; trained "
                    f"on {one.trained_on} others; {one.seconds:.0f} s.")
        good &= one.both_are_good and (one.model_is_good or not options.model_alone)
    result.note(f"Aim: at most {tilestudy.percent(MOST_MEAN)} on average and {tilestudy.percent(MOST_P95)} in 95 of "
                "100 layers.")
    given = {name for name in vars(WHOLE) if getattr(options, name) is not None}
    result.write(keep=not (options.quick or options.target or given))
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
