// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Tiling itself is upstream's; what is here keeps attributes true.
#include "TileRemainders.h"

#include "pr/Analysis/TileLoops.h"
#include "pr/Dialect/PR/PRAttributes.h"
#include "pr/Dialect/PR/PRDialect.h"
#include "pr/ExternalModels/ExternalModels.h"
#include "pr/Transforms/Passes.h"

#include "mlir/Dialect/Affine/IR/AffineOps.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/Interfaces/FunctionInterfaces.h"

namespace mlir {
namespace pr {
#define GEN_PASS_DEF_APPLYTILES
#include "pr/Transforms/Passes.h.inc"
} // namespace pr
} // namespace mlir

using namespace mlir;
using namespace mlir::pr;

//===----------------------------------------------------------------------===//
// Attributes
//===----------------------------------------------------------------------===//

/// The elements of an attribute that is one or an array with one per target.
template <typename AttrT>
static SmallVector<AttrT> perTarget(Attribute attr) {
  if (auto one = dyn_cast_or_null<AttrT>(attr))
    return {one};
  SmallVector<AttrT> result;
  if (auto array = dyn_cast_or_null<ArrayAttr>(attr))
    for (auto one : array.getAsRange<AttrT>())
      result.push_back(one);
  return result;
}

/// The keys with one operation less that had `key`.
static AnnotatedKeysAttr without(AnnotatedKeysAttr keys, StringRef key) {
  SmallVector<NamedAttribute> left;
  Builder builder(keys.getContext());
  for (NamedAttribute entry : keys.getKeys()) {
    int64_t count = cast<IntegerAttr>(entry.getValue()).getInt();
    count -= entry.getName() == key;
    if (count > 0)
      left.push_back(builder.getNamedAttr(entry.getName(),
                                          builder.getI64IntegerAttr(count)));
  }
  return AnnotatedKeysAttr::get(
      keys.getContext(), keys.getTarget(), keys.getModel(),
      keys.getAsQuantized(), keys.getAssumedExtent(), keys.getFused(),
      keys.getTypes(), keys.getTiles(), builder.getDictionaryAttr(left));
}

/// Takes an operation that goes out of the function's record.
static void forget(Operation *function, ArrayRef<LatencyAttr> estimates,
                   StringAttr keysName) {
  Attribute record = function->getDiscardableAttr(keysName);
  SmallVector<Attribute> updated;
  for (AnnotatedKeysAttr keys : perTarget<AnnotatedKeysAttr>(record)) {
    for (LatencyAttr estimate : estimates)
      if (estimate.getTarget() == keys.getTarget() &&
          !estimate.getKey().empty())
        keys = without(keys, estimate.getKey());
    updated.push_back(keys);
  }
  if (updated.empty())
    return;
  function->setDiscardableAttr(
      keysName, updated.size() == 1
                    ? updated.front()
                    : ArrayAttr::get(function->getContext(), updated));
}

//===----------------------------------------------------------------------===//
// Checks
//===----------------------------------------------------------------------===//

/// Sizes that name their layer must still be of it: a pass may have copied them
/// onto another operation.
static LogicalResult checkFresh(TilingInterface op, TileSizesAttr tiles) {
  LayerAttr layer = tiles.getLayer();
  auto structured = dyn_cast<linalg::LinalgOp>(op.getOperation());
  if (!layer || !structured)
    return success();
  SmallVector<int64_t> extents = structured.getStaticLoopRanges();
  for (auto [dim, loop] : llvm::enumerate(loopsOfDims(op, layer.getLayer())))
    if (loop >= 0 && extents[loop] != layer.getLayer()[dim])
      return op->emitError()
             << "stale tile sizes: they are for '" << layer.getText()
             << "', but loop " << loop << " has extent " << extents[loop];
  return success();
}

static LogicalResult check(Operation *op, TileSizesAttr tiles) {
  auto tiled = dyn_cast<TilingInterface>(op);
  if (!tiled)
    return op->emitError() << "has 'pr.tile_sizes', but cannot be tiled";
  return checkFresh(tiled, tiles);
}

//===----------------------------------------------------------------------===//
// The pass
//===----------------------------------------------------------------------===//

namespace {
struct ApplyTiles : public mlir::pr::impl::ApplyTilesBase<ApplyTiles> {
  using ApplyTilesBase::ApplyTilesBase;

  void getDependentDialects(DialectRegistry &registry) const override {
    ApplyTilesBase::getDependentDialects(registry);
    registerExternalModels(registry);
  }

  LogicalResult initialize(MLIRContext *context) override {
    auto *dialect = context->getLoadedDialect<PRDialect>();
    sizesName = dialect->getTileSizesAttrHelper().getName();
    latencyName = dialect->getLatencyAttrHelper().getName();
    keysName = dialect->getAnnotatedKeysAttrHelper().getName();
    totalName = dialect->getTotalAttrHelper().getName();
    return success();
  }

  void runOnOperation() override {
    SmallVector<Operation *> chosen;
    getOperation()->walk([&](Operation *op) {
      if (op->hasAttr(sizesName))
        chosen.push_back(op);
    });
    bool changed = false;
    for (Operation *op : chosen) {
      auto tiles = op->getAttrOfType<TileSizesAttr>(sizesName);
      if (failed(check(op, tiles)))
        return signalPassFailure();
      op->removeDiscardableAttr(sizesName);
      if (llvm::all_of(tiles.getSizes().asArrayRef(),
                       [](int64_t size) { return size == 0; }))
        continue;
      if (failed(tile(cast<TilingInterface>(op), tiles)))
        return signalPassFailure();
      changed = true;
    }
    // Totals of callers hold those of the functions that they call.
    if (changed)
      getOperation()->walk([&](Operation *op) {
        if (isa<FunctionOpInterface, ModuleOp>(op))
          op->removeDiscardableAttr(totalName);
      });
  }

private:
  LogicalResult tile(TilingInterface op, TileSizesAttr tiles) {
    SmallVector<LatencyAttr> estimates =
        perTarget<LatencyAttr>(op->getDiscardableAttr(latencyName));
    op->removeDiscardableAttr(latencyName);
    if (Operation *function = op->getParentOfType<FunctionOpInterface>())
      forget(function, estimates, keysName);
    IRRewriter rewriter(op);
    return tileLoops(rewriter, op, tiles.getSizes(), remainder);
  }

  StringAttr sizesName, latencyName, keysName, totalName;
};
} // namespace
