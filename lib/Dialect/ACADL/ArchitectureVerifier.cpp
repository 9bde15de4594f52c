// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What only the whole architecture shows: names that lead nowhere, stages that
// no instruction reaches, instructions that no unit processes.
#include "pr/Dialect/ACADL/ACADLOps.h"

#include "mlir/IR/Matchers.h"
#include "llvm/ADT/SetVector.h"
#include "llvm/ADT/StringMap.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;
using namespace mlir::pr::acadl;

namespace {
/// Where an operation is carried out.
struct Processor {
  StageInterface stage;
  UnitInterface unit;
  ProcessOp process;
};

class ArchitectureVerifier {
public:
  explicit ArchitectureVerifier(ArchitectureOp architecture)
      : architecture(architecture) {}
  LogicalResult run();

private:
  LogicalResult collect();
  LogicalResult addName(StringRef name, Operation *op);
  LogicalResult collectUnits(StageInterface stage);
  LogicalResult checkOnce();
  LogicalResult checkForwards(StageInterface stage);
  LogicalResult checkCycles();
  LogicalResult reportCycle(const llvm::DenseMap<Operation *, unsigned> &open);
  LogicalResult checkReachable();
  LogicalResult checkUnit(UnitInterface unit);
  LogicalResult checkConnections(UnitInterface unit,
                                 std::optional<ArrayAttr> names);
  LogicalResult checkCache(SetAssociativeCacheOp cache);
  LogicalResult checkMappings();
  LogicalResult checkIssue(IssueOp issue);
  LogicalResult checkProcessor(IssueOp issue, const Processor &processor);
  LogicalResult checkAccesses(IssueOp issue, ArrayRef<Processor> processors,
                              bool writes);
  LogicalResult checkRange(RangeOp range);
  LogicalResult checkStream(StreamOp stream);
  template <typename OpTy>
  LogicalResult checkSemaphore(OpTy op);

  template <typename OpTy>
  OpTy find(StringRef name) {
    return dyn_cast_or_null<OpTy>(objects.lookup(name));
  }
  /// The stages that an instruction of this stage can come to, itself included.
  llvm::SetVector<Operation *> reachableFrom(StageInterface stage);

  ArchitectureOp architecture;
  llvm::StringMap<Operation *> objects; ///< units too
  SmallVector<StageInterface> stages;
  SmallVector<UnitInterface> units;
  llvm::StringMap<SmallVector<Processor>> processors;
};
} // namespace

LogicalResult ArchitectureOp::verifyRegions() {
  return ArchitectureVerifier(*this).run();
}

LogicalResult ArchitectureVerifier::run() {
  if (failed(collect()) || failed(checkOnce()))
    return failure();
  for (StageInterface stage : stages)
    if (failed(checkForwards(stage)))
      return failure();
  if (failed(checkCycles()) || failed(checkReachable()))
    return failure();
  for (UnitInterface unit : units)
    if (failed(checkUnit(unit)))
      return failure();
  for (auto cache : architecture.getBody().getOps<SetAssociativeCacheOp>())
    if (failed(checkCache(cache)))
      return failure();
  return checkMappings();
}

//===----------------------------------------------------------------------===//
// Names
//===----------------------------------------------------------------------===//

LogicalResult ArchitectureVerifier::addName(StringRef name, Operation *op) {
  auto [it, isNew] = objects.try_emplace(name, op);
  if (isNew)
    return success();
  InFlightDiagnostic diagnostic = op->emitOpError("has the name '@")
                                  << name << "' of another object";
  diagnostic.attachNote(it->second->getLoc()) << "the other one is here";
  return diagnostic;
}

LogicalResult ArchitectureVerifier::collectUnits(StageInterface stage) {
  for (Region &region : stage->getRegions())
    for (Operation &op : region.getOps()) {
      auto name = op.getAttrOfType<StringAttr>("unitName");
      if (failed(addName(name.getValue(), &op)))
        return failure();
      auto unit = dyn_cast<UnitInterface>(op);
      if (!unit)
        continue;
      units.push_back(unit);
      for (ProcessOp process : unit.getBody().getOps<ProcessOp>())
        if (!process.getSecond())
          processors[process.getOpcode()].push_back({stage, unit, process});
    }
  return success();
}

LogicalResult ArchitectureVerifier::collect() {
  for (Operation &op : architecture.getBody().getOps()) {
    if (auto symbol = dyn_cast<SymbolOpInterface>(op))
      if (failed(addName(symbol.getName(), &op)))
        return failure();
    if (auto stage = dyn_cast<StageInterface>(op)) {
      stages.push_back(stage);
      if (failed(collectUnits(stage)))
        return failure();
    }
  }
  return success();
}

/// What there may be one of: a clock, a parameter of a name, a mapping of a
/// kind.
LogicalResult ArchitectureVerifier::checkOnce() {
  llvm::StringMap<Operation *> seen;
  auto once = [&](StringRef key, Operation &op, const Twine &what) {
    auto [it, isNew] = seen.try_emplace(key, &op);
    if (isNew)
      return success();
    InFlightDiagnostic diagnostic = op.emitOpError("is the second ") << what;
    diagnostic.attachNote(it->second->getLoc()) << "the first one is here";
    return LogicalResult(diagnostic);
  };
  for (Operation &op : architecture.getBody().getOps()) {
    LogicalResult result = success();
    if (isa<ClockOp>(op))
      result = once("clock", op, "clock of its architecture");
    if (auto parameter = dyn_cast<ParameterOp>(op))
      result = once(("parameter " + parameter.getParameter()).str(), op,
                    "parameter '" + parameter.getParameter() + "'");
    if (auto mapping = dyn_cast<MappingOp>(op))
      result = once(("mapping " + mapping.getKind()).str(), op,
                    "mapping of '" + mapping.getKind() + "'");
    if (failed(result))
      return failure();
  }
  return success();
}

//===----------------------------------------------------------------------===//
// Stages
//===----------------------------------------------------------------------===//

static auto namesOf(std::optional<ArrayAttr> names) {
  ArrayAttr array = names ? *names : ArrayAttr();
  SmallVector<StringRef> result;
  if (array)
    for (auto name : array.getAsRange<FlatSymbolRefAttr>())
      result.push_back(name.getValue());
  return result;
}

LogicalResult ArchitectureVerifier::checkForwards(StageInterface stage) {
  for (StringRef name : namesOf(stage.getForwards())) {
    Operation *target = objects.lookup(name);
    if (!target)
      return stage->emitOpError("forwards to '@")
             << name << "', which does not exist";
    if (!isa<StageInterface>(target) || isa<FetchStageOp>(target))
      return (stage->emitOpError("forwards to '@")
              << name << "', expected a pipeline or execute stage")
                 .attachNote(target->getLoc())
             << "it is this '" << target->getName() << "'";
  }
  return success();
}

/// Takes away stages that lead to no other that is left, until none is left or
/// all of them lie on cycles or in front of one.
LogicalResult ArchitectureVerifier::checkCycles() {
  llvm::DenseMap<Operation *, unsigned> open; ///< forwards to what is left
  llvm::DenseMap<Operation *, SmallVector<Operation *>> sources;
  SmallVector<Operation *> done;
  for (StageInterface stage : stages) {
    SmallVector<StringRef> names = namesOf(stage.getForwards());
    open[stage] = names.size();
    for (StringRef name : names)
      sources[objects.lookup(name)].push_back(stage);
    if (names.empty())
      done.push_back(stage);
  }
  for (unsigned i = 0; i < done.size(); ++i)
    for (Operation *source : sources.lookup(done[i]))
      if (--open[source] == 0)
        done.push_back(source);
  if (done.size() == stages.size())
    return success();
  return reportCycle(open);
}

/// Follows forwards among the stages that are left until one comes again.
LogicalResult ArchitectureVerifier::reportCycle(
    const llvm::DenseMap<Operation *, unsigned> &open) {
  llvm::SetVector<Operation *> path;
  Operation *next = *llvm::find_if(
      stages, [&](StageInterface stage) { return open.lookup(stage) > 0; });
  while (path.insert(next)) {
    for (StringRef name : namesOf(cast<StageInterface>(next).getForwards()))
      if (Operation *target = objects.lookup(name); open.lookup(target) > 0) {
        next = target;
        break;
      }
  }
  InFlightDiagnostic diagnostic =
      next->emitOpError("can be reached from itself, so that an instruction "
                        "could circle forever");
  for (Operation *op : llvm::make_range(llvm::find(path, next), path.end()))
    if (op != next)
      diagnostic.attachNote(op->getLoc())
          << "by way of '@" << cast<StageInterface>(op).getSymName() << "'";
  return diagnostic;
}

llvm::SetVector<Operation *>
ArchitectureVerifier::reachableFrom(StageInterface stage) {
  llvm::SetVector<Operation *> reached;
  reached.insert(stage);
  for (unsigned i = 0; i < reached.size(); ++i)
    for (StringRef name :
         namesOf(cast<StageInterface>(reached[i]).getForwards()))
      reached.insert(find<StageInterface>(name));
  return reached;
}

LogicalResult ArchitectureVerifier::checkReachable() {
  llvm::SetVector<Operation *> reached;
  for (StageInterface stage : stages)
    if (isa<FetchStageOp>(stage))
      reached.insert_range(reachableFrom(stage));
  if (reached.empty())
    return architecture.emitOpError("has no fetch stage");
  for (StageInterface stage : stages)
    if (!reached.contains(stage))
      return stage->emitOpError("is reached from no fetch stage");
  return success();
}

//===----------------------------------------------------------------------===//
// Units and storage
//===----------------------------------------------------------------------===//

LogicalResult
ArchitectureVerifier::checkConnections(UnitInterface unit,
                                       std::optional<ArrayAttr> names) {
  for (StringRef name : namesOf(names)) {
    if (!find<StorageInterface>(name))
      return unit->emitOpError("is connected to '@")
             << name << "', expected a register file or a memory";
    if (isa<FunctionalUnitOp>(unit) && !find<RegisterFileOp>(name))
      return unit->emitOpError("is connected to the memory '@")
             << name << "', which only a memory access unit may be";
  }
  return success();
}

LogicalResult ArchitectureVerifier::checkUnit(UnitInterface unit) {
  return failure(failed(checkConnections(unit, unit.getReads())) ||
                 failed(checkConnections(unit, unit.getWrites())));
}

LogicalResult ArchitectureVerifier::checkCache(SetAssociativeCacheOp cache) {
  llvm::SetVector<Operation *> chain;
  for (SetAssociativeCacheOp next = cache; next;) {
    if (!chain.insert(next))
      return cache.emitOpError("is backed by itself");
    StringRef name = next.getBacking();
    if (!find<MemoryInterface>(name))
      return next.emitOpError("is backed by '@")
             << name << "', expected a memory";
    next = find<SetAssociativeCacheOp>(name);
  }
  return success();
}

//===----------------------------------------------------------------------===//
// Mappings
//===----------------------------------------------------------------------===//

LogicalResult ArchitectureVerifier::checkMappings() {
  WalkResult result = architecture.walk([&](Operation *op) {
    LogicalResult checked =
        llvm::TypeSwitch<Operation *, LogicalResult>(op)
            .Case<IssueOp>([&](auto op) { return checkIssue(op); })
            .Case<RangeOp>([&](auto op) { return checkRange(op); })
            .Case<StreamOp>([&](auto op) { return checkStream(op); })
            .Case<SignalOp, WaitOp>([&](auto op) { return checkSemaphore(op); })
            .Case<InstructionMemoryAccessUnitOp>([&](auto op) {
              if (find<MemoryInterface>(op.getMemory()))
                return LogicalResult(success());
              return LogicalResult(op.emitOpError("reads '@")
                                   << op.getMemory() << "', expected a memory");
            })
            .Default([](Operation *) { return success(); });
    return failed(checked) ? WalkResult::interrupt() : WalkResult::advance();
  });
  return failure(result.wasInterrupted());
}

LogicalResult ArchitectureVerifier::checkIssue(IssueOp issue) {
  if (issue->getParentOp() == architecture)
    return issue.emitOpError("is in no mapping");
  auto it = processors.find(issue.getOpcode());
  if (it == processors.end())
    return issue.emitOpError("has operation '")
           << issue.getOpcode() << "', which no unit processes";
  for (const Processor &processor : it->second)
    if (failed(checkProcessor(issue, processor)))
      return failure();
  if (failed(checkAccesses(issue, it->second, /*writes=*/false)) ||
      failed(checkAccesses(issue, it->second, /*writes=*/true)))
    return failure();
  auto stream = issue->getParentOfType<StreamOp>();
  if (!stream)
    return success();
  auto fetch = find<FetchStageOp>(stream.getFetchStage());
  if (!fetch) // said where the stream is checked
    return success();
  llvm::SetVector<Operation *> reached = reachableFrom(fetch);
  for (const Processor &processor : it->second)
    if (reached.contains(processor.stage))
      return success();
  return issue.emitOpError("has operation '")
         << issue.getOpcode() << "', which is not processed by a unit that "
         << "instructions of '@" << stream.getFetchStage() << "' reach";
}

LogicalResult ArchitectureVerifier::checkProcessor(IssueOp issue,
                                                   const Processor &processor) {
  auto fail = [&](const Twine &message) {
    InFlightDiagnostic diagnostic = issue.emitOpError(message);
    diagnostic.attachNote(ProcessOp(processor.process).getLoc())
        << "operation '" << issue.getOpcode() << "' is processed here";
    return diagnostic;
  };
  unsigned expected = ProcessOp(processor.process).getBody().getNumArguments();
  if (issue.getImmediates().size() != expected)
    return fail("has " + Twine(issue.getImmediates().size()) +
                " immediates, expected " + Twine(expected));
  unsigned rank = StageInterface(processor.stage).getInstances().size();
  if (issue.getAt().size() != rank)
    return fail("has " + Twine(issue.getAt().size()) +
                " indices 'at' the stage, expected " + Twine(rank));
  return success();
}

/// An operation that is processed several times on its way touches a range at
/// the stages that are connected to it: at least one of them.
LogicalResult ArchitectureVerifier::checkAccesses(
    IssueOp issue, ArrayRef<Processor> processors, bool writes) {
  StringRef verb = writes ? "writes" : "reads";
  for (Value value : writes ? issue.getWrites() : issue.getReads()) {
    auto range = value.getDefiningOp<RangeOp>();
    if (!range)
      return issue.emitOpError(verb)
             << " a range that is not made by 'acadl.range' in place";
    auto isConnected = [&](const Processor &processor) {
      UnitInterface unit = processor.unit;
      return llvm::is_contained(
          namesOf(writes ? unit.getWrites() : unit.getReads()),
          range.getStorage());
    };
    if (llvm::any_of(processors, isConnected))
      continue;
    UnitInterface unit = processors.front().unit;
    InFlightDiagnostic diagnostic =
        issue.emitOpError(verb)
        << " '@" << range.getStorage() << "', to which unit '@"
        << unit.getUnitName() << "' is not connected";
    diagnostic.attachNote(unit.getLoc()) << "the unit is here";
    return diagnostic;
  }
  return success();
}

LogicalResult ArchitectureVerifier::checkRange(RangeOp range) {
  auto storage = find<StorageInterface>(range.getStorage());
  if (!storage)
    return range.emitOpError("is of '@")
           << range.getStorage() << "', expected a register file or a memory";
  if (range.getAt().size() != storage.getInstances().size())
    return range.emitOpError("has ")
           << range.getAt().size() << " indices 'at' the storage, expected "
           << storage.getInstances().size();
  // Only what is constant can be seen here; the rest is checked per layer.
  llvm::APInt address, size;
  if (matchPattern(range.getAddress(), m_ConstantInt(&address)) &&
      matchPattern(storage.getSize(), m_ConstantInt(&size)) &&
      (address.isNegative() || address.sge(size)))
    return range.emitOpError("has address ")
           << address.getSExtValue() << ", outside the " << size.getSExtValue()
           << " words of '@" << range.getStorage() << "'";
  return success();
}

LogicalResult ArchitectureVerifier::checkStream(StreamOp stream) {
  if (find<FetchStageOp>(stream.getFetchStage()))
    return success();
  return stream.emitOpError("is of '@")
         << stream.getFetchStage() << "', expected a fetch stage";
}

template <typename OpTy>
LogicalResult ArchitectureVerifier::checkSemaphore(OpTy op) {
  if (find<SemaphoreOp>(op.getSemaphore()))
    return success();
  return op.emitOpError("is of '@")
         << op.getSemaphore() << "', expected a semaphore";
}
