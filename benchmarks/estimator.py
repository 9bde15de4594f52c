#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""How long a query of the estimator takes, beside libxgboost on the same forest.

Needs estimator-benchmark: a build with -DPR_ENABLE_BENCHMARKS=ON.
"""
from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

from results import Result

WHAT = """One core (threads: two), 10,000 distinct conv2d layers, a forest of 300 trees of depth 6 over ten features; the
query is the whole of it: legality, query point, features, base, forest, interval. libxgboost walks the same forest over the
same rows by its in-place C call, in the same run. p50 and p99 of single queries include the clock, about 25 ns; batches are
timed by the processor's time. Medians over the repetitions of the whole program."""


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--binary", type=Path, help="estimator-benchmark; default: the one of the build")
    parser.add_argument("--runs", type=int, default=5, help="repetitions of the whole program (default: 5)")
    parser.add_argument("--quick", action="store_true", help="one short run, not kept")
    options = parser.parse_args()
    binary = options.binary or Path(os.environ["PR_BUILD_DIR"]) / "bin/estimator-benchmark"
    if not binary.exists():
        print(f"estimator: there is no '{binary}', expected a build with -DPR_ENABLE_BENCHMARKS=ON", file=sys.stderr)
        return 1
    runs = []
    for index in range(1 if options.quick else options.runs):
        runs.append(run(binary, 0.05 if options.quick else 0.5))
        print(f"[{index + 1}/{options.runs}]", file=sys.stderr)
    report(runs, keep=not options.quick)
    return 0


def run(binary: Path, seconds: float) -> dict[str, dict[str, float]]:
    """The counters of every benchmark of one run of the program."""
    with tempfile.NamedTemporaryFile(suffix=".json") as out:
        subprocess.run([str(binary), f"--benchmark_out={out.name}", "--benchmark_out_format=json",
                        f"--benchmark_min_time={seconds}"], check=True, stdout=subprocess.DEVNULL,
                       stderr=subprocess.DEVNULL)
        found = json.loads(Path(out.name).read_text())["benchmarks"]
    return {one["name"].replace("/real_time", ""): one for one in found}


def report(runs: list[dict[str, dict[str, float]]], keep: bool) -> None:
    def median(name: str, field: str) -> float:
        return statistics.median(one[name][field] for one in runs)

    def ratio(theirs: str, ours: str, field: str = "p50_ns") -> float:
        return statistics.median(one[theirs][field] / one[ours][field] for one in runs)

    def scaling(name: str) -> float:
        return statistics.median(one[f"{name}/threads:2"]["items_per_second"]
                                 / one[f"{name}/threads:1"]["items_per_second"] for one in runs)

    result = Result("estimator", "Speed of queries", WHAT)
    p50, p99 = median("uncachedQuery", "p50_ns"), median("uncachedQuery", "p99_ns")
    walker = scaling("threadsForest")
    result.table("Queries", ["what", "measured", "required", "goal"], [
        ["cached query", f"{median('cachedQuery', 'cpu_time'):.0f} ns", "200 ns", ""],
        ["uncached query, p50", f"{p50 / 1000:.2f} µs", "4 µs", "3 µs"],
        ["its p99 over its p50", f"{p99 / p50:.2f}", "2", ""],
        ["libxgboost in place / uncached query", f"{ratio('libxgboostInPlace', 'uncachedQuery'):.1f}", "6", "8"],
        ["libxgboost batch / batch of queries, per row", f"{ratio('batchLibxgboost', 'batchOfQueries'):.1f}", "2", "4"],
        ["libxgboost batch / batch of rows through the forest alone",
         f"{ratio('batchLibxgboost', 'batchForestOnly'):.1f}", "", ""],
        ["two threads over one: the bare forest", f"{walker:.2f}", "", ""],
        ["two threads over one: uncached queries", f"{scaling('threadsUncached'):.2f}", f"{0.9 * walker:.2f}", ""],
        ["two threads over one: cached queries", f"{scaling('threadsCached'):.2f}", f"{0.9 * walker:.2f}", ""],
        ["loading the bundle from memory", f"{median('loadBundle', 'real_time') / 1000:.2f} ms", "", ""],
    ])
    result.write(keep)


if __name__ == "__main__":
    sys.exit(main())
