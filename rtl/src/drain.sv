// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Moves a finished C tile out of the output-stationary array: waits for the last
// sum to form, then for a slot of the result buffer, then shifts one row per
// cycle.
module drain
  import systolic_pkg::*;
(
    input  logic  clk,
    input  logic  rst,
    input  logic  start,  // the tile's last element is being fed
    input  tile_t rows,
    input  tile_t cols,
    output logic  busy,
    input  logic  slot_free,
    output logic  slot_take,
    output logic  slot_fill,
    output logic  shift,
    output tile_t row
);
  logic [16:0] wait_left;
  tile_t num_rows;

  assign shift     = busy && wait_left == '0 && (row != '0 || slot_free);
  assign slot_take = shift && row == '0;
  assign slot_fill = shift && row == num_rows - 16'd1;

  always_ff @(posedge clk) begin
    if (rst) begin
      busy <= 1'b0;
    end else if (start) begin
      busy      <= 1'b1;
      row       <= '0;
      num_rows  <= rows;
      wait_left <= 17'(rows) + 17'(cols) - 17'd1;
    end else begin
      if (wait_left != '0) wait_left <= wait_left - 17'd1;
      if (shift) row <= row + 16'd1;
      if (slot_fill) busy <= 1'b0;
    end
  end
endmodule
