// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Streams: what is taken into the fetch stages and leaves them, signals and
// waits.
#include "EventSimulatorImpl.h"

#include "pr/Support/CheckedMath.h"

#include <algorithm>
#include <numeric>

using namespace pr;
using namespace pr::arch;
using namespace pr::arch::simulator;

Expected<void> Simulator::openStreams(const std::vector<int64_t> &inputs) {
  if (inputs.size() != program.numInputs)
    return invalidInput("the mapping takes " +
                        std::to_string(program.numInputs) + " numbers, found " +
                        std::to_string(inputs.size()));
  uint32_t count = std::max<size_t>(1, program.streams.size());
  streams.resize(count);
  for (uint32_t i = 0; i < count; ++i) {
    auto fetch = machine.fetchStage(program, i);
    if (!fetch)
      return fetch.takeError();
    streams[i].fetch = *fetch;
    streams[i].cursor =
        std::make_unique<Cursor>(program, inputs.data(), budget, i);
  }
  // The first event of a stream lies inside it, so its priority is known then.
  for (uint32_t i = 0; i < count; ++i)
    fill(i);
  if (!program.streams.empty())
    for (uint32_t i = 0; i < count; ++i)
      streams[i].priority =
          streams[i].cursor->value(program.streams[i].priority);
  streamOrder.resize(count);
  std::iota(streamOrder.begin(), streamOrder.end(), 0);
  std::stable_sort(streamOrder.begin(), streamOrder.end(),
                   [&](uint32_t a, uint32_t b) {
                     return streams[a].priority > streams[b].priority;
                   });
  return {};
}

/// Takes instructions as there is room for them. Signals and waits need none.
void Simulator::fill(uint32_t index) {
  StreamState &stream = streams[index];
  while (!stream.ended && !hasFailed) {
    StreamItem item;
    Event event = stream.atInstruction ? Event::Issue : stream.cursor->next();
    switch (event) {
    case Event::Issue:
      stream.atInstruction =
          stream.held == machine.stage(stream.fetch).capacity;
      if (stream.atInstruction || !takeInstruction(stream, index))
        return;
      break;
    case Event::Signal:
      item.kind = StreamItem::Signal;
      item.synchronization = stream.cursor->synchronization();
      stream.items.push_back(item);
      break;
    case Event::Wait:
      item.kind = StreamItem::Wait;
      item.synchronization = stream.cursor->synchronization();
      stream.items.push_back(item);
      break;
    case Event::Warm:
      if (!warm(*stream.cursor))
        return;
      break;
    case Event::End:
      stream.ended = true;
      break;
    case Event::Failed:
      fail(stream.cursor->error());
      return;
    default:
      break;
    }
  }
}

bool Simulator::takeInstruction(StreamState &stream, uint32_t index) {
  if (int64_t(issued) >= options.maxInstructions)
    return fail(makeError(ErrorKind::Unsupported,
                          "more than " +
                              std::to_string(options.maxInstructions) +
                              " instructions for one layer"));
  if (unused.empty())
    unused.push_back(&pool.emplace_back());
  Flight &flight = *unused.back();
  unused.pop_back();
  flight.stream = index;
  flight.references = 1;
  if (auto good = machine.decode(program, *stream.cursor, stream.fetch,
                                 flight.instruction);
      !good)
    return fail(good.takeError());

  const Stage &fetch = machine.stage(stream.fetch);
  StreamItem item;
  item.flight = &flight;
  item.done = now + fetch.latency;
  if (fetch.instructionMemory != kNone) {
    const Storage &memory = machine.storage(fetch.instructionMemory);
    if (stream.taken % fetch.instructionsPerAccess == 0) {
      int64_t request = std::max(now, stream.nextAccess);
      stream.nextAccess = request + 1;
      stream.accessEnd =
          std::max(request + memory.readLatency, stream.accessEnd) +
          ceilDiv(fetch.instructionsPerAccess, memory.portWidth);
    }
    item.done = std::max(now, stream.accessEnd) + fetch.latency;
  }
  ++stream.taken;
  ++stream.held;
  stream.items.push_back(item);
  schedule(item.done, EventKind::Streams, 0, nullptr);
  return true;
}

/// Lets the first stream that can do something do one thing.
bool Simulator::advanceStreams() {
  for (uint32_t index : streamOrder)
    if (!hasFailed && advanceStream(index))
      return true;
  return false;
}

bool Simulator::advanceStream(uint32_t index) {
  StreamState &stream = streams[index];
  if (stream.items.empty())
    return false;
  const StreamItem item = stream.items.front();
  int64_t &semaphore =
      semaphores.empty() ? now : semaphores[item.synchronization.semaphore];
  switch (item.kind) {
  case StreamItem::Signal:
    stream.items.pop_front();
    if (item.synchronization.afterCompletion && !stream.incomplete.empty())
      stream.signals.push_back(
          {item.synchronization.semaphore, *stream.incomplete.rbegin()});
    else
      ++semaphore;
    return true;
  case StreamItem::Wait:
    if (semaphore == 0)
      return false;
    --semaphore;
    stream.items.pop_front();
    return true;
  case StreamItem::Instr:
    break;
  }
  const Flight &flight = *item.flight;
  const StagePlace &first = stages[placeOf(flight, 0)];
  FetchState &fetch = fetches[stream.fetch];
  if (item.done > now || !first.expected.empty() || !hasRoom(first) ||
      (fetch.cycle == now &&
       fetch.left == machine.stage(stream.fetch).issueWidth))
    return false;
  fetch.left = fetch.cycle == now ? fetch.left + 1 : 1;
  fetch.cycle = now;
  // The width is free again in the next cycle.
  schedule(now + 1, EventKind::Streams, 0, nullptr);
  issue(stream);
  settle();
  fill(index);
  return true;
}

/// The first instruction leaves the fetch stage.
void Simulator::issue(StreamState &stream) {
  Flight &flight = *stream.items.front().flight;
  stream.items.pop_front();
  flight.number = issued++;
  flight.hop = kNone;
  flight.isDone = true;
  if (!program.synchronizations.empty())
    stream.incomplete.insert(stream.incomplete.end(), flight.number);
  if (!machine.stage(stream.fetch).holdUntilCompletion)
    --stream.held;

  const std::vector<Hop> &hops = flight.instruction.route->hops;
  flight.pending.assign(hops.size(), 0);
  flight.partner = nullptr;
  flight.blocker = -1;
  for (uint32_t hop = 0; hop < hops.size(); ++hop)
    stages[placeOf(flight, hop)].expected.push_back(&flight);
  addDependencies(flight);
  look(placeOf(flight, 0));
}

void Simulator::completeInStream(Flight &flight) {
  StreamState &stream = streams[flight.stream];
  if (!stream.incomplete.empty())
    stream.incomplete.erase(flight.number);
  while (!stream.signals.empty() &&
         (stream.incomplete.empty() ||
          stream.signals.front().last < *stream.incomplete.begin())) {
    ++semaphores[stream.signals.front().semaphore];
    stream.signals.pop_front();
  }
  if (machine.stage(stream.fetch).holdUntilCompletion) {
    --stream.held;
    fill(flight.stream);
  }
}
