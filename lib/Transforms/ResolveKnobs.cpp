// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The choice that a script leaves open is among its knobs' options, not among
// the candidates of a target: it is made for all operations that the script
// tiles with the same knobs.
#include "pr/Dialect/PR/PRDialect.h"
#include "pr/ExternalModels/ExternalModels.h"
#include "pr/Transforms/Passes.h"
#include "pr/Transforms/TileChoice.h"

#include "mlir/Dialect/Linalg/TransformOps/LinalgTransformOps.h"
#include "mlir/Dialect/Transform/IR/TransformDialect.h"
#include "mlir/Dialect/Transform/TuneExtension/TuneExtensionOps.h"
#include "mlir/IR/BuiltinOps.h"

namespace mlir {
namespace pr {
#define GEN_PASS_DEF_RESOLVEKNOBS
#include "pr/Transforms/Passes.h.inc"
} // namespace pr
} // namespace mlir

using namespace mlir;
using namespace mlir::pr;
using transform::tune::KnobOp;

namespace {
/// One operation of the script that tiles, and what its sizes hang on.
struct TilingSite {
  transform::TileUsingForOp tiling;
  /// For each loop a size, or a knob.
  SmallVector<OpFoldResult> sizes;
  SmallVector<KnobOp> open; ///< each once, in order
  SmallVector<Operation *> payload;
};

/// Sizes for the open knobs of a site, as a number with one digit per knob.
class Combinations {
public:
  explicit Combinations(ArrayRef<KnobOp> knobs) : place(knobs.size(), 0) {
    for (KnobOp knob : knobs)
      options.push_back(cast<ArrayAttr>(knob.getOptions()));
  }
  uint64_t count() const {
    uint64_t product = 1;
    for (ArrayAttr list : options)
      product = std::min<uint64_t>(product * list.size(), UINT32_MAX);
    return product;
  }
  Attribute of(size_t knob) const { return options[knob][place[knob]]; }
  bool next() {
    for (size_t i = place.size(); i-- > 0; place[i] = 0)
      if (++place[i] < options[i].size())
        return true;
    return false;
  }

private:
  SmallVector<ArrayAttr> options;
  SmallVector<size_t> place;
};
} // namespace

static bool hasIntegerOptions(KnobOp knob) {
  auto options = dyn_cast<ArrayAttr>(knob.getOptions());
  return options && !options.empty() &&
         llvm::all_of(options, llvm::IsaPred<IntegerAttr>);
}

/// The operations of `root` outside of its scripts that `match` names.
static SmallVector<Operation *> payloadOf(Value handle, Operation *root) {
  SmallVector<Operation *> payload;
  auto match = handle.getDefiningOp<transform::MatchOp>();
  if (!match || !match.getOps())
    return payload;
  root->walk<WalkOrder::PreOrder>([&](Operation *op) {
    if (isa<transform::TransformOpInterface, transform::NamedSequenceOp>(op))
      return WalkResult::skip();
    if (llvm::is_contained(match.getOps()->getAsValueRange<StringAttr>(),
                           op->getName().getStringRef()))
      payload.push_back(op);
    return WalkResult::advance();
  });
  return payload;
}

/// Nullopt where nothing is open, or a size comes from elsewhere.
static std::optional<TilingSite> findSite(transform::TileUsingForOp tiling,
                                          Operation *root) {
  TilingSite site{tiling, tiling.getMixedSizes(), {}, {}};
  for (OpFoldResult size : site.sizes) {
    auto value = dyn_cast<Value>(size);
    if (!value)
      continue;
    auto knob = value.getDefiningOp<KnobOp>();
    if (!knob || (!knob.getSelectedAttr() && !hasIntegerOptions(knob)))
      return std::nullopt;
    if (!knob.getSelectedAttr() && !llvm::is_contained(site.open, knob))
      site.open.push_back(knob);
  }
  site.payload = payloadOf(tiling.getTarget(), root);
  if (site.open.empty() || site.payload.empty())
    return std::nullopt;
  return site;
}

/// The sizes of a site with one combination of options in place.
static std::optional<SmallVector<int64_t>>
sizesOf(const TilingSite &site, const Combinations &combination) {
  SmallVector<int64_t> sizes;
  for (OpFoldResult size : site.sizes) {
    Attribute attr = dyn_cast<Attribute>(size);
    if (!attr) {
      auto knob = cast<Value>(size).getDefiningOp<KnobOp>();
      attr = knob.getSelectedAttr();
      for (auto [i, open] : llvm::enumerate(site.open))
        if (open == knob)
          attr = combination.of(i);
    }
    auto value = dyn_cast<IntegerAttr>(attr);
    if (!value || value.getInt() < 0)
      return std::nullopt;
    sizes.push_back(value.getInt());
  }
  return sizes;
}

namespace {
struct ResolveKnobs : public mlir::pr::impl::ResolveKnobsBase<ResolveKnobs> {
  using ResolveKnobsBase::ResolveKnobsBase;

  void getDependentDialects(DialectRegistry &registry) const override {
    ResolveKnobsBase::getDependentDialects(registry);
    registerExternalModels(registry);
  }

  LogicalResult initialize(MLIRContext *context) override {
    auto made =
        makeTileChooser({models, targets, architecture, evaluateBest}, [&] {
          return mlir::emitError(UnknownLoc::get(context))
                 << getArgument() << ": ";
        });
    if (failed(made))
      return failure();
    chooser = std::move(*made);
    return success();
  }

  void runOnOperation() override {
    SmallVector<transform::TileUsingForOp> tilings;
    getOperation()->walk(
        [&](transform::TileUsingForOp op) { tilings.push_back(op); });
    for (transform::TileUsingForOp tiling : tilings)
      if (auto site = findSite(tiling, getOperation()))
        if (failed(resolve(*site)))
          return signalPassFailure();
  }

private:
  /// One combination of options, the sizes it makes, and how long they take.
  struct Choice {
    SmallVector<Attribute> selected;
    SmallVector<int64_t> sizes;
    int64_t total = 0;
  };

  /// The sum over the payload; nullopt where an operation has no number.
  template <typename LatencyFn>
  std::optional<int64_t> sumOver(const TilingSite &site,
                                 LatencyFn &&latencyOf) {
    int64_t total = 0;
    for (Operation *op : site.payload) {
      ::pr::Expected<int64_t> latency = latencyOf(op);
      if (!latency) {
        whyNot = latency.error().message;
        return std::nullopt;
      }
      total += *latency;
    }
    return total;
  }

  /// Those that the model can predict, the fastest first.
  std::vector<Choice> predictAll(const TilingSite &site) {
    std::vector<Choice> choices;
    Combinations combination(site.open);
    do {
      auto sizes = sizesOf(site, combination);
      if (!sizes)
        continue;
      auto total = sumOver(
          site, [&](Operation *op) { return chooser->predict(op, *sizes); });
      if (!total)
        continue;
      Choice &one = choices.emplace_back();
      for (size_t i = 0; i < site.open.size(); ++i)
        one.selected.push_back(combination.of(i));
      one.sizes = std::move(*sizes);
      one.total = *total;
    } while (combination.next());
    sortByTotal(choices);
    return choices;
  }

  /// Those of the first that the evaluator knows, the fastest first.
  std::vector<Choice> evaluateFirst(const TilingSite &site,
                                    llvm::ArrayRef<Choice> predicted) {
    std::vector<Choice> choices;
    for (const Choice &one :
         predicted.take_front(chooser->options().evaluateBest)) {
      auto total = sumOver(site, [&](Operation *op) {
        return chooser->evaluate(op, one.sizes);
      });
      if (!total)
        continue;
      choices.push_back(one);
      choices.back().total = *total;
    }
    sortByTotal(choices);
    return choices;
  }

  static void sortByTotal(std::vector<Choice> &choices) {
    llvm::stable_sort(choices, [](const Choice &a, const Choice &b) {
      return a.total < b.total;
    });
  }

  LogicalResult resolve(TilingSite &site) {
    uint64_t count = Combinations(site.open).count();
    if (count > uint64_t(maxCandidates))
      return site.tiling->emitError()
             << "its knobs have " << count
             << " combinations, more than 'max-candidates', "
             << int64_t(maxCandidates);
    std::vector<Choice> choices = predictAll(site);
    if (chooser->options().evaluator)
      choices = evaluateFirst(site, choices);
    if (choices.empty())
      return site.tiling->emitError()
             << "no options of its knobs have an estimate: " << whyNot;
    for (auto [knob, value] :
         llvm::zip_equal(site.open, choices.front().selected))
      knob.setSelectedAttr(value);
    return success();
  }

  std::shared_ptr<TileChooser> chooser;
  std::string whyNot;
};
} // namespace
