#!/usr/bin/env bash
# Installs what is missing, builds everything and runs every test: lit, gtest,
# pytest. Ends with one line of totals; exits with 0 only if nothing failed.
#   ./check.sh [--no-install]
set -euo pipefail
cd "$(dirname "$0")"

say() { printf '\n== %s\n' "$*"; }

if [ "${1:-}" != --no-install ]; then
  say "installing what is missing"
  scripts/install-packages.sh scripts/packages-build.txt scripts/packages-test.txt
fi

say "building (preset release, folder build/)"
scripts/configure.sh -DPR_ENABLE_TESTS=ON
cmake --build --preset release
cmake --build --preset release --target build-pr-tests

say "testing"
results=build/test-results
rm -rf "$results" && mkdir -p "$results"
/usr/bin/python3 scripts/run_tests.py --build build --results "$results"
