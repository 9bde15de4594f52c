#!/usr/bin/env bash
# Reproduces the full figures of one benchmark, or of all, into docs/Results.md.
#   benchmarks/run.sh                  lists the benchmarks
#   benchmarks/run.sh NAME [OPTION..]  runs benchmarks/NAME.py (--help shows its options)
#   benchmarks/run.sh all              runs them one after the other
# The tree must be built (./quickstart.sh or cmake --build --preset release); PR_BUILD_DIR names another folder.
set -euo pipefail
cd "$(dirname "$0")/.."

export PR_BUILD_DIR=${PR_BUILD_DIR:-$PWD/build}
export PYTHONPATH=$PR_BUILD_DIR/python:$PWD/benchmarks
python=/usr/bin/python3

names=$("$python" benchmarks/results.py list)
if [ $# -eq 0 ]; then
  echo "usage: benchmarks/run.sh NAME|all [OPTION...]; NAME is one of:"
  sed 's/^/  /' <<<"$names"
  exit 2
fi
name=$1
shift
[ -x "$PR_BUILD_DIR/bin/mlir-pr" ] || { echo "benchmarks/run.sh: nothing is built in '$PR_BUILD_DIR'" >&2; exit 1; }
if [ "$name" = all ]; then
  for each in $(cut -d' ' -f1 <<<"$names"); do
    echo "== $each" >&2
    "$python" "benchmarks/$each.py" "$@"
  done
else
  grep -q "^$name " <<<"$names" || { echo "benchmarks/run.sh: no benchmark '$name', expected one of: $(cut -d' ' -f1 <<<"$names" | paste -sd' ')" >&2; exit 2; }
  "$python" "benchmarks/$name.py" "$@"
fi
