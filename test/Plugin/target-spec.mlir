// Targets from the IR with stock mlir-opt: written by one pass, found by another,
// in one run or from a file, by either way of loading.

// RUN: mlir-opt --load-dialect-plugin=%plugin %s --pass-pipeline='builtin.module(pr-attach-targets{model=%models/npu.prm},func.func(pr-annotate-latency))' | FileCheck %s
// RUN: mlir-opt --load-pass-plugin=%plugin %s --pass-pipeline='builtin.module(pr-attach-targets{model=%models/npu.prm},pr-annotate-latency)' | FileCheck %s
// RUN: mlir-opt --load-dialect-plugin=%plugin %s --pass-pipeline='builtin.module(pr-attach-targets{model=%models/npu.prm})' | mlir-opt --load-dialect-plugin=%plugin --pass-pipeline='builtin.module(pr-annotate-latency)' | FileCheck %s
// The file itself needs no plugin.
// RUN: mlir-opt --load-dialect-plugin=%plugin %s --pass-pipeline='builtin.module(pr-attach-targets{model=%models/npu.prm})' | mlir-opt --canonicalize

// CHECK: #pr.latency<target = "npu"
// CHECK: dlti.target_system_spec = #dlti.target_system_spec<"npu" = #dlti.target_device_spec<"pr.model" =
func.func @main(%a: tensor<1x16xi8>, %w: tensor<16x12xi8>, %c: tensor<1x12xi32>) -> tensor<1x12xi32> {
  %0 = linalg.matmul ins(%a, %w : tensor<1x16xi8>, tensor<16x12xi8>) outs(%c : tensor<1x12xi32>) -> tensor<1x12xi32>
  return %0 : tensor<1x12xi32>
}
