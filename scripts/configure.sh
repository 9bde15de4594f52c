#!/usr/bin/env bash
# Configures the release preset; uses ccache where it is installed. Arguments go
# to cmake. Quiet unless it fails.
set -euo pipefail
cd "$(dirname "$0")/.."

launcher=()
if command -v ccache >/dev/null; then
  launcher=(-DCMAKE_CXX_COMPILER_LAUNCHER=ccache)
  # Precompiled headers are only cached with these.
  export CCACHE_SLOPPINESS=pch_defines,time_macros
fi
mkdir -p build
if ! cmake --preset release "${launcher[@]}" "$@" >build/configure.log 2>&1; then
  cat build/configure.log >&2
  exit 1
fi
grep -E '^-- Using' build/configure.log || true
