// Operations with unknown extents: by extent, or at an assumed one.

// RUN: pr-opt %s --pr-annotate-latency="model=%models/npu.prm by-extent=32" 2>&1 | FileCheck %s
// The array is 8 wide: eight columns cost as much as one. Rows cost 4000 ps each.
// One row of 9 to 16 columns was measured, at 13000 ps.
// CHECK-DAG: #[[COLUMNS:.*]] = #pr.latency<target = "npu", {{.*}}status = unsupported, reason = "dimension 1 of operand 1 is dynamic", by_extent = <unit = "ps", unknowns = 1, last = 32, lower = 12000, upper = 18000, pieces = [1, 12000, 0, 9, 13000, 0, 17, 16000, 0, 25, 18000, 0]>>
// CHECK-DAG: #[[ROWS:.*]] = #pr.latency<target = "npu", {{.*}}by_extent = <unit = "ps", unknowns = 1, last = 32, lower = 13000, upper = 138000, pieces = [1, 13000, 0, 2, 18000, 4000]>>
// Of two unknown extents the bounds, both equal.
// CHECK-DAG: #[[BOTH:.*]] = #pr.latency<target = "npu", {{.*}}by_extent = <unit = "ps", unknowns = 2, last = 32, lower = 12000, upper = 266000>>
// CHECK: linalg.matmul {pr.latency = #[[COLUMNS]]}
// CHECK: linalg.matmul {pr.latency = #[[ROWS]]}
// CHECK: linalg.matmul {pr.latency = #[[BOTH]]}

// At one extent, as if it were written there; the keys say so.
// RUN: pr-opt %s --pr-annotate-latency="model=%models/npu.prm assume-extent=9" -o %t.assumed.mlir
// RUN: FileCheck %s --check-prefix=ASSUMED --input-file=%t.assumed.mlir
// RUN: pr-opt %t.assumed.mlir --pr-verify-estimates
// ASSUMED: #pr.annotated_keys<target = "npu", {{.*}}assumed_extent = 9
// ASSUMED-DAG: time_ps = 13000
// ASSUMED-DAG: time_ps = 46000

// Asked one by one.
// RUN: pr-opt %s --pr-attach-targets=model=%models/npu.prm --test-pr-print-latency=extent=9 -o /dev/null | FileCheck %s --check-prefix=AT
// AT: linalg.matmul: 13000 ps
// AT: linalg.matmul: 46000 ps

// RUN: not pr-opt %s --pr-annotate-latency="model=%models/npu.prm by-extent=-1" 2>&1 | FileCheck %s --check-prefix=NEGATIVE
// NEGATIVE: error: pr-annotate-latency: 'assume-extent' and 'by-extent' are 0 and -1, expected 0 (off) or more

func.func @columns(%a: tensor<1x16xi8>, %w: tensor<16x?xi8>, %c: tensor<1x?xi32>) -> tensor<1x?xi32> {
  %0 = linalg.matmul ins(%a, %w : tensor<1x16xi8>, tensor<16x?xi8>) outs(%c : tensor<1x?xi32>) -> tensor<1x?xi32>
  return %0 : tensor<1x?xi32>
}
func.func @rows(%a: tensor<?x16xi8>, %w: tensor<16x12xi8>, %c: tensor<?x12xi32>) -> tensor<?x12xi32> {
  %0 = linalg.matmul ins(%a, %w : tensor<?x16xi8>, tensor<16x12xi8>) outs(%c : tensor<?x12xi32>) -> tensor<?x12xi32>
  return %0 : tensor<?x12xi32>
}
func.func @both(%a: tensor<?x16xi8>, %w: tensor<16x?xi8>, %c: tensor<?x?xi32>) -> tensor<?x?xi32> {
  %0 = linalg.matmul ins(%a, %w : tensor<?x16xi8>, tensor<16x?xi8>) outs(%c : tensor<?x?xi32>) -> tensor<?x?xi32>
  return %0 : tensor<?x?xi32>
}
