#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""An external command target in thirty lines: a toy accelerator with stairs.

    pr-bench-opt --target='command:examples/command_target.py' --run --layers FILE

It greets, then answers one JSON object per line. A real one would compile
request["mlir"] and run request["entry"] request["repeats"] times on its device,
answering with "samples_ps" in place of "cycles".
"""
import json
import re
import sys


def cycles(layer):
    """Rows and columns of eight: a stair in every channel."""
    dims = {name: int(value) for name, value in re.findall(r"(\w+)=(\d+)", layer)}
    steps = [-(-dims.pop(name, 1) // 8) for name in ("oc", "ic", "m", "n")]
    for name in ("oh", "ow", "kh", "kw", "k", "b"):
        steps.append(dims.get(name, 1))
    product = 100
    for step in steps:
        product *= step
    return product


print(json.dumps({"protocol": 1, "target": "toy-stairs", "clock_mhz": 250}), flush=True)
for line in sys.stdin:
    request = json.loads(line)
    kind = request["layer"].split()[0]
    if kind in ("conv1d", "conv2d", "matmul"):
        reply = {"status": "ok", "cycles": cycles(request["layer"]), "conditions": {"toy": True}}
    else:
        reply = {"status": "error", "error": f"this toy has no {kind}"}
    print(json.dumps({"id": request["id"], **reply}), flush=True)
