// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A processing element of the output-stationary array. Its sum stays; operands
// pass through to the right and downwards, finished results leave upwards.
module pe_os
  import systolic_pkg::*;
(
    input  logic        clk,
    input  logic        rst,
    input  lane_t       west,
    output lane_t       east,
    input  logic [ 7:0] north,
    output logic [ 7:0] south,
    input  logic        shift,
    input  logic [31:0] result_in,
    output logic [31:0] result
);
  logic [31:0] acc, sum;
  logic signed [15:0] product;
  assign product = $signed(west.a) * $signed(north);
  assign sum = (west.first ? '0 : acc) + 32'(product);

  always_ff @(posedge clk) begin
    east  <= rst ? '0 : west;
    south <= north;
    if (west.valid) acc <= sum;
    if (west.valid && west.last) result <= sum;
    else if (shift) result <= result_in;
  end
endmodule
