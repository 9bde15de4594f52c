// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Who may use which of the two slots of a buffer. A slot is taken by its writer,
// filled when all of it has arrived, released by its reader; all three in order,
// so two counters and three pointers are enough.
module slot_credits (
    input  logic clk,
    input  logic rst,
    input  logic take,
    input  logic fill,
    input  logic release_slot,
    output logic free,        // the writer may take a slot,
    output logic take_slot,   // this one
    output logic fill_slot,   // the slot being filled
    output logic ready,       // the reader's slot is full,
    output logic read_slot    // this one
);
  logic [1:0] taken;
  logic [1:0] filled;

  assign free  = taken != 2'd2;
  assign ready = filled != 2'd0;

  always_ff @(posedge clk) begin
    if (rst) begin
      taken     <= '0;
      filled    <= '0;
      take_slot <= 1'b0;
      fill_slot <= 1'b0;
      read_slot <= 1'b0;
    end else begin
      taken     <= taken + 2'(take) - 2'(release_slot);
      filled    <= filled + 2'(fill) - 2'(release_slot);
      take_slot <= take_slot ^ take;
      fill_slot <= fill_slot ^ fill;
      read_slot <= read_slot ^ release_slot;
    end
  end
endmodule
