#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Checks that the four names of a pass follow from one another: pass
`pr-annotate-latency`, class AnnotateLatency, file AnnotateLatency.cpp, test
annotate-latency.mlir."""
import re
import sys
from pathlib import Path

source = Path(sys.argv[1])
passes = re.findall(r'^def (\w+)\s*:\s*Pass<"([^"]+)"', (source / "include/pr/Transforms/Passes.td").read_text(), re.M)
bad = [] if passes else ["no pass found in Passes.td"]
for name, argument in passes:
    verb = argument.removeprefix("pr-")
    if argument == verb or "".join(word.capitalize() for word in verb.split("-")) != name:
        bad.append(f"class {name} and pass '{argument}' differ")
    if not (source / f"lib/Transforms/{name}.cpp").is_file():
        bad.append(f"there is no lib/Transforms/{name}.cpp")
    if not (source / f"test/Transforms/{verb}.mlir").is_file():
        bad.append(f"there is no test/Transforms/{verb}.mlir")
print("\n".join(bad) if bad else f"{len(passes)} passes")
sys.exit(1 if bad else 0)
