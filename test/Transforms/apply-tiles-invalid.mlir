// RUN: pr-opt %s -split-input-file -verify-diagnostics --pr-apply-tiles

func.func @scalar(%a: i32) -> i32 {
  // expected-error @below {{has 'pr.tile_sizes', but cannot be tiled}}
  %0 = arith.addi %a, %a {pr.tile_sizes = #pr.tile_sizes<sizes = [4]>} : i32
  return %0 : i32
}

// -----

func.func @stale(%a: tensor<8x64xi8>, %b: tensor<64x8xi8>, %c: tensor<8x8xi32>) -> tensor<8x8xi32> {
  // expected-error @below {{stale tile sizes: they are for 'matmul b=1 m=8 n=8 k=128 tile=k:16 : i8, i8 -> i32', but loop 2 has extent 64}}
  %0 = linalg.matmul {pr.tile_sizes = #pr.tile_sizes<sizes = [0, 0, 16], layer = <"matmul b=1 m=8 n=8 k=128 tile=k:16 : i8, i8 -> i32">>} ins(%a, %b : tensor<8x64xi8>, tensor<64x8xi8>) outs(%c : tensor<8x8xi32>) -> tensor<8x8xi32>
  return %0 : tensor<8x8xi32>
}
