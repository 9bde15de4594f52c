// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What earlier instructions left behind: times, by object. All that later
// instructions depend on is in here, so that two equal states have equal
// futures.
#ifndef PR_LIB_ARCH_DEPENDENCYGRAPHSTATE_H
#define PR_LIB_ARCH_DEPENDENCYGRAPHSTATE_H

#include "pr/Arch/Machine.h"

#include <map>
#include <queue>

namespace pr::arch::graph {

/// So many places, taken in any order, each until a time known when it is
/// taken. Unbounded with limit 0.
class Slots {
public:
  explicit Slots(int64_t limit = 0) : limit(limit) {}
  /// When the next place is free: 0 if one never was taken.
  int64_t earliest() const {
    return limit == 0 || int64_t(times.size()) < limit ? 0 : times.front();
  }
  void take(int64_t until);
  /// A place that was taken until `before` is taken longer.
  void prolong(int64_t before, int64_t until);
  void shift(int64_t by);
  const std::vector<int64_t> &busyUntil() const { return times; }
  void replace(std::vector<int64_t> busyUntil);

private:
  int64_t limit;
  std::vector<int64_t> times; ///< a heap, the earliest first
};

/// By word of a storage: when the last write and the last read end.
class WordTimes {
public:
  struct Span {
    int64_t end = 0;
    int64_t write = 0, read = 0;
  };
  using Spans = std::map<int64_t, Span>; ///< by first word; disjoint

  /// When the range may be read, or written.
  int64_t available(const Range &range) const;
  void end(const Range &range, int64_t time);
  /// Forgets what no instruction after `horizon` can depend on; prune() only
  /// now and then.
  void forget(int64_t horizon);
  void prune(int64_t horizon);
  /// No span shall reach over this.
  void splitAt(int64_t word);
  Spans spans;

private:
  int64_t availableIn(int64_t begin, int64_t end, bool write) const;
  void endIn(int64_t begin, int64_t end, bool write, int64_t time);
  size_t pruneAt = 256;
};

struct StageState {
  Slots slots;
  int64_t lastEnter = 0, lastDeparture = 0;
};

struct UnitState {
  int64_t freeAt = 0;
  int64_t lastRequest = 0; ///< where its accesses are bounded
  Slots underWay, accesses;
};

/// Earlier than everything that counts.
inline constexpr int64_t kLongAgo = -(int64_t(1) << 61);

struct MemoryState {
  int64_t lastRequest = 0;
  int64_t lastArrival = 0; ///< wish for a request; of a first-come memory
  Slots underWay, fromCaches;
  struct Port {
    int64_t freeAt = 0;
    bool used = false, wrote = false; ///< in its last access
  };
  std::vector<Port> ports;
  /// Of a DRAM, by number: the open row, when it was asked for, when the last
  /// write ended.
  struct Bank {
    int64_t row = -1, asked = kLongAgo, written = kLongAgo;
  };
  std::map<int64_t, Bank> banks;
  /// Of a cache, by set: lines by way, when each is there, and the ways, next
  /// victim first; when the set may be looked up.
  struct Set {
    std::vector<int64_t> lines, there;
    std::vector<char> changed;
    std::vector<uint32_t> order;
    int64_t freeAt = 0;
  };
  std::map<int64_t, Set> sets;
  Slots misses; ///< lines on their way
  uint64_t random = 1;
};

struct StreamTimes {
  Slots slots;            ///< of the fetch stage
  int64_t position = 0;   ///< everything so far has left, waits are over
  int64_t completion = 0; ///< of everything so far
  /// With an instruction memory: instructions it brings at once, how many have
  /// been taken, the end of the last access, the request of the next.
  int64_t accessWidth = 0;
  int64_t taken = 0, accessEnd = 0, nextAccess = 0;
};

struct FetchTimes {
  int64_t cycle = -1, left = 0; ///< how many left in the latest cycle
};

/// Words in which addresses move together.
struct Cluster {
  uint32_t storage = 0;
  int64_t begin = 0, end = 0;
  int64_t delta = 0; ///< per block of iterations
};

/// A state in a form that is equal for equal futures.
struct Snapshot {
  int64_t origin = 0; ///< the time that all others are relative to
  std::vector<int64_t> content;
  uint64_t hash = 0;
  bool operator==(const Snapshot &other) const {
    return hash == other.hash && content == other.content;
  }
};

class State {
public:
  State(const Machine &machine, const Program &program);

  /// No later instruction leaves its fetch stage before this.
  int64_t horizon = 0;
  int64_t makespan = 0;
  std::vector<StageState> stages;
  std::vector<UnitState> units;
  std::vector<MemoryState> memories;
  std::vector<WordTimes> words; ///< by storage place
  /// Of words whose users check them in a stage that keeps their order: by
  /// storage place and stage place. They do not wait for each other.
  std::map<std::pair<uint32_t, uint32_t>, WordTimes> ownWords;
  std::vector<StreamTimes> streams;
  std::vector<FetchTimes> fetches; ///< by stage

  /// By storage: whether the time of an access depends on more than other
  /// times: open rows, cache lines, which way a port moved words last, how an
  /// address is cut into bursts. Loops that touch such a memory are not
  /// continued.
  std::vector<bool> isHidden;

  /// Of all objects and of the words in clusters; `blocks`: how far those have
  /// moved.
  Snapshot snapshot(const std::vector<Cluster> &clusters, int64_t blocks);
  /// Moves all times, and the words in clusters.
  void advance(int64_t time, const std::vector<Cluster> &clusters,
               int64_t blocks);
  /// Becomes the state that `snapshot` was taken of, at another time and with
  /// the clusters in another place.
  void restore(const Snapshot &snapshot, int64_t origin,
               const std::vector<Cluster> &clusters);

private:
  void findHidden();
  void splitAtClusters(const std::vector<Cluster> &clusters);
  void snapshotWords(const std::vector<Cluster> &clusters, int64_t blocks,
                     std::vector<int64_t> &out) const;
  template <typename Visitor>
  void visitTimes(Visitor &&visitor);
  const Machine &machine;
};

/// The cluster of a storage that contains these words; nullptr where none does.
const Cluster *findCluster(const std::vector<Cluster> &clusters,
                           uint32_t storage, int64_t begin, int64_t end);

} // namespace pr::arch::graph

#endif // PR_LIB_ARCH_DEPENDENCYGRAPHSTATE_H
