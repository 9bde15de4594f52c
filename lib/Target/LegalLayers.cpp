// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "pr/Target/LegalLayers.h"

#include <algorithm>

using namespace pr;

static TypeList types(std::string_view list) {
  TypeList result;
  while (!list.empty() && !result.full()) {
    size_t comma = list.find(", ");
    if (auto type = parseElementType(list.substr(0, comma)))
      result.push_back(*type);
    list = comma == list.npos ? "" : list.substr(comma + 2);
  }
  return result;
}

LegalLayers::LegalLayers(const TargetInfo &info, const KindSupport &support,
                         uint64_t seed)
    : info(info), support(support), random(seed) {}

/// Each dimension at its smallest half of the time: conditions between
/// dimensions are easier to meet there.
Layer LegalLayers::drawAny() {
  Layer layer;
  layer.kind = support.kind;
  std::string_view accepted =
      layer.info().operandTypes == 1 ? "f32 -> f32" : "f32, f32 -> f32";
  if (!support.types.empty())
    accepted = support.types.front();
  size_t arrow = accepted.find(" -> ");
  layer.operands = types(accepted.substr(0, arrow));
  layer.results = types(accepted.substr(arrow + 4));
  for (unsigned i = 0; i < layer.numDims(); ++i) {
    const DimInfo &dim = layer.info().dims[i];
    auto [low, high] = support.domain[i];
    layer[i] = std::max(dim.defaultValue, dim.minimum());
    if (high > low && random() % 2)
      layer[i] = low + int64_t(random() % uint64_t(high - low + 1));
  }
  return layer;
}

std::optional<Layer> LegalLayers::draw(int attempts) {
  for (; attempts > 0; --attempts) {
    Expected<Layer> layer = checkedLayer(drawAny());
    if (layer && layer->kind == support.kind && info.checkLegal(*layer))
      return *layer;
  }
  return std::nullopt;
}
