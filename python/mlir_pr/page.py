# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Self-contained HTML pages: sections of text, tables and inline SVG. The same
content gives the same bytes."""
from __future__ import annotations

import io
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Sequence

import jinja2

if TYPE_CHECKING:
    from matplotlib.figure import Figure as Plot


@dataclass(frozen=True)
class Paragraph:
    text: str
    bad: bool = False


@dataclass(frozen=True)
class Row:
    cells: Sequence[str]
    #: Length of a bar behind the cells, 0 .. 1.
    bar: float | None = None


@dataclass(frozen=True)
class Table:
    columns: Sequence[str]
    rows: Sequence[Row]
    #: Columns of numbers.
    right: Sequence[str] = ()
    #: The first column is code; the last row is a sum.
    code: bool = False
    total: bool = False


@dataclass(frozen=True)
class Picture:
    svg: str
    caption: str


@dataclass
class Section:
    title: str
    texts: list[Paragraph] = field(default_factory=list)
    tables: list[Table] = field(default_factory=list)
    figures: list[Picture] = field(default_factory=list)


def render(title: str, lead: Sequence[str], sections: Sequence[Section]) -> str:
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(Path(__file__).parent / "templates"),
        autoescape=True, trim_blocks=True, lstrip_blocks=True)
    return environment.get_template("page.html").render(title=title, lead=lead, sections=sections)


def to_svg(plot: "Plot") -> str:
    """The picture without XML header and date."""
    import matplotlib
    # Text stays text; identifiers do not depend on chance.
    with matplotlib.rc_context({"svg.fonttype": "none", "svg.hashsalt": "mlir-pr"}):
        output = io.StringIO()
        plot.savefig(output, format="svg", metadata={"Date": None, "Creator": None})
    text = output.getvalue()
    return text[text.index("<svg"):]
