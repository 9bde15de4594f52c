#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Runs the three test runners and adds up what they report.

Each runner writes a JUnit file; the totals come from those files and not from
the runners' words, so that a runner that ran nothing is seen.
"""
import argparse
import os
import subprocess
import sys
import xml.etree.ElementTree as ElementTree
from pathlib import Path

SOURCE = Path(__file__).resolve().parent.parent


def run(title: str, command: list, env: dict) -> bool:
    print(f"-- {title}", flush=True)
    return subprocess.run([str(part) for part in command], env=env, cwd=SOURCE).returncode == 0


def runners(build: Path, results: Path, python: str, lit: str):
    """(title, command, JUnit file) of every test program."""
    for binary in sorted((build / "unittests").glob("*Tests")):
        report = results / f"{binary.name}.xml"
        yield binary.name, [binary, "--gtest_brief=1", f"--gtest_output=xml:{report}"], report
    report = results / "lit.xml"
    yield "lit", [python, lit, "-s", "--timeout=600", f"--xunit-xml-output={report}", build / "test"], report
    for folder in ("python/tests", "integration_test", "rtl/test"):
        if (SOURCE / folder).is_dir():
            report = results / (folder.replace("/", "-") + ".xml")
            yield folder, [python, "-m", "pytest", "-q", "-p", "no:cacheprovider",
                           f"--junitxml={report}", folder], report


def count(report: Path) -> tuple:
    """(passed, failed, skipped) of a JUnit file; a missing one is a failure."""
    if not report.is_file():
        return 0, 1, 0
    cases = list(ElementTree.parse(report).iter("testcase"))
    failed = sum(1 for c in cases if c.find("failure") is not None or c.find("error") is not None)
    skipped = sum(1 for c in cases if c.find("skipped") is not None or c.get("status") == "notrun")
    return len(cases) - failed - skipped, failed, skipped


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--build", type=Path, default=SOURCE / "build")
    parser.add_argument("--results", type=Path, required=True)
    arguments = parser.parse_args()
    build, results = arguments.build.resolve(), arguments.results.resolve()
    env = dict(os.environ, PYTHONPATH=str(build / "python"), PR_BUILD_DIR=str(build),
               PATH=f"{build / 'bin'}{os.pathsep}{os.environ.get('PATH', '')}")
    lit = "/usr/lib/llvm-22/bin/lit"
    totals, bad = [0, 0, 0], []
    for title, command, report in runners(build, results, sys.executable, lit):
        clean = run(title, command, env)
        counts = count(report)
        if not clean and counts[1] == 0:
            counts = (counts[0], 1, counts[2])
        if not clean or sum(counts) == 0:
            bad.append(title)
        totals = [a + b for a, b in zip(totals, counts)]
    if bad:
        print("not clean: " + ", ".join(bad))
    print(f"{totals[0]} passed, {totals[1]} failed, {totals[2]} skipped", flush=True)
    return 1 if bad or totals[1] else 0


if __name__ == "__main__":
    sys.exit(main())
