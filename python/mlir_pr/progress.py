# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Progress on standard error: of a campaign, and of other long work."""
from __future__ import annotations

import sys
import time

from rich.console import Console
from rich.progress import (BarColumn, MofNCompleteColumn, Progress, TextColumn,
                           TimeElapsedColumn)

from mlir_pr.runner import Outcome
from mlir_pr.units import format_duration

#: Between two lines where standard error is no terminal.
_SECONDS_BETWEEN_LINES = 30.0


class MeasureProgress:
    """A bar with the time left on a terminal, a line now and then elsewhere."""

    def __init__(self) -> None:
        self._begin = self._last_line = time.monotonic()
        self._live = sys.stderr.isatty()
        self._bar = Progress(
            TextColumn("measuring"), BarColumn(), MofNCompleteColumn(),
            TextColumn("{task.fields[eta]}"), TimeElapsedColumn(),
            console=Console(stderr=True))
        self._task = self._bar.add_task("", total=None, eta="")

    def update(self, outcome: Outcome) -> None:
        done = outcome.measured + outcome.failed
        eta = self._eta(done, outcome.left)
        self._bar.update(self._task, completed=done, total=done + outcome.left, eta=eta)
        now = time.monotonic()
        if not self._live and now - self._last_line >= _SECONDS_BETWEEN_LINES:
            self._last_line = now
            print(f"mlir-pr: measured {done} of {done + outcome.left}, {eta}", file=sys.stderr)

    def _eta(self, done: int, left: int) -> str:
        if done == 0:
            return ""
        return f"{format_duration((time.monotonic() - self._begin) / done * left)} left"

    def __enter__(self) -> MeasureProgress:
        if self._live:
            self._bar.start()
        return self

    def __exit__(self, *unused: object | None) -> None:
        if self._live:
            self._bar.stop()


class CountedProgress:
    """Work of a known number of steps, each about as long."""

    def __init__(self, label: str, total: int) -> None:
        self._label, self._total, self._done = label, total, 0
        self._begin = self._last_line = time.monotonic()
        self._live = sys.stderr.isatty()
        self._bar = Progress(
            TextColumn(label), BarColumn(), MofNCompleteColumn(), TextColumn("{task.fields[eta]}"),
            TimeElapsedColumn(), console=Console(stderr=True))
        self._task = self._bar.add_task("", total=total, eta="")

    def advance(self) -> None:
        self._done += 1
        now = time.monotonic()
        left = (now - self._begin) / self._done * (self._total - self._done)
        self._bar.update(self._task, completed=self._done, eta=f"{format_duration(left)} left")
        if not self._live and now - self._last_line >= _SECONDS_BETWEEN_LINES:
            self._last_line = now
            print(f"mlir-pr: {self._label}: {self._done} of {self._total}, "
                  f"{format_duration(left)} left", file=sys.stderr)

    def __enter__(self) -> CountedProgress:
        if self._live:
            self._bar.start()
        return self

    def __exit__(self, *unused: object | None) -> None:
        if self._live:
            self._bar.stop()
