# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Units: files carry picoseconds and cycles, people see ns, µs, ms."""
from __future__ import annotations


#: Picoseconds of each unit that a table may be given in.
PICOSECONDS = {"ps": 1, "ns": 10**3, "us": 10**6, "ms": 10**9, "s": 10**12}
CYCLES = "cycles"

_SCALES = ((10**12, "s"), (10**9, "ms"), (10**6, "µs"), (10**3, "ns"))


def cycles_to_picoseconds(cycles: int, clock_khz: int | None) -> int | None:
    """Rounded to nearest; None without a clock."""
    return None if clock_khz is None else (2 * cycles * 10**9 + clock_khz) // (2 * clock_khz)


def format_time(ps: float | None) -> str:
    """Three significant digits in the unit that reads best."""
    if ps is None:
        return "-"
    sign, ps = ("-", -ps) if ps < 0 else ("", ps)
    for scale, unit in _SCALES:
        # 999.6 ns would be printed as 1000 ns.
        if ps >= scale * 0.9995:
            return f"{sign}{_three_digits(ps / scale)} {unit}"
    return f"{sign}{ps:.0f} ps"


def _three_digits(value: float) -> str:
    for limit, digits in ((9.995, 2), (99.95, 1)):
        if value < limit:
            return f"{value:.{digits}f}"
    return f"{value:,.0f}"


def format_count(count: float | None) -> str:
    return "-" if count is None else f"{count:,.0f}"


def format_share(share: float | None) -> str:
    """A share of one, as per cent."""
    return "-" if share is None else f"{100 * share:.1f} %"


def format_latency(ps: float | None, cycles: float | None) -> str:
    """Time where the target has a clock, cycles otherwise."""
    if ps is not None:
        return format_time(ps)
    return "-" if cycles is None else f"{cycles:,.0f} cycles"


def format_duration(seconds: float) -> str:
    """Of a campaign: 12 s, 3 min 20 s, 2 h 05 min."""
    whole = int(round(seconds))
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60:02d} s"
    return f"{whole // 3600} h {whole % 3600 // 60:02d} min"
