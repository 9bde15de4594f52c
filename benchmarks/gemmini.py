#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""architectures/gemmini.mlir against published cycles of Gemmini's RTL.

Every row of a table with the columns of shared/data/gemmini-rtl/calibration.csv is
predicted twice: with the loop nest of its `mapping` column, and with the tiles of
Gemmini's own library. The error of both stands beside that of the analytical tool's
column. Where the tensors begin is not in the table: predictions are for the default
base and, for the shorter rows, also for the geometric mean over all bases. On the
same rows the dependency graph is compared with the simulator.
"""
from __future__ import annotations

import argparse
import json
import math
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Sequence

from mlir_pr import toolchain
from mlir_pr.metrics import error_metrics
from mlir_pr.tables import read_csv, read_table
from results import Result

FOLDER = Path(__file__).resolve().parent
CALIBRATION = FOLDER.parent.parent / "shared" / "data" / "gemmini-rtl" / "calibration.csv"
TILINGS = {"given mapping": "gemmini-given.yaml", "own tiling": "gemmini-own.yaml"}
#: Cycles up to which a row counts as short: several predictions of it are quick.
SHORT = 1_000_000


@dataclass
class Row:
    layer: str
    measured: int
    tool: float | None  # the analytical tool's cycles
    predicted: int = 0


def read_rows(table: Path, tiling: str) -> list[Row]:
    read = read_table(table, FOLDER / TILINGS[tiling], allow_duplicates=True)
    frame = read_csv(table)
    tool = frame["timeloop_cycles"] if "timeloop_cycles" in frame else None
    return [Row(row.layer, row.cycles or 0, None if tool is None else float(tool[row.line]))
            for row in read.rows]


def run(target: str, layers: Sequence[str]) -> list[int]:
    with tempfile.NamedTemporaryFile("w", suffix=".txt") as file:
        file.write("".join(layer + "\n" for layer in layers))
        file.flush()
        done = subprocess.run([toolchain.bench_opt(), f"--target={target}", "--run", "--layers",
                               file.name], capture_output=True, text=True, check=False)
    replies = [json.loads(line) for line in done.stdout.splitlines()]
    wrong = [reply["error"] for reply in replies if reply["status"] != "ok"]
    if wrong or len(replies) != len(layers):
        sys.exit(f"gemmini: {target} failed: {(wrong or [done.stderr])[0]}")
    return [reply["cycles"] for reply in replies]


def predict(target: str, rows: Sequence[Row], jobs: int) -> list[int]:
    """Long rows one by one, the longest first, then the short ones together; says how
    far it is."""
    order = sorted(range(len(rows)), key=lambda i: -rows[i].measured)
    short = [i for i in order if rows[i].measured <= SHORT]
    batches = [[i] for i in order if rows[i].measured > SHORT] + [short[job::jobs] for job in range(jobs)]
    work = sum(row.measured for row in rows)
    done, result, begin = 0, [0] * len(rows), time.monotonic()
    with ThreadPoolExecutor(jobs) as pool:
        for batch, cycles in zip(batches, pool.map(
                lambda batch: run(target, [rows[i].layer for i in batch]), batches)):
            for i, found in zip(batch, cycles):
                result[i] = found
                done += rows[i].measured
            left = (time.monotonic() - begin) * (work - done) / max(done, 1)
            print(f"\rgemmini: {target}: {done / work:.0%}, {left:.0f} s left  ", end="",
                  file=sys.stderr, flush=True)
    print(file=sys.stderr)
    return result


def figures(name: str, rows: Sequence[Row], predicted: Sequence[float]) -> list[str]:
    found = error_metrics([row.measured for row in rows], predicted)
    tau = "" if found.kendall_tau_b is None else f"{found.kendall_tau_b:.3f}"
    return [name, str(len(rows)), f"{found.mape:.2%}", f"{found.median:.2%}", f"{found.p95:.1%}",
            f"{found.within_5:.0%}", tau]


def mean_over_bases(rows: Sequence[Row], jobs: int) -> list[float]:
    logs = [0.0] * len(rows)
    bases = range(0, 64, 8)
    for base in bases:
        for i, cycles in enumerate(predict(f"gemmini[base={base},evaluator=2]", rows, jobs)):
            logs[i] += math.log(cycles) / len(bases)
    return [math.exp(each) for each in logs]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--table", type=Path, default=CALIBRATION)
    parser.add_argument("--jobs", type=int, default=2, help="processes")
    parser.add_argument("--longest", type=int, default=None, metavar="CYCLES",
                        help="leave rows of more measured cycles out")
    parser.add_argument("--quick", action="store_true",
                        help="the short rows for the default base alone; not kept")
    parser.add_argument("--list", action="store_true", help="print every row; not kept")
    options = parser.parse_args()
    if not options.table.exists():
        sys.exit(f"gemmini: there is no table '{options.table}'")

    result = Result("gemmini", "Gemmini's description against its RTL",
                    f"`{options.table.name}`: cycles of layers on Gemmini's RTL in FireSim, published with DOSA. "
                    "Constants were fitted to calibration.csv alone; nothing of the table is looked up. "
                    "docs/design/Gemmini.md says what is known and what is fitted.")
    columns = ["prediction", "rows", "MAPE", "median", "95th percentile", "within 5 %", "Kendall tau-b"]
    graph_table = []
    for tiling in TILINGS:
        rows = [row for row in read_rows(options.table, tiling)
                if options.longest is None or row.measured <= options.longest]
        short = [row for row in rows if row.measured <= SHORT]
        chosen = short if options.quick else rows
        for row, cycles in zip(chosen, predict("gemmini[evaluator=2]", chosen, options.jobs)):
            row.predicted = cycles
        table = [figures("description", chosen, [row.predicted for row in chosen])]
        if all(row.tool for row in chosen):
            table.append(figures("Timeloop", chosen, [row.tool or 0 for row in chosen]))
        table.append(figures("description, short rows", short, [row.predicted for row in short]))
        if not options.quick:
            table.append(figures("the same, mean over all bases", short, mean_over_bases(short, options.jobs)))
        graph = predict("gemmini[evaluator=1]", short, options.jobs)
        distances = [abs(cycles / row.predicted - 1) for cycles, row in zip(graph, short)]
        graph_table.append([tiling, str(len(short)), f"{sum(distances) / len(distances):.2%}",
                            f"{max(distances):.1%}"])
        result.table(tiling.capitalize(), columns, table)
        if options.list:
            for row in chosen:
                print(f"{row.predicted / row.measured:.3f} {row.predicted:>10} {row.measured:>10} {row.layer}")
    result.table("Dependency graph, approximate here, against the simulator",
                 ["tiling", "rows", "mean distance", "largest"], graph_table)
    result.note(f"Short rows: those of up to {SHORT:,} measured cycles. All bases: multiples of 8 bytes modulo 64.")
    result.write(keep=not options.quick and not options.list and options.table == CALIBRATION)


if __name__ == "__main__":
    main()
