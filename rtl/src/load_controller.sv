// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Executes LB and LA: one read burst per row. Requests run ahead of the data; a
// queue of the bursts in flight tells the data where to go, and its depth is
// the limit of them.
module load_controller
  import systolic_pkg::*;
#(
    parameter int unsigned Width    = 8,
    parameter int unsigned InFlight = 8
) (
    input  logic               clk,
    input  logic               rst,
    input  logic               start,
    input  pixel_job_t         pixels,
    input  word_t              b_row_pitch,
    input  logic               instr_valid,
    input  load_instr_t        instr,
    output logic               instr_pop,
    // slots of the operand buffers
    input  logic               a_free,
    input  logic               b_free,
    output logic               a_take,
    output logic               b_take,
    output logic               a_fill,
    output logic               b_fill,
    // what arrives
    output logic               a_write,
    output logic               b_write,
    output tile_t              write_row,
    output logic [7:0]         write_beat,
    output logic [Width*8-1:0] write_data,
    // memory
    output logic               m_ar_valid,
    input  logic               m_ar_ready,
    output word_t              m_ar_addr,
    output logic [7:0]         m_ar_len,
    input  logic               m_r_valid,
    output logic               m_r_ready,
    input  logic [Width*8-1:0] m_r_data,
    input  logic               m_r_last
);
  localparam int unsigned WidthBits = $clog2(Width);

  typedef struct packed {
    logic  is_a;
    logic  padding;
    logic  last_row;
    tile_t row;
  } burst_t;
  burst_t request, burst;
  logic bursts_full, burst_valid, burst_pop;

  // Requests.
  tile_t row;
  word_t b_row_offset, a_addr;
  logic a_padding, accepted, last_row;

  assign last_row = row == instr.rows - 16'd1;
  assign accepted = m_ar_valid && m_ar_ready;
  assign m_ar_valid = instr_valid && !bursts_full && (instr.is_a ? a_free : b_free);
  assign m_ar_addr  = instr.is_a ? a_addr : instr.addr + b_row_offset;
  assign m_ar_len   = 8'((instr.bytes - 16'd1) >> WidthBits);

  assign request   = '{is_a: instr.is_a, padding: a_padding && instr.is_a, last_row: last_row, row: row};
  assign instr_pop = accepted && last_row;
  assign a_take    = instr_pop && instr.is_a;
  assign b_take    = instr_pop && !instr.is_a;

  always_ff @(posedge clk) begin
    if (rst || instr_pop) begin
      row          <= '0;
      b_row_offset <= '0;
    end else if (accepted) begin
      row          <= row + 16'd1;
      b_row_offset <= b_row_offset + b_row_pitch;
    end
  end

  pixel_walker u_pixels (
      .clk, .start, .job(pixels), .offset(instr.addr), .dy(instr.dy), .dx(instr.dx),
      .next(accepted && instr.is_a), .tile_end(last_row), .advance(instr.advance),
      .rewind(instr.rewind), .addr(a_addr), .padding(a_padding)
  );

  fifo #(.Depth(InFlight), .Bits($bits(burst_t))) u_bursts (
      .clk, .rst, .push(accepted), .data(request), .full(bursts_full), .pop(burst_pop),
      .valid(burst_valid), .head(burst)
  );

  // Data. There is always room: a slot was taken before the request.
  logic [7:0] beat;
  assign m_r_ready    = burst_valid;
  assign burst_pop  = m_r_valid && m_r_ready && m_r_last;
  assign a_write    = m_r_valid && m_r_ready && burst.is_a;
  assign b_write    = m_r_valid && m_r_ready && !burst.is_a;
  assign a_fill     = burst_pop && burst.last_row && burst.is_a;
  assign b_fill     = burst_pop && burst.last_row && !burst.is_a;
  assign write_row  = burst.row;
  assign write_beat = beat;
  assign write_data = burst.padding ? '0 : m_r_data;

  always_ff @(posedge clk) begin
    if (rst || burst_pop) beat <= '0;
    else if (m_r_valid && m_r_ready) beat <= beat + 8'd1;
  end
endmodule
