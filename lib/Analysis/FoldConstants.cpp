// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Work that is done once, before the first inference.
#include "Program.h"

#include "mlir/Interfaces/DestinationStyleOpInterface.h"

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

/// The ops at the end of the views and element-wise arithmetic behind a value
/// are all matrix products that read it as their right side.
static bool feedsOnlyRightSides(Program &program, Value value) {
  for (OpOperand &use : value.getUses()) {
    OpDescription *user = program.find(use.getOwner());
    if (!user)
      return false;
    bool isProduct = user->isLayer() && user->layer.kind == LayerKind::MatMul &&
                     user->layer[::pr::dim::matmul::b] == 1;
    if (isProduct &&
        static_cast<int>(use.getOperandNumber()) == user->roles.weights)
      continue;
    bool passes =
        program.isView(user->op) ||
        (user->isLayer() && user->layer.kind == LayerKind::Elementwise &&
         program.isParameter(user->op->getResult(0)));
    if (!passes || !feedsOnlyRightSides(program, user->op->getResult(0)))
      return false;
  }
  return !value.use_empty();
}

/// weight-layout: a transposed parameter that is only the right side of plain
/// matrix products is stored transposed.
void mlir::pr::foldWeightLayouts(Program &program) {
  for (OpDescription &description : program.ops()) {
    if (!isMovement(description, "transpose") ||
        description.op->getNumResults() != 1)
      continue;
    Value result = description.op->getResult(0);
    if (!program.isParameter(result) || !feedsOnlyRightSides(program, result))
      continue;
    OpOperand *use = onlyUse(result);
    program.fold(description, "weight-layout", use ? use->getOwner() : nullptr);
  }
}
