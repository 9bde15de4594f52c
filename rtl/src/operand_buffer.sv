// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Two slots of a tile of operands; one entry, a byte of each lane, is read per
// cycle. A row of memory goes either along the entries of one lane (RowIsLane)
// or across the lanes of one entry.
module operand_buffer
  import systolic_pkg::*;
#(
    parameter int unsigned Lanes     = 4,
    parameter int unsigned Entries   = 64,
    parameter int unsigned Width     = 8,
    parameter bit          RowIsLane = 1'b0
) (
    input  logic               clk,
    input  logic               write,
    input  logic               write_slot,
    input  tile_t              write_row,
    input  logic [        7:0] write_beat,
    input  logic [Width*8-1:0] write_data,
    input  logic               read_slot,
    input  tile_t              read_entry,
    output logic [Lanes*8-1:0] read_data
);
  localparam int unsigned WidthBits = $clog2(Width);
  // A small buffer looks at few bits of its indices, and at part of a beat.
  wire unused = &{1'b0, write_row, write_beat, write_data, read_entry};

  if (RowIsLane) begin : g_row_is_lane
    localparam int unsigned Beats = (Entries + Width - 1) / Width;
    localparam int unsigned BeatBits = Beats > 1 ? $clog2(Beats) : 1;
    logic [BeatBits-1:0] write_index, read_index;
    assign write_index = BeatBits'(write_beat);
    assign read_index  = BeatBits'(read_entry >> WidthBits);

    for (genvar lane = 0; lane < Lanes; ++lane) begin : g_lane
      logic [Width*8-1:0] mem[2][Beats];
      logic [Width*8-1:0] word;
      assign word = mem[read_slot][read_index];
      if (Width > 1) begin : g_select
        assign read_data[lane*8+:8] = word[{read_entry[WidthBits-1:0], 3'b000}+:8];
      end else begin : g_whole
        assign read_data[lane*8+:8] = word;
      end
      always_ff @(posedge clk) begin
        if (write && write_row == tile_t'(lane)) mem[write_slot][write_index] <= write_data;
      end
    end
  end else begin : g_row_is_entry
    localparam int unsigned EntryBits = Entries > 1 ? $clog2(Entries) : 1;
    logic [EntryBits-1:0] write_index, read_index;
    assign write_index = EntryBits'(write_row);
    assign read_index  = EntryBits'(read_entry);

    for (genvar lane = 0; lane < Lanes; ++lane) begin : g_lane
      logic [7:0] mem[2][Entries];
      assign read_data[lane*8+:8] = mem[read_slot][read_index];
      always_ff @(posedge clk) begin
        if (write && write_beat == 8'(lane / Width))
          mem[write_slot][write_index] <= write_data[(lane%Width)*8+:8];
      end
    end
  end
endmodule
