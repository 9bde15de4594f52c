// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The weight-stationary array: activations enter at the left, skewed; weights
// are shifted in from the top; sums leave at the bottom, skewed as they are.
module array_ws
  import systolic_pkg::*;
#(
    parameter int unsigned Rows = 4,
    parameter int unsigned Cols = 4
) (
    input  logic               clk,
    input  logic               rst,
    input  logic               load,
    input  logic [ Cols*8-1:0] weights,
    input  logic               valid,
    input  logic               swap,
    input  logic [ Rows*8-1:0] a,
    output logic [Cols*32-1:0] sums
);
  localparam int unsigned LaneBits = $bits(lane_t);
  lane_t [Rows-1:0] west_in, west;
  for (genvar i = 0; i < Rows; ++i) begin : g_west
    assign west_in[i] = '{valid: valid, first: swap, last: 1'b0, a: a[i*8+:8]};
  end
  skew #(.Lanes(Rows), .Bits(LaneBits)) u_skew (.clk, .rst, .in(west_in), .out(west));

  // Index [i][j] is what enters PE (i, j).
  lane_t east[Rows][Cols+1];
  logic [7:0] south[Rows+1][Cols];
  logic [31:0] partial[Rows+1][Cols];

  for (genvar i = 0; i < Rows; ++i) begin : g_row
    assign east[i][0] = west[i];
    for (genvar j = 0; j < Cols; ++j) begin : g_col
      pe_ws u_pe (
          .clk, .rst, .load, .weight_in(south[i][j]), .shadow(south[i+1][j]),
          .west(east[i][j]), .east(east[i][j+1]), .sum_in(partial[i][j]),
          .sum_out(partial[i+1][j])
      );
    end
    wire unused_east = &{1'b0, east[i][Cols]};
  end
  for (genvar j = 0; j < Cols; ++j) begin : g_edge
    assign south[0][j] = weights[j*8+:8];
    assign partial[0][j] = '0;
    assign sums[j*32+:32] = partial[Rows][j];
    wire unused_south = &{1'b0, south[Rows][j]};
  end
endmodule
