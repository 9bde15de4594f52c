# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""What is made of the report that the plugin writes."""
import json

import pytest

from mlir_pr import annotations, ui
from mlir_pr.comparison import compare, comparison_json
from mlir_pr.comparison import render as render_comparison
from mlir_pr.errors import InputError
from mlir_pr.network_view import render, spread

LAYERS = {name: f"matmul b=1 m={m} n=16 k=32 : i8, i8 -> i32"
          for name, m in (("large", 64), ("middle", 32), ("small", 8))}


def op(layer=None, status="predicted", ps=None, reason=None, name="linalg.matmul", margin=0.0):
    estimate = {"target": "npu", "status": status, "reason": reason}
    if ps is not None:
        estimate |= {"time_ps": ps, "cycles": ps // 1000, "lower_ps": round(ps * (1 - margin)),
                     "upper_ps": round(ps * (1 + margin)), "waste": 0.25}
    return {"op": name, "location": "f.mlir:3:1", "layer": LAYERS.get(layer), "estimates": [estimate]}


def report(*ops, **total):
    total = {"target": "npu", "time_ps": 9_000_000, "lower_ps": 8_000_000, "upper_ps": 10_000_000,
             "coverage_ops": 0.9, "coverage_time": 0.95, **total}
    return {"schema": 1, "file": "nets/f.mlir", "models": [],
            "functions": [{"name": "main", "totals": [total], "ops": list(ops)}]}


def parsed(raw):
    return annotations.parse(json.dumps(raw), "r.json")


def shown(raw, rows=20):
    return ui.plain_text(render(parsed(raw), 90, rows, ui.PIPE_WIDTH)).splitlines()


NETWORK = report(
    op("small", ps=1_000_000), op("large", ps=3_000_000, margin=0.1), op("small", ps=1_000_000),
    op("middle", "measured", ps=4_000_000), op(status="folded", reason="constant"),
    op(status="folded", reason="constant"), op(status="folded", reason="view"),
    op(status="unsupported", reason="no such kind", name="tosa.rfft2d"),
    op(status="unsupported", reason="no such kind", name="tosa.rfft2d"))


def test_equal_layers_share_a_line_and_the_longest_stand_first():
    lines = shown(NETWORK)
    rows = [line.split() for line in lines if line.startswith("matmul")]
    assert [row[1] for row in rows] == ["m=32", "m=64", "m=8"]
    assert rows[0][4:] == ["1", "4,000", "4.00", "µs", "exact", "25", "%", "measured", "44.4", "%",
                           "████████████"]
    assert rows[1][7:10] == ["µs", "10", "%"]
    assert rows[2][4:6] == ["2", "2,000"]
    total = next(line for line in lines if line.startswith("total")).split()
    assert total == ["total", "4", "9,000", "9.00", "µs", "11", "%"]


def test_nothing_is_left_out_without_a_word():
    text = "\n".join(shown(NETWORK))
    assert "coverage: 90.0 % of the operations, 95.0 % of the time" in text
    assert "no number: tosa.rfft2d and 1 like it: no such kind" in text
    assert "no work of their own: 3 ops (constant 2, view 1)" in text


def test_what_does_not_fit_the_screen_is_summed_up():
    lines = shown(NETWORK, rows=1)
    assert sum(line.startswith("matmul") for line in lines) == 1
    rest = next(line for line in lines if "more layers" in line).split()
    assert rest[:7] == ["2", "more", "layers", "(--all)", "3", "5,000", "5.00"]


def test_every_op_is_in_one_group():
    ops = parsed(NETWORK).functions[0].ops
    groups = annotations.group(ops, 0)
    assert sum(len(one.ops) for one in groups) == 6
    assert sum(one.total for one in groups) == 9_000_000


@pytest.mark.parametrize("latency, bounds, text", [
    (100, (100, 100), "exact"), (100, (99, 100), "1 %"), (100, (90, 150), "50 %"),
    (1000, (999, 1004), "0.4 %"), (None, None, "-"), (100, None, "-")])
def test_spread(latency, bounds, text):
    assert spread(latency, bounds) == text


def test_cycles_alone_where_there_is_no_clock():
    raw = report(op("small"), time_ps=None)
    raw["functions"][0]["ops"][0]["estimates"][0] |= {
        "status": "predicted", "cycles": 100, "lower_cycles": 90, "upper_cycles": 110}
    text = "\n".join(shown(raw))
    assert "time" not in text.splitlines()[2] and "cycles" in text and "10 %" in text


@pytest.mark.parametrize("text", ["", "{}", "[]", '{"schema": 1}', "no json",
                                  '{"schema": 1, "file": "f", "models": [], "functions": [3]}'])
def test_other_files_are_no_reports(text):
    with pytest.raises(InputError, match="'r.json' is no report of 'mlir-pr annotate"):
        annotations.parse(text, "r.json")


def test_a_newer_report_is_refused():
    with pytest.raises(InputError, match="'r.json' has schema 2"):
        parsed({**NETWORK, "schema": 2})


def test_a_network_is_equal_to_itself():
    deltas = compare(parsed(NETWORK), parsed(NETWORK))
    assert len(deltas) == 6
    assert all(delta.change == 0 for delta in deltas)


def test_deltas_are_matched_by_structure():
    after = report(op("small", ps=1_000_000), op("middle", ps=2_500_000),
                   op("small", ps=1_000_000), op("middle", "measured", ps=4_000_000),
                   op("large", ps=3_000_000))
    before = report(op("small", ps=1_000_000), op("large", ps=3_000_000),
                    op("small", ps=1_000_000), op("middle", "measured", ps=4_000_000))
    deltas = compare(parsed(before), parsed(after))
    changes = [(delta.latencies, delta.change) for delta in deltas if delta.change]
    assert changes == [((3_000_000, 2_500_000), -500_000), ((None, 3_000_000), 3_000_000)]
    found = comparison_json("a", "b", deltas)
    assert found["totals"] == {"before": 9_000_000, "after": 11_500_000, "change": 2_500_000}
    text = ui.plain_text(render_comparison("a", "b", deltas))
    assert "+2.50 µs  +27.8 %" in text
    assert "1 operations are in one variant only" in text


def test_diff_of_two_reports(cli, write):
    before = write("a.json", json.dumps(NETWORK))
    after = write("b.json", json.dumps(report(op("small", ps=500_000))))
    done = cli("diff", before, after, "--json")
    assert done.code == 0, done.err
    assert json.loads(done.out)["totals"]["change"] == 500_000 - 9_000_000
    assert "-8.50 µs" in cli("diff", before, after).out


def test_diff_says_what_it_needs(cli, write):
    network = write("a.mlir", "module {}")
    done = cli("diff", network, network)
    assert done.code == 2
    assert "comparing networks takes --model, comparing models takes --network" in done.err
    assert "cannot read 'nowhere'" in cli("diff", "nowhere", network).err


def test_networks_that_cannot_be_read(cli, write):
    assert cli("layers", "nowhere.mlir").err == "mlir-pr: error: 'nowhere.mlir' is no file\n"
    done = cli("layers", write("bad.mlir", "func.func @f() { hello }"))
    assert done.code == 1
    assert "bad.mlir:1:18: error: custom op 'hello' is unknown" in done.err
    assert done.err.count("\n") == 1


@pytest.mark.parametrize("content, message", [
    (None, "does not exist; 'mlir-pr doctor' checks the installation"),
    ("no library", "Failed to load dialect plugin from")])
def test_a_plugin_that_does_not_load(cli, write, monkeypatch, tmp_path, content, message):
    path = tmp_path / "plugin.so" if content is None else write("plugin.so", content)
    monkeypatch.setenv("MLIR_PR_PLUGIN", str(path))
    done = cli("layers", write("a.mlir", "module {}"))
    assert done.code == 1
    assert message in done.err and str(path) in done.err


def test_a_narrow_screen_gets_no_bars():
    from rich.console import Console
    import io
    output = io.StringIO()
    Console(file=output, width=80).print(render(parsed(NETWORK), 90, 20, 80))
    assert "█" not in output.getvalue() and "44.4 %" in output.getvalue()
    assert max(map(len, output.getvalue().splitlines())) <= 80
