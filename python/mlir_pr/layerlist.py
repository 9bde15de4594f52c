# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Lists of layers, by content: layer texts, one a line; or a CSV with a column
`layer`; or a CSV with a column `kind` and one for every dimension."""
from __future__ import annotations

import csv
import io
from typing import Callable, Sequence, TypeVar

from mlir_pr import _core
from mlir_pr.errors import InputError

_Source = TypeVar("_Source")

#: Columns of a CSV with `kind` that are no dimensions.
_OPTIONS = ("op", "layout", "epilogue", "tile", "nest")
_ALIASES = ("id", "ih", "iw", "pd", "ph", "pw")


def parse(text: str, where: str) -> list[_core.Layer]:
    """Every layer; the first bad line is named."""
    lines = text.splitlines()
    header = next((line for line in lines if line.strip()), "")
    columns = [name.strip() for name in next(csv.reader([header]), [])]
    if "layer" in columns:
        return _from_csv(text, where, lambda row: _core.Layer.parse(row["layer"]))
    if "kind" in columns:
        _check_columns(columns, where)
        return _from_csv(text, where, _from_row)
    layers = [_said(where, number, _core.Layer.parse, line)
              for number, line in enumerate(lines, 1)
              if line.strip() and not line.lstrip().startswith("#")]
    if not layers:
        raise InputError(f"'{where}' holds no layers: expected layer texts, or a CSV with a column "
                         "'layer' or 'kind'")
    return layers


def _check_columns(columns: Sequence[str], where: str) -> None:
    known: set[str] = {"kind", "types", *_OPTIONS, *_ALIASES}
    for kind in _core.layer_kinds():
        known.update(dim["name"] for dim in kind["dims"])
    for name in columns:
        if name not in known:
            raise InputError(f"{where}:1: column '{name}' is no dimension of any layer kind")
    if len(set(columns)) != len(columns):
        raise InputError(f"{where}:1: a column occurs twice")


def _from_csv(text: str, where: str,
              build: Callable[[dict[str, str]], _core.Layer]) -> list[_core.Layer]:
    reader = csv.DictReader(io.StringIO(text), skipinitialspace=True)
    reader.fieldnames = [name.strip() for name in reader.fieldnames or []]
    layers = [_said(where, reader.line_num, lambda row: build(_complete(row)), row)
              for row in reader]
    if not layers:
        raise InputError(f"'{where}' holds a header, but no rows")
    return layers


def _complete(row: dict[str, str]) -> dict[str, str]:
    if None in row or None in row.values():
        raise InputError("the row has more or fewer cells than the header")
    return row


def _from_row(row: dict[str, str]) -> _core.Layer:
    kind, types = row["kind"].strip(), row.get("types", "").strip()
    dims: dict[str, int] = {}
    options: dict[str, str] = {}
    for name, cell in _cells(row):
        if name in _OPTIONS:
            options[name] = cell
        else:
            dims[name] = _whole(name, cell)
    return _core.Layer.from_fields(kind, dims, options, types)


def _cells(row: dict[str, str]) -> list[tuple[str, str]]:
    """What is stated: an empty cell leaves a dimension at its default."""
    return [(name, cell.strip()) for name, cell in row.items()
            if name not in ("kind", "types") and cell.strip()]


def _whole(name: str, cell: str) -> int:
    try:
        return int(cell)
    except ValueError:
        raise InputError(f"'{name}' is '{cell}', but must be a whole number") from None


def _said(where: str, line: int, build: Callable[[_Source], _core.Layer],
          source: _Source) -> _core.Layer:
    """A layer's own errors, with the line in front."""
    try:
        return build(source)
    except (ValueError, InputError) as error:
        raise InputError(f"{where}:{line}: {error}") from error
