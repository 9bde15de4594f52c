// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The schedule of everything whose output has a contiguous loop: that loop runs
// over lanes, a few vectors at a time, with the sums in registers; small
// windows are unrolled.
#include "LoopNest.h"

#include "mlir/Dialect/Arith/IR/Arith.h"

using namespace mlir;
using namespace mlir::pr;

/// Steps of reduction loops that are written out.
static constexpr int64_t kMostUnrolledSteps = 32;

namespace {
class VectorLoops : LoopEmitter {
public:
  VectorLoops(OpBuilder &b, const LoopNest &nest, const HostSchedule &schedule,
              unsigned laneLoop, Value start)
      : LoopEmitter(b, nest, schedule), laneLoop(laneLoop), start(start) {
    chooseUnrolling();
  }
  void emit() { emitOuter(0); }

private:
  /// One vector of a group: its first lane, counted from the group's, and its
  /// lanes in use.
  struct Chunk {
    int64_t offset, width;
  };

  void chooseUnrolling();
  SmallVector<Chunk> chunksOf(int64_t extent) const;
  void emitOuter(unsigned position);
  void emitLaneLoop();
  void emitGroup(ArrayRef<Chunk> chunks);
  SmallVector<Value> emitReductions(unsigned position, ArrayRef<Chunk> chunks,
                                    ValueRange sums);
  SmallVector<Value> emitStep(ArrayRef<Chunk> chunks, ValueRange sums);
  template <typename Fn>
  void atChunk(Chunk chunk, Fn &&fn);

  unsigned laneLoop;
  Value start;
  int64_t group = 0;
  /// Reduction loops from this position on are written out.
  unsigned firstUnrolled = 0;
};
} // namespace

void VectorLoops::chooseUnrolling() {
  bool scattered = false;
  for (unsigned i = 0; i < nest.numInputs(); ++i)
    scattered |=
        nest.isRead(i) && nest.access(i, laneLoop).kind == Access::Scattered;
  group = schedule.lanes * (scattered ? 1 : schedule.unroll);
  int64_t steps = 1;
  firstUnrolled = nest.reductions.size();
  while (firstUnrolled > 0) {
    steps *= nest.extents[nest.reductions[firstUnrolled - 1]];
    if (steps > kMostUnrolledSteps)
      break;
    --firstUnrolled;
  }
}

SmallVector<VectorLoops::Chunk> VectorLoops::chunksOf(int64_t extent) const {
  SmallVector<Chunk> chunks;
  for (int64_t at = 0; at < extent; at += schedule.lanes)
    chunks.push_back({at, std::min(schedule.lanes, extent - at)});
  return chunks;
}

void VectorLoops::emitOuter(unsigned position) {
  if (position == nest.parallel.size())
    return emitLaneLoop();
  unsigned loop = nest.parallel[position];
  if (loop == laneLoop)
    return emitOuter(position + 1);
  forLoop(loop, 0, nest.extents[loop], 1, [&] { emitOuter(position + 1); });
}

void VectorLoops::emitLaneLoop() {
  int64_t extent = nest.extents[laneLoop];
  int64_t whole = extent / group * group;
  forLoop(laneLoop, 0, whole, group, [&] { emitGroup(chunksOf(group)); });
  if (whole == extent)
    return;
  point[laneLoop] = index(whole);
  emitGroup(chunksOf(extent - whole));
  point[laneLoop] = Value();
}

template <typename Fn>
void VectorLoops::atChunk(Chunk chunk, Fn &&fn) {
  Value base = point[laneLoop];
  point[laneLoop] = offset(base, chunk.offset);
  fn();
  point[laneLoop] = base;
}

void VectorLoops::emitGroup(ArrayRef<Chunk> chunks) {
  unsigned output = nest.numInputs();
  bool readsOutput = !nest.op.getBlock()->getArguments().back().use_empty();
  SmallVector<Value> sums;
  for (Chunk chunk : chunks)
    atChunk(chunk, [&] {
      sums.push_back(start         ? splat(start)
                     : readsOutput ? loadLanes(output, laneLoop, chunk.width)
                                   : splat(0.0));
    });
  sums = emitReductions(0, chunks, sums);
  for (auto [chunk, sum] : llvm::zip_equal(chunks, sums))
    atChunk(chunk, [&, sum = sum, width = chunk.width] {
      storeContiguous(sum, nest.output(), indices(output), width);
    });
}

SmallVector<Value> VectorLoops::emitReductions(unsigned position,
                                               ArrayRef<Chunk> chunks,
                                               ValueRange sums) {
  if (position == nest.reductions.size())
    return emitStep(chunks, sums);
  unsigned loop = nest.reductions[position];
  int64_t extent = nest.extents[loop];
  auto body = [&](ValueRange carried) {
    return emitReductions(position + 1, chunks, carried);
  };
  if (position < firstUnrolled)
    return forLoop(loop, 0, extent, 1, sums, body);
  SmallVector<Value> current(sums);
  for (int64_t step = 0; step < extent; ++step)
    current = forLoop(loop, step, step + 1, 1, current, body);
  return current;
}

SmallVector<Value> VectorLoops::emitStep(ArrayRef<Chunk> chunks,
                                         ValueRange sums) {
  SmallVector<Value> shared(nest.numInputs());
  for (unsigned i = 0; i < nest.numInputs(); ++i)
    if (nest.isRead(i) && nest.access(i, laneLoop).kind == Access::Absent)
      shared[i] = splat(loadScalar(i));
  SmallVector<Value> next;
  for (auto [chunk, sum] : llvm::zip_equal(chunks, sums))
    atChunk(chunk, [&, sum = sum, width = chunk.width] {
      SmallVector<Value> inputs(shared);
      for (unsigned i = 0; i < nest.numInputs(); ++i)
        if (nest.isRead(i) && !inputs[i])
          inputs[i] = loadLanes(i, laneLoop, width);
      next.push_back(emitBody(inputs, sum));
    });
  return next;
}

LogicalResult mlir::pr::emitVectorLoops(OpBuilder &b, const LoopNest &nest,
                                        const HostSchedule &schedule,
                                        Value start) {
  auto laneLoop = nest.contiguousLoop();
  if (!laneLoop)
    return failure();
  VectorLoops(b, nest, schedule, *laneLoop, start).emit();
  return success();
}
