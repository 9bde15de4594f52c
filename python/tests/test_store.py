# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
import sqlite3
import subprocess
import sys

import pytest

from mlir_pr.errors import InputError
from mlir_pr.store import FoundStep, Measurement, StatedStep, Store, exclusive, merge

INFO = {"schema": 1, "name": "npu", "description_hash": "abc", "parameters": {"rows": 8}}
LAYER = "matmul b=1 m=8 n=8 k=8 : i8, i8 -> i32"


def test_what_is_added_is_read_back(tmp_path):
    rows = [Measurement(LAYER, "pr", time_ps=10, cycles=3, p10_ps=9, p90_ps=12, samples=45,
                        conditions={"cpu": 1}, source="pr-bench-opt"),
            Measurement(LAYER, "random", ok=False, error="timeout", samples=0)]
    with Store.open(tmp_path / "s", create=True) as store:
        target = store.ensure_target(INFO)
        store.add(target, store.begin_campaign(target, {"seed": 1}, 1), rows)
        store.state_steps(target, [StatedStep("matmul", "m", 8)])
        store.state_steps(target, [StatedStep("matmul", "m", 16)])
    with Store.open(tmp_path / "s") as store:
        target = store.target()
        assert store.measurements(target) == rows
        assert store.measured_layers(target) == {LAYER}
        assert store.stated_steps(target) == [StatedStep("matmul", "m", 16)]


def test_a_campaign_is_resumed_not_repeated(tmp_path):
    with Store.open(tmp_path / "s", create=True) as store:
        target = store.ensure_target(INFO)
        first = store.begin_campaign(target, {"a": 1}, 1)
        assert store.begin_campaign(target, {"a": 1}, 1) == first
        assert store.begin_campaign(target, {"a": 2}, 1) != first


def test_rows_that_disagree_stay_and_merge_by_their_lower_median():
    rows = [Measurement(LAYER, "pr", time_ps=t) for t in (100, 130, 110, 120)]
    other = Measurement(LAYER.replace("m=8", "m=16"), "pr", cycles=7, time_ps=99)
    failed = Measurement(LAYER, "pr", ok=False, error="x")
    merged = merge([rows[0], other, *rows[1:], failed])
    assert [entry.measurement for entry in merged] == [rows[2], other]
    assert merged[0].rows == 4
    assert merged[0].disagreement == pytest.approx(0.3)


@pytest.mark.parametrize("drifted", [60, 150])
def test_a_row_may_take_the_place_of_those_before_it(drifted):
    again = Measurement(LAYER, "pr", time_ps=100, conditions={"again": "drift", "replaces": True})
    rows = [Measurement(LAYER, "pr", time_ps=drifted), Measurement(LAYER, "pr", time_ps=drifted), again]
    merged, = merge(rows)
    assert (merged.measurement, merged.rows, merged.disagreement) == (again, 1, 0)


def test_rows_that_tell_of_the_machine_do_not_measure_a_layer(tmp_path):
    with Store.open(tmp_path / "s", create=True) as store:
        target = store.ensure_target(INFO)
        store.add(target, store.begin_campaign(target, {}, 0),
                  [Measurement(LAYER, role, time_ps=1) for role in ("reference", "epilogue")])
        assert store.measured_layers(target) == set()


def test_a_row_that_is_ok_needs_a_latency(tmp_path):
    with Store.open(tmp_path / "s", create=True) as store:
        target = store.ensure_target(INFO)
        with pytest.raises(InputError, match="CHECK"):
            store.add(target, store.begin_campaign(target, {}, 0), [Measurement(LAYER, "pr")])
        assert store.measurements(target) == []


def test_a_changed_description_is_refused(tmp_path):
    with Store.open(tmp_path / "s", create=True) as store:
        store.ensure_target(INFO)
        with pytest.raises(InputError, match="'npu' with description abc, but it is now def"):
            store.ensure_target({**INFO, "description_hash": "def"})


def test_an_unknown_target_is_named_with_the_known_ones(tmp_path):
    with Store.open(tmp_path / "s", create=True) as store:
        store.ensure_target(INFO)
        with pytest.raises(InputError, match=r"nothing of target 'gpu' \(its targets: 'npu'\)"):
            store.target("gpu")


def test_a_newer_schema_is_refused(tmp_path):
    Store.open(tmp_path / "s", create=True).close()
    db = sqlite3.connect(tmp_path / "s")
    db.execute("PRAGMA user_version=4")
    db.close()
    with pytest.raises(InputError, match="has schema 4, but this mlir-pr reads schema 3"):
        Store.open(tmp_path / "s")


def test_an_older_schema_is_brought_up_to_date(tmp_path):
    with Store.open(tmp_path / "s", create=True) as store:
        name = store.ensure_target(INFO).name
    db = sqlite3.connect(tmp_path / "s")
    db.executescript("DROP TABLE found_step; DROP TABLE epilogue; PRAGMA user_version=1;")
    db.close()
    with Store.open(tmp_path / "s") as store:
        assert store.found_steps(store.target(name)) == []
        assert store.epilogues(store.target(name)) == []


def test_found_steps_replace_those_of_their_dimension(tmp_path):
    with Store.open(tmp_path / "s", create=True) as store:
        target = store.ensure_target(INFO)
        store.keep_found_steps(target, [FoundStep("matmul", "m", 8), FoundStep("matmul", "m", 64),
                                        FoundStep("matmul", "n", 16, 4, 32, 128, "flat")])
        store.keep_found_steps(target, [FoundStep("matmul", "m", 1)])
        assert store.found_steps(target) == [
            FoundStep("matmul", "m", 1), FoundStep("matmul", "n", 16, 4, 32, 128, "flat")]


def test_foreign_files_are_refused(tmp_path):
    (tmp_path / "text").write_text("no database\n" * 100)
    with pytest.raises(InputError, match="file is not a database"):
        Store.open(tmp_path / "text")
    db = sqlite3.connect(tmp_path / "other")
    db.execute("CREATE TABLE t (x)")
    db.commit()
    with pytest.raises(InputError, match="is no store of mlir-pr"):
        Store.open(tmp_path / "other", create=True)


def test_paths_that_cannot_be_written(tmp_path):
    with pytest.raises(InputError, match="does not exist"):
        Store.open(tmp_path / "s")
    with pytest.raises(InputError, match="folder .* does not exist"):
        Store.open(tmp_path / "no" / "s", create=True)
    with pytest.raises(InputError, match="unable to open database file"):
        Store.open("/proc/s", create=True)


def test_a_full_disk_loses_nothing(tmp_path):
    """The file may not grow any more: what was stored stays, and readable."""
    path = tmp_path / "s"
    script = f"""
import resource, signal, sys
sys.path[:0] = {sys.path!r}
from mlir_pr.errors import InputError
from mlir_pr.store import Measurement, Store
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
store = Store.open({str(path)!r}, create=True)
target = store.ensure_target({INFO!r})
campaign = store.begin_campaign(target, {{}}, 0)
resource.setrlimit(resource.RLIMIT_FSIZE, (80_000, 80_000))
for i in range(100_000):
    try:
        store.add(target, campaign, [Measurement(f"{LAYER[:-2]}{{i}}", "pr", cycles=i + 1)])
    except InputError as error:
        print(i, error)
        break
"""
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    assert done.stderr == ""
    stored, message = done.stdout.split(" ", 1)
    assert f"store '{path}'" in message
    with Store.open(path) as store:
        rows = store.measurements(store.target())
        assert [row.cycles for row in rows] == list(range(1, int(stored) + 1))
        assert len(rows) > 20
        store.add(store.target(), 1, [Measurement(LAYER, "pr", cycles=5)])


def test_one_campaign_at_a_time(tmp_path):
    with exclusive(tmp_path / "s"):
        with pytest.raises(InputError, match="in use by another campaign"):
            with exclusive(tmp_path / "s"):
                pass
    with exclusive(tmp_path / "s"):
        pass
    assert list(tmp_path.iterdir()) == []
