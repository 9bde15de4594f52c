// What becomes of annotations in stock passes, and that the loss is noticed.

// RUN: mlir-opt --load-dialect-plugin=%plugin %s --pass-pipeline='builtin.module(pr-annotate-latency{model=%models/npu.prm,%models/board.prm})' -o %t.annotated.mlir

// They survive cleaning up.
// RUN: mlir-opt --load-dialect-plugin=%plugin %t.annotated.mlir --pass-pipeline='builtin.module(canonicalize,cse,pr-verify-estimates)' | FileCheck %s --check-prefix=KEPT
// KEPT-DAG: tosa.matmul {{.*}}{pr.latency = [#
// KEPT-DAG: func.func {{.*}}pr.annotated_keys

// tosa-to-linalg replaces the operations: the old estimates are lost, the new
// operations have none.
// RUN: mlir-opt --load-dialect-plugin=%plugin %t.annotated.mlir --pass-pipeline='builtin.module(func.func(tosa-to-linalg-named,tosa-to-linalg))' -o %t.lowered.mlir
// RUN: not mlir-opt --load-dialect-plugin=%plugin %t.lowered.mlir --pass-pipeline='builtin.module(pr-verify-estimates)' 2>&1 | FileCheck %s --check-prefix=LOST
// RUN: not mlir-opt --load-dialect-plugin=%plugin %t.lowered.mlir --pass-pipeline='builtin.module(func.func(pr-verify-estimates))' 2>&1 | FileCheck %s --check-prefix=LOST
// LOST-DAG: error: target 'npu': fresh operation without an estimate: matmul
// LOST-DAG: error: target 'npu': lost estimates: 1 operations had one with key '{{[0-9a-f]+}}', 0 have
// LOST-DAG: error: target 'board': lost estimates:

// Annotating again mends it.
// RUN: mlir-opt --load-dialect-plugin=%plugin %t.lowered.mlir --pass-pipeline='builtin.module(pr-annotate-latency{model=%models/npu.prm},pr-verify-estimates)' -o /dev/null

// Tiling copies the annotation onto the tile, whose latency is another one.
// RUN: mlir-opt --load-dialect-plugin=%plugin %t.lowered.mlir --pass-pipeline='builtin.module(pr-annotate-latency{model=%models/npu.prm})' -o %t.linalg.mlir
// RUN: not mlir-opt --load-dialect-plugin=%plugin %t.linalg.mlir --pass-pipeline='builtin.module(transform-preload-library{transform-library-paths=%S/Inputs/tile.mlir},transform-interpreter,pr-verify-estimates)' 2>&1 | FileCheck %s --check-prefix=STALE
// STALE: error: target 'npu': stale estimate: it is for the layer with key
// STALE: note: the operation is now: matmul b=1 m=2 n=8

func.func @main(%a: tensor<1x4x16xi8>, %b: tensor<1x16x8xi8>) -> tensor<1x4x8xi32> {
  %zero = "tosa.const"() <{values = dense<0> : tensor<1xi8>}> : () -> tensor<1xi8>
  %0 = tosa.matmul %a, %b, %zero, %zero : (tensor<1x4x16xi8>, tensor<1x16x8xi8>, tensor<1xi8>, tensor<1xi8>) -> tensor<1x4x8xi32>
  return %0 : tensor<1x4x8xi32>
}
