// RUN: pr-opt %s --pr-choose-tiles="model=%models/tiler.prm" | FileCheck %s
// RUN: pr-opt %s --pr-choose-tiles="model=%models/tiler.prm" | pr-opt --pr-choose-tiles="model=%models/tiler.prm" | FileCheck %s
// RUN: pr-opt %s --pass-pipeline='builtin.module(func.func(pr-choose-tiles{model=%models/npu.prm,%models/tiler.prm target=tiler}))' | FileCheck %s
// RUN: pr-opt %s --pr-choose-tiles="model=%models/tiler.prm max-candidates=6" | FileCheck %s --check-prefix=FEW
// RUN: pr-opt %s --pr-choose-tiles="model=%models/tiler.prm as-quantized" | FileCheck %s --check-prefix=QUANTIZED
// RUN: pr-opt %s --pr-choose-tiles="model=%models/tiler.prm" --remarks-filter='pr' --remark-policy=all --remark-format=emitRemark -o /dev/null 2>&1 | FileCheck %s --check-prefix=REMARK

// Tiles of 8 x 8 with a depth of 16 are 4 steps in all: 10 + 4 * 20 + 64. A
// depth of 22 would be 3, but 16 * 22 elements do not fit into the buffer.
// CHECK-LABEL: func.func @product
// CHECK: linalg.matmul {pr.tile_sizes = #pr.tile_sizes<sizes = [0, 0, 16], target = "tiler", model = "{{[0-9a-f]+}}", layer = <"matmul b=1 m=8 n=8 k=64 layout=nn tile=m:8,n:8,k:16 : i8, i8 -> i32">, time_ps = 154000, cycles = 154, runner_up = [0, 0, 13], runner_up_time_ps = 174000, runner_up_cycles = 174, candidates = {{[0-9]+}}>}
// FEW-LABEL: func.func @product
// FEW: candidates = {{[1-6]}}>
// REMARK: remark: [Passed] Tiled {{.*}}Category:pr{{.*}}cycles=154
// REMARK: remark: [Missed] Tiled {{.*}}Category:pr{{.*}}reason="target 'tiler' has no matmul of 'f32, f32 -> f32'
func.func @product(%a: tensor<8x64xi8>, %b: tensor<64x8xi8>, %c: tensor<8x8xi32>) -> tensor<8x8xi32> {
  %0 = linalg.matmul ins(%a, %b : tensor<8x64xi8>, tensor<64x8xi8>) outs(%c : tensor<8x8xi32>) -> tensor<8x8xi32>
  return %0 : tensor<8x8xi32>
}

// Loops in another order: the generic form of the same product, transposed.
// CHECK-LABEL: func.func @generic
// CHECK: linalg.generic {{.*}}pr.tile_sizes = #pr.tile_sizes<sizes = [16, 0, 0], {{.*}}tile=m:8,n:8,k:16
func.func @generic(%a: tensor<8x64xi8>, %b: tensor<64x8xi8>, %c: tensor<8x8xi32>) -> tensor<8x8xi32> {
  %0 = linalg.generic {
      indexing_maps = [affine_map<(k, n, m) -> (m, k)>, affine_map<(k, n, m) -> (k, n)>, affine_map<(k, n, m) -> (m, n)>],
      iterator_types = ["reduction", "parallel", "parallel"]}
      ins(%a, %b : tensor<8x64xi8>, tensor<64x8xi8>) outs(%c : tensor<8x8xi32>) {
  ^bb0(%x: i8, %y: i8, %sum: i32):
    %xe = arith.extsi %x : i8 to i32
    %ye = arith.extsi %y : i8 to i32
    %p = arith.muli %xe, %ye : i32
    %s = arith.addi %sum, %p : i32
    linalg.yield %s : i32
  } -> tensor<8x8xi32>
  return %0 : tensor<8x8xi32>
}

// The loops of a convolution: n, oc, oh, ow, ic, kh, kw. Padding in front of it
// is folded into the layer.
// CHECK-LABEL: func.func @convolution
// CHECK: linalg.conv_2d_nchw_fchw {{.*}}pr.tile_sizes = #pr.tile_sizes<sizes = [0, {{[0-9]+}}, 0, {{[0-9]+}}, {{[0-9]+}}, 0, 0], {{.*}}pt=1
func.func @convolution(%a: tensor<1x16x14x14xi8>, %w: tensor<32x16x3x3xi8>, %c: tensor<1x32x14x14xi32>) -> tensor<1x32x14x14xi32> {
  %zero = arith.constant 0 : i8
  %padded = tensor.pad %a low[0, 0, 1, 1] high[0, 0, 1, 1] {
  ^bb0(%i: index, %j: index, %k: index, %l: index):
    tensor.yield %zero : i8
  } : tensor<1x16x14x14xi8> to tensor<1x16x16x16xi8>
  %0 = linalg.conv_2d_nchw_fchw ins(%padded, %w : tensor<1x16x16x16xi8>, tensor<32x16x3x3xi8>) outs(%c : tensor<1x32x14x14xi32>) -> tensor<1x32x14x14xi32>
  return %0 : tensor<1x32x14x14xi32>
}

// What the target cannot run, or does not tile, is left alone; sizes from before
// go.
// CHECK-LABEL: func.func @others
// CHECK-NOT: pr.tile_sizes
// CHECK: return
// QUANTIZED-LABEL: func.func @others
// QUANTIZED: linalg.matmul {pr.tile_sizes =
func.func @others(%a: tensor<8x64xf32>, %b: tensor<64x8xf32>, %c: tensor<8x8xf32>) -> tensor<8x8xf32> {
  %0 = linalg.matmul {pr.tile_sizes = #pr.tile_sizes<sizes = [1, 1, 1]>} ins(%a, %b : tensor<8x64xf32>, tensor<64x8xf32>) outs(%c : tensor<8x8xf32>) -> tensor<8x8xf32>
  %1 = linalg.exp ins(%0 : tensor<8x8xf32>) outs(%c : tensor<8x8xf32>) -> tensor<8x8xf32>
  return %1 : tensor<8x8xf32>
}
