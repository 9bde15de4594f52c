# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Progress on standard error: of a campaign, and of other long work."""
from __future__ import annotations

import contextlib
import sys
import time
from typing import Iterator, Self

from rich.console import Console
from rich.progress import (BarColumn, MofNCompleteColumn, Progress, TextColumn,
                           TimeElapsedColumn)

from mlir_pr.runner import Outcome
from mlir_pr.units import format_duration

#: Between two lines where standard error is no terminal.
_SECONDS_BETWEEN_LINES = 30.0


class _Progress:
    """A bar with the time left on a terminal, a line now and then elsewhere."""

    def __init__(self, label: str, total: int | None = None) -> None:
        self._label = label
        self._begin = self._last_line = time.monotonic()
        self._live = sys.stderr.isatty()
        self._bar = Progress(
            TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TextColumn("{task.fields[eta]}"),
            TimeElapsedColumn(), console=Console(stderr=True))
        self._task = self._bar.add_task(label, total=total, eta="")

    def _show(self, done: int, total: int, said: str) -> None:
        """`said`: what a line calls so many of so many."""
        now = time.monotonic()
        left = (now - self._begin) / done * (total - done) if done else None
        eta = "" if left is None else f"{format_duration(left)} left"
        self._bar.update(self._task, completed=done, total=total, eta=eta)
        if not self._live and now - self._last_line >= _SECONDS_BETWEEN_LINES:
            self._last_line = now
            print(f"mlir-pr: {said} {done} of {total}, {eta}", file=sys.stderr)

    @contextlib.contextmanager
    def meanwhile(self, label: str) -> Iterator[None]:
        """What goes on in place of the work that the bar counts."""
        self._bar.update(self._task, description=label)
        yield
        self._bar.update(self._task, description=self._label)

    def __enter__(self) -> Self:
        if self._live:
            self._bar.start()
        return self

    def __exit__(self, *unused: object | None) -> None:
        if self._live:
            self._bar.stop()


class MeasureProgress(_Progress):
    """Of a campaign."""

    def __init__(self) -> None:
        super().__init__("measuring")

    def update(self, outcome: Outcome) -> None:
        done = outcome.measured + outcome.failed
        self._show(done, done + outcome.left, "measured")


class CountedProgress(_Progress):
    """Of a known number of pieces of work, each about as long."""

    def __init__(self, label: str, total: int) -> None:
        super().__init__(label, total)
        self._total, self._done = total, 0

    def advance(self) -> None:
        self._done += 1
        self._show(self._done, self._total, f"{self._label}:")
