// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "LoopNest.h"

#include "mlir/Dialect/Affine/Utils.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "mlir/IR/IRMapping.h"

using namespace mlir;
using namespace mlir::pr;

HostSchedule HostSchedule::forVectorBits(unsigned bits) {
  HostSchedule schedule;
  schedule.lanes = bits / 32;
  // The tile's accumulators, its vectors and one broadcast fit the registers:
  // 32 of 512 bits, 16 otherwise.
  schedule.tileRows = bits == 512 ? 8 : 6;
  return schedule;
}

//===----------------------------------------------------------------------===//
// Analysis
//===----------------------------------------------------------------------===//

/// Sums of loops times constants, and constants.
static bool isLinear(AffineExpr expr) {
  if (auto binary = dyn_cast<AffineBinaryOpExpr>(expr)) {
    if (binary.getKind() == AffineExprKind::Mul)
      return isa<AffineConstantExpr>(binary.getRHS()) &&
             isLinear(binary.getLHS());
    return binary.getKind() == AffineExprKind::Add &&
           isLinear(binary.getLHS()) && isLinear(binary.getRHS());
  }
  return isa<AffineDimExpr, AffineConstantExpr>(expr);
}

/// The factor of a loop in a linear expression.
static int64_t coefficient(AffineExpr expr, unsigned loop) {
  if (auto binary = dyn_cast<AffineBinaryOpExpr>(expr)) {
    if (binary.getKind() == AffineExprKind::Add)
      return coefficient(binary.getLHS(), loop) +
             coefficient(binary.getRHS(), loop);
    return coefficient(binary.getLHS(), loop) *
           cast<AffineConstantExpr>(binary.getRHS()).getValue();
  }
  auto dim = dyn_cast<AffineDimExpr>(expr);
  return dim && dim.getPosition() == loop ? 1 : 0;
}

static bool isRowOfFloats(Value operand) {
  auto type = dyn_cast<MemRefType>(operand.getType());
  if (!type)
    return operand.getType().isF32();
  return type.getElementType().isF32() && type.hasStaticShape() &&
         (type.getRank() == 0 || type.isLastDimUnitStride());
}

/// Bodies of arithmetic on f32 and truth values.
static bool isPlainBody(Block &body) {
  return llvm::all_of(body.without_terminator(), [](Operation &op) {
    bool simple = op.getNumRegions() == 0 && op.getNumResults() == 1;
    return simple && !isa<linalg::IndexOp>(op) &&
           (op.hasTrait<OpTrait::ConstantLike>() ||
            op.hasTrait<OpTrait::Elementwise>()) &&
           (op.getResult(0).getType().isF32() ||
            op.getResult(0).getType().isInteger(1));
  });
}

FailureOr<LoopNest> LoopNest::analyze(linalg::LinalgOp op) {
  if (!op.hasPureBufferSemantics() || op.getNumDpsInits() != 1 ||
      op.hasDynamicShape() || !isPlainBody(*op.getBlock()))
    return failure();
  if (!llvm::all_of(op->getOperands(), isRowOfFloats))
    return failure();
  LoopNest nest;
  nest.op = op;
  nest.extents = op.getStaticLoopRanges();
  nest.maps = op.getIndexingMapsArray();
  for (AffineMap map : nest.maps)
    if (!llvm::all_of(map.getResults(), isLinear))
      return failure();
  if (!nest.outputMap().isProjectedPermutation() ||
      llvm::is_contained(nest.extents, 0))
    return failure();
  for (AffineExpr row : nest.outputMap().getResults())
    nest.parallel.push_back(cast<AffineDimExpr>(row).getPosition());
  for (unsigned loop = 0; loop < nest.extents.size(); ++loop)
    if (!llvm::is_contained(nest.parallel, loop))
      nest.reductions.push_back(loop);
  return nest;
}

Access LoopNest::access(unsigned operand, unsigned loop) const {
  ArrayRef<AffineExpr> results = maps[operand].getResults();
  Access access;
  for (auto [i, expr] : llvm::enumerate(results)) {
    int64_t factor = coefficient(expr, loop);
    if (factor == 0)
      continue;
    bool innermost = i + 1 == results.size();
    access.stride = factor;
    access.kind = !innermost || factor < 0 ? Access::Scattered
                  : factor == 1            ? Access::Contiguous
                                           : Access::Strided;
    if (access.kind == Access::Scattered)
      return access;
  }
  return access;
}

std::optional<unsigned> LoopNest::contiguousLoop() const {
  if (parallel.empty())
    return std::nullopt;
  return parallel.back();
}

//===----------------------------------------------------------------------===//
// Values
//===----------------------------------------------------------------------===//

VectorType LoopEmitter::vectorType(int64_t lanes) const {
  return VectorType::get(lanes, b.getF32Type());
}

Value LoopEmitter::index(int64_t value) {
  return arith::ConstantIndexOp::create(b, loc, value);
}

Value LoopEmitter::offset(Value base, int64_t by) {
  return by == 0 ? base : arith::AddIOp::create(b, loc, base, index(by));
}

Value LoopEmitter::splat(Value scalar) {
  return vector::BroadcastOp::create(b, loc, vectorType(), scalar);
}

Value LoopEmitter::splat(double value) {
  return arith::ConstantOp::create(
      b, loc, DenseElementsAttr::get(vectorType(), float(value)));
}

Value LoopEmitter::mask(int64_t width, int64_t lanes) {
  return vector::ConstantMaskOp::create(
      b, loc, VectorType::get(lanes, b.getI1Type()), ArrayRef<int64_t>{width});
}

SmallVector<Value> LoopEmitter::indices(unsigned operand) {
  // Loops not entered yet stand at their begin.
  SmallVector<Value> loops = llvm::map_to_vector(
      point, [&](Value value) { return value ? value : index(0); });
  return *affine::expandAffineMap(b, loc, nest.maps[operand], loops);
}

//===----------------------------------------------------------------------===//
// Loads and stores
//===----------------------------------------------------------------------===//

static Value operandOf(const LoopNest &nest, unsigned operand) {
  return operand == nest.numInputs() ? nest.output() : nest.input(operand);
}

Value LoopEmitter::loadScalar(unsigned operand) {
  Value source = operandOf(nest, operand);
  if (!isa<MemRefType>(source.getType()))
    return source;
  return memref::LoadOp::create(b, loc, source, indices(operand));
}

Value LoopEmitter::loadContiguous(Value memref, ValueRange indices,
                                  int64_t width) {
  if (width == schedule.lanes)
    return vector::LoadOp::create(b, loc, vectorType(), memref, indices);
  return vector::MaskedLoadOp::create(b, loc, vectorType(), memref, indices,
                                      mask(width), splat(0.0));
}

void LoopEmitter::storeContiguous(Value vector, Value memref,
                                  ValueRange indices, int64_t width) {
  if (width == schedule.lanes)
    vector::StoreOp::create(b, loc, vector, memref, indices);
  else
    vector::MaskedStoreOp::create(b, loc, memref, indices, mask(width), vector);
}

/// Loads the elements between too, as far as the mask goes, and picks the
/// wanted ones.
Value LoopEmitter::loadStrided(unsigned operand, int64_t stride, Value mask) {
  VectorType wide = vectorType(schedule.lanes * stride);
  Value zero = arith::ConstantOp::create(b, loc, b.getZeroAttr(wide));
  Value row = vector::MaskedLoadOp::create(
      b, loc, wide, operandOf(nest, operand), indices(operand), mask, zero);
  SmallVector<int64_t> picked;
  for (int64_t lane = 0; lane < schedule.lanes; ++lane)
    picked.push_back(lane * stride);
  return vector::ShuffleOp::create(b, loc, row, row, picked);
}

Value LoopEmitter::loadScattered(unsigned operand, unsigned loop,
                                 int64_t width) {
  Value base = point[loop];
  Value zero = arith::ConstantOp::create(b, loc, b.getF32FloatAttr(0));
  SmallVector<Value> elements(schedule.lanes, zero);
  for (int64_t lane = 0; lane < width; ++lane) {
    point[loop] = offset(base, lane);
    elements[lane] = loadScalar(operand);
  }
  point[loop] = base;
  return vector::FromElementsOp::create(b, loc, vectorType(), elements);
}

Value LoopEmitter::loadLanes(unsigned operand, unsigned loop, int64_t width) {
  Access access = nest.access(operand, loop);
  switch (access.kind) {
  case Access::Absent:
    return splat(loadScalar(operand));
  case Access::Contiguous:
    return loadContiguous(operandOf(nest, operand), indices(operand), width);
  case Access::Strided:
    if (access.isRow())
      return loadStrided(operand, access.stride,
                         mask((width - 1) * access.stride + 1,
                              schedule.lanes * access.stride));
    [[fallthrough]];
  case Access::Scattered:
    return loadScattered(operand, loop, width);
  }
  return {};
}

Value LoopEmitter::loadLanes(unsigned operand, unsigned loop, Value width) {
  Access access = nest.access(operand, loop);
  // n elements at a stride of s span s * n - (s - 1).
  int64_t stride = access.kind == Access::Contiguous ? 1 : access.stride;
  Value span = arith::MulIOp::create(b, loc, width, index(stride));
  span = arith::SubIOp::create(b, loc, span, index(stride - 1));
  auto type = VectorType::get(schedule.lanes * stride, b.getI1Type());
  Value used = vector::CreateMaskOp::create(b, loc, type, span);
  return loadStrided(operand, stride, used);
}

//===----------------------------------------------------------------------===//
// Control
//===----------------------------------------------------------------------===//

SmallVector<Value>
LoopEmitter::forLoop(unsigned loop, int64_t begin, int64_t end, int64_t step,
                     ValueRange carried,
                     function_ref<SmallVector<Value>(ValueRange)> body) {
  if (begin >= end)
    return carried;
  Value before = point[loop];
  SmallVector<Value> results;
  if (end - begin <= step) {
    point[loop] = index(begin);
    results = body(carried);
  } else {
    auto op = scf::ForOp::create(b, loc, index(begin), index(end), index(step),
                                 carried);
    OpBuilder::InsertionGuard guard(b);
    b.setInsertionPointToStart(op.getBody());
    point[loop] = op.getInductionVar();
    SmallVector<Value> next = body(op.getRegionIterArgs());
    if (!carried.empty())
      scf::YieldOp::create(b, loc, next);
    results.assign(op.result_begin(), op.result_end());
  }
  point[loop] = before;
  return results;
}

void LoopEmitter::forLoop(unsigned loop, int64_t begin, int64_t end,
                          int64_t step, function_ref<void()> body) {
  forLoop(loop, begin, end, step, {}, [&](ValueRange) {
    body();
    return SmallVector<Value>();
  });
}

/// The operation of a body on whole vectors.
static Operation *cloneWidened(OpBuilder &b, Operation &op, IRMapping &mapping,
                               VectorType type) {
  if (op.hasTrait<OpTrait::ConstantLike>()) {
    Attribute value = op.getAttr("value");
    auto widened = VectorType::get(type.getShape(), op.getResult(0).getType());
    return arith::ConstantOp::create(b, op.getLoc(),
                                     DenseElementsAttr::get(widened, value));
  }
  Operation *clone = b.clone(op, mapping);
  Type element = op.getResult(0).getType();
  clone->getResult(0).setType(VectorType::get(type.getShape(), element));
  return clone;
}

Value LoopEmitter::emitBody(ArrayRef<Value> inputs, Value accumulator) {
  Block &body = *nest.op.getBlock();
  IRMapping mapping;
  for (auto [i, value] : llvm::enumerate(inputs))
    if (value)
      mapping.map(body.getArgument(i), value);
  mapping.map(body.getArgument(nest.numInputs()), accumulator);
  auto type = dyn_cast<VectorType>(accumulator.getType());
  // A value from outside of the body is the same for every lane.
  auto capture = [&](Value value) {
    if (type && value.getParentBlock() != &body && !mapping.contains(value))
      mapping.map(value, splat(value));
  };
  for (Operation &op : body.without_terminator()) {
    llvm::for_each(op.getOperands(), capture);
    Operation *clone =
        type ? cloneWidened(b, op, mapping, type) : b.clone(op, mapping);
    // One rounding for a product and the sum behind it.
    if (isa<arith::AddFOp, arith::MulFOp>(clone))
      clone->setAttr("fastmath",
                     arith::FastMathFlagsAttr::get(
                         b.getContext(), arith::FastMathFlags::contract));
    mapping.map(op.getResult(0), clone->getResult(0));
  }
  Value yielded = body.getTerminator()->getOperand(0);
  capture(yielded);
  return mapping.lookup(yielded);
}
