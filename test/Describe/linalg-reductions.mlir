// RUN: pr-opt %s -test-pr-print-layers -o /dev/null | FileCheck %s
// RUN: pr-opt %s -linalg-generalize-named-ops -test-pr-print-layers -o /dev/null | FileCheck %s

#in = affine_map<(i, j, k) -> (i, j, k)>
#last = affine_map<(i, j, k) -> (i, j)>
#first = affine_map<(i, j, k) -> (j, k)>
#kept = affine_map<(i, j, k) -> (i, j, 0)>
#all = affine_map<(i, j, k) -> ()>

// CHECK-LABEL: func.func @named:
// CHECK-NEXT: layer reduction o=24 r=8 i=1 op=sum ops=1 : f32 -> f32{{$}}
func.func @named(%x: tensor<4x6x8xf32>, %o: tensor<4x6xf32>) -> tensor<4x6xf32> {
  %0 = linalg.reduce { arith.addf } ins(%x : tensor<4x6x8xf32>) outs(%o : tensor<4x6xf32>) dimensions = [2]
  return %0 : tensor<4x6xf32>
}

// [outer, reduced, inner] in the order of the input's memory.
// CHECK-LABEL: func.func @positions:
// CHECK-NEXT: layer reduction o=1 r=4 i=48 op=max ops=1 : i32 -> i32{{$}}
// CHECK-NEXT: layer reduction o=4 r=6 i=8 op=min ops=1 : i32 -> i32{{$}}
// CHECK-NEXT: layer reduction o=1 r=192 i=1 op=xor ops=1 : i32 -> i32{{$}}
func.func @positions(%x: tensor<4x6x8xi32>, %o: tensor<6x8xi32>, %p: tensor<4x8xi32>, %s: tensor<i32>) -> (tensor<6x8xi32>, tensor<4x8xi32>, tensor<i32>) {
  %0 = linalg.reduce { arith.maxsi } ins(%x : tensor<4x6x8xi32>) outs(%o : tensor<6x8xi32>) dimensions = [0]
  %1 = linalg.reduce { arith.minsi } ins(%x : tensor<4x6x8xi32>) outs(%p : tensor<4x8xi32>) dimensions = [1]
  %2 = linalg.reduce { arith.xori } ins(%x : tensor<4x6x8xi32>) outs(%s : tensor<i32>) dimensions = [0, 1, 2]
  return %0, %1, %2 : tensor<6x8xi32>, tensor<4x8xi32>, tensor<i32>
}

// CHECK-LABEL: func.func @fused:
// CHECK-NEXT: layer reduction o=24 r=8 i=1 op=sum ops=2 : f32 -> f32{{$}}
func.func @fused(%x: tensor<4x6x8xf32>, %o: tensor<4x6x1xf32>) -> tensor<4x6x1xf32> {
  %0 = linalg.generic {indexing_maps = [#in, #kept], iterator_types = ["parallel", "parallel", "reduction"]} ins(%x : tensor<4x6x8xf32>) outs(%o : tensor<4x6x1xf32>) {
  ^bb0(%a: f32, %sum: f32):
    %1 = arith.mulf %a, %a : f32
    %2 = arith.addf %1, %sum : f32
    linalg.yield %2 : f32
  } -> tensor<4x6x1xf32>
  return %0 : tensor<4x6x1xf32>
}

// A maximum and its position, as importers decompose softmax and argmax.
// CHECK-LABEL: func.func @argmax:
// CHECK-NEXT: layer reduction o=24 r=8 i=1 op=argmax ops=4 : f32 -> f32, i64{{$}}
func.func @argmax(%x: tensor<4x6x8xf32>, %o: tensor<4x6xf32>, %p: tensor<4x6xi64>) -> (tensor<4x6xf32>, tensor<4x6xi64>) {
  %0:2 = linalg.generic {indexing_maps = [#in, #last, #last], iterator_types = ["parallel", "parallel", "reduction"]} ins(%x : tensor<4x6x8xf32>) outs(%o, %p : tensor<4x6xf32>, tensor<4x6xi64>) {
  ^bb0(%a: f32, %best: f32, %where: i64):
    %1 = linalg.index 2 : index
    %2 = arith.index_cast %1 : index to i64
    %3 = arith.maximumf %a, %best : f32
    %4 = arith.cmpf ogt, %a, %best : f32
    %5 = arith.select %4, %2, %where : i64
    linalg.yield %3, %5 : f32, i64
  } -> (tensor<4x6xf32>, tensor<4x6xi64>)
  return %0#0, %0#1 : tensor<4x6xf32>, tensor<4x6xi64>
}

// The other order, by two selects; the smaller value wins.
// CHECK-LABEL: func.func @argmin:
// CHECK-NEXT: layer reduction o=24 r=8 i=1 op=argmin ops=4 : i32 -> i32, i32{{$}}
func.func @argmin(%x: tensor<4x6x8xi32>, %o: tensor<4x6xi32>, %p: tensor<4x6xi32>) -> (tensor<4x6xi32>, tensor<4x6xi32>) {
  %0:2 = linalg.generic {indexing_maps = [#in, #last, #last], iterator_types = ["parallel", "parallel", "reduction"]} ins(%x : tensor<4x6x8xi32>) outs(%p, %o : tensor<4x6xi32>, tensor<4x6xi32>) {
  ^bb0(%a: i32, %where: i32, %best: i32):
    %1 = linalg.index 2 : index
    %2 = arith.index_cast %1 : index to i32
    %3 = arith.cmpi slt, %a, %best : i32
    %4 = arith.select %3, %a, %best : i32
    %5 = arith.select %3, %2, %where : i32
    linalg.yield %5, %4 : i32, i32
  } -> (tensor<4x6xi32>, tensor<4x6xi32>)
  return %0#1, %0#0 : tensor<4x6xi32>, tensor<4x6xi32>
}

// Several inputs and two unrelated sums: mixed.
// CHECK-LABEL: func.func @mixed:
// CHECK-NEXT: layer reduction o=1 r=4 i=48 op=mixed ops=2 : f32, f32 -> f32, f32{{$}}
func.func @mixed(%x: tensor<4x6x8xf32>, %y: tensor<4x6x8xf32>, %o: tensor<6x8xf32>, %p: tensor<6x8xf32>) -> (tensor<6x8xf32>, tensor<6x8xf32>) {
  %0:2 = linalg.generic {indexing_maps = [#in, #in, #first, #first], iterator_types = ["reduction", "parallel", "parallel"]} ins(%x, %y : tensor<4x6x8xf32>, tensor<4x6x8xf32>) outs(%o, %p : tensor<6x8xf32>, tensor<6x8xf32>) {
  ^bb0(%a: f32, %b: f32, %s: f32, %t: f32):
    %1 = arith.addf %a, %s : f32
    %2 = arith.addf %b, %t : f32
    linalg.yield %1, %2 : f32, f32
  } -> (tensor<6x8xf32>, tensor<6x8xf32>)
  return %0#0, %0#1 : tensor<6x8xf32>, tensor<6x8xf32>
}
