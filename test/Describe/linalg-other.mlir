// RUN: pr-opt %s -test-pr-print-layers -o /dev/null | FileCheck %s

// CHECK-LABEL: func.func @softmax:
// CHECK-NEXT: layer softmax o=6 r=10 i=1 : f32 -> f32{{$}}
// CHECK-NEXT: layer softmax o=2 r=3 i=10 : f32 -> f32{{$}}
func.func @softmax(%x: tensor<2x3x10xf32>, %o: tensor<2x3x10xf32>) -> (tensor<2x3x10xf32>, tensor<2x3x10xf32>) {
  %0 = linalg.softmax dimension(2) ins(%x : tensor<2x3x10xf32>) outs(%o : tensor<2x3x10xf32>) -> tensor<2x3x10xf32>
  %1 = linalg.softmax dimension(1) ins(%0 : tensor<2x3x10xf32>) outs(%o : tensor<2x3x10xf32>) -> tensor<2x3x10xf32>
  return %0, %1 : tensor<2x3x10xf32>, tensor<2x3x10xf32>
}

// CHECK-LABEL: func.func @pack:
// CHECK-NEXT: layer data_movement e=512 r=512 run=16 op=pack : i8 -> i8{{$}}
// CHECK-NEXT: layer data_movement e=512 r=512 run=16 op=unpack : i8 -> i8{{$}}
func.func @pack(%x: tensor<16x32xi8>, %o: tensor<2x2x8x16xi8>) -> tensor<16x32xi8> {
  %0 = linalg.pack %x inner_dims_pos = [0, 1] inner_tiles = [8, 16] into %o : tensor<16x32xi8> -> tensor<2x2x8x16xi8>
  %1 = linalg.unpack %0 inner_dims_pos = [0, 1] inner_tiles = [8, 16] into %x : tensor<2x2x8x16xi8> -> tensor<16x32xi8>
  return %1 : tensor<16x32xi8>
}

// CHECK-LABEL: func.func @winograd:
// CHECK-NEXT: layer data_movement e=360 r=90 run=1 op=winograd : f32 -> f32{{$}}
// CHECK-NEXT: layer data_movement e=1620 r=980 run=1 op=winograd : f32 -> f32{{$}}
// CHECK-NEXT: layer data_movement e=288 r=648 run=1 op=winograd : f32 -> f32{{$}}
func.func @winograd(%f: tensor<2x3x3x5xf32>, %of: tensor<6x6x5x2xf32>, %x: tensor<1x14x14x5xf32>, %ox: tensor<6x6x3x3x1x5xf32>, %y: tensor<6x6x3x3x1x2xf32>, %oy: tensor<1x12x12x2xf32>) -> (tensor<6x6x5x2xf32>, tensor<6x6x3x3x1x5xf32>, tensor<1x12x12x2xf32>) {
  %0 = linalg.winograd_filter_transform fmr(F_4_3) ins(%f : tensor<2x3x3x5xf32>) outs(%of : tensor<6x6x5x2xf32>) -> tensor<6x6x5x2xf32>
  %1 = linalg.winograd_input_transform fmr(F_4_3) ins(%x : tensor<1x14x14x5xf32>) outs(%ox : tensor<6x6x3x3x1x5xf32>) -> tensor<6x6x3x3x1x5xf32>
  %2 = linalg.winograd_output_transform fmr(F_4_3) ins(%y : tensor<6x6x3x3x1x2xf32>) outs(%oy : tensor<1x12x12x2xf32>) -> tensor<1x12x12x2xf32>
  return %0, %1, %2 : tensor<6x6x5x2xf32>, tensor<6x6x3x3x1x5xf32>, tensor<1x12x12x2xf32>
}
