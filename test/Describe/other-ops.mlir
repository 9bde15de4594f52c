// RUN: pr-opt %s -allow-unregistered-dialect -test-pr-print-layers -o /dev/null | FileCheck %s
//
// Every op has a status, whatever its dialect.

// CHECK-LABEL: func.func @callee:
func.func private @callee(f32) -> f32

// CHECK-LABEL: func.func @scalars:
// CHECK: arith.mulf: folded scalar{{$}}
// CHECK-NEXT: math.exp: folded scalar{{$}}
// CHECK-NEXT: arith.index_cast: folded scalar{{$}}
// CHECK-NEXT: arith.sitofp: folded scalar{{$}}
// CHECK: cf.assert: folded assertion{{$}}
// CHECK-NEXT: func.call: folded call{{$}}
func.func @scalars(%a: f32, %i: index, %n: i64) -> f32 {
  %c = arith.constant 2.0 : f32
  %0 = arith.mulf %a, %c : f32
  %1 = math.exp %0 : f32
  %2 = arith.index_cast %i : index to i32
  %3 = arith.sitofp %n : i64 to f32
  %true = arith.constant true
  cf.assert %true, "always"
  %4 = func.call @callee(%1) : (f32) -> f32
  return %4 : f32
}

// Arithmetic on whole tensors is element-wise.
// CHECK-LABEL: func.func @tensors:
// CHECK-NEXT: arith.addf: layer elementwise e=24 full=2 bcast=0 alu=1 mul=0 div=0 fn=0 cvt=0 : f64, f64 -> f64{{$}}
// CHECK-NEXT: math.sqrt: layer elementwise e=24 full=1 bcast=0 alu=0 mul=0 div=1 fn=0 cvt=0 : f64 -> f64{{$}}
// CHECK-NEXT: arith.select: layer elementwise e=24 full=3 bcast=0 alu=1 mul=0 div=0 fn=0 cvt=0 : i1, f64, f64 -> f64{{$}}
// CHECK-NEXT: arith.mulf: layer elementwise e=8 full=2 bcast=0 alu=0 mul=1 div=0 fn=0 cvt=0 : f32, f32 -> f32{{$}}
func.func @tensors(%a: tensor<4x6xf64>, %v: vector<8xf32>, %p: tensor<4x6xi1>) -> tensor<4x6xf64> {
  %0 = arith.addf %a, %a : tensor<4x6xf64>
  %1 = math.sqrt %0 : tensor<4x6xf64>
  %2 = arith.select %p, %1, %a : tensor<4x6xi1>, tensor<4x6xf64>
  %3 = arith.mulf %v, %v : vector<8xf32>
  return %2 : tensor<4x6xf64>
}

// The bodies of control flow are listed, those of structured ops are not.
// CHECK-LABEL: func.func @control:
// CHECK: scf.for: folded control-flow{{$}}
// CHECK-NEXT: scf.if: folded control-flow{{$}}
// CHECK-NEXT: linalg.exp: layer elementwise e=24 full=1 bcast=0 alu=0 mul=0 div=0 fn=1 cvt=0 : f32 -> f32{{$}}
// CHECK-NEXT: scf.yield: folded terminator{{$}}
// CHECK-NEXT: scf.yield: folded terminator{{$}}
// CHECK-NEXT: scf.yield: folded terminator{{$}}
func.func @control(%a: tensor<4x6xf32>, %flag: i1, %n: index) -> tensor<4x6xf32> {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %0 = scf.for %i = %c0 to %n step %c1 iter_args(%x = %a) -> tensor<4x6xf32> {
    %1 = scf.if %flag -> tensor<4x6xf32> {
      %2 = linalg.exp ins(%x : tensor<4x6xf32>) outs(%x : tensor<4x6xf32>) -> tensor<4x6xf32>
      scf.yield %2 : tensor<4x6xf32>
    } else {
      scf.yield %x : tensor<4x6xf32>
    }
    scf.yield %1 : tensor<4x6xf32>
  }
  return %0 : tensor<4x6xf32>
}

// CHECK-LABEL: func.func @tosa_control:
// CHECK-NEXT: tosa.cond_if: folded control-flow{{$}}
// CHECK-NEXT: tosa.exp: layer elementwise e=4 full=1 bcast=0 alu=0 mul=0 div=0 fn=1 cvt=0 : f32 -> f32{{$}}
// CHECK-NEXT: tosa.yield: folded terminator{{$}}
// CHECK-NEXT: tosa.yield: folded terminator{{$}}
func.func @tosa_control(%a: tensor<4xf32>, %flag: tensor<i1>) -> tensor<4xf32> {
  %0 = tosa.cond_if %flag (%x = %a) : tensor<i1> (tensor<4xf32>) -> tensor<4xf32> {
  ^bb0(%x: tensor<4xf32>):
    %1 = tosa.exp %x : (tensor<4xf32>) -> tensor<4xf32>
    tosa.yield %1 : tensor<4xf32>
  } else {
  ^bb0(%x: tensor<4xf32>):
    tosa.yield %x : tensor<4xf32>
  }
  return %0 : tensor<4xf32>
}

// What nobody knows is named.
// CHECK-LABEL: func.func @unknown:
// CHECK-NEXT: foreign.op: unsupported no dialect is registered for 'foreign.op'{{$}}
// CHECK-NEXT: vector.reduction: unsupported no rule describes 'vector.reduction'{{$}}
func.func @unknown(%a: tensor<4x6xf32>, %v: vector<4xf32>) -> tensor<4x6xf32> {
  %0 = "foreign.op"(%a) : (tensor<4x6xf32>) -> tensor<4x6xf32>
  %1 = vector.reduction <add>, %v : vector<4xf32> into f32
  return %0 : tensor<4x6xf32>
}
