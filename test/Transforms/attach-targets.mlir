// Targets and models written into the IR, found there by later passes, and who
// wins where several say something.

// RUN: pr-opt %s --pr-attach-targets="model=%models/npu.prm,%models/clockless.prm" -o %t.mlir
// RUN: FileCheck %s --input-file=%t.mlir
// Other devices and other entries of the same device stay; attaching again
// changes nothing.
// CHECK: dlti.target_system_spec = #dlti.target_system_spec<"cpu" = #dlti.target_device_spec<"cores" = 4 : i32>,
// CHECK-SAME: "npu" = #dlti.target_device_spec<"rows" = 8 : i32, "pr.model" = "{{.*}}npu.prm", "pr.model_id" = "{{[0-9a-f]+}}", "pr.clock_khz" = 1000000 : i64>,
// CHECK-SAME: "clockless" = #dlti.target_device_spec<"pr.model" = "{{.*}}clockless.prm", "pr.model_id" = "{{[0-9a-f]+}}">>
// RUN: pr-opt %t.mlir --pr-attach-targets="model=%models/npu.prm,%models/clockless.prm" | diff - %t.mlir

// The spec alone: every device that names a model.
// RUN: pr-opt %t.mlir --pr-annotate-latency | FileCheck %s --check-prefix=SPEC
// SPEC: #pr.latency<target = "npu"
// SPEC: #pr.latency<target = "clockless"
// Also on functions, whose module carries the spec.
// RUN: pr-opt %t.mlir --pass-pipeline='builtin.module(func.func(pr-annotate-latency))' | FileCheck %s --check-prefix=SPEC

// Option 'target' chooses among the devices.
// RUN: pr-opt %t.mlir --pr-annotate-latency="target=npu" | FileCheck %s --check-prefix=CHOSEN
// CHOSEN-NOT: target = "clockless"
// CHOSEN: #pr.latency<target = "npu"
// CHOSEN-NOT: target = "clockless"

// Option 'model' wins over the spec ...
// RUN: pr-opt %t.mlir --pr-annotate-latency="model=%models/npu2.prm" -o %t.option.mlir
// RUN: pr-opt %s --pr-annotate-latency="model=%models/npu2.prm" -o %t.plain.mlir
// RUN: grep -o 'pr.latency<.*' %t.option.mlir > %t.option && grep -o 'pr.latency<.*' %t.plain.mlir | diff - %t.option
// ... and the spec over the default, which is for those that no one names.
// RUN: rm -rf %t.folder && mkdir %t.folder && cp %models/npu2.prm %t.folder/npu.prm
// RUN: env PR_MODEL_PATH=%t.nowhere:%t.folder pr-opt %t.mlir --pr-annotate-latency="target=npu" | FileCheck %s --check-prefix=CHOSEN
// RUN: env PR_MODEL_PATH=%t.nowhere:%t.folder pr-opt %s --pr-annotate-latency="target=npu" -o %t.default.mlir
// RUN: grep -o 'pr.latency<.*' %t.default.mlir | diff - %t.option

module attributes {dlti.target_system_spec = #dlti.target_system_spec<"cpu" = #dlti.target_device_spec<"cores" = 4 : i32>, "npu" = #dlti.target_device_spec<"rows" = 8 : i32>>} {
  func.func @main(%a: tensor<1x16xi8>, %w: tensor<16x12xi8>, %c: tensor<1x12xi32>) -> tensor<1x12xi32> {
    %0 = linalg.matmul ins(%a, %w : tensor<1x16xi8>, tensor<16x12xi8>) outs(%c : tensor<1x12xi32>) -> tensor<1x12xi32>
    return %0 : tensor<1x12xi32>
  }
}
