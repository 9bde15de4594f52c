// What LatencyAnalysis answers for ops, regions and functions: loops of a
// constant trip count multiply, of the branches of a choice the slowest counts,
// calls are followed. It is cached until a pass does not preserve it.

// RUN: pr-opt %s --pr-attach-targets=model=%models/npu.prm -o %t.mlir
// RUN: pr-opt %t.mlir --test-pr-print-latency -o /dev/null | FileCheck %s
// RUN: pr-opt %t.mlir --pass-pipeline='builtin.module(test-pr-print-latency,test-pr-print-latency,pr-annotate-latency,test-pr-print-latency,func.func(canonicalize),test-pr-print-latency)' -o /dev/null | FileCheck %s --check-prefix=CACHED
// CACHED: cached: no
// CACHED: cached: yes
// CACHED: cached: yes
// CACHED: cached: no
// RUN: pr-opt %s --test-pr-print-latency -o /dev/null | FileCheck %s --check-prefix=NONE
// NONE: builtin.module: no model is given
// RUN: pr-opt %t.mlir --test-pr-print-latency=target=board -o /dev/null | FileCheck %s --check-prefix=BOARD
// BOARD: builtin.module: no model is for target 'board'

// The root: main alone, which calls the other.
// CHECK: builtin.module: 286000 ps [156000, 286000], 23 of 23
// CHECK: func.func: 13000 ps [13000, 13000], 1 of 1
// CHECK: linalg.matmul: 13000 ps [13000, 13000], 1 of 1
// CHECK: func.func: 286000 ps [156000, 286000], 23 of 23
// The constants and scalars have no work.
// CHECK: arith.constant: 0 ps [0, 0], 0 of 0
// CHECK: scf.for: 130000 ps [130000, 130000], 10 of 10
// CHECK-NEXT: region 0: 13000 ps [13000, 13000], 1 of 1
// CHECK: linalg.matmul: 13000 ps
// CHECK: scf.if: 143000 ps [13000, 143000], 12 of 12
// CHECK-NEXT: region 0: 13000 ps [13000, 13000], 1 of 1
// CHECK-NEXT: region 1: 143000 ps [143000, 143000], 11 of 11
// CHECK-NEXT: call: 13000 ps [13000, 13000], 1 of 1
module {
  func.func private @layer(%a: tensor<1x16xi8>, %w: tensor<16x12xi8>, %c: tensor<1x12xi32>) -> tensor<1x12xi32> {
    %0 = linalg.matmul ins(%a, %w : tensor<1x16xi8>, tensor<16x12xi8>) outs(%c : tensor<1x12xi32>) -> tensor<1x12xi32>
    return %0 : tensor<1x12xi32>
  }
  func.func @main(%a: tensor<1x16xi8>, %w: tensor<16x12xi8>, %c: tensor<1x12xi32>, %p: i1) -> tensor<1x12xi32> {
    %zero = arith.constant 0 : index
    %one = arith.constant 1 : index
    %ten = arith.constant 10 : index
    %sum = scf.for %i = %zero to %ten step %one iter_args(%x = %c) -> (tensor<1x12xi32>) {
      %0 = linalg.matmul ins(%a, %w : tensor<1x16xi8>, tensor<16x12xi8>) outs(%x : tensor<1x12xi32>) -> tensor<1x12xi32>
      scf.yield %0 : tensor<1x12xi32>
    }
    %once = func.call @layer(%a, %w, %sum) : (tensor<1x16xi8>, tensor<16x12xi8>, tensor<1x12xi32>) -> tensor<1x12xi32>
    %either = scf.if %p -> (tensor<1x12xi32>) {
      %1 = func.call @layer(%a, %w, %once) : (tensor<1x16xi8>, tensor<16x12xi8>, tensor<1x12xi32>) -> tensor<1x12xi32>
      scf.yield %1 : tensor<1x12xi32>
    } else {
      %2 = func.call @layer(%a, %w, %once) : (tensor<1x16xi8>, tensor<16x12xi8>, tensor<1x12xi32>) -> tensor<1x12xi32>
      %3 = scf.for %j = %zero to %ten step %one iter_args(%x = %2) -> (tensor<1x12xi32>) {
        %4 = linalg.matmul ins(%a, %w : tensor<1x16xi8>, tensor<16x12xi8>) outs(%x : tensor<1x12xi32>) -> tensor<1x12xi32>
        scf.yield %4 : tensor<1x12xi32>
      }
      scf.yield %3 : tensor<1x12xi32>
    }
    return %either : tensor<1x12xi32>
  }
}
