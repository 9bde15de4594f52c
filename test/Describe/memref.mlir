// RUN: pr-opt %s -test-pr-print-layers -o /dev/null | FileCheck %s
//
// Ops on buffers are described like those on tensors.

// CHECK-LABEL: func.func @conv:
// CHECK: linalg.fill: folded init-of-consumer -> linalg.conv_1d_ncw_fcw{{$}}
// CHECK-NEXT: linalg.conv_1d_ncw_fcw: layer conv1d n=1 g=1 oc=8 ic=4 ow=7 kw=3 sw=1 dw=1 pl=0 pr=0 layout=ncw : f32, f32 -> f32{{$}}
func.func @conv(%x: memref<1x4x9xf32>, %w: memref<8x4x3xf32>, %y: memref<1x8x7xf32>) {
  %zero = arith.constant 0.0 : f32
  linalg.fill ins(%zero : f32) outs(%y : memref<1x8x7xf32>)
  linalg.conv_1d_ncw_fcw ins(%x, %w : memref<1x4x9xf32>, memref<8x4x3xf32>) outs(%y : memref<1x8x7xf32>)
  return
}

// The fill is read by somebody else first.
// CHECK-LABEL: func.func @filled_for_another:
// CHECK: linalg.fill: layer data_movement e=24 r=0 run=24 op=fill : f32 -> f32{{$}}
// CHECK-NEXT: memref.copy: layer data_movement e=24 r=24 run=24 op=copy : f32 -> f32{{$}}
// CHECK-NEXT: linalg.matmul: layer matmul b=1 m=4 n=6 k=8 layout=nn : f32, f32 -> f32{{$}}
func.func @filled_for_another(%x: memref<4x8xf32>, %w: memref<8x6xf32>, %y: memref<4x6xf32>, %z: memref<4x6xf32>) {
  %zero = arith.constant 0.0 : f32
  linalg.fill ins(%zero : f32) outs(%y : memref<4x6xf32>)
  memref.copy %y, %z : memref<4x6xf32> to memref<4x6xf32>
  linalg.matmul ins(%x, %w : memref<4x8xf32>, memref<8x6xf32>) outs(%y : memref<4x6xf32>)
  return
}

// On buffers a transpose of unit dimensions still copies.
// CHECK-LABEL: func.func @movement:
// CHECK-NEXT: linalg.transpose: layer data_movement e=6 r=6 run=6 op=copy : f32 -> f32{{$}}
// CHECK-NEXT: linalg.transpose: layer data_movement e=24 r=24 run=1 op=transpose : f32 -> f32{{$}}
// CHECK: memref.global @weights: folded constant{{$}}
func.func @movement(%x: memref<1x6xf32>, %y: memref<6x1xf32>, %a: memref<4x6xf32>, %b: memref<6x4xf32>) {
  linalg.transpose ins(%x : memref<1x6xf32>) outs(%y : memref<6x1xf32>) permutation = [1, 0]
  linalg.transpose ins(%a : memref<4x6xf32>) outs(%b : memref<6x4xf32>) permutation = [1, 0]
  return
}

memref.global "private" constant @weights : memref<4x6xf32> = dense<1.0>
// CHECK-LABEL: func.func @no_work:
// CHECK-NEXT: memref.get_global: folded constant{{$}}
// CHECK-NEXT: memref.alloc: folded allocation{{$}}
// CHECK-NEXT: memref.subview: folded view{{$}}
// CHECK-NEXT: memref.collapse_shape: folded view{{$}}
// CHECK-NEXT: memref.cast: folded view{{$}}
// CHECK-NEXT: memref.dim: folded shape{{$}}
// CHECK-NEXT: memref.load: folded scalar{{$}}
// CHECK-NEXT: memref.store: folded scalar{{$}}
// CHECK-NEXT: memref.dealloc: folded allocation{{$}}
func.func @no_work(%i: index, %s: f32) {
  %0 = memref.get_global @weights : memref<4x6xf32>
  %1 = memref.alloc() : memref<4x6xf32>
  %2 = memref.subview %1[0, 2] [4, 3] [1, 1] : memref<4x6xf32> to memref<4x3xf32, strided<[6, 1], offset: 2>>
  %3 = memref.collapse_shape %1 [[0, 1]] : memref<4x6xf32> into memref<24xf32>
  %4 = memref.cast %1 : memref<4x6xf32> to memref<?x6xf32>
  %5 = memref.dim %4, %i : memref<?x6xf32>
  %6 = memref.load %1[%i, %i] : memref<4x6xf32>
  memref.store %s, %1[%i, %i] : memref<4x6xf32>
  memref.dealloc %1 : memref<4x6xf32>
  return
}

// CHECK-LABEL: func.func @bufferization:
// CHECK-NEXT: bufferization.alloc_tensor: folded allocation{{$}}
// CHECK-NEXT: bufferization.alloc_tensor: layer data_movement e=24 r=24 run=24 op=copy : f32 -> f32{{$}}
// CHECK-NEXT: bufferization.to_buffer: folded view{{$}}
// CHECK-NEXT: bufferization.clone: layer data_movement e=24 r=24 run=24 op=copy : f32 -> f32{{$}}
// CHECK-NEXT: bufferization.materialize_in_destination: layer data_movement e=24 r=24 run=24 op=copy : f32 -> f32{{$}}
func.func @bufferization(%t: tensor<4x6xf32>, %m: memref<4x6xf32>) {
  %0 = bufferization.alloc_tensor() : tensor<4x6xf32>
  %1 = bufferization.alloc_tensor() copy(%t) : tensor<4x6xf32>
  %2 = bufferization.to_buffer %1 : tensor<4x6xf32> to memref<4x6xf32>
  %3 = bufferization.clone %m : memref<4x6xf32> to memref<4x6xf32>
  bufferization.materialize_in_destination %1 in writable %m : (tensor<4x6xf32>, memref<4x6xf32>) -> ()
  return
}
