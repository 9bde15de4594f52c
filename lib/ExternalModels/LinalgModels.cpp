// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Attach.h"
#include "Linalg.h"

#include "mlir/IR/DialectRegistry.h"

using namespace mlir;
using namespace mlir::pr;
using ::pr::Checked;
using ::pr::LayerKind;

BodySummary mlir::pr::summarizeBody(const Structured &op) {
  return summarizeBody(*op.getBlock(), [&](BlockArgument argument) {
    return !op.isScalar(op.getMatchingOpOperand(argument));
  });
}

/// What getStaticLoopRanges computes, without building maps for it: nearly
/// every loop is a plain dimension of some operand.
ArrayRef<int64_t> Structured::getExtents() const {
  if (extents)
    return *extents;
  extents.emplace(getNumLoops(), -1);
  for (auto [operand, map] :
       llvm::zip_equal(op->getOperands(), getIndexingMapsArray())) {
    ArrayRef<int64_t> shape = shapeOf(operand);
    for (unsigned i = 0; i < map.getNumResults(); ++i)
      if (int loop = loopOfResult(map, i); loop >= 0)
        (*extents)[loop] = shape[i];
  }
  if (llvm::any_of(*extents, [](int64_t extent) { return extent < 0; }))
    extents.emplace(op.getStaticLoopRanges());
  return *extents;
}

/// Named or generic, every structured op takes this road, so both spellings
/// give the same layer.
static LayerDescription describeStructured(Operation *operation) {
  Structured op(cast<linalg::LinalgOp>(operation));
  if (op.getNumDpsInits() == 0)
    return LayerDescription::unsupported("this op has no outs");
  if (op.getNumReductionLoops() == 0)
    return describeParallel(op);
  if (auto contraction = describeContraction(op))
    return *contraction;
  if (auto window = describeWindow(op))
    return *window;
  return *describeReduction(op);
}

static LayerDescription describeSoftmax(Operation *operation) {
  auto op = cast<linalg::SoftmaxOp>(operation);
  namespace sm = ::pr::dim::softmax;
  ArrayRef<int64_t> shape = shapeOf(op.getInput());
  uint64_t axis = op.getDimension();
  return Draft(LayerKind::Softmax)
      .set(sm::o, product(shape.take_front(axis)))
      .set(sm::r, shape[axis])
      .set(sm::i, product(shape.drop_front(axis + 1)))
      .operand(op.getInput().getType())
      .result(op.getOutput().getType())
      .finish();
}

/// The transforms around a Winograd convolution: small constant matrices
/// multiplied to tiles, bound by the tiles' traffic.
static LayerDescription describeWinograd(Operation *op) {
  namespace dm = ::pr::dim::data_movement;
  Type source = op->getOperand(0).getType();
  Type target = op->getOperand(1).getType();
  return Draft(LayerKind::DataMovement)
      .option(dm::op, "winograd")
      .set(dm::e, numElements(target))
      .set(dm::r, numElements(source))
      .set(dm::run, 1)
      .operand(source)
      .result(target)
      .finish();
}

static LayerDescription describeRelayout(Operation *op) {
  namespace dm = ::pr::dim::data_movement;
  bool packs = isa<linalg::PackOp>(op);
  Type source = op->getOperand(0).getType();
  Type target = op->getOperand(1).getType();
  // A tile's innermost row stays together on its way.
  ArrayRef<int64_t> tiled =
      cast<ShapedType>(packs ? target : source).getShape();
  return Draft(LayerKind::DataMovement)
      .option(dm::op, packs ? "pack" : "unpack")
      .set(dm::e, numElements(target))
      .set(dm::r, numElements(source))
      .set(dm::run, tiled.empty() ? 1 : tiled.back())
      .operand(source)
      .result(target)
      .finish();
}

void mlir::pr::registerLinalgModels(DialectRegistry &registry) {
  registry.addExtension(+[](MLIRContext *context, linalg::LinalgDialect *) {
    attachLayer<describeStructured>::to<
#define GET_OP_LIST
#include "mlir/Dialect/Linalg/IR/LinalgStructuredOps.cpp.inc"
        >(context);
    attachLayer<describeSoftmax>::to<linalg::SoftmaxOp>(context);
    attachLayer<describeWinograd>::to<linalg::WinogradFilterTransformOp,
                                      linalg::WinogradInputTransformOp,
                                      linalg::WinogradOutputTransformOp>(
        context);
    attachLayer<describeRelayout>::to<linalg::PackOp, linalg::UnPackOp>(
        context);
  });
}
