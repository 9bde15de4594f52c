// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Objects and their edges; mappings are in MappingVerifier.cpp.
#include "ArchitectureVerifier.h"

using namespace mlir;
using namespace mlir::pr::acadl;

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

SmallVector<StringRef>
mlir::pr::acadl::namesOf(std::optional<ArrayAttr> names) {
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
