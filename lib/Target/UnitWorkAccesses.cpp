// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What an instruction keeps busy beside the unit that works on it: memories and
// the unit's places for accesses; and instructions that a unit fuses.
#include "UnitWorkCompiler.h"

#include "pr/Support/Bursts.h"

using namespace pr;
using namespace pr::unitwork;
using arch::StatementKind;
using arch::StorageKind;

int64_t unitwork::product(const std::vector<int64_t> &extents) {
  int64_t result = 1;
  for (int64_t extent : extents)
    result *= std::max<int64_t>(1, extent);
  return result;
}

//===----------------------------------------------------------------------===//
// Two instructions as one
//===----------------------------------------------------------------------===//

const Process *unitwork::findProcess(const Unit &unit, uint32_t operation) {
  for (const Process &process : unit.processes)
    if (process.operation == operation && process.second == kNone)
      return &process;
  return nullptr;
}

/// The only issue of an operation directly in a block.
static const Issue *onlyIssue(const Program &program, BlockId id,
                              uint32_t operation) {
  const Issue *found = nullptr;
  for (Statement one : program.blocks[id]) {
    if (one.kind != StatementKind::Issue ||
        program.issues[one.index].operation != operation)
      continue;
    if (found)
      return nullptr;
    found = &program.issues[one.index];
  }
  return found;
}

/// Whether two instructions meet, time decides. Of those that follow each other
/// round a loop it is taken that they do: a unit that is waited for has both.
void Compiler::findPairs(const Program &program, BlockId id) {
  for (const Unit &unit : diagram.units)
    for (const Process &process : unit.processes) {
      if (process.second == kNone)
        continue;
      const Issue *first = onlyIssue(program, id, process.operation);
      const Issue *second = onlyIssue(program, id, process.second);
      if (first && second && first != second)
        pairs.push_back({&unit, &process, first, second});
    }
}

const Compiler::Pair *Compiler::pairOf(const Unit &unit,
                                       const Issue &issue) const {
  for (const Pair &pair : pairs)
    if (pair.unit == &unit && (pair.first == &issue || pair.second == &issue))
      return &pair;
  return nullptr;
}

//===----------------------------------------------------------------------===//
// Memories
//===----------------------------------------------------------------------===//

/// The unit that carries out an access; null where none is a memory access
/// unit.
const Unit *Compiler::accessor(const Issue &issue, const Access &access,
                               Traffic traffic) const {
  for (const Unit &unit : diagram.units) {
    const auto &storages = traffic == Traffic::Read ? unit.reads : unit.writes;
    if (unit.accessesMemory && findProcess(unit, issue.operation) &&
        std::find(storages.begin(), storages.end(), access.storage) !=
            storages.end())
      return &unit;
  }
  return nullptr;
}

/// What a unit does with an instruction: None unless it moves data between
/// memories.
Traffic Compiler::trafficOf(const Unit &unit, const Issue &issue) const {
  auto touches = [&](const std::vector<Access> &accesses, Traffic traffic) {
    return std::any_of(accesses.begin(), accesses.end(),
                       [&](const Access &access) {
                         return diagram.storages[access.storage].kind !=
                                    StorageKind::RegisterFile &&
                                accessor(issue, access, traffic) == &unit;
                       });
  };
  if (touches(issue.reads, Traffic::Read))
    return Traffic::Read;
  return touches(issue.writes, Traffic::Write) ? Traffic::Write : Traffic::None;
}

/// How long the ports of a memory are busy, and the unit's places for accesses
/// that are under way; registers have no ports.
void Compiler::access(const Frame &frame, const Issue &issue,
                      const Access &access, Traffic traffic, Actions &actions) {
  const Storage &storage = diagram.storages[access.storage];
  if (storage.kind == StorageKind::RegisterFile)
    return;
  int64_t latency =
      traffic == Traffic::Read ? storage.readLatency : storage.writeLatency;
  const Unit *unit = accessor(issue, access, traffic);
  auto [pieces, moved] = split(frame, unit, access, storage, actions);
  uint32_t beats = moved;
  if (storage.overhead > 0)
    beats = emit(ExprOp::Add, beats,
                 emit(ExprOp::Mul, pieces, constant(storage.overhead), actions),
                 actions);
  uint32_t whole = emit(ExprOp::Add, beats, constant(latency), actions);
  add(storage.name, beats, whole,
      product(storage.instances) * std::max<int64_t>(1, storage.ports), actions,
      traffic);
  addCaches(storage);
  if (!unit || unit->outstanding <= 0)
    return;
  // Each from its request to its end.
  uint32_t underWay = emit(
      ExprOp::Add, moved,
      emit(ExprOp::Mul, pieces, constant(latency + storage.response), actions),
      actions);
  add(unit->name, underWay, whole, unit->outstanding, actions, traffic);
}

/// Pieces and beats of all runs.
std::pair<uint32_t, uint32_t>
Compiler::split(const Frame &frame, const Unit *unit, const Access &access,
                const Storage &storage, Actions &actions) {
  int64_t portWidth = std::max<int64_t>(1, storage.portWidth);
  uint32_t repeat =
      access.repeat == kNone ? constant(1) : frame.place(access.repeat);
  if (!unit || unit->bursts.empty() || !areEven(unit->bursts)) {
    uint32_t beats = emit(ExprOp::CeilDiv, frame.place(access.size),
                          constant(portWidth), actions);
    return {repeat, emit(ExprOp::Mul, beats, repeat, actions)};
  }
  Action action;
  action.kind = ActionKind::Split;
  action.result = work.numValues;
  work.numValues += 2;
  action.operands = {
      frame.place(access.address), frame.place(access.size), repeat,
      access.stride == kNone ? constant(0) : frame.place(access.stride)};
  action.accessor = uint32_t(work.accessors.size());
  work.accessors.push_back({unit->bursts, portWidth});
  actions.push_back(action);
  return {action.result, action.result + 1};
}

/// The cache itself and those behind it.
void Compiler::addCaches(const Storage &storage) {
  uint32_t unit = unitOf(storage.name);
  for (const Storage *one = &storage; one->kind == StorageKind::Cache;
       one = &diagram.storages[one->backing]) {
    UnitWork::Cache cache{unit, one->sets, one->ways, one->line,
                          one->replacement == arch::Replacement::Random};
    bool isKnown = std::any_of(
        work.caches.begin(), work.caches.end(), [&](const UnitWork::Cache &c) {
          return c.unit == unit && c.bytes() == cache.bytes();
        });
    if (!isKnown && unit < kMaxUnits && work.caches.size() < kMaxCaches)
      work.caches.push_back(cache);
    if (one->backing == kNone)
      return;
  }
}
