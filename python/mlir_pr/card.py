# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""The card of a model, for people and as JSON."""
from __future__ import annotations

import json
import math
from typing import Any, Mapping

from rich.console import Group as Lines
from rich.table import Table
from rich.text import Text

from mlir_pr import _core, ui
from mlir_pr.transfer import terms_of
from mlir_pr.units import format_count

#: Longer bases are printed apart.
_MOST_BASE_TEXT = 60


def as_json(estimator: _core.Estimator) -> dict[str, Any]:
    return {"model": estimator.model_id, "card": json.loads(estimator.card or "{}")}


def render(estimator: _core.Estimator) -> Lines:
    card = json.loads(estimator.card or "{}")
    facts = ui.table(["model", estimator.model_id])
    for name, value in _facts(card, estimator.target):
        facts.add_row(name, value)
    parts: list[Any] = [facts, Text(""), render_kinds(estimator)]
    if any("correction" in about for about in estimator.kinds.values()):
        parts += [Text(""), render_corrections(estimator)]
    for kind, about in sorted(card.get("kinds", {}).items()):
        if about.get("status") == "trained":
            parts += [Text(""), _kind_table(kind, about, estimator.kinds[kind]["base"])]
    return Lines(*parts)


def _facts(card: Mapping[str, Any], target: _core.TargetInfo) -> list[tuple[str, str]]:
    provenance = card.get("provenance", {})
    clock = "none" if target.clock_khz is None else f"{target.clock_khz / 1000:g} MHz"
    facts = [("target", target.name), ("latency in", "cycles" if target.counts_cycles else "time"),
             ("clock", clock), ("description", target.description_hash or "none")]
    facts += [("seed", str(card.get("seed", "-")))]
    if provenance:
        roles = ", ".join(f"{count:,} {role}" for role, count in provenance["roles"].items())
        facts += [("measurements", f"{provenance['measurements']:,} of {provenance['layers']:,} "
                   f"layers ({roles})"), ("merged by", provenance["merged_by"])]
        facts += [("conditions", _named(provenance["conditions"]))] * bool(provenance["conditions"])
    return facts + [("versions", _named(card.get("versions", {})))]


def _named(values: Mapping[str, Any]) -> str:
    return ", ".join(f"{name} {value}" for name, value in values.items()) or "-"


def render_kinds(estimator: _core.Estimator) -> Table:
    """One line a kind: what its model is, and its error on rows it had not seen."""
    kinds = json.loads(estimator.card or "{}").get("kinds", {})
    right = ["layers", "MAPE", "median", "p95", "trees"]
    table = ui.table(["kind", *right, "base"], right=right)
    for kind, about in sorted(estimator.kinds.items()):
        card = kinds.get(kind, {})
        if about.get("reason"):
            table.add_row(kind, format_count(card.get("rows")), "-", "-", "-", "-",
                          Text(f"no model: {about['reason']}", style="yellow"))
            continue
        errors = card.get("held_out", {})
        table.add_row(kind, format_count(about["exact_rows"]),
                      *(_percent(errors.get(name)) for name in ("mape", "median", "p95")),
                      str(about["trees"]), _short(about["base"]))
    return table


def _short(base: _core.Base) -> str:
    """As it is, or how large it is where nobody would read it in a table."""
    if len(base.text) <= _MOST_BASE_TEXT:
        return base.text
    terms = len(set(terms_of(base)))
    sums = "a sum" if len(base.branches) == 1 else f"the largest of {len(base.branches)} sums"
    own = f", {len(base.cases)} cases with their own" if base.cases else ""
    return f"{sums} of {terms} terms{own} (mlir-pr show)"


def render_corrections(estimator: _core.Estimator) -> Table:
    """One line a corrected kind: by what, from what, and the error it leaves on
    measurements that were left out."""
    notes = json.loads(estimator.card or "{}").get("corrections", {})
    right = ["layers", "MAPE before", "left out", "± more"]
    table = ui.table(["corrected", *right, "latency", "measured in", "original"], right=right)
    for kind, about in sorted(estimator.kinds.items()):
        if "correction" not in about:
            continue
        found, note = about["correction"], notes.get(kind, {})
        text = f"{found['factor']:.4g} × model"
        if found["added"] is not None:
            text += f" + {found['added'].text}"
        source = note.get("source", {})
        table.add_row(kind, format_count(found["layers"]),
                      *(_percent(note.get(name, {}).get("mape")) for name in ("before", "left_out")),
                      _percent(math.expm1(found["widening"][1])), text,
                      f"{source.get('table') or source.get('store') or '-'} "
                      f"({str(source.get('sha256', '-'))[:12]})", found["original"])
    return table


def _start(chosen: str) -> str:
    return chosen if chosen == "anew" else f"from the {chosen}"


def _kind_table(kind: str, about: Mapping[str, Any], base: _core.Base) -> Table:
    table = ui.table([kind, ""])
    steps = ", ".join(f"{step['dim']} every {step['width']} ({step['resource']}, {step['plateau']}, "
                      f"{step['knowledge']})" for step in about["lattice"])
    domain = ", ".join(f"{dim} {low}..{high}" if low < high else f"{dim} {low}"
                       for dim, (low, high) in about["domain"].items())
    for name, branches in {**base.cases, "": base.branches}.items():
        first = f"base, {name.replace('_', ', ')}" if name else "base, others" if base.cases else "base"
        for number, branch in enumerate(branches):
            text = " + ".join(f"{weight:.6g}" if term == "launch" else f"{weight:.6g} {term}"
                              for term, weight in branch.items())
            table.add_row(first if number == 0 else "or, if longer", text)
    table.add_row("steps", steps or "none")
    if units := about.get("units"):
        table.add_row("units", ", ".join(f"{number} {name}" for number, name in enumerate(units)))
    table.add_row("domain", domain)
    table.add_row("types", "; ".join(about["types"]))
    if transfer := about.get("transfer"):
        table.add_row("similar device", f"{transfer['target']} (model {transfer['model']}), "
                      f"started {_start(transfer['chosen'])}")
    if similar := about.get("similar_rows"):
        table.add_row("its measurements", f"say something of {similar:,} layers here")
    table.add_row("held-out errors", ", ".join(
        f"{name} {_percent(about['held_out'].get(name))}"
        for name in ("mape", "median", "p95", "max", "bias", "wape")))
    return table


def _percent(share: float | None) -> str:
    return "-" if share is None else ui.percent(share)
