# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""architectures/gemmini.mlir: instructions counted here in another way, checkpoints of
docs/design/Gemmini.md, and a sample of the published measurements."""
from __future__ import annotations

import itertools
import json
import math
import random
import subprocess
from pathlib import Path

import pytest

from mlir_pr import toolchain
from mlir_pr.tables import read_table

BENCHMARKS = Path(__file__).resolve().parents[2] / "benchmarks"
CALIBRATION = BENCHMARKS.parents[1] / "shared" / "data" / "gemmini-rtl" / "calibration.csv"
DIM = 16


def explain(layers, folder, **parameters):
    file = folder / "layers.txt"
    file.write_text("".join(layer + "\n" for layer in layers))
    chosen = ",".join(f"{name}={value}" for name, value in parameters.items())
    done = subprocess.run([toolchain.bench_opt(), f"--target=gemmini[{chosen}]" if chosen else "--target=gemmini",
                           "--explain=json", "--layers", file],
                          capture_output=True, text=True, check=False)
    assert done.stdout, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


def instructions(reply):
    """(tiles, loads, pairs, stores) that were carried out."""
    assert reply.get("error") is None, reply
    count = {unit["name"]: unit["instructions"] for unit in reply["units"]}
    return (count["rocket"] - 1) // 2, count["reader"], count["array"] // 2, count["writer"]


def up(a, b):
    return -(-a // b)


def parts(extent, size):
    return [(begin, min(size, extent - begin)) for begin in range(0, extent, size)]


def runs(low, inside, high):
    return up(inside, DIM) + (low > 0) + (high > 0)


def conv_counts(ic, oc, out, kernel, stride, tile):
    """`tile`: output rows and columns, output channels, kernel rows and columns, input
    channels."""
    size, padding = out * stride, kernel // 2
    result = (size + 2 * padding - kernel) // stride + 1
    extents = (result, result, oc, kernel, kernel, ic)
    tiles = loads = pairs = stores = 0
    for (row, rows), (column, columns), (_, ochs), (krow, krows), (kcol, kcols), (ich, ichs) in \
            itertools.product(*map(parts, extents, tile)):
        tiles += 1
        high, wide = rows * stride + krows - 1, columns * stride + kcols - 1
        left = max(0, padding - column * stride - kcol)
        right = max(0, column * stride + kcol + wide - size - padding)
        loads += high * up(ichs, 64) * runs(left, wide - left - right, right)
        loads += up(ochs, 64) * krows * kcols * up(ichs, DIM)
        blocks = rows * up(columns, DIM) * up(ochs, DIM)
        if krow == kcol == ich == 0:
            loads += blocks
        if (krow + krows, kcol + kcols, ich + ichs) == (kernel, kernel, ic):
            stores += blocks
        pairs += blocks * krows * kcols * up(ichs, DIM)
    return tiles, loads, pairs, stores


def conv_layer(ic, oc, out, kernel, stride, schedule=""):
    return (f"conv2d ic={ic} oc={oc} ih={out * stride} iw={out * stride} kh={kernel} kw={kernel} sh={stride} "
            f"sw={stride} ph={kernel // 2} pw={kernel // 2}{schedule} : i8, i8 -> i8")


def library_tile(extents, stride, spad, acc):
    """Gemmini's own choice, as its C source words it."""
    v = [1, *extents]  # batch, output rows and columns and channels, kernel, input channels

    def fits(v):
        high, wide = v[1] * stride + v[4] - 1, v[2] * stride + v[5] - 1
        rows = up(v[6], DIM) * v[0] * high * wide + up(v[3], DIM) * v[5] * v[4] * v[6]
        return rows <= spad and up(v[3], DIM) * v[0] * v[1] * v[2] <= acc

    while not fits(v):
        most = max(range(7), key=lambda i: (-1 if i == 2 and v[2] <= DIM and v[1] > 1 else v[i], -i))
        if most in (3, 6):
            v[most] = max(1, v[most] - (v[most] % DIM or DIM))
        else:
            v[most] -= 1

    def grow(i):
        larger = [*v[:i], v[i] + 1, *v[i + 1:]]
        if larger[i] > (1, *extents)[i] or not fits(larger):
            return False
        v[i] += 1
        return True

    while grow(2):
        pass
    while any([grow(i) for i in range(7)]):
        pass
    return tuple(v[1:])


def random_layer(draw):
    return (draw.choice([1, 3, 16, 40, 70, 130]), draw.choice([2, 16, 36, 80, 150]), draw.randint(2, 12),
            *draw.choice([(1, 1), (3, 1), (3, 2), (2, 1), (7, 2), (1, 2)]))


def test_a_given_tile_issues_what_the_loops_say(tmp_path):
    draw = random.Random(1)
    layers, expected = [], []
    for _ in range(12):
        ic, oc, out, kernel, stride = layer = random_layer(draw)
        tile = tuple(draw.randint(1, extent) for extent in (out, out, oc, kernel, kernel, ic))
        names = ("oh", "ow", "oc", "kh", "kw", "ic")
        levels = ",".join(f"{name}:{size}" for name, size in zip(names, tile))
        # A nest that names no outer order means the default one, as a tile does.
        spelling = draw.choice([" tile=", " nest=n:1|"])
        layers.append(conv_layer(*layer, spelling + levels))
        expected.append(conv_counts(*layer, tile))
    assert [instructions(reply) for reply in explain(layers, tmp_path)] == expected


def test_own_tiles_are_those_of_the_library(tmp_path):
    draw = random.Random(2)
    layers, expected = [], []
    for _ in range(8):
        ic, oc, out, kernel, stride = layer = random_layer(draw)
        result = (out * stride + 2 * (kernel // 2) - kernel) // stride + 1
        tile = library_tile((result, result, oc, kernel, kernel, ic), stride, 1024, 64)
        layers.append(conv_layer(*layer))
        expected.append(conv_counts(*layer, tile))
    replies = explain(layers, tmp_path, scratchpad_rows=2048, accumulator_rows=128)
    assert [instructions(reply) for reply in replies] == expected


#: Layer, base, (tiles, loads, pairs, stores), cycles that the RTL was published to take.
CHECKPOINTS = [
    ("matmul m=128 n=128 k=64 nest=n:8|n:16x|k:4,m:8,k:16x|m:16", 16, (8, 96, 256, 64), 8_874),
    ("matmul m=128 n=128 k=64", 16, (4, 40, 256, 24), 7_405),
    ("conv1d oc=1000 ic=2048 ow=1 kw=1 nest=oc:2,ic:8|oc:10x|oc:50,ic:16,ic:16x|n:1", 32, (24, 2_272, 8_064, 17),
     321_284),
    ("conv2d oc=36 ic=256 oh=4 ow=4 kh=3 kw=3 ph=1 pw=1 nest=n:1|oc:12x|oc:3,kh:3,kw:3,ic:16,ow:2,ic:16x|oh:4,ow:2",
     40, (1, 228, 1_728, 12), 25_773),
]


@pytest.mark.parametrize("layer, base, counts, cycles", CHECKPOINTS)
def test_checkpoints(layer, base, counts, cycles, tmp_path):
    reply, = explain([layer + " : i8, i8 -> i8"], tmp_path, base=base)
    assert instructions(reply) == counts
    assert math.isclose(reply["cycles"], cycles, rel_tol=0.05)


def test_the_order_of_the_outer_loops_counts(tmp_path):
    layer = "conv2d oc=64 ic=64 oh=18 ow=8 kh=1 kw=1 nest={}|oc:16,ic:16,oh:9,ow:8|n:1 : i8, i8 -> i8"
    inner, outer = explain([layer.format("oc:4,oh:2,ic:4"), layer.format("ic:4,oc:4,oh:2")], tmp_path)
    assert inner["instructions"] == outer["instructions"]
    # With the input channels outside, the sums of a tile are not complete before the last round.
    assert inner["cycles"] != outer["cycles"]


def test_what_is_refused_says_why(tmp_path):
    dilated, uneven, grown = explain([
        "conv2d oc=4 ic=4 oh=8 ow=8 kh=3 kw=3 dh=2 dw=2 : i8, i8 -> i8",
        "conv2d oc=4 ic=4 oh=8 ow=8 kh=3 kw=3 sh=2 sw=1 : i8, i8 -> i8",
        "depthwise_conv2d c=4 oh=8 ow=8 kh=3 kw=3 nest=oh:2|oh:4 : i8, i8 -> i8"], tmp_path)
    assert "'dh' of conv2d is 2" in dilated["error"]
    assert "the strides of rows and columns must be equal" in uneven["error"]
    assert "takes no loop nest" in grown["error"]


@pytest.mark.skipif(not CALIBRATION.exists(), reason="needs ../shared")
def test_published_measurements(tmp_path):
    rows = [row for row in read_table(CALIBRATION, BENCHMARKS / "gemmini-given.yaml", True).rows
            if row.cycles < 60_000]
    replies = explain([row.layer for row in rows], tmp_path)
    errors = [abs(reply["cycles"] / row.cycles - 1) for reply, row in zip(replies, rows)]
    assert len(rows) >= 8
    assert sum(errors) / len(errors) < 0.10
