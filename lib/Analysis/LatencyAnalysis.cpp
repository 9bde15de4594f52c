// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "pr/Analysis/LatencyAnalysis.h"

#include "pr/Analysis/TargetSpec.h"
#include "pr/Dialect/PR/PRDialect.h"
#include "pr/ExternalModels/ExternalModels.h"

#include "mlir/Dialect/DLTI/DLTI.h"
#include "mlir/Interfaces/FunctionInterfaces.h"

using namespace mlir;
using namespace mlir::pr;
using ::pr::ErrorKind;
using ::pr::Expected;

//===----------------------------------------------------------------------===//
// Construction
//===----------------------------------------------------------------------===//

SmallVector<Operation *> mlir::pr::findFunctions(Operation *root) {
  SmallVector<Operation *> functions;
  root->walk<WalkOrder::PreOrder>([&](FunctionOpInterface function) {
    if (!function.isExternal())
      functions.push_back(function);
    return WalkResult::skip();
  });
  return functions;
}

void LatencyAnalysis::getDependentDialects(DialectRegistry &registry) {
  registry.insert<DLTIDialect, PRDialect>();
  registerExternalModels(registry);
}

/// The models in scope; none, and what is wrong in `failure`.
static SmallVector<Model> modelsInScope(Operation *root, std::string &failure) {
  if (!root->getContext()->getLoadedDialect<PRDialect>()) {
    failure = "dialect 'pr' is not loaded, expected the pass to call "
              "LatencyAnalysis::getDependentDialects in its own";
    return {};
  }
  // An analysis answers; it does not report.
  ScopedDiagnosticHandler handler(root->getContext(), [&](Diagnostic &diag) {
    if (failure.empty())
      failure = diag.str();
    return success();
  });
  auto models =
      resolveModels(root, {}, [&] { return mlir::emitError(root->getLoc()); });
  return succeeded(models) ? std::move(*models) : SmallVector<Model>();
}

LatencyAnalysis::LatencyAnalysis(Operation *root) : top(root) {
  estimateAll(modelsInScope(root, failure));
}

LatencyAnalysis::LatencyAnalysis(Operation *root, llvm::ArrayRef<Model> models,
                                 const EstimateOptions &options)
    : top(root), options(options) {
  estimateAll(models);
}

void LatencyAnalysis::estimateAll(llvm::ArrayRef<Model> models) {
  SmallVector<Operation *> functions = findFunctions(top);
  for (const Model &model : models) {
    FunctionEstimator &estimator =
        estimators.emplace_back(model, options, top->getContext());
    ModelEstimates &one = estimates.emplace_back();
    one.estimator = &estimator;
    for (Operation *function : functions)
      one.functions.insert({function, estimator.estimate(function)});
  }
  // Totals refer to what does not move any more.
  for (ModelEstimates &one : estimates)
    one.totals = std::make_unique<CallTotals>(top, one.functions,
                                              one.model().estimator.target());
}

//===----------------------------------------------------------------------===//
// Finding
//===----------------------------------------------------------------------===//

const ModelEstimates *LatencyAnalysis::find(StringRef target) const {
  if (target.empty())
    return estimates.size() == 1 ? &estimates.front() : nullptr;
  for (const ModelEstimates &one : estimates)
    if (one.model().target() == target)
      return &one;
  return nullptr;
}

::pr::Error LatencyAnalysis::noModel(StringRef target) const {
  if (!failure.empty())
    return ::pr::invalidInput(failure);
  if (!target.empty())
    return ::pr::invalidInput("no model is for target '" + target.str() + "'");
  return ::pr::invalidInput(estimates.empty()
                                ? "no model is in scope"
                                : "there are models for " +
                                      std::to_string(estimates.size()) +
                                      " targets, expected the name of one");
}

void LatencyAnalysis::makeIndex() const {
  for (const auto &[function, ops] : estimates.front().functions)
    for (auto [place, one] : llvm::enumerate(ops))
      index[one.op] = {function, unsigned(place)};
}

llvm::ArrayRef<OpEstimate> LatencyAnalysis::from(const ModelEstimates &model,
                                                 Operation *op) const {
  std::call_once(indexed, [&] { makeIndex(); });
  auto found = index.find(op);
  if (found == index.end())
    return {};
  auto [function, place] = found->second;
  return llvm::ArrayRef(model.functions.find(function)->second)
      .drop_front(place);
}

//===----------------------------------------------------------------------===//
// Answering
//===----------------------------------------------------------------------===//

/// The sum as an answer, or the reason why nothing of it is known.
static Expected<Latency> answer(const Totals &totals) {
  if (totals.covered == 0 && totals.ops > 0)
    return ::pr::makeError(ErrorKind::Unsupported,
                           totals.gaps.front().first.str());
  Latency result;
  if (totals.ps.known) {
    result.timePs = totals.ps.value;
    result.lowerPs = totals.ps.lower;
    result.upperPs = totals.ps.upper;
  }
  if (totals.cycles.known) {
    result.cycles = totals.cycles.value;
    result.lowerCycles = totals.cycles.lower;
    result.upperCycles = totals.cycles.upper;
  }
  result.ops = totals.ops;
  result.coveredOps = totals.covered;
  return result;
}

static ::pr::Error notListed(Operation *op) {
  return ::pr::invalidInput(
      "'" + op->getName().getStringRef().str() +
      "' is not estimated: it lies outside of the analysed functions or in the "
      "body of a structured operation");
}

Expected<Latency> LatencyAnalysis::latency(Operation *op,
                                           StringRef target) const {
  const ModelEstimates *model = find(target);
  if (!model)
    return noModel(target);
  if (op == top && !model->functions.count(op))
    return answer(model->totals->ofRoot());
  if (model->functions.count(op))
    return answer(model->totals->of(op));
  llvm::ArrayRef<OpEstimate> estimates = from(*model, op);
  if (estimates.empty())
    return notListed(op);
  std::lock_guard<std::mutex> lock(summing);
  return answer(model->totals->ofOp(op, estimates));
}

Expected<Latency> LatencyAnalysis::latency(Region &region,
                                           StringRef target) const {
  const ModelEstimates *model = find(target);
  if (!model)
    return noModel(target);
  auto first = region.op_begin();
  if (first == region.op_end())
    return answer(Totals::none(model->model().estimator.target()));
  llvm::ArrayRef<OpEstimate> estimates = from(*model, &*first);
  if (estimates.empty())
    return notListed(&*first);
  std::lock_guard<std::mutex> lock(summing);
  return answer(model->totals->ofRegion(region, estimates));
}

const OpEstimate *LatencyAnalysis::estimate(Operation *op,
                                            StringRef target) const {
  const ModelEstimates *model = find(target);
  llvm::ArrayRef<OpEstimate> estimates =
      model ? from(*model, op) : llvm::ArrayRef<OpEstimate>();
  return estimates.empty() ? nullptr : &estimates.front();
}

Expected<Latency> LatencyAnalysis::latencyAt(Operation *op, int64_t extent,
                                             StringRef target) const {
  const ModelEstimates *model = find(target);
  if (!model)
    return noModel(target);
  if (extent < 1)
    return ::pr::invalidInput("the extent is " + std::to_string(extent) +
                              ", expected at least 1");
  std::call_once(indexed, [&] { makeIndex(); });
  auto found = index.find(op);
  if (found == index.end())
    return notListed(op);
  EstimateOptions assumed = options;
  assumed.assumedExtent = extent;
  FunctionEstimator estimator(model->model(), assumed, op->getContext());
  Totals sum = Totals::none(model->model().estimator.target());
  sum.add(estimator.estimate(found->second.first)[found->second.second], 1);
  return answer(sum);
}
