# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""exit_code.py [--stdout=FILE] EXPECTED COMMAND...: runs the command, fails
unless it ends with this exit code."""
import subprocess
import sys

arguments = sys.argv[1:]
stdout = None
if arguments[0].startswith("--stdout="):
    stdout = open(arguments.pop(0).split("=", 1)[1], "wb")
expected, command = int(arguments[0]), arguments[1:]
found = subprocess.run(command, stdout=stdout, check=False).returncode
if found != expected:
    sys.exit(f"exit code {found}, expected {expected}: {' '.join(command)}")
