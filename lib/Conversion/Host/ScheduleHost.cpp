// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// pr-schedule-host: chooses a schedule for each linalg operation on buffers and
// writes its loops.
#include "LoopNest.h"
#include "pr/Conversion/Passes.h"

#include "mlir/Dialect/Linalg/Transforms/Transforms.h"
#include "mlir/Dialect/Math/Transforms/Passes.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"
#include "mlir/Transforms/GreedyPatternRewriteDriver.h"
#include "mlir/Transforms/LoopInvariantCodeMotionUtils.h"

namespace mlir {
namespace pr {
#define GEN_PASS_DEF_SCHEDULEHOST
#include "pr/Conversion/Passes.h.inc"
} // namespace pr
} // namespace mlir

using namespace mlir;
using namespace mlir::pr;

//===----------------------------------------------------------------------===//
// Buffers
//===----------------------------------------------------------------------===//

/// Copies are scheduled like any other operation.
static void copiesToLinalg(func::FuncOp function) {
  SmallVector<memref::CopyOp> copies;
  function.walk([&](memref::CopyOp copy) { copies.push_back(copy); });
  for (memref::CopyOp copy : copies) {
    OpBuilder b(copy);
    linalg::CopyOp::create(b, copy.getLoc(), copy.getSource(),
                           copy.getTarget());
    copy.erase();
  }
}

/// The scalar with which an operation without inputs fills its output.
static Value filledWith(linalg::LinalgOp op) {
  if (!op.hasPureBufferSemantics() || op.getNumDpsInits() != 1)
    return {};
  if (auto fill = dyn_cast<linalg::FillOp>(op.getOperation()))
    return fill.getInputs()[0];
  Block &body = *op.getBlock();
  Value yielded = body.getTerminator()->getOperand(0);
  bool outside = yielded.getParentBlock() != &body;
  return op.getNumDpsInputs() == 0 && outside ? yielded : Value();
}

/// What an operation's body computes of nothing but values from outside is
/// computed in front of it: constants of another type above all, which lanes
/// could not hold.
static void hoistInvariants(linalg::LinalgOp op) {
  Region *body = &op->getRegion(0);
  moveLoopInvariantCode(
      body,
      [](Value value, Region *region) {
        return !region->isAncestor(value.getParentRegion());
      },
      [](Operation *inner, Region *) {
        return isPure(inner) && !isa<linalg::IndexOp>(inner);
      },
      [&](Operation *inner, Region *) { inner->moveBefore(op); });
}

/// The next operation in the block that has the buffer as an operand.
static Operation *nextUse(Operation *after, Value buffer) {
  for (Operation *op = after->getNextNode(); op; op = op->getNextNode())
    if (llvm::is_contained(op->getOperands(), buffer))
      return op;
  return nullptr;
}

/// Padding is a fill of the whole buffer, then a copy into its middle. Only the
/// slabs around the middle need the fill.
static void fillOnlyBorders(linalg::LinalgOp fill) {
  Value value = filledWith(fill);
  if (!value)
    return;
  Value buffer = fill.getDpsInits()[0];
  auto middle = dyn_cast_or_null<memref::SubViewOp>(nextUse(fill, buffer));
  if (!middle || !middle.getSizes().empty() || !middle.getOffsets().empty() ||
      !middle->hasOneUse())
    return;
  auto copy = dyn_cast<memref::CopyOp>(*middle->user_begin());
  if (!copy || copy.getTarget() != middle.getResult())
    return;

  OpBuilder b(fill);
  ArrayRef<int64_t> whole = cast<MemRefType>(buffer.getType()).getShape();
  SmallVector<int64_t> strides(whole.size(), 1);
  // Slabs of later dimensions leave out those of earlier ones.
  SmallVector<int64_t> offsets(whole.size(), 0), sizes(whole);
  auto slab = [&](unsigned dim, int64_t begin, int64_t extent) {
    if (extent == 0)
      return;
    SmallVector<int64_t> at(offsets), shape(sizes);
    at[dim] = begin;
    shape[dim] = extent;
    Value view =
        memref::SubViewOp::create(b, fill.getLoc(), buffer, at, shape, strides);
    linalg::FillOp::create(b, fill.getLoc(), value, view);
  };
  for (unsigned dim = 0; dim < whole.size(); ++dim) {
    int64_t low = middle.getStaticOffsets()[dim];
    int64_t size = middle.getStaticSizes()[dim];
    slab(dim, 0, low);
    slab(dim, low + size, whole[dim] - low - size);
    offsets[dim] = low;
    sizes[dim] = size;
  }
  fill.erase();
}

/// Removes the fill whose buffer this operation is the next to use, and returns
/// the scalar: sums start with it in registers.
static Value takeStart(linalg::LinalgOp op) {
  Value output = op.getDpsInits()[0];
  for (Operation *before = op->getPrevNode(); before;
       before = before->getPrevNode()) {
    if (!llvm::is_contained(before->getOperands(), output))
      continue;
    auto fill = dyn_cast<linalg::FillOp>(before);
    if (!fill)
      return {};
    Value value = fill.getInputs()[0];
    fill.erase();
    return value;
  }
  return {};
}

/// Memory that a kernel needs beside its arguments is static: a call allocates
/// nothing.
static void allocationsToGlobals(func::FuncOp function) {
  SmallVector<memref::AllocOp> allocations;
  function.walk([&](memref::AllocOp alloc) {
    if (alloc.getType().hasStaticShape())
      allocations.push_back(alloc);
  });
  SymbolTable symbols(function->getParentOfType<ModuleOp>());
  OpBuilder b(function);
  for (memref::AllocOp alloc : allocations) {
    MemRefType type = alloc.getType();
    auto tensor = RankedTensorType::get(type.getShape(), type.getElementType());
    auto zeros =
        DenseElementsAttr::get(tensor, b.getZeroAttr(type.getElementType()));
    auto global = memref::GlobalOp::create(
        b, alloc.getLoc(), (function.getSymName() + "_scratch").str(),
        b.getStringAttr("private"), type, zeros, /*constant=*/false,
        b.getI64IntegerAttr(64));
    symbols.insert(global);
    OpBuilder inner(alloc);
    Value view = memref::GetGlobalOp::create(inner, alloc.getLoc(), type,
                                             global.getSymName());
    alloc.replaceAllUsesWith(view);
    alloc.erase();
  }
}

/// There is no library of transcendental functions of vectors: polynomials
/// avoid a call for each lane.
static void approximateFunctions(func::FuncOp function) {
  RewritePatternSet patterns(function.getContext());
  populateMathPolynomialApproximationPatterns(
      patterns, MathPolynomialApproximationOptions());
  (void)applyPatternsGreedily(function, std::move(patterns));
}

/// Arguments are different tensors.
static void markArgumentsDistinct(func::FuncOp function) {
  for (unsigned i = 0; i < function.getNumArguments(); ++i)
    function.setArgAttr(i, "llvm.noalias",
                        UnitAttr::get(function.getContext()));
}

//===----------------------------------------------------------------------===//
// Choice
//===----------------------------------------------------------------------===//

/// Whether lanes along the output would jump through an input's memory while
/// the reduction does not.
static bool prefersLaneReduction(const LoopNest &nest) {
  auto lane = nest.contiguousLoop();
  if (nest.reductions.empty())
    return false;
  if (!lane || nest.extents[*lane] == 1)
    return true;
  for (unsigned i = 0; i < nest.numInputs(); ++i)
    if (nest.isRead(i) && nest.access(i, *lane).kind == Access::Scattered)
      return true;
  return false;
}

static LogicalResult emitSchedule(OpBuilder &b, const LoopNest &nest,
                                  const HostSchedule &schedule, Value start) {
  if (succeeded(emitPackedContraction(b, nest, schedule, start)))
    return success();
  if (prefersLaneReduction(nest) &&
      succeeded(emitLaneReduction(b, nest, schedule, start)))
    return success();
  return emitVectorLoops(b, nest, schedule, start);
}

static void scheduleOp(linalg::LinalgOp op, const HostSchedule &schedule) {
  IRRewriter rewriter(op);
  FailureOr<LoopNest> nest = LoopNest::analyze(op);
  Value start =
      succeeded(nest) && !nest->reductions.empty() ? takeStart(op) : Value();
  if (failed(nest) || failed(emitSchedule(rewriter, *nest, schedule, start))) {
    // Plain loops compute anything; the start is memory again.
    if (start)
      linalg::FillOp::create(rewriter, op.getLoc(), start, op.getDpsInits()[0]);
    (void)linalg::linalgOpToLoops(rewriter, op);
  }
  op.erase();
}

namespace {
struct ScheduleHost : public mlir::pr::impl::ScheduleHostBase<ScheduleHost> {
  using ScheduleHostBase::ScheduleHostBase;

  void runOnOperation() override {
    if (!llvm::is_contained({128, 256, 512}, int(vectorBits))) {
      getOperation().emitError() << "vector-bits is " << int(vectorBits)
                                 << ", expected 128, 256 or 512";
      return signalPassFailure();
    }
    for (int64_t size :
         {int64_t(tileRows), int64_t(tileVectors), int64_t(tileSteps)})
      if (size < 0) {
        getOperation().emitError()
            << "a tile size is " << size << ", expected 0 or more";
        return signalPassFailure();
      }
    HostSchedule schedule = HostSchedule::forVectorBits(vectorBits);
    if (tileRows > 0)
      schedule.tileRows = tileRows;
    if (tileVectors > 0)
      schedule.tileVectors = tileVectors;
    schedule.tileSteps = tileSteps;
    for (auto function : getOperation().getOps<func::FuncOp>()) {
      if (function.isExternal())
        continue;
      plain ? emitPlainLoops(function) : scheduleFunction(function, schedule);
      allocationsToGlobals(function);
      markArgumentsDistinct(function);
    }
  }

private:
  static SmallVector<linalg::LinalgOp> operations(func::FuncOp function) {
    SmallVector<linalg::LinalgOp> ops;
    function.walk([&](linalg::LinalgOp op) { ops.push_back(op); });
    return ops;
  }

  static void emitPlainLoops(func::FuncOp function) {
    copiesToLinalg(function);
    IRRewriter rewriter(function.getContext());
    for (linalg::LinalgOp op : operations(function)) {
      rewriter.setInsertionPoint(op);
      (void)linalg::linalgOpToLoops(rewriter, op);
      op.erase();
    }
  }

  static void scheduleFunction(func::FuncOp function,
                               const HostSchedule &schedule) {
    llvm::for_each(operations(function), hoistInvariants);
    llvm::for_each(operations(function), fillOnlyBorders);
    copiesToLinalg(function);
    // Backwards: an operation takes the fill in front of it along.
    SmallVector<linalg::LinalgOp> ops = operations(function);
    while (!ops.empty()) {
      scheduleOp(ops.back(), schedule);
      ops = operations(function);
    }
    approximateFunctions(function);
  }
};
} // namespace
