# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""targets, doctor. Imports nothing that may be missing."""
from __future__ import annotations

from pathlib import Path
from typing import Any

import click
from rich.text import Text

from mlir_pr import diagrams, doctor, runner, ui
from mlir_pr.errors import InputError

#: Parameters named in the list of all targets; `mlir-pr targets NAME` shows all.
_MOST_NAMES = 6


@click.command("targets")
@click.argument("name", required=False)
@click.option("--diagram", "picture", metavar="FILE", type=click.Path(dir_okay=False, path_type=Path),
              help="Draw the objects of the described target NAME: .dot, or with Graphviz .svg, .pdf, .png.")
@ui.json_option
def targets_command(name: str | None, picture: Path | None, as_json: bool) -> None:
    """What can be measured here, and what each target needs; of the target NAME
    also the parameters that may be chosen, as in 'NAME[rows=16]'."""
    if picture:
        if not name:
            raise InputError("--diagram needs the name of a described target")
        diagrams.draw(runner.diagram(name), picture)
        ui.note(f"drew '{name}' into '{picture}'")
        return
    listed = runner.list_targets(name)
    if as_json:
        ui.print_json(listed)
        return
    table = ui.table(["target", "usable", "needs", "parameters", "what it is"])
    for target in listed.get("targets", []):
        table.add_row(target["name"], _usable(target), target["needs"] or "-",
                      _parameter_names(target.get("parameters", []), _MOST_NAMES if not name else None),
                      target["description"])
    ui.console().print(table)
    if name:
        _print_parameters(listed["targets"][0].get("parameters", []))


def _parameter_names(parameters: list[dict[str, Any]], most: int | None) -> str:
    names = [each["name"] for each in parameters]
    left_out = len(names[most:]) if most else 0
    return ", ".join(names[:most] + ([f"and {left_out} more"] if left_out else [])) or "-"


def _print_parameters(parameters: list[dict[str, Any]]) -> None:
    if not parameters:
        return
    table = ui.table(["parameter", "default", "from", "to"], right=["default", "from", "to"])
    for each in parameters:
        table.add_row(each["name"], *(str(each[key]) for key in ("default", "minimum", "maximum")))
    ui.console().print("")
    ui.console().print(table)


def _usable(target: dict[str, Any]) -> Text:
    if target["available"]:
        return Text("yes", style="green")
    return Text(f"no: {target['reason']}", style="red")


@click.command("doctor")
@ui.json_option
def doctor_command(as_json: bool) -> None:
    """Check the installation; name the package of whatever is missing."""
    findings = doctor.examine()
    missing = [finding for finding in findings if not finding.ok]
    if as_json:
        ui.print_json({"ok": not missing, "checks": [finding.as_json() for finding in findings]})
    else:
        table = ui.table(["check", "", "found"])
        for finding in findings:
            mark = Text("ok", style="green") if finding.ok else Text("missing", style="bold red")
            table.add_row(finding.what, mark, finding.found if finding.ok
                          else f"{finding.found}; {finding.remedy}")
        ui.console().print(table)
    if missing:
        raise InputError(f"{len(missing)} of {len(findings)} checks failed: "
                         + "; ".join(f"{one.what}: {one.remedy}" for one in missing))
