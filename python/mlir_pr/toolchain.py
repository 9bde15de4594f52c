# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""The other programs of the installation, and how they are run."""
from __future__ import annotations

import ctypes
import os
import select
import signal
import subprocess
import tempfile
import time
from pathlib import Path
from typing import IO, Iterator, Sequence

from mlir_pr import _config
from mlir_pr.errors import InputError, MeasurementError, PRError

_PR_SET_PDEATHSIG = 1  # linux/prctl.h

_HERE = Path(__file__).parent


def _installed(folder: str, name: str) -> Path:
    return Path(os.path.normpath(_HERE / folder / name))


def mlir_opt() -> Path:
    """The stock mlir-opt of the LLVM package."""
    return Path(os.environ.get("MLIR_PR_MLIR_OPT", _config.MLIR_OPT))


def plugin() -> Path:
    return Path(os.environ.get("MLIR_PR_PLUGIN") or _installed(_config.LIB_DIR, "PRPlugin.so"))


def bench_opt() -> Path:
    return Path(os.environ.get("MLIR_PR_BENCH_OPT") or _installed(_config.BIN_DIR, "pr-bench-opt"))


def share(name: str) -> Path:
    """A file that ships with the project: a model, a campaign."""
    return _installed(_config.SHARE_DIR, name)


def _start(command: Sequence[str], stderr: IO[bytes] | int) -> subprocess.Popen[bytes]:
    try:
        # Its own session: ctrl-C reaches us alone, and we end it in good order.
        return subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                stderr=stderr, start_new_session=True,
                                preexec_fn=_end_with_parent)
    except OSError as error:
        raise InputError(f"cannot run '{command[0]}': {error.strerror}; "
                         "'mlir-pr doctor' checks the installation") from error


def _end_with_parent() -> None:
    """Where we are killed, nobody reads what the program measures any more."""
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)


def _end(process: subprocess.Popen[bytes]) -> None:
    """Ends the program with its workers, should it still run."""
    if process.poll() is not None:
        return
    for number in (signal.SIGTERM, signal.SIGKILL):
        try:
            os.killpg(process.pid, number)
            process.wait(timeout=5)
            return
        except ProcessLookupError:
            return
        except subprocess.TimeoutExpired:
            continue


def output_of(command: Sequence[str]) -> str:
    """Standard output of a program that must succeed."""
    process = _start(command, subprocess.PIPE)
    try:
        out, err = process.communicate()
    finally:
        _end(process)
    if process.returncode != 0:
        raise failure(command, process.returncode, err.decode(errors="replace"))
    return out.decode(errors="replace")


def failure(command: Sequence[str], code: int, stderr: str) -> PRError:
    """What a program that failed said, as one sentence of ours."""
    name = Path(command[0]).name
    if code < 0:
        return MeasurementError(f"{name} was ended by {signal.Signals(-code).name}")
    said = [line.strip() for line in stderr.splitlines() if line.strip()]
    # mlir-opt goes on without a plugin it cannot load, and fails for its lack.
    errors = [line for line in said if line.startswith("Failed to load")] \
        or [line for line in said if "error:" in line] or said[-1:]
    if not errors:
        return InputError(f"{name} failed with code {code} and said nothing")
    message = errors[0]
    for prefix in (f"{name}: error: ", f"{name}: ", "<unknown>:0: error: "):
        message = message.removeprefix(prefix)
    return InputError(f"{name}: {message}")


class LineStream:
    """The output lines of a running program, in the groups in which they
    arrive: what came while the last group was dealt with comes as one."""

    def __init__(self, command: Sequence[str], seconds: float | None = None) -> None:
        self._command = command
        self._deadline = None if seconds is None else time.monotonic() + seconds
        self._errors = tempfile.TemporaryFile()
        self._process = _start(command, self._errors)
        #: The lines ended because the time was up, not because the program did.
        self.out_of_time = False

    def __iter__(self) -> Iterator[list[str]]:
        assert self._process.stdout is not None
        pipe, rest = self._process.stdout.fileno(), b""
        while self._wait(pipe) and (chunk := os.read(pipe, 1 << 16)):
            *lines, rest = (rest + chunk).split(b"\n")
            if lines:
                yield [line.decode(errors="replace") for line in lines]
        if self.out_of_time:
            return
        if rest:
            yield [rest.decode(errors="replace")]
        self._process.wait()

    def _wait(self, pipe: int) -> bool:
        """Whether there is something to read before the time is up."""
        if self._deadline is not None:
            left = max(0.0, self._deadline - time.monotonic())
            self.out_of_time = not select.select([pipe], [], [], left)[0] or left == 0.0
        return not self.out_of_time

    @property
    def exit_code(self) -> int:
        code = self._process.poll()
        assert code is not None, "asked before the end"
        return code

    def failure(self) -> PRError:
        self._errors.seek(0)
        return failure(self._command, self.exit_code,
                       self._errors.read().decode(errors="replace"))

    def __enter__(self) -> LineStream:
        return self

    def __exit__(self, *unused: object) -> None:
        _end(self._process)
        if self._process.stdout is not None:
            self._process.stdout.close()
        self._errors.close()
