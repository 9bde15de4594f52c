// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "pr/Lattice/TileSpace.h"

#include <algorithm>
#include <gtest/gtest.h>
#include <set>

using namespace pr;

/// A matmul with these conditions; tiles of m and k.
static TargetInfo makeTarget(const std::vector<std::string> &conditions) {
  TargetInfo target;
  target.name = "toy";
  KindSupport support;
  support.kind = support.lattice.kind = LayerKind::MatMul;
  support.tileDims = {dim::matmul::m, dim::matmul::k};
  for (const std::string &condition : conditions)
    support.rules.push_back(
        {*Expr::parse(condition, legalityVariables(LayerKind::MatMul)),
         "it does not fit"});
  target.kinds.push_back(support);
  return target;
}

static Layer layerOf(const std::string &text) { return *parseLayer(text); }

static std::set<int64_t> sizesOf(const std::vector<Layer> &layers,
                                 unsigned dim) {
  std::set<int64_t> sizes;
  for (const Layer &layer : layers)
    sizes.insert(tileSize(layer, dim));
  return sizes;
}

static std::string errorOf(const TargetInfo &target, const Layer &layer) {
  auto found = tileCandidates(target, layer, 100);
  return found ? "no error" : found.error().message;
}

TEST(TileSpace, SizesAtWhichSomethingCanChange) {
  TargetInfo target = makeTarget({});
  Step step;
  step.dim = dim::matmul::k;
  step.width = 5;
  target.kinds[0].lattice.steps = {step};
  auto found = tileCandidates(
      target, layerOf("matmul m=12 n=3 k=21 : f32, f32 -> f32"), 10000);
  ASSERT_TRUE(found);
  // Powers of two, divisors, and 12 cut into 5 parts or more: the same.
  EXPECT_EQ(sizesOf(*found, dim::matmul::m),
            (std::set<int64_t>{1, 2, 3, 4, 6, 8, 12}));
  // Also 21 in equal parts, and multiples of 5 around them.
  EXPECT_EQ(
      sizesOf(*found, dim::matmul::k),
      (std::set<int64_t>{1, 2, 3, 4, 5, 6, 7, 8, 10, 11, 15, 16, 20, 21}));
  EXPECT_EQ(sizesOf(*found, dim::matmul::n), std::set<int64_t>{0});
  // All of them but those that cut the layer into more than 32 tiles.
  size_t few = 0;
  for (int64_t m : sizesOf(*found, dim::matmul::m))
    for (int64_t k : sizesOf(*found, dim::matmul::k))
      few += ((12 + m - 1) / m) * ((21 + k - 1) / k) <= 32;
  EXPECT_EQ(found->size(), few);
  EXPECT_LT(few, 7u * 14u);
}

TEST(TileSpace, ThinningLeavesEnoughWhereMostNeedOneSize) {
  // Rows are whole or one; what is left is many depths of one row.
  TargetInfo target = makeTarget({"tile_m == 1 or tile_k <= 2"});
  auto found = tileCandidates(
      target, layerOf("matmul m=9 n=3 k=5040 : f32, f32 -> f32"), 12);
  ASSERT_TRUE(found);
  EXPECT_LE(found->size(), 12u);
  EXPECT_GE(found->size(), 6u);
}

TEST(TileSpace, EveryCandidateIsLegal) {
  TargetInfo target = makeTarget({"tile_m * tile_k <= 256", "tile_k <= 40"});
  Layer layer = layerOf("matmul m=100 n=7 k=300 : f32, f32 -> f32");
  auto found = tileCandidates(target, layer, 10000);
  ASSERT_TRUE(found);
  for (const Layer &candidate : *found) {
    EXPECT_TRUE(target.checkLegal(candidate)) << printLayer(candidate);
    EXPECT_TRUE(sameComputation(candidate, layer));
  }
  // The largest that a rule states is one of them.
  EXPECT_EQ(*sizesOf(*found, dim::matmul::k).rbegin(), 40);
}

TEST(TileSpace, ThinnedOutToWhatIsAskedForInAFixedOrder) {
  TargetInfo target = makeTarget({"tile_m * tile_k <= 4096"});
  Layer layer = layerOf("matmul m=1000 n=7 k=3000 : f32, f32 -> f32");
  auto all = tileCandidates(target, layer, 100000);
  ASSERT_TRUE(all);
  ASSERT_GT(all->size(), 200u);
  for (size_t most : {1, 2, 10, 50, 200}) {
    auto some = tileCandidates(target, layer, most);
    ASSERT_TRUE(some);
    EXPECT_LE(some->size(), most);
    EXPECT_GE(2 * some->size(), most);
    EXPECT_EQ(*some, *tileCandidates(target, layer, most));
    for (const Layer &candidate : *some)
      EXPECT_EQ(std::count(all->begin(), all->end(), candidate), 1);
  }
}

TEST(TileSpace, AScheduleOfTheLayerIsNotLookedAt) {
  TargetInfo target = makeTarget({"tile_m <= 4"});
  auto plain = tileCandidates(
      target, layerOf("matmul m=8 n=8 k=8 : f32, f32 -> f32"), 100);
  auto other = tileCandidates(
      target, layerOf("matmul m=8 n=8 k=8 tile=m:8 : f32, f32 -> f32"), 100);
  ASSERT_TRUE(plain && other);
  EXPECT_EQ(*plain, *other);
}

TEST(TileSpace, SaysWhyThereAreNone) {
  TargetInfo target = makeTarget({"m mod 2 == 0", "tile_m == 0 or tile_m > 8"});
  EXPECT_EQ(errorOf(target, layerOf("matmul m=3 n=8 k=8 : f32, f32 -> f32")),
            "target 'toy' cannot run this matmul: it does not fit");
  EXPECT_EQ(errorOf(target, layerOf("matmul m=4 n=8 k=8 : f32, f32 -> f32")),
            "no tile sizes of this matmul are legal on target 'toy'");
  EXPECT_EQ(errorOf(target, layerOf("softmax r=3 : f32 -> f32")),
            "target 'toy' has no softmax");
  target.kinds[0].tileDims.clear();
  EXPECT_EQ(errorOf(target, layerOf("matmul m=16 n=8 k=8 : f32, f32 -> f32")),
            "target 'toy' takes no tile sizes of matmul");
}
