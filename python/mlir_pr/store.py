# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""The results store of campaigns: one SQLite file.

A measurement is committed as it arrives and never changed. Measuring a layer
again adds a row; `merge` says how several rows of one layer become one number.
The file is a single one at any time between two commits (rollback journal), so
that it can be copied or committed to a repository.
"""
from __future__ import annotations

import contextlib
import dataclasses
import fcntl
import json
import os
import sqlite3
import statistics
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Iterable, Iterator, Mapping, Sequence

from mlir_pr._config import VERSION
from mlir_pr.errors import InputError

SCHEMA_VERSION = 3
#: Marks the file as ours: "mlPR".
_APPLICATION_ID = 0x6D6C5052

#: Why a layer was measured. The last two say something of the machine, not of the
#: layer: whether it drifts, and what it fuses.
ROLES = ("pr", "independent", "plateau-start", "random", "network", "sweep", "table", "reference", "epilogue")
#: How rows of one layer become one number; written into every bundle's card.
MERGE_RULE = "lower median of the rows that are ok"

_SCHEMA = """
CREATE TABLE target (
  id INTEGER PRIMARY KEY,
  name TEXT NOT NULL UNIQUE,
  info TEXT NOT NULL,            -- TargetInfo as JSON
  description_hash TEXT NOT NULL,
  parameters TEXT NOT NULL       -- JSON
);
CREATE TABLE stated_step (       -- set by hand, over those of the target
  target INTEGER NOT NULL REFERENCES target(id),
  kind TEXT NOT NULL, dim TEXT NOT NULL,
  width INTEGER NOT NULL, offset INTEGER NOT NULL,
  resource TEXT NOT NULL, plateau TEXT NOT NULL,
  UNIQUE (target, kind, dim, resource)
);
CREATE TABLE campaign (
  id INTEGER PRIMARY KEY,
  target INTEGER NOT NULL REFERENCES target(id),
  config TEXT NOT NULL, seed INTEGER NOT NULL, tool_version TEXT NOT NULL,
  started TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%SZ'))
);
CREATE TABLE measurement (
  id INTEGER PRIMARY KEY,
  target INTEGER NOT NULL REFERENCES target(id),
  campaign INTEGER NOT NULL REFERENCES campaign(id),
  layer TEXT NOT NULL, kind TEXT NOT NULL, role TEXT NOT NULL,
  status TEXT NOT NULL CHECK (status IN ('ok', 'error')),
  time_ps INTEGER, cycles INTEGER, p10_ps INTEGER, p90_ps INTEGER,
  samples INTEGER NOT NULL, conditions TEXT NOT NULL, error TEXT,
  source TEXT NOT NULL,          -- the tool, or the table and its line
  measured TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%SZ')),
  CHECK (status = 'error' OR coalesce(time_ps, cycles, 0) > 0)
);
CREATE INDEX measurement_layer ON measurement(target, layer);
"""


_FOUND_STEPS = """
CREATE TABLE found_step (        -- by sweeps; width 1: looked for, none found
  target INTEGER NOT NULL REFERENCES target(id),
  kind TEXT NOT NULL, dim TEXT NOT NULL,
  width INTEGER NOT NULL, offset INTEGER NOT NULL,
  region_low INTEGER NOT NULL, region_high INTEGER,
  plateau TEXT NOT NULL, knowledge TEXT NOT NULL, evidence TEXT NOT NULL
);
"""

_EPILOGUES = """
CREATE TABLE epilogue (          -- stated, or measured with and without
  target INTEGER NOT NULL REFERENCES target(id),
  kind TEXT NOT NULL, operation TEXT NOT NULL,
  free INTEGER NOT NULL, knowledge TEXT NOT NULL, evidence TEXT NOT NULL,
  UNIQUE (target, kind, operation, knowledge)
);
"""

#: From a schema to the next one.
_UPGRADES = {1: _FOUND_STEPS, 2: _EPILOGUES}


@dataclass(frozen=True)
class Measurement:
    """Latency of one layer, or the reason why there is none."""

    layer: str
    role: str
    ok: bool = True
    time_ps: int | None = None
    cycles: int | None = None
    p10_ps: int | None = None
    p90_ps: int | None = None
    samples: int = 1
    conditions: Mapping[str, Any] = field(default_factory=dict)
    error: str | None = None
    source: str = ""

    @property
    def kind(self) -> str:
        return self.layer.split(" ", 1)[0]

    @property
    def latency(self) -> tuple[int | None, int | None]:
        return self.time_ps, self.cycles


#: As the lattice names them.
RESOURCES = ("compute", "output", "weights", "input", "launch")
PLATEAUS = ("flat", "ramps", "unknown")


@dataclass(frozen=True)
class StatedStep:
    kind: str
    dim: str
    width: int
    offset: int = 0
    resource: str = "compute"
    plateau: str = "flat"


@dataclass(frozen=True)
class FoundStep:
    """A step that sweeps found, or that a few edges confirmed; a width of 1 says
    that the dimension has none."""

    kind: str
    dim: str
    width: int
    offset: int = 0
    region_low: int = 1
    #: None: it was seen up to the largest extent that was measured.
    region_high: int | None = None
    plateau: str = "unknown"
    knowledge: str = "black"
    evidence: str = ""


@dataclass(frozen=True)
class KnownEpilogue:
    """Whether an operation costs nothing behind layers of a kind."""

    kind: str
    operation: str
    free: bool
    #: "stated", which has the last word, or "measured".
    knowledge: str
    evidence: str = ""


@dataclass(frozen=True)
class StoredTarget:
    id: int
    name: str
    info: dict[str, Any]
    description_hash: str


@contextlib.contextmanager
def _said_clearly(path: Path) -> Iterator[None]:
    """SQLite's errors as ours."""
    try:
        yield
    except sqlite3.Error as error:
        raise InputError(f"store '{path}': {error}") from error


class Store:
    def __init__(self, path: Path, connection: sqlite3.Connection) -> None:
        self.path = path
        self._db = connection

    @classmethod
    def open(cls, path: os.PathLike[str] | str, create: bool = False) -> Store:
        path = Path(path)
        if not create and not path.exists():
            raise InputError(f"store '{path}' does not exist")
        if create and not path.parent.is_dir():
            raise InputError(f"store '{path}': folder '{path.parent}' does not exist")
        with _said_clearly(path):
            mode = "rwc" if create else "rw"
            if path.exists() and not os.access(path, os.W_OK):
                mode = "ro"
            db = sqlite3.connect(f"{path.absolute().as_uri()}?mode={mode}", uri=True,
                                 timeout=30, isolation_level=None)
            db.execute("PRAGMA synchronous=FULL")
            db.execute("PRAGMA foreign_keys=ON")
            store = cls(path, db)
            store._check_schema(create)
            return store

    def _check_schema(self, create: bool) -> None:
        empty = self._one("SELECT count(*) FROM sqlite_master") == 0
        if empty and create:
            self._db.executescript(
                f"BEGIN; PRAGMA application_id={_APPLICATION_ID};"
                f"PRAGMA user_version={SCHEMA_VERSION}; {_SCHEMA} {_FOUND_STEPS} {_EPILOGUES} COMMIT;")
        if self._one("PRAGMA application_id") != _APPLICATION_ID:
            raise InputError(f"'{self.path}' is no store of mlir-pr")
        version = self._one("PRAGMA user_version")
        while version in _UPGRADES and os.access(self.path, os.W_OK):
            self._db.executescript(f"BEGIN IMMEDIATE; {_UPGRADES[version]} "
                                   f"PRAGMA user_version={version + 1}; COMMIT;")
            version += 1
        if version != SCHEMA_VERSION:
            raise InputError(f"store '{self.path}' has schema {version}, "
                             f"but this mlir-pr reads schema {SCHEMA_VERSION}")

    def _one(self, query: str, arguments: tuple[Any, ...] = ()) -> Any:
        row = self._db.execute(query, arguments).fetchone()
        return row[0] if row else None

    def close(self) -> None:
        self._db.close()

    def __enter__(self) -> Store:
        return self

    def __exit__(self, *unused: object) -> None:
        self.close()

    @contextlib.contextmanager
    def _transaction(self) -> Iterator[None]:
        with _said_clearly(self.path):
            self._db.execute("BEGIN IMMEDIATE")
            try:
                yield
                self._db.execute("COMMIT")
            except BaseException:
                # A full disk may have rolled back already.
                if self._db.in_transaction:
                    self._db.execute("ROLLBACK")
                raise

    # Targets.

    def targets(self) -> list[StoredTarget]:
        with _said_clearly(self.path):
            rows = self._db.execute(
                "SELECT id, name, info, description_hash FROM target ORDER BY name").fetchall()
        return [StoredTarget(id, name, json.loads(info), digest)
                for id, name, info, digest in rows]

    def target(self, name: str | None = None) -> StoredTarget:
        """The target of this name; without one, the only target there is."""
        known = self.targets()
        if name is None and len(known) == 1:
            return known[0]
        for target in known:
            if target.name == name:
                return target
        names = ", ".join(f"'{target.name}'" for target in known) or "none"
        if name is None:
            raise InputError(f"store '{self.path}' holds several targets or none, "
                             f"name one with --target (its targets: {names})")
        raise InputError(f"store '{self.path}' holds nothing of target '{name}' "
                         f"(its targets: {names})")

    def ensure_target(self, info: Mapping[str, Any]) -> StoredTarget:
        """The target of this description; refuses one that changed since."""
        name, digest = info["name"], info.get("description_hash", "")
        for target in self.targets():
            if target.name != name:
                continue
            if target.description_hash != digest:
                raise InputError(
                    f"store '{self.path}' holds target '{name}' with description "
                    f"{target.description_hash or '(none)'}, but it is now {digest or '(none)'}; "
                    "use another store")
            return target
        with self._transaction():
            self._db.execute(
                "INSERT INTO target (name, info, description_hash, parameters) VALUES (?, ?, ?, ?)",
                (name, json.dumps(info, sort_keys=True), digest,
                 json.dumps(info.get("parameters", {}), sort_keys=True)))
        return self.target(name)

    def replace_info(self, target: StoredTarget, info: Mapping[str, Any]) -> StoredTarget:
        with self._transaction():
            self._db.execute("UPDATE target SET info = ? WHERE id = ?",
                             (json.dumps(info, sort_keys=True), target.id))
        return self.target(target.name)

    def state_steps(self, target: StoredTarget, steps: Iterable[StatedStep]) -> None:
        with self._transaction():
            self._db.executemany(
                "INSERT OR REPLACE INTO stated_step VALUES (?, ?, ?, ?, ?, ?, ?)",
                [(target.id, step.kind, step.dim, step.width, step.offset, step.resource,
                  step.plateau) for step in steps])

    def stated_steps(self, target: StoredTarget) -> list[StatedStep]:
        with _said_clearly(self.path):
            rows = self._db.execute(
                "SELECT kind, dim, width, offset, resource, plateau FROM stated_step "
                "WHERE target = ? ORDER BY kind, dim, resource", (target.id,)).fetchall()
        return [StatedStep(*row) for row in rows]

    def keep_found_steps(self, target: StoredTarget, steps: Iterable[FoundStep]) -> None:
        """In place of what was found before on the same dimensions."""
        steps = list(steps)
        with self._transaction():
            self._db.executemany(
                "DELETE FROM found_step WHERE target = ? AND kind = ? AND dim = ?",
                sorted({(target.id, step.kind, step.dim) for step in steps}))
            self._db.executemany(
                "INSERT INTO found_step VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                [(target.id, *dataclasses.astuple(step)) for step in steps])

    def found_steps(self, target: StoredTarget) -> list[FoundStep]:
        with _said_clearly(self.path):
            rows = self._db.execute(
                "SELECT kind, dim, width, offset, region_low, region_high, plateau, knowledge, "
                "evidence FROM found_step WHERE target = ? ORDER BY kind, dim, width DESC, offset",
                (target.id,)).fetchall()
        return [FoundStep(*row) for row in rows]

    def keep_epilogues(self, target: StoredTarget, known: Iterable[KnownEpilogue]) -> None:
        """In place of what was known in the same way."""
        with self._transaction():
            self._db.executemany(
                "INSERT OR REPLACE INTO epilogue VALUES (?, ?, ?, ?, ?, ?)",
                [(target.id, *dataclasses.astuple(one)) for one in known])

    def epilogues(self, target: StoredTarget) -> list[KnownEpilogue]:
        with _said_clearly(self.path):
            rows = self._db.execute(
                "SELECT kind, operation, free, knowledge, evidence FROM epilogue "
                "WHERE target = ? ORDER BY kind, knowledge, rowid", (target.id,)).fetchall()
        return [KnownEpilogue(kind, operation, bool(free), knowledge, evidence)
                for kind, operation, free, knowledge, evidence in rows]

    # Measurements.

    def begin_campaign(self, target: StoredTarget, config: Mapping[str, Any], seed: int) -> int:
        """The campaign of this configuration: resumed if it was begun before."""
        text = json.dumps(config, sort_keys=True)
        with self._transaction():
            found = self._one("SELECT id FROM campaign WHERE target=? AND config=? AND seed=? "
                              "AND tool_version=?", (target.id, text, seed, VERSION))
            if found is not None:
                return int(found)
            cursor = self._db.execute(
                "INSERT INTO campaign (target, config, seed, tool_version) VALUES (?, ?, ?, ?)",
                (target.id, text, seed, VERSION))
            return int(cursor.lastrowid or 0)

    def campaigns(self, target: StoredTarget) -> list[dict[str, Any]]:
        """Configuration, seed and tool version of each, in order."""
        with _said_clearly(self.path):
            rows = self._db.execute("SELECT config, seed, tool_version FROM campaign "
                                    "WHERE target = ? ORDER BY id", (target.id,)).fetchall()
        return [{"config": json.loads(config), "seed": seed, "tool_version": version}
                for config, seed, version in rows]

    def add(self, target: StoredTarget, campaign: int, rows: Iterable[Measurement]) -> None:
        """Adds all rows or none; when it returns they are on the disk."""
        with self._transaction():
            self._db.executemany(
                "INSERT INTO measurement (target, campaign, layer, kind, role, status, time_ps, "
                "cycles, p10_ps, p90_ps, samples, conditions, error, source) "
                "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                [(target.id, campaign, row.layer, row.kind, row.role,
                  "ok" if row.ok else "error", row.time_ps, row.cycles, row.p10_ps, row.p90_ps,
                  row.samples, json.dumps(row.conditions, sort_keys=True), row.error, row.source)
                 for row in rows])

    def measured_layers(self, target: StoredTarget) -> set[str]:
        """Layers that have a row, failed ones included; rows that tell of the machine do
        not count."""
        with _said_clearly(self.path):
            rows = self._db.execute(
                "SELECT DISTINCT layer FROM measurement WHERE target = ? "
                "AND role NOT IN ('reference', 'epilogue')", (target.id,))
            return {layer for (layer,) in rows}

    def measurements(self, target: StoredTarget) -> list[Measurement]:
        """Every row, in the order of arrival."""
        with _said_clearly(self.path):
            rows = self._db.execute(
                "SELECT layer, role, status, time_ps, cycles, p10_ps, p90_ps, samples, conditions, "
                "error, source FROM measurement WHERE target = ? ORDER BY id",
                (target.id,)).fetchall()
        return [Measurement(layer, role, status == "ok", time_ps, cycles, p10, p90, samples,
                            json.loads(conditions), error, source)
                for (layer, role, status, time_ps, cycles, p10, p90, samples, conditions, error,
                     source) in rows]


@dataclass(frozen=True)
class Merged:
    """One layer's number, and the rows behind it."""

    measurement: Measurement
    rows: int
    #: Largest over smallest latency, minus one.
    disagreement: float


def merge(rows: Iterable[Measurement]) -> list[Merged]:
    """One entry a layer by MERGE_RULE, in the order of first arrival."""
    by_layer: dict[str, list[Measurement]] = {}
    for row in rows:
        if row.ok:
            by_layer.setdefault(row.layer, []).append(row)
    return [_merge_one(same) for same in by_layer.values()]


def counted(rows: Sequence[Measurement]) -> list[Measurement]:
    """Of the rows of one layer, those that count: a row that was measured because
    the machine had drifted takes the place of those before it."""
    first = max((i for i, row in enumerate(rows) if row.conditions.get("replaces")), default=0)
    return list(rows[first:])


def _merge_one(rows: Sequence[Measurement]) -> Merged:
    rows = counted(rows)
    latencies = [latency_of(row) for row in rows]
    middle = statistics.median_low(latencies)
    return Merged(rows[latencies.index(middle)], len(rows), max(latencies) / min(latencies) - 1)


def latency_of(row: Measurement) -> int:
    """Cycles where the target counts them, picoseconds otherwise."""
    latency = row.cycles if row.cycles is not None else row.time_ps
    assert latency is not None, "a row that is ok has a latency"
    return latency


@contextlib.contextmanager
def exclusive(path: os.PathLike[str] | str) -> Iterator[None]:
    """Keeps a second campaign off the store. SQLite's own lock would keep
    readers off as well."""
    lock_path = Path(f"{path}.lock")
    try:
        lock = open(lock_path, "w", encoding="ascii")
    except OSError as error:
        raise InputError(f"store '{path}': {error.strerror}") from error
    with lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise InputError(f"store '{path}' is in use by another campaign") from None
        if os.fstat(lock.fileno()).st_nlink == 0:  # its last owner has just left
            raise InputError(f"store '{path}' is in use by another campaign")
        try:
            yield
        finally:
            lock_path.unlink(missing_ok=True)
