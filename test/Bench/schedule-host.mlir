// RUN: pr-bench-opt %s --pr-schedule-host --canonicalize | FileCheck %s
// RUN: pr-bench-opt %s --pr-schedule-host=plain --canonicalize | FileCheck %s --check-prefix=PLAIN
// RUN: not pr-bench-opt %s --pr-schedule-host=vector-bits=100 2>&1 | FileCheck %s --check-prefix=WIDTH

// WIDTH: vector-bits is 100, expected 128, 256 or 512

// RUN: pr-bench-opt %s --pr-schedule-host="tile-rows=3 tile-vectors=1 tile-steps=4" --canonicalize | FileCheck %s --check-prefix=TILED
// RUN: not pr-bench-opt %s --pr-schedule-host=tile-steps=-1 2>&1 | FileCheck %s --check-prefix=SIZE

// SIZE: a tile size is -1, expected 0 or more

// 4 of the 7 steps, then 3 of them; before, the start goes into the output. One
// panel of 16 columns and one of 4; 9 rows are three tiles.
// TILED: memref.global "private" @product_scratch : memref<4x16xf32>
// TILED-LABEL: func.func @product
// TILED: vector.store
// TILED: scf.for %{{.*}} = %c0 to %c4 step %c1
// TILED-COUNT-3: vector.fma
// TILED: scf.for %{{.*}} = %c0 to %c3 step %c1
// TILED-COUNT-3: vector.fma
// TILED: vector.maskedstore

// Packed contraction: 20 columns are one panel of two vectors, 9 rows are tiles of
// 5 and 4. The fill starts the sums in registers; the panel is static memory.
// CHECK: memref.global "private" @product_scratch : memref<7x32xf32>
// CHECK-LABEL: func.func @product
// CHECK-SAME: llvm.noalias
// CHECK-NOT: linalg.
// CHECK: vector.constant_mask [4]
// CHECK: scf.for %{{.*}} iter_args
// CHECK-COUNT-10: vector.fma
// CHECK-NOT: vector.fma
// CHECK: vector.maskedstore
// CHECK: scf.for %{{.*}} iter_args
// CHECK-COUNT-8: vector.fma
// CHECK-NOT: vector.fma
// PLAIN-LABEL: func.func @product
// PLAIN-NOT: vector.
// PLAIN: arith.mulf
// PLAIN: return
func.func @product(%a: memref<9x7xf32>, %b: memref<7x20xf32>, %c: memref<9x20xf32>) {
  %zero = arith.constant 0.0 : f32
  linalg.fill ins(%zero : f32) outs(%c : memref<9x20xf32>)
  linalg.matmul ins(%a, %b : memref<9x7xf32>, memref<7x20xf32>) outs(%c : memref<9x20xf32>)
  return
}

// Lane reduction: both operands are neighbours along the sum.
// CHECK-LABEL: func.func @dot
// CHECK: vector.reduction <add>
func.func @dot(%a: memref<1x64xf32>, %b: memref<3x64xf32>, %c: memref<1x3xf32>) {
  %zero = arith.constant 0.0 : f32
  linalg.fill ins(%zero : f32) outs(%c : memref<1x3xf32>)
  linalg.generic {indexing_maps = [affine_map<(m, n, k) -> (m, k)>, affine_map<(m, n, k) -> (n, k)>,
                                   affine_map<(m, n, k) -> (m, n)>],
                  iterator_types = ["parallel", "parallel", "reduction"]}
      ins(%a, %b : memref<1x64xf32>, memref<3x64xf32>) outs(%c : memref<1x3xf32>) {
  ^bb0(%x: f32, %y: f32, %sum: f32):
    %p = arith.mulf %x, %y : f32
    %s = arith.addf %sum, %p : f32
    linalg.yield %s : f32
  }
  return
}

// Vector loops: whole vectors, then the ragged end under one constant mask.
// CHECK-LABEL: func.func @pointwise
// CHECK: vector.load
// CHECK: vector.constant_mask [3]
// CHECK: vector.maskedload
func.func @pointwise(%a: memref<67xf32>, %c: memref<67xf32>) {
  linalg.generic {indexing_maps = [affine_map<(i) -> (i)>, affine_map<(i) -> (i)>],
                  iterator_types = ["parallel"]}
      ins(%a : memref<67xf32>) outs(%c : memref<67xf32>) {
  ^bb0(%x: f32, %out: f32):
    %s = arith.addf %x, %x : f32
    linalg.yield %s : f32
  }
  return
}

// Only the slabs around the middle are filled.
// CHECK-LABEL: func.func @padding
// CHECK-NOT: memref.alloc
// CHECK-COUNT-2: memref.subview
// CHECK-NOT: memref.copy
// PLAIN-LABEL: func.func @padding
// PLAIN-NOT: memref.copy
func.func @padding(%a: memref<4x6xf32>, %c: memref<5x7xf32>) {
  %zero = arith.constant 0.0 : f32
  linalg.map outs(%c : memref<5x7xf32>) (%init: f32) {
    linalg.yield %zero : f32
  }
  %middle = memref.subview %c[1, 0] [4, 6] [1, 1] : memref<5x7xf32> to memref<4x6xf32, strided<[7, 1], offset: 7>>
  memref.copy %a, %middle : memref<4x6xf32> to memref<4x6xf32, strided<[7, 1], offset: 7>>
  return
}

// What the schedules do not handle becomes plain loops.
// CHECK-LABEL: func.func @integers
// CHECK-NOT: vector.
// CHECK: arith.addi
func.func @integers(%a: memref<8xi32>, %c: memref<8xi32>) {
  linalg.generic {indexing_maps = [affine_map<(i) -> (i)>, affine_map<(i) -> (i)>],
                  iterator_types = ["parallel"]}
      ins(%a : memref<8xi32>) outs(%c : memref<8xi32>) {
  ^bb0(%x: i32, %out: i32):
    %s = arith.addi %x, %x : i32
    linalg.yield %s : i32
  }
  return
}

// A constant of another type, converted in the body: lanes could not hold it.
// CHECK-LABEL: func.func @invariant
// CHECK-DAG: %[[E:.*]] = arith.truncf %{{.*}} : f64 to f32
// CHECK: vector.broadcast %[[E]] : f32 to vector<16xf32>
// CHECK: arith.addf %{{.*}} : vector<16xf32>
func.func @invariant(%a: memref<64xf32>, %c: memref<64xf32>, %e: f64) {
  linalg.generic {indexing_maps = [affine_map<(i) -> (i)>, affine_map<(i) -> (i)>],
                  iterator_types = ["parallel"]}
      ins(%a : memref<64xf32>) outs(%c : memref<64xf32>) {
  ^bb0(%x: f32, %out: f32):
    %t = arith.truncf %e : f64 to f32
    %s = arith.addf %x, %t : f32
    linalg.yield %s : f32
  }
  return
}

// The place in the loops is no constant.
// CHECK-LABEL: func.func @place
// CHECK: scf.for
// CHECK: arith.index_cast
func.func @place(%c: memref<64xi64>) {
  linalg.generic {indexing_maps = [affine_map<(i) -> (i)>], iterator_types = ["parallel"]}
      outs(%c : memref<64xi64>) {
  ^bb0(%out: i64):
    %i = linalg.index 0 : index
    %v = arith.index_cast %i : index to i64
    linalg.yield %v : i64
  }
  return
}
