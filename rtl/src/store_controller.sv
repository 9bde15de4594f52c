// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Executes ST: one write burst per row of the C tile, an address cycle and then
// its beats.
module store_controller
  import systolic_pkg::*;
#(
    parameter int unsigned Cols  = 4,
    parameter int unsigned Width = 8
) (
    input  logic               clk,
    input  logic               rst,
    input  word_t              row_pitch,
    input  logic               instr_valid,
    input  store_instr_t       instr,
    output logic               instr_pop,
    input  logic               r_full,
    output logic               r_release,
    output tile_t              r_row,
    input  logic [Cols*32-1:0] row_data,
    output logic               idle,  // every write has been answered
    // memory
    output logic               m_aw_valid,
    input  logic               m_aw_ready,
    output word_t              m_aw_addr,
    output logic [        7:0] m_aw_len,
    output logic               m_w_valid,
    input  logic               m_w_ready,
    output logic [Width*8-1:0] m_w_data,
    output logic [  Width-1:0] m_w_strb,
    output logic               m_w_last,
    input  logic               m_b_valid,
    output logic               m_b_ready
);
  localparam int unsigned WidthBits = $clog2(Width);
  localparam int unsigned Beats = (Cols * 4 + Width - 1) / Width;
  localparam int unsigned BeatBits = Beats > 1 ? $clog2(Beats) : 1;

  logic in_data, row_done;
  logic [7:0] beat;
  word_t row_offset;
  logic [31:0] unanswered;

  assign m_aw_valid  = instr_valid && r_full && !in_data;
  assign m_aw_addr   = instr.addr + row_offset;
  assign m_aw_len    = 8'(((instr.cols << 2) - 16'd1) >> WidthBits);
  assign m_w_valid   = in_data;
  assign m_w_last    = beat == m_aw_len;
  assign row_done  = m_w_valid && m_w_ready && m_w_last;
  assign instr_pop = row_done && r_row == instr.rows - 16'd1;
  assign r_release = instr_pop;
  assign m_b_ready   = 1'b1;
  assign idle      = unanswered == '0;

  always_ff @(posedge clk) begin
    if (rst) in_data <= 1'b0;
    else if (m_aw_valid && m_aw_ready) in_data <= 1'b1;
    else if (row_done) in_data <= 1'b0;

    if (rst || row_done) beat <= '0;
    else if (m_w_valid && m_w_ready) beat <= beat + 8'd1;

    if (rst || instr_pop) begin
      r_row      <= '0;
      row_offset <= '0;
    end else if (row_done) begin
      r_row      <= r_row + 16'd1;
      row_offset <= row_offset + row_pitch;
    end

    if (rst) unanswered <= '0;
    else unanswered <= unanswered + 32'(m_aw_valid && m_aw_ready) - 32'(m_b_valid);
  end

  // The row cut into beats; bytes past the tile's columns are not written.
  logic [Width*8-1:0] data_beats[Beats];
  logic [Width-1:0] strb_beats[Beats];
  for (genvar i = 0; i < Beats; ++i) begin : g_beat
    for (genvar byte_ = 0; byte_ < Width; ++byte_) begin : g_byte
      localparam int unsigned Pos = i * Width + byte_;
      if (Pos < Cols * 4) begin : g_in
        assign data_beats[i][byte_*8+:8] = row_data[Pos*8+:8];
        assign strb_beats[i][byte_] = tile_t'(Pos / 4) < instr.cols;
      end else begin : g_out
        assign data_beats[i][byte_*8+:8] = '0;
        assign strb_beats[i][byte_] = 1'b0;
      end
    end
  end
  assign m_w_data = data_beats[BeatBits'(beat)];
  assign m_w_strb = strb_beats[BeatBits'(beat)];
endmodule
