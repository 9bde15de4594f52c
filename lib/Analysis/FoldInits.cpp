// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Values that a layer starts from: it sets its accumulators instead of reading
// them from memory.
#include "Program.h"

#include "mlir/Dialect/Linalg/IR/Linalg.h"

using namespace mlir;
using namespace mlir::pr;
using ::pr::EpilogueOp;
using ::pr::LayerKind;

/// The layer that starts from the value or overwrites it; null for any other
/// use. (tensor.insert_slice keeps what it does not overwrite.)
static OpDescription *startedLayer(Program &program, OpOperand &use) {
  OpDescription *user = program.find(use.getOwner());
  auto op = dyn_cast<linalg::LinalgOp>(use.getOwner());
  bool starts = user && user->isLayer() && op && op.isDpsInit(&use);
  return starts ? user : nullptr;
}

static void foldFill(Program &program, OpDescription &fill) {
  Value result = fill.op->getResult(0);
  OpDescription *into = nullptr;
  for (OpOperand &use : result.getUses()) {
    into = startedLayer(program, use);
    if (!into)
      return;
  }
  if (into)
    program.fold(fill, "init-of-consumer",
                 result.hasOneUse() ? into->op : nullptr);
}

/// A filled buffer: the next op that touches it must be the one it starts.
static void foldBufferFill(Program &program, OpDescription &fill) {
  Value buffer = fill.op->getOperand(fill.roles.init);
  Operation *next = nullptr;
  OpOperand *nextUse = nullptr;
  for (OpOperand &use : buffer.getUses()) {
    Operation *user = use.getOwner();
    if (user->getBlock() != fill.op->getBlock())
      return;
    bool behind = fill.op->isBeforeInBlock(user);
    if (behind && (!next || user->isBeforeInBlock(next))) {
      next = user;
      nextUse = &use;
    }
  }
  OpDescription *into = nextUse ? startedLayer(program, *nextUse) : nullptr;
  if (into && into->layer.kind != LayerKind::DataMovement)
    program.fold(fill, "init-of-consumer", next);
}

static bool takesBias(const OpDescription &description, OpOperand &use) {
  return description.roles.weights >= 0 &&
         static_cast<int>(use.getOperandNumber()) == description.roles.init;
}

/// bias-init: a vector broadcast into the accumulators of convolutions and
/// matrix products.
static void foldBroadcast(Program &program, OpDescription &broadcast) {
  Value result = broadcast.op->getResult(0);
  SmallVector<OpDescription *> users;
  for (OpOperand &use : result.getUses()) {
    OpDescription *user = startedLayer(program, use);
    if (!user || !takesBias(*user, use))
      return;
    users.push_back(user);
  }
  if (users.empty())
    return;
  Operation *into = users.size() == 1 ? users.front()->op : nullptr;
  if (constantNumber(broadcast.op->getOperand(0)) == 0.0)
    return program.fold(broadcast, "init-of-consumer", into);
  for (OpDescription *user : users)
    user->layer.epilogue.push_back(EpilogueOp::Bias);
  program.fold(broadcast, "bias-init", into);
}

void mlir::pr::foldInits(Program &program) {
  for (OpDescription &description : program.ops()) {
    bool isValue = description.op->getNumResults() == 1;
    if (isMovement(description, "fill") && isValue)
      foldFill(program, description);
    else if (isMovement(description, "fill") && description.roles.init >= 0)
      foldBufferFill(program, description);
    else if (isMovement(description, "broadcast") && isValue)
      foldBroadcast(program, description);
  }
}
