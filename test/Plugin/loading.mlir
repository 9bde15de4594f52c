// Stock mlir-opt with the plugin, in every way that a user may load it. The
// pass is always named in the pipeline: a plugin that fails to load is only
// seen by that.

// RUN: mlir-opt --load-dialect-plugin=%plugin --pass-pipeline='builtin.module(pr-strip-annotations)' %s | FileCheck %s
// RUN: mlir-opt --load-pass-plugin=%plugin --pass-pipeline='builtin.module(pr-strip-annotations)' %s | FileCheck %s
// RUN: mlir-opt --load-pass-plugin=%plugin --load-dialect-plugin=%plugin --pass-pipeline='builtin.module(pr-strip-annotations)' %s | FileCheck %s
// RUN: mlir-opt --load-dialect-plugin=%plugin --load-pass-plugin=%plugin --load-pass-plugin=%plugin --pass-pipeline='builtin.module(pr-strip-annotations)' %s | FileCheck %s

// CHECK-LABEL: func.func @add
// CHECK: arith.addi
func.func @add(%a: i32) -> i32 {
  %0 = arith.addi %a, %a : i32
  return %0 : i32
}
