// RUN: pr-opt %s -test-pr-print-layers -o /dev/null | FileCheck %s
// RUN: pr-opt %s -linalg-generalize-named-ops -test-pr-print-layers -o /dev/null | FileCheck %s

#id = affine_map<(i, j) -> (i, j)>
#row = affine_map<(i, j) -> (j)>
#column = affine_map<(i, j) -> (i, 0)>
#t = affine_map<(i, j) -> (j, i)>
#even = affine_map<(i, j) -> (i, j * 2)>
#none = affine_map<(i, j) -> ()>

// CHECK-LABEL: func.func @named:
// CHECK-NEXT: layer elementwise e=24 full=2 bcast=0 alu=1 mul=0 div=0 fn=0 cvt=0 : f32, f32 -> f32{{$}}
// CHECK-NEXT: layer elementwise e=24 full=1 bcast=0 alu=0 mul=0 div=0 fn=1 cvt=0 : f32 -> f32{{$}}
// CHECK-NEXT: layer elementwise e=24 full=2 bcast=0 alu=0 mul=0 div=1 fn=0 cvt=0 : f32, f32 -> f32{{$}}
// CHECK-NEXT: layer elementwise e=24 full=1 bcast=0 alu=0 mul=0 div=0 fn=1 cvt=0 : f32 -> f32{{$}}
func.func @named(%a: tensor<4x6xf32>, %b: tensor<4x6xf32>, %o: tensor<4x6xf32>) -> tensor<4x6xf32> {
  %0 = linalg.add ins(%a, %b : tensor<4x6xf32>, tensor<4x6xf32>) outs(%o : tensor<4x6xf32>) -> tensor<4x6xf32>
  %1 = linalg.exp ins(%0 : tensor<4x6xf32>) outs(%o : tensor<4x6xf32>) -> tensor<4x6xf32>
  %2 = linalg.elementwise kind=#linalg.elementwise_kind<div> ins(%1, %b : tensor<4x6xf32>, tensor<4x6xf32>) outs(%o : tensor<4x6xf32>) -> tensor<4x6xf32>
  %3 = linalg.map { math.tanh } ins(%2 : tensor<4x6xf32>) outs(%o : tensor<4x6xf32>)
  return %3 : tensor<4x6xf32>
}

// One operation of each class, a broadcast row, a broadcast column, a scalar.
// CHECK-LABEL: func.func @mix:
// CHECK-NEXT: layer elementwise e=24 full=1 bcast=10 alu=3 mul=2 div=2 fn=1 cvt=1 : f32, f32, f32 -> f16{{$}}
func.func @mix(%a: tensor<4x6xf32>, %b: tensor<6xf32>, %c: tensor<4x1xf32>, %s: tensor<f32>, %k: f64, %o: tensor<4x6xf16>) -> tensor<4x6xf16> {
  %0 = linalg.generic {indexing_maps = [#id, #row, #column, #none, #id], iterator_types = ["parallel", "parallel"]} ins(%a, %b, %c, %s : tensor<4x6xf32>, tensor<6xf32>, tensor<4x1xf32>, tensor<f32>) outs(%o : tensor<4x6xf16>) {
  ^bb0(%x: f32, %y: f32, %z: f32, %w: f32, %out: f16):
    // Of captured scalars alone: computed once.
    %e = arith.truncf %k : f64 to f32
    %1 = arith.subf %x, %y : f32
    %2 = arith.mulf %1, %z : f32
    %3 = math.rsqrt %2 : f32
    %4 = arith.addf %3, %e : f32
    %5 = math.erf %4 : f32
    %6 = arith.divf %5, %w : f32
    %7 = math.fma %6, %5, %4 : f32
    %8 = arith.truncf %7 : f32 to f16
    linalg.yield %8 : f16
  } -> tensor<4x6xf16>
  return %0 : tensor<4x6xf16>
}

// CHECK-LABEL: func.func @two_results:
// CHECK: layer elementwise e=24 full=1 bcast=0 alu=2 mul=0 div=0 fn=0 cvt=0 : i32 -> i32, i1{{$}}
func.func @two_results(%a: tensor<4x6xi32>, %o: tensor<4x6xi32>, %p: tensor<4x6xi1>) -> (tensor<4x6xi32>, tensor<4x6xi1>) {
  %c0 = arith.constant 0 : i32
  %0:2 = linalg.generic {indexing_maps = [#id, #id, #id], iterator_types = ["parallel", "parallel"]} ins(%a : tensor<4x6xi32>) outs(%o, %p : tensor<4x6xi32>, tensor<4x6xi1>) {
  ^bb0(%x: i32, %out: i32, %flag: i1):
    %1 = arith.cmpi slt, %x, %c0 : i32
    %2 = arith.select %1, %c0, %x : i32
    linalg.yield %2, %1 : i32, i1
  } -> (tensor<4x6xi32>, tensor<4x6xi1>)
  return %0#0, %0#1 : tensor<4x6xi32>, tensor<4x6xi1>
}

// Positions and values of the outs are read too.
// CHECK-LABEL: func.func @index_and_outs:
// CHECK-NEXT: layer elementwise e=24 full=1 bcast=0 alu=1 mul=0 div=0 fn=0 cvt=1 : i64 -> i64{{$}}
func.func @index_and_outs(%o: tensor<4x6xi64>) -> tensor<4x6xi64> {
  %0 = linalg.generic {indexing_maps = [#id], iterator_types = ["parallel", "parallel"]} outs(%o : tensor<4x6xi64>) {
  ^bb0(%out: i64):
    %1 = linalg.index 1 : index
    %2 = arith.index_cast %1 : index to i64
    %3 = arith.addi %2, %out : i64
    linalg.yield %3 : i64
  } -> tensor<4x6xi64>
  return %0 : tensor<4x6xi64>
}

// Moved, not computed.
// CHECK-LABEL: func.func @movement:
// CHECK-NEXT: layer data_movement e=24 r=24 run=24 op=copy : f32 -> f32{{$}}
// CHECK-NEXT: layer data_movement e=24 r=24 run=1 op=transpose : f32 -> f32{{$}}
// CHECK-NEXT: layer data_movement e=24 r=6 run=6 op=broadcast : f32 -> f32{{$}}
// CHECK-NEXT: layer data_movement e=24 r=24 run=1 op=slice : f32 -> f32{{$}}
func.func @movement(%a: tensor<4x6xf32>, %b: tensor<6xf32>, %wide: tensor<4x12xf32>, %o: tensor<4x6xf32>, %ot: tensor<6x4xf32>) -> (tensor<4x6xf32>, tensor<6x4xf32>, tensor<4x6xf32>, tensor<4x6xf32>) {
  %0 = linalg.copy ins(%a : tensor<4x6xf32>) outs(%o : tensor<4x6xf32>) -> tensor<4x6xf32>
  %1 = linalg.transpose ins(%a : tensor<4x6xf32>) outs(%ot : tensor<6x4xf32>) permutation = [1, 0]
  %2 = linalg.broadcast ins(%b : tensor<6xf32>) outs(%o : tensor<4x6xf32>) dimensions = [0]
  %3 = linalg.generic {indexing_maps = [#even, #id], iterator_types = ["parallel", "parallel"]} ins(%wide : tensor<4x12xf32>) outs(%o : tensor<4x6xf32>) {
  ^bb0(%x: f32, %out: f32):
    linalg.yield %x : f32
  } -> tensor<4x6xf32>
  return %0, %1, %2, %3 : tensor<4x6xf32>, tensor<6x4xf32>, tensor<4x6xf32>, tensor<4x6xf32>
}

// The rows of a transpose that moves outer dimensions stay whole.
// CHECK-LABEL: func.func @runs:
// CHECK-NEXT: layer data_movement e=192 r=192 run=32 op=transpose : i8 -> i8{{$}}
// CHECK-NEXT: folded view{{$}}
func.func @runs(%a: tensor<2x3x4x8xi8>, %o: tensor<3x2x4x8xi8>, %n: tensor<2x3x1x32xi8>, %on: tensor<2x1x3x32xi8>) -> (tensor<3x2x4x8xi8>, tensor<2x1x3x32xi8>) {
  %0 = linalg.transpose ins(%a : tensor<2x3x4x8xi8>) outs(%o : tensor<3x2x4x8xi8>) permutation = [1, 0, 2, 3]
  // Only a unit dimension moves: the same bytes.
  %1 = linalg.transpose ins(%n : tensor<2x3x1x32xi8>) outs(%on : tensor<2x1x3x32xi8>) permutation = [0, 2, 1, 3]
  return %0, %1 : tensor<3x2x4x8xi8>, tensor<2x1x3x32xi8>
}

// CHECK-LABEL: func.func @fill:
// CHECK-NEXT: layer data_movement e=24 r=0 run=24 op=fill : f32 -> f32{{$}}
func.func @fill(%s: f32, %o: tensor<4x6xf32>) -> tensor<4x6xf32> {
  %0 = linalg.fill ins(%s : f32) outs(%o : tensor<4x6xf32>) -> tensor<4x6xf32>
  return %0 : tensor<4x6xf32>
}

// An embedding: the table is captured, whole rows of it are read.
#idx = affine_map<(i, j, k) -> (i, j)>
#rows = affine_map<(i, j, k) -> (i, j, k)>
// CHECK-LABEL: func.func @gather:
// CHECK: layer data_movement e=98304 r=98304 run=768 op=gather : f32, i64 -> f32{{$}}
func.func @gather(%ids: tensor<1x128xi64>, %table: tensor<30522x768xf32>, %o: tensor<1x128x768xf32>) -> tensor<1x128x768xf32> {
  %c30522 = arith.constant 30522 : index
  %0 = linalg.generic {indexing_maps = [#idx, #rows], iterator_types = ["parallel", "parallel", "parallel"]} ins(%ids : tensor<1x128xi64>) outs(%o : tensor<1x128x768xf32>) {
  ^bb0(%id: i64, %out: f32):
    %1 = arith.index_cast %id : i64 to index
    %2 = linalg.index 2 : index
    %3 = arith.cmpi slt, %1, %c30522 : index
    cf.assert %3, "index must be smaller than dim size"
    %4 = tensor.extract %table[%1, %2] : tensor<30522x768xf32>
    linalg.yield %4 : f32
  } -> tensor<1x128x768xf32>
  return %0 : tensor<1x128x768xf32>
}

// Looked up and computed with: the arithmetic counts, the indices do not.
// CHECK-LABEL: func.func @interpolate:
// CHECK: layer elementwise e=24 full=2 bcast=0 alu=1 mul=1 div=0 fn=0 cvt=0 : f32 -> f32{{$}}
func.func @interpolate(%o: tensor<4x6xf32>, %image: tensor<8x12xf32>) -> tensor<4x6xf32> {
  %c2 = arith.constant 2 : index
  %half = arith.constant 0.5 : f32
  %0 = linalg.generic {indexing_maps = [#id], iterator_types = ["parallel", "parallel"]} outs(%o : tensor<4x6xf32>) {
  ^bb0(%out: f32):
    %i = linalg.index 0 : index
    %j = linalg.index 1 : index
    %i2 = arith.muli %i, %c2 : index
    %j2 = arith.muli %j, %c2 : index
    %1 = tensor.extract %image[%i2, %j2] : tensor<8x12xf32>
    %2 = tensor.extract %image[%i, %j] : tensor<8x12xf32>
    %3 = arith.addf %1, %2 : f32
    %4 = arith.mulf %3, %half : f32
    linalg.yield %4 : f32
  } -> tensor<4x6xf32>
  return %0 : tensor<4x6xf32>
}

// Nobody knows what a call in the body costs.
// CHECK-LABEL: func.func @helper:
func.func private @helper(f32) -> f32
// CHECK-LABEL: func.func @unknown_body:
// CHECK-NEXT: unsupported nobody knows what 'func.call' in the body costs{{$}}
func.func @unknown_body(%a: tensor<4x6xf32>, %o: tensor<4x6xf32>) -> tensor<4x6xf32> {
  %0 = linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel", "parallel"]} ins(%a : tensor<4x6xf32>) outs(%o : tensor<4x6xf32>) {
  ^bb0(%x: f32, %out: f32):
    %1 = func.call @helper(%x) : (f32) -> f32
    linalg.yield %1 : f32
  } -> tensor<4x6xf32>
  return %0 : tensor<4x6xf32>
}
