// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Loops that are not evaluated to their end.
//
// Within a loop: LoopAnalysis proves that a stretch of iterations issues the
// same instructions at addresses that move evenly. If then the state after an
// iteration equals the state after an earlier one, all times later by d and the
// addresses moved along, every further stretch of that length takes d too.
//
// Between runs of a loop: the same proof for the loops around it says that two
// runs issue the same instructions. If they begin in equal states they end in
// equal states.
#include "DependencyGraphImpl.h"

#include <algorithm>

using namespace pr;
using namespace pr::arch;
using namespace pr::arch::graph;

/// A loop of more iterations, all evaluated and no repetition looked for, is a
/// fallback: where it cannot be shown, or was looked for too long.
static constexpr int64_t kLongLoop = 32;
/// A transient or a period longer than this is not waited for.
static constexpr size_t kMaxSeen = 2048;
static constexpr size_t kMaxRemembered = 8192;

size_t Graph::KeyHash::operator()(const std::vector<int64_t> &key) const {
  uint64_t hash = key.size();
  for (int64_t part : key) {
    hash = (hash ^ uint64_t(part)) * 0x9e3779b97f4a7c15u;
    hash ^= hash >> 31;
  }
  return hash;
}

void Counts::addDifference(const Counts &from, const Counts &to,
                           int64_t times) {
  instructions += (to.instructions - from.instructions) * times;
  units.resize(to.units.size());
  for (size_t u = 0; u < units.size(); ++u) {
    auto add = [&](int64_t UnitUse::*count) {
      int64_t before = u < from.units.size() ? from.units[u].*count : 0;
      units[u].*count += (to.units[u].*count - before) * times;
    };
    add(&UnitUse::instructions);
    add(&UnitUse::busy);
    add(&UnitUse::waitedForData);
    add(&UnitUse::waitedForUnit);
    add(&UnitUse::blocked);
  }
  memories.resize(to.memories.size());
  for (size_t m = 0; m < memories.size(); ++m) {
    auto add = [&](int64_t MemoryUse::*count) {
      int64_t before = m < from.memories.size() ? from.memories[m].*count : 0;
      memories[m].*count += (to.memories[m].*count - before) * times;
    };
    add(&MemoryUse::accesses);
    add(&MemoryUse::words);
    add(&MemoryUse::busy);
  }
}

/// Adds what was left out.
void Graph::addCounts(const Counts &from, const Counts &to, int64_t times) {
  Counts now = countNow();
  now.addDifference(from, to, times);
  int64_t added = now.instructions - result.instructions;
  result.instructions = now.instructions;
  result.units = now.units;
  result.memories = now.memories;
  state.streams.front().taken += added;
  number += uint64_t(added);
}

//===----------------------------------------------------------------------===//
// Events
//===----------------------------------------------------------------------===//

Expected<void> Graph::beginLoop(Cursor &cursor) {
  if (!mayContinue)
    return {};
  LoopRun &run = loops.emplace_back();
  run.loop = uint32_t(&cursor.loop() - program.loops.data());
  if (cursor.tripCount() == 0)
    return {};
  run.remembers = makeKey(cursor, run);
  if (run.remembers) {
    auto found = remembered.find(run.key);
    if (found != remembered.end())
      return recall(cursor, found->second);
    run.origin = state.horizon;
    run.before = countNow();
  }
  lookForPattern(cursor, 0);
  return continueLoop(cursor);
}

Expected<void> Graph::endIteration(Cursor &cursor) {
  ++result.kernelEvaluations;
  if (!mayContinue)
    return {};
  LoopRun &run = loops.back();
  ++run.iteration;
  if (run.iteration == cursor.tripCount())
    return {};
  if (run.iteration >= run.nextAnalysis)
    lookForPattern(cursor, run.iteration);
  return continueLoop(cursor);
}

void Graph::endLoop() {
  if (!mayContinue)
    return;
  LoopRun &run = loops.back();
  if (run.unsought > kLongLoop && !run.continued)
    fallback = true;
  if (run.remembers && remembered.size() < kMaxRemembered)
    remember();
  loops.pop_back();
}

//===----------------------------------------------------------------------===//
// Within a loop
//===----------------------------------------------------------------------===//

void Graph::lookForPattern(const Cursor &cursor, int64_t first) {
  LoopRun &run = loops.back();
  run.seen.clear();
  run.pattern = {};
  if (cursor.tripCount() - first >= 2)
    run.pattern = analysis.findPattern(cursor, first);
  run.nextAnalysis = run.pattern.repeats ? run.pattern.last
                     : first == 0        ? 1
                                         : 2 * first;
  if (!run.pattern.repeats)
    return;
  run.clusters.clear();
  run.clustersMove = cluster(run.pattern.sites, run.clusters) &&
                     !touchesHiddenState(run.pattern.sites);
}

/// Joins sites that share words. False where addresses that move differently
/// may meet.
bool Graph::cluster(std::vector<AccessSite> sites,
                    std::vector<Cluster> &clusters) const {
  std::sort(sites.begin(), sites.end(),
            [](const AccessSite &a, const AccessSite &b) {
              return std::tie(a.storage, a.begin, a.end) <
                     std::tie(b.storage, b.begin, b.end);
            });
  bool even = true;
  for (const AccessSite &site : sites) {
    if (site.begin >= site.end)
      continue;
    if (clusters.empty() || clusters.back().storage != site.storage ||
        clusters.back().end <= site.begin) {
      clusters.push_back({site.storage, site.begin, site.end, site.delta});
      continue;
    }
    clusters.back().end = std::max(clusters.back().end, site.end);
    even &= clusters.back().delta == site.delta;
  }
  return even;
}

bool Graph::touchesHiddenState(const std::vector<AccessSite> &sites) const {
  return std::any_of(sites.begin(), sites.end(), [&](const AccessSite &site) {
    return bool(state.isHidden[site.storage]);
  });
}

/// Compares the state with those after earlier iterations, and leaves out what
/// repeats.
Expected<void> Graph::continueLoop(Cursor &cursor) {
  LoopRun &run = loops.back();
  const LoopPattern &pattern = run.pattern;
  if (!pattern.repeats || !run.clustersMove || run.iteration < pattern.first ||
      run.iteration >= pattern.last || run.seen.size() >= kMaxSeen) {
    ++run.unsought;
    return {};
  }
  int64_t done = run.iteration - pattern.first;
  LoopRun::Seen now;
  now.iteration = run.iteration;
  now.snapshot = state.snapshot(run.clusters, done / pattern.block);
  for (const Carried &value : cursor.loop().carried)
    now.carried.push_back(cursor.value(value.argument));

  auto [begin, end] = run.seen.equal_range(now.snapshot.hash);
  auto same = std::find_if(begin, end, [&](const auto &entry) {
    const LoopRun::Seen &seen = entry.second;
    return (now.iteration - seen.iteration) % pattern.block == 0 &&
           seen.snapshot == now.snapshot && seen.carried == now.carried;
  });
  if (same == end) {
    now.counts = countNow();
    run.seen.emplace(now.snapshot.hash, std::move(now));
    return {};
  }
  const LoopRun::Seen &seen = same->second;
  int64_t period = now.iteration - seen.iteration;
  int64_t times = (pattern.last - run.iteration) / period;
  result.period = std::max(result.period, period);
  result.transient = std::max(result.transient, seen.iteration - pattern.first);
  run.continued = true;
  addCounts(seen.counts, countNow(), times);
  int64_t duration = state.horizon - seen.snapshot.origin;
  state.advance(times * duration, run.clusters, times * period / pattern.block);
  run.iteration += times * period;
  if (!cursor.skipIterations(times * period))
    return cursor.error();
  // What is left is shorter than the period.
  run.seen.clear();
  run.clustersMove = false;
  return {};
}

//===----------------------------------------------------------------------===//
// Between runs of a loop
//===----------------------------------------------------------------------===//

/// Writes down all that the run depends on. False where that is not possible.
bool Graph::makeKey(const Cursor &cursor, LoopRun &run) {
  std::vector<AccessSite> sites = analysis.findSites(cursor);
  if (touchesHiddenState(sites))
    return false;
  std::vector<int64_t> &key = run.key;
  key = {run.loop, cursor.tripCount()};
  for (const LoopRun &outer : loops) {
    const LoopPattern &pattern = outer.pattern;
    bool repeats = pattern.repeats && outer.iteration >= pattern.first &&
                   outer.iteration < pattern.last;
    if (repeats)
      key.insert(key.end(),
                 {outer.loop, pattern.first, pattern.last, pattern.block,
                  (outer.iteration - pattern.first) % pattern.block});
    else
      key.insert(key.end(), {outer.loop, -1, outer.iteration});
    for (const Carried &value : program.loops[outer.loop].carried)
      key.push_back(cursor.value(value.argument));
  }
  cluster(sites, run.allClusters);
  for (const AccessSite &site : sites) {
    if (site.clipped)
      return false;
    const Cluster *home =
        findCluster(run.allClusters, site.storage, site.begin, site.end);
    if (site.begin < site.end)
      key.insert(key.end(), {home - run.allClusters.data(),
                             site.begin - home->begin, site.end - home->begin});
  }
  Snapshot snapshot = state.snapshot(run.allClusters, 0);
  key.insert(key.end(), snapshot.content.begin(), snapshot.content.end());
  return true;
}

void Graph::remember() {
  LoopRun &run = loops.back();
  Memory memory;
  memory.exit = state.snapshot(run.allClusters, 0);
  memory.duration = state.horizon - run.origin;
  memory.counts.addDifference(run.before, countNow(), 1);
  remembered.emplace(std::move(run.key), std::move(memory));
}

Expected<void> Graph::recall(Cursor &cursor, const Memory &memory) {
  LoopRun &run = loops.back();
  run.remembers = false;
  state.restore(memory.exit, state.horizon + memory.duration, run.allClusters);
  addCounts({}, memory.counts, 1);
  run.iteration = cursor.tripCount();
  if (!cursor.skipIterations(cursor.tripCount()))
    return cursor.error();
  return {};
}
