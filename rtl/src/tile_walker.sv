// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The loop nest over tiles: the extents and addresses of the step at hand. One
// `advance` moves to the next step. Addresses are kept by adding only.
module tile_walker
  import systolic_pkg::*;
#(
    parameter int unsigned TileM = 4,
    parameter int unsigned TileN = 4,
    parameter int unsigned TileK = 64
) (
    input  logic  clk,
    input  logic  start,
    input  tile_job_t job,
    input  logic  advance,
    output tile_t mv,
    output tile_t nv,
    output tile_t kv,
    output logic  first_k,  // first step of a C tile
    output logic  last_k,
    output logic  last_n,
    output logic  last_m,
    output logic  last_g,
    output word_t dy,
    output word_t dx,
    output word_t a_offset,
    output word_t b_addr,
    output word_t c_addr
);
  word_t g_left, m_left, n_left, y_left, x_left, c_left;
  // Where the enclosing loops' current iteration began.
  word_t a_x, a_y, a_g, b_n, b_g, c_m, c_g;
  logic last_c, last_x, last_y;

  function automatic tile_t tile_extent(word_t left, int unsigned size);
    return left < size ? tile_t'(left) : tile_t'(size);
  endfunction

  assign mv = tile_extent(m_left, TileM);
  assign nv = tile_extent(n_left, TileN);
  assign kv = tile_extent(c_left, TileK);

  assign last_c = c_left <= TileK;
  assign last_x = x_left == 32'd1;
  assign last_y = y_left == 32'd1;
  assign last_k = last_c && last_x && last_y;
  assign last_n = n_left <= TileN;
  assign last_m = m_left <= TileM;
  assign last_g = g_left == 32'd1;

  // Each level that ends starts again and hands on to the next outer one.
  logic step_x, step_y, step_n, step_m, step_g;
  assign step_x = advance && last_c;
  assign step_y = step_x && last_x;
  assign step_n = step_y && last_y;
  assign step_m = step_n && last_n;
  assign step_g = step_m && last_m;

  always_ff @(posedge clk) begin : counters
    if (start || advance) first_k <= start || last_k;
    if (start || step_x) c_left <= job.channels;
    else if (advance) c_left <= c_left - TileK;
    if (start || step_y) x_left <= job.kernel_w;
    else if (step_x) x_left <= x_left - 32'd1;
    if (start || step_n) y_left <= job.kernel_h;
    else if (step_y) y_left <= y_left - 32'd1;
    if (start || step_m) n_left <= job.extent_n;
    else if (step_n) n_left <= n_left - TileN;
    if (start || step_g) m_left <= job.extent_m;
    else if (step_m) m_left <= m_left - TileM;
    if (start) g_left <= job.groups;
    else if (step_g) g_left <= g_left - 32'd1;
  end

  always_ff @(posedge clk) begin : kernel_position
    if (start || step_y) dx <= '0;
    else if (step_x) dx <= dx + job.dilation_w;
    if (start || step_n) dy <= '0;
    else if (step_y) dy <= dy + job.dilation_h;
  end

  // The address that each loop's next iteration starts from.
  word_t a_next_g, a_next_y, a_next_x, b_next_g, b_next_m, b_next_n;
  word_t c_next_g, c_next_m;
  assign a_next_g = start ? '0 : step_g ? a_g + job.a_group : a_g;
  assign a_next_y = start || step_n ? a_next_g : step_y ? a_y + job.a_kernel_h : a_y;
  assign a_next_x = start || step_y ? a_next_y : step_x ? a_x + job.a_kernel_w : a_x;
  assign b_next_g = start ? job.b_base : step_g ? b_g + job.b_group : b_g;
  assign b_next_m = start || step_m ? b_next_g : b_n;
  assign b_next_n = step_n && !step_m ? b_n + job.b_tile_n : b_next_m;
  assign c_next_g = start ? job.c_base : step_g ? c_g + job.c_group : c_g;
  assign c_next_m = start || step_g ? c_next_g : step_m ? c_m + job.c_tile_m : c_m;

  always_ff @(posedge clk) begin : addresses
    a_g <= a_next_g;
    a_y <= a_next_y;
    a_x <= a_next_x;
    if (start || step_x) a_offset <= a_next_x;
    else if (advance) a_offset <= a_offset + job.a_tile_k;
    b_g <= b_next_g;
    b_n <= b_next_n;
    if (start || step_n) b_addr <= b_next_n;
    else if (advance) b_addr <= b_addr + (last_c ? job.b_step_last : job.b_step);
    c_g <= c_next_g;
    c_m <= c_next_m;
    if (start || step_m) c_addr <= c_next_m;
    else if (step_n) c_addr <= c_addr + job.c_tile_n;
  end
endmodule
