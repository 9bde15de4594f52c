# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Layers shortened for people: what equals its default is left out."""
from __future__ import annotations

from functools import lru_cache

from mlir_pr import _core


@lru_cache(maxsize=1)
def _defaults() -> dict[str, dict[str, int | None]]:
    return {kind["name"]: {dim["name"]: dim["default"] for dim in kind["dims"]}
            for kind in _core.layer_kinds()}


@lru_cache(maxsize=4096)
def shorten(text: str) -> str:
    """`conv1d oc=24 ic=16 ow=51 kw=9 sw=2 pl=4 pr=4 +bias+relu`."""
    layer = _core.Layer.parse(text)
    defaults = _defaults()[layer.kind]
    dims = _with_equal_padding(layer.dims)
    words = [layer.kind]
    words += [f"{name}={value}" for name, value in dims.items() if value != defaults.get(name, 0)]
    for name, value in layer.options.items():
        if name == "epilogue":
            words.append(f"+{value}")
        elif name != "layout":
            words.append(f"{name}={value}")
    return " ".join(words)


def _with_equal_padding(dims: dict[str, int]) -> dict[str, int]:
    """Equal padding at both ends by its one name, which the text form accepts."""
    for low, high, both in (("pf", "pk", "pd"), ("pt", "pb", "ph"), ("pl", "pr", "pw")):
        if low in dims and dims[low] == dims[high]:
            dims = {both if name == low else name: value for name, value in dims.items()
                    if name != high}
    return dims


def types_of(text: str) -> str:
    return text.rpartition(" : ")[2]
