// Estimates of a model that a few measurements corrected after its training say
// so; what was measured for the correction is a measurement.

// RUN: pr-opt %s --pr-annotate-latency="model=%models/corrected.prm report=%t.json" --remarks-filter=pr --remark-format=yaml --remarks-output-file=%t.yaml | FileCheck %s
// RUN: FileCheck %s --input-file=%t.json --check-prefix=JSON
// RUN: FileCheck %s --input-file=%t.yaml --check-prefix=REMARK
// Without the correction nothing of it is printed, and it verifies.
// RUN: pr-opt %s --pr-annotate-latency="model=%models/npu.prm report=%t.json" | FileCheck %s --check-prefix=PLAIN --implicit-check-not=corrected_by
// RUN: FileCheck %s --input-file=%t.json --check-prefix=PLAIN-JSON --implicit-check-not=corrected_by
// RUN: pr-opt %s --pr-annotate-latency="model=%models/corrected.prm" | pr-opt --pr-verify-estimates | FileCheck %s

// npu.prm says 10 + 2*16*16/64 = 18 within a tenth. Twice that and 5 more, in
// bounds wider by a fifth: 41 / 1.32 and 41 * 1.32.
// CHECK-DAG: #[[MOVED:.*]] = #pr.latency<target = "npu", {{.*}}status = predicted, time_ps = 41000, {{.*}}cycles = 41, lower_cycles = 32, upper_cycles = 54, {{.*}}corrected_by = 2>
// PLAIN: cycles = 18,
// Another device measured 13 for this one: a prediction now.
// CHECK-DAG: #[[OLD:.*]] = #pr.latency<target = "npu", {{.*}}status = predicted, {{.*}}cycles = 31, lower_cycles = 26, upper_cycles = 37, {{.*}}corrected_by = 2>
// CHECK-DAG: #[[MEASURED:.*]] = #pr.latency<target = "npu", {{.*}}status = measured, {{.*}}cycles = 30, lower_cycles = 29, upper_cycles = 31, representative = {{.*}}, key = "{{[0-9a-f]+}}">
func.func @layers(%a: tensor<2x16xi8>, %w: tensor<16x12xi8>, %c: tensor<2x12xi32>,
                  %a1: tensor<1x16xi8>, %c1: tensor<1x12xi32>,
                  %am: tensor<2x8xi8>, %wm: tensor<8x8xi8>, %cm: tensor<2x8xi32>)
    -> (tensor<2x12xi32>, tensor<1x12xi32>, tensor<2x8xi32>) {
  // CHECK: linalg.matmul {pr.latency = #[[MOVED]]}
  %0 = linalg.matmul ins(%a, %w : tensor<2x16xi8>, tensor<16x12xi8>) outs(%c : tensor<2x12xi32>) -> tensor<2x12xi32>
  // CHECK: linalg.matmul {pr.latency = #[[OLD]]}
  %1 = linalg.matmul ins(%a1, %w : tensor<1x16xi8>, tensor<16x12xi8>) outs(%c1 : tensor<1x12xi32>) -> tensor<1x12xi32>
  // CHECK: linalg.matmul {pr.latency = #[[MEASURED]]}
  %2 = linalg.matmul ins(%am, %wm : tensor<2x8xi8>, tensor<8x8xi8>) outs(%cm : tensor<2x8xi32>) -> tensor<2x8xi32>
  return %0, %1, %2 : tensor<2x12xi32>, tensor<1x12xi32>, tensor<2x8xi32>
}

// JSON: "status": "predicted",
// JSON: "corrected_by": 2
// JSON: "status": "measured",
// JSON-NOT: "corrected_by"
// PLAIN-JSON: "cycles": 18,
// REMARK: Name: Predicted
// REMARK: corrected-by: '2'
