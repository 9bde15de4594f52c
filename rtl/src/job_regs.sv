// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The registers of a job. Writing the start register starts it.
module job_regs
  import systolic_pkg::*;
(
    input  logic        clk,
    input  logic        write,
    input  logic [ 5:0] addr,
    input  logic [31:0] data,
    output logic        start,
    output job_t        job
);
  logic [NumJobWords-1:0][31:0] words;

  // The first field of a packed structure lies in its highest bits.
  for (genvar i = 0; i < NumJobWords; ++i) begin : g_word
    always_ff @(posedge clk) begin
      if (write && addr == 6'(i)) words[NumJobWords-1-i] <= data;
    end
  end

  assign job   = job_t'(words);
  assign start = write && addr == StartRegister;
endmodule
