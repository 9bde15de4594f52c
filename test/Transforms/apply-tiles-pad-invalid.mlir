// RUN: pr-opt %s -split-input-file -verify-diagnostics --pr-apply-tiles=remainder=pad

func.func @buffers(%a: memref<10x64xi8>, %b: memref<64x8xi8>, %c: memref<10x8xi32>) {
  // expected-error @below {{cannot be padded: it is on buffers, not on tensors}}
  linalg.matmul {pr.tile_sizes = #pr.tile_sizes<sizes = [4, 0, 0]>} ins(%a, %b : memref<10x64xi8>, memref<64x8xi8>) outs(%c : memref<10x8xi32>)
  return
}

// -----

// Zeros would win against negative elements.
func.func @greatest(%a: tensor<1x10x10x4xf32>, %w: tensor<3x3xf32>, %o: tensor<1x8x8x4xf32>) -> tensor<1x8x8x4xf32> {
  // expected-error @below {{cannot be padded: it is no sum of products, and the size of a loop that it reduces over does not divide the loop's extent}}
  %0 = linalg.pooling_nhwc_max {pr.tile_sizes = #pr.tile_sizes<sizes = [0, 0, 0, 0, 2, 0]>} ins(%a, %w : tensor<1x10x10x4xf32>, tensor<3x3xf32>) outs(%o : tensor<1x8x8x4xf32>) -> tensor<1x8x8x4xf32>
  return %0 : tensor<1x8x8x4xf32>
}
