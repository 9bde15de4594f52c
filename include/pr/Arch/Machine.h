// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// An object diagram made ready for running instructions: checked numbers, the
// path of every operation, members of arrays numbered through. Says where an
// instruction goes and what it touches, never when.
#ifndef PR_ARCH_MACHINE_H
#define PR_ARCH_MACHINE_H

#include "pr/Arch/Cursor.h"
#include "pr/Arch/ObjectDiagram.h"
#include "pr/Support/Expected.h"

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace pr::arch {

/// A stage on the path of an operation.
struct Hop {
  uint32_t stage = 0;
  /// Units that process the operation here, and the index of the process in
  /// each; empty where the instruction only passes.
  struct Choice {
    uint32_t unit = 0, process = 0;
  };
  std::vector<Choice> choices;
};

/// The path of an operation behind the fetch stage.
struct Route {
  std::vector<Hop> hops;
  /// By storage: the hops where a range is checked and where it ends; kNone
  /// where no unit on the path is connected.
  struct Connection {
    uint32_t check = kNone, end = kNone;
    bool transfers = false; ///< by a memory access unit, from a memory
  };
  std::vector<Connection> reads, writes;
  std::vector<int64_t> extents; ///< of the stage arrays on the path
  bool mayFuse = false;
};

/// Words of one storage: never empty.
struct Range {
  uint32_t storage = 0;
  uint32_t place = 0; ///< the member of an array, numbered through
  bool write = false;
  int64_t address = 0, size = 0, repeat = 1, stride = 0;

  int64_t begin() const { return address; }
  int64_t end() const { return address + (repeat - 1) * stride + size; }
};

/// Whether they have a word in common.
bool overlap(const Range &a, const Range &b);

struct Instruction {
  uint32_t operation = 0;
  LocationId location = 0;
  const Route *route = nullptr;
  uint32_t member = 0; ///< of the stage arrays on the path
  std::vector<int64_t> immediates;
  std::vector<Range> ranges; ///< reads first

  const Route::Connection &connection(const Range &range) const {
    return (range.write ? route->writes : route->reads)[range.storage];
  }
};

/// Latency and interval of a process.
struct Latency {
  int64_t cycles = 0;
  int64_t interval = -1; ///< -1: none given
  int64_t second = -1;   ///< of the second of two as one; -1: as the first
};

class Machine {
public:
  /// Errors: a number out of its range, a fetch stage that is an array, a cycle
  /// of stages, arrays of different extents on one path.
  static Expected<Machine> create(const ObjectDiagram &diagram);

  const ObjectDiagram &diagram() const { return *objects; }
  const Stage &stage(uint32_t index) const { return objects->stages[index]; }
  const Unit &unit(uint32_t index) const { return objects->units[index]; }
  const Storage &storage(uint32_t index) const {
    return objects->storages[index];
  }

  /// Members of all stage arrays, numbered through; likewise units, storages.
  uint32_t numStagePlaces() const { return stagePlaces; }
  uint32_t numUnitPlaces() const { return unitPlaces; }
  uint32_t numStoragePlaces() const { return storagePlaces; }
  uint32_t stagePlace(uint32_t stage, uint32_t member) const {
    return stageBase[stage] + (isArray[stage] ? member : 0);
  }
  uint32_t unitPlace(uint32_t unit, uint32_t member) const {
    return unitBase[unit] + (isArray[objects->units[unit].stage] ? member : 0);
  }
  uint32_t storagePlace(uint32_t storage) const { return storageBase[storage]; }
  uint32_t storageOfPlace(uint32_t place) const { return placeStorage[place]; }

  /// The stage that a program's stream leaves; stream 0 of a program without
  /// streams leaves the only fetch stage.
  Expected<uint32_t> fetchStage(const Program &program, uint32_t stream) const;

  /// Fills in the instruction that the cursor shows. Errors name the place in
  /// the mapping.
  Expected<void> decode(const Program &program, const Cursor &cursor,
                        uint32_t fetchStage, Instruction &instruction) const;

  /// The words that the cursor's warming names. Errors as of decode(), and a
  /// storage that is no cache.
  Expected<std::vector<Range>> warmed(const Program &program,
                                      const Cursor &cursor) const;

  /// Never fails for what decode() accepted, but for the latency's own
  /// arithmetic. `second`: the instruction fused behind.
  Expected<Latency> latency(Hop::Choice choice, const Instruction &first,
                            const Instruction *second = nullptr) const;
  /// The process of the unit for both as one; kNone where there is none.
  uint32_t fusedProcess(uint32_t unit, uint32_t first, uint32_t second) const;

  /// "conv at gemmini.mlir:12:5".
  std::string describe(const Program &program,
                       const Instruction &instruction) const;

private:
  Machine() = default;
  Expected<void> checkNumbers() const;
  void numberPlaces();
  Expected<void> findRoutes();
  Expected<void> findRoute(uint32_t fetch, uint32_t operation);
  void connect(Route &route) const;
  Expected<uint32_t> member(const std::vector<int64_t> &extents,
                            const std::vector<ValueId> &at,
                            const Cursor &cursor, const char *what) const;
  Expected<Range> readRange(const Cursor &cursor, const Access &access,
                            bool write) const;
  Expected<void> decodeRange(const Cursor &cursor, const Access &access,
                             bool write, Instruction &instruction) const;

  const ObjectDiagram *objects = nullptr;
  std::vector<uint32_t> stageBase, unitBase, storageBase, placeStorage;
  std::vector<char> isArray;
  uint32_t stagePlaces = 0, unitPlaces = 0, storagePlaces = 0;
  /// By fetch stage (as a stage) and operation; without hops: no path.
  std::vector<std::vector<Route>> routes;
  struct Memo;
  std::shared_ptr<Memo> memo;
};

} // namespace pr::arch

#endif // PR_ARCH_MACHINE_H
