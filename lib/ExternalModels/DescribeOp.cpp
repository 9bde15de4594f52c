// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The one entry: LayerOpInterface first, then what traits and interfaces say.
#include "pr/ExternalModels/ExternalModels.h"

#include "Attach.h"
#include "Body.h"

#include "mlir/IR/DialectRegistry.h"
#include "mlir/IR/Matchers.h"
#include "mlir/Interfaces/CallInterfaces.h"
#include "mlir/Interfaces/ControlFlowInterfaces.h"
#include "mlir/Interfaces/FunctionInterfaces.h"
#include "mlir/Interfaces/LoopLikeInterface.h"

using namespace mlir;
using namespace mlir::pr;
using ::pr::Checked;
using ::pr::LayerKind;

void mlir::pr::registerExternalModels(DialectRegistry &registry) {
  registerLinalgModels(registry);
  registerTosaModels(registry);
  registerTensorModels(registry);
  registerMemRefModels(registry);
}

static std::string nameOf(Operation *op) {
  return "'" + op->getName().getStringRef().str() + "'";
}

static bool hasOnlyScalars(Operation *op) {
  auto isScalar = [](Type type) {
    return isa<IntegerType, IndexType, FloatType, NoneType>(type);
  };
  return llvm::all_of(op->getOperandTypes(), isScalar) &&
         llvm::all_of(op->getResultTypes(), isScalar);
}

/// arith and math ops on whole tensors or vectors.
static LayerDescription describeMapped(Operation *op) {
  namespace ew = ::pr::dim::elementwise;
  if (std::string reason = whyNotStatic(op); !reason.empty())
    return LayerDescription::unsupported(reason);
  OperationMix mix;
  if (!countScalarOp(op, mix))
    return LayerDescription::unsupported("nobody knows what " + nameOf(op) +
                                         " costs per element");
  Draft draft(LayerKind::Elementwise);
  int64_t full = 0;
  for (Value operand : op->getOperands()) {
    full += isa<ShapedType>(operand.getType());
    draft.operand(operand.getType());
  }
  draft.set(ew::e, numElements(op->getResult(0).getType()))
      .set(ew::full, full)
      .set(ew::alu, mix.alu)
      .set(ew::mul, mix.mul)
      .set(ew::div, mix.div)
      .set(ew::fn, mix.fn)
      .set(ew::cvt, mix.cvt);
  for (Value result : op->getResults())
    draft.result(result.getType());
  return draft.finish();
}

/// What an op says about itself without LayerOpInterface.
static LayerDescription describeByTraits(Operation *op) {
  StringRef name = op->getName().getStringRef();
  if (op->hasTrait<OpTrait::IsTerminator>())
    return LayerDescription::folded("terminator");
  if (op->hasTrait<OpTrait::ConstantLike>())
    return LayerDescription::folded(kConstant);
  if (isa<SymbolOpInterface, FunctionOpInterface>(op))
    return LayerDescription::folded("definition");
  if (isa<CallOpInterface>(op))
    return LayerDescription::folded("call");
  if (isa<RegionBranchOpInterface, LoopLikeOpInterface>(op) ||
      name == "tosa.cond_if" || name == "tosa.while_loop")
    return LayerDescription::folded("control-flow");
  if (name == "cf.assert")
    return LayerDescription::folded("assertion");
  if (op->getName().getDialectNamespace() == "shape")
    return LayerDescription::folded(kShape);
  if (name == "affine.load" || name == "affine.store")
    return LayerDescription::folded(kScalar);
  if (hasOnlyScalars(op) && op->getNumRegions() == 0 && isMemoryEffectFree(op))
    return LayerDescription::folded(kScalar);
  if (OpTrait::hasElementwiseMappableTraits(op))
    return describeMapped(op);
  if (!op->isRegistered())
    return LayerDescription::unsupported("no dialect is registered for " +
                                         nameOf(op));
  return LayerDescription::unsupported("no rule describes " + nameOf(op));
}

LayerDescription mlir::pr::describeOp(Operation *op) {
  if (auto layerOp = dyn_cast<LayerOpInterface>(op))
    return layerOp.describeLayer();
  return describeByTraits(op);
}
