// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// test/Inputs/ramping_npu.mlir: a machine to test the method on, not a product.
// Modelled on what the RTL of a small industrial NPU shows (NVDLA nv_small, 8x8
// multipliers): three engines work at the same time on one layer, so that its
// latency is a maximum, and only some of them pad.
//
//   launch + weights of the first group + max(compute, output, weights)
//   (and up to two cycles in which the instructions are issued)
//   compute  ceil(ic / 8) ceil(oc / 8) oh ow kh kw               flat steps
//   output   12 ceil(oc / 8) oh ow                               flat steps
//   weights  12 cycles a burst of 32 bytes; bytes not rounded    ramps
//
// So a step of ic is flat where compute binds, hidden where the output does, and
// a ramp where weights do; in the first plateau of oc the first group's weights
// ramp under every maximum. A layer is four instructions, whatever its size.
acadl.architecture @ramping_npu "8x8 multipliers; the slowest of compute, output and weights" {
  %atom = acadl.parameter "atom" default 8 in [1, 64]
  %output_cycles = acadl.parameter "output_cycles" default 12 in [1, 1024]
  %burst_bytes = acadl.parameter "burst_bytes" default 32 in [1, 4096]
  %burst_cycles = acadl.parameter "burst_cycles" default 12 in [1, 4096]
  %launch = acadl.parameter "launch_cycles" default 500 in [1, 1000000]
  %khz = acadl.parameter "clock_khz" default 1000000 in [1, 10000000]
  acadl.clock %khz kHz

  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c2048 = arith.constant 2048 : index

  // Whether the first group's weights are there.
  acadl.register_file @first_group size(%c1)

  acadl.fetch_stage @fetch latency(%c0) forwards [@loader, @multipliers, @writer]
  acadl.execute_stage @loader {
    acadl.functional_unit @weight_port writes [@first_group] {
      acadl.process "load_first"(%bytes) {
        %bursts = arith.ceildivui %bytes, %burst_bytes : index
        %traffic = arith.muli %bursts, %burst_cycles : index
        %cycles = arith.addi %launch, %traffic : index
        acadl.latency %cycles
      }
      acadl.process "load"(%bytes) {
        %bursts = arith.ceildivui %bytes, %burst_bytes : index
        %cycles = arith.muli %bursts, %burst_cycles : index
        acadl.latency %cycles
      }
    }
  }
  acadl.execute_stage @multipliers {
    acadl.functional_unit @array reads [@first_group] {
      acadl.process "compute"(%ic_atoms, %oc_atoms, %taps) {
        %atoms = arith.muli %ic_atoms, %oc_atoms : index
        %cycles = arith.muli %atoms, %taps : index
        acadl.latency %cycles
      }
    }
  }
  acadl.execute_stage @writer {
    acadl.functional_unit @output_port reads [@first_group] {
      acadl.process "write"(%oc_atoms, %pixels) {
        %atoms = arith.muli %oc_atoms, %pixels : index
        %cycles = arith.muli %atoms, %output_cycles : index
        acadl.latency %cycles
      }
    }
  }

  func.func private @layer(%ic: index, %oc: index, %pixels: index,
                           %window: index, %lanes: index) {
    %zero = arith.constant 0 : index
    %one = arith.constant 1 : index
    %channel = arith.muli %ic, %window : index
    %bytes = arith.muli %channel, %oc : index
    %group = arith.minui %oc, %lanes : index
    %group_bytes = arith.muli %channel, %group : index
    %ic_atoms = arith.ceildivui %ic, %lanes : index
    %oc_atoms = arith.ceildivui %oc, %lanes : index
    %taps = arith.muli %pixels, %window : index
    %ready = acadl.range @first_group[%zero] size(%one)
    acadl.issue "load_first"(%group_bytes) writes(%ready)
    acadl.issue "load"(%bytes)
    acadl.issue "compute"(%ic_atoms, %oc_atoms, %taps) reads(%ready)
    acadl.issue "write"(%oc_atoms, %pixels) reads(%ready)
    func.return
  }

  acadl.mapping @conv2d of "conv2d"(n = %n, g = %g, oc = %oc, ic = %ic, oh = %oh,
                                    ow = %ow, kh = %kh, kw = %kw)
      types ["i8, i8 -> i32", "i8, i8 -> i8"]
      free_epilogues ["bias", "scale", "relu", "clamp", "requantize"] {
    %one_image = arith.cmpi eq, %n, %c1 : index
    acadl.require %one_image, "the batch must be 1"
    %one_group = arith.cmpi eq, %g, %c1 : index
    acadl.require %one_group, "grouped convolutions are not supported"
    %ic_fits = arith.cmpi sle, %ic, %c2048 : index
    acadl.require %ic_fits, "at most 2048 input channels"
    %oc_fits = arith.cmpi sle, %oc, %c2048 : index
    acadl.require %oc_fits, "at most 2048 output channels"
    acadl.domain %oc in [1, 512]
    acadl.domain %ic in [1, 512]
    acadl.domain %oh in [1, 56]
    acadl.domain %ow in [1, 56]
    acadl.domain %kh in [1, 7]
    acadl.domain %kw in [1, 7]
    %pixels = arith.muli %oh, %ow : index
    %window = arith.muli %kh, %kw : index
    func.call @layer(%ic, %oc, %pixels, %window, %atom)
        : (index, index, index, index, index) -> ()
  }

  acadl.mapping @conv1d of "conv1d"(n = %n, g = %g, oc = %oc, ic = %ic, ow = %ow,
                                    kw = %kw)
      types ["i8, i8 -> i32", "i8, i8 -> i8"]
      free_epilogues ["bias", "scale", "relu", "clamp", "requantize"] {
    %one_image = arith.cmpi eq, %n, %c1 : index
    acadl.require %one_image, "the batch must be 1"
    %one_group = arith.cmpi eq, %g, %c1 : index
    acadl.require %one_group, "grouped convolutions are not supported"
    acadl.domain %oc in [1, 512]
    acadl.domain %ic in [1, 512]
    acadl.domain %ow in [1, 256]
    acadl.domain %kw in [1, 15]
    func.call @layer(%ic, %oc, %ow, %kw, %atom)
        : (index, index, index, index, index) -> ()
  }

  acadl.mapping @matmul of "matmul"(b = %b, m = %m, n = %n, k = %k)
      types ["i8, i8 -> i32", "i8, i8 -> i8"]
      free_epilogues ["bias", "scale", "relu", "clamp", "requantize"] {
    %one_product = arith.cmpi eq, %b, %c1 : index
    acadl.require %one_product, "the batch must be 1"
    acadl.domain %m in [1, 256]
    acadl.domain %n in [1, 1024]
    acadl.domain %k in [1, 1024]
    func.call @layer(%k, %n, %m, %c1, %atom)
        : (index, index, index, index, index) -> ()
  }
}
