// Estimates of operations with tile sizes are for these sizes.

// RUN: pr-opt %s --pr-annotate-latency="model=%models/tiler.prm" -o %t.mlir
// RUN: pr-opt %t.mlir --pr-verify-estimates -o /dev/null
// RUN: sed -e 's#sizes = \[0, 0, 16\]#sizes = [0, 0, 8]#' %t.mlir | not pr-opt --pr-verify-estimates 2>&1 | FileCheck %s --check-prefix=CHANGED
// RUN: sed -e 's#, pr.tile_sizes = \#pr.tile_sizes<[^>]*>##' %t.mlir | not pr-opt --pr-verify-estimates 2>&1 | FileCheck %s --check-prefix=GONE
// CHANGED: error: target 'tiler': stale estimate
// CHANGED: note: the operation is now: matmul b=1 m=8 n=8 k=64 layout=nn tile=m:8,n:8,k:8 : i8, i8 -> i32
// GONE: error: target 'tiler': stale estimate
// GONE: note: the operation is now: matmul b=1 m=8 n=8 k=64 layout=nn : i8, i8 -> i32
func.func @product(%a: tensor<8x64xi8>, %b: tensor<64x8xi8>, %c: tensor<8x8xi32>) -> tensor<8x8xi32> {
  %0 = linalg.matmul {pr.tile_sizes = #pr.tile_sizes<sizes = [0, 0, 16], target = "tiler">} ins(%a, %b : tensor<8x64xi8>, tensor<64x8xi8>) outs(%c : tensor<8x8xi32>) -> tensor<8x8xi32>
  return %0 : tensor<8x8xi32>
}
