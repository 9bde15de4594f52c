// What has no estimate is said, with its reason, and is an error with `strict`.

// RUN: pr-opt %s --pr-annotate-latency="model=%models/npu.prm" -verify-diagnostics -split-input-file | FileCheck %s
// RUN: not pr-opt %s --pr-annotate-latency="model=%models/npu.prm strict" -split-input-file 2>&1 | FileCheck %s --check-prefix=STRICT
// RUN: pr-opt %s --pr-annotate-latency="model=%models/npu.prm annotate-all" -split-input-file 2>/dev/null | FileCheck %s --check-prefix=ALL
// What was annotated before and is not now does not stay.
// RUN: pr-opt %s --pr-annotate-latency="model=%models/npu.prm" 2>/dev/null > %t.once
// RUN: pr-opt %s --pr-annotate-latency="model=%models/npu.prm,%models/board.prm annotate-all" 2>/dev/null | pr-opt --pr-annotate-latency="model=%models/npu.prm" 2>/dev/null | diff - %t.once

// STRICT: error: target 'npu': 4 of 5 operations have no estimate
// expected-warning @below {{target 'npu': 4 of 5 operations have no estimate}}
module {
  // CHECK-DAG: #[[DYNAMIC:.*]] = #pr.latency<target = "npu", {{.*}}status = unsupported, reason = "{{.*}}dynamic
  // CHECK-DAG: #[[FLOAT:.*]] = #pr.latency<target = "npu", {{.*}}status = unsupported, key = "{{[0-9a-f]+}}", reason = "{{.*}}f32
  // CHECK-DAG: #[[KIND:.*]] = #pr.latency<target = "npu", {{.*}}status = unsupported, key = "{{[0-9a-f]+}}", reason = "{{.*}}data_movement
  // The coverage by time is unknown: nothing says how long the dynamic one takes.
  // CHECK-DAG: #[[TOTAL:.*]] = #pr.total<{{.*}}, ops = 5, covered_ops = 1>
  // ALL-DAG: #[[CONSTANT:.*]] = #pr.latency<target = "npu", {{.*}}status = folded, reason = "constant">
  // CHECK-LABEL: func.func @gaps
  func.func @gaps(%a: tensor<1x16xi8>, %w: tensor<16x12xi8>, %c: tensor<1x12xi32>,
                  %da: tensor<?x16xi8>, %dc: tensor<?x12xi32>,
                  %fa: tensor<2x4xf32>, %fb: tensor<4x8xf32>, %fc: tensor<2x8xf32>, %t: tensor<8x2xf32>)
      -> (tensor<1x12xi32>, tensor<?x12xi32>, tensor<2x8xf32>, tensor<8x2xf32>) {
    // CHECK: arith.constant 0.0
    // ALL: arith.constant {pr.latency = #[[CONSTANT]]} 0.0
    %zero = arith.constant 0.0 : f32
    %0 = linalg.matmul ins(%a, %w : tensor<1x16xi8>, tensor<16x12xi8>) outs(%c : tensor<1x12xi32>) -> tensor<1x12xi32>
    // CHECK: linalg.matmul {pr.latency = #[[DYNAMIC]]}
    // expected-note @below {{1 operation: dimension 0 of operand 0 is dynamic}}
    %1 = linalg.matmul ins(%da, %w : tensor<?x16xi8>, tensor<16x12xi8>) outs(%dc : tensor<?x12xi32>) -> tensor<?x12xi32>
    // The most frequent reason comes first.
    // CHECK: linalg.matmul {pr.latency = #[[FLOAT]]}
    // expected-note @below {{2 operations: }}
    %2 = linalg.matmul ins(%fa, %fb : tensor<2x4xf32>, tensor<4x8xf32>) outs(%fc : tensor<2x8xf32>) -> tensor<2x8xf32>
    %3 = linalg.matmul ins(%fa, %fb : tensor<2x4xf32>, tensor<4x8xf32>) outs(%2 : tensor<2x8xf32>) -> tensor<2x8xf32>
    // CHECK: linalg.transpose {{.*}} {pr.latency = #[[KIND]]}
    // expected-note @below {{1 operation: }}
    %4 = linalg.transpose ins(%3 : tensor<2x8xf32>) outs(%t : tensor<8x2xf32>) permutation = [1, 0]
    return %0, %1, %3, %4 : tensor<1x12xi32>, tensor<?x12xi32>, tensor<2x8xf32>, tensor<8x2xf32>
  }
}
