// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The schedule of matrix products and convolutions: sums of products of one
// operand that the lanes share (the scalar side) and one that they do not (the
// vector side).
//
// The vector side is packed, a panel at a time: for each step of the reduction,
// in order, one row of as many columns as the register tile is wide. A panel of
// a convolution is gathered from the windows' places (im2col, but never more
// than one panel of it); columns behind the last one are padding. Tiles of rows
// of the scalar side then run over the whole panel with their sums in
// registers:
//
//   for each panel:  pack;  for each tile of rows:  for each step: tile += ...
//
// Columns are the output's contiguous loop, or the two innermost loops together
// where both belong to the vector side: an image of 7 x 7 has 49 columns.
#include "LoopNest.h"

#include "pr/Support/CheckedMath.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"

using namespace mlir;
using namespace mlir::pr;

/// Fewer rows than this do not repay packing.
static constexpr int64_t kFewestRows = 4;

namespace {
/// The parts that loops play.
struct ContractionLoops {
  unsigned scalarSide = 0, vectorSide = 1; ///< inputs
  unsigned lane = 0;                       ///< contiguous in the output
  /// The loop around it, where both together are the columns.
  std::optional<unsigned> line;
  unsigned row = 0; ///< of the scalar side, tiled
  /// The others: of both sides, of the vector side, of the scalar side.
  SmallVector<unsigned> batch, outerColumns, outerRows;
  SmallVector<unsigned> steps; ///< reductions
};

class PackedContraction : LoopEmitter {
public:
  PackedContraction(OpBuilder &b, const LoopNest &nest,
                    const HostSchedule &schedule, ContractionLoops loops,
                    Value start)
      : LoopEmitter(b, nest, schedule), loops(std::move(loops)), start(start) {}
  void emit();

private:
  /// Columns that are packed and computed together, from `column` on.
  struct Panel {
    int64_t width;   ///< columns in use
    int64_t vectors; ///< of the register tile
  };

  int64_t tileColumns() const { return schedule.lanes * schedule.tileVectors; }
  void emitNest(ArrayRef<unsigned> order, function_ref<void()> body);
  void emitPanels();
  void emitPanel(Value first, const Panel &panel);
  void emitRows(const Panel &panel);
  void emitBlock(const Panel &panel, Value first, int64_t steps);
  bool isBlocked() const { return blockSize < nest.extents[blockLoop]; }

  void emitPack(const Panel &panel);
  void emitStepNest(ArrayRef<unsigned> order, function_ref<void()> body);
  SmallVector<Value>
  stepLoop(unsigned loop, ValueRange carried,
           function_ref<SmallVector<Value>(ValueRange)> body);
  void emitPackLine(Value length, int64_t longest, Value firstColumn);
  void emitPackLines(const Panel &panel);
  void emitPackCollapsed(const Panel &panel);
  void emitPackTransposed(const Panel &panel);
  Value loadLine(Value width);
  Value emitStepNumber();

  void emitTiles(const Panel &panel);
  void emitTile(const Panel &panel, int64_t rows);
  SmallVector<Value> emitSteps(const Panel &panel, int64_t rows,
                               ValueRange sums);
  SmallVector<Value> emitStepLoops(unsigned position, const Panel &panel,
                                   int64_t rows, ValueRange sums);
  SmallVector<Value> emitStep(const Panel &panel, int64_t rows, Value number,
                              ValueRange sums,
                              function_ref<Value(int64_t row)> scalar);
  SmallVector<Value> loadSums(const Panel &panel, int64_t rows);
  void forEachSum(const Panel &panel, int64_t rows,
                  function_ref<void(Value, ValueRange, int64_t)> fn);
  void emitStore(const Panel &panel, int64_t rows, ValueRange sums);

  Value scratch(ArrayRef<int64_t> shape);
  Value collapseInner(Value buffer, size_t dims);
  SmallVector<Value> collapsedIndices(unsigned operand, size_t dims,
                                      Value inner);
  bool stepsAreOneRow() const;
  bool columnsAreOneRow() const;
  template <typename Fn>
  void atRow(int64_t row, Fn &&fn);

  ContractionLoops loops;
  Value start;
  int64_t numSteps = 1, numColumns = 1;
  Value column; ///< the first of the current panel
  /// The steps of this loop are packed and summed `blockSize` at a time, those
  /// from `block` on now.
  unsigned blockLoop = 0;
  int64_t blockSize = 0;
  Value block;
  /// What a tile does: all; write the start; add a block to what is there.
  enum class Phase { Whole, Start, Sum } phase = Phase::Whole;
  Value packed; ///< [steps, columns]
  /// Operands with one dimension for all steps, or for line and lane; null
  /// where they are used as they are.
  Value scalars, vectors, output;
};
} // namespace

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

/// Whether an operand's last dimensions are these loops, each over all of it.
static bool endsWithLoops(const LoopNest &nest, unsigned operand, Value buffer,
                          ArrayRef<unsigned> loops) {
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

//===----------------------------------------------------------------------===//
// Packing
//===----------------------------------------------------------------------===//

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

//===----------------------------------------------------------------------===//
// Register tiles
//===----------------------------------------------------------------------===//

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

//===----------------------------------------------------------------------===//
// Choice
//===----------------------------------------------------------------------===//

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

static std::optional<ContractionLoops> classify(const LoopNest &nest) {
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

LogicalResult mlir::pr::emitPackedContraction(OpBuilder &b,
                                              const LoopNest &nest,
                                              const HostSchedule &schedule,
                                              Value start) {
  auto loops = classify(nest);
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
