# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""correct."""
from __future__ import annotations

import collections
import hashlib
from pathlib import Path
from typing import Any

import click

from mlir_pr import _core, ui
from mlir_pr.annotations import model_path
from mlir_pr.commands.models import load_estimator, parse_roles
from mlir_pr.errors import InputError, UsageError
from mlir_pr.fileio import write_atomically
from mlir_pr.store import ROLES, Measurement, Store
from mlir_pr.tables import read_table


@click.command("correct")
@click.argument("model", metavar="MODEL.prm")
@click.option("--table", metavar="TABLE.csv", help="The measurements.")
@click.option("--config", metavar="MAP.yaml", help="What the table's columns mean.")
@click.option("--store", "store_path", metavar="FILE", help="Measurements of a campaign instead.")
@ui.target_option
@click.option("--roles", default=",".join(ROLES), metavar="ROLE,…",
              help="Of a store: measurements to use, by why they were made; all of them.")
@click.option("--kind", "kinds", multiple=True, metavar="KIND",
              help="Correct this kind alone; may be repeated.")
@click.option("--duplicates", type=click.Choice(["error", "merge"]), default="error",
              show_default=True, help="Rows of one layer that disagree: refuse the table, or "
              "merge them by their lower median.")
@click.option("-o", "output", required=True, metavar="NEW.prm")
@ui.json_option
def correct_command(model: str, table: str | None, config: str | None, store_path: str | None,
                    target: str | None, roles: str, kinds: tuple[str, ...], duplicates: str,
                    output: str, as_json: bool) -> None:
    """Adjust a model by a handful of measurements.

    Every kind of layer that was measured gets a factor, and some added work where
    there are enough rows. Estimates say by how many measurements they were
    corrected; measurements that the model had before become predictions.
    """
    from mlir_pr import card, correction
    estimator = load_estimator(model, "90")
    if (table is None) == (store_path is None) or (table is None) != (config is None):
        raise UsageError("expected --table with --config, or --store")
    if table is not None and config is not None:
        measurements, source = _of_table(table, config, duplicates == "merge", estimator)
        where = config
    else:
        assert store_path is not None
        measurements, source = _of_store(store_path, target, parse_roles(roles), estimator)
        where = f"store '{store_path}'"
    rows = correction.rows_of(measurements, estimator.target, where)
    found, refused = correction.by_kind(estimator, rows)
    _tell_refused(refused, len(rows))
    fits = [correction.fit(estimator, kind, found[kind])
            for kind in _chosen(kinds, list(found), where)]
    write_atomically(output, correction.corrected_bundle(estimator, fits, source))
    corrected = _core.Estimator.load(output)
    if as_json:
        ui.print_json(card.as_json(corrected))
    else:
        ui.console().print(card.render_corrections(corrected))
    ui.note(f"wrote '{output}', model {corrected.model_id}, corrected from {estimator.model_id}")


def _of_table(table: str, config: str, merge: bool, estimator: _core.Estimator
              ) -> tuple[list[Measurement], dict[str, Any]]:
    read = read_table(table, config, allow_duplicates=merge)
    _tell_other_target(read.target, estimator)
    return [Measurement(row.layer, "table", time_ps=row.time_ps, cycles=row.cycles)
            for row in read.rows], {
        "table": Path(table).name, "sha256": _sha256(table), "config": Path(config).name,
        "config_sha256": _sha256(config), "target": read.target, "rows": len(read.rows)}


def _of_store(path: str, target: str | None, roles: list[str], estimator: _core.Estimator
              ) -> tuple[list[Measurement], dict[str, Any]]:
    with Store.open(path) as store:
        stored = store.target(target)
        rows = [row for row in store.measurements(stored) if row.ok and row.role in roles]
    if not rows:
        raise InputError(f"store '{path}' holds no measurement of target '{stored.name}' with "
                         f"one of the roles {', '.join(roles)}")
    _tell_other_target(stored.name, estimator)
    counts = collections.Counter(row.role for row in rows)
    return rows, {"store": Path(path).name, "sha256": _sha256(path), "target": stored.name,
                  "rows": len(rows), "roles": dict(sorted(counts.items()))}


def _sha256(path: str) -> str:
    return hashlib.sha256(Path(path).read_bytes()).hexdigest()


def _chosen(asked: tuple[str, ...], found: list[str], where: str) -> list[str]:
    for kind in asked:
        if kind not in found:
            raise InputError(f"{where}: no row of kind '{kind}' can be used to correct the model "
                             f"(kinds with such rows: {', '.join(found) or 'none'})")
    if not found:
        raise InputError(f"{where}: no row can be used to correct the model")
    return list(dict.fromkeys(asked)) or found


def _tell_other_target(name: str, estimator: _core.Estimator) -> None:
    if name != estimator.target.name:
        ui.warn(f"the measurements are of target '{name}', the model is for "
                f"'{estimator.target.name}'")


def _tell_refused(reasons: list[str], rows: int) -> None:
    if reasons:
        ui.warn(f"{len(reasons)} of {rows} rows are left out, the first one because {reasons[0]}")
