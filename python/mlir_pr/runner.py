# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Measures the layers of a plan with pr-bench-opt and keeps every result."""
from __future__ import annotations

import json
import tempfile
from dataclasses import dataclass, field
from typing import Any, Iterator, Mapping, Sequence

from mlir_pr import toolchain
from mlir_pr.errors import MeasurementError
from mlir_pr.store import Measurement, Store, StoredTarget

#: Exit codes of pr-bench-opt after which its output is complete.
_COMPLETE = (0, 3)


@dataclass(frozen=True)
class PlannedLayer:
    layer: str
    role: str
    #: Kept with its measurement, beside what the target says.
    conditions: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class MeasureOptions:
    """Passed on to pr-bench-opt; None: its own default."""

    passes: int | None = None
    samples: int | None = None
    block: int | None = None
    timeout: float | None = None

    def arguments(self) -> list[str]:
        given = {"passes": self.passes, "samples": self.samples, "block": self.block,
                 "timeout": self.timeout}
        return [f"--{name}={value:g}" for name, value in given.items() if value is not None]


@dataclass
class Outcome:
    measured: int = 0
    failed: int = 0
    #: Planned, but not measured within the time budget.
    left: int = 0
    #: Planned, but one pass over them would take longer than the time-out.
    too_long: int = 0
    #: Its layer and the reason.
    first_failure: str | None = None

    def join(self, other: Outcome) -> None:
        self.measured += other.measured
        self.failed += other.failed
        self.left += other.left
        self.too_long += other.too_long
        self.first_failure = self.first_failure or other.first_failure

    def join_rest(self, later: Outcome) -> None:
        """Of a second try at what was left."""
        self.left, self.too_long = later.left, later.too_long
        self.measured += later.measured
        self.failed += later.failed
        self.first_failure = self.first_failure or later.first_failure

    def count(self, rows: Sequence[Measurement]) -> None:
        self.left -= len(rows)
        for row in rows:
            if row.ok:
                self.measured += 1
                continue
            self.failed += 1
            self.first_failure = self.first_failure or f"{row.layer}': {row.error}"


def describe(target: str) -> dict[str, Any]:
    """TargetInfo of a target, as JSON."""
    text = toolchain.output_of([str(toolchain.bench_opt()), f"--target={target}", "--describe"])
    return _parsed(text)


def list_targets(only: str | None = None) -> dict[str, Any]:
    """What pr-bench-opt lists; with `only`, just the target that it names."""
    command = [str(toolchain.bench_opt()), "--list-targets=json"]
    return _parsed(toolchain.output_of(command + ([f"--target={only}"] if only else [])))


def diagram(target: str) -> str:
    """The object diagram of a described target in the language of Graphviz."""
    return toolchain.output_of([str(toolchain.bench_opt()), f"--target={target}", "--diagram"])


def _parsed(text: str) -> dict[str, Any]:
    try:
        value = json.loads(text)
    except json.JSONDecodeError as error:
        raise MeasurementError(f"pr-bench-opt answered no JSON: {text[:80]!r}") from error
    if not isinstance(value, dict):
        raise MeasurementError(f"pr-bench-opt answered no JSON object: {text[:80]!r}")
    return value


def measure_now(layers: Sequence[PlannedLayer], target_spec: str, store: Store,
                target: StoredTarget, campaign: int, options: MeasureOptions,
                seconds: float | None) -> list[Measurement]:
    """Measures every layer, known or not, and stores it; fewer rows than layers
    where the time is up."""
    found: list[Measurement] = []
    for rows in measure_each(layers, target_spec, options, seconds):
        store.add(target, campaign, rows)
        found += rows
    return found


def measure_each(todo: Sequence[PlannedLayer], target_spec: str, options: MeasureOptions,
                 seconds: float | None) -> Iterator[list[Measurement]]:
    """Rows in the groups in which they arrive, in order; ends early where the time is up."""
    if not todo:
        return
    with tempfile.NamedTemporaryFile("w", suffix=".layers", encoding="utf-8") as file:
        file.write("".join(f"{planned.layer}\n" for planned in todo))
        file.flush()
        command = [str(toolchain.bench_opt()), f"--target={target_spec}", "--run",
                   f"--layers={file.name}", *options.arguments()]
        done = 0
        with toolchain.LineStream(command, seconds) as stream:
            for lines in stream:
                if done + len(lines) > len(todo):
                    raise MeasurementError("pr-bench-opt answered more than it was asked")
                yield [_measurement(*pair) for pair in zip(todo[done:], lines)]
                done += len(lines)
            if stream.out_of_time:
                return
            if stream.exit_code not in _COMPLETE:
                raise MeasurementError(str(stream.failure()))
        if done != len(todo):
            raise MeasurementError(f"pr-bench-opt answered {done} of {len(todo)} layers")


def _measurement(planned: PlannedLayer, line: str) -> Measurement:
    answer = _parsed(line)
    if answer.get("schema") != 1:
        raise MeasurementError(f"pr-bench-opt answers in schema {answer.get('schema')}, "
                               "but this mlir-pr reads schema 1")
    if answer.get("layer") != planned.layer:
        raise MeasurementError(f"pr-bench-opt answered for '{answer.get('layer')}' "
                               f"when asked for '{planned.layer}'")
    return measurement_from_json(answer, planned.role, planned.conditions)


def measurement_from_json(answer: Mapping[str, Any], role: str,
                          conditions: Mapping[str, Any] = {}) -> Measurement:
    ok = answer.get("status") == "ok"
    latency = answer.get("cycles") or answer.get("time_ps") or 0
    if ok and not latency > 0:
        raise MeasurementError(f"pr-bench-opt answered a latency of {latency} for '{answer['layer']}'")
    return Measurement(
        layer=str(answer["layer"]), role=role, ok=ok,
        time_ps=answer.get("time_ps"), cycles=answer.get("cycles"),
        p10_ps=answer.get("p10_ps"), p90_ps=answer.get("p90_ps"),
        samples=int(answer.get("samples") or 0),
        conditions={**(answer.get("conditions") or {}), **conditions},
        error=None if ok else str(answer.get("error") or "no reason given"),
        source="pr-bench-opt")
