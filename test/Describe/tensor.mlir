// RUN: pr-opt %s -test-pr-print-layers -o /dev/null | FileCheck %s

// CHECK-LABEL: func.func @views:
// CHECK-NEXT: tensor.collapse_shape: folded view{{$}}
// CHECK-NEXT: tensor.expand_shape: folded view{{$}}
// CHECK-NEXT: tensor.bitcast: folded view{{$}}
// CHECK-NEXT: tensor.cast: folded view{{$}}
// CHECK-NEXT: tensor.dim: folded shape{{$}}
func.func @views(%a: tensor<4x6xf32>, %d: tensor<?x6xf32>, %i: index) -> (tensor<24xf32>, tensor<2x2x6xf32>, tensor<4x6xi32>, index) {
  %0 = tensor.collapse_shape %a [[0, 1]] : tensor<4x6xf32> into tensor<24xf32>
  %1 = tensor.expand_shape %a [[0, 1], [2]] output_shape [2, 2, 6] : tensor<4x6xf32> into tensor<2x2x6xf32>
  %2 = tensor.bitcast %a : tensor<4x6xf32> to tensor<4x6xi32>
  %3 = tensor.cast %d : tensor<?x6xf32> to tensor<4x6xf32>
  %4 = tensor.dim %d, %i : tensor<?x6xf32>
  %5 = tensor.empty(%4) : tensor<?x6xf32>
  return %0, %1, %2, %4 : tensor<24xf32>, tensor<2x2x6xf32>, tensor<4x6xi32>, index
}

// One piece of memory is a view, anything else is copied.
// CHECK-LABEL: func.func @slices:
// CHECK-NEXT: tensor.extract_slice: folded view{{$}}
// CHECK-NEXT: tensor.extract_slice: layer data_movement e=48 r=48 run=2 op=slice : f32 -> f32{{$}}
// CHECK-NEXT: tensor.extract_slice: layer data_movement e=96 r=96 run=1 op=slice : f32 -> f32{{$}}
// CHECK-NEXT: tensor.insert_slice: layer data_movement e=48 r=48 run=48 op=insert_slice : f32 -> f32{{$}}
// CHECK-NEXT: tensor.insert_slice: layer data_movement e=48 r=48 run=1 op=insert_slice : f32 -> f32{{$}}
func.func @slices(%a: tensor<4x6x8xf32>, %b: tensor<1x6x8xf32>, %c: tensor<4x6x2xf32>, %i: index) -> (tensor<1x6x8xf32>, tensor<4x6x2xf32>, tensor<4x6x4xf32>, tensor<4x6x8xf32>, tensor<4x6x8xf32>) {
  %0 = tensor.extract_slice %a[%i, 0, 0] [1, 6, 8] [1, 1, 1] : tensor<4x6x8xf32> to tensor<1x6x8xf32>
  %1 = tensor.extract_slice %a[0, 0, 3] [4, 6, 2] [1, 1, 1] : tensor<4x6x8xf32> to tensor<4x6x2xf32>
  %2 = tensor.extract_slice %a[0, 0, 0] [4, 6, 4] [1, 1, 2] : tensor<4x6x8xf32> to tensor<4x6x4xf32>
  %3 = tensor.insert_slice %b into %a[%i, 0, 0] [1, 6, 8] [1, 1, 1] : tensor<1x6x8xf32> into tensor<4x6x8xf32>
  %4 = tensor.insert_slice %c into %a[0, 0, 0] [4, 6, 2] [1, 1, 4] : tensor<4x6x2xf32> into tensor<4x6x8xf32>
  return %0, %1, %2, %3, %4 : tensor<1x6x8xf32>, tensor<4x6x2xf32>, tensor<4x6x4xf32>, tensor<4x6x8xf32>, tensor<4x6x8xf32>
}

// CHECK-LABEL: func.func @movement:
// CHECK-NEXT: tensor.pad: layer data_movement e=45 r=24 run=6 op=pad : f32 -> f32{{$}}
// CHECK-NEXT: tensor.concat: layer data_movement e=32 r=32 run=2 op=concat : f32, f32 -> f32{{$}}
// CHECK-NEXT: tensor.splat: layer data_movement e=15 r=0 run=15 op=fill : f32 -> f32{{$}}
func.func @movement(%a: tensor<4x6xf32>, %b: tensor<4x2xf32>, %s: f32) -> (tensor<5x9xf32>, tensor<4x8xf32>, tensor<3x5xf32>) {
  %0 = tensor.pad %a low[1, 0] high[0, 3] {
  ^bb0(%i: index, %j: index):
    tensor.yield %s : f32
  } : tensor<4x6xf32> to tensor<5x9xf32>
  %1 = tensor.concat dim(1) %a, %b : (tensor<4x6xf32>, tensor<4x2xf32>) -> tensor<4x8xf32>
  %2 = tensor.splat %s : tensor<3x5xf32>
  return %0, %1, %2 : tensor<5x9xf32>, tensor<4x8xf32>, tensor<3x5xf32>
}

// CHECK-LABEL: func.func @elements:
// CHECK-NEXT: tensor.gather: layer data_movement e=32 r=32 run=1 op=gather : f32, index -> f32{{$}}
// CHECK-NEXT: tensor.scatter: layer data_movement e=32 r=32 run=1 op=scatter : f32, index -> f32{{$}}
// CHECK-NEXT: tensor.extract: folded scalar{{$}}
// CHECK-NEXT: tensor.insert: folded scalar{{$}}
// CHECK-NEXT: tensor.from_elements: folded scalar{{$}}
// CHECK-NEXT: tensor.generate: folded constant-expression{{$}}
func.func @elements(%a: tensor<16x8xf32>, %i: tensor<4x1xindex>, %j: index, %s: f32) -> (tensor<4x1x8xf32>, tensor<16x8xf32>, tensor<2xf32>, tensor<3x5xf32>) {
  %0 = tensor.gather %a[%i] gather_dims([0]) : (tensor<16x8xf32>, tensor<4x1xindex>) -> tensor<4x1x8xf32>
  %1 = tensor.scatter %0 into %a[%i] scatter_dims([0]) unique : (tensor<4x1x8xf32>, tensor<16x8xf32>, tensor<4x1xindex>) -> tensor<16x8xf32>
  %2 = tensor.extract %a[%j, %j] : tensor<16x8xf32>
  %3 = tensor.insert %2 into %1[%j, %j] : tensor<16x8xf32>
  %4 = tensor.from_elements %2, %s : tensor<2xf32>
  %5 = tensor.generate {
  ^bb0(%x: index, %y: index):
    %6 = arith.addi %x, %y : index
    %7 = arith.index_cast %6 : index to i32
    %8 = arith.sitofp %7 : i32 to f32
    tensor.yield %8 : f32
  } : tensor<3x5xf32>
  return %0, %3, %4, %5 : tensor<4x1x8xf32>, tensor<16x8xf32>, tensor<2xf32>, tensor<3x5xf32>
}
