// RUN: pr-opt %s -test-pr-print-layers -o /dev/null | FileCheck %s

// CHECK-LABEL: func.func @dynamic:
// CHECK-NEXT: linalg.matmul: unsupported dimension 0 of operand 0 is dynamic{{$}}
// CHECK-NEXT: tosa.transpose: unsupported dimension 2 of operand 0 is dynamic{{$}}
// CHECK-NEXT: arith.addf: unsupported dimension 0 of operand 0 is dynamic{{$}}
// CHECK-NEXT: tosa.add: unsupported dimension 0 of operand 1 is dynamic{{$}}
func.func @dynamic(%a: tensor<?x8xf32>, %b: tensor<8x?xf32>, %c: tensor<?x?xf32>, %x: tensor<1x4x?x9xf32>, %p: tensor<1x8xf32>) -> tensor<?x?xf32> {
  %0 = linalg.matmul ins(%a, %b : tensor<?x8xf32>, tensor<8x?xf32>) outs(%c : tensor<?x?xf32>) -> tensor<?x?xf32>
  %1 = tosa.transpose %x {perms = array<i32: 0, 2, 3, 1>} : (tensor<1x4x?x9xf32>) -> tensor<1x?x9x4xf32>
  %2 = arith.addf %0, %0 : tensor<?x?xf32>
  %3 = tosa.add %p, %a : (tensor<1x8xf32>, tensor<?x8xf32>) -> tensor<?x8xf32>
  return %2 : tensor<?x?xf32>
}

// CHECK-LABEL: func.func @unranked:
// CHECK-NEXT: tosa.exp: unsupported operand 0 has no rank{{$}}
func.func @unranked(%a: tensor<*xf32>) -> tensor<*xf32> {
  %0 = tosa.exp %a : (tensor<*xf32>) -> tensor<*xf32>
  return %0 : tensor<*xf32>
}

// CHECK-LABEL: func.func @types:
// CHECK-NEXT: linalg.add: unsupported nobody knows what 'complex.add' in the body costs{{$}}
// CHECK-NEXT: linalg.copy: unsupported element type 'complex<f32>' of a result is not supported{{$}}
func.func @types(%a: tensor<4xcomplex<f32>>, %o: tensor<4xcomplex<f32>>) -> tensor<4xcomplex<f32>> {
  %0 = linalg.add ins(%a, %a : tensor<4xcomplex<f32>>, tensor<4xcomplex<f32>>) outs(%o : tensor<4xcomplex<f32>>) -> tensor<4xcomplex<f32>>
  %1 = linalg.copy ins(%a : tensor<4xcomplex<f32>>) outs(%o : tensor<4xcomplex<f32>>) -> tensor<4xcomplex<f32>>
  return %1 : tensor<4xcomplex<f32>>
}

// CHECK-LABEL: func.func @no_kind:
// CHECK-NEXT: tosa.fft2d: unsupported no layer kind covers 'tosa.fft2d'{{$}}
// CHECK-NEXT: tosa.custom: unsupported custom operator 'magic' of domain 'vendor' is not known{{$}}
func.func @no_kind(%a: tensor<1x4x8xf32>, %b: tensor<1x4x8xf32>) -> tensor<1x4x8xf32> {
  %0:2 = tosa.fft2d %a, %b {inverse = false} : (tensor<1x4x8xf32>, tensor<1x4x8xf32>) -> (tensor<1x4x8xf32>, tensor<1x4x8xf32>)
  %1 = tosa.custom %0#0 {domain_name = "vendor", operator_name = "magic", implementation_attrs = ""} : (tensor<1x4x8xf32>) -> tensor<1x4x8xf32>
  return %1 : tensor<1x4x8xf32>
}

// Extents that are zero, huge, or whose product is.
// CHECK-LABEL: func.func @extents:
// CHECK-NEXT: linalg.exp: unsupported dimension 'e' of elementwise is 0, expected at least 1{{$}}
// CHECK-NEXT: tosa.exp: unsupported the work of this elementwise does not fit in 62 bits{{$}}
// CHECK-NEXT: tosa.abs: unsupported dimension 'e' of this elementwise does not fit in 62 bits{{$}}
// CHECK-NEXT: linalg.matmul: unsupported the work of this matmul does not fit in 62 bits{{$}}
func.func @extents(%z: tensor<0x4xf32>, %h: tensor<2147483648x2147483648xf32>, %i: tensor<2147483648x4611686018427387904xi8>, %m: tensor<2147483648x2147483648xf32>) -> tensor<0x4xf32> {
  %0 = linalg.exp ins(%z : tensor<0x4xf32>) outs(%z : tensor<0x4xf32>) -> tensor<0x4xf32>
  %1 = tosa.exp %h : (tensor<2147483648x2147483648xf32>) -> tensor<2147483648x2147483648xf32>
  %2 = tosa.abs %i : (tensor<2147483648x4611686018427387904xi8>) -> tensor<2147483648x4611686018427387904xi8>
  %3 = linalg.matmul ins(%h, %m : tensor<2147483648x2147483648xf32>, tensor<2147483648x2147483648xf32>) outs(%m : tensor<2147483648x2147483648xf32>) -> tensor<2147483648x2147483648xf32>
  return %0 : tensor<0x4xf32>
}

// CHECK-LABEL: func.func @huge_window:
// CHECK-NEXT: tosa.conv2d: unsupported the window of this conv2d spans more than 2^62 positions{{$}}
func.func @huge_window(%x: tensor<1x4611686018427387904x1x1xf32>, %w: tensor<1x3x1x1xf32>, %b: tensor<1xf32>, %zp: tensor<1xf32>) -> tensor<1x4611686018427387904x1x1xf32> {
  %0 = tosa.conv2d %x, %w, %b, %zp, %zp {acc_type = f32, dilation = array<i64: 1, 1>, pad = array<i64: 1, 1, 0, 0>, stride = array<i64: 1, 1>} : (tensor<1x4611686018427387904x1x1xf32>, tensor<1x3x1x1xf32>, tensor<1xf32>, tensor<1xf32>, tensor<1xf32>) -> tensor<1x4611686018427387904x1x1xf32>
  return %0 : tensor<1x4611686018427387904x1x1xf32>
}

// Padding that some windows would read nothing but.
// CHECK-LABEL: func.func @wide_padding:
// CHECK-NEXT: tosa.conv2d: unsupported padding 5 and 5 of this conv2d is not smaller than its dilated kernel, which spans 3{{$}}
func.func @wide_padding(%x: tensor<1x4x4x1xf32>, %w: tensor<1x3x3x1xf32>, %b: tensor<1xf32>, %zp: tensor<1xf32>) -> tensor<1x12x12x1xf32> {
  %0 = tosa.conv2d %x, %w, %b, %zp, %zp {acc_type = f32, dilation = array<i64: 1, 1>, pad = array<i64: 5, 5, 5, 5>, stride = array<i64: 1, 1>} : (tensor<1x4x4x1xf32>, tensor<1x3x3x1xf32>, tensor<1xf32>, tensor<1xf32>, tensor<1xf32>) -> tensor<1x12x12x1xf32>
  return %0 : tensor<1x12x12x1xf32>
}
