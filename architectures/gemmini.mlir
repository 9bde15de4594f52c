// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Gemmini 16x16 (ucb-bar/gemmini, weight stationary, int8) as FireSim ran it:
// decoupled load, execute and store behind a reservation station, scratchpad,
// accumulator, DMA, L2, last-level cache and DRAM. docs/design/Gemmini.md says
// where every number comes from: the sources of the hardware, or fitted to
// measurements (those are parameters).
//
// Tiles come from the layer's schedule or, without one, from the rules of Gemmini's
// own library. One tile is one hardware loop, whose command generators are
// streams here.
acadl.architecture @gemmini "16x16 systolic array with DMA and caches" {
  %clock_khz = acadl.parameter "clock_khz" default 1000000 in [1, 10000000]
  // What the library's tilers may use, in rows of 16 bytes and of 16 sums; by
  // double buffering half of it.
  %scratchpad_rows = acadl.parameter "scratchpad_rows" default 16384 in [64,
      524288]
  %accumulator_rows = acadl.parameter "accumulator_rows" default 1024 in [64,
      131072]
  // What the hardware has: 4 MiB of each in the measured one, 256 and 64 as usual.
  %scratchpad_kib = acadl.parameter "scratchpad_kib" default 4096 in [16, 65536]
  %accumulator_kib = acadl.parameter "accumulator_kib" default 4096 in [16,
      65536]
  // What no layer contains: where its tensors begin, modulo 64 bytes, and how much
  // of them went through the caches before, in percent, for layers with and
  // without a schedule. The defaults are those of the measured layers taken
  // together.
  %base = acadl.parameter "base" default 16 in [0, 63]
  %warm_given = acadl.parameter "warm_given" default 100 in [0, 100]
  %warm_own = acadl.parameter "warm_own" default 80 in [0, 100]
  // Software: starting a layer, a test of what fits, a tile's configuration.
  %start_conv = acadl.parameter "start_conv" default 2230 in [0, 1000000]
  %start_matmul = acadl.parameter "start_matmul" default 1230 in [0, 1000000]
  %fit_test_conv = acadl.parameter "fit_test_conv" default 270 in [0, 1000000]
  %fit_test_matmul = acadl.parameter "fit_test_matmul" default 60 in [0,
      1000000]
  %configure_conv = acadl.parameter "configure_conv" default 200 in [0, 1000000]
  %configure_matmul = acadl.parameter "configure_matmul" default 300 in [0,
      1000000]
  // Reservation station, mesh and DMA.
  %station = acadl.parameter "station" default 4 in [0, 1000]
  %tags = acadl.parameter "tags" default 33 in [0, 1000]
  %load_commands = acadl.parameter "load_commands" default 3 in [1, 64]
  %store_commands = acadl.parameter "store_commands" default 2 in [1, 64]
  %load_done = acadl.parameter "load_done" default 25 in [0, 1000]
  // Caches.
  %l2_read = acadl.parameter "l2_read" default 2 in [0, 1000]
  %l2_write = acadl.parameter "l2_write" default 4 in [0, 1000]
  %l2_hit = acadl.parameter "l2_hit" default 28 in [0, 1000]
  %l2_gap = acadl.parameter "l2_gap" default 4 in [0, 1000]
  %l2_misses = acadl.parameter "l2_misses" default 10 in [1, 64]
  %llc_hit = acadl.parameter "llc_hit" default 9 in [1, 1000]
  %llc_latency = acadl.parameter "llc_latency" default 30 in [0, 1000]
  %llc_miss = acadl.parameter "llc_miss" default 10 in [0, 1000]
  %llc_victim = acadl.parameter "llc_victim" default 16 in [0, 1000]
  %llc_misses = acadl.parameter "llc_misses" default 8 in [1, 64]
  // DRAM.
  %cas = acadl.parameter "cas" default 14 in [0, 1000]
  %row_miss = acadl.parameter "row_miss" default 28 in [0, 1000]
  %row_cycle = acadl.parameter "row_cycle" default 50 in [0, 1000]
  %write_recovery = acadl.parameter "write_recovery" default 25 in [0, 1000]
  %turnaround = acadl.parameter "turnaround" default 12 in [0, 1000]
  // The core as a host of what the array cannot do: operations and bytes in a
  // cycle (0: it is refused), cycles to begin a layer, operations that a division
  // or root and another function are worth.
  %host_lanes = acadl.parameter "host_lanes" default 1 in [0, 1024]
  %host_width = acadl.parameter "host_width" default 8 in [1, 1024]
  %host_call = acadl.parameter "host_call" default 1000 in [0, 1000000]
  %host_div = acadl.parameter "host_div" default 32 in [1, 1024]
  %host_fn = acadl.parameter "host_fn" default 64 in [1, 1024]
  acadl.clock %clock_khz kHz

  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c2 = arith.constant 2 : index
  %c3 = arith.constant 3 : index
  %c4 = arith.constant 4 : index
  %c5 = arith.constant 5 : index
  %c7 = arith.constant 7 : index
  %c8 = arith.constant 8 : index
  %c16 = arith.constant 16 : index
  %c32 = arith.constant 32 : index
  %c64 = arith.constant 64 : index
  %c100 = arith.constant 100 : index
  %c128 = arith.constant 128 : index
  %c200 = arith.constant 200 : index
  %c201 = arith.constant 201 : index
  %c202 = arith.constant 202 : index
  %c203 = arith.constant 203 : index
  %c204 = arith.constant 204 : index
  %c205 = arith.constant 205 : index
  %c1024 = arith.constant 1024 : index
  %c4096 = arith.constant 4096 : index
  %c8192 = arith.constant 8192 : index
  %c8388608 = arith.constant 8388608 : index
  %c271720448 = arith.constant 271720448 : index
  %c368435456 = arith.constant 368435456 : index
  %c544350208 = arith.constant 544350208 : index
  %c736870912 = arith.constant 736870912 : index
  %c4294967296 = arith.constant 4294967296 : index

  //===--------------------------------------------------------------------===//
  // Storage: a word of scratchpad or accumulator is a row, of the rest a byte
  //===--------------------------------------------------------------------===//

  %scratchpad_words = arith.muli %scratchpad_kib, %c64 : index
  %accumulator_words = arith.muli %accumulator_kib, %c16 : index
  %scratchpad_half = arith.divui %scratchpad_words, %c2 : index
  %accumulator_half = arith.divui %accumulator_words, %c2 : index
  // What a tile may take: half, so that the next one is loaded meanwhile. The
  // library's tilers have their own budgets, and no more than there is.
  %scratchpad_used = arith.minsi %scratchpad_rows, %scratchpad_words : index
  %accumulator_used = arith.minsi %accumulator_rows, %accumulator_words : index
  %spad_budget = arith.divui %scratchpad_used, %c2 : index
  %acc_budget = arith.divui %accumulator_used, %c2 : index
  acadl.register_file @scratchpad size(%scratchpad_words)
  acadl.register_file @accumulator size(%accumulator_words)
  acadl.dram @dram size(%c4294967296) read_latency(%cas) write_latency(%cas)
      port_width(%c16) first_come
      banks(%c32) row(%c8192) row_miss(%row_miss) row_cycle(%row_cycle)
          write_recovery(%write_recovery) turnaround(%turnaround)
  %llc_over = arith.subi %llc_hit, %c1 : index
  acadl.set_associative_cache @llc size(%c4294967296) read_latency(%c0)
      write_latency(%c0) port_width(%c64) overhead(%llc_over)
      response(%llc_latency) first_come
      sets(%c4096) ways(%c8) line(%c128) replacement "random"
          misses(%llc_misses) miss_overhead(%llc_miss)
          victim_overhead(%llc_victim) backed_by @dram
  acadl.set_associative_cache @l2 size(%c4294967296) read_latency(%l2_read)
      write_latency(%l2_write) port_width(%c16) response(%l2_hit) first_come
      sets(%c1024) ways(%c8) line(%c64) replacement "random" misses(%l2_misses)
          set_gap(%l2_gap) backed_by @llc

  // The library's tiler of products begins with a square of blocks, the largest
  // whose sums fit, and as deep as a quarter of the scratchpad allows: that must
  // be one block at least, floor(sqrt(squares)) <= depth.
  %first_squares = arith.divui %acc_budget, %c16 : index
  %first_depth = arith.divui %spad_budget, %c32 : index
  %too_deep = arith.addi %first_depth, %c1 : index
  %too_many = arith.muli %too_deep, %too_deep : index
  %square_fits = arith.cmpi slt, %first_squares, %too_many : index

  //===--------------------------------------------------------------------===//
  // Generators that wait for each other
  //===--------------------------------------------------------------------===//

  // Two loops are open at once. A loop that is configured opens a slot for each
  // load generator (convolutions: a bias, b weights, c inputs; matmul: b alone);
  // the loads of the next loop begin when the last of this one have been issued.
  // x_issued: execute may begin; executed: store may.
  acadl.semaphore @slot initial(%c2)
  acadl.semaphore @slot_a initial(%c0)
  acadl.semaphore @slot_b initial(%c0)
  acadl.semaphore @slot_c initial(%c0)
  acadl.semaphore @next_a initial(%c1)
  acadl.semaphore @next_b initial(%c1)
  acadl.semaphore @a_issued initial(%c0)
  acadl.semaphore @b_issued initial(%c0)
  acadl.semaphore @c_issued initial(%c0)
  acadl.semaphore @executed initial(%c0)

  //===--------------------------------------------------------------------===//
  // Core, reservation station, load, execute, store
  //===--------------------------------------------------------------------===//

  %host_speed = arith.maxsi %host_lanes, %c1 : index
  acadl.fetch_stage @cpu forwards [@core]
  acadl.execute_stage @core {
    acadl.functional_unit @rocket {
      acadl.process "cpu"(%cycles) { acadl.latency %cycles }
      acadl.process "host"(%bits, %operations) {
        %moving_1 = arith.ceildivui %bits, %c8 : index
        %moving = arith.ceildivui %moving_1, %host_width : index
        %computing = arith.ceildivui %operations, %host_speed : index
        %cycles_1 = arith.maxsi %moving, %computing : index
        %cycles = arith.addi %cycles_1, %host_call : index
        acadl.latency %cycles
      }
    }
  }

  // One command a cycle, of all generators together.
  acadl.fetch_stage @generators forwards [@rs_load, @rs_execute, @rs_store]
  acadl.execute_stage @rs_load latency(%station) capacity(%c8)
      hold_until_completion self_ordered forwards [@load] {
    acadl.functional_unit @issue_load writes [@scratchpad, @accumulator] {
      acadl.process "config_load" { acadl.latency %c0 interval %c0 }
      acadl.process "mvin" { acadl.latency %c0 interval %c0 }
      acadl.process "mvin_zero"(%rows, %blocks) { acadl.latency %c0 interval
          %c0 }
    }
  }
  // A cycle from command to command; zeros do not come from memory.
  acadl.execute_stage @load latency(%c1) {
    acadl.memory_access_unit @reader reads [@l2] writes [@scratchpad,
        @accumulator] in_flight(%load_commands) bursts(%c16, %c32, %c64)
        outstanding(%c16) {
      acadl.process "mvin" { acadl.latency %load_done interval %c0 }
      acadl.process "mvin_zero"(%rows, %blocks) {
        %busy = arith.muli %rows, %blocks : index
        %cycles = arith.addi %busy, %c8 : index
        acadl.latency %cycles interval %busy
      }
    }
  }

  acadl.execute_stage @rs_execute latency(%station) capacity(%c16)
      hold_until_completion self_ordered forwards [@mesh] {
    acadl.functional_unit @issue_execute reads [@scratchpad] writes
        [@accumulator] {
      acadl.process "preload"(%rows, %new) { acadl.latency %c0 interval %c0 }
      acadl.process "compute"(%rows) { acadl.latency %c0 interval %c0 }
    }
  }
  // A step feeds a compute, the weights or garbage of a preload, or both. Six
  // steps have a tag: the one before five others must have left the mesh.
  acadl.execute_stage @mesh capacity(%c8) forwards [@writeback] {
    acadl.functional_unit @array reads [@scratchpad] in_flight(%c5) {
      acadl.process "preload"(%rows, %new) {
        %isnew = arith.cmpi eq, %new, %c1 : index
        %step = arith.select %isnew, %c16, %c4 : index
        %cycles = arith.addi %step, %tags : index
        acadl.latency %cycles interval %step
      }
      acadl.process "compute"(%rows) {
        %step = arith.maxsi %rows, %c4 : index
        %cycles = arith.addi %step, %c2 : index
        acadl.latency %cycles interval %step
      }
      acadl.process "compute" then "preload"(%rows, %next_rows, %new) {
        %isnew = arith.cmpi eq, %new, %c1 : index
        %few = arith.maxsi %rows, %c4 : index
        %step = arith.select %isnew, %c16, %few : index
        %first = arith.addi %step, %c2 : index
        %second = arith.addi %step, %tags : index
        acadl.latency %first then %second interval %step
      }
    }
  }
  acadl.execute_stage @writeback capacity(%c16) {
    acadl.functional_unit @accumulate writes [@accumulator] {
      acadl.process "preload"(%rows, %new) { acadl.latency %c7 interval %c0 }
    }
  }

  acadl.execute_stage @rs_store latency(%station) capacity(%c4)
      hold_until_completion self_ordered forwards [@store] {
    acadl.functional_unit @issue_store reads [@accumulator] {
      acadl.process "mvout"(%cycles) { acadl.latency %c0 interval %c0 }
    }
  }
  // The entry is free when the last row has been read.
  acadl.execute_stage @store latency(%c1) {
    acadl.memory_access_unit @writer reads [@accumulator] writes [@l2]
        in_flight(%store_commands) bursts(%c16, %c32, %c64) outstanding(%c16)
        posted_writes {
      acadl.process "mvout"(%cycles) { acadl.latency %c1 interval %cycles }
    }
  }

  //===--------------------------------------------------------------------===//
  // Tiles
  //===--------------------------------------------------------------------===//

  // Sizes of tiles change from tile to tile, and so do the addresses made of them:
  // affine within a tile only.
  func.func private @product(%a: index, %b: index) -> index {
    %product = arith.muli %a, %b : index
    func.return %product : index
  }

  // Where a dimension of a tile begins and how long it is.
  func.func private @part(%t: index, %stride: index, %size: index, %extent:
      index) -> (index, index) {
    %count = arith.ceildivui %extent, %size : index
    %q = arith.divui %t, %stride : index
    %i = arith.remui %q, %count : index
    %begin = arith.muli %i, %size : index
    %left = arith.subi %extent, %begin : index
    %length = arith.minsi %left, %size : index
    func.return %begin, %length : index, index
  }

  // Product of the numbers of tiles of the loops inside one with this key.
  func.func private @stride(%key: index, %key0: index, %n0: index, %key1:
      index, %n1: index, %key2: index, %n2: index, %key3: index, %n3: index,
      %key4: index, %n4: index, %key5: index, %n5: index) -> index {
    %k1 = arith.constant 1 : index
    %in0 = arith.cmpi slt, %key0, %key : index
    %f0 = arith.select %in0, %n0, %k1 : index
    %in1 = arith.cmpi slt, %key1, %key : index
    %f1 = arith.select %in1, %n1, %k1 : index
    %in2 = arith.cmpi slt, %key2, %key : index
    %f2 = arith.select %in2, %n2, %k1 : index
    %in3 = arith.cmpi slt, %key3, %key : index
    %f3 = arith.select %in3, %n3, %k1 : index
    %in4 = arith.cmpi slt, %key4, %key : index
    %f4 = arith.select %in4, %n4, %k1 : index
    %in5 = arith.cmpi slt, %key5, %key : index
    %f5 = arith.select %in5, %n5, %k1 : index
    // stride = f0 * f1 * f2 * f3 * f4 * f5
    %stride_1 = arith.muli %f0, %f1 : index
    %stride_2 = arith.muli %stride_1, %f2 : index
    %stride_3 = arith.muli %stride_2, %f3 : index
    %stride_4 = arith.muli %stride_3, %f4 : index
    %stride = arith.muli %stride_4, %f5 : index
    func.return %stride : index
  }

  // What a schedule asks for of a dimension; 0: all of it.
  func.func private @asked(%given: index, %extent: index) -> index {
    %k0 = arith.constant 0 : index
    %whole = arith.cmpi eq, %given, %k0 : index
    %wished = arith.select %whole, %extent, %given : index
    %size = arith.minsi %wished, %extent : index
    func.return %size : index
  }
  // The same where the library computes more than the layer has.
  func.func private @asked_of(%given: index, %stated: index, %extent: index) ->
      index {
    %k1 = arith.constant 1 : index
    %some = arith.cmpi sge, %given, %k1 : index
    %within = arith.cmpi sle, %given, %stated : index
    %plain = arith.andi %some, %within : i1
    %size = func.call @asked(%given, %extent) : (index, index) -> index
    %asked = arith.select %plain, %given, %size : index
    func.return %asked : index
  }
  // In blocks of 16: rounded down, at least one.
  func.func private @asked_blocks(%given: index, %extent: index) -> index {
    %k1 = arith.constant 1 : index
    %k16 = arith.constant 16 : index
    %size = func.call @asked(%given, %extent) : (index, index) -> index
    %whole = arith.cmpi eq, %size, %extent : index
    %all = arith.ceildivui %extent, %k16 : index
    %down = arith.divui %size, %k16 : index
    %some = arith.maxsi %down, %k1 : index
    %blocks = arith.select %whole, %all, %some : index
    func.return %blocks : index
  }
  // Whether that leaves nothing of a tile size away.
  func.func private @has_blocks(%given: index, %extent: index) -> i1 {
    %k0 = arith.constant 0 : index
    %k16 = arith.constant 16 : index
    %beyond = arith.remui %given, %k16 : index
    %even = arith.cmpi eq, %beyond, %k0 : index
    %whole = arith.cmpi sge, %given, %extent : index
    %has = arith.ori %even, %whole : i1
    func.return %has : i1
  }

  // Whether a tile fits into its share of scratchpad and accumulator.
  func.func private @fits(%orows: index, %ocols: index, %ochs: index, %krows:
      index, %kcols: index, %kchs: index, %stride: index, %spad: index, %acc:
      index) -> i1 {
    %k1 = arith.constant 1 : index
    %k16 = arith.constant 16 : index
    // irows = orows * stride + krows - 1
    %irows_1 = arith.muli %orows, %stride : index
    %irows_2 = arith.addi %irows_1, %krows : index
    %irows = arith.subi %irows_2, %k1 : index
    // icols = ocols * stride + kcols - 1
    %icols_1 = arith.muli %ocols, %stride : index
    %icols_2 = arith.addi %icols_1, %kcols : index
    %icols = arith.subi %icols_2, %k1 : index
    // inputs = cd(kchs, 16) * irows * icols
    %inputs_1 = arith.ceildivui %kchs, %k16 : index
    %inputs_2 = arith.muli %inputs_1, %irows : index
    %inputs = arith.muli %inputs_2, %icols : index
    // weights = cd(ochs, 16) * kcols * krows * kchs
    %weights_1 = arith.ceildivui %ochs, %k16 : index
    %weights_2 = arith.muli %weights_1, %kcols : index
    %weights_3 = arith.muli %weights_2, %krows : index
    %weights = arith.muli %weights_3, %kchs : index
    %rows = arith.addi %inputs, %weights : index
    // sums = cd(ochs, 16) * orows * ocols
    %sums_1 = arith.ceildivui %ochs, %k16 : index
    %sums_2 = arith.muli %sums_1, %orows : index
    %sums = arith.muli %sums_2, %ocols : index
    // fit = rows <= spad and sums <= acc
    %fit_1 = arith.cmpi sle, %rows, %spad : index
    %fit_2 = arith.cmpi sle, %sums, %acc : index
    %fit = arith.andi %fit_1, %fit_2 : i1
    func.return %fit : i1
  }

  // The same of the smallest tile.
  func.func private @one_fits(%stride: index, %spad: index) -> i1 {
    %k1 = arith.constant 1 : index
    %pixels = arith.muli %stride, %stride : index
    %rows = arith.addi %pixels, %k1 : index
    %fit = arith.cmpi sle, %rows, %spad : index
    func.return %fit : i1
  }

  // The tile of Gemmini's library, and how often it tests what fits.
  func.func private @choose_tile(%max_orows: index, %max_ocols: index,
      %max_ochs: index, %max_krows: index, %max_kcols: index, %max_kchs: index,
      %stride: index, %spad: index, %acc: index) -> (index, index, index,
      index, index, index, index) {
    %k0 = arith.constant 0 : index
    %k1 = arith.constant 1 : index
    %k16 = arith.constant 16 : index
    %true = arith.constant true
    %s:7 = scf.while (%orows = %max_orows, %ocols = %max_ocols, %ochs =
        %max_ochs, %krows = %max_krows, %kcols = %max_kcols, %kchs = %max_kchs,
        %tests = %k1) : (index, index, index, index, index, index, index) ->
        (index, index, index, index, index, index, index) {
      %fit = func.call @fits(%orows, %ocols, %ochs, %krows, %kcols, %kchs,
          %stride, %spad, %acc) : (index, index, index, index, index, index,
          index, index, index) -> i1
      %no = arith.xori %fit, %true : i1
      scf.condition(%no) %orows, %ocols, %ochs, %krows, %kcols, %kchs, %tests :
          index, index, index, index, index, index, index
    } do {
    ^bb0(%orows: index, %ocols: index, %ochs: index, %krows: index, %kcols:
        index, %kchs: index, %tests: index):
      // keep = ocols <= 16 and orows > 1
      %keep_1 = arith.cmpi sle, %ocols, %k16 : index
      %keep_2 = arith.cmpi sgt, %orows, %k1 : index
      %keep = arith.andi %keep_1, %keep_2 : i1
      %columns = arith.select %keep, %k0, %ocols : index
      // most = max(orows, columns, ochs, krows, kcols, kchs)
      %most_1 = arith.maxsi %orows, %columns : index
      %most_2 = arith.maxsi %most_1, %ochs : index
      %most_3 = arith.maxsi %most_2, %krows : index
      %most_4 = arith.maxsi %most_3, %kcols : index
      %most = arith.maxsi %most_4, %kchs : index
      %is_orows = arith.cmpi eq, %orows, %most : index
      %eq_columns = arith.cmpi eq, %columns, %most : index
      %eq_ochs = arith.cmpi eq, %ochs, %most : index
      %eq_krows = arith.cmpi eq, %krows, %most : index
      %eq_kcols = arith.cmpi eq, %kcols, %most : index
      %at_1 = arith.ori %is_orows, %eq_columns : i1
      %at_2 = arith.ori %at_1, %eq_ochs : i1
      %at_3 = arith.ori %at_2, %eq_krows : i1
      %at_4 = arith.ori %at_3, %eq_kcols : i1
      %less_orows = arith.subi %orows, %k1 : index
      %less_ocols = arith.subi %ocols, %k1 : index
      %less_krows = arith.subi %krows, %k1 : index
      %less_kcols = arith.subi %kcols, %k1 : index
      // rest_ochs = (ochs - 1) // 16 * 16
      %rest_ochs_1 = arith.subi %ochs, %k1 : index
      %rest_ochs_2 = arith.divui %rest_ochs_1, %k16 : index
      %rest_ochs = arith.muli %rest_ochs_2, %k16 : index
      %less_ochs = arith.maxsi %rest_ochs, %k1 : index
      // rest_kchs = (kchs - 1) // 16 * 16
      %rest_kchs_1 = arith.subi %kchs, %k1 : index
      %rest_kchs_2 = arith.divui %rest_kchs_1, %k16 : index
      %rest_kchs = arith.muli %rest_kchs_2, %k16 : index
      %less_kchs = arith.maxsi %rest_kchs, %k1 : index
      %new_orows = arith.select %is_orows, %less_orows, %orows : index
      %new_ocols_1 = arith.select %is_orows, %ocols, %less_ocols : index
      %new_ocols = arith.select %at_1, %new_ocols_1, %ocols : index
      %new_ochs_1 = arith.select %at_1, %ochs, %less_ochs : index
      %new_ochs = arith.select %at_2, %new_ochs_1, %ochs : index
      %new_krows_1 = arith.select %at_2, %krows, %less_krows : index
      %new_krows = arith.select %at_3, %new_krows_1, %krows : index
      %new_kcols_1 = arith.select %at_3, %kcols, %less_kcols : index
      %new_kcols = arith.select %at_4, %new_kcols_1, %kcols : index
      %new_kchs = arith.select %at_4, %kchs, %less_kchs : index
      %new_tests = arith.addi %tests, %k1 : index
      scf.yield %new_orows, %new_ocols, %new_ochs, %new_krows, %new_kcols,
          %new_kchs, %new_tests : index, index, index, index, index, index,
          index
    }
    %w:3 = scf.while (%ocols = %s#1, %tests = %s#6, %go = %true) : (index,
        index, i1) -> (index, index, i1) {
      scf.condition(%go) %ocols, %tests, %go : index, index, i1
    } do {
    ^bb0(%ocols: index, %tests: index, %before: i1):
      %more = arith.addi %ocols, %k1 : index
      %can = arith.cmpi slt, %ocols, %max_ocols : index
      %fit = func.call @fits(%s#0, %more, %s#2, %s#3, %s#4, %s#5, %stride,
          %spad, %acc) : (index, index, index, index, index, index, index,
          index, index) -> i1
      %grow = arith.andi %can, %fit : i1
      %next = arith.select %grow, %more, %ocols : index
      %counted = arith.select %can, %k1, %k0 : index
      %new_tests = arith.addi %tests, %counted : index
      scf.yield %next, %new_tests, %grow : index, index, i1
    }
    %g:8 = scf.while (%orows = %s#0, %ocols = %w#0, %ochs = %s#2, %krows =
        %s#3, %kcols = %s#4, %kchs = %s#5, %tests = %w#1, %go = %true) :
        (index, index, index, index, index, index, index, i1) -> (index, index,
        index, index, index, index, index, i1) {
      scf.condition(%go) %orows, %ocols, %ochs, %krows, %kcols, %kchs, %tests,
          %go : index, index, index, index, index, index, index, i1
    } do {
    ^bb0(%orows: index, %ocols: index, %ochs: index, %krows: index, %kcols:
        index, %kchs: index, %tests: index, %before: i1):
      %can_orows = arith.cmpi slt, %orows, %max_orows : index
      %more_orows = arith.addi %orows, %k1 : index
      %fit_orows = func.call @fits(%more_orows, %ocols, %ochs, %krows, %kcols,
          %kchs, %stride, %spad, %acc) : (index, index, index, index, index,
          index, index, index, index) -> i1
      %grow_orows = arith.andi %can_orows, %fit_orows : i1
      %new_orows = arith.select %grow_orows, %more_orows, %orows : index
      %counted_orows = arith.select %can_orows, %k1, %k0 : index
      %can_ocols = arith.cmpi slt, %ocols, %max_ocols : index
      %more_ocols = arith.addi %ocols, %k1 : index
      %fit_ocols = func.call @fits(%new_orows, %more_ocols, %ochs, %krows,
          %kcols, %kchs, %stride, %spad, %acc) : (index, index, index, index,
          index, index, index, index, index) -> i1
      %grow_ocols = arith.andi %can_ocols, %fit_ocols : i1
      %new_ocols = arith.select %grow_ocols, %more_ocols, %ocols : index
      %counted_ocols = arith.select %can_ocols, %k1, %k0 : index
      %can_ochs = arith.cmpi slt, %ochs, %max_ochs : index
      %more_ochs = arith.addi %ochs, %k1 : index
      %fit_ochs = func.call @fits(%new_orows, %new_ocols, %more_ochs, %krows,
          %kcols, %kchs, %stride, %spad, %acc) : (index, index, index, index,
          index, index, index, index, index) -> i1
      %grow_ochs = arith.andi %can_ochs, %fit_ochs : i1
      %new_ochs = arith.select %grow_ochs, %more_ochs, %ochs : index
      %counted_ochs = arith.select %can_ochs, %k1, %k0 : index
      %can_krows = arith.cmpi slt, %krows, %max_krows : index
      %more_krows = arith.addi %krows, %k1 : index
      %fit_krows = func.call @fits(%new_orows, %new_ocols, %new_ochs,
          %more_krows, %kcols, %kchs, %stride, %spad, %acc) : (index, index,
          index, index, index, index, index, index, index) -> i1
      %grow_krows = arith.andi %can_krows, %fit_krows : i1
      %new_krows = arith.select %grow_krows, %more_krows, %krows : index
      %counted_krows = arith.select %can_krows, %k1, %k0 : index
      %can_kcols = arith.cmpi slt, %kcols, %max_kcols : index
      %more_kcols = arith.addi %kcols, %k1 : index
      %fit_kcols = func.call @fits(%new_orows, %new_ocols, %new_ochs,
          %new_krows, %more_kcols, %kchs, %stride, %spad, %acc) : (index,
          index, index, index, index, index, index, index, index) -> i1
      %grow_kcols = arith.andi %can_kcols, %fit_kcols : i1
      %new_kcols = arith.select %grow_kcols, %more_kcols, %kcols : index
      %counted_kcols = arith.select %can_kcols, %k1, %k0 : index
      %can_kchs = arith.cmpi slt, %kchs, %max_kchs : index
      %more_kchs = arith.addi %kchs, %k1 : index
      %fit_kchs = func.call @fits(%new_orows, %new_ocols, %new_ochs,
          %new_krows, %new_kcols, %more_kchs, %stride, %spad, %acc) : (index,
          index, index, index, index, index, index, index, index) -> i1
      %grow_kchs = arith.andi %can_kchs, %fit_kchs : i1
      %new_kchs = arith.select %grow_kchs, %more_kchs, %kchs : index
      %counted_kchs = arith.select %can_kchs, %k1, %k0 : index
      // new_tests = tests + counted_orows + counted_ocols + counted_ochs + counted_krows + counted_kcols + counted_kchs
      %new_tests_1 = arith.addi %tests, %counted_orows : index
      %new_tests_2 = arith.addi %new_tests_1, %counted_ocols : index
      %new_tests_3 = arith.addi %new_tests_2, %counted_ochs : index
      %new_tests_4 = arith.addi %new_tests_3, %counted_krows : index
      %new_tests_5 = arith.addi %new_tests_4, %counted_kcols : index
      %new_tests = arith.addi %new_tests_5, %counted_kchs : index
      // again = grow_orows or grow_ocols or grow_ochs or grow_krows or grow_kcols or grow_kchs
      %again_1 = arith.ori %grow_orows, %grow_ocols : i1
      %again_2 = arith.ori %again_1, %grow_ochs : i1
      %again_3 = arith.ori %again_2, %grow_krows : i1
      %again_4 = arith.ori %again_3, %grow_kcols : i1
      %again = arith.ori %again_4, %grow_kchs : i1
      scf.yield %new_orows, %new_ocols, %new_ochs, %new_krows, %new_kcols,
          %new_kchs, %new_tests, %again : index, index, index, index, index,
          index, index, i1
    }
    func.return %g#0, %g#1, %g#2, %g#3, %g#4, %g#5, %g#6 : index, index, index,
        index, index, index, index
  }

  // Zeros into the accumulator, although there is no bias.
  func.func private @conv_bias(%tile_orows: index, %all_orows: index,
      %stride_orows: index, %tile_ocols: index, %all_ocols: index,
      %stride_ocols: index, %tile_ochs: index, %all_ochs: index, %stride_ochs:
      index, %tile_krows: index, %all_krows: index, %stride_krows: index,
      %tile_kcols: index, %all_kcols: index, %stride_kcols: index, %tile_kchs:
      index, %all_kchs: index, %stride_kchs: index, %images: index, %groups:
      index, %stride: index, %pad_h: index, %pad_w: index, %ih: index, %iw:
      index, %origin: index, %spad_half: index, %acc_half: index) {
    %k0 = arith.constant 0 : index
    %k1 = arith.constant 1 : index
    %k2 = arith.constant 2 : index
    %k16 = arith.constant 16 : index
    %n_orows = arith.ceildivui %all_orows, %tile_orows : index
    %n_ocols = arith.ceildivui %all_ocols, %tile_ocols : index
    %n_ochs = arith.ceildivui %all_ochs, %tile_ochs : index
    %n_krows = arith.ceildivui %all_krows, %tile_krows : index
    %n_kcols = arith.ceildivui %all_kcols, %tile_kcols : index
    %n_kchs = arith.ceildivui %all_kchs, %tile_kchs : index
    // layer_tiles = n_orows * n_ocols * n_ochs * n_krows * n_kcols * n_kchs
    %layer_tiles_1 = func.call @product(%n_orows, %n_ocols) : (index, index) ->
        index
    %layer_tiles_2 = func.call @product(%layer_tiles_1, %n_ochs) : (index,
        index) -> index
    %layer_tiles_3 = func.call @product(%layer_tiles_2, %n_krows) : (index,
        index) -> index
    %layer_tiles_4 = func.call @product(%layer_tiles_3, %n_kcols) : (index,
        index) -> index
    %layer_tiles = func.call @product(%layer_tiles_4, %n_kchs) : (index, index)
        -> index
    %tiles_1 = func.call @product(%layer_tiles, %images) : (index, index) ->
        index
    %tiles = arith.muli %tiles_1, %groups : index
    %end = scf.for %t = %k0 to %tiles step %k1 iter_args(%half = %k0) ->
        (index) {
      %job = arith.divui %t, %layer_tiles : index
      %image = arith.divui %job, %groups : index
      %group = arith.remui %job, %groups : index
      %orows_0, %orows = func.call @part(%t, %stride_orows, %tile_orows,
          %all_orows) : (index, index, index, index) -> (index, index)
      %ocols_0, %ocols = func.call @part(%t, %stride_ocols, %tile_ocols,
          %all_ocols) : (index, index, index, index) -> (index, index)
      %ochs_0, %ochs = func.call @part(%t, %stride_ochs, %tile_ochs, %all_ochs)
          : (index, index, index, index) -> (index, index)
      %krows_0, %krows = func.call @part(%t, %stride_krows, %tile_krows,
          %all_krows) : (index, index, index, index) -> (index, index)
      %kcols_0, %kcols = func.call @part(%t, %stride_kcols, %tile_kcols,
          %all_kcols) : (index, index, index, index) -> (index, index)
      %kchs_0, %kchs = func.call @part(%t, %stride_kchs, %tile_kchs, %all_kchs)
          : (index, index, index, index) -> (index, index)
      // first = krows_0 == 0 and kcols_0 == 0 and kchs_0 == 0
      %first_1 = arith.cmpi eq, %krows_0, %k0 : index
      %first_2 = arith.cmpi eq, %kcols_0, %k0 : index
      %first_3 = arith.andi %first_1, %first_2 : i1
      %first_4 = arith.cmpi eq, %kchs_0, %k0 : index
      %first = arith.andi %first_3, %first_4 : i1
      // last = krows_0 + krows == all_krows and kcols_0 + kcols == all_kcols and kchs_0 + kchs == all_kchs
      %last_1 = arith.addi %krows_0, %krows : index
      %last_2 = arith.cmpi eq, %last_1, %all_krows : index
      %last_3 = arith.addi %kcols_0, %kcols : index
      %last_4 = arith.cmpi eq, %last_3, %all_kcols : index
      %last_5 = arith.andi %last_2, %last_4 : i1
      %last_6 = arith.addi %kchs_0, %kchs : index
      %last_7 = arith.cmpi eq, %last_6, %all_kchs : index
      %last = arith.andi %last_5, %last_7 : i1
      // irows = orows * stride + krows - 1
      %irows_1 = arith.muli %orows, %stride : index
      %irows_2 = arith.addi %irows_1, %krows : index
      %irows = arith.subi %irows_2, %k1 : index
      // icols = ocols * stride + kcols - 1
      %icols_1 = arith.muli %ocols, %stride : index
      %icols_2 = arith.addi %icols_1, %kcols : index
      %icols = arith.subi %icols_2, %k1 : index
      %all_ic = arith.muli %groups, %all_kchs : index
      %all_oc = arith.muli %groups, %all_ochs : index
      %inputs_at_1 = arith.remui %t, %k2 : index
      %inputs_at = arith.muli %inputs_at_1, %spad_half : index
      %weight_taps_1 = func.call @product(%krows, %kcols) : (index, index) ->
          index
      %weight_taps = func.call @product(%weight_taps_1, %kchs) : (index, index)
          -> index
      // weights_at = inputs_at + spad_half - cd(ochs, 16) * weight_taps
      %weights_at_1 = arith.addi %inputs_at, %spad_half : index
      %weights_at_2 = arith.ceildivui %ochs, %k16 : index
      %weights_at_3 = func.call @product(%weights_at_2, %weight_taps) : (index,
          index) -> index
      %weights_at = arith.subi %weights_at_1, %weights_at_3 : index
      %sums = func.call @product(%orows, %ocols) : (index, index) -> index
      %sums_at = arith.muli %half, %acc_half : index
      acadl.wait @slot_a
      acadl.wait @next_a
      scf.if %first {
        acadl.issue "config_load"
        scf.for %orow = %k0 to %orows step %k1 {
          scf.for %ocol = %k0 to %ocols step %k16 {
            %rows_1 = arith.subi %ocols, %ocol : index
            %rows = arith.minsi %rows_1, %k16 : index
            scf.for %och = %k0 to %ochs step %k16 {
              // at = sums_at + och // 16 * sums + orow * ocols + ocol
              %at_1 = arith.divui %och, %k16 : index
              %at_2 = func.call @product(%at_1, %sums) : (index, index) -> index
              %at_3 = arith.addi %sums_at, %at_2 : index
              %at_4 = func.call @product(%orow, %ocols) : (index, index) ->
                  index
              %at_5 = arith.addi %at_3, %at_4 : index
              %at = arith.addi %at_5, %ocol : index
              %sum = acadl.range @accumulator[%at] size(%rows)
              acadl.issue "mvin_zero"(%rows, %k1) writes(%sum)
            }
          }
        }
      }
      acadl.signal @a_issued
      %other = arith.subi %k1, %half : index
      %next_half = arith.select %last, %other, %half : index
      scf.yield %next_half : index
    }
    func.return
  }

  // Up to 64 output channels of 16 input channels at one tap; they end at the top
  // of the half of the scratchpad. In memory 3,284,992 bytes behind the inputs,
  // and, so that tensors do not overlap, a multiple of all caches further.
  func.func private @conv_weights(%tile_orows: index, %all_orows: index,
      %stride_orows: index, %tile_ocols: index, %all_ocols: index,
      %stride_ocols: index, %tile_ochs: index, %all_ochs: index, %stride_ochs:
      index, %tile_krows: index, %all_krows: index, %stride_krows: index,
      %tile_kcols: index, %all_kcols: index, %stride_kcols: index, %tile_kchs:
      index, %all_kchs: index, %stride_kchs: index, %images: index, %groups:
      index, %stride: index, %pad_h: index, %pad_w: index, %ih: index, %iw:
      index, %origin: index, %spad_half: index, %acc_half: index) {
    %k0 = arith.constant 0 : index
    %k1 = arith.constant 1 : index
    %k2 = arith.constant 2 : index
    %k16 = arith.constant 16 : index
    %k64 = arith.constant 64 : index
    %k271720448 = arith.constant 271720448 : index
    %n_orows = arith.ceildivui %all_orows, %tile_orows : index
    %n_ocols = arith.ceildivui %all_ocols, %tile_ocols : index
    %n_ochs = arith.ceildivui %all_ochs, %tile_ochs : index
    %n_krows = arith.ceildivui %all_krows, %tile_krows : index
    %n_kcols = arith.ceildivui %all_kcols, %tile_kcols : index
    %n_kchs = arith.ceildivui %all_kchs, %tile_kchs : index
    // layer_tiles = n_orows * n_ocols * n_ochs * n_krows * n_kcols * n_kchs
    %layer_tiles_1 = func.call @product(%n_orows, %n_ocols) : (index, index) ->
        index
    %layer_tiles_2 = func.call @product(%layer_tiles_1, %n_ochs) : (index,
        index) -> index
    %layer_tiles_3 = func.call @product(%layer_tiles_2, %n_krows) : (index,
        index) -> index
    %layer_tiles_4 = func.call @product(%layer_tiles_3, %n_kcols) : (index,
        index) -> index
    %layer_tiles = func.call @product(%layer_tiles_4, %n_kchs) : (index, index)
        -> index
    %tiles_1 = func.call @product(%layer_tiles, %images) : (index, index) ->
        index
    %tiles = arith.muli %tiles_1, %groups : index
    %end = scf.for %t = %k0 to %tiles step %k1 iter_args(%half = %k0) ->
        (index) {
      %job = arith.divui %t, %layer_tiles : index
      %image = arith.divui %job, %groups : index
      %group = arith.remui %job, %groups : index
      %orows_0, %orows = func.call @part(%t, %stride_orows, %tile_orows,
          %all_orows) : (index, index, index, index) -> (index, index)
      %ocols_0, %ocols = func.call @part(%t, %stride_ocols, %tile_ocols,
          %all_ocols) : (index, index, index, index) -> (index, index)
      %ochs_0, %ochs = func.call @part(%t, %stride_ochs, %tile_ochs, %all_ochs)
          : (index, index, index, index) -> (index, index)
      %krows_0, %krows = func.call @part(%t, %stride_krows, %tile_krows,
          %all_krows) : (index, index, index, index) -> (index, index)
      %kcols_0, %kcols = func.call @part(%t, %stride_kcols, %tile_kcols,
          %all_kcols) : (index, index, index, index) -> (index, index)
      %kchs_0, %kchs = func.call @part(%t, %stride_kchs, %tile_kchs, %all_kchs)
          : (index, index, index, index) -> (index, index)
      // first = krows_0 == 0 and kcols_0 == 0 and kchs_0 == 0
      %first_1 = arith.cmpi eq, %krows_0, %k0 : index
      %first_2 = arith.cmpi eq, %kcols_0, %k0 : index
      %first_3 = arith.andi %first_1, %first_2 : i1
      %first_4 = arith.cmpi eq, %kchs_0, %k0 : index
      %first = arith.andi %first_3, %first_4 : i1
      // last = krows_0 + krows == all_krows and kcols_0 + kcols == all_kcols and kchs_0 + kchs == all_kchs
      %last_1 = arith.addi %krows_0, %krows : index
      %last_2 = arith.cmpi eq, %last_1, %all_krows : index
      %last_3 = arith.addi %kcols_0, %kcols : index
      %last_4 = arith.cmpi eq, %last_3, %all_kcols : index
      %last_5 = arith.andi %last_2, %last_4 : i1
      %last_6 = arith.addi %kchs_0, %kchs : index
      %last_7 = arith.cmpi eq, %last_6, %all_kchs : index
      %last = arith.andi %last_5, %last_7 : i1
      // irows = orows * stride + krows - 1
      %irows_1 = arith.muli %orows, %stride : index
      %irows_2 = arith.addi %irows_1, %krows : index
      %irows = arith.subi %irows_2, %k1 : index
      // icols = ocols * stride + kcols - 1
      %icols_1 = arith.muli %ocols, %stride : index
      %icols_2 = arith.addi %icols_1, %kcols : index
      %icols = arith.subi %icols_2, %k1 : index
      %all_ic = arith.muli %groups, %all_kchs : index
      %all_oc = arith.muli %groups, %all_ochs : index
      %inputs_at_1 = arith.remui %t, %k2 : index
      %inputs_at = arith.muli %inputs_at_1, %spad_half : index
      %weight_taps_1 = func.call @product(%krows, %kcols) : (index, index) ->
          index
      %weight_taps = func.call @product(%weight_taps_1, %kchs) : (index, index)
          -> index
      // weights_at = inputs_at + spad_half - cd(ochs, 16) * weight_taps
      %weights_at_1 = arith.addi %inputs_at, %spad_half : index
      %weights_at_2 = arith.ceildivui %ochs, %k16 : index
      %weights_at_3 = func.call @product(%weights_at_2, %weight_taps) : (index,
          index) -> index
      %weights_at = arith.subi %weights_at_1, %weights_at_3 : index
      %sums = func.call @product(%orows, %ocols) : (index, index) -> index
      %sums_at = arith.muli %half, %acc_half : index
      acadl.wait @slot_b
      acadl.wait @next_b
      acadl.issue "config_load"
      scf.for %och = %k0 to %ochs step %k64 {
        %bytes_1 = arith.subi %ochs, %och : index
        %bytes = arith.minsi %bytes_1, %k64 : index
        %blocks = arith.ceildivui %bytes, %k16 : index
        scf.for %krow = %k0 to %krows step %k1 {
          scf.for %kcol = %k0 to %kcols step %k1 {
            scf.for %kch = %k0 to %kchs step %k16 {
              %rows_1 = arith.subi %kchs, %kch : index
              %rows = arith.minsi %rows_1, %k16 : index
              // at = weights_at + och // 16 * weight_taps + (krow * kcols + kcol) * kchs + kch
              %at_1 = arith.divui %och, %k16 : index
              %at_2 = func.call @product(%at_1, %weight_taps) : (index, index)
                  -> index
              %at_3 = arith.addi %weights_at, %at_2 : index
              %at_4 = func.call @product(%krow, %kcols) : (index, index) ->
                  index
              %at_5 = arith.addi %at_4, %kcol : index
              %at_6 = func.call @product(%at_5, %kchs) : (index, index) -> index
              %at_7 = arith.addi %at_3, %at_6 : index
              %at = arith.addi %at_7, %kch : index
              // words = (blocks - 1) * weight_taps + rows
              %words_1 = arith.subi %blocks, %k1 : index
              %words_2 = func.call @product(%words_1, %weight_taps) : (index,
                  index) -> index
              %words = arith.addi %words_2, %rows : index
              // tap = (krows_0 + krow) * all_kcols + kcols_0 + kcol
              %tap_1 = arith.addi %krows_0, %krow : index
              %tap_2 = func.call @product(%tap_1, %all_kcols) : (index, index)
                  -> index
              %tap_3 = arith.addi %tap_2, %kcols_0 : index
              %tap = arith.addi %tap_3, %kcol : index
              // from = 271720448 + origin + (tap * all_kchs + kchs_0 + kch) * all_oc + group * all_ochs + ochs_0 + och
              %from_1 = arith.addi %k271720448, %origin : index
              %from_2 = func.call @product(%tap, %all_kchs) : (index, index) ->
                  index
              %from_3 = arith.addi %from_2, %kchs_0 : index
              %from_4 = arith.addi %from_3, %kch : index
              %from_5 = arith.muli %from_4, %all_oc : index
              %from_6 = arith.addi %from_1, %from_5 : index
              %from_7 = func.call @product(%group, %all_ochs) : (index, index)
                  -> index
              %from_8 = arith.addi %from_6, %from_7 : index
              %from_9 = arith.addi %from_8, %ochs_0 : index
              %from = arith.addi %from_9, %och : index
              %source = acadl.range @l2[%from] size(%bytes) repeat(%rows)
                  stride(%all_oc)
              %target = acadl.range @scratchpad[%at] size(%words)
              acadl.issue "mvin" reads(%source) writes(%target)
            }
          }
        }
      }
      acadl.signal @b_issued
      %other = arith.subi %k1, %half : index
      %next_half = arith.select %last, %other, %half : index
      scf.yield %next_half : index
    }
    func.return
  }

  // Up to 16 pixels of a row and 64 channels; padding is zeros.
  func.func private @conv_input(%tile_orows: index, %all_orows: index,
      %stride_orows: index, %tile_ocols: index, %all_ocols: index,
      %stride_ocols: index, %tile_ochs: index, %all_ochs: index, %stride_ochs:
      index, %tile_krows: index, %all_krows: index, %stride_krows: index,
      %tile_kcols: index, %all_kcols: index, %stride_kcols: index, %tile_kchs:
      index, %all_kchs: index, %stride_kchs: index, %images: index, %groups:
      index, %stride: index, %pad_h: index, %pad_w: index, %ih: index, %iw:
      index, %origin: index, %spad_half: index, %acc_half: index) {
    %k0 = arith.constant 0 : index
    %k1 = arith.constant 1 : index
    %k2 = arith.constant 2 : index
    %k16 = arith.constant 16 : index
    %k64 = arith.constant 64 : index
    %n_orows = arith.ceildivui %all_orows, %tile_orows : index
    %n_ocols = arith.ceildivui %all_ocols, %tile_ocols : index
    %n_ochs = arith.ceildivui %all_ochs, %tile_ochs : index
    %n_krows = arith.ceildivui %all_krows, %tile_krows : index
    %n_kcols = arith.ceildivui %all_kcols, %tile_kcols : index
    %n_kchs = arith.ceildivui %all_kchs, %tile_kchs : index
    // layer_tiles = n_orows * n_ocols * n_ochs * n_krows * n_kcols * n_kchs
    %layer_tiles_1 = func.call @product(%n_orows, %n_ocols) : (index, index) ->
        index
    %layer_tiles_2 = func.call @product(%layer_tiles_1, %n_ochs) : (index,
        index) -> index
    %layer_tiles_3 = func.call @product(%layer_tiles_2, %n_krows) : (index,
        index) -> index
    %layer_tiles_4 = func.call @product(%layer_tiles_3, %n_kcols) : (index,
        index) -> index
    %layer_tiles = func.call @product(%layer_tiles_4, %n_kchs) : (index, index)
        -> index
    %tiles_1 = func.call @product(%layer_tiles, %images) : (index, index) ->
        index
    %tiles = arith.muli %tiles_1, %groups : index
    %end = scf.for %t = %k0 to %tiles step %k1 iter_args(%half = %k0) ->
        (index) {
      %job = arith.divui %t, %layer_tiles : index
      %image = arith.divui %job, %groups : index
      %group = arith.remui %job, %groups : index
      %orows_0, %orows = func.call @part(%t, %stride_orows, %tile_orows,
          %all_orows) : (index, index, index, index) -> (index, index)
      %ocols_0, %ocols = func.call @part(%t, %stride_ocols, %tile_ocols,
          %all_ocols) : (index, index, index, index) -> (index, index)
      %ochs_0, %ochs = func.call @part(%t, %stride_ochs, %tile_ochs, %all_ochs)
          : (index, index, index, index) -> (index, index)
      %krows_0, %krows = func.call @part(%t, %stride_krows, %tile_krows,
          %all_krows) : (index, index, index, index) -> (index, index)
      %kcols_0, %kcols = func.call @part(%t, %stride_kcols, %tile_kcols,
          %all_kcols) : (index, index, index, index) -> (index, index)
      %kchs_0, %kchs = func.call @part(%t, %stride_kchs, %tile_kchs, %all_kchs)
          : (index, index, index, index) -> (index, index)
      // first = krows_0 == 0 and kcols_0 == 0 and kchs_0 == 0
      %first_1 = arith.cmpi eq, %krows_0, %k0 : index
      %first_2 = arith.cmpi eq, %kcols_0, %k0 : index
      %first_3 = arith.andi %first_1, %first_2 : i1
      %first_4 = arith.cmpi eq, %kchs_0, %k0 : index
      %first = arith.andi %first_3, %first_4 : i1
      // last = krows_0 + krows == all_krows and kcols_0 + kcols == all_kcols and kchs_0 + kchs == all_kchs
      %last_1 = arith.addi %krows_0, %krows : index
      %last_2 = arith.cmpi eq, %last_1, %all_krows : index
      %last_3 = arith.addi %kcols_0, %kcols : index
      %last_4 = arith.cmpi eq, %last_3, %all_kcols : index
      %last_5 = arith.andi %last_2, %last_4 : i1
      %last_6 = arith.addi %kchs_0, %kchs : index
      %last_7 = arith.cmpi eq, %last_6, %all_kchs : index
      %last = arith.andi %last_5, %last_7 : i1
      // irows = orows * stride + krows - 1
      %irows_1 = arith.muli %orows, %stride : index
      %irows_2 = arith.addi %irows_1, %krows : index
      %irows = arith.subi %irows_2, %k1 : index
      // icols = ocols * stride + kcols - 1
      %icols_1 = arith.muli %ocols, %stride : index
      %icols_2 = arith.addi %icols_1, %kcols : index
      %icols = arith.subi %icols_2, %k1 : index
      %all_ic = arith.muli %groups, %all_kchs : index
      %all_oc = arith.muli %groups, %all_ochs : index
      %inputs_at_1 = arith.remui %t, %k2 : index
      %inputs_at = arith.muli %inputs_at_1, %spad_half : index
      %weight_taps_1 = func.call @product(%krows, %kcols) : (index, index) ->
          index
      %weight_taps = func.call @product(%weight_taps_1, %kchs) : (index, index)
          -> index
      // weights_at = inputs_at + spad_half - cd(ochs, 16) * weight_taps
      %weights_at_1 = arith.addi %inputs_at, %spad_half : index
      %weights_at_2 = arith.ceildivui %ochs, %k16 : index
      %weights_at_3 = func.call @product(%weights_at_2, %weight_taps) : (index,
          index) -> index
      %weights_at = arith.subi %weights_at_1, %weights_at_3 : index
      %sums = func.call @product(%orows, %ocols) : (index, index) -> index
      %sums_at = arith.muli %half, %acc_half : index
      acadl.wait @slot_c
      acadl.issue "config_load"
      %row_0_1 = arith.muli %orows_0, %stride : index
      %row_0 = arith.addi %row_0_1, %krows_0 : index
      %col_0_1 = arith.muli %ocols_0, %stride : index
      %col_0 = arith.addi %col_0_1, %kcols_0 : index
      // up = min(max(pad_h - row_0, 0), irows)
      %up_1 = arith.subi %pad_h, %row_0 : index
      %up_2 = arith.maxsi %up_1, %k0 : index
      %up = arith.minsi %up_2, %irows : index
      // down = min(max(row_0 + irows - ih - pad_h, 0), irows)
      %down_1 = arith.addi %row_0, %irows : index
      %down_2 = arith.subi %down_1, %ih : index
      %down_3 = arith.subi %down_2, %pad_h : index
      %down_4 = arith.maxsi %down_3, %k0 : index
      %down = arith.minsi %down_4, %irows : index
      // left = min(max(pad_w - col_0, 0), icols)
      %left_1 = arith.subi %pad_w, %col_0 : index
      %left_2 = arith.maxsi %left_1, %k0 : index
      %left = arith.minsi %left_2, %icols : index
      // right = min(max(col_0 + icols - iw - pad_w, 0), icols - left)
      %right_1 = arith.addi %col_0, %icols : index
      %right_2 = arith.subi %right_1, %iw : index
      %right_3 = arith.subi %right_2, %pad_w : index
      %right_4 = arith.maxsi %right_3, %k0 : index
      %right_5 = arith.subi %icols, %left : index
      %right = arith.minsi %right_4, %right_5 : index
      %inside_1 = arith.subi %icols, %left : index
      %inside = arith.subi %inside_1, %right : index
      %end_col = arith.addi %left, %inside : index
      %end_row = arith.subi %irows, %down : index
      %channel_block = func.call @product(%irows, %icols) : (index, index) ->
          index
      scf.for %irow = %k0 to %irows step %k1 {
        // is_inside = up <= irow and irow < end_row
        %is_inside_1 = arith.cmpi sle, %up, %irow : index
        %is_inside_2 = arith.cmpi slt, %irow, %end_row : index
        %is_inside = arith.andi %is_inside_1, %is_inside_2 : i1
        %row_at_1 = func.call @product(%irow, %icols) : (index, index) -> index
        %row_at = arith.addi %inputs_at, %row_at_1 : index
        func.call @zero_run(%row_at, %left, %kchs, %channel_block) : (index,
            index, index, index) -> ()
        scf.for %icol = %left to %end_col step %k16 {
          %columns_1 = arith.subi %end_col, %icol : index
          %columns = arith.minsi %columns_1, %k16 : index
          %run_at = arith.addi %row_at, %icol : index
          scf.if %is_inside {
            // row = image * ih + row_0 + irow - pad_h
            %row_1 = arith.muli %image, %ih : index
            %row_2 = arith.addi %row_1, %row_0 : index
            %row_3 = arith.addi %row_2, %irow : index
            %row = arith.subi %row_3, %pad_h : index
            // pixel = row * iw + col_0 + icol - pad_w
            %pixel_1 = arith.muli %row, %iw : index
            %pixel_2 = arith.addi %pixel_1, %col_0 : index
            %pixel_3 = arith.addi %pixel_2, %icol : index
            %pixel = arith.subi %pixel_3, %pad_w : index
            scf.for %ich = %k0 to %kchs step %k64 {
              %bytes_1 = arith.subi %kchs, %ich : index
              %bytes = arith.minsi %bytes_1, %k64 : index
              %blocks = arith.ceildivui %bytes, %k16 : index
              // at = run_at + ich // 16 * channel_block
              %at_1 = arith.divui %ich, %k16 : index
              %at_2 = func.call @product(%at_1, %channel_block) : (index,
                  index) -> index
              %at = arith.addi %run_at, %at_2 : index
              // words = (blocks - 1) * channel_block + columns
              %words_1 = arith.subi %blocks, %k1 : index
              %words_2 = func.call @product(%words_1, %channel_block) : (index,
                  index) -> index
              %words = arith.addi %words_2, %columns : index
              // from = origin + pixel * all_ic + group * all_kchs + kchs_0 + ich
              %from_1 = arith.muli %pixel, %all_ic : index
              %from_2 = arith.addi %origin, %from_1 : index
              %from_3 = func.call @product(%group, %all_kchs) : (index, index)
                  -> index
              %from_4 = arith.addi %from_2, %from_3 : index
              %from_5 = arith.addi %from_4, %kchs_0 : index
              %from = arith.addi %from_5, %ich : index
              %source = acadl.range @l2[%from] size(%bytes) repeat(%columns)
                  stride(%all_ic)
              %target = acadl.range @scratchpad[%at] size(%words)
              acadl.issue "mvin" reads(%source) writes(%target)
            }
          } else {
            func.call @zero_run(%run_at, %columns, %kchs, %channel_block) :
                (index, index, index, index) -> ()
          }
        }
        %right_at = arith.addi %row_at, %end_col : index
        func.call @zero_run(%right_at, %right, %kchs, %channel_block) : (index,
            index, index, index) -> ()
      }
      acadl.signal @c_issued
      acadl.signal @next_a
      acadl.signal @next_b
      %other = arith.subi %k1, %half : index
      %next_half = arith.select %last, %other, %half : index
      scf.yield %next_half : index
    }
    func.return
  }

  // New weights for the first row of outputs only.
  func.func private @conv_execute(%tile_orows: index, %all_orows: index,
      %stride_orows: index, %tile_ocols: index, %all_ocols: index,
      %stride_ocols: index, %tile_ochs: index, %all_ochs: index, %stride_ochs:
      index, %tile_krows: index, %all_krows: index, %stride_krows: index,
      %tile_kcols: index, %all_kcols: index, %stride_kcols: index, %tile_kchs:
      index, %all_kchs: index, %stride_kchs: index, %images: index, %groups:
      index, %stride: index, %pad_h: index, %pad_w: index, %ih: index, %iw:
      index, %origin: index, %spad_half: index, %acc_half: index) {
    %k0 = arith.constant 0 : index
    %k1 = arith.constant 1 : index
    %k2 = arith.constant 2 : index
    %k16 = arith.constant 16 : index
    %n_orows = arith.ceildivui %all_orows, %tile_orows : index
    %n_ocols = arith.ceildivui %all_ocols, %tile_ocols : index
    %n_ochs = arith.ceildivui %all_ochs, %tile_ochs : index
    %n_krows = arith.ceildivui %all_krows, %tile_krows : index
    %n_kcols = arith.ceildivui %all_kcols, %tile_kcols : index
    %n_kchs = arith.ceildivui %all_kchs, %tile_kchs : index
    // layer_tiles = n_orows * n_ocols * n_ochs * n_krows * n_kcols * n_kchs
    %layer_tiles_1 = func.call @product(%n_orows, %n_ocols) : (index, index) ->
        index
    %layer_tiles_2 = func.call @product(%layer_tiles_1, %n_ochs) : (index,
        index) -> index
    %layer_tiles_3 = func.call @product(%layer_tiles_2, %n_krows) : (index,
        index) -> index
    %layer_tiles_4 = func.call @product(%layer_tiles_3, %n_kcols) : (index,
        index) -> index
    %layer_tiles = func.call @product(%layer_tiles_4, %n_kchs) : (index, index)
        -> index
    %tiles_1 = func.call @product(%layer_tiles, %images) : (index, index) ->
        index
    %tiles = arith.muli %tiles_1, %groups : index
    %end = scf.for %t = %k0 to %tiles step %k1 iter_args(%half = %k0) ->
        (index) {
      %job = arith.divui %t, %layer_tiles : index
      %image = arith.divui %job, %groups : index
      %group = arith.remui %job, %groups : index
      %orows_0, %orows = func.call @part(%t, %stride_orows, %tile_orows,
          %all_orows) : (index, index, index, index) -> (index, index)
      %ocols_0, %ocols = func.call @part(%t, %stride_ocols, %tile_ocols,
          %all_ocols) : (index, index, index, index) -> (index, index)
      %ochs_0, %ochs = func.call @part(%t, %stride_ochs, %tile_ochs, %all_ochs)
          : (index, index, index, index) -> (index, index)
      %krows_0, %krows = func.call @part(%t, %stride_krows, %tile_krows,
          %all_krows) : (index, index, index, index) -> (index, index)
      %kcols_0, %kcols = func.call @part(%t, %stride_kcols, %tile_kcols,
          %all_kcols) : (index, index, index, index) -> (index, index)
      %kchs_0, %kchs = func.call @part(%t, %stride_kchs, %tile_kchs, %all_kchs)
          : (index, index, index, index) -> (index, index)
      // first = krows_0 == 0 and kcols_0 == 0 and kchs_0 == 0
      %first_1 = arith.cmpi eq, %krows_0, %k0 : index
      %first_2 = arith.cmpi eq, %kcols_0, %k0 : index
      %first_3 = arith.andi %first_1, %first_2 : i1
      %first_4 = arith.cmpi eq, %kchs_0, %k0 : index
      %first = arith.andi %first_3, %first_4 : i1
      // last = krows_0 + krows == all_krows and kcols_0 + kcols == all_kcols and kchs_0 + kchs == all_kchs
      %last_1 = arith.addi %krows_0, %krows : index
      %last_2 = arith.cmpi eq, %last_1, %all_krows : index
      %last_3 = arith.addi %kcols_0, %kcols : index
      %last_4 = arith.cmpi eq, %last_3, %all_kcols : index
      %last_5 = arith.andi %last_2, %last_4 : i1
      %last_6 = arith.addi %kchs_0, %kchs : index
      %last_7 = arith.cmpi eq, %last_6, %all_kchs : index
      %last = arith.andi %last_5, %last_7 : i1
      // irows = orows * stride + krows - 1
      %irows_1 = arith.muli %orows, %stride : index
      %irows_2 = arith.addi %irows_1, %krows : index
      %irows = arith.subi %irows_2, %k1 : index
      // icols = ocols * stride + kcols - 1
      %icols_1 = arith.muli %ocols, %stride : index
      %icols_2 = arith.addi %icols_1, %kcols : index
      %icols = arith.subi %icols_2, %k1 : index
      %all_ic = arith.muli %groups, %all_kchs : index
      %all_oc = arith.muli %groups, %all_ochs : index
      %inputs_at_1 = arith.remui %t, %k2 : index
      %inputs_at = arith.muli %inputs_at_1, %spad_half : index
      %weight_taps_1 = func.call @product(%krows, %kcols) : (index, index) ->
          index
      %weight_taps = func.call @product(%weight_taps_1, %kchs) : (index, index)
          -> index
      // weights_at = inputs_at + spad_half - cd(ochs, 16) * weight_taps
      %weights_at_1 = arith.addi %inputs_at, %spad_half : index
      %weights_at_2 = arith.ceildivui %ochs, %k16 : index
      %weights_at_3 = func.call @product(%weights_at_2, %weight_taps) : (index,
          index) -> index
      %weights_at = arith.subi %weights_at_1, %weights_at_3 : index
      %sums = func.call @product(%orows, %ocols) : (index, index) -> index
      %sums_at = arith.muli %half, %acc_half : index
      acadl.wait @a_issued
      acadl.wait @b_issued
      acadl.wait @c_issued
      scf.for %och = %k0 to %ochs step %k16 {
        scf.for %krow = %k0 to %krows step %k1 {
          scf.for %kcol = %k0 to %kcols step %k1 {
            scf.for %kch = %k0 to %kchs step %k16 {
              %weight_rows_1 = arith.subi %kchs, %kch : index
              %weight_rows = arith.minsi %weight_rows_1, %k16 : index
              // weight_at = weights_at + och // 16 * weight_taps + (krow * kcols + kcol) * kchs + kch
              %weight_at_1 = arith.divui %och, %k16 : index
              %weight_at_2 = func.call @product(%weight_at_1, %weight_taps) :
                  (index, index) -> index
              %weight_at_3 = arith.addi %weights_at, %weight_at_2 : index
              %weight_at_4 = func.call @product(%krow, %kcols) : (index, index)
                  -> index
              %weight_at_5 = arith.addi %weight_at_4, %kcol : index
              %weight_at_6 = func.call @product(%weight_at_5, %kchs) : (index,
                  index) -> index
              %weight_at_7 = arith.addi %weight_at_3, %weight_at_6 : index
              %weight_at = arith.addi %weight_at_7, %kch : index
              // channels_at = inputs_at + kch // 16 * irows * icols
              %channels_at_1 = arith.divui %kch, %k16 : index
              %channels_at_2 = func.call @product(%channels_at_1, %irows) :
                  (index, index) -> index
              %channels_at_3 = func.call @product(%channels_at_2, %icols) :
                  (index, index) -> index
              %channels_at = arith.addi %inputs_at, %channels_at_3 : index
              scf.for %orow = %k0 to %orows step %k1 {
                // row_at = channels_at + (orow * stride + krow) * icols + kcol
                %row_at_1 = arith.muli %orow, %stride : index
                %row_at_2 = arith.addi %row_at_1, %krow : index
                %row_at_3 = func.call @product(%row_at_2, %icols) : (index,
                    index) -> index
                %row_at_4 = arith.addi %channels_at, %row_at_3 : index
                %row_at = arith.addi %row_at_4, %kcol : index
                // out_at = sums_at + och // 16 * sums + orow * ocols
                %out_at_1 = arith.divui %och, %k16 : index
                %out_at_2 = func.call @product(%out_at_1, %sums) : (index,
                    index) -> index
                %out_at_3 = arith.addi %sums_at, %out_at_2 : index
                %out_at_4 = func.call @product(%orow, %ocols) : (index, index)
                    -> index
                %out_at = arith.addi %out_at_3, %out_at_4 : index
                scf.for %ocol = %k0 to %ocols step %k16 {
                  %rows_1 = arith.subi %ocols, %ocol : index
                  %rows = arith.minsi %rows_1, %k16 : index
                  // is_new = orow == 0 and ocol == 0
                  %is_new_1 = arith.cmpi eq, %orow, %k0 : index
                  %is_new_2 = arith.cmpi eq, %ocol, %k0 : index
                  %is_new = arith.andi %is_new_1, %is_new_2 : i1
                  %new = arith.select %is_new, %k1, %k0 : index
                  %new_rows = arith.select %is_new, %weight_rows, %k0 : index
                  %sum_at = arith.addi %out_at, %ocol : index
                  %input_at_1 = arith.muli %ocol, %stride : index
                  %input_at = arith.addi %row_at, %input_at_1 : index
                  %input_rows = arith.muli %rows, %stride : index
                  %weights = acadl.range @scratchpad[%weight_at] size(%new_rows)
                  %sum = acadl.range @accumulator[%sum_at] size(%rows)
                  %input = acadl.range @scratchpad[%input_at] size(%input_rows)
                  acadl.issue "preload"(%rows, %new) reads(%weights)
                      writes(%sum)
                  acadl.issue "compute"(%rows) reads(%input)
                }
              }
            }
          }
        }
      }
      acadl.signal @executed
      %other = arith.subi %k1, %half : index
      %next_half = arith.select %last, %other, %half : index
      scf.yield %next_half : index
    }
    func.return
  }

  // Only of tiles whose sums are complete.
  func.func private @conv_store(%tile_orows: index, %all_orows: index,
      %stride_orows: index, %tile_ocols: index, %all_ocols: index,
      %stride_ocols: index, %tile_ochs: index, %all_ochs: index, %stride_ochs:
      index, %tile_krows: index, %all_krows: index, %stride_krows: index,
      %tile_kcols: index, %all_kcols: index, %stride_kcols: index, %tile_kchs:
      index, %all_kchs: index, %stride_kchs: index, %images: index, %groups:
      index, %stride: index, %pad_h: index, %pad_w: index, %ih: index, %iw:
      index, %origin: index, %spad_half: index, %acc_half: index) {
    %k0 = arith.constant 0 : index
    %k1 = arith.constant 1 : index
    %k2 = arith.constant 2 : index
    %k16 = arith.constant 16 : index
    %k544350208 = arith.constant 544350208 : index
    %n_orows = arith.ceildivui %all_orows, %tile_orows : index
    %n_ocols = arith.ceildivui %all_ocols, %tile_ocols : index
    %n_ochs = arith.ceildivui %all_ochs, %tile_ochs : index
    %n_krows = arith.ceildivui %all_krows, %tile_krows : index
    %n_kcols = arith.ceildivui %all_kcols, %tile_kcols : index
    %n_kchs = arith.ceildivui %all_kchs, %tile_kchs : index
    // layer_tiles = n_orows * n_ocols * n_ochs * n_krows * n_kcols * n_kchs
    %layer_tiles_1 = func.call @product(%n_orows, %n_ocols) : (index, index) ->
        index
    %layer_tiles_2 = func.call @product(%layer_tiles_1, %n_ochs) : (index,
        index) -> index
    %layer_tiles_3 = func.call @product(%layer_tiles_2, %n_krows) : (index,
        index) -> index
    %layer_tiles_4 = func.call @product(%layer_tiles_3, %n_kcols) : (index,
        index) -> index
    %layer_tiles = func.call @product(%layer_tiles_4, %n_kchs) : (index, index)
        -> index
    %tiles_1 = func.call @product(%layer_tiles, %images) : (index, index) ->
        index
    %tiles = arith.muli %tiles_1, %groups : index
    %end = scf.for %t = %k0 to %tiles step %k1 iter_args(%half = %k0) ->
        (index) {
      %job = arith.divui %t, %layer_tiles : index
      %image = arith.divui %job, %groups : index
      %group = arith.remui %job, %groups : index
      %orows_0, %orows = func.call @part(%t, %stride_orows, %tile_orows,
          %all_orows) : (index, index, index, index) -> (index, index)
      %ocols_0, %ocols = func.call @part(%t, %stride_ocols, %tile_ocols,
          %all_ocols) : (index, index, index, index) -> (index, index)
      %ochs_0, %ochs = func.call @part(%t, %stride_ochs, %tile_ochs, %all_ochs)
          : (index, index, index, index) -> (index, index)
      %krows_0, %krows = func.call @part(%t, %stride_krows, %tile_krows,
          %all_krows) : (index, index, index, index) -> (index, index)
      %kcols_0, %kcols = func.call @part(%t, %stride_kcols, %tile_kcols,
          %all_kcols) : (index, index, index, index) -> (index, index)
      %kchs_0, %kchs = func.call @part(%t, %stride_kchs, %tile_kchs, %all_kchs)
          : (index, index, index, index) -> (index, index)
      // first = krows_0 == 0 and kcols_0 == 0 and kchs_0 == 0
      %first_1 = arith.cmpi eq, %krows_0, %k0 : index
      %first_2 = arith.cmpi eq, %kcols_0, %k0 : index
      %first_3 = arith.andi %first_1, %first_2 : i1
      %first_4 = arith.cmpi eq, %kchs_0, %k0 : index
      %first = arith.andi %first_3, %first_4 : i1
      // last = krows_0 + krows == all_krows and kcols_0 + kcols == all_kcols and kchs_0 + kchs == all_kchs
      %last_1 = arith.addi %krows_0, %krows : index
      %last_2 = arith.cmpi eq, %last_1, %all_krows : index
      %last_3 = arith.addi %kcols_0, %kcols : index
      %last_4 = arith.cmpi eq, %last_3, %all_kcols : index
      %last_5 = arith.andi %last_2, %last_4 : i1
      %last_6 = arith.addi %kchs_0, %kchs : index
      %last_7 = arith.cmpi eq, %last_6, %all_kchs : index
      %last = arith.andi %last_5, %last_7 : i1
      // irows = orows * stride + krows - 1
      %irows_1 = arith.muli %orows, %stride : index
      %irows_2 = arith.addi %irows_1, %krows : index
      %irows = arith.subi %irows_2, %k1 : index
      // icols = ocols * stride + kcols - 1
      %icols_1 = arith.muli %ocols, %stride : index
      %icols_2 = arith.addi %icols_1, %kcols : index
      %icols = arith.subi %icols_2, %k1 : index
      %all_ic = arith.muli %groups, %all_kchs : index
      %all_oc = arith.muli %groups, %all_ochs : index
      %inputs_at_1 = arith.remui %t, %k2 : index
      %inputs_at = arith.muli %inputs_at_1, %spad_half : index
      %weight_taps_1 = func.call @product(%krows, %kcols) : (index, index) ->
          index
      %weight_taps = func.call @product(%weight_taps_1, %kchs) : (index, index)
          -> index
      // weights_at = inputs_at + spad_half - cd(ochs, 16) * weight_taps
      %weights_at_1 = arith.addi %inputs_at, %spad_half : index
      %weights_at_2 = arith.ceildivui %ochs, %k16 : index
      %weights_at_3 = func.call @product(%weights_at_2, %weight_taps) : (index,
          index) -> index
      %weights_at = arith.subi %weights_at_1, %weights_at_3 : index
      %sums = func.call @product(%orows, %ocols) : (index, index) -> index
      %sums_at = arith.muli %half, %acc_half : index
      acadl.wait @executed
      scf.if %last {
        scf.for %orow = %k0 to %orows step %k1 {
          scf.for %ocol = %k0 to %ocols step %k16 {
            %rows_1 = arith.subi %ocols, %ocol : index
            %rows = arith.minsi %rows_1, %k16 : index
            // row = image * all_orows + orows_0 + orow
            %row_1 = arith.muli %image, %all_orows : index
            %row_2 = arith.addi %row_1, %orows_0 : index
            %row = arith.addi %row_2, %orow : index
            // pixel = row * all_ocols + ocols_0 + ocol
            %pixel_1 = arith.muli %row, %all_ocols : index
            %pixel_2 = arith.addi %pixel_1, %ocols_0 : index
            %pixel = arith.addi %pixel_2, %ocol : index
            scf.for %och = %k0 to %ochs step %k16 {
              %bytes_1 = arith.subi %ochs, %och : index
              %bytes = arith.minsi %bytes_1, %k16 : index
              // at = sums_at + och // 16 * sums + orow * ocols + ocol
              %at_1 = arith.divui %och, %k16 : index
              %at_2 = func.call @product(%at_1, %sums) : (index, index) -> index
              %at_3 = arith.addi %sums_at, %at_2 : index
              %at_4 = func.call @product(%orow, %ocols) : (index, index) ->
                  index
              %at_5 = arith.addi %at_3, %at_4 : index
              %at = arith.addi %at_5, %ocol : index
              // to = 544350208 + origin + pixel * all_oc + group * all_ochs + ochs_0 + och
              %to_1 = arith.addi %k544350208, %origin : index
              %to_2 = arith.muli %pixel, %all_oc : index
              %to_3 = arith.addi %to_1, %to_2 : index
              %to_4 = func.call @product(%group, %all_ochs) : (index, index) ->
                  index
              %to_5 = arith.addi %to_3, %to_4 : index
              %to_6 = arith.addi %to_5, %ochs_0 : index
              %to = arith.addi %to_6, %och : index
              %sum = acadl.range @accumulator[%at] size(%rows)
              %target = acadl.range @l2[%to] size(%bytes) repeat(%rows)
                  stride(%all_oc)
              acadl.issue "mvout"(%rows) reads(%sum) writes(%target)
            }
          }
        }
      }
      acadl.signal @slot
      %other = arith.subi %k1, %half : index
      %next_half = arith.select %last, %other, %half : index
      scf.yield %next_half : index
    }
    func.return
  }

  // Zeros of some columns of a row, for all channels of the tile.
  func.func private @zero_run(%row_at: index, %columns: index, %kchs: index,
      %channel_block: index) {
    %k0 = arith.constant 0 : index
    %k1 = arith.constant 1 : index
    %k16 = arith.constant 16 : index
    %k64 = arith.constant 64 : index
    %any = arith.cmpi sgt, %columns, %k0 : index
    scf.if %any {
      scf.for %ich = %k0 to %kchs step %k64 {
        %bytes_1 = arith.subi %kchs, %ich : index
        %bytes = arith.minsi %bytes_1, %k64 : index
        %blocks = arith.ceildivui %bytes, %k16 : index
        // at = row_at + ich // 16 * channel_block
        %at_1 = arith.divui %ich, %k16 : index
        %at_2 = func.call @product(%at_1, %channel_block) : (index, index) ->
            index
        %at = arith.addi %row_at, %at_2 : index
        // words = (blocks - 1) * channel_block + columns
        %words_1 = arith.subi %blocks, %k1 : index
        %words_2 = func.call @product(%words_1, %channel_block) : (index,
            index) -> index
        %words = arith.addi %words_2, %columns : index
        %target = acadl.range @scratchpad[%at] size(%words)
        acadl.issue "mvin_zero"(%columns, %blocks) writes(%target)
      }
    }
    func.return
  }
  // The core: one loop after the other, as slots become free.
  func.func private @configure(%start: index, %tiles: index, %cycles: index) {
    %k0 = arith.constant 0 : index
    %k1 = arith.constant 1 : index
    %k7 = arith.constant 7 : index
    acadl.issue "cpu"(%start)
    scf.for %t = %k0 to %tiles step %k1 {
      acadl.issue "cpu"(%cycles)
      acadl.wait @slot
      acadl.issue "cpu"(%k7)
      acadl.signal @slot_a after_completion
      acadl.signal @slot_b after_completion
      acadl.signal @slot_c after_completion
    }
    func.return
  }

  // A and B take turns.
  func.func private @matmul_load(%tile_i: index, %all_i: index, %stride_i:
      index, %tile_j: index, %all_j: index, %stride_j: index, %tile_k: index,
      %all_k: index, %stride_k: index, %batch: index, %m: index, %n: index, %k:
      index, %origin: index, %spad_half: index, %acc_half: index) {
    %k0 = arith.constant 0 : index
    %k1 = arith.constant 1 : index
    %k2 = arith.constant 2 : index
    %k4 = arith.constant 4 : index
    %k16 = arith.constant 16 : index
    %k368435456 = arith.constant 368435456 : index
    %n_i = arith.ceildivui %all_i, %tile_i : index
    %n_j = arith.ceildivui %all_j, %tile_j : index
    %n_k = arith.ceildivui %all_k, %tile_k : index
    %layer_tiles_1 = func.call @product(%n_i, %n_j) : (index, index) -> index
    %layer_tiles = func.call @product(%layer_tiles_1, %n_k) : (index, index) ->
        index
    %tiles = func.call @product(%layer_tiles, %batch) : (index, index) -> index
    %end = scf.for %t = %k0 to %tiles step %k1 iter_args(%half = %k0) ->
        (index) {
      %job = arith.divui %t, %layer_tiles : index
      %i_0, %i_blocks = func.call @part(%t, %stride_i, %tile_i, %all_i) :
          (index, index, index, index) -> (index, index)
      %j_0, %j_blocks = func.call @part(%t, %stride_j, %tile_j, %all_j) :
          (index, index, index, index) -> (index, index)
      %k_0, %k_blocks = func.call @part(%t, %stride_k, %tile_k, %all_k) :
          (index, index, index, index) -> (index, index)
      %last_1 = arith.addi %k_0, %k_blocks : index
      %last = arith.cmpi eq, %last_1, %all_k : index
      %a_at_1 = arith.remui %t, %k2 : index
      %a_at = arith.muli %a_at_1, %spad_half : index
      // b_at = a_at + spad_half - k_blocks * j_blocks * 16
      %b_at_1 = arith.addi %a_at, %spad_half : index
      %b_at_2 = func.call @product(%k_blocks, %j_blocks) : (index, index) ->
          index
      %b_at_3 = arith.muli %b_at_2, %k16 : index
      %b_at = arith.subi %b_at_1, %b_at_3 : index
      %sums_at = arith.muli %half, %acc_half : index
      acadl.wait @slot_b
      acadl.issue "config_load"
      acadl.issue "config_load"
      // The very first command is of B; then A is four blocks of k ahead.
      scf.for %kg = %k0 to %k_blocks step %k4 {
        %is_first = arith.cmpi eq, %kg, %k0 : index
        scf.if %is_first {
          scf.for %kb = %k0 to %k1 step %k1 {
            scf.for %jb = %k0 to %k1 step %k1 {
              // b_rows = min(k - (k_0 + kb) * 16, 16)
              %b_rows_1 = arith.addi %k_0, %kb : index
              %b_rows_2 = arith.muli %b_rows_1, %k16 : index
              %b_rows_3 = arith.subi %k, %b_rows_2 : index
              %b_rows = arith.minsi %b_rows_3, %k16 : index
              %b_left = arith.subi %j_blocks, %jb : index
              %b_blocks = arith.minsi %b_left, %k4 : index
              %b_column_1 = arith.addi %j_0, %jb : index
              %b_column = arith.muli %b_column_1, %k16 : index
              // b_bytes = min(n - b_column, b_blocks * 16)
              %b_bytes_1 = arith.subi %n, %b_column : index
              %b_bytes_2 = arith.muli %b_blocks, %k16 : index
              %b_bytes = arith.minsi %b_bytes_1, %b_bytes_2 : index
              // b_from = 368435456 + origin + ((job * all_k + k_0 + kb) * 16) * n + b_column
              %b_from_1 = arith.addi %k368435456, %origin : index
              %b_from_2 = func.call @product(%job, %all_k) : (index, index) ->
                  index
              %b_from_3 = arith.addi %b_from_2, %k_0 : index
              %b_from_4 = arith.addi %b_from_3, %kb : index
              %b_from_5 = arith.muli %b_from_4, %k16 : index
              %b_from_6 = func.call @product(%b_from_5, %n) : (index, index) ->
                  index
              %b_from_7 = arith.addi %b_from_1, %b_from_6 : index
              %b_from = arith.addi %b_from_7, %b_column : index
              // b_to = b_at + (kb * j_blocks + jb) * 16
              %b_to_1 = func.call @product(%kb, %j_blocks) : (index, index) ->
                  index
              %b_to_2 = arith.addi %b_to_1, %jb : index
              %b_to_3 = arith.muli %b_to_2, %k16 : index
              %b_to = arith.addi %b_at, %b_to_3 : index
              // b_words = (b_blocks - 1) * 16 + b_rows
              %b_words_1 = arith.subi %b_blocks, %k1 : index
              %b_words_2 = arith.muli %b_words_1, %k16 : index
              %b_words = arith.addi %b_words_2, %b_rows : index
              %b_source = acadl.range @l2[%b_from] size(%b_bytes)
                  repeat(%b_rows) stride(%n)
              %b_target = acadl.range @scratchpad[%b_to] size(%b_words)
              acadl.issue "mvin" reads(%b_source) writes(%b_target)
              acadl.signal @b_issued
            }
          }
        }
        %a_left = arith.subi %k_blocks, %kg : index
        %a_blocks = arith.minsi %a_left, %k4 : index
        %a_column_1 = arith.addi %k_0, %kg : index
        %a_column = arith.muli %a_column_1, %k16 : index
        // a_bytes = min(k - a_column, a_blocks * 16)
        %a_bytes_1 = arith.subi %k, %a_column : index
        %a_bytes_2 = arith.muli %a_blocks, %k16 : index
        %a_bytes = arith.minsi %a_bytes_1, %a_bytes_2 : index
        scf.for %ib = %k0 to %i_blocks step %k1 {
          %a_row_1 = arith.addi %i_0, %ib : index
          %a_row = arith.muli %a_row_1, %k16 : index
          %a_rows_1 = arith.subi %m, %a_row : index
          %a_rows = arith.minsi %a_rows_1, %k16 : index
          // a_from = origin + (job * m + a_row) * k + a_column
          %a_from_1 = func.call @product(%job, %m) : (index, index) -> index
          %a_from_2 = arith.addi %a_from_1, %a_row : index
          %a_from_3 = func.call @product(%a_from_2, %k) : (index, index) ->
              index
          %a_from_4 = arith.addi %origin, %a_from_3 : index
          %a_from = arith.addi %a_from_4, %a_column : index
          // a_to = a_at + (ib * k_blocks + kg) * 16
          %a_to_1 = func.call @product(%ib, %k_blocks) : (index, index) -> index
          %a_to_2 = arith.addi %a_to_1, %kg : index
          %a_to_3 = arith.muli %a_to_2, %k16 : index
          %a_to = arith.addi %a_at, %a_to_3 : index
          // a_words = (a_blocks - 1) * 16 + a_rows
          %a_words_1 = arith.subi %a_blocks, %k1 : index
          %a_words_2 = arith.muli %a_words_1, %k16 : index
          %a_words = arith.addi %a_words_2, %a_rows : index
          %a_source = acadl.range @l2[%a_from] size(%a_bytes) repeat(%a_rows)
              stride(%k)
          %a_target = acadl.range @scratchpad[%a_to] size(%a_words)
          acadl.issue "mvin" reads(%a_source) writes(%a_target)
          acadl.signal @a_issued
        }
        %k_end = arith.addi %kg, %a_blocks : index
        scf.for %kb = %kg to %k_end step %k1 {
          %has_first = arith.cmpi eq, %kb, %k0 : index
          %j_first = arith.select %has_first, %k4, %k0 : index
          scf.for %jb = %j_first to %j_blocks step %k4 {
            // b_rows = min(k - (k_0 + kb) * 16, 16)
            %b_rows_1 = arith.addi %k_0, %kb : index
            %b_rows_2 = arith.muli %b_rows_1, %k16 : index
            %b_rows_3 = arith.subi %k, %b_rows_2 : index
            %b_rows = arith.minsi %b_rows_3, %k16 : index
            %b_left = arith.subi %j_blocks, %jb : index
            %b_blocks = arith.minsi %b_left, %k4 : index
            %b_column_1 = arith.addi %j_0, %jb : index
            %b_column = arith.muli %b_column_1, %k16 : index
            // b_bytes = min(n - b_column, b_blocks * 16)
            %b_bytes_1 = arith.subi %n, %b_column : index
            %b_bytes_2 = arith.muli %b_blocks, %k16 : index
            %b_bytes = arith.minsi %b_bytes_1, %b_bytes_2 : index
            // b_from = 368435456 + origin + ((job * all_k + k_0 + kb) * 16) * n + b_column
            %b_from_1 = arith.addi %k368435456, %origin : index
            %b_from_2 = func.call @product(%job, %all_k) : (index, index) ->
                index
            %b_from_3 = arith.addi %b_from_2, %k_0 : index
            %b_from_4 = arith.addi %b_from_3, %kb : index
            %b_from_5 = arith.muli %b_from_4, %k16 : index
            %b_from_6 = func.call @product(%b_from_5, %n) : (index, index) ->
                index
            %b_from_7 = arith.addi %b_from_1, %b_from_6 : index
            %b_from = arith.addi %b_from_7, %b_column : index
            // b_to = b_at + (kb * j_blocks + jb) * 16
            %b_to_1 = func.call @product(%kb, %j_blocks) : (index, index) ->
                index
            %b_to_2 = arith.addi %b_to_1, %jb : index
            %b_to_3 = arith.muli %b_to_2, %k16 : index
            %b_to = arith.addi %b_at, %b_to_3 : index
            // b_words = (b_blocks - 1) * 16 + b_rows
            %b_words_1 = arith.subi %b_blocks, %k1 : index
            %b_words_2 = arith.muli %b_words_1, %k16 : index
            %b_words = arith.addi %b_words_2, %b_rows : index
            %b_source = acadl.range @l2[%b_from] size(%b_bytes) repeat(%b_rows)
                stride(%n)
            %b_target = acadl.range @scratchpad[%b_to] size(%b_words)
            acadl.issue "mvin" reads(%b_source) writes(%b_target)
            acadl.signal @b_issued
          }
        }
      }
      %other = arith.subi %k1, %half : index
      %next_half = arith.select %last, %other, %half : index
      scf.yield %next_half : index
    }
    func.return
  }

  // Follows the loads block by block.
  func.func private @matmul_execute(%tile_i: index, %all_i: index, %stride_i:
      index, %tile_j: index, %all_j: index, %stride_j: index, %tile_k: index,
      %all_k: index, %stride_k: index, %batch: index, %m: index, %n: index, %k:
      index, %origin: index, %spad_half: index, %acc_half: index) {
    %k0 = arith.constant 0 : index
    %k1 = arith.constant 1 : index
    %k2 = arith.constant 2 : index
    %k3 = arith.constant 3 : index
    %k4 = arith.constant 4 : index
    %k16 = arith.constant 16 : index
    %n_i = arith.ceildivui %all_i, %tile_i : index
    %n_j = arith.ceildivui %all_j, %tile_j : index
    %n_k = arith.ceildivui %all_k, %tile_k : index
    %layer_tiles_1 = func.call @product(%n_i, %n_j) : (index, index) -> index
    %layer_tiles = func.call @product(%layer_tiles_1, %n_k) : (index, index) ->
        index
    %tiles = func.call @product(%layer_tiles, %batch) : (index, index) -> index
    %end = scf.for %t = %k0 to %tiles step %k1 iter_args(%half = %k0) ->
        (index) {
      %job = arith.divui %t, %layer_tiles : index
      %i_0, %i_blocks = func.call @part(%t, %stride_i, %tile_i, %all_i) :
          (index, index, index, index) -> (index, index)
      %j_0, %j_blocks = func.call @part(%t, %stride_j, %tile_j, %all_j) :
          (index, index, index, index) -> (index, index)
      %k_0, %k_blocks = func.call @part(%t, %stride_k, %tile_k, %all_k) :
          (index, index, index, index) -> (index, index)
      %last_1 = arith.addi %k_0, %k_blocks : index
      %last = arith.cmpi eq, %last_1, %all_k : index
      %a_at_1 = arith.remui %t, %k2 : index
      %a_at = arith.muli %a_at_1, %spad_half : index
      // b_at = a_at + spad_half - k_blocks * j_blocks * 16
      %b_at_1 = arith.addi %a_at, %spad_half : index
      %b_at_2 = func.call @product(%k_blocks, %j_blocks) : (index, index) ->
          index
      %b_at_3 = arith.muli %b_at_2, %k16 : index
      %b_at = arith.subi %b_at_1, %b_at_3 : index
      %sums_at = arith.muli %half, %acc_half : index
      %last_k = arith.subi %k_blocks, %k1 : index
      %last_j = arith.subi %j_blocks, %k1 : index
      scf.for %kb = %k0 to %k_blocks step %k1 {
        // weight_rows = min(k - (k_0 + kb) * 16, 16)
        %weight_rows_1 = arith.addi %k_0, %kb : index
        %weight_rows_2 = arith.muli %weight_rows_1, %k16 : index
        %weight_rows_3 = arith.subi %k, %weight_rows_2 : index
        %weight_rows = arith.minsi %weight_rows_3, %k16 : index
        %in_group_k = arith.remui %kb, %k4 : index
        // at_end_k = kb == last_k and last_k + k_0 + 1 == all_k
        %at_end_k_1 = arith.cmpi eq, %kb, %last_k : index
        %at_end_k_2 = arith.addi %last_k, %k_0 : index
        %at_end_k_3 = arith.addi %at_end_k_2, %k1 : index
        %at_end_k_4 = arith.cmpi eq, %at_end_k_3, %all_k : index
        %at_end_k = arith.andi %at_end_k_1, %at_end_k_4 : i1
        scf.for %jb = %k0 to %j_blocks step %k1 {
          %in_group_j = arith.remui %jb, %k4 : index
          // needs_a = in_group_k == 0 and jb == 0
          %needs_a_1 = arith.cmpi eq, %in_group_k, %k0 : index
          %needs_a_2 = arith.cmpi eq, %jb, %k0 : index
          %needs_a = arith.andi %needs_a_1, %needs_a_2 : i1
          %starts_b = arith.cmpi eq, %in_group_j, %k0 : index
          // ends_group = in_group_j == 3 or jb == last_j
          %ends_group_1 = arith.cmpi eq, %in_group_j, %k3 : index
          %ends_group_2 = arith.cmpi eq, %jb, %last_j : index
          %ends_group = arith.ori %ends_group_1, %ends_group_2 : i1
          // weight_at = b_at + (kb * j_blocks + jb) * 16
          %weight_at_1 = func.call @product(%kb, %j_blocks) : (index, index) ->
              index
          %weight_at_2 = arith.addi %weight_at_1, %jb : index
          %weight_at_3 = arith.muli %weight_at_2, %k16 : index
          %weight_at = arith.addi %b_at, %weight_at_3 : index
          scf.for %ib = %k0 to %i_blocks step %k1 {
            %is_new = arith.cmpi eq, %ib, %k0 : index
            scf.if %needs_a {
              acadl.wait @a_issued
            }
            %needs_b_1 = arith.cmpi eq, %ib, %k0 : index
            %needs_b = arith.andi %starts_b, %needs_b_1 : i1
            scf.if %needs_b {
              acadl.wait @b_issued
            }
            // rows = min(m - (i_0 + ib) * 16, 16)
            %rows_1 = arith.addi %i_0, %ib : index
            %rows_2 = arith.muli %rows_1, %k16 : index
            %rows_3 = arith.subi %m, %rows_2 : index
            %rows = arith.minsi %rows_3, %k16 : index
            %new = arith.select %is_new, %k1, %k0 : index
            %new_rows = arith.select %is_new, %weight_rows, %k0 : index
            // sum_at = sums_at + (ib * j_blocks + jb) * 16
            %sum_at_1 = func.call @product(%ib, %j_blocks) : (index, index) ->
                index
            %sum_at_2 = arith.addi %sum_at_1, %jb : index
            %sum_at_3 = arith.muli %sum_at_2, %k16 : index
            %sum_at = arith.addi %sums_at, %sum_at_3 : index
            // input_at = a_at + (ib * k_blocks + kb) * 16
            %input_at_1 = func.call @product(%ib, %k_blocks) : (index, index)
                -> index
            %input_at_2 = arith.addi %input_at_1, %kb : index
            %input_at_3 = arith.muli %input_at_2, %k16 : index
            %input_at = arith.addi %a_at, %input_at_3 : index
            %weights = acadl.range @scratchpad[%weight_at] size(%new_rows)
            %sum = acadl.range @accumulator[%sum_at] size(%rows)
            %input = acadl.range @scratchpad[%input_at] size(%rows)
            acadl.issue "preload"(%rows, %new) reads(%weights) writes(%sum)
            acadl.issue "compute"(%rows) reads(%input)
            %stores = arith.andi %at_end_k, %ends_group : i1
            scf.if %stores {
              acadl.signal @executed
            }
          }
        }
      }
      scf.if %last {
      } else {
        acadl.signal @executed
      }
      %other = arith.subi %k1, %half : index
      %next_half = arith.select %last, %other, %half : index
      scf.yield %next_half : index
    }
    func.return
  }

  // Follows the last round of execute.
  func.func private @matmul_store(%tile_i: index, %all_i: index, %stride_i:
      index, %tile_j: index, %all_j: index, %stride_j: index, %tile_k: index,
      %all_k: index, %stride_k: index, %batch: index, %m: index, %n: index, %k:
      index, %origin: index, %spad_half: index, %acc_half: index) {
    %k0 = arith.constant 0 : index
    %k1 = arith.constant 1 : index
    %k2 = arith.constant 2 : index
    %k4 = arith.constant 4 : index
    %k16 = arith.constant 16 : index
    %k736870912 = arith.constant 736870912 : index
    %n_i = arith.ceildivui %all_i, %tile_i : index
    %n_j = arith.ceildivui %all_j, %tile_j : index
    %n_k = arith.ceildivui %all_k, %tile_k : index
    %layer_tiles_1 = func.call @product(%n_i, %n_j) : (index, index) -> index
    %layer_tiles = func.call @product(%layer_tiles_1, %n_k) : (index, index) ->
        index
    %tiles = func.call @product(%layer_tiles, %batch) : (index, index) -> index
    %end = scf.for %t = %k0 to %tiles step %k1 iter_args(%half = %k0) ->
        (index) {
      %job = arith.divui %t, %layer_tiles : index
      %i_0, %i_blocks = func.call @part(%t, %stride_i, %tile_i, %all_i) :
          (index, index, index, index) -> (index, index)
      %j_0, %j_blocks = func.call @part(%t, %stride_j, %tile_j, %all_j) :
          (index, index, index, index) -> (index, index)
      %k_0, %k_blocks = func.call @part(%t, %stride_k, %tile_k, %all_k) :
          (index, index, index, index) -> (index, index)
      %last_1 = arith.addi %k_0, %k_blocks : index
      %last = arith.cmpi eq, %last_1, %all_k : index
      %a_at_1 = arith.remui %t, %k2 : index
      %a_at = arith.muli %a_at_1, %spad_half : index
      // b_at = a_at + spad_half - k_blocks * j_blocks * 16
      %b_at_1 = arith.addi %a_at, %spad_half : index
      %b_at_2 = func.call @product(%k_blocks, %j_blocks) : (index, index) ->
          index
      %b_at_3 = arith.muli %b_at_2, %k16 : index
      %b_at = arith.subi %b_at_1, %b_at_3 : index
      %sums_at = arith.muli %half, %acc_half : index
      scf.if %last {
        scf.for %jb = %k0 to %j_blocks step %k4 {
          %blocks_1 = arith.subi %j_blocks, %jb : index
          %blocks = arith.minsi %blocks_1, %k4 : index
          %column_1 = arith.addi %j_0, %jb : index
          %column = arith.muli %column_1, %k16 : index
          // bytes = min(n - column, blocks * 16)
          %bytes_1 = arith.subi %n, %column : index
          %bytes_2 = arith.muli %blocks, %k16 : index
          %bytes = arith.minsi %bytes_1, %bytes_2 : index
          scf.for %ib = %k0 to %i_blocks step %k1 {
            acadl.wait @executed
            %row_1 = arith.addi %i_0, %ib : index
            %row = arith.muli %row_1, %k16 : index
            %rows_1 = arith.subi %m, %row : index
            %rows = arith.minsi %rows_1, %k16 : index
            // from = sums_at + (ib * j_blocks + jb) * 16
            %from_1 = func.call @product(%ib, %j_blocks) : (index, index) ->
                index
            %from_2 = arith.addi %from_1, %jb : index
            %from_3 = arith.muli %from_2, %k16 : index
            %from = arith.addi %sums_at, %from_3 : index
            // words = (blocks - 1) * 16 + rows
            %words_1 = arith.subi %blocks, %k1 : index
            %words_2 = arith.muli %words_1, %k16 : index
            %words = arith.addi %words_2, %rows : index
            // to = 736870912 + origin + (job * m + row) * n + column
            %to_1 = arith.addi %k736870912, %origin : index
            %to_2 = func.call @product(%job, %m) : (index, index) -> index
            %to_3 = arith.addi %to_2, %row : index
            %to_4 = func.call @product(%to_3, %n) : (index, index) -> index
            %to_5 = arith.addi %to_1, %to_4 : index
            %to = arith.addi %to_5, %column : index
            %cycles = func.call @product(%rows, %blocks) : (index, index) ->
                index
            %sum = acadl.range @accumulator[%from] size(%words)
            %target = acadl.range @l2[%to] size(%bytes) repeat(%rows) stride(%n)
            acadl.issue "mvout"(%cycles) reads(%sum) writes(%target)
          }
        }
      } else {
        acadl.wait @executed
      }
      acadl.signal @slot
      %other = arith.subi %k1, %half : index
      %next_half = arith.select %last, %other, %half : index
      scf.yield %next_half : index
    }
    func.return
  }

  func.func private @configure_matmul(%begin: index, %count: index, %each:
      index) {
    %k0 = arith.constant 0 : index
    %k1 = arith.constant 1 : index
    %k6 = arith.constant 6 : index
    acadl.issue "cpu"(%begin)
    scf.for %t = %k0 to %count step %k1 {
      acadl.issue "cpu"(%each)
      acadl.wait @slot
      acadl.issue "cpu"(%k6)
      acadl.signal @slot_b after_completion
    }
    func.return
  }

  // Whether a tile of I x J x K blocks fits into its share.
  func.func private @blocks_fit(%i: index, %j: index, %k: index, %spad: index,
      %acc: index) -> i1 {
    %k16 = arith.constant 16 : index
    // rows = (i * k + k * j) * 16, sums = i * j * 16
    %rows_1 = arith.muli %i, %k : index
    %rows_2 = arith.muli %k, %j : index
    %rows_3 = arith.addi %rows_1, %rows_2 : index
    %rows = arith.muli %rows_3, %k16 : index
    %sums_1 = arith.muli %i, %j : index
    %sums = arith.muli %sums_1, %k16 : index
    %fit_1 = arith.cmpi sle, %rows, %spad : index
    %fit_2 = arith.cmpi sle, %sums, %acc : index
    %fit = arith.andi %fit_1, %fit_2 : i1
    func.return %fit : i1
  }

  // The library's tiler of matrix products: nearly square, then whatever grows.
  func.func private @choose_blocks(%max_i: index, %max_j: index, %max_k: index,
      %spad: index, %acc: index) -> (index, index, index, index) {
    %k0 = arith.constant 0 : index
    %k1 = arith.constant 1 : index
    %k3 = arith.constant 3 : index
    %k16 = arith.constant 16 : index
    %k32 = arith.constant 32 : index
    %true = arith.constant true
    %squares = arith.divui %acc, %k16 : index
    %root = scf.while (%side = %k1) : (index) -> index {
      %larger = arith.addi %side, %k1 : index
      %goes_on_1 = arith.muli %larger, %larger : index
      %goes_on = arith.cmpi sle, %goes_on_1, %squares : index
      scf.condition(%goes_on) %side : index
    } do {
    ^bb0(%side: index):
      %next_side = arith.addi %side, %k1 : index
      scf.yield %next_side : index
    }
    %depth_1 = arith.divui %spad, %k32 : index
    %depth = arith.divui %depth_1, %root : index
    %first_i = arith.minsi %max_i, %root : index
    %first_j = arith.minsi %max_j, %root : index
    %first_k = arith.minsi %max_k, %depth : index
    %b:5 = scf.while (%i = %first_i, %j = %first_j, %k = %first_k, %tests =
        %k0, %go = %true) : (index, index, index, index, i1) -> (index, index,
        index, index, i1) {
      scf.condition(%go) %i, %j, %k, %tests, %go : index, index, index, index,
          i1
    } do {
    ^bb0(%i: index, %j: index, %k: index, %tests: index, %before: i1):
      %more_j = arith.addi %j, %k1 : index
      %room_j = func.call @blocks_fit(%i, %more_j, %k, %spad, %acc) : (index,
          index, index, index, index) -> i1
      %within_j = arith.cmpi sle, %more_j, %max_j : index
      %fits_j = arith.andi %room_j, %within_j : i1
      %new_j = arith.select %fits_j, %more_j, %j : index
      %more_i = arith.addi %i, %k1 : index
      %room_i = func.call @blocks_fit(%more_i, %new_j, %k, %spad, %acc) :
          (index, index, index, index, index) -> i1
      %within_i = arith.cmpi sle, %more_i, %max_i : index
      %fits_i = arith.andi %room_i, %within_i : i1
      %new_i = arith.select %fits_i, %more_i, %i : index
      %more_k = arith.addi %k, %k1 : index
      %room_k = func.call @blocks_fit(%new_i, %new_j, %more_k, %spad, %acc) :
          (index, index, index, index, index) -> i1
      %within_k = arith.cmpi sle, %more_k, %max_k : index
      %fits_k = arith.andi %room_k, %within_k : i1
      %new_k = arith.select %fits_k, %more_k, %k : index
      %again_1 = arith.ori %fits_j, %fits_i : i1
      %again = arith.ori %again_1, %fits_k : i1
      %new_tests = arith.addi %tests, %k3 : index
      scf.yield %new_i, %new_j, %new_k, %new_tests, %again : index, index,
          index, index, i1
    }
    func.return %b#0, %b#1, %b#2, %b#3 : index, index, index, index
  }

  acadl.mapping @conv2d of "conv2d"(n = %n, g = %g, oc = %oc, ic = %ic, oh =
      %oh, ow = %ow, kh = %kh, kw = %kw, sh = %sh, sw = %sw, dh = %dh, dw =
      %dw, pt = %pt, pb = %pb, pl = %pl, pr = %pr, tile_oh = %tile_oh, nest_oh
      = %nest_oh, tile_ow = %tile_ow, nest_ow = %nest_ow, tile_oc = %tile_oc,
      nest_oc = %nest_oc, tile_kh = %tile_kh, nest_kh = %nest_kh, tile_kw =
      %tile_kw, nest_kw = %nest_kw, tile_ic = %tile_ic, nest_ic = %nest_ic)
      types ["i8, i8 -> i32", "i8, i8 -> i8"]
      free_epilogues ["bias", "scale", "relu", "clamp", "requantize", "pool"] {
    acadl.domain %oc in [1, 128]
    acadl.domain %ic in [1, 128]
    // strides_fit = sh == sw or oh == 1 or ow == 1
    %strides_fit_1 = arith.cmpi eq, %sh, %sw : index
    %strides_fit_2 = arith.cmpi eq, %oh, %c1 : index
    %strides_fit_3 = arith.ori %strides_fit_1, %strides_fit_2 : i1
    %strides_fit_4 = arith.cmpi eq, %ow, %c1 : index
    %strides_fit = arith.ori %strides_fit_3, %strides_fit_4 : i1
    acadl.require %strides_fit, "the strides of rows and columns must be equal"
    // plain = dh == 1 and dw == 1
    %plain_1 = arith.cmpi eq, %dh, %c1 : index
    %plain_2 = arith.cmpi eq, %dw, %c1 : index
    %plain = arith.andi %plain_1, %plain_2 : i1
    acadl.require %plain, "dilated windows are left to the host"
    acadl.domain %oh in [1, 28]
    acadl.domain %ow in [1, 28]
    acadl.domain %kh in [1, 3]
    acadl.domain %kw in [1, 3]
    // The library has one padding for all sides, and computes what comes of it.
    %stride = arith.maxsi %sh, %sw : index
    // pad = max(pt, pb, pl, pr)
    %pad_1 = arith.maxsi %pt, %pb : index
    %pad_2 = arith.maxsi %pad_1, %pl : index
    %pad = arith.maxsi %pad_2, %pr : index
    // ih = (oh - 1) * stride + max(kh, stride) - pt - pb
    %ih_1 = arith.subi %oh, %c1 : index
    %ih_2 = arith.muli %ih_1, %stride : index
    %ih_3 = arith.maxsi %kh, %stride : index
    %ih_4 = arith.addi %ih_2, %ih_3 : index
    %ih_5 = arith.subi %ih_4, %pt : index
    %ih = arith.subi %ih_5, %pb : index
    // iw = (ow - 1) * stride + max(kw, stride) - pl - pr
    %iw_1 = arith.subi %ow, %c1 : index
    %iw_2 = arith.muli %iw_1, %stride : index
    %iw_3 = arith.maxsi %kw, %stride : index
    %iw_4 = arith.addi %iw_2, %iw_3 : index
    %iw_5 = arith.subi %iw_4, %pl : index
    %iw = arith.subi %iw_5, %pr : index
    // all_orows = max((ih + 2 * pad - kh) // stride + 1, oh)
    %all_orows_1 = arith.muli %c2, %pad : index
    %all_orows_2 = arith.addi %ih, %all_orows_1 : index
    %all_orows_3 = arith.subi %all_orows_2, %kh : index
    %all_orows_4 = arith.divui %all_orows_3, %stride : index
    %all_orows_5 = arith.addi %all_orows_4, %c1 : index
    %all_orows = arith.maxsi %all_orows_5, %oh : index
    // all_ocols = max((iw + 2 * pad - kw) // stride + 1, ow)
    %all_ocols_1 = arith.muli %c2, %pad : index
    %all_ocols_2 = arith.addi %iw, %all_ocols_1 : index
    %all_ocols_3 = arith.subi %all_ocols_2, %kw : index
    %all_ocols_4 = arith.divui %all_ocols_3, %stride : index
    %all_ocols_5 = arith.addi %all_ocols_4, %c1 : index
    %all_ocols = arith.maxsi %all_ocols_5, %ow : index
    %all_ochs = arith.divui %oc, %g : index
    %all_kchs = arith.divui %ic, %g : index
    // given = tile_oh + tile_ow + tile_oc + tile_kh + tile_kw + tile_ic > 0
    %given_1 = arith.addi %tile_oh, %tile_ow : index
    %given_2 = arith.addi %given_1, %tile_oc : index
    %given_3 = arith.addi %given_2, %tile_kh : index
    %given_4 = arith.addi %given_3, %tile_kw : index
    %given_5 = arith.addi %given_4, %tile_ic : index
    %given = arith.cmpi sgt, %given_5, %c0 : index
    %own = arith.cmpi eq, %given_5, %c0 : index
    %asked_orows = func.call @asked_of(%tile_oh, %oh, %all_orows) : (index,
        index, index) -> index
    %asked_ocols = func.call @asked_of(%tile_ow, %ow, %all_ocols) : (index,
        index, index) -> index
    %asked_ochs = func.call @asked(%tile_oc, %all_ochs) : (index, index) ->
        index
    %asked_krows = func.call @asked(%tile_kh, %kh) : (index, index) -> index
    %asked_kcols = func.call @asked(%tile_kw, %kw) : (index, index) -> index
    %asked_kchs = func.call @asked(%tile_ic, %all_kchs) : (index, index) ->
        index
    %asked_fits = func.call @fits(%asked_orows, %asked_ocols, %asked_ochs,
        %asked_krows, %asked_kcols, %asked_kchs, %stride, %scratchpad_half,
        %accumulator_half) : (index, index, index, index, index, index, index,
        index, index) -> i1
    %tile_fits = arith.ori %own, %asked_fits : i1
    acadl.require %tile_fits,
        "a tile takes more than half of the scratchpad or of the accumulator"
    %one_fits = func.call @one_fits(%stride, %spad_budget) : (index, index) ->
        i1
    %can_choose = arith.ori %given, %one_fits : i1
    acadl.require %can_choose,
        "at this stride half of the scratchpad holds no tile"
    %tile_orows, %tile_ocols, %tile_ochs, %tile_krows, %tile_kcols, %tile_kchs,
        %tests = scf.if %given -> (index, index, index, index, index, index,
        index) {
      scf.yield %asked_orows, %asked_ocols, %asked_ochs, %asked_krows,
          %asked_kcols, %asked_kchs, %c0 : index, index, index, index, index,
          index, index
    } else {
      %chosen:7 = func.call @choose_tile(%all_orows, %all_ocols, %all_ochs,
          %kh, %kw, %all_kchs, %stride, %spad_budget, %acc_budget) : (index,
          index, index, index, index, index, index, index, index) -> (index,
          index, index, index, index, index, index)
      scf.yield %chosen#0, %chosen#1, %chosen#2, %chosen#3, %chosen#4,
          %chosen#5, %chosen#6 : index, index, index, index, index, index, index
    }
    %n_orows = arith.ceildivui %all_orows, %tile_orows : index
    %ranked_orows = arith.cmpi sgt, %nest_oh, %c0 : index
    %key_orows_1 = arith.subi %c100, %nest_oh : index
    %key_orows = arith.select %ranked_orows, %key_orows_1, %c205 : index
    %n_ocols = arith.ceildivui %all_ocols, %tile_ocols : index
    %ranked_ocols = arith.cmpi sgt, %nest_ow, %c0 : index
    %key_ocols_1 = arith.subi %c100, %nest_ow : index
    %key_ocols = arith.select %ranked_ocols, %key_ocols_1, %c204 : index
    %n_ochs = arith.ceildivui %all_ochs, %tile_ochs : index
    %ranked_ochs = arith.cmpi sgt, %nest_oc, %c0 : index
    %key_ochs_1 = arith.subi %c100, %nest_oc : index
    %key_ochs = arith.select %ranked_ochs, %key_ochs_1, %c203 : index
    %n_krows = arith.ceildivui %kh, %tile_krows : index
    %ranked_krows = arith.cmpi sgt, %nest_kh, %c0 : index
    %key_krows_1 = arith.subi %c100, %nest_kh : index
    %key_krows = arith.select %ranked_krows, %key_krows_1, %c202 : index
    %n_kcols = arith.ceildivui %kw, %tile_kcols : index
    %ranked_kcols = arith.cmpi sgt, %nest_kw, %c0 : index
    %key_kcols_1 = arith.subi %c100, %nest_kw : index
    %key_kcols = arith.select %ranked_kcols, %key_kcols_1, %c201 : index
    %n_kchs = arith.ceildivui %all_kchs, %tile_kchs : index
    %ranked_kchs = arith.cmpi sgt, %nest_ic, %c0 : index
    %key_kchs_1 = arith.subi %c100, %nest_ic : index
    %key_kchs = arith.select %ranked_kchs, %key_kchs_1, %c200 : index
    %stride_orows = func.call @stride(%key_orows, %key_orows, %n_orows,
        %key_ocols, %n_ocols, %key_ochs, %n_ochs, %key_krows, %n_krows,
        %key_kcols, %n_kcols, %key_kchs, %n_kchs) : (index, index, index,
        index, index, index, index, index, index, index, index, index, index)
        -> index
    %stride_ocols = func.call @stride(%key_ocols, %key_orows, %n_orows,
        %key_ocols, %n_ocols, %key_ochs, %n_ochs, %key_krows, %n_krows,
        %key_kcols, %n_kcols, %key_kchs, %n_kchs) : (index, index, index,
        index, index, index, index, index, index, index, index, index, index)
        -> index
    %stride_ochs = func.call @stride(%key_ochs, %key_orows, %n_orows,
        %key_ocols, %n_ocols, %key_ochs, %n_ochs, %key_krows, %n_krows,
        %key_kcols, %n_kcols, %key_kchs, %n_kchs) : (index, index, index,
        index, index, index, index, index, index, index, index, index, index)
        -> index
    %stride_krows = func.call @stride(%key_krows, %key_orows, %n_orows,
        %key_ocols, %n_ocols, %key_ochs, %n_ochs, %key_krows, %n_krows,
        %key_kcols, %n_kcols, %key_kchs, %n_kchs) : (index, index, index,
        index, index, index, index, index, index, index, index, index, index)
        -> index
    %stride_kcols = func.call @stride(%key_kcols, %key_orows, %n_orows,
        %key_ocols, %n_ocols, %key_ochs, %n_ochs, %key_krows, %n_krows,
        %key_kcols, %n_kcols, %key_kchs, %n_kchs) : (index, index, index,
        index, index, index, index, index, index, index, index, index, index)
        -> index
    %stride_kchs = func.call @stride(%key_kchs, %key_orows, %n_orows,
        %key_ocols, %n_ocols, %key_ochs, %n_ochs, %key_krows, %n_krows,
        %key_kcols, %n_kcols, %key_kchs, %n_kchs) : (index, index, index,
        index, index, index, index, index, index, index, index, index, index)
        -> index
    // conv_tiles = n_orows * n_ocols * n_ochs * n_krows * n_kcols * n_kchs * n * g
    %conv_tiles_1 = arith.muli %n_orows, %n_ocols : index
    %conv_tiles_2 = arith.muli %conv_tiles_1, %n_ochs : index
    %conv_tiles_3 = arith.muli %conv_tiles_2, %n_krows : index
    %conv_tiles_4 = arith.muli %conv_tiles_3, %n_kcols : index
    %conv_tiles_5 = arith.muli %conv_tiles_4, %n_kchs : index
    %conv_tiles_6 = arith.muli %conv_tiles_5, %n : index
    %conv_tiles = arith.muli %conv_tiles_6, %g : index
    %search = arith.muli %tests, %fit_test_conv : index
    %start = arith.addi %start_conv, %search : index
    %warm = arith.select %given, %warm_given, %warm_own : index
    // warm_a = warm * min(n * ih * iw * ic, 8388608) // 100
    %warm_a_1 = arith.muli %n, %ih : index
    %warm_a_2 = arith.muli %warm_a_1, %iw : index
    %warm_a_3 = arith.muli %warm_a_2, %ic : index
    %warm_a_4 = arith.minsi %warm_a_3, %c8388608 : index
    %warm_a_5 = arith.muli %warm, %warm_a_4 : index
    %warm_a = arith.divui %warm_a_5, %c100 : index
    // warm_b = warm * min(oc * all_kchs * kh * kw, 8388608) // 100
    %warm_b_1 = arith.muli %oc, %all_kchs : index
    %warm_b_2 = arith.muli %warm_b_1, %kh : index
    %warm_b_3 = arith.muli %warm_b_2, %kw : index
    %warm_b_4 = arith.minsi %warm_b_3, %c8388608 : index
    %warm_b_5 = arith.muli %warm, %warm_b_4 : index
    %warm_b = arith.divui %warm_b_5, %c100 : index
    // warm_c = warm * min(n * oc * all_orows * all_ocols, 8388608) // 100
    %warm_c_1 = arith.muli %n, %oc : index
    %warm_c_2 = arith.muli %warm_c_1, %all_orows : index
    %warm_c_3 = arith.muli %warm_c_2, %all_ocols : index
    %warm_c_4 = arith.minsi %warm_c_3, %c8388608 : index
    %warm_c_5 = arith.muli %warm, %warm_c_4 : index
    %warm_c = arith.divui %warm_c_5, %c100 : index
    %b_0 = arith.addi %base, %c271720448 : index
    %c_0 = arith.addi %base, %c544350208 : index
    %warm_inputs = acadl.range @l2[%base] size(%warm_a)
    %warm_weights = acadl.range @l2[%b_0] size(%warm_b)
    %warm_results = acadl.range @l2[%c_0] size(%warm_c)
    acadl.warm reads(%warm_inputs, %warm_weights) writes(%warm_results)
    acadl.stream @cpu {
      func.call @configure(%start, %conv_tiles, %configure_conv) : (index,
          index, index) -> ()
    }
    acadl.stream @generators priority(%c5) {
      func.call @conv_store(%tile_orows, %all_orows, %stride_orows,
          %tile_ocols, %all_ocols, %stride_ocols, %tile_ochs, %all_ochs,
          %stride_ochs, %tile_krows, %kh, %stride_krows, %tile_kcols, %kw,
          %stride_kcols, %tile_kchs, %all_kchs, %stride_kchs, %n, %g, %stride,
          %pad, %pad, %ih, %iw, %base, %scratchpad_half, %accumulator_half) :
          (index, index, index, index, index, index, index, index, index,
          index, index, index, index, index, index, index, index, index, index,
          index, index, index, index, index, index, index, index, index) -> ()
    }
    acadl.stream @generators priority(%c4) {
      func.call @conv_execute(%tile_orows, %all_orows, %stride_orows,
          %tile_ocols, %all_ocols, %stride_ocols, %tile_ochs, %all_ochs,
          %stride_ochs, %tile_krows, %kh, %stride_krows, %tile_kcols, %kw,
          %stride_kcols, %tile_kchs, %all_kchs, %stride_kchs, %n, %g, %stride,
          %pad, %pad, %ih, %iw, %base, %scratchpad_half, %accumulator_half) :
          (index, index, index, index, index, index, index, index, index,
          index, index, index, index, index, index, index, index, index, index,
          index, index, index, index, index, index, index, index, index) -> ()
    }
    acadl.stream @generators priority(%c3) {
      func.call @conv_bias(%tile_orows, %all_orows, %stride_orows, %tile_ocols,
          %all_ocols, %stride_ocols, %tile_ochs, %all_ochs, %stride_ochs,
          %tile_krows, %kh, %stride_krows, %tile_kcols, %kw, %stride_kcols,
          %tile_kchs, %all_kchs, %stride_kchs, %n, %g, %stride, %pad, %pad,
          %ih, %iw, %base, %scratchpad_half, %accumulator_half) : (index,
          index, index, index, index, index, index, index, index, index, index,
          index, index, index, index, index, index, index, index, index, index,
          index, index, index, index, index, index, index) -> ()
    }
    acadl.stream @generators priority(%c2) {
      func.call @conv_weights(%tile_orows, %all_orows, %stride_orows,
          %tile_ocols, %all_ocols, %stride_ocols, %tile_ochs, %all_ochs,
          %stride_ochs, %tile_krows, %kh, %stride_krows, %tile_kcols, %kw,
          %stride_kcols, %tile_kchs, %all_kchs, %stride_kchs, %n, %g, %stride,
          %pad, %pad, %ih, %iw, %base, %scratchpad_half, %accumulator_half) :
          (index, index, index, index, index, index, index, index, index,
          index, index, index, index, index, index, index, index, index, index,
          index, index, index, index, index, index, index, index, index) -> ()
    }
    acadl.stream @generators priority(%c1) {
      func.call @conv_input(%tile_orows, %all_orows, %stride_orows,
          %tile_ocols, %all_ocols, %stride_ocols, %tile_ochs, %all_ochs,
          %stride_ochs, %tile_krows, %kh, %stride_krows, %tile_kcols, %kw,
          %stride_kcols, %tile_kchs, %all_kchs, %stride_kchs, %n, %g, %stride,
          %pad, %pad, %ih, %iw, %base, %scratchpad_half, %accumulator_half) :
          (index, index, index, index, index, index, index, index, index,
          index, index, index, index, index, index, index, index, index, index,
          index, index, index, index, index, index, index, index, index) -> ()
    }
  }

  // One channel after the other: a product of one row of weights.
  acadl.mapping @depthwise_conv2d of "depthwise_conv2d"(n = %n, c = %c, m = %m,
      oh = %oh, ow = %ow, kh = %kh, kw = %kw, sh = %sh, sw = %sw, dh = %dh, dw
      = %dw, pt = %pt, pb = %pb, pl = %pl, pr = %pr)
      types ["i8, i8 -> i32", "i8, i8 -> i8"]
      free_epilogues ["bias", "scale", "relu", "clamp", "requantize", "pool"] {
    acadl.domain %c in [1, 32]
    // strides_fit = sh == sw or oh == 1 or ow == 1
    %strides_fit_1 = arith.cmpi eq, %sh, %sw : index
    %strides_fit_2 = arith.cmpi eq, %oh, %c1 : index
    %strides_fit_3 = arith.ori %strides_fit_1, %strides_fit_2 : i1
    %strides_fit_4 = arith.cmpi eq, %ow, %c1 : index
    %strides_fit = arith.ori %strides_fit_3, %strides_fit_4 : i1
    acadl.require %strides_fit, "the strides of rows and columns must be equal"
    // plain = dh == 1 and dw == 1
    %plain_1 = arith.cmpi eq, %dh, %c1 : index
    %plain_2 = arith.cmpi eq, %dw, %c1 : index
    %plain = arith.andi %plain_1, %plain_2 : i1
    acadl.require %plain, "dilated windows are left to the host"
    acadl.domain %oh in [1, 28]
    acadl.domain %ow in [1, 28]
    acadl.domain %kh in [1, 3]
    acadl.domain %kw in [1, 3]
    // The library has one padding for all sides, and computes what comes of it.
    %stride = arith.maxsi %sh, %sw : index
    // pad = max(pt, pb, pl, pr)
    %pad_1 = arith.maxsi %pt, %pb : index
    %pad_2 = arith.maxsi %pad_1, %pl : index
    %pad = arith.maxsi %pad_2, %pr : index
    // ih = (oh - 1) * stride + max(kh, stride) - pt - pb
    %ih_1 = arith.subi %oh, %c1 : index
    %ih_2 = arith.muli %ih_1, %stride : index
    %ih_3 = arith.maxsi %kh, %stride : index
    %ih_4 = arith.addi %ih_2, %ih_3 : index
    %ih_5 = arith.subi %ih_4, %pt : index
    %ih = arith.subi %ih_5, %pb : index
    // iw = (ow - 1) * stride + max(kw, stride) - pl - pr
    %iw_1 = arith.subi %ow, %c1 : index
    %iw_2 = arith.muli %iw_1, %stride : index
    %iw_3 = arith.maxsi %kw, %stride : index
    %iw_4 = arith.addi %iw_2, %iw_3 : index
    %iw_5 = arith.subi %iw_4, %pl : index
    %iw = arith.subi %iw_5, %pr : index
    // all_orows = max((ih + 2 * pad - kh) // stride + 1, oh)
    %all_orows_1 = arith.muli %c2, %pad : index
    %all_orows_2 = arith.addi %ih, %all_orows_1 : index
    %all_orows_3 = arith.subi %all_orows_2, %kh : index
    %all_orows_4 = arith.divui %all_orows_3, %stride : index
    %all_orows_5 = arith.addi %all_orows_4, %c1 : index
    %all_orows = arith.maxsi %all_orows_5, %oh : index
    // all_ocols = max((iw + 2 * pad - kw) // stride + 1, ow)
    %all_ocols_1 = arith.muli %c2, %pad : index
    %all_ocols_2 = arith.addi %iw, %all_ocols_1 : index
    %all_ocols_3 = arith.subi %all_ocols_2, %kw : index
    %all_ocols_4 = arith.divui %all_ocols_3, %stride : index
    %all_ocols_5 = arith.addi %all_ocols_4, %c1 : index
    %all_ocols = arith.maxsi %all_ocols_5, %ow : index
    %can_choose = func.call @one_fits(%stride, %spad_budget) : (index, index)
        -> i1
    acadl.require %can_choose,
        "at this stride half of the scratchpad holds no tile"
    %tile_orows, %tile_ocols, %tile_ochs, %tile_krows, %tile_kcols, %tile_kchs,
        %tests = func.call @choose_tile(%all_orows, %all_ocols, %m, %kh, %kw,
        %c1, %stride, %spad_budget, %acc_budget) : (index, index, index, index,
        index, index, index, index, index) -> (index, index, index, index,
        index, index, index)
    %n_orows = arith.ceildivui %all_orows, %tile_orows : index
    %key_orows = arith.addi %c205, %c0 : index
    %n_ocols = arith.ceildivui %all_ocols, %tile_ocols : index
    %key_ocols = arith.addi %c204, %c0 : index
    %n_ochs = arith.ceildivui %m, %tile_ochs : index
    %key_ochs = arith.addi %c203, %c0 : index
    %n_krows = arith.ceildivui %kh, %tile_krows : index
    %key_krows = arith.addi %c202, %c0 : index
    %n_kcols = arith.ceildivui %kw, %tile_kcols : index
    %key_kcols = arith.addi %c201, %c0 : index
    %n_kchs = arith.ceildivui %c1, %tile_kchs : index
    %key_kchs = arith.addi %c200, %c0 : index
    %stride_orows = func.call @stride(%key_orows, %key_orows, %n_orows,
        %key_ocols, %n_ocols, %key_ochs, %n_ochs, %key_krows, %n_krows,
        %key_kcols, %n_kcols, %key_kchs, %n_kchs) : (index, index, index,
        index, index, index, index, index, index, index, index, index, index)
        -> index
    %stride_ocols = func.call @stride(%key_ocols, %key_orows, %n_orows,
        %key_ocols, %n_ocols, %key_ochs, %n_ochs, %key_krows, %n_krows,
        %key_kcols, %n_kcols, %key_kchs, %n_kchs) : (index, index, index,
        index, index, index, index, index, index, index, index, index, index)
        -> index
    %stride_ochs = func.call @stride(%key_ochs, %key_orows, %n_orows,
        %key_ocols, %n_ocols, %key_ochs, %n_ochs, %key_krows, %n_krows,
        %key_kcols, %n_kcols, %key_kchs, %n_kchs) : (index, index, index,
        index, index, index, index, index, index, index, index, index, index)
        -> index
    %stride_krows = func.call @stride(%key_krows, %key_orows, %n_orows,
        %key_ocols, %n_ocols, %key_ochs, %n_ochs, %key_krows, %n_krows,
        %key_kcols, %n_kcols, %key_kchs, %n_kchs) : (index, index, index,
        index, index, index, index, index, index, index, index, index, index)
        -> index
    %stride_kcols = func.call @stride(%key_kcols, %key_orows, %n_orows,
        %key_ocols, %n_ocols, %key_ochs, %n_ochs, %key_krows, %n_krows,
        %key_kcols, %n_kcols, %key_kchs, %n_kchs) : (index, index, index,
        index, index, index, index, index, index, index, index, index, index)
        -> index
    %stride_kchs = func.call @stride(%key_kchs, %key_orows, %n_orows,
        %key_ocols, %n_ocols, %key_ochs, %n_ochs, %key_krows, %n_krows,
        %key_kcols, %n_kcols, %key_kchs, %n_kchs) : (index, index, index,
        index, index, index, index, index, index, index, index, index, index)
        -> index
    // conv_tiles = n_orows * n_ocols * n_ochs * n_krows * n_kcols * n_kchs * n * c
    %conv_tiles_1 = arith.muli %n_orows, %n_ocols : index
    %conv_tiles_2 = arith.muli %conv_tiles_1, %n_ochs : index
    %conv_tiles_3 = arith.muli %conv_tiles_2, %n_krows : index
    %conv_tiles_4 = arith.muli %conv_tiles_3, %n_kcols : index
    %conv_tiles_5 = arith.muli %conv_tiles_4, %n_kchs : index
    %conv_tiles_6 = arith.muli %conv_tiles_5, %n : index
    %conv_tiles = arith.muli %conv_tiles_6, %c : index
    %search = arith.muli %tests, %fit_test_conv : index
    %start = arith.addi %start_conv, %search : index
    %warm = arith.addi %warm_own, %c0 : index
    // warm_a = warm * min(n * ih * iw * c, 8388608) // 100
    %warm_a_1 = arith.muli %n, %ih : index
    %warm_a_2 = arith.muli %warm_a_1, %iw : index
    %warm_a_3 = arith.muli %warm_a_2, %c : index
    %warm_a_4 = arith.minsi %warm_a_3, %c8388608 : index
    %warm_a_5 = arith.muli %warm, %warm_a_4 : index
    %warm_a = arith.divui %warm_a_5, %c100 : index
    // warm_b = warm * min(c * m * kh * kw, 8388608) // 100
    %warm_b_1 = arith.muli %c, %m : index
    %warm_b_2 = arith.muli %warm_b_1, %kh : index
    %warm_b_3 = arith.muli %warm_b_2, %kw : index
    %warm_b_4 = arith.minsi %warm_b_3, %c8388608 : index
    %warm_b_5 = arith.muli %warm, %warm_b_4 : index
    %warm_b = arith.divui %warm_b_5, %c100 : index
    // warm_c = warm * min(n * c * m * all_orows * all_ocols, 8388608) // 100
    %warm_c_1 = arith.muli %n, %c : index
    %warm_c_2 = arith.muli %warm_c_1, %m : index
    %warm_c_3 = arith.muli %warm_c_2, %all_orows : index
    %warm_c_4 = arith.muli %warm_c_3, %all_ocols : index
    %warm_c_5 = arith.minsi %warm_c_4, %c8388608 : index
    %warm_c_6 = arith.muli %warm, %warm_c_5 : index
    %warm_c = arith.divui %warm_c_6, %c100 : index
    %b_0 = arith.addi %base, %c271720448 : index
    %c_0 = arith.addi %base, %c544350208 : index
    %warm_inputs = acadl.range @l2[%base] size(%warm_a)
    %warm_weights = acadl.range @l2[%b_0] size(%warm_b)
    %warm_results = acadl.range @l2[%c_0] size(%warm_c)
    acadl.warm reads(%warm_inputs, %warm_weights) writes(%warm_results)
    acadl.stream @cpu {
      func.call @configure(%start, %conv_tiles, %configure_conv) : (index,
          index, index) -> ()
    }
    acadl.stream @generators priority(%c5) {
      func.call @conv_store(%tile_orows, %all_orows, %stride_orows,
          %tile_ocols, %all_ocols, %stride_ocols, %tile_ochs, %m, %stride_ochs,
          %tile_krows, %kh, %stride_krows, %tile_kcols, %kw, %stride_kcols,
          %tile_kchs, %c1, %stride_kchs, %n, %c, %stride, %pad, %pad, %ih, %iw,
          %base, %scratchpad_half, %accumulator_half) : (index, index, index,
          index, index, index, index, index, index, index, index, index, index,
          index, index, index, index, index, index, index, index, index, index,
          index, index, index, index, index) -> ()
    }
    acadl.stream @generators priority(%c4) {
      func.call @conv_execute(%tile_orows, %all_orows, %stride_orows,
          %tile_ocols, %all_ocols, %stride_ocols, %tile_ochs, %m, %stride_ochs,
          %tile_krows, %kh, %stride_krows, %tile_kcols, %kw, %stride_kcols,
          %tile_kchs, %c1, %stride_kchs, %n, %c, %stride, %pad, %pad, %ih, %iw,
          %base, %scratchpad_half, %accumulator_half) : (index, index, index,
          index, index, index, index, index, index, index, index, index, index,
          index, index, index, index, index, index, index, index, index, index,
          index, index, index, index, index) -> ()
    }
    acadl.stream @generators priority(%c3) {
      func.call @conv_bias(%tile_orows, %all_orows, %stride_orows, %tile_ocols,
          %all_ocols, %stride_ocols, %tile_ochs, %m, %stride_ochs, %tile_krows,
          %kh, %stride_krows, %tile_kcols, %kw, %stride_kcols, %tile_kchs, %c1,
          %stride_kchs, %n, %c, %stride, %pad, %pad, %ih, %iw, %base,
          %scratchpad_half, %accumulator_half) : (index, index, index, index,
          index, index, index, index, index, index, index, index, index, index,
          index, index, index, index, index, index, index, index, index, index,
          index, index, index, index) -> ()
    }
    acadl.stream @generators priority(%c2) {
      func.call @conv_weights(%tile_orows, %all_orows, %stride_orows,
          %tile_ocols, %all_ocols, %stride_ocols, %tile_ochs, %m, %stride_ochs,
          %tile_krows, %kh, %stride_krows, %tile_kcols, %kw, %stride_kcols,
          %tile_kchs, %c1, %stride_kchs, %n, %c, %stride, %pad, %pad, %ih, %iw,
          %base, %scratchpad_half, %accumulator_half) : (index, index, index,
          index, index, index, index, index, index, index, index, index, index,
          index, index, index, index, index, index, index, index, index, index,
          index, index, index, index, index) -> ()
    }
    acadl.stream @generators priority(%c1) {
      func.call @conv_input(%tile_orows, %all_orows, %stride_orows,
          %tile_ocols, %all_ocols, %stride_ocols, %tile_ochs, %m, %stride_ochs,
          %tile_krows, %kh, %stride_krows, %tile_kcols, %kw, %stride_kcols,
          %tile_kchs, %c1, %stride_kchs, %n, %c, %stride, %pad, %pad, %ih, %iw,
          %base, %scratchpad_half, %accumulator_half) : (index, index, index,
          index, index, index, index, index, index, index, index, index, index,
          index, index, index, index, index, index, index, index, index, index,
          index, index, index, index, index) -> ()
    }
  }

  // With windows of one element the library multiplies matrices.
  acadl.mapping @conv1d of "conv1d"(n = %n, g = %g, oc = %oc, ic = %ic, ow =
      %ow, kw = %kw, sw = %sw, dw = %dw, pl = %pl, pr = %pr, tile_ow =
      %tile_ow, nest_ow = %nest_ow, tile_oc = %tile_oc, nest_oc = %nest_oc,
      tile_kw = %tile_kw, nest_kw = %nest_kw, tile_ic = %tile_ic, nest_ic =
      %nest_ic)
      types ["i8, i8 -> i32", "i8, i8 -> i8"]
      free_epilogues ["bias", "scale", "relu", "clamp", "requantize", "pool"] {
    %plain = arith.cmpi eq, %dw, %c1 : index
    acadl.require %plain, "dilated windows are left to the host"
    acadl.domain %oc in [1, 128]
    acadl.domain %ic in [1, 128]
    acadl.domain %ow in [1, 128]
    acadl.domain %kw in [1, 5]
    // is_matmul = kw == 1 and sw == 1 and g == 1
    %is_matmul_1 = arith.cmpi eq, %kw, %c1 : index
    %is_matmul_2 = arith.cmpi eq, %sw, %c1 : index
    %is_matmul_3 = arith.andi %is_matmul_1, %is_matmul_2 : i1
    %is_matmul_4 = arith.cmpi eq, %g, %c1 : index
    %is_matmul = arith.andi %is_matmul_3, %is_matmul_4 : i1
    %pad = arith.maxsi %pl, %pr : index
    %ih = arith.addi %c1, %c0 : index
    // iw = (ow - 1) * sw + max(kw, sw) - pl - pr
    %iw_1 = arith.subi %ow, %c1 : index
    %iw_2 = arith.muli %iw_1, %sw : index
    %iw_3 = arith.maxsi %kw, %sw : index
    %iw_4 = arith.addi %iw_2, %iw_3 : index
    %iw_5 = arith.subi %iw_4, %pl : index
    %iw = arith.subi %iw_5, %pr : index
    // all_ocols = max((iw + 2 * pad - kw) // sw + 1, ow)
    %all_ocols_1 = arith.muli %c2, %pad : index
    %all_ocols_2 = arith.addi %iw, %all_ocols_1 : index
    %all_ocols_3 = arith.subi %all_ocols_2, %kw : index
    %all_ocols_4 = arith.divui %all_ocols_3, %sw : index
    %all_ocols_5 = arith.addi %all_ocols_4, %c1 : index
    %all_ocols = arith.maxsi %all_ocols_5, %ow : index
    %all_ochs = arith.divui %oc, %g : index
    %all_kchs = arith.divui %ic, %g : index
    // given = tile_ow + tile_oc + tile_kw + tile_ic > 0
    %given_1 = arith.addi %tile_ow, %tile_oc : index
    %given_2 = arith.addi %given_1, %tile_kw : index
    %given_3 = arith.addi %given_2, %tile_ic : index
    %given = arith.cmpi sgt, %given_3, %c0 : index
    %own = arith.cmpi eq, %given_3, %c0 : index
    %asked_ocols = func.call @asked_of(%tile_ow, %ow, %all_ocols) : (index,
        index, index) -> index
    %asked_ochs = func.call @asked(%tile_oc, %all_ochs) : (index, index) ->
        index
    %asked_kcols = func.call @asked(%tile_kw, %kw) : (index, index) -> index
    %asked_kchs = func.call @asked(%tile_ic, %all_kchs) : (index, index) ->
        index
    %conv_fits = func.call @fits(%c1, %asked_ocols, %asked_ochs, %c1,
        %asked_kcols, %asked_kchs, %sw, %scratchpad_half, %accumulator_half) :
        (index, index, index, index, index, index, index, index, index) -> i1
    %no_conv = arith.ori %own, %is_matmul : i1
    %tile_fits = arith.ori %no_conv, %conv_fits : i1
    acadl.require %tile_fits,
        "a tile takes more than half of the scratchpad or of the accumulator"
    %one_fits = func.call @one_fits(%sw, %spad_budget) : (index, index) -> i1
    %no_choice = arith.ori %given, %is_matmul : i1
    %can_choose = arith.ori %no_choice, %one_fits : i1
    acadl.require %can_choose,
        "at this stride half of the scratchpad holds no tile"
    %tile_orows, %tile_ocols, %tile_ochs, %tile_krows, %tile_kcols, %tile_kchs,
        %tests = scf.if %given -> (index, index, index, index, index, index,
        index) {
      scf.yield %c1, %asked_ocols, %asked_ochs, %c1, %asked_kcols, %asked_kchs,
          %c0 : index, index, index, index, index, index, index
    } else {
      %chosen:7 = func.call @choose_tile(%c1, %all_ocols, %all_ochs, %c1, %kw,
          %all_kchs, %sw, %spad_budget, %acc_budget) : (index, index, index,
          index, index, index, index, index, index) -> (index, index, index,
          index, index, index, index)
      scf.yield %chosen#0, %chosen#1, %chosen#2, %chosen#3, %chosen#4,
          %chosen#5, %chosen#6 : index, index, index, index, index, index, index
    }
    %n_orows = arith.ceildivui %c1, %tile_orows : index
    %key_orows = arith.addi %c205, %c0 : index
    %n_ocols = arith.ceildivui %all_ocols, %tile_ocols : index
    %ranked_ocols = arith.cmpi sgt, %nest_ow, %c0 : index
    %key_ocols_1 = arith.subi %c100, %nest_ow : index
    %key_ocols = arith.select %ranked_ocols, %key_ocols_1, %c204 : index
    %n_ochs = arith.ceildivui %all_ochs, %tile_ochs : index
    %ranked_ochs = arith.cmpi sgt, %nest_oc, %c0 : index
    %key_ochs_1 = arith.subi %c100, %nest_oc : index
    %key_ochs = arith.select %ranked_ochs, %key_ochs_1, %c203 : index
    %n_krows = arith.ceildivui %c1, %tile_krows : index
    %key_krows = arith.addi %c202, %c0 : index
    %n_kcols = arith.ceildivui %kw, %tile_kcols : index
    %ranked_kcols = arith.cmpi sgt, %nest_kw, %c0 : index
    %key_kcols_1 = arith.subi %c100, %nest_kw : index
    %key_kcols = arith.select %ranked_kcols, %key_kcols_1, %c201 : index
    %n_kchs = arith.ceildivui %all_kchs, %tile_kchs : index
    %ranked_kchs = arith.cmpi sgt, %nest_ic, %c0 : index
    %key_kchs_1 = arith.subi %c100, %nest_ic : index
    %key_kchs = arith.select %ranked_kchs, %key_kchs_1, %c200 : index
    %stride_orows = func.call @stride(%key_orows, %key_orows, %n_orows,
        %key_ocols, %n_ocols, %key_ochs, %n_ochs, %key_krows, %n_krows,
        %key_kcols, %n_kcols, %key_kchs, %n_kchs) : (index, index, index,
        index, index, index, index, index, index, index, index, index, index)
        -> index
    %stride_ocols = func.call @stride(%key_ocols, %key_orows, %n_orows,
        %key_ocols, %n_ocols, %key_ochs, %n_ochs, %key_krows, %n_krows,
        %key_kcols, %n_kcols, %key_kchs, %n_kchs) : (index, index, index,
        index, index, index, index, index, index, index, index, index, index)
        -> index
    %stride_ochs = func.call @stride(%key_ochs, %key_orows, %n_orows,
        %key_ocols, %n_ocols, %key_ochs, %n_ochs, %key_krows, %n_krows,
        %key_kcols, %n_kcols, %key_kchs, %n_kchs) : (index, index, index,
        index, index, index, index, index, index, index, index, index, index)
        -> index
    %stride_krows = func.call @stride(%key_krows, %key_orows, %n_orows,
        %key_ocols, %n_ocols, %key_ochs, %n_ochs, %key_krows, %n_krows,
        %key_kcols, %n_kcols, %key_kchs, %n_kchs) : (index, index, index,
        index, index, index, index, index, index, index, index, index, index)
        -> index
    %stride_kcols = func.call @stride(%key_kcols, %key_orows, %n_orows,
        %key_ocols, %n_ocols, %key_ochs, %n_ochs, %key_krows, %n_krows,
        %key_kcols, %n_kcols, %key_kchs, %n_kchs) : (index, index, index,
        index, index, index, index, index, index, index, index, index, index)
        -> index
    %stride_kchs = func.call @stride(%key_kchs, %key_orows, %n_orows,
        %key_ocols, %n_ocols, %key_ochs, %n_ochs, %key_krows, %n_krows,
        %key_kcols, %n_kcols, %key_kchs, %n_kchs) : (index, index, index,
        index, index, index, index, index, index, index, index, index, index)
        -> index
    // conv_tiles = n_orows * n_ocols * n_ochs * n_krows * n_kcols * n_kchs * n * g
    %conv_tiles_1 = arith.muli %n_orows, %n_ocols : index
    %conv_tiles_2 = arith.muli %conv_tiles_1, %n_ochs : index
    %conv_tiles_3 = arith.muli %conv_tiles_2, %n_krows : index
    %conv_tiles_4 = arith.muli %conv_tiles_3, %n_kcols : index
    %conv_tiles_5 = arith.muli %conv_tiles_4, %n_kchs : index
    %conv_tiles_6 = arith.muli %conv_tiles_5, %n : index
    %conv_tiles = arith.muli %conv_tiles_6, %g : index
    %search = arith.muli %tests, %fit_test_conv : index
    %start = arith.addi %start_conv, %search : index
    %positions = arith.muli %n, %ow : index
    %mm_m = arith.addi %positions, %c0 : index
    %mm_n = arith.addi %oc, %c0 : index
    %mm_k = arith.addi %ic, %c0 : index
    %all_i = arith.ceildivui %mm_m, %c16 : index
    %all_j = arith.ceildivui %mm_n, %c16 : index
    %all_k = arith.ceildivui %mm_k, %c16 : index
    // mm_given = tile_ow + tile_oc + tile_ic > 0
    %mm_given_1 = arith.addi %tile_ow, %tile_oc : index
    %mm_given_2 = arith.addi %mm_given_1, %tile_ic : index
    %mm_given = arith.cmpi sgt, %mm_given_2, %c0 : index
    %asked_i = func.call @asked_blocks(%tile_ow, %mm_m) : (index, index) -> index
    %asked_j = func.call @asked_blocks(%tile_oc, %mm_n) : (index, index) -> index
    %asked_k = func.call @asked_blocks(%tile_ic, %mm_k) : (index, index) -> index
    %blocks_fit = func.call @blocks_fit(%asked_i, %asked_j, %asked_k,
        %scratchpad_half, %accumulator_half) : (index, index, index, index,
        index) -> i1
    %even_i = func.call @has_blocks(%tile_ow, %mm_m) : (index, index) -> i1
    %even_j = func.call @has_blocks(%tile_oc, %mm_n) : (index, index) -> i1
    %even_k = func.call @has_blocks(%tile_ic, %mm_k) : (index, index) -> i1
    %even_ij = arith.andi %even_i, %even_j : i1
    %even_ijk = arith.andi %even_ij, %even_k : i1
    %true = arith.constant true
    %is_conv = arith.xori %is_matmul, %true : i1
    %own_or_conv = arith.ori %own, %is_conv : i1
    %mm_fits = arith.ori %own_or_conv, %blocks_fit : i1
    acadl.require %mm_fits,
        "a tile takes more than half of the scratchpad or of the accumulator"
    %mm_even = arith.ori %is_conv, %even_ijk : i1
    acadl.require %mm_even, "a tile has whole blocks of 16, or all there is"
    %no_blocks = arith.ori %mm_given, %is_conv : i1
    %mm_can_choose = arith.ori %no_blocks, %square_fits : i1
    acadl.require %mm_can_choose,
        "half of the scratchpad is too small for the library's first tile"
    %blocks:4 = func.call @choose_blocks(%all_i, %all_j, %all_k, %spad_budget,
        %acc_budget) : (index, index, index, index, index) -> (index, index,
        index, index)
    %tile_i = arith.select %mm_given, %asked_i, %blocks#0 : index
    %n_i = arith.ceildivui %all_i, %tile_i : index
    %mm_ranked_i = arith.cmpi sgt, %nest_ow, %c0 : index
    %mm_key_i_1 = arith.subi %c100, %nest_ow : index
    %mm_key_i = arith.select %mm_ranked_i, %mm_key_i_1, %c202 : index
    %tile_j = arith.select %mm_given, %asked_j, %blocks#1 : index
    %n_j = arith.ceildivui %all_j, %tile_j : index
    %mm_ranked_j = arith.cmpi sgt, %nest_oc, %c0 : index
    %mm_key_j_1 = arith.subi %c100, %nest_oc : index
    %mm_key_j = arith.select %mm_ranked_j, %mm_key_j_1, %c201 : index
    %tile_k = arith.select %mm_given, %asked_k, %blocks#2 : index
    %n_k = arith.ceildivui %all_k, %tile_k : index
    %mm_ranked_k = arith.cmpi sgt, %nest_ic, %c0 : index
    %mm_key_k_1 = arith.subi %c100, %nest_ic : index
    %mm_key_k = arith.select %mm_ranked_k, %mm_key_k_1, %c200 : index
    %stride_i = func.call @stride(%mm_key_i, %mm_key_i, %n_i, %mm_key_j, %n_j,
        %mm_key_k, %n_k, %c1, %c1, %c1, %c1, %c1, %c1) : (index, index, index,
        index, index, index, index, index, index, index, index, index, index)
        -> index
    %stride_j = func.call @stride(%mm_key_j, %mm_key_i, %n_i, %mm_key_j, %n_j,
        %mm_key_k, %n_k, %c1, %c1, %c1, %c1, %c1, %c1) : (index, index, index,
        index, index, index, index, index, index, index, index, index, index)
        -> index
    %stride_k = func.call @stride(%mm_key_k, %mm_key_i, %n_i, %mm_key_j, %n_j,
        %mm_key_k, %n_k, %c1, %c1, %c1, %c1, %c1, %c1) : (index, index, index,
        index, index, index, index, index, index, index, index, index, index)
        -> index
    %mm_tests = arith.muli %blocks#3, %fit_test_matmul : index
    %mm_search = arith.select %mm_given, %c0, %mm_tests : index
    %mm_start = arith.addi %start_matmul, %mm_search : index
    // mm_tiles = n_i * n_j * n_k + 0
    %mm_tiles_1 = arith.muli %n_i, %n_j : index
    %mm_tiles_2 = arith.muli %mm_tiles_1, %n_k : index
    %mm_tiles = arith.addi %mm_tiles_2, %c0 : index
    %warm = arith.select %given, %warm_given, %warm_own : index
    // warm_a = warm * min(n * iw * ic, 8388608) // 100
    %warm_a_1 = arith.muli %n, %iw : index
    %warm_a_2 = arith.muli %warm_a_1, %ic : index
    %warm_a_3 = arith.minsi %warm_a_2, %c8388608 : index
    %warm_a_4 = arith.muli %warm, %warm_a_3 : index
    %warm_a = arith.divui %warm_a_4, %c100 : index
    // warm_b = warm * min(oc * all_kchs * kw, 8388608) // 100
    %warm_b_1 = arith.muli %oc, %all_kchs : index
    %warm_b_2 = arith.muli %warm_b_1, %kw : index
    %warm_b_3 = arith.minsi %warm_b_2, %c8388608 : index
    %warm_b_4 = arith.muli %warm, %warm_b_3 : index
    %warm_b = arith.divui %warm_b_4, %c100 : index
    // warm_c = warm * min(n * oc * all_ocols, 8388608) // 100
    %warm_c_1 = arith.muli %n, %oc : index
    %warm_c_2 = arith.muli %warm_c_1, %all_ocols : index
    %warm_c_3 = arith.minsi %warm_c_2, %c8388608 : index
    %warm_c_4 = arith.muli %warm, %warm_c_3 : index
    %warm_c = arith.divui %warm_c_4, %c100 : index
    %weights_from = arith.select %is_matmul, %c368435456, %c271720448 : index
    %results_from = arith.select %is_matmul, %c736870912, %c544350208 : index
    %b_0 = arith.addi %base, %weights_from : index
    %c_0 = arith.addi %base, %results_from : index
    %warm_inputs = acadl.range @l2[%base] size(%warm_a)
    %warm_weights = acadl.range @l2[%b_0] size(%warm_b)
    %warm_results = acadl.range @l2[%c_0] size(%warm_c)
    acadl.warm reads(%warm_inputs, %warm_weights) writes(%warm_results)
    acadl.stream @cpu {
      scf.if %is_matmul {
        func.call @configure_matmul(%mm_start, %mm_tiles, %configure_matmul) :
            (index, index, index) -> ()
      } else {
        func.call @configure(%start, %conv_tiles, %configure_conv) : (index,
            index, index) -> ()
      }
    }
    acadl.stream @generators priority(%c5) {
      scf.if %is_matmul {
        func.call @matmul_store(%tile_i, %all_i, %stride_i, %tile_j, %all_j,
            %stride_j, %tile_k, %all_k, %stride_k, %c1, %mm_m, %mm_n, %mm_k,
            %base, %scratchpad_half, %accumulator_half) : (index, index, index,
            index, index, index, index, index, index, index, index, index,
            index, index, index, index) -> ()
      } else {
        func.call @conv_store(%tile_orows, %c1, %stride_orows, %tile_ocols,
            %all_ocols, %stride_ocols, %tile_ochs, %all_ochs, %stride_ochs,
            %tile_krows, %c1, %stride_krows, %tile_kcols, %kw, %stride_kcols,
            %tile_kchs, %all_kchs, %stride_kchs, %n, %g, %sw, %c0, %pad, %ih,
            %iw, %base, %scratchpad_half, %accumulator_half) : (index, index,
            index, index, index, index, index, index, index, index, index,
            index, index, index, index, index, index, index, index, index,
            index, index, index, index, index, index, index, index) -> ()
      }
    }
    acadl.stream @generators priority(%c4) {
      scf.if %is_matmul {
        func.call @matmul_execute(%tile_i, %all_i, %stride_i, %tile_j, %all_j,
            %stride_j, %tile_k, %all_k, %stride_k, %c1, %mm_m, %mm_n, %mm_k,
            %base, %scratchpad_half, %accumulator_half) : (index, index, index,
            index, index, index, index, index, index, index, index, index,
            index, index, index, index) -> ()
      } else {
        func.call @conv_execute(%tile_orows, %c1, %stride_orows, %tile_ocols,
            %all_ocols, %stride_ocols, %tile_ochs, %all_ochs, %stride_ochs,
            %tile_krows, %c1, %stride_krows, %tile_kcols, %kw, %stride_kcols,
            %tile_kchs, %all_kchs, %stride_kchs, %n, %g, %sw, %c0, %pad, %ih,
            %iw, %base, %scratchpad_half, %accumulator_half) : (index, index,
            index, index, index, index, index, index, index, index, index,
            index, index, index, index, index, index, index, index, index,
            index, index, index, index, index, index, index, index) -> ()
      }
    }
    acadl.stream @generators priority(%c3) {
      scf.if %is_matmul {
      } else {
        func.call @conv_bias(%tile_orows, %c1, %stride_orows, %tile_ocols,
            %all_ocols, %stride_ocols, %tile_ochs, %all_ochs, %stride_ochs,
            %tile_krows, %c1, %stride_krows, %tile_kcols, %kw, %stride_kcols,
            %tile_kchs, %all_kchs, %stride_kchs, %n, %g, %sw, %c0, %pad, %ih,
            %iw, %base, %scratchpad_half, %accumulator_half) : (index, index,
            index, index, index, index, index, index, index, index, index,
            index, index, index, index, index, index, index, index, index,
            index, index, index, index, index, index, index, index) -> ()
      }
    }
    acadl.stream @generators priority(%c2) {
      scf.if %is_matmul {
        func.call @matmul_load(%tile_i, %all_i, %stride_i, %tile_j, %all_j,
            %stride_j, %tile_k, %all_k, %stride_k, %c1, %mm_m, %mm_n, %mm_k,
            %base, %scratchpad_half, %accumulator_half) : (index, index, index,
            index, index, index, index, index, index, index, index, index,
            index, index, index, index) -> ()
      } else {
        func.call @conv_weights(%tile_orows, %c1, %stride_orows, %tile_ocols,
            %all_ocols, %stride_ocols, %tile_ochs, %all_ochs, %stride_ochs,
            %tile_krows, %c1, %stride_krows, %tile_kcols, %kw, %stride_kcols,
            %tile_kchs, %all_kchs, %stride_kchs, %n, %g, %sw, %c0, %pad, %ih,
            %iw, %base, %scratchpad_half, %accumulator_half) : (index, index,
            index, index, index, index, index, index, index, index, index,
            index, index, index, index, index, index, index, index, index,
            index, index, index, index, index, index, index, index) -> ()
      }
    }
    acadl.stream @generators priority(%c1) {
      scf.if %is_matmul {
      } else {
        func.call @conv_input(%tile_orows, %c1, %stride_orows, %tile_ocols,
            %all_ocols, %stride_ocols, %tile_ochs, %all_ochs, %stride_ochs,
            %tile_krows, %c1, %stride_krows, %tile_kcols, %kw, %stride_kcols,
            %tile_kchs, %all_kchs, %stride_kchs, %n, %g, %sw, %c0, %pad, %ih,
            %iw, %base, %scratchpad_half, %accumulator_half) : (index, index,
            index, index, index, index, index, index, index, index, index,
            index, index, index, index, index, index, index, index, index,
            index, index, index, index, index, index, index, index) -> ()
      }
    }
  }

  acadl.mapping @matmul of "matmul"(b = %b, m = %m, n = %n, k = %k, tile_m =
      %tile_of_m, nest_m = %nest_m, tile_n = %tile_of_n, nest_n = %nest_n,
      tile_k = %tile_of_k, nest_k = %nest_k)
      types ["i8, i8 -> i32", "i8, i8 -> i8"]
      free_epilogues ["bias", "scale", "relu", "clamp", "requantize"] {
    acadl.domain %m in [1, 256]
    acadl.domain %n in [1, 256]
    acadl.domain %k in [1, 256]
    %mm_m = arith.addi %m, %c0 : index
    %mm_n = arith.addi %n, %c0 : index
    %mm_k = arith.addi %k, %c0 : index
    %all_i = arith.ceildivui %mm_m, %c16 : index
    %all_j = arith.ceildivui %mm_n, %c16 : index
    %all_k = arith.ceildivui %mm_k, %c16 : index
    // mm_given = tile_of_m + tile_of_n + tile_of_k > 0
    %mm_given_1 = arith.addi %tile_of_m, %tile_of_n : index
    %mm_given_2 = arith.addi %mm_given_1, %tile_of_k : index
    %mm_given = arith.cmpi sgt, %mm_given_2, %c0 : index
    %asked_i = func.call @asked_blocks(%tile_of_m, %mm_m) : (index, index) -> index
    %asked_j = func.call @asked_blocks(%tile_of_n, %mm_n) : (index, index) -> index
    %asked_k = func.call @asked_blocks(%tile_of_k, %mm_k) : (index, index) -> index
    %blocks_fit = func.call @blocks_fit(%asked_i, %asked_j, %asked_k,
        %scratchpad_half, %accumulator_half) : (index, index, index, index,
        index) -> i1
    %even_i = func.call @has_blocks(%tile_of_m, %mm_m) : (index, index) -> i1
    %even_j = func.call @has_blocks(%tile_of_n, %mm_n) : (index, index) -> i1
    %even_k = func.call @has_blocks(%tile_of_k, %mm_k) : (index, index) -> i1
    %even_ij = arith.andi %even_i, %even_j : i1
    %even_ijk = arith.andi %even_ij, %even_k : i1
    %mm_own = arith.cmpi eq, %mm_given_2, %c0 : index
    %tile_fits = arith.ori %mm_own, %blocks_fit : i1
    acadl.require %tile_fits,
        "a tile takes more than half of the scratchpad or of the accumulator"
    acadl.require %even_ijk,
        "a tile has whole blocks of 16, or all there is"
    %can_choose = arith.ori %mm_given, %square_fits : i1
    acadl.require %can_choose,
        "half of the scratchpad is too small for the library's first tile"
    %blocks:4 = func.call @choose_blocks(%all_i, %all_j, %all_k, %spad_budget,
        %acc_budget) : (index, index, index, index, index) -> (index, index,
        index, index)
    %tile_i = arith.select %mm_given, %asked_i, %blocks#0 : index
    %n_i = arith.ceildivui %all_i, %tile_i : index
    %mm_ranked_i = arith.cmpi sgt, %nest_m, %c0 : index
    %mm_key_i_1 = arith.subi %c100, %nest_m : index
    %mm_key_i = arith.select %mm_ranked_i, %mm_key_i_1, %c202 : index
    %tile_j = arith.select %mm_given, %asked_j, %blocks#1 : index
    %n_j = arith.ceildivui %all_j, %tile_j : index
    %mm_ranked_j = arith.cmpi sgt, %nest_n, %c0 : index
    %mm_key_j_1 = arith.subi %c100, %nest_n : index
    %mm_key_j = arith.select %mm_ranked_j, %mm_key_j_1, %c201 : index
    %tile_k = arith.select %mm_given, %asked_k, %blocks#2 : index
    %n_k = arith.ceildivui %all_k, %tile_k : index
    %mm_ranked_k = arith.cmpi sgt, %nest_k, %c0 : index
    %mm_key_k_1 = arith.subi %c100, %nest_k : index
    %mm_key_k = arith.select %mm_ranked_k, %mm_key_k_1, %c200 : index
    %stride_i = func.call @stride(%mm_key_i, %mm_key_i, %n_i, %mm_key_j, %n_j,
        %mm_key_k, %n_k, %c1, %c1, %c1, %c1, %c1, %c1) : (index, index, index,
        index, index, index, index, index, index, index, index, index, index)
        -> index
    %stride_j = func.call @stride(%mm_key_j, %mm_key_i, %n_i, %mm_key_j, %n_j,
        %mm_key_k, %n_k, %c1, %c1, %c1, %c1, %c1, %c1) : (index, index, index,
        index, index, index, index, index, index, index, index, index, index)
        -> index
    %stride_k = func.call @stride(%mm_key_k, %mm_key_i, %n_i, %mm_key_j, %n_j,
        %mm_key_k, %n_k, %c1, %c1, %c1, %c1, %c1, %c1) : (index, index, index,
        index, index, index, index, index, index, index, index, index, index)
        -> index
    %mm_tests = arith.muli %blocks#3, %fit_test_matmul : index
    %mm_search = arith.select %mm_given, %c0, %mm_tests : index
    %mm_start = arith.addi %start_matmul, %mm_search : index
    // mm_tiles = n_i * n_j * n_k * b
    %mm_tiles_1 = arith.muli %n_i, %n_j : index
    %mm_tiles_2 = arith.muli %mm_tiles_1, %n_k : index
    %mm_tiles = arith.muli %mm_tiles_2, %b : index
    %warm = arith.select %mm_given, %warm_given, %warm_own : index
    // warm_a = warm * min(b * m * k, 8388608) // 100
    %warm_a_1 = arith.muli %b, %m : index
    %warm_a_2 = arith.muli %warm_a_1, %k : index
    %warm_a_3 = arith.minsi %warm_a_2, %c8388608 : index
    %warm_a_4 = arith.muli %warm, %warm_a_3 : index
    %warm_a = arith.divui %warm_a_4, %c100 : index
    // warm_b = warm * min(b * k * n, 8388608) // 100
    %warm_b_1 = arith.muli %b, %k : index
    %warm_b_2 = arith.muli %warm_b_1, %n : index
    %warm_b_3 = arith.minsi %warm_b_2, %c8388608 : index
    %warm_b_4 = arith.muli %warm, %warm_b_3 : index
    %warm_b = arith.divui %warm_b_4, %c100 : index
    // warm_c = warm * min(b * m * n, 8388608) // 100
    %warm_c_1 = arith.muli %b, %m : index
    %warm_c_2 = arith.muli %warm_c_1, %n : index
    %warm_c_3 = arith.minsi %warm_c_2, %c8388608 : index
    %warm_c_4 = arith.muli %warm, %warm_c_3 : index
    %warm_c = arith.divui %warm_c_4, %c100 : index
    %b_0 = arith.addi %base, %c368435456 : index
    %c_0 = arith.addi %base, %c736870912 : index
    %warm_inputs = acadl.range @l2[%base] size(%warm_a)
    %warm_weights = acadl.range @l2[%b_0] size(%warm_b)
    %warm_results = acadl.range @l2[%c_0] size(%warm_c)
    acadl.warm reads(%warm_inputs, %warm_weights) writes(%warm_results)
    acadl.stream @cpu {
      func.call @configure_matmul(%mm_start, %mm_tiles, %configure_matmul) :
          (index, index, index) -> ()
    }
    acadl.stream @generators priority(%c5) {
      func.call @matmul_store(%tile_i, %all_i, %stride_i, %tile_j, %all_j,
          %stride_j, %tile_k, %all_k, %stride_k, %b, %mm_m, %mm_n, %mm_k,
          %base, %scratchpad_half, %accumulator_half) : (index, index, index,
          index, index, index, index, index, index, index, index, index, index,
          index, index, index) -> ()
    }
    acadl.stream @generators priority(%c4) {
      func.call @matmul_execute(%tile_i, %all_i, %stride_i, %tile_j, %all_j,
          %stride_j, %tile_k, %all_k, %stride_k, %b, %mm_m, %mm_n, %mm_k,
          %base, %scratchpad_half, %accumulator_half) : (index, index, index,
          index, index, index, index, index, index, index, index, index, index,
          index, index, index) -> ()
    }
    acadl.stream @generators priority(%c2) {
      func.call @matmul_load(%tile_i, %all_i, %stride_i, %tile_j, %all_j,
          %stride_j, %tile_k, %all_k, %stride_k, %b, %mm_m, %mm_n, %mm_k,
          %base, %scratchpad_half, %accumulator_half) : (index, index, index,
          index, index, index, index, index, index, index, index, index, index,
          index, index, index) -> ()
    }
  }

  // A sum of two tensors: both are moved into the accumulator, the second added
  // there. The core sends the commands itself.
  func.func private @add_tensors(%e: index, %origin: index, %acc_half: index) {
    %k0 = arith.constant 0 : index
    %k1 = arith.constant 1 : index
    %k2 = arith.constant 2 : index
    %k16 = arith.constant 16 : index
    %k32 = arith.constant 32 : index
    %k256 = arith.constant 256 : index
    %k268435456 = arith.constant 268435456 : index
    %k536870912 = arith.constant 536870912 : index
    %blocks = arith.ceildivui %e, %k256 : index
    %room = arith.divui %acc_half, %k16 : index
    %most = arith.minsi %room, %k32 : index
    %tiles = arith.ceildivui %blocks, %most : index
    acadl.issue "config_load"
    scf.for %t = %k0 to %tiles step %k1 {
      %first = arith.muli %t, %most : index
      %count_1 = arith.subi %blocks, %first : index
      %count = arith.minsi %count_1, %most : index
      %sums_at_1 = arith.remui %t, %k2 : index
      %sums_at = arith.muli %sums_at_1, %acc_half : index
      scf.for %operand = %k0 to %k2 step %k1 {
        scf.for %block = %k0 to %count step %k1 {
          // from = origin + operand * 268435456 + (first + block) * 256
          %from_1 = arith.muli %operand, %k268435456 : index
          %from_2 = arith.addi %origin, %from_1 : index
          %from_3 = arith.addi %first, %block : index
          %from_4 = arith.muli %from_3, %k256 : index
          %from = arith.addi %from_2, %from_4 : index
          %at_1 = arith.muli %block, %k16 : index
          %at = arith.addi %sums_at, %at_1 : index
          %source = acadl.range @l2[%from] size(%k16) repeat(%k16) stride(%k16)
          %sum = acadl.range @accumulator[%at] size(%k16)
          acadl.issue "mvin" reads(%source) writes(%sum)
        }
      }
      scf.for %block = %k0 to %count step %k1 {
        // to = 536870912 + origin + (first + block) * 256
        %to_1 = arith.addi %k536870912, %origin : index
        %to_2 = arith.addi %first, %block : index
        %to_3 = arith.muli %to_2, %k256 : index
        %to = arith.addi %to_1, %to_3 : index
        %at_1 = arith.muli %block, %k16 : index
        %at = arith.addi %sums_at, %at_1 : index
        %target = acadl.range @l2[%to] size(%k16) repeat(%k16) stride(%k16)
        %sum = acadl.range @accumulator[%at] size(%k16)
        acadl.issue "mvout"(%k16) reads(%sum) writes(%target)
      }
    }
    func.return
  }

  //===--------------------------------------------------------------------===//
  // Left to the host
  //===--------------------------------------------------------------------===//

  %has_host = arith.cmpi ugt, %host_lanes, %c0 : index

  acadl.mapping @pool2d of "pool2d"(n = %n, c = %c, oh = %oh, ow = %ow,
      kh = %kh, kw = %kw, sh = %sh, sw = %sw, operand0_bits = %a_bits,
      result0_bits = %r_bits) {
    acadl.require %has_host,
        "Gemmini leaves it to a host, and there is none (host_lanes is 0)"
    acadl.domain %c in [1, 64]
    acadl.domain %oh in [1, 16]
    acadl.domain %ow in [1, 16]
    acadl.domain %kh in [1, 5]
    acadl.domain %kw in [1, 5]
    // Of the input, as many rows and columns as the strides make up.
    %planes = arith.muli %n, %c : index
    %pixels = arith.muli %oh, %ow : index
    %results = arith.muli %planes, %pixels : index
    %strides = arith.muli %sh, %sw : index
    %read = arith.muli %results, %strides : index
    %read_bits = arith.muli %read, %a_bits : index
    %written_bits = arith.muli %results, %r_bits : index
    %bits = arith.addi %read_bits, %written_bits : index
    %window = arith.muli %kh, %kw : index
    %operations = arith.muli %results, %window : index
    acadl.stream @cpu {
      acadl.issue "host"(%bits, %operations)
    }
  }

  acadl.mapping @elementwise of "elementwise"(e = %e, full = %full,
      bcast = %bcast, alu = %alu, mul = %mul, div = %div, fn = %fn, cvt = %cvt,
      operand0_bits = %a_bits, result0_bits = %r_bits) {
    acadl.require %has_host,
        "Gemmini leaves it to a host, and there is none (host_lanes is 0)"
    acadl.domain %e in [1, 100000]
    acadl.domain %full in [1, 3]
    acadl.domain %alu in [0, 4]
    acadl.domain %mul in [0, 4]
    %elements = arith.muli %e, %full : index
    %read = arith.addi %elements, %bcast : index
    %read_bits = arith.muli %read, %a_bits : index
    %written_bits = arith.muli %e, %r_bits : index
    %bits = arith.addi %read_bits, %written_bits : index
    %simple_1 = arith.addi %alu, %mul : index
    %simple = arith.addi %simple_1, %cvt : index
    %of_div = arith.muli %div, %host_div : index
    %of_fn = arith.muli %fn, %host_fn : index
    %hard = arith.addi %of_div, %of_fn : index
    %some = arith.addi %simple, %hard : index
    %each = arith.maxui %some, %c1 : index
    %operations = arith.muli %e, %each : index
    // one_sum = full == 2 and bcast == 0 and alu == 1 and mul + div + fn + cvt == 0 and a_bits == 8 and r_bits == 8
    %one_sum_1 = arith.cmpi eq, %full, %c2 : index
    %one_sum_2 = arith.cmpi eq, %bcast, %c0 : index
    %one_sum_3 = arith.andi %one_sum_1, %one_sum_2 : i1
    %one_sum_4 = arith.cmpi eq, %alu, %c1 : index
    %one_sum_5 = arith.andi %one_sum_3, %one_sum_4 : i1
    %one_sum_6 = arith.addi %mul, %div : index
    %one_sum_7 = arith.addi %one_sum_6, %fn : index
    %one_sum_8 = arith.addi %one_sum_7, %cvt : index
    %one_sum_9 = arith.cmpi eq, %one_sum_8, %c0 : index
    %one_sum_10 = arith.andi %one_sum_5, %one_sum_9 : i1
    %one_sum_11 = arith.cmpi eq, %a_bits, %c8 : index
    %one_sum_12 = arith.andi %one_sum_10, %one_sum_11 : i1
    %one_sum_13 = arith.cmpi eq, %r_bits, %c8 : index
    %one_sum = arith.andi %one_sum_12, %one_sum_13 : i1
    acadl.stream @cpu {
      scf.if %one_sum {
        acadl.issue "cpu"(%start_matmul)
        acadl.signal @slot_b after_completion
      } else {
        acadl.issue "host"(%bits, %operations)
      }
    }
    acadl.stream @generators {
      scf.if %one_sum {
        acadl.wait @slot_b
        func.call @add_tensors(%e, %base, %accumulator_half) : (index, index,
            index) -> ()
      }
    }
  }

  acadl.mapping @reduction of "reduction"(o = %o, r = %r, i = %i, ops = %ops,
      operand0_bits = %a_bits, result0_bits = %r_bits) {
    acadl.require %has_host,
        "Gemmini leaves it to a host, and there is none (host_lanes is 0)"
    acadl.domain %o in [1, 1024]
    acadl.domain %r in [1, 1024]
    acadl.domain %i in [1, 64]
    %results = arith.muli %o, %i : index
    %elements = arith.muli %results, %r : index
    %read_bits = arith.muli %elements, %a_bits : index
    %written_bits = arith.muli %results, %r_bits : index
    %bits = arith.addi %read_bits, %written_bits : index
    %each = arith.maxui %ops, %c1 : index
    %operations = arith.muli %elements, %each : index
    acadl.stream @cpu {
      acadl.issue "host"(%bits, %operations)
    }
  }

  // The maximum; differences, their exponentials and the sum; quotients: the row
  // is read each time.
  acadl.mapping @softmax of "softmax"(o = %o, r = %r, i = %i,
      operand0_bits = %a_bits, result0_bits = %r_bits) {
    acadl.require %has_host,
        "Gemmini leaves it to a host, and there is none (host_lanes is 0)"
    acadl.domain %o in [1, 1024]
    acadl.domain %r in [1, 1024]
        %rows_of_all = arith.muli %o, %i : index
    %elements = arith.muli %rows_of_all, %r : index
    %read = arith.muli %elements, %c3 : index
    %read_bits = arith.muli %read, %a_bits : index
    %written_bits = arith.muli %elements, %r_bits : index
    %bits = arith.addi %read_bits, %written_bits : index
    %hard = arith.addi %host_fn, %host_div : index
    %each = arith.addi %hard, %c3 : index
    %operations = arith.muli %elements, %each : index
    acadl.stream @cpu {
      acadl.issue "host"(%bits, %operations)
    }
  }

  acadl.mapping @data_movement of "data_movement"(e = %e, r = %r,
      operand0_bits = %a_bits, result0_bits = %r_bits) {
    acadl.require %has_host,
        "Gemmini leaves it to a host, and there is none (host_lanes is 0)"
    acadl.domain %e in [1, 100000]
    acadl.domain %r in [1, 100000]
    %read_bits = arith.muli %r, %a_bits : index
    %written_bits = arith.muli %e, %r_bits : index
    %bits = arith.addi %read_bits, %written_bits : index
    acadl.stream @cpu {
      acadl.issue "host"(%bits, %e)
    }
  }
}
