# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Interrupts pr-bench-opt while its target measures: every line that is out is a
whole JSON object, and the target's program does not outlive the tool."""
import json
import os
import signal
import subprocess
import sys
import time

CHILD = """
import json, os, sys, time
print(json.dumps({"protocol": 1, "target": "slow", "clock_mhz": None}), flush=True)
for line in sys.stdin:
    q = json.loads(line)
    if "m=4 " in q["layer"]:
        print(os.getpid(), file=sys.stderr, flush=True)
        time.sleep(600)
    print(json.dumps({"id": q["id"], "status": "ok", "cycles": 7}), flush=True)
"""


def alive(pid):
    try:
        with open(f"/proc/{pid}/stat") as stat:
            return stat.read().rsplit(")", 1)[1].split()[0] != "Z"
    except FileNotFoundError:
        return False


tool, python = sys.argv[1:]
layers = "".join(f"matmul m={m} n=8 k=8 : f32, f32 -> f32\n" for m in range(1, 8))
# One layer a block, so that the first three are out before the fourth hangs.
process = subprocess.Popen(
    [tool, f"--target=command:{python} -c '{CHILD}'", "--run", "--layers=-", "--block=1"],
    stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    # A shell's background job ignores interrupts, and so would its children.
    preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL))
process.stdin.write(layers)
process.stdin.close()
child = int(process.stderr.readline())
process.send_signal(signal.SIGINT)
output = process.stdout.read()
assert process.wait() == -signal.SIGINT, process.returncode
assert output.endswith("\n"), output
rows = [json.loads(line) for line in output.splitlines()]
assert [row["layer"].split()[2] for row in rows] == ["m=1", "m=2", "m=3"], rows
for _ in range(500):
    if not alive(child):
        break
    time.sleep(0.01)
assert not alive(child), "the target's program is still there"
