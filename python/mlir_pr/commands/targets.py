# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""targets, doctor. Imports nothing that may be missing."""
from __future__ import annotations

from typing import Any

import click
from rich.text import Text

from mlir_pr import doctor, runner, ui
from mlir_pr.errors import InputError


@click.command("targets")
@ui.json_option
def targets_command(as_json: bool) -> None:
    """What can be measured here, and what each target needs."""
    listed = runner.list_targets()
    if as_json:
        ui.print_json(listed)
        return
    table = ui.table(["target", "usable", "needs", "what it is"])
    for target in listed.get("targets", []):
        table.add_row(target["name"], _usable(target), target["needs"] or "-",
                      target["description"])
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
