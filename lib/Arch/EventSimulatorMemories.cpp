// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Memory accesses: requests, ports, open rows, caches.
#include "EventSimulatorImpl.h"

#include "pr/Support/Bursts.h"
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
  flight.runAt = flight.offset = 0;
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
  // What is posted may end after the last instruction.
  result.cycles = std::max(result.cycles, flight.writesEnd);
  int64_t written = machine.unit(flight.unit).postedWrites
                        ? flight.lastRequest + 1
                        : flight.writesEnd;
  int64_t done = std::max(flight.readsEnd + flight.latency.cycles, written);
  if (flight.latency.interval >= 0)
    setRelease(flight, std::max(flight.started + flight.latency.interval,
                                flight.lastRequest + 1));
  schedule(done, EventKind::Done, 0, &flight);
}

UnitPlace &Simulator::unitOf(const Flight &flight) {
  return units[machine.unitPlace(flight.unit, flight.instruction.member)];
}

/// Those that wait ask once more, in the same cycle.
void Simulator::tryAgain(std::vector<Flight *> &waiting) {
  requests.insert(requests.end(), waiting.begin(), waiting.end());
  waiting.clear();
}

/// Otherwise it waits where it will hear of a change.
bool Simulator::mayRequest(MemoryPlace &memory, Flight &flight) {
  UnitPlace &unit = unitOf(flight);
  int64_t limit = machine.unit(flight.unit).outstanding;
  if (limit > 0 && unit.accesses >= limit) {
    unit.waiting.push_back(&flight);
    return false;
  }
  const Storage &storage = machine.storage(memory.storage);
  if ((storage.firstCome || memory.expected.front() == &flight) &&
      (storage.inFlight == 0 || memory.underWay < storage.inFlight))
    return true;
  memory.waiting.push_back(&flight);
  return false;
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
    if (!mayRequest(memory, *flight))
      continue;
    makeRequest(memory, *flight);
    release(*flight);
  }
  return true;
}

void Simulator::makeRequest(MemoryPlace &memory, Flight &flight) {
  const Instruction &instruction = flight.instruction;
  const Range range = instruction.ranges[flight.rangeAt];
  Piece piece =
      nextPiece(machine.unit(flight.unit).bursts,
                range.address + flight.runAt * range.stride + flight.offset,
                range.size - flight.offset);
  int64_t end =
      access(range.place, now, piece.address, piece.size, range.write);
  ++memory.underWay;
  ++unitOf(flight).accesses;
  schedule(end, EventKind::AccessEnds, range.place, nullptr,
           machine.unitPlace(flight.unit, flight.instruction.member));
  int64_t &phaseEnd = range.write ? flight.writesEnd : flight.readsEnd;
  phaseEnd = std::max(phaseEnd, end);
  flight.lastRequest = now;
  flight.nextRequest = now + 1;
  flight.offset += piece.covered;
  if (flight.offset == range.size) {
    flight.offset = 0;
    ++flight.runAt;
  }
  if (flight.runAt == range.repeat) {
    flight.runAt = 0;
    ++flight.rangeAt;
    bool more = false;
    for (size_t i = flight.rangeAt; i < instruction.ranges.size(); ++i)
      more |= instruction.ranges[i].place == range.place &&
              instruction.connection(instruction.ranges[i]).transfers;
    if (!more) {
      memory.expected.erase(
          std::find(memory.expected.begin(), memory.expected.end(), &flight));
      tryAgain(memory.waiting);
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
  int64_t arrival =
      request + (write ? storage.writeLatency : storage.readLatency);
  if (storage.misses > 0)
    return lookUp(memory, arrival, address, size, write);
  int64_t begin = arrival;
  if (storage.kind == StorageKind::DRAM)
    begin += openRows(memory, request, address, size) - request;
  if (storage.kind == StorageKind::Cache)
    begin = cacheMisses(memory, arrival, address, size, write);
  Port &port = *std::min_element(
      memory.ports.begin(), memory.ports.end(),
      [](const Port &a, const Port &b) { return a.freeAt < b.freeAt; });
  int64_t turnaround =
      port.used && port.wrote != write ? storage.turnaround : 0;
  begin = std::max(begin, port.freeAt + turnaround);
  int64_t transferred = begin + countAccess(memory.storage, size);
  port = {transferred + storage.overhead, write, true};
  if (write && storage.kind == StorageKind::DRAM)
    memory.banks[(address / storage.row) % storage.banks].written = transferred;
  return transferred + storage.response;
}

/// How long the access takes a port.
int64_t Simulator::countAccess(uint32_t storage, int64_t size) {
  int64_t beats = ceilDiv(size, machine.storage(storage).portWidth);
  MemoryUse &use = result.memories[storage];
  ++use.accesses;
  use.words += size;
  use.busy += beats;
  return beats;
}

/// When the rows that the access touches are open; `time`: it is requested.
int64_t Simulator::openRows(MemoryPlace &memory, int64_t time, int64_t address,
                            int64_t size) {
  const Storage &dram = machine.storage(memory.storage);
  for (int64_t row = address / dram.row; row <= (address + size - 1) / dram.row;
       ++row) {
    Bank &bank = memory.banks[row % dram.banks];
    if (bank.row == row)
      continue;
    bank.row = row;
    bank.opened = std::max(
        {time, bank.opened + dram.rowCycle, bank.written + dram.writeRecovery});
    time = bank.opened + dram.rowMiss;
  }
  return time;
}

/// The way of a line, or that which it goes to.
CacheLine &Simulator::chooseWay(MemoryPlace &memory, int64_t line, bool &hit) {
  const Storage &cache = machine.storage(memory.storage);
  CacheLine *set = &memory.lines[(line % cache.sets) * cache.ways];
  CacheLine *end = set + cache.ways;
  CacheLine *way =
      std::find_if(set, end, [&](CacheLine &l) { return l.tag == line; });
  hit = way != end;
  if (!hit)
    way = std::find_if(set, end, [](CacheLine &l) { return l.tag < 0; });
  if (way != end)
    return *way;
  if (cache.replacement != Replacement::Random)
    return *std::min_element(
        set, end, [](CacheLine &a, CacheLine &b) { return a.age < b.age; });
  memory.random = memory.random * 6364136223846793005u + 1442695040888963407u;
  return set[(memory.random >> 33) % uint64_t(cache.ways)];
}

/// One line of an access. Where it is missing, `fetch` gets the line that makes
/// room and says when the new one is there.
template <typename Fetch>
CacheLine &Simulator::useLine(MemoryPlace &memory, int64_t line, bool write,
                              Fetch &&fetch) {
  ++memory.clock;
  bool hit = false;
  CacheLine &way = chooseWay(memory, line, hit);
  if (!hit)
    way = {line, memory.clock, false, fetch(way)};
  if (machine.storage(memory.storage).replacement == Replacement::LRU)
    way.age = memory.clock;
  way.changed |= write;
  return way;
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
    useLine(memory, line, write, [&](const CacheLine &victim) {
      if (victim.changed)
        accessBehind(behind, time, victim.tag * cache.line, cache.line, true);
      there = std::max(there, accessBehind(behind, time, line * cache.line,
                                           cache.line, false));
      return 0;
    });
  }
  return there;
}

/// An access to a cache that goes on during misses: the end of it.
int64_t Simulator::lookUp(MemoryPlace &memory, int64_t time, int64_t address,
                          int64_t size, bool write) {
  const Storage &cache = machine.storage(memory.storage);
  uint32_t behind = machine.storagePlace(cache.backing);
  int64_t end = 0;
  for (int64_t line = address / cache.line;
       line <= (address + size - 1) / cache.line; ++line) {
    Port &port = *std::min_element(
        memory.ports.begin(), memory.ports.end(),
        [](const Port &a, const Port &b) { return a.freeAt < b.freeAt; });
    int64_t words = std::min(address + size, (line + 1) * cache.line) -
                    std::max(address, line * cache.line);
    int64_t beats = countAccess(memory.storage, words);
    int64_t begin = std::max(time, port.freeAt);
    port.freeAt = begin + beats + cache.overhead;
    // Whoever waits for its set lets others pass.
    if (cache.setGap > 0) {
      int64_t &setFree = memory.setFree[line % cache.sets];
      begin = std::max(begin, setFree);
      setFree = begin + cache.setGap;
    }
    int64_t transferred = begin + beats;

    auto fetch = [&](const CacheLine &victim) {
      int64_t &slot =
          *std::min_element(memory.misses.begin(), memory.misses.end());
      int64_t miss = std::max(transferred, slot);
      port.freeAt += cache.missOverhead;
      if (victim.changed) {
        port.freeAt += cache.victimOverhead;
        accessBehind(behind, miss, victim.tag * cache.line, cache.line, true);
      }
      slot = accessBehind(behind, miss, line * cache.line, cache.line, false);
      return slot;
    };
    int64_t there = useLine(memory, line, write, fetch).there;
    end = std::max({end, transferred, there});
  }
  return end + cache.response;
}

/// Before the layer begins: ranges go through caches.
bool Simulator::warm(const Cursor &cursor) {
  auto ranges = machine.warmed(program, cursor);
  if (!ranges)
    return fail(ranges.takeError());
  for (const Range &range : *ranges)
    for (int64_t run = 0; run < range.repeat; ++run)
      touch(range.place, range.address + run * range.stride, range.size,
            range.write);
  return true;
}

/// An access that takes no time.
void Simulator::touch(uint32_t place, int64_t address, int64_t size,
                      bool write) {
  MemoryPlace &memory = memories[place];
  const Storage &cache = machine.storage(memory.storage);
  if (cache.kind != StorageKind::Cache)
    return;
  uint32_t behind = machine.storagePlace(cache.backing);
  for (int64_t line = address / cache.line;
       line <= (address + size - 1) / cache.line; ++line) {
    useLine(memory, line, write, [&](const CacheLine &victim) {
      if (victim.changed)
        touch(behind, victim.tag * cache.line, cache.line, true);
      touch(behind, line * cache.line, cache.line, false);
      return 0;
    });
  }
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
