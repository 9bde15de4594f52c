// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Matrix products, convolutions and pooling, named or generic, through linalg's
// own inference.
#include "Body.h"
#include "Draft.h"
#include "Linalg.h"

#include "mlir/Dialect/Linalg/IR/LinalgInterfaces.h"

using namespace mlir;
using namespace mlir::pr;
using ::pr::Checked;
using ::pr::LayerKind;
using ::pr::Layout;

int mlir::pr::loopOfResult(AffineMap map, unsigned result) {
  auto dim = dyn_cast<AffineDimExpr>(map.getResult(result));
  return dim ? static_cast<int>(dim.getPosition()) : -1;
}

int mlir::pr::resultOfLoop(AffineMap map, unsigned loop) {
  for (unsigned i = 0; i < map.getNumResults(); ++i)
    if (loopOfResult(map, i) == static_cast<int>(loop))
      return i;
  return -1;
}

/// Product of the extents of some loops.
static Checked extentOf(ArrayRef<unsigned> loops, ArrayRef<int64_t> extents) {
  Checked result = 1;
  for (unsigned loop : loops)
    result = result * Checked(extents[loop]);
  return result;
}

static BlockArgument accumulatorOf(linalg::LinalgOp op) {
  return op.getRegionOutputArgs().front();
}

/// Roles shared by everything with two factors and an accumulator.
static LayerRoles factorRoles(linalg::LinalgOp op) {
  LayerRoles roles;
  roles.input = 0;
  roles.weights = 1;
  roles.init = op.getDpsInitOperand(0)->getOperandNumber();
  // The quantized forms: zero points of input and weights.
  if (op.getNumDpsInputs() == 4 && op.isScalar(op.getDpsInputOperand(2)))
    roles.inputZeroPoint = 2;
  return roles;
}

static void addFactorTypes(Draft &draft, linalg::LinalgOp op) {
  draft.operand(op->getOperand(0).getType());
  draft.operand(op->getOperand(1).getType());
  draft.result(op.getDpsInits()[0].getType());
}

//===----------------------------------------------------------------------===//
// Matrix products
//===----------------------------------------------------------------------===//

static Layout matmulLayout(const linalg::ContractionDimensions &dims,
                           ArrayRef<AffineMap> maps) {
  if (dims.m.size() > 1 || dims.n.size() > 1 || dims.k.size() != 1)
    return Layout::Any;
  auto position = [&](unsigned operand, ArrayRef<unsigned> loops) {
    return loops.empty() ? -1 : resultOfLoop(maps[operand], loops[0]);
  };
  // A vector lies like the matrix it is a row (left) or column (right) of.
  bool leftTransposed =
      !dims.m.empty() && position(0, dims.k) < position(0, dims.m);
  bool rightTransposed =
      !dims.n.empty() && position(1, dims.n) < position(1, dims.k);
  if (leftTransposed)
    return rightTransposed ? Layout::TT : Layout::TN;
  return rightTransposed ? Layout::NT : Layout::NN;
}

std::optional<LayerDescription>
mlir::pr::describeContraction(linalg::LinalgOp op) {
  SmallVector<AffineMap> maps = op.getIndexingMapsArray();
  if (!llvm::all_of(maps,
                    [](AffineMap map) { return map.isProjectedPermutation(); }))
    return std::nullopt;
  auto dims = linalg::inferContractionDims(op);
  if (failed(dims) || !isMultiplyAccumulate(*op.getBlock(), accumulatorOf(op)))
    return std::nullopt;

  SmallVector<int64_t> extents = op.getStaticLoopRanges();
  namespace mm = ::pr::dim::matmul;
  Draft draft(LayerKind::MatMul);
  draft.set(mm::b, extentOf(dims->batch, extents))
      .set(mm::m, extentOf(dims->m, extents))
      .set(mm::n, extentOf(dims->n, extents))
      .set(mm::k, extentOf(dims->k, extents))
      .layout(matmulLayout(*dims, maps));
  addFactorTypes(draft, op);
  LayerRoles roles = factorRoles(op);
  if (dims->n.size() == 1)
    roles.resultChannel = resultOfLoop(
        op.getMatchingIndexingMap(op.getDpsInitOperand(0)), dims->n[0]);
  return draft.finish(roles);
}

//===----------------------------------------------------------------------===//
// Windows
//===----------------------------------------------------------------------===//

namespace {
/// What convolutions and pooling have in common.
struct WindowOp {
  linalg::LinalgOp op;
  linalg::ConvolutionDimensions dims;
  SmallVector<int64_t> extents;
  AffineMap input, filter, output;

  unsigned numAxes() const { return dims.outputImage.size(); }
  /// Axes are counted so that the last one is the width.
  int axis(unsigned index) const { return 3 - numAxes() + index; }
  Checked extent(ArrayRef<unsigned> loops) const {
    return extentOf(loops, extents);
  }
};
} // namespace

/// The operand's dimension that the window slides over along one axis.
static int slidDimension(const WindowOp &window, unsigned index) {
  for (auto [position, expr] : llvm::enumerate(window.input.getResults()))
    if (expr.isFunctionOfDim(window.dims.outputImage[index]))
      return position;
  return -1;
}

static void setAxes(Draft &draft, const WindowOp &window, LayerRoles &roles) {
  ArrayRef<int64_t> input = shapeOf(window.op->getOperand(0));
  for (unsigned i = 0; i < window.numAxes(); ++i) {
    int position = slidDimension(window, i);
    int64_t stride = window.dims.strides[i];
    int64_t dilation = window.dims.dilations[i];
    if (position < 0 || stride < 1 || dilation < 1) {
      draft.fail("the strides or dilations of this window are not constant");
      return;
    }
    roles.inputAxis[window.axis(i)] = position;
    draft.window(window.axis(i), input[position],
                 window.extents[window.dims.outputImage[i]],
                 window.extents[window.dims.filterLoop[i]], stride, dilation);
  }
}

/// Whether the channels of the activation lie in front of its pixels.
static Layout windowLayout(const WindowOp &window, ArrayRef<unsigned> channel,
                           ArrayRef<unsigned> filterChannel) {
  if (channel.empty())
    return Layout::Any;
  int channelPosition = resultOfLoop(window.input, channel.back());
  int pixelPosition = slidDimension(window, 0);
  if (channelPosition < 0 || pixelPosition < 0)
    return Layout::Any;
  if (channelPosition < pixelPosition)
    return Layout::ChannelsFirst;
  int filterPosition = filterChannel.empty()
                           ? -1
                           : resultOfLoop(window.filter, filterChannel[0]);
  int tapPosition = resultOfLoop(window.filter, window.dims.filterLoop[0]);
  return filterPosition >= 0 && filterPosition < tapPosition
             ? Layout::ChannelsLastFilterFirst
             : Layout::ChannelsLast;
}

static LayerDescription describeDepthwise(const WindowOp &window) {
  // There is no depthwise kind of three dimensions: as many groups as channels.
  const auto &dims = window.dims;
  Checked channels = window.extent(dims.depth);
  Checked multiplier = window.extent(dims.outputChannel);
  bool is3D = window.numAxes() == 3;
  Draft draft(is3D ? LayerKind::Conv3D : LayerKind::DepthwiseConv2D);
  if (is3D) {
    namespace conv = ::pr::dim::conv3d;
    draft.set(conv::n, window.extent(dims.batch))
        .set(conv::g, channels)
        .set(conv::ic, channels)
        .set(conv::oc, channels * multiplier);
  } else {
    namespace dw = ::pr::dim::depthwise_conv2d;
    draft.set(dw::n, window.extent(dims.batch))
        .set(dw::c, channels)
        .set(dw::m, multiplier)
        .window(1, 1, 1, 1, 1, 1);
  }
  LayerRoles roles = factorRoles(window.op);
  setAxes(draft, window, roles);
  draft.layout(windowLayout(window, dims.depth, {}));
  addFactorTypes(draft, window.op);
  // With a multiplier, two dimensions of the result are the channels.
  if (multiplier.value() == 1 && dims.depth.size() == 1)
    roles.resultChannel = resultOfLoop(window.output, dims.depth[0]);
  return draft.finish(roles);
}

static LayerDescription describeConvolution(const WindowOp &window) {
  static constexpr LayerKind kKinds[] = {LayerKind::Conv1D, LayerKind::Conv2D,
                                         LayerKind::Conv3D};
  // The channel dimensions have the same indices in all three kinds.
  namespace conv = ::pr::dim::conv2d;
  const auto &dims = window.dims;
  Checked groups = window.extent(dims.depth);
  Draft draft(kKinds[window.numAxes() - 1]);
  draft.set(conv::n, window.extent(dims.batch))
      .set(conv::g, groups)
      .set(conv::oc, groups * window.extent(dims.outputChannel))
      .set(conv::ic, groups * window.extent(dims.inputChannel));
  LayerRoles roles = factorRoles(window.op);
  setAxes(draft, window, roles);
  draft.layout(windowLayout(window, dims.inputChannel, dims.outputChannel));
  addFactorTypes(draft, window.op);
  if (dims.depth.empty() && dims.outputChannel.size() == 1)
    roles.resultChannel = resultOfLoop(window.output, dims.outputChannel[0]);
  return draft.finish(roles);
}

static LayerDescription describePooling(const WindowOp &window,
                                        StringRef combiner) {
  const auto &dims = window.dims;
  if (!dims.inputChannel.empty() || !dims.outputChannel.empty() ||
      !dims.depth.empty())
    return LayerDescription::unsupported(
        "this window reduces channels without multiplying them by weights");
  bool is3D = window.numAxes() == 3;
  Draft draft(is3D ? LayerKind::Pool3D : LayerKind::Pool2D);
  // Batch and channels look alike: the first is the batch, if there are two.
  ArrayRef<unsigned> kept = dims.batch;
  ArrayRef<unsigned> batch = kept.take_front(kept.size() > 1 ? 1 : 0);
  ArrayRef<unsigned> channels = kept.drop_front(batch.size());
  namespace p2 = ::pr::dim::pool2d;
  namespace p3 = ::pr::dim::pool3d;
  draft.set(p2::n, window.extent(batch)).set(p2::c, window.extent(channels));
  draft.option(is3D ? unsigned(p3::op) : unsigned(p2::op), combiner);
  if (!is3D)
    draft.window(1, 1, 1, 1, 1, 1);
  linalg::LinalgOp op = window.op;
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

std::optional<LayerDescription> mlir::pr::describeWindow(linalg::LinalgOp op) {
  auto dims = linalg::inferConvolutionDims(op);
  if (failed(dims))
    return std::nullopt;
  SmallVector<AffineMap> maps = op.getIndexingMapsArray();
  WindowOp window{op,      *dims,   op.getStaticLoopRanges(),
                  maps[0], maps[1], maps.back()};
  if (window.numAxes() > 3)
    return LayerDescription::unsupported("this window slides along " +
                                         std::to_string(window.numAxes()) +
                                         " dimensions, expected at most 3");
  if (isMultiplyAccumulate(*op.getBlock(), accumulatorOf(op)))
    return dims->inputChannel.empty() && !dims->depth.empty()
               ? describeDepthwise(window)
               : describeConvolution(window);
  StringRef combiner = combinerOf(*op.getBlock(), 1);
  if (combiner == "max" || combiner == "min" || combiner == "sum")
    return describePooling(window, combiner);
  return std::nullopt;
}
