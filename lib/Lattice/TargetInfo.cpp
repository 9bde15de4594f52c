// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "pr/Lattice/TargetInfo.h"

#include "pr/Support/CheckedMath.h"

#include <algorithm>
#include <array>

using namespace pr;

//===----------------------------------------------------------------------===//
// Legality
//===----------------------------------------------------------------------===//

std::vector<std::string> pr::legalityVariables(LayerKind kind) {
  std::vector<std::string> names;
  for (const DimInfo &dim : kindInfo(kind).dims)
    names.emplace_back(dim.name);
  for (const char *name :
       {"operand0_bits", "operand1_bits", "result0_bits", "is_float"})
    names.emplace_back(name);
  for (const DimInfo &dim : kindInfo(kind).dims)
    names.emplace_back("tile_" + std::string(dim.name));
  return names;
}

static int64_t bitsOf(const TypeList &types, unsigned index) {
  return index < types.size() ? types[index].bits : 0;
}

static constexpr unsigned kMaxLegalityValues = 2 * kMaxDims + 4;

/// Writes the values, all that there are for the kind.
static void writeLegalityValues(const Layer &layer, int64_t *values) {
  unsigned dims = layer.numDims();
  int64_t *next = std::copy_n(layer.dims.begin(), dims, values);
  *next++ = bitsOf(layer.operands, 0);
  *next++ = bitsOf(layer.operands, 1);
  *next++ = bitsOf(layer.results, 0);
  *next++ = !layer.operands.empty() && layer.operands[0].isFloat();
  std::fill_n(next, dims, 0);
  for (const ScheduleLoop &loop : layer.schedule.tile)
    values[tileVariable(layer.kind, loop.dim)] = loop.extent;
}

std::vector<int64_t> pr::legalityValues(const Layer &layer) {
  std::vector<int64_t> values(2 * size_t(layer.numDims()) + 4);
  writeLegalityValues(layer, values.data());
  return values;
}

unsigned pr::tileVariable(LayerKind kind, unsigned dim) {
  return kindInfo(kind).dims.size() + 4 + dim;
}

int64_t pr::tileSize(const Layer &layer, unsigned dim) {
  for (const ScheduleLoop &loop : layer.schedule.tile)
    if (loop.dim == dim)
      return loop.extent;
  return 0;
}

const KindSupport *TargetInfo::find(LayerKind kind) const {
  auto found =
      std::find_if(kinds.begin(), kinds.end(), [&](const KindSupport &support) {
        return support.kind == kind;
      });
  return found == kinds.end() ? nullptr : &*found;
}

static Error unsupported(std::string message) {
  return makeError(ErrorKind::Unsupported, std::move(message));
}

static std::string join(const std::vector<std::string> &items,
                        const char *separator) {
  std::string text;
  for (const std::string &item : items)
    text += (text.empty() ? "" : separator) + item;
  return text;
}

/// Whether a text spells the layer's types; without printing them, because
/// every query asks.
static bool spellsTypes(std::string_view text, const Layer &layer) {
  auto take = [&](std::string_view expected) {
    bool found = text.substr(0, expected.size()) == expected;
    text.remove_prefix(found ? expected.size() : 0);
    return found;
  };
  auto takeAll = [&](const TypeList &types) {
    for (unsigned i = 0; i < types.size(); ++i)
      if ((i > 0 && !take(", ")) || !take(toString(types[i])))
        return false;
    return true;
  };
  return takeAll(layer.operands) && take(" -> ") && takeAll(layer.results) &&
         text.empty();
}

static Expected<void> checkTypes(const std::string &target,
                                 const KindSupport &support,
                                 const Layer &layer) {
  if (support.types.empty() ||
      std::any_of(
          support.types.begin(), support.types.end(),
          [&](const std::string &text) { return spellsTypes(text, layer); }))
    return {};
  return unsupported("target '" + target + "' has no " +
                     std::string(layer.info().name) + " of '" +
                     printTypes(layer.operands, layer.results) +
                     "', only of '" + join(support.types, "' or '") + "'");
}

static Expected<void> checkMaxima(const std::string &target,
                                  const KindSupport &support,
                                  const Layer &layer) {
  for (unsigned i = 0, end = layer.numDims(); i < end; ++i) {
    int64_t maximum = support.lattice.maximum[i];
    if (maximum > 0 && layer[i] > maximum)
      return unsupported("'" + std::string(layer.info().dims[i].name) +
                         "' of " + std::string(layer.info().name) + " is " +
                         std::to_string(layer[i]) + ", target '" + target +
                         "' takes at most " + std::to_string(maximum));
  }
  return {};
}

static Expected<void> checkRules(const std::string &target,
                                 const KindSupport &support,
                                 const Layer &layer) {
  if (support.rules.empty())
    return {};
  std::array<int64_t, kMaxLegalityValues> values;
  writeLegalityValues(layer, values.data());
  auto fail = [&](const std::string &why) {
    return unsupported("target '" + target + "' cannot run this " +
                       std::string(layer.info().name) + ": " + why);
  };
  for (const LegalityRule &rule : support.rules) {
    auto holds = rule.condition.evaluate(values.data());
    if (!holds)
      return fail("its rule '" + rule.condition.print() +
                  "' cannot be evaluated, " + holds.error().message);
    if (*holds == 0)
      return fail(rule.reason);
  }
  return {};
}

/// A tile size that the target does not take would be ignored.
static Expected<void> checkTiles(const std::string &target,
                                 const KindSupport &support,
                                 const Layer &layer) {
  const std::vector<unsigned> &taken = support.tileDims;
  if (taken.empty())
    return {};
  for (const ScheduleLoop &loop : layer.schedule.tile)
    if (std::find(taken.begin(), taken.end(), loop.dim) == taken.end())
      return unsupported("target '" + target + "' takes no tile size of '" +
                         std::string(layer.info().dims[loop.dim].name) +
                         "' of " + std::string(layer.info().name));
  return {};
}

Expected<void> TargetInfo::checkLegal(const Layer &layer) const {
  const KindSupport *support = find(layer.kind);
  if (!support)
    return unsupported("target '" + name + "' has no " +
                       std::string(layer.info().name));
  if (auto ok = checkTypes(name, *support, layer); !ok)
    return ok;
  if (auto ok = checkMaxima(name, *support, layer); !ok)
    return ok;
  if (auto ok = checkTiles(name, *support, layer); !ok)
    return ok;
  return checkRules(name, *support, layer);
}

//===----------------------------------------------------------------------===//
// Time
//===----------------------------------------------------------------------===//

std::optional<int64_t>
pr::cyclesToPicoseconds(int64_t cycles, std::optional<int64_t> clockKhz) {
  if (!clockKhz || *clockKhz <= 0)
    return std::nullopt;
  // A cycle lasts 10^9 / kHz picoseconds.
  __int128 picoseconds =
      (__int128(cycles) * 1'000'000'000 + *clockKhz / 2) / *clockKhz;
  if (picoseconds > kMaxCount || picoseconds < -kMaxCount)
    return std::nullopt;
  return static_cast<int64_t>(picoseconds);
}
