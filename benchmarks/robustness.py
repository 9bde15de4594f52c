#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""A million inputs that nobody wrote: no crash, no hang, no overflow, no wrong answer.

Needs pr-fuzz and pr-fuzz-ir (targets of the same names), best of a build with the asan preset.
"""
from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import time
from pathlib import Path

from results import FOLDER, Result

BUILD = Path(os.environ["PR_BUILD_DIR"])
BUNDLES = [*sorted((FOLDER.parent / "models").glob("*.prm")), *sorted((BUILD / "test" / "models").glob("*.prm"))]
CHUNK = 20000
#: What, by which program, how many of a million.
SHARES = [("layers", "pr-fuzz", 580000), ("bundles", "pr-fuzz", 150000), ("mappings", "pr-fuzz", 20000),
          ("attributes", "pr-fuzz-ir", 150000), ("operations", "pr-fuzz-ir", 100000)]

WHAT = """Generated and damaged inputs, from seeds: layer texts (parsed, printed, counted, rounded, estimated by every bundle,
alone and in batches), bundles and target descriptions (half of them damaged behind a checksum that fits; what still loads is
asked), mapping programs and expressions with inputs of any size on random machines, by both evaluators, attributes of the
dialect through its parser and printer, operations with extents of any size and unknown ones through describing and estimating.
Answers are checked for what they promise. A run that ends by a signal, takes over 10 minutes a chunk of 20,000 or finds a wrong
answer counts as failed."""


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sanitized", type=Path, help="a pr-fuzz built with sanitizers, in place of the build's")
    parser.add_argument("--scale", type=float, default=1.0, help="share of a million inputs (default: 1)")
    parser.add_argument("--quick", action="store_true", help="2,000 of each, not kept")
    options = parser.parse_args()
    programs = {name: BUILD / "bin" / name for _, name, _ in SHARES}
    if options.sanitized:
        programs["pr-fuzz"] = options.sanitized
    for path in programs.values():
        if not path.exists():
            print(f"robustness: there is no '{path}', expected a build of target '{path.name}'", file=sys.stderr)
            return 1
    rows, failures = [], []
    for what, program, count in SHARES:
        count = 2000 if options.quick else int(count * options.scale)
        sanitized = "address, undefined" if program == "pr-fuzz" and options.sanitized else "none"
        begin, inputs, accepted = time.monotonic(), 0, 0
        while inputs < count:
            found = chunk(programs[program], what, min(CHUNK, count - inputs), seed=inputs + 1)
            if isinstance(found, str):
                failures.append(f"{what}, seed {inputs + 1}: {found}")
                inputs += min(CHUNK, count - inputs)
                continue
            inputs += found["inputs"]
            accepted += found["accepted"]
            print(f"{what} {inputs} of {count}, {time.monotonic() - begin:.0f} s", file=sys.stderr)
        rows.append([what, f"{inputs:,}", f"{accepted:,}", sanitized, f"{time.monotonic() - begin:.0f} s"])
    result = Result("robustness", "Robustness", WHAT)
    result.table("Inputs", ["what", "inputs", "accepted", "sanitizers", "time"], rows)
    result.note(f"{sum(int(row[1].replace(',', '')) for row in rows):,} inputs, {len(failures)} failed runs; required: "
                "1,000,000 inputs, none.")
    for failure in failures:
        result.note(failure)
    result.write(keep=not options.quick)
    return 1 if failures else 0


def chunk(program: Path, what: str, count: int, seed: int) -> dict[str, int] | str:
    """The counts of one run, or how it failed."""
    # A pass takes one model for each target.
    bundles = BUNDLES if what in ("layers", "bundles") else [path for path in BUNDLES if path.stem != "npu2"]
    try:
        done = subprocess.run([str(program), what, str(count), str(seed), *map(str, bundles)], capture_output=True,
                              text=True, timeout=600)
    except subprocess.TimeoutExpired:
        return "it hangs"
    if done.returncode != 0:
        return f"exit {done.returncode}: {done.stderr.strip().splitlines()[-1] if done.stderr.strip() else ''}"
    return json.loads(done.stdout)


if __name__ == "__main__":
    sys.exit(main())
