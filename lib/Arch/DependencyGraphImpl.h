// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The pass in issue order (DependencyGraph.cpp), the nodes of one instruction
// (DependencyGraphNodes.cpp), its memory accesses (DependencyGraphAccesses.cpp)
// and the loops that are not evaluated to their end (DependencyGraphLoops.cpp).
#ifndef PR_LIB_ARCH_DEPENDENCYGRAPHIMPL_H
#define PR_LIB_ARCH_DEPENDENCYGRAPHIMPL_H

#include "DependencyGraphState.h"
#include "LoopAnalysis.h"
#include "pr/Arch/DependencyGraph.h"
#include "pr/Support/Bursts.h"

#include <unordered_map>

namespace pr::arch::graph {

/// The nodes of one instruction's memory accesses.
struct Transfers {
  bool any = false;
  int64_t data = 0; ///< all reads have ended
  int64_t done = 0; ///< all writes too
  int64_t lastRequest = -1;
};

/// Counts that grow with every instruction.
struct Counts {
  int64_t instructions = 0;
  std::vector<UnitUse> units;
  std::vector<MemoryUse> memories;
  void addDifference(const Counts &from, const Counts &to, int64_t times);
};

/// A loop that is being run.
struct LoopRun {
  uint32_t loop = 0;
  LoopPattern pattern;
  std::vector<Cluster> clusters; ///< of the pattern
  bool clustersMove = false;     ///< each as a whole: it can be continued
  int64_t iteration = 0;         ///< how many are done
  int64_t nextAnalysis = 0;      ///< iteration at which to look for a pattern
  int64_t unsought = 0; ///< evaluated without searching for a repetition
  bool continued = false;
  /// States after iterations of the pattern, by hash.
  struct Seen {
    int64_t iteration;
    Snapshot snapshot;
    Counts counts;
    std::vector<int64_t> carried;
  };
  std::unordered_multimap<uint64_t, Seen> seen;

  // For the memory of whole loops.
  bool remembers = false;
  std::vector<int64_t> key;
  std::vector<Cluster> allClusters; ///< all words that the loop may touch
  int64_t origin = 0;
  Counts before;
};

class Graph {
public:
  Graph(const Machine &machine, const Program &program,
        const GraphOptions &options);
  Expected<GraphTiming> run(const std::vector<int64_t> &inputs);

private:
  /// What a stream does next, and the earliest time for it.
  struct Head {
    enum Kind : uint8_t { Instr, Signal, Wait, End } kind = End;
    Instruction instruction;
    Synchronization synchronization;
    int64_t taken = 0, done = 0;
  };
  struct Stream {
    std::unique_ptr<Cursor> cursor;
    uint32_t fetch = 0;
    int64_t priority = 0;
    Head head;
  };

  // The pass.
  Expected<void> open(const std::vector<int64_t> &inputs);
  Expected<void> readHead(uint32_t stream);
  Expected<void> takeHead(uint32_t stream);
  int64_t earliest(uint32_t stream) const;
  Expected<void> act(uint32_t stream, int64_t time);
  Error blocked() const;

  // Nodes.
  Expected<void> addInstruction(uint32_t stream, int64_t issueTime);
  Expected<int64_t> addProcessingNode(Instruction &instruction, uint32_t hop,
                                      int64_t enter, bool isLast);
  /// What an instruction starts with.
  struct Begin {
    uint32_t unit = 0;
    int64_t start = 0;
    Latency latency;
    bool joins = false; ///< the one before it, which until then would
    int64_t releasedBefore = 0, leftBefore = 0; ///< release and leave so
  };
  Expected<Begin> beginAt(const Instruction &instruction, uint32_t hop,
                          int64_t ready, int64_t data);
  Expected<bool> joins(const Instruction &instruction, uint32_t hop,
                       int64_t earliest, Begin &begin);
  Error locate(const Instruction &instruction, const Error &error) const;
  uint32_t orderKeeper(const Instruction &instruction,
                       const Range &range) const;
  int64_t wordsThere(const Instruction &instruction, const Range &range,
                     uint32_t hop) const;
  void endRanges();
  int64_t nextHasRoom(const Instruction &instruction, uint32_t hop) const;
  int64_t dataThere(const Instruction &instruction, uint32_t hop) const;
  int64_t findBlocker(const Instruction &instruction, uint32_t hop,
                      int64_t time) const;
  void keepEnds();
  StageState &stageOf(const Instruction &instruction, uint32_t hop);

  // Accesses.
  Transfers addAccesses(const Instruction &instruction, uint32_t hop,
                        uint32_t unit, int64_t start, int64_t cycles);
  int64_t addRun(const Range &range, const Unit &unit, UnitState &ofUnit,
                 int64_t address, int64_t &wish);
  int64_t request(const Range &range, const Unit &unit, UnitState &ofUnit,
                  Piece piece, int64_t &wish);
  int64_t transfer(uint32_t place, int64_t requested, int64_t address,
                   int64_t size, bool write);
  MemoryState::Port &nextPort(MemoryState &memory) const;
  int64_t countAccess(uint32_t place, int64_t size);
  int64_t openRows(MemoryState &memory, const Storage &dram, int64_t requested,
                   int64_t address, int64_t size);
  int64_t lookUp(uint32_t cachePlace, int64_t arrival, int64_t address,
                 int64_t size, bool write);
  template <typename Fetch>
  uint32_t useLine(MemoryState &memory, const Storage &cache, int64_t line,
                   bool write, Fetch &&fetch);
  int64_t fetchLines(uint32_t cachePlace, int64_t lookedUp, int64_t address,
                     int64_t size, bool write);
  int64_t transferBehind(uint32_t place, int64_t wish, int64_t address,
                         int64_t size, bool write);
  void keep(uint32_t cachePlace, int64_t address, int64_t size, bool write);
  uint32_t chooseVictim(const Storage &cache, MemoryState &memory,
                        MemoryState::Set &set);

  // Loops.
  Expected<void> beginLoop(Cursor &cursor);
  Expected<void> endIteration(Cursor &cursor);
  void endLoop();
  void lookForPattern(const Cursor &cursor, int64_t first);
  Expected<void> continueLoop(Cursor &cursor);
  bool cluster(std::vector<AccessSite> sites,
               std::vector<Cluster> &clusters) const;
  bool touchesHiddenState(const std::vector<AccessSite> &sites) const;
  struct Memory;
  bool makeKey(const Cursor &cursor, LoopRun &run);
  Expected<void> recall(Cursor &cursor, const Memory &memory);
  void remember();
  Counts countNow() const {
    return {result.instructions, result.units, result.memories};
  }
  void addCounts(const Counts &from, const Counts &to, int64_t times);

  const Machine &machine;
  const Program &program;
  GraphOptions options;
  StepBudget budget;
  GraphTiming result;
  State state;
  LoopAnalysis analysis;
  std::vector<Stream> streams;
  std::vector<uint32_t> order; ///< streams by priority
  /// By semaphore: when each of the signals not yet waited for happened.
  std::vector<std::vector<int64_t>> tokens;
  uint64_t number = 0;
  bool approximate = false, fallback = false;
  bool mayContinue = false; ///< one stream
  std::vector<LoopRun> loops;

  struct Ended {
    Range range;
    int64_t time;
    uint32_t checkedAt; ///< stage place, if that keeps the order; or kNone
  };
  std::vector<Ended> ends; ///< of the instruction's ranges
  /// For traces: ends that may still be waited for, and whose they are.
  std::vector<std::pair<Ended, uint64_t>> lastEnds;
  std::vector<uint32_t> held; ///< stages with a slot until completion
  /// By stage place: what started last, if the next may be carried out with it.
  struct Started {
    Instruction instruction;
    uint32_t unit = 0;
    int64_t start = 0, release = 0, leave = 0;
  };
  std::map<uint32_t, Started> startedLast;

  struct Memory {
    Snapshot exit;
    int64_t duration;
    Counts counts; ///< the loop's own
  };
  struct KeyHash {
    size_t operator()(const std::vector<int64_t> &key) const;
  };
  std::unordered_map<std::vector<int64_t>, Memory, KeyHash> remembered;
};

} // namespace pr::arch::graph

#endif // PR_LIB_ARCH_DEPENDENCYGRAPHIMPL_H
