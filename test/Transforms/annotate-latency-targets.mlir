// Several models, and the choice between them.

// RUN: pr-opt %s --pr-annotate-latency="model=%models/npu.prm,%models/board.prm,%models/clockless.prm" 2>&1 | FileCheck %s
// RUN: pr-opt %s --pr-annotate-latency="model=%models/npu.prm,%models/board.prm target=board" 2>&1 | FileCheck %s --check-prefix=ONE

// The npu reads no floats.
// CHECK: warning: target 'npu': 1 of 2 operations have no estimate, about 98.2 % of the time
// CHECK: note: 1 operation: {{.*}}f32
// CHECK: warning: target 'clockless': 1 of 2 operations have no estimate

// CHECK-DAG: #[[NPU:.*]] = #pr.latency<target = "npu", {{.*}}time_ps = 13000
// CHECK-DAG: #[[BOARD:.*]] = #pr.latency<target = "board", {{.*}}status = extrapolated, time_ps = {{[0-9]+}}, lower_ps = {{[0-9]+}}, upper_ps = {{[0-9]+}}, representative
// Without a clock there are cycles, but no time.
// CHECK-DAG: #[[CYCLES:.*]] = #pr.latency<target = "clockless", model = "{{[0-9a-f]+}}", status = measured, cycles = 13, lower_cycles = 13, upper_cycles = 13, representative
// CHECK-DAG: #[[TOTAL:.*]] = #pr.total<target = "clockless", model = "{{[0-9a-f]+}}", cycles = 13, lower_cycles = 13, upper_cycles = 13, ops = 2, covered_ops = 1
// CHECK-DAG: #[[FLOAT:.*]] = #pr.latency<target = "npu", {{.*}}status = unsupported, key = "{{[0-9a-f]+}}", reason = "{{.*}}f32
// CHECK: pr.total = [#{{.*}}, #{{.*}}, #[[TOTAL]]]
// CHECK: linalg.matmul {pr.latency = [#[[NPU]], #[[BOARD]], #[[CYCLES]]]}
// CHECK: linalg.matmul {pr.latency = [#[[FLOAT]], #

// ONE-NOT: target = "npu"
// ONE: #pr.latency<target = "board"
// ONE-NOT: target = "npu"
func.func @layers(%a: tensor<1x16xi8>, %w: tensor<16x12xi8>, %c: tensor<1x12xi32>,
                  %fa: tensor<128x4xf32>, %fb: tensor<4x20xf32>, %fc: tensor<128x20xf32>)
    -> (tensor<1x12xi32>, tensor<128x20xf32>) {
  %0 = linalg.matmul ins(%a, %w : tensor<1x16xi8>, tensor<16x12xi8>) outs(%c : tensor<1x12xi32>) -> tensor<1x12xi32>
  %1 = linalg.matmul ins(%fa, %fb : tensor<128x4xf32>, tensor<4x20xf32>) outs(%fc : tensor<128x20xf32>) -> tensor<128x20xf32>
  return %0, %1 : tensor<1x12xi32>, tensor<128x20xf32>
}
