# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""The pictures of the report."""
from __future__ import annotations

from typing import Mapping, Sequence

import matplotlib

matplotlib.use("Agg")

import numpy as np  # noqa: E402
from matplotlib.figure import Figure  # noqa: E402

from mlir_pr import _core  # noqa: E402
from mlir_pr.learningcurve import ALL, LearningCurve  # noqa: E402
from mlir_pr.stairs import Sweep  # noqa: E402
from mlir_pr.store import latency_of  # noqa: E402

_SIZE = (5.6, 3.6)
#: Distinguishable for colour-blind readers (Okabe and Ito).
_COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000")


def stair(sweep: Sweep, lattice: _core.Lattice, unit: str) -> Figure:
    """A sweep's points over the steps that the lattice says."""
    figure = Figure(figsize=_SIZE, layout="constrained")
    axes = figure.subplots()
    extents = [extent for extent, _ in sweep.points]
    for edge in _edges(sweep, lattice):
        axes.axvline(edge + 0.5, color="#cfd6df", linewidth=0.8, zorder=0)
    if sweep.fit is not None:
        axes.plot(*zip(*sweep.fit.curve), linewidth=1, color=_COLOURS[2], drawstyle="steps-mid",
                  label="fitted")
    axes.plot(extents, [latency_of(row) for _, row in sweep.points], ".", markersize=4,
              color=_COLOURS[0], label="measured")
    representatives = [(extent, row) for extent, row in sweep.points
                       if extent in _edges(sweep, lattice)]
    axes.plot([extent for extent, _ in representatives],
              [latency_of(row) for _, row in representatives], "o", markersize=6,
              markerfacecolor="none", color=_COLOURS[1], label="representative")
    axes.set_xlabel(sweep.axis)
    axes.set_ylabel(unit)
    axes.set_ylim(bottom=0)
    axes.legend(frameon=False, loc="upper left")
    return figure


def _edges(sweep: Sweep, lattice: _core.Lattice) -> list[int]:
    """The last points of the plateaus that the sweep crosses; none where the lattice
    has no step."""
    def is_stepped(extent: int) -> bool:
        return any(step.dim == sweep.dim and step.width > 1 and extent >= step.region_low
                   and (step.region_high is None or extent <= step.region_high)
                   for step in lattice.steps)
    layer = _core.Layer.parse(sweep.layer)
    extents = [extent for extent, _ in sweep.points if is_stepped(extent)]
    rounded = {lattice.representative(layer.replace(**{sweep.dim: extent})).dims[sweep.dim]
               for extent in extents}
    return sorted(rounded & set(extents))


def predicted_against_measured(points: Mapping[str, tuple[Sequence[float], Sequence[float]]],
                               unit: str) -> Figure:
    """One colour a kind, (measured, predicted) each, both axes logarithmic."""
    figure = Figure(figsize=(_SIZE[0], 4.6), layout="constrained")
    axes = figure.subplots()
    everything = np.concatenate([np.concatenate(pair) for pair in points.values()])
    ends = np.array([everything.min() / 1.3, everything.max() * 1.3])
    axes.fill_between(ends, ends * 0.9, ends * 1.1, color="#e8edf3", linewidth=0, label="±10 %")
    axes.plot(ends, ends, color="#9aa5b3", linewidth=0.8)
    for (kind, (measured, predicted)), colour in zip(points.items(), _cycle(len(points))):
        axes.plot(measured, predicted, ".", markersize=4, alpha=0.7, color=colour, label=kind)
    axes.set(xscale="log", yscale="log", xlim=ends, ylim=ends, xlabel=f"measured [{unit}]",
             ylabel=f"predicted [{unit}]")
    axes.legend(frameon=False, markerscale=2)
    return figure


def error_by_kind(errors: Mapping[str, Sequence[float]]) -> Figure:
    """Signed relative errors: the box holds the middle half, whiskers 5 to 95 %."""
    figure = Figure(figsize=(_SIZE[0], 1.4 + 0.45 * len(errors)), layout="constrained")
    axes = figure.subplots()
    kinds = list(errors)[::-1]
    axes.boxplot([100 * np.asarray(errors[kind]) for kind in kinds], vert=False, labels=kinds,
                 whis=(5, 95), flierprops={"marker": ".", "markersize": 3,
                                           "markeredgecolor": _COLOURS[1]},
                 medianprops={"color": _COLOURS[0]})
    axes.axvline(0, color="#9aa5b3", linewidth=0.8, zorder=0)
    axes.set_xlabel("prediction − measurement [%]")
    return figure


def _cycle(count: int) -> list[str]:
    return [_COLOURS[i % len(_COLOURS)] for i in range(count)]


def learning_curve(curve: LearningCurve, test_set: str = ALL) -> Figure:
    """Mean error of each learner, its range over the seeds shaded."""
    figure = Figure(figsize=_SIZE, layout="constrained")
    axes = figure.subplots()
    for name, colour in zip(curve.errors, _cycle(len(curve.errors))):
        rows = np.array([(budget, *curve.mape(name, budget, test_set))
                         for budget in curve.budgets])
        budgets, mean, least, most = rows[~np.isnan(rows[:, 1])].T
        axes.fill_between(budgets, 100 * least, 100 * most, color=colour, alpha=0.15, linewidth=0)
        axes.plot(budgets, 100 * mean, "o-", markersize=4, linewidth=1, color=colour, label=name)
    axes.set(xscale="log", yscale="log", xlabel="measurements", ylabel="MAPE [%]")
    axes.legend(frameon=False)
    return figure
