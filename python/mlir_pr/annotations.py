# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""What stock mlir-opt with the plugin says about a network: every operation
with its layer and an estimate for every target."""
from __future__ import annotations

import collections
import json
import re
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Mapping, Sequence

from mlir_pr import _core, toolchain
from mlir_pr.errors import InputError

#: Statuses that carry a number.
ANSWERED = ("measured", "predicted", "extrapolated")


@dataclass(frozen=True)
class Estimate:
    target: str
    status: str
    time_ps: int | None = None
    cycles: int | None = None
    lower_ps: int | None = None
    upper_ps: int | None = None
    lower_cycles: int | None = None
    upper_cycles: int | None = None
    representative: str | None = None
    waste: float | None = None
    #: Measurements that corrected the model after its training.
    corrected_by: int = 0
    reason: str = ""

    @property
    def latency(self) -> int | None:
        """Time where there is one, cycles otherwise: for sums and shares."""
        return self.time_ps if self.time_ps is not None else self.cycles

    @property
    def bounds(self) -> tuple[int, int] | None:
        """The interval, in the unit of `latency`."""
        ends = (self.lower_ps, self.upper_ps) if self.time_ps is not None \
            else (self.lower_cycles, self.upper_cycles)
        return (ends[0], ends[1]) if ends[0] is not None and ends[1] is not None else None


@dataclass(frozen=True)
class Op:
    op: str
    location: str
    layer: str | None
    estimates: tuple[Estimate, ...]


@dataclass(frozen=True)
class Function:
    name: str
    totals: tuple[Mapping[str, Any], ...]
    ops: tuple[Op, ...]


@dataclass(frozen=True)
class Annotations:
    """The report of `pr-annotate-latency`, as DESIGN's contract lists it."""

    file: str
    models: tuple[Any, ...]
    functions: tuple[Function, ...]
    raw: Mapping[str, Any]

    @property
    def targets(self) -> list[str]:
        names: dict[str, None] = {}
        for function in self.functions:
            for total in function.totals:
                names[str(total["target"])] = None
        return list(names)


def parse(text: str, where: str) -> Annotations:
    try:
        raw = json.loads(text)
        if raw["schema"] != 1:
            raise InputError(f"'{where}' has schema {raw['schema']}, "
                             "but this mlir-pr reads schema 1")
        return Annotations(raw["file"], tuple(raw["models"]),
                           tuple(map(_function, raw["functions"])), raw)
    except (json.JSONDecodeError, KeyError, TypeError) as error:
        raise InputError(f"'{where}' is no report of 'mlir-pr annotate --format=json' "
                         f"({type(error).__name__}: {error})") from error


def _function(raw: Mapping[str, Any]) -> Function:
    return Function(raw["name"], tuple(raw["totals"]), tuple(map(_op, raw["ops"])))


def _op(raw: Mapping[str, Any]) -> Op:
    return Op(raw["op"], str(raw.get("location") or ""), raw.get("layer"),
              tuple(map(_estimate, raw["estimates"])))


def _estimate(raw: Mapping[str, Any]) -> Estimate:
    known: dict[str, Any] = {name: raw.get(name) for name in Estimate.__dataclass_fields__}
    known.update(target=raw["target"], status=raw["status"], reason=raw.get("reason") or "",
                 corrected_by=raw.get("corrected_by") or 0)
    return Estimate(**known)


@dataclass(frozen=True)
class AnnotateOptions:
    models: tuple[str, ...]
    as_quantized: bool = False
    strict: bool = False
    confidence: int | None = None

    def text(self, folder: Path) -> str:
        """As options of the pass."""
        models = ",".join(str(_plain_path(model_path(model), folder)) for model in self.models)
        options = [f"model={models}", f"report={folder / 'report.json'}"]
        if self.as_quantized:
            options.append("as-quantized=true")
        if self.strict:
            options.append("strict=true")
        if self.confidence is not None:
            options.append(f"confidence={self.confidence}")
        return " ".join(options)


def model_path(model: str) -> Path:
    """A file, or the name of a model that ships with the project."""
    path = Path(model)
    if not path.exists() and re.fullmatch(r"[\w-]+", model):
        shipped = toolchain.share(f"models/{model}.prm")
        if shipped.exists():
            return shipped
    if not path.exists():
        raise InputError(f"model '{model}' does not exist")
    return path


def _plain_path(path: Path, folder: Path) -> Path:
    """The same file by a name without blanks, commas and braces, which would
    end an option of a pass."""
    path = path.absolute()
    if re.fullmatch(r"[\w./+-]+", str(path)):
        return path
    link = folder / f"{len(list(folder.iterdir()))}.prm"
    link.symlink_to(path)
    return link


def annotate(file: str, options: AnnotateOptions) -> tuple[Annotations, str]:
    """The report and the annotated IR."""
    with tempfile.TemporaryDirectory(prefix="mlir-pr-") as name:
        folder = Path(name)
        output = _run_pass(file, f"pr-annotate-latency{{{options.text(folder)}}}")
        report = (folder / "report.json").read_text(encoding="utf-8")
    return parse(report, file), output


def _run_pass(file: str, pass_text: str) -> str:
    """Standard output of stock mlir-opt. The pass is named in the pipeline, so
    that a plugin that does not load is an error."""
    if not Path(file).is_file():
        raise InputError(f"'{file}' is no file")
    if not toolchain.plugin().exists():
        raise InputError(f"the plugin '{toolchain.plugin()}' does not exist; "
                         "'mlir-pr doctor' checks the installation")
    return toolchain.output_of([str(toolchain.mlir_opt()),
                                f"--load-dialect-plugin={toolchain.plugin()}",
                                f"--pass-pipeline=builtin.module({pass_text})", file])


# Groups of equal layers.


@dataclass(frozen=True)
class Group:
    """Operations that are the same layer with the same answer."""

    layer: str | None
    op: str
    estimate: Estimate
    ops: tuple[Op, ...]

    @property
    def total(self) -> int:
        return (self.estimate.latency or 0) * len(self.ops)


def group(ops: Sequence[Op], target: int) -> list[Group]:
    """Answered and unsupported ops, the longest groups first."""
    found: dict[tuple[Any, ...], list[Op]] = {}
    for op in ops:
        estimate = op.estimates[target]
        if estimate.status == "folded":
            continue
        what = op.layer if estimate.status in ANSWERED else (op.op, estimate.reason)
        found.setdefault((estimate.status, what), []).append(op)
    groups = [Group(same[0].layer, same[0].op, same[0].estimates[target], tuple(same))
              for same in found.values()]
    return sorted(groups, key=lambda one: -one.total)


# Layers without a model.


@dataclass(frozen=True)
class NetworkLayers:
    """The layers of a network, in program order, and what is none."""

    layers: tuple[str, ...]
    #: Operations without a layer that take time, by reason.
    unsupported: Mapping[str, int]
    folded: int


def read_layers(file: str, target: _core.TargetInfo | None = None,
                as_quantized: bool = False) -> NetworkLayers:
    """Asks the plugin with a model that answers nothing: it describes every
    operation all the same, as the target would see it."""
    info = target or _core.TargetInfo.from_json(_NO_TARGET)
    builder = _core.BundleBuilder(info)
    for kind in info.kinds:
        builder.add_absent_kind(kind, "not asked for")
    with tempfile.TemporaryDirectory(prefix="mlir-pr-") as name:
        model = Path(name) / "none.prm"
        model.write_bytes(builder.build())
        found, _ = annotate(file, AnnotateOptions((str(model),), as_quantized))
    layers: list[str] = []
    unsupported: collections.Counter[str] = collections.Counter()
    folded = 0
    for op in (op for function in found.functions for op in function.ops):
        if op.layer is not None:
            layers.append(op.layer)
        elif op.estimates[0].status == "folded":
            folded += 1
        else:
            unsupported[f"{op.op}: {op.estimates[0].reason}"] += 1
    return NetworkLayers(tuple(layers), dict(unsupported), folded)


_NO_TARGET = '{"schema": 1, "name": "none", "counts_cycles": true, "kinds": []}'
