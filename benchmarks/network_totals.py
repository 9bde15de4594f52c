#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Whether the interval of a network's total holds.

Models of described machines are trained on layers drawn as the default plan draws them,
and models of tables of two GPUs on rows drawn at random. Sub-networks are random
choices of fresh layers off the grid, 2 to 60 different ones, each up to four times; every
other one is of layers alike: of a few neighbourhoods. Coverage is the share of them whose true total is inside the interval of 90 %: as
calibrated on held-out layers, with all errors one way (the bounds added up), and with
independent errors (squares added up).
"""
from __future__ import annotations

import argparse
import json
import math
import sys
from dataclasses import dataclass
from typing import Any

import numpy as np

from mlir_pr import _core, totals
from modelling import (FloatArray, ImportedTable, Machine, ask, gpu_table, learn, machines, percent,
                       progress, shared_folder)
from results import Result

LEVEL = 90
BUDGET = 800


@dataclass
class Case:
    name: str
    kind: str
    estimator: _core.Estimator
    layers: list[_core.Layer]
    truth: FloatArray


def on_machine(machine: Machine, seed: int, tests: int) -> Case:
    estimator = learn(machine.sample("auto", BUDGET, seed), machine.info, LEVEL)
    layers = machine.drawn(tests, 1000 + seed)
    return Case(machine.name, machine.kind, estimator, layers, machine.measure(layers))


def on_table(table: ImportedTable, seed: int, tests: int) -> Case:
    order = np.random.RandomState(seed).permutation(len(table.layers))
    seen, unseen = order[:BUDGET], order[BUDGET:BUDGET + tests]
    return Case(table.name, table.layers[0].kind, learn(table.take(seen), table.info, LEVEL),
                [table.layers[i] for i in unseen], table.latencies[unseen])


def parts_of(case: Case) -> tuple[list[totals.Part], FloatArray, list[_core.Layer]]:
    answers = ask(case.estimator, case.layers)
    known = np.flatnonzero((case.truth > 0) & ~np.isnan(answers["lower"]))
    # All as predicted: what was measured is no test.
    parts = [totals.part_of(case.kind, "predicted", float(answers["value"][i]),
                            (float(answers["lower"][i]), float(answers["upper"][i])))
             for i in known]
    return parts, case.truth[known], [case.layers[i] for i in known]


def independent(parts: list[totals.Part]) -> tuple[float, float]:
    value = sum(part.latency * part.count for part in parts)
    half = math.sqrt(sum((part.count * (part.upper - part.lower) / 2) ** 2 for part in parts))
    return value - half, value + half


def coverage(case: Case, seed: int) -> FloatArray:
    """Of the three ways: coverage and median relative width, for networks of any layers
    and of layers alike."""
    card: dict[str, Any] = json.loads(case.estimator.card)["kinds"][case.kind]
    fitted = {case.kind: card.get("total_error")}
    parts, truth, layers = parts_of(case)
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


def tables() -> list[ImportedTable]:
    """Of two devices, where they are at hand."""
    folder = shared_folder() / "data" / "nvidia-kernels"
    return [gpu_table(name) for name in ("a100-conv2d", "t4-linear") if (folder / f"{name}.csv").exists()]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="one seed, 500 layers; not kept")
    parser.add_argument("--seeds", type=int, default=5)
    given = parser.parse_args()
    seeds, tests = (1, 500) if given.quick else (given.seeds, 2000)
    rows = []
    for make, source in progress([*((on_machine, one) for one in machines()),
                                  *((on_table, name) for name in tables())], "cases"):
        cases = [make(source, seed, tests) for seed in range(seeds)]
        found = np.mean([coverage(case, seed) for seed, case in enumerate(cases)], axis=0)
        for alike, one in zip(("any", "alike"), found):
            rows.append([cases[0].name, cases[0].kind, alike, *map(percent, one)])
    result = Result("network_totals", "Totals of networks",
                    " ".join((__doc__ or "").split("\n\n")[1].split()))
    ways = ("calibrated", "one way", "independent")
    result.table(f"{seeds} seeds, {BUDGET} measurements, {tests} fresh layers, level {LEVEL} %",
                 ["target", "kind", "layers", *(f"{way}: coverage" for way in ways),
                  *(f"{way}: width" for way in ways)], rows)
    result.write(keep=not given.quick)
    return 0


if __name__ == "__main__":
    sys.exit(main())
