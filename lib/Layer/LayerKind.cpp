// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "pr/Layer/LayerKind.h"

using namespace pr;

static std::vector<std::string_view> splitValues(std::string_view text) {
  std::vector<std::string_view> values;
  while (!text.empty()) {
    size_t bar = text.find('|');
    values.push_back(text.substr(0, bar));
    text = bar == std::string_view::npos ? "" : text.substr(bar + 1);
  }
  return values;
}

static std::vector<KindInfo> makeTable() {
  std::vector<KindInfo> table;
#define LAYER_KIND(ID, NAME, DOC)                                              \
  table.push_back({LayerKind::ID, #NAME, DOC, {}, 0, 0});
#define LAYER_DIM(NAME, ROLE, AXIS, DEFAULT, DOC)                              \
  table.back().dims.push_back({#NAME, DimRole::ROLE, AXIS, DEFAULT, DOC, {}});
#define LAYER_OPTION(NAME, VALUES, DEFAULT, DOC)                               \
  table.back().dims.push_back(                                                 \
      {#NAME, DimRole::Option, -1, DEFAULT, DOC, splitValues(VALUES)});
#define LAYER_KIND_END(OPERANDS, RESULTS)                                      \
  table.back().operandTypes = OPERANDS;                                        \
  table.back().resultTypes = RESULTS;
#include "pr/Layer/LayerKinds.def"
  return table;
}

const std::vector<KindInfo> &pr::allLayerKinds() {
  static const std::vector<KindInfo> table = makeTable();
  return table;
}

const KindInfo &pr::kindInfo(LayerKind kind) {
  return allLayerKinds()[static_cast<size_t>(kind)];
}

const KindInfo *pr::findLayerKind(std::string_view name) {
  for (const KindInfo &info : allLayerKinds())
    if (info.name == name)
      return &info;
  return nullptr;
}

std::optional<unsigned> KindInfo::findDim(std::string_view name) const {
  for (unsigned i = 0; i < dims.size(); ++i)
    if (dims[i].name == name)
      return i;
  return std::nullopt;
}

std::optional<unsigned> KindInfo::findDim(DimRole role, int axis) const {
  for (unsigned i = 0; i < dims.size(); ++i)
    if (dims[i].role == role && dims[i].axis == axis)
      return i;
  return std::nullopt;
}
