// RUN: pr-opt %s -test-pr-print-layers -o /dev/null | FileCheck %s
//
// Rules pad-into-conv, pad-into-pool, slice-into-conv, slice-into-pool: when
// they hold, and when padding and slices stay work of their own.

// CHECK-LABEL: func.func @conv:
// CHECK: tensor.pad: folded pad-into-conv -> linalg.conv_2d_nchw_fchw{{$}}
// CHECK-NEXT: linalg.conv_2d_nchw_fchw: layer conv2d n=1 g=1 oc=64 ic=3 oh=112 ow=112 kh=7 kw=7 sh=2 sw=2 dh=1 dw=1 pt=3 pb=2 pl=3 pr=2 layout=nchw : f32, f32 -> f32{{$}}
func.func @conv(%x: tensor<1x3x224x224xf32>, %w: tensor<64x3x7x7xf32>, %c: tensor<1x64x112x112xf32>) -> tensor<1x64x112x112xf32> {
  %zero = arith.constant 0.0 : f32
  %0 = tensor.pad %x low[0, 0, 3, 3] high[0, 0, 3, 3] {
  ^bb0(%i: index, %j: index, %k: index, %l: index):
    tensor.yield %zero : f32
  } : tensor<1x3x224x224xf32> to tensor<1x3x230x230xf32>
  %1 = linalg.conv_2d_nchw_fchw {strides = dense<2> : vector<2xi64>} ins(%0, %w : tensor<1x3x230x230xf32>, tensor<64x3x7x7xf32>) outs(%c : tensor<1x64x112x112xf32>) -> tensor<1x64x112x112xf32>
  return %1 : tensor<1x64x112x112xf32>
}

// Two readers that pad differently: each takes what its windows read.
// CHECK-LABEL: func.func @two_readers:
// CHECK: tensor.pad: folded pad-into-conv{{$}}
// CHECK-NEXT: linalg.conv_1d_ncw_fcw: layer conv1d n=1 g=1 oc=8 ic=4 ow=16 kw=3 sw=1 dw=1 pl=1 pr=1 layout=ncw : f32, f32 -> f32{{$}}
// CHECK-NEXT: linalg.conv_1d_ncw_fcw: layer conv1d n=1 g=1 oc=8 ic=4 ow=8 kw=3 sw=2 dw=1 pl=1 pr=0 layout=ncw : f32, f32 -> f32{{$}}
func.func @two_readers(%x: tensor<1x4x16xf32>, %w: tensor<8x4x3xf32>, %v: tensor<8x4x3xf32>, %c: tensor<1x8x16xf32>, %d: tensor<1x8x8xf32>) -> (tensor<1x8x16xf32>, tensor<1x8x8xf32>) {
  %zero = arith.constant 0.0 : f32
  %0 = tensor.pad %x low[0, 0, 1] high[0, 0, 1] {
  ^bb0(%i: index, %j: index, %k: index):
    tensor.yield %zero : f32
  } : tensor<1x4x16xf32> to tensor<1x4x18xf32>
  %1 = linalg.conv_1d_ncw_fcw ins(%0, %w : tensor<1x4x18xf32>, tensor<8x4x3xf32>) outs(%c : tensor<1x8x16xf32>) -> tensor<1x8x16xf32>
  %2 = linalg.conv_1d_ncw_fcw {strides = dense<2> : vector<1xi64>} ins(%0, %v : tensor<1x4x18xf32>, tensor<8x4x3xf32>) outs(%d : tensor<1x8x8xf32>) -> tensor<1x8x8xf32>
  return %1, %2 : tensor<1x8x16xf32>, tensor<1x8x8xf32>
}

// Padding of a quantized convolution is its zero point, not zero.
// CHECK-LABEL: func.func @zero_point:
// CHECK: tensor.pad: folded pad-into-conv -> linalg.conv_2d_nchw_fchw_q{{$}}
// CHECK-NEXT: linalg.conv_2d_nchw_fchw_q: layer conv2d n=1 g=1 oc=8 ic=4 oh=6 ow=6 kh=3 kw=3 sh=1 sw=1 dh=1 dw=1 pt=1 pb=1 pl=1 pr=1 layout=nchw : i8, i8 -> i32{{$}}
// CHECK-NEXT: tensor.pad: layer data_movement e=256 r=144 run=6 op=pad : i8 -> i8{{$}}
// CHECK-NEXT: linalg.conv_2d_nchw_fchw_q: layer conv2d n=1 g=1 oc=8 ic=4 oh=6 ow=6 kh=3 kw=3 sh=1 sw=1 dh=1 dw=1 pt=0 pb=0 pl=0 pr=0 layout=nchw : i8, i8 -> i32{{$}}
func.func @zero_point(%x: tensor<1x4x6x6xi8>, %w: tensor<8x4x3x3xi8>, %c: tensor<1x8x6x6xi32>) -> (tensor<1x8x6x6xi32>, tensor<1x8x6x6xi32>) {
  %zp8 = arith.constant -14 : i8
  %zp = arith.constant -14 : i32
  %zero = arith.constant 0 : i32
  %0 = tensor.pad %x low[0, 0, 1, 1] high[0, 0, 1, 1] {
  ^bb0(%i: index, %j: index, %k: index, %l: index):
    tensor.yield %zp8 : i8
  } : tensor<1x4x6x6xi8> to tensor<1x4x8x8xi8>
  %1 = linalg.conv_2d_nchw_fchw_q ins(%0, %w, %zp, %zero : tensor<1x4x8x8xi8>, tensor<8x4x3x3xi8>, i32, i32) outs(%c : tensor<1x8x6x6xi32>) -> tensor<1x8x6x6xi32>
  %2 = tensor.pad %x low[0, 0, 1, 1] high[0, 0, 1, 1] {
  ^bb0(%i: index, %j: index, %k: index, %l: index):
    tensor.yield %zp8 : i8
  } : tensor<1x4x6x6xi8> to tensor<1x4x8x8xi8>
  %3 = linalg.conv_2d_nchw_fchw_q ins(%2, %w, %zero, %zero : tensor<1x4x8x8xi8>, tensor<8x4x3x3xi8>, i32, i32) outs(%c : tensor<1x8x6x6xi32>) -> tensor<1x8x6x6xi32>
  return %1, %3 : tensor<1x8x6x6xi32>, tensor<1x8x6x6xi32>
}

// A maximum is padded with minus infinity, a sum with zero.
// CHECK-LABEL: func.func @pooling:
// CHECK: tensor.pad: folded pad-into-pool -> linalg.pooling_nchw_max{{$}}
// CHECK-NEXT: linalg.pooling_nchw_max: layer pool2d n=1 c=4 oh=8 ow=8 kh=3 kw=3 sh=2 sw=2 dh=1 dw=1 pt=1 pb=0 pl=1 pr=0 op=max layout=nchw : f32 -> f32{{$}}
// CHECK-NEXT: tensor.pad: layer data_movement e=1296 r=1024 run=16 op=pad : f32 -> f32{{$}}
// CHECK-NEXT: linalg.pooling_nchw_max: layer pool2d n=1 c=4 oh=8 ow=8 kh=3 kw=3 sh=2 sw=2 dh=1 dw=1 pt=0 pb=0 pl=0 pr=0 op=max layout=nchw : f32 -> f32{{$}}
// CHECK-NEXT: tensor.pad: folded pad-into-pool -> linalg.pooling_nchw_sum{{$}}
// CHECK-NEXT: linalg.pooling_nchw_sum: layer pool2d n=1 c=4 oh=8 ow=8 kh=3 kw=3 sh=2 sw=2 dh=1 dw=1 pt=1 pb=0 pl=1 pr=0 op=sum layout=nchw : f32 -> f32{{$}}
func.func @pooling(%x: tensor<1x4x16x16xf32>, %k: tensor<3x3xf32>, %c: tensor<1x4x8x8xf32>) -> (tensor<1x4x8x8xf32>, tensor<1x4x8x8xf32>, tensor<1x4x8x8xf32>) {
  %low = arith.constant 0xFF800000 : f32
  %zero = arith.constant 0.0 : f32
  %0 = tensor.pad %x low[0, 0, 1, 1] high[0, 0, 1, 1] {
  ^bb0(%i: index, %j: index, %l: index, %m: index):
    tensor.yield %low : f32
  } : tensor<1x4x16x16xf32> to tensor<1x4x18x18xf32>
  %1 = linalg.pooling_nchw_max {strides = dense<2> : vector<2xi64>} ins(%0, %k : tensor<1x4x18x18xf32>, tensor<3x3xf32>) outs(%c : tensor<1x4x8x8xf32>) -> tensor<1x4x8x8xf32>
  %2 = tensor.pad %x low[0, 0, 1, 1] high[0, 0, 1, 1] {
  ^bb0(%i: index, %j: index, %l: index, %m: index):
    tensor.yield %zero : f32
  } : tensor<1x4x16x16xf32> to tensor<1x4x18x18xf32>
  %3 = linalg.pooling_nchw_max {strides = dense<2> : vector<2xi64>} ins(%2, %k : tensor<1x4x18x18xf32>, tensor<3x3xf32>) outs(%c : tensor<1x4x8x8xf32>) -> tensor<1x4x8x8xf32>
  %4 = tensor.pad %x low[0, 0, 1, 1] high[0, 0, 1, 1] {
  ^bb0(%i: index, %j: index, %l: index, %m: index):
    tensor.yield %zero : f32
  } : tensor<1x4x16x16xf32> to tensor<1x4x18x18xf32>
  %5 = linalg.pooling_nchw_sum {strides = dense<2> : vector<2xi64>} ins(%4, %k : tensor<1x4x18x18xf32>, tensor<3x3xf32>) outs(%c : tensor<1x4x8x8xf32>) -> tensor<1x4x8x8xf32>
  return %1, %3, %5 : tensor<1x4x8x8xf32>, tensor<1x4x8x8xf32>, tensor<1x4x8x8xf32>
}

// tosa.pad adds to the padding of the convolution's own.
// CHECK-LABEL: func.func @tosa_pad:
// CHECK: tosa.pad: folded pad-into-conv -> tosa.conv2d{{$}}
// CHECK-NEXT: tosa.conv2d: layer conv2d n=1 g=1 oc=8 ic=4 oh=8 ow=8 kh=5 kw=5 sh=1 sw=1 dh=1 dw=1 pt=2 pb=2 pl=2 pr=2 layout=nhwc_fhwc epilogue=bias : f32, f32 -> f32{{$}}
func.func @tosa_pad(%x: tensor<1x8x8x4xf32>, %w: tensor<8x5x5x4xf32>, %b: tensor<8xf32>) -> tensor<1x8x8x8xf32> {
  %zp = "tosa.const"() <{values = dense<0.0> : tensor<1xf32>}> : () -> tensor<1xf32>
  %p = tosa.const_shape {values = dense<[0, 0, 1, 1, 1, 1, 0, 0]> : tensor<8xindex>} : () -> !tosa.shape<8>
  %0 = tosa.pad %x, %p, %zp : (tensor<1x8x8x4xf32>, !tosa.shape<8>, tensor<1xf32>) -> tensor<1x10x10x4xf32>
  %1 = tosa.conv2d %0, %w, %b, %zp, %zp {acc_type = f32, dilation = array<i64: 1, 1>, pad = array<i64: 1, 1, 1, 1>, stride = array<i64: 1, 1>} : (tensor<1x10x10x4xf32>, tensor<8x5x5x4xf32>, tensor<8xf32>, tensor<1xf32>, tensor<1xf32>) -> tensor<1x8x8x8xf32>
  return %1 : tensor<1x8x8x8xf32>
}

// Kept: a value that is not zero, a padded channel, another reader, padding as
// wide as the kernel.
// CHECK-LABEL: func.func @kept:
// CHECK: tensor.pad: layer data_movement e=72 r=64 run=16 op=pad : f32 -> f32{{$}}
// CHECK-NEXT: linalg.conv_1d_ncw_fcw: layer conv1d n=1 g=1 oc=8 ic=4 ow=16 kw=3 sw=1 dw=1 pl=0 pr=0 layout=ncw : f32, f32 -> f32{{$}}
// CHECK-NEXT: tensor.pad: layer data_movement e=80 r=64 run=64 op=pad : f32 -> f32{{$}}
// CHECK-NEXT: linalg.conv_1d_ncw_fcw: layer conv1d n=1 g=1 oc=8 ic=5 ow=14 kw=3 sw=1 dw=1 pl=0 pr=0 layout=ncw : f32, f32 -> f32{{$}}
// CHECK-NEXT: tensor.pad: layer data_movement e=72 r=64 run=16 op=pad : f32 -> f32{{$}}
// CHECK-NEXT: linalg.conv_1d_ncw_fcw: layer conv1d n=1 g=1 oc=8 ic=4 ow=16 kw=3 sw=1 dw=1 pl=0 pr=0 layout=ncw : f32, f32 -> f32{{$}}
// CHECK-NEXT: tensor.pad: layer data_movement e=72 r=64 run=16 op=pad : f32 -> f32{{$}}
// CHECK-NEXT: linalg.conv_1d_ncw_fcw: layer conv1d n=1 g=1 oc=8 ic=4 ow=18 kw=1 sw=1 dw=1 pl=0 pr=0 layout=ncw : f32, f32 -> f32{{$}}
func.func @kept(%x: tensor<1x4x16xf32>, %w: tensor<8x4x3xf32>, %w5: tensor<8x5x3xf32>, %w1: tensor<8x4x1xf32>, %c: tensor<1x8x16xf32>, %c14: tensor<1x8x14xf32>, %c18: tensor<1x8x18xf32>) -> (tensor<1x8x16xf32>, tensor<1x8x14xf32>, tensor<1x8x16xf32>, tensor<1x4x18xf32>, tensor<1x8x18xf32>) {
  %zero = arith.constant 0.0 : f32
  %one = arith.constant 1.0 : f32
  %0 = tensor.pad %x low[0, 0, 1] high[0, 0, 1] {
  ^bb0(%i: index, %j: index, %k: index):
    tensor.yield %one : f32
  } : tensor<1x4x16xf32> to tensor<1x4x18xf32>
  %1 = linalg.conv_1d_ncw_fcw ins(%0, %w : tensor<1x4x18xf32>, tensor<8x4x3xf32>) outs(%c : tensor<1x8x16xf32>) -> tensor<1x8x16xf32>
  %2 = tensor.pad %x low[0, 1, 0] high[0, 0, 0] {
  ^bb0(%i: index, %j: index, %k: index):
    tensor.yield %zero : f32
  } : tensor<1x4x16xf32> to tensor<1x5x16xf32>
  %3 = linalg.conv_1d_ncw_fcw ins(%2, %w5 : tensor<1x5x16xf32>, tensor<8x5x3xf32>) outs(%c14 : tensor<1x8x14xf32>) -> tensor<1x8x14xf32>
  %4 = tensor.pad %x low[0, 0, 1] high[0, 0, 1] {
  ^bb0(%i: index, %j: index, %k: index):
    tensor.yield %zero : f32
  } : tensor<1x4x16xf32> to tensor<1x4x18xf32>
  %5 = linalg.conv_1d_ncw_fcw ins(%4, %w : tensor<1x4x18xf32>, tensor<8x4x3xf32>) outs(%c : tensor<1x8x16xf32>) -> tensor<1x8x16xf32>
  %6 = tensor.pad %x low[0, 0, 1] high[0, 0, 1] {
  ^bb0(%i: index, %j: index, %k: index):
    tensor.yield %zero : f32
  } : tensor<1x4x16xf32> to tensor<1x4x18xf32>
  %7 = linalg.conv_1d_ncw_fcw ins(%6, %w1 : tensor<1x4x18xf32>, tensor<8x4x1xf32>) outs(%c18 : tensor<1x8x18xf32>) -> tensor<1x8x18xf32>
  return %1, %3, %5, %4, %7 : tensor<1x8x16xf32>, tensor<1x8x14xf32>, tensor<1x8x16xf32>, tensor<1x4x18xf32>, tensor<1x8x18xf32>
}

// The last row is left over by the stride; without the slice the result is the
// same.
// CHECK-LABEL: func.func @trimmed:
// CHECK: tosa.slice: folded slice-into-conv -> tosa.conv2d{{$}}
// CHECK-NEXT: tosa.conv2d: layer conv2d n=1 g=1 oc=8 ic=4 oh=28 ow=28 kh=1 kw=1 sh=2 sw=2 dh=1 dw=1 pt=0 pb=0 pl=0 pr=0 layout=nhwc_fhwc epilogue=bias : f32, f32 -> f32{{$}}
func.func @trimmed(%x: tensor<1x56x56x4xf32>, %w: tensor<8x1x1x4xf32>, %b: tensor<8xf32>) -> tensor<1x28x28x8xf32> {
  %zp = "tosa.const"() <{values = dense<0.0> : tensor<1xf32>}> : () -> tensor<1xf32>
  %o = tosa.const_shape {values = dense<0> : tensor<4xindex>} : () -> !tosa.shape<4>
  %s = tosa.const_shape {values = dense<[1, 55, 55, 4]> : tensor<4xindex>} : () -> !tosa.shape<4>
  %0 = tosa.slice %x, %o, %s : (tensor<1x56x56x4xf32>, !tosa.shape<4>, !tosa.shape<4>) -> tensor<1x55x55x4xf32>
  %1 = tosa.conv2d %0, %w, %b, %zp, %zp {acc_type = f32, dilation = array<i64: 1, 1>, pad = array<i64: 0, 0, 0, 0>, stride = array<i64: 2, 2>} : (tensor<1x55x55x4xf32>, tensor<8x1x1x4xf32>, tensor<8xf32>, tensor<1xf32>, tensor<1xf32>) -> tensor<1x28x28x8xf32>
  return %1 : tensor<1x28x28x8xf32>
}

// Kept: rows that a window would read, another offset, channels.
// CHECK-LABEL: func.func @kept_slices:
// CHECK: tosa.slice: layer data_movement e=11236 r=11236 run=212 op=slice : f32 -> f32{{$}}
// CHECK-NEXT: tosa.conv2d: layer conv2d n=1 g=1 oc=8 ic=4 oh=27 ow=27 kh=1 kw=1 sh=2 sw=2 dh=1 dw=1 pt=0 pb=0 pl=0 pr=0 layout=nhwc_fhwc epilogue=bias : f32, f32 -> f32{{$}}
// CHECK-NEXT: tosa.slice: layer data_movement e=12100 r=12100 run=220 op=slice : f32 -> f32{{$}}
// CHECK-NEXT: tosa.conv2d: layer conv2d n=1 g=1 oc=8 ic=4 oh=28 ow=28 kh=1 kw=1 sh=2 sw=2 dh=1 dw=1 pt=0 pb=0 pl=0 pr=0 layout=nhwc_fhwc epilogue=bias : f32, f32 -> f32{{$}}
// CHECK-NEXT: tosa.slice: layer data_movement e=9075 r=9075 run=3 op=slice : f32 -> f32{{$}}
// CHECK-NEXT: tosa.conv2d: layer conv2d n=1 g=1 oc=8 ic=3 oh=28 ow=28 kh=1 kw=1 sh=2 sw=2 dh=1 dw=1 pt=0 pb=0 pl=0 pr=0 layout=nhwc_fhwc epilogue=bias : f32, f32 -> f32{{$}}
func.func @kept_slices(%x: tensor<1x56x56x4xf32>, %w: tensor<8x1x1x4xf32>, %w3: tensor<8x1x1x3xf32>, %b: tensor<8xf32>) -> (tensor<1x27x27x8xf32>, tensor<1x28x28x8xf32>, tensor<1x28x28x8xf32>) {
  %zp = "tosa.const"() <{values = dense<0.0> : tensor<1xf32>}> : () -> tensor<1xf32>
  %o = tosa.const_shape {values = dense<0> : tensor<4xindex>} : () -> !tosa.shape<4>
  %o1 = tosa.const_shape {values = dense<[0, 1, 1, 0]> : tensor<4xindex>} : () -> !tosa.shape<4>
  %s53 = tosa.const_shape {values = dense<[1, 53, 53, 4]> : tensor<4xindex>} : () -> !tosa.shape<4>
  %s55 = tosa.const_shape {values = dense<[1, 55, 55, 4]> : tensor<4xindex>} : () -> !tosa.shape<4>
  %s3 = tosa.const_shape {values = dense<[1, 55, 55, 3]> : tensor<4xindex>} : () -> !tosa.shape<4>
  %0 = tosa.slice %x, %o, %s53 : (tensor<1x56x56x4xf32>, !tosa.shape<4>, !tosa.shape<4>) -> tensor<1x53x53x4xf32>
  %1 = tosa.conv2d %0, %w, %b, %zp, %zp {acc_type = f32, dilation = array<i64: 1, 1>, pad = array<i64: 0, 0, 0, 0>, stride = array<i64: 2, 2>} : (tensor<1x53x53x4xf32>, tensor<8x1x1x4xf32>, tensor<8xf32>, tensor<1xf32>, tensor<1xf32>) -> tensor<1x27x27x8xf32>
  %2 = tosa.slice %x, %o1, %s55 : (tensor<1x56x56x4xf32>, !tosa.shape<4>, !tosa.shape<4>) -> tensor<1x55x55x4xf32>
  %3 = tosa.conv2d %2, %w, %b, %zp, %zp {acc_type = f32, dilation = array<i64: 1, 1>, pad = array<i64: 0, 0, 0, 0>, stride = array<i64: 2, 2>} : (tensor<1x55x55x4xf32>, tensor<8x1x1x4xf32>, tensor<8xf32>, tensor<1xf32>, tensor<1xf32>) -> tensor<1x28x28x8xf32>
  %4 = tosa.slice %x, %o, %s3 : (tensor<1x56x56x4xf32>, !tosa.shape<4>, !tosa.shape<4>) -> tensor<1x55x55x3xf32>
  %5 = tosa.conv2d %4, %w3, %b, %zp, %zp {acc_type = f32, dilation = array<i64: 1, 1>, pad = array<i64: 0, 0, 0, 0>, stride = array<i64: 2, 2>} : (tensor<1x55x55x3xf32>, tensor<8x1x1x3xf32>, tensor<8xf32>, tensor<1xf32>, tensor<1xf32>) -> tensor<1x28x28x8xf32>
  return %1, %3, %5 : tensor<1x27x27x8xf32>, tensor<1x28x28x8xf32>, tensor<1x28x28x8xf32>
}
