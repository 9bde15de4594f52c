#!/usr/bin/env bash
# From a bare Debian 12 to an annotated network in one command: installs what is
# missing, builds what is needed, measures UltraTrail (an accelerator described
# in architectures/ultratrail.mlir), trains a model on the measurements,
# annotates TC-ResNet8 with it in the stock mlir-opt and writes a report.
# Running it again does only what is left to do.
#   ./quickstart.sh [--no-install]
set -euo pipefail
cd "$(dirname "$0")"

say() { printf '\n== %s\n' "$*"; }
out=build/quickstart
store=$out/ultratrail.sqlite
model=$out/ultratrail.prm

if [ "${1:-}" != --no-install ]; then
  say "1/6 installing what is missing"
  scripts/install-packages.sh scripts/packages-build.txt
fi

say "2/6 building the plugin, pr-bench-opt and the Python package (some minutes, the first time)"
# A folder that check.sh configured keeps its tests.
[ -e build/CMakeCache.txt ] && options=() || options=(-DPR_ENABLE_TESTS=OFF)
scripts/configure.sh "${options[@]}"
cmake --build --preset release --target PRPlugin pr-bench-opt mlir_pr
mkdir -p "$out"

say "3/6 measuring representatives of UltraTrail's layers"
build/bin/mlir-pr measure --target ultratrail --config benchmarks/ultratrail.yaml --store "$store"

say "4/6 training a model on them"
build/bin/mlir-pr train --store "$store" --target ultratrail -o "$model"

say "5/6 writing the report"
build/bin/mlir-pr report --model "$model" --store "$store" --as-quantized \
  --network examples/tc_resnet8.linalg.mlir -o "$out/report.html"

say "6/6 annotating a network: examples/tc_resnet8.linalg.mlir"
build/bin/mlir-pr annotate examples/tc_resnet8.linalg.mlir --model "$model" --as-quantized

cat <<END

The report with figures is $out/report.html. Next:
  build/bin/mlir-pr --help                      all commands
  build/bin/mlir-pr show $model   the model's card
  ./check.sh                                    the tests
END
