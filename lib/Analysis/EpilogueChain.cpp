// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "EpilogueChain.h"

#include "pr/ExternalModels/Structured.h"

using namespace mlir;
using namespace mlir::pr;
using ::pr::EpilogueOp;
using ::pr::LayerKind;

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
  auto fromType = dyn_cast<ShapedType>(value.getType());
  auto toType = dyn_cast<ShapedType>(result.getType());
  if (!fromType || !toType || !fromType.hasStaticShape() ||
      !toType.hasStaticShape())
    return false;
  if (auto permutation = permutationOf(view.op)) {
    auto found = llvm::find(*permutation, channel);
    channel = found == permutation->end() ? -1 : found - permutation->begin();
    transposed |= view.isLayer() && !program.asQuantized();
  } else {
    channel = dimAfterReshape(fromType.getShape(), channel, toType.getShape());
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
  auto linalgOp = dyn_cast<linalg::LinalgOp>(op);
  if (!linalgOp)
    return dims;
  Structured structured(linalgOp);
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
  auto linalgOp = dyn_cast<linalg::LinalgOp>(operand.getOwner());
  if (!linalgOp)
    return channel;
  Structured structured(linalgOp);
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
