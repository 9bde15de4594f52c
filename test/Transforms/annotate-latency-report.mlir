// The JSON of all estimates: to a file, or to stdout.

// RUN: pr-opt %s --pr-annotate-latency="model=%models/npu.prm,%models/board.prm report=%t.json" -o /dev/null 2>/dev/null
// RUN: FileCheck %s --input-file=%t.json
// RUN: pr-opt %s --pr-annotate-latency="model=%models/npu.prm,%models/board.prm report=-" -o /dev/null 2>/dev/null | diff - %t.json
// RUN: %python -m json.tool %t.json > /dev/null

// CHECK:      "schema": 1,
// CHECK-NEXT: "file": "{{.*}}annotate-latency-report.mlir",
// CHECK-NEXT: "models": [
// CHECK:        "target": "npu",
// CHECK-NEXT:   "id": "{{[0-9a-f]+}}",
// CHECK-NEXT:   "path": "{{.*}}npu.prm",
// CHECK-NEXT:   "as_quantized": false
// CHECK:        "target": "board",
// CHECK:      "totals": [
// CHECK:      "functions": [
// CHECK:        "name": "main",
// CHECK:        "totals": [
// CHECK:          "target": "npu",
// CHECK-NEXT:     "time_ps": 13000,
// CHECK-NEXT:     "lower_ps": 13000,
// CHECK-NEXT:     "upper_ps": 13000,
// CHECK-NEXT:     "cycles": 13,
// CHECK-NEXT:     "lower_cycles": 13,
// CHECK-NEXT:     "upper_cycles": 13,
// CHECK-NEXT:     "ops": 2,
// CHECK-NEXT:     "covered_ops": 1,
// CHECK-NEXT:     "coverage_ops": 0.5,
// CHECK-NEXT:     "coverage_time": null
// CHECK:        "ops": [
// A folded operation has a rule, and no numbers.
// CHECK:          "op": "arith.constant",
// CHECK-NEXT:     "location": "{{.*}}annotate-latency-report.mlir:[[# @LINE + 33]]:{{[0-9]+}}",
// CHECK-NEXT:     "layer": null,
// CHECK:            "target": "npu",
// CHECK-NEXT:       "status": "folded",
// CHECK-NEXT:       "layer": null,
// CHECK-NEXT:       "time_ps": null,
// CHECK:            "reason": "constant"
// CHECK:          "op": "linalg.matmul",
// CHECK:          "layer": "matmul b=1 m=1 n=12 k=16 layout=nn : i8, i8 -> i32",
// CHECK:            "status": "measured",
// CHECK-NEXT:       "layer": "matmul b=1 m=1 n=12 k=16 layout=nn : i8, i8 -> i32",
// CHECK-NEXT:       "time_ps": 13000,
// CHECK-NEXT:       "cycles": 13,
// CHECK:            "representative": "matmul b=1 m=1 n=16 k=16 layout=nn : i8, i8 -> i32",
// CHECK-NEXT:       "waste": 0.25,
// CHECK-NEXT:       "reason": null
// CHECK:            "target": "board",
// CHECK-NEXT:       "status": "extrapolated",
// CHECK:            "cycles": null,
// CHECK:          "op": "linalg.transpose",
// CHECK:            "target": "npu",
// CHECK-NEXT:       "status": "unsupported",
// CHECK:            "waste": null,
// CHECK-NEXT:       "reason": "{{.+}}"
// Scalars in the body of a structured operation belong to it.
// CHECK-NOT:      "op": "linalg.yield"
// CHECK:          "op": "scf.for",
// CHECK-NOT:      "op": "arith.mulf"
// CHECK:          "op": "linalg.generic",
// CHECK-NOT:      "op": "arith.mulf"
// CHECK:          "op": "scf.yield",
func.func @main(%a: tensor<1x16xi8>, %w: tensor<16x12xi8>, %c: tensor<1x12xi32>, %f: tensor<2x8xf32>, %t: tensor<8x2xf32>)
    -> (tensor<1x12xi32>, tensor<8x2xf32>, tensor<8x2xf32>) {
  %zero = arith.constant 0 : index
  %one = arith.constant 1 : index
  %0 = linalg.matmul ins(%a, %w : tensor<1x16xi8>, tensor<16x12xi8>) outs(%c : tensor<1x12xi32>) -> tensor<1x12xi32>
  %1 = linalg.transpose ins(%f : tensor<2x8xf32>) outs(%t : tensor<8x2xf32>) permutation = [1, 0]
  %2 = scf.for %i = %zero to %zero step %one iter_args(%x = %1) -> tensor<8x2xf32> {
    %3 = linalg.generic {indexing_maps = [affine_map<(i, j) -> (i, j)>], iterator_types = ["parallel", "parallel"]} outs(%x : tensor<8x2xf32>) {
    ^bb0(%out: f32):
      %4 = arith.mulf %out, %out : f32
      linalg.yield %4 : f32
    } -> tensor<8x2xf32>
    scf.yield %3 : tensor<8x2xf32>
  }
  return %0, %1, %2 : tensor<1x12xi32>, tensor<8x2xf32>, tensor<8x2xf32>
}
