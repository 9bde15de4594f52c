// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Nodes for the memory accesses of an instruction.
#include "DependencyGraphImpl.h"

#include "pr/Support/CheckedMath.h"

#include <algorithm>
#include <optional>

using namespace pr;
using namespace pr::arch;
using namespace pr::arch::graph;

Transfers Graph::addAccesses(const Instruction &instruction, uint32_t hop,
                             uint32_t unit, int64_t start, int64_t cycles) {
  Transfers result;
  result.data = start;
  int64_t wish = start;
  auto addAll = [&](bool write) {
    int64_t end = 0;
    for (const Range &range : instruction.ranges) {
      const Route::Connection &connection = instruction.connection(range);
      if (range.write != write || !connection.transfers ||
          connection.check != hop)
        continue;
      UnitState &ofUnit =
          state.units[machine.unitPlace(unit, instruction.member)];
      for (int64_t run = 0; run < range.repeat; ++run)
        end = std::max(end, addRun(range, machine.unit(unit), ofUnit,
                                   range.address + run * range.stride, wish));
      result.lastRequest = wish - 1;
    }
    return end;
  };
  result.data = std::max(start, addAll(/*write=*/false));
  wish = std::max(wish, result.data + cycles);
  int64_t written = addAll(/*write=*/true);
  state.makespan = std::max(state.makespan, written);
  if (machine.unit(unit).postedWrites)
    written = result.lastRequest + 1;
  result.done = std::max(result.data + cycles, written);
  return result;
}

/// A run of words, in as many accesses as the unit makes of it. Returns when
/// all of them have ended.
int64_t Graph::addRun(const Range &range, const Unit &unit, UnitState &ofUnit,
                      int64_t address, int64_t &wish) {
  int64_t end = 0;
  for (int64_t covered = 0; covered < range.size;) {
    Piece piece =
        nextPiece(unit.bursts, address + covered, range.size - covered);
    end = std::max(end, request(range, unit, ofUnit, piece, wish));
    covered += piece.covered;
  }
  return end;
}

/// One access, which the instruction wants to request at `wish`; then the next
/// one a cycle later. Returns its end.
int64_t Graph::request(const Range &range, const Unit &unit, UnitState &ofUnit,
                       Piece piece, int64_t &wish) {
  MemoryState &memory = state.memories[range.place];
  int64_t arrival = std::max(wish, ofUnit.accesses.earliest());
  int64_t requested = std::max(arrival, memory.underWay.earliest());
  if (machine.storage(range.storage).firstCome) {
    // Issue order stands for the order of time, which it need not be.
    approximate |= arrival < memory.lastArrival;
    memory.lastArrival = std::max(memory.lastArrival, arrival);
  } else {
    requested = std::max(requested, memory.lastRequest);
  }
  if (unit.outstanding > 0) {
    // A unit's accesses count in order of time.
    approximate |= wish < ofUnit.lastRequest;
    ofUnit.lastRequest = std::max(ofUnit.lastRequest, requested);
  }
  memory.lastRequest = requested;
  int64_t end =
      transfer(range.place, requested, piece.address, piece.size, range.write);
  memory.underWay.take(end);
  ofUnit.accesses.take(end);
  wish = requested + 1;
  return end;
}

/// The port that is free first.
MemoryState::Port &Graph::nextPort(MemoryState &memory) const {
  return *std::min_element(
      memory.ports.begin(), memory.ports.end(),
      [](const auto &a, const auto &b) { return a.freeAt < b.freeAt; });
}

/// How long the words take a port.
int64_t Graph::countAccess(uint32_t place, int64_t size) {
  uint32_t storage = machine.storageOfPlace(place);
  int64_t beats = ceilDiv(size, machine.storage(storage).portWidth);
  MemoryUse &use = result.memories[storage];
  ++use.accesses;
  use.words += size;
  use.busy += beats;
  return beats;
}

int64_t Graph::transfer(uint32_t place, int64_t requested, int64_t address,
                        int64_t size, bool write) {
  MemoryState &memory = state.memories[place];
  const Storage &object = machine.storage(machine.storageOfPlace(place));
  int64_t latency = write ? object.writeLatency : object.readLatency;
  if (object.misses > 0)
    return lookUp(place, requested + latency, address, size, write);
  int64_t begin = requested + latency;
  if (object.kind == StorageKind::DRAM)
    begin = openRows(memory, object, requested, address, size) + latency;
  else if (object.kind == StorageKind::Cache)
    begin = fetchLines(place, begin, address, size, write);
  MemoryState::Port &port = nextPort(memory);
  int64_t turns = port.used && port.wrote != write ? object.turnaround : 0;
  int64_t moved =
      std::max(begin, port.freeAt + turns) + countAccess(place, size);
  port = {moved + object.overhead, true, write};
  if (write && object.kind == StorageKind::DRAM)
    memory.banks[address / object.row % object.banks].written = moved;
  return moved + object.response;
}

/// When the last of the rows is open.
int64_t Graph::openRows(MemoryState &memory, const Storage &dram,
                        int64_t requested, int64_t address, int64_t size) {
  int64_t last = (address + size - 1) / dram.row, open = requested;
  for (int64_t row = address / dram.row; row <= last; ++row) {
    MemoryState::Bank &bank = memory.banks[row % dram.banks];
    if (bank.row == row)
      continue;
    int64_t asked = std::max(
        {open, bank.asked + dram.rowCycle, bank.written + dram.writeRecovery});
    bank.row = row;
    bank.asked = asked;
    open = asked + dram.rowMiss;
  }
  return open;
}

/// One line of an access to a cache: its way. Where it is missing, `fetch` gets
/// the line that makes room, and whether that is to be written back.
template <typename Fetch>
uint32_t Graph::useLine(MemoryState &memory, const Storage &cache, int64_t line,
                        bool write, Fetch &&fetch) {
  MemoryState::Set &set = memory.sets[line % cache.sets];
  auto found = std::find(set.lines.begin(), set.lines.end(), line);
  bool hit = found != set.lines.end();
  uint32_t way = hit ? uint32_t(found - set.lines.begin())
                     : chooseVictim(cache, memory, set);
  if (!hit) {
    fetch(set.lines[way], bool(set.changed[way]));
    set.lines[way] = line;
    set.changed[way] = false;
  }
  if (!hit || cache.replacement == Replacement::LRU) {
    set.order.erase(std::remove(set.order.begin(), set.order.end(), way),
                    set.order.end());
    set.order.push_back(way);
  }
  set.changed[way] |= char(write);
  return way;
}

/// The end of an access to a cache that serves others during misses.
int64_t Graph::lookUp(uint32_t cachePlace, int64_t arrival, int64_t address,
                      int64_t size, bool write) {
  MemoryState &memory = state.memories[cachePlace];
  const Storage &cache = machine.storage(machine.storageOfPlace(cachePlace));
  uint32_t behind = machine.storagePlace(cache.backing);
  int64_t end = 0, limit = address + size;
  for (int64_t next = 0; address < limit; address = next) {
    int64_t line = address / cache.line;
    next = std::min(limit, (line + 1) * cache.line);
    MemoryState::Set &set = memory.sets[line % cache.sets];
    MemoryState::Port &port = nextPort(memory);
    int64_t beats = countAccess(cachePlace, next - address);
    int64_t begin = std::max(arrival, port.freeAt);
    port.freeAt = begin + beats + cache.overhead;
    // What waits for its set lets others pass.
    if (cache.setGap > 0) {
      begin = std::max(begin, set.freeAt);
      set.freeAt = begin + cache.setGap;
    }
    int64_t moved = begin + beats;
    std::optional<int64_t> came;
    uint32_t way =
        useLine(memory, cache, line, write, [&](int64_t victim, bool changed) {
          int64_t missed = std::max(moved, memory.misses.earliest());
          port.freeAt += cache.missOverhead;
          if (changed) {
            port.freeAt += cache.victimOverhead;
            transferBehind(behind, missed, victim * cache.line, cache.line,
                           /*write=*/true);
          }
          came = transferBehind(behind, missed, line * cache.line, cache.line,
                                /*write=*/false);
          memory.misses.take(*came);
        });
    if (came)
      set.there[way] = *came;
    end = std::max({end, moved, set.there[way]});
  }
  return end + cache.response;
}

/// When all lines of an access are in the cache.
int64_t Graph::fetchLines(uint32_t cachePlace, int64_t lookedUp,
                          int64_t address, int64_t size, bool write) {
  MemoryState &memory = state.memories[cachePlace];
  const Storage &cache = machine.storage(machine.storageOfPlace(cachePlace));
  uint32_t behind = machine.storagePlace(cache.backing);
  int64_t there = lookedUp;
  for (int64_t line = address / cache.line;
       line <= (address + size - 1) / cache.line; ++line)
    useLine(memory, cache, line, write, [&](int64_t victim, bool changed) {
      if (changed)
        transferBehind(behind, lookedUp, victim * cache.line, cache.line,
                       /*write=*/true);
      int64_t came = transferBehind(behind, lookedUp, line * cache.line,
                                    cache.line, /*write=*/false);
      there = std::max(there, came);
    });
  return there;
}

/// The words are in the cache, as if they had been accessed.
void Graph::keep(uint32_t cachePlace, int64_t address, int64_t size,
                 bool write) {
  const Storage &cache = machine.storage(machine.storageOfPlace(cachePlace));
  if (cache.kind != StorageKind::Cache)
    return;
  MemoryState &memory = state.memories[cachePlace];
  uint32_t behind = machine.storagePlace(cache.backing);
  for (int64_t line = address / cache.line;
       line <= (address + size - 1) / cache.line; ++line)
    useLine(memory, cache, line, write, [&](int64_t victim, bool changed) {
      if (changed)
        keep(behind, victim * cache.line, cache.line, /*write=*/true);
      keep(behind, line * cache.line, cache.line, /*write=*/false);
    });
}

/// The way that the next line goes to.
uint32_t Graph::chooseVictim(const Storage &cache, MemoryState &memory,
                             MemoryState::Set &set) {
  if (int64_t(set.lines.size()) < cache.ways) {
    set.lines.push_back(-1);
    set.there.push_back(0);
    set.changed.push_back(false);
    return uint32_t(set.lines.size() - 1);
  }
  if (cache.replacement != Replacement::Random)
    return set.order.front();
  memory.random = memory.random * 6364136223846793005u + 1442695040888963407u;
  return uint32_t((memory.random >> 33) % uint64_t(cache.ways));
}

int64_t Graph::transferBehind(uint32_t place, int64_t wish, int64_t address,
                              int64_t size, bool write) {
  MemoryState &memory = state.memories[place];
  int64_t end = transfer(place, std::max(wish, memory.fromCaches.earliest()),
                         address, size, write);
  memory.fromCaches.take(end);
  return end;
}
