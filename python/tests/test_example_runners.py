# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""The external command targets in examples/: what they share on its own, each library
where it is installed."""
import importlib.util
import json
import subprocess
import sys
from pathlib import Path

import pytest

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"
CONV = "conv2d n=1 g=1 oc={} ic=4 oh=8 ow=8 kh=3 kw=3 sh=1 sw=1 dh=1 dw=1 pt=1 pb=1 pl=1 pr=1 : f32, f32 -> f32"
SERVER = """
from command_runner import Refused, dimensions, serve
prepared = []
def prepare(request):
    kind, dims, options, types = dimensions(request["layer"])
    prepared.append(request["layer"])
    print("a library talks")
    if kind == "softmax":
        raise Refused("no softmax here")
    if kind == "pool2d":
        raise RuntimeError("Error invoking the tool\\nfile.mlir:1: error: no pooling either\\n note")
    return lambda: None, {"prepared": len(prepared), **dims, **options, "types": types}
serve("fake", prepare, probe=lambda: None, info={"schema": 1})
"""


def converse(command, layers, repeats=7, mlir=None):
    requests = [json.dumps({"id": i, "layer": layer, "mlir": mlir, "entry": None, "args": [],
                            "repeats": repeats}) for i, layer in enumerate(layers)]
    done = subprocess.run(command, input="".join(f"{line}\n" for line in requests), text=True,
                          capture_output=True, cwd=EXAMPLES, timeout=120)
    assert done.returncode == 0, done.stderr
    greeting, *replies = (json.loads(line) for line in done.stdout.splitlines())
    assert greeting["protocol"] == 1
    assert [reply["id"] for reply in replies] == list(range(len(layers)))
    return greeting, replies


def test_the_shared_part_answers_every_request_and_prepares_a_layer_once():
    matmul = "matmul b=1 m=2 n=3 k=4 : f32, f32 -> f32"
    layers = [matmul, "softmax o=1 r=9 i=1 : f32 -> f32", "pool2d n=1 op=max : f32 -> f32", matmul]
    greeting, replies = converse([sys.executable, "-c", SERVER], layers)
    assert greeting["target"] == "fake" and greeting["info"] == {"schema": 1}
    first, refused, failed, again = replies
    # How many runs fill a batch, the clock says.
    assert first["conditions"].pop("batch") >= 1 and again["conditions"].pop("batch") >= 1
    assert first["conditions"] == again["conditions"]
    assert (first["conditions"]["prepared"], first["conditions"]["k"]) == (1, 4)
    assert first["conditions"]["types"] == "f32, f32 -> f32"
    assert len(first["samples_ps"]) == 7 and min(first["samples_ps"]) >= 1
    assert first["probe_ps"] >= 1
    assert refused["error"] == "no softmax here"
    assert failed["error"] == "file.mlir:1: error: no pooling either"


def test_samples_are_batched_and_bounded(monkeypatch):
    monkeypatch.syspath_prepend(EXAMPLES)
    import command_runner
    now = [0]

    def run_for(nanoseconds):
        def run():
            now[0] += nanoseconds
        return run

    monkeypatch.setattr(command_runner.time, "perf_counter_ns", lambda: now[0])
    assert command_runner.sample(run_for(300), 15) == ([300_000] * 15, 34)
    samples, batch = command_runner.sample(run_for(50_000_000), 15)
    assert (samples, batch) == ([50_000_000_000] * 6, 1)
    assert len(command_runner.sample(run_for(10**9), 15)[0]) == 5


def needs(*modules):
    missing = [name for name in modules if not _is_installed(name)]
    return pytest.mark.skipif(bool(missing), reason=f"not installed: {', '.join(missing)}")


def _is_installed(name):
    try:
        return importlib.util.find_spec(name) is not None
    except ModuleNotFoundError:
        return False


@needs("onnx", "onnxruntime")
def test_onnxruntime_says_how_a_layer_splits_up():
    layers = [CONV.format(16), "matmul b=1 m=2 n=3 k=4 : f32, f32 -> f32",
              "matmul b=1 m=2 n=3 k=4 : i8, i8 -> i32",
              "pool2d n=1 c=4 oh=4 ow=4 kh=2 kw=2 sh=2 sw=2 dh=1 dw=1 pt=0 pb=0 pl=0 pr=0 op=max : f32 -> f32",
              "elementwise e=100 full=2 bcast=0 alu=1 mul=0 div=0 fn=0 cvt=0 : f32, f32 -> f32"]
    _, replies = converse([sys.executable, "onnxruntime_runner.py"], layers)
    assert [reply["status"] for reply in replies] == ["ok", "ok", "error", "ok", "ok"]
    assert "Conv" in replies[0]["conditions"]["nodes_us"]
    assert "Add" in replies[4]["conditions"]["nodes_us"]
    assert replies[2]["error"].startswith("only layers of f32")


@needs("iree.compiler", "iree.runtime", "numpy")
def test_iree_runs_a_module_and_names_what_is_wrong_with_another():
    module = '''"builtin.module"() ({
      "func.func"() <{function_type = (tensor<4xf32>) -> tensor<4xf32>, sym_name = "bench"}> ({
      ^bb0(%x: tensor<4xf32>):
        %y = "arith.addf"(%x, %x) : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
        "func.return"(%y) : (tensor<4xf32>) -> ()
      }) : () -> ()
    }) : () -> ()'''
    requests = [{"id": 0, "layer": "a", "mlir": module, "entry": "bench", "args": [[[4], "f32"]]},
                {"id": 1, "layer": "b", "mlir": "nonsense", "entry": "bench", "args": []},
                {"id": 2, "layer": "c", "mlir": None, "entry": None, "args": []}]
    done = subprocess.run([sys.executable, "iree_runner.py"], text=True, capture_output=True,
                          input="".join(json.dumps(request) + "\n" for request in requests),
                          cwd=EXAMPLES, timeout=300)
    _, ran, wrong, formless = (json.loads(line) for line in done.stdout.splitlines())
    assert ran["status"] == "ok" and ran["conditions"]["iree"]
    assert "error:" in wrong["error"]
    assert formless["error"] == "the layer has no form in MLIR"


@pytest.mark.parametrize("name,module", [("onnxruntime", "onnx"), ("iree", "iree.compiler")])
def test_a_missing_library_is_named_with_what_to_install(name, module):
    if _is_installed(module):
        pytest.skip(f"{module} is installed")
    done = subprocess.run([sys.executable, f"{name}_runner.py"], capture_output=True, text=True,
                          cwd=EXAMPLES, stdin=subprocess.DEVNULL)
    assert done.returncode == 1
    assert "pip install" in done.stderr
