# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""measure, import, lattice."""
from __future__ import annotations

import json
import time
from typing import Any, Sequence

import click

from mlir_pr import _core, epilogues, plausibility, rounds, stepfinding, ui
from mlir_pr.campaign import Campaign, read_campaign
from mlir_pr.errors import InputError, MeasurementError, UsageError
from mlir_pr.measuring import Session, describe_outcome
from mlir_pr.planning import Plan, domains, make_plan
from mlir_pr.progress import MeasureProgress
from mlir_pr.runner import PlannedLayer, describe, measure_now
from mlir_pr.store import (PLATEAUS, Measurement, StatedStep, Store, StoredTarget, exclusive)
from mlir_pr.tables import Table, read_table
from mlir_pr.targetinfo import effective, table_target, without_found
from mlir_pr.trainingdata import refused


@click.command("measure")
@click.option("--target", required=True, metavar="T",
              help="A target of 'mlir-pr targets', with parameters: 'systolic[rows=32]'.")
@click.option("--config", required=True, metavar="FILE", help="The campaign (docs/Campaigns.md).")
@click.option("--store", "store_path", required=True, metavar="FILE",
              help="Where results go; made if it does not exist.")
@click.option("--networks", multiple=True, metavar="FILE",
              help="Networks whose layers span the domain; may be repeated.")
@click.option("--dry-run", is_flag=True, help="Print the plan and measure nothing.")
@click.argument("more_networks", nargs=-1, metavar="[NETWORK]...")
def measure_command(target: str, config: str, store_path: str, networks: tuple[str, ...],
                    dry_run: bool, more_networks: tuple[str, ...]) -> None:
    """Plan a campaign, measure what the store does not hold yet, store it.

    Interrupted in whatever way, the same command goes on where it ended.
    """
    campaign = read_campaign(config)
    if campaign.target not in (None, target):
        raise UsageError(f"'{config}' is a campaign for target '{campaign.target}', "
                         f"not for '{target}'")
    files = [*campaign.networks, *networks, *more_networks]
    with exclusive(store_path), Store.open(store_path, create=True) as store:
        stored = store.ensure_target(describe(target))
        begin = time.monotonic()
        store.state_steps(stored, campaign.steps)
        store.keep_epilogues(stored, epilogues.stated(campaign))
        detecting = epilogues.is_wanted(campaign) and not dry_run
        # What was measured before does not decide what is measured now.
        info = without_found(store, stored) if detecting else effective(store, stored)
        layers = _network_layers(files, info, campaign.as_quantized)
        number, spent = 0, 0
        if not dry_run:
            number = _begin(campaign, store, stored, layers)
            if detecting:
                info = _detect_epilogues(campaign, target, layers, store, stored, number, begin)
                layers = _network_layers(files, info, campaign.as_quantized)
            if stepfinding.is_wanted(campaign, info):
                info, spent = _find_steps(campaign, target, layers, store, stored, number)
        plan = make_plan(campaign, info, layers, spent)
        plan, later = rounds.split(campaign, plan)
        if not plan.layers and not spent:
            raise InputError(f"'{config}' plans nothing: {'; '.join(plan.notes)}")
        for text in plan.notes:
            ui.note(text)
        if dry_run:
            for planned in plan.layers:
                click.echo(f"{planned.role}\t{planned.layer}")
            if later:
                ui.note(f"{sum(one.size for one in later)} more are chosen when these are measured")
            return
        _conduct(campaign, info, layers, plan, later, target, store, stored, number, begin)


def _network_layers(files: Sequence[str], info: _core.TargetInfo,
                    as_quantized: bool) -> list[_core.Layer]:
    if not files:
        return []
    from mlir_pr.annotations import read_layers
    return [_core.Layer.parse(text) for file in files
            for text in read_layers(file, info, as_quantized).layers]


def _begin(campaign: Campaign, store: Store, stored: StoredTarget,
           layers: Sequence[_core.Layer]) -> int:
    texts = sorted({layer.text for layer in layers})
    return store.begin_campaign(stored, {**campaign.config, "layers_of_networks": texts},
                                campaign.seed)


def _detect_epilogues(campaign: Campaign, target: str, layers: Sequence[_core.Layer],
                      store: Store, stored: StoredTarget, number: int,
                      begin: float) -> _core.TargetInfo:
    """The target with the epilogues that measuring shows to be free."""
    info = without_found(store, stored)
    def measure(planned: Sequence[PlannedLayer]) -> None:
        if planned:
            ui.note(f"{len(planned)} measurements tell which epilogues are free")
        seconds = None if campaign.seconds is None \
            else max(0.0, campaign.seconds - (time.monotonic() - begin))
        rows = measure_now(planned, target, store, stored, number, campaign.options, seconds)
        if len(rows) < len(planned):
            raise MeasurementError("the time budget ended while epilogues were measured; the same "
                                   "command goes on where this one ended")
    found = epilogues.detect(campaign, info, domains(campaign, info, layers), store, stored,
                             measure)
    for text in found.notes:
        ui.note(text)
    store.keep_epilogues(stored, found.known)
    return effective(store, stored)


def _find_steps(campaign: Campaign, target: str, layers: Sequence[_core.Layer], store: Store,
                stored: StoredTarget, number: int) -> tuple[_core.TargetInfo, int]:
    """The target with the steps that sweeps find, and what finding them cost."""
    # What earlier sweeps found does not decide what is swept: the plan stays.
    info = without_found(store, stored)
    def measure(planned: Sequence[PlannedLayer], seconds: float | None) -> list[Measurement]:
        return measure_now(planned, target, store, stored, number, campaign.options, seconds)
    with MeasureProgress() as progress:
        finder = stepfinding.StepFinder(campaign, info, store, stored, measure, progress.update)
        try:
            finding = finder.find(domains(campaign, info, layers))
        except stepfinding.OutOfTime:
            raise MeasurementError("the time budget ended while steps were looked for; the same "
                                   "command goes on where this one ended") from None
    for text in finding.notes:
        ui.note(text)
    found = [step for step in finding.steps if step.width > 1]
    if finding.measurements:
        ui.note(f"{finding.measurements} measurements found {len(found)} steps: "
                + (", ".join(f"{step.kind}.{step.dim} every {step.width} ({step.plateau})"
                             for step in found) or "none"))
    store.keep_found_steps(stored, finding.steps)
    return effective(store, stored), finding.measurements


#: Of layers drawn for models to learn from; sweeps come on top.
_LEARNED_ROLES = ("pr", "independent", "plateau-start", "network")


def _known_before_round(store: Store, stored: StoredTarget,
                        planned: Sequence[PlannedLayer]) -> list[Measurement]:
    """As it was when the round was chosen first, not as it is known by now; what sweeps told
    before is among it."""
    taken = {item.layer for item in planned}
    return [row for row in store.measurements(stored)
            if (row.layer in taken and row.role in _LEARNED_ROLES or row.role == "sweep")
            and "again" not in row.conditions]


def _conduct(campaign: Campaign, info: _core.TargetInfo, layers: Sequence[_core.Layer],
             plan: Plan, later: Sequence[rounds.Round], target: str, store: Store,
             stored: StoredTarget, number: int, begin: float) -> None:
    """The plan, the rounds behind it, what is in doubt, and what time is left for."""
    planned = list(plan.layers)
    with MeasureProgress() as progress:
        session = Session(campaign, info, target, store, stored, number, begin, progress.update)
        pending, notes = list(later), []
        outcome = session.measure(planned)

        def measure_rounds(to_the_end: bool = False) -> None:
            while pending and not outcome.left and session.seconds_left() != 0:
                this = pending.pop(0)
                known = _known_before_round(store, stored, planned)
                with progress.meanwhile(f"choosing {this.size} more {this.choice.value}"):
                    chosen = rounds.choose(campaign, info, layers, known, planned, this)
                notes.extend(chosen.notes)
                planned.extend(chosen.layers)
                outcome.join(session.measure(chosen.layers, to_the_end))
        measure_rounds()
        notes += session.look_again(planned)
        if outcome.left:
            outcome.join_rest(session.measure(planned, to_the_end=True))
        measure_rounds(to_the_end=True)
    if pending:
        notes.append(f"the time budget ended before {sum(one.size for one in pending)} more layers "
                     "were chosen; the same command goes on")
    for text in notes:
        ui.note(text)
    ui.note(describe_outcome(outcome, len(planned), str(store.path)))
    if outcome.failed:
        raise MeasurementError(f"{outcome.failed} of {len(planned)} layers failed, the first one "
                               f"'{outcome.first_failure}")


@click.command("import")
@click.argument("table", metavar="TABLE.csv")
@click.option("--config", required=True, metavar="MAP.yaml",
              help="What the columns mean (docs/Import.md).")
@click.option("--store", "store_path", required=True, metavar="FILE",
              help="Where rows go; made if it does not exist.")
@click.option("--duplicates", type=click.Choice(["error", "merge"]), default="error",
              show_default=True, help="Rows of one layer that disagree: refuse the table, or "
              "keep all and merge them by their lower median.")
def import_command(table: str, config: str, store_path: str, duplicates: str) -> None:
    """Take measurements made elsewhere: a table, and a map of its columns."""
    read = read_table(table, config, allow_duplicates=duplicates == "merge")
    rows = [_imported(read, row) for row in read.rows]
    with exclusive(store_path), Store.open(store_path, create=True) as store:
        stored = table_target(store, read.target, read.clock_khz, read.counts_cycles,
                              {row.kind for row in rows}, config)
        before = store.measurements(stored)
        known = {(row.layer, row.latency) for row in before}
        new = [row for row in rows if (row.layer, row.latency) not in known]
        number = store.begin_campaign(stored, {"import": read.path}, 0)
        store.add(stored, number, new)
        info = effective(store, stored)
    for text in [*plausibility.disagreements([*before, *new], new), *plausibility.warnings(rows),
                 *refused(rows, info)]:
        ui.warn(text)
    skipped = f", {len(rows) - len(new):,} were in the store" if len(new) < len(rows) else ""
    filtered = f", {read.filtered:,} left out by the filter" if read.filtered else ""
    ui.note(f"imported {len(new):,} rows of '{table}' for target '{read.target}'"
            f"{skipped}{filtered}: {store_path}")


def _imported(table: Table, row: Any) -> Measurement:
    return Measurement(row.layer, "table", time_ps=row.time_ps, cycles=row.cycles,
                       source=f"{table.path}:{row.line}")


@click.command("lattice")
@click.option("--store", "store_path", required=True, metavar="FILE")
@ui.target_option
@click.option("--set", "settings", multiple=True, metavar="KIND.DIM=WIDTH[:PLATEAU]",
              help="State a step: conv2d.oc=8, or conv2d.oc=8:ramps where latency rises within a "
              "plateau; a width of 1 states that there is none.")
@ui.json_option
def lattice_command(store_path: str, target: str | None, settings: tuple[str, ...],
                    as_json: bool) -> None:
    """Show the steps of a target, and the stairs where sweeps were measured."""
    with Store.open(store_path) as store:
        stored = store.target(target)
        if settings:
            store.state_steps(stored, [_parse_setting(text) for text in settings])
        info = effective(store, stored)
        rows = store.measurements(stored)
    from mlir_pr.stairs import draw, find_sweeps
    sweeps = find_sweeps(rows)
    if as_json:
        ui.print_json({"target": info.name, "kinds": _lattices_json(info),
                       "sweeps": [sweep.as_json() for sweep in sweeps]})
        return
    _print_lattices(info)
    for sweep in sweeps:
        ui.console().print(draw(sweep))


def _parse_setting(text: str) -> StatedStep:
    name, equals, value = text.partition("=")
    kind, dot, dim = name.partition(".")
    width, _, plateau = value.partition(":")
    if not equals or not dot or not width.isdigit() or int(width) < 1:
        raise UsageError(f"--set '{text}' is not of the form KIND.DIM=WIDTH, as conv2d.oc=8")
    if plateau and plateau not in PLATEAUS:
        raise UsageError(f"--set '{text}': '{plateau}' is unknown (known: {', '.join(PLATEAUS)})")
    from mlir_pr.domain import dimension_names
    if dim not in dimension_names(kind):
        raise InputError(f"--set '{text}': {kind} has no dimension '{dim}' "
                         f"(it has: {', '.join(dimension_names(kind))})")
    return StatedStep(kind, dim, int(width), plateau=plateau or "flat")


def _lattices_json(info: _core.TargetInfo) -> dict[str, Any]:
    return {kind: json.loads(info.lattice(kind).to_json()) for kind in info.kinds}


def _print_lattices(info: _core.TargetInfo) -> None:
    table = ui.table(["kind", "dimension", "width", "offset", "over", "resource", "plateau",
                      "known by"],
                     right=["width", "offset"], title=f"Steps of {info.name}")
    for kind in info.kinds:
        steps = info.lattice(kind).steps
        for step in steps:
            table.add_row(kind, step.dim, str(step.width), str(step.offset), _region(step),
                          step.resource, step.plateau, f"{step.knowledge}: {step.evidence}".rstrip(": "))
        if not steps:
            table.add_row(kind, "-", "1", "-", "-", "-", "-", "no step is known")
    ui.console().print(table)


def _region(step: _core.Step) -> str:
    if step.region_high is not None:
        return f"{step.region_low} .. {step.region_high}"
    return "all" if step.region_low <= 1 else f"{step.region_low} .."
