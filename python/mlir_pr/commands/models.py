# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""train, show, predict, evaluate."""
from __future__ import annotations

import csv
import io
import json
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Sequence

import click
import numpy as np

from mlir_pr import _core, layerlist, ui
from mlir_pr.annotations import model_path
from mlir_pr.errors import InputError, UsageError
from mlir_pr.fileio import read_input, write_atomically
from mlir_pr.store import ROLES, Store
from mlir_pr.tables import read_table
from mlir_pr.targetinfo import effective
from mlir_pr.trainingdata import (DEFAULT_ROLES, SavedRows, baselines_json, baselines_path, collect,
                                  load_rows)

if TYPE_CHECKING:
    from mlir_pr.evaluation import TableResult
    from mlir_pr.learningcurve import LearningCurve

#: Of `predict`'s output, in order.
_COLUMNS = ("layer", "time_ps", "cycles", "lower_ps", "upper_ps", "status", "representative",
            "waste")

confidence_option = click.option(
    "--confidence", type=click.Choice(["80", "90", "95"]), default="90", show_default=True,
    help="Of the intervals, in per cent.")
model_option = click.option("--model", required=True, metavar="MODEL.prm",
                             help="A bundle, or the name of a shipped one.")


def load_estimator(model: str, confidence: str) -> _core.Estimator:
    return _core.Estimator.load(str(model_path(model)), int(confidence))


@click.command("predict")
@model_option
@click.option("--layers", "file", required=True, metavar="FILE",
              help="Layer texts, or a CSV with a column 'layer', or with 'kind' and one column for "
              "every dimension; - for standard input.")
@confidence_option
@click.option("-o", "output", metavar="OUT.csv", help="Write there instead of to standard output.")
@ui.json_option
def predict_command(model: str, file: str, confidence: str, output: str | None,
                    as_json: bool) -> None:
    """Estimates of a list of layers."""
    estimator = load_estimator(model, confidence)
    layers = layerlist.parse(read_input(file), file)
    answers = _estimates(estimator, layers)
    if as_json:
        names = list(answers)
        ui.print_json({"model": estimator.model_id, "target": estimator.target.name,
                       "estimates": [dict(zip(names, row)) for row in zip(*answers.values())]})
        return
    text = _estimates_csv(answers)
    if output is None:
        click.echo(text, nl=False)
    else:
        write_atomically(output, text)
    _tell_unsupported(answers["reason"])
    _tell_corrected(answers["corrected_by"])


def _estimates(estimator: _core.Estimator,
               layers: list[_core.Layer]) -> dict[str, list[Any]]:
    """By column. A layer without an answer has nothing but its reason."""
    answers: dict[str, list[Any]] = {"layer": [layer.text for layer in layers],
                                     **estimator.predict(layers)}
    for i, reason in enumerate(answers["reason"]):
        if reason:
            answers["representative"][i] = answers["waste"][i] = None
    return answers


def _estimates_csv(answers: dict[str, list[Any]]) -> str:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(_COLUMNS)
    writer.writerows(zip(*(answers[name] for name in _COLUMNS)))
    return text.getvalue()


def _tell_unsupported(reasons: list[str]) -> None:
    missing = [reason for reason in reasons if reason]
    if missing:
        ui.warn(f"{len(missing)} of {len(reasons)} layers have no estimate, the first one because "
                f"{missing[0]}")


def _tell_corrected(counts: list[int]) -> None:
    corrected = [count for count in counts if count]
    if corrected:
        ui.note(f"{len(corrected)} of {len(counts)} estimates are corrected by measurements that "
                "were made after the training ('mlir-pr show')")


@click.command("show")
@click.argument("model", metavar="MODEL.prm")
@ui.json_option
def show_command(model: str, as_json: bool) -> None:
    """The card of a model: data, domain, errors, lattice, provenance."""
    from mlir_pr import card
    estimator = load_estimator(model, "90")
    if as_json:
        ui.print_json(card.as_json(estimator))
    else:
        ui.console().print(card.render(estimator))


@click.command("train")
@click.option("--store", "store_path", required=True, metavar="FILE")
@ui.target_option
@click.option("-o", "output", required=True, metavar="MODEL.prm")
@click.option("--seed", type=int, default=0, show_default=True)
@click.option("--roles", default=",".join(DEFAULT_ROLES), show_default=True, metavar="ROLE,…",
              help="Measurements to learn from, by why they were made.")
@click.option("--from", "similar", metavar="OTHER.prm",
              help="Model of a similar device to start from, where that is better; of the rows "
              "beside it more is learned.")
@click.option("--baselines/--no-baselines", default=True, show_default=True,
              help="Keep the rows beside the bundle, for 'evaluate' to fit its baselines to.")
@ui.json_option
def train_command(store_path: str, target: str | None, output: str, seed: int, roles: str,
                  similar: str | None, baselines: bool, as_json: bool) -> None:
    """Fit a model to the measurements and write its bundle.

    The same store, options and seed give the same bytes.
    """
    from mlir_pr import card
    from mlir_pr.progress import CountedProgress
    from mlir_pr.training import STAGES, Options, kinds_of, train
    with Store.open(store_path) as store:
        stored = store.target(target)
        data = collect(store, stored, parse_roles(roles))
        info = effective(store, stored)
    for text in data.notes:
        ui.warn(text)
    other = None if similar is None else load_estimator(similar, "90")
    beside_other = load_rows(model_path(similar), other.model_id) if similar and other else None
    with CountedProgress("training", STAGES * len(kinds_of(data.rows, info))) as progress:
        trained = train(data.rows, info, Options(seed=seed), data.provenance, other,
                        beside_other.rows if beside_other else (), progress.advance)
    write_atomically(output, trained.bundle)
    estimator = _core.Estimator.load(output)
    beside = baselines_path(Path(output))
    if baselines:
        write_atomically(beside, baselines_json(data, info, estimator.model_id, seed))
    else:
        beside.unlink(missing_ok=True)
    if as_json:
        ui.print_json(card.as_json(estimator))
    else:
        ui.console().print(card.render_kinds(estimator))
    ui.note(f"wrote '{output}' ({Path(output).stat().st_size:,} bytes), model {estimator.model_id}, "
            f"from {len(data.rows):,} layers")


def parse_roles(text: str) -> list[str]:
    roles = [role.strip() for role in text.split(",") if role.strip()]
    for role in roles:
        if role not in ROLES:
            raise UsageError(f"--roles: '{role}' is unknown (known: {', '.join(ROLES)})")
    return roles


@click.command("evaluate")
@model_option
@click.option("--table", required=True, metavar="TABLE.csv", help="The measurements.")
@click.option("--config", required=True, metavar="MAP.yaml", help="What its columns mean.")
@click.option("--networks", multiple=True, metavar="FILE.mlir",
              help="Networks whose layers are a test set of their own; may be repeated.")
@confidence_option
@click.option("--duplicates", type=click.Choice(["error", "merge"]), default="error",
              show_default=True, help="Rows of one layer that disagree: refuse the table, or "
              "merge them by their lower median.")
@click.option("--learning-curve", is_flag=True,
              help="Train again on parts of the training rows: error against their number.")
@click.option("--budgets", metavar="N,…", help="Of the learning curve; doubling from 25 to all.")
@click.option("--seeds", type=click.IntRange(min=2), default=5, show_default=True,
              help="Of the learning curve: random parts for each budget.")
@click.option("--store", "store_path", metavar="FILE",
              help="Rows for the learning curve, in place of those beside the bundle.")
@ui.target_option
@click.option("--figures", metavar="DIR", help="Write the figures there, as SVG.")
@click.option("--json", "json_path", metavar="OUT", default=None, is_flag=False, flag_value="-",
              help="Write JSON there; without a name, to standard output.")
def evaluate_command(model: str, table: str, config: str, networks: tuple[str, ...],
                     confidence: str, duplicates: str, learning_curve: bool, budgets: str | None,
                     seeds: int, store_path: str | None, target: str | None, figures: str | None,
                     json_path: str | None) -> None:
    """Accuracy of a model, and of the baselines, against measurements."""
    from mlir_pr import evaluation
    from mlir_pr.annotations import read_layers
    if not learning_curve and (budgets or store_path or target):
        raise UsageError("--budgets, --store and --target are for --learning-curve")
    wanted = _budgets(budgets)
    estimator = load_estimator(model, confidence)
    real = {text for file in networks for text in read_layers(file, estimator.target).layers}
    read = read_table(table, config, allow_duplicates=duplicates == "merge")
    result = evaluation.evaluate_table(estimator, model_path(model), read, int(confidence), config,
                                       real)
    if learning_curve:
        result = replace(result, curve=_learning_curve(
            result, estimator, _curve_rows(estimator, model, store_path, target), wanted, seeds))
    if figures is not None:
        _write_figures(result, figures)
    if json_path is not None:
        text = json.dumps({"schema": 1, **result.as_json()}, indent=1) + "\n"
        if json_path == "-":
            click.echo(text, nl=False)
            return
        write_atomically(json_path, text)
    ui.console().print(evaluation.render(result))


def _budgets(text: str | None) -> list[int]:
    try:
        return [int(part) for part in text.split(",")] if text else []
    except ValueError:
        raise UsageError(f"--budgets is '{text}', expected numbers with commas between") from None


def _curve_rows(estimator: _core.Estimator, model: str, store_path: str | None,
                target: str | None) -> SavedRows:
    if store_path is not None:
        with Store.open(store_path) as store:
            stored = store.target(target)
            data = collect(store, stored, DEFAULT_ROLES)
            return SavedRows(effective(store, stored), data.rows, data.random_rows, 0)
    saved = load_rows(model_path(model), estimator.model_id)
    if saved is None:
        raise InputError(f"--learning-curve: '{baselines_path(model_path(model))}' is missing or of "
                         "another model; name a store of measurements with --store")
    return saved


def _learning_curve(result: TableResult, estimator: _core.Estimator, saved: SavedRows,
                    budgets: Sequence[int], seeds: int) -> LearningCurve:
    from mlir_pr import evaluation, learningcurve
    from mlir_pr.progress import CountedProgress
    if saved.target.counts_cycles != estimator.target.counts_cycles:
        raise InputError("--store: the measurements and the model are in different units")
    scale = evaluation.scale(estimator.target, result.unit)
    # What the target cannot run is asked of no one.
    asked = [truth for truth, answer in zip(result.truth, result.predictions)
             if answer.latency is not None]
    question = learningcurve.Question(
        [_core.Layer.parse(one.layer) for one in asked],
        np.array([one.latency / scale for one in asked]), [one.test_set for one in asked])
    total = learningcurve.trainings(saved.rows, saved.random_rows, question, budgets, seeds)
    with CountedProgress("learning curve", total) as progress:
        return learningcurve.learning_curve(
            saved.rows, saved.random_rows, saved.target, question, budgets, range(seeds),
            progress.advance)


def _write_figures(result: TableResult, folder: str) -> None:
    from mlir_pr import evaluation
    try:
        Path(folder).mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InputError(f"cannot write '{folder}': {error.strerror}") from error
    for name, svg in evaluation.figures_of(result).items():
        write_atomically(Path(folder) / f"{name}.svg", svg)
