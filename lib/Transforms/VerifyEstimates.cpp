// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Annotations are discardable: passes drop them with their operation, copy them
// onto other operations, or leave new operations without. This pass tells.
#include "AnnotatedKeys.h"

#include "pr/Dialect/PR/PRDialect.h"
#include "pr/ExternalModels/ExternalModels.h"
#include "pr/Support/Hash.h"
#include "pr/Transforms/Passes.h"

#include "mlir/IR/BuiltinOps.h"
#include "mlir/Interfaces/FunctionInterfaces.h"
#include "llvm/ADT/StringMap.h"

namespace mlir {
namespace pr {
#define GEN_PASS_DEF_VERIFYESTIMATES
#include "pr/Transforms/Passes.h.inc"
} // namespace pr
} // namespace mlir

using namespace mlir;
using namespace mlir::pr;

/// The elements of an attribute that is one `AttrT` or an array of them.
template <typename AttrT>
static SmallVector<AttrT> elements(Attribute attr) {
  SmallVector<AttrT> result;
  if (auto one = dyn_cast_if_present<AttrT>(attr))
    result.push_back(one);
  if (auto array = dyn_cast_if_present<ArrayAttr>(attr))
    llvm::append_range(result, array.getAsRange<AttrT>());
  return result;
}

namespace {
/// Compares one function with what it was annotated for, for one target.
class FunctionVerifier {
public:
  FunctionVerifier(Operation *function, AnnotatedKeysAttr keys,
                   PRDialect &dialect)
      : function(function), keys(keys), dialect(dialect) {}

  LogicalResult verify() {
    ::pr::TargetInfo target = rememberedTarget(keys);
    LayerAnalysis analysis(
        function, {&target, keys.getAsQuantized(), keys.getAssumedExtent()});
    for (const OpDescription &description : analysis.ops())
      verifyOp(description);
    verifyCounts();
    return success(clean);
  }

private:
  LatencyAttr find(Operation *op) const {
    Attribute attr =
        op->getDiscardableAttr(dialect.getLatencyAttrHelper().getName());
    for (LatencyAttr one : elements<LatencyAttr>(attr))
      if (one.getTarget() == keys.getTarget())
        return one;
    return {};
  }

  InFlightDiagnostic fail(Operation *op) {
    clean = false;
    return std::move(op->emitError()
                     << "target '" << keys.getTarget() << "': ");
  }
  /// Without printing the whole function.
  InFlightDiagnostic failFunction() {
    clean = false;
    return std::move(emitError(function->getLoc())
                     << "target '" << keys.getTarget() << "': ");
  }

  void verifyOp(const OpDescription &description);
  void verifyLayer(const OpDescription &description, LatencyAttr attr);
  void verifyCounts();

  Operation *function;
  AnnotatedKeysAttr keys;
  PRDialect &dialect;
  llvm::StringMap<int64_t> found;
  bool clean = true;
};
} // namespace

void FunctionVerifier::verifyOp(const OpDescription &description) {
  LatencyAttr attr = find(description.op);
  if (attr && !attr.getKey().empty())
    ++found[attr.getKey()];
  if (description.isLayer())
    return verifyLayer(description, attr);
  if (!attr && description.isFolded())
    return;
  if (!attr) {
    fail(description.op) << "fresh operation without an estimate, which is "
                            "unsupported: "
                         << description.why;
    return;
  }
  EstimateStatus status = description.isFolded() ? EstimateStatus::Folded
                                                 : EstimateStatus::Unsupported;
  if (attr.getStatus() == status && attr.getReason() == description.why)
    return;
  fail(description.op) << "stale estimate: it is '"
                       << stringifyEstimateStatus(attr.getStatus())
                       << "', but the operation is '"
                       << stringifyEstimateStatus(status)
                       << "': " << description.why;
}

void FunctionVerifier::verifyLayer(const OpDescription &description,
                                   LatencyAttr attr) {
  std::string layer = ::pr::printLayer(description.layer);
  if (!attr) {
    fail(description.op) << "fresh operation without an estimate: " << layer;
    return;
  }
  std::string key = ::pr::toHex(::pr::stableHash(layer));
  if (attr.getKey() == key)
    return;
  InFlightDiagnostic diag = fail(description.op);
  diag << "stale estimate: it is for the layer with key '" << attr.getKey()
       << "', but the operation has key '" << key << "'";
  diag.attachNote() << "the operation is now: " << layer;
}

/// What was annotated must still be there, each as often as it was.
void FunctionVerifier::verifyCounts() {
  for (NamedAttribute entry : keys.getKeys()) {
    StringRef key = entry.getName();
    int64_t expected = cast<IntegerAttr>(entry.getValue()).getInt();
    int64_t present = found.lookup(key);
    found.erase(key);
    if (present < expected)
      failFunction() << "lost estimates: " << expected << " operations had one "
                     << "with key '" << key << "', " << present << " have";
    if (present > expected)
      failFunction() << "copied estimates: " << expected << " operations had "
                     << "one with key '" << key << "', " << present << " have";
  }
  for (const auto &entry : found)
    failFunction() << "foreign estimates: " << entry.second << " operations "
                   << "have one with key '" << entry.first()
                   << "', which the function was not annotated with";
}

namespace {
struct VerifyEstimates
    : public mlir::pr::impl::VerifyEstimatesBase<VerifyEstimates> {
  using VerifyEstimatesBase::VerifyEstimatesBase;

  void getDependentDialects(DialectRegistry &registry) const override {
    VerifyEstimatesBase::getDependentDialects(registry);
    registerExternalModels(registry);
  }

  void runOnOperation() override {
    auto &dialect = *getContext().getLoadedDialect<PRDialect>();
    SmallVector<Operation *> functions;
    getOperation()->walk<WalkOrder::PreOrder>([&](FunctionOpInterface op) {
      if (!op.isExternal())
        functions.push_back(op);
      return WalkResult::skip();
    });
    auto keysOf = [&](Operation *function) {
      return elements<AnnotatedKeysAttr>(function->getDiscardableAttr(
          dialect.getAnnotatedKeysAttrHelper().getName()));
    };
    bool anyAnnotated = llvm::any_of(functions, [&](Operation *function) {
      return !keysOf(function).empty();
    });
    bool clean = true;
    for (Operation *function : functions) {
      SmallVector<AnnotatedKeysAttr> keys = keysOf(function);
      if (keys.empty())
        clean &= succeeded(verifyBare(function, dialect, anyAnnotated));
      for (AnnotatedKeysAttr one : keys)
        clean &= succeeded(FunctionVerifier(function, one, dialect).verify());
    }
    if (!clean)
      signalPassFailure();
    markAllAnalysesPreserved();
  }

private:
  /// A function that was never annotated must hold no estimates, and must be in
  /// the same state as the others.
  LogicalResult verifyBare(Operation *function, PRDialect &dialect,
                           bool anyAnnotated) {
    if (anyAnnotated)
      return emitError(function->getLoc())
             << "fresh function: it has no 'pr.annotated_keys', but others of "
                "the module have";
    StringAttr name = dialect.getLatencyAttrHelper().getName();
    WalkResult result = function->walk([&](Operation *op) {
      if (!op->hasAttr(name))
        return WalkResult::advance();
      op->emitError() << "estimate in a function without 'pr.annotated_keys'";
      return WalkResult::interrupt();
    });
    return failure(result.wasInterrupted());
  }
};
} // namespace
