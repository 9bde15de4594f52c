// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Sums over functions and modules, and how much of the whole they hold.
//
// Of alternatives (scf.if) the slowest counts, and the fastest is its lower
// bound. Bounds are added up as if all errors went the same way. What has no
// estimate is taken to need as much time per unit of work
// (multiply-accumulates, or elements where there are none) as what has one:
// that gives the coverage by time, which stays unknown where there is nothing
// to compare with.
#ifndef PR_ANALYSIS_TOTALS_H
#define PR_ANALYSIS_TOTALS_H

#include "pr/Analysis/FunctionEstimates.h"

#include "mlir/IR/SymbolTable.h"
#include "llvm/ADT/MapVector.h"

#include <array>
#include <optional>

namespace mlir::pr {

/// A sum with its bounds, in picoseconds or in cycles. Saturates at kMaxCount.
struct Amount {
  /// False as soon as one summand does not have this unit.
  bool known = true;
  int64_t value = 0, lower = 0, upper = 0;

  void add(const Amount &other, int64_t times);
};

/// Why operations have no estimate.
struct Gap {
  int64_t ops = 0;
  Operation *first = nullptr;
};

struct Totals {
  /// Zero, in the units that the target has.
  static Totals none(const ::pr::TargetInfo &target);

  /// Operations that take time, and those of them that have a number.
  int64_t ops = 0, covered = 0;
  Amount ps, cycles;
  llvm::MapVector<StringAttr, Gap> gaps;

  void add(const OpEstimate &estimate, int64_t times);
  /// An operation of which nothing is known, not even its work.
  void addUnknown(StringAttr reason, Operation *op, int64_t times);
  void add(const Totals &other, int64_t times);
  /// One of several alternatives: the time is that of the slowest, bounded
  /// below by the fastest. Operations and gaps of all of them count: any may be
  /// run.
  void addOneOf(llvm::ArrayRef<Totals> branches);

  /// 0 .. 1.
  double coverageByOps() const;
  std::optional<double> coverageByTime() const;
  TotalAttr attribute(const FunctionEstimator &estimator,
                      MLIRContext *context) const;

private:
  /// Work is only comparable with work of its kind.
  enum WorkClass { MultiplyAccumulates, Elements, NumClasses };
  void addWork(const OpEstimate &estimate, int64_t times);
  void addGap(StringAttr reason, Operation *op, int64_t times);

  std::array<double, NumClasses> time{}, work{}, missingWork{};
  bool unknownWork = false;
};

/// The totals of all functions below `root`: calls are followed, loops of a
/// constant trip count multiply, of the branches of a choice one counts.
class CallTotals {
public:
  /// `estimates` holds the functions of `root` in program order, and outlives
  /// this. Where `root` is itself a function, calls are not followed.
  CallTotals(Operation *root,
             const llvm::MapVector<Operation *, FunctionEstimates> &estimates,
             const ::pr::TargetInfo &target);

  const Totals &of(Operation *function) const;
  /// Sum over the functions that nobody calls.
  const Totals &ofRoot() const { return rootTotals; }

  /// One operation with what it runs: the body of a loop as often as it runs,
  /// the function that a call leads to. `fromOp`: the estimates of its function
  /// from this operation on.
  Totals ofOp(Operation *op, llvm::ArrayRef<OpEstimate> fromOp);
  /// Everything in a region, once. `fromFirst`: the estimates from its first
  /// operation on.
  Totals ofRegion(Region &region, llvm::ArrayRef<OpEstimate> fromFirst);

private:
  friend class StructuredSum;

  struct Entry {
    Totals totals;
    const FunctionEstimates *estimates;
    /// Null where a call cannot be followed.
    SmallVector<Operation *> callees;
    enum { Own, InProgress, Complete } state = Own;
  };

  void complete(Operation *function, Entry &entry);
  void addCall(Operation *call, Totals &sum);
  Operation *calleeOf(Operation *call);
  void addUpRoot();

  Operation *root;
  const ::pr::TargetInfo &target;
  llvm::MapVector<Operation *, Entry> entries;
  /// The functions that are being added up, each called by the one before.
  SmallVector<Entry *> current;
  SymbolTableCollection symbols;
  Totals rootTotals;
};

} // namespace mlir::pr

#endif // PR_ANALYSIS_TOTALS_H
