// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Support.h"

#include "pr/Target/NetworkDomain.h"

#include <cassert>

using namespace onednn;
using pr::KindSupport;
using pr::LayerKind;

static void addRule(KindSupport &support, std::string_view condition,
                    const char *reason) {
  auto expression =
      pr::Expr::parse(condition, pr::legalityVariables(support.kind));
  assert(expression && "a rule that does not parse");
  support.rules.push_back({std::move(*expression), reason});
}

static std::vector<std::string> typesOf(LayerKind kind, bool bf16) {
  std::vector<std::string> types;
  switch (kind) {
  case LayerKind::Elementwise:
    return {}; // As many operands as the layer has: a rule below.
  case LayerKind::Softmax:
    types = {"f32 -> f32"};
    if (bf16)
      types.push_back("bf16 -> bf16");
    return types;
  case LayerKind::Pool2D:
  case LayerKind::Pool3D:
    types = {"f32 -> f32", "i8 -> i8", "ui8 -> ui8"};
    if (bf16)
      types.push_back("bf16 -> bf16");
    return types;
  default:
    types = {"f32, f32 -> f32", "i8, i8 -> i32",  "i8, i8 -> i8",
             "ui8, i8 -> i32",  "ui8, i8 -> ui8", "ui8, i8 -> i8"};
    if (bf16)
      types.insert(types.end(), {"bf16, bf16 -> f32", "bf16, bf16 -> bf16"});
    return types;
  }
}

static void addRules(KindSupport &support, bool bf16) {
  switch (support.kind) {
  case LayerKind::Pool2D:
  case LayerKind::Pool3D:
    return addRule(support, "op != 1", "oneDNN has no minimum pooling");
  case LayerKind::Elementwise:
    addRule(support, "is_float == 1 and cvt == 0",
            "it is an operation of floats without conversions here");
    addRule(support,
            bf16 ? "operand0_bits == 32 or operand0_bits == 16"
                 : "operand0_bits == 32",
            "its operands have a width that this processor has no kernels for");
    return addRule(support, "full >= 1 and full <= 2",
                   "it is an operation of one or two full operands here");
  default:
    return;
  }
}

/// What costs nothing behind a kind: in the median of pairs measured against
/// single layers (benchmarks/onednn.py) less than 1 % of the time and 3 % of
/// the instructions. Behind a depthwise convolution everything costs its 7 %; a
/// function, and a factor for each channel, cost up to several times the layer.
static std::vector<pr::EpilogueOp> freeEpilogueOf(LayerKind kind) {
  switch (kind) {
  case LayerKind::Conv1D:
  case LayerKind::Conv2D:
  case LayerKind::Conv3D:
  case LayerKind::MatMul:
    return {pr::EpilogueOp::Bias, pr::EpilogueOp::Relu, pr::EpilogueOp::Clamp,
            pr::EpilogueOp::Requantize, pr::EpilogueOp::ResidualAdd};
  default:
    return {};
  }
}

std::vector<KindSupport> onednn::supportedKinds(bool bf16) {
  std::vector<KindSupport> kinds;
  for (LayerKind kind :
       {LayerKind::Conv1D, LayerKind::Conv2D, LayerKind::Conv3D,
        LayerKind::DepthwiseConv2D, LayerKind::MatMul, LayerKind::Pool2D,
        LayerKind::Pool3D, LayerKind::Softmax, LayerKind::Elementwise}) {
    KindSupport support;
    support.kind = support.lattice.kind = kind;
    support.types = typesOf(kind, bf16);
    support.freeEpilogue = freeEpilogueOf(kind);
    addRules(support, bf16);
    pr::setNetworkDomain(support);
    kinds.push_back(std::move(support));
  }
  return kinds;
}
