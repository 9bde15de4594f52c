# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""onednn-counted over onednn.layers and again over the last of them: the same
instructions both times, and a stair of eight output channels."""
import json
import sys

AGAIN = 14
rows = [json.loads(line) for line in open(sys.argv[1])]
first, second = rows[:-AGAIN], rows[-AGAIN:]
assert len(first) == 25, len(first)
for one, other in zip(first[-AGAIN:], second):
    assert one["layer"] == other["layer"], (one, other)
    assert one["status"] == "ok", one
    assert one["conditions"]["unit"] == "instructions", one
    # A matrix product aligns what it packs by the addresses that it gets.
    slack = 200 if one["conditions"]["operation"] == "matmul" else 0
    assert abs(one["cycles"] - other["cycles"]) <= slack, (one, other)

at_8, at_9, at_12, at_16, at_17 = (row["cycles"] for row in first[:5])
assert max(at_9, at_12) < 1.003 * at_16, "not flat from 9 to 16 channels"
assert at_16 > 1.3 * at_8 and at_17 > 1.2 * at_16, "no step after 8 or 16 channels"
