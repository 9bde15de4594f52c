// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// An accelerator derived from Plasticine (Prabhakar et al., ISCA 2017): a grid
// of pattern compute units (PCUs: SIMD pipelines) and pattern memory units
// (PMUs: banked scratchpads) between channels of DRAM. What the literature says,
// what it leaves open and what was chosen: docs/design/Plasticine.md.
//
// One instruction is what an outer controller starts: the transfer of a tile, or
// a pattern (a nest of counters) that all PCUs carry out on the tile in lock
// step. Lengths are in words of 32 bits; in DRAM a word stands for one cycle of
// a channel, so that whole bursts are counted.
acadl.architecture @plasticine "grid of pattern compute and memory units" {
  // PCUs and PMUs alternate.
  %rows = acadl.parameter "rows" default 4 in [1, 64]
  %cols = acadl.parameter "cols" default 4 in [2, 64]
  // Of a PCU; each lane of each stage does a multiply-accumulate in a cycle.
  %lanes = acadl.parameter "lanes" default 16 in [1, 256]
  %stages = acadl.parameter "stages" default 6 in [1, 64]
  %vector_inputs = acadl.parameter "vector_inputs" default 3 in [1, 16]
  // Of a PMU; each bank gives a word in a cycle.
  %banks = acadl.parameter "banks" default 16 in [1, 256]
  %bank_bytes = acadl.parameter "bank_bytes" default 16384 in [64, 1048576]
  %buffers = acadl.parameter "buffers" default 2 in [1, 16]
  // Input channels of a tile: a multiple of the stages, and of whole bursts.
  %channel_tile = acadl.parameter "channel_tile" default 48 in [1, 4096]
  // Lines of the results that a tile has where the picture is wide enough:
  // neighbouring tiles read the border between them twice.
  %tile_lines = acadl.parameter "tile_lines" default 8 in [1, 1024]
  // Cycles from switch to switch.
  %switch = acadl.parameter "switch" default 1 in [0, 64]
  %read_channels = acadl.parameter "read_channels" default 2 in [1, 64]
  %write_channels = acadl.parameter "write_channels" default 2 in [1, 64]
  %burst = acadl.parameter "burst_bytes" default 64 in [1, 4096]
  %burst_cycles = acadl.parameter "burst_cycles" default 5 in [1, 1024]
  %dram_latency = acadl.parameter "latency" default 100 in [0, 1000000]
  %outstanding = acadl.parameter "outstanding" default 64 in [1, 4096]
  %queue = acadl.parameter "queue" default 4 in [1, 256]
  // Stages that a division or root, and another function, are made of.
  %div_stages = acadl.parameter "div_stages" default 4 in [1, 64]
  %fn_stages = acadl.parameter "fn_stages" default 8 in [1, 64]
  %khz = acadl.parameter "clock_khz" default 1000000 in [1, 10000000]
  acadl.clock %khz kHz

  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c2 = arith.constant 2 : index
  %c4 = arith.constant 4 : index
  %c32 = arith.constant 32 : index
  %true = arith.constant true
  %false = arith.constant false

  %units = arith.muli %rows, %cols : index
  %pairs = arith.divui %units, %c2 : index
  // From the address generators at the edge to the unit farthest away.
  %across = arith.addi %rows, %cols : index
  %hops = arith.muli %across, %switch : index
  // From a PMU to the PCU beside it and back.
  %there_and_back = arith.muli %c2, %switch : index
  // What passes a PCU is there again after so many cycles.
  %depth = arith.addi %stages, %there_and_back : index

  // Half of a PMU holds activations, a quarter weights, a quarter results, each
  // in `buffers` slots.
  %pmu_bytes = arith.muli %banks, %bank_bytes : index
  %pmu_words = arith.divui %pmu_bytes, %c4 : index
  %per_slot = arith.divui %pmu_words, %buffers : index
  %slot_words = arith.divui %per_slot, %c2 : index
  %small_words = arith.divui %per_slot, %c4 : index
  // In rows of one word for each lane.
  %slot_rows = arith.divui %small_words, %lanes : index
  %memory_fits = arith.cmpi uge, %slot_rows, %stages : index
  // Pixels of a window that a slot of activations holds at least.
  %lane_pixels = arith.divui %slot_words, %lanes : index
  %tile_bound = arith.maxui %channel_tile, %stages : index
  %tile_limit = arith.addi %tile_bound, %stages : index
  %window_pixels = arith.divui %slot_words, %tile_limit : index
  // A vector may take several cycles to read.
  %vector_cycles = arith.ceildivui %lanes, %banks : index

  //===--------------------------------------------------------------------===//
  // Storage
  //===--------------------------------------------------------------------===//

  // Channels for reading and channels for writing do not disturb each other.
  // Time does not depend on addresses: every tile is read from address 0 on.
  %unbounded = arith.constant 1000000000000 : index
  acadl.dram @operands size(%unbounded) read_latency(%dram_latency)
      ports(%read_channels) in_flight(%outstanding)
      banks(%c1) row(%unbounded) row_miss(%c0)
  acadl.dram @outputs size(%unbounded) write_latency(%c0)
      ports(%write_channels) in_flight(%outstanding)
      banks(%c1) row(%unbounded) row_miss(%c0)
  // The slots of all PMUs, used in turn. Every content of a slot has a word of
  // its own; what comes into a slot also writes the word of its last content,
  // `buffers` before, and so waits until that has been read. Addresses then
  // simply count, and so do loops.
  %contents = arith.constant 281474976710656 : index
  acadl.register_file @activations size(%contents)
  acadl.register_file @weights size(%contents)
  acadl.register_file @results size(%contents)
  // A slot of results that may be summed into. Only the first pattern of a tile
  // waits for it, only the last one fills the slot.
  acadl.register_file @results_free size(%contents)
  // What one sweep over a row leaves for the next: a maximum, a sum.
  acadl.register_file @statistics size(%c1)

  //===--------------------------------------------------------------------===//
  // Control, transfers, patterns
  //===--------------------------------------------------------------------===//

  acadl.fetch_stage @control latency(%c1) forwards [@load, @compute, @store]

  acadl.execute_stage @load latency(%c1) capacity(%queue) {
    acadl.memory_access_unit @fetchers reads [@operands]
        writes [@activations, @weights, @results] {
      acadl.process "load" { acadl.latency %hops interval %c0 }
    }
  }

  acadl.execute_stage @compute latency(%c1) capacity(%queue) {
    acadl.functional_unit @pcus reads [@activations, @weights, @statistics]
        writes [@results, @results_free, @statistics] {
      // Weights stay in the stages' registers while rows stream through; the
      // next ones follow behind the last row. A row that is summed up in the
      // PMU must have come back before it is read again.
      acadl.process "multiply"(%row_count, %passes) {
        %stream = arith.muli %row_count, %vector_cycles : index
        %pass = arith.maxui %stream, %depth : index
        %busy = arith.muli %pass, %passes : index
        %filled = arith.addi %busy, %stages : index
        %cycles = arith.addi %filled, %depth : index
        acadl.latency %cycles interval %busy
      }
      // Vectors through as many pipelines in a row as the operations need.
      acadl.process "map"(%vectors, %chain) {
        %all = arith.muli %vectors, %chain : index
        %busy = arith.muli %all, %vector_cycles : index
        %pipelines = arith.muli %chain, %depth : index
        %cycles = arith.addi %busy, %pipelines : index
        acadl.latency %cycles interval %busy
      }
      // The same, then across the lanes and across the grid.
      acadl.process "fold"(%vectors, %chain) {
        %all = arith.muli %vectors, %chain : index
        %busy = arith.muli %all, %vector_cycles : index
        %pipelines = arith.muli %chain, %depth : index
        %lanes_done = arith.addi %pipelines, %depth : index
        %grid_done = arith.addi %lanes_done, %hops : index
        %cycles = arith.addi %busy, %grid_done : index
        acadl.latency %cycles interval %busy
      }
    }
  }

  // The slot is free when the last burst has been handed over.
  acadl.execute_stage @store latency(%c1) capacity(%queue) {
    acadl.memory_access_unit @writers reads [@results, @results_free]
        writes [@outputs] {
      acadl.process "store" { acadl.latency %hops }
    }
  }

  //===--------------------------------------------------------------------===//
  // Convolutions and contractions
  //===--------------------------------------------------------------------===//

  // Channel cycles of each of `channels` runs that a transfer of `pieces` equal
  // pieces is spread over.
  func.func @run(%pieces: index, %elements: index, %bits: index,
                 %channels: index, %burst_size: index, %cycles: index) -> index {
    %bits_of_byte = arith.constant 8 : index
    %all_bits = arith.muli %elements, %bits : index
    %bytes = arith.ceildivui %all_bits, %bits_of_byte : index
    %bursts = arith.ceildivui %bytes, %burst_size : index
    %all = arith.muli %bursts, %pieces : index
    %of_channel = arith.ceildivui %all, %channels : index
    %size = arith.muli %of_channel, %cycles : index
    func.return %size : index
  }

  // Lines and columns of the results in a tile: what of the picture a PMU holds,
  // in pixels, with the border that windows of the given spans reach over. Pairs
  // divide the columns.
  func.func @tile(%oh: index, %ow: index, %kh_span: index, %kw_span: index,
                  %sh: index, %sw: index, %pixels: index, %slot_rows_: index,
                  %m_pairs: index, %lines_of_tile: index) -> (index, index) {
    %one = arith.constant 1 : index
    %window_rows = arith.addi %kh_span, %one : index
    %lines_aimed_at = arith.minui %lines_of_tile, %oh : index
    %lines_1 = arith.subi %lines_aimed_at, %one : index
    %lines_span = arith.muli %lines_1, %sh : index
    %rows_aimed_at = arith.addi %window_rows, %lines_span : index
    %iw_aimed_at = arith.divui %pixels, %rows_aimed_at : index
    %window_columns = arith.addi %kw_span, %one : index
    %iw_fits = arith.maxui %iw_aimed_at, %window_columns : index
    %iw_1 = arith.subi %iw_fits, %one : index
    %iw_free = arith.subi %iw_1, %kw_span : index
    %iw_steps = arith.floordivsi %iw_free, %sw : index
    %ow_fits = arith.addi %iw_steps, %one : index
    %ow_pair = arith.ceildivui %ow, %m_pairs : index
    %ow_held = arith.minsi %ow_fits, %slot_rows_ : index
    %t_w_pair = arith.minsi %ow_held, %ow_pair : index
    %t_w = arith.muli %t_w_pair, %m_pairs : index
    %t_w_1 = arith.subi %t_w_pair, %one : index
    %t_w_span = arith.muli %t_w_1, %sw : index
    %iw_border = arith.addi %t_w_span, %kw_span : index
    %iw_pair = arith.addi %iw_border, %one : index
    %ih_fits = arith.divui %pixels, %iw_pair : index
    %ih_1 = arith.subi %ih_fits, %one : index
    %ih_free = arith.subi %ih_1, %kh_span : index
    %ih_steps = arith.floordivsi %ih_free, %sh : index
    %oh_fits = arith.addi %ih_steps, %one : index
    %oh_held = arith.divui %slot_rows_, %t_w_pair : index
    %oh_most = arith.minsi %oh_fits, %oh_held : index
    %t_h = arith.minsi %oh_most, %oh : index
    func.return %t_h, %t_w : index, index
  }

  // `jobs` independent ones. `n_blocks`: output channels in vectors of lanes,
  // `k_blocks`: input channels in groups of stages. Pairs divide the output
  // channels first, then the columns of the picture.
  func.func @contract(%jobs: index, %oh: index, %ow: index, %kh: index,
                      %kw: index, %sh: index, %sw: index, %dh: index,
                      %dw: index, %ic: index, %oc: index, %n_blocks: index,
                      %k_blocks: index, %a_bits: index, %w_bits: index,
                      %r_bits: index, %pairs_: index, %lanes_: index,
                      %stages_: index, %slot: index, %slot_rows_: index,
                      %channels_of_tile: index, %lines_of_tile: index,
                      %buffers_: index, %reading: index, %writing: index,
                      %burst_size: index, %cycles: index) {
    %zero = arith.constant 0 : index
    %one = arith.constant 1 : index

    // Tiles of input channels and of kernel positions.
    %tile_blocks = arith.ceildivui %channels_of_tile, %stages_ : index
    %weights_fit = arith.divui %slot_rows_, %stages_ : index
    %most_blocks = arith.minui %tile_blocks, %weights_fit : index
    %blocks = arith.minui %most_blocks, %k_blocks : index
    %t_c = arith.muli %blocks, %stages_ : index
    %tiles_c = arith.ceildivui %k_blocks, %blocks : index
    %positions = arith.muli %kh, %kw : index
    %positions_fit = arith.divui %slot_rows_, %t_c : index
    %t_p = arith.minui %positions_fit, %positions : index
    %tiles_p = arith.ceildivui %positions, %t_p : index
    %steps = arith.muli %tiles_c, %tiles_p : index
    %last_step = arith.subi %steps, %one : index

    // Tiles of output channels.
    %n_pairs = arith.minui %pairs_, %n_blocks : index
    %t_n = arith.muli %n_pairs, %lanes_ : index
    %tiles_n = arith.ceildivui %n_blocks, %n_pairs : index

    // Tiles of the picture.
    %m_pairs = arith.divui %pairs_, %n_pairs : index
    %kh_1 = arith.subi %kh, %one : index
    %kw_1 = arith.subi %kw, %one : index
    %kh_span = arith.muli %kh_1, %dh : index
    %kw_span = arith.muli %kw_1, %dw : index
    %pixels = arith.divui %slot, %t_c : index
    %t:2 = func.call @tile(%oh, %ow, %kh_span, %kw_span, %sh, %sw, %pixels,
                           %slot_rows_, %m_pairs, %lines_of_tile)
        : (index, index, index, index, index, index, index, index, index,
           index) -> (index, index)
    %tiles_h = arith.ceildivui %oh, %t#0 : index
    %tiles_w = arith.ceildivui %ow, %t#1 : index

    scf.for %job = %zero to %jobs step %one {
      %job_h = arith.muli %job, %tiles_h : index
      scf.for %ht = %zero to %tiles_h step %one {
        %h_done = arith.muli %ht, %t#0 : index
        %h_left = arith.subi %oh, %h_done : index
        %hv = arith.minsi %h_left, %t#0 : index
        %hv_1 = arith.subi %hv, %one : index
        %hv_span = arith.muli %hv_1, %sh : index
        %ih_border = arith.addi %hv_span, %kh_span : index
        %lines = arith.addi %ih_border, %one : index
        %runs = arith.muli %lines, %reading : index
        %result_runs = arith.muli %hv, %writing : index
        %line_of_tiles = arith.addi %job_h, %ht : index
        %line_w = arith.muli %line_of_tiles, %tiles_w : index
        scf.for %wt = %zero to %tiles_w step %one {
          %w_done = arith.muli %wt, %t#1 : index
          %w_left = arith.subi %ow, %w_done : index
          %wv = arith.minsi %w_left, %t#1 : index
          %wv_pair = arith.ceildivui %wv, %m_pairs : index
          %row_count = arith.muli %hv, %wv_pair : index
          %wv_1 = arith.subi %wv, %one : index
          %wv_span = arith.muli %wv_1, %sw : index
          %columns_1 = arith.addi %wv_span, %kw_span : index
          %columns = arith.addi %columns_1, %one : index
          %picture_tile = arith.addi %line_w, %wt : index
          %picture_n = arith.muli %picture_tile, %tiles_n : index
          scf.for %nt = %zero to %tiles_n step %one {
            %n_done = arith.muli %nt, %t_n : index
            %n_left = arith.subi %oc, %n_done : index
            %nv = arith.minsi %n_left, %t_n : index
            %tile = arith.addi %picture_n, %nt : index
            %r = arith.addi %tile, %buffers_ : index
            %tile_steps = arith.muli %tile, %steps : index
            scf.for %step = %zero to %steps step %one {
              %number = arith.addi %tile_steps, %step : index
              %ab = arith.addi %number, %buffers_ : index
              %ct = arith.divui %step, %tiles_p : index
              %pt = arith.remui %step, %tiles_p : index
              %c_done = arith.muli %ct, %t_c : index
              %c_left = arith.subi %ic, %c_done : index
              %cv = arith.minsi %c_left, %t_c : index
              %p_done = arith.muli %pt, %t_p : index
              %p_left = arith.subi %positions, %p_done : index
              %pv = arith.minsi %p_left, %t_p : index
              %is_first = arith.cmpi eq, %step, %zero : index
              %is_last = arith.cmpi eq, %step, %last_step : index

              // Weights lie packed by tile.
              %w = acadl.range @weights[%ab] size(%one)
              %w_before = acadl.range @weights[%number] size(%one)
              %weight_rows = arith.muli %pv, %cv : index
              %weight_count = arith.muli %weight_rows, %nv : index
              %w_size = func.call @run(%one, %weight_count, %w_bits, %reading,
                                       %burst_size, %cycles)
                  : (index, index, index, index, index, index) -> index
              %from_w = acadl.range @operands[%zero] size(%w_size)
                  repeat(%reading) stride(%w_size)
              acadl.issue "load" reads(%from_w) writes(%w, %w_before)

              // The picture lies channel by channel; all channels of a line, or
              // this tile's of each pixel.
              %a = acadl.range @activations[%ab] size(%one)
              %a_before = acadl.range @activations[%number] size(%one)
              %whole = arith.cmpi eq, %tiles_c, %one : index
              %line = arith.muli %columns, %cv : index
              %pieces = arith.select %whole, %one, %columns : index
              %piece = arith.select %whole, %line, %cv : index
              %a_size = func.call @run(%pieces, %piece, %a_bits, %reading,
                                       %burst_size, %cycles)
                  : (index, index, index, index, index, index) -> index
              %from_a = acadl.range @operands[%zero] size(%a_size)
                  repeat(%runs) stride(%a_size)
              acadl.issue "load" reads(%from_a) writes(%a, %a_before)

              // Behind the last one the results pass the pipeline once more,
              // for what is fused behind the layer.
              %depth_blocks = arith.ceildivui %cv, %stages_ : index
              %products = arith.muli %pv, %depth_blocks : index
              %finish = arith.select %is_last, %one, %zero : index
              %passes = arith.addi %products, %finish : index
              %opened = arith.select %is_first, %one, %zero : index
              %open = acadl.range @results_free[%tile] size(%opened)
              %full = acadl.range @results[%r] size(%finish)
              acadl.issue "multiply"(%row_count, %passes) reads(%a, %w)
                  writes(%open, %full)
            }
            %one_tile = arith.cmpi eq, %tiles_n, %one : index
            %result_line = arith.muli %wv, %nv : index
            %pieces = arith.select %one_tile, %one, %wv : index
            %piece = arith.select %one_tile, %result_line, %nv : index
            %size = func.call @run(%pieces, %piece, %r_bits, %writing,
                                   %burst_size, %cycles)
                : (index, index, index, index, index, index) -> index
            %results_ = acadl.range @results[%r] size(%one)
            %summed = acadl.range @results_free[%r] size(%one)
            %to = acadl.range @outputs[%zero] size(%size)
                repeat(%result_runs) stride(%size)
            acadl.issue "store" reads(%results_, %summed) writes(%to)
          }
        }
      }
    }
    func.return
  }

  acadl.mapping @matmul of "matmul"(b = %b, m = %m, n = %n, k = %k,
      operand0_bits = %a_bits, operand1_bits = %w_bits, result0_bits = %r_bits)
      free_epilogues ["bias", "scale", "relu", "clamp", "requantize"] {
    acadl.require %memory_fits,
        "the weights of all stages must fit into a slot of a memory unit"
    %a_fits = arith.cmpi ule, %a_bits, %c32 : index
    acadl.require %a_fits, "the lanes are 32 bits wide"
    %w_fits = arith.cmpi ule, %w_bits, %c32 : index
    acadl.require %w_fits, "the lanes are 32 bits wide"
    acadl.domain %m in [1, 512]
    acadl.domain %n in [1, 512]
    acadl.domain %k in [1, 512]
    %n_blocks = arith.ceildivui %n, %lanes : index
    %k_blocks = arith.ceildivui %k, %stages : index
    func.call @contract(%b, %c1, %m, %c1, %c1, %c1, %c1, %c1, %c1, %k, %n,
                        %n_blocks, %k_blocks, %a_bits, %w_bits, %r_bits, %pairs,
                        %lanes, %stages, %slot_words, %slot_rows, %channel_tile,
                        %tile_lines, %buffers, %read_channels, %write_channels, %burst,
                        %burst_cycles)
        : (index, index, index, index, index, index, index, index, index, index,
           index, index, index, index, index, index, index, index, index, index,
           index, index, index, index, index, index, index, index) -> ()
  }

  acadl.mapping @conv2d of "conv2d"(n = %n, g = %g, oc = %oc, ic = %ic,
      oh = %oh, ow = %ow, kh = %kh, kw = %kw, sh = %sh, sw = %sw, dh = %dh,
      dw = %dw, operand0_bits = %a_bits, operand1_bits = %w_bits,
      result0_bits = %r_bits)
      free_epilogues ["bias", "scale", "relu", "clamp", "requantize"] {
    acadl.require %memory_fits,
        "the weights of all stages must fit into a slot of a memory unit"
    %a_fits = arith.cmpi ule, %a_bits, %c32 : index
    acadl.require %a_fits, "the lanes are 32 bits wide"
    %w_fits = arith.cmpi ule, %w_bits, %c32 : index
    acadl.require %w_fits, "the lanes are 32 bits wide"
    %kh_1 = arith.subi %kh, %c1 : index
    %kw_1 = arith.subi %kw, %c1 : index
    %kh_span = arith.muli %kh_1, %dh : index
    %kw_span = arith.muli %kw_1, %dw : index
    %window_h = arith.addi %kh_span, %c1 : index
    %window_w = arith.addi %kw_span, %c1 : index
    %window = arith.muli %window_h, %window_w : index
    %window_fits = arith.cmpi ule, %window, %window_pixels : index
    acadl.require %window_fits,
        "the pixels of a window must fit into a slot of a memory unit"
    acadl.domain %oc in [1, 256]
    acadl.domain %ic in [1, 256]
    acadl.domain %oh in [1, 56]
    acadl.domain %ow in [1, 56]
    acadl.domain %kh in [1, 7]
    acadl.domain %kw in [1, 7]
    acadl.domain %sh in [1, 2]
    acadl.domain %sw in [1, 2]
    %jobs = arith.muli %n, %g : index
    %oc_group = arith.divui %oc, %g : index
    %ic_group = arith.divui %ic, %g : index
    // ceil(ceil(x / lanes) / g) = ceil(x / g / lanes).
    %all_n_blocks = arith.ceildivui %oc, %lanes : index
    %n_blocks = arith.ceildivui %all_n_blocks, %g : index
    %all_k_blocks = arith.ceildivui %ic, %stages : index
    %k_blocks = arith.ceildivui %all_k_blocks, %g : index
    func.call @contract(%jobs, %oh, %ow, %kh, %kw, %sh, %sw, %dh, %dw,
                        %ic_group, %oc_group, %n_blocks, %k_blocks, %a_bits,
                        %w_bits, %r_bits, %pairs, %lanes, %stages, %slot_words,
                        %slot_rows, %channel_tile, %tile_lines, %buffers,
                        %read_channels, %write_channels, %burst, %burst_cycles)
        : (index, index, index, index, index, index, index, index, index, index,
           index, index, index, index, index, index, index, index, index, index,
           index, index, index, index, index, index, index, index) -> ()
  }

  acadl.mapping @conv1d of "conv1d"(n = %n, g = %g, oc = %oc, ic = %ic,
      ow = %ow, kw = %kw, sw = %sw, dw = %dw, operand0_bits = %a_bits,
      operand1_bits = %w_bits, result0_bits = %r_bits)
      free_epilogues ["bias", "scale", "relu", "clamp", "requantize"] {
    acadl.require %memory_fits,
        "the weights of all stages must fit into a slot of a memory unit"
    %a_fits = arith.cmpi ule, %a_bits, %c32 : index
    acadl.require %a_fits, "the lanes are 32 bits wide"
    %w_fits = arith.cmpi ule, %w_bits, %c32 : index
    acadl.require %w_fits, "the lanes are 32 bits wide"
    %kw_1 = arith.subi %kw, %c1 : index
    %kw_span = arith.muli %kw_1, %dw : index
    %window_fits = arith.cmpi ult, %kw_span, %window_pixels : index
    acadl.require %window_fits,
        "the pixels of a window must fit into a slot of a memory unit"
    acadl.domain %oc in [1, 256]
    acadl.domain %ic in [1, 256]
    acadl.domain %ow in [1, 128]
    acadl.domain %kw in [1, 9]
    acadl.domain %sw in [1, 2]
    %jobs = arith.muli %n, %g : index
    %oc_group = arith.divui %oc, %g : index
    %ic_group = arith.divui %ic, %g : index
    %all_n_blocks = arith.ceildivui %oc, %lanes : index
    %n_blocks = arith.ceildivui %all_n_blocks, %g : index
    %all_k_blocks = arith.ceildivui %ic, %stages : index
    %k_blocks = arith.ceildivui %all_k_blocks, %g : index
    func.call @contract(%jobs, %c1, %ow, %c1, %kw, %c1, %sw, %c1, %dw,
                        %ic_group, %oc_group, %n_blocks, %k_blocks, %a_bits,
                        %w_bits, %r_bits, %pairs, %lanes, %stages, %slot_words,
                        %slot_rows, %channel_tile, %tile_lines, %buffers,
                        %read_channels, %write_channels, %burst, %burst_cycles)
        : (index, index, index, index, index, index, index, index, index, index,
           index, index, index, index, index, index, index, index, index, index,
           index, index, index, index, index, index, index, index) -> ()
  }

  //===--------------------------------------------------------------------===//
  // Windows of single channels
  //===--------------------------------------------------------------------===//

  // Depthwise convolutions and pooling: lanes are channels, and of each window
  // as many positions as there are vector inputs are combined in one pass.
  // `outputs`: results of each channel; `has_weights`: 0 where it pools.
  func.func @slide(%n: index, %c: index, %outputs: index, %has_weights: i1,
                   %oh: index, %ow: index, %kh: index, %kw: index, %sh: index,
                   %sw: index, %dh: index, %dw: index, %c_blocks: index,
                   %a_bits: index, %w_bits: index, %r_bits: index,
                   %pairs_: index, %lanes_: index, %inputs: index,
                   %slot: index, %slot_rows_: index, %lines_of_tile: index,
                   %buffers_: index, %reading: index, %writing: index,
                   %burst_size: index, %cycles: index) {
    %zero = arith.constant 0 : index
    %one = arith.constant 1 : index
    %c_pairs = arith.minui %pairs_, %c_blocks : index
    %t_c = arith.muli %c_pairs, %lanes_ : index
    %tiles_c = arith.ceildivui %c_blocks, %c_pairs : index
    %m_pairs = arith.divui %pairs_, %c_pairs : index
    %positions = arith.muli %kh, %kw : index
    %t_p = arith.minui %slot_rows_, %positions : index
    %tiles_p = arith.ceildivui %positions, %t_p : index
    %last_step = arith.subi %tiles_p, %one : index

    %kh_1 = arith.subi %kh, %one : index
    %kw_1 = arith.subi %kw, %one : index
    %kh_span = arith.muli %kh_1, %dh : index
    %kw_span = arith.muli %kw_1, %dw : index
    %pixels = arith.divui %slot, %lanes_ : index
    %t:2 = func.call @tile(%oh, %ow, %kh_span, %kw_span, %sh, %sw, %pixels,
                           %slot_rows_, %m_pairs, %lines_of_tile)
        : (index, index, index, index, index, index, index, index, index,
           index) -> (index, index)
    %tiles_h = arith.ceildivui %oh, %t#0 : index
    %tiles_w = arith.ceildivui %ow, %t#1 : index

    scf.for %image = %zero to %n step %one {
      %image_h = arith.muli %image, %tiles_h : index
      scf.for %ht = %zero to %tiles_h step %one {
        %h_done = arith.muli %ht, %t#0 : index
        %h_left = arith.subi %oh, %h_done : index
        %hv = arith.minsi %h_left, %t#0 : index
        %hv_1 = arith.subi %hv, %one : index
        %hv_span = arith.muli %hv_1, %sh : index
        %ih_border = arith.addi %hv_span, %kh_span : index
        %lines = arith.addi %ih_border, %one : index
        %runs = arith.muli %lines, %reading : index
        %result_runs = arith.muli %hv, %writing : index
        %line_of_tiles = arith.addi %image_h, %ht : index
        %line_w = arith.muli %line_of_tiles, %tiles_w : index
        scf.for %wt = %zero to %tiles_w step %one {
          %w_done = arith.muli %wt, %t#1 : index
          %w_left = arith.subi %ow, %w_done : index
          %wv = arith.minsi %w_left, %t#1 : index
          %wv_pair = arith.ceildivui %wv, %m_pairs : index
          %row_count = arith.muli %hv, %wv_pair : index
          %wv_1 = arith.subi %wv, %one : index
          %wv_span = arith.muli %wv_1, %sw : index
          %columns_1 = arith.addi %wv_span, %kw_span : index
          %columns = arith.addi %columns_1, %one : index
          %picture_tile = arith.addi %line_w, %wt : index
          %picture_c = arith.muli %picture_tile, %tiles_c : index
          scf.for %ct = %zero to %tiles_c step %one {
            %c_done = arith.muli %ct, %t_c : index
            %c_left = arith.subi %c, %c_done : index
            %cv = arith.minsi %c_left, %t_c : index
            %channels_tile = arith.addi %picture_c, %ct : index
            %tile_outputs = arith.muli %channels_tile, %outputs : index
            scf.for %output = %zero to %outputs step %one {
              %tile = arith.addi %tile_outputs, %output : index
              %r = arith.addi %tile, %buffers_ : index
              %tile_steps = arith.muli %tile, %tiles_p : index
              scf.for %step = %zero to %tiles_p step %one {
                %number = arith.addi %tile_steps, %step : index
                %ab = arith.addi %number, %buffers_ : index
                %p_done = arith.muli %step, %t_p : index
                %p_left = arith.subi %positions, %p_done : index
                %pv = arith.minsi %p_left, %t_p : index
                %is_first = arith.cmpi eq, %step, %zero : index
                %is_last = arith.cmpi eq, %step, %last_step : index

                %w = acadl.range @weights[%ab] size(%one)
                %w_before = acadl.range @weights[%number] size(%one)
                scf.if %has_weights {
                  %weight_count = arith.muli %pv, %cv : index
                  %w_size = func.call @run(%one, %weight_count, %w_bits,
                                           %reading, %burst_size, %cycles)
                      : (index, index, index, index, index, index) -> index
                  %from_w = acadl.range @operands[%zero] size(%w_size)
                      repeat(%reading) stride(%w_size)
                  acadl.issue "load" reads(%from_w) writes(%w, %w_before)
                }
                %a = acadl.range @activations[%ab] size(%one)
                %a_before = acadl.range @activations[%number] size(%one)
                %whole = arith.cmpi eq, %tiles_c, %one : index
                %line = arith.muli %columns, %cv : index
                %pieces = arith.select %whole, %one, %columns : index
                %piece = arith.select %whole, %line, %cv : index
                %a_size = func.call @run(%pieces, %piece, %a_bits, %reading,
                                         %burst_size, %cycles)
                    : (index, index, index, index, index, index) -> index
                %from_a = acadl.range @operands[%zero] size(%a_size)
                    repeat(%runs) stride(%a_size)
                acadl.issue "load" reads(%from_a) writes(%a, %a_before)

                %combined = arith.ceildivui %pv, %inputs : index
                %finish = arith.select %is_last, %one, %zero : index
                %passes = arith.addi %combined, %finish : index
                %opened = arith.select %is_first, %one, %zero : index
                %open = acadl.range @results_free[%tile] size(%opened)
                %full = acadl.range @results[%r] size(%finish)
                acadl.issue "multiply"(%row_count, %passes) reads(%a, %w)
                    writes(%open, %full)
              }
              %one_tile = arith.cmpi eq, %tiles_c, %one : index
              %result_line = arith.muli %wv, %cv : index
              %pieces = arith.select %one_tile, %one, %wv : index
              %piece = arith.select %one_tile, %result_line, %cv : index
              %size = func.call @run(%pieces, %piece, %r_bits, %writing,
                                     %burst_size, %cycles)
                  : (index, index, index, index, index, index) -> index
              %results_ = acadl.range @results[%r] size(%one)
              %summed = acadl.range @results_free[%r] size(%one)
              %to = acadl.range @outputs[%zero] size(%size)
                  repeat(%result_runs) stride(%size)
              acadl.issue "store" reads(%results_, %summed) writes(%to)
            }
          }
        }
      }
    }
    func.return
  }

  acadl.mapping @depthwise_conv2d of "depthwise_conv2d"(n = %n, c = %c,
      m = %multiplier, oh = %oh, ow = %ow, kh = %kh, kw = %kw, sh = %sh,
      sw = %sw, dh = %dh, dw = %dw, operand0_bits = %a_bits,
      operand1_bits = %w_bits, result0_bits = %r_bits)
      free_epilogues ["bias", "scale", "relu", "clamp", "requantize"] {
    acadl.require %memory_fits,
        "the weights of all stages must fit into a slot of a memory unit"
    %a_fits = arith.cmpi ule, %a_bits, %c32 : index
    acadl.require %a_fits, "the lanes are 32 bits wide"
    %w_fits = arith.cmpi ule, %w_bits, %c32 : index
    acadl.require %w_fits, "the lanes are 32 bits wide"
    %kh_1 = arith.subi %kh, %c1 : index
    %kw_1 = arith.subi %kw, %c1 : index
    %kh_span = arith.muli %kh_1, %dh : index
    %kw_span = arith.muli %kw_1, %dw : index
    %window_h = arith.addi %kh_span, %c1 : index
    %window_w = arith.addi %kw_span, %c1 : index
    %window = arith.muli %window_h, %window_w : index
    %window_fits = arith.cmpi ule, %window, %lane_pixels : index
    acadl.require %window_fits,
        "the pixels of a window must fit into a slot of a memory unit"
    acadl.domain %c in [1, 256]
    acadl.domain %oh in [1, 56]
    acadl.domain %ow in [1, 56]
    acadl.domain %kh in [1, 7]
    acadl.domain %kw in [1, 7]
    acadl.domain %sh in [1, 2]
    acadl.domain %sw in [1, 2]
    %c_blocks = arith.ceildivui %c, %lanes : index
    func.call @slide(%n, %c, %multiplier, %true, %oh, %ow, %kh, %kw, %sh, %sw,
                     %dh, %dw, %c_blocks, %a_bits, %w_bits, %r_bits, %pairs,
                     %lanes, %vector_inputs, %slot_words, %slot_rows, %tile_lines,
                     %buffers, %read_channels, %write_channels, %burst,
                     %burst_cycles)
        : (index, index, index, i1, index, index, index, index, index, index,
           index, index, index, index, index, index, index, index, index, index,
           index, index, index, index, index, index, index) -> ()
  }

  acadl.mapping @pool2d of "pool2d"(n = %n, c = %c, oh = %oh, ow = %ow,
      kh = %kh, kw = %kw, sh = %sh, sw = %sw, dh = %dh, dw = %dw,
      operand0_bits = %a_bits, result0_bits = %r_bits)
      free_epilogues ["scale", "relu", "clamp", "requantize"] {
    acadl.require %memory_fits,
        "the weights of all stages must fit into a slot of a memory unit"
    %a_fits = arith.cmpi ule, %a_bits, %c32 : index
    acadl.require %a_fits, "the lanes are 32 bits wide"
    %kh_1 = arith.subi %kh, %c1 : index
    %kw_1 = arith.subi %kw, %c1 : index
    %kh_span = arith.muli %kh_1, %dh : index
    %kw_span = arith.muli %kw_1, %dw : index
    %window_h = arith.addi %kh_span, %c1 : index
    %window_w = arith.addi %kw_span, %c1 : index
    %window = arith.muli %window_h, %window_w : index
    %window_fits = arith.cmpi ule, %window, %lane_pixels : index
    acadl.require %window_fits,
        "the pixels of a window must fit into a slot of a memory unit"
    acadl.domain %c in [1, 256]
    acadl.domain %oh in [1, 56]
    acadl.domain %ow in [1, 56]
    acadl.domain %kh in [1, 7]
    acadl.domain %kw in [1, 7]
    acadl.domain %sh in [1, 2]
    acadl.domain %sw in [1, 2]
    %c_blocks = arith.ceildivui %c, %lanes : index
    func.call @slide(%n, %c, %c1, %false, %oh, %ow, %kh, %kw, %sh, %sw, %dh,
                     %dw, %c_blocks, %a_bits, %a_bits, %r_bits, %pairs, %lanes,
                     %vector_inputs, %slot_words, %slot_rows, %tile_lines,
                     %buffers, %read_channels, %write_channels, %burst,
                     %burst_cycles)
        : (index, index, index, i1, index, index, index, index, index, index,
           index, index, index, index, index, index, index, index, index, index,
           index, index, index, index, index, index, index) -> ()
  }

  //===--------------------------------------------------------------------===//
  // Streams
  //===--------------------------------------------------------------------===//

  // Element by element: blocks of all PMUs' slots go through the PCUs. Broadcast
  // operands are read once and stay.
  acadl.mapping @elementwise of "elementwise"(e = %e, full = %full,
      bcast = %bcast, alu = %alu, mul = %mul, div = %div, fn = %fn, cvt = %cvt,
      operand0_bits = %a_bits, result0_bits = %r_bits)
      free_epilogues ["relu", "clamp"] {
    acadl.require %memory_fits,
        "the weights of all stages must fit into a slot of a memory unit"
    acadl.domain %e in [1, 1000000]
    acadl.domain %full in [1, 3]
    acadl.domain %alu in [0, 4]
    acadl.domain %mul in [0, 4]
    %wider = arith.maxui %a_bits, %r_bits : index
    %words = arith.ceildivui %wider, %c32 : index

    %simple_1 = arith.addi %alu, %mul : index
    %simple = arith.addi %simple_1, %cvt : index
    %of_div = arith.muli %div, %div_stages : index
    %of_fn = arith.muli %fn, %fn_stages : index
    %hard = arith.addi %of_div, %of_fn : index
    %operations = arith.addi %simple, %hard : index
    %by_stages = arith.ceildivui %operations, %stages : index
    %by_inputs = arith.ceildivui %full, %vector_inputs : index
    %most = arith.maxui %by_stages, %by_inputs : index
    %one_at_least = arith.maxui %most, %c1 : index
    %chain = arith.muli %one_at_least, %words : index

    // Vectors of a block in each PMU.
    %operands_ = arith.maxui %full, %c1 : index
    %held_1 = arith.divui %lane_pixels, %operands_ : index
    %held_2 = arith.minui %held_1, %slot_rows : index
    %held_3 = arith.divui %held_2, %words : index
    %held = arith.maxui %held_3, %c1 : index
    %abreast = arith.muli %pairs, %lanes : index
    %block = arith.muli %held, %abreast : index
    %blocks = arith.ceildivui %e, %block : index

    %w = acadl.range @weights[%c0] size(%c1)
    %has_bcast = arith.cmpi ugt, %bcast, %c0 : index
    scf.if %has_bcast {
      %size = func.call @run(%c1, %bcast, %a_bits, %read_channels, %burst,
                             %burst_cycles)
          : (index, index, index, index, index, index) -> index
      %from = acadl.range @operands[%c0] size(%size) repeat(%read_channels)
          stride(%size)
      acadl.issue "load" reads(%from) writes(%w)
    }
    %has_full = arith.cmpi ugt, %full, %c0 : index
    %runs = arith.muli %operands_, %read_channels : index
    scf.for %i = %c0 to %blocks step %c1 {
      %done = arith.muli %i, %block : index
      %left = arith.subi %e, %done : index
      %ev = arith.minsi %left, %block : index
      %slot = arith.addi %i, %buffers : index
      %a = acadl.range @activations[%slot] size(%c1)
      %a_before = acadl.range @activations[%i] size(%c1)
      scf.if %has_full {
        %size = func.call @run(%c1, %ev, %a_bits, %read_channels, %burst,
                               %burst_cycles)
            : (index, index, index, index, index, index) -> index
        %from = acadl.range @operands[%c0] size(%size) repeat(%runs)
            stride(%size)
        acadl.issue "load" reads(%from) writes(%a, %a_before)
      }
      %vectors = arith.ceildivui %ev, %abreast : index
      %r = acadl.range @results[%slot] size(%c1)
      %r_before = acadl.range @results[%i] size(%c1)
      acadl.issue "map"(%vectors, %chain) reads(%a, %w) writes(%r, %r_before)
      %r_size = func.call @run(%c1, %ev, %r_bits, %write_channels, %burst,
                               %burst_cycles)
          : (index, index, index, index, index, index) -> index
      %to = acadl.range @outputs[%c0] size(%r_size) repeat(%write_channels)
          stride(%r_size)
      acadl.issue "store" reads(%r) writes(%to)
    }
  }

  // How many of `extent` are in a tile where `others` elements come with each
  // and `room` fit: at least one.
  func.func @fitting(%extent: index, %others: index, %room: index) -> index {
    %one = arith.constant 1 : index
    %fit = arith.divui %room, %others : index
    %some = arith.maxui %fit, %one : index
    %size = arith.minui %some, %extent : index
    func.return %size : index
  }

  // [o, r, i] in blocks that PMUs hold: reduced (one sweep) or normalised (three
  // sweeps over a row, of which the last gives results; rows that are held are
  // read once). Lanes are inner elements, or where there are none, elements of a
  // row, which are then combined across the lanes.
  func.func @sweep(%o: index, %r: index, %i: index, %chain_1: index,
                   %chain_2: index, %chain_3: index, %normalises: i1,
                   %a_bits: index, %r_bits: index, %words: index,
                   %pairs_: index, %lanes_: index, %slot: index,
                   %slot_rows_: index, %buffers_: index, %reading: index,
                   %writing: index, %burst_size: index, %cycles: index) {
    %zero = arith.constant 0 : index
    %one = arith.constant 1 : index
    %three = arith.constant 3 : index
    %slots = arith.muli %slot, %pairs_ : index
    %room = arith.divui %slots, %words : index
    %result_rows = arith.muli %slot_rows_, %lanes_ : index
    %result_slots = arith.muli %result_rows, %pairs_ : index
    %result_room = arith.divui %result_slots, %words : index

    %t_i = func.call @fitting(%i, %one, %result_room)
        : (index, index, index) -> index
    %t_r_room = arith.select %normalises, %result_room, %room : index
    %t_r = func.call @fitting(%r, %t_i, %t_r_room)
        : (index, index, index) -> index
    %of_row = arith.muli %t_r, %t_i : index
    %of_row_out = arith.select %normalises, %of_row, %t_i : index
    %o_in = func.call @fitting(%o, %of_row, %room)
        : (index, index, index) -> index
    %o_out = func.call @fitting(%o, %of_row_out, %result_room)
        : (index, index, index) -> index
    %t_o = arith.minui %o_in, %o_out : index
    %tiles_o = arith.ceildivui %o, %t_o : index
    %tiles_i = arith.ceildivui %i, %t_i : index
    %tiles_r = arith.ceildivui %r, %t_r : index
    %last_r = arith.subi %tiles_r, %one : index
    %in_parts = arith.cmpi ugt, %tiles_r, %one : index
    %sweeps = arith.select %normalises, %three, %one : index
    %across_lanes = arith.cmpi eq, %i, %one : index
    %blocks = arith.muli %sweeps, %tiles_r : index

    scf.for %ot = %zero to %tiles_o step %one {
      %o_done = arith.muli %ot, %t_o : index
      %o_left = arith.subi %o, %o_done : index
      %ov = arith.minsi %o_left, %t_o : index
      %line = arith.muli %ot, %tiles_i : index
      scf.for %it = %zero to %tiles_i step %one {
        %i_done = arith.muli %it, %t_i : index
        %i_left = arith.subi %i, %i_done : index
        %iv = arith.minsi %i_left, %t_i : index
        %tile = arith.addi %line, %it : index
        %tile_blocks = arith.muli %tile, %blocks : index
        %tile_parts = arith.muli %tile, %tiles_r : index
        scf.for %sweep = %zero to %sweeps step %one {
          %first_sweep = arith.cmpi eq, %sweep, %zero : index
          %second_sweep = arith.cmpi eq, %sweep, %one : index
          %later = arith.select %second_sweep, %chain_2, %chain_3 : index
          %chain = arith.select %first_sweep, %chain_1, %later : index
          %reads = arith.ori %first_sweep, %in_parts : i1
          %sweep_parts = arith.muli %sweep, %tiles_r : index
          %sweep_blocks = arith.addi %tile_blocks, %sweep_parts : index
          scf.for %rt = %zero to %tiles_r step %one {
            %r_done = arith.muli %rt, %t_r : index
            %r_left = arith.subi %r, %r_done : index
            %rv = arith.minsi %r_left, %t_r : index
            %part = arith.addi %sweep_blocks, %rt : index
            %held = arith.select %in_parts, %part, %tile : index
            %place = arith.addi %held, %buffers_ : index
            %a = acadl.range @activations[%place] size(%one)
            %a_before = acadl.range @activations[%held] size(%one)
            %rows_ = arith.muli %ov, %rv : index
            %elements = arith.muli %rows_, %iv : index
            scf.if %reads {
              %size = func.call @run(%one, %elements, %a_bits, %reading,
                                     %burst_size, %cycles)
                  : (index, index, index, index, index, index) -> index
              %from = acadl.range @operands[%zero] size(%size)
                  repeat(%reading) stride(%size)
              acadl.issue "load" reads(%from) writes(%a, %a_before)
            }
            // Vectors of a PCU.
            %row_vectors = arith.ceildivui %rv, %lanes_ : index
            %inner_vectors = arith.ceildivui %iv, %lanes_ : index
            %column_vectors = arith.muli %rv, %inner_vectors : index
            %vectors_1 = arith.select %across_lanes, %row_vectors,
                %column_vectors : index
            %vectors_all = arith.muli %ov, %vectors_1 : index
            %vectors = arith.ceildivui %vectors_all, %pairs_ : index

            %first_part = arith.cmpi eq, %rt, %zero : index
            %last_part = arith.cmpi eq, %rt, %last_r : index
            %opened = arith.select %first_part, %one, %zero : index
            %filled = arith.select %last_part, %one, %zero : index
            scf.if %normalises {
              %known = acadl.range @statistics[%zero] size(%opened)
              %found = acadl.range @statistics[%zero] size(%filled)
              %gives = arith.cmpi ugt, %sweep, %one : index
              scf.if %gives {
                %part_of_results = arith.addi %tile_parts, %rt : index
                %r_place = arith.addi %part_of_results, %buffers_ : index
                %to_r = acadl.range @results[%r_place] size(%one)
                %r_before = acadl.range @results[%part_of_results] size(%one)
                acadl.issue "map"(%vectors, %chain) reads(%a, %known)
                    writes(%to_r, %r_before)
                %size = func.call @run(%one, %elements, %r_bits, %writing,
                                       %burst_size, %cycles)
                    : (index, index, index, index, index, index) -> index
                %to = acadl.range @outputs[%zero] size(%size)
                    repeat(%writing) stride(%size)
                acadl.issue "store" reads(%to_r) writes(%to)
              } else {
                acadl.issue "fold"(%vectors, %chain) reads(%a, %known)
                    writes(%found)
              }
            } else {
              %r_place = arith.addi %tile, %buffers_ : index
              %free = acadl.range @results_free[%tile] size(%opened)
              %to_r = acadl.range @results[%r_place] size(%filled)
              acadl.issue "fold"(%vectors, %chain) reads(%a)
                  writes(%free, %to_r)
            }
          }
        }
        %none = arith.constant false
        %reduces = arith.cmpi eq, %normalises, %none : i1
        scf.if %reduces {
          %results_of_tile = arith.muli %ov, %iv : index
          %place = arith.addi %tile, %buffers_ : index
          %from_r = acadl.range @results[%place] size(%one)
          %summed = acadl.range @results_free[%place] size(%one)
          %size = func.call @run(%one, %results_of_tile, %r_bits, %writing,
                                 %burst_size, %cycles)
              : (index, index, index, index, index, index) -> index
          %to = acadl.range @outputs[%zero] size(%size) repeat(%writing)
              stride(%size)
          acadl.issue "store" reads(%from_r, %summed) writes(%to)
        }
      }
    }
    func.return
  }

  acadl.mapping @reduction of "reduction"(o = %o, r = %r, i = %i, ops = %ops,
      operand0_bits = %a_bits, result0_bits = %r_bits) {
    acadl.require %memory_fits,
        "the weights of all stages must fit into a slot of a memory unit"
    acadl.domain %o in [1, 4096]
    acadl.domain %r in [1, 4096]
    acadl.domain %i in [1, 256]
    %wider = arith.maxui %a_bits, %r_bits : index
    %words = arith.ceildivui %wider, %c32 : index
    %by_stages = arith.ceildivui %ops, %stages : index
    %once = arith.maxui %by_stages, %c1 : index
    %chain = arith.muli %once, %words : index
    func.call @sweep(%o, %r, %i, %chain, %chain, %chain, %false, %a_bits,
                     %r_bits, %words, %pairs, %lanes, %slot_words, %slot_rows,
                     %buffers, %read_channels, %write_channels, %burst,
                     %burst_cycles)
        : (index, index, index, index, index, index, i1, index, index, index,
           index, index, index, index, index, index, index, index, index) -> ()
  }

  // The maximum; differences, their exponentials and the sum; quotients.
  acadl.mapping @softmax of "softmax"(o = %o, r = %r, i = %i,
      operand0_bits = %a_bits, result0_bits = %r_bits) {
    acadl.require %memory_fits,
        "the weights of all stages must fit into a slot of a memory unit"
    acadl.domain %o in [1, 4096]
    acadl.domain %r in [1, 4096]
    %wider = arith.maxui %a_bits, %r_bits : index
    %words = arith.ceildivui %wider, %c32 : index
    %exponential = arith.addi %fn_stages, %c2 : index
    %by_stages = arith.ceildivui %exponential, %stages : index
    %chain_2 = arith.muli %by_stages, %words : index
    %quotient = arith.ceildivui %div_stages, %stages : index
    %chain_3 = arith.muli %quotient, %words : index
    func.call @sweep(%o, %r, %i, %words, %chain_2, %chain_3, %true, %a_bits,
                     %r_bits, %words, %pairs, %lanes, %slot_words, %slot_rows,
                     %buffers, %read_channels, %write_channels, %burst,
                     %burst_cycles)
        : (index, index, index, index, index, index, i1, index, index, index,
           index, index, index, index, index, index, index, index, index) -> ()
  }

  // Through the results' slots, without a PCU. PMUs transpose in their banks, so
  // that whole bursts are read and written; only what is gathered or scattered
  // comes in runs.
  acadl.mapping @data_movement of "data_movement"(e = %e, r = %r, run = %run,
      op = %op, operand0_bits = %a_bits, result0_bits = %r_bits) {
    acadl.require %memory_fits,
        "the weights of all stages must fit into a slot of a memory unit"
    acadl.domain %e in [1, 1000000]
    acadl.domain %r in [1, 1000000]
    acadl.domain %run in [1, 4096]
    %wider = arith.maxui %a_bits, %r_bits : index
    %words = arith.ceildivui %wider, %c32 : index
    %abreast = arith.muli %pairs, %lanes : index
    %slots = arith.muli %slot_rows, %abreast : index
    %room = arith.divui %slots, %words : index
    %block = arith.maxui %room, %c1 : index
    %blocks = arith.ceildivui %e, %block : index
    %read = arith.ceildivui %r, %blocks : index
    %gather = arith.constant 11 : index
    %scatter = arith.constant 12 : index
    %gathers = arith.cmpi eq, %op, %gather : index
    %scatters = arith.cmpi eq, %op, %scatter : index
    %read_run = arith.select %gathers, %run, %read : index
    %read_some = arith.maxui %read, %c1 : index
    %read_piece = arith.minui %read_run, %read_some : index
    %piece_or_one = arith.maxui %read_piece, %c1 : index
    %read_pieces = arith.ceildivui %read, %piece_or_one : index
    %size = func.call @run(%read_pieces, %piece_or_one, %a_bits, %read_channels,
                           %burst, %burst_cycles)
        : (index, index, index, index, index, index) -> index
    %reads_any = arith.cmpi ugt, %r, %c0 : index
    scf.for %i = %c0 to %blocks step %c1 {
      %done = arith.muli %i, %block : index
      %left = arith.subi %e, %done : index
      %ev = arith.minsi %left, %block : index
      %slot = arith.addi %i, %buffers : index
      %held = acadl.range @results[%slot] size(%c1)
      %before = acadl.range @results[%i] size(%c1)
      scf.if %reads_any {
        %from = acadl.range @operands[%c0] size(%size) repeat(%read_channels)
            stride(%size)
        acadl.issue "load" reads(%from) writes(%held, %before)
      }
      %write_run = arith.select %scatters, %run, %ev : index
      %write_piece = arith.minui %write_run, %ev : index
      %write_pieces = arith.ceildivui %ev, %write_piece : index
      %r_size = func.call @run(%write_pieces, %write_piece, %r_bits,
                               %write_channels, %burst, %burst_cycles)
          : (index, index, index, index, index, index) -> index
      %to = acadl.range @outputs[%c0] size(%r_size) repeat(%write_channels)
          stride(%r_size)
      acadl.issue "store" reads(%held) writes(%to)
    }
  }
}
