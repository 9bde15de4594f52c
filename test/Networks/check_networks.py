# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Checks the layer analysis on whole networks that importers wrote.

Each check prints what it compared and fails with the first difference.
"""
import argparse
import collections
import math
import pathlib
import re
import subprocess
import sys

# Convolutions and matrix products alone, batch 1; torchvision's metadata says the same.
MACS = {
    "resnet18": 1_814_073_344,
    "mobilenet_v2": 300_774_272,
    "bert_base": 11_173_625_856,
}
# Networks that lie there as linalg and as tosa.
BOTH_FORMS = ["resnet18", "mobilenet_v2", "bert_base", "tc_resnet8", "mlp", "mlp.bf16"]
# METHOD A.4 on the layers of tc_resnet8, whose first convolution is padded.
ULTRATRAIL_CYCLES = {4: 90_931, 8: 22_744, 16: 7_110}

PRODUCTS = re.compile(r"layer ((?:conv[123]d|depthwise_conv2d|transpose_conv2d|matmul) .*)")
TOSA_TO_LINALG = (
    "builtin.module(func.func(tosa-to-linalg-named,tosa-to-linalg,"
    "tosa-to-arith{include-apply-rescale=true},tosa-to-tensor),test-pr-print-layers)"
)


class Checker:
    def __init__(self, tool, networks):
        self.tool = tool
        self.networks = pathlib.Path(networks)

    def describe(self, name, *passes):
        """The lines that test-pr-print-layers prints; the pass itself fails
        where an op has no status."""
        path = self.networks / f"{name}.mlir"
        command = [self.tool, str(path), *(passes or ["--test-pr-print-layers"]), "-o", "/dev/null"]
        run = subprocess.run(command, capture_output=True, text=True)
        if run.returncode != 0:
            sys.exit(f"{' '.join(command)} failed:\n{run.stderr[:2000]}")
        return run.stdout.splitlines()

    def files(self, form=""):
        return sorted(p.name.removesuffix(".mlir") for p in self.networks.glob(f"*{form}.mlir"))


def products(lines):
    """Convolutions and matrix products, layout and epilogue apart."""
    found = collections.Counter()
    for line in lines:
        if match := PRODUCTS.search(line):
            found[re.sub(r" (layout|epilogue)=\S+", "", match[1])] += 1
    return found


def layers(lines):
    """All layers. What was folded differs where a rewrite changed the ops."""
    return collections.Counter(line.split("layer ", 1)[1] for line in lines if ": layer " in line)


def expect_equal(what, left, right):
    if left != right:
        sys.exit(f"{what}: only in the first: {left - right}, only in the second: {right - left}")
    print(f"{what}: {sum(left.values())} equal layers")


def check_status(checker):
    for name in checker.files():
        lines = checker.describe(name)
        unsupported = [line for line in lines if ": unsupported" in line]
        dynamic = [line for line in unsupported if re.search(r"dimension \d+ of operand \d+ is dynamic", line)]
        if len(dynamic) != len(unsupported) or (".dyn." not in name and unsupported):
            sys.exit(f"{name}: unsupported ops: {unsupported[:5]}")
        if ".dyn." in name and not dynamic:
            sys.exit(f"{name}: no op with a dynamic dimension is reported")
        print(f"{name}: {len(lines) - 1} ops, {len(unsupported)} with dynamic dimensions")


def check_macs(checker):
    for network, expected in MACS.items():
        for form in ("linalg", "tosa"):
            found = checker.describe(f"{network}.{form}")[-1]
            if found != f"MACs: {expected}":
                sys.exit(f"{network}.{form}: {found}, expected {expected}")
            print(f"{network}.{form}: {found}")


def check_forms(checker):
    for network in BOTH_FORMS:
        left = products(checker.describe(f"{network}.linalg"))
        expect_equal(f"{network}: linalg and tosa", left, products(checker.describe(f"{network}.tosa")))


def check_generalized(checker):
    for name in checker.files(".linalg"):
        generic = checker.describe(name, "--linalg-generalize-named-ops", "--test-pr-print-layers")
        expect_equal(f"{name}: named and generic", layers(checker.describe(name)), layers(generic))


def check_lowered(checker):
    for name in checker.files(".tosa"):
        lowered = checker.describe(name, f"--pass-pipeline={TOSA_TO_LINALG}")
        expect_equal(f"{name}: tosa and lowered", products(checker.describe(name)), products(lowered))


def check_bufferized(checker):
    """After bufferization padding is written to memory, so it is no part of the
    convolutions any more; everything else of them is as before."""

    def without_padding(lines):
        return collections.Counter(re.sub(r" p[tblrfk]=\d+", "", layer) for layer in products(lines).elements())

    for name in checker.files(".linalg"):
        if ".dyn." in name:
            continue
        buffers = checker.describe(
            name, "--one-shot-bufferize=bufferize-function-boundaries", "--test-pr-print-layers"
        )
        before = without_padding(checker.describe(name))
        expect_equal(f"{name}: tensors and buffers", before, without_padding(buffers))


def ultratrail_cycles(layer, size):
    """Cycles of one layer on a size x size array (METHOD A.4)."""
    dims = {k: int(v) for k, v in re.findall(r"(\w+)=(\d+)", layer)}
    if layer.startswith("matmul"):
        return 1 + math.ceil(dims["k"] / size) * math.ceil(dims["n"] / size)
    kernel, stride = dims["kw"], dims["sw"]

    def skipped(padding):
        return sum(padding - stride * i for i in range(math.ceil(padding / stride)))

    steps = dims["ow"] * kernel - skipped(dims["pl"]) - skipped(dims["pr"])
    return 1 + math.ceil(dims["ic"] / size) * math.ceil(dims["oc"] / size) * steps


def check_ultratrail(checker):
    """TC-ResNet8 as if quantized: ten convolutions and the classifier, all else
    folded by rules."""
    target = pathlib.Path(__file__).parents[1] / "Describe" / "Inputs" / "ultratrail-like.json"
    for form in ("linalg", "tosa"):
        lines = checker.describe(
            f"tc_resnet8.{form}", f"--test-pr-print-layers=target={target} as-quantized"
        )
        found = list(layers(lines).elements())
        kinds = collections.Counter(layer.split()[0] for layer in found)
        if kinds != {"conv1d": 10, "matmul": 1}:
            sys.exit(f"{form}: layers are {dict(kinds)}, expected 10 conv1d and 1 matmul")
        for size, expected in ULTRATRAIL_CYCLES.items():
            cycles = sum(ultratrail_cycles(layer, size) for layer in found)
            if cycles != expected:
                sys.exit(f"{form}: {cycles} cycles on {size}x{size}, expected {expected}")
        print(f"{form}: 11 layers, {ULTRATRAIL_CYCLES[8]} cycles on 8x8")


CHECKS = {
    "status": check_status,
    "macs": check_macs,
    "forms": check_forms,
    "generalized": check_generalized,
    "lowered": check_lowered,
    "bufferized": check_bufferized,
    "ultratrail": check_ultratrail,
}


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("check", choices=CHECKS)
    parser.add_argument("networks", help="folder with the networks")
    parser.add_argument("--tool", default="pr-opt")
    arguments = parser.parse_args()
    CHECKS[arguments.check](Checker(arguments.tool, arguments.networks))


if __name__ == "__main__":
    main()
