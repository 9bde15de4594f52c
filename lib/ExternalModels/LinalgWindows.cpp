// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Convolutions and pooling, named or generic, by their indexing maps. linalg's
// inferConvolutionDims is not enough here: it refuses the quantized forms,
// whose zero points are inputs, and kernels of one tap whose loop was folded
// away.
#include "Linalg.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Interfaces/CastInterfaces.h"

using namespace mlir;
using namespace mlir::pr;
using ::pr::Checked;
using ::pr::LayerKind;
using ::pr::Layout;

namespace {
/// One slid dimension of the input: output * stride + tap * dilation.
struct SlidAxis {
  unsigned dimension; ///< of the input operand
  unsigned outputLoop;
  int tapLoop = -1; ///< -1: a kernel of one tap
  int64_t stride = 1, dilation = 1;
};

/// The loops of a convolution or pooling, by the operands they run over.
struct WindowOp {
  const Structured &op;
  AffineMap input, filter, output;
  ArrayRef<int64_t> extents;
  SmallVector<SlidAxis> axes;
  SmallVector<unsigned> batch;         ///< input and output
  SmallVector<unsigned> depth;         ///< input, filter and output
  SmallVector<unsigned> outputChannel; ///< filter and output
  SmallVector<unsigned> inputChannel;  ///< input and filter

  /// Axes are counted so that the last one is the width.
  int axis(unsigned index) const { return 3 - axes.size() + index; }
  Checked extent(ArrayRef<unsigned> loops) const {
    return extentOf(loops, extents);
  }
};

struct Term {
  unsigned loop;
  int64_t factor;
};
} // namespace

//===----------------------------------------------------------------------===//
// Reading the indexing maps
//===----------------------------------------------------------------------===//

/// The terms of a sum of loops times constants; false for other expressions.
static bool collectTerms(AffineExpr expr, SmallVectorImpl<Term> &terms) {
  if (auto dim = dyn_cast<AffineDimExpr>(expr)) {
    terms.push_back({dim.getPosition(), 1});
    return true;
  }
  auto binary = dyn_cast<AffineBinaryOpExpr>(expr);
  if (!binary)
    return false;
  if (binary.getKind() == AffineExprKind::Add)
    return collectTerms(binary.getLHS(), terms) &&
           collectTerms(binary.getRHS(), terms);
  auto dim = dyn_cast<AffineDimExpr>(binary.getLHS());
  auto factor = dyn_cast<AffineConstantExpr>(binary.getRHS());
  if (binary.getKind() != AffineExprKind::Mul || !dim || !factor)
    return false;
  terms.push_back({dim.getPosition(), factor.getValue()});
  return factor.getValue() >= 1;
}

/// One output loop and at most one tap.
static std::optional<SlidAxis> toAxis(ArrayRef<Term> terms,
                                      const WindowOp &window) {
  std::optional<SlidAxis> axis;
  for (const Term &term : terms)
    if (resultOfLoop(window.output, term.loop) >= 0)
      axis = SlidAxis{0, term.loop, -1, term.factor, 1};
  if (!axis || terms.size() > 2)
    return std::nullopt;
  for (const Term &term : terms) {
    if (term.loop == axis->outputLoop)
      continue;
    if (resultOfLoop(window.filter, term.loop) < 0)
      return std::nullopt;
    axis->tapLoop = term.loop;
    axis->dilation = term.factor;
  }
  return axis;
}

static bool readAxes(WindowOp &window) {
  for (auto [position, expr] : llvm::enumerate(window.input.getResults())) {
    if (isa<AffineDimExpr>(expr))
      continue;
    SmallVector<Term> terms;
    if (!collectTerms(expr, terms))
      return false;
    auto axis = toAxis(terms, window);
    if (!axis)
      return false;
    axis->dimension = position;
    window.axes.push_back(*axis);
  }
  return !window.axes.empty();
}

/// Sorts the loops that no axis has taken; false where one fits nowhere.
static bool readChannels(WindowOp &window) {
  llvm::SmallDenseSet<unsigned> taken;
  for (const SlidAxis &axis : window.axes) {
    bool fresh = taken.insert(axis.outputLoop).second;
    if (axis.tapLoop >= 0)
      fresh &= taken.insert(axis.tapLoop).second;
    if (!fresh)
      return false;
  }
  for (unsigned loop = 0; loop < window.extents.size(); ++loop) {
    if (taken.contains(loop))
      continue;
    bool in = resultOfLoop(window.input, loop) >= 0;
    bool filter = resultOfLoop(window.filter, loop) >= 0;
    bool out = resultOfLoop(window.output, loop) >= 0;
    if (in && out)
      (filter ? window.depth : window.batch).push_back(loop);
    else if (filter && (in || out))
      (in ? window.inputChannel : window.outputChannel).push_back(loop);
    else
      return false;
  }
  return true;
}

static std::optional<WindowOp> readWindow(const Structured &op) {
  if (op.getNumDpsInits() != 1 || op.getNumDpsInputs() < 2)
    return std::nullopt;
  ArrayRef<AffineMap> maps = op.getIndexingMapsArray();
  WindowOp window{op, maps[0], maps[1], maps.back(), op.getExtents()};
  if (!window.filter.isProjectedPermutation() ||
      !window.output.isProjectedPermutation() || !readAxes(window) ||
      !readChannels(window))
    return std::nullopt;
  return window;
}

//===----------------------------------------------------------------------===//
// Describing
//===----------------------------------------------------------------------===//

static void setAxes(Draft &draft, const WindowOp &window, LayerRoles &roles) {
  ArrayRef<int64_t> input = shapeOf(window.op->getOperand(0));
  for (auto [index, axis] : llvm::enumerate(window.axes)) {
    roles.inputAxis[window.axis(index)] = axis.dimension;
    draft.window(window.axis(index), input[axis.dimension],
                 window.extents[axis.outputLoop],
                 axis.tapLoop < 0 ? 1 : window.extents[axis.tapLoop],
                 axis.stride, axis.dilation);
  }
}

/// Whether the channels of the activation lie in front of its pixels.
static Layout windowLayout(const WindowOp &window, ArrayRef<unsigned> channel,
                           ArrayRef<unsigned> filterChannel) {
  if (channel.empty())
    return Layout::Any;
  int channelPosition = resultOfLoop(window.input, channel.back());
  int pixelPosition = window.axes[0].dimension;
  if (channelPosition < pixelPosition)
    return Layout::ChannelsFirst;
  int filterPosition = filterChannel.empty()
                           ? -1
                           : resultOfLoop(window.filter, filterChannel[0]);
  int tapLoop = window.axes[0].tapLoop;
  int tapPosition = tapLoop < 0 ? 0 : resultOfLoop(window.filter, tapLoop);
  return filterPosition >= 0 && filterPosition < tapPosition
             ? Layout::ChannelsLastFilterFirst
             : Layout::ChannelsLast;
}

static LayerDescription describeDepthwise(const WindowOp &window) {
  // There is no depthwise kind of three dimensions: as many groups as channels.
  Checked channels = window.extent(window.depth);
  Checked multiplier = window.extent(window.outputChannel);
  bool is3D = window.axes.size() == 3;
  Draft draft(is3D ? LayerKind::Conv3D : LayerKind::DepthwiseConv2D);
  if (is3D) {
    namespace conv = ::pr::dim::conv3d;
    draft.set(conv::n, window.extent(window.batch))
        .set(conv::g, channels)
        .set(conv::ic, channels)
        .set(conv::oc, channels * multiplier);
  } else {
    namespace dw = ::pr::dim::depthwise_conv2d;
    draft.set(dw::n, window.extent(window.batch))
        .set(dw::c, channels)
        .set(dw::m, multiplier)
        .window(1, 1, 1, 1, 1, 1);
  }
  LayerRoles roles = factorRoles(window.op);
  setAxes(draft, window, roles);
  draft.layout(windowLayout(window, window.depth, {}));
  addFactorTypes(draft, window.op);
  // With a multiplier, two dimensions of the result are the channels.
  if (multiplier.value() == 1 && window.depth.size() == 1)
    roles.resultChannel = resultOfLoop(window.output, window.depth[0]);
  return draft.finish(roles);
}

static LayerDescription describeConvolution(const WindowOp &window) {
  static constexpr LayerKind kKinds[] = {LayerKind::Conv1D, LayerKind::Conv2D,
                                         LayerKind::Conv3D};
  // The channel dimensions have the same indices in all three kinds.
  namespace conv = ::pr::dim::conv2d;
  Checked groups = window.extent(window.depth);
  Draft draft(kKinds[window.axes.size() - 1]);
  draft.set(conv::n, window.extent(window.batch))
      .set(conv::g, groups)
      .set(conv::oc, groups * window.extent(window.outputChannel))
      .set(conv::ic, groups * window.extent(window.inputChannel));
  LayerRoles roles = factorRoles(window.op);
  setAxes(draft, window, roles);
  draft.layout(windowLayout(window, window.inputChannel, window.outputChannel));
  addFactorTypes(draft, window.op);
  if (window.depth.empty() && window.outputChannel.size() == 1)
    roles.resultChannel = resultOfLoop(window.output, window.outputChannel[0]);
  return draft.finish(roles);
}

static LayerDescription describePooling(const WindowOp &window,
                                        StringRef combiner) {
  if (!window.inputChannel.empty() || !window.outputChannel.empty() ||
      !window.depth.empty())
    return LayerDescription::unsupported(
        "this window reduces channels without multiplying them by weights");
  bool is3D = window.axes.size() == 3;
  Draft draft(is3D ? LayerKind::Pool3D : LayerKind::Pool2D);
  // Batch and channels look alike: the first is the batch, if there are two.
  ArrayRef<unsigned> kept = window.batch;
  ArrayRef<unsigned> batch = kept.take_front(kept.size() > 1 ? 1 : 0);
  ArrayRef<unsigned> channels = kept.drop_front(batch.size());
  namespace p2 = ::pr::dim::pool2d;
  namespace p3 = ::pr::dim::pool3d;
  draft.set(p2::n, window.extent(batch)).set(p2::c, window.extent(channels));
  draft.option(is3D ? unsigned(p3::op) : unsigned(p2::op), combiner);
  if (!is3D)
    draft.window(1, 1, 1, 1, 1, 1);
  const Structured &op = window.op;
  LayerRoles roles;
  roles.input = 0;
  roles.init = op.getDpsInitOperand(0)->getOperandNumber();
  setAxes(draft, window, roles);
  draft.layout(windowLayout(window, channels, {}));
  draft.operand(op->getOperand(0).getType());
  draft.result(op.getDpsInits()[0].getType());
  if (channels.size() == 1)
    roles.resultChannel = resultOfLoop(window.output, channels[0]);
  return draft.finish(roles);
}

/// Whether a combiner takes the input's elements as they are: the filter gives
/// the window's shape alone, nothing but conversions stands in front.
static bool readsInputOnly(Block &body) {
  unsigned operations =
      llvm::count_if(body.without_terminator(), [](Operation &op) {
        return !isa<CastOpInterface, arith::CmpFOp, arith::CmpIOp>(op);
      });
  return body.getArgument(1).use_empty() && operations == 1;
}

std::optional<LayerDescription> mlir::pr::describeWindow(const Structured &op) {
  auto window = readWindow(op);
  if (!window)
    return std::nullopt;
  if (window->axes.size() > 3)
    return LayerDescription::unsupported("this window slides along " +
                                         std::to_string(window->axes.size()) +
                                         " dimensions, expected at most 3");
  if (isMultiplyAccumulate(*op.getBlock(), accumulatorOf(op)))
    return window->inputChannel.empty() && !window->depth.empty()
               ? describeDepthwise(*window)
               : describeConvolution(*window);
  StringRef combiner = combinerOf(*op.getBlock(), 1);
  bool pools = combiner == "max" || combiner == "min" || combiner == "sum";
  if (pools && readsInputOnly(*op.getBlock()))
    return describePooling(*window, combiner);
  return std::nullopt;
}
