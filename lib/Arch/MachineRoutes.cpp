// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The way of each operation from a fetch stage through the stages, and the
// memories that its units reach on it.
#include "pr/Arch/Machine.h"

#include "ObjectError.h"

#include <algorithm>

using namespace pr;
using namespace pr::arch;

Expected<void> Machine::findRoutes() {
  routes.resize(objects->stages.size());
  for (uint32_t stage = 0; stage < objects->stages.size(); ++stage) {
    if (objects->stages[stage].kind != StageKind::Fetch)
      continue;
    routes[stage].resize(objects->operations.size());
    for (uint32_t op = 0; op < objects->operations.size(); ++op)
      if (auto found = findRoute(stage, op); !found)
        return found;
  }
  return {};
}

static std::vector<Hop::Choice> choicesAt(const ObjectDiagram &diagram,
                                          uint32_t stage, uint32_t operation) {
  std::vector<Hop::Choice> choices;
  for (uint32_t unit : diagram.stages[stage].units) {
    const std::vector<Process> &processes = diagram.units[unit].processes;
    for (uint32_t p = 0; p < processes.size(); ++p)
      if (processes[p].operation == operation && processes[p].second == kNone) {
        choices.push_back({unit, p});
        break;
      }
  }
  return choices;
}

Expected<void> Machine::findRoute(uint32_t fetch, uint32_t operation) {
  enum : char { Unknown, Active, No, Yes };
  std::vector<char> reaches(objects->stages.size(), Unknown);
  bool cyclic = false;
  // Whether a unit that processes the operation can be reached.
  auto visit = [&](auto &self, uint32_t stage) -> bool {
    char &state = reaches[stage];
    if (state == Active)
      cyclic = true;
    if (state != Unknown)
      return state == Yes;
    state = Active;
    bool found = !choicesAt(*objects, stage, operation).empty();
    for (uint32_t next : objects->stages[stage].forwards)
      if (self(self, next))
        found = true;
    reaches[stage] = found ? Yes : No;
    return found;
  };
  visit(visit, fetch);
  if (cyclic)
    return inObject(objects->stages[fetch].name,
                    "the stages behind it form a cycle");

  Route &route = routes[fetch][operation];
  uint32_t at = fetch;
  while (true) {
    const std::vector<uint32_t> &forwards = objects->stages[at].forwards;
    auto next = std::find_if(forwards.begin(), forwards.end(),
                             [&](uint32_t s) { return reaches[s] == Yes; });
    if (next == forwards.end())
      break;
    at = *next;
    route.hops.push_back({at, choicesAt(*objects, at, operation)});
    const std::vector<int64_t> &extents = objects->stages[at].instances;
    if (extents.empty())
      continue;
    if (!route.extents.empty() && route.extents != extents)
      return inObject(objects->stages[at].name,
                      "its array and another one on the path of '" +
                          objects->operations[operation] +
                          "' have different extents");
    route.extents = extents;
  }
  connect(route);
  return {};
}

void Machine::connect(Route &route) const {
  route.reads.resize(objects->storages.size());
  route.writes.resize(objects->storages.size());
  for (uint32_t h = 0; h < route.hops.size(); ++h)
    for (const Hop::Choice &choice : route.hops[h].choices) {
      const Unit &unit = objects->units[choice.unit];
      auto note = [&](const std::vector<uint32_t> &storages,
                      std::vector<Route::Connection> &connections) {
        for (uint32_t storage : storages) {
          Route::Connection &connection = connections[storage];
          if (connection.check == kNone)
            connection.check = h;
          connection.end = h;
          connection.transfers |=
              unit.accessesMemory && connection.check == h &&
              objects->storages[storage].kind != StorageKind::RegisterFile;
        }
      };
      note(unit.reads, route.reads);
      note(unit.writes, route.writes);
      for (const Process &process : unit.processes)
        route.mayFuse |=
            process.second != kNone &&
            process.operation == unit.processes[choice.process].operation;
    }
}

Expected<uint32_t> Machine::fetchStage(const Program &program,
                                       uint32_t stream) const {
  if (!program.streams.empty())
    return program.streams[stream].fetchStage;
  uint32_t found = kNone;
  for (uint32_t s = 0; s < objects->stages.size(); ++s) {
    if (objects->stages[s].kind != StageKind::Fetch)
      continue;
    if (found != kNone)
      return invalidInput("'" + objects->name +
                          "' has several fetch stages: the mapping must say "
                          "with streams which one issues");
    found = s;
  }
  if (found == kNone)
    return invalidInput("'" + objects->name + "' has no fetch stage");
  return found;
}
