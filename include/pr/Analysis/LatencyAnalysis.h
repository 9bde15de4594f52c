// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// How long the operations, regions and functions of some IR take: what a pass
// asks. In a pass that runs on a module or on functions:
//
//   void getDependentDialects(DialectRegistry &registry) const override {
//     mlir::pr::LatencyAnalysis::getDependentDialects(registry);
//   }
//   ...
//   auto &latency = getAnalysis<mlir::pr::LatencyAnalysis>();
//   auto answer = latency.latency(op, "ultratrail");
//   if (!answer)
//     return op->emitRemark() << answer.error().message;
//   use(answer->timePs);
//
// The analysis manager keeps it until a pass changes the IR without
// markAnalysesPreserved<LatencyAnalysis>(). It takes the models from the target
// system spec in scope (TargetSpec.h); a pass with models of its own makes one
// by hand. Asking is thread-safe.
#ifndef PR_ANALYSIS_LATENCYANALYSIS_H
#define PR_ANALYSIS_LATENCYANALYSIS_H

#include "pr/Analysis/FunctionEstimates.h"
#include "pr/Analysis/Totals.h"
#include "pr/Support/Expected.h"

#include <deque>
#include <memory>
#include <mutex>

namespace mlir {
class DialectRegistry;
class Region;
namespace pr {

/// A latency on one target: of one operation, or summed up. Picoseconds are
/// absent where the target has no clock, cycles where it counts none.
struct Latency {
  std::optional<int64_t> timePs, lowerPs, upperPs;
  std::optional<int64_t> cycles, lowerCycles, upperCycles;
  /// Operations that take time, each as often as it runs, and those of them
  /// that have a number: the others are not in the sum.
  int64_t ops = 0, coveredOps = 0;

  bool isComplete() const { return ops == coveredOps; }
};

/// All that one model says about a module or a function.
struct ModelEstimates {
  FunctionEstimator *estimator = nullptr;
  llvm::MapVector<Operation *, FunctionEstimates> functions;
  std::unique_ptr<CallTotals> totals;

  const Model &model() const { return estimator->model(); }
};

class LatencyAnalysis {
public:
  /// For getDependentDialects() of a pass that asks: what the answers are made
  /// of, and LayerOpInterface for the operations of upstream dialects.
  static void getDependentDialects(DialectRegistry &registry);

  /// Of a module or a function, with the models in scope. What is wrong with
  /// them is the answer to every question.
  explicit LatencyAnalysis(Operation *root);
  LatencyAnalysis(Operation *root, llvm::ArrayRef<Model> models,
                  const EstimateOptions &options = {});

  /// Why there are no models; empty where there are.
  const std::string &error() const { return failure; }
  llvm::ArrayRef<ModelEstimates> models() const { return estimates; }
  Operation *root() const { return top; }

  /// An operation with what it runs: a loop's body as often as it runs, the
  /// slowest branch of a choice, the function behind a call; a function; the
  /// root. `target` may be left out where there is one model.
  /// Errors: Unsupported where there is no number, with the reason;
  /// InvalidInput for an operation that is not below the root or lies in the
  /// body of a structured one, and for a target without model.
  ::pr::Expected<Latency> latency(Operation *op, StringRef target = "") const;
  /// Everything in a region, once.
  ::pr::Expected<Latency> latency(Region &region, StringRef target = "") const;
  /// An operation of its own: status, layer, representative, reason. Null where
  /// it is not listed or the target has no model.
  const OpEstimate *estimate(Operation *op, StringRef target = "") const;
  /// An operation whose unknown extents are all `extent` (at least 1); one
  /// without any as it is.
  ::pr::Expected<Latency> latencyAt(Operation *op, int64_t extent,
                                    StringRef target = "") const;

private:
  void estimateAll(llvm::ArrayRef<Model> models);
  const ModelEstimates *find(StringRef target) const;
  ::pr::Error noModel(StringRef target) const;
  /// The estimates of an operation's function from it on; empty if not listed.
  llvm::ArrayRef<OpEstimate> from(const ModelEstimates &model,
                                  Operation *op) const;
  void makeIndex() const;

  Operation *top;
  EstimateOptions options;
  std::string failure;
  std::deque<FunctionEstimator> estimators;
  SmallVector<ModelEstimates> estimates;
  /// Function and place of each operation, made for the first question.
  mutable std::once_flag indexed;
  mutable llvm::DenseMap<Operation *, std::pair<Operation *, unsigned>> index;
  /// Sums take turns: following calls uses a table of symbols.
  mutable std::mutex summing;
};

/// The functions with a body at or below `root`, in program order.
SmallVector<Operation *> findFunctions(Operation *root);

} // namespace pr
} // namespace mlir

#endif // PR_ANALYSIS_LATENCYANALYSIS_H
