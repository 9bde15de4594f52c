// RUN: sed -e 's#MODEL#%models/tiler.prm#' %s | pr-opt --transform-interpreter --canonicalize | FileCheck %s
// RUN: sed -e 's#MODEL#%models/tiler.prm#' %s | pr-opt | pr-opt | FileCheck %s --check-prefix=ROUND
// RUN: sed -e 's#MODEL#%models/npu.prm#' %s | not pr-opt --transform-interpreter 2>&1 | FileCheck %s --check-prefix=UNAWARE
// RUN: sed -e 's#MODEL#nowhere.prm#' %s | not pr-opt --transform-interpreter 2>&1 | FileCheck %s --check-prefix=MISSING

// With the description the choice is that of pr-choose-tiles with it.
// RUN: sed -e 's#MODEL#%models/tiling_npu.prm#' -e 's#max_candidates 64#architecture "%S/../Inputs/tiling_npu.mlir" evaluate_best 4#' %s | pr-opt --transform-interpreter --canonicalize | FileCheck %s --check-prefix=BOTH
// RUN: sed -e 's#MODEL#%models/tiling_npu.prm#' -e 's#max_candidates 64#architecture "ultratrail"#' %s | not pr-opt --transform-interpreter 2>&1 | FileCheck %s --check-prefix=OTHER
// BOTH-LABEL: func.func @main
// BOTH: scf.for {{.*}} = %c0 to %c64 step %c13
// OTHER: error: architecture 'ultratrail' describes target 'ultratrail[clock_khz=1000000]', but model

// UNAWARE: error: an operation gets no tile sizes: target 'npu' takes no tile sizes of matmul
// UNAWARE: note: the operation
// MISSING: error: {{.*}}nowhere.prm
// ROUND: transform.pr.choose_tiles "{{.*}}tiler.prm" for %{{.*}} max_candidates 64 : (!transform.any_op) -> (!transform.param<i64>, !transform.param<i64>, !transform.param<i64>)

// CHECK-LABEL: func.func @main
// CHECK: scf.for {{.*}} = %c0 to %c64 step %c16
// CHECK: linalg.matmul ins(%{{.*}}, %{{.*}} : tensor<8x16xi8>, tensor<16x8xi8>)
module attributes {transform.with_named_sequence} {
  func.func @main(%a: tensor<8x64xi8>, %b: tensor<64x8xi8>, %c: tensor<8x8xi32>) -> tensor<8x8xi32> {
    %0 = linalg.matmul ins(%a, %b : tensor<8x64xi8>, tensor<64x8xi8>) outs(%c : tensor<8x8xi32>) -> tensor<8x8xi32>
    return %0 : tensor<8x8xi32>
  }
  transform.named_sequence @__transform_main(%root: !transform.any_op {transform.readonly}) {
    %products = transform.structured.match ops{["linalg.matmul"]} in %root : (!transform.any_op) -> !transform.any_op
    %m, %n, %k = transform.pr.choose_tiles "MODEL" for %products max_candidates 64 : (!transform.any_op) -> (!transform.param<i64>, !transform.param<i64>, !transform.param<i64>)
    %tile, %loops:3 = transform.structured.tile_using_for %products tile_sizes [%m, %n, %k]
        : (!transform.any_op, !transform.param<i64>, !transform.param<i64>, !transform.param<i64>) -> (!transform.any_op, !transform.any_op, !transform.any_op, !transform.any_op)
    transform.yield
  }
}
