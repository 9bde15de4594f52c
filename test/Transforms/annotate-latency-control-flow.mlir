// Totals through branches: of a choice the slowest branch counts and the fastest
// is the lower bound; what lies in several blocks counts once, with a warning.

// RUN: pr-opt %s --pr-annotate-latency="model=%models/npu.prm" 2>&1 | FileCheck %s

// CHECK: warning: target 'npu': 2 of 9 operations have no estimate
// CHECK: note: 1 operation: nobody knows how often each of several blocks runs, all of them count once
// CHECK: note: 1 operation: the loop's trip count is unknown, its body counts once

// CHECK-DAG: #[[CHOICE:.*]] = #pr.total<target = "npu", {{.*}}time_ps = 26000, lower_ps = 13000, upper_ps = 26000, cycles = 26, lower_cycles = 13, upper_cycles = 26, ops = 3, covered_ops = 3
// Without an else there may be nothing to do.
// CHECK-DAG: #[[MAYBE:.*]] = #pr.total<target = "npu", {{.*}}time_ps = 13000, lower_ps = 0, upper_ps = 13000
// CHECK-DAG: #[[BLOCKS:.*]] = #pr.total<target = "npu", {{.*}}time_ps = 13000, {{.*}}ops = 2, covered_ops = 1
// CHECK: func.func @choice{{.*}}pr.total = #[[CHOICE]]
// CHECK: func.func @maybe{{.*}}pr.total = #[[MAYBE]]
// CHECK: func.func @blocks{{.*}}pr.total = #[[BLOCKS]]
func.func @choice(%p: i1, %a: tensor<1x16xi8>, %w: tensor<16x12xi8>, %c: tensor<1x12xi32>) -> tensor<1x12xi32> {
  %r = scf.if %p -> (tensor<1x12xi32>) {
    %0 = linalg.matmul ins(%a, %w : tensor<1x16xi8>, tensor<16x12xi8>) outs(%c : tensor<1x12xi32>) -> tensor<1x12xi32>
    scf.yield %0 : tensor<1x12xi32>
  } else {
    %1 = linalg.matmul ins(%a, %w : tensor<1x16xi8>, tensor<16x12xi8>) outs(%c : tensor<1x12xi32>) -> tensor<1x12xi32>
    %2 = linalg.matmul ins(%a, %w : tensor<1x16xi8>, tensor<16x12xi8>) outs(%1 : tensor<1x12xi32>) -> tensor<1x12xi32>
    scf.yield %2 : tensor<1x12xi32>
  }
  return %r : tensor<1x12xi32>
}
func.func @maybe(%p: i1, %a: memref<1x16xi8>, %w: memref<16x12xi8>, %c: memref<1x12xi32>) {
  scf.if %p {
    linalg.matmul ins(%a, %w : memref<1x16xi8>, memref<16x12xi8>) outs(%c : memref<1x12xi32>)
  }
  return
}
func.func @blocks(%p: i1, %a: memref<1x16xi8>, %w: memref<16x12xi8>, %c: memref<1x12xi32>) {
  cf.cond_br %p, ^work, ^done
^work:
  linalg.matmul ins(%a, %w : memref<1x16xi8>, memref<16x12xi8>) outs(%c : memref<1x12xi32>)
  cf.br ^done
^done:
  return
}
func.func @loop(%n: index, %a: memref<1x16xi8>, %w: memref<16x12xi8>, %c: memref<1x12xi32>) {
  %zero = arith.constant 0 : index
  %one = arith.constant 1 : index
  scf.for %i = %zero to %n step %one {
    linalg.matmul ins(%a, %w : memref<1x16xi8>, memref<16x12xi8>) outs(%c : memref<1x12xi32>)
    linalg.matmul ins(%a, %w : memref<1x16xi8>, memref<16x12xi8>) outs(%c : memref<1x12xi32>)
  }
  return
}
