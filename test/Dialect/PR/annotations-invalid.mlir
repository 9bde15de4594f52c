// RUN: pr-opt %s -allow-unregistered-dialect -split-input-file -verify-diagnostics

// Names and places of the discardable attributes.

// expected-error @below {{unknown attribute 'pr.latncy', dialect 'pr' has 'pr.latency', 'pr.total', 'pr.annotated_keys' and 'pr.tile_sizes'}}
"test.op"() {pr.latncy = 1} : () -> ()

// -----

// expected-error @below {{argument 0 carries 'pr.latency', dialect 'pr' has no attributes for arguments}}
func.func @f(%a: i32 {pr.latency = 1}) {
  return
}

// -----

// expected-error @below {{result 0 carries 'pr.latency', dialect 'pr' has no attributes for results}}
func.func private @f() -> (i32 {pr.latency = 1})

// -----

// expected-error @below {{'pr.latency' is 1 : i64, expected '#pr.latency' or a non-empty array of them}}
"test.op"() {pr.latency = 1} : () -> ()

// -----

// expected-error @below {{'pr.latency' is [], expected '#pr.latency' or a non-empty array of them}}
"test.op"() {pr.latency = []} : () -> ()

// -----

// expected-error @below {{'pr.latency' holds 3 : i64, expected '#pr.latency'}}
"test.op"() {pr.latency = [#pr.latency<target = "t", model = "0c4f1a9be2d37756", status = folded, reason = "r">, 3]} : () -> ()

// -----

// expected-error @below {{'pr.latency' names target 't' twice}}
"test.op"() {pr.latency = [#pr.latency<target = "t", model = "0c4f1a9be2d37756", status = folded, reason = "r">,
                           #pr.latency<target = "t", model = "1c4f1a9be2d37756", status = folded, reason = "r">]} : () -> ()

// -----

// expected-error @below {{'pr.total' is only for functions and modules}}
"test.op"() {pr.total = #pr.total<target = "t", model = "0c4f1a9be2d37756", ops = 1, covered_ops = 1>} : () -> ()

// -----

// expected-error @below {{'pr.annotated_keys' is only for functions}}
module attributes {pr.annotated_keys = #pr.annotated_keys<target = "t", model = "0c4f1a9be2d37756", keys = {}>} {}

// -----

// expected-error @below {{'pr.tile_sizes' is [1, 2], expected '#pr.tile_sizes'}}
"test.op"() {pr.tile_sizes = [1, 2]} : () -> ()

// -----

// expected-error @below {{'sizes' holds the size -1, expected 0 (not tiled) or more}}
"test.op"() {pr.tile_sizes = #pr.tile_sizes<sizes = [4, -1]>} : () -> ()

// -----

// expected-error @below {{'runner_up' has 1 entries, but 'sizes' has 2}}
"test.op"() {pr.tile_sizes = #pr.tile_sizes<sizes = [4, 1], runner_up = [4]>} : () -> ()

// -----

// expected-error @below {{there is a time of the runner-up, but no 'runner_up'}}
"test.op"() {pr.tile_sizes = #pr.tile_sizes<sizes = [4], runner_up_cycles = 3>} : () -> ()

// -----

// expected-error @below {{'cycles' is -3, expected 0 or more}}
"test.op"() {pr.tile_sizes = #pr.tile_sizes<sizes = [4], cycles = -3>} : () -> ()

// -----

// expected-error @below {{'layer' has no schedule, expected the chosen one}}
"test.op"() {pr.tile_sizes = #pr.tile_sizes<sizes = [4], layer = <"matmul m=8 n=8 k=8 : i8, i8 -> i32">>} : () -> ()

// -----

// expected-error @below {{'target' is empty, expected the name of a target}}
"test.op"() {pr.tile_sizes = #pr.tile_sizes<sizes = [4], model = "0123456789abcdef">} : () -> ()

// -----

func.func @loops(%a: tensor<4x8xf32>, %b: tensor<8x4xf32>, %c: tensor<4x4xf32>) -> tensor<4x4xf32> {
  // expected-error @below {{'pr.tile_sizes' has 2 entries, but the op has 3 loops}}
  %0 = linalg.matmul {pr.tile_sizes = #pr.tile_sizes<sizes = [2, 2]>} ins(%a, %b : tensor<4x8xf32>, tensor<8x4xf32>) outs(%c : tensor<4x4xf32>) -> tensor<4x4xf32>
  return %0 : tensor<4x4xf32>
}

// -----

// #pr.total and #pr.annotated_keys.

// expected-error @below {{'covered_ops' is 2, expected 0 to 1, the number of 'ops'}}
"test.op"() {a = #pr.total<target = "t", model = "0c4f1a9be2d37756", ops = 1, covered_ops = 2>} : () -> ()

// -----

// expected-error @below {{'coverage_time_ppm' is -1, expected 0 to 1000000 parts per million}}
"test.op"() {a = #pr.total<target = "t", model = "0c4f1a9be2d37756", ops = 1, covered_ops = 1, coverage_time_ppm = -1>} : () -> ()

// -----

// expected-error @below {{'keys' is 'abc', expected 16 lower-case hexadecimal digits}}
"test.op"() {a = #pr.annotated_keys<target = "t", model = "0c4f1a9be2d37756", keys = {abc = 1}>} : () -> ()

// -----

// expected-error @below {{key '83f6ae6f5ac2a0dc' occurs 0 : i64 times, expected a positive i64}}
"test.op"() {a = #pr.annotated_keys<target = "t", model = "0c4f1a9be2d37756", keys = {"83f6ae6f5ac2a0dc" = 0}>} : () -> ()

// -----

// expected-error @below {{'fused' names 'conv7d', which is no layer kind}}
"test.op"() {a = #pr.annotated_keys<target = "t", model = "0c4f1a9be2d37756", fused = {conv7d = ["bias"]}, keys = {}>} : () -> ()

// -----

// expected-error @below {{'types' gives "i8" for 'conv1d', expected a list of strings}}
"test.op"() {a = #pr.annotated_keys<target = "t", model = "0c4f1a9be2d37756", types = {conv1d = "i8"}, keys = {}>} : () -> ()
