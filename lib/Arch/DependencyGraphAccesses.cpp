// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Nodes for the memory accesses of an instruction.
#include "DependencyGraphImpl.h"

#include "pr/Support/CheckedMath.h"

#include <algorithm>

using namespace pr;
using namespace pr::arch;
using namespace pr::arch::graph;

Transfers Graph::addAccesses(const Instruction &instruction, uint32_t hop,
                             int64_t start, int64_t cycles) {
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
      for (int64_t run = 0; run < range.repeat; ++run) {
        int64_t requested = 0;
        end = std::max(end,
                       request(range, wish, range.address + run * range.stride,
                               requested));
        result.lastRequest = requested;
        wish = requested + 1;
      }
    }
    return end;
  };
  result.data = std::max(start, addAll(/*write=*/false));
  wish = std::max(wish, result.data + cycles);
  result.done = std::max(result.data + cycles, addAll(/*write=*/true));
  return result;
}

/// One access, which the instruction wants to request at `wish`. Returns its
/// end.
int64_t Graph::request(const Range &range, int64_t wish, int64_t address,
                       int64_t &requested) {
  MemoryState &memory = state.memories[range.place];
  if (machine.storage(range.storage).firstCome) {
    // Issue order stands for the order of time, which it need not be.
    approximate |= wish < memory.lastArrival;
    memory.lastArrival = std::max(memory.lastArrival, wish);
    requested = std::max(wish, memory.underWay.earliest());
  } else {
    requested =
        std::max({wish, memory.lastRequest, memory.underWay.earliest()});
  }
  memory.lastRequest = requested;
  int64_t end =
      transfer(range.place, requested, address, range.size, range.write);
  memory.underWay.take(end);
  return end;
}

int64_t Graph::transfer(uint32_t place, int64_t requested, int64_t address,
                        int64_t size, bool write) {
  MemoryState &memory = state.memories[place];
  const Storage &object = machine.storage(machine.storageOfPlace(place));
  int64_t begin =
      requested + (write ? object.writeLatency : object.readLatency);
  if (object.kind == StorageKind::DRAM && object.rowMiss > 0) {
    int64_t last = (address + size - 1) / object.row;
    for (int64_t row = address / object.row; row <= last; ++row) {
      auto [open, isNew] = memory.openRows.emplace(row % object.banks, row);
      if (!isNew && open->second == row)
        continue;
      open->second = row;
      begin += object.rowMiss;
    }
  } else if (object.kind == StorageKind::Cache) {
    begin = fetchLines(place, begin, address, size, write);
  }
  auto port = std::min_element(memory.ports.begin(), memory.ports.end());
  *port = std::max(begin, *port) + ceilDiv(size, object.portWidth);
  return *port;
}

/// When all lines of an access are in the cache.
int64_t Graph::fetchLines(uint32_t cachePlace, int64_t lookedUp,
                          int64_t address, int64_t size, bool write) {
  MemoryState &memory = state.memories[cachePlace];
  const Storage &cache = machine.storage(machine.storageOfPlace(cachePlace));
  uint32_t behind = machine.storagePlace(cache.backing);
  int64_t there = lookedUp;
  for (int64_t line = address / cache.line;
       line <= (address + size - 1) / cache.line; ++line) {
    MemoryState::Set &set = memory.sets[line % cache.sets];
    auto found = std::find(set.lines.begin(), set.lines.end(), line);
    uint32_t way = uint32_t(found - set.lines.begin());
    bool hit = found != set.lines.end();
    if (!hit) {
      way = chooseVictim(cache, memory, set);
      if (set.changed[way])
        transferBehind(behind, lookedUp, set.lines[way] * cache.line,
                       cache.line, /*write=*/true);
      there = std::max(there, transferBehind(behind, lookedUp,
                                             line * cache.line, cache.line,
                                             /*write=*/false));
      set.lines[way] = line;
      set.changed[way] = false;
    }
    if (!hit || cache.replacement == Replacement::LRU) {
      set.order.erase(std::remove(set.order.begin(), set.order.end(), way),
                      set.order.end());
      set.order.push_back(way);
    }
    set.changed[way] |= char(write);
  }
  return there;
}

/// The way that the next line goes to.
uint32_t Graph::chooseVictim(const Storage &cache, MemoryState &memory,
                             MemoryState::Set &set) {
  if (int64_t(set.lines.size()) < cache.ways) {
    set.lines.push_back(-1);
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
