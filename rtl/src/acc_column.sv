// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// One column of the result buffer of the weight-stationary array: adds the sums
// that leave the array at the bottom. Its control comes from the column to the
// left, one cycle later in each column, as the sums do.
module acc_column
  import systolic_pkg::*;
#(
    parameter int unsigned Depth    = 64,
    parameter int unsigned RowBits  = 6,
    parameter int unsigned CtlBits  = 25,
    parameter int unsigned Position = 0
) (
    input  logic               clk,
    input  logic               rst,
    input  logic [CtlBits-1:0] ctl_in,
    output logic [CtlBits-1:0] ctl_out,
    input  logic [       31:0] sum,
    output logic               tile_done,
    input  logic               read_slot,
    input  logic [RowBits-1:0] read_row,
    output logic [       31:0] read_data
);
  logic valid, first, last, slot;
  tile_t cols;
  logic [RowBits-1:0] row;
  assign {valid, first, last, slot, cols, row} = ctl_in;

  logic [31:0] mem[2][Depth];
  assign read_data = mem[read_slot][read_row];
  assign tile_done = valid && last && cols == tile_t'(Position + 1);

  always_ff @(posedge clk) begin
    if (valid) mem[slot][row] <= (first ? '0 : mem[slot][row]) + sum;
    ctl_out <= rst ? '0 : ctl_in;
  end
endmodule
