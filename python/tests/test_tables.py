# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""map.yaml: what it can say, and the message of every mistake."""
import csv
from pathlib import Path

import pytest

from mlir_pr import _core, schedules
from mlir_pr.errors import InputError
from mlir_pr.store import Store
from mlir_pr.tables import read_table

TABLE = """K,C,H,W,R,stride,set,cycles
16,8,14,14,3,1,train,1000
32,8,14,14,3,2,train,900
64,64,7,7,1,1,test,500
"""
MAP = """
target: my-npu
kind: conv2d
dims: {oc: K, ic: C, ih: H, iw: W, kh: R, kw: R, sh: stride, sw: stride}
const: {n: 1, g: 1, ph: 0, pw: 0}
types: "i8, i8 -> i32"
latency: cycles
unit: cycles
clock_mhz: 800
"""


@pytest.fixture
def read(write):
    def read_it(table=TABLE, config=MAP, **options):
        return read_table(write("t.csv", table), write("map.yaml", config), **options)

    return read_it


def test_the_map_of_the_documentation(read):
    table = read()
    assert (table.target, table.clock_khz, table.counts_cycles) == ("my-npu", 800_000, True)
    assert [row.line for row in table.rows] == [2, 3, 4]
    assert [row.cycles for row in table.rows] == [1000, 900, 500]
    assert [row.time_ps for row in table.rows] == [1_250_000, 1_125_000, 625_000]
    assert table.rows[1].layer == _core.Layer.parse(
        "conv2d oc=32 ic=8 oh=6 ow=6 kh=3 kw=3 sh=2 sw=2 : i8, i8 -> i32").text


def test_a_filter_leaves_rows_out(read):
    table = read(config=MAP + "filter: \"set == 'train'\"\n")
    assert [row.line for row in table.rows] == [2, 3]
    assert table.filtered == 1


def test_expressions_over_columns(read):
    table = read(config=MAP.replace("oc: K", "oc: K * 2").replace("ph: 0, pw: 0", "")
                 .replace("sw: stride}", "sw: stride, ph: R // 2, pw: (R - 1) / 2}")
                 .replace("latency: cycles", "latency: cycles + 24"))
    assert table.rows[0].layer == _core.Layer.parse(
        "conv2d oc=32 ic=8 oh=14 ow=14 kh=3 kw=3 ph=1 pw=1 : i8, i8 -> i32").text
    assert table.rows[0].cycles == 1024


@pytest.mark.parametrize("unit, ps", [
    ("ps", 1000), ("ns", 10**6), ("us", 10**9), ("ms", 10**12), ("s", 10**15)])
def test_units(read, unit, ps):
    table = read(config=MAP.replace("unit: cycles", f"unit: {unit}"))
    assert table.rows[0].time_ps == ps
    assert table.rows[0].cycles is None
    assert not table.counts_cycles


def test_without_a_clock_there_are_cycles_only(read):
    table = read(config=MAP.replace("clock_mhz: 800", ""))
    assert (table.rows[0].cycles, table.rows[0].time_ps) == (1000, None)


def test_kinds_types_and_options_may_be_columns(read):
    table = read("kind,n,c,x,o,t,us\npool2d,1,8,6,max,f32 -> f32,1.5\n", """
target: t
kind: kind
dims: {n: n, c: c, oh: x, ow: x, kh: 2, kw: 2, sh: 2, sw: 2}
options: {op: o, layout: nhwc}
types: t
latency: us
unit: us
""")
    assert table.rows[0].layer == _core.Layer.parse(
        "pool2d c=8 oh=6 ow=6 kh=2 kw=2 sh=2 sw=2 op=max layout=nhwc : f32 -> f32").text
    assert table.rows[0].time_ps == 1_500_000


def test_a_column_may_hold_whole_layers(read):
    table = read('layer,ns\n"matmul m=8 n=8 k=8 : f32, f32 -> f32",7\n',
                 "target: t\nlayer: layer\nlatency: ns\nunit: ns\n")
    assert table.rows[0].layer.startswith("matmul b=1 m=8")


def test_blank_lines_do_not_shift_line_numbers(read):
    with pytest.raises(InputError, match=r"t\.csv:4: latency 'cycles' is missing \(NaN\)"):
        read("K,C,H,W,R,stride,set,cycles\n\n16,8,14,14,3,1,train,1\n32,8,14,14,3,1,train,\n")


def replaced(old, new):
    return lambda table, config: (table.replace(old, new), config)


def remapped(old, new):
    return lambda table, config: (table, config.replace(old, new))


@pytest.mark.parametrize("change, message", [
    (remapped("oc: K", "oc: filters"),
     "dims: oc: 'filters' is neither a column of {t} (its columns: K, C, H, W, R, stride, set, "
     "cycles) nor an expression over them"),
    (remapped("latency: cycles", "latency: time"), "latency: 'time' is neither a column of"),
    (replaced("1,train,1000", "1,train,"), "{t}:2: latency 'cycles' is missing (NaN), but must be"),
    (replaced("1,train,1000", "1,train,fast"), "{t}:2: latency 'cycles' is 'fast', but must be"),
    (replaced("1,train,1000", "1,train,inf"), "{t}:2: latency 'cycles' is inf, but must be"),
    (replaced("2,train,900", "2,train,-900"),
     "{t}:3: latency is -900 cycles, but must be positive"),
    (replaced("2,train,900", "2,train,0"), "{t}:3: latency is 0 cycles, but must be positive"),
    (replaced("64,64,7,7", ",64,7,7"), "{t}:4: oc 'K' is missing (NaN), but must be a number"),
    (replaced("64,64,7,7", "6.5,64,7,7"), "{t}:4: oc 'K' is 6.5, but must be a whole number"),
    (replaced("64,64,7,7", "0,64,7,7"), "{t}:4: "),
    (replaced("64,64,7,7", "-8,64,7,7"), "{t}:4: "),
    (replaced("64,64,7,7", "99999999999,99999999999,7,7"), "{t}:4: "),
    (remapped("unit: cycles", "unit: usec"),
     "unit: 'usec' is unknown (known: cycles, ps, ns, us, ms, s)"),
    (remapped("unit: cycles", ""), "'unit' is missing"),
    (remapped("clock_mhz: 800", "clock_mhz: 0"), "clock_mhz: 0 must be positive"),
    (remapped("clock_mhz: 800", "clock_mhz: fast"), "clock_mhz: expected a number, found 'fast'"),
    (remapped("target: my-npu", ""), "'target' is missing"),
    (remapped("kind: conv2d", "kind: conv9d"), "kind: 'conv9d' is no column of"),
    (remapped("kind: conv2d", "kinds: conv2d"), "unknown key 'kinds' (did you mean 'kind'?)"),
    (remapped("oc: K", "filters: K"), "{t}:2: "),
    (remapped("g: 1", "oc: 1"), "const: oc: is given in 'dims' already"),
    (remapped("g: 1", "g: two"), "const: g: expected a whole number, found 'two'"),
    (remapped('"i8, i8 -> i32"', '"i8, i8"'), "no '->' between operands and results"),
    (remapped('"i8, i8 -> i32"', '"i99999, i8 -> i32"'), "unknown element type"),
    (lambda t, c: (t, c + "filter: \"set = 'train'\""), "filter: \"set = 'train'\" cannot be"),
    (lambda t, c: (t, c + "filter: \"nothing == 'train'\""), "name 'nothing' is not defined"),
    (lambda t, c: (t, c + "filter: \"set == 'none'\""),
     "holds no rows after the filter \"set == 'none'\""),
    (lambda t, c: (t, c + "schedule: mapping"), "schedule: 'mapping' is no column of"),
    (lambda t, c: (t + "16,8,14,14,3,1,train,1100\n", c),
     "{t}:5: measures the same layer as line 2, but disagrees: 1100 and 1000 cycles"),
    (lambda t, c: ("", c), "'{t}' is no CSV table"),
    (lambda t, c: (t.splitlines()[0], c), "'{t}' holds no rows"),
    (lambda t, c: (t + "1,2,3,4,5,6,7,8,9,10\n", c), "'{t}' is no CSV table"),
    (lambda t, c: (t, "a: [1"), "map.yaml:1: "),
    (lambda t, c: (t, ""), "expected a mapping, found nothing")])
def test_mistakes_are_named(cli, write, tmp_path, change, message):
    table, config = change(TABLE, MAP)
    table, config = write("t.csv", table), write("map.yaml", config)
    done = cli("import", table, "--config", config, "--store", tmp_path / "s")
    assert done.code == 1
    assert done.err.startswith("mlir-pr: error: ") and done.err.count("\n") == 1, done.err
    assert message.format(t=table) in done.err
    assert not (tmp_path / "s").exists()


def test_files_that_are_not_there(cli, write, tmp_path):
    done = cli("import", tmp_path / "no.csv", "--config", write("m.yaml", MAP), "--store",
               tmp_path / "s")
    assert (done.code, done.err) == (
        1, f"mlir-pr: error: cannot read '{tmp_path}/no.csv': No such file or directory\n")


def test_equal_duplicates_are_no_contradiction(read):
    assert len(read(TABLE + "16,8,14,14,3,1,train,1000\n").rows) == 4


def test_import_keeps_every_row_once(cli, write, tmp_path):
    table = write("t.csv", TABLE + "16,8,14,14,3,1,train,1100\n")
    arguments = ["import", table, "--config", write("m.yaml", MAP), "--store", tmp_path / "s"]
    assert cli(*arguments).code == 1
    done = cli(*arguments, "--duplicates", "merge")
    assert done.code == 0, done.err
    assert "imported 4 rows" in done.err
    done = cli(*arguments, "--duplicates", "merge")
    assert "imported 0 rows" in done.err and "4 were in the store" in done.err
    with Store.open(tmp_path / "s") as store:
        target = store.target("my-npu")
        rows = store.measurements(target)
        assert [row.source for row in rows] == [f"{table}:{line}" for line in (2, 3, 4, 5)]
        assert {row.role for row in rows} == {"table"}
        assert [kind["kind"] for kind in target.info["kinds"]] == ["conv2d"]


def test_a_second_table_widens_the_target(cli, write, tmp_path):
    first = write("m.yaml", MAP)
    cli("import", write("t.csv", TABLE), "--config", first, "--store", tmp_path / "s")
    second = write("m2.yaml", "target: my-npu\nkind: matmul\ndims: {m: m, n: 8, k: 8}\n"
                   "types: 'i8, i8 -> i32'\nlatency: c\nunit: cycles\nclock_mhz: 800\n")
    assert cli("import", write("t2.csv", "m,c\n8,10\n"), "--config", second,
               "--store", tmp_path / "s").code == 0
    with Store.open(tmp_path / "s") as store:
        assert [kind["kind"] for kind in store.target().info["kinds"]] == ["conv2d", "matmul"]
    third = write("m3.yaml", MAP.replace("unit: cycles", "unit: ns"))
    done = cli("import", write("t.csv", TABLE), "--config", third, "--store", tmp_path / "s")
    assert done.code == 1
    assert "unit is time, but the store's target 'my-npu' has cycles" in done.err


@pytest.mark.parametrize("text, dims, options", [
    ("tile=oc:16,oh:4", {}, {"tile": "oc:16,oh:4"}),
    ("nest=oc:4|ic:8x", {}, {"nest": "oc:4|ic:8x"}),
    ("L3[WIO] K48 Q2 - L2[WI] N1 K16X - L0[] P8 R3 S5", {"ow": 8, "kw": 3},
     {"nest": "oc:48,oh:2|n:1,oc:16x|ow:8,kw:3,kh:5"}),
    ("L1[O] P16 - L0[W] P8", {"ow": 1, "kw": 1}, {"nest": "oh:16|oh:8"})])
def test_schedules(text, dims, options):
    assert schedules.parse(text, dims) == options


@pytest.mark.parametrize("text", ["", "hello", "L1[O] Z3", "K8 - L0[W] P1", "L0[W] P"])
def test_schedules_that_nobody_understands(text):
    with pytest.raises(InputError, match="is unknown, expected 'tile=…', 'nest=…' or a loop nest"):
        schedules.parse(text, {})


GEMMINI = Path(__file__).resolve().parents[3] / "shared/data/gemmini-rtl/calibration.csv"


@pytest.mark.skipif(not GEMMINI.exists(), reason="the published Gemmini table is not at hand")
def test_a_real_table_with_schedules(write):
    table = read_table(GEMMINI, write("m.yaml", """
target: gemmini-rtl
kind: conv2d
dims: {n: batch, oc: oc, ic: ic, oh: oh, ow: ow, kh: kh, kw: kw, sh: stride_h, sw: stride_w,
       pt: kh // 2, pl: kw // 2}
types: "i8, i8 -> i32"
latency: rtl_cycles_given_mapping
unit: cycles
schedule: mapping
"""), allow_duplicates=True)
    with open(GEMMINI, newline="", encoding="utf-8") as file:
        published = list(csv.DictReader(file))
    assert [row.cycles for row in table.rows] == \
        [round(float(row["rtl_cycles_given_mapping"])) for row in published]
    assert all(" nest=" in row.layer for row in table.rows)
