// RUN: pr-bench-opt %s --pass-pipeline='builtin.module(pr-materialize-bench,pr-lower-to-host{vector-bits=256})' | FileCheck %s
// RUN: pr-bench-opt %s --pass-pipeline='builtin.module(pr-materialize-bench,pr-lower-to-host{reference})' | FileCheck %s --check-prefix=PLAIN

// Bare pointers: the arguments, then the result; nothing is allocated.
// CHECK-NOT: @malloc
// CHECK-LABEL: llvm.func @fc(
// CHECK-SAME: !llvm.ptr {llvm.noalias}
// CHECK: llvm.intr.fmuladd
// CHECK-SAME: vector<8xf32>
// CHECK-NOT: func.func
// PLAIN-LABEL: llvm.func @fc(
// PLAIN-NOT: vector<
// PLAIN: llvm.return
pr.bench @fc layer(#pr.layer<"matmul m=8 n=16 k=16 : f32, f32 -> f32">)

// CHECK-LABEL: llvm.func @softmax(
// CHECK-NOT: llvm.call
// CHECK: llvm.return
pr.bench @softmax layer(#pr.layer<"softmax o=3 r=20 : f32 -> f32">)
