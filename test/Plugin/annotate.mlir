// Annotating with stock mlir-opt. With the pass plugin alone the operations of
// other dialects must have their layers, too.

// RUN: mlir-opt --load-dialect-plugin=%plugin --pass-pipeline='builtin.module(pr-annotate-latency{model=%models/npu.prm})' %s | FileCheck %s
// RUN: mlir-opt --load-pass-plugin=%plugin --pass-pipeline='builtin.module(pr-annotate-latency{model=%models/npu.prm})' %s | FileCheck %s
// RUN: mlir-opt --load-pass-plugin=%plugin --pass-pipeline='builtin.module(func.func(pr-annotate-latency{model=%models/npu.prm}))' %s | FileCheck %s
// RUN: mlir-opt --load-pass-plugin=%plugin --load-dialect-plugin=%plugin --pass-pipeline='builtin.module(pr-annotate-latency{model=%models/npu.prm})' %s | FileCheck %s
// Remarks.
// RUN: mlir-opt --load-pass-plugin=%plugin --pass-pipeline='builtin.module(pr-annotate-latency{model=%models/npu.prm})' --remarks-filter=pr --remark-format=yaml --remarks-output-file=%t.yaml -o /dev/null %s
// RUN: FileCheck %s --check-prefix=REMARK --input-file=%t.yaml

// CHECK: #[[LATENCY:.*]] = #pr.latency<target = "npu", {{.*}}status = measured, time_ps = 13000
// CHECK: linalg.matmul {pr.latency = #[[LATENCY]]}
// REMARK: Name: Measured
// REMARK: latency-ps: '13000'
func.func @main(%a: tensor<1x16xi8>, %w: tensor<16x12xi8>, %c: tensor<1x12xi32>) -> tensor<1x12xi32> {
  %0 = linalg.matmul ins(%a, %w : tensor<1x16xi8>, tensor<16x12xi8>) outs(%c : tensor<1x12xi32>) -> tensor<1x12xi32>
  return %0 : tensor<1x12xi32>
}
