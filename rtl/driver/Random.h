// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Reproducible pseudo-random numbers (SplitMix64): the same on every host.
#ifndef SYSTOLIC_RANDOM_H
#define SYSTOLIC_RANDOM_H

#include <cstdint>

namespace systolic {

class Random {
public:
  explicit Random(uint64_t seed) : state(seed) {}

  uint64_t next() {
    state += 0x9e3779b97f4a7c15u;
    uint64_t z = state;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
  }
  /// 0 ... limit - 1.
  uint64_t below(uint64_t limit) { return next() % limit; }

private:
  uint64_t state;
};

} // namespace systolic

#endif // SYSTOLIC_RANDOM_H
