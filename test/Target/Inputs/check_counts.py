# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""onednn-counted over onednn.layers and again over the last of them: the same
instructions both times, and a stair of eight output channels."""
import json
import sys

first, second = ([json.loads(line) for line in open(name)] for name in sys.argv[1:])
assert len(first) == 25 and len(second) == 14, (len(first), len(second))
for one, other in zip(first[-len(second):], second):
    assert one["layer"] == other["layer"], (one, other)
    assert one["status"] == "ok", one
    assert one["conditions"]["unit"] == "instructions", one
    # The library's own allocations take a different path now and then.
    assert abs(one["cycles"] - other["cycles"]) <= 2 + 0.002 * one["cycles"], (one, other)

at_8, at_9, at_12, at_16, at_17 = (row["cycles"] for row in first[:5])
assert max(at_9, at_12) < 1.003 * at_16, "not flat from 9 to 16 channels"
assert at_16 > 1.3 * at_8 and at_17 > 1.2 * at_16, "no step after 8 or 16 channels"
