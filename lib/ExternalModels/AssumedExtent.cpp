// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Operations with unknown extents, described as if these were known: a copy of
// the operation gets the shapes it would have, is verified and described. Every
// describer, also of other dialects, works as for static shapes.
#include "Draft.h"

#include "pr/ExternalModels/ExternalModels.h"
#include "pr/ExternalModels/Structured.h"
#include "pr/Interfaces/LayerOpInterface.h"

#include "mlir/Dialect/Tosa/IR/TosaOps.h"
#include "mlir/Interfaces/InferTypeOpInterface.h"

#include <set>

using namespace mlir;
using namespace mlir::pr;

static bool isDynamic(Type type) {
  auto shaped = dyn_cast<ShapedType>(type);
  return shaped && shaped.hasRank() && !shaped.hasStaticShape();
}

static bool hasUnknownExtents(Operation *op) {
  return llvm::any_of(op->getOperandTypes(), isDynamic) ||
         llvm::any_of(op->getResultTypes(), isDynamic);
}

//===----------------------------------------------------------------------===//
// Loops of structured ops
//===----------------------------------------------------------------------===//

/// The extents of the loops; kDynamic where no operand tells.
static SmallVector<int64_t> knownExtents(const Structured &op) {
  SmallVector<int64_t> extents(op.getNumLoops(), ShapedType::kDynamic);
  for (auto [operand, map] :
       llvm::zip_equal(op->getOperands(), op.getIndexingMapsArray())) {
    ArrayRef<int64_t> shape = shapeOf(operand);
    for (unsigned i = 0; i < map.getNumResults(); ++i)
      if (auto loop = dyn_cast<AffineDimExpr>(map.getResult(i));
          loop && !ShapedType::isDynamic(shape[i]))
        extents[loop.getPosition()] = shape[i];
  }
  return extents;
}

/// One more than the largest position that a map's result takes; nullopt where
/// it is not linear with known factors.
static std::optional<int64_t> extentOfResult(AffineExpr expr,
                                             ArrayRef<int64_t> extents) {
  auto last = [&](AffineExpr part) -> std::optional<int64_t> {
    auto extent = extentOfResult(part, extents);
    return extent ? std::optional(*extent - 1) : std::nullopt;
  };
  if (auto loop = dyn_cast<AffineDimExpr>(expr))
    return extents[loop.getPosition()];
  if (auto constant = dyn_cast<AffineConstantExpr>(expr))
    return constant.getValue() + 1;
  auto binary = dyn_cast<AffineBinaryOpExpr>(expr);
  if (!binary)
    return std::nullopt;
  auto left = last(binary.getLHS()), right = last(binary.getRHS());
  if (!left || !right)
    return std::nullopt;
  ::pr::Checked value = ::pr::Checked(*left);
  if (binary.getKind() == AffineExprKind::Add)
    value = value + ::pr::Checked(*right);
  else if (binary.getKind() == AffineExprKind::Mul)
    value = value * ::pr::Checked(*right);
  else
    return std::nullopt;
  value = value + ::pr::Checked(1);
  return value.ok() ? std::optional(value.value()) : std::nullopt;
}

//===----------------------------------------------------------------------===//
// How many are unknown
//===----------------------------------------------------------------------===//

/// What tells one unknown extent of an op from another: the position within the
/// operand, or the loop of a matrix product (batch, m, n, k). TOSA's ops want
/// all other operands alike or broadcast.
static unsigned identityOf(Operation *op, unsigned operand, unsigned position) {
  static constexpr unsigned kRight[] = {0, 3, 2};
  static constexpr unsigned kLeft[] = {0, 1, 3};
  if (!isa<tosa::MatMulOp>(op) || operand > 1 || position > 2)
    return position;
  return (operand == 0 ? kLeft : kRight)[position];
}

unsigned mlir::pr::countUnknownExtents(Operation *op) {
  if (!hasUnknownExtents(op))
    return 0;
  if (auto linalgOp = dyn_cast<linalg::LinalgOp>(op))
    return llvm::count(knownExtents(Structured(linalgOp)),
                       ShapedType::kDynamic);
  std::set<unsigned> found;
  auto collect = [&](TypeRange types, bool operands) {
    for (auto [index, type] : llvm::enumerate(types)) {
      if (!isDynamic(type))
        continue;
      for (auto [place, extent] :
           llvm::enumerate(cast<ShapedType>(type).getShape()))
        if (ShapedType::isDynamic(extent))
          found.insert(operands ? identityOf(op, index, place) : place);
    }
  };
  collect(op->getOperandTypes(), true);
  // Results follow from operands, if one of these is unknown.
  if (found.empty())
    collect(op->getResultTypes(), false);
  return found.size();
}

//===----------------------------------------------------------------------===//
// Making them known
//===----------------------------------------------------------------------===//

static Type withShape(Type type, ArrayRef<int64_t> shape) {
  return cast<ShapedType>(type).clone(shape);
}

/// Every unknown extent replaced.
static Type withExtent(Type type, int64_t extent) {
  if (!isDynamic(type))
    return type;
  SmallVector<int64_t> shape(cast<ShapedType>(type).getShape());
  for (int64_t &one : shape)
    if (ShapedType::isDynamic(one))
      one = extent;
  return withShape(type, shape);
}

/// The types of a structured op's operands with its unknown loops at `extent`.
static std::optional<SmallVector<Type>> operandTypesAt(const Structured &op,
                                                       int64_t extent) {
  SmallVector<int64_t> extents = knownExtents(op);
  llvm::replace(extents, ShapedType::kDynamic, extent);
  SmallVector<Type> types(op->getOperandTypes());
  for (auto [type, map] : llvm::zip_equal(types, op.getIndexingMapsArray())) {
    if (!isDynamic(type))
      continue;
    SmallVector<int64_t> shape(cast<ShapedType>(type).getShape());
    for (auto [one, expr] : llvm::zip_equal(shape, map.getResults())) {
      if (!ShapedType::isDynamic(one))
        continue;
      auto known = extentOfResult(expr, extents);
      if (!known)
        return std::nullopt;
      one = *known;
    }
    type = withShape(type, shape);
  }
  return types;
}

/// The shapes of the results follow from the operands where the op can tell.
static void inferResults(Operation *op, int64_t extent) {
  SmallVector<ShapedTypeComponents> shapes;
  auto infer = dyn_cast<InferShapedTypeOpInterface>(op);
  bool inferred =
      infer && succeeded(infer.inferReturnTypeComponents(
                   op->getContext(), op->getLoc(),
                   ValueShapeRange(ValueRange(op->getOperands())),
                   op->getDiscardableAttrDictionary(),
                   op->getPropertiesStorage(), op->getRegions(), shapes));
  for (auto [index, result] : llvm::enumerate(op->getResults())) {
    Type type = result.getType();
    if (isDynamic(type) && inferred && index < shapes.size() &&
        shapes[index].hasRank() &&
        shapes[index].getDims().size() ==
            size_t(cast<ShapedType>(type).getRank()))
      type = withShape(type, shapes[index].getDims());
    result.setType(withExtent(type, extent));
  }
}

static bool giveShapes(Operation *op, Block &arguments, int64_t extent) {
  SmallVector<Type> types;
  auto linalgOp = dyn_cast<linalg::LinalgOp>(op);
  if (linalgOp) {
    auto known = operandTypesAt(Structured(linalgOp), extent);
    if (!known)
      return false;
    types = std::move(*known);
  } else {
    for (Type type : op->getOperandTypes())
      types.push_back(withExtent(type, extent));
  }
  for (auto [operand, type] : llvm::zip_equal(op->getOpOperands(), types))
    if (operand.get().getType() != type)
      operand.set(arguments.addArgument(type, op->getLoc()));
  if (!linalgOp) {
    inferResults(op, extent);
    return true;
  }
  ValueRange inits = op->getOperands().take_back(op->getNumResults());
  for (auto [result, init] : llvm::zip_equal(op->getResults(), inits))
    result.setType(init.getType());
  return true;
}

LayerDescription mlir::pr::describeOpAt(Operation *op, int64_t extent) {
  bool describable =
      isa<LayerOpInterface>(op) || OpTrait::hasElementwiseMappableTraits(op);
  if (!describable || !hasUnknownExtents(op))
    return describeOp(op);
  Region region;
  Block &block = region.emplaceBlock();
  Operation *copy = op->clone();
  block.push_back(copy);
  // Whether the shapes fit together is asked, not reported.
  ScopedDiagnosticHandler silent(op->getContext(),
                                 [](Diagnostic &) { return success(); });
  // The copy stands alone, so nothing but the op itself can be verified.
  bool fits = giveShapes(copy, block, extent) &&
              succeeded(copy->getName().verifyInvariants(copy)) &&
              succeeded(copy->getName().verifyRegionInvariants(copy));
  return describeOp(fits ? copy : op);
}
