// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "pr/Arch/Utilization.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cstdio>

using namespace pr;
using namespace pr::arch;
using Json = nlohmann::ordered_json;

static int64_t product(const std::vector<int64_t> &extents) {
  int64_t result = 1;
  for (int64_t extent : extents)
    result *= extent;
  return result;
}

std::vector<Utilization> arch::findUtilization(const ObjectDiagram &diagram,
                                               const Timing &timing) {
  std::vector<Utilization> result;
  auto add = [&](Utilization entry, int64_t busy) {
    double time = double(timing.cycles) * double(entry.members);
    entry.busy = time > 0 ? double(busy) / time : 0;
    result.push_back(std::move(entry));
  };
  for (size_t u = 0; u < timing.units.size(); ++u) {
    const Unit &unit = diagram.units[u];
    const UnitUse &use = timing.units[u];
    if (use.instructions > 0)
      add({unit.name, false, product(diagram.stages[unit.stage].instances), 0,
           use, MemoryUse()},
          use.busy);
  }
  for (size_t s = 0; s < timing.memories.size(); ++s) {
    const Storage &storage = diagram.storages[s];
    const MemoryUse &use = timing.memories[s];
    if (use.accesses > 0)
      add({storage.name, true, product(storage.instances) * storage.ports, 0,
           UnitUse(), use},
          use.busy);
  }
  return result;
}

const Utilization *arch::findBottleneck(const std::vector<Utilization> &all) {
  auto busiest = std::max_element(
      all.begin(), all.end(), [](const Utilization &a, const Utilization &b) {
        return a.busy < b.busy;
      });
  return busiest == all.end() ? nullptr : &*busiest;
}

//===----------------------------------------------------------------------===//
// Text
//===----------------------------------------------------------------------===//

static std::string percent(double share) {
  char text[32];
  std::snprintf(text, sizeof(text), "%.1f %%", 100 * share);
  return text;
}

/// Columns as wide as they need to be: names to the left, numbers to the right.
static std::string align(const std::vector<std::vector<std::string>> &rows) {
  std::vector<size_t> widths(rows.front().size());
  for (const auto &row : rows)
    for (size_t i = 0; i < row.size(); ++i)
      widths[i] = std::max(widths[i], row[i].size());
  std::string text;
  for (const auto &row : rows) {
    for (size_t i = 0; i < row.size(); ++i) {
      std::string space(widths[i] - row[i].size(), ' ');
      text += i == 0 ? row[i] + space : "  " + space + row[i];
    }
    text += '\n';
  }
  return text;
}

std::string arch::printUtilization(const ObjectDiagram &diagram,
                                   const Timing &timing) {
  std::vector<Utilization> all = findUtilization(diagram, timing);
  std::vector<std::vector<std::string>> units = {{"unit", "instructions",
                                                  "busy", "waited for data",
                                                  "for the unit", "blocked"}};
  std::vector<std::vector<std::string>> memories = {
      {"memory", "accesses", "words", "ports busy"}};
  for (const Utilization &entry : all) {
    if (entry.isMemory)
      memories.push_back({entry.name, std::to_string(entry.memory.accesses),
                          std::to_string(entry.memory.words),
                          percent(entry.busy)});
    else
      units.push_back({entry.name, std::to_string(entry.unit.instructions),
                       percent(entry.busy),
                       std::to_string(entry.unit.waitedForData),
                       std::to_string(entry.unit.waitedForUnit),
                       std::to_string(entry.unit.blocked)});
  }
  std::string text = std::to_string(timing.cycles) + " cycles, " +
                     std::to_string(timing.instructions) + " instructions (" +
                     timing.method + ")\n";
  if (units.size() > 1)
    text += align(units);
  if (memories.size() > 1)
    text += align(memories);
  if (const Utilization *busiest = findBottleneck(all))
    text += "busiest: " + busiest->name + ", " + percent(busiest->busy) +
            " of the time\n";
  return text;
}

//===----------------------------------------------------------------------===//
// JSON
//===----------------------------------------------------------------------===//

std::string arch::utilizationToJson(const ObjectDiagram &diagram,
                                    const Timing &timing) {
  std::vector<Utilization> all = findUtilization(diagram, timing);
  Json units = Json::array(), memories = Json::array();
  for (const Utilization &entry : all) {
    Json line = {
        {"name", entry.name}, {"members", entry.members}, {"busy", entry.busy}};
    if (entry.isMemory) {
      line["accesses"] = entry.memory.accesses;
      line["words"] = entry.memory.words;
      line["busy_cycles"] = entry.memory.busy;
      memories.push_back(std::move(line));
      continue;
    }
    line["instructions"] = entry.unit.instructions;
    line["busy_cycles"] = entry.unit.busy;
    line["waited_for_data"] = entry.unit.waitedForData;
    line["waited_for_unit"] = entry.unit.waitedForUnit;
    line["blocked"] = entry.unit.blocked;
    units.push_back(std::move(line));
  }
  const Utilization *busiest = findBottleneck(all);
  Json result = {{"cycles", timing.cycles},
                 {"instructions", timing.instructions},
                 {"method", timing.method},
                 {"bottleneck", busiest ? Json(busiest->name) : Json()},
                 {"units", std::move(units)},
                 {"memories", std::move(memories)}};
  return result.dump(-1, ' ', false, Json::error_handler_t::replace);
}
