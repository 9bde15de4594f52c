// The lowerings of pr.bench, in the plugin and in pr-opt.

// RUN: mlir-opt --load-dialect-plugin=%plugin %s --pass-pipeline='builtin.module(pr-materialize-bench)' | FileCheck %s
// RUN: mlir-opt --load-pass-plugin=%plugin --load-dialect-plugin=%plugin %s --pass-pipeline='builtin.module(pr-materialize-bench,pr-lower-to-host)' | FileCheck %s --check-prefix=HOST
// RUN: pr-opt %s --pr-materialize-bench --pr-lower-to-host | FileCheck %s --check-prefix=HOST

// CHECK: linalg.matmul
// HOST: llvm.func @product
pr.bench @product layer(#pr.layer<"matmul m=8 n=16 k=4 : f32, f32 -> f32">)
