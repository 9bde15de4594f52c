// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// UltraTrail: an 8x8 array for 1-D convolutional networks (TC-ResNet) on
// always-on devices, at the fused-tensor level: one instruction is one layer.
//
// Cycles: the formula of the UltraTrail paper as HANNAH has it (ekut-es/hannah,
// commits f33feacd and cbe5dc19):
//
//   1 + ceil(ic / rows) * ceil(oc / cols) * (outputs * kernel - skipped)
//
// where `skipped` are the multiply-accumulates that would read padding. Pooling,
// loading weights and the classifier's overhead are not in it.
acadl.architecture @ultratrail "8x8 array for 1-D convolutions, fused tensors" {
  %rows = acadl.parameter "rows" default 8 in [1, 256]
  %cols = acadl.parameter "cols" default 8 in [1, 256]
  // `period: 4000` (ns) in HANNAH's description of the device.
  %khz = acadl.parameter "clock_khz" default 250 in [1, 10000000]
  acadl.clock %khz kHz

  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c2 = arith.constant 2 : index
  // The widths of the instruction's fields: input length 2^7, channels 8 * 2^4,
  // kernel 2^4.
  %max_length = arith.constant 128 : index
  %max_channels = arith.constant 128 : index
  %max_kernel = arith.constant 16 : index

  // One cycle to start a layer.
  acadl.fetch_stage @fetch latency(%c1) forwards [@core]
  acadl.execute_stage @core {
    acadl.functional_unit @array {
      // Every tile of input and output channels takes one cycle for each tap.
      acadl.process "conv"(%ic_tiles, %oc_tiles, %taps) {
        %tiles = arith.muli %ic_tiles, %oc_tiles : index
        %cycles = arith.muli %tiles, %taps : index
        acadl.latency %cycles
      }
    }
  }

  // Taps that read the padding at one border: the outermost output position
  // reads all of it, the next one `stride` less, and so on.
  func.func private @padding_taps(%padding: index, %stride: index,
                                  %outputs: index) -> index {
    %one = arith.constant 1 : index
    %two = arith.constant 2 : index
    %reach = arith.ceildivui %padding, %stride : index
    %positions = arith.minui %reach, %outputs : index
    %all = arith.muli %positions, %padding : index
    %others = arith.subi %positions, %one : index
    %pairs = arith.muli %positions, %others : index
    %half = arith.floordivsi %pairs, %two : index
    %less = arith.muli %half, %stride : index
    %taps = arith.subi %all, %less : index
    func.return %taps : index
  }

  acadl.mapping @conv1d of "conv1d"(n = %n, g = %g, oc = %oc, ic = %ic,
                                    ow = %ow, kw = %kw, sw = %sw, dw = %dw,
                                    pl = %pl, pr = %pr)
      types ["i8, i8 -> i32", "i8, i6 -> i32", "i8, i6 -> i20",
             "i8, i8 -> i8", "i8, i6 -> i8"]
      free_epilogues ["bias", "scale", "relu", "clamp", "requantize",
                      "residual_add", "pool"] {
    %one_image = arith.cmpi eq, %n, %c1 : index
    acadl.require %one_image, "the batch must be 1"
    %one_group = arith.cmpi eq, %g, %c1 : index
    acadl.require %one_group, "grouped convolutions are not supported"
    %dense = arith.cmpi eq, %dw, %c1 : index
    acadl.require %dense, "dilated kernels are not supported"
    %ic_fits = arith.cmpi sle, %ic, %max_channels : index
    acadl.require %ic_fits, "at most 128 input channels fit into an instruction"
    %oc_fits = arith.cmpi sle, %oc, %max_channels : index
    acadl.require %oc_fits, "at most 128 output channels fit into an instruction"
    %kw_fits = arith.cmpi sle, %kw, %max_kernel : index
    acadl.require %kw_fits, "kernels have at most 16 taps"
    %kw_parity = arith.remsi %kw, %c2 : index
    %kw_odd = arith.cmpi eq, %kw_parity, %c1 : index
    acadl.require %kw_odd, "the kernel must be odd"

    // Padding: none, or half a kernel at both ends, of which the right end reads
    // what the stride leaves.
    %half = arith.floordivsi %kw, %c2 : index
    %unpadded_left = arith.cmpi eq, %pl, %c0 : index
    %unpadded_right = arith.cmpi eq, %pr, %c0 : index
    %unpadded = arith.andi %unpadded_left, %unpadded_right : i1
    %half_left = arith.cmpi eq, %pl, %half : index
    %half_right = arith.cmpi sle, %pr, %half : index
    %right_and_stride = arith.addi %pr, %sw : index
    %reaches_end = arith.cmpi sgt, %right_and_stride, %half : index
    %one_output = arith.cmpi eq, %ow, %c1 : index
    %end_is_whole = arith.ori %reaches_end, %one_output : i1
    %half_both = arith.andi %half_left, %half_right : i1
    %padded = arith.andi %half_both, %end_is_whole : i1
    %padding_fits = arith.ori %unpadded, %padded : i1
    acadl.require %padding_fits,
        "padding must be none, or half the kernel at both ends"

    %last = arith.subi %ow, %c1 : index
    %last_start = arith.muli %last, %sw : index
    %span = arith.addi %last_start, %kw : index
    %padding = arith.addi %pl, %pr : index
    %length = arith.subi %span, %padding : index
    %length_fits = arith.cmpi sle, %length, %max_length : index
    acadl.require %length_fits, "the input has at most 128 positions"
    // Otherwise one position reads padding at both ends.
    %long_enough = arith.cmpi sge, %length, %half : index
    acadl.require %long_enough, "the input must be as long as half the kernel"

    acadl.domain %ow in [1, 128]
    acadl.domain %kw in [1, 15]
    acadl.domain %sw in [1, 16]
    acadl.domain %pl in [0, 7]
    acadl.domain %pr in [0, 7]

    %ic_tiles = arith.ceildivui %ic, %rows : index
    %oc_tiles = arith.ceildivui %oc, %cols : index
    %all_taps = arith.muli %ow, %kw : index
    %left = func.call @padding_taps(%pl, %sw, %ow)
        : (index, index, index) -> index
    %right = func.call @padding_taps(%pr, %sw, %ow)
        : (index, index, index) -> index
    %skipped = arith.addi %left, %right : index
    %taps = arith.subi %all_taps, %skipped : index
    acadl.issue "conv"(%ic_tiles, %oc_tiles, %taps)
  }

  // Fully connected: a convolution with one output position and one tap.
  acadl.mapping @matmul of "matmul"(b = %b, m = %m, n = %n, k = %k)
      types ["i8, i8 -> i32", "i8, i6 -> i32", "i8, i6 -> i20",
             "i8, i8 -> i8", "i8, i6 -> i8"]
      free_epilogues ["bias", "scale", "relu", "clamp", "requantize",
                      "residual_add", "pool"] {
    %one_product = arith.cmpi eq, %b, %c1 : index
    acadl.require %one_product, "the batch must be 1"
    %one_row = arith.cmpi eq, %m, %c1 : index
    acadl.require %one_row, "only a vector can be multiplied with a matrix"
    %n_fits = arith.cmpi sle, %n, %max_channels : index
    acadl.require %n_fits, "at most 128 outputs fit into an instruction"
    %k_fits = arith.cmpi sle, %k, %max_channels : index
    acadl.require %k_fits, "at most 128 inputs fit into an instruction"

    %k_tiles = arith.ceildivui %k, %rows : index
    %n_tiles = arith.ceildivui %n, %cols : index
    acadl.issue "conv"(%k_tiles, %n_tiles, %c1)
  }
}
