# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Tests of the systolic array in hardware: a seeded sample.

Every layer's result is compared with a reference by the driver; its cycles are
compared here with the specification's rules (spec_timing.py). PR_RTL_CACHE
keeps the builds from one run to the next; with PR_BUILD_DIR, a build tree of the
project, its folder rtl-cache does.
"""

import json
import os
import shutil
import subprocess
import sys
import threading
from dataclasses import asdict
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parent))
from random_layers import TYPES, random_layers  # noqa: E402
from spec_timing import Hardware, cycles  # noqa: E402

RTL = Path(__file__).resolve().parent.parent

if shutil.which("verilator") is None:
    pytest.skip("verilator is not installed: the hardware cannot be simulated",
                allow_module_level=True)

CONFIGURATIONS = [
    Hardware(rows=2, cols=2, width=4, dataflow="os", depth=8, inflight=32),
    Hardware(rows=2, cols=2, width=1, dataflow="ws", depth=5, inflight=2, queue=1),
    Hardware(rows=4, cols=4, width=8, dataflow="os", depth=64),
    Hardware(rows=8, cols=4, width=16, dataflow="ws", depth=16, queue=8),
    Hardware(rows=8, cols=4, width=2, dataflow="os", depth=12, inflight=3, queue=2),
    Hardware(rows=3, cols=5, width=8, dataflow="ws", depth=7),
    Hardware(rows=3, cols=5, width=2, dataflow="os", depth=1, inflight=1, queue=1),
]


def name(hw):
    return f"{hw.rows}x{hw.cols}-{hw.dataflow}-w{hw.width}-d{hw.depth}"


def specification(hw, **more):
    return ",".join(f"{key}={value}" for key, value in {**asdict(hw), **more}.items())


@pytest.fixture(scope="session")
def environment(tmp_path_factory):
    build = os.environ.get("PR_BUILD_DIR")
    cache = (os.environ.get("PR_RTL_CACHE") or (build and str(Path(build) / "rtl-cache"))
             or str(tmp_path_factory.mktemp("rtl-cache")))
    return {**os.environ, "PR_RTL_CACHE": cache}


def launch(environment, *arguments, stdin=""):
    return subprocess.run([str(RTL / "systolic-rtl"), *arguments], input=stdin, text=True,
                          capture_output=True, env=environment, timeout=600, check=False)


def fresh_cache(environment, folder):
    """A cache without any configuration; what all share is taken over to save time."""
    common = Path(environment["PR_RTL_CACHE"]) / "common"
    if common.exists():
        shutil.copytree(common, folder / "cache" / "common")
    return {**environment, "PR_RTL_CACHE": str(folder / "cache")}


def serve(environment, target, requests):
    """Sends the lines; returns the greeting and the replies."""
    run = launch(environment, target, stdin="".join(line + "\n" for line in requests))
    assert run.returncode == 0, run.stderr
    replies = [json.loads(line) for line in run.stdout.splitlines()]
    assert len(replies) == 1 + len(requests)
    return replies[0], replies[1:]


def measure(environment, target, layers):
    requests = [json.dumps({"id": i, "layer": layer, "mlir": "", "entry": "f", "args": [],
                            "repeats": 3}) for i, layer in enumerate(layers)]
    _, replies = serve(environment, target, requests)
    assert [reply["id"] for reply in replies] == list(range(len(layers)))
    return replies


@pytest.mark.parametrize("hw", CONFIGURATIONS, ids=name)
def test_lint(hw):
    variables = [f"{key.upper()}={value}" for key, value in asdict(hw).items()]
    run = subprocess.run(["make", "-s", "-f", str(RTL / "Makefile"), "lint", *variables],
                         capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stdout + run.stderr
    assert "Warning" not in run.stderr


@pytest.mark.parametrize("hw", CONFIGURATIONS, ids=name)
def test_results_and_cycles(environment, hw):
    layers = random_layers(f"cycles {hw}", 30)
    for latency in (1, 6, 33):
        timed = Hardware(**{**asdict(hw), "latency": latency})
        replies = measure(environment, specification(timed), [layer.text for layer in layers])
        for layer, reply in zip(layers, replies):
            assert reply["status"] == "ok", (layer.text, reply)
            assert reply["cycles"] == cycles(timed, *layer.job), (latency, layer.text)


@pytest.mark.parametrize("hw", CONFIGURATIONS, ids=name)
def test_irregular_memory(environment, hw):
    """Results stay right whatever the memory does; slower is all it may be."""
    layers = random_layers(f"irregular {hw}", 15)
    texts = [layer.text for layer in layers]
    regular = measure(environment, specification(hw), texts)
    for seed, (jitter, stall) in enumerate([(40, 0), (0, 50), (7, 20)]):
        target = specification(hw, jitter=jitter, stall=stall, seed=seed)
        replies = measure(environment, target, texts)
        for text, reply, usual in zip(texts, replies, regular):
            assert reply["status"] == "ok", (text, reply)
            assert reply["cycles"] >= usual["cycles"]
        assert measure(environment, target, texts)[0]["cycles"] == replies[0]["cycles"]


@pytest.mark.parametrize("layers", [
    # One product.
    ["matmul m=12 n=6 k=20", "conv2d oc=6 ic=20 oh=3 ow=4 kh=1 kw=1",
     "conv1d oc=6 ic=20 ow=12 kw=1"],
    # As many groups as channels.
    ["conv2d g=3 oc=6 ic=3 oh=2 ow=5 kh=3 kw=2", "depthwise_conv2d c=3 m=2 oh=5 ow=2 kh=2 kw=3"],
])
def test_kinds_agree(environment, layers):
    """What is the same job takes the same time."""
    replies = measure(environment, "rows=4,cols=4", [layer + TYPES for layer in layers])
    assert all(reply["status"] == "ok" for reply in replies)
    assert len({reply["cycles"] for reply in replies}) == 1


def test_greeting(environment):
    greeting, _ = serve(environment, "rows=2,cols=2,width=4,depth=8,latency=9,clock-mhz=500", [])
    name = "systolic-rtl[cols=2,depth=8,latency=9,rows=2,width=4]"
    info = greeting["info"]
    assert (greeting["protocol"], greeting["target"], greeting["clock_mhz"]) == (1, name, 500)
    assert (info["name"], info["clock_khz"], info["parameters"]["latency"]) == (name, 500000, 9)
    assert [kind["kind"] for kind in info["kinds"]] == ["matmul", "conv1d", "conv2d",
                                                      "depthwise_conv2d"]
    assert len(info["description_hash"]) == 16


@pytest.mark.parametrize("text, complaint", [
    ("pool2d c=4 oh=2 ow=2 kh=2 kw=2 op=max : i8 -> i8", "has no pool2d"),
    ("matmul m=2 n=2 k=2 : f32, f32 -> f32", "'f32, f32 -> f32'"),
    ("matmul m=2 n=2" + TYPES, "lacks 'k'"),
    ("matmul m=2 n=2 k=2 epilogue=relu" + TYPES, "epilogue"),
    ("matmul m=2 n=2 k=2 tile=m:2" + TYPES, "schedule"),
    ("matmul m=100000 n=100000 k=2" + TYPES, "2^31"),
    ("matmul m=20000 n=20000 k=2" + TYPES, "at most 1073741824"),
    ("conv1d oc=60000 ic=60000 ow=2 kw=2" + TYPES, "2^31"),
    ("conv2d oc=2 ic=2 oh=100000 ow=100000 kh=2 kw=2" + TYPES, "2^31"),
    ("depthwise_conv2d c=2 oh=100000 ow=100000 kh=2 kw=2" + TYPES, "2^31"),
    ("", "layer ''"),
])
def test_unsupported_layers(environment, text, complaint):
    reply, = measure(environment, "rows=4,cols=4", [text])
    assert reply["status"] == "error" and "cycles" not in reply
    assert complaint in reply["error"]


def test_bad_requests_do_not_end_the_service(environment):
    good = json.dumps({"id": "x", "layer": "matmul m=3 n=3 k=3" + TYPES})
    requests = ["no json", "[1]", '{"id": 7}', '{"id": 8, "layer": 3}', '{"layer": "\\ud800"}', good]
    _, replies = serve(environment, "rows=4,cols=4", requests)
    assert [reply["status"] for reply in replies] == ["error"] * 5 + ["ok"]
    assert [reply["id"] for reply in replies] == [None, None, 7, 8, None, "x"]


@pytest.mark.parametrize("target", [
    "rows=0", "cols=1000", "width=3", "dataflow=is", "depth=x", "queue=", "speed=3", "rows",
    "cols=256,width=2", "latency=0", "stall=100"])
def test_bad_parameters(environment, target):
    run = launch(environment, target)
    assert run.returncode == 2 and run.stderr and not run.stdout


def test_two_processes_build_one_configuration(environment, tmp_path):
    environment = fresh_cache(environment, tmp_path)
    runs = []

    def work():
        runs.append(launch(environment, "rows=1,cols=1,depth=1,width=4",
                           "--layer=matmul m=2 n=2 k=2" + TYPES))
    threads = [threading.Thread(target=work) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [json.loads(run.stdout)["status"] for run in runs] == ["ok", "ok"]


# What goes wrong when one line of the hardware does.
BREAKS = [
    ("pe_os.sv", "west.first ?", "west.first && west.last ?", "wrong result"),
    ("load_controller.sv", "burst.padding ? '0", "burst.padding && burst.last_row ? '0",
     "wrong result"),
    ("core_os.sv", "tile_end && drain_busy", "tile_end && 1'b0 && drain_busy", "hangs"),
    ("slot_credits.sv", "2'(take) - 2'(release_slot)", "2'(take)", "hangs"),
    ("pixel_walker.sv", "here.addr + job.row_step", "here.addr - job.row_step",
     "outside the memory"),
]


@pytest.mark.parametrize("file, old, new, complaint", BREAKS, ids=[b[0] for b in BREAKS])
def test_broken_hardware_is_noticed(environment, tmp_path, file, old, new, complaint):
    source = tmp_path / "rtl"
    shutil.copytree(RTL, source)
    text = (source / "src" / file).read_text()
    assert text.count(old) >= 1
    (source / "src" / file).write_text(text.replace(old, new, 1))
    environment = {**fresh_cache(environment, tmp_path), "PR_RTL_SOURCE": str(source),
                   "PR_PROJECT_SOURCE": str(RTL.parent)}
    replies = measure(environment, "rows=2,cols=2,depth=8,width=4,latency=1", [
        "conv2d oc=9 ic=9 oh=5 ow=5 kh=3 kw=3 pt=1 pb=1 pl=1 pr=1" + TYPES,
        "matmul m=20 n=20 k=1" + TYPES])
    errors = [reply for reply in replies if reply["status"] == "error"]
    assert errors and all("cycles" not in reply for reply in errors)
    assert any(complaint in reply["error"] for reply in errors)

