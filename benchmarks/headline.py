#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""How few iterations of a huge convolution the dependency graph evaluates.

On each machine one convolution of more than 4.19e9 instructions, in four and more
nested tile loops with ragged edges, is evaluated by the graph. A smaller sibling
with the same edges is evaluated three ways: continued, in whole, and by the event
simulator; the cycles must be equal. Exit status 1 if they are not, or a bound fails.
"""
from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from results import Result

BENCHMARK = Path(os.environ["PR_BUILD_DIR"]) / "bin" / "evaluator-benchmark"

MOST_EVALUATIONS, LEAST_INSTRUCTIONS, MOST_MILLISECONDS = 154, 4_190_000_000, 10.0


@dataclass
class Case:
    target: str
    loops: str  # of tiles, from the outermost
    ragged: str
    layer: str
    sibling: str


CASES = [
    Case("systolic_array", "m, n, kernel position, ic", "m, n, ic",
         "conv2d oc=1001 ic=1000 oh=401 ow=401 kh=3 kw=3 : i8, i8 -> i32",
         "conv2d oc=41 ic=1000 oh=19 ow=19 kh=3 kw=3 : i8, i8 -> i32"),
    Case("systolic_array[dataflow=1]", "m, n, kernel position, ic", "m, n, ic",
         "conv2d oc=1001 ic=1000 oh=1001 ow=1001 kh=3 kw=3 : i8, i8 -> i32",
         "conv2d oc=41 ic=100 oh=41 ow=41 kh=3 kw=3 : i8, i8 -> i32"),
    Case("plasticine", "oh, ow, oc, ic", "oh, ow, oc, ic",
         "conv2d oc=40001 ic=40001 oh=1201 ow=1201 kh=3 kw=3 : f32, f32 -> f32",
         "conv2d oc=1001 ic=1001 oh=101 ow=101 kh=3 kw=3 : f32, f32 -> f32"),
]


def evaluate(target: str, layer: str, evaluator: str, repeats: int) -> dict[str, Any]:
    """What evaluator-benchmark says of the layer."""
    done = subprocess.run([BENCHMARK, target, evaluator, str(repeats), layer],
                          capture_output=True, text=True, check=False)
    if done.returncode != 0:
        sys.exit(f"headline: {done.stderr.strip()}")
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def check_bounds(case: Case, found: dict[str, Any]) -> list[str]:
    wrong = []
    if found["status"] != "exact":
        wrong.append(f"is '{found['status']}'")
    if found["instructions"] < LEAST_INSTRUCTIONS:
        wrong.append(f"has {found['instructions']} instructions only")
    if found["kernel_evaluations"] > MOST_EVALUATIONS:
        wrong.append(f"takes {found['kernel_evaluations']} kernel evaluations")
    if found["seconds"] * 1e3 > MOST_MILLISECONDS:
        wrong.append(f"takes {found['seconds'] * 1e3:.1f} ms")
    return [f"{case.target}: the large convolution {text}" for text in wrong]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="fewer repeats; not kept")
    quick = parser.parse_args().quick
    large, small, speed, wrong = [], [], [], []
    for case in CASES:
        found = evaluate(case.target, case.layer, "graph", 3 if quick else 50)
        wrong += check_bounds(case, found)
        large.append([case.target, case.layer, case.loops, case.ragged,
                      f"{found['instructions']:,}", f"{found['cycles']:,}",
                      found["kernel_evaluations"], found["evaluated_instructions"],
                      found["status"], f"{found['seconds'] * 1e3:.2f} ms",
                      f"{found['memory_kib']} KiB",
                      f"{found['process_kib'] / 1024:.0f} MiB"])
        ways = {way: evaluate(case.target, case.sibling, way, 1)
                for way in ("graph", "whole", "simulator")}
        cycles = {found["cycles"] for found in ways.values()}
        equal = len(cycles) == 1
        if not equal:
            wrong.append(f"{case.target}: the sibling takes {sorted(cycles)} cycles")
        small.append([case.target, case.sibling, f"{ways['graph']['instructions']:,}",
                      f"{ways['graph']['cycles']:,}", ways["graph"]["kernel_evaluations"],
                      ways["whole"]["kernel_evaluations"], "yes" if equal else "NO"])
        speed.append([case.target] + [
            f"{ways[way]['instructions'] / ways[way]['seconds'] / 1e6:.2f} M/s"
            for way in ("simulator", "whole")])

    result = Result("headline", "Headline: 4.19 billion instructions",
                    "One convolution in nested tile loops with ragged edges, evaluated by the "
                    "dependency graph. Kernel evaluations are counted over all loop levels; processor "
                    "time is the shortest of several evaluations in one process, memory by how much the resident "
                    "process grew at its peak while evaluating. Bounds: at least 4.19e9 instructions, "
                    "at most 154 kernel evaluations, 10 ms, exact.")
    result.table("The large convolution",
                 ["target", "layer", "tile loops", "ragged", "instructions", "cycles",
                  "kernel evaluations", "instructions evaluated", "status", "time",
                  "memory of the evaluation", "of the process"], large)
    result.table("A smaller sibling, continued, evaluated whole and simulated",
                 ["target", "layer", "instructions", "cycles", "kernel evaluations, continued",
                  "whole", "all equal"], small)
    result.table("Instructions per second on the sibling",
                 ["target", "event simulator", "graph, every iteration"], speed)
    result.write(keep=not quick)
    for line in wrong:
        print(line, file=sys.stderr)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
