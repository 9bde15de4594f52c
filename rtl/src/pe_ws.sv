// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A processing element of the weight-stationary array. Activations pass to the
// right, sums downwards. The next weights move down through shadow registers;
// the first activation of a step makes them the active ones.
module pe_ws
  import systolic_pkg::*;
(
    input  logic        clk,
    input  logic        rst,
    input  logic        load,
    input  logic [ 7:0] weight_in,
    output logic [ 7:0] shadow,
    input  lane_t       west,
    output lane_t       east,
    input  logic [31:0] sum_in,
    output logic [31:0] sum_out
);
  logic [7:0] active, weight;
  logic signed [15:0] product;
  assign weight  = west.first ? shadow : active;
  assign product = $signed(west.a) * $signed(weight);

  always_ff @(posedge clk) begin
    east <= rst ? '0 : west;
    if (load) shadow <= weight_in;
    if (west.valid) begin
      active  <= weight;
      sum_out <= sum_in + 32'(product);
    end
  end
endmodule
