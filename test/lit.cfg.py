# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
# Configuration of the lit suite. The build tree's lit.site.cfg.py fills in the
# paths and loads this file.
import os
import shutil

import lit.formats

config.name = "mlir-pr"
config.test_format = lit.formats.ShTest(execute_external=False)
config.suffixes = [".mlir", ".test"]
config.excludes = ["Inputs", "lib", "CMakeLists.txt"]
config.test_source_root = os.path.dirname(__file__)
config.test_exec_root = os.path.join(config.pr_build_dir, "test")

# The project's tools, then LLVM's (mlir-opt, FileCheck, not, count).
config.environment["PATH"] = os.pathsep.join(
    [os.path.join(config.pr_build_dir, "bin"), config.llvm_tools_dir, os.environ.get("PATH", "")]
)
config.environment["PYTHONPATH"] = os.path.join(config.pr_build_dir, "python")
config.environment["PYTHONDONTWRITEBYTECODE"] = "1"

config.substitutions += [
    ("%python", config.python_executable),
    ("%plugin", os.path.join(config.pr_build_dir, "lib", "PRPlugin.so")),
    ("%source", config.pr_source_dir),
    ("%mlir_include", config.mlir_include_dir),
    ("%build", config.pr_build_dir),
    ("%models", os.path.join(config.pr_build_dir, "test", "models")),
]

# Networks and measurements that lie beside the project; a test that needs them
# says REQUIRES: shared.
shared = os.path.join(os.path.dirname(config.pr_source_dir), "shared")
if os.path.isdir(shared):
    config.available_features.add("shared")
    config.substitutions.append(("%shared", shared))
else:
    lit_config.note("tests with REQUIRES: shared are skipped: there is no %s" % shared)

# The hardware of rtl/ is simulated.
if all(shutil.which(tool) for tool in ("verilator", "make", "g++")):
    config.available_features.add("verilator")

# oneDNN's kernels, by the clock and counted (a sanitizer and valgrind exclude each
# other).
runner = os.path.join(config.pr_build_dir, "bin", "onednn-runner")
if os.path.exists(runner) and shutil.which("valgrind") and not config.pr_sanitized:
    config.available_features.add("onednn")

# Instructions of generated code are counted where valgrind knows the processor.
def has_avx2():
    try:
        with open("/proc/cpuinfo", encoding="utf-8") as file:
            return " avx2 " in file.read()
    except OSError:
        return False


if has_avx2() and shutil.which("valgrind") and not config.pr_sanitized:
    config.available_features.add("host-counted")

# Graphviz draws object diagrams.
if shutil.which("dot"):
    config.available_features.add("graphviz")

if config.pr_sanitized:
    config.available_features.add("asan")
