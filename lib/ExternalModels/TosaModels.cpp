// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Attach.h"
#include "Body.h"
#include "Movement.h"
#include "Tosa.h"

#include "mlir/Dialect/Tosa/IR/TosaOps.h"
#include "mlir/IR/DialectRegistry.h"
#include "mlir/IR/Matchers.h"
#include "llvm/ADT/StringSwitch.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;
using namespace mlir::pr;
using ::pr::Checked;
using ::pr::LayerKind;

//===----------------------------------------------------------------------===//
// Element-wise arithmetic
//===----------------------------------------------------------------------===//

/// Operations per element, from what the specification's pseudo code computes.
static OperationMix mixOf(Operation *op) {
  StringRef name = op->getName().stripDialect();
  OperationMix alu = {1};
  OperationMix multiply = {0, 1}, divide = {0, 0, 1}, function = {0, 0, 0, 1};
  OperationMix clamp = {2};
  // 1 / (1 + exp(-x))
  OperationMix sigmoid = {2, 0, 1, 1};
  // Two zero points, multiply, round, shift, clamp, convert.
  OperationMix rescale = {6, 1, 0, 0, 1};
  OperationMix cast = {0, 0, 0, 0, 1}, scaledCast = {0, 1, 0, 0, 1};
  return llvm::StringSwitch<OperationMix>(name)
      .Case("mul", multiply)
      .Cases({"intdiv", "reciprocal", "rsqrt"}, divide)
      .Cases({"pow", "table", "erf", "tanh", "cos", "exp", "log", "sin"},
             function)
      .Case("sigmoid", sigmoid)
      .Case("clamp", clamp)
      .Case("rescale", rescale)
      .Case("cast", cast)
      .Cases({"cast_from_block_scaled", "cast_to_block_scaled"}, scaledCast)
      .Default(alu);
}

/// Operands with one element for each of the result's; behind them stand
/// parameters of the arithmetic: tables, multipliers, zero points, shifts.
static unsigned numDataOperands(Operation *op) {
  if (isa<tosa::TableOp, tosa::RescaleOp, tosa::NegateOp>(op))
    return 1;
  return isa<tosa::MulOp>(op) ? 2 : op->getNumOperands();
}

LayerDescription mlir::pr::describeTosaElementwise(Operation *op) {
  namespace ew = ::pr::dim::elementwise;
  OperationMix mix = mixOf(op);
  Checked elements = numElements(op->getResult(0).getType());
  Draft draft(LayerKind::Elementwise);
  int64_t full = 0;
  Checked broadcast = 0;
  for (auto [index, operand] : llvm::enumerate(op->getOperands())) {
    Checked count = numElements(operand.getType());
    if (index < numDataOperands(op) && count.value() == elements.value())
      ++full;
    else if (count.value() == 1)
      continue; // kept in a register
    else
      broadcast = broadcast + count;
    draft.operand(operand.getType());
  }
  for (Value result : op->getResults())
    draft.result(result.getType());
  return draft.set(ew::e, elements)
      .set(ew::full, full)
      .set(ew::bcast, broadcast)
      .set(ew::alu, mix.alu)
      .set(ew::mul, mix.mul)
      .set(ew::div, mix.div)
      .set(ew::fn, mix.fn)
      .set(ew::cvt, mix.cvt)
      .finish();
}

//===----------------------------------------------------------------------===//
// Reductions
//===----------------------------------------------------------------------===//

static Draft reductionOver(Operation *op, int64_t axis, StringRef name,
                           int64_t operations) {
  namespace red = ::pr::dim::reduction;
  ArrayRef<int64_t> shape = shapeOf(op->getOperand(0));
  return Draft(LayerKind::Reduction)
      .set(red::o, product(shape.take_front(axis)))
      .set(red::r, shape[axis])
      .set(red::i, product(shape.drop_front(axis + 1)))
      .option(red::op, name)
      .set(red::ops, operations)
      .operand(op->getOperand(0).getType())
      .result(op->getResult(0).getType());
}

LayerDescription mlir::pr::describeTosaReduction(Operation *op) {
  StringRef name = llvm::StringSwitch<StringRef>(op->getName().stripDialect())
                       .Case("reduce_all", "and")
                       .Case("reduce_any", "or")
                       .Case("reduce_max", "max")
                       .Case("reduce_min", "min")
                       .Case("reduce_product", "prod")
                       .Default("sum");
  int64_t axis = op->getAttrOfType<IntegerAttr>("axis").getInt();
  return reductionOver(op, axis, name, 1).finish();
}

LayerDescription mlir::pr::describeTosaArgMax(Operation *op) {
  // Compare, select the value, select its position.
  return reductionOver(op, cast<tosa::ArgMaxOp>(op).getAxis(), "argmax", 3)
      .finish();
}

//===----------------------------------------------------------------------===//
// Data movement
//===----------------------------------------------------------------------===//

static LayerDescription describeTile(tosa::TileOp op) {
  ArrayRef<int64_t> from = shapeOf(op.getInput1());
  ArrayRef<int64_t> to = shapeOf(op.getOutput());
  if (from == to)
    return LayerDescription::folded(kView);
  return movement("tile", op.getInput1().getType(), op.getOutput().getType(),
                  boxRun(from, to))
      .finish();
}

static LayerDescription describeReverse(tosa::ReverseOp op) {
  ArrayRef<int64_t> shape = shapeOf(op.getInput1());
  if (shape[op.getAxis()] == 1)
    return LayerDescription::folded(kView);
  return movement("reverse", op.getInput1().getType(), op.getOutput().getType(),
                  product(shape.drop_front(op.getAxis() + 1)))
      .finish();
}

/// Only the rows that the indices name are read.
static LayerDescription describeGather(tosa::GatherOp op) {
  namespace dm = ::pr::dim::data_movement;
  return movement("gather", op.getValues().getType(), op.getOutput().getType(),
                  shapeOf(op.getValues()).back())
      .set(dm::r, numElements(op.getOutput().getType()))
      .operand(op.getIndices().getType())
      .finish();
}

static LayerDescription describeScatter(tosa::ScatterOp op) {
  namespace dm = ::pr::dim::data_movement;
  return movement("scatter", op.getValuesIn().getType(),
                  op.getValuesOut().getType(), shapeOf(op.getInput()).back())
      .set(dm::r, numElements(op.getValuesIn().getType()) +
                      numElements(op.getInput().getType()))
      .operand(op.getIndices().getType())
      .operand(op.getInput().getType())
      .finish();
}

static LayerDescription describeResize(tosa::ResizeOp op) {
  return movement("resize", op.getInput().getType(), op.getOutput().getType(),
                  shapeOf(op.getInput()).back())
      .finish();
}

LayerDescription mlir::pr::describeTosaMovement(Operation *op) {
  return llvm::TypeSwitch<Operation *, LayerDescription>(op)
      .Case([](tosa::TransposeOp op) {
        SmallVector<int64_t> permutation(op.getPerms());
        return describeTranspose(op.getInput1(), op.getOutput(), permutation);
      })
      .Case([](tosa::ConcatOp op) {
        return describeConcat(op.getInput1(), op.getOutput(), op.getAxis());
      })
      .Case([](tosa::PadOp op) {
        return describePad(op.getInput1(), op.getOutput());
      })
      .Case([](tosa::SliceOp op) {
        return describeSlice(op.getInput1(), shapeOf(op.getOutput()), {},
                             op.getOutput());
      })
      .Case([](tosa::VariableWriteOp op) {
        return describeCopy(op.getInput1().getType(), op.getInput1().getType());
      })
      .Case(describeTile)
      .Case(describeReverse)
      .Case(describeGather)
      .Case(describeScatter)
      .Case(describeResize);
}

//===----------------------------------------------------------------------===//
// Everything else
//===----------------------------------------------------------------------===//

static LayerDescription describeUnknown(Operation *op) {
  if (auto custom = dyn_cast<tosa::CustomOp>(op))
    return LayerDescription::unsupported(
        "custom operator '" + custom.getOperatorName().str() + "' of domain '" +
        custom.getDomainName().str() + "' is not known");
  return LayerDescription::unsupported(
      "no layer kind covers '" + op->getName().getStringRef().str() + "'");
}

void mlir::pr::registerTosaModels(DialectRegistry &registry) {
  using namespace tosa;
  registry.addExtension(+[](MLIRContext *context, TosaDialect *) {
    attachLayer<describeTosaConv>::to<Conv2DOp, Conv3DOp>(context);
    attachLayer<describeTosaDepthwise>::to<DepthwiseConv2DOp>(context);
    attachLayer<describeTosaTransposeConv>::to<TransposeConv2DOp>(context);
    attachLayer<describeTosaPool>::to<AvgPool2dOp, MaxPool2dOp>(context);
    attachLayer<describeTosaMatMul>::to<MatMulOp, MatmulTBlockScaledOp>(
        context);
    attachLayer<describeTosaElementwise>::to<
        AbsOp, AddOp, ArithmeticRightShiftOp, BitwiseAndOp, BitwiseNotOp,
        BitwiseOrOp, BitwiseXorOp, CastFromBlockScaledOp, CastOp,
        CastToBlockScaledOp, CeilOp, ClampOp, ClzOp, CosOp, EqualOp, ErfOp,
        ExpOp, FloorOp, GreaterEqualOp, GreaterOp, IntDivOp, LogOp,
        LogicalAndOp, LogicalLeftShiftOp, LogicalNotOp, LogicalOrOp,
        LogicalRightShiftOp, LogicalXorOp, MaximumOp, MinimumOp, MulOp,
        NegateOp, PowOp, ReciprocalOp, RescaleOp, RsqrtOp, SelectOp, SigmoidOp,
        SinOp, SubOp, TableOp, TanhOp>(context);
    attachLayer<describeTosaReduction>::to<ReduceAllOp, ReduceAnyOp,
                                           ReduceMaxOp, ReduceMinOp,
                                           ReduceProductOp, ReduceSumOp>(
        context);
    attachLayer<describeTosaArgMax>::to<ArgMaxOp>(context);
    attachLayer<describeTosaMovement>::to<ConcatOp, GatherOp, PadOp, ResizeOp,
                                          ReverseOp, ScatterOp, SliceOp, TileOp,
                                          TransposeOp, VariableWriteOp>(
        context);
    attachLayer<describeUnknown>::to<CustomOp, FFT2dOp, RFFT2dOp>(context);
    attachFolded<kConstant>::to<ConstOp, ConstShapeOp>(context);
    attachFolded<kView>::to<IdentityOp, ReshapeOp>(context);
    attachFolded<kVariable>::to<VariableOp, VariableReadOp>(context);
    attachFolded<kScalar>::to<ApplyScaleOp>(context);
    attachFolded<kShape>::to<AddShapeOp, ConcatShapeOp, DimOp, DivCeilShapeOp,
                             DivFloorShapeOp, Exp2ShapeOp, Log2CeilShapeOp,
                             Log2FloorShapeOp, MaxShapeOp, MinShapeOp,
                             ModShapeOp, MulShapeOp, SliceShapeOp, SubShapeOp>(
        context);
  });
}
