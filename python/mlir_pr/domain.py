# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""The layers a campaign draws from. A domain belongs to one kind and is a list
of axes; a point of the unit cube gives one value of every axis, so that a
low-discrepancy sequence covers the domain evenly.

Domains come from ranges in a configuration, from a target's description, or
from the layers of networks (their hull).
"""
from __future__ import annotations

import itertools
import math
from dataclasses import dataclass, field
from typing import Any, Mapping, Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd

from mlir_pr import _core
from mlir_pr.errors import InputError
from mlir_pr.yamlio import Section

FloatArray = npt.NDArray[np.float64]
Value = int | str

#: Dimensions that the text form accepts in place of others.
_ALIASES = ("id", "ih", "iw", "pd", "ph", "pw")
_MOST_CORNER_AXES = 10
#: A column of what is drawn, and in it what is no relative.
_RELATIVE, _OF_NONE = "relative", -1
#: Of a hull's work over that of its largest layer.
_WORK_MARGIN = 1.25
#: A count above this follows the layer's size (elements read), rather than
#: being a number of operations an element.
_LARGEST_OPERATION_COUNT = 16


@dataclass(frozen=True)
class Relatives:
    """Which layer of the networks a point is a relative of: no layer in the upper half of
    the unit interval. Layers share the lower half by their weights."""

    weights: tuple[float, ...]

    def draw(self, unit: FloatArray, drawn: pd.DataFrame, texts: Sequence[str]) -> None:
        ends = np.cumsum(self.weights)
        layer = np.searchsorted(ends / ends[-1], np.minimum(2 * unit, 1), side="right")
        drawn[_RELATIVE] = np.where(unit < 0.5, np.minimum(layer, len(ends) - 1), _OF_NONE)


@dataclass(frozen=True)
class Range:
    """Whole numbers from low to high, both included; evenly, or evenly in their
    logarithm. `seen`: what each layer of the networks has. Half of the values, those of the lower
    half of the unit interval, are among them: of a relative, what its layer has."""

    name: str
    low: int
    high: int
    logarithmic: bool
    seen: tuple[int, ...] = ()

    def draw(self, unit: FloatArray, drawn: pd.DataFrame, texts: Sequence[str]) -> None:
        if not self.seen:
            drawn[self.name] = self._between(unit)
            return
        twice, distinct = 2 * unit, sorted(set(self.seen))
        place = np.minimum((twice * len(distinct)).astype(int), len(distinct) - 1)
        seen = _own_of_relatives(drawn, self.seen, np.array(distinct, dtype=np.int64)[place])
        drawn[self.name] = np.where(twice < 1, seen, self._between(np.maximum(twice - 1, 0)))

    def _between(self, unit: FloatArray) -> npt.NDArray[np.int64]:
        if self.logarithmic:
            # From low - 1/2 to high + 1/2, so that both ends get their share.
            begin, end = math.log(self.low - 0.5), math.log(self.high + 0.5)
            values = np.rint(np.exp(begin + unit * (end - begin)))
        else:
            values = np.floor(self.low + unit * (self.high - self.low + 1))
        return np.clip(values, self.low, self.high).astype(np.int64)


@dataclass(frozen=True)
class Choice:
    """One of several alternatives, each a value for every one of some
    dimensions: a number, an option's name, or an expression over dimensions
    drawn before."""

    names: tuple[str, ...]
    alternatives: tuple[tuple[Value, ...], ...]
    #: The place of what each layer of the networks has, which its relatives have too.
    seen: tuple[int, ...] = ()

    def draw(self, unit: FloatArray, drawn: pd.DataFrame, texts: Sequence[str]) -> None:
        picked = np.minimum((unit * len(self.alternatives)).astype(int),
                            len(self.alternatives) - 1)
        if self.seen:
            picked = _own_of_relatives(drawn, self.seen, picked)
        for column, name in enumerate(self.names):
            values = [alternative[column] for alternative in self.alternatives]
            if name in texts:
                drawn[name] = np.array(values, dtype=object)[picked]
            else:
                drawn[name] = _pick(values, picked, drawn)


def _pick(values: Sequence[Value], picked: npt.NDArray[np.int64],
          drawn: pd.DataFrame) -> npt.NDArray[np.int64]:
    result = np.zeros(len(picked), dtype=np.int64)
    for i, value in enumerate(values):
        rows = picked == i
        if not rows.any():
            continue
        result[rows] = _evaluate(value, drawn)[rows] if isinstance(value, str) else value
    return result


def _evaluate(expression: str, drawn: pd.DataFrame) -> npt.NDArray[np.int64]:
    try:
        values = np.asarray(drawn.eval(expression, local_dict={}, global_dict={}))
    except Exception as error:  # pandas raises whatever its parser meets
        raise InputError(f"{expression!r} is no expression over the dimensions before it "
                         f"({', '.join(drawn.columns)})") from error
    if values.dtype.kind not in "iu":
        raise InputError(f"{expression!r} gives fractions; // divides whole numbers")
    return np.broadcast_to(values, (len(drawn),))


def _own_of_relatives(drawn: pd.DataFrame, seen: Sequence[int],
                      otherwise: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """What the layer has that each point is a relative of."""
    if _RELATIVE not in drawn:
        return otherwise
    layer = drawn[_RELATIVE].to_numpy()
    return np.where(layer == _OF_NONE, otherwise, np.array(seen, dtype=np.int64)[layer])


Axis = Relatives | Range | Choice


@dataclass(frozen=True)
class Domain:
    """What is drawn of one kind."""

    kind: str
    axes: tuple[Axis, ...]
    #: Relative share of the budget.
    share: float = 1.0
    #: Largest counts of work (`Layer.work`); empty: no limit, corners included.
    most_work: Mapping[str, int] = field(default_factory=dict)

    @property
    def varied(self) -> int:
        """What a layer is made of: dimensions, and what is drawn together."""
        return sum(not isinstance(axis, Relatives) for axis in self.axes)

    @property
    def ties(self) -> dict[str, str]:
        """Dimensions that equal another one in every layer, and which; of several in a row, the
        first."""
        dims = dimension_names(self.kind)
        found: dict[str, str] = {}
        for axis in self.axes:
            if isinstance(axis, Choice) and len(axis.names) == len(axis.alternatives) == 1:
                name, other = axis.names[0], axis.alternatives[0][0]
                if name in dims and other in dims:
                    found[name] = found.get(str(other), str(other))
        return found

    def layers(self, cube: FloatArray) -> list[_core.Layer | str]:
        """One layer a row of the unit cube, or why the point is none."""
        texts = [*_option_names(self.kind), "types"]
        drawn = pd.DataFrame(index=range(len(cube)))
        for axis, unit in zip(self.axes, cube.T):
            axis.draw(unit, drawn, texts)
        drawn = drawn.drop(columns=_RELATIVE, errors="ignore")
        return [self._layer(values, texts) for values in drawn.to_dict("records")]

    def corners(self) -> FloatArray:
        """Points of the unit cube with every axis at one of its ends."""
        if self.most_work or len(self.axes) > _MOST_CORNER_AXES:
            return np.empty((0, len(self.axes)))
        below_one = np.nextafter(1.0, 0.0)
        return np.array(list(itertools.product((0.0, below_one), repeat=len(self.axes))))

    def _layer(self, drawn: Mapping[str, Any], texts: Sequence[str]) -> _core.Layer | str:
        dims = {name: int(value) for name, value in drawn.items() if name not in texts}
        options = {name: value for name, value in drawn.items()
                   if name in texts and name != "types" and value}
        try:
            layer = _core.Layer.from_fields(self.kind, dims, options, drawn.get("types", ""))
        except ValueError as error:
            return str(error)
        work = layer.work
        if any(work[count] > limit for count, limit in self.most_work.items()):
            return "it has more work than the domain allows"
        return layer


def _kind_info(kind: str) -> dict[str, Any]:
    for info in _core.layer_kinds():
        if info["name"] == kind:
            return info
    known = ", ".join(info["name"] for info in _core.layer_kinds())
    raise InputError(f"unknown layer kind '{kind}' (known: {known})")


def dimension_names(kind: str) -> list[str]:
    """Without options."""
    return [dim["name"] for dim in _kind_info(kind)["dims"] if dim["role"] != "option"]


def swept_dimensions(kind: str) -> list[str]:
    """Dimensions in which steps are looked for: the extents a network has many
    values of, channels first."""
    info = _kind_info(kind)
    roles = {dim["name"]: dim["role"] for dim in info["dims"]}
    # Over images and groups a target repeats, it does not pad.
    counts = ("g", "b" if "b" in roles else "n")
    named = [name for name, role in roles.items()
             if role in ("extent", "output") and name not in counts]
    return sorted(named, key=lambda name: roles[name] == "output")


def _option_names(kind: str) -> list[str]:
    own = [dim["name"] for dim in _kind_info(kind)["dims"] if dim["role"] == "option"]
    return own + ["layout", "epilogue", "tile"]


# Domains of a configuration.


def from_config(section: Section, kind: str) -> Domain:
    """`kinds: {conv1d: {types: …, dims: {…}, …}}` of a campaign."""
    section.expect_only(("types", "dims", "together", "share", "most_macs"))
    axes: list[Axis] = []
    if types := section.texts("types"):
        axes.append(Choice(("types",), tuple((text,) for text in types)))
    dims = section.section("dims")
    known = dimension_names(kind) + _option_names(kind)
    axes += [_axis(dims, name, known) for name in dims.values]
    for i, group in enumerate(section.get("together", list, [])):
        axes.append(_together(group, f"{section.where}: together[{i}]", known))
    if not axes:
        raise InputError(f"{section.where}: 'dims' is missing")
    most = section.positive("most_macs", int)
    return Domain(kind, tuple(axes), section.positive("share", float, 1.0),
                  most_work={"macs": most} if most else {})


def _check_name(where: str, name: str, known: Sequence[str]) -> None:
    if name not in known and name not in _ALIASES:
        raise InputError(f"{where}: '{name}' is no dimension (known: {', '.join(known)})")


def _axis(dims: Section, name: str, known: Sequence[str]) -> Axis:
    _check_name(dims.where, name, known)
    value = dims.values[name]
    if isinstance(value, (int, str)) and not isinstance(value, bool):
        return Choice((name,), ((value,),))
    if isinstance(value, list):
        return _range(dims, name, value, "log")
    if isinstance(value, dict):
        inner = dims.section(name)
        inner.expect_only(("range", "scale", "values"))
        if "values" in inner.values:
            values = inner.require("values", list)
            if values and all(isinstance(item, (int, str)) for item in values):
                return Choice((name,), tuple((item,) for item in values))
            raise inner.error("values", f"expected numbers or texts, found {values!r}")
        return _range(dims, name, inner.require("range", list),
                      inner.choice("scale", ("log", "linear"), "log"))
    raise dims.error(name, f"expected a number, [low, high], or values, found {value!r}")


def _range(dims: Section, name: str, ends: list[Any], scale: str) -> Range:
    if len(ends) != 2 or not all(type(end) is int for end in ends) or not 0 <= ends[0] <= ends[1]:
        raise dims.error(name, f"expected [low, high] with 0 <= low <= high, found {ends!r}")
    # Zero has no logarithm.
    return Range(name, ends[0], ends[1], scale == "log" and ends[0] > 0)


def _together(group: Any, where: str, known: Sequence[str]) -> Choice:
    if not isinstance(group, dict):
        raise InputError(f"{where}: expected a mapping, found {group!r}")
    section = Section(group, where)
    section.expect_only(("dims", "values"))
    names = section.require("dims", list)
    for name in names:
        _check_name(where, str(name), known)
    rows = section.require("values", list)
    for row in rows:
        if not isinstance(row, list) or len(row) != len(names):
            raise section.error("values", f"expected lists of {len(names)} values, found {row!r}")
    return Choice(tuple(names), tuple(tuple(row) for row in rows))


# Domains of a target's description.


def from_target(target: _core.TargetInfo, kind: str) -> Domain | None:
    """None where the description names no range."""
    ranges = target.domain(kind)
    if not ranges:
        return None
    axes: list[Axis] = [Range(name, low, high, low > 0) for name, (low, high) in ranges.items()]
    if types := target.types(kind):
        axes.append(Choice(("types",), tuple((text,) for text in types)))
    return Domain(kind, tuple(axes))


# Domains of networks.


def hull(layers: Sequence[_core.Layer], kind: str, share: float = 1.0) -> Domain:
    """Extents range over what the layers have, half of them being what some layer has: real
    layers have round numbers of channels, and what those cost alignment decides. Half of what is
    drawn are relatives of a layer, which have half of their extents from it: real layers
    have many channels where they have few positions, which no extent knows by itself. Larger
    layers, whose errors lead the sum over a network, have more relatives. Extents
    that are equal in every layer stay equal. What belongs together (kernels, strides, padding,
    types, layouts, operation mixes) occurs in the observed combinations. Nothing
    has much more work than the layer with the most."""
    extents = [dim["name"] for dim in _kind_info(kind)["dims"]
               if dim["role"] in ("extent", "output") and dim["name"] != "g"]
    values = {name: [layer.dims[name] for layer in layers] for name in extents}
    axes: list[Axis] = [Relatives(tuple(math.sqrt(max(1, *layer.work.values())) for layer in layers))]
    for i, name in enumerate(extents):
        twin = next((other for other in extents[:i] if values[other] == values[name]
                     and min(values[name]) < max(values[name])), None)
        axes.append(Choice((name,), ((twin,),)) if twin is not None
                    else Range(name, min(values[name]), max(values[name]), True,
                               tuple(values[name])))
    own = [tuple(_frame(layer, extents).items()) for layer in layers]
    frames = sorted(set(own), key=str)
    axes.append(Choice(tuple(name for name, _ in frames[0]),
                       tuple(tuple(value for _, value in frame) for frame in frames),
                       tuple(frames.index(frame) for frame in own)))
    most = {count: round(_WORK_MARGIN * max(layer.work[count] for layer in layers))
            for count in layers[0].work}
    return Domain(kind, tuple(axes), share, most_work=most)


def _frame(layer: _core.Layer, extents: Sequence[str]) -> dict[str, Value]:
    """All of a layer but its extents."""
    dims, first = layer.dims, extents[0]
    frame: dict[str, Value] = {"layout": "any", "epilogue": ""}
    for name, value in dims.items():
        if name not in extents:
            # As an expression over the first extent: as many as there are elements.
            follows_size = value > _LARGEST_OPERATION_COUNT and name != "g"
            frame[name] = f"{first} * {value} // {dims[first]}" if follows_size else value
    frame.update((name, value) for name, value in layer.options.items()
                 if name not in ("tile", "nest"))
    return {**frame, "types": layer.types}
