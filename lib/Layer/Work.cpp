// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "pr/Layer/Work.h"

#include "pr/Layer/Window.h"
#include "pr/Support/CheckedMath.h"

using namespace pr;

namespace {
/// The counts while they are being computed.
struct CheckedWork {
  Checked macs, usefulMacs, operations;
  Checked input, weight, output;
};

/// Products over the axes of a window kind.
struct WindowCounts {
  Checked outputs = 1, inputs = 1, taps = 1, usefulTaps = 1;
};
} // namespace

static WindowCounts countWindow(const Layer &layer) {
  WindowCounts counts;
  for (int axis = 0; axis < 3; ++axis) {
    WindowAxis window = windowAxis(layer, axis);
    counts.outputs = counts.outputs * window.output;
    counts.inputs = counts.inputs * window.input();
    counts.taps = counts.taps * window.kernel;
    counts.usefulTaps = counts.usefulTaps * window.usefulTaps();
  }
  return counts;
}

static CheckedWork convWork(const Layer &layer) {
  // The same indices in all three kinds; names would be looked up for each row
  // of a batch.
  namespace conv = dim::conv2d;
  static_assert(conv::n == int(dim::conv1d::n) &&
                conv::n == int(dim::conv3d::n));
  static_assert(conv::g == int(dim::conv1d::g) &&
                conv::g == int(dim::conv3d::g));
  static_assert(conv::oc == int(dim::conv1d::oc) &&
                conv::oc == int(dim::conv3d::oc));
  static_assert(conv::ic == int(dim::conv1d::ic) &&
                conv::ic == int(dim::conv3d::ic));
  WindowCounts window = countWindow(layer);
  Checked batch = layer[conv::n], oc = layer[conv::oc], ic = layer[conv::ic];
  // checkedLayer guarantees that the groups divide the channels.
  Checked icPerGroup = ic.value() / layer[conv::g];
  Checked filters = oc * icPerGroup;
  CheckedWork work;
  work.macs = batch * filters * window.outputs * window.taps;
  work.usefulMacs = batch * filters * window.usefulTaps;
  work.input = batch * ic * window.inputs;
  work.weight = filters * window.taps;
  work.output = batch * oc * window.outputs;
  return work;
}

static CheckedWork depthwiseWork(const Layer &layer) {
  using namespace dim::depthwise_conv2d;
  WindowCounts window = countWindow(layer);
  Checked batch = layer[n], channels = layer[c];
  Checked results = channels * Checked(layer[m]);
  CheckedWork work;
  work.macs = batch * results * window.outputs * window.taps;
  work.usefulMacs = batch * results * window.usefulTaps;
  work.input = batch * channels * window.inputs;
  work.weight = results * window.taps;
  work.output = batch * results * window.outputs;
  return work;
}

static CheckedWork transposeConvWork(const Layer &layer) {
  using namespace dim::transpose_conv2d;
  Checked filters = Checked(layer[oc]) * Checked(layer[ic]) *
                    Checked(layer[kh]) * Checked(layer[kw]);
  Checked pixels = Checked(layer[ih]) * Checked(layer[iw]);
  CheckedWork work;
  work.macs = work.usefulMacs = Checked(layer[n]) * filters * pixels;
  work.input = Checked(layer[n]) * Checked(layer[ic]) * pixels;
  work.weight = filters;
  work.output = Checked(layer[n]) * Checked(layer[oc]) * Checked(layer[oh]) *
                Checked(layer[ow]);
  return work;
}

static CheckedWork matmulWork(const Layer &layer) {
  using namespace dim::matmul;
  Checked batch = layer[b], rows = layer[m], columns = layer[n];
  Checked depth = layer[k];
  CheckedWork work;
  work.macs = work.usefulMacs = batch * rows * columns * depth;
  work.input = batch * rows * depth;
  work.weight = batch * depth * columns;
  work.output = batch * rows * columns;
  return work;
}

static CheckedWork poolWork(const Layer &layer) {
  WindowCounts window = countWindow(layer);
  namespace pool = dim::pool2d;
  static_assert(pool::n == int(dim::pool3d::n) &&
                pool::c == int(dim::pool3d::c));
  Checked planes = Checked(layer[pool::n]) * Checked(layer[pool::c]);
  CheckedWork work;
  work.operations = planes * window.outputs * window.taps;
  work.input = planes * window.inputs;
  work.output = planes * window.outputs;
  return work;
}

static CheckedWork reductionWork(const Layer &layer) {
  using namespace dim::reduction;
  CheckedWork work;
  work.output = Checked(layer[o]) * Checked(layer[i]);
  work.input = work.output * Checked(layer[r]);
  work.operations = work.input * Checked(layer[ops]);
  return work;
}

static CheckedWork softmaxWork(const Layer &layer) {
  using namespace dim::softmax;
  CheckedWork work;
  work.input = Checked(layer[o]) * Checked(layer[r]) * Checked(layer[i]);
  work.output = work.input;
  // Maximum, subtraction, exponential, sum, division.
  work.operations = work.input * Checked(5);
  return work;
}

static CheckedWork elementwiseWork(const Layer &layer) {
  using namespace dim::elementwise;
  Checked elements = layer[e];
  Checked perElement = Checked(layer[alu]) + Checked(layer[mul]) +
                       Checked(layer[dim::elementwise::div]) +
                       Checked(layer[fn]) + Checked(layer[cvt]);
  CheckedWork work;
  work.operations = elements * perElement;
  work.input = elements * Checked(layer[full]) + Checked(layer[bcast]);
  work.output = elements * Checked(int64_t(layer.results.size()));
  return work;
}

static CheckedWork dataMovementWork(const Layer &layer) {
  using namespace dim::data_movement;
  CheckedWork work;
  work.input = layer[r];
  work.output = layer[e];
  return work;
}

static CheckedWork countWork(const Layer &layer) {
  switch (layer.kind) {
  case LayerKind::Conv1D:
  case LayerKind::Conv2D:
  case LayerKind::Conv3D:
    return convWork(layer);
  case LayerKind::DepthwiseConv2D:
    return depthwiseWork(layer);
  case LayerKind::TransposeConv2D:
    return transposeConvWork(layer);
  case LayerKind::MatMul:
    return matmulWork(layer);
  case LayerKind::Pool2D:
  case LayerKind::Pool3D:
    return poolWork(layer);
  case LayerKind::Reduction:
    return reductionWork(layer);
  case LayerKind::Softmax:
    return softmaxWork(layer);
  case LayerKind::Elementwise:
    return elementwiseWork(layer);
  case LayerKind::DataMovement:
    return dataMovementWork(layer);
  }
  return {};
}

static Checked toBytes(Checked elements, ElementType type) {
  Checked bits = elements * Checked(type.bits);
  return bits.ok() ? Checked(ceilDiv(bits.value(), 8)) : bits;
}

/// The widest of the types: what a tensor of unknown share is charged at.
static ElementType widest(const TypeList &types) {
  ElementType result{ElementType::Format::Integer, 0};
  for (ElementType type : types)
    if (type.bits > result.bits)
      result = type;
  return result;
}

Expected<Work> pr::computeWork(const Layer &layer) {
  CheckedWork work = countWork(layer);
  bool hasWeights = layer.info().operandTypes == 2;
  ElementType inputType =
      hasWeights ? layer.operands[0] : widest(layer.operands);
  Checked inputBytes = toBytes(work.input, inputType);
  Checked weightBytes =
      hasWeights ? toBytes(work.weight, layer.operands[1]) : Checked(0);
  Checked outputBytes = toBytes(work.output, widest(layer.results));
  Checked total =
      work.macs + work.operations + inputBytes + weightBytes + outputBytes;
  if (!total.ok() || !work.usefulMacs.ok())
    return makeError(ErrorKind::Overflow, "the work of this " +
                                              std::string(layer.info().name) +
                                              " does not fit in 62 bits");
  return Work{
      work.macs.value(),  work.usefulMacs.value(), work.operations.value(),
      work.input.value(), work.weight.value(),     work.output.value(),
      inputBytes.value(), weightBytes.value(),     outputBytes.value()};
}
