# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Which operations cost nothing behind a layer, found by measuring layers with and
without each of them.

An operation is free where the pairs say so: neither their median, with its error, nor
more than a few of them are beyond a margin. What noise leaves open is not free: an
operation that is folded by mistake is missing in every total.
"""
from __future__ import annotations

import collections
import math
import statistics
from dataclasses import dataclass, field
from typing import Callable, Sequence

import numpy as np
from scipy.stats import qmc

from mlir_pr import _core, drift
from mlir_pr.campaign import EPILOGUES, MEASURABLE_EPILOGUES, Campaign
from mlir_pr.domain import Domain
from mlir_pr.repeats import relative_error
from mlir_pr.runner import PlannedLayer
from mlir_pr.store import KnownEpilogue, Measurement, Store, StoredTarget, latency_of, merge

ROLE = "epilogue"
#: Slower by less than this is free.
_MARGIN = 0.02
#: Of the pairs, those that may be clearly slower.
_FEW = 0.25
#: Pairs a kind, by their rank in work, and rows of each layer on a machine with noise.
_RANKS = (0.1, 0.25, 0.4, 0.55, 0.7, 0.8, 0.9, 1.0)
_ROWS = 3
_DRAWN = 128
_FEWEST_PAIRS = 3

Measure = Callable[[Sequence[PlannedLayer]], None]


@dataclass
class Findings:
    known: list[KnownEpilogue] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def stated(campaign: Campaign) -> list[KnownEpilogue]:
    """What the configuration says of all operations behind the kinds that it names."""
    return [KnownEpilogue(kind, name, name in free, "stated", "stated by the user")
            for kind, free in campaign.free_epilogues.items() for name in EPILOGUES]


def is_wanted(campaign: Campaign) -> bool:
    return campaign.detect_epilogues not in ("never", [])


def detect(campaign: Campaign, info: _core.TargetInfo, domains: Sequence[Domain], store: Store,
           target: StoredTarget, measure: Measure) -> Findings:
    """`measure` is given what the store does not hold, and keeps it there."""
    pairs = [pair for one in domains for pair in _pairs(one, campaign, info)]
    times = 1 if drift.is_exact(info) else _ROWS
    have = _rows(store, target)
    texts = dict.fromkeys(text for pair in pairs for text in (pair.without, pair.having))
    # Round by round, so that no layer is measured in one bad minute alone.
    missing = [text for number in range(times) for text in texts if len(have[text]) <= number]
    measure([PlannedLayer(text, ROLE) for text in missing])
    have = _rows(store, target)
    findings = Findings()
    for kind, name in sorted({(pair.kind, pair.name) for pair in pairs}):
        own = [pair for pair in pairs if (pair.kind, pair.name) == (kind, name)]
        _judge(own, have, findings)
    return findings


def _rows(store: Store, target: StoredTarget) -> dict[str, list[Measurement]]:
    """Failed ones too: they are not tried again."""
    rows: dict[str, list[Measurement]] = collections.defaultdict(list)
    for row in store.measurements(target):
        if row.role == ROLE:
            rows[row.layer].append(row)
    return rows


# -- What is measured --------------------------------------------------------------


@dataclass(frozen=True)
class _Pair:
    kind: str
    name: str
    without: str
    having: str


def _pairs(one: Domain, campaign: Campaign, info: _core.TargetInfo) -> list[_Pair]:
    if campaign.detect_epilogues == "auto" and (info.description_hash or info.free_epilogue(one.kind)):
        return []
    names = MEASURABLE_EPILOGUES if campaign.detect_epilogues == "auto" \
        else campaign.detect_epilogues
    layers = _layers(one, info, campaign.seed) if one.kind not in campaign.free_epilogues else []
    pairs = []
    for name in names:
        for layer in layers:
            having = _with(layer, name)
            if having is not None and not info.why_illegal(having):
                pairs.append(_Pair(one.kind, name, layer.text, having.text))
    return pairs


def _layers(one: Domain, info: _core.TargetInfo, seed: int) -> list[_core.Layer]:
    """From little to much work, of those that multiply: other layers are as small as
    what would be fused behind them."""
    cube = qmc.Sobol(len(one.axes), scramble=True, seed=seed).random(_DRAWN)
    drawn = {layer.text: layer for layer in map(_plain, one.layers(cube))
             if layer is not None and layer.kind == one.kind and layer.work["macs"]
             and not info.why_illegal(layer)}
    ordered = sorted(drawn.values(), key=lambda layer: (layer.work["macs"], layer.text))
    places = [round(rank * (len(ordered) - 1)) for rank in _RANKS] if ordered else []
    return [ordered[i] for i in dict.fromkeys(places)]


def _plain(layer: _core.Layer | str) -> _core.Layer | None:
    if isinstance(layer, str):
        return None
    options = {name: value for name, value in layer.options.items() if name != "epilogue"}
    return _core.Layer.from_fields(layer.kind, layer.dims, options, layer.types)


def _with(layer: _core.Layer, name: str) -> _core.Layer | None:
    """None where the operation makes no sense: floats are not requantized."""
    types = layer.types
    operands, _, _ = types.partition(" -> ")
    if name == "requantize":
        first = operands.split(", ")[0]
        if not first.startswith(("i", "ui", "si")):
            return None
        types = f"{operands} -> {first}"
    return _core.Layer.from_fields(layer.kind, layer.dims, {**layer.options, "epilogue": name}, types)


# -- What it says ------------------------------------------------------------------


def _judge(pairs: Sequence[_Pair], have: dict[str, list[Measurement]], findings: Findings) -> None:
    kind, name = pairs[0].kind, pairs[0].name
    slower, errors = [], []
    for pair in pairs:
        rows = [[row for row in have[text] if row.ok] for text in (pair.without, pair.having)]
        if all(rows):
            without, having = (latency_of(merge(own)[0].measurement) for own in rows)
            slower.append(having / without - 1)
            errors.append(math.hypot(*map(relative_error, rows)))
    if len(slower) < _FEWEST_PAIRS:
        reason = next((row.error for pair in pairs for row in have[pair.having] if not row.ok),
                      f"{len(slower)} pairs are too few")
        findings.notes.append(f"nothing is known of {name} behind {kind}: {reason}")
        return
    known = KnownEpilogue(kind, name, *_verdict(slower, errors))
    findings.known.append(known)
    findings.notes.append(f"{name} behind {kind} is {'free' if known.free else 'not free'}: "
                          f"{known.evidence}")


def _verdict(slower: Sequence[float], errors: Sequence[float]) -> tuple[bool, str, str]:
    middle, count = statistics.median(slower), len(slower)
    spread = float(np.std(slower, ddof=1))
    error = 1.25 * max(statistics.median(errors), spread) / math.sqrt(count)
    clearly = sum(one > _MARGIN + 3 * of for one, of in zip(slower, errors))
    free = middle + 2 * error <= _MARGIN and clearly <= _FEW * count
    said = (f"{count} layers with it take {100 * middle:+.1f} % in the median, within "
            f"{100 * 2 * error:.1f} %; {clearly} are clearly slower")
    if not free and middle - 2 * error <= _MARGIN and clearly <= _FEW * count:
        said += "; noise leaves it open"
    return free, "measured", said
