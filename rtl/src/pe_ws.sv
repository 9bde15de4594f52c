// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A processing element of the weight-stationary array. Activations pass to the
// right, sums downwards. The next weights move down through shadow registers;
// an activation marked `swap` makes them the active ones.
module pe_ws (
    input  logic        clk,
    input  logic        rst,
    input  logic        load,
    input  logic [ 7:0] weight_in,
    output logic [ 7:0] weight_out,
    input  logic        valid_in,
    input  logic        swap_in,
    input  logic [ 7:0] a_in,
    output logic        valid_out,
    output logic        swap_out,
    output logic [ 7:0] a_out,
    input  logic [31:0] sum_in,
    output logic [31:0] sum_out
);
  logic [7:0] active, weight;
  logic signed [15:0] product;
  assign weight  = swap_in ? weight_out : active;
  assign product = $signed(a_in) * $signed(weight);

  always_ff @(posedge clk) begin
    valid_out <= valid_in && !rst;
    swap_out  <= swap_in;
    a_out     <= a_in;
    if (load) weight_out <= weight_in;
    if (valid_in) begin
      active  <= weight;
      sum_out <= sum_in + 32'(product);
    end
  end
endmodule
