// Totals follow calls and loops.

// RUN: pr-opt %s --pr-annotate-latency="model=%models/npu.prm" -split-input-file -verify-diagnostics | FileCheck %s
// RUN: pr-opt %s --pass-pipeline='builtin.module(func.func(pr-annotate-latency{model=%models/npu.prm}))' -split-input-file 2>&1 | FileCheck %s --check-prefix=FUNC

// Twice from main, three times from a loop with four iterations: 14 times 13.
// CHECK-DAG: #[[ONE:.*]] = #pr.total<{{.*}}cycles = 13, {{.*}}ops = 1, covered_ops = 1
// CHECK-DAG: #[[MAIN:.*]] = #pr.total<{{.*}}cycles = 182, {{.*}}ops = 14, covered_ops = 14
// CHECK: module attributes {pr.total = #[[MAIN]]}
// CHECK: func.func private @layer{{.*}} pr.total = #[[ONE]]
// CHECK: func.func @main{{.*}} pr.total = #[[MAIN]]
// On a function alone a call is a gap.
// FUNC: warning: target 'npu': 14 of 14 operations have no estimate
// FUNC: note: 14 operations: the call of 'layer' is followed only on a module
func.func private @layer(%a: tensor<1x16xi8>, %w: tensor<16x12xi8>, %c: tensor<1x12xi32>) -> tensor<1x12xi32> {
  %0 = linalg.matmul ins(%a, %w : tensor<1x16xi8>, tensor<16x12xi8>) outs(%c : tensor<1x12xi32>) -> tensor<1x12xi32>
  return %0 : tensor<1x12xi32>
}
func.func @main(%a: tensor<1x16xi8>, %w: tensor<16x12xi8>, %c: tensor<1x12xi32>) -> tensor<1x12xi32> {
  %lo = arith.constant 0 : index
  %hi = arith.constant 8 : index
  %step = arith.constant 2 : index
  %0 = call @layer(%a, %w, %c) : (tensor<1x16xi8>, tensor<16x12xi8>, tensor<1x12xi32>) -> tensor<1x12xi32>
  %1 = call @layer(%a, %w, %0) : (tensor<1x16xi8>, tensor<16x12xi8>, tensor<1x12xi32>) -> tensor<1x12xi32>
  %2 = scf.for %i = %lo to %hi step %step iter_args(%x = %1) -> tensor<1x12xi32> {
    %3 = func.call @layer(%a, %w, %x) : (tensor<1x16xi8>, tensor<16x12xi8>, tensor<1x12xi32>) -> tensor<1x12xi32>
    %4 = func.call @layer(%a, %w, %3) : (tensor<1x16xi8>, tensor<16x12xi8>, tensor<1x12xi32>) -> tensor<1x12xi32>
    %5 = func.call @layer(%a, %w, %4) : (tensor<1x16xi8>, tensor<16x12xi8>, tensor<1x12xi32>) -> tensor<1x12xi32>
    scf.yield %5 : tensor<1x12xi32>
  }
  return %2 : tensor<1x12xi32>
}

// -----

// A loop of unknown length counts once, and is a gap.
// expected-warning @below {{target 'npu': 1 of 2 operations have no estimate}}
module {
  func.func @unknown(%n: index, %a: tensor<1x16xi8>, %w: tensor<16x12xi8>, %c: tensor<1x12xi32>) -> tensor<1x12xi32> {
    %lo = arith.constant 0 : index
    %step = arith.constant 1 : index
    // expected-note @below {{1 operation: the loop's trip count is unknown, its body counts once}}
    %0 = scf.for %i = %lo to %n step %step iter_args(%x = %c) -> tensor<1x12xi32> {
      %1 = linalg.matmul ins(%a, %w : tensor<1x16xi8>, tensor<16x12xi8>) outs(%x : tensor<1x12xi32>) -> tensor<1x12xi32>
      scf.yield %1 : tensor<1x12xi32>
    }
    return %0 : tensor<1x12xi32>
  }
}

// -----

// Recursion has no total; that, and a body that is elsewhere, are gaps.
// expected-warning @below {{target 'npu': 2 of 3 operations have no estimate}}
module {
  func.func private @elsewhere()
  func.func @ping(%a: tensor<1x16xi8>, %w: tensor<16x12xi8>, %c: tensor<1x12xi32>) -> tensor<1x12xi32> {
    // expected-note @below {{1 operation: the call of 'elsewhere' leads to no body in this module}}
    call @elsewhere() : () -> ()
    %0 = linalg.matmul ins(%a, %w : tensor<1x16xi8>, tensor<16x12xi8>) outs(%c : tensor<1x12xi32>) -> tensor<1x12xi32>
    %1 = call @pong(%a, %w, %0) : (tensor<1x16xi8>, tensor<16x12xi8>, tensor<1x12xi32>) -> tensor<1x12xi32>
    return %1 : tensor<1x12xi32>
  }
  func.func @pong(%a: tensor<1x16xi8>, %w: tensor<16x12xi8>, %c: tensor<1x12xi32>) -> tensor<1x12xi32> {
    // expected-note @below {{1 operation: the call of 'ping' is recursive}}
    %0 = call @ping(%a, %w, %c) : (tensor<1x16xi8>, tensor<16x12xi8>, tensor<1x12xi32>) -> tensor<1x12xi32>
    return %0 : tensor<1x12xi32>
  }
}

// -----

// A product beyond 62 bits stays at the limit.
// CHECK: #pr.total<{{.*}}time_ps = 4611686018427387904, {{.*}}ops = 4611686018427387904, covered_ops = 4611686018427387904
func.func @forever(%a: tensor<1x16xi8>, %w: tensor<16x12xi8>, %c: tensor<1x12xi32>) -> tensor<1x12xi32> {
  %lo = arith.constant 0 : index
  %hi = arith.constant 1099511627776 : index
  %step = arith.constant 1 : index
  %0 = scf.for %i = %lo to %hi step %step iter_args(%x = %c) -> tensor<1x12xi32> {
    %1 = scf.for %j = %lo to %hi step %step iter_args(%y = %x) -> tensor<1x12xi32> {
      %2 = linalg.matmul ins(%a, %w : tensor<1x16xi8>, tensor<16x12xi8>) outs(%y : tensor<1x12xi32>) -> tensor<1x12xi32>
      scf.yield %2 : tensor<1x12xi32>
    }
    scf.yield %1 : tensor<1x12xi32>
  }
  return %0 : tensor<1x12xi32>
}
