// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "pr/TransformOps/PRTransformOps.h"

#include "pr/Dialect/PR/PRDialect.h"
#include "pr/ExternalModels/ExternalModels.h"
#include "pr/Transforms/TileChoice.h"

#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Interfaces/TilingInterface.h"

#define GET_OP_CLASSES
#include "pr/TransformOps/PRTransformOps.cpp.inc"

using namespace mlir;
using namespace mlir::pr;

/// The extent of a loop where a tile takes all of it.
static SmallVector<int64_t> explicitSizes(Operation *op, TileSizesAttr tiles) {
  SmallVector<int64_t> sizes(tiles.getSizes().asArrayRef());
  SmallVector<int64_t> extents =
      cast<linalg::LinalgOp>(op).getStaticLoopRanges();
  for (auto [size, extent] : llvm::zip_equal(sizes, extents))
    if (size == 0)
      size = extent;
  return sizes;
}

DiagnosedSilenceableFailure
ChooseTilesOp::apply(transform::TransformRewriter &,
                     transform::TransformResults &results,
                     transform::TransformState &state) {
  std::string model = getModel().str();
  auto chooser = makeTileChooser({model,
                                  {},
                                  getArchitecture().value_or("").str(),
                                  int64_t(getEvaluateBest()),
                                  int64_t(getMaxCandidates()),
                                  getAsQuantized()},
                                 [&] { return emitError(); });
  if (failed(chooser))
    return DiagnosedSilenceableFailure::definiteFailure();
  SmallVector<SmallVector<Attribute>> params(getSizes().size());
  Builder builder(getContext());
  for (Operation *op : state.getPayloadOps(getTarget())) {
    TileChoice choice = (*chooser)->choose(op);
    if (!choice.sizes) {
      auto diag = emitSilenceableError()
                  << "an operation gets no tile sizes: " << choice.whyNot;
      diag.attachNote(op->getLoc()) << "the operation";
      return diag;
    }
    SmallVector<int64_t> sizes = explicitSizes(op, choice.sizes);
    if (sizes.size() != params.size()) {
      auto diag = emitSilenceableError() << "has " << params.size()
                                         << " results, but an operation has "
                                         << sizes.size() << " loops";
      diag.attachNote(op->getLoc()) << "the operation";
      return diag;
    }
    for (auto [column, size] : llvm::zip_equal(params, sizes))
      column.push_back(builder.getI64IntegerAttr(size));
  }
  for (auto [result, column] : llvm::zip_equal(getSizes(), params))
    results.setParams(cast<OpResult>(result), column);
  return DiagnosedSilenceableFailure::success();
}

void ChooseTilesOp::getEffects(
    SmallVectorImpl<MemoryEffects::EffectInstance> &effects) {
  transform::onlyReadsHandle(getTargetMutable(), effects);
  transform::producesHandle((*this)->getOpResults(), effects);
  transform::onlyReadsPayload(effects);
}

namespace {
class PRTransformExtension
    : public transform::TransformDialectExtension<PRTransformExtension> {
public:
  MLIR_DEFINE_EXPLICIT_INTERNAL_INLINE_TYPE_ID(PRTransformExtension)
  using Base::Base;

  void init() {
    declareDependentDialect<linalg::LinalgDialect>();
    // Choices are attributes of it.
    declareGeneratedDialect<PRDialect>();
    registerTransformOps<ChooseTilesOp>();
  }
};
} // namespace

void mlir::pr::registerTransformExtension(DialectRegistry &registry) {
  registry.addExtensions<PRTransformExtension>();
}
