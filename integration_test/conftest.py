# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""The built programs, run as a user runs them."""
import os
import subprocess
import sys
from pathlib import Path

import pytest

SOURCE = Path(__file__).resolve().parents[1]
BUILD = Path(os.environ.get("PR_BUILD_DIR", SOURCE / "build"))
sys.path.insert(0, str(BUILD / "python"))


@pytest.fixture(scope="session")
def mlir_pr():
    """Runs `mlir-pr ARGUMENTS`; fails with what it said."""
    def run(*arguments, code=0):
        done = subprocess.run([BUILD / "bin/mlir-pr", *map(str, arguments)], capture_output=True,
                              text=True, cwd=SOURCE)
        assert done.returncode == code, done.stderr
        return done.stdout

    return run
