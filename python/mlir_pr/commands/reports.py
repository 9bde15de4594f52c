# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""report."""
from __future__ import annotations

import click

from mlir_pr import ui
from mlir_pr.annotations import AnnotateOptions, annotate
from mlir_pr.commands.models import confidence_option, load_estimator, model_option
from mlir_pr.fileio import write_atomically
from mlir_pr.store import Store


@click.command("report")
@model_option
@click.option("--store", "store_path", metavar="FILE",
              help="Measurements: predicted against measured, and the stairs of sweeps.")
@click.option("--network", "networks", multiple=True, metavar="FILE.mlir",
              help="A network to annotate; may be repeated.")
@click.option("--as-quantized", is_flag=True,
              help="Estimate float networks as if they were quantized.")
@confidence_option
@click.option("-o", "output", required=True, metavar="OUT.html")
def report_command(model: str, store_path: str | None, networks: tuple[str, ...],
                   as_quantized: bool, confidence: str, output: str) -> None:
    """A self-contained HTML report of a model, its measurements and networks."""
    from mlir_pr.report import report_page
    estimator = load_estimator(model, confidence)
    rows = None
    if store_path is not None:
        with Store.open(store_path) as store:
            rows = store.measurements(store.target(estimator.target.name))
    options = AnnotateOptions((model,), as_quantized, confidence=int(confidence))
    annotated = [annotate(file, options)[0] for file in networks]
    write_atomically(output, report_page(estimator, rows, annotated, int(confidence)))
    ui.note(f"wrote '{output}'")
