// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The architectural instruction dependency graph, evaluated as it is built: one
// pass in issue order finds for every instruction when it enters and leaves the
// objects on its path, from the times that earlier ones left behind (forward,
// structural, buffer and data edges). Loops whose boundary state repeats are
// not evaluated to their end but continued exactly.
#ifndef PR_ARCH_DEPENDENCYGRAPH_H
#define PR_ARCH_DEPENDENCYGRAPH_H

#include "pr/Arch/Machine.h"
#include "pr/Arch/Timing.h"

namespace pr::arch {

struct GraphOptions : EvaluationOptions {
  /// Off: every iteration is evaluated, as a test of the rest.
  bool extrapolate = true;
};

struct GraphTiming : Timing {
  enum class Status : uint8_t {
    Exact,       ///< every long loop was continued where it repeated
    Fallback,    ///< one that cannot be seen to repeat was evaluated whole
    Approximate, ///< something depends on time that one pass cannot see
  };
  Status status = Status::Exact;
  int64_t kernelEvaluations = 0; ///< iterations evaluated, of all loops
  int64_t evaluatedInstructions = 0;
  int64_t period = 0;    ///< the longest, in iterations; 0: none was found
  int64_t transient = 0; ///< the longest, in iterations
};

const char *toString(GraphTiming::Status status);

/// `inputs`: the program's. Errors as of simulate().
Expected<GraphTiming> evaluateGraph(const Machine &machine,
                                    const Program &program,
                                    const std::vector<int64_t> &inputs,
                                    const GraphOptions &options = {});

} // namespace pr::arch

#endif // PR_ARCH_DEPENDENCYGRAPH_H
