#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""A model from a similar device and a few dozen measurements, against starting anew.

The similar device's model learned from many measurements; `mlir-pr train --from` takes
it, the rows beside it and 50 of the new device. Anew: the same training without it, from as
many and from more. Errors are on layers that were not measured on the new device: off the
grid on described machines, others of the table on GPUs.
"""
from __future__ import annotations

import argparse
import sys
from dataclasses import dataclass
from typing import Callable, Sequence

import numpy as np

from mlir_pr import _core
from mlir_pr.kindmodel import Row
from mlir_pr.training import train
from modelling import Machine, ask, errors, gpu_table, percent, progress
from results import Result

FEW = 50
TESTS = 1000
Draw = Callable[[int, int], tuple[list[Row], list[Row]]]


@dataclass(frozen=True)
class Case:
    name: str
    #: Measurements from which starting anew must not be better.
    rival: int
    info: _core.TargetInfo
    #: What the similar device's model learns from.
    similar: list[Row]
    similar_info: _core.TargetInfo
    #: So many rows of the new device to learn from, for a seed, and rows to be judged on.
    draw: Draw


def model(rows: Sequence[Row], info: _core.TargetInfo,
          similar: _core.Estimator | None = None,
          similar_rows: Sequence[Row] = ()) -> _core.Estimator:
    trained = train(rows, info, similar=similar, similar_rows=similar_rows)
    return _core.Estimator.from_bytes(trained.bundle)


def described(small: str, large: str, kind: str) -> Case:
    dims = (("m", [1, 256]), ("n", [1, 512]), ("k", [1, 512]))
    old, new = (Machine(target, target, kind, dims) for target in (small, large))
    test = new.sample("random", TESTS, 1000)
    return Case(f"{small} to {large}, {kind}", 500, new.info,
                old.sample("auto", 2000, 7), old.info,
                lambda count, seed: (new.sample("auto", count, seed), test))


def tables(old: str, new: str, rival: int) -> Case:
    source, table = gpu_table(old), gpu_table(new)

    def draw(count: int, seed: int) -> tuple[list[Row], list[Row]]:
        order = np.random.RandomState(seed).permutation(len(table.layers))
        return table.take(order[:count]), table.take(order[-TESTS:])

    return Case(f"{old} to {new}", rival, table.info,
                source.take(np.arange(len(source.layers))), source.info, draw)


def mape(estimator: _core.Estimator, rows: Sequence[Row]) -> float:
    truth = np.array([row.latency for row in rows])
    return float(np.nanmean(errors(ask(estimator, [row.layer for row in rows])["value"], truth)))


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--quick", action="store_true", help="one seed; not kept")
    options = parser.parse_args()
    seeds = range(1 if options.quick else options.seeds)
    cases = [described("systolic_array[rows=16,cols=16,width=16]",
                       "systolic_array[rows=32,cols=32,width=32]", "matmul"),
             tables("a100-linear", "t4-linear", 200), tables("a100-conv2d", "t4-conv2d", 200)]
    rows, missed = [], []
    for case in progress(cases, "transfers"):
        similar = model(case.similar, case.similar_info)
        counts = sorted({FEW, case.rival, 500})
        found: dict[str, list[float]] = {}
        for seed in seeds:
            few, test = case.draw(FEW, seed)
            found.setdefault("unchanged", []).append(mape(similar, test))
            moved = model(few, case.info, similar, case.similar)
            found.setdefault("from", []).append(mape(moved, test))
            for count in counts:
                anew = model(case.draw(count, seed)[0], case.info)
                found.setdefault(f"anew {count}", []).append(mape(anew, test))
        mean = {name: float(np.mean(values)) for name, values in found.items()}
        rows.append([case.name, percent(mean["unchanged"]), percent(mean["from"]),
                     *(percent(mean[f"anew {count}"]) if f"anew {count}" in mean else "-"
                       for count in (FEW, 200, 500))])
        if mean["from"] > mean[f"anew {case.rival}"]:
            missed.append(f"{case.name} (anew from {case.rival})")
    result = Result("transfer", "Models of similar devices", " ".join((__doc__ or "").split("\n\n")[1].split()))
    result.table(f"MAPE, {len(seeds)} seeds", ["devices", "the other's model as it is", f"from it and {FEW}",
                                               f"anew from {FEW}", "anew from 200", "anew from 500"], rows)
    if missed:
        result.note(f"Not as good as starting anew: {', '.join(missed)}.")
    result.write(keep=not options.quick)
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
