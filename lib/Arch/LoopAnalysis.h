// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What can be said about all iterations of a loop before they are run: whether
// they issue the same instructions, from which iteration to which, and how far
// their addresses move from one to the next. Knows nothing of time.
#ifndef PR_LIB_ARCH_LOOPANALYSIS_H
#define PR_LIB_ARCH_LOOPANALYSIS_H

#include "pr/Arch/Cursor.h"
#include "pr/Arch/Machine.h"

namespace pr::arch {

/// Addresses of one operand of one `acadl.issue`, over the iterations asked for
/// and all iterations of inner loops.
struct AccessSite {
  uint32_t storage = 0;
  int64_t begin = 0, end = 0;
  int64_t delta = 0;    ///< from one block of iterations to the next
  bool clipped = false; ///< the addresses may lie outside of the storage
};

struct LoopPattern {
  /// Iterations [first, last) repeat with the period `block`: all numbers but
  /// the addresses are those of `block` iterations before.
  bool repeats = false;
  int64_t first = 0, last = 0, block = 1;
  std::vector<AccessSite> sites;
};

class LoopAnalysis {
public:
  LoopAnalysis(const Machine &machine, const Program &program);

  /// The longest stretch of equal iterations of cursor.loop() from its
  /// `first` one on; the cursor is at its LoopBegin or IterationEnd.
  LoopPattern findPattern(const Cursor &cursor, int64_t first);
  /// All places that the loop may touch.
  std::vector<AccessSite> findSites(const Cursor &cursor);

private:
  /// A value in iteration k of the loop, and in every iteration of inner loops:
  /// within [low, high], and `delta` more than a block of iterations earlier.
  struct Abstract {
    int64_t low = 0, high = 0;
    int64_t delta = 0;
    bool regular = true; ///< has a delta
    bool isConstant() const { return low == high && delta == 0; }
  };
  static Abstract any(bool regular);

  bool analyze(const Cursor &cursor, int64_t first, int64_t last);
  bool runBlock(BlockId block);
  bool runLoop(const Loop &loop);
  bool runIf(const If &choice);
  bool runWhile(const While &loop);
  void forget(BlockId block, bool regular);
  bool runIssue(const Issue &issue);
  void runAccess(const Access &access, bool &good);
  Abstract compute(const Compute &compute);
  Abstract divide(ExprOp op, Abstract a, Abstract b);
  Abstract minOrMax(ExprOp op, Abstract a, Abstract b);
  Abstract compare(ExprOp op, Abstract a, Abstract b);
  Abstract select(Abstract condition, Abstract a, Abstract b);
  Abstract get(ValueId id) const;
  void set(ValueId id, Abstract value);
  void demandBlock(int64_t multiple);

  const Machine &machine;
  const Program &program;
  const Cursor *cursor = nullptr;
  std::vector<Abstract> values;
  std::vector<uint32_t> known; ///< epoch in which a value was set
  uint32_t epoch = 0;
  int64_t block = 1, wantedBlock = 1;
  std::vector<AccessSite> sites;
};

} // namespace pr::arch

#endif // PR_LIB_ARCH_LOOPANALYSIS_H
