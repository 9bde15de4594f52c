// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "pr/Layer/LayerKind.h"

#include <array>

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

namespace {
/// The dimension with a role on an axis (-1 .. 2) for each kind: every window
/// that is described, checked or counted asks for all of its own. -1: none.
using RoleTable = std::vector<std::array<std::array<int8_t, 4>, 9>>;
} // namespace

static RoleTable makeRoleTable() {
  RoleTable table(allLayerKinds().size());
  for (const KindInfo &info : allLayerKinds()) {
    auto &entry = table[static_cast<size_t>(info.kind)];
    for (auto &axes : entry)
      axes.fill(-1);
    // Backwards, so that the first of several stays.
    for (size_t i = info.dims.size(); i-- > 0;)
      entry[static_cast<size_t>(info.dims[i].role)][info.dims[i].axis + 1] =
          static_cast<int8_t>(i);
  }
  return table;
}

std::optional<unsigned> KindInfo::findDim(DimRole role, int axis) const {
  static const RoleTable table = makeRoleTable();
  int8_t index = table[static_cast<size_t>(kind)][static_cast<size_t>(role)]
                      [static_cast<size_t>(axis + 1)];
  return index < 0 ? std::nullopt : std::optional<unsigned>(index);
}
