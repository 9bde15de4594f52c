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

/// Latency by its rises: `rise(x)` from x to x + 1.
Machine summed(double first, std::function<double(int64_t)> rise) {
  return [=](int64_t x) {
    double latency = first;
    for (int64_t i = 1; i < x; ++i)
      latency += rise(i);
    return latency;
  };
}

TEST(StepFitter, FindsNarrowStepsBesideJumps) {
  // A third of each stretch of 48 is flat between the edges; wider bursts jump.
  SweepFit fit = fitted(summed(1896,
                               [](int64_t i) {
                                 bool isFlat = i % 48 < 16 && i > 48;
                                 double rise = isFlat ? 0 : 35 + 5 * (i % 2);
                                 return rise + (i % 6 == 0 ? 86 : 0) +
                                        (i % 64 == 0 ? 322 : 0);
                               }),
                        256, 0, 0);
  EXPECT_TRUE(hasStep(fit, 6));
}

TEST(StepFitter, FindsAWideStepByHowEdgesDiffer) {
  // Every 8 a rise of 3, but of 4 every 32, after which latency rests.
  SweepFit fit = fitted(summed(78,
                               [](int64_t i) -> double {
                                 if (i % 32 == 0)
                                   return 4;
                                 bool rests = i % 32 < 6 && i > 32;
                                 return rests ? 0 : i % 8 == 0 ? 3 : 1;
                               }),
                        256, 0, 0);
  EXPECT_TRUE(hasStep(fit, 8));
  EXPECT_TRUE(hasStep(fit, 32));
}

TEST(StepFitter, TakesNoIrregularRisesForStairs) {
  for (unsigned seed = 0; seed < 40; ++seed) {
    std::mt19937_64 random(seed);
    std::vector<double> latencies{1000};
    for (int i = 0; i < 512; ++i)
      latencies.push_back(latencies.back() + double(random() % 40));
    Machine machine = [&](int64_t x) { return latencies[size_t(x)]; };
    EXPECT_TRUE(fitted(machine, 512, 0, 0).steps.empty()) << seed;
  }
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

/// What an exact machine leaves beside a curve is nothing to look for.
TEST(StepFitter, EndsSoonOnACurveThatLeavesNothing) {
  Machine line = [](int64_t x) { return 500 + 30.0 * double(x); };
  EXPECT_LE(fitted(line, 512, 0, 0).measurements, 26u);
  EXPECT_LE(fitted(line, 56, 0, 0).measurements, 18u);
  Machine flat = [](int64_t) { return 3e6; };
  EXPECT_LE(fitted(flat, 512, 0, 0).measurements, 26u);
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

/// How often the width is found of seeds 0 .. `seeds` - 1.
unsigned foundAmong(const Machine &machine, int64_t width, double noise,
                    unsigned seeds) {
  unsigned found = 0;
  for (unsigned seed = 0; seed < seeds; ++seed) {
    SweepFit fit = fitted(machine, 256, noise, seed);
    EXPECT_LE(fit.measurements, 48u);
    found += hasStep(fit, width);
  }
  return found;
}

/// All edges of 16 are edges of 8 too, and rise by more than the others.
TEST(StepFitter, TellsAWidthFromTwiceOfItInNoise) {
  Machine machine = [](int64_t x) {
    return 72 + 2.0 * double(ceilDiv(x, 2)) + 7.0 * double(ceilDiv(x, 8)) +
           10.0 * double(ceilDiv(x, 16)) + 0.9 * double(x);
  };
  EXPECT_GE(foundAmong(machine, 8, 0.02, 30), 28u);
}

/// Each is hidden by what the other one leaves over, and by much noise.
TEST(StepFitter, FindsTwoStepsThatHideEachOther) {
  Machine machine = [](int64_t x) {
    return 11000 + 8000.0 * double(ceilDiv(x, 6)) +
           20000.0 * double(ceilDiv(x, 48));
  };
  EXPECT_GE(foundAmong(machine, 6, 0.04, 30), 15u);
}

/// Every third plateau is longer, which draws the first points away from the
/// edges that are large relative to the latency.
TEST(StepFitter, LooksAtTheBeginningWhereNoiseHidesTheRest) {
  Machine machine = [](int64_t x) {
    int64_t plateau = ceilDiv(x, 6);
    return 8000 + 11500.0 * double(plateau) + (plateau % 3 == 0 ? 9000 : 0) +
           200 * double(x);
  };
  EXPECT_GE(foundAmong(machine, 6, 0.05, 60), 54u);
}

//===----------------------------------------------------------------------===//
// Odd measurements
//===----------------------------------------------------------------------===//

TEST(StepFitter, SaysWhatMeasurementsWithoutAStepLookLike) {
  auto reason = [](const Machine &machine) {
    SweepFit fit = fitted(machine, 512, 0, 0);
    EXPECT_TRUE(fit.steps.empty());
    return fit.reason;
  };
  EXPECT_EQ(reason([](int64_t) { return 5000.0; }), "all latencies are equal");
  EXPECT_EQ(reason([](int64_t x) { return std::round(1e6 / double(x)); }),
            "latency falls with size");
  EXPECT_EQ(reason([](int64_t x) { return 9000 - 2 * double(x); }),
            "latency falls with size");
  EXPECT_NE(reason([](int64_t x) {
              return 1000 + double(uint64_t(x) * 2654435761u % 9973);
            }).find("too far to tell"),
            std::string::npos);
  EXPECT_EQ(fitted(stair(8), 128, 0, 0).reason, "");
}

TEST(StepFitter, HasNoOpinionOnAFewMeasurements) {
  for (int64_t count = 0; count < 4; ++count) {
    auto fitter = StepFitter::create(1, 64);
    ASSERT_TRUE(fitter);
    for (int64_t i = 1; i <= count; ++i)
      for (int repeated = 0; repeated < 3; ++repeated)
        EXPECT_TRUE(fitter->observe(8 * i, 100 * double(i)));
    SweepFit fit = fitter->result();
    EXPECT_TRUE(fit.steps.empty());
    EXPECT_EQ(fit.measurements, 3 * count);
    EXPECT_EQ(fit.reason,
              std::to_string(count) + " extents are too few to tell");
  }
}

/// What is measured again contradicts what was measured, by up to twice.
TEST(StepFitter, LeavesContradictionsToTheNoise) {
  auto contradicting = [](double share) {
    auto fitter = StepFitter::create(1, 128);
    EXPECT_TRUE(fitter);
    bool more = false;
    while (auto extent = fitter->next())
      for (int repeated = 0; repeated < 2; ++repeated, more = !more)
        EXPECT_TRUE(fitter->observe(*extent, stair(8)(*extent) *
                                                 (more ? 1 + share : 1)));
    return fitter->result();
  };
  SweepFit little = contradicting(0.02);
  EXPECT_FALSE(little.deterministic);
  EXPECT_TRUE(hasStep(little, 8));
  // One side of an edge each, so that there seem to be steps everywhere.
  std::mt19937_64 random(1);
  auto fitter = StepFitter::create(1, 128);
  ASSERT_TRUE(fitter);
  while (auto extent = fitter->next())
    EXPECT_TRUE(fitter->observe(*extent, random() % 2 ? 1000 : 2000));
  EXPECT_TRUE(fitter->result().steps.empty());
}

TEST(StepFitter, EndsWhereNothingCanBeMeasured) {
  auto fitter = StepFitter::create(1, 128);
  ASSERT_TRUE(fitter);
  while (auto extent = fitter->next())
    fitter->skip(*extent);
  EXPECT_EQ(fitter->result().reason, "0 extents are too few to tell");
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
