// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "pr/Target/Sampler.h"

#include "pr/Support/CheckedMath.h"
#include "pr/Target/Sampling.h"

#include <algorithm>
#include <ctime>
#include <sched.h>
#include <sys/resource.h>

using namespace pr;

/// The clock's grain and the call are a thousandth of this.
static constexpr int64_t kShortestBatchNs = 10'000;
static constexpr int64_t kWarmUpNs = 1'000'000;
static constexpr int64_t kLongestPassNs = 300'000'000;
static constexpr int kFewestSamples = 5;
/// Halves of a pass further apart are measured again.
static constexpr double kSteady = 0.02;
static constexpr int kMostAttempts = 3;

static int64_t readClock() {
  timespec now;
  ::clock_gettime(CLOCK_MONOTONIC_RAW, &now);
  return int64_t(now.tv_sec) * 1'000'000'000 + now.tv_nsec;
}

static int64_t countInterruptions() {
  rusage usage;
  ::getrusage(RUSAGE_THREAD, &usage);
  return usage.ru_nivcsw;
}

SamplerClock SamplerClock::real() { return {readClock, countInterruptions}; }

namespace {
class Sampler {
public:
  Sampler(const std::function<void()> &run, const SamplerClock &clock)
      : run(run), clock(clock) {}

  Samples measure(int count) {
    warmUp();
    int64_t sampleNs = std::max<int64_t>(batch * runNs, 1);
    count =
        std::max<int64_t>(std::min<int64_t>(count, kLongestPassNs / sampleNs),
                          std::min(count, kFewestSamples));
    Samples samples;
    int64_t rejected = 0;
    for (int attempt = 0; attempt < kMostAttempts; ++attempt) {
      samples = collect(count);
      rejected = samples.rejected += rejected;
      samples.unsteady = halvesDiffer(samples.ps, kSteady);
      if (!samples.unsteady)
        break;
    }
    return samples;
  }

private:
  /// Runs until caches and frequency have settled, and sees how long a run is.
  void warmUp() {
    int64_t begin = clock.nanoseconds(), spent = 0, runs = 0;
    do {
      int64_t before = clock.nanoseconds();
      run();
      int64_t now = clock.nanoseconds();
      runNs = runs == 0 ? now - before : std::min(runNs, now - before);
      spent = now - begin;
    } while (++runs < 3 || spent < kWarmUpNs);
    runNs = std::max<int64_t>(runNs, 1);
    batch = ceilDiv(kShortestBatchNs, runNs);
  }

  /// Picoseconds of a run, the mean of one batch.
  int64_t timeBatch() {
    int64_t begin = clock.nanoseconds();
    for (int64_t i = 0; i < batch; ++i)
      run();
    int64_t spent = std::max<int64_t>(clock.nanoseconds() - begin, 1);
    return std::max<int64_t>(spent * 1000 / batch, 1);
  }

  Samples collect(int count) {
    Samples samples;
    samples.batch = batch;
    std::vector<int64_t> interrupted;
    for (int attempt = 0; attempt < 2 * count; ++attempt) {
      int64_t before = clock.interruptions();
      int64_t ps = timeBatch();
      bool calm = clock.interruptions() == before;
      (calm ? samples.ps : interrupted).push_back(ps);
      if (int(samples.ps.size()) == count)
        break;
    }
    samples.rejected = interrupted.size();
    if (samples.ps.empty()) {
      samples.interrupted = true;
      samples.ps = std::move(interrupted);
    }
    return samples;
  }

  const std::function<void()> &run;
  const SamplerClock &clock;
  int64_t runNs = 1, batch = 1;
};
} // namespace

Samples pr::sample(const std::function<void()> &run, int count,
                   const SamplerClock &clock) {
  return Sampler(run, clock).measure(count);
}

int pr::pinToLastProcessor() {
  cpu_set_t allowed;
  if (::sched_getaffinity(0, sizeof(allowed), &allowed) != 0)
    return -1;
  int last = -1;
  for (int i = 0; i < CPU_SETSIZE; ++i)
    if (CPU_ISSET(i, &allowed))
      last = i;
  cpu_set_t one;
  CPU_ZERO(&one);
  CPU_SET(last, &one);
  return ::sched_setaffinity(0, sizeof(one), &one) == 0 ? last : -1;
}
