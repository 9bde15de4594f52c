// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Executes PW: shifts a tile of weights into the shadow registers, last row
// first, once the activations of the previous step have taken theirs over.
module weight_loader
  import systolic_pkg::*;
(
    input  logic          clk,
    input  logic          rst,
    input  logic          instr_valid,
    input  weight_instr_t instr,
    output logic          instr_pop,
    input  logic          b_full,
    output tile_t         b_entry,
    output logic          b_release,
    output logic          shift,
    output logic          ready,      // weights wait in the shadow registers
    input  logic          swap,       // the first activation of a step is being fed,
    input  tile_t         swap_rows,  // which uses this much of the array
    input  tile_t         swap_cols
);
  tile_t row;
  logic [16:0] swap_left;

  assign shift     = instr_valid && b_full && (row != '0 || (!ready && swap_left == '0));
  assign instr_pop = shift && row == instr.rows - 16'd1;
  assign b_release = instr_pop;
  assign b_entry   = instr.rows - 16'd1 - row;

  always_ff @(posedge clk) begin
    if (rst || instr_pop) row <= '0;
    else if (shift) row <= row + 16'd1;

    if (rst || swap) ready <= 1'b0;
    else if (instr_pop) ready <= 1'b1;

    if (rst) swap_left <= '0;
    else if (swap) swap_left <= 17'(swap_rows) + 17'(swap_cols) - 17'd1;
    else if (swap_left != '0) swap_left <= swap_left - 17'd1;
  end
endmodule
