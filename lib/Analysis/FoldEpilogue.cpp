// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What a target fuses behind a layer for free: the chain of single uses behind
// the layer's result, as far as the target's epilogue goes.
#include "ElementSteps.h"

#include "mlir/Dialect/Linalg/IR/Linalg.h"

using namespace mlir;
using namespace mlir::pr;
using ::pr::EpilogueOp;
using ::pr::LayerKind;

namespace {
/// One op of the chain.
struct FusedOp {
  OpDescription *description;
  SmallVector<ElementStep> steps; ///< empty: pooling
  ::pr::Epilogue before;          ///< the epilogue in front of this op
};

class EpilogueChain {
public:
  EpilogueChain(Program &program, OpDescription &producer,
                const ::pr::KindSupport &support)
      : program(program), producer(producer), support(support),
        value(producer.op->getResult(0)), channel(producer.roles.resultChannel),
        epilogue(producer.layer.epilogue) {}

  void run() {
    while (advance())
      ;
    dropWidening();
    commit();
  }

private:
  bool advance();
  bool passView(OpDescription &view);
  bool fuseElementwise(OpDescription &user, OpOperand &use);
  bool fusePool(OpDescription &user, OpOperand &use);
  bool fuseStep(const ElementStep &step, ::pr::Epilogue &next);
  bool residualIsReady(Value residual);
  bool mayFuse(EpilogueOp op) const;
  bool isFree(EpilogueOp op) const {
    return llvm::is_contained(support.freeEpilogue, op);
  }
  bool append(::pr::Epilogue &list, EpilogueOp op) const;
  void dropWidening();
  void commit();
  StringRef ruleOf(unsigned index) const;

  Program &program;
  OpDescription &producer;
  const ::pr::KindSupport &support;
  Value value;
  int channel; ///< the dimension of `value` with the output channels
  bool pooled = false;
  bool transposed = false; ///< behind a transpose that is work of its own
  ::pr::Epilogue epilogue;
  SmallVector<FusedOp> fused;
  SmallVector<OpDescription *> rescaledResiduals;
};
} // namespace

static bool isAffine(EpilogueOp op) {
  return op == EpilogueOp::Bias || op == EpilogueOp::Scale;
}

//===----------------------------------------------------------------------===//
// Walking the chain
//===----------------------------------------------------------------------===//

/// Padding or a slice that the window behind it reads through.
static bool isReadThrough(const OpDescription &description) {
  StringRef rule = description.why;
  return description.isFolded() &&
         (rule.starts_with("pad-into-") || rule.starts_with("slice-into-"));
}

bool EpilogueChain::advance() {
  OpOperand *use = onlyUse(value);
  OpDescription *user = use ? program.find(use->getOwner()) : nullptr;
  if (!user || user->op->getBlock() != producer.op->getBlock() ||
      user->op->getNumResults() != 1)
    return false;
  if (program.isView(user->op) || isMovement(*user, "transpose"))
    return passView(*user);
  if (isReadThrough(*user)) {
    value = user->op->getResult(0);
    return true;
  }
  if (!user->isLayer())
    return false;
  switch (user->layer.kind) {
  case LayerKind::Elementwise:
    return fuseElementwise(*user, *use);
  case LayerKind::Pool2D:
  case LayerKind::Pool3D:
  case LayerKind::Reduction:
    return fusePool(*user, *use);
  default:
    return false;
  }
}

/// Element-wise work behind a view or a transpose may as well be done in front
/// of it; only the place of the channels changes. Pooling may not: the
/// transpose would move less than it says.
bool EpilogueChain::passView(OpDescription &view) {
  Value result = view.op->getResult(0);
  ArrayRef<int64_t> from = cast<ShapedType>(value.getType()).getShape();
  ArrayRef<int64_t> to = cast<ShapedType>(result.getType()).getShape();
  if (auto permutation = permutationOf(view.op)) {
    auto found = llvm::find(*permutation, channel);
    channel = found == permutation->end() ? -1 : found - permutation->begin();
    transposed |= view.isLayer() && !program.asQuantized();
  } else {
    channel = dimAfterReshape(from, channel, to);
  }
  value = result;
  return true;
}

bool EpilogueChain::fuseElementwise(OpDescription &user, OpOperand &use) {
  auto steps = stepsFrom(program, use, channel);
  if (!steps)
    return false;
  ::pr::Epilogue next = epilogue;
  size_t numRescales = rescaledResiduals.size();
  for (const ElementStep &step : *steps) {
    if (fuseStep(step, next))
      continue;
    rescaledResiduals.truncate(numRescales);
    return false;
  }
  fused.push_back({&user, std::move(*steps), epilogue});
  epilogue = next;
  value = user.op->getResult(0);
  return true;
}

bool EpilogueChain::fuseStep(const ElementStep &step, ::pr::Epilogue &next) {
  // Behind pooling: the division of an average, and requantization.
  if (pooled && step.op == EpilogueOp::Scale && !step.side)
    return true;
  if (pooled && step.op != EpilogueOp::Requantize)
    return false;
  if (step.op == EpilogueOp::ResidualAdd && !residualIsReady(step.side))
    return false;
  return mayFuse(step.op) && append(next, step.op);
}

/// The dimensions of an operand that a reduction runs over.
static SmallVector<unsigned> reducedDims(OpOperand &operand) {
  Operation *op = operand.getOwner();
  if (auto axis = op->getAttrOfType<IntegerAttr>("axis"))
    return {static_cast<unsigned>(axis.getInt())};
  SmallVector<unsigned> dims;
  auto structured = dyn_cast<linalg::LinalgOp>(op);
  if (!structured)
    return dims;
  auto kinds = structured.getIteratorTypesArray();
  AffineMap map = structured.getMatchingIndexingMap(&operand);
  for (auto [position, expr] : llvm::enumerate(map.getResults()))
    if (auto dim = dyn_cast<AffineDimExpr>(expr);
        dim && kinds[dim.getPosition()] == utils::IteratorType::reduction)
      dims.push_back(position);
  return dims;
}

/// The channels' dimension behind a reduction; -1 where it is reduced.
static int channelBehind(OpOperand &operand, int channel) {
  if (channel < 0 || llvm::is_contained(reducedDims(operand), channel))
    return -1;
  auto structured = dyn_cast<linalg::LinalgOp>(operand.getOwner());
  if (!structured)
    return channel;
  AffineExpr loop =
      structured.getMatchingIndexingMap(&operand).getResult(channel);
  AffineMap result =
      structured.getMatchingIndexingMap(structured.getDpsInitOperand(0));
  return result.getResultPosition(loop).value_or(-1);
}

bool EpilogueChain::fusePool(OpDescription &user, OpOperand &use) {
  if (!isFree(EpilogueOp::Pool) || transposed || use.getOperandNumber() != 0)
    return false;
  bool isReduction = user.layer.kind == LayerKind::Reduction;
  int behind =
      isReduction ? channelBehind(use, channel) : user.roles.resultChannel;
  ::pr::Epilogue next = epilogue;
  if (behind < 0 || !append(next, EpilogueOp::Pool))
    return false;
  channel = behind;
  pooled = true;
  fused.push_back({&user, {}, epilogue});
  epilogue = next;
  value = user.op->getResult(0);
  return true;
}

//===----------------------------------------------------------------------===//
// What fits the epilogue
//===----------------------------------------------------------------------===//

bool EpilogueChain::mayFuse(EpilogueOp op) const {
  if (isFree(op))
    return true;
  // A scale is a multiplication and an addition per channel.
  if (op == EpilogueOp::Bias && isFree(EpilogueOp::Scale))
    return true;
  // Quantizing a network folds these into its weights and biases.
  return program.asQuantized() &&
         (isAffine(op) || op == EpilogueOp::Requantize);
}

/// Adds an operation that the target does for free to the list, neighbours of
/// the same effect joined; false where the list is full.
bool EpilogueChain::append(::pr::Epilogue &list, EpilogueOp op) const {
  if (isAffine(op) && !isFree(op))
    op = op == EpilogueOp::Bias ? EpilogueOp::Scale : EpilogueOp::Bias;
  if (!isFree(op))
    return true;
  if (!list.empty()) {
    EpilogueOp &last = list[list.size() - 1];
    if (isAffine(last) && isAffine(op)) {
      if (isFree(EpilogueOp::Scale) && op != last)
        last = EpilogueOp::Scale;
      return true;
    }
    bool joins = op != EpilogueOp::Activation && op != EpilogueOp::ResidualAdd;
    if ((last == op && joins) ||
        (last == EpilogueOp::Clamp && op == EpilogueOp::Relu))
      return true;
    if (last == EpilogueOp::Relu && op == EpilogueOp::Clamp) {
      last = op; // ReLU6 as a maximum and a minimum
      return true;
    }
  }
  if (list.full())
    return false;
  list.push_back(op);
  return true;
}

/// The op whose work makes a value: of a folded one, what it is folded into.
static Operation *maker(Program &program, Value value) {
  OpDescription *def = program.definition(value);
  while (def && def->isFolded()) {
    if (def->foldedInto)
      return def->foldedInto;
    if (def->why != "view" || def->op->getNumOperands() == 0)
      break;
    def = program.definition(def->op->getOperand(0));
  }
  return def ? def->op : nullptr;
}

/// The residual must be there when the producer runs. Rescaling it to the
/// sum's type is part of the addition where the target requantizes for free.
bool EpilogueChain::residualIsReady(Value residual) {
  SmallVector<OpDescription *> rescales;
  while (OpDescription *def = program.definition(residual)) {
    if (!def->isLayer() || def->layer.kind != LayerKind::Elementwise ||
        !mayFuse(EpilogueOp::Requantize) || !onlyUse(residual))
      break;
    auto steps = stepsFrom(program, def->op->getOpOperand(0), -1);
    if (!steps || steps->size() != 1 ||
        steps->front().op != EpilogueOp::Requantize)
      break;
    rescales.push_back(def);
    residual = def->op->getOperand(0);
  }
  Operation *from = maker(program, residual);
  if (from && (from == producer.op || !program.precedes(from, producer.op)))
    return false;
  rescaledResiduals.append(rescales);
  return true;
}

//===----------------------------------------------------------------------===//
// Folding
//===----------------------------------------------------------------------===//

static StringRef ruleOfStep(EpilogueOp op) {
  switch (op) {
  case EpilogueOp::Bias:
    return "bias";
  case EpilogueOp::Scale:
    return "scale";
  case EpilogueOp::Relu:
    return "relu";
  case EpilogueOp::Clamp:
    return "clamp";
  case EpilogueOp::Activation:
    return "activation";
  case EpilogueOp::Requantize:
    return "requantize";
  case EpilogueOp::ResidualAdd:
    return "residual";
  case EpilogueOp::Pool:
    return "pool";
  }
  return "epilogue";
}

/// A conversion to a wider integer at the end belongs to the addition that
/// needs it: what the layer writes is the narrow one.
void EpilogueChain::dropWidening() {
  while (!fused.empty()) {
    const FusedOp &last = fused.back();
    ::pr::ElementType from = last.description->layer.operands[0];
    ::pr::ElementType to = last.description->layer.results[0];
    bool widens = last.steps.size() == 1 &&
                  last.steps.front().op == EpilogueOp::Requantize &&
                  from.isInteger() && to.isInteger() && to.bits > from.bits;
    if (!widens)
      return;
    epilogue = last.before;
    fused.pop_back();
  }
}

/// An op that only adds and multiplies, per channel or by scalars.
static bool isAffineOp(const FusedOp &op) {
  return !op.steps.empty() &&
         llvm::all_of(op.steps, [](const ElementStep &step) {
           return isAffine(step.op);
         });
}

/// The name of the rule for one op of the chain. Neighbouring additions and
/// multiplications per channel are a batch normalisation.
StringRef EpilogueChain::ruleOf(unsigned index) const {
  const FusedOp &op = fused[index];
  if (op.steps.empty())
    return "pool";
  bool behindPool =
      llvm::any_of(llvm::ArrayRef(fused).take_front(index),
                   [](const FusedOp &other) { return other.steps.empty(); });
  if (behindPool && isAffineOp(op))
    return "pool";
  if (!isAffineOp(op))
    return ruleOfStep(op.steps.front().op);
  unsigned begin = index, end = index + 1;
  while (begin > 0 && isAffineOp(fused[begin - 1]))
    --begin;
  while (end < fused.size() && isAffineOp(fused[end]))
    ++end;
  bool scales = false, adds = false;
  for (unsigned i = begin; i < end; ++i)
    for (const ElementStep &step : fused[i].steps) {
      scales |= step.op == EpilogueOp::Scale && step.side;
      adds |= step.op == EpilogueOp::Bias && step.side;
    }
  return scales && adds ? "batch-norm" : ruleOfStep(op.steps.front().op);
}

void EpilogueChain::commit() {
  StringRef family = familyOf(producer.layer.kind);
  SmallVector<std::string> rules;
  for (unsigned i = 0; i < fused.size(); ++i)
    rules.push_back((ruleOf(i) + "-into-" + family).str());
  for (auto [op, rule] : llvm::zip_equal(fused, rules))
    program.fold(*op.description, rule, producer.op);
  for (OpDescription *rescale : rescaledResiduals)
    if (rescale->isLayer())
      program.fold(*rescale, ("residual-into-" + family).str(), producer.op);
  for (auto [op, rule] : llvm::zip_equal(fused, rules))
    for (const ElementStep &step : op.steps)
      if (step.side && step.op != EpilogueOp::ResidualAdd)
        foldPreparation(program, step.side, rule, producer.op);
  producer.layer.epilogue = epilogue;
  bool converts = llvm::any_of(fused, [](const FusedOp &op) {
    return llvm::any_of(op.steps, [](const ElementStep &step) {
      return step.op == EpilogueOp::Requantize;
    });
  });
  // What is written is what the last op of the chain makes.
  if (converts)
    producer.layer.results = fused.back().description->layer.results;
}

//===----------------------------------------------------------------------===//
// Preparation
//===----------------------------------------------------------------------===//

static bool isNeededElsewhere(Program &program, Value value) {
  return llvm::any_of(value.getUsers(), [&](Operation *user) {
    OpDescription *description = program.find(user);
    if (!description || !description->isFolded())
      return true;
    return program.isView(user) &&
           isNeededElsewhere(program, user->getResult(0));
  });
}

void mlir::pr::foldPreparation(Program &program, Value value, StringRef rule,
                               Operation *into) {
  OpDescription *def = program.definition(value);
  if (!def)
    return;
  if (def->isLayer()) {
    if (!program.isParameter(value) || isNeededElsewhere(program, value))
      return;
    program.fold(*def, rule, into);
  } else if (!program.isView(def->op)) {
    return;
  }
  for (Value operand : def->op->getOperands())
    foldPreparation(program, operand, rule, into);
}

void mlir::pr::foldEpilogues(Program &program) {
  for (OpDescription &description : program.ops()) {
    if (!description.isLayer() || description.op->getNumResults() != 1 ||
        description.roles.input < 0 ||
        description.layer.kind == LayerKind::DataMovement)
      continue;
    const ::pr::KindSupport *support = program.support(description.layer.kind);
    if (support && (!support->freeEpilogue.empty() || program.asQuantized()))
      EpilogueChain(program, description, *support).run();
  }
}
