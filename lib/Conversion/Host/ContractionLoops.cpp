// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "ContractionLoops.h"

#include "mlir/Dialect/Arith/IR/Arith.h"

using namespace mlir;
using namespace mlir::pr;

bool mlir::pr::endsWithLoops(const LoopNest &nest, unsigned operand,
                             Value buffer, ArrayRef<unsigned> loops) {
  auto type = cast<MemRefType>(buffer.getType());
  ArrayRef<AffineExpr> results = nest.maps[operand].getResults();
  if (!type.getLayout().isIdentity() || results.size() < loops.size())
    return false;
  size_t first = results.size() - loops.size();
  for (auto [i, loop] : llvm::enumerate(loops)) {
    auto dim = dyn_cast<AffineDimExpr>(results[first + i]);
    if (!dim || dim.getPosition() != loop ||
        type.getDimSize(first + i) != nest.extents[loop])
      return false;
  }
  return true;
}

/// sum += left * right, nothing else.
static bool isSumOfProducts(linalg::LinalgOp op) {
  Block &body = *op.getBlock();
  auto yielded = body.getTerminator()->getOperand(0);
  auto sum = yielded.getDefiningOp<arith::AddFOp>();
  if (!sum || body.getNumArguments() != 3 ||
      sum.getLhs() != body.getArgument(2))
    return false;
  auto product = sum.getRhs().getDefiningOp<arith::MulFOp>();
  return product && product.getLhs() == body.getArgument(0) &&
         product.getRhs() == body.getArgument(1);
}

/// The reduction loops in the order in which the scalar side holds them.
static void sortSteps(const LoopNest &nest, ContractionLoops &loops) {
  ArrayRef<AffineExpr> results = nest.maps[loops.scalarSide].getResults();
  for (AffineExpr expr : results)
    for (unsigned step : nest.reductions)
      if (expr.isFunctionOfDim(step) && !llvm::is_contained(loops.steps, step))
        loops.steps.push_back(step);
}

/// Whether the loop and the lanes within it are one row of the output.
static bool isLine(const LoopNest &nest, const ContractionLoops &loops,
                   unsigned loop) {
  return nest.access(loops.vectorSide, loops.lane).isRow() &&
         endsWithLoops(nest, nest.numInputs(), nest.output(),
                       {loop, loops.lane});
}

std::optional<ContractionLoops>
mlir::pr::findContractionLoops(const LoopNest &nest) {
  auto lane = nest.contiguousLoop();
  if (!lane || nest.numInputs() != 2 || !isSumOfProducts(nest.op))
    return std::nullopt;
  auto has = [&](unsigned input, unsigned loop) {
    return nest.access(input, loop).kind != Access::Absent;
  };
  ContractionLoops loops;
  loops.lane = *lane;
  loops.vectorSide = has(1, *lane) ? 1 : 0;
  loops.scalarSide = 1 - loops.vectorSide;
  if (has(loops.scalarSide, *lane) || !has(loops.vectorSide, *lane))
    return std::nullopt;
  SmallVector<unsigned> rows, columns;
  for (unsigned loop : nest.parallel) {
    if (loop == *lane)
      continue;
    bool scalar = has(loops.scalarSide, loop);
    bool vector = has(loops.vectorSide, loop);
    (scalar && vector ? loops.batch : scalar ? rows : columns).push_back(loop);
  }
  if (rows.empty())
    return std::nullopt;
  loops.row = rows.pop_back_val();
  loops.outerRows = rows;
  if (!columns.empty() && isLine(nest, loops, columns.back()))
    loops.line = columns.pop_back_val();
  loops.outerColumns = columns;
  sortSteps(nest, loops);
  if (loops.steps.size() != nest.reductions.size())
    return std::nullopt;
  return loops;
}
