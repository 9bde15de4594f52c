// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "pr/Arch/Machine.h"

#include "ObjectError.h"

#include "pr/Support/CheckedMath.h"

#include <algorithm>
#include <numeric>
#include <unordered_map>

using namespace pr;
using namespace pr::arch;

namespace {
/// More runs or words of a range are taken for a mistake.
constexpr int64_t kMaxRuns = 1 << 20;

struct VectorHash {
  size_t operator()(const std::vector<int64_t> &key) const {
    uint64_t hash = 0x9e3779b97f4a7c15u;
    for (int64_t part : key)
      hash = (hash ^ uint64_t(part)) * 0xff51afd7ed558ccdu, hash ^= hash >> 32;
    return hash;
  }
};
} // namespace

/// Latencies seen before: a mapping asks for few different ones, often.
struct Machine::Memo {
  std::unordered_map<std::vector<int64_t>, Latency, VectorHash> latencies;
  std::vector<int64_t> key;
};

//===----------------------------------------------------------------------===//
// Overlap
//===----------------------------------------------------------------------===//

/// Whether an interval meets a run of a range.
static bool meets(int64_t begin, int64_t end, const Range &range) {
  if (begin >= range.end() || end <= range.begin())
    return false;
  if (range.repeat == 1 || range.stride <= range.size)
    return true;
  // The last run that starts before `end`.
  int64_t run =
      std::min(range.repeat - 1, (end - 1 - range.address) / range.stride);
  return range.address + run * range.stride + range.size > begin;
}

bool arch::overlap(const Range &a, const Range &b) {
  if (a.place != b.place || a.begin() >= b.end() || b.begin() >= a.end())
    return false;
  const Range &few = a.repeat <= b.repeat ? a : b;
  const Range &many = a.repeat <= b.repeat ? b : a;
  if (few.stride <= few.size)
    return meets(few.begin(), few.end(), many);
  for (int64_t run = 0; run < few.repeat; ++run) {
    int64_t begin = few.address + run * few.stride;
    if (meets(begin, begin + few.size, many))
      return true;
  }
  return false;
}

//===----------------------------------------------------------------------===//
// Creation
//===----------------------------------------------------------------------===//

Expected<Machine> Machine::create(const ObjectDiagram &diagram) {
  Machine machine;
  machine.objects = &diagram;
  machine.memo = std::make_shared<Memo>();
  if (auto checked = machine.checkNumbers(); !checked)
    return checked.takeError();
  machine.numberPlaces();
  if (auto found = machine.findRoutes(); !found)
    return found.takeError();
  return machine;
}

void Machine::numberPlaces() {
  auto members = [](const std::vector<int64_t> &extents) {
    return uint32_t(std::accumulate(extents.begin(), extents.end(), int64_t(1),
                                    std::multiplies<int64_t>()));
  };
  for (const Stage &stage : objects->stages) {
    stageBase.push_back(stagePlaces);
    isArray.push_back(!stage.instances.empty());
    stagePlaces += members(stage.instances);
  }
  for (const Unit &unit : objects->units) {
    unitBase.push_back(unitPlaces);
    unitPlaces += members(objects->stages[unit.stage].instances);
  }
  for (uint32_t i = 0; i < objects->storages.size(); ++i) {
    storageBase.push_back(storagePlaces);
    storagePlaces += members(objects->storages[i].instances);
    placeStorage.resize(storagePlaces, i);
  }
}

//===----------------------------------------------------------------------===//
// Instructions
//===----------------------------------------------------------------------===//

Expected<uint32_t> Machine::member(const std::vector<int64_t> &extents,
                                   const std::vector<ValueId> &at,
                                   const Cursor &cursor,
                                   const char *what) const {
  if (at.size() != extents.size())
    return invalidInput(
        std::string(what) + " has " + std::to_string(extents.size()) +
        " dimensions, but 'at' has " + std::to_string(at.size()));
  int64_t index = 0;
  for (size_t i = 0; i < at.size(); ++i) {
    int64_t value = cursor.value(at[i]);
    if (value < 0 || value >= extents[i])
      return invalidInput("index " + std::to_string(value) +
                          " of 'at' is not "
                          "in [0, " +
                          std::to_string(extents[i]) + ") of " + what);
    index = index * extents[i] + value;
  }
  return uint32_t(index);
}

/// The range may have no words.
Expected<Range> Machine::readRange(const Cursor &cursor, const Access &access,
                                   bool write) const {
  const Storage &storage = objects->storages[access.storage];
  Range range;
  range.storage = access.storage;
  range.write = write;
  range.address = cursor.value(access.address);
  range.size = cursor.value(access.size);
  if (access.repeat != kNone) {
    range.repeat = cursor.value(access.repeat);
    range.stride = cursor.value(access.stride);
  }
  if (range.size < 0 || range.repeat < 0 || range.stride < 0)
    return invalidInput("a range of '" + storage.name +
                        "' has a negative size, repeat or stride");
  if (range.repeat > kMaxRuns)
    return invalidInput("a range of '" + storage.name + "' has " +
                        std::to_string(range.repeat) +
                        " runs, expected at most 2^20");
  if (range.size == 0 || range.repeat == 0)
    return range;
  if (range.repeat == 1)
    range.stride = 0;
  Checked end = Checked(range.address) +
                Checked(range.repeat - 1) * Checked(range.stride) +
                Checked(range.size);
  if (range.address < 0 || !end.ok() || end.value() > storage.size)
    return invalidInput("words " + std::to_string(range.address) + " to " +
                        (end.ok() ? std::to_string(end.value() - 1)
                                  : std::string("beyond 2^62")) +
                        " are not in '" + storage.name + "' of " +
                        std::to_string(storage.size) + " words");
  range.place = storageBase[access.storage];
  if (!access.at.empty() || !storage.instances.empty()) {
    auto index = member(storage.instances, access.at, cursor,
                        ("'" + storage.name + "'").c_str());
    if (!index)
      return index.takeError();
    range.place += *index;
  }
  return range;
}

Expected<std::vector<Range>> Machine::warmed(const Program &program,
                                             const Cursor &cursor) const {
  const Warming &warming = cursor.warming();
  std::vector<Range> ranges;
  for (bool write : {false, true})
    for (const Access &access : write ? warming.writes : warming.reads) {
      Expected<Range> range = readRange(cursor, access, write);
      if (range && storage(access.storage).kind != StorageKind::Cache)
        range = invalidInput("'" + storage(access.storage).name +
                             "' is no cache, which alone can be warm");
      if (!range)
        return makeError(range.error().kind,
                         program.locations[warming.location] + ": " +
                             range.error().message);
      if (range->size > 0 && range->repeat > 0)
        ranges.push_back(*range);
    }
  return ranges;
}

Expected<void> Machine::decodeRange(const Cursor &cursor, const Access &access,
                                    bool write,
                                    Instruction &instruction) const {
  Expected<Range> found = readRange(cursor, access, write);
  if (!found)
    return found.takeError();
  const Range &range = *found;
  if (range.size == 0 || range.repeat == 0)
    return {};
  const Storage &storage = objects->storages[access.storage];
  if (instruction.connection(range).check == kNone)
    return invalidInput("'" + objects->operations[instruction.operation] +
                        "' " + (write ? "writes" : "reads") + " '" +
                        storage.name +
                        "', but no unit that processes it is connected to it");
  instruction.ranges.push_back(range);
  return {};
}

Expected<void> Machine::decode(const Program &program, const Cursor &cursor,
                               uint32_t fetchStage,
                               Instruction &instruction) const {
  const Issue &issue = cursor.issue();
  auto located = [&](const Error &error) {
    return makeError(error.kind,
                     program.locations[issue.location] + ": " + error.message);
  };
  instruction.operation = issue.operation;
  instruction.location = issue.location;
  instruction.route = &routes[fetchStage][issue.operation];
  instruction.member = 0;
  if (instruction.route->hops.empty())
    return located(invalidInput(
        "no unit behind '" + objects->stages[fetchStage].name +
        "' processes '" + objects->operations[issue.operation] + "'"));
  if (!issue.at.empty() || !instruction.route->extents.empty()) {
    auto index = member(instruction.route->extents, issue.at, cursor,
                        "the array of stages");
    if (!index)
      return located(index.error());
    instruction.member = *index;
  }
  instruction.immediates.clear();
  for (ValueId id : issue.immediates)
    instruction.immediates.push_back(cursor.value(id));
  instruction.ranges.clear();
  for (const Access &access : issue.reads)
    if (auto good = decodeRange(cursor, access, false, instruction); !good)
      return located(good.error());
  for (const Access &access : issue.writes)
    if (auto good = decodeRange(cursor, access, true, instruction); !good)
      return located(good.error());
  return {};
}

Expected<Latency> Machine::latency(Hop::Choice choice, const Instruction &first,
                                   const Instruction *second) const {
  const Process &process =
      objects->units[choice.unit].processes[choice.process];
  std::vector<int64_t> &key = memo->key;
  key.assign({choice.unit, choice.process});
  key.insert(key.end(), first.immediates.begin(), first.immediates.end());
  if (second)
    key.insert(key.end(), second->immediates.begin(), second->immediates.end());
  auto found = memo->latencies.find(key);
  if (found != memo->latencies.end())
    return found->second;

  const std::string &unit = objects->units[choice.unit].name;
  if (key.size() - 2 != process.latency.numInputs)
    return inObject(unit,
                    "'" + objects->operations[process.operation] + "' takes " +
                        std::to_string(process.latency.numInputs) +
                        " immediates, found " + std::to_string(key.size() - 2));
  StepBudget budget;
  auto outputs =
      evaluate(process.latency, {key.begin() + 2, key.end()}, budget);
  if (!outputs)
    return outputs.takeError();
  Latency latency{(*outputs)[0], outputs->size() > 1 ? (*outputs)[1] : -1,
                  outputs->size() > 2 ? (*outputs)[2] : -1};
  auto isPossible = [](int64_t time) {
    return 0 <= time && time <= kMaxCount / 4;
  };
  if (!std::all_of(outputs->begin(), outputs->end(), isPossible))
    return inObject(unit, "the latency or interval of '" +
                              objects->operations[process.operation] +
                              "' is negative or beyond 2^60");
  if (memo->latencies.size() > 100000)
    memo->latencies.clear();
  memo->latencies.emplace(key, latency);
  return latency;
}

uint32_t Machine::fusedProcess(uint32_t unit, uint32_t first,
                               uint32_t second) const {
  const std::vector<Process> &processes = objects->units[unit].processes;
  for (uint32_t p = 0; p < processes.size(); ++p)
    if (processes[p].operation == first && processes[p].second == second)
      return p;
  return kNone;
}

std::string Machine::describe(const Program &program,
                              const Instruction &instruction) const {
  return "'" + objects->operations[instruction.operation] + "' at " +
         program.locations[instruction.location];
}
