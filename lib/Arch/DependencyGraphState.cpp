// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "DependencyGraphState.h"

#include <algorithm>
#include <functional>

using namespace pr;
using namespace pr::arch;
using namespace pr::arch::graph;

//===----------------------------------------------------------------------===//
// Slots
//===----------------------------------------------------------------------===//

void Slots::take(int64_t until) {
  if (limit == 0)
    return;
  if (int64_t(times.size()) == limit) {
    std::pop_heap(times.begin(), times.end(), std::greater<>());
    times.back() = until;
  } else {
    times.push_back(until);
  }
  std::push_heap(times.begin(), times.end(), std::greater<>());
}

void Slots::prolong(int64_t before, int64_t until) {
  auto found = std::find(times.begin(), times.end(), before);
  if (found == times.end() || until <= before)
    return;
  *found = until;
  std::make_heap(times.begin(), times.end(), std::greater<>());
}

void Slots::shift(int64_t by) {
  for (int64_t &time : times)
    time += by;
}

void Slots::replace(std::vector<int64_t> busyUntil) {
  times = std::move(busyUntil);
  std::make_heap(times.begin(), times.end(), std::greater<>());
}

//===----------------------------------------------------------------------===//
// Words
//===----------------------------------------------------------------------===//

/// Calls `visit(begin, end)` for the runs of a range, joined where they meet.
template <typename Visitor>
static void forEachRun(const Range &range, Visitor &&visit) {
  if (range.repeat == 1 || range.stride <= range.size) {
    visit(range.begin(), range.end());
    return;
  }
  for (int64_t run = 0; run < range.repeat; ++run)
    visit(range.address + run * range.stride,
          range.address + run * range.stride + range.size);
}

int64_t WordTimes::available(const Range &range) const {
  int64_t time = 0;
  forEachRun(range, [&](int64_t begin, int64_t end) {
    time = std::max(time, availableIn(begin, end, range.write));
  });
  return time;
}

int64_t WordTimes::availableIn(int64_t begin, int64_t end, bool write) const {
  int64_t time = 0;
  auto it = spans.upper_bound(begin);
  if (it != spans.begin() && std::prev(it)->second.end > begin)
    --it;
  for (; it != spans.end() && it->first < end; ++it) {
    time = std::max(time, it->second.write);
    if (write)
      time = std::max(time, it->second.read);
  }
  return time;
}

void WordTimes::end(const Range &range, int64_t time) {
  forEachRun(range, [&](int64_t begin, int64_t end) {
    endIn(begin, end, range.write, time);
  });
}

void WordTimes::splitAt(int64_t word) {
  auto it = spans.upper_bound(word);
  if (it == spans.begin())
    return;
  --it;
  if (it->first == word || it->second.end <= word)
    return;
  Span rest = it->second;
  it->second.end = word;
  spans.emplace(word, rest);
}

void WordTimes::endIn(int64_t begin, int64_t end, bool write, int64_t time) {
  splitAt(begin);
  splitAt(end);
  int64_t at = begin;
  for (auto it = spans.lower_bound(begin); at < end; ++it) {
    if (it == spans.end() || it->first >= end || it->first > at) {
      int64_t until = it == spans.end() ? end : std::min(end, it->first);
      it = spans.emplace_hint(it, at, Span{until, 0, 0});
    }
    int64_t &last = write ? it->second.write : it->second.read;
    last = std::max(last, time);
    at = it->second.end;
  }
}

void WordTimes::prune(int64_t horizon) {
  if (spans.size() >= pruneAt)
    forget(horizon);
}

void WordTimes::forget(int64_t horizon) {
  for (auto it = spans.begin(); it != spans.end();)
    it = it->second.write <= horizon && it->second.read <= horizon
             ? spans.erase(it)
             : std::next(it);
  pruneAt = std::max<size_t>(256, 2 * spans.size());
}

//===----------------------------------------------------------------------===//
// State
//===----------------------------------------------------------------------===//

State::State(const Machine &machine, const Program &program)
    : machine(machine) {
  findHidden();
  const ObjectDiagram &diagram = machine.diagram();
  for (uint32_t s = 0; s < diagram.stages.size(); ++s) {
    uint32_t end = s + 1 < diagram.stages.size() ? machine.stagePlace(s + 1, 0)
                                                 : machine.numStagePlaces();
    StageState stage;
    stage.slots = Slots(diagram.stages[s].capacity);
    stages.resize(end, stage);
  }
  units.resize(machine.numUnitPlaces());
  for (uint32_t u = 0; u < diagram.units.size(); ++u) {
    uint32_t end = u + 1 < diagram.units.size() ? machine.unitPlace(u + 1, 0)
                                                : machine.numUnitPlaces();
    for (uint32_t place = machine.unitPlace(u, 0); place < end; ++place) {
      units[place].underWay = Slots(diagram.units[u].inFlight);
      units[place].accesses = Slots(diagram.units[u].outstanding);
    }
  }
  memories.resize(machine.numStoragePlaces());
  words.resize(machine.numStoragePlaces());
  for (uint32_t place = 0; place < memories.size(); ++place) {
    const Storage &storage = machine.storage(machine.storageOfPlace(place));
    memories[place].underWay = Slots(storage.inFlight);
    memories[place].fromCaches = Slots(storage.inFlight);
    memories[place].misses = Slots(storage.misses);
    if (storage.kind != StorageKind::RegisterFile)
      memories[place].ports.resize(storage.ports);
  }
  fetches.resize(diagram.stages.size());
  streams.resize(std::max<size_t>(1, program.streams.size()));
}

void State::findHidden() {
  const ObjectDiagram &diagram = machine.diagram();
  for (const Storage &storage : diagram.storages)
    isHidden.push_back(storage.kind == StorageKind::Cache ||
                       storage.turnaround > 0 ||
                       (storage.kind == StorageKind::DRAM &&
                        (storage.rowMiss > 0 || storage.rowCycle > 0 ||
                         storage.writeRecovery > 0)));
  for (const Unit &unit : diagram.units)
    for (const auto *storages : {&unit.reads, &unit.writes})
      for (uint32_t storage : *storages)
        if (!unit.bursts.empty() &&
            diagram.storages[storage].kind != StorageKind::RegisterFile)
          isHidden[storage] = true;
}

const Cluster *graph::findCluster(const std::vector<Cluster> &clusters,
                                  uint32_t storage, int64_t begin,
                                  int64_t end) {
  for (const Cluster &cluster : clusters)
    if (cluster.storage == storage && cluster.begin <= begin &&
        end <= cluster.end)
      return &cluster;
  return nullptr;
}

/// Visits every time: single ones, and bags of them. `bounded` ones count only
/// while they are after the horizon; the others always.
template <typename Visitor>
void State::visitTimes(Visitor &&visitor) {
  for (StreamTimes &stream : streams) {
    visitor.bag(stream.slots, /*bounded=*/false);
    visitor.time(stream.position, false);
    visitor.time(stream.completion, true);
    if (stream.accessWidth == 0)
      continue;
    visitor.time(stream.accessEnd, false);
    visitor.time(stream.nextAccess, false);
  }
  for (StageState &stage : stages) {
    visitor.bag(stage.slots, true);
    visitor.time(stage.lastEnter, true);
    visitor.time(stage.lastDeparture, true);
  }
  for (UnitState &unit : units) {
    visitor.time(unit.freeAt, true);
    visitor.bag(unit.underWay, true);
    visitor.bag(unit.accesses, true);
    visitor.time(unit.lastRequest, true);
  }
  for (uint32_t place = 0; place < memories.size(); ++place) {
    // No loop that is continued touches it: its times stay.
    if (isHidden[machine.storageOfPlace(place)])
      continue;
    MemoryState &memory = memories[place];
    visitor.time(memory.lastRequest, true);
    visitor.time(memory.lastArrival, true);
    visitor.bag(memory.underWay, true);
    visitor.bag(memory.fromCaches, true);
    for (MemoryState::Port &port : memory.ports)
      visitor.time(port.freeAt, true);
  }
  visitor.time(makespan, true);
}

namespace {
/// Writes the times down, relative to the horizon. Equal times in a row, most
/// of them 0, are counted.
struct Writer {
  std::vector<int64_t> &out;
  int64_t horizon;
  int64_t last = 0, count = 0;

  void put(int64_t value) {
    if (count > 0 && value == last) {
      ++count;
      return;
    }
    flush();
    last = value;
    count = 1;
  }
  void flush() {
    if (count > 0) {
      out.push_back(count);
      out.push_back(last);
    }
    count = 0;
  }
  void time(int64_t value, bool bounded) {
    put(bounded ? std::max<int64_t>(0, value - horizon) : value - horizon);
  }
  void bag(Slots &slots, bool bounded) {
    std::vector<int64_t> live;
    for (int64_t time : slots.busyUntil())
      if (!bounded || time > horizon)
        live.push_back(time - horizon);
    std::sort(live.begin(), live.end());
    put(int64_t(live.size()));
    for (int64_t time : live)
      put(time);
  }
};

struct Reader {
  const std::vector<int64_t> &in;
  size_t at;
  int64_t horizon;
  int64_t last = 0, count = 0;

  int64_t get() {
    if (count == 0) {
      count = in[at++];
      last = in[at++];
    }
    --count;
    return last;
  }
  void time(int64_t &value, bool) { value = get() + horizon; }
  void bag(Slots &slots, bool) {
    std::vector<int64_t> times(get());
    for (int64_t &time : times)
      time = get() + horizon;
    slots.replace(std::move(times));
  }
};

struct Shifter {
  int64_t by;
  void time(int64_t &value, bool) { value += by; }
  void bag(Slots &slots, bool) { slots.shift(by); }
};
} // namespace

Snapshot State::snapshot(const std::vector<Cluster> &clusters, int64_t blocks) {
  for (WordTimes &times : words)
    times.forget(horizon);
  splitAtClusters(clusters);
  Snapshot result;
  result.origin = horizon;
  std::vector<int64_t> &out = result.content;
  out.push_back(0); // where the words begin
  // What is not a time.
  for (const StreamTimes &stream : streams)
    if (stream.accessWidth > 0)
      out.push_back(stream.taken % stream.accessWidth);
  for (const FetchTimes &fetch : fetches)
    out.push_back(fetch.cycle == horizon ? fetch.left : 0);
  Writer writer{out, horizon};
  visitTimes(writer);
  writer.flush();
  out[0] = int64_t(out.size());
  snapshotWords(clusters, blocks, out);
  uint64_t hash = 1469598103934665603u;
  for (int64_t part : out) {
    hash = (hash ^ uint64_t(part)) * 0x9e3779b97f4a7c15u;
    hash ^= hash >> 29;
  }
  result.hash = hash;
  return result;
}

void State::splitAtClusters(const std::vector<Cluster> &clusters) {
  for (const Cluster &cluster : clusters)
    for (uint32_t place = machine.storagePlace(cluster.storage);
         place < words.size() &&
         machine.storageOfPlace(place) == cluster.storage;
         ++place) {
      words[place].splitAt(cluster.begin);
      words[place].splitAt(cluster.end);
    }
}

void State::snapshotWords(const std::vector<Cluster> &clusters, int64_t blocks,
                          std::vector<int64_t> &out) const {
  for (uint32_t place = 0; place < words.size(); ++place) {
    uint32_t storage = machine.storageOfPlace(place);
    // Spans that only differ in where they were split are equal.
    size_t previous = 0;
    for (const auto &[begin, span] : words[place].spans) {
      int64_t write = std::max<int64_t>(0, span.write - horizon);
      int64_t read = std::max<int64_t>(0, span.read - horizon);
      if (write == 0 && read == 0)
        continue;
      const Cluster *cluster = findCluster(clusters, storage, begin, span.end);
      if (!cluster)
        continue;
      int64_t moved = cluster->begin + blocks * cluster->delta;
      int64_t index = cluster - clusters.data();
      int64_t *last = previous ? &out[previous] : nullptr;
      if (last && last[1] == index && last[3] == begin - moved &&
          last[4] == write && last[5] == read) {
        last[3] = span.end - moved;
        continue;
      }
      previous = out.size();
      for (int64_t part : {int64_t(place), index, begin - moved,
                           span.end - moved, write, read})
        out.push_back(part);
    }
  }
}

void State::advance(int64_t time, const std::vector<Cluster> &clusters,
                    int64_t blocks) {
  Shifter shifter{time};
  visitTimes(shifter);
  for (FetchTimes &fetch : fetches)
    fetch.cycle += time;
  for (uint32_t place = 0; place < words.size(); ++place) {
    uint32_t storage = machine.storageOfPlace(place);
    WordTimes::Spans moved;
    for (auto &[begin, span] : words[place].spans) {
      bool live = span.write > horizon || span.read > horizon;
      const Cluster *cluster = findCluster(clusters, storage, begin, span.end);
      if (!live && cluster)
        continue;
      if (!cluster) {
        moved.emplace(begin, span);
        continue;
      }
      int64_t by = cluster->delta * blocks;
      moved.emplace(
          begin + by,
          WordTimes::Span{span.end + by, span.write + time, span.read + time});
    }
    words[place].spans = std::move(moved);
  }
  horizon += time;
}

void State::restore(const Snapshot &snapshot, int64_t origin,
                    const std::vector<Cluster> &clusters) {
  const std::vector<int64_t> &in = snapshot.content;
  size_t at = 1;
  for (const StreamTimes &stream : streams)
    at += stream.accessWidth > 0;
  for (FetchTimes &fetch : fetches)
    fetch = {origin, in[at++]};
  horizon = origin;
  Reader reader{in, at, origin};
  visitTimes(reader);
  for (uint32_t place = 0; place < words.size(); ++place) {
    WordTimes::Spans &spans = words[place].spans;
    uint32_t storage = machine.storageOfPlace(place);
    for (auto it = spans.begin(); it != spans.end();)
      it = findCluster(clusters, storage, it->first, it->second.end)
               ? spans.erase(it)
               : std::next(it);
  }
  for (at = size_t(in[0]); at < in.size(); at += 6) {
    int64_t base = clusters[in[at + 1]].begin;
    words[in[at]].spans[in[at + 2] + base] = {
        in[at + 3] + base, in[at + 4] + origin, in[at + 5] + origin};
  }
}
