// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Packing a panel of the vector side: one row of columns for each step.
#include "PackedContraction.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"

using namespace mlir;
using namespace mlir::pr;

/// A loop over the steps of the current block.
SmallVector<Value>
PackedContraction::stepLoop(unsigned loop, ValueRange carried,
                            function_ref<SmallVector<Value>(ValueRange)> body) {
  if (loop != blockLoop || !isBlocked())
    return forLoop(loop, 0, nest.extents[loop], 1, carried, body);
  auto steps =
      scf::ForOp::create(b, loc, index(0), index(blockSize), index(1), carried);
  OpBuilder::InsertionGuard guard(b);
  b.setInsertionPointToStart(steps.getBody());
  point[loop] = arith::AddIOp::create(b, loc, block, steps.getInductionVar());
  SmallVector<Value> next = body(steps.getRegionIterArgs());
  point[loop] = Value();
  // A loop that carries nothing has its terminator already.
  if (!carried.empty())
    scf::YieldOp::create(b, loc, next);
  return steps.getResults();
}

void PackedContraction::emitStepNest(ArrayRef<unsigned> order,
                                     function_ref<void()> body) {
  if (order.empty())
    return body();
  stepLoop(order.front(), {}, [&](ValueRange) {
    emitStepNest(order.drop_front(), body);
    return SmallVector<Value>();
  });
}

/// The place of the current reduction step in the panel.
Value PackedContraction::emitStepNumber() {
  Value number = index(0);
  for (unsigned step : loops.steps) {
    bool isCut = step == blockLoop && isBlocked();
    Value at = point[step];
    if (isCut)
      at = arith::SubIOp::create(b, loc, at, block);
    number = arith::MulIOp::create(
        b, loc, number, index(isCut ? blockSize : nest.extents[step]));
    number = arith::AddIOp::create(b, loc, number, at);
  }
  return number;
}

void PackedContraction::emitPack(const Panel &panel) {
  if (vectors)
    return emitPackCollapsed(panel);
  if (loops.line)
    return emitPackLines(panel);
  if (nest.access(loops.vectorSide, loops.lane).kind == Access::Scattered)
    return emitPackTransposed(panel);
  point[loops.lane] = column;
  emitPackLine(Value(), panel.width, index(0));
  point[loops.lane] = Value();
}

/// Neighbouring columns, for every step: `length` of them (null: exactly
/// `longest`) from `point` on, to `firstColumn` of the panel. Where the panel
/// is filled at once whole vectors are written: what is behind the last column
/// is padding.
void PackedContraction::emitPackLine(Value length, int64_t longest,
                                     Value firstColumn) {
  Value base = point[loops.lane];
  auto maskType = VectorType::get(schedule.lanes, b.getI1Type());
  emitStepNest(loops.steps, [&] {
    Value number = emitStepNumber();
    for (int64_t at = 0; at < longest; at += schedule.lanes) {
      point[loops.lane] = offset(base, at);
      SmallVector<Value> place = {number, offset(firstColumn, at)};
      if (!length) {
        Value lanes = loadLanes(loops.vectorSide, loops.lane,
                                std::min(schedule.lanes, longest - at));
        storeContiguous(lanes, packed, place, schedule.lanes);
        continue;
      }
      Value left = arith::SubIOp::create(b, loc, length, index(at));
      Value lanes = loadLanes(loops.vectorSide, loops.lane, left);
      Value used = vector::CreateMaskOp::create(b, loc, maskType, left);
      vector::MaskedStoreOp::create(b, loc, packed, place, used, lanes);
    }
  });
  point[loops.lane] = base;
}

/// A panel's columns begin somewhere in a line and go on in the next ones.
void PackedContraction::emitPackLines(const Panel &panel) {
  int64_t lineLength = nest.extents[loops.lane];
  int64_t mostLines = (panel.width + lineLength - 2) / lineLength + 1;
  Value line = arith::DivUIOp::create(b, loc, column, index(lineLength));
  Value at = arith::RemUIOp::create(b, loc, column, index(lineLength));
  auto loop = scf::ForOp::create(b, loc, index(0), index(mostLines), index(1),
                                 ValueRange{line, at, index(0)});
  OpBuilder::InsertionGuard guard(b);
  b.setInsertionPointToStart(loop.getBody());
  line = loop.getRegionIterArgs()[0];
  at = loop.getRegionIterArgs()[1];
  Value filled = loop.getRegionIterArgs()[2];
  Value toEnd = arith::SubIOp::create(b, loc, index(lineLength), at);
  Value room = arith::SubIOp::create(b, loc, index(panel.width), filled);
  Value length = arith::MinUIOp::create(b, loc, toEnd, room);
  Value any =
      arith::CmpIOp::create(b, loc, arith::CmpIPredicate::ne, length, index(0));
  auto some = scf::IfOp::create(b, loc, any, /*withElseRegion=*/false);
  {
    OpBuilder::InsertionGuard inner(b);
    b.setInsertionPointToStart(some.thenBlock());
    point[*loops.line] = line;
    point[loops.lane] = at;
    emitPackLine(length, std::min(lineLength, panel.width), filled);
    point[*loops.line] = Value();
    point[loops.lane] = Value();
  }
  Value next = arith::AddIOp::create(b, loc, line, index(1));
  Value total = arith::AddIOp::create(b, loc, filled, length);
  scf::YieldOp::create(b, loc, ValueRange{next, index(0), total});
}

/// Lines follow each other in memory: nothing breaks the columns.
void PackedContraction::emitPackCollapsed(const Panel &panel) {
  emitStepNest(loops.steps, [&] {
    Value number = emitStepNumber();
    for (int64_t at = 0; at < panel.width; at += schedule.lanes) {
      SmallVector<Value> place =
          collapsedIndices(loops.vectorSide, 2, offset(column, at));
      Value lanes = loadContiguous(vectors, place,
                                   std::min(schedule.lanes, panel.width - at));
      storeContiguous(lanes, packed, {number, index(at)}, schedule.lanes);
    }
  });
}

/// Where a column's steps are neighbours and its lanes are not.
void PackedContraction::emitPackTransposed(const Panel &panel) {
  auto columns =
      scf::ForOp::create(b, loc, index(0), index(panel.width), index(1));
  OpBuilder::InsertionGuard guard(b);
  b.setInsertionPointToStart(columns.getBody());
  Value at = columns.getInductionVar();
  point[loops.lane] = arith::AddIOp::create(b, loc, column, at);
  emitStepNest(loops.steps, [&] {
    memref::StoreOp::create(b, loc, loadScalar(loops.vectorSide), packed,
                            ValueRange{emitStepNumber(), at});
  });
  point[loops.lane] = Value();
}
