// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Random machines with random loop programs for them, from a seed.
#ifndef PR_UNITTESTS_ARCH_RANDOMMACHINE_H
#define PR_UNITTESTS_ARCH_RANDOMMACHINE_H

#include "Sketch.h"

#include <random>

namespace pr::arch::test {

struct RandomPair {
  ObjectDiagram diagram;
  Program program;
  std::vector<int64_t> inputs;
  bool multiIssue = false, ragged = false, streams = false;
};

/// `streams`: several streams with semaphores, instead of one with loops.
RandomPair makeRandomPair(uint64_t seed, bool streams = false);

} // namespace pr::arch::test

#endif // PR_UNITTESTS_ARCH_RANDOMMACHINE_H
