// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The simulator's state and its parts: streams (EventSimulatorStreams.cpp),
// stages and units (EventSimulatorStages.cpp), memories
// (EventSimulatorMemories.cpp), and the loop over time (EventSimulator.cpp).
#ifndef PR_LIB_ARCH_EVENTSIMULATORIMPL_H
#define PR_LIB_ARCH_EVENTSIMULATORIMPL_H

#include "EventSimulatorQueue.h"
#include "pr/Arch/EventSimulator.h"

#include <deque>
#include <queue>
#include <set>

namespace pr::arch::simulator {

inline constexpr int64_t kForever = int64_t(1) << 62;

/// A range of an instruction under way, as later instructions see it.
struct ActiveRange {
  Flight *owner = nullptr;
  Range range;
  bool ended = false;
  /// Instructions that wait for its end, and at which hop they check.
  std::vector<std::pair<Flight *, uint32_t>> dependents;
};

/// An instruction on its way.
struct Flight {
  Instruction instruction;
  uint64_t number = 0; ///< in issue order
  uint32_t stream = 0;
  uint32_t hop = 0;
  /// Events still to come that name it, and its own presence on the path.
  uint32_t references = 0;

  int64_t ready = 0; ///< entered + latency of the stage
  int64_t entered = 0, started = 0, dataThere = 0, done = 0, release = 0;
  bool isDone = false; ///< here, and only the next stage holds it up
  uint32_t unit = kNone;
  Latency latency;
  /// The other of two carried out as one, while both are at the unit.
  Flight *partner = nullptr;
  int64_t blocker = -1;

  std::vector<uint32_t> pending;  ///< by hop: ranges that must end first
  std::deque<ActiveRange> active; ///< the first `numActive`; used again
  size_t numActive = 0;

  // The memory transaction under way.
  uint32_t rangeAt = 0;
  int64_t runAt = 0;
  int64_t offset = 0; ///< words of the run that have been requested
  int64_t nextRequest = 0, lastRequest = 0, readsEnd = 0, writesEnd = 0;
  bool writing = false;
};

struct StagePlace {
  uint32_t stage = 0;
  int64_t occupied = 0;
  std::deque<Flight *> expected; ///< will enter, in issue order
  std::deque<Flight *> line;     ///< entered; neither started nor passed on
  bool queued = false;           ///< to be looked at
};

struct UnitPlace {
  int64_t freeAt = 0; ///< kForever: not known yet
  int64_t underWay = 0;
  int64_t accesses = 0;          ///< requested and not ended
  std::vector<Flight *> waiting; ///< for fewer of them
};

struct CacheLine {
  int64_t tag = -1;
  uint64_t age = 0;
  bool changed = false;
  int64_t there = 0; ///< when it came; where misses do not hold up others
};

/// A bank of a DRAM.
struct Bank {
  int64_t row = -1;
  int64_t opened = -kForever;  ///< when its row was asked for
  int64_t written = -kForever; ///< end of the last write
};

struct Port {
  int64_t freeAt = 0;
  bool wrote = false; ///< in its last access
  bool used = false;
};

struct MemoryPlace {
  uint32_t storage = 0;
  std::deque<Flight *> expected; ///< will request, in issue order
  std::vector<Flight *> waiting; ///< want to request now
  int64_t underWay = 0;
  std::vector<Port> ports;
  std::vector<int64_t> ends;   ///< of accesses from a cache, for the limit
  std::vector<int64_t> misses; ///< of a cache: ends of the reads behind it
  std::vector<Bank> banks;
  std::vector<CacheLine> lines;
  std::vector<int64_t> setFree; ///< by set: when it may be looked up again
  uint64_t clock = 0, random = 1;
};

struct StreamItem {
  enum Kind : uint8_t { Instr, Signal, Wait } kind = Instr;
  Flight *flight = nullptr;
  int64_t done = 0;
  Synchronization synchronization;
};

struct StreamState {
  std::unique_ptr<Cursor> cursor;
  uint32_t fetch = 0;
  int64_t priority = 0;
  bool ended = false;
  bool atInstruction = false; ///< the cursor: it waits for a slot
  int64_t held = 0;           ///< slots of the fetch stage
  std::deque<StreamItem> items;
  int64_t taken = 0;      ///< instructions so far
  int64_t accessEnd = 0;  ///< of the instruction memory, last access
  int64_t nextAccess = 0; ///< when the next one may be requested
  /// Left, not completed; kept only where the mapping synchronizes.
  std::set<uint64_t> incomplete;
  struct PendingSignal {
    uint32_t semaphore;
    uint64_t last; ///< number of the last instruction before it
  };
  std::deque<PendingSignal> signals;
};

struct FetchState {
  int64_t cycle = -1; ///< of the latest leaving
  int64_t left = 0;   ///< in that cycle
};

class Simulator {
public:
  Simulator(const Machine &machine, const Program &program,
            const std::vector<int64_t> &inputs,
            const EvaluationOptions &options);
  Expected<Timing> run();

private:
  // The loop over time.
  void schedule(int64_t time, EventKind kind, uint32_t place, Flight *flight,
                uint32_t extra = 0);
  void apply(const TimedEvent &event);
  void settle();
  bool fail(Error error);
  Error blockedStream() const;

  // Streams.
  Expected<void> openStreams(const std::vector<int64_t> &inputs);
  void fill(uint32_t index);
  bool takeInstruction(StreamState &stream, uint32_t index);
  bool advanceStreams();
  bool advanceStream(uint32_t index);
  void issue(StreamState &stream);
  void completeInStream(Flight &flight);

  // Stages and units.
  uint32_t placeOf(const Flight &flight, uint32_t hop) const;
  const Hop &hopOf(const Flight &flight) const;
  bool hasRoom(const StagePlace &place) const;
  void look(uint32_t place);
  void visit(uint32_t place);
  bool accept(uint32_t place);
  bool canLeave(const Flight &flight) const;
  void leaveStage(Flight &flight);
  bool startHead(uint32_t place);
  uint32_t freeUnit(const Flight &flight) const;
  bool start(Flight &flight, const Hop::Choice &choice);
  Flight *fusible(const StagePlace &place, const Flight &head, uint32_t unit,
                  uint32_t &process) const;
  void setDone(Flight &flight);
  void setRelease(Flight &flight, int64_t time);
  void releaseSlot(Flight &flight, int64_t time);
  void leaveUnit(Flight &flight);
  void complete(Flight &flight);
  void addDependencies(Flight &flight);
  bool isOrdered(const Flight &flight, uint32_t check,
                 const ActiveRange &other) const;
  void endRanges(Flight &flight, bool writes, uint32_t hop);
  void release(Flight &flight);
  void record(const Flight &flight, int64_t left);

  // Memories.
  bool beginTransaction(Flight &flight);
  bool toNextRange(Flight &flight);
  void nextPhase(Flight &flight);
  bool grantRequests();
  bool mayRequest(MemoryPlace &memory, Flight &flight);
  void makeRequest(MemoryPlace &memory, Flight &flight);
  UnitPlace &unitOf(const Flight &flight);
  void tryAgain(std::vector<Flight *> &waiting);
  int64_t access(uint32_t place, int64_t request, int64_t address, int64_t size,
                 bool write);
  int64_t openRows(MemoryPlace &memory, int64_t time, int64_t address,
                   int64_t size);
  int64_t cacheMisses(MemoryPlace &memory, int64_t time, int64_t address,
                      int64_t size, bool write);
  int64_t lookUp(MemoryPlace &memory, int64_t time, int64_t address,
                 int64_t size, bool write);
  CacheLine &chooseWay(MemoryPlace &memory, int64_t line, bool &hit);
  template <typename Fetch>
  CacheLine &useLine(MemoryPlace &memory, int64_t line, bool write,
                     Fetch &&fetch);
  bool warm(const Cursor &cursor);
  void touch(uint32_t place, int64_t address, int64_t size, bool write);
  int64_t countAccess(uint32_t storage, int64_t size);
  int64_t accessBehind(uint32_t place, int64_t request, int64_t address,
                       int64_t size, bool write);

  const Machine &machine;
  const Program &program;
  EvaluationOptions options;
  StepBudget budget;
  Timing result;
  bool hasFailed = false;
  Error failure;

  int64_t now = 0;
  uint64_t issued = 0;
  EventQueue events;
  std::vector<StreamState> streams;
  std::vector<uint32_t> streamOrder; ///< by priority
  std::vector<FetchState> fetches;   ///< by stage
  std::vector<StagePlace> stages;
  std::vector<uint32_t> depth; ///< by stage: stages behind are deeper
  std::vector<UnitPlace> units;
  std::vector<MemoryPlace> memories;
  std::vector<std::vector<ActiveRange *>> active; ///< by storage place
  std::vector<int64_t> semaphores;
  std::priority_queue<std::pair<uint32_t, uint32_t>> toVisit; ///< deepest first
  std::vector<Flight *> requests;
  std::deque<Flight> pool;
  std::vector<Flight *> unused;
};

} // namespace pr::arch::simulator

#endif // PR_LIB_ARCH_EVENTSIMULATORIMPL_H
