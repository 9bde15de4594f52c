// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Contractions, elementwise operations, reductions and data movement in linalg.
// A layer knows less than the operation it was described from (how many
// additions, not which): the program does the same amount of work.
#include "MaterializeKinds.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"

#include <cmath>

using namespace mlir;
using namespace mlir::pr;
using ::pr::Expected;
using ::pr::Layer;
using ::pr::Layout;
using utils::IteratorType;

static RankedTensorType tensorOf(MLIRContext *context, ArrayRef<int64_t> shape,
                                 ::pr::ElementType type) {
  return RankedTensorType::get(shape, toMLIRType(context, type));
}

static Value emptyOf(OpBuilder &b, Location loc, RankedTensorType type) {
  return tensor::EmptyOp::create(b, loc, type.getShape(),
                                 type.getElementType());
}

//===----------------------------------------------------------------------===//
// Matrix product
//===----------------------------------------------------------------------===//

template <typename Op>
static LayerProgram matmulProgram(RankedTensorType left, RankedTensorType right,
                                  RankedTensorType output) {
  LayerProgram program;
  program.arguments = {left, right};
  program.result = output;
  program.body = [=](OpBuilder &b, Location loc, ValueRange arguments) {
    Value init = zeroFilled(b, loc, output);
    return Op::create(b, loc, output, arguments, init).getResult(0);
  };
  return program;
}

Expected<LayerProgram> mlir::pr::planMatMul(MLIRContext *context,
                                            const Layer &layer) {
  namespace mm = ::pr::dim::matmul;
  int64_t m = layer[mm::m], n = layer[mm::n], k = layer[mm::k];
  if (layer.layout == Layout::TT)
    return noForm("a product of two transposed matrices has no form in linalg "
                  "here");
  bool leftTransposed = layer.layout == Layout::TN;
  bool rightTransposed = layer.layout == Layout::NT;
  bool batched = layer[mm::b] > 1;
  auto type = [&](int64_t rows, int64_t columns, ::pr::ElementType element) {
    SmallVector<int64_t> shape = {rows, columns};
    if (batched)
      shape.insert(shape.begin(), layer[mm::b]);
    return tensorOf(context, shape, element);
  };
  RankedTensorType left = leftTransposed ? type(k, m, layer.operands[0])
                                         : type(m, k, layer.operands[0]);
  RankedTensorType right = rightTransposed ? type(n, k, layer.operands[1])
                                           : type(k, n, layer.operands[1]);
  RankedTensorType out = type(m, n, layer.results[0]);
  if (batched && leftTransposed)
    return matmulProgram<linalg::BatchMatmulTransposeAOp>(left, right, out);
  if (batched && rightTransposed)
    return matmulProgram<linalg::BatchMatmulTransposeBOp>(left, right, out);
  if (batched)
    return matmulProgram<linalg::BatchMatmulOp>(left, right, out);
  if (leftTransposed)
    return matmulProgram<linalg::MatmulTransposeAOp>(left, right, out);
  if (rightTransposed)
    return matmulProgram<linalg::MatmulTransposeBOp>(left, right, out);
  return matmulProgram<linalg::MatmulOp>(left, right, out);
}

//===----------------------------------------------------------------------===//
// Elementwise
//===----------------------------------------------------------------------===//

namespace {
/// The operations that an element still needs, and the operands still unread.
struct OperationMix {
  int64_t alu, mul, div, fn;

  int64_t binary() const { return alu + mul + div; }
  /// One of the operations of two operands that are left.
  Value combine(OpBuilder &b, Location loc, Value left, Value right) {
    if (alu > 0)
      return --alu, arith::AddFOp::create(b, loc, left, right);
    if (mul > 0)
      return --mul, arith::MulFOp::create(b, loc, left, right);
    return --div, arith::DivFOp::create(b, loc, left, right);
  }
};
} // namespace

/// A constant that no optimiser folds into its neighbours.
static Value constantOf(OpBuilder &b, Location loc, Type type, double value) {
  return arith::ConstantOp::create(b, loc, b.getFloatAttr(type, value));
}

static Value emitMix(OpBuilder &b, Location loc, OperationMix mix,
                     ValueRange operands, Type type) {
  Value value =
      operands.empty() ? constantOf(b, loc, type, 0.75) : operands.front();
  for (Value operand : operands.drop_front(operands.empty() ? 0 : 1))
    value = mix.combine(b, loc, value, operand);
  for (; mix.fn > 0; --mix.fn)
    value = math::ExpOp::create(b, loc, value);
  while (mix.binary() > 0)
    value = mix.combine(b, loc, value, constantOf(b, loc, type, 1.1));
  return value;
}

namespace {
/// The iteration space of an elementwise layer and how its operands are read.
struct ElementwiseShape {
  SmallVector<int64_t> space;
  SmallVector<RankedTensorType> arguments;
  SmallVector<AffineMap> maps;
};
} // namespace

/// Full operands are [outer, inner]. A broadcast operand has an element for
/// each outer index where its extent divides the elements, as a channel vector
/// does with the channels first; otherwise one element for all.
static ElementwiseShape shapeElementwise(MLIRContext *context,
                                         const Layer &layer) {
  namespace ew = ::pr::dim::elementwise;
  Builder b(context);
  int64_t full = std::min<int64_t>(layer[ew::full], layer.operands.size());
  int64_t shared = layer.operands.size() - full;
  int64_t outer =
      shared > 0 ? std::max<int64_t>(layer[ew::bcast] / shared, 1) : 1;
  if (layer[ew::e] % outer != 0)
    outer = 1;
  ElementwiseShape shape;
  shape.space = {outer, layer[ew::e] / outer};
  for (auto [i, type] : llvm::enumerate(layer.operands)) {
    bool isFull = int64_t(i) < full;
    shape.arguments.push_back(tensorOf(
        context, isFull ? ArrayRef<int64_t>(shape.space) : outer, type));
    shape.maps.push_back(isFull ? b.getMultiDimIdentityMap(2)
                                : AffineMap::get(2, 0, b.getAffineDimExpr(0)));
  }
  return shape;
}

Expected<LayerProgram> mlir::pr::planElementwise(MLIRContext *context,
                                                 const Layer &layer) {
  namespace ew = ::pr::dim::elementwise;
  if (layer.results.size() != 1)
    return noForm("an elementwise layer with several results has no form in "
                  "linalg here");
  ::pr::ElementType element = layer.results[0];
  for (::pr::ElementType type : layer.operands)
    if (type != element || !element.isFloat())
      return noForm("an elementwise layer of types other than one float type "
                    "has no form in linalg here");
  OperationMix mix{layer[ew::alu], layer[ew::mul], layer[ew::div],
                   layer[ew::fn]};
  if (layer[ew::cvt] > 0)
    return noForm("an elementwise conversion has no form in linalg here");
  if (mix.binary() + mix.fn > 256)
    return noForm("more than 256 operations per element have no form in linalg "
                  "here");
  if (mix.binary() + 1 < int64_t(layer.operands.size()))
    return noForm("the elementwise layer reads " +
                  std::to_string(layer.operands.size()) +
                  " operands, but has only " + std::to_string(mix.binary()) +
                  " operations to combine them");

  ElementwiseShape shape = shapeElementwise(context, layer);
  LayerProgram program;
  program.arguments = shape.arguments;
  program.result = tensorOf(context, shape.space, element);
  program.exact = false;
  program.body = [=, result = program.result](OpBuilder &b, Location loc,
                                              ValueRange arguments) {
    SmallVector<AffineMap> maps = shape.maps;
    maps.push_back(b.getMultiDimIdentityMap(2));
    SmallVector<IteratorType> iterators(2, IteratorType::parallel);
    auto body = [&](OpBuilder &b, Location loc, ValueRange values) {
      linalg::YieldOp::create(
          b, loc,
          emitMix(b, loc, mix, values.drop_back(), result.getElementType()));
    };
    return linalg::GenericOp::create(b, loc, result, arguments,
                                     emptyOf(b, loc, result), maps, iterators,
                                     body)
        .getResult(0);
  };
  return program;
}

//===----------------------------------------------------------------------===//
// Reduction and softmax
//===----------------------------------------------------------------------===//

/// [o, r, i], or [o, r] where nothing lies within.
static SmallVector<int64_t> keptAndReduced(int64_t o, int64_t r, int64_t i) {
  SmallVector<int64_t> shape = {o, r};
  if (i > 1)
    shape.push_back(i);
  return shape;
}

static Value combineTwo(OpBuilder &b, Location loc, StringRef what, Value left,
                        Value right) {
  if (what == "sum")
    return arith::AddFOp::create(b, loc, left, right);
  if (what == "prod")
    return arith::MulFOp::create(b, loc, left, right);
  if (what == "max")
    return arith::MaximumFOp::create(b, loc, left, right);
  return arith::MinimumFOp::create(b, loc, left, right);
}

Expected<LayerProgram> mlir::pr::planReduction(MLIRContext *context,
                                               const Layer &layer) {
  namespace red = ::pr::dim::reduction;
  StringRef what = layer.info().dims[red::op].values[layer[red::op]];
  if (!llvm::is_contained({"sum", "prod", "max", "min"}, what))
    return noForm("a reduction by " + what.str() +
                  " has no form in linalg here");
  if (layer.operands.size() != 1 || layer.results.size() != 1 ||
      layer.operands[0] != layer.results[0] || !layer.operands[0].isFloat())
    return noForm("a reduction of anything but one float operand has no form "
                  "in linalg here");
  if (layer[red::ops] > 64)
    return noForm("more than 64 operations per element have no form in linalg "
                  "here");
  LayerProgram program;
  SmallVector<int64_t> in =
      keptAndReduced(layer[red::o], layer[red::r], layer[red::i]);
  SmallVector<int64_t> out(in);
  out.erase(out.begin() + 1);
  program.arguments = {tensorOf(context, in, layer.operands[0])};
  program.result = tensorOf(context, out, layer.results[0]);
  program.exact =
      what == "max" || what == "min" || (what == "sum" && layer[red::ops] == 1);
  program.body = [=, extra = layer[red::ops] - 1, result = program.result](
                     OpBuilder &b, Location loc, ValueRange arguments) {
    double start = what == "sum"    ? 0
                   : what == "prod" ? 1
                   : what == "max"  ? -INFINITY
                                    : INFINITY;
    Type element = result.getElementType();
    Value init = filled(b, loc, result, constantOf(b, loc, element, start));
    AffineMap whole = b.getMultiDimIdentityMap(result.getRank() + 1);
    SmallVector<AffineMap> maps = {whole, whole.dropResult(1)};
    SmallVector<IteratorType> iterators(whole.getNumDims(),
                                        IteratorType::parallel);
    iterators[1] = IteratorType::reduction;
    auto body = [&](OpBuilder &b, Location loc, ValueRange values) {
      Value value = values[0];
      for (int64_t n = 0; n < extra; ++n)
        value = arith::MulFOp::create(b, loc, value, values[0]);
      linalg::YieldOp::create(b, loc,
                              combineTwo(b, loc, what, value, values[1]));
    };
    return linalg::GenericOp::create(b, loc, result, arguments, init, maps,
                                     iterators, body)
        .getResult(0);
  };
  return program;
}

Expected<LayerProgram> mlir::pr::planSoftmax(MLIRContext *context,
                                             const Layer &layer) {
  namespace sm = ::pr::dim::softmax;
  if (layer.operands[0] != layer.results[0] || !layer.operands[0].isFloat())
    return noForm("a softmax of anything but one float type has no form in "
                  "linalg here");
  LayerProgram program;
  program.result = tensorOf(
      context, keptAndReduced(layer[sm::o], layer[sm::r], layer[sm::i]),
      layer.operands[0]);
  program.arguments = {program.result};
  program.exact = false;
  program.body = [result = program.result](OpBuilder &b, Location loc,
                                           ValueRange arguments) {
    return linalg::SoftmaxOp::create(b, loc, TypeRange(result), arguments[0],
                                     emptyOf(b, loc, result), /*dimension=*/1)
        .getResult()[0];
  };
  return program;
}

//===----------------------------------------------------------------------===//
// Data movement
//===----------------------------------------------------------------------===//

static LayerProgram copyProgram(RankedTensorType type) {
  LayerProgram program;
  program.arguments = {type};
  program.result = type;
  program.body = [=](OpBuilder &b, Location loc, ValueRange arguments) {
    return linalg::CopyOp::create(b, loc, arguments[0], emptyOf(b, loc, type))
        .getResult(0);
  };
  return program;
}

static LayerProgram fillProgram(RankedTensorType type) {
  LayerProgram program;
  program.result = type;
  program.body = [=](OpBuilder &b, Location loc, ValueRange) {
    return zeroFilled(b, loc, type);
  };
  return program;
}

/// The divisor of `count` next to its square root.
static int64_t middleDivisor(int64_t count) {
  int64_t divisor = static_cast<int64_t>(std::sqrt(double(count)));
  while (count % divisor != 0)
    --divisor;
  return divisor;
}

/// [a, b, run] to [b, a, run], as square as the extents allow.
static LayerProgram transposeProgram(MLIRContext *context, const Layer &layer) {
  namespace dm = ::pr::dim::data_movement;
  int64_t run = layer[dm::run], rows = middleDivisor(layer[dm::e] / run);
  int64_t columns = layer[dm::e] / run / rows;
  LayerProgram program;
  program.arguments = {
      tensorOf(context, {rows, columns, run}, layer.operands[0])};
  program.result = tensorOf(context, {columns, rows, run}, layer.results[0]);
  program.body = [result = program.result](OpBuilder &b, Location loc,
                                           ValueRange arguments) {
    return linalg::TransposeOp::create(b, loc, arguments[0],
                                       emptyOf(b, loc, result),
                                       ArrayRef<int64_t>{1, 0, 2})
        .getResult()[0];
  };
  return program;
}

/// [r / run, run] to [r / run, times, run].
static LayerProgram broadcastProgram(MLIRContext *context, const Layer &layer) {
  namespace dm = ::pr::dim::data_movement;
  int64_t run = layer[dm::run], rows = layer[dm::r] / run;
  LayerProgram program;
  program.arguments = {tensorOf(context, {rows, run}, layer.operands[0])};
  program.result = tensorOf(context, {rows, layer[dm::e] / layer[dm::r], run},
                            layer.results[0]);
  program.body = [result = program.result](OpBuilder &b, Location loc,
                                           ValueRange arguments) {
    return linalg::BroadcastOp::create(b, loc, arguments[0],
                                       emptyOf(b, loc, result),
                                       ArrayRef<int64_t>{1})
        .getResult()[0];
  };
  return program;
}

Expected<LayerProgram> mlir::pr::planDataMovement(MLIRContext *context,
                                                  const Layer &layer) {
  namespace dm = ::pr::dim::data_movement;
  StringRef what = layer.info().dims[dm::op].values[layer[dm::op]];
  int64_t e = layer[dm::e], r = layer[dm::r], run = layer[dm::run];
  if (layer.operands.size() != 1 || layer.operands[0] != layer.results[0])
    return noForm("data movement between element types has no form in linalg "
                  "here");
  if (what == "fill")
    return fillProgram(tensorOf(context, {e}, layer.results[0]));
  if (what == "copy" && r == e)
    return copyProgram(tensorOf(context, {e}, layer.results[0]));
  if (what == "transpose" && r == e && e % run == 0)
    return transposeProgram(context, layer);
  if (what == "broadcast" && r > 0 && e % r == 0 && r % run == 0)
    return broadcastProgram(context, layer);
  return noForm("a " + what.str() + " of " + std::to_string(r) +
                " elements into " + std::to_string(e) + " in runs of " +
                std::to_string(run) + " has no form in linalg here");
}
