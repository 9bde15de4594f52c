// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// One instruction: a node for each stage on its path. Each time is the latest
// of the edges that lead to it.
#include "DependencyGraphImpl.h"

#include <algorithm>

using namespace pr;
using namespace pr::arch;
using namespace pr::arch::graph;

StageState &Graph::stageOf(const Instruction &instruction, uint32_t hop) {
  return state.stages[machine.stagePlace(instruction.route->hops[hop].stage,
                                         instruction.member)];
}

/// Buffer edge, and the order in which a stage is entered.
int64_t Graph::nextHasRoom(const Instruction &instruction, uint32_t hop) const {
  const StageState &next = state.stages[machine.stagePlace(
      instruction.route->hops[hop + 1].stage, instruction.member)];
  return std::max(next.slots.earliest(), next.lastEnter);
}

/// Data edges into the node of this hop.
int64_t Graph::dataThere(const Instruction &instruction, uint32_t hop) const {
  int64_t time = 0;
  for (const Range &range : instruction.ranges)
    if (instruction.connection(range).check == hop)
      time = std::max(time, wordsThere(instruction, range, hop));
  return time;
}

/// Where the stage of this hop keeps the order, those checked there count for
/// others only.
int64_t Graph::wordsThere(const Instruction &instruction, const Range &range,
                          uint32_t hop) const {
  int64_t time = state.words[range.place].available(range);
  if (state.ownWords.empty())
    return time;
  uint32_t here = machine.stagePlace(instruction.route->hops[hop].stage,
                                     instruction.member);
  for (auto it = state.ownWords.lower_bound({range.place, 0});
       it != state.ownWords.end() && it->first.first == range.place; ++it)
    if (it->first.second != here)
      time = std::max(time, it->second.available(range));
  return time;
}

Expected<void> Graph::addInstruction(uint32_t index, int64_t issueTime) {
  if (++result.evaluatedInstructions > options.maxInstructions)
    return makeError(ErrorKind::Unsupported,
                     "more than " + std::to_string(options.maxInstructions) +
                         " instructions for one layer");
  Instruction &instruction = streams[index].head.instruction;
  const std::vector<Hop> &hops = instruction.route->hops;
  ends.clear();
  held.clear();
  int64_t time = issueTime;
  for (uint32_t hop = 0; hop < hops.size(); ++hop) {
    bool isLast = hop + 1 == hops.size();
    uint32_t place = machine.stagePlace(hops[hop].stage, instruction.member);
    StageState &stage = state.stages[place];
    const Stage &object = machine.stage(hops[hop].stage);
    stage.lastEnter = time;
    if (hops[hop].choices.empty()) {
      // Forward edge, and in order behind the one before.
      int64_t enter = time;
      time = std::max({time + object.latency, stage.lastDeparture,
                       nextHasRoom(instruction, hop)});
      stage.lastDeparture = time;
      if (!object.holdUntilCompletion)
        stage.slots.take(time);
      if (options.trace)
        options.trace->add({number, instruction.operation, instruction.location,
                            hops[hop].stage, instruction.member, kNone, enter,
                            enter, enter + object.latency, time,
                            TraceRecord::Cause::None, -1});
    } else {
      auto left = addProcessingNode(instruction, hop, time, isLast);
      if (!left)
        return left.takeError();
      time = *left;
    }
    if (object.holdUntilCompletion)
      held.push_back(place);
  }

  ++number;
  ++result.instructions;
  state.makespan = std::max(state.makespan, time);
  StreamTimes &stream = state.streams[index];
  stream.completion = std::max(stream.completion, time);
  for (uint32_t place : held)
    state.stages[place].slots.take(time);
  stream.slots.take(machine.stage(streams[index].fetch).holdUntilCompletion
                        ? time
                        : issueTime);
  if (options.trace)
    keepEnds();
  endRanges();
  return {};
}

void Graph::endRanges() {
  for (const Ended &ended : ends) {
    WordTimes &words =
        ended.checkedAt == kNone
            ? state.words[ended.range.place]
            : state.ownWords[{ended.range.place, ended.checkedAt}];
    words.end(ended.range, ended.time);
    words.prune(state.horizon);
  }
}

/// Whether the instruction is carried out as one with the one before it in its
/// stage. That one's times are known already and stay, though as one of two it
/// may be done at another time: this is where the graph only approximates.
Expected<bool> Graph::joins(const Instruction &instruction, uint32_t hop,
                            int64_t earliest, Begin &begin) {
  auto found = startedLast.find(machine.stagePlace(
      instruction.route->hops[hop].stage, instruction.member));
  if (found == startedLast.end())
    return false;
  Started first = std::move(found->second);
  startedLast.erase(found);
  uint32_t process = machine.fusedProcess(
      first.unit, first.instruction.operation, instruction.operation);
  if (process == kNone || earliest > first.start)
    return false;
  auto latency =
      machine.latency({first.unit, process}, first.instruction, &instruction);
  if (!latency)
    return locate(instruction, latency.error());
  begin = {first.unit, first.start, *latency, true, first.release, first.leave};
  if (latency->second >= 0)
    begin.latency.cycles = latency->second;
  return true;
}

Error Graph::locate(const Instruction &instruction, const Error &error) const {
  return makeError(error.kind, machine.describe(program, instruction) + ": " +
                                   error.message);
}

/// Structural edge: the unit with which it starts first.
Expected<Graph::Begin> Graph::beginAt(const Instruction &instruction,
                                      uint32_t hop, int64_t ready,
                                      int64_t data) {
  Begin begin;
  auto joined = joins(instruction, hop, std::max(ready, data), begin);
  if (!joined)
    return joined.takeError();
  if (*joined)
    return begin;
  int64_t inOrder =
      std::max({ready, data, stageOf(instruction, hop).lastDeparture});
  const Hop::Choice *choice = nullptr;
  for (const Hop::Choice &candidate : instruction.route->hops[hop].choices) {
    const UnitState &unit =
        state.units[machine.unitPlace(candidate.unit, instruction.member)];
    int64_t time = std::max({inOrder, unit.freeAt, unit.underWay.earliest()});
    if (choice && time >= begin.start)
      continue;
    begin.start = time;
    choice = &candidate;
  }
  // Whether the next one is queued in time is not known yet.
  approximate |= instruction.route->mayFuse;
  auto latency = machine.latency(*choice, instruction);
  if (!latency)
    return locate(instruction, latency.error());
  begin.unit = choice->unit;
  begin.latency = *latency;
  return begin;
}

/// The stage place where the range is checked, if that keeps the order of those
/// who check there.
uint32_t Graph::orderKeeper(const Instruction &instruction,
                            const Range &range) const {
  uint32_t stage =
      instruction.route->hops[instruction.connection(range).check].stage;
  return machine.stage(stage).selfOrdered
             ? machine.stagePlace(stage, instruction.member)
             : kNone;
}

/// When the instruction leaves the stage that processes it.
Expected<int64_t> Graph::addProcessingNode(Instruction &instruction,
                                           uint32_t hop, int64_t enter,
                                           bool isLast) {
  const Hop &node = instruction.route->hops[hop];
  StageState &stage = stageOf(instruction, hop);
  const Stage &object = machine.stage(node.stage);
  int64_t ready = enter + object.latency;
  int64_t data = std::max(enter, dataThere(instruction, hop));

  auto begun = beginAt(instruction, hop, ready, data);
  if (!begun)
    return begun.takeError();
  auto [unitIndex, start, latency, joins, releasedBefore, leftBefore] = *begun;
  stage.lastDeparture = start;
  Transfers transfers =
      addAccesses(instruction, hop, unitIndex, start, latency.cycles);
  int64_t leave = isLast
                      ? transfers.done
                      : std::max(transfers.done, nextHasRoom(instruction, hop));
  int64_t release = leave;
  if (latency.interval >= 0)
    release = std::max(start + latency.interval, transfers.lastRequest + 1);

  UnitState &unit =
      state.units[machine.unitPlace(unitIndex, instruction.member)];
  unit.freeAt = release;
  // Two as one are under way until both have left.
  if (joins)
    unit.underWay.prolong(leftBefore, leave);
  else
    unit.underWay.take(leave);
  if (!object.holdUntilCompletion)
    stage.slots.take(isLast ? release : std::max(leave, release));
  for (const Range &range : instruction.ranges)
    if (instruction.connection(range).end == hop)
      ends.push_back(
          {range,
           range.write ? transfers.done : std::max(release, transfers.data),
           orderKeeper(instruction, range)});
  if (instruction.route->mayFuse)
    startedLast[machine.stagePlace(node.stage, instruction.member)] = {
        instruction, unitIndex, start, release, leave};

  UnitUse &use = result.units[unitIndex];
  ++use.instructions;
  use.busy += release - (joins ? releasedBefore : start);
  use.blocked += leave - transfers.done;
  (data >= ready ? use.waitedForData : use.waitedForUnit) += start - ready;
  if (options.trace) {
    auto cause = start == ready  ? TraceRecord::Cause::None
                 : start == data ? TraceRecord::Cause::Data
                                 : TraceRecord::Cause::Unit;
    options.trace->add({number, instruction.operation, instruction.location,
                        node.stage, instruction.member, unitIndex, enter, start,
                        transfers.done, leave, cause,
                        cause == TraceRecord::Cause::Data
                            ? findBlocker(instruction, hop, start)
                            : -1});
  }
  return leave;
}

/// The earlier instruction whose range, ending at `time`, this one waited for.
int64_t Graph::findBlocker(const Instruction &instruction, uint32_t hop,
                           int64_t time) const {
  for (auto it = lastEnds.rbegin(); it != lastEnds.rend(); ++it) {
    const auto &[ended, owner] = *it;
    for (const Range &range : instruction.ranges)
      if (ended.time == time && instruction.connection(range).check == hop &&
          (range.write || ended.range.write) && overlap(range, ended.range))
        return int64_t(owner);
  }
  return -1;
}

void Graph::keepEnds() {
  lastEnds.erase(std::remove_if(lastEnds.begin(), lastEnds.end(),
                                [&](const auto &entry) {
                                  return entry.first.time <= state.horizon;
                                }),
                 lastEnds.end());
  for (const Ended &ended : ends)
    lastEnds.push_back({ended, number - 1});
}
