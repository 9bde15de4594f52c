// RUN: pr-opt %s -test-pr-print-layers -o /dev/null | FileCheck %s

// Padding and output channels of the attribute; a zero bias is none.
// CHECK-LABEL: func.func @conv2d:
// CHECK: layer conv2d n=1 g=1 oc=16 ic=4 oh=8 ow=9 kh=3 kw=5 sh=1 sw=1 dh=1 dw=1 pt=1 pb=1 pl=2 pr=2 layout=nhwc_fhwc epilogue=bias : f32, f32 -> f32{{$}}
// CHECK-NEXT: layer conv2d n=1 g=1 oc=16 ic=4 oh=8 ow=9 kh=3 kw=5 sh=1 sw=1 dh=1 dw=1 pt=1 pb=1 pl=2 pr=2 layout=nhwc_fhwc : f32, f32 -> f32{{$}}
func.func @conv2d(%x: tensor<1x8x9x4xf32>, %w: tensor<16x3x5x4xf32>, %b: tensor<16xf32>) -> (tensor<1x8x9x16xf32>, tensor<1x8x9x16xf32>) {
  %zp = "tosa.const"() <{values = dense<0.0> : tensor<1xf32>}> : () -> tensor<1xf32>
  %zb = "tosa.const"() <{values = dense<0.0> : tensor<16xf32>}> : () -> tensor<16xf32>
  %0 = tosa.conv2d %x, %w, %b, %zp, %zp {acc_type = f32, dilation = array<i64: 1, 1>, pad = array<i64: 1, 1, 2, 2>, stride = array<i64: 1, 1>} : (tensor<1x8x9x4xf32>, tensor<16x3x5x4xf32>, tensor<16xf32>, tensor<1xf32>, tensor<1xf32>) -> tensor<1x8x9x16xf32>
  %1 = tosa.conv2d %x, %w, %zb, %zp, %zp {acc_type = f32, dilation = array<i64: 1, 1>, pad = array<i64: 1, 1, 2, 2>, stride = array<i64: 1, 1>} : (tensor<1x8x9x4xf32>, tensor<16x3x5x4xf32>, tensor<16xf32>, tensor<1xf32>, tensor<1xf32>) -> tensor<1x8x9x16xf32>
  return %0, %1 : tensor<1x8x9x16xf32>, tensor<1x8x9x16xf32>
}

// Padding that no window reads is dropped: 224 rows, 7 taps, stride 2.
// CHECK-LABEL: func.func @unread_padding:
// CHECK: layer conv2d n=1 g=1 oc=64 ic=3 oh=112 ow=112 kh=7 kw=7 sh=2 sw=2 dh=1 dw=1 pt=3 pb=2 pl=3 pr=2 layout=nhwc_fhwc epilogue=bias : i8, i8 -> i32{{$}}
func.func @unread_padding(%x: tensor<1x224x224x3xi8>, %w: tensor<64x7x7x3xi8>, %b: tensor<64xi32>) -> tensor<1x112x112x64xi32> {
  %zp = "tosa.const"() <{values = dense<-3> : tensor<1xi8>}> : () -> tensor<1xi8>
  %0 = tosa.conv2d %x, %w, %b, %zp, %zp {acc_type = i32, dilation = array<i64: 1, 1>, pad = array<i64: 3, 2, 3, 2>, stride = array<i64: 2, 2>} : (tensor<1x224x224x3xi8>, tensor<64x7x7x3xi8>, tensor<64xi32>, tensor<1xi8>, tensor<1xi8>) -> tensor<1x112x112x64xi32>
  return %0 : tensor<1x112x112x64xi32>
}

// CHECK-LABEL: func.func @conv1d:
// CHECK: layer conv1d n=1 g=1 oc=16 ic=40 ow=101 kw=3 sw=1 dw=1 pl=1 pr=1 layout=nwc_fwc epilogue=bias : f32, f32 -> f32{{$}}
func.func @conv1d(%x: tensor<1x1x101x40xf32>, %w: tensor<16x1x3x40xf32>, %b: tensor<16xf32>) -> tensor<1x1x101x16xf32> {
  %zp = "tosa.const"() <{values = dense<0.0> : tensor<1xf32>}> : () -> tensor<1xf32>
  %0 = tosa.conv2d %x, %w, %b, %zp, %zp {acc_type = f32, dilation = array<i64: 1, 1>, pad = array<i64: 0, 0, 1, 1>, stride = array<i64: 1, 1>} : (tensor<1x1x101x40xf32>, tensor<16x1x3x40xf32>, tensor<16xf32>, tensor<1xf32>, tensor<1xf32>) -> tensor<1x1x101x16xf32>
  return %0 : tensor<1x1x101x16xf32>
}

// CHECK-LABEL: func.func @conv3d:
// CHECK: layer conv3d n=1 g=1 oc=8 ic=4 od=5 oh=4 ow=5 kd=3 kh=3 kw=3 sd=1 sh=1 sw=1 dd=1 dh=1 dw=1 pf=1 pk=1 pt=0 pb=0 pl=0 pr=0 layout=ndhwc_fdhwc epilogue=bias : f32, f32 -> f32{{$}}
func.func @conv3d(%x: tensor<1x5x6x7x4xf32>, %w: tensor<8x3x3x3x4xf32>, %b: tensor<8xf32>) -> tensor<1x5x4x5x8xf32> {
  %zp = "tosa.const"() <{values = dense<0.0> : tensor<1xf32>}> : () -> tensor<1xf32>
  %0 = tosa.conv3d %x, %w, %b, %zp, %zp {acc_type = f32, dilation = array<i64: 1, 1, 1>, pad = array<i64: 1, 1, 0, 0, 0, 0>, stride = array<i64: 1, 1, 1>} : (tensor<1x5x6x7x4xf32>, tensor<8x3x3x3x4xf32>, tensor<8xf32>, tensor<1xf32>, tensor<1xf32>) -> tensor<1x5x4x5x8xf32>
  return %0 : tensor<1x5x4x5x8xf32>
}

// CHECK-LABEL: func.func @depthwise:
// CHECK: layer depthwise_conv2d n=1 c=4 m=2 oh=5 ow=5 kh=3 kw=3 sh=2 sw=2 dh=1 dw=1 pt=1 pb=1 pl=1 pr=1 layout=nhwc epilogue=bias : f32, f32 -> f32{{$}}
func.func @depthwise(%x: tensor<1x9x9x4xf32>, %w: tensor<3x3x4x2xf32>, %b: tensor<8xf32>) -> tensor<1x5x5x8xf32> {
  %zp = "tosa.const"() <{values = dense<0.0> : tensor<1xf32>}> : () -> tensor<1xf32>
  %0 = tosa.depthwise_conv2d %x, %w, %b, %zp, %zp {acc_type = f32, dilation = array<i64: 1, 1>, pad = array<i64: 1, 1, 1, 1>, stride = array<i64: 2, 2>} : (tensor<1x9x9x4xf32>, tensor<3x3x4x2xf32>, tensor<8xf32>, tensor<1xf32>, tensor<1xf32>) -> tensor<1x5x5x8xf32>
  return %0 : tensor<1x5x5x8xf32>
}

// CHECK-LABEL: func.func @transposed:
// CHECK: layer transpose_conv2d n=1 oc=16 ic=8 ih=4 iw=4 oh=9 ow=9 kh=3 kw=3 sh=2 sw=2 layout=nhwc_fhwc epilogue=bias : f32, f32 -> f32{{$}}
func.func @transposed(%x: tensor<1x4x4x8xf32>, %w: tensor<16x3x3x8xf32>, %b: tensor<16xf32>) -> tensor<1x9x9x16xf32> {
  %zp = "tosa.const"() <{values = dense<0.0> : tensor<1xf32>}> : () -> tensor<1xf32>
  %0 = tosa.transpose_conv2d %x, %w, %b, %zp, %zp {acc_type = f32, out_pad = array<i64: 0, 0, 0, 0>, stride = array<i64: 2, 2>} : (tensor<1x4x4x8xf32>, tensor<16x3x3x8xf32>, tensor<16xf32>, tensor<1xf32>, tensor<1xf32>) -> tensor<1x9x9x16xf32>
  return %0 : tensor<1x9x9x16xf32>
}

// CHECK-LABEL: func.func @pooling:
// CHECK: layer pool2d n=1 c=4 oh=4 ow=4 kh=3 kw=3 sh=2 sw=2 dh=1 dw=1 pt=1 pb=0 pl=1 pr=0 op=max layout=nhwc : f32 -> f32{{$}}
// CHECK-NEXT: layer pool2d n=1 c=4 oh=8 ow=8 kh=3 kw=3 sh=1 sw=1 dh=1 dw=1 pt=1 pb=1 pl=1 pr=1 op=avg layout=nhwc : f32 -> f32{{$}}
func.func @pooling(%x: tensor<1x8x8x4xf32>) -> (tensor<1x4x4x4xf32>, tensor<1x8x8x4xf32>) {
  %zp = "tosa.const"() <{values = dense<0.0> : tensor<1xf32>}> : () -> tensor<1xf32>
  %0 = tosa.max_pool2d %x {kernel = array<i64: 3, 3>, pad = array<i64: 1, 0, 1, 0>, stride = array<i64: 2, 2>} : (tensor<1x8x8x4xf32>) -> tensor<1x4x4x4xf32>
  %1 = tosa.avg_pool2d %x, %zp, %zp {acc_type = f32, kernel = array<i64: 3, 3>, pad = array<i64: 1, 1, 1, 1>, stride = array<i64: 1, 1>} : (tensor<1x8x8x4xf32>, tensor<1xf32>, tensor<1xf32>) -> tensor<1x8x8x4xf32>
  return %0, %1 : tensor<1x4x4x4xf32>, tensor<1x8x8x4xf32>
}

// CHECK-LABEL: func.func @matmul:
// CHECK: layer matmul b=1 m=4 n=16 k=8 layout=nn : i8, i8 -> i32{{$}}
// CHECK-NEXT: layer matmul b=3 m=4 n=16 k=8 layout=nn : f16, f16 -> f16{{$}}
func.func @matmul(%a: tensor<1x4x8xi8>, %b: tensor<1x8x16xi8>, %c: tensor<3x4x8xf16>, %d: tensor<3x8x16xf16>) -> (tensor<1x4x16xi32>, tensor<3x4x16xf16>) {
  %zp = "tosa.const"() <{values = dense<0> : tensor<1xi8>}> : () -> tensor<1xi8>
  %zf = "tosa.const"() <{values = dense<0.0> : tensor<1xf16>}> : () -> tensor<1xf16>
  %0 = tosa.matmul %a, %b, %zp, %zp : (tensor<1x4x8xi8>, tensor<1x8x16xi8>, tensor<1xi8>, tensor<1xi8>) -> tensor<1x4x16xi32>
  %1 = tosa.matmul %c, %d, %zf, %zf : (tensor<3x4x8xf16>, tensor<3x8x16xf16>, tensor<1xf16>, tensor<1xf16>) -> tensor<3x4x16xf16>
  return %0, %1 : tensor<1x4x16xi32>, tensor<3x4x16xf16>
}
