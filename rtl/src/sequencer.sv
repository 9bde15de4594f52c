// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Issues the instructions of a job in program order, one per cycle, each into
// the queue of its controller; a full queue stops it.
module sequencer
  import systolic_pkg::*;
#(
    parameter int unsigned TileM   = 4,
    parameter int unsigned TileN   = 4,
    parameter int unsigned TileK   = 64,
    parameter bit          Weights = 1'b0   // issue PW
) (
    input  logic           clk,
    input  logic           rst,
    input  logic           start,
    input  tile_job_t      job,
    output logic           active,
    output logic           load_push,
    input  logic           load_full,
    output load_instr_t    load_instr,
    output logic           weight_push,
    input  logic           weight_full,
    output weight_instr_t  weight_instr,
    output logic           compute_push,
    input  logic           compute_full,
    output compute_instr_t compute_instr,
    output logic           store_push,
    input  logic           store_full,
    output store_instr_t   store_instr
);
  typedef enum logic [2:0] {LoadB, Weight, LoadA, Compute, Store} phase_e;
  phase_e phase, next_phase;

  tile_t mv, nv, kv;
  logic first_k, last_k, last_n, last_m, last_g;
  word_t dy, dx, a_offset, b_addr, c_addr;
  logic pushed, step_done;

  tile_walker #(.TileM(TileM), .TileN(TileN), .TileK(TileK)) u_walker (
      .clk, .start, .job, .advance(step_done), .mv, .nv, .kv, .first_k, .last_k, .last_n,
      .last_m, .last_g, .dy, .dx, .a_offset, .b_addr, .c_addr
  );

  assign load_push    = active && (phase == LoadB || phase == LoadA) && !load_full;
  assign weight_push  = active && phase == Weight && !weight_full;
  assign compute_push = active && phase == Compute && !compute_full;
  assign store_push   = active && phase == Store && !store_full;
  assign pushed       = load_push || weight_push || compute_push || store_push;
  assign step_done    = pushed && next_phase == LoadB;

  always_comb begin
    load_instr.is_a    = phase == LoadA;
    load_instr.advance = last_k && last_n;
    load_instr.rewind  = last_k && last_n && last_m;
    load_instr.rows    = phase == LoadA ? mv : kv;
    load_instr.bytes   = phase == LoadA ? kv : nv;
    load_instr.addr    = phase == LoadA ? a_offset : b_addr;
    load_instr.dy      = dy;
    load_instr.dx      = dx;
  end
  assign weight_instr.rows = kv;
  always_comb begin
    compute_instr.first_step = first_k;
    compute_instr.last_step  = last_k;
    compute_instr.rows       = mv;
    compute_instr.cols       = nv;
    compute_instr.inner      = kv;
  end
  always_comb begin
    store_instr.rows = mv;
    store_instr.cols = nv;
    store_instr.addr = c_addr;
  end

  always_comb begin
    unique case (phase)
      LoadB:   next_phase = Weights ? Weight : LoadA;
      Weight:  next_phase = LoadA;
      LoadA:   next_phase = Compute;
      Compute: next_phase = last_k ? Store : LoadB;
      default: next_phase = LoadB;
    endcase
  end

  always_ff @(posedge clk) begin
    if (rst) begin
      active <= 1'b0;
      phase  <= LoadB;
    end else if (start) begin
      active <= 1'b1;
    end else if (pushed) begin
      phase <= next_phase;
      if (step_done && last_k && last_n && last_m && last_g) active <= 1'b0;
    end
  end
endmodule
