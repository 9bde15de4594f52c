#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""architectures/systolic_array.mlir against the hardware of rtl/, in full.

Draws random layers, measures them on the simulated hardware and on the description
over several array sizes in both dataflows, and says where the cycles differ. Exit
status 1 if they do anywhere. `rtl/test/test_description.py` runs a sample of this.
"""

import argparse
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path

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


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--layers", type=int, default=50, help="of each configuration")
    count = parser.parse_args().layers
    equal = total = 0
    begin = time.monotonic()
    for size in SIZES:
        for dataflow in ("os", "ws"):
            hw = replace(size, dataflow=dataflow)
            with tempfile.TemporaryDirectory() as folder:
                same, different = compare(hw, count, Path(folder))
            equal, total = equal + same, total + count
            print(f"{name(hw)}: {same} of {count} layers equal", flush=True)
            for line in different:
                print("  " + line)
    print(f"{equal} of {total} layers equal, {len(SIZES)} sizes, "
          f"{time.monotonic() - begin:.0f} s")
    return equal != total


if __name__ == "__main__":
    sys.exit(main())
