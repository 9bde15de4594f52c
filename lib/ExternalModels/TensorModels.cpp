// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Attach.h"
#include "Body.h"
#include "Movement.h"

#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/DialectRegistry.h"

using namespace mlir;
using namespace mlir::pr;
using ::pr::Checked;
using ::pr::LayerKind;

namespace dm = ::pr::dim::data_movement;

static LayerDescription describeTensorPad(Operation *op) {
  auto pad = cast<tensor::PadOp>(op);
  return describePad(pad.getSource(), pad.getResult());
}

static LayerDescription describeExtractSlice(Operation *operation) {
  auto op = cast<tensor::ExtractSliceOp>(operation);
  return describeSlice(op.getSource(), op.getStaticSizes(),
                       op.getStaticStrides(), op.getResult());
}

/// Written into the destination, which bufferization updates in place.
template <typename Op>
static LayerDescription describeInsert(Op op, Type destination) {
  Type source = op.getSource().getType();
  bool strided =
      !op.getStaticStrides().empty() && op.getStaticStrides().back() != 1;
  ArrayRef<int64_t> around = cast<ShapedType>(destination).getShape();
  Checked run = strided ? Checked(1) : boxRun(op.getStaticSizes(), around);
  return movement("insert_slice", source, destination, run)
      .set(dm::e, numElements(source))
      .finish();
}

static LayerDescription describeInsertSlice(Operation *operation) {
  if (auto op = dyn_cast<tensor::ParallelInsertSliceOp>(operation))
    return describeInsert(op, op.getDest().getType());
  auto op = cast<tensor::InsertSliceOp>(operation);
  return describeInsert(op, op.getDest().getType());
}

static LayerDescription describeTensorConcat(Operation *operation) {
  auto op = cast<tensor::ConcatOp>(operation);
  return describeConcat(op.getInputs(), op.getResult(), op.getDim());
}

static LayerDescription describeSplat(Operation *op) {
  Type result = op->getResult(0).getType();
  return movement("fill", result, result, numElements(result))
      .set(dm::r, 0)
      .finish();
}

static LayerDescription describeGenerate(Operation *operation) {
  namespace ew = ::pr::dim::elementwise;
  auto op = cast<tensor::GenerateOp>(operation);
  BodySummary body =
      summarizeBody(op.getBody().front(), [](BlockArgument) { return true; });
  if (body.unknown)
    return LayerDescription::unsupported(
        "nobody knows what '" + body.unknown->getName().getStringRef().str() +
        "' in the body costs");
  Type result = op.getResult().getType();
  return Draft(LayerKind::Elementwise)
      .set(ew::e, numElements(result))
      .set(ew::full, body.lookups)
      .set(ew::alu, body.mix.alu)
      .set(ew::mul, body.mix.mul)
      .set(ew::div, body.mix.div)
      .set(ew::fn, body.mix.fn)
      .set(ew::cvt, body.mix.cvt)
      .operand(result)
      .result(result)
      .finish();
}

static LayerDescription describeTensorGather(Operation *operation) {
  auto op = cast<tensor::GatherOp>(operation);
  Type result = op.getResult().getType();
  return movement("gather", op.getSource().getType(), result, 1)
      .set(dm::r, numElements(result))
      .operand(op.getIndices().getType())
      .finish();
}

static LayerDescription describeTensorScatter(Operation *operation) {
  auto op = cast<tensor::ScatterOp>(operation);
  Type source = op.getSource().getType();
  return movement("scatter", source, op.getResult().getType(), 1)
      .set(dm::e, numElements(source))
      .operand(op.getIndices().getType())
      .finish();
}

void mlir::pr::registerTensorModels(DialectRegistry &registry) {
  using namespace tensor;
  registry.addExtension(+[](MLIRContext *context, TensorDialect *) {
    attachLayer<describeTensorPad>::to<PadOp>(context);
    attachLayer<describeExtractSlice>::to<ExtractSliceOp>(context);
    attachLayer<describeInsertSlice>::to<InsertSliceOp, ParallelInsertSliceOp>(
        context);
    attachLayer<describeTensorConcat>::to<ConcatOp>(context);
    attachLayer<describeSplat>::to<SplatOp>(context);
    attachLayer<describeGenerate>::to<GenerateOp>(context);
    attachLayer<describeTensorGather>::to<GatherOp>(context);
    attachLayer<describeTensorScatter>::to<ScatterOp>(context);
    attachFolded<kAllocation>::to<EmptyOp>(context);
    attachFolded<kView>::to<BitcastOp, CastOp, CollapseShapeOp, ExpandShapeOp,
                            ReshapeOp>(context);
    attachFolded<kShape>::to<DimOp, RankOp>(context);
    attachFolded<kScalar>::to<ExtractOp, FromElementsOp, InsertOp>(context);
  });
}
