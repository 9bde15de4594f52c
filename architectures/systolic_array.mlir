// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The systolic array of rtl/: tiles of A and B are loaded from memory, streamed
// through rows x cols int8 multiply-accumulate elements, results stored as int32.
// docs/design/SystolicArray.md specifies the hardware; this is its section 5,
// rule by rule, in the names used there. Cycles equal those of the hardware
// for a memory of fixed latency.
//
// The hardware multiplies matrices and nothing else. Other kinds of layers are
// left to a host, which is no part of rtl/: a vector processor of the stated
// speed. With host_lanes=0 there is none, and they are refused.
//
// Times there are those of the last cycle in which something is done; here an
// instruction is done in the cycle after, when others see it.
acadl.architecture @systolic_array "systolic array with memory port" {
  %rows = acadl.parameter "rows" default 4 in [1, 256]
  %cols = acadl.parameter "cols" default 4 in [1, 256]
  // Bytes per beat of the memory port.
  %width = acadl.parameter "width" default 8 in [1, 128]
  // 0: output stationary, 1: weight stationary.
  %dataflow = acadl.parameter "dataflow" default 0 in [0, 1]
  %depth = acadl.parameter "depth" default 64 in [1, 4096]
  %inflight = acadl.parameter "inflight" default 32 in [1, 256]
  %queue = acadl.parameter "queue" default 4 in [1, 256]
  %memory_latency = acadl.parameter "latency" default 16 in [1, 1000000]
  // Of the host: operations in a cycle, bytes of memory in a cycle, cycles to
  // hand a layer over and back, operations that a division or root and another
  // function are worth.
  %host_lanes = acadl.parameter "host_lanes" default 8 in [0, 1024]
  %host_width = acadl.parameter "host_width" default 16 in [1, 1024]
  %host_call = acadl.parameter "host_call" default 1000 in [0, 1000000]
  %host_div = acadl.parameter "host_div" default 4 in [1, 1024]
  %host_fn = acadl.parameter "host_fn" default 16 in [1, 1024]
  %khz = acadl.parameter "clock_khz" default 1000000 in [1, 10000000]
  acadl.clock %khz kHz

  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c2 = arith.constant 2 : index
  %c4 = arith.constant 4 : index
  %c256 = arith.constant 256 : index
  %c7 = arith.constant 7 : index
  %c8 = arith.constant 8 : index
  %is_ws = arith.cmpi eq, %dataflow, %c1 : index

  //===--------------------------------------------------------------------===//
  // Storage
  //===--------------------------------------------------------------------===//

  // Reads only: stores do not disturb them. Time does not depend on addresses,
  // so that every tile is read from address 0 on.
  %one_burst = arith.muli %c256, %width : index
  %deepest = arith.maxui %rows, %depth : index
  %tallest = arith.maxui %deepest, %c256 : index
  %words = arith.muli %one_burst, %tallest : index
  acadl.sram @memory size(%words) read_latency(%memory_latency) ports(%c1)
      port_width(%width) in_flight(%inflight)
  // Two slots each, used alternately: A, B, the results R. Every content of a
  // slot has a word of its own; what comes into a slot also writes the word of
  // two before, and so waits until that has been read. Addresses then simply
  // count, and so do loops: after one iteration the next slot is as the one
  // before was.
  %contents = arith.constant 281474976710656 : index
  acadl.register_file @a size(%contents)
  acadl.register_file @b size(%contents)
  acadl.register_file @r size(%contents)
  // In the array: the weights of the next step.
  acadl.register_file @shadow size(%c1)
  // A slot of R that may be summed into. Only the first step of a C tile waits
  // for it, only the last one fills the slot.
  acadl.register_file @r_free size(%contents)

  //===--------------------------------------------------------------------===//
  // Sequencer and queues
  //===--------------------------------------------------------------------===//

  // One instruction a cycle; a full queue stops all.
  acadl.fetch_stage @program forwards [@sequencer]
  acadl.pipeline_stage @sequencer latency(%c1)
      forwards [@load, @weights, @compute, @store, @response, @host]

  // An entry of a queue is freed with the unit that works on it: with the last
  // request of a load, whose data are still to come.
  acadl.execute_stage @load latency(%c1) capacity(%queue) {
    acadl.memory_access_unit @requests reads [@memory] writes [@a, @b] {
      acadl.process "load_a" { acadl.latency %c0 interval %c0 }
      acadl.process "load_b" { acadl.latency %c0 interval %c0 }
    }
  }

  acadl.execute_stage @weights latency(%c1) capacity(%queue) {
    acadl.functional_unit @shift reads [@b] writes [@shadow] {
      acadl.process "shift"(%kv) { acadl.latency %kv }
    }
  }

  acadl.execute_stage @compute latency(%c1) capacity(%queue)
      forwards [@skew, @swap] {
    // The last step of a C tile cannot leave before the array is empty of the
    // previous tile's sums: its last element waits.
    acadl.functional_unit @array_os reads [@a, @b] {
      acadl.process "step"(%kv) { acadl.latency %kv }
      acadl.process "last_step"(%mv, %nv, %kv) { acadl.latency %kv }
    }
    acadl.functional_unit @array_ws reads [@a, @shadow] writes [@r_free] {
      acadl.process "stream"(%mv, %nv, %kv) { acadl.latency %c0 interval %mv }
    }
  }

  acadl.execute_stage @store latency(%c1) capacity(%queue) {
    acadl.functional_unit @write reads [@r, @r_free] {
      acadl.process "store"(%mv, %nv) {
        %bytes = arith.muli %nv, %c4 : index
        %beats = arith.ceildivui %bytes, %width : index
        %row = arith.addi %beats, %c1 : index
        %cycles = arith.muli %mv, %row : index
        acadl.latency %cycles
      }
    }
  }

  //===--------------------------------------------------------------------===//
  // Output stationary: the sums leave the array
  //===--------------------------------------------------------------------===//

  // Until PE (mv - 1, nv - 1) has its sum. Taken until the previous tile has
  // been drained, and a cycle more for that to be seen.
  acadl.execute_stage @skew hold_until_completion forwards [@drain] {
    acadl.functional_unit @elements {
      acadl.process "last_step"(%mv, %nv, %kv) {
        %both = arith.addi %mv, %nv : index
        %cycles = arith.subi %both, %c1 : index
        acadl.latency %cycles
      }
    }
  }
  acadl.execute_stage @drain forwards [@seen] {
    acadl.functional_unit @result_registers writes [@r] {
      acadl.process "last_step"(%mv, %nv, %kv) { acadl.latency %mv }
    }
  }
  acadl.execute_stage @seen {
    acadl.functional_unit @drained {
      acadl.process "last_step"(%mv, %nv, %kv) { acadl.latency %c1 }
    }
  }

  //===--------------------------------------------------------------------===//
  // Weight stationary: shadow weights are taken over, sums run down
  //===--------------------------------------------------------------------===//

  acadl.execute_stage @swap forwards [@sum] {
    acadl.functional_unit @active reads [@shadow] {
      acadl.process "stream"(%mv, %nv, %kv) {
        %until = arith.addi %kv, %nv : index
        acadl.latency %c0 interval %until
      }
    }
  }
  acadl.execute_stage @sum {
    acadl.functional_unit @accumulators writes [@r] {
      acadl.process "stream"(%mv, %nv, %kv) {
        %down = arith.addi %mv, %rows : index
        %cycles = arith.addi %down, %nv : index
        acadl.latency %cycles interval %c0
      }
    }
  }

  //===--------------------------------------------------------------------===//
  // The end
  //===--------------------------------------------------------------------===//

  // No instruction of the hardware: the response to the last row's write.
  acadl.execute_stage @response latency(%c1) {
    acadl.functional_unit @last_write writes [@r] {
      acadl.process "respond" { acadl.latency %memory_latency }
    }
  }

  //===--------------------------------------------------------------------===//
  // The host
  //===--------------------------------------------------------------------===//

  %host_speed = arith.maxui %host_lanes, %c1 : index
  acadl.execute_stage @host {
    acadl.functional_unit @vector_processor {
      acadl.process "host"(%bits, %operations) {
        %all_bits = arith.addi %bits, %c7 : index
        %bytes = arith.divui %all_bits, %c8 : index
        %moving = arith.ceildivui %bytes, %host_width : index
        %computing = arith.ceildivui %operations, %host_speed : index
        %longer = arith.maxui %moving, %computing : index
        %cycles = arith.addi %longer, %host_call : index
        acadl.latency %cycles
      }
    }
  }

  //===--------------------------------------------------------------------===//
  // Mappings
  //===--------------------------------------------------------------------===//

  // The order of section 3: G independent products of M x K by K x N, K being
  // `positions` of `channels` each.
  func.func @job(%groups: index, %m: index, %n: index, %positions: index,
                 %channels: index, %ws: i1, %tile_m: index, %tile_n: index,
                 %tile_k: index, %tiles_n: index, %tiles_k: index) {
    %zero = arith.constant 0 : index
    %one = arith.constant 1 : index
    %two = arith.constant 2 : index
    %tiles_m = arith.ceildivui %m, %tile_m : index
    %last_k = arith.subi %tiles_k, %one : index
    %last_p = arith.subi %positions, %one : index

    scf.for %g = %zero to %groups step %one {
      %g_m = arith.muli %g, %tiles_m : index
      scf.for %mt = %zero to %tiles_m step %one {
        %m_done = arith.muli %mt, %tile_m : index
        %m_left = arith.subi %m, %m_done : index
        %mv = arith.minsi %m_left, %tile_m : index
        %row_tile = arith.addi %g_m, %mt : index
        %row_tiles = arith.muli %row_tile, %tiles_n : index
        scf.for %nt = %zero to %tiles_n step %one {
          %n_done = arith.muli %nt, %tile_n : index
          %n_left = arith.subi %n, %n_done : index
          %nv = arith.minsi %n_left, %tile_n : index
          // The number of the C tile.
          %tile = arith.addi %row_tiles, %nt : index
          %r = arith.addi %tile, %two : index
          %tile_p = arith.muli %tile, %positions : index
          scf.for %p = %zero to %positions step %one {
            %position = arith.addi %tile_p, %p : index
            %position_k = arith.muli %position, %tiles_k : index
            scf.for %ct = %zero to %tiles_k step %one {
              // The number of the step.
              %step = arith.addi %position_k, %ct : index
              %ab = arith.addi %step, %two : index
              %k_done = arith.muli %ct, %tile_k : index
              %k_left = arith.subi %channels, %k_done : index
              %kv = arith.minsi %k_left, %tile_k : index
              %first_p = arith.cmpi eq, %p, %zero : index
              %first_ct = arith.cmpi eq, %ct, %zero : index
              %first = arith.andi %first_p, %first_ct : i1
              %at_last_p = arith.cmpi eq, %p, %last_p : index
              %at_last_k = arith.cmpi eq, %ct, %last_k : index
              %last = arith.andi %at_last_p, %at_last_k : i1

              %a = acadl.range @a[%ab] size(%one)
              %b = acadl.range @b[%ab] size(%one)
              %a_before = acadl.range @a[%step] size(%one)
              %b_before = acadl.range @b[%step] size(%one)
              %r_before = acadl.range @r[%tile] size(%one)
              %weights = acadl.range @shadow[%zero] size(%one)
              %rows_b = acadl.range @memory[%zero] size(%nv) repeat(%kv)
                  stride(%nv)
              %rows_a = acadl.range @memory[%zero] size(%kv) repeat(%mv)
                  stride(%kv)

              acadl.issue "load_b" reads(%rows_b) writes(%b, %b_before)
              scf.if %ws {
                acadl.issue "shift"(%kv) reads(%b) writes(%weights)
              }
              acadl.issue "load_a" reads(%rows_a) writes(%a, %a_before)
              scf.if %ws {
                %opened = arith.select %first, %one, %zero : index
                %filled = arith.select %last, %one, %zero : index
                %open = acadl.range @r_free[%tile] size(%opened)
                %full = acadl.range @r[%r] size(%filled)
                acadl.issue "stream"(%mv, %nv, %kv) reads(%a, %weights)
                    writes(%open, %full)
              } else {
                scf.if %last {
                  %full = acadl.range @r[%r] size(%one)
                  acadl.issue "last_step"(%mv, %nv, %kv) reads(%a, %b)
                      writes(%full, %r_before)
                } else {
                  acadl.issue "step"(%kv) reads(%a, %b)
                }
              }
            }
          }
          %results = acadl.range @r[%r] size(%one)
          %summed = acadl.range @r_free[%r] size(%one)
          acadl.issue "store"(%mv, %nv) reads(%results, %summed)
        }
      }
    }
    %row_tiles_all = arith.muli %groups, %tiles_m : index
    %tiles = arith.muli %row_tiles_all, %tiles_n : index
    %last_results = acadl.range @r[%tiles] size(%two)
    acadl.issue "respond" writes(%last_results)
    func.return
  }

  // The size that a schedule gives; without one, that of the hardware.
  func.func @size(%given: index, %largest: index) -> index {
    %zero = arith.constant 0 : index
    %none = arith.cmpi eq, %given, %zero : index
    %size = arith.select %none, %largest, %given : index
    func.return %size : index
  }

  // Pixels are counted through all lines, so that a tile of several lines has
  // whole ones. Without a schedule tiles end anywhere in a line.
  func.func @pixels(%lines: index, %columns: index) -> index {
    %one = arith.constant 1 : index
    %at_least_one = arith.maxui %lines, %one : index
    %pixels = arith.muli %at_least_one, %columns : index
    func.return %pixels : index
  }
  func.func @is_contiguous(%lines: index, %columns: index, %ow: index) -> i1 {
    %one = arith.constant 1 : index
    %one_line = arith.cmpi ule, %lines, %one : index
    %whole_lines = arith.cmpi eq, %columns, %ow : index
    %contiguous = arith.ori %one_line, %whole_lines : i1
    func.return %contiguous : i1
  }

  %tile_m = arith.select %is_ws, %depth, %rows : index
  %tile_k = arith.select %is_ws, %rows, %depth : index
  %a_pitch = arith.ceildivui %tile_k, %width : index
  %c_bytes = arith.muli %cols, %c4 : index
  %c_pitch = arith.ceildivui %c_bytes, %width : index
  %longest = arith.maxui %a_pitch, %c_pitch : index
  %bursts_fit = arith.cmpi ule, %longest, %c256 : index
  // Of the numbers up to 256 the powers of two divide it.
  %beyond = arith.remui %c256, %width : index
  %width_fits = arith.cmpi eq, %beyond, %c0 : index

  acadl.mapping @matmul of "matmul"(b = %b, m = %m, n = %n, k = %k,
      tile_m = %given_m, tile_n = %given_n, tile_k = %given_k)
      types ["i8, i8 -> i32"] {
    acadl.require %width_fits, "the width of the memory port is a power of two"
    acadl.require %bursts_fit,
        "a row of a tile takes at most 256 beats of the memory port"
    %m_fits = arith.cmpi ule, %given_m, %tile_m : index
    acadl.require %m_fits, "a tile has more rows of A than fit"
    %n_fits = arith.cmpi ule, %given_n, %cols : index
    acadl.require %n_fits, "a tile has more columns of B than the array"
    %k_fits = arith.cmpi ule, %given_k, %tile_k : index
    acadl.require %k_fits, "a tile is deeper in k than fits"
    acadl.domain %m in [1, 128]
    acadl.domain %n in [1, 128]
    acadl.domain %k in [1, 128]
    %t_m = func.call @size(%given_m, %tile_m) : (index, index) -> index
    %t_n = func.call @size(%given_n, %cols) : (index, index) -> index
    %t_k = func.call @size(%given_k, %tile_k) : (index, index) -> index
    %tiles_n = arith.ceildivui %n, %t_n : index
    %tiles_k = arith.ceildivui %k, %t_k : index
    func.call @job(%b, %m, %n, %c1, %k, %is_ws, %t_m, %t_n, %t_k, %tiles_n,
                   %tiles_k)
        : (index, index, index, index, index, i1, index, index, index, index,
           index) -> ()
  }

  acadl.mapping @conv1d of "conv1d"(n = %n, g = %g, oc = %oc, ic = %ic, ow = %ow,
      kw = %kw, tile_ow = %given_m, tile_oc = %given_n, tile_ic = %given_k)
      types ["i8, i8 -> i32"] {
    acadl.require %width_fits, "the width of the memory port is a power of two"
    acadl.require %bursts_fit,
        "a row of a tile takes at most 256 beats of the memory port"
    %m_fits = arith.cmpi ule, %given_m, %tile_m : index
    acadl.require %m_fits, "a tile has more rows of A than fit"
    %n_fits = arith.cmpi ule, %given_n, %cols : index
    acadl.require %n_fits, "a tile has more columns of B than the array"
    %k_fits = arith.cmpi ule, %given_k, %tile_k : index
    acadl.require %k_fits, "a tile is deeper in k than fits"
    acadl.domain %oc in [1, 64]
    acadl.domain %ic in [1, 64]
    acadl.domain %ow in [1, 16]
    acadl.domain %kw in [1, 5]
    %m = arith.muli %n, %ow : index
    %oc_group = arith.divui %oc, %g : index
    %ic_group = arith.divui %ic, %g : index
    %t_m = func.call @size(%given_m, %tile_m) : (index, index) -> index
    %t_n = func.call @size(%given_n, %cols) : (index, index) -> index
    %t_k = func.call @size(%given_k, %tile_k) : (index, index) -> index
    // ceil(ceil(x / tile) / g) = ceil(x / g / tile).
    %tiles_oc = arith.ceildivui %oc, %t_n : index
    %tiles_n = arith.ceildivui %tiles_oc, %g : index
    %tiles_ic = arith.ceildivui %ic, %t_k : index
    %tiles_k = arith.ceildivui %tiles_ic, %g : index
    func.call @job(%g, %m, %oc_group, %kw, %ic_group, %is_ws, %t_m, %t_n, %t_k,
                   %tiles_n, %tiles_k)
        : (index, index, index, index, index, i1, index, index, index, index,
           index) -> ()
  }

  acadl.mapping @conv2d of "conv2d"(n = %n, g = %g, oc = %oc, ic = %ic, oh = %oh,
      ow = %ow, kh = %kh, kw = %kw, tile_oh = %lines, tile_ow = %columns,
      tile_oc = %given_n, tile_ic = %given_k)
      types ["i8, i8 -> i32"] {
    acadl.require %width_fits, "the width of the memory port is a power of two"
    acadl.require %bursts_fit,
        "a row of a tile takes at most 256 beats of the memory port"
    %given_m = func.call @pixels(%lines, %columns)
        : (index, index) -> index
    %contiguous = func.call @is_contiguous(%lines, %columns, %ow)
        : (index, index, index) -> i1
    acadl.require %contiguous, "a tile of several lines has whole lines"
    %m_fits = arith.cmpi ule, %given_m, %tile_m : index
    acadl.require %m_fits, "a tile has more rows of A than fit"
    %n_fits = arith.cmpi ule, %given_n, %cols : index
    acadl.require %n_fits, "a tile has more columns of B than the array"
    %k_fits = arith.cmpi ule, %given_k, %tile_k : index
    acadl.require %k_fits, "a tile is deeper in k than fits"
    acadl.domain %oc in [1, 64]
    acadl.domain %ic in [1, 64]
    acadl.domain %oh in [1, 16]
    acadl.domain %ow in [1, 16]
    acadl.domain %kh in [1, 5]
    acadl.domain %kw in [1, 5]
    %outputs = arith.muli %oh, %ow : index
    %positions = arith.muli %kh, %kw : index
    %m = arith.muli %n, %outputs : index
    %oc_group = arith.divui %oc, %g : index
    %ic_group = arith.divui %ic, %g : index
    %t_m = func.call @size(%given_m, %tile_m) : (index, index) -> index
    %t_n = func.call @size(%given_n, %cols) : (index, index) -> index
    %t_k = func.call @size(%given_k, %tile_k) : (index, index) -> index
    // ceil(ceil(x / tile) / g) = ceil(x / g / tile).
    %tiles_oc = arith.ceildivui %oc, %t_n : index
    %tiles_n = arith.ceildivui %tiles_oc, %g : index
    %tiles_ic = arith.ceildivui %ic, %t_k : index
    %tiles_k = arith.ceildivui %tiles_ic, %g : index
    func.call @job(%g, %m, %oc_group, %positions, %ic_group, %is_ws, %t_m, %t_n,
                   %t_k, %tiles_n, %tiles_k)
        : (index, index, index, index, index, i1, index, index, index, index,
           index) -> ()
  }

  acadl.mapping @depthwise_conv2d of "depthwise_conv2d"(n = %n, c = %c, m = %multiplier,
      oh = %oh, ow = %ow, kh = %kh, kw = %kw, tile_oh = %lines,
      tile_ow = %columns)
      types ["i8, i8 -> i32"] {
    acadl.require %width_fits, "the width of the memory port is a power of two"
    acadl.require %bursts_fit,
        "a row of a tile takes at most 256 beats of the memory port"
    %given_m = func.call @pixels(%lines, %columns)
        : (index, index) -> index
    %contiguous = func.call @is_contiguous(%lines, %columns, %ow)
        : (index, index, index) -> i1
    acadl.require %contiguous, "a tile of several lines has whole lines"
    %m_fits = arith.cmpi ule, %given_m, %tile_m : index
    acadl.require %m_fits, "a tile has more rows of A than fit"
    acadl.domain %c in [1, 64]
    acadl.domain %oh in [1, 16]
    acadl.domain %ow in [1, 16]
    acadl.domain %kh in [1, 5]
    acadl.domain %kw in [1, 5]
    %outputs = arith.muli %oh, %ow : index
    %positions = arith.muli %kh, %kw : index
    %m = arith.muli %n, %outputs : index
    %t_m = func.call @size(%given_m, %tile_m) : (index, index) -> index
    %tiles_n = arith.ceildivui %multiplier, %cols : index
    func.call @job(%c, %m, %multiplier, %positions, %c1, %is_ws, %t_m, %cols,
                   %tile_k, %tiles_n, %c1)
        : (index, index, index, index, index, i1, index, index, index, index,
           index) -> ()
  }

  //===--------------------------------------------------------------------===//
  // Left to the host
  //===--------------------------------------------------------------------===//

  %has_host = arith.cmpi ugt, %host_lanes, %c0 : index

  acadl.mapping @pool2d of "pool2d"(n = %n, c = %c, oh = %oh, ow = %ow,
      kh = %kh, kw = %kw, sh = %sh, sw = %sw, operand0_bits = %a_bits,
      result0_bits = %r_bits) {
    acadl.require %has_host,
        "the array leaves it to a host, and there is none (host_lanes is 0)"
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
    acadl.issue "host"(%bits, %operations)
  }

  acadl.mapping @elementwise of "elementwise"(e = %e, full = %full,
      bcast = %bcast, alu = %alu, mul = %mul, div = %div, fn = %fn, cvt = %cvt,
      operand0_bits = %a_bits, result0_bits = %r_bits) {
    acadl.require %has_host,
        "the array leaves it to a host, and there is none (host_lanes is 0)"
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
    acadl.issue "host"(%bits, %operations)
  }

  acadl.mapping @reduction of "reduction"(o = %o, r = %r, i = %i, ops = %ops,
      operand0_bits = %a_bits, result0_bits = %r_bits) {
    acadl.require %has_host,
        "the array leaves it to a host, and there is none (host_lanes is 0)"
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
    acadl.issue "host"(%bits, %operations)
  }

  // The maximum; differences, their exponentials and the sum; quotients: the row
  // is read each time.
  acadl.mapping @softmax of "softmax"(o = %o, r = %r, i = %i,
      operand0_bits = %a_bits, result0_bits = %r_bits) {
    acadl.require %has_host,
        "the array leaves it to a host, and there is none (host_lanes is 0)"
    acadl.domain %o in [1, 1024]
    acadl.domain %r in [1, 1024]
    %c3 = arith.constant 3 : index
    %rows_ = arith.muli %o, %i : index
    %elements = arith.muli %rows_, %r : index
    %read = arith.muli %elements, %c3 : index
    %read_bits = arith.muli %read, %a_bits : index
    %written_bits = arith.muli %elements, %r_bits : index
    %bits = arith.addi %read_bits, %written_bits : index
    %hard = arith.addi %host_fn, %host_div : index
    %each = arith.addi %hard, %c3 : index
    %operations = arith.muli %elements, %each : index
    acadl.issue "host"(%bits, %operations)
  }

  acadl.mapping @data_movement of "data_movement"(e = %e, r = %r,
      operand0_bits = %a_bits, result0_bits = %r_bits) {
    acadl.require %has_host,
        "the array leaves it to a host, and there is none (host_lanes is 0)"
    acadl.domain %e in [1, 100000]
    acadl.domain %r in [1, 100000]
    %read_bits = arith.muli %r, %a_bits : index
    %written_bits = arith.muli %e, %r_bits : index
    %bits = arith.addi %read_bits, %written_bits : index
    acadl.issue "host"(%bits, %e)
  }
}
