// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "pr/Conversion/Passes.h"

#include "mlir/IR/PatternMatch.h"

namespace mlir {
namespace pr {
#define GEN_PASS_DEF_DECOMPOSEAGGREGATES
#include "pr/Conversion/Passes.h.inc"
} // namespace pr
} // namespace mlir

using namespace mlir;

namespace {
struct DecomposeAggregates
    : public mlir::pr::impl::DecomposeAggregatesBase<DecomposeAggregates> {
  using DecomposeAggregatesBase::DecomposeAggregatesBase;

  void runOnOperation() override {
    SmallVector<linalg::AggregatedOpInterface> aggregates;
    getOperation().walk(
        [&](linalg::AggregatedOpInterface op) { aggregates.push_back(op); });
    IRRewriter rewriter(&getContext());
    for (linalg::AggregatedOpInterface op : aggregates) {
      rewriter.setInsertionPoint(op);
      FailureOr<SmallVector<Value>> parts = op.decomposeOperation(rewriter);
      if (failed(parts)) {
        op->emitOpError("has no decomposition");
        return signalPassFailure();
      }
      rewriter.replaceOp(op, *parts);
    }
  }
};
} // namespace
