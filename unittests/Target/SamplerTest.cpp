// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The sampler against a clock that only the measured thing moves.
#include "pr/Target/Sampler.h"

#include <gtest/gtest.h>

using namespace pr;

namespace {
/// A machine on which run number i takes durations(i) nanoseconds, and during
/// which the thread is switched out where interrupts(i) says so.
struct FakeMachine {
  std::function<int64_t(int64_t)> duration;
  std::function<bool(int64_t)> interrupts = [](int64_t) { return false; };
  int64_t now = 0, runs = 0, interruptions = 0;

  Samples sample(int count) {
    SamplerClock clock{[&] { return now; }, [&] { return interruptions; }};
    return pr::sample(
        [&] {
          now += duration(runs);
          interruptions += interrupts(runs);
          ++runs;
        },
        count, clock);
  }
};
} // namespace

TEST(Sampler, ShortRunsAreBatchedToTenMicroseconds) {
  FakeMachine machine{[](int64_t) { return 300; }};
  Samples samples = machine.sample(15);
  EXPECT_EQ(samples.batch, 34); // 34 * 300 ns >= 10 us
  EXPECT_EQ(samples.ps, std::vector<int64_t>(15, 300'000));
  EXPECT_EQ(samples.rejected, 0);
  EXPECT_FALSE(samples.unsteady);
}

TEST(Sampler, TheColdRunsAreNotMeasured) {
  // Slow until a millisecond has passed.
  FakeMachine machine{[](int64_t run) { return run < 10 ? 100'000 : 20'000; }};
  EXPECT_EQ(machine.sample(15).ps, std::vector<int64_t>(15, 20'000'000));
}

TEST(Sampler, InterruptedSamplesAreMeasuredAgain) {
  // Every fourth run is interrupted and slow.
  FakeMachine machine{[](int64_t run) { return run % 4 ? 50'000 : 900'000; },
                      [](int64_t run) { return run % 4 == 0; }};
  Samples samples = machine.sample(15);
  EXPECT_EQ(samples.ps, std::vector<int64_t>(15, 50'000'000));
  EXPECT_GE(samples.rejected, 4);
  EXPECT_FALSE(samples.interrupted);
}

TEST(Sampler, WhereEverySampleIsInterruptedItSaysSo) {
  FakeMachine machine{[](int64_t) { return 8'000'000; },
                      [](int64_t) { return true; }};
  Samples samples = machine.sample(15);
  EXPECT_TRUE(samples.interrupted);
  EXPECT_FALSE(samples.ps.empty());
  EXPECT_EQ(samples.ps.front(), 8'000'000'000);
}

TEST(Sampler, LongRunsGetFewerSamples) {
  FakeMachine machine{[](int64_t) { return 40'000'000; }};
  EXPECT_EQ(machine.sample(15).ps.size(), 7u); // within 0.3 s
  FakeMachine slow{[](int64_t) { return 1'000'000'000; }};
  EXPECT_EQ(slow.sample(15).ps.size(), 5u);
  FakeMachine one{[](int64_t) { return 1'000'000'000; }};
  EXPECT_EQ(one.sample(1).ps.size(), 1u);
}

TEST(Sampler, ADriftingPassIsMeasuredAgain) {
  // The clock speeds up within the first attempt and is steady afterwards.
  FakeMachine machine{[](int64_t run) { return run < 60 ? 50'000 : 40'000; }};
  Samples samples = machine.sample(60);
  EXPECT_FALSE(samples.unsteady);
  EXPECT_EQ(samples.ps, std::vector<int64_t>(60, 40'000'000));

  FakeMachine restless{[](int64_t run) { return 50'000 + 200 * run; }};
  EXPECT_TRUE(restless.sample(60).unsteady);
}
