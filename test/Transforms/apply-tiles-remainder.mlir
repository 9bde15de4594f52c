// What becomes of the last tile where a size does not divide an extent.

// RUN: pr-opt %s --pr-apply-tiles --canonicalize | FileCheck %s --check-prefix=DYNAMIC
// RUN: pr-opt %s --pr-apply-tiles=remainder=peel --canonicalize | FileCheck %s --check-prefixes=STATIC,PEEL
// RUN: pr-opt %s --pr-apply-tiles=remainder=pad --canonicalize | FileCheck %s --check-prefixes=PAD
// RUN: not pr-opt %s --pr-apply-tiles=remainder=drop 2>&1 | FileCheck %s --check-prefix=WRONG
// WRONG: drop

// Tiles of static shape can be annotated.
// RUN: pr-opt %s --pr-apply-tiles=remainder=peel --canonicalize --pr-annotate-latency="model=%models/tiler.prm" 2>&1 | FileCheck %s --check-prefix=ANNOTATED
// RUN: pr-opt %s --pr-apply-tiles=remainder=pad --canonicalize --pr-annotate-latency="model=%models/tiler.prm" 2>&1 | FileCheck %s --check-prefix=ANNOTATED
// ANNOTATED-NOT: extent
// ANNOTATED: linalg.matmul {pr.latency = #{{.*}}} ins({{.*}} : tensor<16x32xi8>, tensor<32x20xi8>)

// DYNAMIC-LABEL: func.func @product
// DYNAMIC: linalg.matmul ins({{.*}} : tensor<?x?xi8>, tensor<?x20xi8>)

// PEEL-LABEL: func.func @product
// PEEL: scf.for %{{.*}} = %c0 to %c96 step %c16
// PEEL: scf.for %{{.*}} = %c0 to %c64 step %c32
// PEEL: linalg.matmul ins({{.*}} : tensor<16x32xi8>, tensor<32x20xi8>)
// PEEL: linalg.matmul ins({{.*}} : tensor<16x6xi8>, tensor<6x20xi8>)
// PEEL: scf.for %{{.*}} = %c0 to %c64 step %c32
// PEEL: linalg.matmul ins({{.*}} : tensor<4x32xi8>, tensor<32x20xi8>)
// PEEL: linalg.matmul ins({{.*}} : tensor<4x6xi8>, tensor<6x20xi8>)
// STATIC-NOT: tensor<{{.*}}?

// PAD-LABEL: func.func @product
// PAD: scf.for %{{.*}} = %c0 to %c100 step %c16
// PAD: scf.for %{{.*}} = %c0 to %c70 step %c32
// PAD: tensor.pad
// PAD: tensor<?x?xi8> to tensor<16x32xi8>
// PAD: linalg.matmul ins({{.*}} : tensor<16x32xi8>, tensor<32x20xi8>) outs({{.*}} : tensor<16x20xi32>)
// PAD: tensor.extract_slice
func.func @product(%a: tensor<100x70xi8>, %b: tensor<70x20xi8>, %c: tensor<100x20xi32>) -> tensor<100x20xi32> {
  %0 = linalg.matmul {pr.tile_sizes = #pr.tile_sizes<sizes = [16, 0, 32]>} ins(%a, %b : tensor<100x70xi8>, tensor<70x20xi8>) outs(%c : tensor<100x20xi32>) -> tensor<100x20xi32>
  return %0 : tensor<100x20xi32>
}

// Windows: the input of a tile is what they read.
// PEEL-LABEL: func.func @window
// PEEL: linalg.conv_2d_nhwc_hwcf {{.*}} : tensor<1x9x31x8xf32>, tensor<3x3x8x8xf32>)
// PEEL: linalg.conv_2d_nhwc_hwcf {{.*}} : tensor<1x7x31x8xf32>, tensor<3x3x8x4xf32>)
// PAD-LABEL: func.func @window
// PAD: linalg.conv_2d_nhwc_hwcf {{.*}} : tensor<1x9x31x8xf32>, tensor<3x3x8x8xf32>)
// PAD-NOT: linalg.conv_2d
func.func @window(%a: tensor<1x31x31x8xf32>, %f: tensor<3x3x8x12xf32>, %o: tensor<1x15x15x12xf32>) -> tensor<1x15x15x12xf32> {
  %0 = linalg.conv_2d_nhwc_hwcf {strides = dense<2> : tensor<2xi64>, pr.tile_sizes = #pr.tile_sizes<sizes = [0, 4, 0, 8, 0, 0, 0]>} ins(%a, %f : tensor<1x31x31x8xf32>, tensor<3x3x8x12xf32>) outs(%o : tensor<1x15x15x12xf32>) -> tensor<1x15x15x12xf32>
  return %0 : tensor<1x15x15x12xf32>
}

// Nothing to pad where the sizes divide, or are more than there is.
// PAD-LABEL: func.func @even
// PAD-NOT: tensor.pad
// PAD: linalg.matmul ins({{.*}} : tensor<4x16xi8>, tensor<16x8xi8>)
// PAD-NOT: tensor.pad
// PAD: return
func.func @even(%a: tensor<8x64xi8>, %b: tensor<64x8xi8>, %c: tensor<8x8xi32>) -> tensor<8x8xi32> {
  %0 = linalg.matmul {pr.tile_sizes = #pr.tile_sizes<sizes = [4, 32, 16]>} ins(%a, %b : tensor<8x64xi8>, tensor<64x8xi8>) outs(%c : tensor<8x8xi32>) -> tensor<8x8xi32>
  return %0 : tensor<8x8xi32>
}
