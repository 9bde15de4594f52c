# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Random small layers, and the job that each is for the array."""

import random

TYPES = " : i8, i8 -> i32"


class Layer:
    """A text, and the job (G, M, N, positions, channels) it is."""

    def __init__(self, text, *job):
        self.text = text + TYPES
        self.job = job


def random_matmul(rnd):
    b, m, n, k = rnd.choice([1, 1, 2]), *(rnd.randint(1, 30) for _ in range(3))
    return Layer(f"matmul b={b} m={m} n={n} k={k}", b, m, n, 1, k)


def random_axis(rnd, letter, low, high):
    """One spatial dimension, padding included that leaves some input."""
    out, kernel = rnd.randint(1, 7), rnd.randint(1, 4)
    stride, dilation = rnd.randint(1, 3), rnd.randint(1, 2)
    taps = (kernel - 1) * dilation + 1  # no window lies in the padding
    extent = (out - 1) * stride + taps
    before = rnd.randint(0, min(3, taps - 1))
    after = rnd.randint(0, min(3, taps - 1, extent - 1 - before))
    text = (f"o{letter}={out} k{letter}={kernel} s{letter}={stride} d{letter}={dilation} "
            f"{low}={before} {high}={after}")
    return text, out, kernel


def random_conv2d(rnd):
    n, g = rnd.choice([1, 1, 2]), rnd.choice([1, 1, 1, 2])
    oc, ic = rnd.randint(1, 11), rnd.randint(1, 15)
    ic = max(ic, 2)  # of a group; with one it would be depthwise
    rows, oh, kh = random_axis(rnd, "h", "pt", "pb")
    columns, ow, kw = random_axis(rnd, "w", "pl", "pr")
    return Layer(f"conv2d n={n} g={g} oc={g * oc} ic={g * ic} {rows} {columns} layout=nhwc",
                 g, n * oh * ow, oc, kh * kw, ic)


def random_conv1d(rnd):
    n, g = rnd.choice([1, 1, 2]), rnd.choice([1, 1, 3])
    oc, ic = rnd.randint(1, 11), rnd.randint(2, 15)
    columns, ow, kw = random_axis(rnd, "w", "pl", "pr")
    return Layer(f"conv1d n={n} g={g} oc={g * oc} ic={g * ic} {columns}", g, n * ow, oc, kw, ic)


def random_depthwise(rnd):
    n, c, m = rnd.choice([1, 1, 2]), rnd.randint(1, 9), rnd.choice([1, 1, 2])
    rows, oh, kh = random_axis(rnd, "h", "pt", "pb")
    columns, ow, kw = random_axis(rnd, "w", "pl", "pr")
    return Layer(f"depthwise_conv2d n={n} c={c} m={m} {rows} {columns}",
                 c, n * oh * ow, m, kh * kw, 1)


def random_layers(seed, count):
    rnd = random.Random(seed)
    kinds = [random_matmul, random_matmul, random_conv1d, random_conv2d, random_conv2d,
             random_depthwise]
    return [rnd.choice(kinds)(rnd) for _ in range(count)]
