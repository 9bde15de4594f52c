// RUN: pr-opt %s -test-pr-print-layers -o /dev/null | FileCheck %s
// RUN: pr-opt %s -linalg-generalize-named-ops -test-pr-print-layers -o /dev/null | FileCheck %s

// CHECK-LABEL: func.func @conv2d:
// CHECK-NEXT: layer conv2d n=2 g=1 oc=8 ic=3 oh=5 ow=9 kh=3 kw=5 sh=2 sw=1 dh=1 dw=1 pt=0 pb=0 pl=0 pr=0 layout=nchw : f32, f32 -> f32{{$}}
func.func @conv2d(%x: tensor<2x3x11x13xf32>, %w: tensor<8x3x3x5xf32>, %c: tensor<2x8x5x9xf32>) -> tensor<2x8x5x9xf32> {
  // Rectangular kernel, stride only along h, strides given as a vector.
  %0 = linalg.conv_2d_nchw_fchw {strides = dense<[2, 1]> : vector<2xi64>, dilations = dense<1> : vector<2xi64>} ins(%x, %w : tensor<2x3x11x13xf32>, tensor<8x3x3x5xf32>) outs(%c : tensor<2x8x5x9xf32>) -> tensor<2x8x5x9xf32>
  return %0 : tensor<2x8x5x9xf32>
}

// CHECK-LABEL: func.func @conv2d_nhwc:
// CHECK-NEXT: layer conv2d n=1 g=1 oc=8 ic=4 oh=5 ow=5 kh=3 kw=3 sh=1 sw=1 dh=2 dw=2 pt=0 pb=0 pl=0 pr=0 layout=nhwc : bf16, bf16 -> f32{{$}}
// CHECK-NEXT: layer conv2d n=1 g=1 oc=8 ic=4 oh=5 ow=5 kh=3 kw=3 sh=1 sw=1 dh=2 dw=2 pt=0 pb=0 pl=0 pr=0 layout=nhwc_fhwc : bf16, bf16 -> f32{{$}}
func.func @conv2d_nhwc(%x: tensor<1x9x9x4xbf16>, %hwcf: tensor<3x3x4x8xbf16>, %fhwc: tensor<8x3x3x4xbf16>, %c: tensor<1x5x5x8xf32>) -> (tensor<1x5x5x8xf32>, tensor<1x5x5x8xf32>) {
  // Dilations given as a tensor, as tosa-to-linalg-named does.
  %0 = linalg.conv_2d_nhwc_hwcf {dilations = dense<2> : tensor<2xi64>, strides = dense<1> : tensor<2xi64>} ins(%x, %hwcf : tensor<1x9x9x4xbf16>, tensor<3x3x4x8xbf16>) outs(%c : tensor<1x5x5x8xf32>) -> tensor<1x5x5x8xf32>
  %1 = linalg.conv_2d_nhwc_fhwc {dilations = dense<2> : tensor<2xi64>, strides = dense<1> : tensor<2xi64>} ins(%x, %fhwc : tensor<1x9x9x4xbf16>, tensor<8x3x3x4xbf16>) outs(%c : tensor<1x5x5x8xf32>) -> tensor<1x5x5x8xf32>
  return %0, %1 : tensor<1x5x5x8xf32>, tensor<1x5x5x8xf32>
}

// Zero points are no operands of the layer.
// CHECK-LABEL: func.func @conv2d_q:
// CHECK-NEXT: layer conv2d n=1 g=1 oc=8 ic=4 oh=4 ow=4 kh=3 kw=3 sh=1 sw=1 dh=1 dw=1 pt=0 pb=0 pl=0 pr=0 layout=nchw : i8, i8 -> i32{{$}}
func.func @conv2d_q(%x: tensor<1x4x6x6xi8>, %w: tensor<8x4x3x3xi8>, %c: tensor<1x8x4x4xi32>, %xz: i32, %wz: i32) -> tensor<1x8x4x4xi32> {
  %0 = linalg.conv_2d_nchw_fchw_q ins(%x, %w, %xz, %wz : tensor<1x4x6x6xi8>, tensor<8x4x3x3xi8>, i32, i32) outs(%c : tensor<1x8x4x4xi32>) -> tensor<1x8x4x4xi32>
  return %0 : tensor<1x8x4x4xi32>
}

// CHECK-LABEL: func.func @groups:
// CHECK-NEXT: layer conv2d n=1 g=2 oc=16 ic=8 oh=4 ow=4 kh=3 kw=3 sh=1 sw=1 dh=1 dw=1 pt=0 pb=0 pl=0 pr=0 layout=nchw : f32, f32 -> f32{{$}}
func.func @groups(%x: tensor<1x2x4x6x6xf32>, %w: tensor<2x8x4x3x3xf32>, %c: tensor<1x2x8x4x4xf32>) -> tensor<1x2x8x4x4xf32> {
  %0 = linalg.conv_2d_ngchw_gfchw ins(%x, %w : tensor<1x2x4x6x6xf32>, tensor<2x8x4x3x3xf32>) outs(%c : tensor<1x2x8x4x4xf32>) -> tensor<1x2x8x4x4xf32>
  return %0 : tensor<1x2x8x4x4xf32>
}

// As many groups as channels: depthwise, whatever it is called.
// CHECK-LABEL: func.func @depthwise:
// CHECK-NEXT: layer depthwise_conv2d n=1 c=4 m=1 oh=4 ow=4 kh=3 kw=3 sh=1 sw=1 dh=1 dw=1 pt=0 pb=0 pl=0 pr=0 layout=nhwc : f32, f32 -> f32{{$}}
// CHECK-NEXT: layer depthwise_conv2d n=1 c=4 m=2 oh=4 ow=4 kh=3 kw=3 sh=1 sw=1 dh=1 dw=1 pt=0 pb=0 pl=0 pr=0 layout=nhwc : f32, f32 -> f32{{$}}
// CHECK-NEXT: layer depthwise_conv2d n=1 c=4 m=2 oh=4 ow=4 kh=3 kw=3 sh=1 sw=1 dh=1 dw=1 pt=0 pb=0 pl=0 pr=0 layout=nchw : f32, f32 -> f32{{$}}
func.func @depthwise(%x: tensor<1x6x6x4xf32>, %w: tensor<3x3x4xf32>, %c: tensor<1x4x4x4xf32>, %m: tensor<3x3x4x2xf32>, %cm: tensor<1x4x4x4x2xf32>, %g: tensor<1x4x1x6x6xf32>, %gw: tensor<4x2x1x3x3xf32>, %gc: tensor<1x4x2x4x4xf32>) -> (tensor<1x4x4x4xf32>, tensor<1x4x4x4x2xf32>, tensor<1x4x2x4x4xf32>) {
  %0 = linalg.depthwise_conv_2d_nhwc_hwc ins(%x, %w : tensor<1x6x6x4xf32>, tensor<3x3x4xf32>) outs(%c : tensor<1x4x4x4xf32>) -> tensor<1x4x4x4xf32>
  %1 = linalg.depthwise_conv_2d_nhwc_hwcm ins(%x, %m : tensor<1x6x6x4xf32>, tensor<3x3x4x2xf32>) outs(%cm : tensor<1x4x4x4x2xf32>) -> tensor<1x4x4x4x2xf32>
  %2 = linalg.conv_2d_ngchw_gfchw ins(%g, %gw : tensor<1x4x1x6x6xf32>, tensor<4x2x1x3x3xf32>) outs(%gc : tensor<1x4x2x4x4xf32>) -> tensor<1x4x2x4x4xf32>
  return %0, %1, %2 : tensor<1x4x4x4xf32>, tensor<1x4x4x4x2xf32>, tensor<1x4x2x4x4xf32>
}

// One and three dimensions; a unit axis is dropped.
// CHECK-LABEL: func.func @dimensions:
// CHECK-NEXT: layer conv1d n=1 g=1 oc=8 ic=4 ow=7 kw=3 sw=1 dw=1 pl=0 pr=0 layout=ncw : f32, f32 -> f32{{$}}
// CHECK-NEXT: layer conv1d n=1 g=1 oc=8 ic=4 ow=7 kw=3 sw=1 dw=1 pl=0 pr=0 layout=ncw : f32, f32 -> f32{{$}}
// CHECK-NEXT: layer conv3d n=1 g=1 oc=8 ic=4 od=3 oh=4 ow=5 kd=3 kh=3 kw=3 sd=1 sh=1 sw=1 dd=1 dh=1 dw=1 pf=0 pk=0 pt=0 pb=0 pl=0 pr=0 layout=ncdhw : f32, f32 -> f32{{$}}
// CHECK-NEXT: layer depthwise_conv2d n=1 c=4 m=1 oh=1 ow=7 kh=1 kw=3 sh=1 sw=1 dh=1 dw=1 pt=0 pb=0 pl=0 pr=0 layout=nhwc : f32, f32 -> f32{{$}}
func.func @dimensions(%x1: tensor<1x4x9xf32>, %w1: tensor<8x4x3xf32>, %c1: tensor<1x8x7xf32>, %x2: tensor<1x4x1x9xf32>, %w2: tensor<8x4x1x3xf32>, %c2: tensor<1x8x1x7xf32>, %x3: tensor<1x4x5x6x7xf32>, %w3: tensor<8x4x3x3x3xf32>, %c3: tensor<1x8x3x4x5xf32>, %d: tensor<1x9x4xf32>, %dw: tensor<3x4xf32>, %dc: tensor<1x7x4xf32>) -> (tensor<1x8x7xf32>, tensor<1x8x1x7xf32>, tensor<1x8x3x4x5xf32>, tensor<1x7x4xf32>) {
  %0 = linalg.conv_1d_ncw_fcw ins(%x1, %w1 : tensor<1x4x9xf32>, tensor<8x4x3xf32>) outs(%c1 : tensor<1x8x7xf32>) -> tensor<1x8x7xf32>
  %1 = linalg.conv_2d_nchw_fchw ins(%x2, %w2 : tensor<1x4x1x9xf32>, tensor<8x4x1x3xf32>) outs(%c2 : tensor<1x8x1x7xf32>) -> tensor<1x8x1x7xf32>
  %2 = linalg.conv_3d_ncdhw_fcdhw ins(%x3, %w3 : tensor<1x4x5x6x7xf32>, tensor<8x4x3x3x3xf32>) outs(%c3 : tensor<1x8x3x4x5xf32>) -> tensor<1x8x3x4x5xf32>
  %3 = linalg.depthwise_conv_1d_nwc_wc ins(%d, %dw : tensor<1x9x4xf32>, tensor<3x4xf32>) outs(%dc : tensor<1x7x4xf32>) -> tensor<1x7x4xf32>
  return %0, %1, %2, %3 : tensor<1x8x7xf32>, tensor<1x8x1x7xf32>, tensor<1x8x3x4x5xf32>, tensor<1x7x4xf32>
}

// CHECK-LABEL: func.func @no_channels:
// CHECK-NEXT: layer conv2d n=1 g=1 oc=1 ic=1 oh=4 ow=6 kh=3 kw=2 sh=1 sw=1 dh=1 dw=1 pt=0 pb=0 pl=0 pr=0 : f32, f32 -> f32{{$}}
func.func @no_channels(%x: tensor<6x7xf32>, %w: tensor<3x2xf32>, %c: tensor<4x6xf32>) -> tensor<4x6xf32> {
  %0 = linalg.conv_2d ins(%x, %w : tensor<6x7xf32>, tensor<3x2xf32>) outs(%c : tensor<4x6xf32>) -> tensor<4x6xf32>
  return %0 : tensor<4x6xf32>
}

// CHECK-LABEL: func.func @pooling:
// CHECK-NEXT: layer pool2d n=1 c=4 oh=4 ow=4 kh=2 kw=2 sh=2 sw=2 dh=1 dw=1 pt=0 pb=0 pl=0 pr=0 op=max layout=nchw : f32 -> f32{{$}}
// CHECK-NEXT: layer pool2d n=1 c=4 oh=4 ow=4 kh=2 kw=2 sh=2 sw=2 dh=1 dw=1 pt=0 pb=0 pl=0 pr=0 op=sum layout=nchw : f32 -> f32{{$}}
// CHECK-NEXT: layer pool2d n=1 c=4 oh=1 ow=6 kh=1 kw=3 sh=1 sw=1 dh=1 dw=1 pt=0 pb=0 pl=0 pr=0 op=min layout=nhwc : i8 -> i8{{$}}
// CHECK-NEXT: layer pool3d n=1 c=2 od=3 oh=3 ow=3 kd=2 kh=2 kw=2 sd=1 sh=1 sw=1 dd=1 dh=1 dw=1 pf=0 pk=0 pt=0 pb=0 pl=0 pr=0 op=max layout=ndhwc : f32 -> f32{{$}}
func.func @pooling(%x: tensor<1x4x8x8xf32>, %w: tensor<2x2xf32>, %c: tensor<1x4x4x4xf32>, %x1: tensor<1x8x4xi8>, %w1: tensor<3xi8>, %c1: tensor<1x6x4xi8>, %x3: tensor<1x4x4x4x2xf32>, %w3: tensor<2x2x2xf32>, %c3: tensor<1x3x3x3x2xf32>) -> (tensor<1x4x4x4xf32>, tensor<1x4x4x4xf32>, tensor<1x6x4xi8>, tensor<1x3x3x3x2xf32>) {
  %0 = linalg.pooling_nchw_max {strides = dense<2> : vector<2xi64>} ins(%x, %w : tensor<1x4x8x8xf32>, tensor<2x2xf32>) outs(%c : tensor<1x4x4x4xf32>) -> tensor<1x4x4x4xf32>
  %1 = linalg.pooling_nchw_sum {strides = dense<2> : vector<2xi64>} ins(%x, %w : tensor<1x4x8x8xf32>, tensor<2x2xf32>) outs(%c : tensor<1x4x4x4xf32>) -> tensor<1x4x4x4xf32>
  %2 = linalg.pooling_nwc_min ins(%x1, %w1 : tensor<1x8x4xi8>, tensor<3xi8>) outs(%c1 : tensor<1x6x4xi8>) -> tensor<1x6x4xi8>
  %3 = linalg.pooling_ndhwc_max ins(%x3, %w3 : tensor<1x4x4x4x2xf32>, tensor<2x2x2xf32>) outs(%c3 : tensor<1x3x3x3x2xf32>) -> tensor<1x3x3x3x2xf32>
  return %0, %1, %2, %3 : tensor<1x4x4x4xf32>, tensor<1x4x4x4xf32>, tensor<1x6x4xi8>, tensor<1x3x3x3x2xf32>
}

// A 1x1 kernel whose loops were folded away, but for its stride.
#x = affine_map<(n, oc, oh, ow, ic) -> (n, ic, oh * 2, ow * 2)>
#w = affine_map<(n, oc, oh, ow, ic) -> (oc, ic)>
#y = affine_map<(n, oc, oh, ow, ic) -> (n, oc, oh, ow)>
// CHECK-LABEL: func.func @folded_kernel:
// CHECK-NEXT: layer conv2d n=1 g=1 oc=8 ic=4 oh=5 ow=5 kh=1 kw=1 sh=2 sw=2 dh=1 dw=1 pt=0 pb=0 pl=0 pr=0 layout=nchw : f32, f32 -> f32{{$}}
func.func @folded_kernel(%x: tensor<1x4x9x9xf32>, %w: tensor<8x4xf32>, %c: tensor<1x8x5x5xf32>) -> tensor<1x8x5x5xf32> {
  %0 = linalg.generic {indexing_maps = [#x, #w, #y], iterator_types = ["parallel", "parallel", "parallel", "parallel", "reduction"]} ins(%x, %w : tensor<1x4x9x9xf32>, tensor<8x4xf32>) outs(%c : tensor<1x8x5x5xf32>) {
  ^bb0(%a: f32, %b: f32, %sum: f32):
    %1 = arith.mulf %a, %b : f32
    %2 = arith.addf %sum, %1 : f32
    linalg.yield %2 : f32
  } -> tensor<1x8x5x5xf32>
  return %0 : tensor<1x8x5x5xf32>
}

// A window that does something else is not guessed at.
#in = affine_map<(i, k) -> (i + k)>
#win = affine_map<(i, k) -> (k)>
#out = affine_map<(i, k) -> (i)>
// CHECK-LABEL: func.func @odd_window:
// CHECK-NEXT: unsupported this window is neither a convolution nor a pooling: its body or its indexing maps are of another form{{$}}
func.func @odd_window(%x: tensor<9xf32>, %w: tensor<3xf32>, %c: tensor<7xf32>) -> tensor<7xf32> {
  %0 = linalg.generic {indexing_maps = [#in, #win, #out], iterator_types = ["parallel", "reduction"]} ins(%x, %w : tensor<9xf32>, tensor<3xf32>) outs(%c : tensor<7xf32>) {
  ^bb0(%a: f32, %b: f32, %sum: f32):
    %1 = arith.subf %a, %b : f32
    %2 = arith.mulf %1, %1 : f32
    %3 = arith.addf %sum, %2 : f32
    linalg.yield %3 : f32
  } -> tensor<7xf32>
  return %0 : tensor<7xf32>
}
