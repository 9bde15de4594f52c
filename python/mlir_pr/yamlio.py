# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Configurations: YAML read with the mistakes named. A mapping is read through
`Section`, which knows where it stands and which of its keys were asked for."""
from __future__ import annotations

import difflib
from pathlib import Path
from typing import Any, Mapping, Sequence

import yaml

from mlir_pr.errors import InputError

_NAMES = {dict: "a mapping", list: "a list", str: "a text", int: "a whole number",
          float: "a number", bool: "true or false"}


def read_text(path: str | Path) -> str:
    try:
        return Path(path).read_text(encoding="utf-8")
    except OSError as error:
        raise InputError(f"cannot read '{path}': {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise InputError(f"cannot read '{path}': it is not UTF-8 text") from error


def read_yaml(path: str | Path) -> Section:
    try:
        value = yaml.safe_load(read_text(path))
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        where = f"{path}:{mark.line + 1}" if mark else str(path)
        problem = getattr(error, "problem", None) or "it is not YAML"
        raise InputError(f"{where}: {problem}") from error
    if not isinstance(value, dict):
        raise InputError(f"{path}: expected a mapping, found {_kind_of(value)}")
    return Section(value, str(path))


def _kind_of(value: Any) -> str:
    if value is None:
        return "nothing"
    return next((name for cls, name in _NAMES.items() if type(value) is cls), repr(value))


class Section:
    """A mapping of a configuration file."""

    def __init__(self, values: Mapping[Any, Any], where: str) -> None:
        self.where = where
        self.values: dict[str, Any] = {str(key): value for key, value in values.items()}

    def error(self, key: str, problem: str) -> InputError:
        return InputError(f"{self.where}: {key}: {problem}")

    def expect_only(self, keys: Sequence[str]) -> None:
        for key in self.values:
            if key not in keys:
                near = difflib.get_close_matches(key, keys, 1)
                hint = f"did you mean '{near[0]}'?" if near else f"known: {', '.join(keys)}"
                raise InputError(f"{self.where}: unknown key '{key}' ({hint})")

    def get(self, key: str, types: type[Any] | tuple[type[Any], ...],
            default: Any = None) -> Any:
        value = self.values.get(key)
        if value is None:
            return default
        allowed = types if isinstance(types, tuple) else (types,)
        if float in allowed and type(value) is int:
            value = float(value)
        # bool is an int to Python, but `count: yes` is a mistake.
        if not isinstance(value, allowed) or (isinstance(value, bool) and bool not in allowed):
            expected = " or ".join(_NAMES.get(cls, cls.__name__) for cls in allowed)
            raise self.error(key, f"expected {expected}, found {value!r}")
        return value

    def require(self, key: str, types: type[Any] | tuple[type[Any], ...]) -> Any:
        value = self.get(key, types)
        if value is None:
            raise InputError(f"{self.where}: '{key}' is missing")
        return value

    def choice(self, key: str, choices: Sequence[str], default: str | None) -> str:
        value = self.get(key, str, default)
        if value is None:
            raise InputError(f"{self.where}: '{key}' is missing")
        if value not in choices:
            raise self.error(key, f"'{value}' is unknown (known: {', '.join(choices)})")
        return str(value)

    def positive(self, key: str, cls: type[Any], default: Any = None) -> Any:
        value = self.get(key, cls, default)
        if value is not None and value <= 0:
            raise self.error(key, f"{value:g} must be positive")
        return value

    def section(self, key: str) -> Section:
        return Section(self.get(key, dict, {}), f"{self.where}: {key}")

    def texts(self, key: str) -> list[str]:
        """A text, or a list of them."""
        value = self.get(key, (str, list), [])
        values = [value] if isinstance(value, str) else value
        for item in values:
            if not isinstance(item, str):
                raise self.error(key, f"expected texts, found {item!r}")
        return list(values)
