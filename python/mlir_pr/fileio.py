# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Files written as one step, or left untouched."""
from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path

from mlir_pr.errors import InputError


def write_atomically(path: str | Path, content: str | bytes) -> None:
    path = Path(path)
    data = content.encode("utf-8") if isinstance(content, str) else content
    if path.exists() and not path.is_file():  # a device or a pipe is no file to replace
        return _write(path, path, data)
    try:
        number, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
        os.close(number)
    except OSError as error:
        raise InputError(f"cannot write '{path}': {error.strerror}") from error
    temporary = Path(name)
    try:
        _write(path, temporary, data)
        os.chmod(temporary, 0o666 & ~_umask())
        os.replace(temporary, path)
    except OSError as error:
        raise InputError(f"cannot write '{path}': {error.strerror}") from error
    finally:
        temporary.unlink(missing_ok=True)


def _write(path: Path, where: Path, data: bytes) -> None:
    try:
        with open(where, "wb") as file:
            file.write(data)
            file.flush()
            if where.is_file():
                os.fsync(file.fileno())
    except OSError as error:
        raise InputError(f"cannot write '{path}': {error.strerror}") from error


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


def read_input(path: str) -> str:
    """A file's text, or standard input for '-': read once, to its end."""
    try:
        data = sys.stdin.buffer.read() if path == "-" else Path(path).read_bytes()
    except OSError as error:
        raise InputError(f"cannot read '{path}': {error.strerror}") from error
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise InputError(f"cannot read '{path}': it is not UTF-8 text") from None
