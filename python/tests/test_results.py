# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""The benchmarks' common part: what is kept, what is shown."""
import json
import sys
from pathlib import Path

import pytest

BENCHMARKS = Path(__file__).resolve().parents[2] / "benchmarks"
sys.path.insert(0, str(BENCHMARKS))
import results  # noqa: E402


@pytest.fixture
def elsewhere(tmp_path, monkeypatch):
    monkeypatch.setattr(results, "KEPT", tmp_path / "kept")
    monkeypatch.setattr(results, "DOCUMENT", tmp_path / "Results.md")
    monkeypatch.setattr(sys, "argv", ["x.py", "--count", "3 4"])
    return tmp_path


def test_a_run_is_kept_with_its_command_and_replaces_its_own_section_only(elsewhere):
    for name, value in (("one", "1.5 %"), ("two", "7"), ("one", "2.5 %")):
        result = results.Result(name, name.title(), "What it is.")
        result.table("Errors", ["model", "a|b"], [["base", value]])
        result.note("A note.")
        result.write()
    text = (elsewhere / "Results.md").read_text()
    assert "1.5 %" not in text
    assert "| model | a\\|b |\n| --- | --- |\n| base | 2.5 % |" in text
    assert text.index("## One") < text.index("## Two")
    assert "`benchmarks/run.sh one --count '3 4'`" in text
    kept = json.loads((elsewhere / "kept" / "one.json").read_text())
    assert kept["schema"] == 1 and kept["machine"] and kept["date"]


def test_a_reduced_run_is_shown_and_not_kept(elsewhere, capsys):
    results.Result("one", "One", "What.").write(keep=False)
    assert "## One" in capsys.readouterr().out
    assert not (elsewhere / "Results.md").exists()


def test_a_row_of_another_width_is_refused():
    with pytest.raises(ValueError, match="a row has 1 cells, expected 2"):
        results.Result("one", "One", "What.").table("T", ["a", "b"], [["1"]])


def test_the_document_is_what_the_kept_results_say():
    assert results.DOCUMENT.read_text() == results.document(), \
        "run 'benchmarks/results.py render': docs/Results.md is generated"


def test_every_benchmark_says_what_it_measures():
    found = results.benchmarks()
    assert found and all(found.values()), found
