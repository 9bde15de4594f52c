#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Tile sizes chosen by a model for this CPU, against the best of all as measured.

Every candidate of some layers of the networks is compiled and timed. A model is trained
on other layers with drawn tile sizes, timed the same way. Exit status 1 where its choice
costs more than is allowed.
"""
from __future__ import annotations

import argparse
import statistics
import sys
import time

import numpy as np
import tilestudy
from mlir_pr import _core
from results import Result

TARGET = "host"
TYPES = "f32, f32 -> f32"
#: What the model's choice may cost on average, and what it should gain.
MOST_MEAN, WANTED_SPEEDUP = 0.05, 1.2
WHAT = """\
Regret of a choice of tile sizes on the host: how much longer the layer takes than with the best of all candidates, each
compiled, checked and timed. Sizes: rows and columns of the register tile and the channels that are packed together.
Model: trained on other layers, drawn from the networks' hull with drawn tile sizes. The default is the fixed schedule of
`pr-schedule-host` (8 rows, 2 vectors, all channels). Timings of equal code repeat to about 1 %, so a best of a hundred
is a little too good."""


def pick(layers: list[_core.Layer], info: _core.TargetInfo, count: int, fewest: int, most_macs: int) -> list[_core.Layer]:
    """Evenly over the work, of those with enough to choose from."""
    usable = [layer for layer in layers if layer.work["macs"] <= most_macs and _candidates(info, layer) >= fewest]
    usable.sort(key=lambda layer: (layer.work["macs"], layer.text))
    places = np.unique(np.linspace(0, len(usable) - 1, min(count, len(usable))).round().astype(int))
    return [usable[i] for i in places]


def _candidates(info: _core.TargetInfo, layer: _core.Layer) -> int:
    try:
        return len(info.tile_candidates(layer, 4096))
    except ValueError:
        return 0


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--layers", type=int, default=12)
    parser.add_argument("--candidates", type=int, default=140, help="most of each layer")
    parser.add_argument("--fewest", type=int, default=100, help="layers with fewer candidates are not taken")
    parser.add_argument("--train", type=int, default=60, help="layers drawn for training")
    parser.add_argument("--schedules", type=int, default=4, help="tile sizes drawn for each of them")
    parser.add_argument("--most-macs", type=int, default=120_000_000)
    parser.add_argument("--samples", type=int, default=5, help="of each pass")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--quick", action="store_true", help="two layers, few candidates; not kept")
    options = parser.parse_args()
    if options.quick:
        options.layers, options.candidates, options.train = 2, 12, 30
    begin = time.monotonic()
    timing = (f"--samples={options.samples}",)
    info = tilestudy.describe(TARGET)
    every = tilestudy.network_layers(info, TYPES)
    layers = pick(every, info, options.layers, options.fewest, options.most_macs)
    cases = tilestudy.make_cases(TARGET, info, layers, options.candidates, *timing)
    small = [layer for layer in every if layer.work["macs"] <= options.most_macs]
    drawn = tilestudy.training_plan(info, small, options.train, options.schedules, options.seed)
    # What was timed must not be learned from.
    taken = {layer.shape_key for layer in layers}
    drawn = [layer for layer in drawn if layer.shape_key not in taken]
    estimator = tilestudy.train(info, drawn, tilestudy.measure(TARGET, drawn, "training", *timing), options.seed)
    regrets = [tilestudy.choices(estimator, case) for case in cases]
    rows, speedups, possible = [], [], []
    for case, regret in zip(cases, regrets):
        own = case.own or case.best
        speedups.append(own / (case.best * (1 + regret["model"])))
        possible.append(own / case.best)
        rows.append([case.layer.text.partition(" :")[0], len(case.candidates), f"{own / 1e6:,.1f} µs",
                     f"{case.best / 1e6:,.1f} µs", tilestudy.percent(regret["model"]), f"{speedups[-1]:.2f} x"])
    speedup, limit = statistics.geometric_mean(speedups), statistics.geometric_mean(possible)
    mean = statistics.mean(regret["model"] for regret in regrets)
    result = Result("host_tiles", "Tile choice on the host", WHAT)
    result.table("Regret", ["choice", "mean regret", "p95", "largest"], tilestudy.summary(regrets))
    result.table("By layer", ["layer", "candidates", "default", "best", "regret of the model", "speed-up over the default"],
                 rows)
    result.note(f"Speed-up of the model's choice over the default schedule: {speedup:.2f} x in the geometric mean; "
                f"with the best of all candidates it would be {limit:.2f} x, so that no choice among these sizes gains more.")
    result.note(f"Trained on {len(drawn)} other layers; {time.monotonic() - begin:.0f} s.")
    result.write(keep=not options.quick)
    return 0 if mean <= MOST_MEAN and (speedup >= WANTED_SPEEDUP or limit < WANTED_SPEEDUP) else 1


if __name__ == "__main__":
    sys.exit(main())
