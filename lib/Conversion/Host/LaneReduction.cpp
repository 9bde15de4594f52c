// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The schedule of reductions along contiguous memory: lanes gather partial
// results that are combined at the end. Sums change their order.
#include "LoopNest.h"

#include "mlir/Analysis/SliceAnalysis.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"

#include "llvm/ADT/TypeSwitch.h"

#include <cmath>

using namespace mlir;
using namespace mlir::pr;

namespace {
/// An operation that may combine lanes in any order.
struct Combiner {
  vector::CombiningKind kind;
  double neutral;
};

class LaneReduction : LoopEmitter {
public:
  LaneReduction(OpBuilder &b, const LoopNest &nest,
                const HostSchedule &schedule, Combiner combiner, Value start)
      : LoopEmitter(b, nest, schedule), combiner(combiner), start(start),
        laneLoop(nest.reductions.back()) {}
  void emit() { emitOuter(0); }

private:
  void emitOuter(unsigned position);
  void emitElement();
  SmallVector<Value> emitReductions(unsigned position, ValueRange sums);
  SmallVector<Value> emitLaneLoop(ValueRange sums);
  Value emitStep(int64_t by, int64_t width, Value sum);
  Value combine(Value left, Value right) {
    return vector::makeArithReduction(b, loc, combiner.kind, left, right);
  }

  Combiner combiner;
  Value start;
  unsigned laneLoop;
};
} // namespace

void LaneReduction::emitOuter(unsigned position) {
  if (position == nest.parallel.size())
    return emitElement();
  unsigned loop = nest.parallel[position];
  forLoop(loop, 0, nest.extents[loop], 1, [&] { emitOuter(position + 1); });
}

void LaneReduction::emitElement() {
  unsigned output = nest.numInputs();
  SmallVector<Value> sums(schedule.unroll, splat(combiner.neutral));
  sums = emitReductions(0, sums);
  Value all = sums.front();
  for (Value sum : llvm::drop_begin(sums))
    all = combine(all, sum);
  Value result = vector::ReductionOp::create(b, loc, combiner.kind, all,
                                             arith::FastMathFlags::reassoc);
  result = combine(result, start ? start : loadScalar(output));
  memref::StoreOp::create(b, loc, result, nest.output(), indices(output));
}

SmallVector<Value> LaneReduction::emitReductions(unsigned position,
                                                 ValueRange sums) {
  if (position + 1 == nest.reductions.size())
    return emitLaneLoop(sums);
  unsigned loop = nest.reductions[position];
  return forLoop(loop, 0, nest.extents[loop], 1, sums, [&](ValueRange carried) {
    return emitReductions(position + 1, carried);
  });
}

/// Groups of vectors, each with a sum of its own so that they do not wait for
/// each other; then single vectors; then the ragged end.
SmallVector<Value> LaneReduction::emitLaneLoop(ValueRange carried) {
  int64_t extent = nest.extents[laneLoop], lanes = schedule.lanes;
  int64_t group = lanes * schedule.unroll, whole = extent / group * group;
  SmallVector<Value> sums =
      forLoop(laneLoop, 0, whole, group, carried, [&](ValueRange current) {
        SmallVector<Value> next;
        for (auto [i, sum] : llvm::enumerate(current))
          next.push_back(emitStep(i * lanes, lanes, sum));
        return next;
      });
  point[laneLoop] = index(whole);
  for (int64_t at = whole, i = 0; at < extent; at += lanes, ++i)
    sums[i] = emitStep(at - whole, std::min(lanes, extent - at), sums[i]);
  point[laneLoop] = Value();
  return sums;
}

Value LaneReduction::emitStep(int64_t by, int64_t width, Value sum) {
  Value base = point[laneLoop];
  point[laneLoop] = offset(base, by);
  SmallVector<Value> inputs(nest.numInputs());
  for (unsigned i = 0; i < nest.numInputs(); ++i)
    if (nest.isRead(i))
      inputs[i] = loadLanes(i, laneLoop, width);
  point[laneLoop] = base;
  Value next = emitBody(inputs, sum);
  if (width == schedule.lanes)
    return next;
  return arith::SelectOp::create(b, loc, mask(width), next, sum);
}

static std::optional<Combiner> combinerOf(linalg::LinalgOp op) {
  SmallVector<Operation *> operations;
  Value reduced = matchReduction(op.getRegionOutputArgs(), 0, operations);
  if (!reduced || operations.size() != 1)
    return std::nullopt;
  using vector::CombiningKind;
  return llvm::TypeSwitch<Operation *, std::optional<Combiner>>(operations[0])
      .Case<arith::AddFOp>([](auto) {
        return Combiner{CombiningKind::ADD, 0};
      })
      .Case<arith::MulFOp>([](auto) {
        return Combiner{CombiningKind::MUL, 1};
      })
      .Case<arith::MaximumFOp>([](auto) {
        return Combiner{CombiningKind::MAXIMUMF, -INFINITY};
      })
      .Case<arith::MinimumFOp>([](auto) {
        return Combiner{CombiningKind::MINIMUMF, INFINITY};
      })
      .Default([](auto) { return std::nullopt; });
}

LogicalResult mlir::pr::emitLaneReduction(OpBuilder &b, const LoopNest &nest,
                                          const HostSchedule &schedule,
                                          Value start) {
  if (nest.reductions.empty())
    return failure();
  for (unsigned i = 0; i < nest.numInputs(); ++i) {
    Access::Kind kind = nest.access(i, nest.reductions.back()).kind;
    if (nest.isRead(i) && kind != Access::Contiguous && kind != Access::Absent)
      return failure();
  }
  auto combiner = combinerOf(nest.op);
  if (!combiner)
    return failure();
  LaneReduction(b, nest, schedule, *combiner, start).emit();
  return success();
}
