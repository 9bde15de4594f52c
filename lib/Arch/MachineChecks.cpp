// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The numbers of a diagram that make no machine.
#include "pr/Arch/Machine.h"

#include "ObjectError.h"
#include "pr/Support/CheckedMath.h"

using namespace pr;
using namespace pr::arch;

/// More members of one array are taken for a mistake.
static constexpr int64_t kMaxMembers = 1 << 20;

namespace {
struct Number {
  const char *what;
  int64_t value, least;
};
} // namespace

static std::string expected(const char *what, int64_t found, int64_t least) {
  return std::string(what) + " is " + std::to_string(found) +
         ", expected at least " + std::to_string(least);
}

static Expected<void> check(const std::string &name,
                            std::initializer_list<Number> numbers) {
  for (const Number &number : numbers) {
    if (number.value < number.least)
      return inObject(name, expected(number.what, number.value, number.least));
    if (number.value > (int64_t(1) << 48))
      return inObject(name, std::string(number.what) + " is " +
                                std::to_string(number.value) +
                                ", expected at most 2^48");
  }
  return {};
}

static Expected<int64_t> countMembers(const std::string &name,
                                      const std::vector<int64_t> &extents) {
  Checked count = 1;
  for (int64_t extent : extents) {
    if (extent < 1)
      return inObject(name, expected("an extent of the array", extent, 1));
    count = count * Checked(extent);
  }
  if (!count.ok() || count.value() > kMaxMembers)
    return inObject(name, "the array has more than 2^20 members");
  return count.value();
}

static Expected<void> checkStage(const Stage &stage) {
  if (auto good = check(stage.name, {{"latency", stage.latency, 0},
                                     {"capacity", stage.capacity, 1},
                                     {"issue_width", stage.issueWidth, 1}});
      !good)
    return good;
  if (stage.kind == StageKind::Fetch && !stage.instances.empty())
    return inObject(stage.name, "a fetch stage cannot be an array");
  if (stage.instructionMemory != kNone && stage.instructionsPerAccess < 1)
    return inObject(stage.name, expected("instructions per access",
                                         stage.instructionsPerAccess, 1));
  if (auto count = countMembers(stage.name, stage.instances); !count)
    return count.takeError();
  return {};
}

static Expected<void> checkUnit(const Unit &unit) {
  if (auto good = check(unit.name, {{"in_flight", unit.inFlight, 0},
                                    {"outstanding", unit.outstanding, 0}});
      !good)
    return good;
  int64_t least = 1;
  for (int64_t burst : unit.bursts) {
    if (auto good = check(unit.name, {{"a burst", burst, least}}); !good)
      return good;
    least = burst + 1;
  }
  return {};
}

static Expected<void> checkStorage(const ObjectDiagram &diagram,
                                   const Storage &storage) {
  if (auto good =
          check(storage.name, {{"size", storage.size, 0},
                               {"read_latency", storage.readLatency, 0},
                               {"write_latency", storage.writeLatency, 0},
                               {"ports", storage.ports, 1},
                               {"port_width", storage.portWidth, 1},
                               {"overhead", storage.overhead, 0},
                               {"response", storage.response, 0},
                               {"in_flight", storage.inFlight, 0}});
      !good)
    return good;
  if (auto count = countMembers(storage.name, storage.instances); !count)
    return count.takeError();
  if (storage.kind == StorageKind::DRAM)
    if (auto good =
            check(storage.name, {{"banks", storage.banks, 1},
                                 {"row", storage.row, 1},
                                 {"row_miss", storage.rowMiss, 0},
                                 {"row_cycle", storage.rowCycle, 0},
                                 {"write_recovery", storage.writeRecovery, 0},
                                 {"turnaround", storage.turnaround, 0}});
        !good)
      return good;
  if (storage.kind != StorageKind::Cache)
    return {};
  if (auto good =
          check(storage.name, {{"sets", storage.sets, 1},
                               {"ways", storage.ways, 1},
                               {"line", storage.line, 1},
                               {"misses", storage.misses, 0},
                               {"miss_overhead", storage.missOverhead, 0},
                               {"victim_overhead", storage.victimOverhead, 0},
                               {"set_gap", storage.setGap, 0}});
      !good)
    return good;
  if (storage.backing == kNone || !storage.instances.empty() ||
      !diagram.storages[storage.backing].instances.empty())
    return inObject(storage.name, "a cache and the memory behind it are "
                                  "single memories, not arrays");
  return {};
}

Expected<void> Machine::checkNumbers() const {
  for (const Stage &stage : objects->stages)
    if (auto good = checkStage(stage); !good)
      return good;
  for (const Unit &unit : objects->units)
    if (auto good = checkUnit(unit); !good)
      return good;
  for (const Storage &storage : objects->storages)
    if (auto good = checkStorage(*objects, storage); !good)
      return good;
  for (const Semaphore &semaphore : objects->semaphores)
    if (auto good = check(semaphore.name, {{"initial", semaphore.initial, 0}});
        !good)
      return good;
  return {};
}
