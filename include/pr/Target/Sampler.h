// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Times something that is run again and again: warmed up, in batches of at
// least ten microseconds, without the samples in which the thread was switched
// out.
#ifndef PR_TARGET_SAMPLER_H
#define PR_TARGET_SAMPLER_H

#include <cstdint>
#include <functional>
#include <vector>

namespace pr {

struct Samples {
  /// Picoseconds of one run, one entry for each batch.
  std::vector<int64_t> ps;
  int64_t batch = 1;    ///< runs in a sample
  int64_t rejected = 0; ///< samples in which the thread was switched out
  /// Every attempt was interrupted: what is there was measured so.
  bool interrupted = false;
  /// The two halves still differed after the last attempt.
  bool unsteady = false;
};

/// What a sampler needs of the world; tests put a fake one in.
struct SamplerClock {
  std::function<int64_t()> nanoseconds;
  /// How often the thread was switched out against its will.
  std::function<int64_t()> interruptions;

  static SamplerClock real();
};

/// `count` samples, fewer (but five) where they would take more than 0.3 s.
Samples sample(const std::function<void()> &run, int count,
               const SamplerClock &clock);

/// Pins this thread to the last processor it may use and returns its number;
/// negative where that fails.
int pinToLastProcessor();

} // namespace pr

#endif // PR_TARGET_SAMPLER_H
