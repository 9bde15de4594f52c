// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The closed forms against the loops that they stand for.
#include "pr/Model/TileCounts.h"

#include <algorithm>
#include <gtest/gtest.h>
#include <vector>

using namespace pr;

static Layer layerOf(const std::string &text) {
  auto layer = parseLayer(text + " : i8, i8 -> i32");
  EXPECT_TRUE(layer) << layer.error().message;
  return *layer;
}

/// The sizes of the tiles of one extent.
static std::vector<int64_t> cut(int64_t extent, int64_t tile) {
  std::vector<int64_t> sizes;
  for (int64_t at = 0; at < extent; at += tile)
    sizes.push_back(std::min(tile, extent - at));
  return sizes;
}

/// All tiles of two dimensions together.
static std::vector<int64_t> cross(const std::vector<int64_t> &a,
                                  const std::vector<int64_t> &b) {
  std::vector<int64_t> sizes;
  for (int64_t x : a)
    for (int64_t y : b)
      sizes.push_back(x * y);
  return sizes;
}

static TileCounts bruteForce(int64_t jobs, const std::vector<int64_t> &rows,
                             const std::vector<int64_t> &columns,
                             const std::vector<int64_t> &depth, int64_t taps) {
  TileCounts sum{};
  for (int64_t job = 0; job < jobs; ++job)
    for (int64_t m : rows)
      for (int64_t n : columns) {
        for (int64_t tap = 0; tap < taps; ++tap)
          for (int64_t k : depth) {
            const int64_t step[] = {1, m, n, k, m * k, n * k, m * n};
            for (size_t i = 0; i < std::size(step); ++i)
              sum[i] += double(step[i]);
          }
        sum[7] += 1;
        sum[8] += double(m);
        sum[9] += double(n);
      }
  sum[10] = double(rows[0]);
  sum[11] = double(columns[0]);
  sum[12] = double(depth[0]);
  return sum;
}

/// On a target without steps.
static TileCounts tilesOf(const Layer &layer) {
  Lattice none;
  none.kind = layer.kind;
  return countTiles(layer, none);
}

TEST(TileCounts, ProductsAreSumsOverTheirTiles) {
  for (int64_t m : {1, 5, 8})
    for (int64_t n : {1, 7})
      for (int64_t k : {3, 16})
        for (int64_t tile : {1, 2, 3, 5, 16}) {
          Layer layer = layerOf(
              "matmul b=3 m=" + std::to_string(m) + " n=" + std::to_string(n) +
              " k=" + std::to_string(k) + " tile=m:" + std::to_string(tile) +
              ",k:" + std::to_string(tile + 1));
          EXPECT_EQ(tilesOf(layer),
                    bruteForce(3, cut(m, tile), {n}, cut(k, tile + 1), 1))
              << printLayer(layer);
        }
}

TEST(TileCounts, TheTapsOfAConvolutionAreSteps) {
  Layer layer = layerOf("conv2d n=2 g=2 oc=12 ic=10 oh=5 ow=6 kh=3 kw=2 "
                        "tile=oh:2,ow:4,oc:4,ic:2");
  EXPECT_EQ(tilesOf(layer), bruteForce(4, cross(cut(5, 2), cut(6, 4)),
                                       cut(6, 4), cut(5, 2), 6));
  layer = layerOf("conv1d oc=12 ic=10 ow=6 kw=3 tile=ow:4");
  EXPECT_EQ(tilesOf(layer), bruteForce(1, cut(6, 4), {12}, {10}, 3));
  layer = layerOf("depthwise_conv2d n=1 c=4 m=2 oh=5 ow=6 kh=3 kw=3 tile=ow:4");
  EXPECT_EQ(tilesOf(layer), bruteForce(4, cross({5}, cut(6, 4)), {2}, {1}, 9));
}

TEST(TileCounts, NothingWithoutTiles) {
  EXPECT_EQ(tilesOf(layerOf("matmul m=4 n=4 k=4")), TileCounts{});
  auto softmax = parseLayer("softmax r=8 tile=r:2 : f32 -> f32");
  ASSERT_TRUE(softmax);
  EXPECT_EQ(tilesOf(*softmax), TileCounts{});
}

TEST(TileCounts, WithoutAScheduleTheWidestStepsAreTheTiles) {
  Lattice lattice;
  lattice.kind = LayerKind::MatMul;
  Step narrow, wide;
  narrow.dim = wide.dim = dim::matmul::n;
  narrow.width = 2;
  wide.width = 6;
  lattice.steps = {narrow, wide};
  Layer layer = layerOf("matmul m=4 n=20 k=3");
  EXPECT_EQ(countTiles(layer, lattice), bruteForce(1, {4}, cut(20, 6), {3}, 1));
  layer = layerOf("matmul m=4 n=20 k=3 tile=m:2");
  EXPECT_EQ(countTiles(layer, lattice), bruteForce(1, cut(4, 2), {20}, {3}, 1))
      << "what a schedule leaves open is whole";
}

TEST(TileCounts, PositionsAreTakenAcrossRows) {
  Lattice none;
  none.kind = LayerKind::Conv2D;
  Layer layer = layerOf("conv2d n=2 oc=5 ic=3 oh=5 ow=6 kh=3 kw=3");
  EXPECT_EQ(countTiles(layer, none, 8), bruteForce(2, cut(30, 8), {5}, {3}, 9));
}
