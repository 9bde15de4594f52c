// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Sums over functions and modules, and how much of the whole they hold.
//
// Bounds are added up as if all errors went the same way. What has no estimate
// is taken to need as much time per unit of work (multiply-accumulates, or
// elements where there are none) as what has one: that gives the coverage by
// time, which stays unknown where there is nothing to compare with.
#ifndef PR_LIB_TRANSFORMS_TOTALS_H
#define PR_LIB_TRANSFORMS_TOTALS_H

#include "FunctionEstimates.h"

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

/// The totals of all functions below `root`, their calls followed.
class CallTotals {
public:
  /// `estimates` holds the functions of `root` in program order. Where `root`
  /// is itself a function, calls are not followed.
  CallTotals(Operation *root,
             const llvm::MapVector<Operation *, FunctionEstimates> &estimates,
             const ::pr::TargetInfo &target);

  const Totals &of(Operation *function) const;
  /// Sum over the functions that nobody calls.
  const Totals &ofRoot() const { return rootTotals; }

private:
  struct Call {
    Operation *op;
    Operation *callee; ///< null where it cannot be followed
    int64_t times;
  };
  struct Entry {
    Totals totals;
    SmallVector<Call> calls;
    enum { Own, InProgress, Complete } state = Own;
  };

  void collect(Operation *function, const FunctionEstimates &estimates);
  void complete(Entry &entry);
  void addUpRoot();

  Operation *root;
  const ::pr::TargetInfo &target;
  llvm::MapVector<Operation *, Entry> entries;
  Totals rootTotals;
};

} // namespace mlir::pr

#endif // PR_LIB_TRANSFORMS_TOTALS_H
