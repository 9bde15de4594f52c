// The dialect plugin parses, verifies and prints the dialect in stock mlir-opt.

// RUN: mlir-opt --load-dialect-plugin=%plugin --pass-pipeline='builtin.module(canonicalize)' %s | FileCheck %s
// RUN: not mlir-opt --load-dialect-plugin=%plugin --pass-pipeline='builtin.module(canonicalize)' %S/Inputs/unknown-name.mlir 2>&1 | FileCheck %s --check-prefix=ERROR

// CHECK: #[[LATENCY:.*]] = #pr.latency<target = "t"
// CHECK: pr.bench @fc layer(#pr.layer<"matmul b=1 m=1 n=12 k=48 : i8, i8 -> i32">)
// CHECK: arith.addi %{{.*}} {pr.latency = #[[LATENCY]]}
// ERROR: error: unknown attribute 'pr.latncy'
pr.bench @fc layer(#pr.layer<"matmul m=1 n=12 k=48 : i8, i8 -> i32">)
func.func @add(%a: i32) -> i32 {
  %0 = arith.addi %a, %a {pr.latency = #pr.latency<target = "t", model = "0c4f1a9be2d37756", status = folded, reason = "view">} : i32
  return %0 : i32
}
