// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "EventSimulatorImpl.h"

#include <algorithm>

using namespace pr;
using namespace pr::arch;
using namespace pr::arch::simulator;

Expected<Timing> arch::simulate(const Machine &machine, const Program &program,
                                const std::vector<int64_t> &inputs,
                                const EvaluationOptions &options) {
  return Simulator(machine, program, inputs, options).run();
}

Simulator::Simulator(const Machine &machine, const Program &program,
                     const std::vector<int64_t> &inputs,
                     const EvaluationOptions &options)
    : machine(machine), program(program), options(options) {
  budget.limit = options.maxSteps;
  const ObjectDiagram &diagram = machine.diagram();
  result.units.resize(diagram.units.size());
  result.memories.resize(diagram.storages.size());
  fetches.resize(diagram.stages.size());
  stages.resize(machine.numStagePlaces());
  units.resize(machine.numUnitPlaces());
  memories.resize(machine.numStoragePlaces());
  active.resize(machine.numStoragePlaces());
  for (uint32_t i = 0; i < memories.size(); ++i) {
    MemoryPlace &memory = memories[i];
    memory.storage = machine.storageOfPlace(i);
    const Storage &storage = machine.storage(memory.storage);
    memory.ports.resize(storage.ports);
    memory.banks.resize(storage.banks);
    memory.lines.resize(storage.sets * storage.ways);
    memory.setFree.resize(storage.setGap > 0 ? storage.sets : 0);
    memory.misses.resize(storage.misses);
  }
  for (const Semaphore &semaphore : diagram.semaphores)
    semaphores.push_back(semaphore.initial);

  depth.resize(diagram.stages.size());
  for (bool changed = true; changed;) {
    changed = false;
    for (uint32_t s = 0; s < diagram.stages.size(); ++s)
      for (uint32_t next : diagram.stages[s].forwards)
        if (depth[next] <= depth[s]) {
          depth[next] = depth[s] + 1;
          changed = true;
        }
  }
  for (uint32_t s = 0; s < diagram.stages.size(); ++s)
    for (uint32_t p = machine.stagePlace(s, 0);
         p < stages.size() &&
         (s + 1 == diagram.stages.size() || p < machine.stagePlace(s + 1, 0));
         ++p)
      stages[p].stage = s;
  if (auto opened = openStreams(inputs); !opened)
    fail(opened.takeError());
}

Expected<Timing> Simulator::run() {
  for (uint32_t i = 0; i < streams.size(); ++i)
    fill(i);
  while (!hasFailed) {
    settle();
    if (advanceStreams() || grantRequests())
      continue;
    if (events.empty())
      break;
    now = events.advance();
  }
  if (hasFailed)
    return failure;
  for (const StreamState &stream : streams)
    if (!stream.ended || !stream.items.empty())
      return blockedStream();
  result.instructions = int64_t(issued);
  return result;
}

void Simulator::schedule(int64_t time, EventKind kind, uint32_t place,
                         Flight *flight, uint32_t extra) {
  if (flight)
    ++flight->references;
  events.push({time, kind, place, flight, extra});
}

void Simulator::apply(const TimedEvent &event) {
  switch (event.kind) {
  case EventKind::Look:
    look(event.place);
    break;
  case EventKind::Done:
    setDone(*event.flight);
    break;
  case EventKind::SlotFree:
    --stages[event.place].occupied;
    look(event.place);
    break;
  case EventKind::ReadsEnd:
    endRanges(*event.flight, /*writes=*/false, event.extra);
    break;
  case EventKind::Request:
    requests.push_back(event.flight);
    ++event.flight->references;
    break;
  case EventKind::AccessEnds: {
    MemoryPlace &memory = memories[event.place];
    --memory.underWay;
    tryAgain(memory.waiting);
    UnitPlace &unit = units[event.extra];
    --unit.accesses;
    tryAgain(unit.waiting);
    break;
  }
  case EventKind::Streams:
    break;
  }
  if (event.flight)
    release(*event.flight);
}

/// Does what can be done now. What happens at this moment comes before the next
/// look at a stage, and stages behind before those in front, so that room is
/// made before it is asked for.
void Simulator::settle() {
  while (!hasFailed) {
    if (events.hasEventAt(now)) {
      apply(events.pop(now));
      continue;
    }
    if (toVisit.empty())
      return;
    uint32_t place = toVisit.top().second;
    toVisit.pop();
    stages[place].queued = false;
    visit(place);
  }
}

bool Simulator::fail(Error error) {
  if (!hasFailed)
    failure = std::move(error);
  hasFailed = true;
  return false;
}

Error Simulator::blockedStream() const {
  for (uint32_t i = 0; i < streams.size(); ++i) {
    const StreamState &stream = streams[i];
    if (stream.items.empty() || stream.items.front().kind != StreamItem::Wait)
      continue;
    const Synchronization &wait = stream.items.front().synchronization;
    std::string after =
        stream.incomplete.empty() ? "" : ", with instructions under way";
    return invalidInput(
        program.locations[wait.location] + ": stream " + std::to_string(i) +
        " of '" + machine.stage(stream.fetch).name +
        "' waits for ever for semaphore '" +
        machine.diagram().semaphores[wait.semaphore].name + "', after " +
        std::to_string(stream.taken - int64_t(stream.held)) + " instructions" +
        after);
  }
  return invalidInput("'" + machine.diagram().name +
                      "' stands still with instructions left");
}
