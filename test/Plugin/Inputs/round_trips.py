# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Sends every network in a folder through stock mlir-opt with the plugin.

For each: annotating and stripping gives what mlir-opt alone prints; annotating
twice is annotating once; fresh annotations verify; every estimate of the report
has a status, and a number or a reason.

    round_trips.py PLUGIN MODEL FOLDER
"""
import json
import subprocess
import sys
from pathlib import Path

STATUSES = {"measured", "predicted", "extrapolated", "folded", "unsupported"}
plugin, model, folder = sys.argv[1:]
ANNOTATE = f"pr-annotate-latency{{model={model}}}"


def mlir_opt(file, *passes, load="dialect"):
    pipeline = f"builtin.module({','.join(passes)})"
    result = subprocess.run(["mlir-opt", f"--load-{load}-plugin={plugin}", "--pass-pipeline=" + pipeline, str(file)],
                            capture_output=True, text=True)
    if result.returncode != 0:
        sys.exit(f"{file}: {pipeline}: {result.stderr}")
    return result.stdout


def check(file, what, good):
    if not good:
        sys.exit(f"{file}: {what}")


def check_estimates(file, report):
    estimates = [e for f in report["functions"] for op in f["ops"] for e in op["estimates"]]
    check(file, "no estimates", estimates)
    for e in estimates:
        number = e["time_ps"] is not None or e["cycles"] is not None
        check(file, f"neither number nor reason, or both: {e}", e["status"] in STATUSES and number == (e["reason"] is None))


networks = sorted(Path(folder).glob("*.mlir"))
for file in networks:
    stock = subprocess.run(["mlir-opt", str(file)], capture_output=True, text=True, check=True).stdout
    once = mlir_opt(file, ANNOTATE)
    check(file, "annotating changes nothing", once != stock)
    check(file, "stripped is not stock", mlir_opt(file, ANNOTATE, "pr-strip-annotations") == stock)
    check(file, "twice is not once", mlir_opt(file, ANNOTATE, ANNOTATE) == once)
    check(file, "the pass plugin alone differs", mlir_opt(file, ANNOTATE, load="pass") == once)
    mlir_opt(file, ANNOTATE, "pr-verify-estimates")
    mlir_opt(file, ANNOTATE, "canonicalize", "pr-strip-annotations")
    report = mlir_opt(file, f"pr-annotate-latency{{model={model} report=-}}", "symbol-dce")
    check_estimates(file, json.JSONDecoder().raw_decode(report)[0])
print(len(networks), "networks")
