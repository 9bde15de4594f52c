// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What a target fuses behind a layer for free: each op of the chain by the rule
// that names what it does.
#include "EpilogueChain.h"

using namespace mlir;
using namespace mlir::pr;
using ::pr::EpilogueOp;
using ::pr::LayerKind;

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
