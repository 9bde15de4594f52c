// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Prints what LatencyAnalysis answers for every op of a function and for every
// region of its control flow:
//
//   cached: no
//   func.func: 130000 ps [130000, 130000], 10 of 10
//   scf.for: 130000 ps [130000, 130000], 10 of 10
//     region 0: 13000 ps [13000, 13000], 1 of 1
//   linalg.matmul: 13000 ps [13000, 13000], 1 of 1
#include "pr/Analysis/LatencyAnalysis.h"
#include "pr/Interfaces/LayerOpInterface.h"

#include "mlir/Interfaces/FunctionInterfaces.h"
#include "mlir/Pass/Pass.h"
#include "llvm/Support/raw_ostream.h"

using namespace mlir;
using mlir::pr::Latency;
using mlir::pr::LatencyAnalysis;

namespace {
struct TestPrintLatency : PassWrapper<TestPrintLatency, OperationPass<>> {
  MLIR_DEFINE_EXPLICIT_INTERNAL_INLINE_TYPE_ID(TestPrintLatency)

  TestPrintLatency() = default;
  TestPrintLatency(const TestPrintLatency &other) : PassWrapper(other) {}

  StringRef getArgument() const final { return "test-pr-print-latency"; }
  StringRef getDescription() const final {
    return "Print what the latency analysis answers";
  }
  void getDependentDialects(DialectRegistry &registry) const override {
    LatencyAnalysis::getDependentDialects(registry);
  }
  void runOnOperation() override;

  Option<std::string> target{*this, "target", llvm::cl::desc("Which target")};
  Option<int64_t> extent{*this, "extent", llvm::cl::init(0),
                         llvm::cl::desc("Ask at this extent")};
};
} // namespace

static void print(const ::pr::Expected<Latency> &answer) {
  if (!answer) {
    llvm::outs() << answer.error().message << '\n';
    return;
  }
  auto amount = [](StringRef unit, std::optional<int64_t> value,
                   std::optional<int64_t> lower, std::optional<int64_t> upper) {
    if (value)
      llvm::outs() << *value << ' ' << unit << " [" << *lower << ", " << *upper
                   << "], ";
  };
  amount("ps", answer->timePs, answer->lowerPs, answer->upperPs);
  if (!answer->timePs)
    amount("cycles", answer->cycles, answer->lowerCycles, answer->upperCycles);
  llvm::outs() << answer->coveredOps << " of " << answer->ops << '\n';
}

void TestPrintLatency::runOnOperation() {
  llvm::outs() << "cached: "
               << (getCachedAnalysis<LatencyAnalysis>() ? "yes" : "no") << '\n';
  const auto &analysis = getAnalysis<LatencyAnalysis>();
  getOperation()->walk<WalkOrder::PreOrder>([&](Operation *op) {
    llvm::outs() << op->getName() << ": ";
    print(extent > 0 && op != getOperation()
              ? analysis.latencyAt(op, extent, target)
              : analysis.latency(op, target));
    if (isa<mlir::pr::LayerOpInterface>(op))
      return WalkResult::skip();
    for (Region &region : op->getRegions()) {
      if (isa<FunctionOpInterface, ModuleOp>(op))
        continue;
      llvm::outs() << "  region " << region.getRegionNumber() << ": ";
      print(analysis.latency(region, target));
    }
    return WalkResult::advance();
  });
  markAllAnalysesPreserved();
}

namespace mlir::pr::test {
void registerTestPrintLatency() { PassRegistration<TestPrintLatency>(); }
} // namespace mlir::pr::test
