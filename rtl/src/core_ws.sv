// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The weight-stationary core: executes PW and MM, adds up the steps of a C tile
// in the result buffer and keeps it until it is stored.
module core_ws
  import systolic_pkg::*;
#(
    parameter int unsigned Rows  = 4,
    parameter int unsigned Cols  = 4,
    parameter int unsigned Depth = 64
) (
    input  logic               clk,
    input  logic               rst,
    input  logic               weight_valid,
    input  weight_instr_t      weight_instr,
    output logic               weight_pop,
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
  logic weights_shift, weights_ready;
  tile_t row;
  logic feed, feed_first, last_row;

  weight_loader u_weights (
      .clk, .rst, .instr_valid(weight_valid), .instr(weight_instr), .instr_pop(weight_pop),
      .b_full, .b_entry, .b_release, .shift(weights_shift), .ready(weights_ready),
      .swap(feed_first), .swap_rows(instr.inner), .swap_cols(instr.cols)
  );

  assign last_row   = row == instr.rows - 16'd1;
  assign feed       = instr_valid && a_full &&
                      (row != '0 || (weights_ready && (r_free || !instr.first_step)));
  assign feed_first = feed && row == '0;
  assign instr_pop  = feed && last_row;
  assign a_release  = instr_pop;
  assign a_entry    = row;
  assign r_take     = feed_first && instr.first_step;

  always_ff @(posedge clk) begin
    if (rst || instr_pop) row <= '0;
    else if (feed) row <= row + 16'd1;
  end

  // What is fed or shifted enters the array in the next cycle. Lanes past the
  // tile's k meet stale weights and must not count.
  logic valid_q, swap_q, load_q;
  logic [Rows*8-1:0] a_masked, a_q;
  logic [Cols*8-1:0] b_q;
  for (genvar i = 0; i < Rows; ++i) begin : g_mask
    assign a_masked[i*8+:8] = tile_t'(i) < instr.inner ? a_data[i*8+:8] : '0;
  end
  always_ff @(posedge clk) begin
    valid_q <= feed && !rst;
    swap_q  <= feed_first;
    load_q  <= weights_shift && !rst;
    a_q     <= a_masked;
    b_q     <= b_data;
  end

  logic [Cols*32-1:0] sums;
  array_ws #(.Rows(Rows), .Cols(Cols)) u_array (
      .clk, .rst, .load(load_q), .weights(b_q), .valid(valid_q), .swap(swap_q), .a(a_q), .sums
  );

  // The steps of a C tile all go to the slot that its first one took.
  logic slot_q, slot;
  assign slot = r_take ? r_take_slot : slot_q;
  always_ff @(posedge clk) slot_q <= slot;

  // The control of the result buffer takes as long as a sum of column 0.
  localparam int unsigned RowBits = Depth > 1 ? $clog2(Depth) : 1;
  localparam int unsigned CtlBits = 4 + 16 + RowBits;
  localparam int unsigned Delay = Rows + 1;
  wire unused_row_bits = &{1'b0, r_read_row};
  logic [CtlBits-1:0] ctl;
  logic [Delay*CtlBits-1:0] ctl_pipe;
  assign ctl = {feed, instr.first_step, instr.last_step && last_row, slot, instr.cols, RowBits'(row)};
  always_ff @(posedge clk) ctl_pipe <= rst ? '0 : {ctl_pipe[(Delay-1)*CtlBits-1:0], ctl};

  logic [CtlBits-1:0] column_ctl[Cols+1];
  logic [Cols-1:0] tile_done;
  assign column_ctl[0] = ctl_pipe[(Delay-1)*CtlBits+:CtlBits];
  for (genvar j = 0; j < Cols; ++j) begin : g_col
    acc_column #(.Depth(Depth), .RowBits(RowBits), .CtlBits(CtlBits), .Position(j)) u_column (
        .clk, .rst, .ctl_in(column_ctl[j]), .ctl_out(column_ctl[j+1]), .sum(sums[j*32+:32]),
        .tile_done(tile_done[j]), .read_slot(r_read_slot), .read_row(RowBits'(r_read_row)),
        .read_data(r_read_data[j*32+:32])
    );
  end
  wire unused_ctl = &{1'b0, column_ctl[Cols]};
  assign r_fill = |tile_done;
endmodule
