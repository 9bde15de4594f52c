// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Delays lane i by i cycles, as a systolic array wants its operands.
module skew #(
    parameter int unsigned Lanes = 4,
    parameter int unsigned Bits  = 8
) (
    input  logic                  clk,
    input  logic                  rst,
    input  logic [Lanes*Bits-1:0] in,
    output logic [Lanes*Bits-1:0] out
);
  assign out[0+:Bits] = in[0+:Bits];
  if (Lanes == 1) begin : g_single
    wire unused = &{1'b0, clk, rst};
  end
  for (genvar i = 1; i < Lanes; ++i) begin : g_lane
    logic [i*Bits-1:0] pipe;
    assign out[i*Bits+:Bits] = pipe[(i-1)*Bits+:Bits];
    if (i == 1) begin : g_first
      always_ff @(posedge clk) pipe <= rst ? '0 : in[i*Bits+:Bits];
    end else begin : g_other
      always_ff @(posedge clk) pipe <= rst ? '0 : {pipe[(i-1)*Bits-1:0], in[i*Bits+:Bits]};
    end
  end
endmodule
