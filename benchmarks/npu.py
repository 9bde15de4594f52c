#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""A rough NPU as a table of measurements: steps found, error of layers and networks.

A model in Python (npu_model.py) of a machine with three overlapping engines, bursts, stripes
of positions and, where a layer exceeds the buffer, cuts. Random layers of a domain are all that
the learner gets: no description, no sweep; the widths (8 by 8) it finds itself or is told.
Narrow: up to 128 channels; wide: up to 512. In one piece: only layers, of training and of tests,
that fit the buffer. Networks: the convolutions of the shared networks that lie in the domain;
none was learned from, and the sum counts each as often as the network has it.
"""
from __future__ import annotations

import argparse
import collections
import concurrent.futures
import itertools
import json
import os
import sys
from dataclasses import dataclass

import numpy as np

from mlir_pr import _core
from mlir_pr.kindmodel import Row
from modelling import (NARROW, WIDE, ask, counted_layers, errors, layers_of, learn, percent, plan,
                       progress, shared_networks)
from npu_model import Npu, cycles
from results import Result

#: Domain, whether only what fits the buffer, and whether the widths are told.
CASES = (("narrow", True, False), ("narrow", True, True), ("narrow", False, False),
         ("wide", True, False), ("wide", False, False))
#: Mean error off the grid that is asked for, by domain and whether the widths are told.
GOALS = {("narrow", True): 0.015, ("narrow", False): 0.025, ("wide", False): 0.025}
#: Of a network's layers, and of their sum.
LAYERS_GOAL, SUM_GOAL = 0.03, 0.02
BUDGET = 800
TESTS = 2000
TYPES = "i8, i8 -> i32"
DIMS = {"narrow": NARROW, "wide": WIDE}
CHANNELS = {"narrow": 128, "wide": 512}


@dataclass(frozen=True)
class Case:
    domain: str
    in_one_piece: bool
    told: bool
    seed: int

    def name(self) -> str:
        return (f"{self.domain}{', in one piece' if self.in_one_piece else ''}, widths "
                f"{'told' if self.told else 'found'}")


def target(told: bool) -> _core.TargetInfo:
    kind: dict[str, object] = {"kind": "conv2d"}
    if told:
        kind["steps"] = [{"dim": dim, "width": 8, "plateau": "ramps"}
                         for dim in ("ic", "oc")]
    return _core.TargetInfo.from_json(json.dumps(
        {"schema": 1, "name": "rough_npu", "counts_cycles": True, "clock_khz": 1000000,
         "kinds": [kind]}))


def drawn(case: Case, count: int, seed: int) -> list[_core.Layer]:
    """Random layers of the domain."""
    npu, info = Npu(), target(False)
    found: list[_core.Layer] = []
    config = {"sampling": "random", "kinds": {
        "conv2d": {"types": [TYPES], "dims": dict(DIMS[case.domain])}}}
    for again in itertools.count():
        layers = layers_of(plan({**config, "seed": seed + 100000 * again,
                                 "budget": {"count": count}}, info))
        found += [one for one in layers if not case.in_one_piece or npu.fits(one)]
        if len(found) >= count:
            return found[:count]


def in_bytes(layer: _core.Layer) -> _core.Layer:
    return _core.Layer.from_fields(layer.kind, layer.dims, {}, TYPES)


def networks(case: Case) -> dict[str, dict[_core.Layer, int]]:
    """The convolutions of each that lie in the domain, and how often it has them."""
    npu, found = Npu(), {}
    for name, file in shared_networks().items():
        if ".int8." in name:
            continue
        # What is fused behind them costs nothing here.
        layers: collections.Counter[_core.Layer] = collections.Counter()
        for layer, count in counted_layers(file, target(False), False).items():
            if (layer.kind == "conv2d" and layer.dims["g"] == 1 and layer.dims["kh"] <= 5
                    and max(layer.dims["oc"], layer.dims["ic"]) <= CHANNELS[case.domain]
                    and (not case.in_one_piece or npu.fits(layer))):
                layers[in_bytes(layer)] += count
        if layers:
            found[name] = dict(layers)
    return found


@dataclass(frozen=True)
class Outcome:
    widths: str
    off_grid: float
    median: float
    #: By network: its layers, their mean error, that of the sum.
    networks: dict[str, tuple[int, float, float]]


def study(case: Case) -> Outcome:
    npu = Npu()
    layers = drawn(case, BUDGET, case.seed)
    model = learn([Row(layer, value, independent=True)
                   for layer, value in zip(layers, map(float, cycles(npu, layers)))],
                  target(case.told))
    tests = drawn(case, TESTS, 10000 + case.seed)
    off_grid = errors(ask(model, tests)["value"], np.array(cycles(npu, tests), np.float64))
    found = {}
    for name, counts in networks(case).items():
        truth = np.array(cycles(npu, list(counts)), np.float64)
        value = ask(model, list(counts))["value"]
        often = np.array(list(counts.values()), np.float64)
        found[name] = (len(counts), float(errors(value, truth).mean()),
                       float((often * value).sum() / (often * truth).sum() - 1))
    steps = [f"{step.dim} {step.width}" for step in model.kinds["conv2d"]["lattice"].steps]
    return Outcome(", ".join(steps) or "none", float(off_grid.mean()), float(np.median(off_grid)),
                   found)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--jobs", type=int, default=len(os.sched_getaffinity(0)))
    parser.add_argument("--keep", action="store_true", help="keep the result of fewer seeds too")
    options = parser.parse_args()
    cases = [Case(*case, seed) for case in CASES for seed in range(options.seeds)]
    with concurrent.futures.ProcessPoolExecutor(options.jobs) as pool:
        done = pool.map(study, cases)
        outcomes = [outcome for _, outcome in zip(progress(cases, "models"), done)]
    found = {name: [outcome for case, outcome in zip(cases, outcomes) if case.name() == name]
             for name in dict.fromkeys(case.name() for case in cases)}
    goals = {case.name(): GOALS[case.domain, case.told] for case in cases}
    result = Result("npu", "A rough NPU as a table", " ".join((__doc__ or "").split("\n\n")[1].split()))
    result.table(f"Random layers, from {BUDGET} measurements, mean of {options.seeds} seeds",
                 ["domain", "widths", "MAPE", "median", "worst seed"],
                 [[name, "; ".join(sorted({one.widths for one in mine})),
                   percent(np.mean([one.off_grid for one in mine])),
                   percent(np.mean([one.median for one in mine])),
                   percent(max(one.off_grid for one in mine))] for name, mine in found.items()])
    result.table("Networks", ["domain", "network", "layers", "their MAPE", "sum, mean absolute error",
                              "sum, largest"],
                 [[name, network, mine[0].networks[network][0],
                   percent(np.mean([one.networks[network][1] for one in mine])),
                   percent(np.mean([abs(one.networks[network][2]) for one in mine])),
                   f"{100 * max((one.networks[network][2] for one in mine), key=abs):+.2f} %"]
                  for name, mine in found.items() for network in mine[0].networks])
    missed = [f"{name} ({percent(goals[name])})" for name, mine in found.items()
              if np.mean([one.off_grid for one in mine]) > goals[name]]
    missed += [f"{network}, {name}" for name, mine in found.items() for network in mine[0].networks
               if np.mean([one.networks[network][1] for one in mine]) > LAYERS_GOAL
               or np.mean([abs(one.networks[network][2]) for one in mine]) > SUM_GOAL]
    if missed:
        result.note(f"Above {percent(LAYERS_GOAL)} of layers, {percent(SUM_GOAL)} of sums, or off the grid above "
                    f"the goal: {'; '.join(missed)}.")
    result.write(keep=options.keep or options.seeds >= 5)
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
