# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""A target whose latency falls off cliffs has no stair, and none is found."""
import random

import pytest

from mlir_pr import _core

#: Microseconds that code of IREE 3.13 (llvm-cpu, examples/iree_runner.py) took on an AVX-512
#: processor for conv2d ic=16 oh=28 ow=28 kh=3 kw=3 ph=1 pw=1 with 1, 2, ... output channels.
IREE = [
    59, 40, 55, 70, 85, 100, 116, 130, 145, 160, 176, 190, 205, 221, 237, 137,
    266, 154, 296, 169, 325, 185, 356, 201, 387, 217, 417, 233, 447, 249, 476, 148,
    192, 281, 538, 164, 568, 313, 225, 181, 628, 241, 659, 199, 259, 377, 719, 218,
    752, 411, 292, 233, 813, 308, 840, 252, 326, 475, 903, 267, 933, 505, 359, 224,
]


@pytest.mark.parametrize("seed", range(6))
def test_no_stair_is_seen_in_cliffs(seed):
    noise = random.Random(seed)
    fitter = _core.StepFitter(1, len(IREE))
    while (extent := fitter.next()) is not None:
        fitter.observe(extent, IREE[extent - 1] * (noise.gauss(1, 0.02) if seed else 1.0))
    assert [(step.width, step.plateau) for step in fitter.result().steps] == []
