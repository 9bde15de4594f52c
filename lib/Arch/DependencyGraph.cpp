// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "pr/Arch/DependencyGraph.h"

#include "DependencyGraphImpl.h"
#include "pr/Support/CheckedMath.h"

#include <algorithm>
#include <numeric>

using namespace pr;
using namespace pr::arch;
using namespace pr::arch::graph;

/// Later than everything.
static constexpr int64_t kNever = kMaxCount;

const char *arch::toString(GraphTiming::Status status) {
  switch (status) {
  case GraphTiming::Status::Exact:
    return "exact";
  case GraphTiming::Status::Fallback:
    return "fallback";
  case GraphTiming::Status::Approximate:
    return "approximate";
  }
  return "";
}

Expected<GraphTiming> arch::evaluateGraph(const Machine &machine,
                                          const Program &program,
                                          const std::vector<int64_t> &inputs,
                                          const GraphOptions &options) {
  return Graph(machine, program, options).run(inputs);
}

Graph::Graph(const Machine &machine, const Program &program,
             const GraphOptions &options)
    : machine(machine), program(program), options(options),
      state(machine, program), analysis(machine, program) {
  budget.limit = options.maxSteps;
  result.units.resize(machine.diagram().units.size());
  result.memories.resize(machine.diagram().storages.size());
  for (const Semaphore &semaphore : machine.diagram().semaphores)
    tokens.emplace_back(semaphore.initial, 0);
}

Expected<void> Graph::open(const std::vector<int64_t> &inputs) {
  if (inputs.size() != program.numInputs)
    return invalidInput("the mapping takes " +
                        std::to_string(program.numInputs) + " numbers, found " +
                        std::to_string(inputs.size()));
  for (uint32_t i = 0; i < state.streams.size(); ++i) {
    auto fetch = machine.fetchStage(program, i);
    if (!fetch)
      return fetch.takeError();
    Stream &stream = streams.emplace_back();
    stream.fetch = *fetch;
    const Stage &stage = machine.stage(*fetch);
    state.streams[i].slots = Slots(stage.capacity);
    if (stage.instructionMemory != kNone)
      state.streams[i].accessWidth = stage.instructionsPerAccess;
    stream.cursor = std::make_unique<Cursor>(program, inputs.data(), budget, i);
  }
  // What may fuse, and who keeps an order, is not among what is compared.
  bool isSimple = std::none_of(
      machine.diagram().stages.begin(), machine.diagram().stages.end(),
      [](const Stage &stage) { return stage.selfOrdered; });
  for (const Unit &unit : machine.diagram().units)
    for (const Process &process : unit.processes)
      isSimple &= process.second == kNone;
  mayContinue =
      options.extrapolate && streams.size() == 1 && !options.trace && isSimple;
  order.resize(streams.size());
  std::iota(order.begin(), order.end(), 0);
  for (uint32_t i : order) {
    if (auto read = readHead(i); !read)
      return read;
    if (!program.streams.empty())
      streams[i].priority =
          streams[i].cursor->value(program.streams[i].priority);
  }
  std::stable_sort(order.begin(), order.end(), [&](uint32_t a, uint32_t b) {
    return streams[a].priority > streams[b].priority;
  });
  return {};
}

Expected<GraphTiming> Graph::run(const std::vector<int64_t> &inputs) {
  if (auto opened = open(inputs); !opened)
    return opened.takeError();
  while (true) {
    // What happens first; of equals what has priority.
    uint32_t next = kNone;
    int64_t time = kNever;
    bool atEnd = true;
    for (uint32_t i : order) {
      if (streams[i].head.kind == Head::End)
        continue;
      atEnd = false;
      int64_t candidate = earliest(i);
      if (candidate < time) {
        time = candidate;
        next = i;
      }
    }
    if (atEnd)
      break;
    if (next == kNone)
      return blocked();
    if (auto acted = act(next, time); !acted)
      return acted.takeError();
  }
  result.cycles = state.makespan;
  result.status = approximate ? GraphTiming::Status::Approximate
                  : fallback  ? GraphTiming::Status::Fallback
                              : GraphTiming::Status::Exact;
  return result;
}

/// Moves the stream's cursor to what it does next.
Expected<void> Graph::readHead(uint32_t index) {
  Stream &stream = streams[index];
  while (true) {
    switch (stream.cursor->next()) {
    case Event::Issue:
      stream.head.kind = Head::Instr;
      return takeHead(index);
    case Event::Signal:
      stream.head.kind = Head::Signal;
      stream.head.synchronization = stream.cursor->synchronization();
      return {};
    case Event::Wait:
      stream.head.kind = Head::Wait;
      stream.head.synchronization = stream.cursor->synchronization();
      return {};
    case Event::Warm: {
      auto ranges = machine.warmed(program, *stream.cursor);
      if (!ranges)
        return ranges.takeError();
      for (const Range &range : *ranges)
        for (int64_t run = 0; run < range.repeat; ++run)
          keep(range.place, range.address + run * range.stride, range.size,
               range.write);
      break;
    }
    case Event::LoopBegin:
      if (auto begun = beginLoop(*stream.cursor); !begun)
        return begun;
      break;
    case Event::IterationEnd:
      if (auto ended = endIteration(*stream.cursor); !ended)
        return ended;
      break;
    case Event::LoopEnd:
      endLoop();
      break;
    case Event::End:
      stream.head.kind = Head::End;
      return {};
    case Event::Failed:
      return stream.cursor->error();
    }
  }
}

/// An instruction comes into the fetch stage.
Expected<void> Graph::takeHead(uint32_t index) {
  Stream &stream = streams[index];
  StreamTimes &times = state.streams[index];
  const Stage &fetch = machine.stage(stream.fetch);
  Head &head = stream.head;
  if (auto good = machine.decode(program, *stream.cursor, stream.fetch,
                                 head.instruction);
      !good)
    return good;
  head.taken = times.slots.earliest();
  head.done = head.taken + fetch.latency;
  if (times.accessWidth > 0) {
    const Storage &memory = machine.storage(fetch.instructionMemory);
    if (times.taken % times.accessWidth == 0) {
      int64_t request = std::max(head.taken, times.nextAccess);
      times.nextAccess = request + 1;
      times.accessEnd =
          std::max(request + memory.readLatency, times.accessEnd) +
          ceilDiv(times.accessWidth, memory.portWidth);
    }
    head.done = std::max(head.taken, times.accessEnd) + fetch.latency;
  }
  ++times.taken;
  return {};
}

/// When the stream can do what comes next, given all that was done so far.
int64_t Graph::earliest(uint32_t index) const {
  const Stream &stream = streams[index];
  const StreamTimes &times = state.streams[index];
  const Head &head = stream.head;
  switch (head.kind) {
  case Head::Signal:
    return times.position;
  case Head::Wait: {
    const std::vector<int64_t> &waiting =
        tokens[head.synchronization.semaphore];
    if (waiting.empty())
      return kNever;
    return std::max(times.position,
                    *std::min_element(waiting.begin(), waiting.end()));
  }
  case Head::Instr: {
    const Hop &first = head.instruction.route->hops.front();
    const StageState &stage =
        state.stages[machine.stagePlace(first.stage, head.instruction.member)];
    const FetchTimes &fetch = state.fetches[stream.fetch];
    int64_t width = machine.stage(stream.fetch).issueWidth;
    int64_t issue = fetch.left >= width ? fetch.cycle + 1 : fetch.cycle;
    return std::max({head.done, times.position, stage.slots.earliest(),
                     stage.lastEnter, issue});
  }
  case Head::End:
    break;
  }
  return kNever;
}

Expected<void> Graph::act(uint32_t index, int64_t time) {
  Stream &stream = streams[index];
  StreamTimes &times = state.streams[index];
  const Synchronization &synchronization = stream.head.synchronization;
  switch (stream.head.kind) {
  case Head::Signal:
    tokens[synchronization.semaphore].push_back(
        synchronization.afterCompletion
            ? std::max(times.position, times.completion)
            : times.position);
    break;
  case Head::Wait: {
    std::vector<int64_t> &waiting = tokens[synchronization.semaphore];
    waiting.erase(std::min_element(waiting.begin(), waiting.end()));
    times.position = time;
    break;
  }
  case Head::Instr: {
    FetchTimes &fetch = state.fetches[stream.fetch];
    fetch.left = fetch.cycle == time ? fetch.left + 1 : 1;
    fetch.cycle = time;
    times.position = time;
    state.horizon = time;
    if (auto added = addInstruction(index, time); !added)
      return added;
    break;
  }
  case Head::End:
    break;
  }
  return readHead(index);
}

Error Graph::blocked() const {
  for (uint32_t i = 0; i < streams.size(); ++i) {
    if (streams[i].head.kind != Head::Wait)
      continue;
    const Synchronization &wait = streams[i].head.synchronization;
    return invalidInput(
        program.locations[wait.location] + ": stream " + std::to_string(i) +
        " of '" + machine.stage(streams[i].fetch).name +
        "' waits for ever for semaphore '" +
        machine.diagram().semaphores[wait.semaphore].name + "'");
  }
  return invalidInput("'" + machine.diagram().name + "' stands still");
}
