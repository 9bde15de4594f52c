#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""architectures/systolic_array.mlir against the hardware of rtl/, in full.

Draws random layers, measures them on the simulated hardware and on the description
over several array sizes in both dataflows, and says where the cycles differ; then
times both on one larger layer. Exit status 1 if any cycles differ, or the description is
less than 1,000 times faster. `rtl/test/test_description.py` runs a sample of this.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from dataclasses import asdict, replace
from pathlib import Path

from results import Result

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "rtl" / "test"))
from random_layers import random_layers  # noqa: E402
from spec_timing import Hardware  # noqa: E402
from test_description import DESCRIPTION, name, run  # noqa: E402

SIZES = [
    Hardware(rows=2, cols=2, width=4, depth=8),
    Hardware(rows=3, cols=5, width=8, depth=7, inflight=3, queue=2),
    Hardware(rows=4, cols=4),
    Hardware(rows=8, cols=4, width=16, depth=16, queue=8),
    Hardware(rows=8, cols=8, width=16, depth=32, latency=40),
    Hardware(rows=16, cols=16, width=32, depth=32, latency=100),
]


def compare(hw, count, folder):
    """(layers that agree, the others as text) of one configuration."""
    texts = [layer.text for layer in random_layers(f"benchmark {hw}", count)]
    hardware = run("systolic-rtl", hw, texts, folder)
    described = run(DESCRIPTION, hw, texts, folder)
    different = [f"{text}: hardware {rtl['error'] or rtl['cycles']}, "
                 f"description {model['error'] or model['cycles']}"
                 for text, rtl, model in zip(texts, hardware, described)
                 if rtl["status"] != "ok" or rtl["cycles"] != model["cycles"]]
    return len(texts) - len(different), different


LARGE = "conv2d oc=64 ic=64 oh=56 ow=56 kh=3 kw=3 : i8, i8 -> i32"
LEAST_RATIO = 1000


def compare_speed(hw, folder):
    """(cycles, seconds on the hardware, seconds of the graph, both equal) of LARGE.
    The hardware's seconds are those of its process on a built simulator, the check of
    its results included; the graph's those of one evaluation."""
    run("systolic-rtl", hw, ["matmul m=1 n=1 k=1 : i8, i8 -> i32"], folder)  # builds it
    begin = time.monotonic()
    measured, = run("systolic-rtl", hw, [LARGE], folder)
    hardware = time.monotonic() - begin
    parameters = {**asdict(hw), "dataflow": int(hw.dataflow == "ws")}
    chosen = ",".join(f"{key}={value}" for key, value in parameters.items())
    done = subprocess.run([Path(os.environ["PR_BUILD_DIR"]) / "bin" / "evaluator-benchmark",
                           f"{DESCRIPTION}[{chosen}]", "graph", "20", LARGE],
                          capture_output=True, text=True, check=True)
    found = json.loads(done.stdout)
    return (measured["cycles"], hardware, found["seconds"],
            found["cycles"] == measured["cycles"])


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--layers", type=int, default=50, help="of each configuration")
    count = parser.parse_args().layers
    equal = total = 0
    rows, speed, wrong = [], [], []
    for size in SIZES:
        for dataflow in ("os", "ws"):
            hw = replace(size, dataflow=dataflow)
            with tempfile.TemporaryDirectory() as folder:
                same, different = compare(hw, count, Path(folder))
            equal, total = equal + same, total + count
            rows.append([f"{hw.rows} x {hw.cols}", dataflow, hw.width, hw.depth, hw.inflight,
                         hw.queue, hw.latency, f"{same} of {count}"])
            wrong += different
            print(f"{name(hw)}: {same} of {count} layers equal", file=sys.stderr, flush=True)
    for size in SIZES[3:]:
        with tempfile.TemporaryDirectory() as folder:
            cycles, hardware, graph, same = compare_speed(size, Path(folder))
        speed.append([name(size), f"{cycles:,}", f"{hardware:.2f} s", f"{graph * 1e3:.3f} ms",
                      f"{hardware / graph:,.0f}", "yes" if same else "NO"])
        if not same or hardware < LEAST_RATIO * graph:
            wrong.append(f"{name(size)}: {LARGE}: {speed[-1]}")
    result = Result("systolic", "The systolic array: description against hardware",
                    "Random matrix products and convolutions on the hardware of rtl/, simulated by "
                    "Verilator with real operands, and on architectures/systolic_array.mlir, in cycles. "
                    "Bounds: all equal; the description at least 1,000 times faster.")
    result.table(f"{equal} of {total} layers take equal cycles",
                 ["array", "dataflow", "width", "depth", "in flight", "queue", "latency", "equal"], rows)
    result.table(f"Time for {LARGE}",
                 ["array", "cycles", "hardware, simulated", "dependency graph", "times faster",
                  "cycles equal"], speed)
    result.write(keep=count >= 50)
    for line in wrong:
        print(line, file=sys.stderr)
    return bool(wrong)


if __name__ == "__main__":
    sys.exit(main())
