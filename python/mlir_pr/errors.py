# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""What may go wrong for a user, each with its exit code.

| code | meaning                                                   |
|------|-----------------------------------------------------------|
| 0    | success                                                   |
| 1    | bad input: a file, a table, a model, a layer              |
| 2    | bad usage: an unknown command, option or value            |
| 3    | some measurement failed; the others are in the store      |
| 70   | a mistake of this program                                 |
| 130  | interrupted                                               |
"""
from __future__ import annotations

import sys


class PRError(Exception):
    """One clear sentence for the user. Lower case, no full stop."""

    exit_code = 1


class InputError(PRError):
    """A file, a table, a model or a layer that cannot be used."""


class UsageError(PRError):
    exit_code = 2


class MeasurementError(PRError):
    exit_code = 3


def is_core_error(error: BaseException) -> bool:
    """Whether `_core` raised this on bad input, without importing it."""
    core = sys.modules.get("mlir_pr._core")
    return core is not None and isinstance(
        error, (core.InputError, core.UnsupportedError, core.OverflowedError, core.FileError))
