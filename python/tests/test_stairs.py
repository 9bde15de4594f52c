# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Sweeps as pictures: what is said of them, and where edges are drawn."""
import pytest
from rich.console import Console

from mlir_pr import _core, figures, stairs
from mlir_pr.store import Measurement


def layer(m):
    return f"matmul b=1 m={m} n=8 k=4 : i8, i8 -> i32"


def swept(latency):
    """What a campaign's fitter asks for, one row a measurement."""
    fitter = _core.StepFitter(1, 256)
    rows = []
    while (extent := fitter.next()) is not None:
        rows.append(Measurement(layer(extent), "sweep", cycles=latency(extent)))
        fitter.observe(extent, rows[-1].cycles)
    sweep, = [one for one in stairs.find_sweeps(rows) if one.dim == "m"]
    return sweep, fitter.result()


def drawn(sweep):
    console = Console(width=200)
    with console.capture() as capture:
        console.print(stairs.draw(sweep))
    return capture.get()


def uneven(x):
    return 185 + sum(18 if i % 6 == 0 else 5 * (1 + i * i % 7 % 2) for i in range(1, x))


@pytest.mark.parametrize("latency, said", [
    (lambda x: 500 + 300 * -(-x // 8), "fitted: every 8 (flat)"),
    (lambda x: 500 + 300 * -(-(x + 3) // 8), "fitted: every 8 from 5 (flat)"),
    (lambda x: 500 + 300 * -(-x // 8) + 20 * x, "fitted: every 8 (ramps)"),
    (lambda x: 500 + 300 * max(12, -(-x // 8)), "fitted: every 8 over 96 .. 256 (flat)"),
    (lambda x: 5000, "fitted: no step: all latencies are equal"),
    (lambda x: 9000 - 2 * x, "fitted: no step: latency falls with size"),
])
def test_a_picture_says_what_was_fitted(latency, said):
    sweep, _ = swept(latency)
    text = drawn(sweep)
    assert said in text
    assert "●" in text and "─" in text


def test_a_picture_shows_what_the_campaign_found():
    # Only an exact machine shows this step, and only repetitions show that it is one.
    sweep, fit = swept(uneven)
    assert [step.width for step in fit.steps] == [step.width for step in sweep.fit.steps] != []


def test_edges_are_drawn_where_the_lattice_has_steps():
    sweep, _ = swept(lambda x: 500 + 300 * -(-x // 8))

    def edges(*steps):
        return figures._edges(sweep, _core.Lattice("matmul", list(steps), {}))

    measured = [extent for extent, _ in sweep.points]
    assert edges() == edges(_core.Step("m", 1)) == edges(_core.Step("n", 8)) == []
    assert edges(_core.Step("m", 8)) == [x for x in measured if x % 8 == 0]
    assert edges(_core.Step("m", 8, region_low=33)) == [x for x in measured if x % 8 == 0 and x > 33]
    figures.stair(sweep, _core.Lattice("matmul", [_core.Step("m", 1)], {}), "cycles")
