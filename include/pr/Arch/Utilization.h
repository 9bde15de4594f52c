// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Where the cycles of a layer went: how busy every unit and memory was, what
// its instructions waited for, and which of them set the pace.
#ifndef PR_ARCH_UTILIZATION_H
#define PR_ARCH_UTILIZATION_H

#include "pr/Arch/ObjectDiagram.h"
#include "pr/Arch/Timing.h"

#include <string>

namespace pr::arch {

/// A unit or a memory.
struct Utilization {
  std::string name;
  bool isMemory = false;
  int64_t members = 1; ///< of its array; ports of a memory count as such
  double busy = 0;     ///< share of the time of all members
  UnitUse unit;
  MemoryUse memory;
};

/// Of all that was used, in the order of the description: units, then memories.
std::vector<Utilization> findUtilization(const ObjectDiagram &diagram,
                                         const Timing &timing);

/// The busiest; nullptr where nothing was used.
const Utilization *findBottleneck(const std::vector<Utilization> &all);

/// Some lines for people, without the layer.
std::string printUtilization(const ObjectDiagram &diagram,
                             const Timing &timing);
/// A JSON object: {"cycles", "instructions", "method", "bottleneck", "units",
/// "memories"}.
std::string utilizationToJson(const ObjectDiagram &diagram,
                              const Timing &timing);

} // namespace pr::arch

#endif // PR_ARCH_UTILIZATION_H
