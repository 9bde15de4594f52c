// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Tiles of rows over a packed panel, their sums in registers.
#include "PackedContraction.h"

#include "pr/Support/CheckedMath.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"

using namespace mlir;
using namespace mlir::pr;

template <typename Fn>
void PackedContraction::atRow(int64_t row, Fn &&fn) {
  Value base = point[loops.row];
  point[loops.row] = offset(base, row);
  fn();
  point[loops.row] = base;
}

/// Tiles of equal height as far as possible: 9 rows are 5 and 4, not 8 and 1.
void PackedContraction::emitTiles(const Panel &panel) {
  int64_t extent = nest.extents[loops.row];
  int64_t tiles = ::pr::ceilDiv(extent, schedule.tileRows);
  int64_t height = ::pr::ceilDiv(extent, tiles);
  int64_t whole = extent / height * height;
  forLoop(loops.row, 0, whole, height, [&] { emitTile(panel, height); });
  forLoop(loops.row, whole, extent, height,
          [&] { emitTile(panel, extent - whole); });
}

void PackedContraction::emitTile(const Panel &panel, int64_t rows) {
  SmallVector<Value> sums =
      phase == Phase::Sum
          ? loadSums(panel, rows)
          : SmallVector<Value>(rows * panel.vectors, splat(start));
  if (phase != Phase::Start)
    sums = emitSteps(panel, rows, sums);
  emitStore(panel, rows, sums);
}

/// What earlier blocks have left in the output.
SmallVector<Value> PackedContraction::loadSums(const Panel &panel,
                                               int64_t rows) {
  SmallVector<Value> sums;
  forEachSum(panel, rows, [&](Value buffer, ValueRange place, int64_t width) {
    sums.push_back(loadContiguous(buffer, place, width));
  });
  return sums;
}

SmallVector<Value> PackedContraction::emitSteps(const Panel &panel,
                                                int64_t rows, ValueRange sums) {
  if (!scalars)
    return emitStepLoops(0, panel, rows, sums);
  // Steps of one channel, and of the block.
  int64_t inner = 1;
  for (unsigned step : loops.steps)
    inner *= step == blockLoop ? 1 : nest.extents[step];
  int64_t steps = inner * blockSize;
  auto loop =
      scf::ForOp::create(b, loc, index(0), index(steps), index(1), sums);
  OpBuilder::InsertionGuard guard(b);
  b.setInsertionPointToStart(loop.getBody());
  Value number = loop.getInductionVar();
  Value place = number;
  if (isBlocked()) {
    Value before = arith::MulIOp::create(b, loc, block, index(inner));
    place = arith::AddIOp::create(b, loc, before, number);
  }
  auto scalar = [&](int64_t) -> Value {
    return memref::LoadOp::create(
        b, loc, scalars,
        collapsedIndices(loops.scalarSide, loops.steps.size(), place));
  };
  SmallVector<Value> next =
      emitStep(panel, rows, number, loop.getRegionIterArgs(), scalar);
  scf::YieldOp::create(b, loc, next);
  return loop.getResults();
}

SmallVector<Value> PackedContraction::emitStepLoops(unsigned position,
                                                    const Panel &panel,
                                                    int64_t rows,
                                                    ValueRange sums) {
  if (position == loops.steps.size())
    return emitStep(panel, rows, emitStepNumber(), sums,
                    [&](int64_t) { return loadScalar(loops.scalarSide); });
  return stepLoop(loops.steps[position], sums, [&](ValueRange carried) {
    return emitStepLoops(position + 1, panel, rows, carried);
  });
}

SmallVector<Value>
PackedContraction::emitStep(const Panel &panel, int64_t rows, Value number,
                            ValueRange sums,
                            function_ref<Value(int64_t row)> scalar) {
  SmallVector<Value> columns;
  for (int64_t v = 0; v < panel.vectors; ++v)
    columns.push_back(loadContiguous(
        packed, {number, index(v * schedule.lanes)}, schedule.lanes));
  SmallVector<Value> next;
  for (int64_t row = 0; row < rows; ++row)
    atRow(row, [&] {
      Value factor = splat(scalar(row));
      for (int64_t v = 0; v < panel.vectors; ++v)
        next.push_back(vector::FMAOp::create(b, loc, factor, columns[v],
                                             sums[row * panel.vectors + v]));
    });
  return next;
}

/// Calls `fn` for each vector of the register tile with its place in the output
/// and the lanes in use.
void PackedContraction::forEachSum(
    const Panel &panel, int64_t rows,
    function_ref<void(Value, ValueRange, int64_t)> fn) {
  unsigned operand = nest.numInputs();
  size_t columnDims = loops.line ? 2 : 1;
  for (int64_t row = 0; row < rows; ++row)
    atRow(row, [&] {
      for (int64_t v = 0; v < panel.vectors; ++v) {
        int64_t at = v * schedule.lanes;
        fn(output ? output : nest.output(),
           collapsedIndices(operand, columnDims, offset(column, at)),
           std::min(schedule.lanes, panel.width - at));
      }
    });
}

void PackedContraction::emitStore(const Panel &panel, int64_t rows,
                                  ValueRange sums) {
  size_t i = 0;
  forEachSum(panel, rows, [&](Value buffer, ValueRange place, int64_t width) {
    storeContiguous(sums[i++], buffer, place, width);
  });
}
