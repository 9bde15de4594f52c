# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""layers, annotate, diff, advise."""
from __future__ import annotations

import collections
import csv
import io
import json
from typing import Any, Callable, TypeVar

import click
from rich.text import Text

from mlir_pr import _core, network_view, networktotals, ui
from mlir_pr.annotations import (ANSWERED, AnnotateOptions, Annotations, NetworkLayers, annotate,
                                 read_layers)
from mlir_pr.errors import UsageError
from mlir_pr.fileio import write_atomically
from mlir_pr.layertext import shorten, types_of
from mlir_pr.units import format_count

_F = TypeVar("_F", bound=Callable[..., Any])

#: Layers of a function that fit a screen.
_ROWS = 20


def _model_options(required: bool) -> Callable[[_F], _F]:
    def decorate(command: _F) -> _F:
        for option in (
                click.option("--confidence", type=click.Choice(["80", "90", "95"]), default="90",
                             show_default=True, help="Of the intervals, in per cent."),
                click.option("--strict", is_flag=True,
                             help="An operation without an estimate is an error."),
                click.option("--as-quantized", is_flag=True,
                             help="Estimate a float network as if it were quantized."),
                click.option("--model", "models", multiple=True, required=required,
                             metavar="MODEL.prm", help="A bundle, or the name of a shipped one; "
                             "may be repeated for several targets.")):
            command = option(command)
        return command
    return decorate


def _options(models: tuple[str, ...], as_quantized: bool, strict: bool,
             confidence: str) -> AnnotateOptions:
    names = tuple(name for text in models for name in text.split(",") if name)
    return AnnotateOptions(names, as_quantized, strict, int(confidence))


@click.command("layers")
@click.argument("file", metavar="FILE.mlir")
@click.option("--format", "form", type=click.Choice(["table", "text", "csv", "json"]),
              default="table", show_default=True,
              help="text and csv can be given to 'mlir-pr predict'.")
@ui.json_option
def layers_command(file: str, form: str, as_json: bool) -> None:
    """The layers of a network: unique ones with counts and MACs."""
    found = read_layers(file)
    counts = collections.Counter(found.layers)
    if as_json or form == "json":
        ui.print_json({"file": file, "layers": [_layer_json(text, count)
                                                for text, count in counts.items()],
                       "total_macs": _macs(counts), "unsupported": dict(found.unsupported),
                       "folded": found.folded})
    elif form == "text":
        click.echo("".join(f"{text}\n" for text in counts), nl=False)
    elif form == "csv":
        click.echo(_layers_csv(counts), nl=False)
    else:
        _print_layers(found, counts)


def _layer_json(text: str, count: int) -> dict[str, Any]:
    layer = _core.Layer.parse(text)
    return {"layer": text, "key": layer.key, "kind": layer.kind, "count": count,
            "macs": layer.work["macs"]}


def _macs(counts: collections.Counter[str]) -> int:
    return sum(_core.Layer.parse(text).work["macs"] * count for text, count in counts.items())


def _layers_csv(counts: collections.Counter[str]) -> str:
    output = io.StringIO()
    writer = csv.writer(output, lineterminator="\n")
    writer.writerow(["layer", "count", "macs"])
    for text, count in counts.items():
        writer.writerow([text, count, _core.Layer.parse(text).work["macs"]])
    return output.getvalue()


def _print_layers(found: NetworkLayers, counts: collections.Counter[str]) -> None:
    table = ui.table(["layer", "types", "count", "MACs each", "MACs"],
                     right=["count", "MACs each", "MACs"])
    for text, count in counts.items():
        macs = _core.Layer.parse(text).work["macs"]
        table.add_row(shorten(text), types_of(text), f"{count}", format_count(macs),
                      format_count(macs * count))
    table.add_section()
    table.add_row(f"{len(counts)} distinct layers", "", f"{counts.total()}", "",
                  format_count(_macs(counts)), style="bold")
    console = ui.console()
    console.print(table)
    for reason, count in found.unsupported.items():
        console.print(Text(f"no layer: {count} x {reason}", style="red"))
    console.print(Text(f"no work of their own: {found.folded} ops", style="dim"))


@click.command("annotate")
@click.argument("file", metavar="FILE.mlir")
@_model_options(required=True)
@click.option("--format", "form", type=click.Choice(["table", "mlir", "json", "html"]),
              default="table", show_default=True)
@ui.json_option
@click.option("--all", "everything", is_flag=True, help="Every layer, not one screen of them.")
@click.option("-o", "output", metavar="FILE", help="Write there instead of to standard output.")
def annotate_command(file: str, models: tuple[str, ...], as_quantized: bool, strict: bool,
                     confidence: str, form: str, as_json: bool, everything: bool,
                     output: str | None) -> None:
    """Latency of every operation of a network, by stock mlir-opt and the plugin."""
    found, ir = annotate(file, _options(models, as_quantized, strict, confidence))
    if as_json:
        form = "json"
    if form == "table" and output is None:
        rows, console = None if everything else _ROWS, ui.console()
        console.print(network_view.render(found, int(confidence), rows, console.width))
        if not as_quantized and _is_float_and_unanswered(found):
            ui.note("--as-quantized estimates a float network as if it were quantized")
        return
    text = _as_text(found, ir, form, int(confidence))
    if output is None:
        click.echo(text, nl=not text.endswith("\n"))
    else:
        write_atomically(output, text)


def _as_text(found: Annotations, ir: str, form: str, confidence: int) -> str:
    if form == "mlir":
        return ir
    if form == "json":
        report = networktotals.with_calibrated(found, confidence)
        return json.dumps(report, indent=1, ensure_ascii=False) + "\n"
    if form == "html":
        from mlir_pr.report import network_page
        return str(network_page(found, confidence))
    return ui.plain_text(network_view.render(found, confidence, None, ui.PIPE_WIDTH))


def _is_float_and_unanswered(found: Annotations) -> bool:
    """Of the layers that multiply and accumulate."""
    layers = [(op, _core.Layer.parse(op.layer)) for function in found.functions
              for op in function.ops if op.layer is not None]
    heavy = [(op, layer) for op, layer in layers if layer.work["macs"] > 0]
    return any(layer.types.startswith(("f", "bf")) for _, layer in heavy) and not any(
        estimate.status in ANSWERED for op, _ in heavy for estimate in op.estimates)


@click.command("diff")
@click.argument("before", metavar="A")
@click.argument("after", metavar="B")
@_model_options(required=False)
@click.option("--network", metavar="FILE.mlir",
              help="The network to compare two models on.")
@ui.json_option
def diff_command(before: str, after: str, models: tuple[str, ...], as_quantized: bool,
                 strict: bool, confidence: str, network: str | None, as_json: bool) -> None:
    """Per-operation and total deltas of two variants.

    A and B are each a JSON of 'annotate --format=json', a network (with
    --model), or a model (with --network).
    """
    from mlir_pr.comparison import compare, comparison_json, render
    sides = [_variant(path, _options(models, as_quantized, strict, confidence), network)
             for path in (before, after)]
    deltas = compare(*sides)
    if as_json:
        ui.print_json(comparison_json(before, after, deltas))
    else:
        ui.console().print(render(before, after, deltas))


def _variant(path: str, options: AnnotateOptions, network: str | None) -> Annotations:
    """One side of a comparison, by what the file holds."""
    from mlir_pr.comparison import load_report
    report = load_report(path)
    if report is not None:
        return report
    if network is not None:
        return annotate(network, AnnotateOptions((path,), options.as_quantized, options.strict,
                                                 options.confidence))[0]
    if not options.models:
        raise UsageError(f"'{path}' is no JSON report: comparing networks takes --model, "
                         "comparing models takes --network")
    return annotate(path, options)[0]


@click.command("advise")
@click.argument("file", metavar="FILE.mlir")
@_model_options(required=True)
@click.option("--all", "everything", is_flag=True, help="Every layer, not one screen of them.")
@click.option("--remarks", is_flag=True, help="A line for each operation, as compilers remark.")
@ui.json_option
def advise_command(file: str, models: tuple[str, ...], as_quantized: bool, strict: bool,
                   confidence: str, everything: bool, remarks: bool, as_json: bool) -> None:
    """Waste, headroom, and what the next smaller size would save."""
    from mlir_pr import advice
    options = _options(models, as_quantized, strict, confidence)
    if len(options.models) != 1:
        raise UsageError("advice is for one model at a time")
    found, _ = annotate(file, options)
    items = advice.advise(found, options.models[0])
    if as_json:
        ui.print_json({"file": found.file, "advice": [item.as_json() for item in items]})
    elif remarks:
        click.echo("\n".join(advice.remarks(items)))
    else:
        ui.console().print(advice.render(found, items, None if everything else _ROWS))
