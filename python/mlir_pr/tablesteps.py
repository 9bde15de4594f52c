# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Steps in a table that nobody can measure again.

Where a target exists only as measurements, nothing can be swept. But a base whose
work terms are rounded on the right widths explains held-out rows far better than
one on the wrong widths or none. So widths are tried dimension by dimension, each
with a small base fitted to one half of the rows and judged on the other, and kept
where the error falls. What is found later can show that an earlier width was too
wide, so widths are tried again. At the end, leaving out a step must raise the error by
much, the more so where few of its edges were seen: else it is a curve that a coarse
rounding happens to follow.

What sweeps or users say of steps is held against the rows as well.
"""
from __future__ import annotations

from dataclasses import dataclass
from typing import Mapping, Sequence

import numpy as np
import numpy.typing as npt

from mlir_pr import _core
from mlir_pr.kindmodel import errors_of_cases

FloatArray = npt.NDArray[np.float64]

_WIDTHS = (2, 4, 8, 16, 32, 64, 128, 256)
#: Error that may be left, as a share, for a step to be tried on, a ramp believed, or a step
#: of a sweep left out.
_BELIEVED = 0.85
#: The same for a step to be kept at the end, of what is left without it; and where
#: the rows show no more than three of its edges.
_KEPT, _KEPT_FEW_EDGES = 0.7, 0.4
#: An error, as a share: less is as good.
_NEGLIGIBLE = 1e-3
_MOST_ROWS = 800
_FEWEST_GROUPS = 60
_BRANCHES = 3
#: Of rows whose extent is no multiple of a width: fewer do not show the step.
_FEWEST_OFF_GRID = 0.1
#: What a base needs to tell resources apart, as raw counts and in steps.
_COUNTS = ("launch", "macs", "operations", "output_bytes", "input_bytes", "weight_bytes")


def find_steps(layers: Sequence[_core.Layer], latencies: FloatArray,
               groups: npt.NDArray[np.int64], known: _core.Lattice) -> _core.Lattice:
    """The lattice with the steps that the rows show in dimensions of which nothing
    is known yet. The same rows give the same steps."""
    if np.unique(groups).size < _FEWEST_GROUPS:
        return known
    judge = _Judge(layers, latencies, groups)
    dims = _open_dims(judge.layers, known)
    return _Search(judge, dims, known).run() if dims else known


def settle_plateaus(layers: Sequence[_core.Layer], latencies: FloatArray,
                    groups: npt.NDArray[np.int64], known: _core.Lattice) -> _core.Lattice:
    """The lattice with those plateaus marked as ramps that were said to be flat,
    or seen to be flat at one point, and on which the rows differ. Steps derived
    from a description are left alone."""
    doubtful = [i for i, step in enumerate(known.steps) if step.width > 1
                and step.plateau == "flat" and step.knowledge != "white"]
    if np.unique(groups).size < _FEWEST_GROUPS or not doubtful:
        return known
    judge = _Judge(layers, latencies, groups)
    best, result = judge.error(known), known
    for i in doubtful:
        changed = _with_ramp(result, i)
        if (error := judge.error(changed)) < best * _BELIEVED:
            best, result = error, changed
    return result


def without_refuted(layers: Sequence[_core.Layer], latencies: FloatArray,
                    groups: npt.NDArray[np.int64], known: _core.Lattice) -> _core.Lattice:
    """The lattice without those steps of sweeps without which a base explains held-out rows
    better: a library has them in one kernel and not in the next. Where a dimension has a flat
    one they all stay, for rows may be rounded up on it."""
    flat = {step.dim for step in known.steps if step.width > 1 and step.plateau == "flat"}
    doubtful = [step for step in known.steps if step.width > 1 and step.dim not in flat
                and step.knowledge in ("black", "gray")]
    if np.unique(groups).size < _FEWEST_GROUPS or not doubtful:
        return known

    best, result = errors_of_cases(layers, latencies, groups, known), known
    for step in doubtful:
        fewer = _without(result, step)
        left = errors_of_cases(layers, latencies, groups, fewer)
        if _share_left(best, left) < _BELIEVED:
            best, result = left, fewer
    return result


def _share_left(before: Mapping[str, float], after: Mapping[str, float]) -> float:
    """The geometric mean over the cases: sweeps fill one of them with rows, which must not
    decide for the others."""
    shares = [max(after[case], _NEGLIGIBLE) / max(before[case], _NEGLIGIBLE)
              for case in before if case in after]
    return float(np.exp(np.mean(np.log(shares))))


def _without(lattice: _core.Lattice, step: _core.Step) -> _core.Lattice:
    """Says so where the dimension is left without a step."""
    steps = [one for one in lattice.steps if one != step]
    if all(one.dim != step.dim for one in steps):
        steps.append(_core.Step(step.dim, 1, knowledge=step.knowledge, evidence=(
            f"measured layers are explained better without the step of {step.width}")))
    return _core.Lattice(lattice.kind, steps, lattice.maximum)


def _with_ramp(lattice: _core.Lattice, index: int) -> _core.Lattice:
    steps = lattice.steps
    old = steps[index]
    evidence = "; ".join(part for part in (old.evidence, "measured layers on one plateau differ")
                         if part)
    steps[index] = _core.Step(old.dim, old.width, old.offset, old.region_low, old.region_high,
                              old.resource, "ramps", old.knowledge, evidence)
    return _core.Lattice(lattice.kind, steps, lattice.maximum)


def _open_dims(layers: Sequence[_core.Layer], known: _core.Lattice) -> dict[str, list[int]]:
    """Dimensions without a known step, and the widths that the rows could show
    there."""
    info = next(one for one in _core.layer_kinds() if one["name"] == known.kind)
    taken = {step.dim for step in known.steps}
    result: dict[str, list[int]] = {}
    for dim in info["dims"]:
        name = dim["name"]
        if dim["role"] not in ("extent", "output") or name == "g" or name in taken:
            continue
        values = np.array([layer.dims[name] for layer in layers])
        widths = [width for width in _WIDTHS if 2 * width <= values.max()
                  and np.mean(values % width != 0) >= _FEWEST_OFF_GRID]
        if widths:
            result[name] = widths
    return result


@dataclass
class _Part:
    layers: list[_core.Layer]
    latencies: FloatArray


class _Judge:
    """How well a small base on a lattice explains rows that it was not fitted to."""

    def __init__(self, layers: Sequence[_core.Layer], latencies: FloatArray,
                 groups: npt.NDArray[np.int64]) -> None:
        order = np.random.RandomState(0).permutation(len(layers))[:_MOST_ROWS]
        self.layers = [layers[i] for i in order]
        # Groups alternate between the halves, so that none is in both.
        half = np.unique(groups[order], return_inverse=True)[1] % 2
        self._halves = [_Part([layers[i] for i in order[half == side]],
                              latencies[order[half == side]]) for side in (0, 1)]

    def error(self, lattice: _core.Lattice) -> float:
        """Mean absolute log error on the half that was not fitted, each at most 1."""
        terms = [term for term in _core.work_terms(lattice) if term.split("@")[0] in _COUNTS]
        errors = []
        for seen, unseen in (self._halves, self._halves[::-1]):
            base, _ = _core.fit_base(seen.layers, seen.latencies, lattice, terms=terms,
                                     branches=_BRANCHES)
            ratio = np.maximum(base.predict(unseen.layers, lattice) / unseen.latencies, 1e-3)
            errors.append(np.minimum(np.abs(np.log(ratio)), 1))
        return float(np.concatenate(errors).mean())


class _Search:
    """Adds the width that helps most, as long as one does."""

    def __init__(self, judge: _Judge, dims: dict[str, list[int]], known: _core.Lattice) -> None:
        self._judge, self._dims, self._known = judge, dims, known
        self._largest = {dim: max(layer.dims[dim] for layer in judge.layers) for dim in dims}
        self._steps: dict[str, int] = {}
        self._none = self._best = self._error({})

    def run(self) -> _core.Lattice:
        while True:
            error, dim, width = self._best_addition()
            if error > self._best * _BELIEVED:
                break
            self._steps[dim], self._best = width, error
            self._improve()
        # Only now: as long as one step is missing, its error hides what others do.
        for dim in [dim for dim in self._steps if not self._is_stair(dim)]:
            del self._steps[dim]
        self._best = self._error(self._steps)
        if not self._steps:
            return self._known
        return self._lattice(self._steps, "error of a base on held-out rows "
                             f"{100 * self._none:.1f} % without steps, {100 * self._best:.1f} % "
                             "with those found")

    def _is_stair(self, dim: str) -> bool:
        others = {name: width for name, width in self._steps.items() if name != dim}
        few_edges = 4 * self._steps[dim] > self._largest[dim]
        return self._best < (_KEPT_FEW_EDGES if few_edges else _KEPT) * self._error(others)

    def _lattice(self, steps: dict[str, int], evidence: str = "") -> _core.Lattice:
        found = [_core.Step(dim, width, knowledge="black", evidence=evidence)
                 for dim, width in sorted(steps.items())]
        return _core.Lattice(self._known.kind, [*self._known.steps, *found],
                             self._known.maximum)

    def _error(self, steps: dict[str, int]) -> float:
        return self._judge.error(self._lattice(steps))

    def _best_addition(self) -> tuple[float, str, int]:
        tried = [(self._error({**self._steps, dim: width}), dim, width)
                 for dim, widths in self._dims.items() if dim not in self._steps
                 for width in widths]
        return min(tried, default=(float("inf"), "", 0))

    def _improve(self) -> None:
        """Tries the other widths of what was found."""
        for dim in list(self._steps):
            for width in self._dims[dim]:
                changed = {**self._steps, dim: width}
                if (error := self._error(changed)) < self._best:
                    self._steps, self._best = changed, error
