// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The address generator: walks the output pixels of a tile of A and gives the
// input pixel under the kernel position (dy, dx). A tile is walked once per
// kernel position and channel tile, so its first pixel is kept.
module pixel_walker
  import systolic_pkg::*;
(
    input  logic  clk,
    input  logic  start,
    input  pixel_job_t job,
    input  word_t offset,
    input  word_t dy,
    input  word_t dx,
    input  logic  next,      // to the next pixel
    input  logic  tile_end,  // with `next`: that was the last one of the tile,
    input  logic  advance,   // ... and its last use,
    input  logic  rewind,    // ... and the job starts over (the next group)
    output word_t addr,
    output logic  padding
);
  typedef struct packed {
    word_t addr;
    word_t y;       // input coordinates, without the kernel position
    word_t x;
    word_t y_left;  // output rows and pixels to go in this picture and row
    word_t x_left;
  } pixel_t;

  pixel_t here, there, origin, tile_start, tile_next;

  always_comb begin : first_of_the_job
    origin.addr   = job.origin;
    origin.y      = -job.pad_top;
    origin.x      = -job.pad_left;
    origin.y_left = job.out_h;
    origin.x_left = job.out_w;
  end

  always_comb begin : successor
    there = here;
    if (here.x_left != 32'd1) begin
      there.addr   = here.addr + job.pixel_step;
      there.x      = here.x + job.stride_w;
      there.x_left = here.x_left - 32'd1;
    end else if (here.y_left != 32'd1) begin
      there.addr   = here.addr + job.row_step;
      there.y      = here.y + job.stride_h;
      there.x      = origin.x;
      there.y_left = here.y_left - 32'd1;
      there.x_left = job.out_w;
    end else begin
      there      = origin;
      there.addr = here.addr + job.image_step;
    end
  end

  assign tile_next = rewind ? origin : advance ? there : tile_start;

  always_ff @(posedge clk) begin
    if (start) begin
      here       <= origin;
      tile_start <= origin;
    end else if (next) begin
      here <= tile_end ? tile_next : there;
      if (tile_end) tile_start <= tile_next;
    end
  end

  // Coordinates left of or above the picture are huge as unsigned numbers.
  word_t y, x;
  assign y = here.y + dy;
  assign x = here.x + dx;
  assign padding = y >= job.in_h || x >= job.in_w;
  assign addr = padding ? job.padding : here.addr + offset;
endmodule
