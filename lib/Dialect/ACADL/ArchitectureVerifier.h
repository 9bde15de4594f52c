// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What only the whole architecture shows: names that lead nowhere, stages that
// no instruction reaches, instructions that no unit processes.
#ifndef PR_LIB_DIALECT_ACADL_ARCHITECTUREVERIFIER_H
#define PR_LIB_DIALECT_ACADL_ARCHITECTUREVERIFIER_H

#include "AddressForm.h"
#include "pr/Dialect/ACADL/ACADLOps.h"

#include "llvm/ADT/DenseMap.h"
#include "llvm/ADT/SetVector.h"
#include "llvm/ADT/StringMap.h"

namespace mlir::pr::acadl {

/// The names of a list of references; none where it is left out.
SmallVector<StringRef> namesOf(std::optional<ArrayAttr> names);

/// Where an operation is carried out.
struct Processor {
  StageInterface stage;
  UnitInterface unit;
  ProcessOp process;
};

class ArchitectureVerifier {
public:
  explicit ArchitectureVerifier(ArchitectureOp architecture)
      : architecture(architecture), addresses(architecture) {}
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
  LogicalResult checkAddress(RangeOp range, StorageInterface storage);
  LogicalResult checkAliases();
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
  AddressForm addresses;
  llvm::StringMap<RangeOp> named; ///< by storage: the first range of it
};

} // namespace mlir::pr::acadl

#endif // PR_LIB_DIALECT_ACADL_ARCHITECTUREVERIFIER_H
