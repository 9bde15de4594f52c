// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The output-stationary core: executes MM, keeps the results until they are
// stored. The sums of a C tile stay in the array over all its steps.
module core_os
  import systolic_pkg::*;
#(
    parameter int unsigned Rows = 4,
    parameter int unsigned Cols = 4
) (
    input  logic               clk,
    input  logic               rst,
    input  logic               instr_valid,
    input  compute_instr_t     instr,
    output logic               instr_pop,
    input  logic               a_full,
    input  logic               b_full,
    output tile_t              a_entry,
    output tile_t              b_entry,
    input  logic [ Rows*8-1:0] a_data,
    input  logic [ Cols*8-1:0] b_data,
    output logic               a_release,
    output logic               b_release,
    input  logic               r_free,
    input  logic               r_take_slot,
    output logic               r_take,
    output logic               r_fill,
    input  logic               r_read_slot,
    input  tile_t              r_read_row,
    output logic [Cols*32-1:0] r_read_data
);
  tile_t k;
  logic last_k, tile_end, feed, drain_busy;

  assign last_k    = k == instr.inner - 16'd1;
  assign tile_end  = last_k && instr.last_step;
  assign feed      = instr_valid && a_full && b_full && !(tile_end && drain_busy);
  assign instr_pop = feed && last_k;
  assign a_release = instr_pop;
  assign b_release = instr_pop;
  assign a_entry   = k;
  assign b_entry   = k;

  always_ff @(posedge clk) begin
    if (rst || instr_pop) k <= '0;
    else if (feed) k <= k + 16'd1;
  end

  // What is fed enters the array in the next cycle.
  logic valid_q, first_q, last_q;
  logic [Rows*8-1:0] a_q;
  logic [Cols*8-1:0] b_q;
  always_ff @(posedge clk) begin
    valid_q <= feed && !rst;
    first_q <= instr.first_step && k == '0;
    last_q  <= tile_end;
    a_q     <= a_data;
    b_q     <= b_data;
  end

  logic shift;
  tile_t drain_row;
  logic [Cols*32-1:0] top_row;
  drain u_drain (
      .clk, .rst, .start(feed && tile_end), .rows(instr.rows), .cols(instr.cols),
      .busy(drain_busy), .slot_free(r_free), .slot_take(r_take), .slot_fill(r_fill), .shift,
      .row(drain_row)
  );
  array_os #(.Rows(Rows), .Cols(Cols)) u_array (
      .clk, .rst, .valid(valid_q), .first(first_q), .last(last_q), .a(a_q), .b(b_q), .shift,
      .top_row
  );

  // The slot is taken with the first row; the following ones go there too.
  logic slot_q, slot;
  assign slot = r_take ? r_take_slot : slot_q;
  always_ff @(posedge clk) slot_q <= slot;

  localparam int unsigned RowBits = Rows > 1 ? $clog2(Rows) : 1;
  wire unused_row_bits = &{1'b0, drain_row, r_read_row};
  logic [Cols*32-1:0] results[2][Rows];
  always_ff @(posedge clk) begin
    if (shift) results[slot][RowBits'(drain_row)] <= top_row;
  end
  assign r_read_data = results[r_read_slot][RowBits'(r_read_row)];
endmodule
