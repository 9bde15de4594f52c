// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What the evaluators say about a layer, and what they may be asked for.
#ifndef PR_ARCH_TIMING_H
#define PR_ARCH_TIMING_H

#include "pr/Arch/Trace.h"

#include <cstdint>
#include <string>
#include <vector>

namespace pr::arch {

struct EvaluationOptions {
  /// Statements of the mapping that may be run, and instructions evaluated.
  int64_t maxSteps = 2'000'000'000;
  int64_t maxInstructions = 200'000'000;
  Trace *trace = nullptr;
};

/// Use of one unit (all members of an array together), in cycles.
struct UnitUse {
  int64_t instructions = 0;
  int64_t busy = 0;
  /// Its instructions, ready in their stage.
  int64_t waitedForData = 0;
  int64_t waitedForUnit = 0; ///< or for those in front of them
  int64_t blocked = 0;       ///< done, but no room in the next stage
};

/// Use of one memory (all members of an array together).
struct MemoryUse {
  int64_t accesses = 0; ///< those of caches in front of it too
  int64_t words = 0;
  int64_t busy = 0; ///< cycles of its ports, all together
};

struct Timing {
  int64_t cycles = 0;
  int64_t instructions = 0;
  /// How the number came about, for the conditions of a measurement: "graph,
  /// exact".
  std::string method;
  std::vector<UnitUse> units;      ///< as ObjectDiagram::units
  std::vector<MemoryUse> memories; ///< as ObjectDiagram::storages
};

} // namespace pr::arch

#endif // PR_ARCH_TIMING_H
