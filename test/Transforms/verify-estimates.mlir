// Fresh annotations are in order, in every configuration.

// RUN: pr-opt %s --pr-annotate-latency="model=%models/npu.prm" --pr-verify-estimates
// RUN: pr-opt %s --pr-annotate-latency="model=%models/npu.prm,%models/board.prm annotate-all" --pr-verify-estimates
// RUN: pr-opt %s --pr-annotate-latency="model=%models/npu.prm" 2>/dev/null | pr-opt --pass-pipeline='builtin.module(func.func(pr-verify-estimates))'
// Nothing was ever annotated.
// RUN: pr-opt %s --pr-verify-estimates
// They survive what does not touch their operations.
// RUN: pr-opt %s --pr-annotate-latency="model=%models/npu.prm" --canonicalize --pr-verify-estimates

func.func @main(%a: tensor<1x16xi8>, %w: tensor<16x12xi8>, %c: tensor<1x12xi32>, %da: tensor<?x16xi8>, %dc: tensor<?x12xi32>)
    -> (tensor<1x12xi32>, tensor<?x12xi32>) {
  %zero = arith.constant 0 : i32
  %init = linalg.fill ins(%zero : i32) outs(%c : tensor<1x12xi32>) -> tensor<1x12xi32>
  %0 = linalg.matmul ins(%a, %w : tensor<1x16xi8>, tensor<16x12xi8>) outs(%init : tensor<1x12xi32>) -> tensor<1x12xi32>
  %1 = linalg.matmul ins(%da, %w : tensor<?x16xi8>, tensor<16x12xi8>) outs(%dc : tensor<?x12xi32>) -> tensor<?x12xi32>
  // The npu adds and clips for free.
  %relu = linalg.generic {indexing_maps = [affine_map<(i, j) -> (i, j)>, affine_map<(i, j) -> (i, j)>], iterator_types = ["parallel", "parallel"]}
      ins(%0 : tensor<1x12xi32>) outs(%c : tensor<1x12xi32>) {
  ^bb0(%in: i32, %out: i32):
    %2 = arith.maxsi %in, %zero : i32
    linalg.yield %2 : i32
  } -> tensor<1x12xi32>
  return %relu, %1 : tensor<1x12xi32>, tensor<?x12xi32>
}
