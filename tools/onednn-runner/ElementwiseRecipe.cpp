// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "RecipeParts.h"

using namespace onednn;
using dnnl::algorithm;
using dnnl::memory;
using dnnl::prop_kind;
using pr::Expected;
using pr::Layer;

namespace {
/// An elementwise layer says how much of what it does, not what. These compute
/// the same amounts.
struct StandIn {
  bool binary;
  int64_t alu, mul, div, fn;
  algorithm operation;
  const char *name;
};
} // namespace

static const StandIn kStandIns[] = {
    {true, 1, 0, 0, 0, algorithm::binary_add, "binary_add"},
    {true, 0, 1, 0, 0, algorithm::binary_mul, "binary_mul"},
    {true, 0, 0, 1, 0, algorithm::binary_div, "binary_div"},
    {false, 1, 0, 0, 0, algorithm::eltwise_relu, "eltwise_relu"},
    {false, 2, 0, 0, 0, algorithm::eltwise_clip, "eltwise_clip"},
    {false, 0, 1, 0, 0, algorithm::eltwise_square, "eltwise_square"},
    {false, 1, 1, 0, 0, algorithm::eltwise_linear, "eltwise_linear"},
    {false, 0, 0, 1, 0, algorithm::eltwise_sqrt, "eltwise_sqrt"},
    {false, 0, 0, 0, 1, algorithm::eltwise_exp, "eltwise_exp"},
    {false, 1, 0, 1, 1, algorithm::eltwise_logistic, "eltwise_logistic"},
    {false, 1, 1, 1, 1, algorithm::eltwise_swish, "eltwise_swish"},
};

static const StandIn *findStandIn(const Layer &layer) {
  namespace d = pr::dim::elementwise;
  bool binary = layer[d::full] + (layer[d::bcast] > 0) == 2;
  for (const StandIn &one : kStandIns)
    if (one.binary == binary && one.alu == layer[d::alu] &&
        one.mul == layer[d::mul] && one.div == layer[d::div] &&
        one.fn == layer[d::fn])
      return &one;
  return nullptr;
}

static Recipe makeUnary(const StandIn &standIn, const memory::desc &tensor,
                        const dnnl::engine &engine) {
  using Forward = dnnl::eltwise_forward;
  bool clip = standIn.operation == algorithm::eltwise_clip;
  bool linear = standIn.operation == algorithm::eltwise_linear;
  Forward::primitive_desc description(
      {prop_kind::forward_inference, standIn.operation, tensor,
       /*alpha=*/linear ? 2.0f : standIn.operation == algorithm::eltwise_swish,
       /*beta=*/clip ? 6.0f : linear},
      userScratchpad(), engine);
  Recipe recipe = finish<Forward>(description);
  recipe.tensors.emplace_back(DNNL_ARG_SRC, tensor);
  recipe.tensors.emplace_back(DNNL_ARG_DST, tensor);
  return recipe;
}

Expected<Recipe> onednn::makeElementwise(const Layer &layer,
                                         const dnnl::engine &engine) {
  if (auto ok = expectNoEpilogue(layer); !ok)
    return ok.error();
  namespace d = pr::dim::elementwise;
  const StandIn *standIn = findStandIn(layer);
  if (!standIn)
    return unsupported("oneDNN has no single primitive that computes as much "
                       "for each element as this layer");
  int64_t elements = layer[d::e], broadcast = layer[d::bcast];
  if (broadcast && elements % broadcast != 0)
    return unsupported("'bcast' of elementwise is " +
                       std::to_string(broadcast) +
                       ", which does not divide its elements");
  DataType type = dataType(layer.operands[0]);
  int64_t inner = broadcast ? broadcast : elements;
  memory::desc tensor = plain({elements / inner, inner}, type);
  Expected<Recipe> recipe = Recipe();
  if (!standIn->binary) {
    recipe = makeUnary(*standIn, tensor, engine);
  } else {
    memory::desc second = broadcast ? plain({1, inner}, type) : tensor;
    dnnl::binary::primitive_desc description(
        {standIn->operation, tensor, second, tensor}, userScratchpad(), engine);
    recipe = finish<dnnl::binary>(description);
    recipe->tensors.insert(recipe->tensors.end(), {{DNNL_ARG_SRC_0, tensor},
                                                   {DNNL_ARG_SRC_1, second},
                                                   {DNNL_ARG_DST, tensor}});
  }
  recipe->operation = standIn->name;
  return recipe;
}
