// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A pass that asks how long operations take: it remarks the slowest operation
// of each function, loops counted as often as they run.
//
//   mlir-opt network.mlir --load-dialect-plugin=PRPlugin.so -o attached.mlir \
//     --pass-pipeline='builtin.module(pr-attach-targets{model=ultratrail.prm})'
//   mlir-opt attached.mlir --load-pass-plugin=LatencyPass.so \
//     --pass-pipeline='builtin.module(func.func(find-slowest))'
//
// It holds the analysis itself. PRPlugin.so holds another copy: a process takes
// one of them.
#include "pr/Analysis/LatencyAnalysis.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Pass/Pass.h"
#include "mlir/Tools/Plugins/PassPlugin.h"

using namespace mlir;
using mlir::pr::LatencyAnalysis;

namespace {
struct FindSlowest : PassWrapper<FindSlowest, OperationPass<func::FuncOp>> {
  MLIR_DEFINE_EXPLICIT_INTERNAL_INLINE_TYPE_ID(FindSlowest)

  StringRef getArgument() const final { return "find-slowest"; }
  StringRef getDescription() const final {
    return "Remark the slowest operation of each function";
  }
  void getDependentDialects(DialectRegistry &registry) const override {
    LatencyAnalysis::getDependentDialects(registry);
  }

  void runOnOperation() override {
    const auto &analysis = getAnalysis<LatencyAnalysis>();
    if (!analysis.error().empty()) {
      getOperation().emitError() << analysis.error();
      return signalPassFailure();
    }
    Operation *slowest = nullptr;
    int64_t longest = 0;
    for (Operation &op : getOperation().getOps()) {
      auto answer = analysis.latency(&op);
      if (answer && answer->timePs && *answer->timePs > longest) {
        slowest = &op;
        longest = *answer->timePs;
      }
    }
    if (slowest)
      slowest->emitRemark() << "the slowest of '" << getOperation().getName()
                            << "': " << longest << " ps";
    // Nothing was changed: whoever asks next gets the same analysis.
    markAllAnalysesPreserved();
  }
};
} // namespace

extern "C" LLVM_ATTRIBUTE_WEAK PassPluginLibraryInfo mlirGetPassPluginInfo() {
  return {MLIR_PLUGIN_API_VERSION, "LatencyPass", "0.1",
          [] { PassRegistration<FindSlowest>(); }};
}
