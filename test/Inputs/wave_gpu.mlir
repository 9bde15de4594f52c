// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// test/Inputs/wave_gpu.mlir: a machine to test the method on, not a product. As
// on a GPU the result is cut into tiles, and as many tiles as there are
// processors make a wave:
//
//   launch + ceil(ceil(m / tile) ceil(n / tile) / processors) (prologue + k)
//
// Two dimensions step together: how wide the step over m is depends on n. Only
// within a tile is latency always flat.
acadl.architecture @wave_gpu "waves of tiles on several processors" {
  %tile = acadl.parameter "tile" default 64 in [1, 1024]
  %processors = acadl.parameter "processors" default 16 in [1, 1024]
  %prologue = acadl.parameter "prologue_cycles" default 200 in [1, 1000000]
  %launch = acadl.parameter "launch_cycles" default 500 in [1, 1000000]
  %khz = acadl.parameter "clock_khz" default 1000000 in [1, 10000000]
  acadl.clock %khz kHz

  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index

  acadl.fetch_stage @fetch latency(%c0) forwards [@grid]
  acadl.execute_stage @grid {
    acadl.functional_unit @processors {
      acadl.process "run"(%waves, %k) {
        %wave = arith.addi %prologue, %k : index
        %all = arith.muli %waves, %wave : index
        %cycles = arith.addi %launch, %all : index
        acadl.latency %cycles
      }
    }
  }

  acadl.mapping @matmul of "matmul"(b = %b, m = %m, n = %n, k = %k)
      types ["f16, f16 -> f16"] {
    %one_product = arith.cmpi eq, %b, %c1 : index
    acadl.require %one_product, "the batch must be 1"
    acadl.domain %m in [1, 2048]
    acadl.domain %n in [1, 2048]
    acadl.domain %k in [16, 1024]
    %rows = arith.ceildivui %m, %tile : index
    %columns = arith.ceildivui %n, %tile : index
    %tiles = arith.muli %rows, %columns : index
    %waves = arith.ceildivui %tiles, %processors : index
    acadl.issue "run"(%waves, %k)
  }
}
