// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Steps that a description shows: divisions of a layer's dimension that round
// are candidates, and become steps where the latency follows them.
#ifndef PR_LIB_TARGET_WHITEBOX_H
#define PR_LIB_TARGET_WHITEBOX_H

#include "pr/Arch/MappingProgram.h"
#include "pr/Arch/ObjectDiagram.h"
#include "pr/Lattice/TargetInfo.h"

#include <functional>
#include <memory>

namespace pr {

/// The plateaus (offset + (i-1) width, offset + i width] of a dimension, as one
/// rounding division has them.
struct StepCandidate {
  unsigned dim = 0;
  int64_t width = 1, offset = 0;
  std::string origin; ///< what divides, and where

  bool operator==(const StepCandidate &other) const {
    return dim == other.dim && width == other.width && offset == other.offset;
  }
};

/// From the mapping, and from the latencies of the operations it issues.
std::vector<StepCandidate> findCandidates(const arch::ObjectDiagram &diagram,
                                          const arch::MappingProgram &mapping);

/// The candidates that the latency follows: evaluated at both ends of plateaus
/// and behind them, around a number of legal layers.
std::vector<Step>
confirmSteps(const std::vector<StepCandidate> &candidates,
             const TargetInfo &info, const KindSupport &support,
             const std::function<Expected<int64_t>(const Layer &)> &cycles);

/// How long each unit is busy with a layer, as far as the mapping alone tells.
/// Null where that is too long a story for a query.
std::shared_ptr<const UnitWork>
compileUnitWork(const arch::ObjectDiagram &diagram,
                const arch::MappingProgram &mapping);

} // namespace pr

#endif // PR_LIB_TARGET_WHITEBOX_H
