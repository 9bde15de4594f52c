# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Whether an estimate by extent is the static estimate at every extent.

    check_extents.py OPT MODEL FOLDER LAST

Writes one function for each of the layers below, with unknown extents and, for
each extent from 1 to LAST, with that extent written into the types. OPT annotates
the first with `by-extent` and prints the latencies of the others; every operation
must agree at every extent.
"""
import json
import subprocess
import sys
from pathlib import Path

opt, model, folder, last = sys.argv[1], sys.argv[2], Path(sys.argv[3]), int(sys.argv[4])
folder.mkdir(parents=True, exist_ok=True)

# E is the unknown extent; I what an input of the window needs for E outputs.
FUNCTIONS = [
    # Rows and columns of a product, with what is fused behind it.
    "(%a: tensor<ExKxTI>, %w: tensor<KxNxTI>, %c: tensor<ExNxTO>, %v: tensor<NxTO>) -> tensor<ExNxTO>"
    .replace("K", "40").replace("N", "24"),
    "(%a: tensor<MxKxTI>, %w: tensor<KxExTI>, %c: tensor<MxExTO>, %v: tensor<ExTO>) -> tensor<MxExTO>"
    .replace("M", "3").replace("K", "40"),
]
PRODUCT = """
  %0 = linalg.matmul ins(%a, %w : A, W) outs(%c : C) -> C
  %1 = linalg.generic {indexing_maps = [affine_map<(i, j) -> (i, j)>, affine_map<(i, j) -> (j)>, affine_map<(i, j) -> (i, j)>],
                       iterator_types = ["parallel", "parallel"]} ins(%0, %v : C, V) outs(%c : C) {
  ^bb0(%x: TO, %y: TO, %out: TO):
    %2 = ADD %x, %y : TO
    linalg.yield %2 : TO
  } -> C
  return %1 : C
"""
CONVOLUTION = """func.func @conv(%x: tensor<1xIx4xTI>, %f: tensor<3x4x8xTI>, %c: tensor<1xEx8xTO>) -> tensor<1xEx8xTO> {
  %0 = linalg.conv_1d_nwc_wcf {strides = dense<2> : tensor<1xi64>, dilations = dense<1> : tensor<1xi64>}
         ins(%x, %f : tensor<1xIx4xTI>, tensor<3x4x8xTI>) outs(%c : tensor<1xEx8xTO>) -> tensor<1xEx8xTO>
  return %0 : tensor<1xEx8xTO>
}
"""
TOSA = """func.func @tosa(%x: tensor<Ex16xTO>, %y: tensor<1x16xTO>) -> tensor<Ex16xTO> {
  %0 = tosa.add %x, %y : (tensor<Ex16xTO>, tensor<1x16xTO>) -> tensor<Ex16xTO>
  return %0 : tensor<Ex16xTO>
}
"""


def functions(floats: bool) -> str:
    text = ""
    for index, signature in enumerate(FUNCTIONS):
        types = [part.split(": ")[1] for part in signature[1:signature.index(")")].split(", ")]
        body = PRODUCT
        for name, written in zip("AWCV", types):
            body = body.replace(f" {name},", f" {written},").replace(f" {name})", f" {written})")
            body = body.replace(f" {name}\n", f" {written}\n")
        text += f"func.func @product{index}{signature} {{{body}}}\n"
    text += CONVOLUTION + TOSA
    kinds = {"TI": "f32", "TO": "f32", "ADD": "arith.addf"} if floats else \
        {"TI": "i8", "TO": "i32", "ADD": "arith.addi"}
    for name, spelling in kinds.items():
        text = text.replace(name, spelling)
    return text


def at(text: str, extent: int | None) -> str:
    outer, inner = ("?", "?") if extent is None else (str(extent), str(2 * (extent - 1) + 3))
    return text.replace("xIx", f"x{inner}x").replace("<Ex", f"<{outer}x").replace("xEx", f"x{outer}x")


def run(*args: str) -> str:
    return subprocess.run([opt, *args], check=True, capture_output=True, text=True).stdout


def value(pieces: list[int], extent: int) -> int:
    triples = [pieces[i:i + 3] for i in range(0, len(pieces), 3) if pieces[i] <= extent]
    first, start, slope = triples[-1]
    return start + slope * (extent - first)


def main() -> int:
    compared = 0
    for floats in (False, True):
        text = functions(floats)
        unknown, static, report = folder / "unknown.mlir", folder / "static.mlir", folder / "report.json"
        unknown.write_text(at(text, None))
        static.write_text("\n// -----\n".join(at(text, extent) for extent in range(1, last + 1)))
        run(str(unknown), f"--pr-annotate-latency=model={model} by-extent={last} report={report}", "-o", "/dev/null")
        ops = [op for function in json.loads(report.read_text())["functions"] for op in function["ops"]
               if op["op"].split(".")[0] in ("linalg", "tosa")]
        printed = run(str(static), "--split-input-file", f"--pr-attach-targets=model={model}",
                      "--test-pr-print-latency", "-o", "/dev/null")
        modules = printed.split("cached: ")[1:]
        assert len(modules) == last, f"{len(modules)} modules of {last}"
        for extent, module in enumerate(modules, 1):
            lines = [line for line in module.splitlines() if line.startswith(("linalg.", "tosa."))]
            assert len(lines) == len(ops), f"{len(lines)} operations, expected {len(ops)}"
            for line, op in zip(lines, ops):
                by_extent = op["estimates"][0].get("by_extent")
                if by_extent is None:
                    assert " ps " not in line, f"extent {extent}: {line}, but nothing by extent"
                    continue
                expected = int(line.split(": ")[1].split(" ps ")[0])
                if "pieces" not in by_extent:
                    assert by_extent["lower"] <= expected <= by_extent["upper"], line
                    continue
                found = value(by_extent["pieces"], extent)
                assert found == expected, f"extent {extent}: {found} by extent, static {line}"
                compared += 1
    print(f"{compared} estimates agree")
    return 0


sys.exit(main())
