// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A machine for the tests of tile choice: a product in tiles that a buffer of 256
// elements holds, 20 cycles for each tile and one for each of its depth. So far
// the test model tiling_npu.prm knows it; what it does not know is that a depth
// of 16 and more takes `slow_cycles` longer.
acadl.architecture @tiling_npu "products in tiles" {
  %slow_cycles = acadl.parameter "slow_cycles" default 30 in [0, 1000]
  %khz = acadl.parameter "clock_khz" default 1000000 in [1, 10000000]
  acadl.clock %khz kHz
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c16 = arith.constant 16 : index
  %c20 = arith.constant 20 : index
  %c256 = arith.constant 256 : index

  acadl.fetch_stage @fetch latency(%c0) forwards [@multiply]
  acadl.execute_stage @multiply {
    acadl.functional_unit @array {
      acadl.process "tile"(%depth) {
        %is_slow = arith.cmpi uge, %depth, %c16 : index
        %more = arith.select %is_slow, %slow_cycles, %c0 : index
        %start = arith.addi %c20, %more : index
        %cycles = arith.addi %start, %depth : index
        acadl.latency %cycles
      }
    }
  }

  acadl.mapping @matmul of "matmul"(b = %b, m = %m, n = %n, k = %k,
      tile_m = %given_m, tile_n = %given_n, tile_k = %given_k)
      types ["i8, i8 -> i32"] {
    %sides = arith.addi %given_m, %given_n : index
    %elements = arith.muli %sides, %given_k : index
    %fits = arith.cmpi ule, %elements, %c256 : index
    acadl.require %fits, "a tile does not fit into the buffer"
    acadl.domain %m in [1, 64]
    acadl.domain %n in [1, 64]
    acadl.domain %k in [1, 64]
    // Without a schedule, one by one.
    %t_m = arith.maxui %given_m, %c1 : index
    %t_n = arith.maxui %given_n, %c1 : index
    %t_k = arith.maxui %given_k, %c1 : index
    %tiles_m = arith.ceildivui %m, %t_m : index
    %tiles_n = arith.ceildivui %n, %t_n : index
    %squares = arith.muli %tiles_m, %tiles_n : index
    %columns = arith.muli %squares, %b : index
    scf.for %i = %c0 to %columns step %c1 {
      scf.for %at = %c0 to %k step %t_k {
        %left = arith.subi %k, %at : index
        %depth = arith.minsi %left, %t_k : index
        acadl.issue "tile"(%depth)
      }
    }
  }
}
