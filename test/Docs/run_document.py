#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Runs what a document shows.

A fenced block behind `<!-- file: NAME -->` is a piece of that file; pieces of one file
follow each other. A block behind `<!-- run -->` shows commands, `$ command` (continued
by a backslash), each with what it prints on standard output: `...` stands for anything,
within a line or as a line of its own, and runs of spaces do not count. Files are written
before the first command runs, into the current folder, which should be empty.

    run_document.py DOCUMENT.md
"""
import re
import subprocess
import sys
from pathlib import Path

BLOCK = re.compile(r"<!-- (file: (?P<file>\S+)|run) -->\n```\w*\n(?P<text>.*?)```\n", re.DOTALL)


def commands(text):
    """(command, expected output) pairs of a block."""
    found = []
    for line in text.replace("\\\n", " ").splitlines():
        if line.startswith("$ "):
            found.append((line[2:], []))
        else:
            found[-1][1].append(line)
    return found


def pattern(expected):
    parts = []
    for line in expected:
        words = re.escape(" ".join(line.split())).replace(re.escape("..."), ".*")
        parts.append(r"(.*\n)*?" if line.strip() == "..." else words + r"\n")
    return "".join(parts)


def normal(output):
    return "".join(" ".join(line.split()) + "\n" for line in output.splitlines())


def check(command, expected):
    """Runs the command; the reason why it is not as shown, or None."""
    done = subprocess.run(["bash", "-c", command], capture_output=True, text=True, check=False)
    if done.returncode:
        return f"exit status {done.returncode}\n{done.stderr}"
    if not re.fullmatch(pattern(expected), normal(done.stdout)):
        return "printed\n" + done.stdout + "expected\n" + "\n".join(expected)
    return None


def main():
    blocks = list(BLOCK.finditer(Path(sys.argv[1]).read_text(encoding="utf-8")))
    files = {}
    for block in blocks:
        if block["file"]:
            files[block["file"]] = files.get(block["file"], "") + block["text"]
    for name, text in files.items():
        Path(name).write_text(text, encoding="utf-8")
    ran = 0
    for block in blocks:
        for command, expected in [] if block["file"] else commands(block["text"]):
            problem = check(command, expected)
            if problem:
                print(f"{sys.argv[1]}: $ {command}\n{problem}", file=sys.stderr)
                return 1
            ran += 1
    print(f"{len(files)} files, {ran} commands")
    return 0 if files and ran else 1


if __name__ == "__main__":
    sys.exit(main())
