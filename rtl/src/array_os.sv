// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The output-stationary array: A enters at the left, B at the top, both skewed;
// results leave at the top, a row per cycle, when shifted.
module array_os #(
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
  // The flags travel with A.
  localparam int unsigned LaneBits = 11;
  logic [Rows*LaneBits-1:0] west_in, west;
  logic [Cols*8-1:0] north;
  for (genvar i = 0; i < Rows; ++i) begin : g_west
    assign west_in[i*LaneBits+:LaneBits] = {valid, first, last, a[i*8+:8]};
  end
  skew #(.Lanes(Rows), .Bits(LaneBits)) u_skew_a (.clk, .rst, .in(west_in), .out(west));
  skew #(.Lanes(Cols), .Bits(8)) u_skew_b (.clk, .rst, .in(b), .out(north));

  // Index [i][j] is what enters PE (i, j).
  logic [LaneBits-1:0] east[Rows][Cols+1];
  logic [7:0] south[Rows+1][Cols];
  logic [31:0] results[Rows+1][Cols];

  for (genvar i = 0; i < Rows; ++i) begin : g_row
    assign east[i][0] = west[i*LaneBits+:LaneBits];
    for (genvar j = 0; j < Cols; ++j) begin : g_col
      pe_os u_pe (
          .clk, .rst,
          .valid_in(east[i][j][10]), .first_in(east[i][j][9]), .last_in(east[i][j][8]),
          .a_in(east[i][j][7:0]), .b_in(south[i][j]),
          .valid_out(east[i][j+1][10]), .first_out(east[i][j+1][9]),
          .last_out(east[i][j+1][8]), .a_out(east[i][j+1][7:0]), .b_out(south[i+1][j]),
          .shift, .result_in(results[i+1][j]), .result(results[i][j])
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
