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
      time = std::max(time, state.words[range.place].available(range));
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
  for (const Ended &ended : ends) {
    state.words[ended.range.place].end(ended.range, ended.time);
    state.words[ended.range.place].prune(state.horizon);
  }
  return {};
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
  int64_t inOrder = std::max({ready, data, stage.lastDeparture});

  // Structural edge: the unit with which it starts first.
  int64_t start = 0;
  const Hop::Choice *choice = nullptr;
  for (const Hop::Choice &candidate : node.choices) {
    const UnitState &unit =
        state.units[machine.unitPlace(candidate.unit, instruction.member)];
    int64_t time = std::max({inOrder, unit.freeAt, unit.underWay.earliest()});
    if (choice && time >= start)
      continue;
    start = time;
    choice = &candidate;
  }
  stage.lastDeparture = start;
  // Whether the next one is queued in time is not known yet, nor who waits for
  // whom in a stage that keeps the order itself.
  approximate |= instruction.route->mayFuse || object.selfOrdered;

  auto latency = machine.latency(*choice, instruction);
  if (!latency)
    return makeError(latency.error().kind,
                     machine.describe(program, instruction) + ": " +
                         latency.error().message);
  Transfers transfers =
      addAccesses(instruction, hop, choice->unit, start, latency->cycles);
  int64_t leave = isLast
                      ? transfers.done
                      : std::max(transfers.done, nextHasRoom(instruction, hop));
  int64_t release = leave;
  if (latency->interval >= 0)
    release = std::max(start + latency->interval, transfers.lastRequest + 1);

  UnitState &unit =
      state.units[machine.unitPlace(choice->unit, instruction.member)];
  unit.freeAt = release;
  unit.underWay.take(leave);
  if (!object.holdUntilCompletion)
    stage.slots.take(isLast ? release : std::max(leave, release));
  for (const Range &range : instruction.ranges)
    if (instruction.connection(range).end == hop)
      ends.push_back({range, range.write ? transfers.done
                                         : std::max(release, transfers.data)});

  UnitUse &use = result.units[choice->unit];
  ++use.instructions;
  use.busy += release - start;
  use.blocked += leave - transfers.done;
  (data >= ready ? use.waitedForData : use.waitedForUnit) += start - ready;
  if (options.trace) {
    auto cause = start == ready  ? TraceRecord::Cause::None
                 : start == data ? TraceRecord::Cause::Data
                                 : TraceRecord::Cause::Unit;
    options.trace->add({number, instruction.operation, instruction.location,
                        node.stage, instruction.member, choice->unit, enter,
                        start, transfers.done, leave, cause,
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
