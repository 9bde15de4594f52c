// RUN: pr-opt %s | FileCheck %s
// RUN: pr-opt %s | pr-opt | FileCheck %s
// RUN: pr-opt --mlir-print-op-generic %s | pr-opt | FileCheck %s
// RUN: pr-opt --emit-bytecode %s | pr-opt | FileCheck %s

// Estimates print through an alias, once for each distinct one.
// CHECK-DAG: #[[PREDICTED:.*]] = #pr.latency<target = "ultratrail", model = "0c4f1a9be2d37756", status = predicted, time_ps = 4000000, lower_ps = 3900000, upper_ps = 4100000, cycles = 1000, lower_cycles = 990, upper_cycles = 1010, representative = <"matmul b=1 m=1 n=16 k=48 : i8, i8 -> i32">, waste_ppm = 250000, as_quantized = true, key = "83f6ae6f5ac2a0dc">
// CHECK-DAG: #[[CYCLES:.*]] = #pr.latency<target = "npu", model = "0c4f1a9be2d37756", status = measured, cycles = 7, representative = <"matmul b=1 m=1 n=16 k=48 : i8, i8 -> i32">, key = "83f6ae6f5ac2a0dc">
// CHECK-DAG: #[[FOLDED:.*]] = #pr.latency<target = "npu", model = "0c4f1a9be2d37756", status = folded, reason = "pad-into-conv">
// CHECK-DAG: #[[NONE:.*]] = #pr.latency<target = "npu", model = "0c4f1a9be2d37756", status = unsupported, reason = "dynamic extent of \22dimension\22 0">
// CHECK-DAG: #[[KEYS:.*]] = #pr.annotated_keys<target = "npu", model = "0c4f1a9be2d37756", as_quantized = true, fused = {conv1d = ["bias", "relu"]}, types = {conv1d = ["i8, i8 -> i32"]}, keys = {"03f6ae6f5ac2a0dc" = 3 : i64, "83f6ae6f5ac2a0dc" = 1 : i64}>
// CHECK-DAG: #[[TOTAL:.*]] = #pr.total<target = "npu", model = "0c4f1a9be2d37756", cycles = 12, ops = 3, covered_ops = 2, coverage_time_ppm = 900000>
#predicted = #pr.latency<target = "ultratrail", model = "0c4f1a9be2d37756", status = predicted,
                         time_ps = 4000000, lower_ps = 3900000, upper_ps = 4100000,
                         cycles = 1000, lower_cycles = 990, upper_cycles = 1010,
                         representative = <"matmul m=1 n=16 k=48 : i8, i8 -> i32">,
                         waste_ppm = 250000, as_quantized = true, key = "83f6ae6f5ac2a0dc">
// Fields come in any order.
#cycles = #pr.latency<status = measured, model = "0c4f1a9be2d37756", target = "npu",
                      key = "83f6ae6f5ac2a0dc", cycles = 7,
                      representative = <"matmul m=1 n=16 k=48 : i8, i8 -> i32">>
#folded = #pr.latency<target = "npu", model = "0c4f1a9be2d37756", status = folded, reason = "pad-into-conv">
#unsupported = #pr.latency<target = "npu", model = "0c4f1a9be2d37756", status = unsupported,
                           reason = "dynamic extent of \"dimension\" 0">
#keys = #pr.annotated_keys<target = "npu", model = "0c4f1a9be2d37756", as_quantized = true,
                           fused = {conv1d = ["bias", "relu"]}, types = {conv1d = ["i8, i8 -> i32"]},
                           keys = {"83f6ae6f5ac2a0dc" = 1, "03f6ae6f5ac2a0dc" = 3}>

// CHECK: module attributes {pr.total = #[[TOTAL]]}
module attributes {pr.total = #pr.total<target = "npu", model = "0c4f1a9be2d37756", cycles = 12,
                                        ops = 3, covered_ops = 2, coverage_time_ppm = 900000>} {
  // CHECK: pr.bench @fc layer(#pr.layer<"matmul b=1 m=1 n=12 k=48 : i8, i8 -> i32">) {repeats = 3 : i64}
  pr.bench @fc layer(#pr.layer<"matmul k=48 n=12 m=1 : i8,i8->i32">) {repeats = 3}
  // CHECK: pr.bench "private" @hidden layer(#pr.layer<"conv1d {{.*}}">)
  pr.bench "private" @hidden layer(#pr.layer<"conv1d oc=8 ic=4 ow=10 kw=3 : f32, f32 -> f32">)
  // CHECK: func.func @f
  // CHECK-SAME: attributes {pr.annotated_keys = [#[[KEYS]]], pr.total = [#[[TOTAL]]]}
  func.func @f(%a: i32) -> i32 attributes {
      pr.annotated_keys = [#keys],
      pr.total = [#pr.total<target = "npu", model = "0c4f1a9be2d37756", cycles = 12,
                            ops = 3, covered_ops = 2, coverage_time_ppm = 900000>]} {
    // CHECK: arith.addi {{.*}} {pr.latency = #[[PREDICTED]]}
    %0 = arith.addi %a, %a {pr.latency = #predicted} : i32
    // CHECK: arith.addi {{.*}} {pr.latency = [#[[PREDICTED]], #[[CYCLES]]]}
    %1 = arith.addi %0, %a {pr.latency = [#predicted, #cycles]} : i32
    // CHECK: arith.addi {{.*}} {pr.latency = #[[FOLDED]]}
    %2 = arith.addi %1, %a {pr.latency = #folded} : i32
    // CHECK: arith.addi {{.*}} {pr.latency = #[[NONE]]}
    %3 = arith.addi %2, %a {pr.latency = #unsupported} : i32
    // CHECK: arith.addi {{.*}} {pr.tile_sizes = #pr.tile_sizes<sizes = [8, 0]>}
    %4 = arith.addi %3, %a {pr.tile_sizes = #pr.tile_sizes<sizes = [8, 0]>} : i32
    return %4 : i32
  }
}
