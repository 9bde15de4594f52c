// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A linalg operation on buffers seen as a loop nest, and how its operands are
// reached when one of the loops runs over the lanes of a vector. The schedules
// (VectorLoops, LaneReduction, PackedContraction) are made of this.
//
// Extents are static, so a loop's ragged end is known when code is generated:
// it becomes one more copy of the body under a constant mask, never a run-time
// test.
#ifndef PR_LIB_CONVERSION_HOST_LOOPNEST_H
#define PR_LIB_CONVERSION_HOST_LOOPNEST_H

#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/IR/Builders.h"

#include <optional>

namespace mlir {
namespace pr {

/// The machine as schedules see it.
struct HostSchedule {
  /// f32 elements of a vector register.
  int64_t lanes = 16;
  /// Rows and vectors of a contraction's register tile.
  int64_t tileRows = 8, tileVectors = 2;
  /// Steps of a contraction's channels that are packed and summed together; 0:
  /// all.
  int64_t tileSteps = 0;
  /// The widest group of vectors that a loop over lanes handles at once.
  int64_t unroll = 4;

  /// Register tiles by vector width: 512, 256 and 128 bits.
  static HostSchedule forVectorBits(unsigned bits);
};

/// How an operand's address moves with one loop.
struct Access {
  enum Kind {
    Absent,     ///< not at all: one element for all lanes
    Contiguous, ///< neighbours in memory
    Strided,    ///< every `stride`-th element of a row
    Scattered,  ///< from row to row
  };
  Kind kind = Absent;
  int64_t stride = 0;

  /// Lanes can be loaded with what lies between them.
  bool isRow() const {
    return kind == Contiguous ||
           (kind == Strided && stride <= kWidestShuffledStride);
  }
  /// A wider stride is not worth loading the elements between.
  static constexpr int64_t kWidestShuffledStride = 4;
};

class LoopNest {
public:
  /// Fails for what the schedules do not handle: dynamic extents, elements
  /// other than f32, non-linear accesses, bodies that ask for their index.
  static FailureOr<LoopNest> analyze(linalg::LinalgOp op);

  mutable linalg::LinalgOp op; ///< operations are handles: asking is not const
  SmallVector<int64_t> extents;
  SmallVector<AffineMap> maps;    ///< of the inputs, then of the output
  SmallVector<unsigned> parallel; ///< loops, in the order of the output's rows
  SmallVector<unsigned> reductions;

  unsigned numInputs() const { return maps.size() - 1; }
  Value input(unsigned i) const { return op.getDpsInputs()[i]; }
  Value output() const { return op.getDpsInits()[0]; }
  const AffineMap &outputMap() const { return maps.back(); }
  /// Inputs that the body really reads.
  bool isRead(unsigned input) const {
    return !op.getBlock()->getArgument(input).use_empty();
  }
  Access access(unsigned operand, unsigned loop) const;
  /// The loop whose steps are neighbours in the output, if there is one.
  std::optional<unsigned> contiguousLoop() const;
};

/// Where the loops stand: one value for each, null for those not yet entered.
using LoopPoint = SmallVector<Value>;

/// Writes code at one place for one nest.
class LoopEmitter {
public:
  LoopEmitter(OpBuilder &b, const LoopNest &nest, const HostSchedule &schedule)
      : b(b), loc(nest.op.getLoc()), nest(nest), schedule(schedule),
        point(nest.extents.size()) {}

protected:
  VectorType vectorType(int64_t lanes) const;
  VectorType vectorType() const { return vectorType(schedule.lanes); }
  Value index(int64_t value);
  Value offset(Value base, int64_t by);
  Value splat(Value scalar);
  Value splat(double value);
  /// The first `width` lanes.
  Value mask(int64_t width, int64_t lanes);
  Value mask(int64_t width) { return mask(width, schedule.lanes); }

  SmallVector<Value> indices(unsigned operand);
  /// One element of an operand at `point`, as a scalar.
  Value loadScalar(unsigned operand);
  /// `width` elements along `loop` from `point`; other lanes are zero.
  Value loadLanes(unsigned operand, unsigned loop, int64_t width);
  /// The same for a width that is known when the code runs: none where it is
  /// below 1, all where it is above the lanes. Precondition: the access is a
  /// row.
  Value loadLanes(unsigned operand, unsigned loop, Value width);
  Value loadContiguous(Value memref, ValueRange indices, int64_t width);
  void storeContiguous(Value vector, Value memref, ValueRange indices,
                       int64_t width);

  /// `body` in a loop over `loop`, or straight where it has one step. The step
  /// must divide the range.
  void forLoop(unsigned loop, int64_t begin, int64_t end, int64_t step,
               function_ref<void()> body);
  /// The same with values carried from step to step.
  SmallVector<Value> forLoop(unsigned loop, int64_t begin, int64_t end,
                             int64_t step, ValueRange carried,
                             function_ref<SmallVector<Value>(ValueRange)> body);
  /// The operation's body on vectors or scalars: one value for each input (null
  /// where it is not read) and the accumulator.
  Value emitBody(ArrayRef<Value> inputs, Value accumulator);

  OpBuilder &b;
  Location loc;
  const LoopNest &nest;
  const HostSchedule &schedule;
  LoopPoint point;

private:
  Value loadStrided(unsigned operand, int64_t stride, Value mask);
  Value loadScattered(unsigned operand, unsigned loop, int64_t width);
};

/// The schedules. Each writes the nest's code at the builder's place, or
/// returns failure before writing anything. `start`: the scalar that the output
/// holds beforehand; null: what is in memory.
LogicalResult emitVectorLoops(OpBuilder &b, const LoopNest &nest,
                              const HostSchedule &schedule, Value start);
LogicalResult emitLaneReduction(OpBuilder &b, const LoopNest &nest,
                                const HostSchedule &schedule, Value start);
LogicalResult emitPackedContraction(OpBuilder &b, const LoopNest &nest,
                                    const HostSchedule &schedule, Value start);

} // namespace pr
} // namespace mlir

#endif // PR_LIB_CONVERSION_HOST_LOOPNEST_H
