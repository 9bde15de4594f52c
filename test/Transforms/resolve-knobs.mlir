// RUN: pr-opt %s --pr-resolve-knobs="model=%models/tiler.prm" | FileCheck %s
// RUN: pr-opt %s --pr-resolve-knobs="model=%models/tiler.prm" --transform-interpreter --canonicalize | FileCheck %s --check-prefix=TILED
// RUN: not pr-opt %s --pr-resolve-knobs="model=%models/tiler.prm max-candidates=3" 2>&1 | FileCheck %s --check-prefix=MANY
// RUN: not pr-opt %s --pr-resolve-knobs="model=%models/npu.prm" 2>&1 | FileCheck %s --check-prefix=UNAWARE

// With the description, among the model's best: it knows that a depth of 16 is slow.
// RUN: sed -e 's#32 : i64#13 : i64#' %s | pr-opt --pr-resolve-knobs="model=%models/tiling_npu.prm" | FileCheck %s --check-prefix=MODEL
// RUN: sed -e 's#32 : i64#13 : i64#' %s | pr-opt --pr-resolve-knobs="model=%models/tiling_npu.prm architecture=%S/../Inputs/tiling_npu.mlir" | FileCheck %s --check-prefix=BOTH
// RUN: sed -e 's#32 : i64#13 : i64#' %s | pr-opt --pr-resolve-knobs="model=%models/tiling_npu.prm architecture=%S/../Inputs/tiling_npu.mlir evaluate-best=1" | FileCheck %s --check-prefix=MODEL
// MODEL: transform.tune.knob<"depth"> = 16 : i64
// BOTH: transform.tune.knob<"depth"> = 13 : i64

// MANY: error: its knobs have 4 combinations, more than 'max-candidates', 3
// UNAWARE: error: no options of its knobs have an estimate: target 'npu' takes no tile sizes of matmul

// What is no size of a tile is left alone.
// CHECK: transform.tune.knob<"other"> options = [1, 2]
// A depth of 32 does not fit with 8 rows and columns; 4 rows of depth 16 are more
// steps than 8.
// CHECK: transform.tune.knob<"rows"> = 8 : i64 from options = [4, 8]
// CHECK: transform.tune.knob<"depth"> = 16 : i64 from options = [16, 32]
// A selection from before stays.
// CHECK: transform.tune.knob<"columns"> = 8 : i64 from options = [2, 8]
// TILED-LABEL: func.func @main
// TILED: scf.for {{.*}} step %c16
// TILED: linalg.matmul ins(%{{.*}}, %{{.*}} : tensor<8x16xi8>, tensor<16x8xi8>)
module attributes {transform.with_named_sequence} {
  func.func @main(%a: tensor<8x64xi8>, %b: tensor<64x8xi8>, %c: tensor<8x8xi32>) -> tensor<8x8xi32> {
    %0 = linalg.matmul ins(%a, %b : tensor<8x64xi8>, tensor<64x8xi8>) outs(%c : tensor<8x8xi32>) -> tensor<8x8xi32>
    return %0 : tensor<8x8xi32>
  }
  transform.named_sequence @unused(%root: !transform.any_op {transform.readonly}) {
    %other = transform.tune.knob<"other"> options = [1, 2] -> !transform.any_param
    transform.yield
  }
  transform.named_sequence @__transform_main(%root: !transform.any_op {transform.readonly}) {
    %rows = transform.tune.knob<"rows"> options = [4 : i64, 8 : i64] -> !transform.param<i64>
    %depth = transform.tune.knob<"depth"> options = [16 : i64, 32 : i64] -> !transform.param<i64>
    %columns = transform.tune.knob<"columns"> = 8 : i64 from options = [2 : i64, 8 : i64] -> !transform.param<i64>
    %products = transform.structured.match ops{["linalg.matmul"]} in %root : (!transform.any_op) -> !transform.any_op
    %tile, %loops:3 = transform.structured.tile_using_for %products tile_sizes [%rows, %columns, %depth]
        : (!transform.any_op, !transform.param<i64>, !transform.param<i64>, !transform.param<i64>) -> (!transform.any_op, !transform.any_op, !transform.any_op, !transform.any_op)
    transform.yield
  }
}
