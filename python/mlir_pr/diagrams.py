# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Object diagrams as pictures. Graphviz draws them; without it there is still the
text that it reads."""
from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

from mlir_pr import toolchain
from mlir_pr.errors import InputError
from mlir_pr.fileio import write_atomically

_DRAWN = (".svg", ".pdf", ".png")


def draw(dot: str, path: Path) -> None:
    """Writes a graph in the DOT language, as its text or as a picture."""
    kind = path.suffix
    if kind == ".dot":
        write_atomically(path, dot)
        return
    if kind not in _DRAWN:
        raise InputError(f"'{path}' is no picture of a known kind, expected .dot, "
                         + ", ".join(_DRAWN))
    if not shutil.which("dot"):
        raise InputError(f"'{path}' needs the program 'dot' (apt install graphviz); "
                         "a .dot file needs nothing")
    with tempfile.TemporaryDirectory() as folder:
        source, picture = Path(folder) / "diagram.dot", Path(folder) / f"diagram{kind}"
        source.write_text(dot, encoding="utf-8")
        toolchain.output_of(["dot", f"-T{kind[1:]}", f"-o{picture}", str(source)])
        write_atomically(path, picture.read_bytes())
