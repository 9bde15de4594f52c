// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// How long the instructions of a mapping take on the objects of an
// architecture. There are several evaluators, and they share no timing code, so
// that each is a test of the others.
#ifndef PR_ARCH_EVALUATOR_H
#define PR_ARCH_EVALUATOR_H

#include "pr/Arch/ObjectDiagram.h"
#include "pr/Arch/Program.h"

#include <memory>

namespace pr::arch {

struct Evaluation {
  int64_t cycles = 0;
  int64_t instructions = 0;
};

class Evaluator {
public:
  virtual ~Evaluator() = default;
  /// For the conditions of a measurement.
  virtual const char *name() const = 0;
  /// `inputs` are the program's. Errors: kind Unsupported where this evaluator
  /// does not model what the program needs.
  virtual Expected<Evaluation> evaluate(const Program &program,
                                        const std::vector<int64_t> &inputs) = 0;
};

/// For machines that take a whole layer as one instruction: the latencies of
/// the stages on its way and of its operation, added up. Refuses a second
/// instruction, and accesses to memories, because then more than a sum decides.
/// The diagram must outlive the evaluator.
std::unique_ptr<Evaluator>
makeSingleInstructionEvaluator(const ObjectDiagram &diagram);

} // namespace pr::arch

#endif // PR_ARCH_EVALUATOR_H
