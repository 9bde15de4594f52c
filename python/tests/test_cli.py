# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""The command line as a whole: every error is one sentence with its code."""
import json
import os
import subprocess
import sys

import pytest

from mlir_pr import cli as cli_module
from mlir_pr.cli import _COMMANDS
from mlir_pr.errors import InputError


def test_help_lists_every_command(cli):
    done = cli("--help")
    assert done.code == 0
    for name in _COMMANDS:
        assert f"  {name} " in done.out


@pytest.mark.parametrize("name", list(_COMMANDS))
def test_every_command_explains_itself(cli, name):
    done = cli(name, "--help")
    assert (done.code, done.err) == (0, "")
    assert done.out.startswith(f"Usage: mlir-pr {name} ")


def test_version(cli):
    assert cli("--version").out.startswith("mlir-pr, version ")


@pytest.mark.parametrize("arguments, message", [
    (["bogus"], "no such command 'bogus'"),
    (["--bogus"], "no such option: --bogus"),
    (["measure"], "missing option"),
    (["predict", "--model", "m"], "missing option '--layers'"),
    (["predict", "--model", "m", "--layers", "l", "--confidence", "50"],
     "'50' is not one of '80', '90', '95'"),
    (["layers"], "missing argument 'FILE.mlir'"),
    (["annotate", "f.mlir"], "missing option '--model'")])
def test_bad_usage_has_code_2(cli, arguments, message):
    done = cli(*arguments)
    assert done.code == 2
    assert done.err.startswith("mlir-pr: error: ")
    assert done.err.count("\n") <= 2 and message in done.err
    assert "--help'" in done.err


def test_mistakes_of_ours_show_no_traceback(cli, monkeypatch):
    def fail(*arguments, **named):
        raise ZeroDivisionError("oh")

    monkeypatch.setattr(cli_module.cli, "main", fail)
    done = cli("targets")
    assert done.code == 70
    assert done.err == ("mlir-pr: error: a mistake of mlir-pr: ZeroDivisionError: oh "
                        "(MLIR_PR_TRACEBACK=1 shows where)\n")
    monkeypatch.setenv("MLIR_PR_TRACEBACK", "1")
    with pytest.raises(ZeroDivisionError):
        cli_module.main(["targets"])


@pytest.mark.parametrize("error, code, message", [
    (InputError("a thing"), 1, "a thing"),
    (KeyboardInterrupt(), 130, "interrupted"),
    (OSError(28, "No space left on device", "f"), 1, "'f': No space left on device"),
    (ModuleNotFoundError("x", name="xgboost"), 1,
     "the Python module 'xgboost' is missing; 'mlir-pr doctor' names its package")])
def test_codes(cli, monkeypatch, error, code, message):
    def fail(*arguments, **named):
        raise error

    monkeypatch.setattr(cli_module.cli, "main", fail)
    done = cli("targets")
    assert (done.code, done.err) == (code, f"mlir-pr: error: {message}\n")


def run(*command, **options):
    env = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    return subprocess.run(command, capture_output=True, text=True, env=env, **options)


def test_it_runs_as_a_module(tmp_path):
    done = run(sys.executable, "-m", "mlir_pr", "show", "nowhere", cwd=tmp_path)
    assert done.returncode == 1
    assert done.stderr == "mlir-pr: error: model 'nowhere' does not exist\n"


def test_the_launcher_runs_from_anywhere(tmp_path):
    from pathlib import Path

    import mlir_pr
    launcher = Path(mlir_pr.__file__).parents[2] / "bin/mlir-pr"
    if not launcher.exists():
        pytest.skip("the package does not lie in a build folder")
    (tmp_path / "link").symlink_to(launcher)
    for command in (launcher, tmp_path / "link"):
        done = subprocess.run([command, "show", "nowhere"], capture_output=True, text=True,
                              cwd=tmp_path, env={"PATH": "/nowhere"})
        assert done.stderr == "mlir-pr: error: model 'nowhere' does not exist\n"


def test_a_reader_that_has_enough_is_no_error():
    done = run("bash", "-c", f"set -o pipefail; '{sys.executable}' -m mlir_pr --help | head -1 "
               "&& true")
    assert done.stderr == ""


@pytest.mark.usefixtures("fake_bench")
def test_targets(cli):
    done = cli("targets")
    assert done.code == 0
    assert "fake" in done.out and "no: no board is connected" in done.out
    listed = json.loads(cli("targets", "--json").out)
    assert listed["schema"] == 1
    assert [target["name"] for target in listed["targets"]] == ["fake", "npu"]


def test_doctor_names_what_is_missing(cli, monkeypatch):
    monkeypatch.setenv("MLIR_PR_MLIR_OPT", "/no/mlir-opt")
    monkeypatch.setenv("MLIR_PR_BENCH_OPT", "/no/pr-bench-opt")
    monkeypatch.setitem(sys.modules, "jinja2", None)
    done = cli("doctor", "--json")
    assert done.code == 1
    found = {check["what"]: check for check in json.loads(done.out)["checks"]}
    assert found["xgboost"]["ok"] and found["mlir_pr._core"]["ok"]
    assert found["mlir-opt"]["remedy"] == "apt install mlir-22-tools"
    assert found["jinja2"]["remedy"] == "apt install python3-jinja2"
    assert not found["pr-bench-opt"]["ok"]
    assert "mlir-opt: apt install mlir-22-tools" in done.err
    assert "missing" in cli("doctor").out
