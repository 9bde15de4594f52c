// What the target computes for free is folded into the layer in front of it; a
// network of floats is estimated as if it were quantized on request only.

// RUN: pr-opt %s --pr-annotate-latency="model=%models/npu.prm annotate-all" -split-input-file 2>/dev/null | FileCheck %s
// RUN: pr-opt %s --pr-annotate-latency="model=%models/npu.prm as-quantized annotate-all strict" -split-input-file | FileCheck %s --check-prefix=QUANTIZED
// What was assumed is remembered for the verification.
// RUN: pr-opt %s --pr-annotate-latency="model=%models/npu.prm as-quantized" --pr-verify-estimates -split-input-file | FileCheck %s --check-prefix=REMEMBERED
// REMEMBERED: #pr.annotated_keys<target = "npu", {{.*}}as_quantized = true, fused = {conv1d = ["bias", "relu"], matmul = ["bias", "relu"]}, types = {conv1d = ["i8, i8 -> i32"], matmul = ["i8, i8 -> i32"]}

#id = affine_map<(i, j) -> (i, j)>
#column = affine_map<(i, j) -> (j)>

// CHECK-DAG: #[[MATMUL:.*]] = #pr.latency<{{.*}}status = predicted, {{.*}}representative = <"matmul b=1 m=2 n=16 k=16 layout=nn epilogue=bias+relu : i8, i8 -> i32">
// CHECK-DAG: #[[BIAS:.*]] = #pr.latency<{{.*}}status = folded, reason = "bias-into-matmul">
// CHECK-DAG: #[[RELU:.*]] = #pr.latency<{{.*}}status = folded, reason = "relu-into-matmul">
// QUANTIZED-LABEL: func.func @integers
// CHECK-LABEL: func.func @integers
// CHECK: linalg.matmul {pr.latency = #[[MATMUL]]}
// CHECK: linalg.generic {{.*}}{pr.latency = #[[BIAS]]}
// CHECK: linalg.generic {{.*}}{pr.latency = #[[RELU]]}
func.func @integers(%a: tensor<2x16xi8>, %w: tensor<16x12xi8>, %bias: tensor<12xi32>, %e: tensor<2x12xi32>) -> tensor<2x12xi32> {
  %zero = arith.constant 0 : i32
  %init = linalg.fill ins(%zero : i32) outs(%e : tensor<2x12xi32>) -> tensor<2x12xi32>
  %0 = linalg.matmul ins(%a, %w : tensor<2x16xi8>, tensor<16x12xi8>) outs(%init : tensor<2x12xi32>) -> tensor<2x12xi32>
  %1 = linalg.generic {indexing_maps = [#id, #column, #id], iterator_types = ["parallel", "parallel"]}
      ins(%0, %bias : tensor<2x12xi32>, tensor<12xi32>) outs(%e : tensor<2x12xi32>) {
  ^bb0(%x: i32, %b: i32, %out: i32):
    %3 = arith.addi %x, %b : i32
    linalg.yield %3 : i32
  } -> tensor<2x12xi32>
  %2 = linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel", "parallel"]}
      ins(%1 : tensor<2x12xi32>) outs(%e : tensor<2x12xi32>) {
  ^bb0(%x: i32, %out: i32):
    %3 = arith.maxsi %x, %zero : i32
    linalg.yield %3 : i32
  } -> tensor<2x12xi32>
  return %2 : tensor<2x12xi32>
}

// -----

#id = affine_map<(i, j) -> (i, j)>

// CHECK-DAG: #[[FLOAT:.*]] = #pr.latency<{{.*}}status = unsupported, {{.*}}reason = "target 'npu' has no matmul of 'f32, f32 -> f32'
// CHECK-LABEL: func.func @floats
// CHECK: linalg.matmul {pr.latency = #[[FLOAT]]}
// QUANTIZED-DAG: #[[QUANTIZED:.*]] = #pr.latency<{{.*}}status = predicted, time_ps = 18000, {{.*}}representative = <"matmul b=1 m=2 n=16 k=16 {{.*}} : i8, i8 -> i32">, {{.*}}as_quantized = true
// QUANTIZED-DAG: #[[RELU:.*]] = #pr.latency<{{.*}}status = folded, as_quantized = true, reason = "relu-into-matmul">
// QUANTIZED-DAG: #pr.total<{{.*}}as_quantized = true>
// QUANTIZED-LABEL: func.func @floats
// QUANTIZED: linalg.matmul {pr.latency = #[[QUANTIZED]]}
// QUANTIZED: linalg.generic {{.*}}{pr.latency = #[[RELU]]}
func.func @floats(%a: tensor<2x16xf32>, %w: tensor<16x12xf32>, %e: tensor<2x12xf32>) -> tensor<2x12xf32> {
  %zero = arith.constant 0.0 : f32
  %init = linalg.fill ins(%zero : f32) outs(%e : tensor<2x12xf32>) -> tensor<2x12xf32>
  %0 = linalg.matmul ins(%a, %w : tensor<2x16xf32>, tensor<16x12xf32>) outs(%init : tensor<2x12xf32>) -> tensor<2x12xf32>
  %1 = linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel", "parallel"]}
      ins(%0 : tensor<2x12xf32>) outs(%e : tensor<2x12xf32>) {
  ^bb0(%x: f32, %out: f32):
    %2 = arith.cmpf ugt, %x, %zero : f32
    %3 = arith.select %2, %x, %zero : f32
    linalg.yield %3 : f32
  } -> tensor<2x12xf32>
  return %1 : tensor<2x12xf32>
}
