# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Examines the installation: every part that a command needs, and the package
to install where it is missing."""
from __future__ import annotations

import importlib
import re
import sys
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Callable

from mlir_pr import toolchain
from mlir_pr.errors import PRError

#: Module, Debian package.
_MODULES = (("click", "python3-click"), ("rich", "python3-rich"), ("numpy", "python3-numpy"),
            ("scipy", "python3-scipy"), ("pandas", "python3-pandas"),
            ("xgboost", "python3-xgboost"),
            ("yaml", "python3-yaml"), ("matplotlib", "python3-matplotlib"),
            ("jinja2", "python3-jinja2"), ("sklearn", "python3-sklearn"))
_BUILD = "build the project (./quickstart.sh, or cmake --build build)"


@dataclass(frozen=True)
class Finding:
    what: str
    ok: bool
    #: A version, a path, or what went wrong.
    found: str
    remedy: str = ""

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


def examine() -> list[Finding]:
    findings = [_python()]
    findings += [_module(name, f"apt install {package}") for name, package in _MODULES]
    findings.append(_module("mlir_pr._core", _BUILD))
    findings.append(_check("mlir-opt", "apt install mlir-22-tools", _mlir_opt))
    findings.append(_check("PRPlugin.so", _BUILD, _plugin))
    findings.append(_check("pr-bench-opt", _BUILD, _bench_opt))
    return findings


def _python() -> Finding:
    version = ".".join(map(str, sys.version_info[:3]))
    return Finding("Python", sys.version_info >= (3, 11), f"{version} ({sys.executable})",
                   "configure with -DPython3_EXECUTABLE=/usr/bin/python3")


def _module(name: str, remedy: str) -> Finding:
    try:
        module = importlib.import_module(name)
    except Exception as error:  # whatever a broken module raises on import
        return Finding(name, False, str(error), remedy)
    return Finding(name, True, str(getattr(module, "__version__", "found")))


def _check(what: str, remedy: str, look: Callable[[], str]) -> Finding:
    try:
        return Finding(what, True, look())
    except PRError as error:
        return Finding(what, False, str(error), remedy)


def _existing(path: Path) -> Path:
    if not path.exists():
        raise PRError(f"'{path}' does not exist")
    return path


def _mlir_opt() -> str:
    path = _existing(toolchain.mlir_opt())
    version = re.search(r"version (\d+\.\d+\.\d+)", toolchain.output_of([str(path), "--version"]))
    if not version or not version[1].startswith("22.1."):
        raise PRError(f"'{path}' is version {version[1] if version else 'unknown'}, expected 22.1")
    return f"{version[1]} ({path})"


def _plugin() -> str:
    """Names a pass of the plugin: a plugin that does not load passes otherwise."""
    path = _existing(toolchain.plugin())
    toolchain.output_of([str(toolchain.mlir_opt()), f"--load-dialect-plugin={path}",
                         "--pass-pipeline=builtin.module(pr-strip-annotations)", "/dev/null"])
    return f"loads into mlir-opt ({path})"


def _bench_opt() -> str:
    from mlir_pr import runner
    path = _existing(toolchain.bench_opt())
    targets = runner.list_targets().get("targets", [])
    usable = [target["name"] for target in targets if target["available"]]
    others = [f"; not {target['name']}: {target['reason']}" for target in targets
              if not target["available"]]
    return f"targets {', '.join(usable)}{''.join(others)} ({path})"
