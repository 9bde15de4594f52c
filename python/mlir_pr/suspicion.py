# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Measurements that their neighbours contradict.

Two witnesses: a layer that is as large in every dimension and faster by more than
noise, and a quick fit of work terms that has not seen the measurement. Either may be
wrong, a target need not be monotonic and a fit misses steps, so that a suspect is
measured again, never dropped.
"""
from __future__ import annotations

import collections
import math
from dataclasses import dataclass
from typing import Iterable, Sequence

import numpy as np
import numpy.typing as npt

from mlir_pr import _core
from mlir_pr.domain import swept_dimensions
from mlir_pr.kindmodel import model_layer, shape_of

FloatArray = npt.NDArray[np.float64]

#: A smaller layer may take this much longer, and four errors of both.
_SLOWER = 0.25
_ERRORS = 4.0
#: Off the fit: beyond this factor, and beyond what others are off.
_FACTOR = 1.5
_DEVIATIONS = 6.0
#: Of a kind, for a fit.
_FEWEST = 24
_FOLDS = 5


@dataclass(frozen=True)
class Point:
    layer: _core.Layer
    latency: float
    #: Relative.
    error: float = 0.0


@dataclass(frozen=True)
class Suspect:
    layer: str
    reason: str
    #: By what factor it is off.
    factor: float


def find(points: Sequence[Point], info: _core.TargetInfo) -> list[Suspect]:
    """The worst first, each layer once."""
    found: dict[str, Suspect] = {}
    for kind in sorted({point.layer.kind for point in points}):
        own = sorted((point for point in points if point.layer.kind == kind),
                     key=lambda point: point.layer.text)
        for suspect in [*_against_order(own), *_against_fit(own, info)]:
            known = found.get(suspect.layer)
            if known is None or known.factor < suspect.factor:
                found[suspect.layer] = suspect
    return sorted(found.values(), key=lambda one: (-one.factor, one.layer))


# -- Larger and faster -----------------------------------------------------------


def _against_order(points: Sequence[Point]) -> Iterable[Suspect]:
    """Layers alike in all but their extents are compared."""
    alike: dict[str, list[Point]] = collections.defaultdict(list)
    for point in points:
        alike[_frame(point.layer)].append(point)
    for same in alike.values():
        yield from _blamed(same)


def _frame(layer: _core.Layer) -> str:
    extents = swept_dimensions(layer.kind)
    kept = {name: value for name, value in layer.dims.items() if name not in extents}
    return f"{sorted(kept.items())} {sorted(layer.options.items())} {layer.types}"


def _blamed(points: Sequence[Point]) -> Iterable[Suspect]:
    """The fewest layers without which no contradiction is left: one that many others
    contradict is the wrong one. Of two that contradict each other, both."""
    excess = _excess(points)
    while excess.size and excess.max() > 0:
        counts = (excess > 0).sum(axis=0) + (excess > 0).sum(axis=1)
        blamed = np.flatnonzero(counts == counts.max())
        if counts.max() > 1:
            blamed = blamed[:1]
        for i in blamed:
            against = int(max((excess[i] > 0).sum(), (excess[:, i] > 0).sum()))
            if against:
                factor = float(max(excess[i].max(), excess[:, i].max()))
                yield Suspect(points[i].layer.text, _said(against, factor, excess[i].max() > 0),
                              factor)
        excess[blamed, :] = excess[:, blamed] = 0


def _said(against: int, factor: float, is_slow: bool) -> str:
    how = "slower than" if is_slow else "faster than"
    size = "larger" if is_slow else "smaller"
    return f"{how} {against} {size} layers, up to {factor:.2f} times"


def _excess(points: Sequence[Point]) -> FloatArray:
    """[i, j]: by what factor layer i is slower than the larger layer j, 0 where that
    is no contradiction."""
    names = swept_dimensions(points[0].layer.kind)
    extents = np.array([[point.layer.dims[name] for name in names] for point in points])
    latency = np.array([point.latency for point in points])
    error = np.array([point.error for point in points])
    ratio = latency[:, None] / latency[None, :]
    limit = 1 + _SLOWER + _ERRORS * (error[:, None] + error[None, :])
    inside = np.ones_like(ratio, dtype=bool)
    for column in extents.T:
        inside &= column[:, None] <= column[None, :]
    return np.where(inside & (ratio > limit), ratio, 0.0)


# -- Off a fit -------------------------------------------------------------------


def _against_fit(points: Sequence[Point], info: _core.TargetInfo) -> Iterable[Suspect]:
    if len(points) < _FEWEST:
        return
    ratio = np.log(np.array([point.latency for point in points]) / _unseen(points, info))
    ratio -= np.median(ratio)
    deviation = 1.4826 * float(np.median(np.abs(ratio)))
    limit = max(math.log(_FACTOR), _DEVIATIONS * deviation)
    for point, off in zip(points, ratio):
        if abs(off) > limit + _ERRORS * point.error:
            factor = math.exp(abs(off))
            how = "slower" if off > 0 else "faster"
            yield Suspect(point.layer.text, f"{factor:.2f} times {how} than a fit of the others",
                          factor)


def _unseen(points: Sequence[Point], info: _core.TargetInfo) -> FloatArray:
    """What a base fitted to the other points says of each."""
    layers = [model_layer(point.layer, info) for point in points]
    latencies = np.array([point.latency for point in points])
    lattice = info.lattice(layers[0].kind)
    groups = np.arange(len(layers), dtype=np.int64)
    _, compared = _core.fit_base(layers, latencies, lattice, groups, max_branches=2, folds=_FOLDS)
    chosen = next(row for row in compared if row["chosen"])
    fold_of = np.random.RandomState(0).permutation(len(layers)) % _FOLDS
    predicted = np.empty_like(latencies)
    for fold in range(_FOLDS):
        seen, unseen = np.flatnonzero(fold_of != fold), np.flatnonzero(fold_of == fold)
        base, _ = _core.fit_base([layers[i] for i in seen], latencies[seen], lattice, groups[seen],
                                 **shape_of(chosen))
        predicted[unseen] = base.predict([layers[i] for i in unseen], lattice)
    return np.maximum(predicted, 1.0)
