#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""IREE as an external command target: compiles the layer's MLIR and runs it on one core.

    python3 -m venv iree && iree/bin/pip install iree-base-compiler iree-base-runtime
    pr-bench-opt --target='command:iree/bin/python examples/iree_runner.py' --run --layers FILE

Arguments go to iree-compile. By default its latency has no stairs but cliffs: 47 channels
take many times as long as 48 (docs/Targets.md).
"""
import importlib.metadata
import sys

from command_runner import Refused, serve

try:
    import iree.compiler
    import iree.runtime
    import numpy
except ImportError as missing:
    sys.exit(f"iree_runner.py: {missing} (pip install iree-base-compiler iree-base-runtime)")

FLAGS = ["--iree-hal-target-device=local", "--iree-hal-local-target-device-backends=llvm-cpu",
         "--iree-llvmcpu-target-cpu=host", *sys.argv[1:]]
TYPES = {"f32": "float32", "f64": "float64", "f16": "float16", "i8": "int8", "i16": "int16",
         "i32": "int32", "i64": "int64"}
VERSION = importlib.metadata.version("iree-base-compiler")
config = iree.runtime.Config("local-sync")


def prepare(request):
    if not request["mlir"]:
        raise Refused("the layer has no form in MLIR")
    unknown = {dtype for _, dtype in request["args"]} - TYPES.keys()
    if unknown:
        raise Refused(f"numpy has no {', '.join(sorted(unknown))}")
    module = iree.compiler.compile_str(request["mlir"], extra_args=FLAGS)
    context = iree.runtime.SystemContext(config=config)
    context.add_vm_module(iree.runtime.VmModule.copy_buffer(context.instance, module))
    function = context.modules.module[request["entry"]]
    arguments = [iree.runtime.asdevicearray(config.device, numpy.ones(shape, TYPES[dtype]))
                 for shape, dtype in request["args"]]
    return lambda: function(*arguments), {
        "iree": VERSION, "flags": " ".join(FLAGS),
        "includes": "the call from Python and its dispatch"}


serve("iree", prepare)
