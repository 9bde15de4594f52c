// An operation with tile sizes for the target is the layer with that schedule.

// RUN: pr-opt %s --pr-annotate-latency="model=%models/tiler.prm" 2>/dev/null | FileCheck %s
// RUN: pr-opt %s --pr-annotate-latency="model=%models/npu.prm" 2>/dev/null | FileCheck %s --check-prefix=OTHER

// 10 + 4 * 20 + 64 cycles for tiles of depth 16, 10 + 8 * 20 + 64 for depth 8.
// CHECK-DAG: #[[DEEP:.*]] = #pr.latency<target = "tiler", {{.*}} cycles = 154, {{.*}} representative = <"matmul b=1 m=8 n=8 k=64 layout=nn tile=m:8,n:8,k:16 : i8, i8 -> i32">
// CHECK-DAG: #[[FLAT:.*]] = #pr.latency<target = "tiler", {{.*}} cycles = 234, {{.*}} representative = <"matmul b=1 m=8 n=8 k=64 layout=nn tile=m:8,n:8,k:8 : i8, i8 -> i32">
// CHECK-DAG: #[[PLAIN:.*]] = #pr.latency<target = "tiler", {{.*}} representative = <"matmul b=1 m=8 n=8 k=64 layout=nn : i8, i8 -> i32">
// CHECK-DAG: #[[LARGE:.*]] = #pr.latency<target = "tiler", {{.*}} status = unsupported, {{.*}}reason = "target 'tiler' cannot run this matmul: a tile does not fit into the buffer">
// CHECK-DAG: tiles = {conv2d = ["oc", "ic", "ow"], matmul = ["m", "n", "k"]}
// CHECK-LABEL: func.func @sizes
// CHECK: linalg.matmul {pr.latency = #[[DEEP]], pr.tile_sizes
// CHECK: linalg.matmul {pr.latency = #[[FLAT]], pr.tile_sizes
// Sizes for no target are for every one, those for another are not looked at.
// CHECK: linalg.matmul {pr.latency = #[[DEEP]], pr.tile_sizes
// CHECK: linalg.matmul {pr.latency = #[[PLAIN]], pr.tile_sizes
// CHECK: linalg.matmul {pr.latency = #[[PLAIN]]}
// CHECK: linalg.matmul {pr.latency = #[[LARGE]], pr.tile_sizes
// A target without tile sizes does not look at them either.
// OTHER-NOT: tile=
// OTHER: func.func @sizes
func.func @sizes(%a: tensor<8x64xi8>, %b: tensor<64x8xi8>, %c: tensor<8x8xi32>) -> tensor<8x8xi32> {
  %0 = linalg.matmul {pr.tile_sizes = #pr.tile_sizes<sizes = [0, 0, 16], target = "tiler">} ins(%a, %b : tensor<8x64xi8>, tensor<64x8xi8>) outs(%c : tensor<8x8xi32>) -> tensor<8x8xi32>
  %1 = linalg.matmul {pr.tile_sizes = #pr.tile_sizes<sizes = [0, 0, 8], target = "tiler">} ins(%a, %b : tensor<8x64xi8>, tensor<64x8xi8>) outs(%0 : tensor<8x8xi32>) -> tensor<8x8xi32>
  %2 = linalg.matmul {pr.tile_sizes = #pr.tile_sizes<sizes = [8, 0, 16]>} ins(%a, %b : tensor<8x64xi8>, tensor<64x8xi8>) outs(%1 : tensor<8x8xi32>) -> tensor<8x8xi32>
  %3 = linalg.matmul {pr.tile_sizes = #pr.tile_sizes<sizes = [0, 0, 16], target = "another">} ins(%a, %b : tensor<8x64xi8>, tensor<64x8xi8>) outs(%2 : tensor<8x8xi32>) -> tensor<8x8xi32>
  %4 = linalg.matmul ins(%a, %b : tensor<8x64xi8>, tensor<64x8xi8>) outs(%3 : tensor<8x8xi32>) -> tensor<8x8xi32>
  %5 = linalg.matmul {pr.tile_sizes = #pr.tile_sizes<sizes = [0, 0, 0], target = "tiler">} ins(%a, %b : tensor<8x64xi8>, tensor<64x8xi8>) outs(%4 : tensor<8x8xi32>) -> tensor<8x8xi32>
  return %5 : tensor<8x8xi32>
}

// A loop of which the target takes no size.
// CHECK-LABEL: func.func @batch
// CHECK: linalg.batch_matmul {pr.latency = #[[STRAY:.*]], pr.tile_sizes
func.func @batch(%a: tensor<4x8x64xi8>, %b: tensor<4x64x8xi8>, %c: tensor<4x8x8xi32>) -> tensor<4x8x8xi32> {
  %0 = linalg.batch_matmul {pr.tile_sizes = #pr.tile_sizes<sizes = [2, 0, 0, 16], target = "tiler">} ins(%a, %b : tensor<4x8x64xi8>, tensor<4x64x8xi8>) outs(%c : tensor<4x8x8xi32>) -> tensor<4x8x8xi32>
  return %0 : tensor<4x8x8xi32>
}
