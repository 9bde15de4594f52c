// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A queue. What is pushed is seen at its head in the next cycle at the earliest,
// and a full queue takes nothing even when it is popped in the same cycle.
module fifo #(
    parameter int unsigned Depth = 4,
    parameter int unsigned Bits  = 8
) (
    input  logic            clk,
    input  logic            rst,
    input  logic            push,
    input  logic [Bits-1:0] data,
    output logic            full,
    input  logic            pop,
    output logic            valid,
    output logic [Bits-1:0] head
);
  localparam int unsigned PtrBits = Depth > 1 ? $clog2(Depth) : 1;
  localparam int unsigned CountBits = $clog2(Depth + 1);
  localparam logic [PtrBits-1:0] Last = PtrBits'(Depth - 1);

  logic [     Bits-1:0] mem      [Depth];
  logic [  PtrBits-1:0] wr_ptr;
  logic [  PtrBits-1:0] rd_ptr;
  logic [CountBits-1:0] count;

  assign full  = count == CountBits'(Depth);
  assign valid = count != '0;
  assign head  = mem[rd_ptr];

  always_ff @(posedge clk) begin
    if (push) mem[wr_ptr] <= data;
    if (rst) begin
      wr_ptr <= '0;
      rd_ptr <= '0;
      count  <= '0;
    end else begin
      if (push) wr_ptr <= wr_ptr == Last ? '0 : wr_ptr + 1'b1;
      if (pop) rd_ptr <= rd_ptr == Last ? '0 : rd_ptr + 1'b1;
      count <= count + CountBits'(push) - CountBits'(pop);
    end
  end
endmodule
