// RUN: pr-opt %s --pr-annotate-latency="model=%models/npu.prm" | FileCheck %s
// RUN: pr-opt %s --pr-annotate-latency="model=%models/npu.prm" | pr-opt --pr-annotate-latency="model=%models/npu.prm" | FileCheck %s
// RUN: pr-opt %s --pass-pipeline='builtin.module(func.func(pr-annotate-latency{model=%models/npu.prm}))' | FileCheck %s --check-prefix=FUNC

// A quarter of the representative's columns is padding: n is rounded up to 16.
// The test model's bounds are a tenth apart from the prediction.
// CHECK-DAG: #[[WASTE:.*]] = #pr.latency<target = "npu", model = "{{[0-9a-f]+}}", status = predicted, time_ps = 18000, lower_ps = 17000, upper_ps = 19000, cycles = 18, lower_cycles = 17, upper_cycles = 19, representative = <"matmul b=1 m=2 n=16 k=16 layout=nn : i8, i8 -> i32">, waste_ppm = 250000, key = "[[KEY:[0-9a-f]+]]">
// Measured, thus exact.
// CHECK-DAG: #[[MEASURED:.*]] = #pr.latency<target = "npu", {{.*}}status = measured, time_ps = 13000, lower_ps = 13000, upper_ps = 13000, cycles = 13, {{.*}}representative = <"matmul b=1 m=1 n=16 k=16 layout=nn : i8, i8 -> i32">, waste_ppm = 250000
// Far more rows than in training.
// CHECK-DAG: #[[FAR:.*]] = #pr.latency<target = "npu", {{.*}}status = extrapolated, {{.*}}cycles = 262154,
// CHECK-DAG: #[[TOTAL:.*]] = #pr.total<target = "npu", {{.*}}time_ps = 262203000, {{.*}}cycles = 262203, {{.*}}ops = 4, covered_ops = 4, coverage_time_ppm = 1000000>
// CHECK-DAG: #[[KEYS:.*]] = #pr.annotated_keys<target = "npu", {{.*}}keys = {{.*}}"[[KEY]]" = 2 : i64
// CHECK: module attributes {pr.total = #[[TOTAL]]}
// FUNC-NOT: module attributes
// CHECK-LABEL: func.func @layers
// CHECK-SAME: attributes {pr.annotated_keys = #[[KEYS]], pr.total = #[[TOTAL]]}
// FUNC: func.func @layers{{.*}}attributes {pr.annotated_keys = #{{.*}}, pr.total = #
func.func @layers(%a: tensor<2x16xi8>, %w: tensor<16x12xi8>, %c: tensor<2x12xi32>,
                  %a1: tensor<1x16xi8>, %c1: tensor<1x12xi32>,
                  %af: tensor<65536x16xi8>, %wf: tensor<16x16xi8>, %cf: tensor<65536x16xi32>)
    -> (tensor<2x12xi32>, tensor<1x12xi32>, tensor<65536x16xi32>) {
  // CHECK: linalg.matmul {pr.latency = #[[WASTE]]}
  // FUNC: linalg.matmul {pr.latency = #
  %0 = linalg.matmul ins(%a, %w : tensor<2x16xi8>, tensor<16x12xi8>) outs(%c : tensor<2x12xi32>) -> tensor<2x12xi32>
  // The same layer shares its attribute.
  // CHECK: linalg.matmul {pr.latency = #[[WASTE]]}
  %1 = linalg.matmul ins(%a, %w : tensor<2x16xi8>, tensor<16x12xi8>) outs(%0 : tensor<2x12xi32>) -> tensor<2x12xi32>
  // CHECK: linalg.matmul {pr.latency = #[[MEASURED]]}
  %2 = linalg.matmul ins(%a1, %w : tensor<1x16xi8>, tensor<16x12xi8>) outs(%c1 : tensor<1x12xi32>) -> tensor<1x12xi32>
  // CHECK: linalg.matmul {pr.latency = #[[FAR]]}
  %3 = linalg.matmul ins(%af, %wf : tensor<65536x16xi8>, tensor<16x16xi8>) outs(%cf : tensor<65536x16xi32>) -> tensor<65536x16xi32>
  // Not a layer: no attribute.
  // CHECK: return %{{.*}} : tensor<2x12xi32>
  return %1, %2, %3 : tensor<2x12xi32>, tensor<1x12xi32>, tensor<65536x16xi32>
}
