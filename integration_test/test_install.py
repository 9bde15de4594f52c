# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""The installed project serves others: a CMake project that links the estimator,
the stock mlir-opt that loads the plugin, the command line from any folder."""
import os
import subprocess
from pathlib import Path

import pytest

SOURCE = Path(__file__).resolve().parent.parent
BUILD = Path(os.environ.get("PR_BUILD_DIR", SOURCE / "build"))
MLIR_OPT = "/usr/lib/llvm-22/bin/mlir-opt"
# The first strided convolution of TC-ResNet8: 2,683 cycles on 8x8 (METHOD A.4).
LAYER = "conv1d oc=24 ic=16 iw=101 kw=9 sw=2 pw=4 : i8, i8 -> i32"
CYCLES = "2683"


def run(*command, check=True, **options):
    """Runs a command in a bare environment: nothing of the build tree leaks in."""
    env = {"PATH": "/usr/local/bin:/usr/bin:/bin", "HOME": options.pop("home", "/")}
    done = subprocess.run([str(c) for c in command], env=env, text=True, capture_output=True, **options)
    assert not check or done.returncode == 0, done.stdout + done.stderr
    return done


@pytest.fixture(scope="module")
def prefix(tmp_path_factory):
    prefix = tmp_path_factory.mktemp("prefix")
    run("cmake", "--install", BUILD, "--prefix", prefix)
    return prefix


def test_outside_project_links_the_estimator(prefix, tmp_path):
    run("cmake", "-S", SOURCE / "integration_test/consumer", "-B", tmp_path, "-G", "Ninja",
        f"-DCMAKE_PREFIX_PATH={prefix}", "-DCMAKE_BUILD_TYPE=Release")
    run("cmake", "--build", tmp_path)
    model = prefix / "share/pr/models/ultratrail.prm"
    status, cycles = run(tmp_path / "ask", model, LAYER).stdout.split()
    assert status in ("measured", "predicted")
    assert cycles == CYCLES
    refused = run(tmp_path / "ask", SOURCE / "README.md", LAYER, check=False)
    assert refused.returncode == 1 and refused.stderr.count("\n") == 1


def test_stock_mlir_opt_loads_the_installed_plugin(prefix):
    model = prefix / "share/pr/models/ultratrail.prm"
    network = prefix / "share/pr/examples/tc_resnet8.tosa.mlir"
    pipeline = f"builtin.module(pr-annotate-latency{{model={model} as-quantized=true}})"
    done = run(MLIR_OPT, f"--load-dialect-plugin={prefix}/lib/PRPlugin.so",
               f"--pass-pipeline={pipeline}", network)
    assert "pr.latency" in done.stdout


def test_installed_tools_run_from_anywhere(prefix, tmp_path):
    layers = tmp_path / "layers.txt"
    layers.write_text(LAYER + "\n")
    measured = run(prefix / "bin/pr-bench-opt", "--target=ultratrail", "--run", "--layers", layers,
                   cwd=tmp_path)
    assert f'"cycles":{CYCLES}' in measured.stdout.replace(" ", "")
    model = prefix / "share/pr/models/ultratrail.prm"
    predicted = run(prefix / "bin/mlir-pr", "predict", "--model", model, "--layers", layers,
                    cwd=tmp_path, home=str(tmp_path))
    assert f",{CYCLES}," in predicted.stdout
