// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Whether the evaluators agree about a layer, and what was hard about it.
#ifndef PR_UNITTESTS_ARCH_AGREEMENT_H
#define PR_UNITTESTS_ARCH_AGREEMENT_H

#include "pr/Arch/DependencyGraph.h"

#include <string>

namespace pr::arch::test {

struct Agreement {
  enum Outcome {
    Agrees,
    Approximate, ///< the graph says that it is not exact
    TooLong,     ///< more instructions than are to be compared
    Refused,     ///< by both
    Differs,
  };
  Outcome outcome = Differs;
  std::string difference; ///< of Differs
  int64_t cycles = 0, graphCycles = 0, instructions = 0;
  GraphTiming::Status status = GraphTiming::Status::Exact;
  int64_t period = 0, evaluations = 0;
  double simulatorSeconds = 0; ///< of this process, for the reference
  /// More room, or more ports, would make the layer faster.
  bool backPressure = false, portConflict = false;
};

/// Simulates the layer, evaluates it by the graph with and without continuing
/// loops, and compares cycles and the use of every unit and memory.
/// `maxInstructions` bounds the time this takes.
Agreement compareEvaluators(const ObjectDiagram &diagram,
                            const Program &program,
                            const std::vector<int64_t> &inputs,
                            int64_t maxInstructions);

/// Whether more than one instruction may leave a fetch stage in a cycle.
bool issuesSeveral(const ObjectDiagram &diagram);

/// How many pairs of an architecture and a layer had what.
struct Shares {
  int64_t pairs = 0; ///< compared: not those too long or refused
  int64_t exact = 0, approximate = 0, continued = 0, backPressure = 0,
          multiIssue = 0, portConflict = 0, longPeriod = 0, ragged = 0,
          instructions = 0, differences = 0, tooLong = 0, refused = 0;
  double simulatorSeconds = 0;
  double distance = 0; ///< of approximate ones: sum of |graph / simulator - 1|

  void add(const Agreement &agreement, bool several, bool isRagged);
};

} // namespace pr::arch::test

#endif // PR_UNITTESTS_ARCH_AGREEMENT_H
