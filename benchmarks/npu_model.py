# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""A machine that the described ones are too clean for: what a small NPU does beyond a
maximum of sums.

Three engines work at the same time, group by group of output channels: one fetches weights
in bursts, one multiplies stripes of output positions, one writes results. A group waits for
its weights, the first one for its rows of input too. What exceeds the buffer that inputs and
weights share is cut into bands of output rows, each a launch of its own that reads its rows
again, and the weights as well unless all of them fit beside. No figure is a product's.
"""
from __future__ import annotations

from dataclasses import dataclass
from typing import Sequence

from mlir_pr import _core


def _ceil_div(a: int, b: int) -> int:
    return -(-a // b)


@dataclass(frozen=True)
class Npu:
    """Widths in channels and positions, sizes in bytes, costs in cycles."""

    channels: int = 8
    stripe: int = 16
    output_cycles: int = 12
    burst_bytes: int = 32
    weight_burst_cycles: int = 12
    input_burst_cycles: int = 4
    launch_cycles: int = 500
    banks: int = 32
    bank_bytes: int = 4096

    def cycles(self, layer: _core.Layer) -> int:
        """Of a conv2d of bytes without groups, images one after the other."""
        conv = _Conv(layer.dims, self)
        return layer.dims["n"] * min(self._cut(conv, rows, resident)
                                     for rows, resident in self._ways(conv))

    def fits(self, layer: _core.Layer) -> bool:
        """Whether it runs in one piece."""
        conv = _Conv(layer.dims, self)
        return any(rows >= conv.rows for rows, _ in self._ways(conv))

    def _ways(self, conv: _Conv) -> list[tuple[int, bool]]:
        """Output rows that fit at once, with all weights resident or two groups of them."""
        found = []
        for resident in (True, False):
            weights = conv.group_bytes * (conv.groups if resident else min(2, conv.groups))
            free = (self.banks - _ceil_div(weights, self.bank_bytes)) * self.bank_bytes
            rows = (free // conv.line_bytes - conv.window) // conv.stride + 1
            if rows >= 1:
                found.append((min(rows, conv.rows), resident))
        return found or [(1, False)]

    def _cut(self, conv: _Conv, rows: int, resident: bool) -> int:
        total = 0
        for first in range(0, conv.rows, rows):
            loaded = resident and first > 0
            total += self._piece(conv, min(rows, conv.rows - first), loaded)
        return total

    def _piece(self, conv: _Conv, rows: int, weights_are_there: bool) -> int:
        positions = rows * conv.columns
        stripes = max(1, positions // self.stripe)
        # The last stripe takes what is left; none is shorter than a whole one.
        compute = conv.steps * max(positions, stripes * self.stripe)
        output = self.output_cycles * positions
        line = _ceil_div(conv.line_bytes, self.burst_bytes) * self.input_burst_cycles
        weights = 0 if weights_are_there else (
            _ceil_div(conv.group_bytes, self.burst_bytes) * self.weight_burst_cycles)
        all_rows = line * ((rows - 1) * conv.stride + conv.window)
        fetched = computed = written = 0
        starts: list[int] = []
        for group in range(conv.groups):
            # Two groups of weights at a time.
            fetched = max(fetched, starts[group - 1] if group > 1 else 0) + weights
            start = max(computed, fetched, line * conv.window if group == 0 else 0)
            starts.append(start)
            computed = start + compute
            if group == 0:
                computed = max(computed, all_rows + conv.steps * self.stripe)
            written = max(max(written, start) + output, computed + self.output_cycles)
        return self.launch_cycles + written


class _Conv:
    """What the machine sees of a layer."""

    def __init__(self, dims: dict[str, int], npu: Npu) -> None:
        blocks = _ceil_div(dims["ic"], npu.channels)
        taps = dims["kh"] * dims["kw"]
        self.groups = _ceil_div(dims["oc"], npu.channels)
        self.group_bytes = dims["ic"] * taps * min(npu.channels, dims["oc"])
        self.steps = blocks * taps
        self.rows, self.columns = dims["oh"], dims["ow"]
        self.stride = dims["sh"]
        self.window = (dims["kh"] - 1) * dims["dh"] + 1
        wide = (dims["ow"] - 1) * dims["sw"] + (dims["kw"] - 1) * dims["dw"] + 1
        self.line_bytes = (wide - dims["pl"] - dims["pr"]) * blocks * npu.channels


def cycles(npu: Npu, layers: Sequence[_core.Layer]) -> list[int]:
    return [npu.cycles(layer) for layer in layers]
