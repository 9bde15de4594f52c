// RUN: pr-opt %s -pr-verify-estimates -split-input-file -verify-diagnostics

// Stale: the attribute is of another layer.

#keys = #pr.annotated_keys<target = "t", model = "0c4f1a9be2d37756", keys = {"1111111111111111" = 1 : i64}>
#latency = #pr.latency<target = "t", model = "0c4f1a9be2d37756", status = predicted, cycles = 1,
                       representative = <"matmul m=1 n=1 k=1 : i8, i8 -> i32">, key = "1111111111111111">
func.func @stale(%a: tensor<1x16xi8>, %w: tensor<16x12xi8>, %c: tensor<1x12xi32>) -> tensor<1x12xi32> attributes {pr.annotated_keys = #keys} {
  // expected-error @below {{target 't': stale estimate: it is for the layer with key '1111111111111111', but the operation has key '4e9a10b482c7d96c'}}
  // expected-note @below {{the operation is now: matmul b=1 m=1 n=12 k=16 layout=nn : i8, i8 -> i32}}
  %0 = linalg.matmul {pr.latency = #latency} ins(%a, %w : tensor<1x16xi8>, tensor<16x12xi8>) outs(%c : tensor<1x12xi32>) -> tensor<1x12xi32>
  return %0 : tensor<1x12xi32>
}

// -----

// Stale: the operation is no layer any more, or not for the same reason.

#keys = #pr.annotated_keys<target = "t", model = "0c4f1a9be2d37756", keys = {"1111111111111111" = 1 : i64}>
#latency = #pr.latency<target = "t", model = "0c4f1a9be2d37756", status = predicted, cycles = 1,
                       representative = <"matmul m=1 n=1 k=1 : i8, i8 -> i32">, key = "1111111111111111">
#view = #pr.latency<target = "t", model = "0c4f1a9be2d37756", status = folded, reason = "view">
#static = #pr.latency<target = "t", model = "0c4f1a9be2d37756", status = unsupported, reason = "nobody knows">
func.func @changed(%a: tensor<?x16xi8>, %w: tensor<16x12xi8>, %c: tensor<?x12xi32>) -> tensor<?x12xi32> attributes {pr.annotated_keys = #keys} {
  // expected-error @below {{stale estimate: it is 'folded', but the operation is 'folded': constant}}
  %zero = arith.constant {pr.latency = #view} 0 : i32
  // expected-error @below {{stale estimate: it is 'predicted', but the operation is 'unsupported': dimension 0 of operand 0 is dynamic}}
  %0 = linalg.matmul {pr.latency = #latency} ins(%a, %w : tensor<?x16xi8>, tensor<16x12xi8>) outs(%c : tensor<?x12xi32>) -> tensor<?x12xi32>
  // expected-error @below {{stale estimate: it is 'unsupported', but the operation is 'unsupported': dimension 0 of operand 0 is dynamic}}
  %1 = linalg.matmul {pr.latency = #static} ins(%a, %w : tensor<?x16xi8>, tensor<16x12xi8>) outs(%0 : tensor<?x12xi32>) -> tensor<?x12xi32>
  // expected-error @below {{fresh operation without an estimate, which is unsupported: dimension 0 of operand 0 is dynamic}}
  %2 = linalg.matmul ins(%a, %w : tensor<?x16xi8>, tensor<16x12xi8>) outs(%1 : tensor<?x12xi32>) -> tensor<?x12xi32>
  return %2 : tensor<?x12xi32>
}

// -----

// Fresh and lost: the operation that had the estimate was replaced.

#keys = #pr.annotated_keys<target = "t", model = "0c4f1a9be2d37756", keys = {"1111111111111111" = 2 : i64}>
// expected-error @below {{target 't': lost estimates: 2 operations had one with key '1111111111111111', 0 have}}
func.func @replaced(%a: tensor<1x16xi8>, %w: tensor<16x12xi8>, %c: tensor<1x12xi32>) -> tensor<1x12xi32> attributes {pr.annotated_keys = #keys} {
  // expected-error @below {{target 't': fresh operation without an estimate: matmul b=1 m=1 n=12 k=16 layout=nn : i8, i8 -> i32}}
  %0 = linalg.matmul ins(%a, %w : tensor<1x16xi8>, tensor<16x12xi8>) outs(%c : tensor<1x12xi32>) -> tensor<1x12xi32>
  return %0 : tensor<1x12xi32>
}

// -----

// Copied: both are right, but the totals are not. Foreign: came by inlining.

#keys = #pr.annotated_keys<target = "t", model = "0c4f1a9be2d37756", keys = {"4e9a10b482c7d96c" = 1 : i64}>
#latency = #pr.latency<target = "t", model = "0c4f1a9be2d37756", status = predicted, cycles = 1,
                       representative = <"matmul m=1 n=1 k=1 : i8, i8 -> i32">, key = "4e9a10b482c7d96c">
// expected-error @below {{copied estimates: 1 operations had one with key '4e9a10b482c7d96c', 2 have}}
func.func @copied(%a: tensor<1x16xi8>, %w: tensor<16x12xi8>, %c: tensor<1x12xi32>) -> tensor<1x12xi32> attributes {pr.annotated_keys = #keys} {
  %0 = linalg.matmul {pr.latency = #latency} ins(%a, %w : tensor<1x16xi8>, tensor<16x12xi8>) outs(%c : tensor<1x12xi32>) -> tensor<1x12xi32>
  %1 = linalg.matmul {pr.latency = #latency} ins(%a, %w : tensor<1x16xi8>, tensor<16x12xi8>) outs(%0 : tensor<1x12xi32>) -> tensor<1x12xi32>
  return %1 : tensor<1x12xi32>
}

#none = #pr.annotated_keys<target = "t", model = "0c4f1a9be2d37756", keys = {}>
// expected-error @below {{foreign estimates: 1 operations have one with key '4e9a10b482c7d96c', which the function was not annotated with}}
func.func @foreign(%a: tensor<1x16xi8>, %w: tensor<16x12xi8>, %c: tensor<1x12xi32>) -> tensor<1x12xi32> attributes {pr.annotated_keys = #none} {
  %0 = linalg.matmul {pr.latency = #latency} ins(%a, %w : tensor<1x16xi8>, tensor<16x12xi8>) outs(%c : tensor<1x12xi32>) -> tensor<1x12xi32>
  return %0 : tensor<1x12xi32>
}

// expected-error @below {{fresh function: it has no 'pr.annotated_keys', but others of the module have}}
func.func @outlined() {
  return
}

// -----

#latency = #pr.latency<target = "t", model = "0c4f1a9be2d37756", status = predicted, cycles = 1,
                       representative = <"matmul m=1 n=1 k=1 : i8, i8 -> i32">, key = "4e9a10b482c7d96c">
func.func @without(%a: tensor<1x16xi8>, %w: tensor<16x12xi8>, %c: tensor<1x12xi32>) -> tensor<1x12xi32> {
  // expected-error @below {{estimate in a function without 'pr.annotated_keys'}}
  %0 = linalg.matmul {pr.latency = #latency} ins(%a, %w : tensor<1x16xi8>, tensor<16x12xi8>) outs(%c : tensor<1x12xi32>) -> tensor<1x12xi32>
  return %0 : tensor<1x12xi32>
}

// -----

// An estimate for another target than the function was annotated for.

#keys = #pr.annotated_keys<target = "t", model = "0c4f1a9be2d37756", keys = {"4e9a10b482c7d96c" = 1 : i64}>
#latency = #pr.latency<target = "u", model = "0c4f1a9be2d37756", status = predicted, cycles = 1,
                       representative = <"matmul m=1 n=1 k=1 : i8, i8 -> i32">, key = "4e9a10b482c7d96c">
// expected-error @below {{target 't': lost estimates: 1 operations had one}}
func.func @other(%a: tensor<1x16xi8>, %w: tensor<16x12xi8>, %c: tensor<1x12xi32>) -> tensor<1x12xi32> attributes {pr.annotated_keys = #keys} {
  // expected-error @below {{target 't': fresh operation without an estimate}}
  %0 = linalg.matmul {pr.latency = #latency} ins(%a, %w : tensor<1x16xi8>, tensor<16x12xi8>) outs(%c : tensor<1x12xi32>) -> tensor<1x12xi32>
  return %0 : tensor<1x12xi32>
}
