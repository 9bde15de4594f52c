// RUN: pr-opt %s -split-input-file --pr-apply-tiles --canonicalize | FileCheck %s
// RUN: pr-opt %s -split-input-file --pass-pipeline='builtin.module(func.func(pr-apply-tiles))' -o /dev/null

// One loop for each size but 0; the tile keeps neither sizes nor estimate.
// CHECK-LABEL: func.func @product
// CHECK-NOT: pr.
// CHECK: scf.for %{{.*}} = %c0 to %c8 step %c4 iter_args
// CHECK: scf.for %{{.*}} = %c0 to %c64 step %c16 iter_args
// CHECK: linalg.matmul ins(%{{.*}}, %{{.*}} : tensor<4x16xi8>, tensor<16x8xi8>) outs(%{{.*}} : tensor<4x8xi32>)
// CHECK-NOT: pr.
func.func @product(%a: tensor<8x64xi8>, %b: tensor<64x8xi8>, %c: tensor<8x8xi32>) -> tensor<8x8xi32> {
  %0 = linalg.matmul {pr.tile_sizes = #pr.tile_sizes<sizes = [4, 0, 16]>} ins(%a, %b : tensor<8x64xi8>, tensor<64x8xi8>) outs(%c : tensor<8x8xi32>) -> tensor<8x8xi32>
  return %0 : tensor<8x8xi32>
}

// -----

// Nothing to do: the operation stays, with its estimate.
// CHECK: #[[LATENCY:.*]] = #pr.latency
// CHECK-LABEL: func.func @whole
// CHECK-SAME: pr.total
// CHECK-NOT: scf.for
// CHECK: linalg.matmul {pr.latency = #[[LATENCY]]} ins
#latency = #pr.latency<target = "npu", model = "0123456789abcdef", status = predicted, cycles = 5, representative = <"matmul b=1 m=8 n=8 k=64 : i8, i8 -> i32">, key = "0123456789abcdef">
func.func @whole(%a: tensor<8x64xi8>, %b: tensor<64x8xi8>, %c: tensor<8x8xi32>) -> tensor<8x8xi32>
    attributes {pr.total = #pr.total<target = "npu", model = "0123456789abcdef", cycles = 5, ops = 1, covered_ops = 1>} {
  %0 = linalg.matmul {pr.latency = #latency, pr.tile_sizes = #pr.tile_sizes<sizes = [0, 0, 0]>} ins(%a, %b : tensor<8x64xi8>, tensor<64x8xi8>) outs(%c : tensor<8x8xi32>) -> tensor<8x8xi32>
  return %0 : tensor<8x8xi32>
}

// -----

// The function no longer counts the operation, and its total goes, also that of
// its caller.
// CHECK: #[[KEYS:.*]] = #pr.annotated_keys<target = "npu", {{.*}}keys = {"0123456789abcdef" = 1 : i64}>
// CHECK: module
// CHECK-NOT: pr.total
// CHECK: func.func @twice{{.*}}attributes {pr.annotated_keys = #[[KEYS]]}
#latency = #pr.latency<target = "npu", model = "0123456789abcdef", status = predicted, cycles = 5, representative = <"matmul b=1 m=8 n=8 k=64 : i8, i8 -> i32">, key = "0123456789abcdef">
#keys = #pr.annotated_keys<target = "npu", model = "0123456789abcdef", keys = {"0123456789abcdef" = 2 : i64}>
#total = #pr.total<target = "npu", model = "0123456789abcdef", cycles = 10, ops = 2, covered_ops = 2>
module attributes {pr.total = #total} {
  func.func @twice(%a: tensor<8x8xi8>, %b: tensor<8x8xi8>, %c: tensor<8x8xi32>) -> tensor<8x8xi32> attributes {pr.annotated_keys = #keys, pr.total = #total} {
    %0 = linalg.matmul {pr.latency = #latency, pr.tile_sizes = #pr.tile_sizes<sizes = [4, 0, 0]>} ins(%a, %b : tensor<8x8xi8>, tensor<8x8xi8>) outs(%c : tensor<8x8xi32>) -> tensor<8x8xi32>
    %1 = linalg.matmul {pr.latency = #latency} ins(%a, %b : tensor<8x8xi8>, tensor<8x8xi8>) outs(%0 : tensor<8x8xi32>) -> tensor<8x8xi32>
    return %1 : tensor<8x8xi32>
  }
  func.func @caller(%a: tensor<8x8xi8>, %b: tensor<8x8xi8>, %c: tensor<8x8xi32>) -> tensor<8x8xi32> attributes {pr.total = #total} {
    %0 = call @twice(%a, %b, %c) : (tensor<8x8xi8>, tensor<8x8xi8>, tensor<8x8xi32>) -> tensor<8x8xi32>
    return %0 : tensor<8x8xi32>
  }
}
