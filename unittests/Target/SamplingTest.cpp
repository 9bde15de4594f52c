// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "pr/Target/Sampling.h"

#include <gtest/gtest.h>

using namespace pr;

TEST(Sampling, PercentilesAndMedian) {
  EXPECT_EQ(median({7}), 7);
  EXPECT_EQ(median({9, 1, 5}), 5);
  EXPECT_EQ(median({1, 4, 9, 6}), 5);
  std::vector<int64_t> eleven = {10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0};
  EXPECT_EQ(percentile(eleven, 0.1), 1);
  EXPECT_EQ(percentile(eleven, 0.9), 9);
  EXPECT_EQ(percentile(eleven, 0), 0);
  EXPECT_EQ(percentile(eleven, 1), 10);
  EXPECT_EQ(percentile({42}, 0.9), 42);
}

TEST(Sampling, LatencyIsTheLeastMedianOfThePasses) {
  // The second pass was calm; the third saw a preemption that its median
  // survives; the fourth measured nothing.
  Measurement m =
      summarizePasses({{120, 130, 125}, {100, 101, 99}, {102, 9000, 103}, {}});
  EXPECT_TRUE(m.ok);
  EXPECT_EQ(m.timePs, 100);
  EXPECT_EQ(m.samples, 9);
  EXPECT_EQ(m.p10Ps, 100);
  EXPECT_EQ(m.p90Ps, 130);
}

TEST(Sampling, DriftWithinAPassIsSeen) {
  EXPECT_FALSE(halvesDiffer({100, 101, 100, 102}, 0.02));
  EXPECT_TRUE(halvesDiffer({100, 101, 104, 105}, 0.02));
  EXPECT_TRUE(halvesDiffer({105, 104, 100, 100}, 0.02));
  EXPECT_FALSE(halvesDiffer({100}, 0.02));
}

TEST(Sampling, DriftIsThatOfThePassThatCounts) {
  ProbedPasses passes{{{120, 130}, {100, 99}, {110}}, {50, 44, 40}};
  EXPECT_NEAR(passes.drift(40), 0.1, 1e-12); // The second pass is the fastest.
  EXPECT_DOUBLE_EQ(passes.drift(44), 0);
}

TEST(Sampling, ResultsComeInInputOrder) {
  std::vector<size_t> seen;
  OrderedResults results(3, [&](size_t index, const Measurement &m) {
    EXPECT_EQ(m.samples, int64_t(index) * 10);
    seen.push_back(index);
  });
  auto put = [&](size_t index) {
    Measurement m;
    m.samples = int64_t(index) * 10;
    results.put(index, m);
  };
  put(2);
  EXPECT_TRUE(seen.empty());
  EXPECT_TRUE(results.has(2));
  put(0);
  EXPECT_EQ(seen, (std::vector<size_t>{0}));
  put(1);
  EXPECT_EQ(seen, (std::vector<size_t>{0, 1, 2}));
}

TEST(Sampling, OrdersArePermutationsThatDiffer) {
  std::vector<size_t> first = shuffledOrder(20, 0),
                      second = shuffledOrder(20, 1);
  EXPECT_NE(first, second);
  EXPECT_EQ(first, shuffledOrder(20, 0));
  std::sort(second.begin(), second.end());
  for (size_t i = 0; i < second.size(); ++i)
    EXPECT_EQ(second[i], i);
}

TEST(Sampling, BlocksCoverEveryLayerOnce) {
  MeasureOptions options;
  options.blockSize = 4;
  std::vector<std::pair<size_t, size_t>> blocks;
  forEachBlock(9, options, [&](size_t begin, size_t count) {
    blocks.emplace_back(begin, count);
  });
  EXPECT_EQ(blocks,
            (std::vector<std::pair<size_t, size_t>>{{0, 4}, {4, 4}, {8, 1}}));
}
