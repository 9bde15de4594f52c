// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Work that is done once, before the first inference.
#include "Program.h"

#include "mlir/Interfaces/DestinationStyleOpInterface.h"
#include "llvm/ADT/SetVector.h"

using namespace mlir;
using namespace mlir::pr;
using ::pr::LayerKind;

/// Whether somebody may overwrite the value's buffer, which must then be filled
/// again for every inference.
static bool isOverwritten(Value value) {
  return llvm::any_of(value.getUses(), [](OpOperand &use) {
    auto op = dyn_cast<DestinationStyleOpInterface>(use.getOwner());
    return !op || op.isDpsInit(&use);
  });
}

/// constant-expression: everything the op reads is constant.
void mlir::pr::foldConstantExpressions(Program &program) {
  for (OpDescription &description : program.ops()) {
    if (!description.isLayer() || description.op->getNumResults() == 0)
      continue;
    if (isMovement(description, "fill") &&
        isOverwritten(description.op->getResult(0)))
      continue;
    if (llvm::all_of(description.op->getResults(),
                     [&](Value result) { return program.isConstant(result); }))
      program.fold(description, "constant-expression");
  }
}

/// Whether a layer reads the value as its weights, and these alone: not the
/// keys of an attention, which are a batch of activations.
static bool readsAsWeights(const OpDescription &user, OpOperand &use) {
  if (!user.isLayer() ||
      user.roles.weights != static_cast<int>(use.getOperandNumber()))
    return false;
  return user.layer.kind != LayerKind::MatMul ||
         user.layer[::pr::dim::matmul::b] == 1;
}

/// The ops at the end of the views and element-wise arithmetic behind a value
/// all read it as their weights.
static bool feedsOnlyWeights(Program &program, Value value) {
  llvm::SetVector<Value> values;
  values.insert(value);
  for (unsigned i = 0; i < values.size(); ++i) {
    if (values[i].use_empty())
      return false;
    for (OpOperand &use : values[i].getUses()) {
      OpDescription *user = program.find(use.getOwner());
      if (user && readsAsWeights(*user, use))
        continue;
      bool passes =
          user && user->op->getNumResults() == 1 &&
          (program.isView(user->op) ||
           (user->isLayer() && user->layer.kind == LayerKind::Elementwise)) &&
          program.isParameter(user->op->getResult(0));
      if (!passes)
        return false;
      values.insert(user->op->getResult(0));
    }
  }
  return true;
}

/// weight-layout: a transposed parameter that is only read as weights is stored
/// transposed.
void mlir::pr::foldWeightLayouts(Program &program) {
  for (OpDescription &description : program.ops()) {
    if (!isMovement(description, "transpose") ||
        description.op->getNumResults() != 1)
      continue;
    Value result = description.op->getResult(0);
    if (!program.isParameter(result) || !feedsOnlyWeights(program, result))
      continue;
    OpOperand *use = onlyUse(result);
    OpDescription *user = use ? program.find(use->getOwner()) : nullptr;
    program.fold(description, "weight-layout",
                 user && user->roles.weights >= 0 ? user->op : nullptr);
  }
}
