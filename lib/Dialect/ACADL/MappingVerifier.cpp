// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The part of the architecture's verifier that is about mappings.
#include "ArchitectureVerifier.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/IR/Matchers.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;
using namespace mlir::pr::acadl;

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
  return failure(result.wasInterrupted() || failed(checkAliases()));
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
  named.try_emplace(range.getStorage(), range);
  return checkAddress(range, storage);
}

LogicalResult ArchitectureVerifier::checkAddress(RangeOp range,
                                                 StorageInterface storage) {
  // Only what is constant can be seen here; the rest is checked per layer.
  llvm::APInt address, size;
  if (matchPattern(range.getAddress(), m_ConstantInt(&address)) &&
      matchPattern(storage.getSize(), m_ConstantInt(&size)) &&
      (address.isNegative() || address.sge(size)))
    return range.emitOpError("has address ")
           << address.getSExtValue() << ", outside the " << size.getSExtValue()
           << " words of '@" << range.getStorage() << "'";
  Operation *culprit = addresses.findNonAffine(range.getAddress());
  if (!culprit)
    return success();
  InFlightDiagnostic diagnostic = range.emitOpError(
      "has an address that is not affine in the variables of the loops around "
      "it");
  diagnostic.attachNote(culprit->getLoc())
      << (isa<arith::MulIOp>(culprit)
              ? "both factors change from iteration to iteration"
              : "the divisor changes from iteration to iteration");
  return diagnostic;
}

/// The words of a cache are those of the memory behind it, but dependencies are
/// by name: an instruction must not see both.
LogicalResult ArchitectureVerifier::checkAliases() {
  for (auto cache : architecture.getBody().getOps<SetAssociativeCacheOp>()) {
    RangeOp through = named.lookup(cache.getSymName());
    RangeOp around = named.lookup(cache.getBacking());
    if (!through || !around)
      continue;
    InFlightDiagnostic diagnostic =
        around.emitOpError("is of '@")
        << cache.getBacking() << "', whose words other ranges access through "
        << "the cache '@" << cache.getSymName()
        << "', so that dependencies between them would be missed";
    diagnostic.attachNote(through.getLoc()) << "such a range is here";
    return diagnostic;
  }
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
