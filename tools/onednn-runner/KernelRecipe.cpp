// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// From layers to primitive descriptors of oneDNN 2.x. Layouts of convolutions
// and matrix products are left to oneDNN, as a network that stays in its
// layouts has them.
#include "RecipeParts.h"
#include "pr/Layer/Window.h"

#include <algorithm>

using namespace onednn;
using dnnl::algorithm;
using dnnl::memory;
using dnnl::prop_kind;
using pr::Expected;
using pr::Layer;
using pr::LayerKind;
using Tag = memory::format_tag;

//===----------------------------------------------------------------------===//
// Windows
//===----------------------------------------------------------------------===//

namespace {
/// The spatial axes of a layer as oneDNN wants them.
struct Axes {
  Dims input, output, kernel, stride, dilation, padLow, padHigh;

  explicit Axes(const Layer &layer) {
    for (int axis = 0; axis < 3; ++axis) {
      if (!layer.info().findDim(pr::DimRole::Output, axis))
        continue;
      pr::WindowAxis window = pr::windowAxis(layer, axis);
      input.push_back(window.input());
      output.push_back(window.output);
      kernel.push_back(window.kernel);
      stride.push_back(window.stride);
      dilation.push_back(window.dilation - 1); // oneDNN counts from zero.
      padLow.push_back(window.padLow);
      padHigh.push_back(window.padHigh);
    }
  }
  bool dilated() const {
    return std::any_of(dilation.begin(), dilation.end(),
                       [](int64_t gap) { return gap > 0; });
  }
};

struct Channels {
  int64_t batch, groups, in, out;
};
} // namespace

static Dims with(Dims front, const Dims &back) {
  front.insert(front.end(), back.begin(), back.end());
  return front;
}

static Channels convolutionChannels(const Layer &layer) {
  if (layer.kind == LayerKind::DepthwiseConv2D) {
    namespace d = pr::dim::depthwise_conv2d;
    return {layer[d::n], layer[d::c], layer[d::c], layer[d::c] * layer[d::m]};
  }
  // The three kinds begin alike.
  namespace d = pr::dim::conv2d;
  return {layer[d::n], layer[d::g], layer[d::ic], layer[d::oc]};
}

template <typename Forward>
static Recipe
finishContraction(const typename Forward::primitive_desc &description,
                  const FusedOps &fused, const char *operation) {
  Recipe recipe = finish<Forward>(description);
  recipe.operation = operation;
  recipe.tensors.insert(recipe.tensors.end(),
                        {{DNNL_ARG_SRC, description.src_desc()},
                         {DNNL_ARG_WEIGHTS, description.weights_desc()},
                         {DNNL_ARG_DST, description.dst_desc()}});
  if (fused.bias)
    recipe.tensors.emplace_back(DNNL_ARG_BIAS, description.bias_desc());
  recipe.tensors.insert(recipe.tensors.end(), fused.tensors.begin(),
                        fused.tensors.end());
  return recipe;
}

static Expected<Recipe> makeConvolution(const Layer &layer,
                                        const dnnl::engine &engine) {
  Axes axes(layer);
  auto [batch, groups, in, out] = convolutionChannels(layer);
  Dims filter =
      groups == 1 ? Dims{out, in} : Dims{groups, out / groups, in / groups};
  DataType resultType = dataType(layer.results[0]);
  memory::desc source =
      open(with({batch, in}, axes.input), dataType(layer.operands[0]));
  memory::desc weights =
      open(with(filter, axes.kernel), dataType(layer.operands[1]));
  memory::desc result = open(with({batch, out}, axes.output), resultType);
  auto fused =
      fuse(layer.epilogue, with({1, out}, Dims(axes.output.size(), 1)), 1 << 1);
  if (!fused)
    return fused.error();
  memory::desc bias = fused->bias ? open({out}, DataType::f32) : memory::desc();
  using Forward = dnnl::convolution_forward;
  Forward::primitive_desc description(
      {prop_kind::forward_inference, algorithm::convolution_direct, source,
       weights, bias, result, axes.stride, axes.dilation, axes.padLow,
       axes.padHigh},
      fused->attributes, engine);
  return finishContraction<Forward>(description, *fused, "convolution");
}

template <typename Forward>
static Recipe finishPooling(const typename Forward::primitive_desc &description,
                            const char *operation) {
  Recipe recipe = finish<Forward>(description);
  recipe.operation = operation;
  recipe.tensors.emplace_back(DNNL_ARG_SRC, description.src_desc());
  recipe.tensors.emplace_back(DNNL_ARG_DST, description.dst_desc());
  return recipe;
}

static Expected<Recipe> makePooling(const Layer &layer,
                                    const dnnl::engine &engine) {
  if (auto ok = expectNoEpilogue(layer); !ok)
    return ok.error();
  // The two kinds begin alike and end with the operation.
  namespace d = pr::dim::pool2d;
  int64_t operation = layer[layer.numDims() - 1];
  enum { Max, Min, Sum, Average };
  // A sum is an average but for one factor.
  algorithm how = operation == Max   ? algorithm::pooling_max
                  : operation == Sum ? algorithm::pooling_avg_include_padding
                                     : algorithm::pooling_avg_exclude_padding;
  const char *name = operation == Max   ? "pooling_max"
                     : operation == Sum ? "pooling_avg_include_padding"
                                        : "pooling_avg_exclude_padding";
  Axes axes(layer);
  DataType type = dataType(layer.operands[0]);
  Dims shape = with({layer[d::n], layer[d::c]}, axes.input);
  // oneDNN asks the user for the layout of what is pooled. Channels last has a
  // kernel for every type.
  Tag last = axes.input.size() == 2 ? Tag::nhwc : Tag::ndhwc;
  memory::desc source(shape, type, last);
  memory::desc result =
      open(with({layer[d::n], layer[d::c]}, axes.output), type);
  if (axes.dilated()) {
    using Forward = dnnl::pooling_v2_forward;
    return finishPooling<Forward>(
        Forward::primitive_desc({prop_kind::forward_inference, how, source,
                                 result, axes.stride, axes.kernel,
                                 axes.dilation, axes.padLow, axes.padHigh},
                                userScratchpad(), engine),
        name);
  }
  using Forward = dnnl::pooling_forward;
  return finishPooling<Forward>(
      Forward::primitive_desc({prop_kind::forward_inference, how, source,
                               result, axes.stride, axes.kernel, axes.padLow,
                               axes.padHigh},
                              userScratchpad(), engine),
      name);
}

//===----------------------------------------------------------------------===//
// The other kinds
//===----------------------------------------------------------------------===//

static Expected<Recipe> makeMatMul(const Layer &layer,
                                   const dnnl::engine &engine) {
  namespace d = pr::dim::matmul;
  Dims batch = layer[d::b] == 1 ? Dims{} : Dims{layer[d::b]};
  Dims channels = with(Dims(batch.size(), 1), {1, layer[d::n]});
  auto fused =
      fuse(layer.epilogue, channels, 1 << (static_cast<int>(batch.size()) + 1));
  if (!fused)
    return fused.error();
  memory::desc left = open(with(batch, {layer[d::m], layer[d::k]}),
                           dataType(layer.operands[0]));
  memory::desc right = open(with(batch, {layer[d::k], layer[d::n]}),
                            dataType(layer.operands[1]));
  memory::desc result =
      open(with(batch, {layer[d::m], layer[d::n]}), dataType(layer.results[0]));
  memory::desc bias =
      fused->bias ? plain(channels, DataType::f32) : memory::desc();
  using Forward = dnnl::matmul;
  Forward::primitive_desc description({left, right, bias, result},
                                      fused->attributes, engine);
  return finishContraction<Forward>(description, *fused, "matmul");
}

static Expected<Recipe> makeSoftmax(const Layer &layer,
                                    const dnnl::engine &engine) {
  if (auto ok = expectNoEpilogue(layer); !ok)
    return ok.error();
  namespace d = pr::dim::softmax;
  Dims shape = {layer[d::o], layer[d::r]};
  if (layer[d::i] > 1)
    shape.push_back(layer[d::i]);
  memory::desc tensor = plain(shape, dataType(layer.operands[0]));
  using Forward = dnnl::softmax_forward;
  Forward::primitive_desc description(
      {prop_kind::forward_inference, tensor, /*axis=*/1}, userScratchpad(),
      engine);
  Recipe recipe = finish<Forward>(description);
  recipe.operation = "softmax";
  recipe.tensors.emplace_back(DNNL_ARG_SRC, tensor);
  recipe.tensors.emplace_back(DNNL_ARG_DST, tensor);
  return recipe;
}

Expected<Recipe> onednn::makeRecipe(const Layer &layer,
                                    const dnnl::engine &engine) {
  if (!layer.schedule.empty())
    return unsupported("oneDNN tiles as it likes: a layer with a schedule "
                       "cannot be measured");
  switch (layer.kind) {
  case LayerKind::Conv1D:
  case LayerKind::Conv2D:
  case LayerKind::Conv3D:
  case LayerKind::DepthwiseConv2D:
    return makeConvolution(layer, engine);
  case LayerKind::Pool2D:
  case LayerKind::Pool3D:
    return makePooling(layer, engine);
  case LayerKind::MatMul:
    return makeMatMul(layer, engine);
  case LayerKind::Softmax:
    return makeSoftmax(layer, engine);
  case LayerKind::Elementwise:
    return makeElementwise(layer, engine);
  default:
    return unsupported("oneDNN has no " + std::string(layer.info().name));
  }
}
