// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The objects of an accelerator as plain structs, for one choice of parameters:
// what an evaluator builds its state from. docs/design/AcadlSemantics.md says
// what each number means.
#ifndef PR_ARCH_OBJECTDIAGRAM_H
#define PR_ARCH_OBJECTDIAGRAM_H

#include "pr/Arch/Program.h"

namespace pr::arch {

enum class StageKind : uint8_t { Fetch, Pipeline, Execute };

struct Stage {
  std::string name;
  StageKind kind = StageKind::Pipeline;
  /// Extents of an array of equal stages; empty: one stage.
  std::vector<int64_t> instances;
  int64_t latency = 0;
  int64_t capacity = 1;
  bool holdUntilCompletion = false;
  /// Instructions checked here do not wait for each other's data.
  bool selfOrdered = false;
  int64_t issueWidth = 1;         ///< of a fetch stage
  std::vector<uint32_t> forwards; ///< stages, in order of preference
  std::vector<uint32_t> units;    ///< of an execute stage
  /// Of a fetch stage with an instruction memory access unit: the memory and
  /// how many instructions an access brings. kNone: always there.
  uint32_t instructionMemory = kNone;
  int64_t instructionsPerAccess = 0;
};

/// An operation of a unit, or two carried out as one.
struct Process {
  uint32_t operation = 0;
  uint32_t second = kNone; ///< fused behind it
  /// Immediates in; the latency and, where they are stated, the interval and
  /// the latency of the second instruction out.
  Program latency;
};

struct Unit {
  std::string name;
  uint32_t stage = 0;
  bool accessesMemory = false;
  std::vector<uint32_t> reads, writes; ///< storages
  int64_t inFlight = 0;                ///< 0: no bound
  std::vector<int64_t> bursts; ///< ascending; empty: a run is one access
  int64_t outstanding = 0;     ///< accesses; 0: no bound
  bool postedWrites = false;
  std::vector<Process> processes;
};

enum class StorageKind : uint8_t { RegisterFile, SRAM, DRAM, Cache };
enum class Replacement : uint8_t { LRU, FIFO, Random };

struct Storage {
  std::string name;
  StorageKind kind = StorageKind::RegisterFile;
  std::vector<int64_t> instances;
  int64_t size = 0;
  int64_t readLatency = 0, writeLatency = 0;
  int64_t ports = 1, portWidth = 1;
  int64_t overhead = 0, response = 0;
  int64_t inFlight = 0;                    ///< 0: no bound
  int64_t banks = 0, row = 0, rowMiss = 0; ///< of a DRAM
  int64_t rowCycle = 0, writeRecovery = 0, turnaround = 0;
  int64_t sets = 0, ways = 0, line = 0; ///< of a cache
  int64_t misses = 0;                   ///< 0: it stands still for a miss
  int64_t missOverhead = 0, victimOverhead = 0, setGap = 0;
  Replacement replacement = Replacement::LRU;
  uint32_t backing = kNone; ///< the memory behind a cache
  /// Serves requests in order of time, not of issue.
  bool firstCome = false;
};

struct Semaphore {
  std::string name;
  int64_t initial = 0;
};

struct ObjectDiagram {
  std::string name;
  std::vector<Stage> stages;
  std::vector<Unit> units;
  std::vector<Storage> storages;
  std::vector<Semaphore> semaphores;
  std::vector<std::string> operations; ///< by name
};

} // namespace pr::arch

#endif // PR_ARCH_OBJECTDIAGRAM_H
