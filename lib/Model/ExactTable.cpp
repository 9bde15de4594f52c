// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "pr/Model/ExactTable.h"

#include <algorithm>
#include <cmath>
#include <cstring>

using namespace pr;

//===----------------------------------------------------------------------===//
// Keys
//===----------------------------------------------------------------------===//

namespace {
/// The bytes of a layer, without a schedule; they always fit.
class KeyBytes {
public:
  template <typename T>
  void add(T value) {
    static_assert(std::is_integral_v<T>, "written as it lies in memory");
    std::memcpy(buffer.data() + used, &value, sizeof(value));
    used += sizeof(value);
  }
  void add(const TypeList &types) {
    add(uint8_t(types.size()));
    for (ElementType type : types) {
      add(uint8_t(type.format));
      add(type.bits);
    }
  }
  std::string_view view() const { return {buffer.data(), used}; }

private:
  std::array<char,
             8 + kMaxDims * 8 + 2 * (1 + 2 * kMaxTypes) + 2 + kMaxEpilogueOps>
      buffer;
  size_t used = 0;
};
} // namespace

Hash128 pr::exactKey(const Layer &layer) {
  // A schedule has no bound; its text does.
  if (!layer.schedule.empty())
    return stableHash128(printLayer(layer));
  KeyBytes bytes;
  bytes.add(uint64_t(layer.kind));
  for (unsigned i = 0, end = layer.numDims(); i < end; ++i)
    bytes.add(layer[i]);
  bytes.add(layer.operands);
  bytes.add(layer.results);
  bytes.add(uint8_t(layer.layout));
  bytes.add(uint8_t(layer.epilogue.size()));
  for (EpilogueOp op : layer.epilogue)
    bytes.add(uint8_t(op));
  return stableHash128(bytes.view());
}

std::string pr::kindSignature(LayerKind kind) {
  const KindInfo &info = kindInfo(kind);
  // The kind's number is part of the keys.
  std::string text = std::to_string(unsigned(kind)) + std::string(info.name);
  for (const DimInfo &dim : info.dims) {
    text += " " + std::string(dim.name);
    for (std::string_view value : dim.values)
      text += "|" + std::string(value);
  }
  return toHex(stableHash(text));
}

//===----------------------------------------------------------------------===//
// The table
//===----------------------------------------------------------------------===//

static bool isValid(const ExactValue &value) {
  return std::isfinite(value.latency) && std::isfinite(value.upper) &&
         value.latency > 0 && value.lower >= 0 &&
         value.lower <= value.latency && value.upper >= value.latency;
}

Expected<ExactTable>
ExactTable::build(const std::vector<std::pair<Layer, ExactValue>> &input) {
  ExactTable table;
  for (const auto &[layer, value] : input) {
    if (!isValid(value))
      return invalidInput("the measurement of " + printLayer(layer) + " is " +
                          std::to_string(value.latency) + " within " +
                          std::to_string(value.lower) + " to " +
                          std::to_string(value.upper) +
                          ", expected a positive latency within its spread");
    table.rows.push_back({exactKey(layer), value});
  }
  std::stable_sort(table.rows.begin(), table.rows.end(),
                   [](const Row &a, const Row &b) { return a.key < b.key; });
  size_t kept = 0;
  for (size_t first = 0, end = 0; first < table.rows.size(); first = end) {
    Row merged = table.rows[first];
    for (end = first + 1;
         end < table.rows.size() && table.rows[end].key == merged.key; ++end) {
      const ExactValue &other = table.rows[end].value;
      merged.value.latency += other.latency;
      merged.value.lower = std::min(merged.value.lower, other.lower);
      merged.value.upper = std::max(merged.value.upper, other.upper);
    }
    merged.value.latency /= double(end - first);
    table.rows[kept++] = merged;
  }
  table.rows.resize(kept);
  return table;
}

const ExactValue *ExactTable::find(const Layer &layer) const {
  if (rows.empty())
    return nullptr;
  Hash128 key = exactKey(layer);
  auto row = std::lower_bound(rows.begin(), rows.end(), key,
                              [](const Row &candidate, Hash128 wanted) {
                                return candidate.key < wanted;
                              });
  return row != rows.end() && row->key == key ? &row->value : nullptr;
}

std::string ExactTable::serialize() const {
  static_assert(sizeof(Row) == 40, "no padding in the file");
  return std::string(reinterpret_cast<const char *>(rows.data()),
                     rows.size() * sizeof(Row));
}

Expected<ExactTable> ExactTable::deserialize(std::string_view bytes) {
  if (bytes.size() % sizeof(Row) != 0)
    return invalidInput("the exact table's bytes are not whole rows");
  ExactTable table;
  if (bytes.empty())
    return table;
  table.rows.resize(bytes.size() / sizeof(Row));
  std::memcpy(static_cast<void *>(table.rows.data()), bytes.data(),
              bytes.size());
  bool sorted =
      std::is_sorted(table.rows.begin(), table.rows.end(),
                     [](const Row &a, const Row &b) { return a.key < b.key; });
  bool valid = std::all_of(table.rows.begin(), table.rows.end(),
                           [](const Row &row) { return isValid(row.value); });
  if (!sorted || !valid)
    return invalidInput(
        "the exact table's rows are not sorted or not latencies");
  return table;
}
