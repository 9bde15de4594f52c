// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Convolutions and pooling as named linalg operations on explicitly padded
// inputs.
#include "MaterializeKinds.h"

#include "pr/Layer/Window.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"

using namespace mlir;
using namespace mlir::pr;
using ::pr::Expected;
using ::pr::Layer;
using ::pr::LayerKind;
using ::pr::Layout;
using ::pr::WindowAxis;

namespace {
/// The spatial part of a window operation.
struct Window {
  SmallVector<WindowAxis> axes;

  SmallVector<int64_t> collect(int64_t WindowAxis::*member) const {
    return llvm::map_to_vector(axes,
                               [&](const WindowAxis &a) { return a.*member; });
  }
  SmallVector<int64_t> inputs() const {
    return llvm::map_to_vector(axes,
                               [](const WindowAxis &a) { return a.input(); });
  }
  SmallVector<int64_t> outputs() const { return collect(&WindowAxis::output); }
  SmallVector<int64_t> kernels() const { return collect(&WindowAxis::kernel); }
  Attribute strides(OpBuilder &b) const {
    return b.getI64TensorAttr(collect(&WindowAxis::stride));
  }
  Attribute dilations(OpBuilder &b) const {
    return b.getI64TensorAttr(collect(&WindowAxis::dilation));
  }
  /// The input with its padding; the spatial dimensions start at `first`.
  Value pad(OpBuilder &b, Location loc, Value input, unsigned first,
            Value value) const {
    unsigned rank = cast<RankedTensorType>(input.getType()).getRank();
    SmallVector<int64_t> low(rank, 0), high(rank, 0);
    for (auto [i, axis] : llvm::enumerate(axes)) {
      low[first + i] = axis.padLow;
      high[first + i] = axis.padHigh;
    }
    return padded(b, loc, input, low, high, value);
  }
};
} // namespace

/// Axes `first` .. 2 of a layer.
static Window windowOf(const Layer &layer, int first) {
  Window window;
  for (int axis = first; axis < 3; ++axis)
    window.axes.push_back(::pr::windowAxis(layer, axis));
  return window;
}

static SmallVector<int64_t>
concat(std::initializer_list<ArrayRef<int64_t>> parts) {
  SmallVector<int64_t> all;
  for (ArrayRef<int64_t> part : parts)
    all.append(part.begin(), part.end());
  return all;
}

static RankedTensorType tensorOf(MLIRContext *context, ArrayRef<int64_t> shape,
                                 ::pr::ElementType type) {
  return RankedTensorType::get(shape, toMLIRType(context, type));
}

static Value zeroOf(OpBuilder &b, Location loc, Value tensor) {
  Type element = cast<RankedTensorType>(tensor.getType()).getElementType();
  return arith::ConstantOp::create(b, loc, b.getZeroAttr(element));
}

/// The program of a named operation with strides and dilations that adds up
/// products in a zeroed result.
template <typename Op>
static LayerProgram
productProgram(RankedTensorType input, RankedTensorType filter,
               RankedTensorType output, const Window &window,
               unsigned firstSpatial) {
  LayerProgram program;
  program.arguments = {input, filter};
  program.result = output;
  program.body = [=](OpBuilder &b, Location loc, ValueRange arguments) {
    Value zero = zeroOf(b, loc, arguments[0]);
    Value full = window.pad(b, loc, arguments[0], firstSpatial, zero);
    Value init = zeroFilled(b, loc, output);
    return Op::create(b, loc, output, ValueRange{full, arguments[1]}, init,
                      window.strides(b), window.dilations(b))
        .getResult(0);
  };
  return program;
}

//===----------------------------------------------------------------------===//
// Convolution
//===----------------------------------------------------------------------===//

namespace {
struct ConvTensors {
  RankedTensorType input, filter, output;
};
} // namespace

/// [n, (g), c, spatial...]
static ConvTensors channelsFirst(MLIRContext *context, const Layer &layer,
                                 const Window &w) {
  const ::pr::KindInfo &info = layer.info();
  auto dim = [&](const char *name) { return layer[*info.findDim(name)]; };
  int64_t n = dim("n"), g = dim("g"), oc = dim("oc") / g, ic = dim("ic") / g;
  SmallVector<int64_t, 1> group;
  if (g > 1)
    group.push_back(g);
  return {tensorOf(context, concat({{n}, group, {ic}, w.inputs()}),
                   layer.operands[0]),
          tensorOf(context, concat({group, {oc}, {ic}, w.kernels()}),
                   layer.operands[1]),
          tensorOf(context, concat({{n}, group, {oc}, w.outputs()}),
                   layer.results[0])};
}

/// [n, spatial..., (g), c], the filter's output channels first or last.
static ConvTensors channelsLast(MLIRContext *context, const Layer &layer,
                                const Window &w, bool filterFirst) {
  const ::pr::KindInfo &info = layer.info();
  auto dim = [&](const char *name) { return layer[*info.findDim(name)]; };
  int64_t n = dim("n"), g = dim("g"), oc = dim("oc") / g, ic = dim("ic") / g;
  SmallVector<int64_t, 1> group;
  if (g > 1)
    group.push_back(g);
  SmallVector<int64_t> filter = filterFirst
                                    ? concat({group, {oc}, w.kernels(), {ic}})
                                    : concat({w.kernels(), {ic}, {oc}});
  return {tensorOf(context, concat({{n}, w.inputs(), group, {ic}}),
                   layer.operands[0]),
          tensorOf(context, filter, layer.operands[1]),
          tensorOf(context, concat({{n}, w.outputs(), group, {oc}}),
                   layer.results[0])};
}

template <typename Op>
static LayerProgram convProgram(const ConvTensors &t, const Window &window,
                                unsigned firstSpatial) {
  return productProgram<Op>(t.input, t.filter, t.output, window, firstSpatial);
}

static bool isChannelsLast(const Layer &layer) {
  return layer.layout == Layout::ChannelsLast ||
         layer.layout == Layout::ChannelsLastFilterFirst;
}

static LayerProgram planConv2D(MLIRContext *context, const Layer &layer,
                               const Window &window) {
  bool grouped = layer[*layer.info().findDim("g")] > 1;
  if (!isChannelsLast(layer)) {
    ConvTensors tensors = channelsFirst(context, layer, window);
    return grouped ? convProgram<linalg::Conv2DNgchwGfchwOp>(tensors, window, 3)
                   : convProgram<linalg::Conv2DNchwFchwOp>(tensors, window, 2);
  }
  // A grouped convolution with the filter's channels last has no named form.
  bool filterFirst = grouped || layer.layout == Layout::ChannelsLastFilterFirst;
  ConvTensors tensors = channelsLast(context, layer, window, filterFirst);
  if (grouped)
    return convProgram<linalg::Conv2DNhwgcGfhwcOp>(tensors, window, 1);
  return filterFirst
             ? convProgram<linalg::Conv2DNhwcFhwcOp>(tensors, window, 1)
             : convProgram<linalg::Conv2DNhwcHwcfOp>(tensors, window, 1);
}

Expected<LayerProgram> mlir::pr::planConv(MLIRContext *context,
                                          const Layer &layer) {
  if (layer.kind == LayerKind::Conv2D)
    return planConv2D(context, layer, windowOf(layer, 1));
  bool grouped = layer[::pr::dim::conv1d::g] > 1;
  Window window = windowOf(layer, 2);
  if (!grouped && !isChannelsLast(layer))
    return convProgram<linalg::Conv1DNcwFcwOp>(
        channelsFirst(context, layer, window), window, 2);
  if (!grouped && layer.layout == Layout::ChannelsLast)
    return convProgram<linalg::Conv1DNwcWcfOp>(
        channelsLast(context, layer, window, /*filterFirst=*/false), window, 1);
  // No named form in one dimension: two, of which the first is a unit.
  window.axes.insert(window.axes.begin(), WindowAxis());
  return planConv2D(context, layer, window);
}

//===----------------------------------------------------------------------===//
// Depthwise convolution
//===----------------------------------------------------------------------===//

Expected<LayerProgram> mlir::pr::planDepthwise(MLIRContext *context,
                                               const Layer &layer) {
  namespace dw = ::pr::dim::depthwise_conv2d;
  int64_t n = layer[dw::n], c = layer[dw::c], m = layer[dw::m];
  Window w = windowOf(layer, 1);
  auto input = [&](ArrayRef<int64_t> shape) {
    return tensorOf(context, shape, layer.operands[0]);
  };
  auto filter = [&](ArrayRef<int64_t> shape) {
    return tensorOf(context, shape, layer.operands[1]);
  };
  auto output = [&](ArrayRef<int64_t> shape) {
    return tensorOf(context, shape, layer.results[0]);
  };
  if (isChannelsLast(layer)) {
    RankedTensorType in = input(concat({{n}, w.inputs(), {c}}));
    if (m == 1)
      return productProgram<linalg::DepthwiseConv2DNhwcHwcOp>(
          in, filter(concat({w.kernels(), {c}})),
          output(concat({{n}, w.outputs(), {c}})), w, 1);
    return productProgram<linalg::DepthwiseConv2DNhwcHwcmOp>(
        in, filter(concat({w.kernels(), {c}, {m}})),
        output(concat({{n}, w.outputs(), {c}, {m}})), w, 1);
  }
  if (m == 1)
    return productProgram<linalg::DepthwiseConv2DNchwChwOp>(
        input(concat({{n}, {c}, w.inputs()})),
        filter(concat({{c}, w.kernels()})),
        output(concat({{n}, {c}, w.outputs()})), w, 2);
  // Several outputs per channel have no named form with the channels first: a
  // convolution of groups of one channel.
  return productProgram<linalg::Conv2DNgchwGfchwOp>(
      input(concat({{n}, {c}, {1}, w.inputs()})),
      filter(concat({{c}, {m}, {1}, w.kernels()})),
      output(concat({{n}, {c}, {m}, w.outputs()})), w, 3);
}

//===----------------------------------------------------------------------===//
// Pooling
//===----------------------------------------------------------------------===//

/// The element that a maximum (or minimum) never picks.
static TypedAttr extremeOf(OpBuilder &b, Type type, bool lowest) {
  if (auto real = dyn_cast<FloatType>(type))
    return b.getFloatAttr(
        type, APFloat::getInf(real.getFloatSemantics(), /*Negative=*/lowest));
  unsigned bits = type.getIntOrFloatBitWidth();
  return b.getIntegerAttr(type, lowest ? APInt::getSignedMinValue(bits)
                                       : APInt::getSignedMaxValue(bits));
}

/// Every element divided by the number of taps.
static Value dividedBy(OpBuilder &b, Location loc, Value tensor, int64_t taps) {
  auto type = cast<RankedTensorType>(tensor.getType());
  AffineMap identity = b.getMultiDimIdentityMap(type.getRank());
  SmallVector<utils::IteratorType> iterators(type.getRank(),
                                             utils::IteratorType::parallel);
  Value empty =
      tensor::EmptyOp::create(b, loc, type.getShape(), type.getElementType());
  auto body = [&](OpBuilder &b, Location loc, ValueRange values) {
    Value count = arith::ConstantOp::create(
        b, loc, b.getFloatAttr(type.getElementType(), double(taps)));
    Value mean = arith::DivFOp::create(b, loc, values[0], count);
    linalg::YieldOp::create(b, loc, mean);
  };
  return linalg::GenericOp::create(b, loc, type, tensor, empty,
                                   {identity, identity}, iterators, body)
      .getResult(0);
}

template <typename Op>
static LayerProgram poolProgram(RankedTensorType input, RankedTensorType output,
                                const Window &window, unsigned firstSpatial,
                                StringRef what) {
  LayerProgram program;
  program.arguments = {input};
  program.result = output;
  program.exact = what != "avg";
  program.body = [=](OpBuilder &b, Location loc, ValueRange arguments) {
    Type element = output.getElementType();
    TypedAttr neutral = what == "max"   ? extremeOf(b, element, true)
                        : what == "min" ? extremeOf(b, element, false)
                                        : b.getZeroAttr(element);
    Value start = arith::ConstantOp::create(b, loc, neutral);
    Value full = window.pad(b, loc, arguments[0], firstSpatial, start);
    Value init = filled(b, loc, output, start);
    // Gives the window its extents; nothing reads it.
    Value taps = tensor::EmptyOp::create(b, loc, window.kernels(), element);
    Value pooled = Op::create(b, loc, output, ValueRange{full, taps}, init,
                              window.strides(b), window.dilations(b))
                       .getResult(0);
    return what == "avg"
               ? dividedBy(b, loc, pooled,
                           ShapedType::getNumElements(window.kernels()))
               : pooled;
  };
  return program;
}

Expected<LayerProgram> mlir::pr::planPool(MLIRContext *context,
                                          const Layer &layer) {
  namespace pool = ::pr::dim::pool2d;
  if (layer.operands[0] != layer.results[0])
    return noForm("a pooling that changes the element type has no form in "
                  "linalg here");
  StringRef what = layer.info().dims[pool::op].values[layer[pool::op]];
  if (what == "avg" && !layer.results[0].isFloat())
    return noForm("an average of integers has no form in linalg here");
  Window w = windowOf(layer, 1);
  SmallVector<int64_t, 1> n = {layer[pool::n]}, c = {layer[pool::c]};
  auto type = [&](ArrayRef<int64_t> shape) {
    return tensorOf(context, shape, layer.operands[0]);
  };
  if (isChannelsLast(layer)) {
    RankedTensorType in = type(concat({n, w.inputs(), c}));
    RankedTensorType out = type(concat({n, w.outputs(), c}));
    if (what == "max")
      return poolProgram<linalg::PoolingNhwcMaxOp>(in, out, w, 1, what);
    if (what == "min")
      return poolProgram<linalg::PoolingNhwcMinOp>(in, out, w, 1, what);
    return poolProgram<linalg::PoolingNhwcSumOp>(in, out, w, 1, what);
  }
  RankedTensorType in = type(concat({n, c, w.inputs()}));
  RankedTensorType out = type(concat({n, c, w.outputs()}));
  if (what == "max")
    return poolProgram<linalg::PoolingNchwMaxOp>(in, out, w, 2, what);
  if (what == "min")
    return noForm("a minimum pooling with the channels first has no form in "
                  "linalg here");
  return poolProgram<linalg::PoolingNchwSumOp>(in, out, w, 2, what);
}
