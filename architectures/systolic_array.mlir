// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The systolic array of rtl/: tiles of A and B are loaded from memory, streamed
// through rows x cols int8 multiply-accumulate elements, results stored as int32.
// docs/design/SystolicArray.md specifies the hardware; this is its section 5,
// rule by rule, in the names used there. Cycles equal those of the hardware
// for a memory of fixed latency.
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
  %khz = acadl.parameter "clock_khz" default 1000000 in [1, 10000000]
  acadl.clock %khz kHz

  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c2 = arith.constant 2 : index
  %c4 = arith.constant 4 : index
  %c256 = arith.constant 256 : index
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
  // Two slots each, one word standing for a whole slot: A, B, the results R.
  acadl.register_file @a size(%c2)
  acadl.register_file @b size(%c2)
  acadl.register_file @r size(%c2)
  // In the array: the weights of the next step.
  acadl.register_file @shadow size(%c1)
  // A slot of R that may be summed into. Only the first step of a C tile waits
  // for it, only the last one fills the slot.
  acadl.register_file @r_free size(%c2)

  //===--------------------------------------------------------------------===//
  // Sequencer and queues
  //===--------------------------------------------------------------------===//

  // One instruction a cycle; a full queue stops all.
  acadl.fetch_stage @program forwards [@sequencer]
  acadl.pipeline_stage @sequencer latency(%c1)
      forwards [@load, @weights, @compute, @store, @response]

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
  // Mappings
  //===--------------------------------------------------------------------===//

  // The order of section 3: G independent products of M x K by K x N, K being
  // `positions` of `channels` each. Carried from step to step: the slot of A and
  // B; from C tile to C tile: that of R.
  func.func @job(%groups: index, %m: index, %n: index, %positions: index,
                 %channels: index, %ws: i1, %tile_m: index, %tile_n: index,
                 %tile_k: index) {
    %zero = arith.constant 0 : index
    %one = arith.constant 1 : index
    %two = arith.constant 2 : index
    %tiles_m = arith.ceildivui %m, %tile_m : index
    %tiles_n = arith.ceildivui %n, %tile_n : index
    %tiles_k = arith.ceildivui %channels, %tile_k : index
    %last_k = arith.subi %tiles_k, %one : index
    %last_p = arith.subi %positions, %one : index

    %end:2 = scf.for %g = %zero to %groups step %one
        iter_args(%g_ab = %zero, %g_r = %zero) -> (index, index) {
      %next_g:2 = scf.for %mt = %zero to %tiles_m step %one
          iter_args(%m_ab = %g_ab, %m_r = %g_r) -> (index, index) {
        %m_done = arith.muli %mt, %tile_m : index
        %m_left = arith.subi %m, %m_done : index
        %mv = arith.minsi %m_left, %tile_m : index
        %next_m:2 = scf.for %nt = %zero to %tiles_n step %one
            iter_args(%n_ab = %m_ab, %r = %m_r) -> (index, index) {
          %n_done = arith.muli %nt, %tile_n : index
          %n_left = arith.subi %n, %n_done : index
          %nv = arith.minsi %n_left, %tile_n : index
          %next_n = scf.for %p = %zero to %positions step %one
              iter_args(%p_ab = %n_ab) -> (index) {
            %first_p = arith.cmpi eq, %p, %zero : index
            %at_last_p = arith.cmpi eq, %p, %last_p : index
            %next_p = scf.for %ct = %zero to %tiles_k step %one
                iter_args(%ab = %p_ab) -> (index) {
              %k_done = arith.muli %ct, %tile_k : index
              %k_left = arith.subi %channels, %k_done : index
              %kv = arith.minsi %k_left, %tile_k : index
              %first_ct = arith.cmpi eq, %ct, %zero : index
              %first = arith.andi %first_p, %first_ct : i1
              %at_last_k = arith.cmpi eq, %ct, %last_k : index
              %last = arith.andi %at_last_p, %at_last_k : i1

              %a = acadl.range @a[%ab] size(%one)
              %b = acadl.range @b[%ab] size(%one)
              %weights = acadl.range @shadow[%zero] size(%one)
              %rows_b = acadl.range @memory[%zero] size(%nv) repeat(%kv)
                  stride(%nv)
              %rows_a = acadl.range @memory[%zero] size(%kv) repeat(%mv)
                  stride(%kv)

              acadl.issue "load_b" reads(%rows_b) writes(%b)
              scf.if %ws {
                acadl.issue "shift"(%kv) reads(%b) writes(%weights)
              }
              acadl.issue "load_a" reads(%rows_a) writes(%a)
              scf.if %ws {
                %opened = arith.select %first, %one, %zero : index
                %filled = arith.select %last, %one, %zero : index
                %open = acadl.range @r_free[%r] size(%opened)
                %full = acadl.range @r[%r] size(%filled)
                acadl.issue "stream"(%mv, %nv, %kv) reads(%a, %weights)
                    writes(%open, %full)
              } else {
                scf.if %last {
                  %full = acadl.range @r[%r] size(%one)
                  acadl.issue "last_step"(%mv, %nv, %kv) reads(%a, %b)
                      writes(%full)
                } else {
                  acadl.issue "step"(%kv) reads(%a, %b)
                }
              }
              %next_ab = arith.subi %one, %ab : index
              scf.yield %next_ab : index
            }
            scf.yield %next_p : index
          }
          %results = acadl.range @r[%r] size(%one)
          %summed = acadl.range @r_free[%r] size(%one)
          acadl.issue "store"(%mv, %nv) reads(%results, %summed)
          %next_r = arith.subi %one, %r : index
          scf.yield %next_n, %next_r : index, index
        }
        scf.yield %next_m#0, %next_m#1 : index, index
      }
      scf.yield %next_g#0, %next_g#1 : index, index
    }
    %all_results = acadl.range @r[%zero] size(%two)
    acadl.issue "respond" writes(%all_results)
    func.return
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

  acadl.mapping @matmul of "matmul"(b = %b, m = %m, n = %n, k = %k)
      types ["i8, i8 -> i32"] {
    acadl.require %width_fits, "the width of the memory port is a power of two"
    acadl.require %bursts_fit,
        "a row of a tile takes at most 256 beats of the memory port"
    acadl.domain %m in [1, 128]
    acadl.domain %n in [1, 128]
    acadl.domain %k in [1, 128]
    func.call @job(%b, %m, %n, %c1, %k, %is_ws, %tile_m, %cols,
                   %tile_k)
        : (index, index, index, index, index, i1, index, index, index) -> ()
  }

  acadl.mapping @conv1d of "conv1d"(n = %n, g = %g, oc = %oc, ic = %ic, ow = %ow,
                                    kw = %kw)
      types ["i8, i8 -> i32"] {
    acadl.require %width_fits, "the width of the memory port is a power of two"
    acadl.require %bursts_fit,
        "a row of a tile takes at most 256 beats of the memory port"
    acadl.domain %oc in [1, 64]
    acadl.domain %ic in [1, 64]
    acadl.domain %ow in [1, 16]
    acadl.domain %kw in [1, 5]
    %m = arith.muli %n, %ow : index
    %oc_group = arith.divui %oc, %g : index
    %ic_group = arith.divui %ic, %g : index
    func.call @job(%g, %m, %oc_group, %kw, %ic_group, %is_ws, %tile_m, %cols,
                   %tile_k)
        : (index, index, index, index, index, i1, index, index, index) -> ()
  }

  acadl.mapping @conv2d of "conv2d"(n = %n, g = %g, oc = %oc, ic = %ic, oh = %oh,
                                    ow = %ow, kh = %kh, kw = %kw)
      types ["i8, i8 -> i32"] {
    acadl.require %width_fits, "the width of the memory port is a power of two"
    acadl.require %bursts_fit,
        "a row of a tile takes at most 256 beats of the memory port"
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
    func.call @job(%g, %m, %oc_group, %positions, %ic_group, %is_ws, %tile_m, %cols,
                   %tile_k)
        : (index, index, index, index, index, i1, index, index, index) -> ()
  }

  acadl.mapping @depthwise_conv2d of "depthwise_conv2d"(n = %n, c = %c, m = %multiplier,
      oh = %oh, ow = %ow, kh = %kh, kw = %kw)
      types ["i8, i8 -> i32"] {
    acadl.require %width_fits, "the width of the memory port is a power of two"
    acadl.require %bursts_fit,
        "a row of a tile takes at most 256 beats of the memory port"
    acadl.domain %c in [1, 64]
    acadl.domain %oh in [1, 16]
    acadl.domain %ow in [1, 16]
    acadl.domain %kh in [1, 5]
    acadl.domain %kw in [1, 5]
    %outputs = arith.muli %oh, %ow : index
    %positions = arith.muli %kh, %kw : index
    %m = arith.muli %n, %outputs : index
    func.call @job(%c, %m, %multiplier, %positions, %c1, %is_ws, %tile_m, %cols,
                   %tile_k)
        : (index, index, index, index, index, i1, index, index, index) -> ()
  }
}
