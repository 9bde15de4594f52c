// RUN: pr-opt %s -test-pr-print-layers -o /dev/null | FileCheck %s

// CHECK-LABEL: func.func @transposes:
// CHECK-NEXT: layer data_movement e=4040 r=4040 run=1 op=transpose : f32 -> f32{{$}}
// CHECK-NEXT: folded view{{$}}
// CHECK-NEXT: layer data_movement e=120 r=120 run=20 op=transpose : f32 -> f32{{$}}
func.func @transposes(%a: tensor<1x40x1x101xf32>, %b: tensor<2x3x4x5xf32>) -> (tensor<1x1x101x40xf32>, tensor<1x1x40x101xf32>, tensor<3x2x4x5xf32>) {
  %0 = tosa.transpose %a {perms = array<i32: 0, 2, 3, 1>} : (tensor<1x40x1x101xf32>) -> tensor<1x1x101x40xf32>
  // Only unit dimensions move.
  %1 = tosa.transpose %a {perms = array<i32: 0, 2, 1, 3>} : (tensor<1x40x1x101xf32>) -> tensor<1x1x40x101xf32>
  %2 = tosa.transpose %b {perms = array<i32: 1, 0, 2, 3>} : (tensor<2x3x4x5xf32>) -> tensor<3x2x4x5xf32>
  return %0, %1, %2 : tensor<1x1x101x40xf32>, tensor<1x1x40x101xf32>, tensor<3x2x4x5xf32>
}

// CHECK-LABEL: func.func @views:
// CHECK: folded view{{$}}
// CHECK-NEXT: folded view{{$}}
// CHECK-NEXT: folded view{{$}}
func.func @views(%a: tensor<2x3x4xf32>) -> tensor<2x3x4xf32> {
  %s = tosa.const_shape {values = dense<[6, 4]> : tensor<2xindex>} : () -> !tosa.shape<2>
  %t = tosa.const_shape {values = dense<[2, 3, 4]> : tensor<3xindex>} : () -> !tosa.shape<3>
  %0 = tosa.reshape %a, %s : (tensor<2x3x4xf32>, !tosa.shape<2>) -> tensor<6x4xf32>
  %1 = tosa.reshape %0, %t : (tensor<6x4xf32>, !tosa.shape<3>) -> tensor<2x3x4xf32>
  %2 = tosa.identity %1 : (tensor<2x3x4xf32>) -> tensor<2x3x4xf32>
  return %2 : tensor<2x3x4xf32>
}

// CHECK-LABEL: func.func @slices:
// CHECK: folded view{{$}}
// CHECK-NEXT: layer data_movement e=24 r=24 run=4 op=slice : f32 -> f32{{$}}
func.func @slices(%a: tensor<1x6x8xf32>) -> (tensor<1x2x8xf32>, tensor<1x6x4xf32>) {
  %z = tosa.const_shape {values = dense<[0, 1, 0]> : tensor<3xindex>} : () -> !tosa.shape<3>
  %z2 = tosa.const_shape {values = dense<[0, 0, 4]> : tensor<3xindex>} : () -> !tosa.shape<3>
  %s = tosa.const_shape {values = dense<[1, 2, 8]> : tensor<3xindex>} : () -> !tosa.shape<3>
  %s2 = tosa.const_shape {values = dense<[1, 6, 4]> : tensor<3xindex>} : () -> !tosa.shape<3>
  // One piece of memory, then six.
  %0 = tosa.slice %a, %z, %s : (tensor<1x6x8xf32>, !tosa.shape<3>, !tosa.shape<3>) -> tensor<1x2x8xf32>
  %1 = tosa.slice %a, %z2, %s2 : (tensor<1x6x8xf32>, !tosa.shape<3>, !tosa.shape<3>) -> tensor<1x6x4xf32>
  return %0, %1 : tensor<1x2x8xf32>, tensor<1x6x4xf32>
}

// CHECK-LABEL: func.func @grow:
// CHECK: layer data_movement e=16 r=16 run=3 op=concat : f32, f32 -> f32{{$}}
// CHECK-NEXT: layer data_movement e=20 r=6 run=3 op=pad : f32 -> f32{{$}}
// CHECK-NEXT: layer data_movement e=12 r=6 run=6 op=tile : f32 -> f32{{$}}
func.func @grow(%a: tensor<2x3xf32>, %b: tensor<2x5xf32>, %c: tensor<1xf32>) -> (tensor<2x8xf32>, tensor<4x5xf32>, tensor<4x3xf32>) {
  %p = tosa.const_shape {values = dense<[1, 1, 2, 0]> : tensor<4xindex>} : () -> !tosa.shape<4>
  %m = tosa.const_shape {values = dense<[2, 1]> : tensor<2xindex>} : () -> !tosa.shape<2>
  %0 = tosa.concat %a, %b {axis = 1 : i32} : (tensor<2x3xf32>, tensor<2x5xf32>) -> tensor<2x8xf32>
  %1 = tosa.pad %a, %p, %c : (tensor<2x3xf32>, !tosa.shape<4>, tensor<1xf32>) -> tensor<4x5xf32>
  %2 = tosa.tile %a, %m : (tensor<2x3xf32>, !tosa.shape<2>) -> tensor<4x3xf32>
  return %0, %1, %2 : tensor<2x8xf32>, tensor<4x5xf32>, tensor<4x3xf32>
}

// CHECK-LABEL: func.func @reorder:
// CHECK: layer data_movement e=24 r=24 run=8 op=gather : f32, i32 -> f32{{$}}
// CHECK-NEXT: layer data_movement e=48 r=72 run=8 op=scatter : f32, i32, f32 -> f32{{$}}
// CHECK-NEXT: layer data_movement e=48 r=48 run=8 op=reverse : f32 -> f32{{$}}
// CHECK-NEXT: layer data_movement e=512 r=128 run=8 op=resize : f32 -> f32{{$}}
func.func @reorder(%a: tensor<1x6x8xf32>, %i: tensor<1x3xi32>, %u: tensor<1x3x8xf32>, %image: tensor<1x4x4x8xf32>) -> (tensor<1x3x8xf32>, tensor<1x6x8xf32>, tensor<1x6x8xf32>, tensor<1x8x8x8xf32>) {
  %scale = tosa.const_shape {values = dense<[2, 1, 2, 1]> : tensor<4xindex>} : () -> !tosa.shape<4>
  %offset = tosa.const_shape {values = dense<0> : tensor<2xindex>} : () -> !tosa.shape<2>
  %border = tosa.const_shape {values = dense<1> : tensor<2xindex>} : () -> !tosa.shape<2>
  %0 = tosa.gather %a, %i : (tensor<1x6x8xf32>, tensor<1x3xi32>) -> tensor<1x3x8xf32>
  %1 = tosa.scatter %a, %i, %u : (tensor<1x6x8xf32>, tensor<1x3xi32>, tensor<1x3x8xf32>) -> tensor<1x6x8xf32>
  %2 = tosa.reverse %1 {axis = 1 : i32} : (tensor<1x6x8xf32>) -> tensor<1x6x8xf32>
  %3 = tosa.resize %image, %scale, %offset, %border {mode = NEAREST_NEIGHBOR} : (tensor<1x4x4x8xf32>, !tosa.shape<4>, !tosa.shape<2>, !tosa.shape<2>) -> tensor<1x8x8x8xf32>
  return %0, %1, %2, %3 : tensor<1x3x8xf32>, tensor<1x6x8xf32>, tensor<1x6x8xf32>, tensor<1x8x8x8xf32>
}
