// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Machines whose steps are known, measured with and without noise.
#include "pr/Lattice/StepFitter.h"
#include "pr/Support/CheckedMath.h"

#include "gtest/gtest.h"

#include <cmath>
#include <functional>
#include <random>

using namespace pr;

namespace {
using Machine = std::function<double(int64_t)>;

constexpr unsigned kSeeds = 10;
/// Of the seeds of one machine: what noise may hide.
constexpr unsigned kMissed = 1;

SweepFit fitted(const Machine &machine, int64_t high, double noise,
                unsigned seed) {
  std::mt19937_64 random(seed);
  std::normal_distribution<> normal;
  auto fitter = StepFitter::create(1, high);
  EXPECT_TRUE(fitter);
  while (auto extent = fitter->next()) {
    double latency = machine(*extent);
    if (noise > 0) {
      latency *= std::max(0.5, 1 + noise * normal(random));
      if (random() % 100 == 0)
        latency *= 10;
    }
    EXPECT_TRUE(fitter->observe(*extent, latency));
  }
  return fitter->result();
}

bool hasStep(const SweepFit &fit, int64_t width, int64_t offset = 0) {
  return std::any_of(fit.steps.begin(), fit.steps.end(),
                     [&](const FittedStep &step) {
                       return step.width == width && step.offset == offset;
                     });
}

Machine stair(int64_t width, int64_t offset = 0) {
  return [=](int64_t x) {
    return 500.0 + 300.0 * double(ceilDiv(x - offset + width, width));
  };
}

void expectFound(const Machine &machine, int64_t high, int64_t width,
                 int64_t offset = 0) {
  SweepFit exact = fitted(machine, high, 0, 0);
  EXPECT_TRUE(hasStep(exact, width, offset)) << "width " << width;
  EXPECT_TRUE(exact.deterministic);
  EXPECT_LE(exact.measurements, 48u);
  unsigned found = 0;
  for (unsigned seed = 0; seed < kSeeds; ++seed) {
    SweepFit fit = fitted(machine, high, 0.02, seed);
    EXPECT_LE(fit.measurements, 48u);
    EXPECT_FALSE(fit.deterministic);
    found += hasStep(fit, width, offset);
  }
  EXPECT_GE(found + kMissed, kSeeds) << "width " << width;
}

void expectNone(const Machine &machine, const char *name) {
  EXPECT_TRUE(fitted(machine, 512, 0, 0).steps.empty()) << name;
  for (unsigned seed = 0; seed < kSeeds; ++seed)
    EXPECT_TRUE(fitted(machine, 512, 0.02, seed).steps.empty())
        << name << ", seed " << seed;
}
} // namespace

TEST(StepFitter, FindsStaircasesOfAnyWidth) {
  for (int64_t width : {3, 8, 12, 16, 24, 64})
    expectFound(stair(width), 8 * width, width);
}

TEST(StepFitter, FindsOffsets) { expectFound(stair(8, 5), 128, 8, 5); }

TEST(StepFitter, TellsFlatFromRamp) {
  SweepFit flat = fitted(stair(8), 256, 0, 0);
  ASSERT_EQ(flat.steps.size(), 1u);
  EXPECT_EQ(flat.steps[0].plateau, Plateau::Flat);
  EXPECT_NEAR(flat.steps[0].height, 300, 1);
  SweepFit ramp = fitted(
      [](int64_t x) { return stair(8)(x) + 20.0 * double(x); }, 256, 0, 0);
  ASSERT_EQ(ramp.steps.size(), 1u);
  EXPECT_EQ(ramp.steps[0].plateau, Plateau::Ramps);
  EXPECT_NEAR(ramp.steps[0].height, 300, 1);
}

TEST(StepFitter, FindsNarrowInsideWide) {
  SweepFit fit = fitted(
      [](int64_t x) {
        return 500.0 + 100.0 * double(ceilDiv(x, 8)) +
               800.0 * double(ceilDiv(x, 64));
      },
      512, 0, 0);
  EXPECT_TRUE(hasStep(fit, 8));
  EXPECT_TRUE(hasStep(fit, 64));
}

TEST(StepFitter, FindsSmallStepsAmongUnevenRises) {
  SweepFit fit = fitted(
      [](int64_t x) {
        double latency = 185;
        for (int64_t i = 1; i < x; ++i)
          latency += i % 6 == 0 ? 18.0 : double(5 * (1 + i * i % 7 % 2));
        return latency;
      },
      256, 0, 0);
  EXPECT_TRUE(hasStep(fit, 6));
}

TEST(StepFitter, MeasuresWhatWasDisturbedTwiceAThirdTime) {
  auto fitter = StepFitter::create(1, 128);
  ASSERT_TRUE(fitter);
  unsigned disturbed = 0;
  while (auto extent = fitter->next()) {
    bool isDisturbed = *extent == 17 && disturbed < 2;
    disturbed += isDisturbed;
    EXPECT_TRUE(
        fitter->observe(*extent, stair(8)(*extent) * (isDisturbed ? 10 : 1)));
  }
  EXPECT_EQ(disturbed, 2u);
  EXPECT_TRUE(hasStep(fitter->result(), 8));
}

TEST(StepFitter, SaysWhereAStepBegins) {
  SweepFit fit = fitted(
      [](int64_t x) {
        return 500 + 300.0 * double(std::max<int64_t>(12, ceilDiv(x, 8)));
      },
      512, 0, 0);
  ASSERT_EQ(fit.steps.size(), 1u);
  EXPECT_EQ(fit.steps[0].width, 8);
  EXPECT_EQ(fit.steps[0].regionLow, 96);
}

TEST(StepFitter, SaysThatThereIsNoStep) {
  expectNone([](int64_t x) { return 500 + 30.0 * double(x); }, "linear");
  expectNone([](int64_t) { return 5000.0; }, "constant");
  expectNone([](int64_t x) { return std::round(500 + 3000 * std::sqrt(x)); },
             "root");
  expectNone(
      [](int64_t x) { return std::round(std::max(5000.0, 50.0 * double(x))); },
      "roofline");
  expectNone(
      [](int64_t x) { return 1000 + double(uint64_t(x) * 2654435761u % 9973); },
      "random");
}

TEST(StepFitter, TakesNoPowerForStairs) {
  for (int factor = 1; factor <= 20; ++factor) {
    Machine power = [=](int64_t x) {
      return std::round(500 + factor * std::pow(double(x), 1.5));
    };
    EXPECT_TRUE(fitted(power, 512, 0, 0).steps.empty()) << factor;
    EXPECT_TRUE(fitted(power, 512, 0.02, unsigned(factor)).steps.empty())
        << factor << ", noise";
  }
}

/// Kernels that are fast where the extent divides by their vectors: latency
/// falls back behind each rise.
TEST(StepFitter, TakesNoSawToothForStairs) {
  for (int64_t width : {4, 8, 16})
    for (double slower : {2, 3, 6}) {
      Machine saw = [=](int64_t x) {
        return std::round((500 + 30 * double(x)) *
                          (x % width == 0 ? 1 : slower));
      };
      EXPECT_TRUE(fitted(saw, 512, 0, 0).steps.empty())
          << width << ", " << slower << " times";
    }
}

TEST(StepFitter, SkipsWhatCannotBeMeasured) {
  auto fitter = StepFitter::create(1, 128);
  ASSERT_TRUE(fitter);
  while (auto extent = fitter->next()) {
    if (*extent % 2 == 1)
      fitter->skip(*extent);
    else
      EXPECT_TRUE(fitter->observe(*extent, stair(16)(*extent)));
  }
  EXPECT_LE(fitter->result().measurements, 48u);
}

TEST(StepFitter, RefusesWhatIsNoSweep) {
  EXPECT_FALSE(StepFitter::create(1, 1));
  EXPECT_FALSE(StepFitter::create(0, 8));
  EXPECT_FALSE(StepFitter::create(1, 8, {4, {}}));
  EXPECT_FALSE(StepFitter::create(1, 64, {48, {1}}));
  auto fitter = StepFitter::create(1, 64);
  ASSERT_TRUE(fitter);
  EXPECT_FALSE(fitter->observe(65, 1));
  EXPECT_FALSE(fitter->observe(1, 0));
  EXPECT_FALSE(fitter->observe(1, std::nan("")));
}
