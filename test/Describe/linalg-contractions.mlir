// RUN: pr-opt %s -test-pr-print-layers -o /dev/null | FileCheck %s
// RUN: pr-opt %s -linalg-generalize-named-ops -test-pr-print-layers -o /dev/null | FileCheck %s
//
// Named ops and their generic spelling give the same layers.

// CHECK-LABEL: func.func @matmul:
// CHECK-NEXT: layer matmul b=1 m=4 n=16 k=8 layout=nn : f32, f32 -> f32{{$}}
func.func @matmul(%a: tensor<4x8xf32>, %b: tensor<8x16xf32>, %c: tensor<4x16xf32>) -> tensor<4x16xf32> {
  %0 = linalg.matmul ins(%a, %b : tensor<4x8xf32>, tensor<8x16xf32>) outs(%c : tensor<4x16xf32>) -> tensor<4x16xf32>
  return %0 : tensor<4x16xf32>
}

// CHECK-LABEL: func.func @matmul_of_bf16:
// CHECK-NEXT: layer matmul b=1 m=4 n=16 k=8 layout=nn : bf16, bf16 -> f32{{$}}
func.func @matmul_of_bf16(%a: tensor<4x8xbf16>, %b: tensor<8x16xbf16>, %c: tensor<4x16xf32>) -> tensor<4x16xf32> {
  %0 = linalg.matmul ins(%a, %b : tensor<4x8xbf16>, tensor<8x16xbf16>) outs(%c : tensor<4x16xf32>) -> tensor<4x16xf32>
  return %0 : tensor<4x16xf32>
}

#a = affine_map<(m, n, k) -> (m, k)>
#at = affine_map<(m, n, k) -> (k, m)>
#bt = affine_map<(m, n, k) -> (n, k)>
#c = affine_map<(m, n, k) -> (m, n)>
// CHECK-LABEL: func.func @matmul_of_transposed:
// CHECK-NEXT: layer matmul b=1 m=4 n=16 k=8 layout=nt : f32, f32 -> f32{{$}}
// CHECK-NEXT: layer matmul b=1 m=4 n=16 k=8 layout=tt : f32, f32 -> f32{{$}}
func.func @matmul_of_transposed(%a: tensor<4x8xf32>, %at: tensor<8x4xf32>, %b: tensor<16x8xf32>, %c: tensor<4x16xf32>) -> tensor<4x16xf32> {
  %0 = linalg.matmul indexing_maps = [#a, #bt, #c] ins(%a, %b : tensor<4x8xf32>, tensor<16x8xf32>) outs(%c : tensor<4x16xf32>) -> tensor<4x16xf32>
  %1 = linalg.contract indexing_maps = [#at, #bt, #c] ins(%at, %b : tensor<8x4xf32>, tensor<16x8xf32>) outs(%0 : tensor<4x16xf32>) -> tensor<4x16xf32>
  return %1 : tensor<4x16xf32>
}

// CHECK-LABEL: func.func @quantized_matmul:
// CHECK-NEXT: layer matmul b=1 m=4 n=16 k=8 layout=nn : i8, i8 -> i32{{$}}
func.func @quantized_matmul(%a: tensor<4x8xi8>, %b: tensor<8x16xi8>, %c: tensor<4x16xi32>, %az: i32, %bz: i32) -> tensor<4x16xi32> {
  %0 = linalg.quantized_matmul ins(%a, %b, %az, %bz : tensor<4x8xi8>, tensor<8x16xi8>, i32, i32) outs(%c : tensor<4x16xi32>) -> tensor<4x16xi32>
  return %0 : tensor<4x16xi32>
}

// A batch of one is a plain product.
// CHECK-LABEL: func.func @batches:
// CHECK-NEXT: layer matmul b=3 m=4 n=16 k=8 layout=nn : f16, f16 -> f16{{$}}
// CHECK-NEXT: layer matmul b=1 m=4 n=16 k=8 layout=nn : f32, f32 -> f32{{$}}
func.func @batches(%a: tensor<3x4x8xf16>, %b: tensor<3x8x16xf16>, %c: tensor<3x4x16xf16>, %d: tensor<1x4x8xf32>, %e: tensor<1x8x16xf32>, %f: tensor<1x4x16xf32>) -> (tensor<3x4x16xf16>, tensor<1x4x16xf32>) {
  %0 = linalg.batch_matmul ins(%a, %b : tensor<3x4x8xf16>, tensor<3x8x16xf16>) outs(%c : tensor<3x4x16xf16>) -> tensor<3x4x16xf16>
  %1 = linalg.batch_matmul ins(%d, %e : tensor<1x4x8xf32>, tensor<1x8x16xf32>) outs(%f : tensor<1x4x16xf32>) -> tensor<1x4x16xf32>
  return %0, %1 : tensor<3x4x16xf16>, tensor<1x4x16xf32>
}

// CHECK-LABEL: func.func @batch_reduce:
// CHECK-NEXT: layer matmul b=1 m=4 n=16 k=24 : f32, f32 -> f32{{$}}
func.func @batch_reduce(%a: tensor<3x4x8xf32>, %b: tensor<3x8x16xf32>, %c: tensor<4x16xf32>) -> tensor<4x16xf32> {
  %0 = linalg.batch_reduce_matmul ins(%a, %b : tensor<3x4x8xf32>, tensor<3x8x16xf32>) outs(%c : tensor<4x16xf32>) -> tensor<4x16xf32>
  return %0 : tensor<4x16xf32>
}

// CHECK-LABEL: func.func @vectors:
// CHECK-NEXT: layer matmul b=1 m=4 n=1 k=8 layout=nn : f32, f32 -> f32{{$}}
// CHECK-NEXT: layer matmul b=1 m=1 n=8 k=4 layout=nn : f32, f32 -> f32{{$}}
// CHECK-NEXT: layer matmul b=1 m=1 n=1 k=8 layout=nn : f32, f32 -> f32{{$}}
func.func @vectors(%a: tensor<4x8xf32>, %x: tensor<8xf32>, %y: tensor<4xf32>, %s: tensor<f32>) -> (tensor<4xf32>, tensor<8xf32>, tensor<f32>) {
  %0 = linalg.matvec ins(%a, %x : tensor<4x8xf32>, tensor<8xf32>) outs(%y : tensor<4xf32>) -> tensor<4xf32>
  %1 = linalg.vecmat ins(%0, %a : tensor<4xf32>, tensor<4x8xf32>) outs(%x : tensor<8xf32>) -> tensor<8xf32>
  %2 = linalg.dot ins(%x, %1 : tensor<8xf32>, tensor<8xf32>) outs(%s : tensor<f32>) -> tensor<f32>
  return %0, %1, %2 : tensor<4xf32>, tensor<8xf32>, tensor<f32>
}

// Tiled by packing: two dimensions each.
// CHECK-LABEL: func.func @mmt4d:
// CHECK-NEXT: layer matmul b=1 m=8 n=42 k=15 : f32, f32 -> f32{{$}}
func.func @mmt4d(%a: tensor<2x3x4x5xf32>, %b: tensor<6x3x7x5xf32>, %c: tensor<2x6x4x7xf32>) -> tensor<2x6x4x7xf32> {
  %0 = linalg.mmt4d ins(%a, %b : tensor<2x3x4x5xf32>, tensor<6x3x7x5xf32>) outs(%c : tensor<2x6x4x7xf32>) -> tensor<2x6x4x7xf32>
  return %0 : tensor<2x6x4x7xf32>
}
