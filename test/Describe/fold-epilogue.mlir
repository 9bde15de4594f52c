// RUN: pr-opt %s -test-pr-print-layers=target=%S/Inputs/gemmini-like.json -o /dev/null | FileCheck %s
// RUN: pr-opt %s -test-pr-print-layers -o /dev/null | FileCheck %s --check-prefix=NOTARGET
//
// What a target fuses behind a layer. Without a target nothing of it folds.

// NOTARGET-NOT: -into-

#id = affine_map<(n, c, w) -> (n, c, w)>
#channel = affine_map<(n, c, w) -> (c)>
#column = affine_map<(n, c, w) -> (w)>
#v = affine_map<(c) -> (c)>

// bias, relu: one generic each, or both in one.
// CHECK-LABEL: func.func @bias_relu:
// CHECK: linalg.conv_1d_ncw_fcw: layer conv1d n=1 g=1 oc=8 ic=4 ow=8 kw=3 sw=1 dw=1 pl=0 pr=0 layout=ncw epilogue=bias+relu : f32, f32 -> f32{{$}}
// CHECK-NEXT: linalg.generic: folded bias-into-conv -> linalg.conv_1d_ncw_fcw{{$}}
// CHECK-NEXT: linalg.generic: folded relu-into-conv -> linalg.conv_1d_ncw_fcw{{$}}
// CHECK-NEXT: linalg.conv_1d_ncw_fcw: layer conv1d n=1 g=1 oc=8 ic=4 ow=8 kw=3 sw=1 dw=1 pl=0 pr=0 layout=ncw epilogue=bias+relu : f32, f32 -> f32{{$}}
// CHECK-NEXT: linalg.generic: folded bias-into-conv -> linalg.conv_1d_ncw_fcw{{$}}
func.func @bias_relu(%x: tensor<1x4x10xf32>, %w: tensor<8x4x3xf32>, %b: tensor<8xf32>, %c: tensor<1x8x8xf32>) -> (tensor<1x8x8xf32>, tensor<1x8x8xf32>) {
  %zero = arith.constant 0.0 : f32
  %e = tensor.empty() : tensor<1x8x8xf32>
  %0 = linalg.conv_1d_ncw_fcw ins(%x, %w : tensor<1x4x10xf32>, tensor<8x4x3xf32>) outs(%c : tensor<1x8x8xf32>) -> tensor<1x8x8xf32>
  %1 = linalg.generic {indexing_maps = [#id, #channel, #id], iterator_types = ["parallel", "parallel", "parallel"]} ins(%0, %b : tensor<1x8x8xf32>, tensor<8xf32>) outs(%e : tensor<1x8x8xf32>) {
  ^bb0(%in: f32, %bias: f32, %out: f32):
    %5 = arith.addf %in, %bias : f32
    linalg.yield %5 : f32
  } -> tensor<1x8x8xf32>
  %2 = linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel", "parallel", "parallel"]} ins(%1 : tensor<1x8x8xf32>) outs(%e : tensor<1x8x8xf32>) {
  ^bb0(%in: f32, %out: f32):
    %5 = arith.cmpf ugt, %in, %zero : f32
    %6 = arith.select %5, %in, %zero : f32
    linalg.yield %6 : f32
  } -> tensor<1x8x8xf32>
  %3 = linalg.conv_1d_ncw_fcw ins(%x, %w : tensor<1x4x10xf32>, tensor<8x4x3xf32>) outs(%c : tensor<1x8x8xf32>) -> tensor<1x8x8xf32>
  %4 = linalg.generic {indexing_maps = [#id, #channel, #id], iterator_types = ["parallel", "parallel", "parallel"]} ins(%3, %b : tensor<1x8x8xf32>, tensor<8xf32>) outs(%e : tensor<1x8x8xf32>) {
  ^bb0(%in: f32, %bias: f32, %out: f32):
    %5 = arith.addf %in, %bias : f32
    %6 = arith.maximumf %5, %zero : f32
    linalg.yield %6 : f32
  } -> tensor<1x8x8xf32>
  return %2, %4 : tensor<1x8x8xf32>, tensor<1x8x8xf32>
}

// Not a bias: it runs along the width, though that is as long as the channels;
// nor is what an activation is added to before it is used twice.
// CHECK-LABEL: func.func @not_a_bias:
// CHECK: linalg.conv_1d_ncw_fcw: layer conv1d n=1 g=1 oc=8 ic=4 ow=8 kw=3 sw=1 dw=1 pl=0 pr=0 layout=ncw : f32, f32 -> f32{{$}}
// CHECK-NEXT: linalg.generic: layer elementwise e=64 full=1 bcast=8 alu=1 mul=0 div=0 fn=0 cvt=0 : f32, f32 -> f32{{$}}
// CHECK-NEXT: linalg.conv_1d_ncw_fcw: layer conv1d n=1 g=1 oc=8 ic=4 ow=8 kw=3 sw=1 dw=1 pl=0 pr=0 layout=ncw : f32, f32 -> f32{{$}}
// CHECK-NEXT: linalg.generic: layer elementwise e=64 full=1 bcast=8 alu=1 mul=0 div=0 fn=0 cvt=0 : f32, f32 -> f32{{$}}
func.func @not_a_bias(%x: tensor<1x4x10xf32>, %w: tensor<8x4x3xf32>, %b: tensor<8xf32>, %c: tensor<1x8x8xf32>) -> (tensor<1x8x8xf32>, tensor<1x8x8xf32>, tensor<1x8x8xf32>) {
  %e = tensor.empty() : tensor<1x8x8xf32>
  %0 = linalg.conv_1d_ncw_fcw ins(%x, %w : tensor<1x4x10xf32>, tensor<8x4x3xf32>) outs(%c : tensor<1x8x8xf32>) -> tensor<1x8x8xf32>
  %1 = linalg.generic {indexing_maps = [#id, #column, #id], iterator_types = ["parallel", "parallel", "parallel"]} ins(%0, %b : tensor<1x8x8xf32>, tensor<8xf32>) outs(%e : tensor<1x8x8xf32>) {
  ^bb0(%in: f32, %bias: f32, %out: f32):
    %5 = arith.addf %in, %bias : f32
    linalg.yield %5 : f32
  } -> tensor<1x8x8xf32>
  %2 = linalg.conv_1d_ncw_fcw ins(%x, %w : tensor<1x4x10xf32>, tensor<8x4x3xf32>) outs(%c : tensor<1x8x8xf32>) -> tensor<1x8x8xf32>
  %3 = linalg.generic {indexing_maps = [#id, #channel, #id], iterator_types = ["parallel", "parallel", "parallel"]} ins(%2, %b : tensor<1x8x8xf32>, tensor<8xf32>) outs(%e : tensor<1x8x8xf32>) {
  ^bb0(%in: f32, %bias: f32, %out: f32):
    %5 = arith.addf %in, %bias : f32
    linalg.yield %5 : f32
  } -> tensor<1x8x8xf32>
  return %1, %2, %3 : tensor<1x8x8xf32>, tensor<1x8x8xf32>, tensor<1x8x8xf32>
}

// ReLU6 in two steps; an activation that this target does not have.
// CHECK-LABEL: func.func @clamp_activation:
// CHECK: tosa.conv2d: layer conv2d n=1 g=1 oc=8 ic=4 oh=8 ow=8 kh=1 kw=1 sh=1 sw=1 dh=1 dw=1 pt=0 pb=0 pl=0 pr=0 layout=nhwc_fhwc epilogue=bias+clamp : f32, f32 -> f32{{$}}
// CHECK-NEXT: tosa.maximum: folded relu-into-conv -> tosa.conv2d{{$}}
// CHECK-NEXT: tosa.minimum: folded clamp-into-conv -> tosa.conv2d{{$}}
// CHECK-NEXT: tosa.conv2d: layer conv2d n=1 g=1 oc=8 ic=8 oh=8 ow=8 kh=1 kw=1 sh=1 sw=1 dh=1 dw=1 pt=0 pb=0 pl=0 pr=0 layout=nhwc_fhwc epilogue=bias : f32, f32 -> f32{{$}}
// CHECK-NEXT: tosa.sigmoid: layer elementwise e=512 full=1 bcast=0 alu=2 mul=0 div=1 fn=1 cvt=0 : f32 -> f32{{$}}
func.func @clamp_activation(%x: tensor<1x8x8x4xf32>, %w: tensor<8x1x1x4xf32>, %v: tensor<8x1x1x8xf32>, %b: tensor<8xf32>) -> (tensor<1x8x8x8xf32>, tensor<1x8x8x8xf32>) {
  %zp = "tosa.const"() <{values = dense<0.0> : tensor<1xf32>}> : () -> tensor<1xf32>
  %zero = "tosa.const"() <{values = dense<0.0> : tensor<1x1x1x1xf32>}> : () -> tensor<1x1x1x1xf32>
  %six = "tosa.const"() <{values = dense<6.0> : tensor<1x1x1x1xf32>}> : () -> tensor<1x1x1x1xf32>
  %0 = tosa.conv2d %x, %w, %b, %zp, %zp {acc_type = f32, dilation = array<i64: 1, 1>, pad = array<i64: 0, 0, 0, 0>, stride = array<i64: 1, 1>} : (tensor<1x8x8x4xf32>, tensor<8x1x1x4xf32>, tensor<8xf32>, tensor<1xf32>, tensor<1xf32>) -> tensor<1x8x8x8xf32>
  %1 = tosa.maximum %0, %zero : (tensor<1x8x8x8xf32>, tensor<1x1x1x1xf32>) -> tensor<1x8x8x8xf32>
  %2 = tosa.minimum %six, %1 : (tensor<1x1x1x1xf32>, tensor<1x8x8x8xf32>) -> tensor<1x8x8x8xf32>
  %3 = tosa.conv2d %2, %v, %b, %zp, %zp {acc_type = f32, dilation = array<i64: 1, 1>, pad = array<i64: 0, 0, 0, 0>, stride = array<i64: 1, 1>} : (tensor<1x8x8x8xf32>, tensor<8x1x1x8xf32>, tensor<8xf32>, tensor<1xf32>, tensor<1xf32>) -> tensor<1x8x8x8xf32>
  %4 = tosa.sigmoid %3 : (tensor<1x8x8x8xf32>) -> tensor<1x8x8x8xf32>
  return %2, %4 : tensor<1x8x8x8xf32>, tensor<1x8x8x8xf32>
}

// The sum is fused into the later of the two, which has both operands; its other
// operand may pass a view. A product of two activations is no epilogue.
// CHECK-LABEL: func.func @residual:
// CHECK: linalg.matmul: layer matmul b=1 m=4 n=8 k=8 layout=nn : f32, f32 -> f32{{$}}
// CHECK-NEXT: linalg.matmul: layer matmul b=1 m=4 n=8 k=8 layout=nn epilogue=residual_add : f32, f32 -> f32{{$}}
// CHECK-NEXT: linalg.add: folded residual-into-matmul -> linalg.matmul{{$}}
// CHECK-NEXT: linalg.matmul: layer matmul b=1 m=4 n=8 k=8 layout=nn : f32, f32 -> f32{{$}}
// CHECK-NEXT: linalg.mul: layer elementwise e=32 full=2 bcast=0 alu=0 mul=1 div=0 fn=0 cvt=0 : f32, f32 -> f32{{$}}
func.func @residual(%x: tensor<4x8xf32>, %w: tensor<8x8xf32>, %o: tensor<4x8xf32>) -> tensor<4x8xf32> {
  %e = tensor.empty() : tensor<4x8xf32>
  %0 = linalg.matmul ins(%x, %w : tensor<4x8xf32>, tensor<8x8xf32>) outs(%o : tensor<4x8xf32>) -> tensor<4x8xf32>
  %1 = linalg.matmul ins(%x, %w : tensor<4x8xf32>, tensor<8x8xf32>) outs(%o : tensor<4x8xf32>) -> tensor<4x8xf32>
  %2 = linalg.add ins(%0, %1 : tensor<4x8xf32>, tensor<4x8xf32>) outs(%e : tensor<4x8xf32>) -> tensor<4x8xf32>
  %3 = linalg.matmul ins(%2, %w : tensor<4x8xf32>, tensor<8x8xf32>) outs(%o : tensor<4x8xf32>) -> tensor<4x8xf32>
  %4 = linalg.mul ins(%3, %2 : tensor<4x8xf32>, tensor<4x8xf32>) outs(%e : tensor<4x8xf32>) -> tensor<4x8xf32>
  return %4 : tensor<4x8xf32>
}

// A global average: both reductions and the division belong to the pooling. Not
// behind a transpose, which would move less than it says.
// CHECK-LABEL: func.func @pool:
// CHECK: tosa.conv2d: layer conv2d n=1 g=1 oc=8 ic=4 oh=6 ow=6 kh=1 kw=1 sh=1 sw=1 dh=1 dw=1 pt=0 pb=0 pl=0 pr=0 layout=nhwc_fhwc epilogue=bias+pool : f32, f32 -> f32{{$}}
// CHECK-NEXT: tosa.reduce_sum: folded pool-into-conv -> tosa.conv2d{{$}}
// CHECK-NEXT: tosa.reduce_sum: folded pool-into-conv -> tosa.conv2d{{$}}
// CHECK-NEXT: tosa.mul: folded pool-into-conv -> tosa.conv2d{{$}}
// CHECK-NEXT: tosa.conv2d: layer conv2d n=1 g=1 oc=8 ic=4 oh=6 ow=6 kh=1 kw=1 sh=1 sw=1 dh=1 dw=1 pt=0 pb=0 pl=0 pr=0 layout=nhwc_fhwc epilogue=bias : f32, f32 -> f32{{$}}
// CHECK-NEXT: tosa.transpose: layer data_movement e=288 r=288 run=1 op=transpose : f32 -> f32{{$}}
// CHECK-NEXT: tosa.reduce_sum: layer reduction o=8 r=6 i=6 op=sum ops=1 : f32 -> f32{{$}}
func.func @pool(%x: tensor<1x6x6x4xf32>, %w: tensor<8x1x1x4xf32>, %b: tensor<8xf32>) -> (tensor<1x1x1x8xf32>, tensor<1x8x1x6xf32>) {
  %zp = "tosa.const"() <{values = dense<0.0> : tensor<1xf32>}> : () -> tensor<1xf32>
  %shift = "tosa.const"() <{values = dense<0> : tensor<1xi8>}> : () -> tensor<1xi8>
  %scale = "tosa.const"() <{values = dense<0.0277> : tensor<1x1x1x1xf32>}> : () -> tensor<1x1x1x1xf32>
  %0 = tosa.conv2d %x, %w, %b, %zp, %zp {acc_type = f32, dilation = array<i64: 1, 1>, pad = array<i64: 0, 0, 0, 0>, stride = array<i64: 1, 1>} : (tensor<1x6x6x4xf32>, tensor<8x1x1x4xf32>, tensor<8xf32>, tensor<1xf32>, tensor<1xf32>) -> tensor<1x6x6x8xf32>
  %1 = tosa.reduce_sum %0 {axis = 1 : i32} : (tensor<1x6x6x8xf32>) -> tensor<1x1x6x8xf32>
  %2 = tosa.reduce_sum %1 {axis = 2 : i32} : (tensor<1x1x6x8xf32>) -> tensor<1x1x1x8xf32>
  %3 = tosa.mul %2, %scale, %shift : (tensor<1x1x1x8xf32>, tensor<1x1x1x1xf32>, tensor<1xi8>) -> tensor<1x1x1x8xf32>
  %4 = tosa.conv2d %x, %w, %b, %zp, %zp {acc_type = f32, dilation = array<i64: 1, 1>, pad = array<i64: 0, 0, 0, 0>, stride = array<i64: 1, 1>} : (tensor<1x6x6x4xf32>, tensor<8x1x1x4xf32>, tensor<8xf32>, tensor<1xf32>, tensor<1xf32>) -> tensor<1x6x6x8xf32>
  %5 = tosa.transpose %4 {perms = array<i32: 0, 3, 1, 2>} : (tensor<1x6x6x8xf32>) -> tensor<1x8x6x6xf32>
  %6 = tosa.reduce_sum %5 {axis = 2 : i32} : (tensor<1x8x6x6xf32>) -> tensor<1x8x1x6xf32>
  return %3, %6 : tensor<1x1x1x8xf32>, tensor<1x8x1x6xf32>
}

// A sum over the channels is no pooling.
// CHECK-LABEL: func.func @not_a_pool:
// CHECK: tosa.conv2d: layer conv2d n=1 g=1 oc=8 ic=4 oh=6 ow=6 kh=1 kw=1 sh=1 sw=1 dh=1 dw=1 pt=0 pb=0 pl=0 pr=0 layout=nhwc_fhwc epilogue=bias : f32, f32 -> f32{{$}}
// CHECK-NEXT: tosa.reduce_sum: layer reduction o=36 r=8 i=1 op=sum ops=1 : f32 -> f32{{$}}
func.func @not_a_pool(%x: tensor<1x6x6x4xf32>, %w: tensor<8x1x1x4xf32>, %b: tensor<8xf32>) -> tensor<1x6x6x1xf32> {
  %zp = "tosa.const"() <{values = dense<0.0> : tensor<1xf32>}> : () -> tensor<1xf32>
  %0 = tosa.conv2d %x, %w, %b, %zp, %zp {acc_type = f32, dilation = array<i64: 1, 1>, pad = array<i64: 0, 0, 0, 0>, stride = array<i64: 1, 1>} : (tensor<1x6x6x4xf32>, tensor<8x1x1x4xf32>, tensor<8xf32>, tensor<1xf32>, tensor<1xf32>) -> tensor<1x6x6x8xf32>
  %1 = tosa.reduce_sum %0 {axis = 3 : i32} : (tensor<1x6x6x8xf32>) -> tensor<1x6x6x1xf32>
  return %1 : tensor<1x6x6x1xf32>
}

// TFLite's quantized residual block: the rescaling of the skipped tensor is part
// of the sum, the convolution writes what the last rescale makes.
// CHECK-LABEL: func.func @requantize:
// CHECK: tosa.conv2d: layer conv2d n=1 g=1 oc=8 ic=8 oh=6 ow=6 kh=1 kw=1 sh=1 sw=1 dh=1 dw=1 pt=0 pb=0 pl=0 pr=0 layout=nhwc_fhwc epilogue=bias+requantize+residual_add+requantize : i8, i8 -> i8{{$}}
// CHECK-NEXT: tosa.rescale: folded requantize-into-conv -> tosa.conv2d{{$}}
// CHECK-NEXT: tosa.rescale: folded residual-into-conv -> tosa.conv2d{{$}}
// CHECK-NEXT: tosa.rescale: folded requantize-into-conv -> tosa.conv2d{{$}}
// CHECK-NEXT: tosa.add: folded residual-into-conv -> tosa.conv2d{{$}}
// CHECK-NEXT: tosa.rescale: folded requantize-into-conv -> tosa.conv2d{{$}}
func.func @requantize(%x: tensor<1x6x6x8xi8>, %w: tensor<8x1x1x8xi8>, %b: tensor<8xi32>, %m: tensor<8xi32>, %s: tensor<8xi8>, %m1: tensor<1xi32>, %s1: tensor<1xi8>) -> tensor<1x6x6x8xi8> {
  %zp = "tosa.const"() <{values = dense<-1> : tensor<1xi8>}> : () -> tensor<1xi8>
  %zi = "tosa.const"() <{values = dense<0> : tensor<1xi32>}> : () -> tensor<1xi32>
  %0 = tosa.conv2d %x, %w, %b, %zp, %zp {acc_type = i32, dilation = array<i64: 1, 1>, pad = array<i64: 0, 0, 0, 0>, stride = array<i64: 1, 1>} : (tensor<1x6x6x8xi8>, tensor<8x1x1x8xi8>, tensor<8xi32>, tensor<1xi8>, tensor<1xi8>) -> tensor<1x6x6x8xi32>
  %1 = tosa.rescale %0, %m, %s, %zi, %zp {input_unsigned = false, output_unsigned = false, per_channel = true, rounding_mode = DOUBLE_ROUND, scale32 = true} : (tensor<1x6x6x8xi32>, tensor<8xi32>, tensor<8xi8>, tensor<1xi32>, tensor<1xi8>) -> tensor<1x6x6x8xi8>
  %2 = tosa.rescale %x, %m1, %s1, %zp, %zi {input_unsigned = false, output_unsigned = false, per_channel = false, rounding_mode = DOUBLE_ROUND, scale32 = true} : (tensor<1x6x6x8xi8>, tensor<1xi32>, tensor<1xi8>, tensor<1xi8>, tensor<1xi32>) -> tensor<1x6x6x8xi32>
  %3 = tosa.rescale %1, %m1, %s1, %zp, %zi {input_unsigned = false, output_unsigned = false, per_channel = false, rounding_mode = DOUBLE_ROUND, scale32 = true} : (tensor<1x6x6x8xi8>, tensor<1xi32>, tensor<1xi8>, tensor<1xi8>, tensor<1xi32>) -> tensor<1x6x6x8xi32>
  %4 = tosa.add %2, %3 : (tensor<1x6x6x8xi32>, tensor<1x6x6x8xi32>) -> tensor<1x6x6x8xi32>
  %5 = tosa.rescale %4, %m1, %s1, %zi, %zp {input_unsigned = false, output_unsigned = false, per_channel = false, rounding_mode = DOUBLE_ROUND, scale32 = true} : (tensor<1x6x6x8xi32>, tensor<1xi32>, tensor<1xi8>, tensor<1xi32>, tensor<1xi8>) -> tensor<1x6x6x8xi8>
  return %5 : tensor<1x6x6x8xi8>
}

// Two quantized branches: the earlier one writes the narrow tensor, widening it is
// part of the sum, which the later one takes.
// CHECK-LABEL: func.func @widening:
// CHECK: tosa.conv2d: layer conv2d n=1 g=1 oc=8 ic=8 oh=6 ow=6 kh=1 kw=1 sh=1 sw=1 dh=1 dw=1 pt=0 pb=0 pl=0 pr=0 layout=nhwc_fhwc epilogue=bias+requantize : i8, i8 -> i8{{$}}
// CHECK-NEXT: tosa.rescale: folded requantize-into-conv -> tosa.conv2d{{$}}
// CHECK-NEXT: tosa.conv2d: layer conv2d n=1 g=1 oc=8 ic=8 oh=6 ow=6 kh=1 kw=1 sh=1 sw=1 dh=1 dw=1 pt=0 pb=0 pl=0 pr=0 layout=nhwc_fhwc epilogue=bias+requantize+residual_add+requantize : i8, i8 -> i8{{$}}
// CHECK-NEXT: tosa.rescale: folded requantize-into-conv -> tosa.conv2d{{$}}
// CHECK-NEXT: tosa.rescale: folded residual-into-conv -> tosa.conv2d{{$}}
// CHECK-NEXT: tosa.rescale: folded requantize-into-conv -> tosa.conv2d{{$}}
// CHECK-NEXT: tosa.add: folded residual-into-conv -> tosa.conv2d{{$}}
// CHECK-NEXT: tosa.rescale: folded requantize-into-conv -> tosa.conv2d{{$}}
func.func @widening(%x: tensor<1x6x6x8xi8>, %w: tensor<8x1x1x8xi8>, %b: tensor<8xi32>, %m: tensor<1xi32>, %s: tensor<1xi8>) -> tensor<1x6x6x8xi8> {
  %zp = "tosa.const"() <{values = dense<-1> : tensor<1xi8>}> : () -> tensor<1xi8>
  %zi = "tosa.const"() <{values = dense<0> : tensor<1xi32>}> : () -> tensor<1xi32>
  %0 = tosa.conv2d %x, %w, %b, %zp, %zp {acc_type = i32, dilation = array<i64: 1, 1>, pad = array<i64: 0, 0, 0, 0>, stride = array<i64: 1, 1>} : (tensor<1x6x6x8xi8>, tensor<8x1x1x8xi8>, tensor<8xi32>, tensor<1xi8>, tensor<1xi8>) -> tensor<1x6x6x8xi32>
  %1 = tosa.rescale %0, %m, %s, %zi, %zp {input_unsigned = false, output_unsigned = false, per_channel = false, rounding_mode = DOUBLE_ROUND, scale32 = true} : (tensor<1x6x6x8xi32>, tensor<1xi32>, tensor<1xi8>, tensor<1xi32>, tensor<1xi8>) -> tensor<1x6x6x8xi8>
  %2 = tosa.conv2d %x, %w, %b, %zp, %zp {acc_type = i32, dilation = array<i64: 1, 1>, pad = array<i64: 0, 0, 0, 0>, stride = array<i64: 1, 1>} : (tensor<1x6x6x8xi8>, tensor<8x1x1x8xi8>, tensor<8xi32>, tensor<1xi8>, tensor<1xi8>) -> tensor<1x6x6x8xi32>
  %3 = tosa.rescale %2, %m, %s, %zi, %zp {input_unsigned = false, output_unsigned = false, per_channel = false, rounding_mode = DOUBLE_ROUND, scale32 = true} : (tensor<1x6x6x8xi32>, tensor<1xi32>, tensor<1xi8>, tensor<1xi32>, tensor<1xi8>) -> tensor<1x6x6x8xi8>
  %4 = tosa.rescale %1, %m, %s, %zp, %zi {input_unsigned = false, output_unsigned = false, per_channel = false, rounding_mode = DOUBLE_ROUND, scale32 = true} : (tensor<1x6x6x8xi8>, tensor<1xi32>, tensor<1xi8>, tensor<1xi8>, tensor<1xi32>) -> tensor<1x6x6x8xi32>
  %5 = tosa.rescale %3, %m, %s, %zp, %zi {input_unsigned = false, output_unsigned = false, per_channel = false, rounding_mode = DOUBLE_ROUND, scale32 = true} : (tensor<1x6x6x8xi8>, tensor<1xi32>, tensor<1xi8>, tensor<1xi8>, tensor<1xi32>) -> tensor<1x6x6x8xi32>
  %6 = tosa.add %4, %5 : (tensor<1x6x6x8xi32>, tensor<1x6x6x8xi32>) -> tensor<1x6x6x8xi32>
  %7 = tosa.rescale %6, %m, %s, %zi, %zp {input_unsigned = false, output_unsigned = false, per_channel = false, rounding_mode = DOUBLE_ROUND, scale32 = true} : (tensor<1x6x6x8xi32>, tensor<1xi32>, tensor<1xi8>, tensor<1xi32>, tensor<1xi8>) -> tensor<1x6x6x8xi8>
  return %7 : tensor<1x6x6x8xi8>
}

// A batch normalisation needs a free scale, which this target lacks: its first
// subtraction is a bias, the multiplications stay.
// CHECK-LABEL: func.func @no_scale:
// CHECK: linalg.conv_1d_ncw_fcw: layer conv1d n=1 g=1 oc=8 ic=4 ow=8 kw=3 sw=1 dw=1 pl=0 pr=0 layout=ncw epilogue=bias : f32, f32 -> f32{{$}}
// CHECK-NEXT: linalg.generic: folded bias-into-conv -> linalg.conv_1d_ncw_fcw{{$}}
// CHECK-NEXT: linalg.generic: layer elementwise e=64 full=1 bcast=8 alu=0 mul=1 div=0 fn=0 cvt=0 : f32, f32 -> f32{{$}}
func.func @no_scale(%x: tensor<1x4x10xf32>, %w: tensor<8x4x3xf32>, %mean: tensor<8xf32>, %gamma: tensor<8xf32>, %c: tensor<1x8x8xf32>) -> tensor<1x8x8xf32> {
  %e = tensor.empty() : tensor<1x8x8xf32>
  %0 = linalg.conv_1d_ncw_fcw ins(%x, %w : tensor<1x4x10xf32>, tensor<8x4x3xf32>) outs(%c : tensor<1x8x8xf32>) -> tensor<1x8x8xf32>
  %1 = linalg.generic {indexing_maps = [#id, #channel, #id], iterator_types = ["parallel", "parallel", "parallel"]} ins(%0, %mean : tensor<1x8x8xf32>, tensor<8xf32>) outs(%e : tensor<1x8x8xf32>) {
  ^bb0(%in: f32, %bias: f32, %out: f32):
    %5 = arith.subf %in, %bias : f32
    linalg.yield %5 : f32
  } -> tensor<1x8x8xf32>
  %2 = linalg.generic {indexing_maps = [#id, #channel, #id], iterator_types = ["parallel", "parallel", "parallel"]} ins(%1, %gamma : tensor<1x8x8xf32>, tensor<8xf32>) outs(%e : tensor<1x8x8xf32>) {
  ^bb0(%in: f32, %bias: f32, %out: f32):
    %5 = arith.mulf %in, %bias : f32
    linalg.yield %5 : f32
  } -> tensor<1x8x8xf32>
  return %2 : tensor<1x8x8xf32>
}
