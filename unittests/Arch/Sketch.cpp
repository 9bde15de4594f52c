// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Sketch.h"

using namespace pr;
using namespace pr::arch;
using namespace pr::arch::test;

//===----------------------------------------------------------------------===//
// Programs
//===----------------------------------------------------------------------===//

ProgramSketch::ProgramSketch(uint32_t numInputs) {
  program.numInputs = program.numValues = numInputs;
  program.locations = {"test.mlir:1:1"};
  program.root = open();
}

BlockId ProgramSketch::open() {
  blocks.push_back(BlockId(program.blocks.size()));
  program.blocks.emplace_back();
  return blocks.back();
}

void ProgramSketch::append(StatementKind kind, size_t index) {
  program.blocks[blocks.back()].push_back({kind, uint32_t(index)});
}

void ProgramSketch::markIssues() {
  for (uint32_t loop : loops)
    program.loops[loop].issues = true;
}

ValueId ProgramSketch::constant(int64_t value) {
  program.constants.push_back({newValue(), value});
  return program.constants.back().first;
}

ValueId ProgramSketch::compute(ExprOp op, ValueId a, ValueId b, ValueId c) {
  Compute compute;
  compute.op = op;
  compute.operands = {a, b, c};
  compute.result = newValue();
  program.computes.push_back(compute);
  append(StatementKind::Compute, program.computes.size() - 1);
  return compute.result;
}

ValueId ProgramSketch::beginLoop(ValueId lower, ValueId upper, ValueId step) {
  Loop loop;
  loop.lower = lower;
  loop.upper = upper;
  loop.step = step;
  loop.induction = newValue();
  loops.push_back(uint32_t(program.loops.size()));
  append(StatementKind::Loop, program.loops.size());
  loop.body = open();
  program.loops.push_back(loop);
  return loop.induction;
}

ValueId ProgramSketch::beginLoop(int64_t count) {
  return beginLoop(constant(0), constant(count), constant(1));
}

ValueId ProgramSketch::carry(ValueId initial) {
  program.loops[loops.back()].carried.push_back(
      {initial, newValue(), kNone, newValue()});
  return program.loops[loops.back()].carried.back().argument;
}

void ProgramSketch::endLoop(std::vector<ValueId> yielded) {
  for (size_t i = 0; i < yielded.size(); ++i)
    program.loops[loops.back()].carried[i].yielded = yielded[i];
  loops.pop_back();
  blocks.pop_back();
}

void ProgramSketch::beginIf(ValueId condition) {
  ifs.push_back(uint32_t(program.ifs.size()));
  append(StatementKind::If, program.ifs.size());
  If choice;
  choice.condition = condition;
  choice.elseBlock = open();
  blocks.pop_back();
  choice.thenBlock = open();
  program.ifs.push_back(choice);
}

void ProgramSketch::beginElse() {
  blocks.back() = program.ifs[ifs.back()].elseBlock;
}

void ProgramSketch::endIf() {
  ifs.pop_back();
  blocks.pop_back();
}

void ProgramSketch::beginStream(uint32_t fetchStage, int64_t priority) {
  Stream stream;
  stream.fetchStage = fetchStage;
  stream.priority = constant(priority);
  append(StatementKind::Stream, program.streams.size());
  stream.body = open();
  program.streams.push_back(stream);
}

void ProgramSketch::endStream() { blocks.pop_back(); }

Access ProgramSketch::range(uint32_t storage, ValueId address, int64_t size) {
  Access access;
  access.storage = storage;
  access.address = address;
  access.size = constant(size);
  return access;
}

Access ProgramSketch::range(uint32_t storage, ValueId address, int64_t size,
                            int64_t repeat, int64_t stride) {
  Access access = range(storage, address, size);
  access.repeat = constant(repeat);
  access.stride = constant(stride);
  return access;
}

void ProgramSketch::issue(uint32_t operation, std::vector<ValueId> immediates,
                          std::vector<Access> reads, std::vector<Access> writes,
                          std::vector<ValueId> at) {
  append(StatementKind::Issue, program.issues.size());
  program.issues.push_back({operation, std::move(immediates), std::move(at),
                            std::move(reads), std::move(writes), 0});
  markIssues();
}

void ProgramSketch::signal(uint32_t semaphore, bool afterCompletion) {
  append(StatementKind::Signal, program.synchronizations.size());
  program.synchronizations.push_back({semaphore, afterCompletion, 0});
  markIssues();
}

void ProgramSketch::wait(uint32_t semaphore) {
  append(StatementKind::Wait, program.synchronizations.size());
  program.synchronizations.push_back({semaphore, false, 0});
  markIssues();
}

Program ProgramSketch::take() { return std::move(program); }

Program test::costProgram(uint32_t numImmediates, Cost cycles,
                          const Cost *interval) {
  ProgramSketch sketch(numImmediates);
  std::vector<ValueId> outputs;
  auto output = [&](const Cost &cost) {
    ValueId value = sketch.constant(cost.base);
    if (cost.factor != 0)
      value = sketch.add(value, sketch.mul(0, sketch.constant(cost.factor)));
    outputs.push_back(value);
  };
  output(cycles);
  if (interval)
    output(*interval);
  Program program = sketch.take();
  program.outputs = outputs;
  return program;
}

//===----------------------------------------------------------------------===//
// Machines
//===----------------------------------------------------------------------===//

uint32_t MachineSketch::operation(const std::string &name) {
  diagram.operations.push_back(name);
  return uint32_t(diagram.operations.size() - 1);
}

static uint32_t addStage(ObjectDiagram &diagram, StageKind kind,
                         int64_t latency, int64_t capacity) {
  Stage stage;
  stage.name = "stage" + std::to_string(diagram.stages.size());
  stage.kind = kind;
  stage.latency = latency;
  stage.capacity = capacity;
  diagram.stages.push_back(stage);
  return uint32_t(diagram.stages.size() - 1);
}

uint32_t MachineSketch::fetch(int64_t issueWidth, int64_t latency,
                              int64_t capacity) {
  uint32_t index = addStage(diagram, StageKind::Fetch, latency,
                            capacity ? capacity : issueWidth);
  diagram.stages[index].issueWidth = issueWidth;
  return index;
}

uint32_t MachineSketch::pipeline(int64_t latency, int64_t capacity) {
  return addStage(diagram, StageKind::Pipeline, latency, capacity);
}

uint32_t MachineSketch::execute(int64_t latency, int64_t capacity) {
  return addStage(diagram, StageKind::Execute, latency, capacity);
}

void MachineSketch::forward(uint32_t from, uint32_t to) {
  diagram.stages[from].forwards.push_back(to);
}

uint32_t MachineSketch::unit(uint32_t stage, bool accessesMemory) {
  Unit unit;
  unit.name = "unit" + std::to_string(diagram.units.size());
  unit.stage = stage;
  unit.accessesMemory = accessesMemory;
  diagram.stages[stage].units.push_back(uint32_t(diagram.units.size()));
  diagram.units.push_back(unit);
  return uint32_t(diagram.units.size() - 1);
}

void MachineSketch::process(uint32_t unit, uint32_t operation, Cost cycles,
                            uint32_t numImmediates) {
  diagram.units[unit].processes.push_back(
      {operation, kNone, costProgram(numImmediates, cycles)});
}

void MachineSketch::process(uint32_t unit, uint32_t operation, Cost cycles,
                            Cost interval, uint32_t numImmediates) {
  diagram.units[unit].processes.push_back(
      {operation, kNone, costProgram(numImmediates, cycles, &interval)});
}

static uint32_t addStorage(ObjectDiagram &diagram, Storage storage) {
  storage.name = "storage" + std::to_string(diagram.storages.size());
  diagram.storages.push_back(storage);
  return uint32_t(diagram.storages.size() - 1);
}

uint32_t MachineSketch::registers(int64_t size) {
  Storage storage;
  storage.size = size;
  return addStorage(diagram, storage);
}

uint32_t MachineSketch::sram(int64_t size, int64_t readLatency,
                             int64_t writeLatency, int64_t ports,
                             int64_t portWidth) {
  Storage storage;
  storage.kind = StorageKind::SRAM;
  storage.size = size;
  storage.readLatency = readLatency;
  storage.writeLatency = writeLatency;
  storage.ports = ports;
  storage.portWidth = portWidth;
  return addStorage(diagram, storage);
}

uint32_t MachineSketch::semaphore(int64_t initial) {
  diagram.semaphores.push_back(
      {"semaphore" + std::to_string(diagram.semaphores.size()), initial});
  return uint32_t(diagram.semaphores.size() - 1);
}

void MachineSketch::connect(uint32_t unit, std::vector<uint32_t> reads,
                            std::vector<uint32_t> writes) {
  diagram.units[unit].reads = std::move(reads);
  diagram.units[unit].writes = std::move(writes);
}
