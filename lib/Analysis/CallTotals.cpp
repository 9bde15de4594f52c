// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Totals through calls, loops and branches.
#include "pr/Analysis/Totals.h"

#include "pr/Support/CheckedMath.h"

#include "mlir/IR/SymbolTable.h"
#include "mlir/Interfaces/CallInterfaces.h"
#include "mlir/Interfaces/ControlFlowInterfaces.h"
#include "mlir/Interfaces/FunctionInterfaces.h"
#include "mlir/Interfaces/LoopLikeInterface.h"
#include "llvm/ADT/SmallPtrSet.h"

using namespace mlir;
using namespace mlir::pr;

//===----------------------------------------------------------------------===//
// Control flow
//===----------------------------------------------------------------------===//

static bool isLoop(Operation *op) {
  return isa<LoopLikeOpInterface>(op) ||
         op->getName().getStringRef() == "tosa.while_loop";
}

static std::optional<int64_t> tripCount(Operation *op) {
  auto loop = dyn_cast<LoopLikeOpInterface>(op);
  std::optional<APInt> count =
      loop ? loop.getStaticTripCount() : std::optional<APInt>();
  if (!count || count->getActiveBits() > 62)
    return std::nullopt;
  return static_cast<int64_t>(count->getZExtValue());
}

/// Of several regions one is run: scf.if, scf.index_switch, tosa.cond_if.
static bool isChoice(Operation *op) {
  return op->getNumRegions() > 1 && !isLoop(op) &&
         (isa<RegionBranchOpInterface>(op) ||
          op->getName().getStringRef() == "tosa.cond_if");
}

static StringAttr callGap(Operation *call, const llvm::Twine &why) {
  std::string callee = "a value";
  auto symbol = llvm::dyn_cast_if_present<SymbolRefAttr>(
      cast<CallOpInterface>(call).getCallableForCallee());
  if (symbol)
    callee = ("'" + symbol.getLeafReference().strref() + "'").str();
  return StringAttr::get(call->getContext(),
                         "the call of " + callee + " " + why);
}

static void addGap(Totals &sum, Operation *op, const llvm::Twine &why) {
  sum.addUnknown(StringAttr::get(op->getContext(), why), op, 1);
}

//===----------------------------------------------------------------------===//
// Adding up
//===----------------------------------------------------------------------===//

namespace mlir::pr {
/// Sums along the operations' nesting. The estimates are read in program order,
/// as they are stored; what is not listed belongs to the body of another
/// operation.
class StructuredSum {
public:
  StructuredSum(CallTotals &totals, llvm::ArrayRef<OpEstimate> estimates)
      : totals(totals), rest(estimates) {}

  void addRegion(Region &region, Totals &sum) {
    for (Block &block : region)
      for (Operation &op : block)
        addOp(&op, sum);
    if (!region.empty() && !region.hasOneBlock())
      addGap(sum, region.getParentOp(),
             "nobody knows how often each of several blocks runs, all of them "
             "count once");
  }

  void addOp(Operation *op, Totals &sum) {
    if (rest.empty() || rest.front().op != op)
      return;
    const OpEstimate &estimate = rest.front();
    rest = rest.drop_front();
    sum.add(estimate, 1);
    if (estimate.status != ::pr::EstimateStatus::Folded)
      return;
    if (isa<CallOpInterface>(op))
      totals.addCall(op, sum);
    else if (op->getNumRegions() == 0)
      return; // a view, a constant: most of what is folded
    else if (isLoop(op))
      addLoop(op, sum);
    else if (isChoice(op))
      addChoice(op, sum);
    else
      for (Region &region : op->getRegions())
        addRegion(region, sum);
  }

private:
  Totals sumOf(llvm::MutableArrayRef<Region> regions) {
    Totals sum = Totals::none(totals.target);
    for (Region &region : regions)
      addRegion(region, sum);
    return sum;
  }

  void addLoop(Operation *op, Totals &sum) {
    Totals body = sumOf(op->getRegions());
    std::optional<int64_t> times = tripCount(op);
    sum.add(body, times.value_or(1));
    if (!times)
      addGap(sum, op, "the loop's trip count is unknown, its body counts once");
  }

  void addChoice(Operation *op, Totals &sum) {
    SmallVector<Totals> branches;
    for (Region &region : op->getRegions())
      branches.push_back(sumOf(region));
    sum.addOneOf(branches);
  }

  CallTotals &totals;
  llvm::ArrayRef<OpEstimate> rest;
};
} // namespace mlir::pr

CallTotals::CallTotals(
    Operation *root,
    const llvm::MapVector<Operation *, FunctionEstimates> &estimates,
    const ::pr::TargetInfo &target)
    : root(root), target(target), rootTotals(Totals::none(target)) {
  for (const auto &[function, ops] : estimates)
    entries.insert(
        {function, Entry{Totals::none(target), &ops, {}, Entry::Own}});
  for (auto &[function, entry] : entries)
    complete(function, entry);
  addUpRoot();
}

void CallTotals::complete(Operation *function, Entry &entry) {
  if (entry.state != Entry::Own)
    return;
  entry.state = Entry::InProgress;
  current.push_back(&entry);
  StructuredSum sum(*this, *entry.estimates);
  for (Region &region : function->getRegions())
    sum.addRegion(region, entry.totals);
  current.pop_back();
  entry.state = Entry::Complete;
}

/// The function that a call leads to; null where it cannot be followed.
Operation *CallTotals::calleeOf(Operation *call) {
  if (call->getParentOfType<FunctionOpInterface>() == root)
    return nullptr;
  Operation *callee =
      cast<CallOpInterface>(call).resolveCallableInTable(&symbols);
  return entries.count(callee) ? callee : nullptr;
}

void CallTotals::addCall(Operation *call, Totals &sum) {
  Operation *callee = calleeOf(call);
  if (!current.empty())
    current.back()->callees.push_back(callee);
  if (!callee)
    return sum.addUnknown(callGap(call, isa<FunctionOpInterface>(root)
                                            ? "is followed only on a module"
                                            : "leads to no body in this "
                                              "module"),
                          call, 1);
  Entry &entry = entries.find(callee)->second;
  complete(callee, entry);
  if (entry.state == Entry::InProgress)
    sum.addUnknown(callGap(call, "is recursive"), call, 1);
  else
    sum.add(entry.totals, 1);
}

/// Every function counts through those that call it. Functions that only call
/// each other have no such start: the first of them is taken.
void CallTotals::addUpRoot() {
  llvm::SmallPtrSet<Operation *, 8> called, reached;
  for (auto &[function, entry] : entries)
    called.insert(entry.callees.begin(), entry.callees.end());
  auto start = [&](Operation *function) {
    rootTotals.add(of(function), 1);
    SmallVector<Operation *> open = {function};
    while (!open.empty()) {
      Operation *next = open.pop_back_val();
      if (next && reached.insert(next).second)
        llvm::append_range(open, entries.find(next)->second.callees);
    }
  };
  for (auto &[function, entry] : entries)
    if (!called.contains(function))
      start(function);
  for (auto &[function, entry] : entries)
    if (!reached.contains(function))
      start(function);
}

const Totals &CallTotals::of(Operation *function) const {
  return entries.find(function)->second.totals;
}

Totals CallTotals::ofOp(Operation *op, llvm::ArrayRef<OpEstimate> fromOp) {
  Totals sum = Totals::none(target);
  StructuredSum(*this, fromOp).addOp(op, sum);
  return sum;
}

Totals CallTotals::ofRegion(Region &region,
                            llvm::ArrayRef<OpEstimate> fromFirst) {
  Totals sum = Totals::none(target);
  StructuredSum(*this, fromFirst).addRegion(region, sum);
  return sum;
}
