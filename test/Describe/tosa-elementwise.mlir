// RUN: pr-opt %s -test-pr-print-layers -o /dev/null | FileCheck %s

// CHECK-LABEL: func.func @binary:
// CHECK: layer elementwise e=24 full=2 bcast=0 alu=1 mul=0 div=0 fn=0 cvt=0 : f32, f32 -> f32{{$}}
// CHECK-NEXT: layer elementwise e=24 full=1 bcast=4 alu=0 mul=1 div=0 fn=0 cvt=0 : f32, f32 -> f32{{$}}
// CHECK-NEXT: layer elementwise e=24 full=2 bcast=0 alu=0 mul=0 div=0 fn=1 cvt=0 : f32, f32 -> f32{{$}}
// CHECK-NEXT: layer elementwise e=24 full=2 bcast=0 alu=1 mul=0 div=0 fn=0 cvt=0 : f32, f32 -> f32{{$}}
func.func @binary(%a: tensor<2x3x4xf32>, %b: tensor<2x3x4xf32>, %row: tensor<1x1x4xf32>) -> tensor<2x3x4xf32> {
  %shift = "tosa.const"() <{values = dense<0> : tensor<1xi8>}> : () -> tensor<1xi8>
  %0 = tosa.add %a, %b : (tensor<2x3x4xf32>, tensor<2x3x4xf32>) -> tensor<2x3x4xf32>
  %1 = tosa.mul %0, %row, %shift : (tensor<2x3x4xf32>, tensor<1x1x4xf32>, tensor<1xi8>) -> tensor<2x3x4xf32>
  %2 = tosa.pow %1, %b : (tensor<2x3x4xf32>, tensor<2x3x4xf32>) -> tensor<2x3x4xf32>
  %3 = tosa.maximum %2, %b : (tensor<2x3x4xf32>, tensor<2x3x4xf32>) -> tensor<2x3x4xf32>
  return %3 : tensor<2x3x4xf32>
}

// CHECK-LABEL: func.func @unary:
// CHECK-NEXT: layer elementwise e=24 full=1 bcast=0 alu=2 mul=0 div=1 fn=1 cvt=0 : f32 -> f32{{$}}
// CHECK-NEXT: layer elementwise e=24 full=1 bcast=0 alu=0 mul=0 div=0 fn=1 cvt=0 : f32 -> f32{{$}}
// CHECK-NEXT: layer elementwise e=24 full=1 bcast=0 alu=0 mul=0 div=0 fn=1 cvt=0 : f32 -> f32{{$}}
// CHECK-NEXT: layer elementwise e=24 full=1 bcast=0 alu=0 mul=0 div=1 fn=0 cvt=0 : f32 -> f32{{$}}
// CHECK-NEXT: layer elementwise e=24 full=1 bcast=0 alu=2 mul=0 div=0 fn=0 cvt=0 : f32 -> f32{{$}}
// CHECK-NEXT: layer elementwise e=24 full=1 bcast=0 alu=0 mul=0 div=0 fn=0 cvt=1 : f32 -> bf16{{$}}
func.func @unary(%a: tensor<2x3x4xf32>) -> tensor<2x3x4xbf16> {
  %0 = tosa.sigmoid %a : (tensor<2x3x4xf32>) -> tensor<2x3x4xf32>
  %1 = tosa.tanh %0 : (tensor<2x3x4xf32>) -> tensor<2x3x4xf32>
  %2 = tosa.erf %1 : (tensor<2x3x4xf32>) -> tensor<2x3x4xf32>
  %3 = tosa.rsqrt %2 : (tensor<2x3x4xf32>) -> tensor<2x3x4xf32>
  %4 = tosa.clamp %3 {min_val = 0.0 : f32, max_val = 6.0 : f32} : (tensor<2x3x4xf32>) -> tensor<2x3x4xf32>
  %5 = tosa.cast %4 : (tensor<2x3x4xf32>) -> tensor<2x3x4xbf16>
  return %5 : tensor<2x3x4xbf16>
}

// CHECK-LABEL: func.func @compare_select:
// CHECK-NEXT: layer elementwise e=6 full=2 bcast=0 alu=1 mul=0 div=0 fn=0 cvt=0 : i32, i32 -> i1{{$}}
// CHECK-NEXT: layer elementwise e=6 full=3 bcast=0 alu=1 mul=0 div=0 fn=0 cvt=0 : i1, i32, i32 -> i32{{$}}
// CHECK-NEXT: layer elementwise e=6 full=2 bcast=0 alu=0 mul=0 div=1 fn=0 cvt=0 : i32, i32 -> i32{{$}}
// CHECK-NEXT: layer elementwise e=6 full=2 bcast=0 alu=1 mul=0 div=0 fn=0 cvt=0 : i32, i32 -> i32{{$}}
func.func @compare_select(%a: tensor<2x3xi32>, %b: tensor<2x3xi32>) -> tensor<2x3xi32> {
  %0 = tosa.greater %a, %b : (tensor<2x3xi32>, tensor<2x3xi32>) -> tensor<2x3xi1>
  %1 = tosa.select %0, %a, %b : (tensor<2x3xi1>, tensor<2x3xi32>, tensor<2x3xi32>) -> tensor<2x3xi32>
  %2 = tosa.intdiv %1, %b : (tensor<2x3xi32>, tensor<2x3xi32>) -> tensor<2x3xi32>
  %3 = tosa.bitwise_xor %2, %b : (tensor<2x3xi32>, tensor<2x3xi32>) -> tensor<2x3xi32>
  return %3 : tensor<2x3xi32>
}

// Per-channel multipliers and shifts, a table: small vectors beside the tensor.
// CHECK-LABEL: func.func @quantized:
// CHECK: layer elementwise e=256 full=1 bcast=32 alu=6 mul=1 div=0 fn=0 cvt=1 : i32, i32, i8 -> i8{{$}}
// CHECK-NEXT: layer elementwise e=256 full=1 bcast=256 alu=0 mul=0 div=0 fn=1 cvt=0 : i8, i8 -> i8{{$}}
func.func @quantized(%a: tensor<1x4x4x16xi32>, %m: tensor<16xi32>, %s: tensor<16xi8>, %t: tensor<256xi8>) -> tensor<1x4x4x16xi8> {
  %zi = "tosa.const"() <{values = dense<0> : tensor<1xi32>}> : () -> tensor<1xi32>
  %zo = "tosa.const"() <{values = dense<-5> : tensor<1xi8>}> : () -> tensor<1xi8>
  %0 = tosa.rescale %a, %m, %s, %zi, %zo {input_unsigned = false, output_unsigned = false, per_channel = true, rounding_mode = DOUBLE_ROUND, scale32 = true} : (tensor<1x4x4x16xi32>, tensor<16xi32>, tensor<16xi8>, tensor<1xi32>, tensor<1xi8>) -> tensor<1x4x4x16xi8>
  %1 = tosa.table %0, %t : (tensor<1x4x4x16xi8>, tensor<256xi8>) -> tensor<1x4x4x16xi8>
  return %1 : tensor<1x4x4x16xi8>
}

// CHECK-LABEL: func.func @one_element:
// CHECK-NEXT: layer elementwise e=1 full=2 bcast=0 alu=1 mul=0 div=0 fn=0 cvt=0 : i32, i32 -> i32{{$}}
func.func @one_element(%a: tensor<1x1xi32>, %b: tensor<1x1xi32>) -> tensor<1x1xi32> {
  %0 = tosa.sub %a, %b : (tensor<1x1xi32>, tensor<1x1xi32>) -> tensor<1x1xi32>
  return %0 : tensor<1x1xi32>
}

// CHECK-LABEL: func.func @reductions:
// CHECK-NEXT: layer reduction o=2 r=3 i=4 op=sum ops=1 : f32 -> f32{{$}}
// CHECK-NEXT: layer reduction o=6 r=4 i=1 op=max ops=1 : f32 -> f32{{$}}
// CHECK-NEXT: layer reduction o=1 r=2 i=12 op=prod ops=1 : f32 -> f32{{$}}
// CHECK-NEXT: layer reduction o=6 r=4 i=1 op=or ops=1 : i1 -> i1{{$}}
// CHECK-NEXT: layer reduction o=2 r=3 i=4 op=argmax ops=3 : f32 -> i32{{$}}
func.func @reductions(%a: tensor<2x3x4xf32>, %b: tensor<2x3x4xi1>) -> (tensor<2x1x4xf32>, tensor<2x3x1xf32>, tensor<1x3x4xf32>, tensor<2x3x1xi1>, tensor<2x4xi32>) {
  %0 = tosa.reduce_sum %a {axis = 1 : i32} : (tensor<2x3x4xf32>) -> tensor<2x1x4xf32>
  %1 = tosa.reduce_max %a {axis = 2 : i32} : (tensor<2x3x4xf32>) -> tensor<2x3x1xf32>
  %2 = tosa.reduce_product %a {axis = 0 : i32} : (tensor<2x3x4xf32>) -> tensor<1x3x4xf32>
  %3 = tosa.reduce_any %b {axis = 2 : i32} : (tensor<2x3x4xi1>) -> tensor<2x3x1xi1>
  %4 = tosa.argmax %a {axis = 1 : i32} : (tensor<2x3x4xf32>) -> tensor<2x4xi32>
  return %0, %1, %2, %3, %4 : tensor<2x1x4xf32>, tensor<2x3x1xf32>, tensor<1x3x4xf32>, tensor<2x3x1xi1>, tensor<2x4xi32>
}
