#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""What annotating costs beside parsing and printing, and what loading the plugin costs.
"""
from __future__ import annotations

import argparse
import os
import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from results import FOLDER, Result

SOURCE = FOLDER.parent
SHARED = SOURCE.parent / "shared" / "networks"
BUILD = Path(os.environ["PR_BUILD_DIR"])
PLUGIN = BUILD / "lib" / "PRPlugin.so"
MLIR_OPT = "/usr/lib/llvm-22/bin/mlir-opt"

WHAT = """Stock `mlir-opt --verify-each=false --mlir-timing`, one process a run, the bundle in the page cache: the wall time of
pass `pr-annotate-latency` over that of the parser and the printer of the same run. Networks of at least 300 operations. The
times are the shortest over the runs, of both alike: what else runs on the machine only ever adds. Start-up is the shortest wall
time of a whole process on an empty module with the plugin, a bundle and the pass, less that of `mlir-opt` alone on the same
module, runs alternating."""


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=25, help="runs of each network and model (default: 25)")
    parser.add_argument("--quick", action="store_true", help="three runs, not kept")
    options = parser.parse_args()
    runs = 3 if options.quick else options.runs
    models = [(path, pipeline(path)) for path in sorted((SOURCE / "models").glob("*.prm"))]
    networks = [path for folder in (SHARED, SOURCE / "examples") for path in sorted(folder.glob("*.mlir"))
                if operations(path) >= 300]
    result = Result("pass_overhead", "Cost of annotating", WHAT)
    rows, worst = [], 0.0
    for index, network in enumerate(networks):
        for model, passes in models:
            pass_ms, around_ms, ratio = measure(network, passes, runs)
            worst = max(worst, ratio)
            rows.append([network.name, operations(network), model.stem, f"{pass_ms:.2f} ms", f"{around_ms:.2f} ms",
                         f"{100 * ratio:.1f} %"])
        print(f"[{index + 1}/{len(networks)}] {network.name}", file=sys.stderr)
    result.table("Annotating", ["network", "operations", "model", "pass", "parser and printer", "pass / both"], rows)
    result.table("Start-up", ["model", "mlir-opt", "with plugin, bundle and pass", "difference"],
                 [start_up(model, passes, 5 * runs) for model, passes in models])
    result.note(f"The largest ratio is {100 * worst:.1f} %; required: at most 10 %, aimed at: 5 % on linalg. Start-up: at "
                "most 10 ms.")
    result.write(keep=not options.quick)
    return 0


def operations(network: Path) -> int:
    return sum(1 for line in network.read_text().splitlines() if re.match(r"\s+(%|linalg\.|tosa\.|func\.|return)", line))


def pipeline(model: Path) -> str:
    return f"builtin.module(pr-annotate-latency{{model={model} as-quantized}})"


def command(network: Path, passes: str) -> list[str]:
    return [MLIR_OPT, str(network), f"--load-dialect-plugin={PLUGIN}", f"--pass-pipeline={passes}", "-o", "/dev/null"]


def measure(network: Path, passes: str, runs: int) -> tuple[float, float, float]:
    """Milliseconds of the pass, of parser and printer, and the ratio."""
    pass_ms, around_ms = [], []
    for _ in range(runs):
        text = subprocess.run([*command(network, passes), "--verify-each=false", "--mlir-timing"], check=True,
                              capture_output=True, text=True).stderr
        seconds = {name: float(value) for value, name in re.findall(r"^\s+([0-9.]+) \([^)]*\)\s+(\w+)$", text, re.M)}
        pass_ms.append(1000 * seconds["AnnotateLatency"])
        around_ms.append(1000 * (seconds["Parser"] + seconds["Output"]))
    return min(pass_ms), min(around_ms), min(pass_ms) / min(around_ms)


def start_up(model: Path, passes: str, runs: int) -> list[str]:
    with tempfile.NamedTemporaryFile("w", suffix=".mlir") as empty:
        empty.write("module {\n}\n")
        empty.flush()
        path = Path(empty.name)
        commands = [[MLIR_OPT, str(path), "-o", "/dev/null"], command(path, passes)]
        times: list[list[float]] = [[], []]
        for _ in range(runs):
            for arguments, found in zip(commands, times):
                begin = time.perf_counter()
                subprocess.run(arguments, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
                found.append(1000 * (time.perf_counter() - begin))
    without, with_plugin = (min(one) for one in times)
    return [model.stem, f"{without:.1f} ms", f"{with_plugin:.1f} ms", f"{with_plugin - without:.1f} ms"]


if __name__ == "__main__":
    sys.exit(main())
