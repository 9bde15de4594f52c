// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "pr/Model/Features.h"
#include "TestData.h"

#include <cmath>
#include <set>

using namespace pr;
using namespace pr::test;

/// The values of some features of one layer, asked at its query point.
static std::vector<float> ask(const Lattice &lattice, const Layer &layer,
                              const std::vector<std::string> &names,
                              const BaseValue &base = {}) {
  auto features = FeatureSet::create(lattice, names);
  EXPECT_TRUE(features) << (features ? "" : features.error().message);
  std::vector<float> values(names.size());
  features->compute(lattice, layer, WorkTable::compute(lattice, layer), base,
                    values.data());
  return values;
}

TEST(Features, LogScale) {
  EXPECT_EQ(logScale(1), 0.0f);
  EXPECT_EQ(logScale(2), 1.0f);
  EXPECT_EQ(logScale(3), 1.5f) << "linear between powers of two";
  EXPECT_EQ(logScale(0.5), -1.0f);
  EXPECT_EQ(logScale(double(int64_t(1) << 62)), 62.0f);
  for (double x = 1; x < 1e6; x *= 1.37)
    EXPECT_NEAR(logScale(x), std::log2(x), 0.0861) << x;
}

TEST(Features, ByHand) {
  Lattice lattice = eights(Plateau::Ramps);
  lattice.steps[1].regionHigh = 4; // k beyond 4 has no step
  Layer asked = matmul(
      4, 6, 16, " layout=nt epilogue=relu+bias tile=n:2 : i8, i8 -> i32");
  EXPECT_EQ(ask(lattice, asked,
                {"log_b", "log_m", "log_n", "log_k", "twos_m", "twos_n",
                 "twos_k", "fill_compute_n", "log_macs", "log_macs@compute",
                 "operand0_bits", "result0_bits", "is_float", "layout",
                 "epilogue_relu", "epilogue_pool", "tile_n"}),
            (std::vector<float>{0, 2, 2.5f, 4, 2, 1, 4, 0.75f, 8.5f, 8.5f, 8,
                                32, 0, float(Layout::NT), 1, 0, 1}));
  for (const char *missing : {"fill_compute_k", "tile_k"})
    EXPECT_TRUE(std::isnan(ask(lattice, asked, {missing})[0])) << missing;
  EXPECT_TRUE(std::isnan(ask(lattice, matmul(1, 1, 1), {"layout"})[0]));
}

TEST(Features, OfTheBase) {
  EXPECT_EQ(ask(eights(), matmul(1, 1, 1),
                {"log_base", "base_branch", "base_lead"}, {8, 1, 1.5}),
            (std::vector<float>{3, 1, 1.5f}));
  EXPECT_TRUE(
      std::isnan(ask(eights(), matmul(1, 1, 1), {"base_lead"}, {8, 0, 0})[0]));
}

TEST(Features, Ratios) {
  Lattice lattice = eights(Plateau::Ramps);
  BaseValue base;
  base.latency = 8;
  base.branches = {8, 2};
  // 4 x 16 x 6 on eights: 16 and 8.
  Layer asked = matmul(4, 16, 6);
  EXPECT_EQ(ask(lattice, asked,
                {"log_macs_per_output", "log_macs_per_output@compute",
                 "log_macs_per_weight", "log_macs_per_input", "base_share_0",
                 "base_share_1"},
                base),
            (std::vector<float>{2.5f, 3, 2, 4, 0, -2}));
  EXPECT_TRUE(std::isnan(ask(lattice, asked, {"base_share_2"}, base)[0]));
  EXPECT_EQ(ask(lattice, matmul(16, 16, 16), {"log_total_bytes"})[0],
            logScale(16 * 16 * (1 + 1 + 4)));
}

TEST(Features, CountsAndOptionsOfOtherKinds) {
  Lattice lattice;
  lattice.kind = LayerKind::Elementwise;
  Layer add = layer("elementwise e=16 alu=1 : f32, f32 -> f32");
  // Counts may be 0, so they are shifted by one.
  EXPECT_EQ(ask(lattice, add, {"log_e", "log_alu", "log_mul", "is_float"}),
            (std::vector<float>{4, 1, 0, 1}));
  lattice.kind = LayerKind::Pool2D;
  Layer pool = layer("pool2d c=8 oh=4 ow=4 kh=2 kw=2 sh=2 sw=2 op=avg : "
                     "i8 -> i8");
  EXPECT_EQ(ask(lattice, pool, {"op", "log_operations"}),
            (std::vector<float>{3, 9}));
}

TEST(Features, NamesAreUniqueAndKnown) {
  for (const KindInfo &info : allLayerKinds()) {
    Lattice lattice;
    lattice.kind = info.kind;
    lattice.steps = {step(0, 4, Plateau::Ramps, Resource::Weights)};
    std::vector<std::string> names = allFeatureNames(lattice);
    EXPECT_EQ(std::set<std::string>(names.begin(), names.end()).size(),
              names.size())
        << info.name;
    EXPECT_TRUE(FeatureSet::create(lattice, names)) << info.name;
    EXPECT_LE(names.size(), Forest::kMaxFeatures);
  }
}

TEST(Features, UnknownName) {
  auto features = FeatureSet::create(eights(), {"log_oc"});
  ASSERT_FALSE(features);
  EXPECT_EQ(features.error().message,
            "unknown feature 'log_oc' of matmul on this lattice");
}
