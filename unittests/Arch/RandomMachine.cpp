// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "RandomMachine.h"

using namespace pr;
using namespace pr::arch;
using namespace pr::arch::test;

namespace {
constexpr int64_t kWords = 1 << 16;

class Generator {
public:
  Generator(uint64_t seed, bool streams) : random(seed) {
    pair.streams = streams;
    makeMachine();
    makeProgram();
  }
  RandomPair take() {
    pair.diagram = machine.diagram;
    return std::move(pair);
  }

private:
  /// A number in [low, high]; the same everywhere, unlike std's distributions.
  int64_t draw(int64_t low, int64_t high) {
    return low + int64_t(random() % uint64_t(high - low + 1));
  }
  bool chance(int percent) { return draw(0, 99) < percent; }
  template <typename T>
  T &pick(std::vector<T> &list) {
    return list[size_t(draw(0, int64_t(list.size()) - 1))];
  }

  void makeMachine();
  void makeExecuteStage(uint32_t from);
  void makeStorages();
  void makeSpecial(uint32_t storage);
  void makeFused();
  void makeAccesses(Unit &unit);
  void makeProcesses();
  void makeProgram();
  void makeStreams();
  void makeLoops(int depth);
  void makeBody(int depth);
  void makeIssue();
  void makeBranch();
  Access makeRange(uint32_t storage);
  ValueId makeMember(int64_t extent);
  ValueId makeAddress(int64_t room);

  std::mt19937_64 random;
  MachineSketch machine;
  ProgramSketch program{0};
  RandomPair pair;
  std::vector<uint32_t> fetches, executes, storages, operations;
  /// By operation: storages that it may read and write, immediates.
  std::vector<std::vector<uint32_t>> touches;
  std::vector<uint32_t> immediates;
  std::vector<ValueId> inductions, extents;
  std::vector<ValueId> slots;   ///< carried, 0 and 1 in turn
  std::vector<int64_t> members; ///< extent of all arrays of stages
  std::vector<bool> inArray;    ///< by operation: its stages are arrays
};

void Generator::makeStorages() {
  int64_t count = draw(1, 3);
  for (int64_t i = 0; i < count; ++i) {
    if (chance(40)) {
      storages.push_back(machine.registers(kWords));
    } else {
      storages.push_back(
          machine.sram(kWords, draw(0, 5), draw(0, 5), draw(1, 2), draw(1, 4)));
      if (chance(30))
        machine.diagram.storages.back().inFlight = draw(1, 4);
      if (chance(15)) {
        machine.diagram.storages.back().overhead = draw(0, 3);
        machine.diagram.storages.back().response = draw(0, 4);
      }
      if (chance(12))
        makeSpecial(storages.back());
    }
    Storage &storage = machine.diagram.storages[storages.back()];
    if (chance(15) && storage.kind != StorageKind::Cache)
      storage.instances = {draw(2, 3)};
  }
}

/// Makes a plain memory one with open rows, a cache, or one that serves first
/// who comes first.
void Generator::makeSpecial(uint32_t index) {
  int64_t what = draw(0, 9);
  Storage &storage = machine.diagram.storages[index];
  if (what < 5) {
    storage.kind = StorageKind::DRAM;
    storage.banks = draw(1, 4);
    storage.row = draw(4, 64);
    storage.rowMiss = draw(1, 12);
    if (chance(40)) {
      storage.rowCycle = draw(0, 30);
      storage.writeRecovery = draw(0, 12);
      storage.turnaround = draw(0, 5);
    }
  } else if (what < 8) {
    storage.kind = StorageKind::Cache;
    storage.sets = draw(1, 8);
    storage.ways = draw(1, 3);
    storage.line = draw(2, 16);
    storage.replacement = Replacement(draw(0, 2));
    if (chance(50)) {
      storage.misses = draw(1, 4);
      storage.missOverhead = draw(0, 4);
      storage.victimOverhead = draw(0, 4);
      storage.setGap = draw(0, 4);
    }
    storage.backing = uint32_t(machine.diagram.storages.size());
    int64_t ports = draw(1, 2), width = draw(1, 4);
    machine.sram(kWords, draw(0, 9), draw(0, 9), ports, width);
  } else {
    storage.firstCome = true;
  }
}

/// How a unit accesses memories.
void Generator::makeAccesses(Unit &unit) {
  if (chance(8))
    unit.bursts = {draw(1, 2), draw(3, 4), draw(6, 8)};
  if (chance(15))
    unit.outstanding = draw(1, 4);
  unit.postedWrites = chance(10);
}

/// A way from `from` to an execute stage, through queues.
void Generator::makeExecuteStage(uint32_t from) {
  std::vector<int64_t> array;
  if (chance(20))
    array = members;
  for (int64_t i = draw(0, 2); i > 0; --i) {
    uint32_t stage = machine.pipeline(draw(0, 3), draw(1, 5));
    machine.diagram.stages[stage].instances = array;
    machine.diagram.stages[stage].holdUntilCompletion = chance(25);
    machine.forward(from, stage);
    from = stage;
  }
  uint32_t stage = machine.execute(draw(0, 2), draw(1, 4));
  machine.diagram.stages[stage].instances = array;
  machine.diagram.stages[stage].holdUntilCompletion = chance(15);
  machine.diagram.stages[stage].selfOrdered = chance(5);
  machine.forward(from, stage);
  executes.push_back(stage);
  for (int64_t i = draw(1, 2); i > 0; --i) {
    uint32_t unit = machine.unit(stage, chance(70));
    if (chance(30))
      machine.diagram.units[unit].inFlight = draw(1, 3);
    machine.connect(unit, storages, storages);
    if (machine.diagram.units[unit].accessesMemory)
      makeAccesses(machine.diagram.units[unit]);
  }
  // A second phase behind the first.
  if (!chance(25))
    return;
  uint32_t second = machine.execute(draw(0, 1), draw(1, 3));
  machine.diagram.stages[second].instances = array;
  machine.forward(stage, second);
  machine.unit(second);
  if (chance(60))
    machine.connect(uint32_t(machine.diagram.units.size() - 1), storages,
                    storages);
}

void Generator::makeProcesses() {
  std::vector<std::vector<uint32_t>> unitsOf(machine.diagram.stages.size());
  for (uint32_t u = 0; u < machine.diagram.units.size(); ++u)
    unitsOf[machine.diagram.units[u].stage].push_back(u);
  for (uint32_t stage : executes) {
    for (int64_t i = draw(1, 2); i > 0; --i) {
      uint32_t op = machine.operation("op" + std::to_string(operations.size()));
      operations.push_back(op);
      inArray.push_back(!machine.diagram.stages[stage].instances.empty());
      immediates.push_back(uint32_t(draw(0, 1)));
      auto process = [&](uint32_t unit) {
        Cost cycles{draw(0, 6), immediates.back() ? draw(0, 2) : 0};
        if (chance(50))
          machine.process(unit, op, cycles, Cost{draw(0, 3), 0},
                          immediates.back());
        else
          machine.process(unit, op, cycles, immediates.back());
      };
      process(unitsOf[stage].front());
      if (unitsOf[stage].size() > 1 && chance(60))
        process(unitsOf[stage].back());
      for (uint32_t next : machine.diagram.stages[stage].forwards)
        if (!unitsOf[next].empty() && chance(60))
          process(unitsOf[next].front());
      touches.push_back(chance(10) ? std::vector<uint32_t>() : storages);
    }
  }
}

/// Lets a unit carry out two of its operations as one.
void Generator::makeFused() {
  Unit &unit = pick(machine.diagram.units);
  if (unit.processes.empty())
    return;
  uint32_t first = pick(unit.processes).operation;
  uint32_t second = pick(unit.processes).operation;
  unit.processes.push_back({first, second,
                            costProgram(immediates[first] + immediates[second],
                                        Cost{draw(0, 6), immediates[first]})});
}

void Generator::makeMachine() {
  members = {draw(2, 3)};
  makeStorages();
  machine.diagram.name = "random";
  int64_t count = pair.streams ? draw(1, 2) : 1;
  for (int64_t i = 0; i < count; ++i) {
    int64_t width = chance(40) ? draw(2, 4) : 1;
    pair.multiIssue |= width > 1;
    uint32_t fetch = machine.fetch(width, draw(0, 2), width + draw(0, 3));
    machine.diagram.stages[fetch].holdUntilCompletion = chance(5);
    fetches.push_back(fetch);
    if (chance(10)) {
      machine.diagram.stages[fetch].instructionMemory =
          machine.sram(kWords, draw(0, 3), 0, 1, draw(1, 4));
      machine.diagram.stages[fetch].instructionsPerAccess = draw(1, 5);
    }
  }
  uint32_t root = fetches.front();
  if (chance(60)) {
    root = machine.pipeline(draw(0, 2), draw(1, 6));
    machine.diagram.stages[root].holdUntilCompletion = chance(20);
    for (uint32_t fetch : fetches)
      machine.forward(fetch, root);
  } else {
    fetches.resize(1);
  }
  for (int64_t i = draw(1, 3); i > 0; --i)
    makeExecuteStage(root);
  makeProcesses();
  if (chance(3))
    makeFused();
}

ValueId Generator::makeAddress(int64_t room) {
  ValueId address = program.constant(draw(0, 40) * draw(1, 16));
  for (ValueId induction : inductions)
    if (chance(55)) {
      ValueId term = induction;
      if (chance(25)) // a double buffer
        term = program.mod(term, program.constant(draw(2, 3)));
      address = program.add(
          address,
          program.mul(term, program.constant(draw(0, 3) * draw(1, 8))));
    }
  for (ValueId slot : slots)
    if (chance(50))
      address = program.add(
          address, program.mul(slot, program.constant(draw(1, 4) * 16)));
  // Far apart from each other, or on top of each other.
  if (chance(80))
    address =
        program.add(address, program.constant(draw(0, 14) * (kWords / 16)));
  return program.mod(address, program.constant(kWords - room));
}

Access Generator::makeRange(uint32_t storage) {
  int64_t size = draw(1, 8);
  Access access;
  if (chance(30)) {
    int64_t repeat = draw(2, 4), stride = draw(0, 20);
    access = program.range(storage, makeAddress(256), size, repeat, stride);
  } else {
    access = program.range(storage, makeAddress(256), size);
  }
  for (int64_t extent : machine.diagram.storages[storage].instances)
    access.at.push_back(makeMember(extent));
  return access;
}

/// One of so many, the next one with every iteration or always the same.
ValueId Generator::makeMember(int64_t extent) {
  if (!inductions.empty() && chance(50))
    return program.mod(pick(inductions), program.constant(extent));
  return program.constant(draw(0, extent - 1));
}

void Generator::makeIssue() {
  uint32_t op = pick(operations);
  std::vector<Access> reads, writes;
  if (!touches[op].empty()) {
    for (int64_t i = draw(0, 2); i > 0; --i)
      reads.push_back(makeRange(pick(touches[op])));
    for (int64_t i = draw(0, 1); i > 0; --i)
      writes.push_back(makeRange(pick(touches[op])));
  }
  std::vector<ValueId> values;
  if (immediates[op])
    values.push_back(!extents.empty() && chance(60)
                         ? pick(extents)
                         : program.constant(draw(0, 9)));
  std::vector<ValueId> at;
  if (inArray[op])
    at.push_back(makeMember(members.front()));
  program.issue(op, values, reads, writes, at);
}

void Generator::makeBranch() {
  ValueId condition = program.compute(
      chance(50) ? ExprOp::Eq : ExprOp::Lt,
      chance(50) ? pick(inductions)
                 : program.mod(pick(inductions), program.constant(2)),
      program.constant(draw(0, 3)));
  program.beginIf(condition);
  makeIssue();
  if (chance(50)) {
    program.beginElse();
    makeIssue();
  }
  program.endIf();
}

void Generator::makeBody(int depth) {
  for (int64_t i = draw(depth == 0 ? 1 : 0, 3); i > 0; --i)
    makeIssue();
  if (!inductions.empty() && chance(15))
    makeBranch();
}

void Generator::makeLoops(int depth) {
  makeBody(depth);
  if (depth > 0) {
    int64_t loops = chance(20) ? 2 : 1;
    for (int64_t i = 0; i < loops; ++i) {
      // Tiles of a dimension: the last one may be smaller.
      int64_t tile = draw(1, 8);
      int64_t total = draw(1, depth == 1 ? 60 : 25) * tile;
      bool isRagged = chance(50) && tile > 1;
      if (isRagged)
        total -= draw(1, tile - 1);
      pair.ragged |= isRagged;
      ValueId end = program.constant(total), step = program.constant(tile);
      ValueId induction = program.beginLoop(program.constant(0), end, step);
      ValueId left = program.compute(ExprOp::Sub, end, induction);
      inductions.push_back(induction);
      extents.push_back(program.min(step, left));
      bool alternates = chance(25);
      if (alternates)
        slots.push_back(program.carry(program.constant(0)));
      makeLoops(depth - 1);
      std::vector<ValueId> yielded;
      if (alternates) {
        yielded.push_back(
            program.compute(ExprOp::Sub, program.constant(1), slots.back()));
        slots.pop_back();
      }
      inductions.pop_back();
      extents.pop_back();
      program.endLoop(yielded);
    }
  }
  if (chance(40))
    makeBody(1);
}

void Generator::makeStreams() {
  int64_t count = draw(2, 3);
  std::vector<uint32_t> semaphores;
  for (int64_t i = 0; i < count; ++i)
    semaphores.push_back(machine.semaphore(draw(0, 2)));
  // A ring: each stream waits for the one before it, and the first for the
  // last, which therefore begins with a signal's worth of credit.
  machine.diagram.semaphores[0].initial = draw(1, 3);
  int64_t trips = draw(1, 40);
  for (int64_t i = 0; i < count; ++i) {
    program.beginStream(pick(fetches), draw(0, 2));
    ValueId induction = program.beginLoop(trips);
    inductions.push_back(induction);
    program.wait(semaphores[i]);
    makeBody(0);
    program.signal(semaphores[(i + 1) % count], chance(50));
    inductions.pop_back();
    program.endLoop();
    program.endStream();
  }
}

void Generator::makeProgram() {
  if (pair.streams)
    makeStreams();
  else
    makeLoops(int(draw(1, 3)));
  pair.program = program.take();
}
} // namespace

RandomPair test::makeRandomPair(uint64_t seed, bool streams) {
  return Generator(seed, streams).take();
}
