// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Describe, estimate, write down, add up, report. Each of these is a file of
// its own; this one is their order.
#include "AnnotatedKeys.h"
#include "Models.h"
#include "Report.h"

#include "pr/Dialect/PR/PRDialect.h"
#include "pr/ExternalModels/ExternalModels.h"
#include "pr/Transforms/Passes.h"

#include "mlir/IR/BuiltinOps.h"
#include "mlir/Interfaces/FunctionInterfaces.h"
#include "llvm/Support/FormatVariadic.h"

#include <deque>

namespace mlir {
namespace pr {
#define GEN_PASS_DEF_ANNOTATELATENCY
#include "pr/Transforms/Passes.h.inc"
} // namespace pr
} // namespace mlir

using namespace mlir;
using namespace mlir::pr;

//===----------------------------------------------------------------------===//
// Attributes
//===----------------------------------------------------------------------===//

/// One attribute as it is, several as an array, none removes it.
static void setOrRemove(Operation *op, StringAttr name,
                        llvm::ArrayRef<Attribute> attrs) {
  if (attrs.empty()) {
    op->removeDiscardableAttr(name);
    return;
  }
  op->setDiscardableAttr(name, attrs.size() == 1
                                   ? attrs.front()
                                   : ArrayAttr::get(op->getContext(), attrs));
}

static void annotateOps(Operation *function, StringAttr name,
                        llvm::ArrayRef<ModelEstimates> estimates,
                        bool annotateAll) {
  size_t count = estimates.front().functions.find(function)->second.size();
  SmallVector<const OpEstimate *> columns;
  for (const ModelEstimates &one : estimates)
    columns.push_back(one.functions.find(function)->second.data());
  SmallVector<Attribute> attrs;
  for (size_t i = 0; i < count; ++i) {
    attrs.clear();
    for (auto [one, ops] : llvm::zip_equal(estimates, columns))
      if (annotateAll || ops[i].status != ::pr::EstimateStatus::Folded)
        attrs.push_back(one.estimator->attribute(ops[i]));
    setOrRemove(columns.front()[i].op, name, attrs);
  }
}

static void annotateFunction(Operation *function, PRDialect &dialect,
                             llvm::ArrayRef<ModelEstimates> estimates,
                             bool annotateAll) {
  annotateOps(function, dialect.getLatencyAttrHelper().getName(), estimates,
              annotateAll);
  SmallVector<Attribute> totals, keys;
  MLIRContext *context = function->getContext();
  for (const ModelEstimates &one : estimates) {
    totals.push_back(
        one.totals->of(function).attribute(*one.estimator, context));
    keys.push_back(annotatedKeys(
        *one.estimator, one.functions.find(function)->second, context));
  }
  setOrRemove(function, dialect.getTotalAttrHelper().getName(), totals);
  setOrRemove(function, dialect.getAnnotatedKeysAttrHelper().getName(), keys);
}

static void annotateModule(Operation *module, PRDialect &dialect,
                           llvm::ArrayRef<ModelEstimates> estimates) {
  SmallVector<Attribute> totals;
  for (const ModelEstimates &one : estimates)
    totals.push_back(
        one.totals->ofRoot().attribute(*one.estimator, module->getContext()));
  setOrRemove(module, dialect.getTotalAttrHelper().getName(), totals);
}

//===----------------------------------------------------------------------===//
// Coverage
//===----------------------------------------------------------------------===//

/// Says what the total does not hold, with the most frequent reasons. (Not
/// through the operation: that would print the whole module.)
static void reportGaps(InFlightDiagnostic &&diag, const Model &model,
                       const Totals &totals) {
  constexpr size_t kReasons = 3;
  diag << "target '" << model.target() << "': " << totals.ops - totals.covered
       << " of " << totals.ops << " operations have no estimate";
  if (std::optional<double> time = totals.coverageByTime())
    diag << llvm::formatv(", about {0:f1} % of the time", 100 * (1 - *time))
                .str();
  SmallVector<std::pair<StringAttr, Gap>> gaps(totals.gaps.begin(),
                                               totals.gaps.end());
  llvm::stable_sort(gaps, [](const auto &a, const auto &b) {
    return a.second.ops > b.second.ops;
  });
  for (const auto &[reason, gap] : llvm::ArrayRef(gaps).take_front(kReasons))
    diag.attachNote(gap.first->getLoc())
        << gap.ops << (gap.ops == 1 ? " operation: " : " operations: ")
        << reason.strref();
  if (gaps.size() > kReasons)
    diag.attachNote() << gaps.size() - kReasons << " more reasons";
}

//===----------------------------------------------------------------------===//
// The pass
//===----------------------------------------------------------------------===//

/// The functions with a body at or below `root`, in program order.
static SmallVector<Operation *> findFunctions(Operation *root) {
  SmallVector<Operation *> functions;
  root->walk<WalkOrder::PreOrder>([&](FunctionOpInterface function) {
    if (!function.isExternal())
      functions.push_back(function);
    return WalkResult::skip();
  });
  return functions;
}

namespace {
struct AnnotateLatency
    : public mlir::pr::impl::AnnotateLatencyBase<AnnotateLatency> {
  using AnnotateLatencyBase::AnnotateLatencyBase;

  void getDependentDialects(DialectRegistry &registry) const override {
    AnnotateLatencyBase::getDependentDialects(registry);
    // A pass plugin cannot reach the registry in any other way.
    registerExternalModels(registry);
  }

  LogicalResult initialize(MLIRContext *context) override {
    auto loaded = loadModels(models, targets, confidence, [&] {
      return mlir::emitError(UnknownLoc::get(context)) << getArgument() << ": ";
    });
    if (failed(loaded))
      return failure();
    loadedModels = std::move(*loaded);
    return success();
  }

  void runOnOperation() override {
    Operation *root = getOperation();
    if (failed(checkRoot(root)))
      return signalPassFailure();
    SmallVector<Operation *> functions = findFunctions(root);
    std::deque<FunctionEstimator> estimators;
    SmallVector<ModelEstimates> estimates;
    for (const Model &model : loadedModels) {
      estimators.emplace_back(model, asQuantized, &getContext());
      estimates.push_back(estimate(estimators.back(), root, functions));
    }
    annotate(root, functions, estimates);
    bool complete = checkCoverage(root, estimates);
    for (const ModelEstimates &one : estimates)
      emitRemarks(one);
    if (failed(writeJson(root, estimates)) || (strict && !complete))
      signalPassFailure();
  }

private:
  LogicalResult checkRoot(Operation *root) {
    if (isa<FunctionOpInterface>(root) && !report.empty())
      return emitError(root->getLoc())
             << "option 'report' needs the pass to run on the "
                "module, but it runs on each function";
    if (isa<FunctionOpInterface, ModuleOp>(root))
      return success();
    return emitError(root->getLoc())
           << "'" << getArgument()
           << "' runs on a module or a function, not on '"
           << root->getName().getStringRef() << "'";
  }

  ModelEstimates estimate(FunctionEstimator &estimator, Operation *root,
                          llvm::ArrayRef<Operation *> functions) {
    ModelEstimates result{&estimator, {}, nullptr};
    for (Operation *function : functions)
      result.functions.insert({function, estimator.estimate(function)});
    result.totals = std::make_unique<CallTotals>(
        root, result.functions, estimator.model().estimator.target());
    return result;
  }

  void annotate(Operation *root, llvm::ArrayRef<Operation *> functions,
                llvm::ArrayRef<ModelEstimates> estimates) {
    auto &dialect = *getContext().getLoadedDialect<PRDialect>();
    for (Operation *function : functions)
      annotateFunction(function, dialect, estimates, annotateAll);
    if (isa<ModuleOp>(root))
      annotateModule(root, dialect, estimates);
  }

  /// Whether every operation has an estimate; says so where not.
  bool checkCoverage(Operation *root,
                     llvm::ArrayRef<ModelEstimates> estimates) {
    bool complete = true;
    for (const ModelEstimates &one : estimates) {
      const Totals &totals = one.totals->ofRoot();
      if (totals.covered == totals.ops)
        continue;
      complete = false;
      reportGaps(strict ? emitError(root->getLoc())
                        : emitWarning(root->getLoc()),
                 one.model(), totals);
    }
    return complete;
  }

  LogicalResult writeJson(Operation *root,
                          llvm::ArrayRef<ModelEstimates> estimates) {
    if (report.empty())
      return success();
    auto written = writeReport(report, printReport(root, estimates));
    if (!written)
      return emitError(root->getLoc()) << written.error().message;
    return success();
  }

  SmallVector<Model> loadedModels;
};
} // namespace
