// Every operation in every form, printed and parsed again.
// RUN: pr-opt %s | FileCheck %s
// RUN: pr-opt %s | pr-opt | FileCheck %s
// RUN: pr-opt %s --mlir-print-op-generic | pr-opt | FileCheck %s

// CHECK-LABEL: acadl.architecture @everything "one of each"
acadl.architecture @everything "one of each" {
  // CHECK: %lanes = acadl.parameter "lanes" default 8 in [1, 64]
  %lanes = acadl.parameter "lanes" default 8 in [1, 64]
  // CHECK: acadl.parameter "offset" default -4 in [-8, 0]
  %offset = acadl.parameter "offset" default -4 in [-8, 0]
  %c1 = arith.constant 1 : index
  %c2 = arith.constant 2 : index
  %c16 = arith.constant 16 : index
  %c64 = arith.constant 64 : index
  %khz = arith.constant 1000000 : index
  // CHECK: acadl.clock %{{.*}} kHz
  acadl.clock %khz kHz

  // CHECK: acadl.fetch_stage @fetch issue_width(%c2) latency(%c1) capacity(%c16) forwards [@queue] {
  // CHECK-NEXT: acadl.instruction_memory_access_unit @ifetch reads @imem width(%c2)
  acadl.fetch_stage @fetch issue_width(%c2) latency(%c1) capacity(%c16) forwards [@queue] {
    acadl.instruction_memory_access_unit @ifetch reads @imem width(%c2)
  }
  // CHECK: acadl.fetch_stage @commands forwards [@dma]{{$}}
  acadl.fetch_stage @commands forwards [@dma]
  // CHECK: acadl.pipeline_stage @queue latency(%c1) capacity(%c16) hold_until_completion forwards [@pe, @dma]
  acadl.pipeline_stage @queue latency(%c1) capacity(%c16) hold_until_completion forwards [@pe, @dma]
  // CHECK: acadl.execute_stage @pe instances(%lanes, %c2) {
  acadl.execute_stage @pe instances(%lanes, %c2) {
    // CHECK: acadl.functional_unit @mac reads [@regs] writes [@regs] in_flight(%c2) {
    acadl.functional_unit @mac reads [@regs] writes [@regs] in_flight(%c2) {
      // CHECK: acadl.process "mac"(%[[N:.*]]) {
      acadl.process "mac"(%n) {
        // CHECK: acadl.latency %[[N]] interval %c1
        acadl.latency %n interval %c1
      }
      // CHECK: acadl.process "clear" {
      // CHECK-NEXT: acadl.latency %c1{{$}}
      acadl.process "clear" {
        acadl.latency %c1
      }
      // CHECK: acadl.process "clear" then "mac"(%{{.*}}) {
      acadl.process "clear" then "mac"(%n) {
        acadl.latency %n
      }
    }
  }
  // CHECK: acadl.execute_stage @dma latency(%c1) capacity(%c2) hold_until_completion {
  acadl.execute_stage @dma latency(%c1) capacity(%c2) hold_until_completion {
    // CHECK: acadl.memory_access_unit @mover reads [@l2] writes [@spad, @regs] {
    acadl.memory_access_unit @mover reads [@l2] writes [@spad, @regs] {
      acadl.process "load" {
        acadl.latency %c2
      }
    }
  }
  // CHECK: acadl.register_file @regs instances(%lanes, %c2) size(%c16)
  acadl.register_file @regs instances(%lanes, %c2) size(%c16)
  // CHECK: acadl.sram @imem size(%c64){{$}}
  acadl.sram @imem size(%c64)
  // CHECK: acadl.sram @spad size(%c64) read_latency(%c1) write_latency(%c2) ports(%c2) port_width(%c16) in_flight(%c2)
  acadl.sram @spad size(%c64) read_latency(%c1) write_latency(%c2) ports(%c2) port_width(%c16) in_flight(%c2)
  // CHECK: acadl.sram @shared size(%c64) in_flight(%c2) first_come{{$}}
  acadl.sram @shared size(%c64) in_flight(%c2) first_come
  // CHECK: acadl.dram @ddr size(%c64) banks(%c2) row(%c16) row_miss(%c16)
  acadl.dram @ddr size(%c64) banks(%c2) row(%c16) row_miss(%c16)
  // CHECK: acadl.set_associative_cache @l2 size(%c64) sets(%c2) ways(%c2) line(%c16) backed_by @llc
  acadl.set_associative_cache @l2 size(%c64) sets(%c2) ways(%c2) line(%c16) backed_by @llc
  // CHECK: acadl.set_associative_cache @llc size(%c64) sets(%c2) ways(%c2) line(%c16) replacement "random" backed_by @ddr
  acadl.set_associative_cache @llc size(%c64) sets(%c2) ways(%c2) line(%c16) replacement "random" backed_by @ddr
  // CHECK: acadl.semaphore @slots initial(%c2)
  acadl.semaphore @slots initial(%c2)

  // CHECK: acadl.mapping @conv of "conv1d"(ic = %ic, tile_oc = %tile_oc, operand0_bits = %operand0_bits) types ["i8, i8 -> i32"] free_epilogues ["bias", "relu"] {
  acadl.mapping @conv of "conv1d"(ic = %a, tile_oc = %b, operand0_bits = %bits)
      types ["i8, i8 -> i32"] free_epilogues ["bias", "relu"] {
    %fits = arith.cmpi sle, %a, %c16 : index
    // CHECK: acadl.require %{{.*}}, "too many channels"
    acadl.require %fits, "too many channels"
    // CHECK: acadl.domain %ic in [1, 16]
    acadl.domain %a in [1, 16]
    // CHECK: acadl.stream @fetch {
    acadl.stream @fetch {
      scf.for %i = %c1 to %a step %c1 {
        // CHECK: acadl.wait @slots
        acadl.wait @slots
        // CHECK: %[[R:.*]] = acadl.range @regs[%c1] at(%{{.*}}, %c1) size(%c2)
        %r = acadl.range @regs[%c1] at(%i, %c1) size(%c2)
        // CHECK: acadl.issue "mac"(%{{.*}}) at(%{{.*}}, %c1) reads(%[[R]]) writes(%[[R]])
        acadl.issue "mac"(%i) at(%i, %c1) reads(%r) writes(%r)
        acadl.issue "clear" at(%i, %c1)
      }
    }
    // CHECK: acadl.stream @commands priority(%c2) {
    acadl.stream @commands priority(%c2) {
      // CHECK: acadl.range @l2[%c1] size(%c2) repeat(%c2) stride(%c16)
      %from = acadl.range @l2[%c1] size(%c2) repeat(%c2) stride(%c16)
      %to = acadl.range @spad[%c1] size(%c2)
      // CHECK: acadl.issue "load" reads(%{{.*}}) writes(%{{.*}})
      acadl.issue "load" reads(%from) writes(%to)
      // CHECK: acadl.signal @slots after_completion
      acadl.signal @slots after_completion
      // CHECK: acadl.signal @slots{{$}}
      acadl.signal @slots
    }
  }

  // Addresses that are affine piece by piece.
  acadl.mapping @product of "matmul"(m = %m, n = %n) {
    %left:2 = scf.for %i = %c1 to %m step %c16
        iter_args(%slot = %c1, %base = %c1) -> (index, index) {
      %rest = arith.subi %m, %i : index
      %tile = arith.minui %rest, %c16 : index
      %tiles = arith.ceildivui %n, %c16 : index
      %row = arith.muli %i, %tiles : index
      %wrapped = arith.remui %row, %c64 : index
      %even = arith.cmpi eq, %slot, %c1 : index
      %place = arith.select %even, %wrapped, %base : index
      // CHECK: acadl.range @spad[%{{.*}}] size(%{{.*}})
      %words = acadl.range @spad[%place] size(%tile)
      acadl.issue "load" writes(%words)
      %other = arith.subi %c2, %slot : index
      %next = arith.addi %base, %tile : index
      scf.yield %other, %next : index, index
    }
  }
}

// What busy memories, and those who use them, may state.
// CHECK-LABEL: acadl.architecture @memories
acadl.architecture @memories {
  %c1 = arith.constant 1 : index
  %c4 = arith.constant 4 : index
  %c64 = arith.constant 64 : index
  // CHECK: acadl.dram @dram size(%c64) overhead(%c1) response(%c4) first_come banks(%c4) row(%c4) row_miss(%c1) row_cycle(%c4) write_recovery(%c4) turnaround(%c1)
  acadl.dram @dram size(%c64) overhead(%c1) response(%c4) first_come banks(%c4) row(%c4) row_miss(%c1)
      row_cycle(%c4) write_recovery(%c4) turnaround(%c1)
  // CHECK: misses(%c4) miss_overhead(%c1) victim_overhead(%c1) set_gap(%c4) backed_by @dram
  acadl.set_associative_cache @l2 size(%c64) sets(%c4) ways(%c1) line(%c4) misses(%c4)
      miss_overhead(%c1) victim_overhead(%c1) set_gap(%c4) backed_by @dram
  acadl.fetch_stage @fetch forwards [@station]
  // CHECK: acadl.execute_stage @station capacity(%c4) hold_until_completion self_ordered
  acadl.execute_stage @station capacity(%c4) hold_until_completion self_ordered {
    // CHECK: acadl.memory_access_unit @dma reads [@l2] in_flight(%c4) bursts(%c1, %c4) outstanding(%c4) posted_writes
    acadl.memory_access_unit @dma reads [@l2] in_flight(%c4) bursts(%c1, %c4) outstanding(%c4) posted_writes {
      acadl.process "load" { acadl.latency %c1 interval %c1 }
      acadl.process "next" { acadl.latency %c1 interval %c1 }
      // CHECK: acadl.latency %c1 then %c4 interval %c1
      acadl.process "load" then "next" { acadl.latency %c1 then %c4 interval %c1 }
    }
  }
  acadl.mapping @m of "matmul"(m = %m, nest_m = %position, tile_m = %tile) {
    // CHECK: acadl.warm reads(%{{.*}}) writes(%{{.*}})
    %words = acadl.range @l2[%c4] size(%c4)
    acadl.warm reads(%words) writes(%words)
    acadl.issue "load" reads(%words)
  }
}
