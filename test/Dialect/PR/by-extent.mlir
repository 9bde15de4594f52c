// RUN: pr-opt %s | pr-opt | FileCheck %s

// CHECK: #[[ROWS:.*]] = #pr.latency<target = "a", model = "0123456789abcdef", status = unsupported, reason = "dimension 0 is dynamic", by_extent = <unit = "ps", unknowns = 1, last = 64, lower = 4000, upper = 7150, pieces = [1, 4000, 0, 9, 4400, 50]>>
// CHECK: #[[BOUNDS:.*]] = #pr.latency<{{.*}}by_extent = <unit = "cycles", unknowns = 2, last = 8, lower = 0, upper = 7>>
// CHECK: pr.latency = #[[ROWS]]
func.func @rows(%a: i32) -> i32 {
  %0 = arith.addi %a, %a {pr.latency = #pr.latency<target = "a", model = "0123456789abcdef", status = unsupported, reason = "dimension 0 is dynamic", by_extent = <unit = "ps", unknowns = 1, last = 64, lower = 4000, upper = 7150, pieces = [1, 4000, 0, 9, 4400, 50]>>} : i32
  %1 = arith.addi %a, %0 {pr.latency = #pr.latency<target = "a", model = "0123456789abcdef", status = unsupported, reason = "dimension 0 is dynamic", by_extent = <unit = "cycles", unknowns = 2, last = 8, lower = 0, upper = 7>>} : i32
  return %1 : i32
}
