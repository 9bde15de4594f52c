// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The output-stationary array: A enters at the left, B at the top, both skewed;
// results leave at the top, a row per cycle, when shifted.
module array_os
  import systolic_pkg::*;
#(
    parameter int unsigned Rows = 4,
    parameter int unsigned Cols = 4
) (
    input  logic               clk,
    input  logic               rst,
    input  logic               valid,
    input  logic               first,
    input  logic               last,
    input  logic [ Rows*8-1:0] a,
    input  logic [ Cols*8-1:0] b,
    input  logic               shift,
    output logic [Cols*32-1:0] top_row
);
  localparam int unsigned LaneBits = $bits(lane_t);
  lane_t [Rows-1:0] west_in, west;
  logic [Cols*8-1:0] north;
  for (genvar i = 0; i < Rows; ++i) begin : g_west
    assign west_in[i] = '{valid: valid, first: first, last: last, a: a[i*8+:8]};
  end
  skew #(.Lanes(Rows), .Bits(LaneBits)) u_skew_a (.clk, .rst, .in(west_in), .out(west));
  skew #(.Lanes(Cols), .Bits(8)) u_skew_b (.clk, .rst, .in(b), .out(north));

  // Index [i][j] is what enters PE (i, j).
  lane_t east[Rows][Cols+1];
  logic [7:0] south[Rows+1][Cols];
  logic [31:0] results[Rows+1][Cols];

  for (genvar i = 0; i < Rows; ++i) begin : g_row
    assign east[i][0] = west[i];
    for (genvar j = 0; j < Cols; ++j) begin : g_col
      pe_os u_pe (
          .clk, .rst, .west(east[i][j]), .east(east[i][j+1]), .north(south[i][j]),
          .south(south[i+1][j]), .shift, .result_in(results[i+1][j]), .result(results[i][j])
      );
    end
    wire unused_east = &{1'b0, east[i][Cols]};
  end
  for (genvar j = 0; j < Cols; ++j) begin : g_edge
    assign south[0][j] = north[j*8+:8];
    assign results[Rows][j] = '0;
    assign top_row[j*32+:32] = results[0][j];
    wire unused_south = &{1'b0, south[Rows][j]};
  end
endmodule
