# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
import pytest

from mlir_pr.units import cycles_to_picoseconds, format_duration, format_time


@pytest.mark.parametrize("ps, text", [
    (None, "-"), (0, "0 ps"), (999, "999 ps"), (1000, "1.00 ns"), (999_499, "999 ns"),
    (999_500, "1.00 µs"), (12_345_678, "12.3 µs"), (123_456_789, "123 µs"),
    (9_995_000, "10.0 µs"), (5_000_000_000, "5.00 ms"), (2_500_000_000_000, "2.50 s"),
    (-1500, "-1.50 ns")])
def test_times_are_shown_in_the_unit_that_reads_best(ps, text):
    assert format_time(ps) == text


def test_cycles_become_picoseconds_rounded_to_nearest():
    assert cycles_to_picoseconds(22744, 250) == 90_976_000_000
    assert cycles_to_picoseconds(1, 3_000_000) == 333
    assert cycles_to_picoseconds(2, 3_000_000) == 667
    assert cycles_to_picoseconds(1, None) is None


def test_durations():
    assert [format_duration(s) for s in (12.4, 200, 7500)] == ["12 s", "3 min 20 s", "2 h 05 min"]
