// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Small machines whose times are worked out by hand from
// docs/design/AcadlSemantics.md. Every number is asked of both evaluators.
#include "Sketch.h"
#include "pr/Arch/DependencyGraph.h"
#include "pr/Arch/EventSimulator.h"

#include <array>
#include <gtest/gtest.h>

using namespace pr;
using namespace pr::arch;
using namespace pr::arch::test;

static Machine makeMachine(const MachineSketch &sketch) {
  auto machine = Machine::create(sketch.diagram);
  EXPECT_TRUE(machine) << machine.error().message;
  return *machine;
}

/// What both evaluators say; -1 where they differ.
static int64_t cycles(const MachineSketch &sketch, ProgramSketch &program,
                      GraphTiming::Status status = GraphTiming::Status::Exact) {
  Machine machine = makeMachine(sketch);
  Program mapping = program.take();
  auto simulated = simulate(machine, mapping, {});
  auto graph = evaluateGraph(machine, mapping, {});
  EXPECT_TRUE(simulated) << simulated.error().message;
  EXPECT_TRUE(graph) << graph.error().message;
  if (!simulated || !graph)
    return -1;
  EXPECT_EQ(simulated->cycles, graph->cycles);
  EXPECT_EQ(graph->status, status);
  return simulated->cycles == graph->cycles ? graph->cycles : -1;
}

/// fetch -> core with one unit.
struct OneUnit : MachineSketch {
  uint32_t op, fetchStage, core, alu;
  OneUnit(Cost cost, int64_t capacity = 1, int64_t fetchLatency = 0) {
    diagram.name = "one";
    op = operation("op");
    fetchStage = fetch(1, fetchLatency);
    core = execute(0, capacity);
    forward(fetchStage, core);
    alu = unit(core);
    process(alu, op, cost);
  }
};

TEST(TimingRulesTest, NoInstructionsTakeNoTime) {
  OneUnit machine({3});
  ProgramSketch program;
  EXPECT_EQ(cycles(machine, program), 0);
}

TEST(TimingRulesTest, OneInstructionTakesFetchAndLatency) {
  OneUnit machine({3}, 1, 2);
  ProgramSketch program;
  program.issue(machine.op);
  EXPECT_EQ(cycles(machine, program), 5);
}

TEST(TimingRulesTest, UnpipelinedUnitIsBusyForItsLatency) {
  OneUnit machine({3});
  ProgramSketch program;
  for (int i = 0; i < 4; ++i)
    program.issue(machine.op);
  EXPECT_EQ(cycles(machine, program), 12);
}

TEST(TimingRulesTest, IntervalPipelinesTheUnit) {
  OneUnit machine({1});
  machine.diagram.units[0].processes.clear();
  machine.process(machine.alu, machine.op, Cost{5}, Cost{2});
  ProgramSketch program;
  for (int i = 0; i < 4; ++i)
    program.issue(machine.op);
  EXPECT_EQ(cycles(machine, program), 3 * 2 + 5);
}

TEST(TimingRulesTest, InFlightLimitsThePipeline) {
  OneUnit machine({1});
  machine.diagram.units[0].processes.clear();
  machine.process(machine.alu, machine.op, Cost{6}, Cost{1});
  machine.diagram.units[0].inFlight = 2;
  ProgramSketch program;
  for (int i = 0; i < 4; ++i)
    program.issue(machine.op);
  // Starts at 0 and 1, then as each of them is done: 6 and 7.
  EXPECT_EQ(cycles(machine, program), 13);
}

/// fetch -> queue (latency 2, 2 slots) -> core (4 cycles).
TEST(TimingRulesTest, TwoStagePipelineWithBackPressure) {
  MachineSketch machine;
  uint32_t op = machine.operation("op");
  uint32_t fetch = machine.fetch(), queue = machine.pipeline(2, 2),
           core = machine.execute();
  machine.forward(fetch, queue);
  machine.forward(queue, core);
  machine.process(machine.unit(core), op, {4});
  ProgramSketch program;
  for (int i = 0; i < 5; ++i)
    program.issue(op);
  // Enter the queue at 0, 1, 2, 6, 10; the core at 2, 6, 10, 14, 18.
  EXPECT_EQ(cycles(machine, program), 22);
}

TEST(TimingRulesTest, SlotsHeldUntilCompletionAreAReservationStation) {
  for (bool hold : {false, true}) {
    MachineSketch machine;
    uint32_t op = machine.operation("op");
    uint32_t fetch = machine.fetch(), station = machine.pipeline(0, 2),
             core = machine.execute(0, 8);
    machine.diagram.stages[station].holdUntilCompletion = hold;
    machine.forward(fetch, station);
    machine.forward(station, core);
    machine.process(machine.unit(core), op, Cost{10}, Cost{1});
    ProgramSketch program;
    for (int i = 0; i < 4; ++i)
      program.issue(op);
    // Without: 0, 1, 2, 3. With: 0, 1, then as slots come back: 10, 11.
    EXPECT_EQ(cycles(machine, program), hold ? 21 : 13);
  }
}

TEST(TimingRulesTest, IssueWidthIsPerCycle) {
  for (int64_t width : {1, 2, 4}) {
    MachineSketch machine;
    uint32_t op = machine.operation("op");
    uint32_t fetch = machine.fetch(width), core = machine.execute(0, 8);
    machine.forward(fetch, core);
    machine.process(machine.unit(core), op, Cost{1}, Cost{0});
    ProgramSketch program;
    for (int i = 0; i < 8; ++i)
      program.issue(op);
    EXPECT_EQ(cycles(machine, program), 8 / width);
  }
}

TEST(TimingRulesTest, InstructionMemoryBringsGroups) {
  OneUnit machine({0}, 8);
  machine.diagram.stages[0].instructionMemory = machine.sram(64, 3, 0, 1, 2);
  machine.diagram.stages[0].instructionsPerAccess = 4;
  machine.diagram.stages[0].capacity = 4;
  ProgramSketch program;
  for (int i = 0; i < 5; ++i)
    program.issue(machine.op);
  // First access: 0, 3 cycles, then 2 beats: 5. One leaves each cycle: 5, 6, 7,
  // 8. The fifth is taken at 5: its access ends at 10.
  EXPECT_EQ(cycles(machine, program), 10);
}

//===----------------------------------------------------------------------===//
// Data
//===----------------------------------------------------------------------===//

/// Two execute stages behind one fetch stage, with registers between them.
struct Pair : MachineSketch {
  uint32_t produce, consume, registers_, fetchStage;
  Pair(Cost produceCost, Cost consumeCost, int64_t capacity = 4) {
    produce = operation("produce");
    consume = operation("consume");
    fetchStage = fetch();
    registers_ = registers(1024);
    for (uint32_t op : {produce, consume}) {
      uint32_t stage = execute(0, capacity);
      forward(fetchStage, stage);
      uint32_t u = unit(stage);
      process(u, op, op == produce ? produceCost : consumeCost);
      connect(u, {registers_}, {registers_});
    }
  }
};

TEST(TimingRulesTest, ReadsWaitForWrites) {
  Pair machine({5}, {2});
  ProgramSketch program;
  ValueId zero = program.constant(0), far = program.constant(100);
  program.issue(machine.produce, {}, {},
                {program.range(machine.registers_, zero, 4)});
  program.issue(machine.consume, {},
                {program.range(machine.registers_, far, 4)}, {});
  program.issue(machine.consume, {},
                {program.range(machine.registers_, program.constant(3), 1)},
                {});
  // The first consumer is free of it (1 to 3), the second starts at 5.
  EXPECT_EQ(cycles(machine, program), 7);
}

TEST(TimingRulesTest, RunsOverlapByWords) {
  for (int64_t word : {2, 11}) {
    Pair machine({8}, {1});
    ProgramSketch program;
    program.issue(
        machine.produce, {}, {},
        {program.range(machine.registers_, program.constant(0), 2, 3, 10)});
    program.issue(
        machine.consume, {},
        {program.range(machine.registers_, program.constant(word), 1)}, {});
    // Words 0, 1, 10, 11, 20, 21 are written.
    EXPECT_EQ(cycles(machine, program), word == 2 ? 8 : 9);
  }
}

TEST(TimingRulesTest, WritesWaitForReads) {
  Pair machine({1}, {6});
  ProgramSketch program;
  ValueId zero = program.constant(0);
  auto range = [&] { return program.range(machine.registers_, zero, 4); };
  program.issue(machine.consume, {}, {range()}, {});
  program.issue(machine.produce, {}, {}, {range()});
  EXPECT_EQ(cycles(machine, program), 7);
}

/// Load into one half of a buffer while the other is used: the period is 2
/// iterations, although the address does not move evenly.
TEST(TimingRulesTest, DoubleBufferHasPeriodTwo) {
  Pair machine({7}, {10}, 1);
  ProgramSketch program;
  ValueId i = program.beginLoop(1000);
  ValueId slot =
      program.mul(program.mod(i, program.constant(2)), program.constant(64));
  program.issue(machine.produce, {}, {},
                {program.range(machine.registers_, slot, 64)});
  program.issue(machine.consume, {},
                {program.range(machine.registers_, slot, 64)}, {});
  program.endLoop();
  Program mapping = program.take();
  Machine built = makeMachine(machine);
  auto simulated = simulate(built, mapping, {});
  auto graph = evaluateGraph(built, mapping, {});
  ASSERT_TRUE(simulated && graph);
  // The first load, then the consumer without a gap.
  EXPECT_EQ(simulated->cycles, 7 + 10 * 1000);
  EXPECT_EQ(graph->cycles, simulated->cycles);
  EXPECT_EQ(graph->status, GraphTiming::Status::Exact);
  EXPECT_EQ(graph->period % 2, 0);
  EXPECT_LT(graph->kernelEvaluations, 20);
  EXPECT_EQ(graph->units[1].busy, 10 * 1000);
  EXPECT_EQ(graph->instructions, 2000);
}

//===----------------------------------------------------------------------===//
// Phases, memories
//===----------------------------------------------------------------------===//

/// An instruction that cannot go on keeps its unit.
TEST(TimingRulesTest, PhasesStallEachOther) {
  MachineSketch machine;
  uint32_t op = machine.operation("op");
  uint32_t fetch = machine.fetch(), first = machine.execute(),
           second = machine.execute();
  machine.forward(fetch, first);
  machine.forward(first, second);
  machine.process(machine.unit(first), op, {2});
  machine.process(machine.unit(second), op, {5});
  ProgramSketch program;
  for (int i = 0; i < 3; ++i)
    program.issue(op);
  // Second phases: 2 to 7, 7 to 12, 12 to 17.
  EXPECT_EQ(cycles(machine, program), 17);
}

struct Loader : MachineSketch {
  uint32_t load, store, memory, file;
  Loader(int64_t latency, int64_t ports, int64_t width) {
    load = operation("load");
    store = operation("store");
    uint32_t fetchStage = fetch();
    file = registers(1024);
    memory = sram(1024, latency, latency, ports, width);
    for (uint32_t op : {load, store}) {
      uint32_t stage = execute(0, 4);
      forward(fetchStage, stage);
      uint32_t u = unit(stage, /*accessesMemory=*/true);
      process(u, op, Cost{0}, Cost{1});
      connect(u, {memory, file}, {memory, file});
    }
  }
};

TEST(TimingRulesTest, RunsOfAnAccessPipeline) {
  Loader machine(10, 1, 4);
  ProgramSketch program;
  ValueId zero = program.constant(0);
  program.issue(machine.load, {},
                {program.range(machine.memory, zero, 8, 3, 100)}, {});
  // Requests at 0, 1, 2; beats 10-11, 12-13, 14-15.
  EXPECT_EQ(cycles(machine, program), 16);
}

TEST(TimingRulesTest, InFlightAccessesBoundRequests) {
  Loader machine(10, 1, 8);
  machine.diagram.storages[machine.memory].inFlight = 2;
  ProgramSketch program;
  program.issue(machine.load, {},
                {program.range(machine.memory, program.constant(0), 8, 4, 100)},
                {});
  // Requests at 0, 1, 11, 12.
  EXPECT_EQ(cycles(machine, program), 23);
}

TEST(TimingRulesTest, PortConflictCostsTime) {
  for (int64_t ports : {1, 2}) {
    Loader machine(2, ports, 1);
    ProgramSketch program;
    program.issue(machine.load, {},
                  {program.range(machine.memory, program.constant(0), 10)}, {});
    program.issue(machine.store, {}, {},
                  {program.range(machine.memory, program.constant(64), 10)});
    // The load moves words from 2 to 12; the store requests at 1.
    EXPECT_EQ(cycles(machine, program), ports == 1 ? 22 : 13);
  }
}

TEST(TimingRulesTest, OpenRowsAreFaster) {
  Loader machine(4, 1, 8);
  Storage &dram = machine.diagram.storages[machine.memory];
  dram.kind = StorageKind::DRAM;
  dram.banks = 2;
  dram.row = 16;
  dram.rowMiss = 20;
  ProgramSketch program;
  for (int64_t address : {0, 8, 32, 0})
    program.issue(machine.load, {},
                  {program.range(machine.memory, program.constant(address), 8)},
                  {});
  // Ends: 0+24+1 = 25; 1+4, behind it: 26; row 2 in the same bank: 2+24, 27;
  // row 0 again: 3+24, 28.
  EXPECT_EQ(cycles(machine, program), 28);
}

TEST(TimingRulesTest, CacheMissesReadTheMemoryBehind) {
  Loader machine(1, 1, 4);
  uint32_t behind = machine.sram(1024, 30, 30, 1, 4);
  Storage &cache = machine.diagram.storages[machine.memory];
  cache.kind = StorageKind::Cache;
  cache.sets = 1;
  cache.ways = 1;
  cache.line = 16;
  cache.backing = behind;
  auto run = [&](bool storeFirst) {
    ProgramSketch program;
    if (storeFirst)
      program.issue(machine.store, {}, {},
                    {program.range(machine.memory, program.constant(0), 4)});
    else
      program.issue(machine.load, {},
                    {program.range(machine.memory, program.constant(0), 4)},
                    {});
    program.issue(machine.load, {},
                  {program.range(machine.memory, program.constant(64), 4)}, {});
    return cycles(machine, program);
  };
  // Lines end at 1+30+4 = 35 and, the port being free again, 39; a beat more.
  EXPECT_EQ(run(false), 40);
  // The changed line is written first: 35 to 39; then the new one.
  EXPECT_EQ(run(true), 44);
}

TEST(TimingRulesTest, ReadsOfAnInstructionEndTogether) {
  Loader machine(10, 1, 4);
  ProgramSketch program;
  ValueId zero = program.constant(0);
  auto word = [&] { return program.range(machine.file, zero, 1); };
  program.issue(machine.load, {},
                {program.range(machine.memory, zero, 8), word()}, {});
  program.issue(
      machine.store, {}, {},
      {word(), program.range(machine.memory, program.constant(64), 8)});
  // The load's unit is free again at 1, its words are there at 12; only then
  // may the register be written and the store begin: 12 + 10 + 2.
  EXPECT_EQ(cycles(machine, program), 24);
}

TEST(TimingRulesTest, BurstsAreWholeWindows) {
  Loader machine(10, 1, 8);
  machine.diagram.units[0].bursts = {4, 16};
  ProgramSketch program;
  program.issue(machine.load, {},
                {program.range(machine.memory, program.constant(6), 20)}, {});
  // Words 0 to 15 are requested at 0 and move from 10 to 12, words 16 to 31 at
  // 1, from 12 to 14.
  EXPECT_EQ(cycles(machine, program), 14);
}

TEST(TimingRulesTest, OutstandingAccessesBoundAUnit) {
  Loader machine(10, 1, 8);
  machine.diagram.units[0].outstanding = 2;
  ProgramSketch program;
  program.issue(machine.load, {},
                {program.range(machine.memory, program.constant(0), 8, 4, 100)},
                {});
  // Requests at 0, 1, 11, 12.
  EXPECT_EQ(cycles(machine, program), 23);
}

TEST(TimingRulesTest, PostedWritesAreNotWaitedFor) {
  for (bool posted : {false, true}) {
    Loader machine(10, 1, 8);
    machine.diagram.units[1].postedWrites = posted;
    ProgramSketch program;
    ValueId zero = program.constant(0);
    program.issue(machine.store, {}, {},
                  {program.range(machine.file, zero, 1),
                   program.range(machine.memory, zero, 8)});
    program.issue(machine.load, {},
                  {program.range(machine.file, zero, 1),
                   program.range(machine.memory, program.constant(64), 8)},
                  {});
    // The store ends at 11 all the same; the load starts at 1 or at 11.
    EXPECT_EQ(cycles(machine, program), posted ? 12 : 22);
  }
}

TEST(TimingRulesTest, PortsRestBetweenAccesses) {
  Loader machine(4, 1, 8);
  machine.diagram.storages[machine.memory].overhead = 2;
  machine.diagram.storages[machine.memory].response = 5;
  ProgramSketch program;
  program.issue(machine.load, {},
                {program.range(machine.memory, program.constant(0), 8, 2, 8)},
                {});
  // Words move in cycle 4, then, the port being free at 7, in cycle 7.
  EXPECT_EQ(cycles(machine, program), 13);
}

TEST(TimingRulesTest, BanksTakeTimeToOpenRows) {
  Loader machine(4, 1, 8);
  Storage &dram = machine.diagram.storages[machine.memory];
  dram.kind = StorageKind::DRAM;
  dram.banks = 2;
  dram.row = 16;
  dram.rowMiss = 20;
  dram.rowCycle = 30;
  dram.writeRecovery = 5;
  dram.turnaround = 3;
  ProgramSketch program;
  auto access = [&](bool write, int64_t address) {
    Access range = program.range(machine.memory, program.constant(address), 8);
    if (write)
      program.issue(machine.store, {}, {}, {range});
    else
      program.issue(machine.load, {}, {range}, {});
  };
  access(false, 0);  // asked for at 0, open at 20, moved at 25
  access(false, 32); // asked for at 30, open at 50, moved at 55
  access(true, 40);  // the row is open; the port turns until 58: moved at 59
  access(false, 0);  // asked for at 59 + 5, open at 84, moved at 89
  EXPECT_EQ(cycles(machine, program), 89);
}

TEST(TimingRulesTest, CachesMayServeOthersDuringAMiss) {
  for (int accesses : {1, 2, 3, 4}) {
    Loader machine(1, 1, 4);
    uint32_t behind = machine.sram(1024, 30, 30, 1, 4);
    Storage &cache = machine.diagram.storages[machine.memory];
    cache.kind = StorageKind::Cache;
    cache.sets = 2;
    cache.ways = 1;
    cache.line = 16;
    cache.backing = behind;
    cache.misses = 2;
    cache.missOverhead = 2;
    cache.setGap = 5;
    ProgramSketch program;
    for (int i = 0; i < accesses; ++i) {
      int64_t address = std::array{0, 4, 16, 32}[size_t(i)];
      program.issue(
          machine.load, {},
          {program.range(machine.memory, program.constant(address), 4)}, {});
    }
    // The first line is asked for at 2 and there at 2 + 30 + 4. The second
    // access hits it. The third one's line moves behind the first: 40. The
    // fourth waits until one of two misses is over, at 36: 36 + 30 + 4.
    EXPECT_EQ(cycles(machine, program), accesses < 3    ? 36
                                        : accesses == 3 ? 40
                                                        : 70);
  }
}

//===----------------------------------------------------------------------===//
// Streams
//===----------------------------------------------------------------------===//

TEST(TimingRulesTest, StreamsShareTheIssueWidthByPriority) {
  for (int64_t priority : {0, 2}) {
    MachineSketch machine;
    uint32_t slow = machine.operation("slow"), fast = machine.operation("fast");
    uint32_t fetch = machine.fetch(), a = machine.execute(0, 8),
             b = machine.execute(0, 8);
    machine.forward(fetch, a);
    machine.forward(fetch, b);
    machine.process(machine.unit(a), slow, Cost{10}, Cost{1});
    machine.process(machine.unit(b), fast, Cost{1}, Cost{1});
    ProgramSketch program;
    program.beginStream(fetch, 1);
    for (int i = 0; i < 4; ++i)
      program.issue(fast);
    program.endStream();
    program.beginStream(fetch, priority);
    program.issue(slow);
    program.endStream();
    EXPECT_EQ(cycles(machine, program), priority == 0 ? 14 : 10);
  }
}

TEST(TimingRulesTest, SemaphoresOrderStreams) {
  for (bool afterCompletion : {false, true}) {
    MachineSketch machine;
    uint32_t slow = machine.operation("slow"), fast = machine.operation("fast");
    uint32_t fetch = machine.fetch(), a = machine.execute(0, 8),
             b = machine.execute(0, 8);
    machine.forward(fetch, a);
    machine.forward(fetch, b);
    machine.process(machine.unit(a), slow, Cost{10});
    machine.process(machine.unit(b), fast, Cost{3});
    uint32_t ready = machine.semaphore();
    ProgramSketch program;
    program.beginStream(fetch, 0);
    program.issue(slow);
    program.signal(ready, afterCompletion);
    program.endStream();
    program.beginStream(fetch, 5);
    program.wait(ready);
    program.issue(fast);
    program.endStream();
    // `slow` leaves at 0 and completes at 10; `fast` leaves a cycle after the
    // one, or as the other happens.
    EXPECT_EQ(cycles(machine, program), afterCompletion ? 13 : 10);
  }
}

TEST(TimingRulesTest, SignalsAndWaitsTakeNoSlot) {
  MachineSketch machine;
  uint32_t slow = machine.operation("slow"), fast = machine.operation("fast");
  uint32_t fetch = machine.fetch(), other = machine.fetch(),
           a = machine.execute(0, 8), b = machine.execute(0, 8);
  machine.forward(fetch, a);
  machine.forward(other, b);
  machine.diagram.stages[fetch].holdUntilCompletion = true;
  machine.process(machine.unit(a), slow, Cost{10});
  machine.process(machine.unit(b), fast, Cost{3});
  uint32_t ready = machine.semaphore();
  ProgramSketch program;
  program.beginStream(fetch, 0);
  program.issue(slow);
  program.signal(ready);
  program.endStream();
  program.beginStream(other, 0);
  program.wait(ready);
  program.issue(fast);
  program.endStream();
  // The only slot is taken until 10, but the signal happens at 0.
  EXPECT_EQ(cycles(machine, program), 10);
}

TEST(TimingRulesTest, AWaitThatNeverEndsIsAnError) {
  OneUnit machine({1});
  uint32_t never = machine.semaphore();
  ProgramSketch program;
  program.beginStream(machine.fetchStage, 0);
  program.issue(machine.op);
  program.wait(never);
  program.issue(machine.op);
  program.endStream();
  Machine built = makeMachine(machine);
  Program mapping = program.take();
  for (const std::string &message :
       {simulate(built, mapping, {}).error().message,
        evaluateGraph(built, mapping, {}).error().message}) {
    EXPECT_NE(message.find("stream 0 of 'stage0' waits for ever for semaphore "
                           "'semaphore0'"),
              std::string::npos)
        << message;
    EXPECT_NE(message.find("test.mlir:1:1"), std::string::npos) << message;
  }
}

TEST(TimingRulesTest, StreamsThatWaitForEachOtherAreAnError) {
  OneUnit machine({1});
  uint32_t a = machine.semaphore(), b = machine.semaphore();
  ProgramSketch program;
  for (auto [mine, other] : {std::pair(a, b), std::pair(b, a)}) {
    program.beginStream(machine.fetchStage, 0);
    program.wait(mine);
    program.issue(machine.op);
    program.signal(other);
    program.endStream();
  }
  Machine built = makeMachine(machine);
  Program mapping = program.take();
  EXPECT_FALSE(simulate(built, mapping, {}));
  EXPECT_FALSE(evaluateGraph(built, mapping, {}));
}

//===----------------------------------------------------------------------===//
// First come
//===----------------------------------------------------------------------===//

/// An early store that waits for its data lets later loads go first only in a
/// memory that serves whoever comes first; the graph says that it cannot see
/// that.
TEST(TimingRulesTest, FirstComeIsApproximateInTheGraph) {
  for (bool firstCome : {false, true}) {
    Loader machine(0, 1, 1);
    machine.diagram.storages[machine.memory].firstCome = firstCome;
    uint32_t slow = machine.operation("slow");
    uint32_t stage = machine.execute(0, 4);
    machine.forward(0, stage);
    uint32_t u = machine.unit(stage);
    machine.process(u, slow, Cost{20});
    machine.connect(u, {}, {machine.file});
    ProgramSketch program;
    ValueId zero = program.constant(0);
    program.issue(slow, {}, {}, {program.range(machine.file, zero, 1)});
    program.issue(machine.store, {}, {program.range(machine.file, zero, 1)},
                  {program.range(machine.memory, zero, 5)});
    program.issue(machine.load, {},
                  {program.range(machine.memory, program.constant(64), 5)}, {});
    Machine built = makeMachine(machine);
    Program mapping = program.take();
    auto simulated = simulate(built, mapping, {});
    auto graph = evaluateGraph(built, mapping, {});
    ASSERT_TRUE(simulated && graph);
    EXPECT_EQ(simulated->cycles, firstCome ? 25 : 30);
    EXPECT_EQ(graph->cycles, 30);
    EXPECT_EQ(graph->status, firstCome ? GraphTiming::Status::Approximate
                                       : GraphTiming::Status::Exact);
  }
}

TEST(TimingRulesTest, FusedInstructionsRunAsOne) {
  OneUnit machine({1}, 4);
  machine.diagram.units[0].processes.clear();
  uint32_t second = machine.operation("second");
  machine.process(machine.alu, machine.op, {10});
  machine.process(machine.alu, second, {7});
  machine.diagram.units[0].processes.push_back(
      {machine.op, second, costProgram(0, {4})});
  ProgramSketch program;
  program.issue(second);
  program.issue(machine.op);
  program.issue(second);
  Machine built = makeMachine(machine);
  Program mapping = program.take();
  auto simulated = simulate(built, mapping, {});
  ASSERT_TRUE(simulated);
  // The first alone, 7 cycles; by then the other two are queued.
  EXPECT_EQ(simulated->cycles, 11);
  auto graph = evaluateGraph(built, mapping, {});
  ASSERT_TRUE(graph);
  EXPECT_EQ(graph->status, GraphTiming::Status::Approximate);
}

TEST(TimingRulesTest, PairsAreUnderWayUntilBothHaveLeft) {
  OneUnit machine({1}, 4);
  machine.diagram.units[0].inFlight = 1;
  machine.diagram.units[0].processes.clear();
  uint32_t second = machine.operation("second");
  Cost interval{2};
  machine.process(machine.alu, machine.op, Cost{4}, interval);
  machine.process(machine.alu, second, Cost{20}, interval);
  // As one: the first is done after 3 cycles, the second after 20.
  Program cost = costProgram(0, {3}, &interval);
  cost.constants.push_back({cost.numValues, 20});
  cost.outputs.push_back(cost.numValues++);
  machine.diagram.units[0].processes.push_back({machine.op, second, cost});
  ProgramSketch program;
  for (uint32_t op : {second, machine.op, second, machine.op})
    program.issue(op);
  // Alone from 0 to 20; the pair from 20 to 40; alone to 44.
  EXPECT_EQ(cycles(machine, program, GraphTiming::Status::Approximate), 44);
}

//===----------------------------------------------------------------------===//
// Errors
//===----------------------------------------------------------------------===//

static std::string errorOf(const MachineSketch &sketch,
                           ProgramSketch &program) {
  Machine machine = makeMachine(sketch);
  Program mapping = program.take();
  auto simulated = simulate(machine, mapping, {});
  auto graph = evaluateGraph(machine, mapping, {});
  EXPECT_FALSE(simulated);
  EXPECT_FALSE(graph);
  if (simulated || graph)
    return "";
  EXPECT_EQ(simulated.error().message, graph.error().message);
  return graph.error().message;
}

TEST(TimingRulesTest, AddressesOutsideAreErrorsEvenInTheLastIteration) {
  Pair machine({1}, {1});
  ProgramSketch program;
  ValueId i = program.beginLoop(257);
  program.issue(machine.produce, {}, {},
                {program.range(machine.registers_,
                               program.mul(i, program.constant(4)), 4)});
  program.endLoop();
  EXPECT_EQ(errorOf(machine, program),
            "test.mlir:1:1: words 1024 to 1027 are not in 'storage0' of 1024 "
            "words");
}

TEST(TimingRulesTest, NegativeLatenciesAreErrors) {
  OneUnit machine({-1});
  ProgramSketch program;
  program.issue(machine.op);
  EXPECT_NE(errorOf(machine, program).find("is negative"), std::string::npos);
}

TEST(TimingRulesTest, TooManyInstructionsAreAnError) {
  OneUnit machine({1});
  ProgramSketch sketch;
  sketch.beginLoop(1000);
  sketch.issue(machine.op);
  sketch.endLoop();
  Program program = sketch.take();
  GraphOptions options;
  options.maxInstructions = 100;
  options.extrapolate = false;
  Machine built = makeMachine(machine);
  EXPECT_FALSE(simulate(built, program, {}, options));
  EXPECT_FALSE(evaluateGraph(built, program, {}, options));
  // What is not evaluated does not count.
  options.extrapolate = true;
  EXPECT_TRUE(evaluateGraph(built, program, {}, options));
}

TEST(TimingRulesTest, MachinesThatCannotBeRunAreRefused) {
  {
    OneUnit machine({1});
    machine.diagram.stages[0].capacity = 0;
    auto built = Machine::create(machine.diagram);
    ASSERT_FALSE(built);
    EXPECT_EQ(built.error().message,
              "'stage0': capacity is 0, expected at least 1");
  }
  {
    OneUnit machine({1});
    uint32_t back = machine.pipeline(1, 1);
    machine.forward(machine.fetchStage, back);
    machine.forward(back, back);
    auto built = Machine::create(machine.diagram);
    ASSERT_FALSE(built);
    EXPECT_EQ(built.error().message,
              "'stage0': the stages behind it form a cycle");
  }
}
