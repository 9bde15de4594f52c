# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""What people see: tables on standard output, notes and progress on standard
error, JSON where it is asked for."""
from __future__ import annotations

import io
import json
import sys
from typing import Any, Mapping, Sequence

import click
from rich import box
from rich.console import Console, RenderableType
from rich.table import Table
from rich.text import Text

#: Columns where the output is no terminal.
PIPE_WIDTH = 120

json_option = click.option("--json", "as_json", is_flag=True,
                           help="Print JSON instead of a table.")
target_option = click.option("--target", metavar="NAME",
                             help="The target; may be left out where the store has one only.")


def console() -> Console:
    width = None if sys.stdout.isatty() else PIPE_WIDTH
    return Console(width=width, highlight=False, soft_wrap=False)


def plain_text(renderable: RenderableType) -> str:
    """As it would be printed to a file."""
    output = io.StringIO()
    Console(file=output, width=PIPE_WIDTH, highlight=False).print(renderable)
    return output.getvalue()


def note(message: str) -> None:
    click.echo(f"mlir-pr: {message}", err=True)


def warn(message: str) -> None:
    click.echo(f"mlir-pr: warning: {message}", err=True)


def print_json(value: Mapping[str, Any]) -> None:
    click.echo(json.dumps({"schema": 1, **value}, indent=2, ensure_ascii=False))


def table(columns: Sequence[str], right: Sequence[str] = (), title: str | None = None) -> Table:
    """A plain table; `right` names the columns of numbers."""
    made = Table(title=title, title_justify="left", title_style="bold", box=box.SIMPLE,
                 show_edge=False, pad_edge=False, header_style="bold", padding=(0, 1, 0, 0))
    for name in columns:
        made.add_column(name, justify="right" if name in right else "left", no_wrap=name in right,
                        overflow="fold")
    return made


def percent(share: float) -> str:
    """Of an error: three digits, however small; rounding noise is none."""
    return f"{100 * share:.3g} %" if abs(share) > 1e-9 else "0 %"


def bar(share: float, width: int) -> Text:
    """A horizontal bar of eighths of a character."""
    eighths = round(max(0.0, min(1.0, share)) * width * 8)
    full, part = divmod(eighths, 8)
    filled = "█" * full + ("▏▎▍▌▋▊▉"[part - 1] if part else "")
    return Text(filled.ljust(width), style="cyan")
