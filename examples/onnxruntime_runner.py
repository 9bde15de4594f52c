#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""ONNX Runtime as an external command target: a model of one node on one core.

    python3 -m venv ort && ort/bin/pip install onnxruntime onnx
    pr-bench-opt --target='command:ort/bin/python examples/onnxruntime_runner.py' --run --layers FILE

The latency is that of the whole call: its floor of some microseconds and the conversions
between layouts included. The condition "nodes_us" says how it splits up.
"""
import collections
import json
import os
import statistics
import sys
import tempfile

from command_runner import Refused, dimensions, serve

try:
    import numpy
    import onnx
    import onnxruntime
    from onnx import helper
except ImportError as missing:
    sys.exit(f"onnxruntime_runner.py: {missing} (pip install onnxruntime onnx)")

PROFILED_RUNS = 20
FLOAT = onnx.TensorProto.FLOAT
#: (operands, additions, multiplications, divisions, functions) of an elementwise layer.
ELEMENTWISE = {(1, 1, 0, 0, 0): "Relu", (1, 0, 0, 0, 1): "Exp", (1, 0, 0, 1, 0): "Sqrt",
               (2, 1, 0, 0, 0): "Add", (2, 0, 1, 0, 0): "Mul", (2, 0, 0, 1, 0): "Div"}


def window(dims, channels):
    """Input shape and attributes of a sliding window."""
    axes = [axis for axis in "hw" if "k" + axis in dims]
    before, after = {"h": "pt", "w": "pl"}, {"h": "pb", "w": "pr"}
    extents = [(dims["o" + axis] - 1) * dims["s" + axis] + (dims["k" + axis] - 1) * dims["d" + axis]
               + 1 - dims[before[axis]] - dims[after[axis]] for axis in axes]
    attributes = {"kernel_shape": [dims["k" + axis] for axis in axes],
                  "strides": [dims["s" + axis] for axis in axes],
                  "dilations": [dims["d" + axis] for axis in axes],
                  "pads": [dims[before[axis]] for axis in axes] + [dims[after[axis]] for axis in axes]}
    return [dims["n"], channels, *extents], attributes


def node(layer):
    """Operation, input shapes, shapes of constants and attributes."""
    kind, dims, options, types = dimensions(layer)
    if types not in ("f32 -> f32", "f32, f32 -> f32") or options.keys() & {"epilogue", "tile", "nest"}:
        raise Refused("only layers of f32 without epilogue and schedule")
    if kind in ("conv1d", "conv2d"):
        shape, attributes = window(dims, dims["ic"])
        weights = [dims["oc"], dims["ic"] // dims["g"], *attributes["kernel_shape"]]
        return "Conv", [shape], [weights], {**attributes, "group": dims["g"]}
    if kind == "depthwise_conv2d":
        shape, attributes = window(dims, dims["c"])
        weights = [dims["c"] * dims["m"], 1, *attributes["kernel_shape"]]
        return "Conv", [shape], [weights], {**attributes, "group": dims["c"]}
    if kind == "pool2d" and options["op"] in ("max", "avg"):
        shape, attributes = window(dims, dims["c"])
        return {"max": "MaxPool", "avg": "AveragePool"}[options["op"]], [shape], [], attributes
    if kind == "matmul":
        return "MatMul", [[dims["b"], dims["m"], dims["k"]], [dims["b"], dims["k"], dims["n"]]], [], {}
    if kind == "softmax":
        return "Softmax", [[dims["o"], dims["r"], dims["i"]]], [], {"axis": 1}
    if kind == "elementwise" and not dims["bcast"] and not dims["cvt"]:
        amounts = tuple(dims[name] for name in ("full", "alu", "mul", "div", "fn"))
        if amounts in ELEMENTWISE:
            return ELEMENTWISE[amounts], [[dims["e"]]] * dims["full"], [], {}
    raise Refused(f"no single ONNX node for this {kind}")


def model(operation, inputs, constants, attributes):
    names = [f"x{i}" for i in range(len(inputs) + len(constants))]
    weights = [onnx.numpy_helper.from_array(numpy.full(shape, 0.01, "float32"), name)
               for name, shape in zip(names[len(inputs):], constants)]
    graph = helper.make_graph(
        [helper.make_node(operation, names, ["y"], "layer", **attributes)], "layer",
        [helper.make_tensor_value_info(name, FLOAT, shape) for name, shape in zip(names, inputs)],
        [helper.make_tensor_value_info("y", FLOAT, None)], weights)
    opset = [helper.make_opsetid("", 19)]
    return helper.make_model(graph, opset_imports=opset, ir_version=9).SerializeToString()


def session(content, profile=None):
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.log_severity_level = 3
    if profile:
        options.enable_profiling, options.profile_file_prefix = True, profile
    return onnxruntime.InferenceSession(content, options, providers=["CPUExecutionProvider"])


def split(content, feeds):
    """Median microseconds of each kind of node in one call, as ONNX Runtime sees it."""
    with tempfile.TemporaryDirectory() as folder:
        profiled = session(content, os.path.join(folder, "profile"))
        for _ in range(PROFILED_RUNS):
            profiled.run(None, feeds)
        with open(profiled.end_profiling(), encoding="utf-8") as file:
            events = json.load(file)
    durations = collections.defaultdict(list)
    for event in events:
        if event.get("cat") == "Node" and event["name"].endswith("_kernel_time"):
            durations[event["args"]["op_name"]].append(event["dur"])
    return {name: statistics.median(spent) for name, spent in durations.items()}


def prepare(request):
    operation, inputs, constants, attributes = node(request["layer"])
    content = model(operation, inputs, constants, attributes)
    feeds = {f"x{i}": numpy.full(shape, 0.5, "float32") for i, shape in enumerate(inputs)}
    ready = session(content)
    return lambda: ready.run(None, feeds), {
        "onnxruntime": onnxruntime.__version__, "nodes_us": split(content, feeds),
        "includes": "the call from Python and conversions between layouts"}


serve("onnxruntime", prepare)
