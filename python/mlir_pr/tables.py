# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Tables of measurements made elsewhere: a CSV and the map.yaml that says what
its columns mean (docs/Import.md). Shared by `import` and `evaluate`."""
from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, Callable, Sequence, TypeVar

import numpy as np
import pandas as pd

from mlir_pr import _core, schedules
from mlir_pr.errors import InputError
from mlir_pr.units import CYCLES, PICOSECONDS, cycles_to_picoseconds
from mlir_pr.yamlio import Section, read_yaml

_Made = TypeVar("_Made")

_KEYS = ("target", "kind", "dims", "const", "options", "types", "layer", "latency", "unit",
         "clock_mhz", "filter", "schedule")


@dataclass(frozen=True)
class TableRow:
    layer: str
    #: Given where the unit is cycles.
    cycles: int | None
    #: Absent where the unit is cycles and no clock is given.
    time_ps: int | None
    #: 1-based line of the CSV.
    line: int


@dataclass(frozen=True)
class Table:
    path: str
    target: str
    clock_khz: int | None
    counts_cycles: bool
    rows: list[TableRow]
    #: Rows that the filter left out.
    filtered: int


def read_table(table: str | Path, config: str | Path,
               allow_duplicates: bool = False) -> Table:
    """Every row as a layer and its latency; the first bad one is named."""
    section = read_yaml(config)
    section.expect_only(_KEYS)
    mapped = _MappedTable(read_csv(table), section, str(table))
    rows = mapped.rows()
    if not allow_duplicates:
        _refuse_contradictions(rows, str(table))
    return Table(str(table), section.require("target", str), mapped.clock_khz,
                 mapped.counts_cycles, rows, mapped.filtered)


def read_csv(path: str | Path) -> pd.DataFrame:
    """The table, with the line of each row as its index."""
    try:
        frame = pd.read_csv(path, skip_blank_lines=False, skipinitialspace=True)
    except OSError as error:
        raise InputError(f"cannot read '{path}': {error.strerror}") from error
    except (ValueError, UnicodeDecodeError) as error:  # pandas' parser errors are ValueErrors
        raise InputError(f"'{path}' is no CSV table: {str(error).strip()}") from error
    frame.columns = [str(name).strip() for name in frame.columns]
    frame.index = pd.RangeIndex(2, len(frame) + 2)
    return frame.dropna(how="all")


class _MappedTable:
    """A table read through its map."""

    def __init__(self, frame: pd.DataFrame, section: Section, path: str) -> None:
        self._section, self._path = section, path
        clock = section.positive("clock_mhz", float)
        self.clock_khz = None if clock is None else round(clock * 1000)
        self._frame = self._filter(frame)
        self.filtered = len(frame) - len(self._frame)
        self._units = self._read_units()
        self.counts_cycles = CYCLES in self._units

    def rows(self) -> list[TableRow]:
        latencies = self._latencies()
        layers = self._layers()
        return [self._row(line, layer, float(latency), unit) for line, layer, latency, unit
                in zip(self._frame.index, layers, latencies, self._units)]

    def _row(self, line: int, layer: str, latency: float, unit: str) -> TableRow:
        if unit != CYCLES:
            return TableRow(layer, None, max(1, round(latency * PICOSECONDS[unit])), line)
        cycles = max(1, round(latency))
        return TableRow(layer, cycles, cycles_to_picoseconds(cycles, self.clock_khz), line)

    def _filter(self, frame: pd.DataFrame) -> pd.DataFrame:
        condition = self._section.get("filter", str)
        if condition is None:
            kept = frame
        else:
            try:
                kept = frame.query(condition, local_dict={}, global_dict={})
            except Exception as error:  # pandas raises whatever its parser meets
                raise self._section.error("filter", f"{condition!r} cannot be evaluated over "
                                          f"{self._path}: {_first_line(error)}") from error
        if kept.empty:
            after = f" after the filter {condition!r}" if condition and len(frame) else ""
            raise InputError(f"'{self._path}' holds no rows{after}")
        return kept

    def _latencies(self) -> np.ndarray[Any, Any]:
        value = self._section.require("latency", (str, int, float))
        column = self._values(self._section, "latency", value)
        numbers = self._numbers(column, "latency", value)
        for line, number, unit in zip(self._frame.index, numbers, self._units):
            if not number > 0:
                raise InputError(f"{self._path}:{line}: latency is {number:g} {unit}, "
                                 "but must be positive")
        return numbers

    def _read_units(self) -> list[str]:
        """Of each row: one for the whole table, or a column. Times may be in different
        units, but a row of cycles beside one of times is a mistake."""
        known = (CYCLES, *PICOSECONDS)
        name = self._section.require("unit", str)
        if name in known or name not in self._frame.columns:
            return [self._section.choice("unit", known, None)] * len(self._frame)
        units = self._texts("unit", name, ())
        for line, unit in zip(self._frame.index, units):
            if unit not in known:
                raise InputError(f"{self._path}:{line}: unit '{name}' is '{unit}', expected one of "
                                 f"{', '.join(known)}")
            if (unit == CYCLES) != (units[0] == CYCLES):
                raise InputError(f"{self._path}:{line}: unit '{name}' is '{unit}', but that of line "
                                 f"{self._frame.index[0]} is '{units[0]}': a target counts either "
                                 "cycles or time")
        return units

    def _layers(self) -> list[str]:
        if "layer" in self._section.values:
            return self._layer_texts()
        known = [info["name"] for info in _core.layer_kinds()]
        kinds = self._texts("kind", self._section.require("kind", str), known)
        types = self._texts("types", self._section.require("types", str), None)
        dims = self._dims()
        options = self._options()
        return [self._layer(i, line, kinds[i], types[i], dims, options)
                for i, line in enumerate(self._frame.index)]

    def _layer_texts(self) -> list[str]:
        for key in ("kind", "dims", "const", "options", "types", "schedule"):
            if key in self._section.values:
                raise self._section.error(key, "a table with a 'layer' column needs no such key")
        texts = self._texts("layer", self._section.require("layer", str), ())
        return [self._said(line, partial(_parsed, text))
                for line, text in zip(self._frame.index, texts)]

    def _layer(self, i: int, line: int, kind: str, types: str,
               dims: dict[str, np.ndarray[Any, Any]], options: dict[str, list[str]]) -> str:
        named = {name: int(values[i]) for name, values in dims.items()}
        chosen = {name: values[i] for name, values in options.items()}
        if "schedule" in chosen:
            chosen.update(self._said(line, lambda: schedules.parse(chosen.pop("schedule"), named)))
        return self._said(line, lambda: _core.Layer.from_fields(kind, named, chosen, types).text)

    def _said(self, line: int, build: Callable[[], _Made]) -> _Made:
        """A layer's own errors, with the line in front."""
        try:
            return build()
        except (ValueError, InputError) as error:
            raise InputError(f"{self._path}:{line}: {error}") from error

    def _dims(self) -> dict[str, np.ndarray[Any, Any]]:
        result: dict[str, np.ndarray[Any, Any]] = {}
        for group in ("dims", "const"):
            section = self._section.section(group)
            for name in section.values:
                if name in result:
                    raise section.error(name, "is given in 'dims' already")
                value = section.require(name, (int, str) if group == "dims" else int)
                column = self._values(section, name, value)
                result[name] = self._whole(column, name, value)
        return result

    def _options(self) -> dict[str, list[str]]:
        section = self._section.section("options")
        result = {name: self._texts(name, section.require(name, str), None, section)
                  for name in section.values}
        if (schedule := self._section.get("schedule", str)) is not None:
            result["schedule"] = self._texts("schedule", schedule, ())
        return result

    # One value of the map: a column, a constant, or an expression over columns.

    def _values(self, section: Section, key: str, value: str | int | float) -> pd.Series:
        if not isinstance(value, str):
            return pd.Series(value, index=self._frame.index)
        if value in self._frame.columns:
            return self._frame[value]
        try:
            result = self._frame.eval(value, local_dict={}, global_dict={})
        except Exception as error:  # pandas raises whatever its parser meets
            columns = ", ".join(self._frame.columns)
            raise section.error(key, f"{value!r} is neither a column of {self._path} (its columns: "
                                f"{columns}) nor an expression over them") from error
        return result if isinstance(result, pd.Series) else pd.Series(result, self._frame.index)

    def _texts(self, key: str, value: str, constants: Sequence[str] | None,
               section: Section | None = None) -> list[str]:
        """Of a column, or the same constant for every row. `constants` are the
        allowed ones; None: any."""
        section = section or self._section
        if value not in self._frame.columns:
            if constants is None or value in constants:
                return [value] * len(self._frame)
            known = f" nor one of {', '.join(constants)}" if constants else ""
            raise section.error(key, f"'{value}' is no column of {self._path} (its columns: "
                                f"{', '.join(self._frame.columns)}){known}")
        for line, item in self._frame[value].items():
            if not isinstance(item, str):
                raise InputError(f"{self._path}:{line}: {key} '{value}' is {_shown(item)}, "
                                 "but must be a text")
        return list(self._frame[value])

    def _numbers(self, column: pd.Series, key: str, value: Any) -> np.ndarray[Any, Any]:
        numbers: np.ndarray[Any, Any] = pd.to_numeric(column, errors="coerce").to_numpy(np.float64)
        for line, item, number in zip(self._frame.index, column, numbers):
            if not np.isfinite(number):
                raise InputError(f"{self._path}:{line}: {key} '{value}' is {_shown(item)}, "
                                 "but must be a number")
        return numbers

    def _whole(self, column: pd.Series, key: str, value: Any) -> np.ndarray[Any, Any]:
        numbers = self._numbers(column, key, value)
        for line, number in zip(self._frame.index, numbers):
            if number != np.floor(number) or abs(number) > 2**53:
                raise InputError(f"{self._path}:{line}: {key} '{value}' is {number:g}, "
                                 "but must be a whole number")
        return numbers.astype(np.int64)


def _parsed(text: str) -> str:
    return _core.Layer.parse(text).text


def _shown(item: Any) -> str:
    missing = item is None or (isinstance(item, float) and np.isnan(item))
    return "missing (NaN)" if missing else repr(item)


def _first_line(error: BaseException) -> str:
    lines = str(error).strip().splitlines()
    return lines[0] if lines else type(error).__name__


def _refuse_contradictions(rows: Sequence[TableRow], path: str) -> None:
    first: dict[str, TableRow] = {}
    for row in rows:
        other = first.setdefault(row.layer, row)
        if _latency(other) != _latency(row):
            raise InputError(
                f"{path}:{row.line}: measures the same layer as line {other.line}, but disagrees: "
                f"{_latency(row)[1]} and {_latency(other)[1]} {_latency(row)[0]} for "
                f"'{row.layer}'; --duplicates=merge takes their lower median")


def _latency(row: TableRow) -> tuple[str, int | None]:
    return (CYCLES, row.cycles) if row.cycles is not None else ("ps", row.time_ps)
