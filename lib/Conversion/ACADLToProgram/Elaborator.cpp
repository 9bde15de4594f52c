// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Elaborator.h"

#include "pr/Arch/Cursor.h"
#include "pr/Support/CheckedMath.h"

#include "llvm/ADT/StringSwitch.h"

using namespace mlir;
using namespace mlir::pr::acadl;
using namespace ::pr::arch;

LogicalResult
Elaborator::run(const std::map<std::string, int64_t> &parameters) {
  if (failed(chooseParameters(parameters)) || failed(evaluateBody()) ||
      failed(evaluateClock()))
    return failure();
  diagram.name = architecture.getSymName().str();
  collectNames();
  for (Operation &op : architecture.getBody().getOps()) {
    LogicalResult result = success();
    if (auto stage = dyn_cast<StageInterface>(op))
      result = buildStage(stage);
    else if (auto storage = dyn_cast<StorageInterface>(op))
      result = buildStorage(storage);
    else if (auto semaphore = dyn_cast<SemaphoreOp>(op))
      result = buildSemaphore(semaphore);
    if (failed(result))
      return failure();
  }
  return success();
}

//===----------------------------------------------------------------------===//
// Numbers
//===----------------------------------------------------------------------===//

LogicalResult
Elaborator::chooseParameters(const std::map<std::string, int64_t> &parameters) {
  size_t used = 0;
  std::string names;
  for (auto op : architecture.getBody().getOps<ParameterOp>()) {
    std::string name = op.getParameter().str();
    names += (names.empty() ? "'" : ", '") + name + "'";
    int64_t value = op.getDefaultValue(), low = op.getMinimum(),
            high = op.getMaximum();
    if (auto it = parameters.find(name); it != parameters.end()) {
      value = it->second;
      ++used;
    }
    if (value < low || value > high)
      return op.emitOpError("'")
             << name << "' is " << value << ", expected a number in [" << low
             << ", " << high << "]";
    chosen[name] = value;
    numbers[op.getValue()] = value;
  }
  if (used == parameters.size())
    return success();
  for (const auto &[name, value] : parameters)
    if (!chosen.count(name))
      return architecture.emitOpError("has no parameter '")
             << name << "', only " << (names.empty() ? "none" : names);
  return success();
}

/// The arithmetic between the objects, as one program.
LogicalResult Elaborator::evaluateBody() {
  DenseMap<Value, int64_t> parameters = numbers;
  ProgramTranslator translator(objectNames, parameters);
  if (failed(translator.translate(architecture.getBody().front(),
                                  architecture.getLoc())))
    return failure();
  SmallVector<Value> results;
  for (Operation &op : architecture.getBody().getOps())
    for (Value result : op.getResults()) {
      if (!result.getType().isIntOrIndex())
        continue;
      results.push_back(result);
      translator.addOutput(result);
    }
  StepBudget budget;
  auto outputs = evaluate(translator.take(), {}, budget);
  if (!outputs)
    return architecture.emitOpError("has a number that cannot be computed: ")
           << outputs.error().message;
  for (auto [result, output] : llvm::zip_equal(results, *outputs))
    numbers[result] = output;
  return success();
}

LogicalResult Elaborator::evaluateClock() {
  for (auto clock : architecture.getBody().getOps<ClockOp>())
    return number(clock, clock.getKhz(), "frequency", 1, clockKhz.emplace());
  return success();
}

LogicalResult Elaborator::number(Operation *op, Value value, StringRef what,
                                 int64_t minimum, int64_t &result) {
  if (!value)
    return success();
  result = numbers.lookup(value);
  if (result < minimum)
    return op->emitOpError("has the ")
           << what << " " << result << ", expected at least " << minimum;
  return success();
}

/// More objects than anybody describes, and few enough to keep a state for
/// each.
static constexpr int64_t kMaxInstances = 1 << 20;

LogicalResult Elaborator::instances(Operation *op, ValueRange extents,
                                    std::vector<int64_t> &result) {
  ::pr::Checked total = 1;
  for (Value extent : extents) {
    if (failed(number(op, extent, "extent", 1, result.emplace_back())))
      return failure();
    total = total * result.back();
  }
  if (total.ok() && total.value() <= kMaxInstances)
    return success();
  return op->emitOpError("has more than ") << kMaxInstances << " instances";
}

//===----------------------------------------------------------------------===//
// Objects
//===----------------------------------------------------------------------===//

/// Objects are numbered in the order of the file, so that references may look
/// ahead.
void Elaborator::collectNames() {
  for (Operation &op : architecture.getBody().getOps()) {
    if (auto stage = dyn_cast<StageInterface>(op))
      objectNames.stages.try_emplace(stage.getSymName(),
                                     objectNames.stages.size());
    if (auto storage = dyn_cast<StorageInterface>(op))
      objectNames.storages.try_emplace(storage.getSymName(),
                                       objectNames.storages.size());
    if (auto semaphore = dyn_cast<SemaphoreOp>(op))
      objectNames.semaphores.try_emplace(semaphore.getSymName(),
                                         objectNames.semaphores.size());
  }
}

uint32_t Elaborator::operation(StringRef name) {
  auto [it, isNew] =
      objectNames.operations.try_emplace(name, diagram.operations.size());
  if (isNew)
    diagram.operations.push_back(name.str());
  return it->second;
}

std::vector<uint32_t> Elaborator::storages(std::optional<ArrayAttr> names) {
  std::vector<uint32_t> result;
  if (names)
    for (auto name : names->getAsRange<FlatSymbolRefAttr>())
      result.push_back(objectNames.storages.lookup(name.getValue()));
  return result;
}

LogicalResult Elaborator::buildStage(StageInterface op) {
  uint32_t index = diagram.stages.size();
  Stage stage;
  stage.name = op.getSymName().str();
  stage.holdUntilCompletion = op.getHoldUntilCompletion();
  if (auto execute = dyn_cast<ExecuteStageOp>(*op))
    stage.selfOrdered = execute.getSelfOrdered();
  if (auto fetch = dyn_cast<FetchStageOp>(*op)) {
    stage.kind = StageKind::Fetch;
    if (failed(number(op, fetch.getIssueWidth(), "issue width", 1,
                      stage.issueWidth)))
      return failure();
    stage.capacity = stage.issueWidth;
  } else if (isa<ExecuteStageOp>(*op)) {
    stage.kind = StageKind::Execute;
  } else {
    stage.latency = 1;
  }
  if (failed(instances(op, op.getInstances(), stage.instances)) ||
      failed(number(op, op.getLatency(), "latency", 0, stage.latency)) ||
      failed(number(op, op.getCapacity(), "capacity", 1, stage.capacity)))
    return failure();
  if (std::optional<ArrayAttr> forwards = op.getForwards())
    for (auto name : forwards->getAsRange<FlatSymbolRefAttr>())
      stage.forwards.push_back(objectNames.stages.lookup(name.getValue()));
  diagram.stages.push_back(std::move(stage));
  for (Region &region : op->getRegions())
    for (Operation &inner : region.getOps()) {
      if (auto unit = dyn_cast<UnitInterface>(inner)) {
        if (failed(buildUnit(unit, index)))
          return failure();
      } else if (auto access = dyn_cast<InstructionMemoryAccessUnitOp>(inner)) {
        Stage &fetch = diagram.stages[index];
        fetch.instructionMemory =
            objectNames.storages.lookup(access.getMemory());
        if (failed(number(&inner, access.getWidth(), "width", 1,
                          fetch.instructionsPerAccess)))
          return failure();
      }
    }
  return success();
}

LogicalResult Elaborator::buildUnit(UnitInterface op, uint32_t stage) {
  Unit unit;
  unit.name = op.getUnitName().str();
  unit.stage = stage;
  unit.accessesMemory = isa<MemoryAccessUnitOp>(*op);
  unit.reads = storages(op.getReads());
  unit.writes = storages(op.getWrites());
  if (failed(number(op, op.getInFlight(), "in-flight limit", 1, unit.inFlight)))
    return failure();
  if (auto access = dyn_cast<MemoryAccessUnitOp>(*op)) {
    unit.postedWrites = access.getPostedWrites();
    if (failed(number(op, access.getOutstanding(), "limit of accesses", 1,
                      unit.outstanding)))
      return failure();
    int64_t least = 1;
    for (Value burst : access.getBursts()) {
      if (failed(number(op, burst, "burst", least, unit.bursts.emplace_back())))
        return failure();
      least = unit.bursts.back() + 1;
    }
  }
  for (ProcessOp process : op.getBody().getOps<ProcessOp>())
    if (failed(buildProcess(process, unit)))
      return failure();
  diagram.stages[stage].units.push_back(diagram.units.size());
  diagram.units.push_back(std::move(unit));
  return success();
}

LogicalResult Elaborator::buildProcess(ProcessOp op, Unit &unit) {
  ProgramTranslator translator(objectNames, numbers);
  Block &body = op.getBody().front();
  if (failed(translator.translate(body, op.getLoc())))
    return failure();
  auto latency = cast<LatencyOp>(body.getTerminator());
  translator.addOutput(latency.getCycles());
  if (latency.getInterval())
    translator.addOutput(latency.getInterval());
  if (latency.getSecond())
    translator.addOutput(latency.getSecond());
  Process process;
  process.operation = operation(op.getOpcode());
  if (op.getSecond())
    process.second = operation(*op.getSecond());
  process.latency = translator.take();
  process.latency.removeDeadComputes();
  if (!process.latency.issues.empty())
    return op.emitOpError("issues instructions, which a latency must not");
  unit.processes.push_back(std::move(process));
  return success();
}

LogicalResult Elaborator::buildSemaphore(SemaphoreOp op) {
  Semaphore &semaphore = diagram.semaphores.emplace_back();
  semaphore.name = op.getSymName().str();
  return number(op, op.getInitial(), "initial count", 0, semaphore.initial);
}

//===----------------------------------------------------------------------===//
// Storage
//===----------------------------------------------------------------------===//

LogicalResult Elaborator::buildStorage(StorageInterface op) {
  Storage storage;
  storage.name = op.getSymName().str();
  if (failed(instances(op, op.getInstances(), storage.instances)) ||
      failed(number(op, op.getSize(), "size", 1, storage.size)))
    return failure();
  if (auto memory = dyn_cast<MemoryInterface>(*op))
    if (failed(buildMemory(memory, storage)))
      return failure();
  diagram.storages.push_back(std::move(storage));
  return success();
}

LogicalResult Elaborator::buildMemory(MemoryInterface op, Storage &storage) {
  storage.kind = StorageKind::SRAM;
  storage.readLatency = storage.writeLatency = 1;
  if (failed(number(op, op.getReadLatency(), "read latency", 0,
                    storage.readLatency)) ||
      failed(number(op, op.getWriteLatency(), "write latency", 0,
                    storage.writeLatency)) ||
      failed(number(op, op.getPorts(), "number of ports", 1, storage.ports)) ||
      failed(
          number(op, op.getPortWidth(), "port width", 1, storage.portWidth)) ||
      failed(number(op, op.getOverhead(), "overhead", 0, storage.overhead)) ||
      failed(
          number(op, op.getResponse(), "response time", 0, storage.response)) ||
      failed(
          number(op, op.getInFlight(), "in-flight limit", 1, storage.inFlight)))
    return failure();
  storage.firstCome = op.getFirstCome();
  if (auto dram = dyn_cast<DRAMOp>(*op)) {
    storage.kind = StorageKind::DRAM;
    return failure(
        failed(
            number(op, dram.getBanks(), "number of banks", 1, storage.banks)) ||
        failed(number(op, dram.getRow(), "row size", 1, storage.row)) ||
        failed(number(op, dram.getRowMiss(), "row miss time", 0,
                      storage.rowMiss)) ||
        failed(
            number(op, dram.getRowCycle(), "row cycle", 0, storage.rowCycle)) ||
        failed(number(op, dram.getWriteRecovery(), "write recovery", 0,
                      storage.writeRecovery)) ||
        failed(number(op, dram.getTurnaround(), "turnaround", 0,
                      storage.turnaround)));
  }
  auto cache = dyn_cast<SetAssociativeCacheOp>(*op);
  if (!cache)
    return success();
  storage.kind = StorageKind::Cache;
  storage.backing = objectNames.storages.lookup(cache.getBacking());
  storage.replacement = llvm::StringSwitch<Replacement>(cache.getReplacement())
                            .Case("fifo", Replacement::FIFO)
                            .Case("random", Replacement::Random)
                            .Default(Replacement::LRU);
  return failure(
      failed(number(op, cache.getSets(), "number of sets", 1, storage.sets)) ||
      failed(number(op, cache.getWays(), "number of ways", 1, storage.ways)) ||
      failed(number(op, cache.getLine(), "line size", 1, storage.line)) ||
      failed(number(op, cache.getMisses(), "limit of misses", 1,
                    storage.misses)) ||
      failed(number(op, cache.getMissOverhead(), "miss overhead", 0,
                    storage.missOverhead)) ||
      failed(number(op, cache.getVictimOverhead(), "victim overhead", 0,
                    storage.victimOverhead)) ||
      failed(number(op, cache.getSetGap(), "set gap", 0, storage.setGap)));
}
