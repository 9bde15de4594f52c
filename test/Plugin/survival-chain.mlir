// From tosa to buffers with stock mlir-opt, annotated on the way: what each step
// does to the annotations, and that pr-verify-estimates tells.

// Annotated as tosa: in order.
// RUN: mlir-opt --load-dialect-plugin=%plugin %s --pass-pipeline='builtin.module(pr-annotate-latency{model=%models/npu.prm},pr-verify-estimates)' -o %t.tosa.mlir

// tosa-to-linalg: operations and annotations are gone (lost), the new operations
// have none (fresh).
// RUN: mlir-opt --load-dialect-plugin=%plugin %t.tosa.mlir --pass-pipeline='builtin.module(func.func(tosa-to-linalg-named,tosa-to-linalg))' -o %t.linalg.mlir
// RUN: not mlir-opt --load-dialect-plugin=%plugin %t.linalg.mlir --pass-pipeline='builtin.module(pr-verify-estimates)' -o /dev/null 2>&1 | FileCheck %s --check-prefix=LINALG
// LINALG-DAG: error: target 'npu': fresh operation without an estimate: matmul
// LINALG-DAG: error: target 'npu': lost estimates: 1 operations had one with key
// RUN: mlir-opt --load-dialect-plugin=%plugin %t.linalg.mlir --pass-pipeline='builtin.module(pr-annotate-latency{model=%models/npu.prm},pr-verify-estimates)' -o %t.annotated.mlir

// Tiling copies the annotation onto the tile (stale).
// RUN: mlir-opt --load-dialect-plugin=%plugin %t.annotated.mlir --pass-pipeline='builtin.module(transform-preload-library{transform-library-paths=%S/Inputs/tile.mlir},transform-interpreter)' -o %t.tiled.mlir
// RUN: not mlir-opt --load-dialect-plugin=%plugin %t.tiled.mlir --pass-pipeline='builtin.module(pr-verify-estimates)' -o /dev/null 2>&1 | FileCheck %s --check-prefix=TILED
// TILED-DAG: error: target 'npu': stale estimate: it is for the layer with key
// TILED-DAG: note: the operation is now: matmul b=1 m=2 n=8 k=16
// RUN: mlir-opt --load-dialect-plugin=%plugin %t.tiled.mlir --pass-pipeline='builtin.module(pr-annotate-latency{model=%models/npu.prm},pr-verify-estimates)' -o %t.retiled.mlir

// Bufferizing keeps annotations with their operations; the copies that it adds
// are new work (fresh).
// RUN: mlir-opt --load-dialect-plugin=%plugin %t.retiled.mlir --pass-pipeline='builtin.module(one-shot-bufferize{bufferize-function-boundaries=1})' -o %t.buffers.mlir
// RUN: FileCheck %s --check-prefix=BUFFERS --input-file=%t.buffers.mlir
// BUFFERS: linalg.batch_matmul {pr.latency = #latency{{[0-9]*}}{{.*}} ins({{.*}} : memref<
// RUN: not mlir-opt --load-dialect-plugin=%plugin %t.buffers.mlir --pass-pipeline='builtin.module(pr-verify-estimates)' -o /dev/null 2>&1 | FileCheck %s --check-prefix=FRESH
// FRESH: error: target 'npu': fresh operation without an estimate{{.*}}data_movement
// FRESH-NOT: stale
// RUN: mlir-opt --load-dialect-plugin=%plugin %t.buffers.mlir --pass-pipeline='builtin.module(pr-annotate-latency{model=%models/npu.prm},pr-verify-estimates)' -o /dev/null

func.func @main(%a: tensor<1x4x16xi8>, %b: tensor<1x16x8xi8>) -> tensor<1x4x8xi32> {
  %zero = "tosa.const"() <{values = dense<0> : tensor<1xi8>}> : () -> tensor<1xi8>
  %0 = tosa.matmul %a, %b, %zero, %zero : (tensor<1x4x16xi8>, tensor<1x16x8xi8>, tensor<1xi8>, tensor<1xi8>) -> tensor<1x4x8xi32>
  return %0 : tensor<1x4x8xi32>
}
