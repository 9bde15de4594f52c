// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Body.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/IR/BuiltinTypes.h"
#include "llvm/ADT/SmallPtrSet.h"
#include "llvm/ADT/StringSwitch.h"

using namespace mlir;
using namespace mlir::pr;

OperationMix &OperationMix::operator+=(const OperationMix &other) {
  alu += other.alu;
  mul += other.mul;
  div += other.div;
  fn += other.fn;
  cvt += other.cvt;
  return *this;
}

//===----------------------------------------------------------------------===//
// Costs of scalar operations
//===----------------------------------------------------------------------===//

static OperationMix arithMix(StringRef name) {
  if (name == "constant" || name == "bitcast")
    return {};
  if (name.starts_with("ext") || name.starts_with("trunc") ||
      name.contains("to") || name.starts_with("index_cast") ||
      name == "convertf" || name.starts_with("scaling_"))
    return {0, 0, 0, 0, 1};
  if (name.starts_with("mul"))
    return {0, 1};
  if (name.starts_with("div") || name.starts_with("rem") ||
      name.starts_with("ceildiv") || name.starts_with("floordiv"))
    return {0, 0, 1};
  return {1};
}

static OperationMix mathMix(StringRef name) {
  OperationMix alu = {1}, squareRoot = {0, 0, 1}, multiplyAdd = {1, 1};
  OperationMix function = {0, 0, 0, 1};
  return llvm::StringSwitch<OperationMix>(name)
      .Cases({"absf", "absi", "ceil", "floor", "round", "roundeven", "trunc"},
             alu)
      .Cases({"copysign", "ctlz", "cttz", "ctpop", "isfinite", "isinf", "isnan",
              "isnormal", "clampf"},
             alu)
      .Cases({"sqrt", "rsqrt"}, squareRoot)
      .Case("fma", multiplyAdd)
      .Default(function);
}

bool mlir::pr::countScalarOp(Operation *op, OperationMix &mix) {
  StringRef name = op->getName().getStringRef();
  if (op->getNumRegions() != 0)
    return false;
  if (name.consume_front("arith."))
    mix += arithMix(name);
  else if (name.consume_front("math."))
    mix += mathMix(name);
  else if (name == "tosa.apply_scale")
    mix += {2, 1}; // multiply, add the rounding, shift
  else
    return name == "linalg.index" || name == "linalg.yield";
  return true;
}

//===----------------------------------------------------------------------===//
// Bodies
//===----------------------------------------------------------------------===//

static bool isLookup(Operation *op) {
  StringRef name = op->getName().getStringRef();
  return name == "tensor.extract" || name == "memref.load";
}

/// The ops that the yielded values depend on, look-ups' indices left out.
static llvm::SmallPtrSet<Operation *, 16> yieldedSlice(Block &body) {
  llvm::SmallPtrSet<Operation *, 16> slice;
  SmallVector<Value> worklist(body.getTerminator()->getOperands());
  while (!worklist.empty()) {
    Operation *def = worklist.pop_back_val().getDefiningOp();
    if (!def || def->getBlock() != &body || !slice.insert(def).second)
      continue;
    if (!isLookup(def))
      llvm::append_range(worklist, def->getOperands());
  }
  return slice;
}

BodySummary
mlir::pr::summarizeBody(Block &body,
                        llvm::function_ref<bool(BlockArgument)> isElement) {
  BodySummary summary;
  llvm::SmallPtrSet<Operation *, 16> slice = yieldedSlice(body);
  // The ops whose result changes from element to element.
  llvm::SmallPtrSet<Operation *, 16> varying;
  auto varies = [&](Value operand) {
    auto argument = dyn_cast<BlockArgument>(operand);
    if (argument)
      return argument.getOwner() == &body && isElement(argument);
    return varying.contains(operand.getDefiningOp());
  };
  for (Operation &op : body) {
    bool isIndex = op.getName().getStringRef() == "linalg.index";
    if (!slice.contains(&op) ||
        !(isLookup(&op) || isIndex || llvm::any_of(op.getOperands(), varies)))
      continue;
    varying.insert(&op);
    if (isLookup(&op))
      ++summary.lookups;
    else if (!countScalarOp(&op, summary.mix) && !summary.unknown)
      summary.unknown = &op;
  }
  return summary;
}

//===----------------------------------------------------------------------===//
// Combiners
//===----------------------------------------------------------------------===//

/// The value in front of conversions and of the subtraction of a zero point.
static Value stripFactor(Value value) {
  while (Operation *def = value.getDefiningOp()) {
    bool conversion = def->getNumOperands() == 1 && isa<CastOpInterface>(def);
    if (!conversion && !isa<arith::SubIOp>(def))
      break;
    value = def->getOperand(0);
  }
  return value;
}

static bool isProductOf(Value value, BlockArgument a, BlockArgument b) {
  Operation *def = value.getDefiningOp();
  if (!def || !isa<arith::MulFOp, arith::MulIOp, arith::AndIOp>(def))
    return false;
  Value x = stripFactor(def->getOperand(0));
  Value y = stripFactor(def->getOperand(1));
  return (x == a && y == b) || (x == b && y == a);
}

bool mlir::pr::isMultiplyAccumulate(Block &body, BlockArgument accumulator) {
  Operation *yield = body.getTerminator();
  if (yield->getNumOperands() != 1 || body.getNumArguments() < 3)
    return false;
  Value yielded = stripFactor(yield->getOperand(0));
  Operation *sum = yielded.getDefiningOp();
  if (!sum || !isa<arith::AddFOp, arith::AddIOp, arith::OrIOp>(sum))
    return false;
  BlockArgument a = body.getArgument(0), b = body.getArgument(1);
  for (unsigned side : {0u, 1u})
    if (stripFactor(sum->getOperand(side)) == accumulator)
      return isProductOf(stripFactor(sum->getOperand(1 - side)), a, b);
  return false;
}

static StringRef combinerName(Operation *op) {
  return llvm::StringSwitch<StringRef>(op->getName().getStringRef())
      .Cases({"arith.addf", "arith.addi"}, "sum")
      .Cases({"arith.mulf", "arith.muli"}, "prod")
      .Cases({"arith.maximumf", "arith.maxnumf", "arith.maxsi", "arith.maxui"},
             "max")
      .Cases({"arith.minimumf", "arith.minnumf", "arith.minsi", "arith.minui"},
             "min")
      .Case("arith.andi", "and")
      .Case("arith.ori", "or")
      .Case("arith.xori", "xor")
      .Default("mixed");
}

/// Whether a comparison holds when its left side is the greater one.
static std::optional<bool> holdsForGreater(Operation *comparison) {
  if (auto cmp = dyn_cast_or_null<arith::CmpFOp>(comparison)) {
    switch (cmp.getPredicate()) {
    case arith::CmpFPredicate::OGT:
    case arith::CmpFPredicate::OGE:
    case arith::CmpFPredicate::UGT:
    case arith::CmpFPredicate::UGE:
      return true;
    case arith::CmpFPredicate::OLT:
    case arith::CmpFPredicate::OLE:
    case arith::CmpFPredicate::ULT:
    case arith::CmpFPredicate::ULE:
      return false;
    default:
      return std::nullopt;
    }
  }
  if (auto cmp = dyn_cast_or_null<arith::CmpIOp>(comparison)) {
    switch (cmp.getPredicate()) {
    case arith::CmpIPredicate::sgt:
    case arith::CmpIPredicate::sge:
    case arith::CmpIPredicate::ugt:
    case arith::CmpIPredicate::uge:
      return true;
    case arith::CmpIPredicate::slt:
    case arith::CmpIPredicate::sle:
    case arith::CmpIPredicate::ult:
    case arith::CmpIPredicate::ule:
      return false;
    default:
      return std::nullopt;
    }
  }
  return std::nullopt;
}

/// "max" or "min" where a select keeps the greater or smaller of the compared
/// values.
static StringRef selectedExtreme(arith::SelectOp select) {
  Operation *comparison = select.getCondition().getDefiningOp();
  auto greater = holdsForGreater(comparison);
  if (!greater)
    return "mixed";
  Value left = comparison->getOperand(0), right = comparison->getOperand(1);
  if (select.getTrueValue() == left && select.getFalseValue() == right)
    return *greater ? "max" : "min";
  if (select.getTrueValue() == right && select.getFalseValue() == left)
    return *greater ? "min" : "max";
  return "mixed";
}

static StringRef combinerOfValue(Value yielded, BlockArgument accumulator) {
  Operation *op = yielded.getDefiningOp();
  if (!op || !llvm::is_contained(op->getOperands(), accumulator))
    return "mixed";
  if (auto select = dyn_cast<arith::SelectOp>(op))
    return selectedExtreme(select);
  return combinerName(op);
}

/// Whether a value is selected by a comparison with an accumulator.
static bool isSelectedBy(Value value, BlockArgument accumulator) {
  auto select = value.getDefiningOp<arith::SelectOp>();
  Operation *comparison =
      select ? select.getCondition().getDefiningOp() : nullptr;
  return comparison &&
         llvm::is_contained(comparison->getOperands(), accumulator);
}

StringRef mlir::pr::combinerOf(Block &body, unsigned numAccumulators) {
  Operation *yield = body.getTerminator();
  unsigned first = body.getNumArguments() - numAccumulators;
  auto combiner = [&](unsigned i) {
    return combinerOfValue(yield->getOperand(i), body.getArgument(first + i));
  };
  if (numAccumulators == 1)
    return combiner(0);
  if (numAccumulators != 2)
    return "mixed";
  // An extreme value and its position, in either order.
  for (unsigned i : {0u, 1u}) {
    if (!isSelectedBy(yield->getOperand(1 - i), body.getArgument(first + i)))
      continue;
    if (combiner(i) == "max")
      return "argmax";
    if (combiner(i) == "min")
      return "argmin";
  }
  return "mixed";
}
