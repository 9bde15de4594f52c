// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "PackedContraction.h"

#include "pr/Support/CheckedMath.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"

using namespace mlir;
using namespace mlir::pr;

/// Fewer rows than this do not repay packing.
static constexpr int64_t kFewestRows = 4;

//===----------------------------------------------------------------------===//
// Operands
//===----------------------------------------------------------------------===//

/// A buffer of the function; it becomes static later.
Value PackedContraction::scratch(ArrayRef<int64_t> shape) {
  OpBuilder::InsertionGuard guard(b);
  auto function = nest.op->getParentOfType<func::FuncOp>();
  b.setInsertionPointToStart(&function.getBody().front());
  return memref::AllocOp::create(b, loc, MemRefType::get(shape, b.getF32Type()),
                                 b.getI64IntegerAttr(64));
}

/// The buffer with its last `dims` dimensions as one.
Value PackedContraction::collapseInner(Value buffer, size_t dims) {
  size_t rank = cast<MemRefType>(buffer.getType()).getRank();
  SmallVector<ReassociationIndices> groups;
  for (size_t dim = 0; dim < rank; ++dim) {
    if (dim <= rank - dims)
      groups.emplace_back();
    groups.back().push_back(dim);
  }
  return memref::CollapseShapeOp::create(b, loc, buffer, groups);
}

/// Where `inner` stands for the last `dims` indices.
SmallVector<Value> PackedContraction::collapsedIndices(unsigned operand,
                                                       size_t dims,
                                                       Value inner) {
  SmallVector<Value> place = indices(operand);
  place.resize(place.size() - dims);
  place.push_back(inner);
  return place;
}

bool PackedContraction::stepsAreOneRow() const {
  return endsWithLoops(nest, loops.scalarSide, nest.input(loops.scalarSide),
                       loops.steps);
}

bool PackedContraction::columnsAreOneRow() const {
  return endsWithLoops(nest, loops.vectorSide, nest.input(loops.vectorSide),
                       {*loops.line, loops.lane});
}

//===----------------------------------------------------------------------===//
// Panels
//===----------------------------------------------------------------------===//

/// Channels: of the steps, the loop that both sides run over as it is. Where
/// the scalars of all steps are one row only its outermost loop can be cut.
static std::optional<unsigned> findBlockLoop(const LoopNest &nest,
                                             const ContractionLoops &loops) {
  for (unsigned step : loops.steps) {
    auto isPlain = [&](AffineMap map) {
      return llvm::any_of(map.getResults(), [&](AffineExpr result) {
        auto dim = dyn_cast<AffineDimExpr>(result);
        return dim && dim.getPosition() == step;
      });
    };
    if (isPlain(nest.maps[0]) && isPlain(nest.maps[1]))
      return step;
  }
  return std::nullopt;
}

void PackedContraction::emit() {
  blockLoop = loops.steps.front();
  blockSize = nest.extents[blockLoop];
  if (auto channels = findBlockLoop(nest, loops);
      channels && schedule.tileSteps > 0) {
    blockLoop = *channels;
    blockSize = std::min(schedule.tileSteps, nest.extents[blockLoop]);
  }
  for (unsigned step : loops.steps)
    numSteps *= step == blockLoop ? blockSize : nest.extents[step];
  numColumns = nest.extents[loops.lane];
  packed = scratch({numSteps, tileColumns()});
  bool isOuter = blockLoop == loops.steps.front() || !isBlocked();
  if (loops.steps.size() > 1 && isOuter && stepsAreOneRow())
    scalars = collapseInner(nest.input(loops.scalarSide), loops.steps.size());
  if (loops.line) {
    numColumns *= nest.extents[*loops.line];
    output = collapseInner(nest.output(), 2);
    if (columnsAreOneRow())
      vectors = collapseInner(nest.input(loops.vectorSide), 2);
  }
  emitNest(loops.batch,
           [&] { emitNest(loops.outerColumns, [&] { emitPanels(); }); });
}

void PackedContraction::emitNest(ArrayRef<unsigned> order,
                                 function_ref<void()> body) {
  if (order.empty())
    return body();
  forLoop(order.front(), 0, nest.extents[order.front()], 1,
          [&] { emitNest(order.drop_front(), body); });
}

void PackedContraction::emitPanels() {
  int64_t whole = numColumns / tileColumns() * tileColumns();
  if (whole > 0) {
    auto panels = scf::ForOp::create(b, loc, index(0), index(whole),
                                     index(tileColumns()));
    OpBuilder::InsertionGuard guard(b);
    b.setInsertionPointToStart(panels.getBody());
    emitPanel(panels.getInductionVar(), {tileColumns(), schedule.tileVectors});
  }
  int64_t rest = numColumns - whole;
  if (rest > 0)
    emitPanel(index(whole), {rest, ::pr::ceilDiv(rest, schedule.lanes)});
}

void PackedContraction::emitPanel(Value first, const Panel &panel) {
  column = first;
  if (!isBlocked()) {
    block = index(0);
    emitPack(panel);
    return emitRows(panel);
  }
  // Sums go through memory from block to block.
  phase = Phase::Start;
  emitRows(panel);
  phase = Phase::Sum;
  int64_t extent = nest.extents[blockLoop];
  int64_t whole = extent / blockSize * blockSize;
  auto blocks =
      scf::ForOp::create(b, loc, index(0), index(whole), index(blockSize));
  {
    OpBuilder::InsertionGuard guard(b);
    b.setInsertionPointToStart(blocks.getBody());
    emitBlock(panel, blocks.getInductionVar(), blockSize);
  }
  if (whole < extent)
    emitBlock(panel, index(whole), extent - whole);
}

void PackedContraction::emitBlock(const Panel &panel, Value first,
                                  int64_t steps) {
  std::swap(blockSize, steps);
  block = first;
  emitPack(panel);
  emitRows(panel);
  std::swap(blockSize, steps);
}

void PackedContraction::emitRows(const Panel &panel) {
  if (!loops.line)
    point[loops.lane] = column;
  emitNest(loops.outerRows, [&] { emitTiles(panel); });
  point[loops.lane] = Value();
}

LogicalResult mlir::pr::emitPackedContraction(OpBuilder &b,
                                              const LoopNest &nest,
                                              const HostSchedule &schedule,
                                              Value start) {
  auto loops = findContractionLoops(nest);
  if (!loops || !start)
    return failure();
  int64_t rows = nest.extents[loops->row];
  for (unsigned loop : loops->outerRows)
    rows *= nest.extents[loop];
  if (rows < kFewestRows)
    return failure();
  PackedContraction(b, nest, schedule, std::move(*loops), start).emit();
  return success();
}
