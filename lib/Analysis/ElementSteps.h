// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What an element-wise op does to one of its operands, in the words of
// epilogues: "adds a vector per channel, then clamps". One op is one step in
// tosa, a body of several in linalg.
#ifndef PR_LIB_ANALYSIS_ELEMENTSTEPS_H
#define PR_LIB_ANALYSIS_ELEMENTSTEPS_H

#include "Program.h"

namespace mlir {
namespace pr {

struct ElementStep {
  ::pr::EpilogueOp op;
  /// Beside the element it reads one number per channel or a whole tensor;
  /// null where it needs a scalar at most.
  Value side = nullptr;
};

/// How a result's elements are read from an operand.
enum class SideKind {
  Scalar,  ///< one number, known before the inference
  Channel, ///< one number per channel, known before the inference
  Full,    ///< another number for every element
  Other,
};
/// `channel`: the dimension of the result with the channels, -1 if not known.
SideKind classifySide(Program &program, OpOperand &operand, int channel);

/// The steps that lead from operand `main` to the result; nullopt where no list
/// of steps says it. `channel` as for classifySide.
std::optional<llvm::SmallVector<ElementStep>>
stepsFrom(Program &program, OpOperand &main, int channel);

} // namespace pr
} // namespace mlir

#endif // PR_LIB_ANALYSIS_ELEMENTSTEPS_H
