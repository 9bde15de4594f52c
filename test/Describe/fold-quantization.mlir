// RUN: pr-opt %s "-test-pr-print-layers=target=%S/Inputs/gemmini-like.json as-quantized" -o /dev/null | FileCheck %s
//
// A float network estimated as if it were quantized.

#id = affine_map<(n, c, w) -> (n, c, w)>
#channel = affine_map<(n, c, w) -> (c)>
#v = affine_map<(c) -> (c)>
#m = affine_map<(i, j) -> (i, j)>

// Quantizing folds the normalisation into weights and bias, with the arithmetic
// that prepares it.
// CHECK-LABEL: func.func @batch_norm:
// CHECK: linalg.conv_1d_ncw_fcw: layer conv1d n=1 g=1 oc=8 ic=4 ow=8 kw=3 sw=1 dw=1 pl=0 pr=0 layout=ncw epilogue=bias : i8, i8 -> i8{{$}}
// CHECK-NEXT: linalg.generic: folded batch-norm-into-conv -> linalg.conv_1d_ncw_fcw{{$}}
// CHECK-NEXT: linalg.generic: folded batch-norm-into-conv -> linalg.conv_1d_ncw_fcw{{$}}
// CHECK-NEXT: linalg.generic: folded batch-norm-into-conv -> linalg.conv_1d_ncw_fcw{{$}}
// CHECK-NEXT: linalg.generic: folded batch-norm-into-conv -> linalg.conv_1d_ncw_fcw{{$}}
func.func @batch_norm(%x: tensor<1x4x10xf32>, %w: tensor<8x4x3xf32>, %mean: tensor<8xf32>, %var: tensor<8xf32>, %beta: tensor<8xf32>, %c: tensor<1x8x8xf32>) -> tensor<1x8x8xf32> {
  %eps = arith.constant 1.0e-5 : f32
  %e = tensor.empty() : tensor<1x8x8xf32>
  %ev = tensor.empty() : tensor<8xf32>
  %0 = linalg.conv_1d_ncw_fcw ins(%x, %w : tensor<1x4x10xf32>, tensor<8x4x3xf32>) outs(%c : tensor<1x8x8xf32>) -> tensor<1x8x8xf32>
  %1 = linalg.generic {indexing_maps = [#v, #v], iterator_types = ["parallel"]} ins(%var : tensor<8xf32>) outs(%ev : tensor<8xf32>) {
  ^bb0(%in: f32, %out: f32):
    %5 = arith.addf %in, %eps : f32
    %6 = math.rsqrt %5 : f32
    linalg.yield %6 : f32
  } -> tensor<8xf32>
  %2 = linalg.generic {indexing_maps = [#id, #channel, #id], iterator_types = ["parallel", "parallel", "parallel"]} ins(%0, %mean : tensor<1x8x8xf32>, tensor<8xf32>) outs(%e : tensor<1x8x8xf32>) {
  ^bb0(%in: f32, %side: f32, %out: f32):
    %5 = arith.subf %in, %side : f32
    linalg.yield %5 : f32
  } -> tensor<1x8x8xf32>
  %3 = linalg.generic {indexing_maps = [#id, #channel, #id], iterator_types = ["parallel", "parallel", "parallel"]} ins(%2, %1 : tensor<1x8x8xf32>, tensor<8xf32>) outs(%e : tensor<1x8x8xf32>) {
  ^bb0(%in: f32, %side: f32, %out: f32):
    %5 = arith.mulf %in, %side : f32
    linalg.yield %5 : f32
  } -> tensor<1x8x8xf32>
  %4 = linalg.generic {indexing_maps = [#id, #channel, #id], iterator_types = ["parallel", "parallel", "parallel"]} ins(%3, %beta : tensor<1x8x8xf32>, tensor<8xf32>) outs(%e : tensor<1x8x8xf32>) {
  ^bb0(%in: f32, %side: f32, %out: f32):
    %5 = arith.addf %in, %side : f32
    linalg.yield %5 : f32
  } -> tensor<1x8x8xf32>
  return %4 : tensor<1x8x8xf32>
}

// A float product between dequantize and quantize, as PyTorch's quantized_decomposed
// ops arrive.
// CHECK-LABEL: func.func @qdq:
// CHECK: linalg.generic: folded dequantize{{$}}
// CHECK-NEXT: linalg.generic: folded dequantize{{$}}
// CHECK-NEXT: linalg.matmul: layer matmul b=1 m=4 n=6 k=8 layout=nn epilogue=requantize : i8, i8 -> i8{{$}}
// CHECK-NEXT: linalg.generic: folded requantize-into-matmul -> linalg.matmul{{$}}
func.func @qdq(%x: tensor<4x8xi8>, %w: tensor<8x6xi8>, %o: tensor<4x6xf32>) -> tensor<4x6xi8> {
  %scale = arith.constant 0.1 : f32
  %zp = arith.constant -3.0 : f32
  %low = arith.constant -128.0 : f32
  %high = arith.constant 127.0 : f32
  %ex = tensor.empty() : tensor<4x8xf32>
  %ew = tensor.empty() : tensor<8x6xf32>
  %eo = tensor.empty() : tensor<4x6xi8>
  %0 = linalg.generic {indexing_maps = [#m, #m], iterator_types = ["parallel", "parallel"]} ins(%x : tensor<4x8xi8>) outs(%ex : tensor<4x8xf32>) {
  ^bb0(%in: i8, %out: f32):
    %5 = arith.sitofp %in : i8 to f32
    %6 = arith.subf %5, %zp : f32
    %7 = arith.mulf %6, %scale : f32
    linalg.yield %7 : f32
  } -> tensor<4x8xf32>
  %1 = linalg.generic {indexing_maps = [#m, #m], iterator_types = ["parallel", "parallel"]} ins(%w : tensor<8x6xi8>) outs(%ew : tensor<8x6xf32>) {
  ^bb0(%in: i8, %out: f32):
    %5 = arith.sitofp %in : i8 to f32
    %6 = arith.mulf %5, %scale : f32
    linalg.yield %6 : f32
  } -> tensor<8x6xf32>
  %2 = linalg.matmul ins(%0, %1 : tensor<4x8xf32>, tensor<8x6xf32>) outs(%o : tensor<4x6xf32>) -> tensor<4x6xf32>
  %3 = linalg.generic {indexing_maps = [#m, #m], iterator_types = ["parallel", "parallel"]} ins(%2 : tensor<4x6xf32>) outs(%eo : tensor<4x6xi8>) {
  ^bb0(%in: f32, %out: i8):
    %5 = arith.divf %in, %scale : f32
    %6 = math.roundeven %5 : f32
    %7 = arith.addf %6, %zp : f32
    %8 = arith.maximumf %7, %low : f32
    %9 = arith.minimumf %8, %high : f32
    %10 = arith.fptosi %9 : f32 to i8
    linalg.yield %10 : i8
  } -> tensor<4x6xi8>
  return %3 : tensor<4x6xi8>
}

// The same in TOSA is a dozen ops, some of which read one value twice.
// CHECK-LABEL: func.func @tosa_qdq:
// CHECK: tosa.mul: folded quantize{{$}}
// CHECK-NEXT: tosa.floor: folded quantize{{$}}
// CHECK-NEXT: tosa.sub: folded quantize{{$}}
// CHECK-NEXT: tosa.greater: folded quantize{{$}}
// CHECK-NEXT: tosa.ceil: folded quantize{{$}}
// CHECK-NEXT: tosa.select: folded quantize{{$}}
// CHECK-NEXT: tosa.clamp: folded quantize{{$}}
// CHECK-NEXT: tosa.cast: folded quantize{{$}}
// CHECK-NEXT: tosa.cast: folded dequantize{{$}}
// CHECK-NEXT: tosa.mul: folded dequantize{{$}}
func.func @tosa_qdq(%x: tensor<1x4x8xf32>, %scale: tensor<1x1x1xf32>) -> tensor<1x4x8xf32> {
  %shift = "tosa.const"() <{values = dense<0> : tensor<1xi8>}> : () -> tensor<1xi8>
  %half = "tosa.const"() <{values = dense<0.5> : tensor<1x1x1xf32>}> : () -> tensor<1x1x1xf32>
  %0 = tosa.mul %x, %scale, %shift : (tensor<1x4x8xf32>, tensor<1x1x1xf32>, tensor<1xi8>) -> tensor<1x4x8xf32>
  %1 = tosa.floor %0 : (tensor<1x4x8xf32>) -> tensor<1x4x8xf32>
  %2 = tosa.sub %0, %1 : (tensor<1x4x8xf32>, tensor<1x4x8xf32>) -> tensor<1x4x8xf32>
  %3 = tosa.greater %2, %half : (tensor<1x4x8xf32>, tensor<1x1x1xf32>) -> tensor<1x4x8xi1>
  %4 = tosa.ceil %0 : (tensor<1x4x8xf32>) -> tensor<1x4x8xf32>
  %5 = tosa.select %3, %4, %1 : (tensor<1x4x8xi1>, tensor<1x4x8xf32>, tensor<1x4x8xf32>) -> tensor<1x4x8xf32>
  %6 = tosa.clamp %5 {min_val = -128.0 : f32, max_val = 127.0 : f32} : (tensor<1x4x8xf32>) -> tensor<1x4x8xf32>
  %7 = tosa.cast %6 : (tensor<1x4x8xf32>) -> tensor<1x4x8xi8>
  %8 = tosa.cast %7 : (tensor<1x4x8xi8>) -> tensor<1x4x8xf32>
  %9 = tosa.mul %8, %scale, %shift : (tensor<1x4x8xf32>, tensor<1x1x1xf32>, tensor<1xi8>) -> tensor<1x4x8xf32>
  return %9 : tensor<1x4x8xf32>
}

// Not quantization: an index, a truth value, a function, a sum of two tensors.
// CHECK-LABEL: func.func @not_quantization:
// CHECK-NEXT: tosa.cast: layer elementwise e=32 full=1 bcast=0 alu=0 mul=0 div=0 fn=0 cvt=1 : i64 -> f32{{$}}
// CHECK-NEXT: tosa.cast: layer elementwise e=32 full=1 bcast=0 alu=0 mul=0 div=0 fn=0 cvt=1 : i1 -> f32{{$}}
// CHECK-NEXT: tosa.exp: layer elementwise e=32 full=1 bcast=0 alu=0 mul=0 div=0 fn=1 cvt=0 : f32 -> f32{{$}}
func.func @not_quantization(%i: tensor<4x8xi64>, %p: tensor<4x8xi1>, %x: tensor<4x8xf32>, %y: tensor<4x8xf32>) -> (tensor<4x8xf32>, tensor<4x8xf32>, tensor<4x8xf32>) {
  %0 = tosa.cast %i : (tensor<4x8xi64>) -> tensor<4x8xf32>
  %1 = tosa.cast %p : (tensor<4x8xi1>) -> tensor<4x8xf32>
  %2 = tosa.exp %1 : (tensor<4x8xf32>) -> tensor<4x8xf32>
  return %0, %1, %2 : tensor<4x8xf32>, tensor<4x8xf32>, tensor<4x8xf32>
}

// Changes of layout around a convolution; swapping rows and columns stays work.
// CHECK-LABEL: func.func @layouts:
// CHECK: tosa.transpose: folded layout-of-target{{$}}
// CHECK-NEXT: tosa.conv2d: layer conv2d n=1 g=1 oc=8 ic=4 oh=6 ow=6 kh=1 kw=1 sh=1 sw=1 dh=1 dw=1 pt=0 pb=0 pl=0 pr=0 layout=nhwc_fhwc epilogue=bias : i8, i8 -> i8{{$}}
// CHECK-NEXT: tosa.transpose: folded layout-of-target{{$}}
// CHECK-NEXT: tosa.transpose: layer data_movement e=288 r=288 run=8 op=transpose : f32 -> f32{{$}}
func.func @layouts(%x: tensor<1x4x6x6xf32>, %w: tensor<8x1x1x4xf32>, %b: tensor<8xf32>) -> (tensor<1x8x6x6xf32>, tensor<1x6x6x8xf32>) {
  %zp = "tosa.const"() <{values = dense<0.0> : tensor<1xf32>}> : () -> tensor<1xf32>
  %0 = tosa.transpose %x {perms = array<i32: 0, 2, 3, 1>} : (tensor<1x4x6x6xf32>) -> tensor<1x6x6x4xf32>
  %1 = tosa.conv2d %0, %w, %b, %zp, %zp {acc_type = f32, dilation = array<i64: 1, 1>, pad = array<i64: 0, 0, 0, 0>, stride = array<i64: 1, 1>} : (tensor<1x6x6x4xf32>, tensor<8x1x1x4xf32>, tensor<8xf32>, tensor<1xf32>, tensor<1xf32>) -> tensor<1x6x6x8xf32>
  %2 = tosa.transpose %1 {perms = array<i32: 0, 3, 1, 2>} : (tensor<1x6x6x8xf32>) -> tensor<1x8x6x6xf32>
  %3 = tosa.transpose %1 {perms = array<i32: 0, 2, 1, 3>} : (tensor<1x6x6x8xf32>) -> tensor<1x6x6x8xf32>
  return %2, %3 : tensor<1x8x6x6xf32>, tensor<1x6x6x8xf32>
}

// Pooling is fused through it.
// CHECK-LABEL: func.func @pool_behind_layout:
// CHECK: tosa.conv2d: layer conv2d n=1 g=1 oc=8 ic=4 oh=6 ow=6 kh=1 kw=1 sh=1 sw=1 dh=1 dw=1 pt=0 pb=0 pl=0 pr=0 layout=nhwc_fhwc epilogue=bias+pool : i8, i8 -> i8{{$}}
// CHECK-NEXT: tosa.transpose: folded layout-of-target{{$}}
// CHECK-NEXT: tosa.reduce_sum: folded pool-into-conv -> tosa.conv2d{{$}}
func.func @pool_behind_layout(%x: tensor<1x6x6x4xf32>, %w: tensor<8x1x1x4xf32>, %b: tensor<8xf32>) -> tensor<1x8x1x6xf32> {
  %zp = "tosa.const"() <{values = dense<0.0> : tensor<1xf32>}> : () -> tensor<1xf32>
  %0 = tosa.conv2d %x, %w, %b, %zp, %zp {acc_type = f32, dilation = array<i64: 1, 1>, pad = array<i64: 0, 0, 0, 0>, stride = array<i64: 1, 1>} : (tensor<1x6x6x4xf32>, tensor<8x1x1x4xf32>, tensor<8xf32>, tensor<1xf32>, tensor<1xf32>) -> tensor<1x6x6x8xf32>
  %1 = tosa.transpose %0 {perms = array<i32: 0, 3, 1, 2>} : (tensor<1x6x6x8xf32>) -> tensor<1x8x6x6xf32>
  %2 = tosa.reduce_sum %1 {axis = 2 : i32} : (tensor<1x8x6x6xf32>) -> tensor<1x8x1x6xf32>
  return %2 : tensor<1x8x1x6xf32>
}

// A kind that the target does not have keeps its types.
// CHECK-LABEL: func.func @other_kinds:
// CHECK-NEXT: tosa.exp: layer elementwise e=32 full=1 bcast=0 alu=0 mul=0 div=0 fn=1 cvt=0 : f32 -> f32{{$}}
func.func @other_kinds(%x: tensor<4x8xf32>) -> tensor<4x8xf32> {
  %0 = tosa.exp %x : (tensor<4x8xf32>) -> tensor<4x8xf32>
  return %0 : tensor<4x8xf32>
}
