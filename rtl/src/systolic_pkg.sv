// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Types shared by the controllers: the instructions, and the job a user writes
// into the registers.
package systolic_pkg;
  typedef logic [31:0] word_t;
  typedef logic [15:0] tile_t;  // an extent within one tile

  // LB, LA. LB: `addr` is the first row's. LA: `addr` is an offset added to each
  // pixel's address, `dy`, `dx` the kernel position it stands for.
  typedef struct packed {
    logic  is_a;
    logic  advance;  // last use of this tile of pixels
    logic  rewind;   // ... and the next one is the first of the job
    tile_t rows;
    tile_t bytes;
    word_t addr;
    word_t dy;
    word_t dx;
  } load_instr_t;

  // PW.
  typedef struct packed {tile_t rows;} weight_instr_t;

  // MM.
  typedef struct packed {
    logic  first_step;  // of the C tile
    logic  last_step;
    tile_t rows;        // m
    tile_t cols;        // n
    tile_t inner;       // k
  } compute_instr_t;

  // ST.
  typedef struct packed {
    tile_t rows;
    tile_t cols;
    word_t addr;
  } store_instr_t;

  // What moves to the right through the array: an element of A and its flags.
  typedef struct packed {
    logic       valid;
    logic       first;  // os: its product starts a new sum; ws: takes new weights
    logic       last;   // os: its product ends the sum
    logic [7:0] a;
  } lane_t;

  // The loop nest over tiles.
  typedef struct packed {
    word_t groups;
    word_t extent_m;
    word_t extent_n;
    word_t channels;
    word_t kernel_h;
    word_t kernel_w;
    word_t dilation_h;
    word_t dilation_w;
    word_t a_kernel_h;   // address steps
    word_t a_kernel_w;
    word_t a_tile_k;
    word_t a_group;
    word_t b_base;
    word_t b_step;       // over a whole tile of K
    word_t b_step_last;  // over the last one of the channels
    word_t b_tile_n;
    word_t b_group;
    word_t c_base;
    word_t c_tile_m;
    word_t c_tile_n;
    word_t c_group;
  } tile_job_t;

  // The picture, and the output pixels that are the rows of A.
  typedef struct packed {
    word_t out_h;
    word_t out_w;
    word_t in_h;
    word_t in_w;
    word_t stride_h;
    word_t stride_w;
    word_t pad_top;
    word_t pad_left;
    word_t padding;     // address of what is read in place of padding
    word_t origin;      // address where pixel (-pad_top, -pad_left) would be
    word_t pixel_step;  // to the next output pixel of a row
    word_t row_step;    // from the last one of a row to the next row's first
    word_t image_step;  // from the last one of a picture to the next picture's
  } pixel_job_t;

  // A field's register number is its position, the first being 0.
  typedef struct packed {
    tile_job_t  tiles;
    pixel_job_t pixels;
    word_t      b_row;  // address steps from row to row
    word_t      c_row;
  } job_t;

  localparam int unsigned NumJobWords = 36;
  localparam logic [5:0] StartRegister = 6'd63;
endpackage
