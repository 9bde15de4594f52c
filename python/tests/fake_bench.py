#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Stands in for pr-bench-opt: a machine with 8-wide steps, as slow as asked.

FAKE_DELAY: seconds a layer takes. FAKE_FAIL: layers that hold this text fail.
FAKE_CONVOLVES: it runs convolutions too, each after its own fashion.
FAKE_SMOOTH: it has no steps.
FAKE_RAMPS: plateaus in m are not flat.
FAKE_WAVES: so many tiles at a time, so that m and n step together.
FAKE_DIE: the program ends itself before a layer that holds this text.

FAKE_WALL: a file; the machine is then one that nobody described, with a wall clock,
and the file remembers what it measured. FAKE_COUNTS: it counts cycles instead, without
noise. Its moods, by the number of the measurement:
FAKE_SLOW: "100:200:1.2", 1.2 times as slow from the 100th to the 200th.
FAKE_NOISY: "m=8 :0.2", deviation of layers that hold this text; others have 0.1 %.
FAKE_ONCE: "m=8 :3", layers that hold this text take 3 times as long the first time.
FAKE_CLIFF: "m=8 :3", they do so every time.
FAKE_TIRED: "m=8 :1", they fail after the first time.
FAKE_EPILOGUES: "bias:0,residual_add:0.2", what each costs; others are refused.
"""
import json
import os
import random
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
    if "oc" in dims:
        return 5000 + dims["oc"] * dims["oh"] * random.Random(layer).randint(100, 200)
    if "FAKE_SMOOTH" in os.environ:
        return 1000 + dims["m"] * dims["n"] * dims["k"]
    tiles = -(-dims["m"] // 8) * -(-dims["n"] // 8)
    if processors := int(os.environ.get("FAKE_WAVES", "0")):
        return 100 + -(-tiles // processors) * (50 + dims["k"])
    if "FAKE_RAMPS" in os.environ:
        return 1 + (32 * tiles + dims["m"] * -(-dims["n"] // 8)) * dims["k"]
    return 1 + tiles * dims["k"]


def mood(name: str, layer: str, usual: float) -> float:
    text, _, value = os.environ.get(f"FAKE_{name}", "no such:0").rpartition(":")
    return float(value) if text in layer else usual


def wall_clock(line: dict, layer: str) -> dict:
    """As pr-bench-opt summarizes three passes."""
    with open(os.environ["FAKE_WALL"], "a+", encoding="utf-8") as log:
        log.seek(0)
        before = log.read().splitlines()
        log.write(f"{layer}\n")
    begin, end, factor = os.environ.get("FAKE_SLOW", "0:0:1").split(":")
    time_ps = cycles_of(layer) * 1e6 * (float(factor) if int(begin) <= len(before) < int(end) else 1)
    if mood("TIRED", layer, 0) and layer in before:
        return {**line, "status": "error", "error": "the fake is tired"}
    time_ps *= mood("ONCE", layer, 1) if layer not in before else 1
    time_ps *= mood("CLIFF", layer, 1)
    noise = mood("NOISY", layer, 0.001)
    costs = dict(entry.split(":") for entry in os.environ.get("FAKE_EPILOGUES", "").split(",") if entry)
    for name in re.findall(r"epilogue=(\S+)", layer):
        if name not in costs:
            return {**line, "status": "error", "error": f"this machine has no {name}"}
        time_ps *= 1 + float(costs[name])
    if "FAKE_COUNTS" in os.environ:
        return {**line, "status": "ok", "cycles": round(time_ps), "time_ps": None}
    time_ps *= 1 + noise * random.Random(f"{layer} {before.count(layer)}").gauss(0, 0.7)
    return {**line, "status": "ok", "cycles": None, "time_ps": round(time_ps), "samples": 45,
            "p10_ps": round(time_ps * (1 - 1.28 * noise)), "p90_ps": round(time_ps * (1 + 1.28 * noise)),
            "conditions": {"passes": 3}}


def info() -> dict:
    if "FAKE_CONVOLVES" in os.environ:
        return {**INFO, "kinds": [*INFO["kinds"], {"kind": "conv2d", "types": ["i8, i8 -> i32"], "steps": []}]}
    if "FAKE_WALL" not in os.environ:
        return INFO
    kinds = [{**kind, "steps": []} for kind in INFO["kinds"]]
    return {**INFO, "description_hash": "", "clock_khz": None,
            "counts_cycles": "FAKE_COUNTS" in os.environ, "kinds": kinds}


def answer(layer: str) -> dict:
    line = {"schema": 1, "target": "fake", "layer": layer, "samples": 1, "conditions": {}}
    if os.environ.get("FAKE_FAIL", "no such") in layer:
        return {**line, "status": "error", "error": "the fake was told to fail"}
    if "FAKE_WALL" in os.environ:
        return wall_clock(line, layer)
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
        print(json.dumps(info()))
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
