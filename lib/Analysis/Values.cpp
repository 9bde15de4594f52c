// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Questions about values and how ops read them, for linalg, tosa and tensor ops
// alike.
#include "Program.h"

#include "pr/ExternalModels/Structured.h"

#include "mlir/Dialect/Tosa/IR/TosaOps.h"
#include "mlir/IR/Matchers.h"
#include "mlir/Interfaces/CastInterfaces.h"

using namespace mlir;
using namespace mlir::pr;

static std::optional<double> toNumber(Attribute attribute) {
  if (auto number = dyn_cast<FloatAttr>(attribute))
    return number.getValueAsDouble();
  auto number = dyn_cast<IntegerAttr>(attribute);
  if (!number || number.getValue().getSignificantBits() > 64)
    return std::nullopt;
  return static_cast<double>(number.getValue().getSExtValue());
}

std::optional<double> mlir::pr::constantNumber(Value value) {
  Operation *def = value.getDefiningOp();
  // torch-mlir keeps scalars as f64 and converts them inside of bodies.
  while (def && isa<CastOpInterface>(def) && def->getNumOperands() == 1)
    def = def->getOperand(0).getDefiningOp();
  Attribute attribute;
  if (!def || !matchPattern(def, m_Constant(&attribute)))
    return std::nullopt;
  auto elements = dyn_cast<DenseElementsAttr>(attribute);
  if (!elements)
    return toNumber(attribute);
  if (!elements.isSplat())
    return std::nullopt;
  return toNumber(elements.getSplatValue<Attribute>());
}

OpOperand *mlir::pr::onlyUse(Value value) {
  OpOperand *only = nullptr;
  for (OpOperand &use : value.getUses()) {
    StringRef name = use.getOwner()->getName().getStringRef();
    if (name == "tensor.dim" || name == "tosa.dim")
      continue;
    if (only)
      return nullptr;
    only = &use;
  }
  return only;
}

int mlir::pr::dimAfterReshape(ArrayRef<int64_t> from, int dim,
                              ArrayRef<int64_t> to) {
  if (dim < 0)
    return -1;
  auto innerElements = [](ArrayRef<int64_t> shape, unsigned dim) {
    int64_t count = 1;
    for (int64_t extent : shape.drop_front(dim + 1))
      count *= extent;
    return count;
  };
  int64_t inner = innerElements(from, dim);
  for (unsigned i = 0; i < to.size(); ++i)
    if (to[i] == from[dim] && innerElements(to, i) == inner)
      return i;
  return -1;
}

//===----------------------------------------------------------------------===//
// How operands are read
//===----------------------------------------------------------------------===//

/// Positions of the results of `map` that are loops which `operandMap` runs
/// over.
static std::optional<SmallVector<unsigned>>
sharedResults(AffineMap operandMap, AffineMap map,
              ArrayRef<int64_t> resultShape) {
  SmallVector<unsigned> positions;
  for (AffineExpr expr : operandMap.getResults())
    if (!isa<AffineDimExpr, AffineConstantExpr>(expr))
      return std::nullopt;
  for (auto [position, expr] : llvm::enumerate(map.getResults()))
    if (resultShape[position] != 1 &&
        llvm::is_contained(operandMap.getResults(), expr))
      positions.push_back(position);
  return positions;
}

/// Numpy's rule: dimensions are aligned at the innermost one.
static SmallVector<unsigned> broadcastAlong(ArrayRef<int64_t> shape,
                                            unsigned resultRank) {
  SmallVector<unsigned> positions;
  for (auto [position, extent] : llvm::enumerate(shape))
    if (extent != 1)
      positions.push_back(position + resultRank - shape.size());
  return positions;
}

std::optional<SmallVector<unsigned>> mlir::pr::variesAlong(OpOperand &operand) {
  Operation *op = operand.getOwner();
  auto shaped = dyn_cast<ShapedType>(operand.get().getType());
  if (!shaped)
    return SmallVector<unsigned>();
  if (auto linalgOp = dyn_cast<linalg::LinalgOp>(op)) {
    Structured structured(linalgOp);
    OpOperand *init = structured.getDpsInitOperand(0);
    return sharedResults(structured.getMatchingIndexingMap(&operand),
                         structured.getMatchingIndexingMap(init),
                         cast<ShapedType>(init->get().getType()).getShape());
  }
  auto result = op->getNumResults() == 1
                    ? dyn_cast<ShapedType>(op->getResult(0).getType())
                    : nullptr;
  if (!result || shaped.getRank() > result.getRank())
    return std::nullopt;
  return broadcastAlong(shaped.getShape(), result.getRank());
}

OpOperand *mlir::pr::copiedOperand(Operation *op) {
  auto linalgOp = dyn_cast_or_null<linalg::LinalgOp>(op);
  if (!linalgOp)
    return nullptr;
  Structured structured(linalgOp);
  if (structured.getNumDpsInputs() != 1 || structured.getNumDpsInits() != 1 ||
      structured.getNumReductionLoops() > 0)
    return nullptr;
  Block *body = structured.getBlock();
  bool copies = body->getTerminator()->getOperand(0) == body->getArgument(0);
  return copies ? structured.getDpsInputOperand(0) : nullptr;
}

std::optional<SmallVector<int64_t>> mlir::pr::permutationOf(Operation *op) {
  if (auto transpose = dyn_cast<tosa::TransposeOp>(op))
    return SmallVector<int64_t>(transpose.getPerms());
  // A named op builds its maps anew for each question.
  if (auto transpose = dyn_cast<linalg::TransposeOp>(op))
    return SmallVector<int64_t>(transpose.getPermutation());
  OpOperand *operand = copiedOperand(op);
  if (!operand)
    return std::nullopt;
  Structured structured(cast<linalg::LinalgOp>(op));
  AffineMap source = structured.getMatchingIndexingMap(operand);
  AffineMap result =
      structured.getMatchingIndexingMap(structured.getDpsInitOperand(0));
  if (!source.isPermutation() || !result.isPermutation())
    return std::nullopt;
  SmallVector<int64_t> permutation;
  for (AffineExpr expr : result.getResults())
    permutation.push_back(*source.getResultPosition(expr));
  return permutation;
}
