# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Schedules as tables spell them, turned into the words of the layer text.

Two spellings are understood: the layer text's own, `tile=oc:16,oh:4` or
`nest=oc:48|n:1,oc:16x`, and Timeloop's one-line loop nest,

    L3[WIO] K48 - L2[WI] N1 K16X - L1[O] C48 P16 C16X - L0[W] P8

memory levels and loops from the outermost, an X behind what is spread in space.
"""
from __future__ import annotations

import re
from typing import Mapping

from mlir_pr.errors import InputError

_LEVEL = re.compile(r"^L\d+\[[WIO]*\]$")
_LOOP = re.compile(r"^([A-Z])(\d+)(X?)$")
#: Timeloop's letters: P and R run along the width, Q and S along the height.
_LETTERS = {"K": "oc", "C": "ic", "P": "ow", "Q": "oh", "R": "kw", "S": "kh", "N": "n"}


def parse(text: str, dims: Mapping[str, int]) -> dict[str, str]:
    """Options of the layer text. `dims` are those of the layer."""
    text = text.strip()
    name, equals, value = text.partition("=")
    if equals and name in ("tile", "nest"):
        return {name: value}
    letters = dict(_LETTERS)
    if dims.get("ow", dims.get("iw")) == 1 and dims.get("kw") == 1:
        # One spatial axis is enough to be called the width.
        letters.update(P="oh", R="kh")
    return {"nest": "|".join(_level(level, letters, text) for level in text.split(" - "))}


def _level(level: str, letters: Mapping[str, str], text: str) -> str:
    header, *loops = level.split() or [""]
    if not _LEVEL.match(header):
        raise _unreadable(text, header)
    return ",".join(_loop(loop, letters, text) for loop in loops)


def _loop(loop: str, letters: Mapping[str, str], text: str) -> str:
    matched = _LOOP.match(loop)
    if not matched or matched[1] not in letters:
        raise _unreadable(text, loop)
    return f"{letters[matched[1]]}:{matched[2]}{matched[3].lower()}"


def _unreadable(text: str, part: str) -> InputError:
    return InputError(f"schedule '{text}': '{part}' is unknown, expected 'tile=…', 'nest=…' or a "
                      "loop nest like 'L1[O] C48 P16 - L0[W] P8'")
