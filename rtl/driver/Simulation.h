// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// One layer on the simulated hardware: run, compare with the reference, count
// cycles.
#ifndef SYSTOLIC_SIMULATION_H
#define SYSTOLIC_SIMULATION_H

#include "Memory.h"
#include "Problem.h"

namespace systolic {

struct SimulationOptions {
  MemoryOptions memory;
  uint64_t maxCycles = 2'000'000'000;
  int64_t maxBytes = int64_t(1) << 30;
};

struct Outcome {
  std::string error; ///< empty when the result was right
  uint64_t cycles = 0;
  uint64_t checkedElements = 0;
  double seconds = 0; ///< of simulation
};

Outcome simulate(const Hardware &hardware, const Problem &problem,
                 uint64_t dataSeed, const SimulationOptions &options);

} // namespace systolic

#endif // SYSTOLIC_SIMULATION_H
