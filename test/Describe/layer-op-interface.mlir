// RUN: pr-opt %s -test-pr-print-layers -o /dev/null | FileCheck %s
//
// Ops of a dialect that implements LayerOpInterface itself (test/lib/Dialect).

// CHECK-LABEL: func.func @own_dialect:
// CHECK: test_layer.prefetch: folded prefetch{{$}}
// CHECK-NEXT: tensor.pad: folded pad-into-conv -> test_layer.conv{{$}}
// CHECK-NEXT: test_layer.conv: layer conv1d n=1 g=1 oc=8 ic=4 ow=16 kw=3 sw=1 dw=1 pl=1 pr=1 layout=nwc : f32, f32 -> f32{{$}}
// CHECK-NEXT: test_layer.magic: unsupported nobody knows how long magic takes{{$}}
func.func @own_dialect(%x: tensor<1x16x4xf32>, %w: tensor<3x4x8xf32>) -> tensor<1x16x8xf32> {
  %zero = arith.constant 0.0 : f32
  test_layer.prefetch %x : (tensor<1x16x4xf32>) -> ()
  %0 = tensor.pad %x low[0, 1, 0] high[0, 1, 0] {
  ^bb0(%i: index, %j: index, %k: index):
    tensor.yield %zero : f32
  } : tensor<1x16x4xf32> to tensor<1x18x4xf32>
  %1 = test_layer.conv %0, %w : (tensor<1x18x4xf32>, tensor<3x4x8xf32>) -> tensor<1x16x8xf32>
  %2 = test_layer.magic %1 : (tensor<1x16x8xf32>) -> tensor<1x16x8xf32>
  return %2 : tensor<1x16x8xf32>
}
