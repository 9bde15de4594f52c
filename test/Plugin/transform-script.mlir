// A transform script runs the passes of the plugin on the function it matched.

// RUN: sed -e 's#MODEL#%models/npu.prm#' %S/Inputs/annotate.mlir > %t.mlir
// RUN: mlir-opt --load-dialect-plugin=%plugin %s --pass-pipeline='builtin.module(transform-preload-library{transform-library-paths=%t.mlir},transform-interpreter)' | FileCheck %s
// CHECK: #[[LATENCY:.*]] = #pr.latency<target = "npu"
// CHECK: linalg.matmul {pr.latency = #[[LATENCY]]}
func.func @main(%a: tensor<1x16xi8>, %w: tensor<16x12xi8>, %c: tensor<1x12xi32>) -> tensor<1x12xi32> {
  %0 = linalg.matmul ins(%a, %w : tensor<1x16xi8>, tensor<16x12xi8>) outs(%c : tensor<1x12xi32>) -> tensor<1x12xi32>
  return %0 : tensor<1x12xi32>
}
