// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// How long the instructions of a mapping take on the objects of an
// architecture. There are several evaluators, and they share no timing code, so
// that each is a test of the others.
#ifndef PR_ARCH_EVALUATOR_H
#define PR_ARCH_EVALUATOR_H

#include "pr/Arch/ObjectDiagram.h"
#include "pr/Arch/Timing.h"
#include "pr/Support/Expected.h"

#include <memory>

namespace pr::arch {

class Evaluator {
public:
  virtual ~Evaluator() = default;
  /// `inputs` are the program's. Errors: kind Unsupported where this evaluator
  /// does not model what the program needs.
  virtual Expected<Timing> evaluate(const Program &program,
                                    const std::vector<int64_t> &inputs,
                                    const EvaluationOptions &options = {}) = 0;
};

enum class EvaluatorKind : int64_t {
  Automatic, ///< the graph; the simulator, where the graph is approximate
  Graph,
  Simulator,
};

/// For any machine. The diagram must outlive the evaluator. A diagram that
/// cannot be run is an error of evaluate().
std::unique_ptr<Evaluator>
makeEvaluator(const ObjectDiagram &diagram,
              EvaluatorKind kind = EvaluatorKind::Automatic);

} // namespace pr::arch

#endif // PR_ARCH_EVALUATOR_H
