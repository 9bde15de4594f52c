// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The accelerator: sequencer, queues, controllers, buffers and the core of its
// dataflow. docs/design/SystolicArray.md specifies it.
module systolic_top
  import systolic_pkg::*;
#(
    parameter int unsigned Rows             = 4,
    parameter int unsigned Cols             = 4,
    parameter int unsigned Width            = 8,
    parameter int unsigned WeightStationary = 0,
    parameter int unsigned Depth            = 64,
    parameter int unsigned InFlight         = 32,
    parameter int unsigned QueueDepth       = 4
) (
    input  logic               clk,
    input  logic               rst,
    // registers of the job; a write to StartRegister starts it
    input  logic               cfg_write,
    input  logic [        5:0] cfg_addr,
    input  logic [       31:0] cfg_data,
    output logic               done,
    // memory
    output logic               m_ar_valid,
    input  logic               m_ar_ready,
    output logic [       31:0] m_ar_addr,
    output logic [        7:0] m_ar_len,
    input  logic               m_r_valid,
    output logic               m_r_ready,
    input  logic [Width*8-1:0] m_r_data,
    input  logic               m_r_last,
    output logic               m_aw_valid,
    input  logic               m_aw_ready,
    output logic [       31:0] m_aw_addr,
    output logic [        7:0] m_aw_len,
    output logic               m_w_valid,
    input  logic               m_w_ready,
    output logic [Width*8-1:0] m_w_data,
    output logic [  Width-1:0] m_w_strb,
    output logic               m_w_last,
    input  logic               m_b_valid,
    output logic               m_b_ready
);
  localparam int unsigned TileM = WeightStationary != 0 ? Depth : Rows;
  localparam int unsigned TileK = WeightStationary != 0 ? Rows : Depth;

  if ((Width & (Width - 1)) != 0 || Width > 128) begin : g_bad_width
    $error("Width: expected a power of two up to 128");
  end
  if (TileK > 256 * Width || 4 * Cols > 256 * Width) begin : g_bad_burst
    $error("a row of a tile would take more than 256 beats");
  end

  logic start, active;
  job_t job;
  job_regs u_regs (
      .clk, .write(cfg_write), .addr(cfg_addr), .data(cfg_data), .start, .job
  );

  // Instructions.
  logic load_push, load_full, load_valid, load_pop;
  logic weight_push, weight_full, weight_valid, weight_pop;
  logic compute_push, compute_full, compute_valid, compute_pop;
  logic store_push, store_full, store_valid, store_pop;
  load_instr_t load_in, load_head;
  weight_instr_t weight_in, weight_head;
  compute_instr_t compute_in, compute_head;
  store_instr_t store_in, store_head;

  sequencer #(
      .TileM(TileM), .TileN(Cols), .TileK(TileK), .Weights(WeightStationary != 0)
  ) u_sequencer (
      .clk, .rst, .start, .job(job.tiles), .active,
      .load_push, .load_full, .load_instr(load_in),
      .weight_push, .weight_full, .weight_instr(weight_in),
      .compute_push, .compute_full, .compute_instr(compute_in),
      .store_push, .store_full, .store_instr(store_in)
  );
  fifo #(.Depth(QueueDepth), .Bits($bits(load_instr_t))) u_load_queue (
      .clk, .rst, .push(load_push), .data(load_in), .full(load_full), .pop(load_pop),
      .valid(load_valid), .head(load_head)
  );
  fifo #(.Depth(QueueDepth), .Bits($bits(compute_instr_t))) u_compute_queue (
      .clk, .rst, .push(compute_push), .data(compute_in), .full(compute_full),
      .pop(compute_pop), .valid(compute_valid), .head(compute_head)
  );
  fifo #(.Depth(QueueDepth), .Bits($bits(store_instr_t))) u_store_queue (
      .clk, .rst, .push(store_push), .data(store_in), .full(store_full), .pop(store_pop),
      .valid(store_valid), .head(store_head)
  );

  // Slots of the buffers.
  logic a_take, a_fill, a_release, a_free, a_full, a_fill_slot, a_read_slot;
  logic b_take, b_fill, b_release, b_free, b_full, b_fill_slot, b_read_slot;
  logic r_take, r_fill, r_release, r_free, r_full, r_take_slot, r_read_slot;
  logic unused_a_slot, unused_b_slot, unused_r_slot;
  slot_credits u_a_slots (
      .clk, .rst, .take(a_take), .fill(a_fill), .release_slot(a_release), .free(a_free),
      .take_slot(unused_a_slot), .fill_slot(a_fill_slot), .ready(a_full),
      .read_slot(a_read_slot)
  );
  slot_credits u_b_slots (
      .clk, .rst, .take(b_take), .fill(b_fill), .release_slot(b_release), .free(b_free),
      .take_slot(unused_b_slot), .fill_slot(b_fill_slot), .ready(b_full),
      .read_slot(b_read_slot)
  );
  slot_credits u_r_slots (
      .clk, .rst, .take(r_take), .fill(r_fill), .release_slot(r_release), .free(r_free),
      .take_slot(r_take_slot), .fill_slot(unused_r_slot), .ready(r_full),
      .read_slot(r_read_slot)
  );

  // Load.
  logic a_write, b_write;
  tile_t write_row;
  logic [7:0] write_beat;
  logic [Width*8-1:0] write_data;
  load_controller #(.Width(Width), .InFlight(InFlight)) u_load (
      .clk, .rst, .start, .pixels(job.pixels), .b_row_pitch(job.b_row),
      .instr_valid(load_valid), .instr(load_head),
      .instr_pop(load_pop), .a_free, .b_free, .a_take, .b_take, .a_fill, .b_fill, .a_write,
      .b_write, .write_row, .write_beat, .write_data, .m_ar_valid, .m_ar_ready,
      .m_ar_addr, .m_ar_len, .m_r_valid, .m_r_ready, .m_r_data, .m_r_last
  );

  tile_t a_entry, b_entry;
  logic [Rows*8-1:0] a_data;
  logic [Cols*8-1:0] b_data;
  operand_buffer #(
      .Lanes(Rows), .Entries(Depth), .Width(Width), .RowIsLane(WeightStationary == 0)
  ) u_a_buffer (
      .clk, .write(a_write), .write_slot(a_fill_slot), .write_row, .write_beat, .write_data,
      .read_slot(a_read_slot), .read_entry(a_entry), .read_data(a_data)
  );
  operand_buffer #(
      .Lanes(Cols), .Entries(TileK), .Width(Width), .RowIsLane(1'b0)
  ) u_b_buffer (
      .clk, .write(b_write), .write_slot(b_fill_slot), .write_row, .write_beat, .write_data,
      .read_slot(b_read_slot), .read_entry(b_entry), .read_data(b_data)
  );

  // Compute.
  tile_t r_row;
  logic [Cols*32-1:0] r_row_data;
  if (WeightStationary != 0) begin : g_ws
    fifo #(.Depth(QueueDepth), .Bits($bits(weight_instr_t))) u_weight_queue (
        .clk, .rst, .push(weight_push), .data(weight_in), .full(weight_full),
        .pop(weight_pop), .valid(weight_valid), .head(weight_head)
    );
    core_ws #(.Rows(Rows), .Cols(Cols), .Depth(Depth)) u_core (
        .clk, .rst, .weight_valid, .weight_instr(weight_head), .weight_pop,
        .instr_valid(compute_valid), .instr(compute_head), .instr_pop(compute_pop), .a_full,
        .b_full, .a_entry, .b_entry, .a_data, .b_data, .a_release, .b_release, .r_free,
        .r_take_slot, .r_take, .r_fill, .r_read_slot, .r_read_row(r_row),
        .r_read_data(r_row_data)
    );
  end else begin : g_os
    core_os #(.Rows(Rows), .Cols(Cols)) u_core (
        .clk, .rst, .instr_valid(compute_valid), .instr(compute_head),
        .instr_pop(compute_pop), .a_full, .b_full, .a_entry, .b_entry, .a_data, .b_data,
        .a_release, .b_release, .r_free, .r_take_slot, .r_take, .r_fill, .r_read_slot,
        .r_read_row(r_row), .r_read_data(r_row_data)
    );
    assign weight_full  = 1'b0;
    assign weight_valid = 1'b0;
    assign weight_pop   = 1'b0;
    assign weight_head  = '0;
    wire unused_weight = &{1'b0, weight_push, weight_in, weight_valid, weight_pop, weight_head};
  end

  // Store.
  logic store_idle, running;
  store_controller #(.Cols(Cols), .Width(Width)) u_store (
      .clk, .rst, .row_pitch(job.c_row), .instr_valid(store_valid), .instr(store_head),
      .instr_pop(store_pop), .r_full, .r_release, .r_row, .row_data(r_row_data),
      .idle(store_idle), .m_aw_valid, .m_aw_ready, .m_aw_addr, .m_aw_len, .m_w_valid,
      .m_w_ready, .m_w_data, .m_w_strb, .m_w_last, .m_b_valid, .m_b_ready
  );

  // A store is issued after all it depends on, so the last one ends the job.
  assign done = running && !active && !store_valid && store_idle;
  always_ff @(posedge clk) begin
    if (rst || done) running <= 1'b0;
    else if (start) running <= 1'b1;
  end
endmodule
