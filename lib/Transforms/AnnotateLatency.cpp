// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Describe, estimate, write down, add up, report. Each of these is a file of
// its own; this one is their order.
#include "AnnotatedKeys.h"
#include "Report.h"

#include "pr/Analysis/TargetSpec.h"
#include "pr/Dialect/PR/PRDialect.h"
#include "pr/ExternalModels/ExternalModels.h"
#include "pr/Transforms/Passes.h"

#include "mlir/IR/BuiltinOps.h"
#include "mlir/Interfaces/FunctionInterfaces.h"
#include "llvm/Support/FormatVariadic.h"

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

namespace {
/// Writes attributes of one name: one as it is, several as an array; none
/// removes it. Most operations carry nothing else, and layers repeat: what such
/// an operation carries is built once for each attribute.
class AttributeWriter {
public:
  explicit AttributeWriter(StringAttr name) : name(name) {}

  void write(Operation *op, llvm::ArrayRef<Attribute> attrs) {
    bool isBare = op->getRawDictionaryAttrs().empty();
    if (attrs.empty()) {
      if (!isBare && op->getDiscardableAttr(name))
        op->removeDiscardableAttr(name);
      return;
    }
    Attribute value = attrs.size() == 1
                          ? attrs.front()
                          : ArrayAttr::get(name.getContext(), attrs);
    if (!isBare)
      return op->setDiscardableAttr(name, value);
    DictionaryAttr &alone = dictionaries[value];
    if (!alone)
      alone = DictionaryAttr::getWithSorted(name.getContext(),
                                            NamedAttribute(name, value));
    op->setDiscardableAttrs(alone);
  }

private:
  StringAttr name;
  llvm::DenseMap<Attribute, DictionaryAttr> dictionaries;
};
} // namespace

static void annotateOps(Operation *function, StringAttr name,
                        llvm::ArrayRef<ModelEstimates> estimates,
                        bool annotateAll) {
  size_t count = estimates.front().functions.find(function)->second.size();
  SmallVector<const OpEstimate *> columns;
  for (const ModelEstimates &one : estimates)
    columns.push_back(one.functions.find(function)->second.data());
  AttributeWriter writer(name);
  SmallVector<Attribute> attrs;
  for (size_t i = 0; i < count; ++i) {
    attrs.clear();
    for (auto [one, ops] : llvm::zip_equal(estimates, columns))
      if (annotateAll || ops[i].status != ::pr::EstimateStatus::Folded)
        attrs.push_back(one.estimator->attribute(ops[i]));
    writer.write(columns.front()[i].op, attrs);
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
  AttributeWriter(dialect.getTotalAttrHelper().getName())
      .write(function, totals);
  AttributeWriter(dialect.getAnnotatedKeysAttrHelper().getName())
      .write(function, keys);
}

static void annotateModule(Operation *module, PRDialect &dialect,
                           llvm::ArrayRef<ModelEstimates> estimates) {
  SmallVector<Attribute> totals;
  for (const ModelEstimates &one : estimates)
    totals.push_back(
        one.totals->ofRoot().attribute(*one.estimator, module->getContext()));
  AttributeWriter(dialect.getTotalAttrHelper().getName()).write(module, totals);
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
    if (assumeExtent < 0 || byExtent < 0)
      return emitError(UnknownLoc::get(context))
             << getArgument() << ": 'assume-extent' and 'by-extent' are "
             << assumeExtent.getValue() << " and " << byExtent.getValue()
             << ", expected 0 (off) or more";
    // Without the option the models are those of the IR, which is not here yet.
    if (models.empty())
      return success();
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
    std::optional<LatencyAnalysis> own;
    const LatencyAnalysis *analysis = analyse(root, own);
    if (!analysis)
      return signalPassFailure();
    llvm::ArrayRef<ModelEstimates> estimates = analysis->models();
    annotate(root, estimates);
    // What is written down changes nothing of what was asked.
    markAnalysesPreserved<LatencyAnalysis>();
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

  /// Whether this run asks nothing but what the analysis of every pass knows.
  bool asksAsUsual() const {
    return models.empty() && targets.empty() && confidence == 90 &&
           !asQuantized && assumeExtent == 0 && byExtent == 0;
  }

  /// The analysis of the pass manager or one of its own, made in `own`; null,
  /// after an error, where there are no models.
  const LatencyAnalysis *analyse(Operation *root,
                                 std::optional<LatencyAnalysis> &own) {
    auto fail = [&] {
      return mlir::emitError(root->getLoc()) << getArgument() << ": ";
    };
    if (asksAsUsual()) {
      const auto &shared = getAnalysis<LatencyAnalysis>();
      if (shared.error().empty())
        return &shared;
      fail() << shared.error();
      return nullptr;
    }
    if (models.empty()) {
      auto resolved = resolveModels(root, {models, targets, confidence}, fail);
      if (failed(resolved))
        return nullptr;
      loadedModels = std::move(*resolved);
    }
    own.emplace(root, loadedModels,
                EstimateOptions{asQuantized, assumeExtent, byExtent});
    return &*own;
  }

  void annotate(Operation *root, llvm::ArrayRef<ModelEstimates> estimates) {
    auto &dialect = *getContext().getLoadedDialect<PRDialect>();
    for (const auto &[function, ops] : estimates.front().functions)
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
