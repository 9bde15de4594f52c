// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Matrix products, named or generic, through linalg's own inference; what they
// share with convolutions.
#include "Body.h"
#include "Draft.h"
#include "Linalg.h"

#include "mlir/Dialect/Linalg/IR/LinalgInterfaces.h"

using namespace mlir;
using namespace mlir::pr;
using ::pr::Checked;
using ::pr::LayerKind;
using ::pr::Layout;

int mlir::pr::loopOfResult(AffineMap map, unsigned result) {
  auto dim = dyn_cast<AffineDimExpr>(map.getResult(result));
  return dim ? static_cast<int>(dim.getPosition()) : -1;
}

int mlir::pr::resultOfLoop(AffineMap map, unsigned loop) {
  for (unsigned i = 0; i < map.getNumResults(); ++i)
    if (loopOfResult(map, i) == static_cast<int>(loop))
      return i;
  return -1;
}

Checked mlir::pr::extentOf(ArrayRef<unsigned> loops,
                           ArrayRef<int64_t> extents) {
  Checked result = 1;
  for (unsigned loop : loops)
    result = result * Checked(extents[loop]);
  return result;
}

BlockArgument mlir::pr::accumulatorOf(const Structured &op) {
  return op.getRegionOutputArgs().front();
}

LayerRoles mlir::pr::factorRoles(const Structured &op) {
  LayerRoles roles;
  roles.input = 0;
  roles.weights = 1;
  roles.init = op.getDpsInitOperand(0)->getOperandNumber();
  // The quantized forms: zero points of input and weights.
  if (op.getNumDpsInputs() == 4 && op.isScalar(op.getDpsInputOperand(2)))
    roles.inputZeroPoint = 2;
  return roles;
}

void mlir::pr::addFactorTypes(Draft &draft, const Structured &op) {
  draft.operand(op->getOperand(0).getType());
  draft.operand(op->getOperand(1).getType());
  draft.result(op.getDpsInits()[0].getType());
}

//===----------------------------------------------------------------------===//
// Matrix products
//===----------------------------------------------------------------------===//

static Layout matmulLayout(const linalg::ContractionDimensions &dims,
                           ArrayRef<AffineMap> maps) {
  if (dims.m.size() > 1 || dims.n.size() > 1 || dims.k.size() != 1)
    return Layout::Any;
  auto position = [&](unsigned operand, ArrayRef<unsigned> loops) {
    return loops.empty() ? -1 : resultOfLoop(maps[operand], loops[0]);
  };
  // A vector lies like the matrix it is a row (left) or column (right) of.
  bool leftTransposed =
      !dims.m.empty() && position(0, dims.k) < position(0, dims.m);
  bool rightTransposed =
      !dims.n.empty() && position(1, dims.n) < position(1, dims.k);
  if (leftTransposed)
    return rightTransposed ? Layout::TT : Layout::TN;
  return rightTransposed ? Layout::NT : Layout::NN;
}

std::optional<LayerDescription>
mlir::pr::describeContraction(const Structured &op) {
  if (op.getNumDpsInputs() < 2 || op.getNumDpsInits() != 1)
    return std::nullopt;
  ArrayRef<AffineMap> maps = op.getIndexingMapsArray();
  if (!llvm::all_of(maps,
                    [](AffineMap map) { return map.isProjectedPermutation(); }))
    return std::nullopt;
  // Of the quantized forms only the factors: their zero points are scalars.
  auto dims = linalg::inferContractionDims({maps[0], maps[1], maps.back()});
  if (failed(dims) || !isMultiplyAccumulate(*op.getBlock(), accumulatorOf(op)))
    return std::nullopt;

  ArrayRef<int64_t> extents = op.getExtents();
  namespace mm = ::pr::dim::matmul;
  Draft draft(LayerKind::MatMul);
  draft.set(mm::b, extentOf(dims->batch, extents))
      .set(mm::m, extentOf(dims->m, extents))
      .set(mm::n, extentOf(dims->n, extents))
      .set(mm::k, extentOf(dims->k, extents))
      .layout(matmulLayout(*dims, maps));
  addFactorTypes(draft, op);
  LayerRoles roles = factorRoles(op);
  if (dims->n.size() == 1)
    roles.resultChannel = resultOfLoop(
        op.getMatchingIndexingMap(op.getDpsInitOperand(0)), dims->n[0]);
  return draft.finish(roles);
}
