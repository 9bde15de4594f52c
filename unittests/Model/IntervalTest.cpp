// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "pr/Model/Interval.h"

#include "gtest/gtest.h"

#include <cmath>
#include <random>

using namespace pr;

/// Scores log(1.01), log(1.02) ... in a shuffled order.
static Interval percentSteps(size_t count) {
  std::vector<double> predicted(count, 100), measured;
  for (size_t i = 0; i < count; ++i)
    measured.push_back(100 + double((i * 7) % count + 1));
  auto interval = Interval::calibrate(predicted, measured);
  EXPECT_TRUE(interval);
  return *interval;
}

TEST(Interval, ScalesMakeItLocal) {
  // Errors of 1 % on small layers, 10 % on large ones, and both foreseen.
  std::vector<double> predicted, measured, scales;
  for (int i = 0; i < 100; ++i) {
    double error = i % 2 ? 0.01 : 0.1;
    predicted.push_back(i % 2 ? 1000 : 100000);
    measured.push_back(predicted.back() * std::exp(i % 4 < 2 ? error : -error));
    scales.push_back(3 * error);
  }
  auto interval = Interval::calibrate(predicted, measured, scales);
  ASSERT_TRUE(interval);
  EXPECT_TRUE(interval->edges().empty());
  EXPECT_NEAR(interval->bounds(1000, 90, 0.03)->second, 1000 * std::exp(0.01),
              1e-9);
  EXPECT_NEAR(interval->bounds(100000, 90, 0.3)->first, 100000 * std::exp(-0.1),
              1e-7);
  EXPECT_EQ(Interval::calibrate(predicted, measured, {1}).error().message,
            "an interval needs as many scales as predictions, found 1 and 100");
  scales[3] = 0;
  EXPECT_EQ(Interval::calibrate(predicted, measured, scales).error().message,
            "the scale of an error must be positive");
}

TEST(Interval, TheRightQuantile) {
  // 19 scores: ceil(20 * 0.9) = the 18th, ceil(20 * 0.95) = the 19th.
  Interval interval = percentSteps(19);
  EXPECT_EQ(interval.count(), 19u);
  EXPECT_NEAR(interval.bounds(1, 80)->second, 1.16, 1e-12);
  EXPECT_NEAR(interval.bounds(1, 90)->second, 1.18, 1e-12);
  EXPECT_NEAR(interval.bounds(1, 95)->second, 1.19, 1e-12);
  EXPECT_NEAR(interval.bounds(1, 90)->first, 1 / 1.18, 1e-12);
}

TEST(Interval, TooFewScoresGiveNone) {
  // ceil(19 * 0.95) = 19 of 18.
  EXPECT_FALSE(percentSteps(18).bounds(1, 95));
  EXPECT_TRUE(percentSteps(18).bounds(1, 90));
  EXPECT_FALSE(percentSteps(8).bounds(1, 90));
  EXPECT_TRUE(percentSteps(4).bounds(1, 80));
  EXPECT_FALSE(percentSteps(3).bounds(1, 80));
  EXPECT_FALSE(Interval().bounds(1, 80));
  EXPECT_FALSE(percentSteps(50).bounds(1, 70)) << "no such level";
}

TEST(Interval, AnExactModelHasAPoint) {
  std::vector<double> same = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10};
  auto interval = Interval::calibrate(same, same);
  ASSERT_TRUE(interval);
  EXPECT_EQ(interval->bounds(7, 90), std::make_pair(7.0, 7.0));
}

TEST(Interval, TheSameWholeNumberIsNoError) {
  // Two thirds of the scores are 0, as predictions of 9.6 and 10.4 are 10; the
  // others log(11 / 10.4).
  std::vector<double> predicted, measured;
  for (int i = 0; i < 99; ++i) {
    predicted.push_back(i % 3 ? 10.4 : 9.6);
    measured.push_back(i % 2 && i % 3 ? 11 : 10);
  }
  auto interval = Interval::calibrate(predicted, measured);
  ASSERT_TRUE(interval);
  EXPECT_NEAR(interval->bounds(10.4, 80)->second, 11, 1e-12);
  measured.assign(99, 10);
  interval = Interval::calibrate(predicted, measured);
  EXPECT_EQ(interval->bounds(7.3, 95), std::make_pair(7.3, 7.3));
}

TEST(Interval, ErrorsShrinkAfterWholeNumbersAreTold) {
  // 10.6 is not 10; a tenth of that error would be.
  auto interval = Interval::calibrate(std::vector<double>(50, 10.6),
                                      std::vector<double>(50, 10), {}, 0.1);
  ASSERT_TRUE(interval);
  EXPECT_NEAR(std::log(interval->bounds(100, 90)->second / 100),
              0.1 * std::log(1.06), 1e-12);
  EXPECT_EQ(Interval::calibrate({1}, {1}, {}, 0).error().message,
            "the shrinkage of errors must be positive, found 0.000000");
}

namespace {
/// Latencies whose error depends on their size: small ones 20 %, large 2 %; all
/// so large that a whole unit is little.
struct Noisy {
  std::vector<double> predicted, measured;
  Noisy(size_t count, std::mt19937_64 &random) {
    std::normal_distribution<double> normal;
    for (size_t i = 0; i < count; ++i) {
      double size = 1e6 * std::exp(double(random() % 10000) / 1000);
      double spread = size < 150e6 ? 0.2 : 0.02;
      predicted.push_back(size);
      measured.push_back(size * std::exp(spread * normal(random)));
    }
  }
};
} // namespace

TEST(Interval, CoversAsPromisedAndAdapts) {
  std::mt19937_64 random(4);
  for (int percent : kConfidenceLevels) {
    size_t inside = 0, insideSmall = 0, small = 0, total = 0;
    double width = 0, widthSmall = 0;
    for (int round = 0; round < 20; ++round) {
      Noisy held(800, random), fresh(2000, random);
      auto interval = Interval::calibrate(held.predicted, held.measured);
      ASSERT_TRUE(interval);
      for (size_t i = 0; i < fresh.predicted.size(); ++i) {
        auto bounds = interval->bounds(fresh.predicted[i], percent);
        ASSERT_TRUE(bounds);
        bool hit = bounds->first <= fresh.measured[i] &&
                   fresh.measured[i] <= bounds->second;
        double relative = (bounds->second - bounds->first) / fresh.predicted[i];
        bool isSmall = fresh.predicted[i] < 100e6;
        inside += hit;
        insideSmall += hit && isSmall;
        small += isSmall;
        width += relative;
        widthSmall += isSmall ? relative : 0;
        ++total;
      }
    }
    EXPECT_NEAR(double(inside) / double(total), percent / 100.0, 0.015);
    EXPECT_NEAR(double(insideSmall) / double(small), percent / 100.0, 0.03)
        << "also among those that are hard";
    EXPECT_GT(widthSmall / double(small), 1.3 * width / double(total));
  }
}

TEST(Interval, ShortLatenciesAreCoveredAsPromised) {
  // A whole unit is as much as the error here.
  std::mt19937_64 random(2);
  std::normal_distribution<double> normal(0, 0.02);
  auto draw = [&](size_t count) {
    std::pair<std::vector<double>, std::vector<double>> drawn;
    for (size_t i = 0; i < count; ++i) {
      drawn.first.push_back(5 + double(random() % 100000) / 1000);
      double real = drawn.first.back() * std::exp(normal(random));
      drawn.second.push_back(std::nearbyint(real));
    }
    return drawn;
  };
  auto held = draw(4000), fresh = draw(4000);
  auto interval = Interval::calibrate(held.first, held.second);
  ASSERT_TRUE(interval);
  for (int percent : kConfidenceLevels) {
    int inside = 0;
    for (size_t i = 0; i < fresh.first.size(); ++i) {
      auto bounds = *interval->bounds(fresh.first[i], percent);
      double value = fresh.first[i], real = fresh.second[i];
      // What an estimate says: whole numbers between the bounds, and its value.
      inside +=
          real == std::nearbyint(value) || (std::ceil(bounds.first) <= real &&
                                            real <= std::floor(bounds.second));
    }
    EXPECT_NEAR(inside / 4000.0, percent / 100.0, 0.02);
  }
}

TEST(Interval, Errors) {
  EXPECT_EQ(Interval::calibrate({1, 2}, {1}).error().message,
            "an interval needs as many predictions as measurements, found 2 "
            "and 1");
  EXPECT_EQ(Interval::calibrate({1}, {0}).error().message,
            "an interval needs positive latencies, found 1.000000 and "
            "0.000000");
  EXPECT_FALSE(Interval::restore(3, {2, 1}, {{}, {}, {}}));
  EXPECT_FALSE(Interval::restore(3, {1}, {{}}));
  Interval::Quantiles negative;
  negative[0] = -1;
  EXPECT_FALSE(Interval::restore(3, {}, {negative}));
}
