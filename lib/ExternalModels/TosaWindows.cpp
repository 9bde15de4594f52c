// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// TOSA's convolutions, pooling and matrix products. Their activations are nhwc;
// zero points are parameters of the arithmetic, not operands of the layer.
#include "Draft.h"
#include "Tosa.h"

#include "mlir/Dialect/Tosa/IR/TosaOps.h"
#include "mlir/IR/Matchers.h"

using namespace mlir;
using namespace mlir::pr;
using ::pr::Checked;
using ::pr::EpilogueOp;
using ::pr::LayerKind;
using ::pr::Layout;

static bool isZero(Value value) {
  DenseElementsAttr elements;
  if (!matchPattern(value, m_Constant(&elements)) || !elements.isSplat())
    return false;
  Attribute splat = elements.getSplatValue<Attribute>();
  if (auto number = dyn_cast<FloatAttr>(splat))
    return number.getValue().isZero();
  auto number = dyn_cast<IntegerAttr>(splat);
  return number && number.getValue().isZero();
}

/// Input, weights and result; the bias, where it is not zero, as an epilogue.
static LayerDescription finishConv(Draft &draft, Operation *op) {
  draft.operand(op->getOperand(0).getType())
      .operand(op->getOperand(1).getType())
      .result(op->getResult(0).getType());
  LayerRoles roles;
  roles.input = 0;
  roles.weights = 1;
  roles.inputZeroPoint = 3;
  roles.resultChannel =
      cast<ShapedType>(op->getResult(0).getType()).getRank() - 1;
  // Dimension 0 is the batch; the spatial ones follow, the last is the width.
  int axes = roles.resultChannel - 1;
  for (int i = 0; i < axes; ++i)
    roles.inputAxis[3 - axes + i] = 1 + i;
  if (!isZero(op->getOperand(2))) {
    roles.bias = 2;
    draft.epilogue(EpilogueOp::Bias);
  }
  return draft.finish(roles);
}

/// The axes of a convolution whose filter has its spatial dimensions from
/// `firstTap` on.
template <typename Op>
static void setAxes(Draft &draft, Op op, unsigned numAxes, unsigned firstTap) {
  ArrayRef<int64_t> input = shapeOf(op.getInput());
  ArrayRef<int64_t> filter = shapeOf(op.getWeight());
  ArrayRef<int64_t> output = shapeOf(op.getOutput());
  for (unsigned i = 0; i < numAxes; ++i)
    draft.window(3 - numAxes + i, input[1 + i], output[1 + i],
                 filter[firstTap + i], op.getStride()[i], op.getDilation()[i],
                 op.getPad()[2 * i]);
}

template <typename Op>
static LayerDescription describeDense(Op op, LayerKind kind, unsigned numAxes) {
  namespace conv = ::pr::dim::conv2d;
  ArrayRef<int64_t> input = shapeOf(op.getInput());
  Draft draft(kind);
  draft.set(conv::n, input[0])
      .set(conv::g, 1)
      .set(conv::oc, shapeOf(op.getWeight())[0])
      .set(conv::ic, input.back())
      .layout(Layout::ChannelsLastFilterFirst);
  setAxes(draft, op, numAxes, 1);
  return finishConv(draft, op);
}

LayerDescription mlir::pr::describeTosaConv(Operation *op) {
  if (auto conv = dyn_cast<tosa::Conv3DOp>(op))
    return describeDense(conv, LayerKind::Conv3D, 3);
  return describeDense(cast<tosa::Conv2DOp>(op), LayerKind::Conv2D, 2);
}

LayerDescription mlir::pr::describeTosaDepthwise(Operation *operation) {
  auto op = cast<tosa::DepthwiseConv2DOp>(operation);
  namespace dw = ::pr::dim::depthwise_conv2d;
  ArrayRef<int64_t> filter = shapeOf(op.getWeight());
  Draft draft(LayerKind::DepthwiseConv2D);
  draft.set(dw::n, shapeOf(op.getInput())[0])
      .set(dw::c, filter[2])
      .set(dw::m, filter[3])
      .layout(Layout::ChannelsLast);
  setAxes(draft, op, 2, 0);
  return finishConv(draft, op);
}

LayerDescription mlir::pr::describeTosaTransposeConv(Operation *operation) {
  auto op = cast<tosa::TransposeConv2DOp>(operation);
  namespace tc = ::pr::dim::transpose_conv2d;
  ArrayRef<int64_t> input = shapeOf(op.getInput());
  ArrayRef<int64_t> filter = shapeOf(op.getWeight());
  ArrayRef<int64_t> output = shapeOf(op.getOutput());
  Draft draft(LayerKind::TransposeConv2D);
  draft.set(tc::n, input[0])
      .set(tc::ic, input[3])
      .set(tc::oc, filter[0])
      .set(tc::ih, input[1])
      .set(tc::iw, input[2])
      .set(tc::oh, output[1])
      .set(tc::ow, output[2])
      .set(tc::kh, filter[1])
      .set(tc::kw, filter[2])
      .set(tc::sh, op.getStride()[0])
      .set(tc::sw, op.getStride()[1])
      .layout(Layout::ChannelsLastFilterFirst);
  return finishConv(draft, op);
}

template <typename Op>
static LayerDescription describePool(Op op, StringRef kind) {
  namespace p2 = ::pr::dim::pool2d;
  ArrayRef<int64_t> input = shapeOf(op.getInput());
  ArrayRef<int64_t> output = shapeOf(op.getOutput());
  Draft draft(LayerKind::Pool2D);
  draft.set(p2::n, input[0])
      .set(p2::c, input[3])
      .option(p2::op, kind)
      .layout(Layout::ChannelsLast)
      .operand(op.getInput().getType())
      .result(op.getOutput().getType());
  for (unsigned i : {0u, 1u})
    draft.window(1 + i, input[1 + i], output[1 + i], op.getKernel()[i],
                 op.getStride()[i], 1, op.getPad()[2 * i]);
  LayerRoles roles;
  roles.input = 0;
  roles.inputAxis = {-1, 1, 2};
  roles.resultChannel = 3;
  return draft.finish(roles);
}

LayerDescription mlir::pr::describeTosaPool(Operation *op) {
  if (auto pool = dyn_cast<tosa::AvgPool2dOp>(op))
    return describePool(pool, "avg");
  return describePool(cast<tosa::MaxPool2dOp>(op), "max");
}

static LayerDescription describeProduct(Operation *op, Value a, Value b,
                                        Layout layout) {
  namespace mm = ::pr::dim::matmul;
  ArrayRef<int64_t> left = shapeOf(a), result = shapeOf(op->getResult(0));
  LayerRoles roles;
  roles.input = 0;
  roles.weights = layout == Layout::NN ? 1 : 2;
  roles.resultChannel = 2;
  return Draft(LayerKind::MatMul)
      .set(mm::b, left[0])
      .set(mm::m, left[1])
      .set(mm::n, result[2])
      .set(mm::k, left[2])
      .layout(layout)
      .operand(a.getType())
      .operand(b.getType())
      .result(op->getResult(0).getType())
      .finish(roles);
}

LayerDescription mlir::pr::describeTosaMatMul(Operation *op) {
  if (auto scaled = dyn_cast<tosa::MatmulTBlockScaledOp>(op))
    return describeProduct(op, scaled.getAData(), scaled.getBData(),
                           Layout::NT);
  auto matmul = cast<tosa::MatMulOp>(op);
  return describeProduct(op, matmul.getA(), matmul.getB(), Layout::NN);
}
