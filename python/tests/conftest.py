# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""The package is tested as it was built: PYTHONPATH, or the build folder named
by PR_BUILD_DIR, or build/."""
import os
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Callable

import hypothesis
import pytest

# How long an example takes is the machine's business.
hypothesis.settings.register_profile("mlir-pr", deadline=None)
hypothesis.settings.load_profile("mlir-pr")

SOURCE = Path(__file__).resolve().parents[2]
BUILD = Path(os.environ.get("PR_BUILD_DIR", SOURCE / "build"))
sys.path.insert(0, str(BUILD / "python"))


@dataclass
class Result:
    code: int
    out: str
    err: str


@pytest.fixture
def cli(capfd: "pytest.CaptureFixture[str]") -> Callable[..., Result]:
    """Runs `mlir-pr ARGUMENTS` in this process."""
    from mlir_pr.cli import main

    def run(*arguments: Any) -> Result:
        capfd.readouterr()
        code = main([str(argument) for argument in arguments])
        out, err = capfd.readouterr()
        return Result(code, out, err)

    return run


@pytest.fixture
def fake_bench(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MLIR_PR_BENCH_OPT", str(Path(__file__).parent / "fake_bench.py"))


@pytest.fixture
def write(tmp_path: Path) -> Callable[[str, str], Path]:
    def write_file(name: str, text: str) -> Path:
        path = tmp_path / name
        path.write_text(text, encoding="utf-8")
        return path

    return write_file
