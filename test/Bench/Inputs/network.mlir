// A convolution, a batch norm as importers write it (its constant is a double in
// the body), a residual sum and a matrix product; two results. `main` is the only
// public function.
#chan = affine_map<(d0, d1, d2) -> (d1)>
#all = affine_map<(d0, d1, d2) -> (d0, d1, d2)>
func.func private @sum(%a: tensor<1x8x20xf32>, %b: tensor<1x8x20xf32>) -> tensor<1x8x20xf32> {
  %e = tensor.empty() : tensor<1x8x20xf32>
  %r = linalg.add ins(%a, %b : tensor<1x8x20xf32>, tensor<1x8x20xf32>) outs(%e : tensor<1x8x20xf32>) -> tensor<1x8x20xf32>
  return %r : tensor<1x8x20xf32>
}
func.func @main(%x: tensor<1x8x20xf32>, %w: tensor<8x8x3xf32>, %var: tensor<8xf32>, %fc: tensor<160x5xf32>)
    -> (tensor<1x5xf32>, tensor<1x8x20xf32>) {
  %zero = arith.constant 0.0 : f32
  %eps = arith.constant 1.000000e-05 : f64
  %padded = tensor.pad %x low[0, 0, 1] high[0, 0, 1] {
  ^bb0(%i: index, %j: index, %k: index):
    tensor.yield %zero : f32
  } : tensor<1x8x20xf32> to tensor<1x8x22xf32>
  %e = tensor.empty() : tensor<1x8x20xf32>
  %f = linalg.fill ins(%zero : f32) outs(%e : tensor<1x8x20xf32>) -> tensor<1x8x20xf32>
  %conv = linalg.conv_1d_ncw_fcw {dilations = dense<1> : vector<1xi64>, strides = dense<1> : vector<1xi64>}
      ins(%padded, %w : tensor<1x8x22xf32>, tensor<8x8x3xf32>) outs(%f : tensor<1x8x20xf32>) -> tensor<1x8x20xf32>
  %norm = linalg.generic {indexing_maps = [#all, #chan, #all], iterator_types = ["parallel", "parallel", "parallel"]}
      ins(%conv, %var : tensor<1x8x20xf32>, tensor<8xf32>) outs(%e : tensor<1x8x20xf32>) {
  ^bb0(%in: f32, %v: f32, %out: f32):
    %small = arith.truncf %eps : f64 to f32
    %sum = arith.addf %v, %small : f32
    %root = math.rsqrt %sum : f32
    %r = arith.mulf %in, %root : f32
    linalg.yield %r : f32
  } -> tensor<1x8x20xf32>
  %res = func.call @sum(%norm, %x) : (tensor<1x8x20xf32>, tensor<1x8x20xf32>) -> tensor<1x8x20xf32>
  %flat = tensor.collapse_shape %res [[0], [1, 2]] : tensor<1x8x20xf32> into tensor<1x160xf32>
  %e5 = tensor.empty() : tensor<1x5xf32>
  %f5 = linalg.fill ins(%zero : f32) outs(%e5 : tensor<1x5xf32>) -> tensor<1x5xf32>
  %y = linalg.matmul ins(%flat, %fc : tensor<1x160xf32>, tensor<160x5xf32>) outs(%f5 : tensor<1x5xf32>) -> tensor<1x5xf32>
  return %y, %res : tensor<1x5xf32>, tensor<1x8x20xf32>
}
