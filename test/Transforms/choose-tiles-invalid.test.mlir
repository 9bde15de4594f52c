// Input of choose-tiles-invalid.test.
// RUN: pr-opt %s --pr-choose-tiles="model=%models/tiler.prm"
func.func @float(%a: tensor<8x64xf32>, %b: tensor<64x8xf32>, %c: tensor<8x8xf32>) -> tensor<8x8xf32> {
  %0 = linalg.matmul ins(%a, %b : tensor<8x64xf32>, tensor<64x8xf32>) outs(%c : tensor<8x8xf32>) -> tensor<8x8xf32>
  return %0 : tensor<8x8xf32>
}

// Rows in two loops, and no buffer for all of them.
func.func @rows(%a: tensor<32x16x64xi8>, %b: tensor<64x8xi8>, %c: tensor<32x16x8xi32>) -> tensor<32x16x8xi32> {
  %0 = linalg.generic {
      indexing_maps = [affine_map<(i, m, n, k) -> (i, m, k)>, affine_map<(i, m, n, k) -> (k, n)>, affine_map<(i, m, n, k) -> (i, m, n)>],
      iterator_types = ["parallel", "parallel", "parallel", "reduction"]}
      ins(%a, %b : tensor<32x16x64xi8>, tensor<64x8xi8>) outs(%c : tensor<32x16x8xi32>) {
  ^bb0(%x: i8, %y: i8, %sum: i32):
    %xe = arith.extsi %x : i8 to i32
    %ye = arith.extsi %y : i8 to i32
    %p = arith.muli %xe, %ye : i32
    %s = arith.addi %sum, %p : i32
    linalg.yield %s : i32
  } -> tensor<32x16x8xi32>
  return %0 : tensor<32x16x8xi32>
}
