// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "ElementSteps.h"

#include "pr/ExternalModels/Structured.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Tosa/IR/TosaOps.h"
#include "mlir/Interfaces/CastInterfaces.h"
#include "llvm/ADT/StringSwitch.h"

using namespace mlir;
using namespace mlir::pr;
using ::pr::EpilogueOp;

using Steps = SmallVector<ElementStep>;

//===----------------------------------------------------------------------===//
// Operands beside the main one
//===----------------------------------------------------------------------===//

/// The dimensions an operand really varies along: of a vector that was
/// broadcast to the full shape, those of the vector.
static std::optional<SmallVector<unsigned>> trueDims(OpOperand &operand) {
  Operation *op = operand.getOwner();
  OpOperand *source = copiedOperand(operand.get().getDefiningOp());
  bool sameShape = op->getNumResults() == 1 &&
                   operand.get().getType() == op->getResult(0).getType();
  return variesAlong(source && sameShape ? *source : operand);
}

static unsigned numWideDims(Value value) {
  return llvm::count_if(cast<ShapedType>(value.getType()).getShape(),
                        [](int64_t extent) { return extent != 1; });
}

SideKind mlir::pr::classifySide(Program &program, OpOperand &operand,
                                int channel) {
  if (!isa<ShapedType>(operand.get().getType()))
    return SideKind::Scalar;
  auto dims = trueDims(operand);
  if (!dims)
    return SideKind::Other;
  bool prepared = program.isParameter(operand.get());
  if (dims->empty() && prepared)
    return SideKind::Scalar;
  if (dims->size() == 1 && int(dims->front()) == channel && prepared)
    return SideKind::Channel;
  Value result = operand.getOwner()->getResult(0);
  return dims->size() == numWideDims(result) ? SideKind::Full : SideKind::Other;
}

//===----------------------------------------------------------------------===//
// Single operations
//===----------------------------------------------------------------------===//

namespace {
enum class Function { Add, Sub, Mul, Div, Max, Min, Convert, Unary, Other };

/// The other factor, summand ... of an operation.
struct Side {
  SideKind kind;
  Value value;
};
} // namespace

static Function functionOf(Operation *op) {
  if (isa<CastOpInterface, tosa::CastOp, tosa::RescaleOp>(op))
    return Function::Convert;
  if (isa<tosa::TableOp>(op))
    return Function::Unary;
  Function unary =
      op->getNumOperands() == 1 ? Function::Unary : Function::Other;
  return llvm::StringSwitch<Function>(op->getName().getStringRef())
      .Cases({"arith.addf", "arith.addi", "tosa.add"}, Function::Add)
      .Cases({"arith.subf", "arith.subi", "tosa.sub"}, Function::Sub)
      .Cases({"arith.mulf", "arith.muli", "tosa.mul"}, Function::Mul)
      .Case("arith.divf", Function::Div)
      .Cases({"arith.maximumf", "arith.maxnumf", "arith.maxsi", "tosa.maximum"},
             Function::Max)
      .Cases({"arith.minimumf", "arith.minnumf", "arith.minsi", "tosa.minimum"},
             Function::Min)
      .Default(unary);
}

static std::optional<ElementStep> limitStep(bool isMaximum, const Side &side) {
  if (side.kind != SideKind::Scalar)
    return std::nullopt;
  bool isRelu = isMaximum && constantNumber(side.value) == 0.0;
  return ElementStep{isRelu ? EpilogueOp::Relu : EpilogueOp::Clamp};
}

/// The step of a binary operation with `side` as its other operand.
static std::optional<ElementStep> binaryStep(Function function, bool mainIsLeft,
                                             const Side &side) {
  bool prepared =
      side.kind == SideKind::Scalar || side.kind == SideKind::Channel;
  Value vector = side.kind == SideKind::Scalar ? Value() : side.value;
  switch (function) {
  case Function::Add:
  case Function::Sub:
    if (side.kind == SideKind::Full)
      return ElementStep{EpilogueOp::ResidualAdd, side.value};
    if (!prepared)
      return std::nullopt;
    // c - x also changes the sign.
    return ElementStep{function == Function::Add || mainIsLeft
                           ? EpilogueOp::Bias
                           : EpilogueOp::Scale,
                       vector};
  case Function::Mul:
  case Function::Div:
    if (!prepared || (function == Function::Div && !mainIsLeft))
      return std::nullopt;
    return ElementStep{EpilogueOp::Scale, vector};
  case Function::Max:
  case Function::Min:
    return limitStep(function == Function::Max, side);
  default:
    return std::nullopt;
  }
}

static std::optional<ElementStep> unaryStep(Function function) {
  if (function == Function::Convert)
    return ElementStep{EpilogueOp::Requantize};
  if (function == Function::Unary)
    return ElementStep{EpilogueOp::Activation};
  return std::nullopt;
}

//===----------------------------------------------------------------------===//
// Bodies of structured ops
//===----------------------------------------------------------------------===//

/// Whether a value inside a body is the same for every element.
static bool isInvariant(Value value, const Structured &op) {
  if (auto argument = dyn_cast<BlockArgument>(value))
    return argument.getOwner() != op.getBlock() ||
           op.isScalar(op.getMatchingOpOperand(argument));
  Operation *def = value.getDefiningOp();
  if (def->getBlock() != op.getBlock())
    return true;
  return !isa<linalg::IndexOp>(def) && def->getNumRegions() == 0 &&
         llvm::all_of(def->getOperands(),
                      [&](Value operand) { return isInvariant(operand, op); });
}

static Side sideInBody(Program &program, Value value, const Structured &op,
                       int channel) {
  if (isInvariant(value, op))
    return {SideKind::Scalar, value};
  auto argument = dyn_cast<BlockArgument>(value);
  if (!argument)
    return {SideKind::Other, value};
  OpOperand *operand = op.getMatchingOpOperand(argument);
  return {classifySide(program, *operand, channel), operand->get()};
}

/// select(compare(x, c), x, c): a maximum or minimum in two operations.
static std::optional<ElementStep> selectStep(Program &program, Value current,
                                             const Structured &op, int channel,
                                             arith::SelectOp &select) {
  Operation *compare = nullptr;
  for (Operation *user : current.getUsers()) {
    if (auto found = dyn_cast<arith::SelectOp>(user))
      select = found;
    else
      compare = user;
  }
  if (!select || !compare || select.getCondition().getDefiningOp() != compare)
    return std::nullopt;
  auto cmp = dyn_cast<arith::CmpFOp>(compare);
  if (!cmp)
    return std::nullopt;
  bool keepsTrue = select.getTrueValue() == current;
  Value other = keepsTrue ? select.getFalseValue() : select.getTrueValue();
  bool currentIsLeft = cmp.getLhs() == current;
  if ((currentIsLeft ? cmp.getRhs() : cmp.getLhs()) != other)
    return std::nullopt;
  StringRef predicate = stringifyCmpFPredicate(cmp.getPredicate());
  bool greater = predicate.ends_with("gt") || predicate.ends_with("ge");
  bool less = predicate.ends_with("lt") || predicate.ends_with("le");
  if (!greater && !less)
    return std::nullopt;
  // The larger of the two is kept if "left is greater" keeps the left one.
  bool isMaximum = greater == (keepsTrue == currentIsLeft);
  return limitStep(isMaximum, sideInBody(program, other, op, channel));
}

/// Follows the element from the body's argument to its terminator.
static std::optional<Steps> chainInBody(Program &program, const Structured &op,
                                        BlockArgument main, int channel) {
  Steps steps;
  Value current = main;
  while (true) {
    std::optional<ElementStep> step;
    Operation *user = nullptr;
    if (current.hasOneUse()) {
      OpOperand &use = *current.use_begin();
      user = use.getOwner();
      if (user->hasTrait<OpTrait::IsTerminator>())
        return steps;
      Function function = functionOf(user);
      step = unaryStep(function);
      if (!step && user->getNumOperands() == 2)
        step = binaryStep(
            function, use.getOperandNumber() == 0,
            sideInBody(program, user->getOperand(1 - use.getOperandNumber()),
                       op, channel));
    } else if (current.hasNUses(2)) {
      arith::SelectOp select;
      step = selectStep(program, current, op, channel, select);
      user = select;
    }
    if (!step)
      return std::nullopt;
    steps.push_back(*step);
    current = user->getResult(0);
  }
}

/// Scalar steps around a conversion (scale, round, add the zero point, clamp)
/// are one requantization.
static Steps joinConversions(const Steps &steps) {
  Steps joined;
  for (auto it = steps.begin(); it != steps.end();) {
    auto end = std::find_if(it, steps.end(),
                            [](const ElementStep &step) { return step.side; });
    bool converts = std::any_of(it, end, [](const ElementStep &step) {
      return step.op == EpilogueOp::Requantize;
    });
    if (converts)
      joined.push_back({EpilogueOp::Requantize});
    else
      joined.append(it, end);
    if (end == steps.end())
      break;
    joined.push_back(*end);
    it = end + 1;
  }
  return joined;
}

static bool readsOnlyScalarsBeside(const Structured &op, OpOperand &main) {
  return llvm::all_of(op->getOpOperands(), [&](OpOperand &operand) {
    return &operand == &main || op.isScalar(&operand) ||
           !op.payloadUsesValueFromOperand(&operand);
  });
}

static std::optional<Steps> stepsOfBody(Program &program, const Structured &op,
                                        OpOperand &main, int channel) {
  if (op.getNumDpsInits() != 1 ||
      op.getMatchingIndexingMap(&main) !=
          op.getMatchingIndexingMap(op.getDpsInitOperand(0)))
    return std::nullopt;
  BlockArgument argument = op.getMatchingBlockArgument(&main);
  if (auto chain = chainInBody(program, op, argument, channel))
    return joinConversions(*chain);
  // A function of one element, however it is put together.
  if (readsOnlyScalarsBeside(op, main))
    return Steps{{EpilogueOp::Activation}};
  return std::nullopt;
}

//===----------------------------------------------------------------------===//
// Whole-tensor operations
//===----------------------------------------------------------------------===//

static ElementStep clampStep(tosa::ClampOp op) {
  auto low = dyn_cast<FloatAttr>(op.getMinVal());
  auto high = dyn_cast<FloatAttr>(op.getMaxVal());
  bool isRelu = low && high && low.getValue().isZero() &&
                (high.getValue().isInfinity() || high.getValue().isLargest());
  return {isRelu ? EpilogueOp::Relu : EpilogueOp::Clamp};
}

static std::optional<ElementStep> stepOfOp(Program &program, OpOperand &main,
                                           int channel) {
  Operation *op = main.getOwner();
  if (auto clamp = dyn_cast<tosa::ClampOp>(op))
    return clampStep(clamp);
  Function function = functionOf(op);
  if (auto step = unaryStep(function))
    return step;
  // tosa.mul has a shift as its third operand.
  if (main.getOperandNumber() > 1 || op->getNumOperands() < 2)
    return std::nullopt;
  OpOperand &other = op->getOpOperand(1 - main.getOperandNumber());
  return binaryStep(function, main.getOperandNumber() == 0,
                    {classifySide(program, other, channel), other.get()});
}

std::optional<Steps> mlir::pr::stepsFrom(Program &program, OpOperand &main,
                                         int channel) {
  Operation *op = main.getOwner();
  if (auto structured = dyn_cast<linalg::LinalgOp>(op))
    return stepsOfBody(program, Structured(structured), main, channel);
  auto dims = variesAlong(main);
  if (op->getNumResults() != 1 || !dims ||
      dims->size() != numWideDims(op->getResult(0)))
    return std::nullopt;
  auto step = stepOfOp(program, main, channel);
  return step ? std::optional<Steps>(Steps{*step}) : std::nullopt;
}
