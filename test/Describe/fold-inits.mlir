// RUN: pr-opt %s -test-pr-print-layers -o /dev/null | FileCheck %s
//
// Rules init-of-consumer, bias-init, constant-expression, weight-layout.

// CHECK-LABEL: func.func @filled_accumulators:
// CHECK: linalg.fill: folded init-of-consumer{{$}}
// CHECK-NEXT: linalg.matmul: layer matmul b=1 m=4 n=6 k=8 layout=nn : f32, f32 -> f32{{$}}
// CHECK-NEXT: linalg.matmul: layer matmul b=1 m=4 n=6 k=8 layout=nn : f32, f32 -> f32{{$}}
func.func @filled_accumulators(%x: tensor<4x8xf32>, %w: tensor<8x6xf32>) -> (tensor<4x6xf32>, tensor<4x6xf32>) {
  %zero = arith.constant 0.0 : f32
  %e = tensor.empty() : tensor<4x6xf32>
  // Started twice from the same fill.
  %0 = linalg.fill ins(%zero : f32) outs(%e : tensor<4x6xf32>) -> tensor<4x6xf32>
  %1 = linalg.matmul ins(%x, %w : tensor<4x8xf32>, tensor<8x6xf32>) outs(%0 : tensor<4x6xf32>) -> tensor<4x6xf32>
  %2 = linalg.matmul ins(%x, %w : tensor<4x8xf32>, tensor<8x6xf32>) outs(%0 : tensor<4x6xf32>) -> tensor<4x6xf32>
  return %1, %2 : tensor<4x6xf32>, tensor<4x6xf32>
}

// Zeros around an image are written: somebody reads them.
// CHECK-LABEL: func.func @kept_fill:
// CHECK: linalg.fill: layer data_movement e=81 r=0 run=81 op=fill : f32 -> f32{{$}}
// CHECK-NEXT: tensor.insert_slice: layer data_movement e=16 r=16 run=1 op=insert_slice : f32 -> f32{{$}}
// CHECK-NEXT: linalg.fill: layer data_movement e=81 r=0 run=81 op=fill : f32 -> f32{{$}}
func.func @kept_fill(%x: tensor<4x4xf32>) -> (tensor<9x9xf32>, tensor<9x9xf32>) {
  %zero = arith.constant 0.0 : f32
  %e = tensor.empty() : tensor<9x9xf32>
  %0 = linalg.fill ins(%zero : f32) outs(%e : tensor<9x9xf32>) -> tensor<9x9xf32>
  %1 = tensor.insert_slice %x into %0[1, 1] [4, 4] [2, 2] : tensor<4x4xf32> into tensor<9x9xf32>
  %2 = linalg.fill ins(%zero : f32) outs(%e : tensor<9x9xf32>) -> tensor<9x9xf32>
  return %1, %2 : tensor<9x9xf32>, tensor<9x9xf32>
}

// CHECK-LABEL: func.func @bias:
// CHECK: linalg.broadcast: folded bias-init -> linalg.conv_1d_ncw_fcw{{$}}
// CHECK-NEXT: linalg.conv_1d_ncw_fcw: layer conv1d n=1 g=1 oc=8 ic=4 ow=7 kw=3 sw=1 dw=1 pl=0 pr=0 layout=ncw epilogue=bias : f32, f32 -> f32{{$}}
// CHECK-NEXT: linalg.broadcast: folded init-of-consumer -> linalg.conv_1d_ncw_fcw{{$}}
// CHECK-NEXT: linalg.conv_1d_ncw_fcw: layer conv1d n=1 g=1 oc=8 ic=4 ow=7 kw=3 sw=1 dw=1 pl=0 pr=0 layout=ncw : f32, f32 -> f32{{$}}
func.func @bias(%x: tensor<1x4x9xf32>, %w: tensor<8x4x3xf32>, %b: tensor<8xf32>) -> (tensor<1x8x7xf32>, tensor<1x8x7xf32>) {
  %zeros = arith.constant dense<0.0> : tensor<8xf32>
  %e = tensor.empty() : tensor<1x8x7xf32>
  %0 = linalg.broadcast ins(%b : tensor<8xf32>) outs(%e : tensor<1x8x7xf32>) dimensions = [0, 2]
  %1 = linalg.conv_1d_ncw_fcw ins(%x, %w : tensor<1x4x9xf32>, tensor<8x4x3xf32>) outs(%0 : tensor<1x8x7xf32>) -> tensor<1x8x7xf32>
  %2 = linalg.broadcast ins(%zeros : tensor<8xf32>) outs(%e : tensor<1x8x7xf32>) dimensions = [0, 2]
  %3 = linalg.conv_1d_ncw_fcw ins(%x, %w : tensor<1x4x9xf32>, tensor<8x4x3xf32>) outs(%2 : tensor<1x8x7xf32>) -> tensor<1x8x7xf32>
  return %1, %3 : tensor<1x8x7xf32>, tensor<1x8x7xf32>
}

// Computed from constants alone; what reads an argument is not.
// CHECK-LABEL: func.func @constants:
// CHECK: tosa.add: folded constant-expression{{$}}
// CHECK-NEXT: tosa.rsqrt: folded constant-expression{{$}}
// CHECK-NEXT: tosa.add: layer elementwise e=4 full=2 bcast=0 alu=1 mul=0 div=0 fn=0 cvt=0 : f32, f32 -> f32{{$}}
func.func @constants(%x: tensor<4xf32>) -> (tensor<4xf32>, tensor<4xf32>) {
  %c = arith.constant dense_resource<weights> : tensor<4xf32>
  %eps = "tosa.const"() <{values = dense<0.1> : tensor<1xf32>}> : () -> tensor<1xf32>
  %0 = tosa.add %c, %eps : (tensor<4xf32>, tensor<1xf32>) -> tensor<4xf32>
  %1 = tosa.rsqrt %0 : (tensor<4xf32>) -> tensor<4xf32>
  %2 = tosa.add %x, %1 : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
  return %2, %1 : tensor<4xf32>, tensor<4xf32>
}

// A parameter (any argument but the first) may be stored as it is needed.
// CHECK-LABEL: func.func @weights:
// CHECK: linalg.transpose: folded weight-layout -> linalg.matmul{{$}}
// CHECK-NEXT: linalg.fill: folded init-of-consumer -> linalg.matmul{{$}}
// CHECK-NEXT: linalg.matmul: layer matmul b=1 m=4 n=6 k=8 layout=nn : f32, f32 -> f32{{$}}
func.func @weights(%x: tensor<4x8xf32>, %w: tensor<6x8xf32>) -> tensor<4x6xf32> {
  %zero = arith.constant 0.0 : f32
  %e = tensor.empty() : tensor<8x6xf32>
  %o = tensor.empty() : tensor<4x6xf32>
  %0 = linalg.transpose ins(%w : tensor<6x8xf32>) outs(%e : tensor<8x6xf32>) permutation = [1, 0]
  %1 = linalg.fill ins(%zero : f32) outs(%o : tensor<4x6xf32>) -> tensor<4x6xf32>
  %2 = linalg.matmul ins(%x, %0 : tensor<4x8xf32>, tensor<8x6xf32>) outs(%1 : tensor<4x6xf32>) -> tensor<4x6xf32>
  return %2 : tensor<4x6xf32>
}

// Kept: the first argument, a left side, the keys of an attention.
// CHECK-LABEL: func.func @kept_transposes:
// CHECK: linalg.transpose: layer data_movement e=48 r=48 run=1 op=transpose : f32 -> f32{{$}}
// CHECK-NEXT: linalg.matmul: layer matmul b=1 m=6 n=6 k=8 layout=nn : f32, f32 -> f32{{$}}
// CHECK-NEXT: linalg.transpose: layer data_movement e=48 r=48 run=1 op=transpose : f32 -> f32{{$}}
// CHECK-NEXT: linalg.matmul: layer matmul b=1 m=8 n=8 k=6 layout=nn : f32, f32 -> f32{{$}}
// CHECK-NEXT: linalg.transpose: layer data_movement e=96 r=96 run=1 op=transpose : f32 -> f32{{$}}
// CHECK-NEXT: linalg.batch_matmul: layer matmul b=2 m=4 n=6 k=8 layout=nn : f32, f32 -> f32{{$}}
func.func @kept_transposes(%x: tensor<6x8xf32>, %a: tensor<6x8xf32>, %q: tensor<2x4x8xf32>, %k: tensor<2x6x8xf32>, %o: tensor<8x6xf32>, %p: tensor<6x6xf32>, %s: tensor<2x4x6xf32>) -> (tensor<6x6xf32>, tensor<8x8xf32>, tensor<2x4x6xf32>) {
  %e2 = tensor.empty() : tensor<2x8x6xf32>
  %e8 = tensor.empty() : tensor<8x8xf32>
  %0 = linalg.transpose ins(%x : tensor<6x8xf32>) outs(%o : tensor<8x6xf32>) permutation = [1, 0]
  %1 = linalg.matmul ins(%a, %0 : tensor<6x8xf32>, tensor<8x6xf32>) outs(%p : tensor<6x6xf32>) -> tensor<6x6xf32>
  %2 = linalg.transpose ins(%a : tensor<6x8xf32>) outs(%o : tensor<8x6xf32>) permutation = [1, 0]
  %3 = linalg.matmul ins(%2, %x : tensor<8x6xf32>, tensor<6x8xf32>) outs(%e8 : tensor<8x8xf32>) -> tensor<8x8xf32>
  %4 = linalg.transpose ins(%k : tensor<2x6x8xf32>) outs(%e2 : tensor<2x8x6xf32>) permutation = [0, 2, 1]
  %5 = linalg.batch_matmul ins(%q, %4 : tensor<2x4x8xf32>, tensor<2x8x6xf32>) outs(%s : tensor<2x4x6xf32>) -> tensor<2x4x6xf32>
  return %1, %3, %5 : tensor<6x6xf32>, tensor<8x8xf32>, tensor<2x4x6xf32>
}
