# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""What external command targets written in Python share: the protocol and the clock.

    def prepare(request):            # compile it; raise Refused or any exception
        return run, {"library": "1.0"}
    serve("my-target", prepare)

`request` has "layer" (its text), and where the layer has a form in MLIR "mlir" (a module
as generic text), "entry" and "args" (shape and element type of each tensor). `run()` is
one execution. docs/Targets.md has the protocol.
"""
import functools
import gc
import json
import os
import re
import statistics
import sys
import time

#: Layers of one block of pr-bench-opt, and some: a layer is prepared once for all passes.
PREPARED = 64
SHORTEST_BATCH_NS = 10_000
WARM_UP_NS = 1_000_000
LONGEST_PASS_NS = 300_000_000
FEWEST_SAMPLES = 5


class Refused(Exception):
    """The target cannot run this layer; the message says why."""


def dimensions(layer):
    """Kind, dimensions, options and types of a layer's text."""
    head, types = layer.split(" : ")
    kind, *fields = head.split()
    values = dict(field.split("=") for field in fields)
    dims = {name: int(value) for name, value in values.items() if re.fullmatch(r"\d+", value)}
    return kind, dims, {name: values[name] for name in values.keys() - dims.keys()}, types


def pin():
    """To the last processor that this process may use; its number."""
    last = max(os.sched_getaffinity(0))
    os.sched_setaffinity(0, {last})
    return last


def sample(run, repeats):
    """Picoseconds of one run, `repeats` times: warmed up, in batches of at least 10 us,
    fewer samples where they would take more than 0.3 s. And the runs in a batch."""
    clock = time.perf_counter_ns
    begin, shortest, runs = clock(), None, 0
    while runs < 3 or clock() - begin < WARM_UP_NS:
        before = clock()
        run()
        spent = max(clock() - before, 1)
        shortest = min(shortest or spent, spent)
        runs += 1
    batch = -(-SHORTEST_BATCH_NS // shortest)
    count = max(min(repeats, LONGEST_PASS_NS // (batch * shortest)), min(repeats, FEWEST_SAMPLES))
    gc.disable()
    samples = []
    for _ in range(count):
        before = clock()
        for _ in range(batch):
            run()
        samples.append(max((clock() - before) * 1000 // batch, 1))
    gc.enable()
    return samples, batch


def _reason(failure):
    """The line of an exception that names the mistake."""
    lines = [line for line in str(failure).splitlines() if line.strip()] or [repr(failure)]
    named = [line for line in lines if "error:" in line]
    return (named or lines)[0].strip()[:300]


def serve(target, prepare, probe=None, info=None):
    """Greets and answers until the input ends. `probe()`, always the same piece of work,
    shows when the machine was slow. `info`: a TargetInfo as a dict, with what it takes."""
    # What libraries print must not get between the lines.
    replies = os.fdopen(os.dup(1), "w", buffering=1)
    os.dup2(2, 1)
    core = pin()

    @functools.lru_cache(PREPARED)
    def prepared(line):
        return prepare(json.loads(line))

    def answer(request):
        # Equal but for the number: the same work.
        run, conditions = prepared(json.dumps({key: request[key] for key in sorted(request)
                                               if key not in ("id", "repeats")}))
        reply = {}
        if probe:
            reply["probe_ps"] = int(statistics.median(sample(probe, FEWEST_SAMPLES)[0]))
        reply["samples_ps"], batch = sample(run, request.get("repeats", 15))
        return {"status": "ok", **reply,
                "conditions": {"core": core, "batch": batch, "cache": "warm", "threads": 1,
                               **conditions}}

    greeting = {"protocol": 1, "target": target, "clock_mhz": None}
    print(json.dumps({**greeting, "info": info} if info else greeting), file=replies)
    for line in sys.stdin:
        request = json.loads(line)
        try:
            reply = answer(request)
        except Exception as failure:  # whatever a library raises costs one layer
            reply = {"status": "error", "error": _reason(failure)}
        print(json.dumps({"id": request["id"], **reply}), file=replies)
