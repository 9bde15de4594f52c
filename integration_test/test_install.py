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


def test_outside_pass_asks_the_analysis(prefix, tmp_path):
    source = prefix / "share/pr/examples/latency_pass"
    run("cmake", "-S", source, "-B", tmp_path, "-G", "Ninja", "-DCMAKE_BUILD_TYPE=Release",
        f"-DCMAKE_PREFIX_PATH={prefix};/usr/lib/llvm-22")
    run("cmake", "--build", tmp_path)
    model = prefix / "share/pr/models/ultratrail.prm"
    network = tmp_path / "layer.mlir"
    network.write_text("""func.func @main(%x: tensor<16x101x1xi8>, %a: tensor<1x48xi8>, %w: tensor<48x12xi8>, %c: tensor<1x12xi32>,
                                   %v: tensor<48x96xi8>, %d: tensor<1x96xi32>) -> (tensor<1x12xi32>, tensor<1x96xi32>) {
  %0 = linalg.matmul ins(%a, %w : tensor<1x48xi8>, tensor<48x12xi8>) outs(%c : tensor<1x12xi32>) -> tensor<1x12xi32>
  %1 = linalg.matmul ins(%a, %v : tensor<1x48xi8>, tensor<48x96xi8>) outs(%d : tensor<1x96xi32>) -> tensor<1x96xi32>
  return %0, %1 : tensor<1x12xi32>, tensor<1x96xi32>
}
""")
    attached = tmp_path / "attached.mlir"
    run(MLIR_OPT, network, f"--load-dialect-plugin={prefix}/lib/PRPlugin.so", "--mlir-print-debuginfo", "-o", attached,
        f"--pass-pipeline=builtin.module(pr-attach-targets{{model={model}}})")
    ask = [f"--load-pass-plugin={tmp_path}/LatencyPass.so", "--pass-pipeline=builtin.module(func.func(find-slowest))"]
    asked = run(MLIR_OPT, attached, *ask)
    assert "layer.mlir:4:" in asked.stderr and "remark: the slowest of 'main':" in asked.stderr, asked.stderr
    refused = run(MLIR_OPT, network, *ask, check=False)
    assert refused.returncode == 1 and "no model is given" in refused.stderr


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
