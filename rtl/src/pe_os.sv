// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A processing element of the output-stationary array. Its sum stays; operands
// pass through to the right and downwards, finished results leave upwards.
module pe_os (
    input  logic        clk,
    input  logic        rst,
    input  logic        valid_in,
    input  logic        first_in,   // this product starts a new sum
    input  logic        last_in,    // this product ends it
    input  logic [ 7:0] a_in,
    input  logic [ 7:0] b_in,
    output logic        valid_out,
    output logic        first_out,
    output logic        last_out,
    output logic [ 7:0] a_out,
    output logic [ 7:0] b_out,
    input  logic        shift,
    input  logic [31:0] result_in,
    output logic [31:0] result
);
  logic [31:0] acc, sum;
  logic signed [15:0] product;
  assign product = $signed(a_in) * $signed(b_in);
  assign sum = (first_in ? '0 : acc) + 32'(product);

  always_ff @(posedge clk) begin
    valid_out <= valid_in && !rst;
    first_out <= first_in;
    last_out  <= last_in;
    a_out     <= a_in;
    b_out     <= b_in;
    if (valid_in) acc <= sum;
    if (valid_in && last_in) result <= sum;
    else if (shift) result <= result_in;
  end
endmodule
