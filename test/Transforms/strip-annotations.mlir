// RUN: pr-opt %s --pr-strip-annotations | FileCheck %s
// RUN: pr-opt %s --pass-pipeline='builtin.module(func.func(pr-strip-annotations))' | FileCheck %s --check-prefix=FUNC

// Everything of dialect pr goes, other attributes and benchmarks stay.
// CHECK-NOT: pr.latency
// CHECK-NOT: pr.total
// CHECK: module attributes {builtin.keep = 1 : i64}
// CHECK: pr.bench @fc
// CHECK: func.func @f(%{{.*}}: i32) -> i32 attributes {keep = 2 : i64} {
// CHECK-NEXT: arith.addi %{{.*}}, %{{.*}} {keep = 1 : i64} : i32
// CHECK-NEXT: return

// Run on functions, it leaves the module alone.
// FUNC: #total = #pr.total<
// FUNC: module attributes {{.*}}pr.total
// FUNC-NOT: pr.latency
#latency = #pr.latency<target = "t", model = "0c4f1a9be2d37756", status = folded, reason = "view">
#total = #pr.total<target = "t", model = "0c4f1a9be2d37756", ops = 0, covered_ops = 0>
module attributes {pr.total = #total, builtin.keep = 1} {
  pr.bench @fc layer(#pr.layer<"matmul m=1 n=12 k=48 : i8, i8 -> i32">)
  func.func @f(%a: i32) -> i32 attributes {
      keep = 2, pr.total = #total,
      pr.annotated_keys = #pr.annotated_keys<target = "t", model = "0c4f1a9be2d37756", keys = {}>} {
    %0 = arith.addi %a, %a {keep = 1, pr.latency = #latency, pr.tile_sizes = #pr.tile_sizes<sizes = [1]>} : i32
    "func.return"(%0) {pr.latency = [#latency]} : (i32) -> ()
  }
}
