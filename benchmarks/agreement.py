#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""The dependency graph against the event simulator, on random pairs of architecture and layer.

Random machines with random loop programs and streams, and the architectures that come
with the project with random parameters and random legal layers. Every pair is made from
one seed. Each is simulated, evaluated by the graph, and by the graph with no loop
continued; cycles, instructions and the busy time of every unit must be the same wherever
the graph does not call itself approximate. Exit status 1 after any difference, or where
a share is below what is asked for.

With --forever it goes on until it is interrupted, and prints every difference it meets.
"""
from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from results import Result
from rich.console import Console
from rich.progress import Progress

#: Shares of all pairs, in percent, that the sample must reach to mean anything.
REQUIRED = {"exact": 80, "back_pressure": 10, "multi_issue": 10, "port_conflict": 10,
            "long_period": 10, "ragged": 10}
#: Column titles of the counts.
TITLES = {"exact": "exact", "approximate": "approximate", "continued": "loops continued",
          "back_pressure": "back-pressure", "multi_issue": "multi-issue",
          "port_conflict": "port conflict", "long_period": "period > 1", "ragged": "ragged edge"}
WHAT = """\
Random pairs of an architecture and a layer, evaluated three times: by the event simulator, by the dependency graph,
and by the graph with every iteration evaluated. They must agree to the cycle, in the number of instructions and in the
busy time of every unit, wherever the graph does not say `approximate`. Back-pressure (port conflict): with 64 more slots in
every stage (64 more ports at every memory) the pair takes another time. Multi-issue: a fetch stage hands on more than one
instruction a cycle. Ragged edge: a loop's last tile is smaller than the others. Approximate ones contain a memory served
first come first, or fused operations."""


def checker() -> str:
    return str(Path(os.environ["PR_BUILD_DIR"]) / "bin" / "pr-check-evaluators")


def run(arguments: argparse.Namespace) -> dict[str, Any]:
    """The last object that the program prints."""
    command = [checker(), "--pairs", str(arguments.pairs), "--seed", str(arguments.seed),
               "--length", str(arguments.length), "--seconds", str(arguments.seconds)]
    if arguments.forever:
        command.append("--forever")
    last: dict[str, Any] = {}
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process, \
            Progress(console=Console(stderr=True)) as progress:
        assert process.stdout
        task = progress.add_task("comparing", total=None if arguments.forever else arguments.pairs)
        try:
            for line in process.stdout:
                last = json.loads(line)
                progress.update(task, completed=last["pairs"], description=
                                f"{last['differences']} differences, seed {last['next_seed']}")
        except KeyboardInterrupt:
            process.terminate()
    if not last.get("done") and not arguments.forever:
        raise SystemExit(f"agreement: '{' '.join(command)}' ended early")
    return last


def total(sources: dict[str, dict[str, Any]]) -> dict[str, Any]:
    return {key: sum(source[key] for source in sources.values())
            for key in next(iter(sources.values()))}


def percent(part: float, whole: float) -> str:
    return f"{100 * part / whole:.1f} %" if whole else "-"


def row(name: str, counts: dict[str, Any]) -> list[Any]:
    pairs = counts["pairs"]
    cells = [percent(counts[key], pairs) for key in TITLES]
    approximate = counts["approximate"]
    distance = percent(counts["distance"], approximate) if approximate else "-"
    return [name, pairs, f"{counts['instructions']:,}", counts["differences"], *cells, distance]


def missed(counts: dict[str, Any]) -> list[str]:
    return [f"{TITLES[key]}: {percent(counts[key], counts['pairs'])}, expected at least {least} %"
            for key, least in REQUIRED.items() if 100 * counts[key] < least * counts["pairs"]]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--pairs", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=1, help="of the first pair")
    parser.add_argument("--length", type=int, default=30_000,
                        help="instructions of a pair, at most")
    parser.add_argument("--seconds", type=float, default=0, help="time budget; 0: none")
    parser.add_argument("--quick", action="store_true", help="500 pairs, nothing kept")
    parser.add_argument("--forever", action="store_true", help="until interrupted, nothing kept")
    arguments = parser.parse_args()
    if arguments.quick:
        arguments.pairs = 500
    found = run(arguments)
    if not found:
        return 1
    everything = total(found["sources"])
    result = Result("agreement", "Dependency graph against event simulator", WHAT)
    rows = [row(name, found["sources"][name]) for name in sorted(found["sources"])]
    result.table("Pairs", ["pairs from", "pairs", "instructions", "differences", *TITLES.values(),
                           "distance of approximate, mean"], [*rows, row("all", everything)])
    result.note(f"Seeds {found['first_seed']} to {found['next_seed'] - 1}, {found['seconds']:.0f} s on one core; "
                f"left out: {everything['too_long']} pairs of more than {arguments.length:,} instructions, "
                f"{everything['refused']} that both evaluators refuse.")
    rate = everything["instructions"] / max(everything["simulator_seconds"], 1e-9)
    result.note(f"The simulator carried out {rate / 1e6:.2f} million instructions a second of processor time, of these "
                "short programs and with the time that it takes to begin and end.")
    failures = missed(everything)
    complete = found["pairs"] >= 10_000 and arguments.seconds == 0
    result.write(keep=complete and not arguments.forever and not arguments.quick)
    for failure in failures:
        print(f"agreement: {failure}", file=sys.stderr)
    return 1 if found["differences"] or failures else 0


if __name__ == "__main__":
    sys.exit(main())
