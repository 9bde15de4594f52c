#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Stands in for pr-bench-opt: a machine with 8-wide steps, as slow as asked.

FAKE_DELAY: seconds a layer takes. FAKE_FAIL: layers that hold this text fail.
FAKE_DIE: the program ends itself before a layer that holds this text.
"""
import json
import os
import re
import sys
import time

INFO = {
    "schema": 1, "name": "fake", "parameters": {"rows": 8}, "description_hash": "0123",
    "clock_khz": 1000000, "counts_cycles": True,
    "kinds": [{"kind": "matmul", "types": ["i8, i8 -> i32"],
               "steps": [{"dim": dim, "width": 8, "plateau": "flat", "knowledge": "white"}
                         for dim in ("m", "n")],
               "maximum": {"m": 128, "n": 128, "k": 512}, "rules": [], "free_epilogue": [],
               "domain": {"m": [1, 128], "n": [1, 128], "k": [1, 512]}}],
}


def cycles_of(layer: str) -> int:
    dims = {name: int(value) for name, value in re.findall(r"(\w+)=(\d+)", layer)}
    return 1 + -(-dims["m"] // 8) * -(-dims["n"] // 8) * dims["k"]


def answer(layer: str) -> dict:
    line = {"schema": 1, "target": "fake", "layer": layer, "samples": 1, "conditions": {}}
    if os.environ.get("FAKE_FAIL", "no such") in layer:
        return {**line, "status": "error", "error": "the fake was told to fail"}
    cycles = cycles_of(layer)
    return {**line, "status": "ok", "cycles": cycles, "time_ps": cycles * 1000}


def main() -> int:
    options = dict(argument.lstrip("-").partition("=")[::2] for argument in sys.argv[1:])
    if "list-targets" in options:
        print(json.dumps({"schema": 1, "targets": [
            {"name": "fake", "description": "a stand-in", "needs": "", "available": True,
             "reason": None},
            {"name": "npu", "description": "a board", "needs": "the board", "available": False,
             "reason": "no board is connected"}]}))
        return 0
    if options.get("target") != "fake":
        print(f"pr-bench-opt: error: unknown target '{options.get('target')}'", file=sys.stderr)
        return 1
    if "describe" in options:
        print(json.dumps(INFO))
        return 0
    failed = False
    with open(options["layers"], encoding="utf-8") as file:
        for layer in file.read().splitlines():
            if os.environ.get("FAKE_DIE", "no such") in layer:
                os.abort()
            time.sleep(float(os.environ.get("FAKE_DELAY", "0")))
            line = answer(layer)
            failed |= line["status"] == "error"
            print(json.dumps(line), flush=True)
    return 3 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
