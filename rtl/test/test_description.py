# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""architectures/systolic_array.mlir against the hardware and its specification.

The description must give the cycles of the hardware on every layer. The hardware is
asked for a few small configurations, the specification's rules (spec_timing.py, which
test_hardware.py holds against the hardware) for many. Needs PR_BUILD_DIR, a build tree
of the project.
"""

import json
import os
import shutil
import subprocess
import sys
from dataclasses import asdict
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parent))
from random_layers import TYPES, random_layers  # noqa: E402
from spec_timing import Hardware, cycles  # noqa: E402

SOURCE = Path(__file__).resolve().parent.parent.parent
DESCRIPTION = SOURCE / "architectures" / "systolic_array.mlir"
BENCH = Path(os.environ.get("PR_BUILD_DIR", SOURCE / "build")) / "bin" / "pr-bench-opt"

if not BENCH.exists():
    pytest.skip(f"there is no {BENCH}: build it and set PR_BUILD_DIR", allow_module_level=True)

# Beside ordinary ones: one of everything, sizes that divide nothing, each rule binding.
CONFIGURATIONS = [Hardware(*parameters) for parameters in [
    # rows cols width dataflow depth inflight queue latency
    (1, 1, 1, "os", 1, 1, 1, 1), (1, 1, 1, "ws", 1, 1, 1, 1),
    (4, 4, 8, "os", 64, 32, 4, 16), (4, 4, 8, "ws", 64, 32, 4, 16),
    (8, 4, 16, "ws", 16, 32, 8, 33), (4, 8, 16, "os", 16, 32, 8, 33),
    (3, 5, 2, "os", 7, 3, 2, 9), (3, 5, 2, "ws", 7, 3, 2, 9),
    (16, 16, 16, "os", 32, 8, 3, 100), (16, 16, 16, "ws", 32, 8, 3, 100),
    (2, 7, 64, "os", 3, 256, 1, 2), (7, 2, 64, "ws", 3, 256, 1, 2),
    (64, 32, 128, "os", 128, 16, 4, 40), (64, 32, 128, "ws", 128, 16, 4, 40),
]]
GRAPH, SIMULATOR = 1, 2


def name(hw):
    return f"{hw.rows}x{hw.cols}-{hw.dataflow}-w{hw.width}-q{hw.queue}-l{hw.latency}"


def run(target, hw, texts, folder, **more):
    """What pr-bench-opt measures on the target: one object for each layer."""
    parameters = {**asdict(hw), "dataflow": int(hw.dataflow == "ws"), **more}
    chosen = ",".join(f"{key}={value}" for key, value in parameters.items())
    layers = folder / "layers.txt"
    layers.write_text("".join(text + "\n" for text in texts))
    done = subprocess.run([BENCH, f"--target={target}[{chosen}]", "--run", "--layers", layers],
                          capture_output=True, text=True, timeout=600, check=False)
    replies = [json.loads(line) for line in done.stdout.splitlines()]
    assert len(replies) == len(texts), done.stderr
    return replies


def differences(layers, replies, expected):
    return [(layer.text, reply["error"] or reply["cycles"], cycles)
            for layer, reply, cycles in zip(layers, replies, expected)
            if reply["cycles"] != cycles]


@pytest.mark.parametrize("hw", CONFIGURATIONS, ids=name)
@pytest.mark.parametrize("evaluator", [GRAPH, SIMULATOR], ids=["graph", "simulator"])
def test_specification(tmp_path, hw, evaluator):
    layers = random_layers(f"description {hw}", 25)
    replies = run(DESCRIPTION, hw, [layer.text for layer in layers], tmp_path,
                  evaluator=evaluator)
    expected = [cycles(hw, *layer.job) for layer in layers]
    assert not differences(layers, replies, expected)


@pytest.mark.parametrize("hw", [
    Hardware(rows=2, cols=2, width=4, depth=8), Hardware(rows=3, cols=5, dataflow="ws", depth=7),
], ids=name)
def test_hardware(tmp_path, hw):
    if shutil.which("verilator") is None:
        pytest.skip("verilator is not installed: the hardware cannot be simulated")
    layers = random_layers(f"hardware {hw}", 30)
    texts = [layer.text for layer in layers]
    measured = run("systolic-rtl", hw, texts, tmp_path)
    assert all(reply["status"] == "ok" for reply in measured)
    replies = run(DESCRIPTION, hw, texts, tmp_path)
    assert not differences(layers, replies, [reply["cycles"] for reply in measured])


def test_loops_are_continued(tmp_path):
    """A layer of half a million instructions, evaluated in part and in whole."""
    hw = Hardware(rows=8, cols=8, depth=16)
    layers = ["matmul m=500 n=500 k=500" + TYPES]
    graph, = run(DESCRIPTION, hw, layers, tmp_path, evaluator=GRAPH)
    simulated, = run(DESCRIPTION, hw, layers, tmp_path, evaluator=SIMULATOR)
    assert graph["conditions"]["evaluator"] == "graph, exact"
    assert graph["cycles"] == simulated["cycles"]


@pytest.mark.parametrize("parameters, reason", [
    ({"width": 3}, "power of two"),
    ({"depth": 300, "width": 1}, "256 beats"),
    ({"cols": 100, "width": 1}, "256 beats"),
])
def test_impossible_hardware(tmp_path, parameters, reason):
    hw = Hardware(**parameters)
    reply, = run(DESCRIPTION, hw, ["matmul m=2 n=2 k=2" + TYPES], tmp_path)
    assert reply["status"] == "error" and reason in reply["error"]
