// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Instructions moving through stages, starting in units, waiting for data.
#include "EventSimulatorImpl.h"

#include <algorithm>

using namespace pr;
using namespace pr::arch;
using namespace pr::arch::simulator;

uint32_t Simulator::placeOf(const Flight &flight, uint32_t hop) const {
  const Instruction &instruction = flight.instruction;
  return machine.stagePlace(instruction.route->hops[hop].stage,
                            instruction.member);
}

const Hop &Simulator::hopOf(const Flight &flight) const {
  return flight.instruction.route->hops[flight.hop];
}

bool Simulator::hasRoom(const StagePlace &place) const {
  return place.occupied < machine.stage(place.stage).capacity;
}

void Simulator::look(uint32_t place) {
  if (stages[place].queued)
    return;
  stages[place].queued = true;
  toVisit.push({depth[stages[place].stage], place});
}

void Simulator::visit(uint32_t index) {
  if (startHead(index) || accept(index)) {
    look(index);
    return;
  }
  // The head may pass on, if the next stage takes it.
  const StagePlace &place = stages[index];
  if (place.line.empty() || !canLeave(*place.line.front()))
    return;
  uint32_t next = placeOf(*place.line.front(), place.line.front()->hop + 1);
  if (hasRoom(stages[next]) &&
      stages[next].expected.front() == place.line.front())
    look(next);
}

/// Whether it is done where it is, and only room in the next stage is missing.
bool Simulator::canLeave(const Flight &flight) const {
  if (flight.hop == kNone || !hopOf(flight).choices.empty())
    return flight.isDone;
  return now >= flight.ready &&
         stages[placeOf(flight, flight.hop)].line.front() == &flight;
}

/// Takes the next expected instruction, if it can come.
bool Simulator::accept(uint32_t index) {
  StagePlace &place = stages[index];
  if (place.expected.empty() || !hasRoom(place))
    return false;
  Flight &flight = *place.expected.front();
  uint32_t previous = flight.hop;
  bool isNext = previous == kNone ? placeOf(flight, 0) == index
                                  : placeOf(flight, previous + 1) == index;
  if (!isNext || !canLeave(flight))
    return false;
  if (previous != kNone)
    leaveStage(flight);
  place.expected.pop_front();
  place.line.push_back(&flight);
  ++place.occupied;
  flight.hop = previous == kNone ? 0 : previous + 1;
  flight.entered = now;
  flight.dataThere = now;
  flight.ready = now + machine.stage(place.stage).latency;
  flight.isDone = false;
  flight.unit = kNone;
  if (flight.ready > now)
    schedule(flight.ready, EventKind::Look, index, nullptr);
  return true;
}

/// Leaves for the next stage.
void Simulator::leaveStage(Flight &flight) {
  uint32_t index = placeOf(flight, flight.hop);
  StagePlace &place = stages[index];
  record(flight, now);
  bool holds = machine.stage(place.stage).holdUntilCompletion;
  if (flight.unit == kNone) {
    place.line.pop_front();
    if (!holds)
      --place.occupied;
    look(index);
    return;
  }
  if (flight.release == kForever)
    setRelease(flight, now);
  leaveUnit(flight);
  if (!holds)
    schedule(std::max(now, flight.release), EventKind::SlotFree, index,
             nullptr);
  look(index);
}

/// Two carried out as one are under way until both have left.
void Simulator::leaveUnit(Flight &flight) {
  if (flight.partner)
    flight.partner->partner = nullptr;
  else
    --unitOf(flight).underWay;
  flight.partner = nullptr;
}

//===----------------------------------------------------------------------===//
// Starting
//===----------------------------------------------------------------------===//

bool Simulator::startHead(uint32_t index) {
  StagePlace &place = stages[index];
  if (place.line.empty())
    return false;
  Flight &head = *place.line.front();
  const Hop &hop = hopOf(head);
  if (hop.choices.empty() || now < head.ready || head.pending[head.hop] > 0)
    return false;
  for (const Hop::Choice &choice : hop.choices) {
    const UnitPlace &unit =
        units[machine.unitPlace(choice.unit, head.instruction.member)];
    int64_t limit = machine.unit(choice.unit).inFlight;
    if (unit.freeAt <= now && (limit == 0 || unit.underWay < limit))
      return start(head, choice);
  }
  return false;
}

/// The instruction right behind the head, if both can be carried out as one.
Flight *Simulator::fusible(const StagePlace &place, const Flight &head,
                           uint32_t unit, uint32_t &process) const {
  if (!head.instruction.route->mayFuse || place.line.size() < 2)
    return nullptr;
  Flight &next = *place.line[1];
  process = machine.fusedProcess(unit, head.instruction.operation,
                                 next.instruction.operation);
  if (process == kNone || now < next.ready || next.pending[next.hop] > 0)
    return nullptr;
  // Where the paths go on the unit must be free before.
  bool mayGoOn =
      machine.unit(unit).processes[process].latency.outputs.size() > 1;
  auto staysHere = [&](const Flight &flight) {
    if (!mayGoOn && flight.hop + 1 != flight.instruction.route->hops.size())
      return false;
    for (const Range &range : flight.instruction.ranges)
      if (flight.instruction.connection(range).transfers &&
          flight.instruction.connection(range).check == flight.hop)
        return false;
    return true;
  };
  return staysHere(head) && staysHere(next) ? &next : nullptr;
}

bool Simulator::start(Flight &flight, const Hop::Choice &choice) {
  StagePlace &place = stages[placeOf(flight, flight.hop)];
  UnitPlace &unit =
      units[machine.unitPlace(choice.unit, flight.instruction.member)];
  UnitUse &use = result.units[choice.unit];

  uint32_t fusedProcess = kNone;
  Flight *second = fusible(place, flight, choice.unit, fusedProcess);
  auto latency = second
                     ? machine.latency({choice.unit, fusedProcess},
                                       flight.instruction, &second->instruction)
                     : machine.latency(choice, flight.instruction);
  if (!latency)
    return fail(makeError(latency.error().kind,
                          machine.describe(program, flight.instruction) + ": " +
                              latency.error().message));
  flight.partner = second;
  ++unit.underWay;
  for (Flight *each : {&flight, second}) {
    if (!each)
      continue;
    place.line.pop_front();
    each->started = each->readsEnd = now;
    each->unit = choice.unit;
    each->release = kForever;
    each->latency = *latency;
    ++use.instructions;
    if (each->dataThere >= each->ready)
      use.waitedForData += now - each->ready;
    else
      use.waitedForUnit += now - each->ready;
  }
  unit.freeAt = kForever;
  if (second) {
    second->partner = &flight;
    if (latency->second >= 0)
      second->latency.cycles = latency->second;
    schedule(now + second->latency.cycles, EventKind::Done, 0, second);
  }
  if (!beginTransaction(flight)) {
    schedule(now + flight.latency.cycles, EventKind::Done, 0, &flight);
    if (flight.latency.interval >= 0)
      setRelease(flight, now + flight.latency.interval);
  }
  look(placeOf(flight, flight.hop));
  return true;
}

/// The unit takes the next instruction at `time`, and what was read may be
/// overwritten. Called once for each start, when the time is known.
void Simulator::setRelease(Flight &flight, int64_t time) {
  unitOf(flight).freeAt = time;
  result.units[flight.unit].busy += time - flight.started;
  schedule(time, EventKind::Look, placeOf(flight, flight.hop), nullptr);
  releaseSlot(flight, time);
  if (flight.partner)
    releaseSlot(*flight.partner, time);
}

void Simulator::releaseSlot(Flight &flight, int64_t time) {
  uint32_t index = placeOf(flight, flight.hop);
  flight.release = time;
  schedule(std::max(time, flight.readsEnd), EventKind::ReadsEnd, 0, &flight,
           flight.hop);
  // At the end of the path the slot is free with the unit.
  if (flight.hop + 1 == flight.instruction.route->hops.size() &&
      !machine.stage(stages[index].stage).holdUntilCompletion)
    schedule(time, EventKind::SlotFree, index, nullptr);
}

void Simulator::setDone(Flight &flight) {
  flight.isDone = true;
  flight.done = now;
  endRanges(flight, /*writes=*/true, flight.hop);
  if (flight.hop + 1 < flight.instruction.route->hops.size()) {
    look(placeOf(flight, flight.hop + 1));
    return;
  }
  if (flight.release == kForever)
    setRelease(flight, now);
  complete(flight);
}

/// Done at the last stage of its path.
void Simulator::complete(Flight &flight) {
  result.cycles = std::max(result.cycles, now);
  record(flight, now);
  uint32_t index = placeOf(flight, flight.hop);
  leaveUnit(flight);
  for (uint32_t hop = 0; hop <= flight.hop; ++hop) {
    uint32_t held = placeOf(flight, hop);
    if (!machine.stage(stages[held].stage).holdUntilCompletion)
      continue;
    --stages[held].occupied;
    look(held);
  }
  look(index);
  completeInStream(flight);
  release(flight);
}

//===----------------------------------------------------------------------===//
// Data
//===----------------------------------------------------------------------===//

void Simulator::addDependencies(Flight &flight) {
  flight.numActive = 0;
  for (const Range &range : flight.instruction.ranges) {
    uint32_t check = flight.instruction.connection(range).check;
    for (ActiveRange *other : active[range.place]) {
      if (other->owner == &flight || !(range.write || other->range.write) ||
          !overlap(range, other->range) || isOrdered(flight, check, *other))
        continue;
      other->dependents.push_back({&flight, check});
      ++flight.pending[check];
      ++flight.references;
    }
  }
  for (const Range &range : flight.instruction.ranges) {
    if (flight.numActive == flight.active.size())
      flight.active.emplace_back();
    ActiveRange &mine = flight.active[flight.numActive++];
    mine.owner = &flight;
    mine.range = range;
    mine.ended = false;
    mine.dependents.clear();
    active[range.place].push_back(&mine);
    ++flight.references;
    const Route::Connection &connection = flight.instruction.connection(range);
    std::deque<Flight *> &expected = memories[range.place].expected;
    if (connection.transfers &&
        (expected.empty() || expected.back() != &flight))
      expected.push_back(&flight);
  }
}

/// Whether both wait for their data in a stage that keeps their order.
bool Simulator::isOrdered(const Flight &flight, uint32_t check,
                          const ActiveRange &other) const {
  const Instruction &earlier = other.owner->instruction;
  uint32_t hop = earlier.connection(other.range).check;
  return machine.stage(flight.instruction.route->hops[check].stage)
             .selfOrdered &&
         placeOf(flight, check) == placeOf(*other.owner, hop);
}

/// The reads or the writes that end at this hop have ended.
void Simulator::endRanges(Flight &flight, bool writes, uint32_t hop) {
  for (size_t i = 0; i < flight.numActive; ++i) {
    ActiveRange &mine = flight.active[i];
    if (mine.ended || mine.range.write != writes ||
        flight.instruction.connection(mine.range).end != hop)
      continue;
    mine.ended = true;
    std::vector<ActiveRange *> &list = active[mine.range.place];
    *std::find(list.begin(), list.end(), &mine) = list.back();
    list.pop_back();
    for (auto [dependent, check] : mine.dependents) {
      if (--dependent->pending[check] == 0) {
        dependent->dataThere = now;
        dependent->blocker = int64_t(flight.number);
        if (dependent->hop == check)
          look(placeOf(*dependent, check));
      }
      release(*dependent);
    }
    release(flight);
  }
}

/// Gives back a reference; a flight that nobody names is used again.
void Simulator::release(Flight &flight) {
  if (--flight.references == 0)
    unused.push_back(&flight);
}

void Simulator::record(const Flight &flight, int64_t left) {
  bool passes = flight.unit == kNone;
  if (!passes)
    result.units[flight.unit].blocked += left - flight.done;
  if (!options.trace)
    return;
  TraceRecord record;
  record.number = flight.number;
  record.operation = flight.instruction.operation;
  record.location = flight.instruction.location;
  record.stage = hopOf(flight).stage;
  record.member = flight.instruction.member;
  record.unit = flight.unit;
  record.entered = flight.entered;
  record.started = passes ? flight.entered : flight.started;
  record.done = passes ? flight.ready : flight.done;
  record.left = left;
  bool waited = !passes && flight.started > flight.ready;
  if (waited && flight.dataThere == flight.started) {
    record.cause = TraceRecord::Cause::Data;
    record.blocker = flight.blocker;
  } else if (waited) {
    record.cause = TraceRecord::Cause::Unit;
  }
  options.trace->add(record);
}
