// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Memory accesses: requests, ports, open rows, caches.
#include "EventSimulatorImpl.h"

#include "pr/Support/CheckedMath.h"

#include <algorithm>

using namespace pr;
using namespace pr::arch;
using namespace pr::arch::simulator;

//===----------------------------------------------------------------------===//
// The requests of an instruction
//===----------------------------------------------------------------------===//

/// False where the instruction accesses no memory here.
bool Simulator::beginTransaction(Flight &flight) {
  flight.rangeAt = 0;
  flight.runAt = 0;
  flight.writing = false;
  flight.readsEnd = flight.writesEnd = flight.started;
  flight.lastRequest = -1;
  bool any = false;
  for (const Range &range : flight.instruction.ranges) {
    const Route::Connection &connection = flight.instruction.connection(range);
    any |= connection.transfers && connection.check == flight.hop;
  }
  if (!any)
    return false;
  flight.nextRequest = now;
  nextPhase(flight);
  return true;
}

/// Moves on to a range that is transferred here, of the present direction.
bool Simulator::toNextRange(Flight &flight) {
  const Instruction &instruction = flight.instruction;
  for (; flight.rangeAt < instruction.ranges.size(); ++flight.rangeAt) {
    const Range &range = instruction.ranges[flight.rangeAt];
    const Route::Connection &connection = instruction.connection(range);
    if (connection.transfers && connection.check == flight.hop)
      return range.write == flight.writing;
  }
  return false;
}

/// Asks for the next request, or, when all are made, knows the rest.
void Simulator::nextPhase(Flight &flight) {
  if (!toNextRange(flight) && !flight.writing) {
    flight.writing = true;
    flight.nextRequest =
        std::max(flight.nextRequest, flight.readsEnd + flight.latency.cycles);
  }
  if (toNextRange(flight)) {
    schedule(flight.nextRequest, EventKind::Request, 0, &flight);
    return;
  }
  int64_t done =
      std::max(flight.readsEnd + flight.latency.cycles, flight.writesEnd);
  if (flight.latency.interval >= 0)
    setRelease(flight, std::max(flight.started + flight.latency.interval,
                                flight.lastRequest + 1));
  schedule(done, EventKind::Done, 0, &flight);
}

bool Simulator::mayRequest(const MemoryPlace &memory,
                           const Flight &flight) const {
  const Storage &storage = machine.storage(memory.storage);
  return (storage.firstCome || memory.expected.front() == &flight) &&
         (storage.inFlight == 0 || memory.underWay < storage.inFlight);
}

/// Makes the requests that can be made now, earlier instructions first.
bool Simulator::grantRequests() {
  if (requests.empty())
    return false;
  std::vector<Flight *> candidates;
  candidates.swap(requests);
  std::sort(candidates.begin(), candidates.end(),
            [](Flight *a, Flight *b) { return a->number < b->number; });
  for (Flight *flight : candidates) {
    const Range &range = flight->instruction.ranges[flight->rangeAt];
    MemoryPlace &memory = memories[range.place];
    if (!mayRequest(memory, *flight)) {
      memory.waiting.push_back(flight);
      continue;
    }
    makeRequest(memory, *flight);
    release(*flight);
  }
  return true;
}

void Simulator::makeRequest(MemoryPlace &memory, Flight &flight) {
  const Instruction &instruction = flight.instruction;
  const Range range = instruction.ranges[flight.rangeAt];
  int64_t end =
      access(range.place, now, range.address + flight.runAt * range.stride,
             range.size, range.write);
  ++memory.underWay;
  schedule(end, EventKind::AccessEnds, range.place, nullptr);
  int64_t &phaseEnd = range.write ? flight.writesEnd : flight.readsEnd;
  phaseEnd = std::max(phaseEnd, end);
  flight.lastRequest = now;
  flight.nextRequest = now + 1;
  if (++flight.runAt == range.repeat) {
    flight.runAt = 0;
    ++flight.rangeAt;
    bool more = false;
    for (size_t i = flight.rangeAt; i < instruction.ranges.size(); ++i)
      more |= instruction.ranges[i].place == range.place &&
              instruction.connection(instruction.ranges[i]).transfers;
    if (!more) {
      memory.expected.erase(
          std::find(memory.expected.begin(), memory.expected.end(), &flight));
      requests.insert(requests.end(), memory.waiting.begin(),
                      memory.waiting.end());
      memory.waiting.clear();
    }
  }
  nextPhase(flight);
}

//===----------------------------------------------------------------------===//
// One access
//===----------------------------------------------------------------------===//

int64_t Simulator::access(uint32_t place, int64_t request, int64_t address,
                          int64_t size, bool write) {
  MemoryPlace &memory = memories[place];
  const Storage &storage = machine.storage(memory.storage);
  int64_t begin =
      request + (write ? storage.writeLatency : storage.readLatency);
  if (storage.kind == StorageKind::DRAM)
    begin += rowMisses(memory, address, size) * storage.rowMiss;
  if (storage.kind == StorageKind::Cache)
    begin = cacheMisses(memory, begin, address, size, write);
  int64_t &port =
      *std::min_element(memory.portFree.begin(), memory.portFree.end());
  begin = std::max(begin, port);
  port = begin + ceilDiv(size, storage.portWidth);
  return port;
}

/// Opens the rows that the access touches; how many were closed.
int64_t Simulator::rowMisses(MemoryPlace &memory, int64_t address,
                             int64_t size) {
  const Storage &dram = machine.storage(memory.storage);
  int64_t misses = 0;
  for (int64_t row = address / dram.row; row <= (address + size - 1) / dram.row;
       ++row) {
    int64_t &open = memory.openRow[row % dram.banks];
    if (open == row)
      continue;
    open = row;
    ++misses;
  }
  return misses;
}

/// When all lines of the access are in the cache; `time`: it has been looked
/// up.
int64_t Simulator::cacheMisses(MemoryPlace &memory, int64_t time,
                               int64_t address, int64_t size, bool write) {
  const Storage &cache = machine.storage(memory.storage);
  uint32_t behind = machine.storagePlace(cache.backing);
  int64_t there = time;
  for (int64_t line = address / cache.line;
       line <= (address + size - 1) / cache.line; ++line) {
    CacheLine *set = &memory.lines[(line % cache.sets) * cache.ways];
    CacheLine *end = set + cache.ways;
    CacheLine *way =
        std::find_if(set, end, [&](CacheLine &l) { return l.tag == line; });
    ++memory.clock;
    if (way == end) {
      way = std::find_if(set, end, [](CacheLine &l) { return l.tag < 0; });
      if (way == end && cache.replacement == Replacement::Random) {
        memory.random =
            memory.random * 6364136223846793005u + 1442695040888963407u;
        way = set + (memory.random >> 33) % uint64_t(cache.ways);
      } else if (way == end) {
        way = std::min_element(
            set, end, [](CacheLine &a, CacheLine &b) { return a.age < b.age; });
      }
      if (way->changed)
        accessBehind(behind, time, way->tag * cache.line, cache.line, true);
      there = std::max(there, accessBehind(behind, time, line * cache.line,
                                           cache.line, false));
      *way = {line, memory.clock, false};
    }
    if (cache.replacement == Replacement::LRU)
      way->age = memory.clock;
    way->changed |= write;
  }
  return there;
}

/// An access from a cache: requested as soon as the limit allows it.
int64_t Simulator::accessBehind(uint32_t place, int64_t request,
                                int64_t address, int64_t size, bool write) {
  MemoryPlace &memory = memories[place];
  int64_t limit = machine.storage(memory.storage).inFlight;
  if (limit == 0)
    return access(place, request, address, size, write);
  if (int64_t(memory.ends.size()) < limit)
    memory.ends.push_back(0);
  int64_t slot = std::min_element(memory.ends.begin(), memory.ends.end()) -
                 memory.ends.begin();
  request = std::max(request, memory.ends[slot]);
  int64_t end = access(place, request, address, size, write);
  memory.ends[slot] = end;
  return end;
}
