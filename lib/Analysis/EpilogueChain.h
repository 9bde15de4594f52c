// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The chain of single uses behind a layer, as far as a target's free epilogue
// goes.
#ifndef PR_LIB_ANALYSIS_EPILOGUECHAIN_H
#define PR_LIB_ANALYSIS_EPILOGUECHAIN_H

#include "ElementSteps.h"

namespace mlir {
namespace pr {

/// One op of the chain.
struct FusedOp {
  OpDescription *description;
  llvm::SmallVector<ElementStep> steps; ///< empty: pooling
  ::pr::Epilogue before;                ///< the epilogue in front of this op
};

/// Walks from a layer's result to the last op that the target fuses, then folds
/// all of them into the layer.
class EpilogueChain {
public:
  EpilogueChain(Program &program, OpDescription &producer,
                const ::pr::KindSupport &support)
      : program(program), producer(producer), support(support),
        value(producer.op->getResult(0)), channel(producer.roles.resultChannel),
        epilogue(producer.layer.epilogue) {}

  void run() {
    while (advance())
      ;
    dropWidening();
    commit();
  }

private:
  /// One step along the chain; false at its end.
  bool advance();
  bool passView(OpDescription &view);
  bool fuseElementwise(OpDescription &user, OpOperand &use);
  bool fusePool(OpDescription &user, OpOperand &use);
  bool fuseStep(const ElementStep &step, ::pr::Epilogue &next);
  /// Whether the other summand is there when the producer runs.
  bool residualIsReady(Value residual);
  bool mayFuse(::pr::EpilogueOp op) const;
  bool isFree(::pr::EpilogueOp op) const {
    return llvm::is_contained(support.freeEpilogue, op);
  }
  bool append(::pr::Epilogue &list, ::pr::EpilogueOp op) const;
  void dropWidening();
  void commit();
  /// What the rule for an op of the chain is called, without "-into-".
  StringRef ruleOf(unsigned index) const;

  Program &program;
  OpDescription &producer;
  const ::pr::KindSupport &support;
  Value value;
  int channel; ///< the dimension of `value` with the output channels
  bool pooled = false;
  bool transposed = false; ///< behind a transpose that is work of its own
  ::pr::Epilogue epilogue;
  llvm::SmallVector<FusedOp> fused;
  /// Ops that bring other summands to the type of the sum.
  llvm::SmallVector<OpDescription *> rescaledResiduals;
};

inline bool isAffine(::pr::EpilogueOp op) {
  return op == ::pr::EpilogueOp::Bias || op == ::pr::EpilogueOp::Scale;
}

} // namespace pr
} // namespace mlir

#endif // PR_LIB_ANALYSIS_EPILOGUECHAIN_H
