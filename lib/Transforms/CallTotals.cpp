// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Totals through calls and loops.
#include "Totals.h"

#include "pr/Support/CheckedMath.h"

#include "mlir/IR/SymbolTable.h"
#include "mlir/Interfaces/CallInterfaces.h"
#include "mlir/Interfaces/FunctionInterfaces.h"
#include "mlir/Interfaces/LoopLikeInterface.h"
#include "llvm/ADT/SmallPtrSet.h"

using namespace mlir;
using namespace mlir::pr;

//===----------------------------------------------------------------------===//
// Loops
//===----------------------------------------------------------------------===//

static std::optional<int64_t> tripCount(LoopLikeOpInterface loop) {
  std::optional<APInt> count = loop.getStaticTripCount();
  if (!count || count->getActiveBits() > 62)
    return std::nullopt;
  return static_cast<int64_t>(count->getZExtValue());
}

namespace {
/// How often the operations of a function run. A loop that runs an unknown
/// number of times counts as one: its own operation is reported as a gap.
class Repetitions {
public:
  explicit Repetitions(Operation *function) : function(function) {}

  int64_t of(Operation *op) {
    return op->getParentOp() == function ? 1 : ofBodies(op->getParentOp());
  }

private:
  /// Repetitions of what lies in the regions of `op`.
  int64_t ofBodies(Operation *op) {
    if (op == function)
      return 1;
    auto [known, inserted] = bodies.try_emplace(op, 1);
    if (!inserted)
      return known->second;
    ::pr::Checked times = ofBodies(op->getParentOp());
    if (auto loop = dyn_cast<LoopLikeOpInterface>(op))
      times = times * ::pr::Checked(tripCount(loop).value_or(1));
    return bodies[op] = times.ok() ? times.value() : ::pr::kMaxCount;
  }

  Operation *function;
  llvm::DenseMap<Operation *, int64_t> bodies;
};
} // namespace

static bool isLoopOfUnknownLength(Operation *op) {
  auto loop = dyn_cast<LoopLikeOpInterface>(op);
  return loop && !tripCount(loop);
}

//===----------------------------------------------------------------------===//
// Calls
//===----------------------------------------------------------------------===//

static StringAttr callGap(Operation *call, const llvm::Twine &why) {
  std::string callee = "a value";
  auto symbol = llvm::dyn_cast_if_present<SymbolRefAttr>(
      cast<CallOpInterface>(call).getCallableForCallee());
  if (symbol)
    callee = ("'" + symbol.getLeafReference().strref() + "'").str();
  return StringAttr::get(call->getContext(),
                         "the call of " + callee + " " + why);
}

CallTotals::CallTotals(
    Operation *root,
    const llvm::MapVector<Operation *, FunctionEstimates> &estimates,
    const ::pr::TargetInfo &target)
    : root(root), target(target), rootTotals(Totals::none(target)) {
  for (const auto &[function, ops] : estimates)
    entries.insert({function, Entry{Totals::none(target), {}, Entry::Own}});
  for (const auto &[function, ops] : estimates)
    collect(function, ops);
  for (auto &[function, entry] : entries)
    complete(entry);
  addUpRoot();
}

/// Every function counts through those that call it. Functions that only call
/// each other have no such start: the first of them is taken.
void CallTotals::addUpRoot() {
  llvm::SmallPtrSet<Operation *, 8> called, reached;
  for (auto &[function, entry] : entries)
    for (const Call &call : entry.calls)
      called.insert(call.callee);
  auto start = [&](Operation *function) {
    rootTotals.add(of(function), 1);
    SmallVector<Operation *> open = {function};
    while (!open.empty()) {
      Operation *next = open.pop_back_val();
      if (next && reached.insert(next).second)
        for (const Call &call : entries.find(next)->second.calls)
          open.push_back(call.callee);
    }
  };
  for (auto &[function, entry] : entries)
    if (!called.contains(function))
      start(function);
  for (auto &[function, entry] : entries)
    if (!reached.contains(function))
      start(function);
}

void CallTotals::collect(Operation *function,
                         const FunctionEstimates &estimates) {
  Entry &entry = entries.find(function)->second;
  Repetitions repetitions(function);
  SymbolTableCollection symbols;
  for (const OpEstimate &estimate : estimates) {
    Operation *op = estimate.op;
    int64_t times = repetitions.of(op);
    if (times == 0)
      continue;
    entry.totals.add(estimate, times);
    if (estimate.status != ::pr::EstimateStatus::Folded)
      continue;
    if (auto call = dyn_cast<CallOpInterface>(op)) {
      Operation *callee =
          function == root ? nullptr : call.resolveCallableInTable(&symbols);
      entry.calls.push_back(
          {op, entries.count(callee) ? callee : nullptr, times});
    } else if (isLoopOfUnknownLength(op)) {
      entry.totals.addUnknown(
          StringAttr::get(op->getContext(),
                          "the loop's trip count is unknown, its body counts "
                          "once"),
          op, times);
    }
  }
}

void CallTotals::complete(Entry &entry) {
  if (entry.state != Entry::Own)
    return;
  entry.state = Entry::InProgress;
  for (const Call &call : entry.calls) {
    if (!call.callee) {
      entry.totals.addUnknown(
          callGap(call.op, isa<FunctionOpInterface>(root)
                               ? "is followed only on a module"
                               : "leads to no body in this module"),
          call.op, call.times);
      continue;
    }
    Entry &callee = entries.find(call.callee)->second;
    complete(callee);
    if (callee.state == Entry::InProgress)
      entry.totals.addUnknown(callGap(call.op, "is recursive"), call.op,
                              call.times);
    else
      entry.totals.add(callee.totals, call.times);
  }
  entry.state = Entry::Complete;
}

const Totals &CallTotals::of(Operation *function) const {
  return entries.find(function)->second.totals;
}
