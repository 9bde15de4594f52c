// Choosing and applying tile sizes in stock mlir-opt, as passes and from a script.

// RUN: mlir-opt --load-dialect-plugin=%plugin %s --pass-pipeline='builtin.module(pr-choose-tiles{model=%models/tiler.prm})' | FileCheck %s --check-prefix=CHOSEN
// CHOSEN: linalg.matmul {pr.tile_sizes = #pr.tile_sizes<sizes = [0, 0, 16]
// RUN: mlir-opt --load-pass-plugin=%plugin %s --pass-pipeline='builtin.module(func.func(pr-choose-tiles{model=%models/tiler.prm},pr-apply-tiles),canonicalize)' | FileCheck %s --check-prefix=TILED
// TILED: scf.for
// TILED: linalg.matmul ins(%{{.*}}, %{{.*}} : tensor<8x16xi8>, tensor<16x8xi8>)

// Of an annotated function the tile has no estimate, and nothing is lost.
// RUN: not mlir-opt --load-dialect-plugin=%plugin %s --pass-pipeline='builtin.module(pr-choose-tiles{model=%models/tiler.prm},pr-annotate-latency{model=%models/npu.prm},pr-apply-tiles,canonicalize,pr-verify-estimates)' 2>&1 | FileCheck %s --check-prefix=FRESH
// FRESH-NOT: {{lost|stale}}
// FRESH: error: target 'npu': fresh operation without an estimate: matmul b=1 m=8 n=8 k=16
// FRESH-NOT: {{lost|stale}}
// Annotating again mends it.
// RUN: mlir-opt --load-dialect-plugin=%plugin %s --pass-pipeline='builtin.module(pr-choose-tiles{model=%models/tiler.prm},pr-annotate-latency{model=%models/npu.prm},pr-apply-tiles,canonicalize,pr-annotate-latency{model=%models/npu.prm},pr-verify-estimates)' -o /dev/null

// Tiled by somebody else, chosen sizes are on the tile, where they are stale.
// RUN: sed -e 's#batch_matmul#matmul#' %S/Inputs/tile.mlir > %t.tile.mlir
// RUN: mlir-opt --load-dialect-plugin=%plugin %s --pass-pipeline='builtin.module(pr-choose-tiles{model=%models/tiler.prm})' -o %t.chosen.mlir
// RUN: not mlir-opt --load-dialect-plugin=%plugin %t.chosen.mlir --pass-pipeline='builtin.module(transform-preload-library{transform-library-paths=%t.tile.mlir},transform-interpreter,pr-apply-tiles)' 2>&1 | FileCheck %s --check-prefix=STALE
// STALE: error: stale tile sizes: they are for 'matmul b=1 m=8 n=8 k=64 layout=nn tile=m:8,n:8,k:16 : i8, i8 -> i32', but loop 1 has extent 2

// The operation of the transform dialect, and knobs.
// RUN: sed -e 's#MODEL#%models/tiler.prm#' %S/../TransformOps/choose-tiles.mlir | mlir-opt --load-dialect-plugin=%plugin --pass-pipeline='builtin.module(transform-interpreter,canonicalize)' | FileCheck %s --check-prefix=TILED
// RUN: mlir-opt --load-dialect-plugin=%plugin %S/../Transforms/resolve-knobs.mlir --pass-pipeline='builtin.module(pr-resolve-knobs{model=%models/tiler.prm},transform-interpreter,canonicalize)' | FileCheck %s --check-prefix=TILED
func.func @main(%a: tensor<8x64xi8>, %b: tensor<64x8xi8>, %c: tensor<8x8xi32>) -> tensor<8x8xi32> {
  %0 = linalg.matmul ins(%a, %b : tensor<8x64xi8>, tensor<64x8xi8>) outs(%c : tensor<8x8xi32>) -> tensor<8x8xi32>
  return %0 : tensor<8x8xi32>
}
