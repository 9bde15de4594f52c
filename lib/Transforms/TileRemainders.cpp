// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Tiling, peeling and padding are upstream's; what is here puts them together.
#include "TileRemainders.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Linalg/Transforms/Transforms.h"
#include "mlir/Dialect/SCF/Transforms/TileUsingInterface.h"
#include "mlir/Dialect/SCF/Transforms/Transforms.h"

using namespace mlir;
using namespace mlir::pr;

/// The loops whose last tile is smaller, with the sizes of the others; 0 for
/// the loops where all tiles are alike.
static SmallVector<int64_t> raggedSizes(TilingInterface op,
                                        ArrayRef<int64_t> sizes) {
  SmallVector<int64_t> ragged(op.getLoopIteratorTypes().size(), 0);
  auto structured = dyn_cast<linalg::LinalgOp>(op.getOperation());
  SmallVector<int64_t> extents =
      structured ? structured.getStaticLoopRanges() : SmallVector<int64_t>();
  for (auto [loop, size] : llvm::enumerate(sizes)) {
    int64_t extent = extents.empty() ? ShapedType::kDynamic : extents[loop];
    bool isCut = size > 0 && (ShapedType::isDynamic(extent) || size < extent);
    if (isCut && (ShapedType::isDynamic(extent) || extent % size != 0))
      ragged[loop] = size;
  }
  return ragged;
}

//===----------------------------------------------------------------------===//
// Peeling
//===----------------------------------------------------------------------===//

/// From the innermost loop outwards, so that what is peeled off a loop holds
/// the peeled loops inside of it.
static void peel(RewriterBase &rewriter, ArrayRef<LoopLikeOpInterface> loops) {
  for (LoopLikeOpInterface loop : llvm::reverse(loops)) {
    scf::ForOp partial;
    if (auto counted = dyn_cast<scf::ForOp>(loop.getOperation()))
      (void)scf::peelForLoopAndSimplifyBounds(rewriter, counted, partial);
  }
}

//===----------------------------------------------------------------------===//
// Padding
//===----------------------------------------------------------------------===//

static bool isProductAndSum(Operation *product, Operation *sum) {
  return (isa<arith::MulFOp>(product) && isa<arith::AddFOp>(sum)) ||
         (isa<arith::MulIOp>(product) && isa<arith::AddIOp>(sum));
}

/// Zeros add nothing to a sum of products; what they do to other operations
/// only matters where results are gathered from them.
static LogicalResult checkPadding(linalg::LinalgOp op,
                                  ArrayRef<int64_t> ragged) {
  if (!op.hasPureTensorSemantics())
    return op->emitError()
           << "cannot be padded: it is on buffers, not on tensors";
  bool gathers = llvm::any_of(
      llvm::zip_equal(op.getIteratorTypesArray(), ragged), [](auto loop) {
        return std::get<0>(loop) == utils::IteratorType::reduction &&
               std::get<1>(loop) > 0;
      });
  if (!gathers ||
      linalg::detail::isContractionBody(*op.getBlock(), isProductAndSum))
    return success();
  return op->emitError() << "cannot be padded: it is no sum of products, and "
                            "the size of a loop that it reduces over does not "
                            "divide the loop's extent";
}

static LogicalResult padTile(RewriterBase &rewriter, Operation *tile,
                             ArrayRef<int64_t> ragged) {
  linalg::PadTilingInterfaceOptions options;
  SmallVector<Attribute> zeros;
  for (Value operand : tile->getOperands())
    zeros.push_back(
        rewriter.getZeroAttr(getElementTypeOrSelf(operand.getType())));
  options.setPaddingValues(zeros)
      .setPaddingSizes(getAsIndexOpFoldResult(tile->getContext(), ragged))
      .setPadToMultipleOf(false);
  rewriter.setInsertionPointAfter(tile);
  auto padded =
      linalg::rewriteAsPaddedOp(rewriter, cast<TilingInterface>(tile), options);
  if (failed(padded))
    return tile->emitError() << "cannot be padded to tiles of full size";
  rewriter.replaceOp(tile, padded->replacements);
  return success();
}

//===----------------------------------------------------------------------===//
// Tiling
//===----------------------------------------------------------------------===//

LogicalResult mlir::pr::tileLoops(RewriterBase &rewriter, TilingInterface op,
                                  DenseI64ArrayAttr sizes,
                                  TileRemainder remainder) {
  SmallVector<int64_t> ragged = raggedSizes(op, sizes.asArrayRef());
  bool pads = remainder == TileRemainder::Pad &&
              llvm::any_of(ragged, [](int64_t size) { return size > 0; });
  auto structured = dyn_cast<linalg::LinalgOp>(op.getOperation());
  if (pads && !structured)
    return op->emitError() << "cannot be padded: it is no linalg operation";
  if (pads && failed(checkPadding(structured, ragged)))
    return failure();
  scf::SCFTilingOptions options;
  options.setTileSizes(
      getAsIndexOpFoldResult(op->getContext(), sizes.asArrayRef()));
  auto result = scf::tileUsingSCF(rewriter, op, options);
  if (failed(result))
    return op->emitError() << "cannot be tiled by " << Attribute(sizes);
  rewriter.replaceOp(op, result->replacements);
  if (remainder == TileRemainder::Peel)
    peel(rewriter, result->loops);
  if (pads)
    for (Operation *tile : result->tiledOps)
      if (failed(padTile(rewriter, tile, ragged)))
        return failure();
  return success();
}
