// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "LayerProblem.h"

#include "pr/Layer/Window.h"

using namespace systolic;
namespace matmul = pr::dim::matmul;
using pr::LayerKind;

static void addRule(pr::KindSupport &support, const char *condition,
                    const char *reason) {
  auto parsed = pr::Expr::parse(condition, pr::legalityVariables(support.kind));
  assert(parsed && "the rule is part of the program");
  support.rules.push_back({*parsed, reason});
}

/// Extents from which a layer is drawn that is simulated within seconds.
static void setDomain(pr::KindSupport &support, const char *dim, int64_t low,
                      int64_t high) {
  support.domain[*pr::kindInfo(support.kind).findDim(dim)] = {low, high};
}

static pr::KindSupport makeSupport(LayerKind kind) {
  pr::KindSupport support;
  support.kind = support.lattice.kind = kind;
  support.types = {"i8, i8 -> i32"};
  return support;
}

constexpr const char *kTooLarge = "a tensor has more than 2^31 - 1 elements";

static pr::KindSupport makeMatmul() {
  pr::KindSupport support = makeSupport(LayerKind::MatMul);
  addRule(support,
          "b * m * k < 2147483648 and b * k * n < 2147483648 and "
          "b * m * n < 2147483648",
          kTooLarge);
  for (const char *dim : {"m", "n", "k"})
    setDomain(support, dim, 1, 128);
  return support;
}

static void setChannels(pr::KindSupport &support,
                        std::initializer_list<const char *> dims) {
  for (const char *dim : dims)
    setDomain(support, dim, 1, 64);
}

static pr::KindSupport makeConv(LayerKind kind, const char *sizes,
                                std::initializer_list<const char *> outputs,
                                std::initializer_list<const char *> kernels) {
  pr::KindSupport support = makeSupport(kind);
  addRule(support, sizes, kTooLarge);
  for (const char *dim : outputs)
    setDomain(support, dim, 1, 16);
  for (const char *dim : kernels)
    setDomain(support, dim, 1, 5);
  return support;
}

static pr::KindSupport makeConv1d() {
  pr::KindSupport support = makeConv(
      LayerKind::Conv1D,
      "n * ic * ((ow - 1) * sw + (kw - 1) * dw + 1 - pl - pr) < 2147483648 "
      "and (ic floordiv g) * oc * kw < 2147483648 "
      "and n * oc * ow < 2147483648",
      {"ow"}, {"kw"});
  setChannels(support, {"oc", "ic"});
  return support;
}

static pr::KindSupport makeConv2d() {
  pr::KindSupport support =
      makeConv(LayerKind::Conv2D,
               "n * ic * ((oh - 1) * sh + (kh - 1) * dh + 1 - pt - pb) "
               "* ((ow - 1) * sw + (kw - 1) * dw + 1 - pl - pr) < 2147483648 "
               "and (ic floordiv g) * oc * kh * kw < 2147483648 "
               "and n * oc * oh * ow < 2147483648",
               {"oh", "ow"}, {"kh", "kw"});
  setChannels(support, {"oc", "ic"});
  return support;
}

/// A grouped convolution with one input channel in each group.
static pr::KindSupport makeDepthwise() {
  pr::KindSupport support = makeConv(
      LayerKind::DepthwiseConv2D,
      "n * c * ((oh - 1) * sh + (kh - 1) * dh + 1 - pt - pb) "
      "* ((ow - 1) * sw + (kw - 1) * dw + 1 - pl - pr) < 2147483648 "
      "and c * m * kh * kw < 2147483648 and n * c * m * oh * ow < 2147483648",
      {"oh", "ow"}, {"kh", "kw"});
  setChannels(support, {"c"});
  return support;
}

std::vector<pr::KindSupport> systolic::supportedKinds() {
  return {makeMatmul(), makeConv1d(), makeConv2d(), makeDepthwise()};
}

static Problem matmulProblem(const pr::Layer &layer) {
  Problem p;
  p.groups = layer[matmul::b];
  p.separateGroups = true;
  p.outW = p.inW = layer[matmul::m];
  p.channels = layer[matmul::k];
  p.outChannels = layer[matmul::n];
  return p;
}

/// A conv1d is a conv2d of height 1: windowAxis gives a unit axis there.
static Problem convProblem(const pr::Layer &layer) {
  auto dim = [&](const char *name) {
    return layer[*layer.info().findDim(name)];
  };
  bool depthwise = layer.kind == LayerKind::DepthwiseConv2D;
  pr::WindowAxis h = windowAxis(layer, 1), w = windowAxis(layer, 2);
  Problem p;
  p.groups = dim(depthwise ? "c" : "g");
  p.images = dim("n");
  p.channels = depthwise ? 1 : dim("ic") / p.groups;
  p.outChannels = depthwise ? dim("m") : dim("oc") / p.groups;
  p.outH = h.output, p.outW = w.output;
  p.inH = h.input(), p.inW = w.input();
  p.kernelH = h.kernel, p.kernelW = w.kernel;
  p.strideH = h.stride, p.strideW = w.stride;
  p.dilationH = h.dilation, p.dilationW = w.dilation;
  p.padTop = h.padLow, p.padLeft = w.padLow;
  return p;
}

pr::Expected<Problem> systolic::toProblem(const pr::Layer &layer) {
  auto unsupported = [](const char *message) {
    return pr::makeError(pr::ErrorKind::Unsupported, message);
  };
  if (!layer.epilogue.empty())
    return unsupported("the array has no unit for an epilogue");
  if (!layer.schedule.empty())
    return unsupported("the sequencer has one order of tiles and takes no "
                       "schedule");
  return layer.kind == LayerKind::MatMul ? matmulProblem(layer)
                                         : convProblem(layer);
}
