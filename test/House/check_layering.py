#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Checks that the rooms of the house include each other in one direction only.

The plain C++ rooms see neither MLIR nor LLVM, and each room only those below
it. Prints every breach as file:line and exits with 1 if there is one.
"""
import re
import sys
from pathlib import Path

ROOMS_BELOW = {
    "Support": set(),
    "Layer": {"Support"},
    "Lattice": {"Support", "Layer"},
    "Model": {"Support", "Layer", "Lattice"},
    "Arch": {"Support", "Layer"},
    "Target": {"Support", "Layer", "Lattice", "Arch"},
}
# The reference simulator and the dependency graph are two roads to one number:
# neither may use the other's timing.
SEPARATE = [("EventSimulator", "DependencyGraph")]
INCLUDE = re.compile(r'^\s*#\s*include\s*[<"]([^>"]+)[>"]')


def breaches(source: Path):
    for room, below in ROOMS_BELOW.items():
        for side in (source / "include/pr" / room, source / "lib" / room):
            for path in sorted(p for p in side.rglob("*") if p.suffix in (".h", ".cpp", ".def")):
                for number, line in enumerate(path.read_text().splitlines(), 1):
                    match = INCLUDE.match(line)
                    if match and (why := breach(room, below, path.stem, match[1])):
                        yield f"{path.relative_to(source)}:{number}: {why}"


def breach(room: str, below: set, stem: str, header: str) -> str:
    if header.startswith(("mlir/", "mlir-c/", "llvm/", "llvm-c/")):
        return f"{room} is plain C++ and must not include '{header}'"
    if header.startswith("pr/"):
        other = header.split("/")[1]
        if other != room and other not in below:
            return f"{room} must not include '{header}'"
    for pair in SEPARATE:
        for mine, theirs in (pair, pair[::-1]):
            if stem.startswith(mine) and theirs in header:
                return f"{mine} must not include '{header}'"
    return ""


def main() -> int:
    found = list(breaches(Path(sys.argv[1])))
    print("\n".join(found) if found else "every arrow points down")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
