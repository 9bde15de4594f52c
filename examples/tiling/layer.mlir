// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
func.func @fc(%a: tensor<16x96xi8>, %w: tensor<96x64xi8>, %c: tensor<16x64xi32>) -> tensor<16x64xi32> {
  %0 = linalg.matmul ins(%a, %w : tensor<16x96xi8>, tensor<96x64xi8>) outs(%c : tensor<16x64xi32>) -> tensor<16x64xi32>
  return %0 : tensor<16x64xi32>
}
