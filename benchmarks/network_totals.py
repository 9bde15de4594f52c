#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Whether the interval of a network's total holds.

Models of described machines are trained on layers drawn as the default plan draws them.
Sub-networks are random choices of fresh layers off the grid, 2 to 60 different ones,
each up to four times; every other one is of layers alike: of a few neighbourhoods.
Coverage is the share of them whose true total is inside the interval of 90 %: as
calibrated on held-out layers, with all errors one way (the bounds added up), and with
independent errors (squares added up).
"""
from __future__ import annotations

import argparse
import json
import math
import sys
from typing import Any

import numpy as np

from mlir_pr import _core, totals, training
from modelling import FloatArray, Machine, ask, machines, percent, progress
from results import Result

LEVEL = 90
BUDGET = 800


def parts_of(machine: Machine, estimator: _core.Estimator,
             layers: list[_core.Layer]) -> tuple[list[totals.Part], FloatArray, list[_core.Layer]]:
    truth, answers = machine.measure(layers), ask(estimator, layers)
    known = np.flatnonzero((truth > 0) & ~np.isnan(answers["lower"]))
    # All as predicted: what was measured is no test.
    parts = [totals.Part(machine.kind, "predicted", *(float(answers[name][i])
                                                      for name in ("value", "lower", "upper")))
             for i in known]
    return parts, truth[known], [layers[i] for i in known]


def independent(parts: list[totals.Part]) -> tuple[float, float]:
    value = sum(part.latency * part.count for part in parts)
    half = math.sqrt(sum((part.count * (part.upper - part.lower) / 2) ** 2 for part in parts))
    return value - half, value + half


def coverage(machine: Machine, seed: int, tests: int) -> FloatArray:
    """Of the three ways: coverage and median relative width, for networks of any layers
    and of layers alike."""
    bundle = training.train(machine.rows(machine.plan("auto", BUDGET, seed)), machine.info).bundle
    estimator = _core.Estimator.from_bytes(bundle, LEVEL)
    card: dict[str, Any] = json.loads(estimator.card)["kinds"][machine.kind]
    fitted = {machine.kind: card["total_error"]}
    parts, truth, layers = parts_of(machine, estimator, machine.plan("random", tests, 1000 + seed))
    found: list[list[list[float]]] = [[], []]
    for number, (chosen, counts) in enumerate(totals.subnetworks(layers, seed)):
        own = [totals.Part(parts[i].kind, parts[i].status, parts[i].latency, parts[i].lower,
                           parts[i].upper, int(n)) for i, n in zip(chosen, counts)]
        real = float((truth[chosen] * counts).sum())
        calibrated = totals.total(own, fitted, LEVEL)
        one_way = [sum(getattr(part, end) * part.count for part in own) for end in ("lower", "upper")]
        ends = [(calibrated.lower, calibrated.upper), one_way, independent(own)]
        found[number % 2].append([value for low, high in ends
                                  for value in (low <= real <= high, (high - low) / real)])
    return np.array([np.concatenate([np.mean(np.array(one)[:, ::2], axis=0),
                                     np.median(np.array(one)[:, 1::2], axis=0)]) for one in found])


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="one seed, 500 layers; not kept")
    parser.add_argument("--seeds", type=int, default=5)
    given = parser.parse_args()
    seeds, tests = (1, 500) if given.quick else (given.seeds, 2000)
    rows = []
    for machine in progress(machines(), "machines"):
        found = np.mean([coverage(machine, seed, tests) for seed in range(seeds)], axis=0)
        for alike, one in zip(("any", "alike"), found):
            rows.append([machine.name, machine.kind, alike, *map(percent, one)])
    result = Result("network_totals", "Totals of networks",
                    " ".join((__doc__ or "").split("\n\n")[1].split()))
    ways = ("calibrated", "one way", "independent")
    result.table(f"{seeds} seeds, {BUDGET} measurements, {tests} fresh layers, level {LEVEL} %",
                 ["machine", "kind", "layers", *(f"{way}: coverage" for way in ways),
                  *(f"{way}: width" for way in ways)], rows)
    result.write(keep=not given.quick)
    return 0


if __name__ == "__main__":
    sys.exit(main())
