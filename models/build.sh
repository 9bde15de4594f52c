#!/usr/bin/env bash
# Rebuilds a shipped model from its campaign: measures, trains, and compares with
# what is committed. The same inputs give the same bytes.
#   models/build.sh ultratrail [BUILD_FOLDER]
set -euo pipefail
cd "$(dirname "$0")/.."

name=${1:?usage: models/build.sh NAME [BUILD_FOLDER]}
build=${2:-build}
campaign=benchmarks/$name.yaml
[ -e "$campaign" ] || { echo "models/build.sh: no campaign '$campaign'" >&2; exit 1; }

store=$build/models/$name.sqlite
mkdir -p "$build/models"
rm -f "$store"
"$build/bin/mlir-pr" measure --target "$name" --config "$campaign" --store "$store"
"$build/bin/mlir-pr" train --target "$name" --store "$store" -o "models/$name.prm"
