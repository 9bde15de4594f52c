// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Program.h"

#include "pr/ExternalModels/Structured.h"

#include "mlir/Interfaces/FunctionInterfaces.h"

using namespace mlir;
using namespace mlir::pr;
using ::pr::LayerKind;

Program::Program(llvm::ArrayRef<OpDescription *> ops,
                 const llvm::DenseMap<Operation *, unsigned> &index,
                 const DescribeOptions &options)
    : descriptions(ops), index(index), options(options) {
  findConstants();
}

OpDescription *Program::find(Operation *op) {
  auto found = op ? index.find(op) : index.end();
  return found == index.end() ? nullptr : descriptions[found->second];
}

bool Program::isView(Operation *op) {
  OpDescription *description = find(op);
  return description && description->isFolded() && description->why == "view";
}

bool Program::precedes(Operation *a, Operation *b) const {
  return index.lookup(a) < index.lookup(b);
}

void Program::fold(OpDescription &description, StringRef rule,
                   Operation *into) {
  description.status = LayerDescription::Status::Folded;
  description.why = rule.str();
  description.foldedInto = into;
}

const ::pr::KindSupport *Program::support(LayerKind kind) const {
  return options.target ? options.target->find(kind) : nullptr;
}

bool mlir::pr::isMovement(const OpDescription &description, StringRef name) {
  namespace dm = ::pr::dim::data_movement;
  if (!description.isLayer() ||
      description.layer.kind != LayerKind::DataMovement)
    return false;
  const auto &values = description.layer.info().dims[dm::op].values;
  return StringRef(values[description.layer[dm::op]]) == name;
}

StringRef mlir::pr::familyOf(LayerKind kind) {
  switch (kind) {
  case LayerKind::Conv1D:
  case LayerKind::Conv2D:
  case LayerKind::Conv3D:
  case LayerKind::DepthwiseConv2D:
  case LayerKind::TransposeConv2D:
    return "conv";
  case LayerKind::Pool2D:
  case LayerKind::Pool3D:
    return "pool";
  default:
    return ::pr::kindInfo(kind).name;
  }
}

//===----------------------------------------------------------------------===//
// Constants and parameters
//===----------------------------------------------------------------------===//

static bool isParameterArgument(BlockArgument argument) {
  auto function =
      dyn_cast_or_null<FunctionOpInterface>(argument.getOwner()->getParentOp());
  return function && argument.getOwner()->isEntryBlock() &&
         !function.isPrivate() && argument.getArgNumber() > 0;
}

/// Visits the values that an op reads: its operands but for buffers it
/// overwrites, and what its regions capture. Some come more than once.
static void forEachValueRead(Operation *op,
                             llvm::function_ref<void(Value)> visit) {
  // Most ops of a network in TOSA.
  if (op->getNumRegions() == 0) {
    for (Value operand : op->getOperands())
      visit(operand);
    return;
  }
  auto linalgOp = dyn_cast<linalg::LinalgOp>(op);
  std::optional<Structured> structured;
  if (linalgOp)
    structured.emplace(linalgOp);
  for (OpOperand &operand : op->getOpOperands())
    if (!structured || structured->payloadUsesValueFromOperand(&operand))
      visit(operand.get());
  for (Region &region : op->getRegions())
    region.walk([&](Operation *nested) {
      for (Value operand : nested->getOperands())
        if (!region.isAncestor(operand.getParentRegion()))
          visit(operand);
    });
}

bool Program::isParameter(Value value) const {
  if (auto argument = dyn_cast<BlockArgument>(value))
    return isParameterArgument(argument);
  return parameters.contains(value);
}

/// Whether the results of an op are a function of what it reads.
static bool onlyComputes(const OpDescription &description) {
  if (!description.isFolded())
    return description.isLayer();
  StringRef rule = description.why;
  return rule == "constant" || rule == "scalar" || rule == "view" ||
         rule == "allocation";
}

/// In program order, so that operands are known in front of their users. (What
/// a loop carries is a block argument, and none of either.)
void Program::findConstants() {
  constants.reserve(descriptions.size());
  parameters.reserve(descriptions.size());
  for (const OpDescription &description : ops()) {
    if (!onlyComputes(description))
      continue;
    bool constant = true, parameter = true;
    forEachValueRead(description.op, [&](Value read) {
      constant = constant && isConstant(read);
      parameter = parameter && isParameter(read);
    });
    for (Value result : description.op->getResults()) {
      // A buffer may be written by anybody.
      if (isa<BaseMemRefType>(result.getType()))
        continue;
      if (constant)
        constants.insert(result);
      if (parameter)
        parameters.insert(result);
    }
  }
}
