// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "pr/Analysis/Totals.h"

#include "pr/Support/CheckedMath.h"

#include <algorithm>
#include <cmath>

using namespace mlir;
using namespace mlir::pr;

//===----------------------------------------------------------------------===//
// Sums
//===----------------------------------------------------------------------===//

static void addSaturated(int64_t &sum, int64_t value, int64_t times) {
  ::pr::Checked result =
      ::pr::Checked(sum) + ::pr::Checked(value) * ::pr::Checked(times);
  sum = result.ok() ? result.value() : ::pr::kMaxCount;
}

void Amount::add(const Amount &other, int64_t times) {
  known &= other.known;
  addSaturated(value, other.value, times);
  addSaturated(lower, other.lower, times);
  addSaturated(upper, other.upper, times);
}

static Amount amountOf(std::optional<int64_t> value,
                       std::optional<int64_t> lower,
                       std::optional<int64_t> upper) {
  if (!value)
    return {false};
  return {true, *value, lower.value_or(*value), upper.value_or(*value)};
}

Totals Totals::none(const ::pr::TargetInfo &target) {
  Totals totals;
  totals.ps.known = !target.countsCycles || target.clockKhz;
  totals.cycles.known = target.countsCycles;
  return totals;
}

void Totals::add(const OpEstimate &estimate, int64_t times) {
  if (estimate.status == ::pr::EstimateStatus::Folded)
    return;
  addWork(estimate, times);
  if (!estimate.hasNumber())
    return addGap(estimate.reason, estimate.op, times);
  const ::pr::Estimate &e = estimate.layer->estimate;
  addSaturated(ops, 1, times);
  addSaturated(covered, 1, times);
  ps.add(amountOf(e.timePs, e.lowerPs, e.upperPs), times);
  cycles.add(amountOf(e.cycles, e.lowerCycles, e.upperCycles), times);
}

void Totals::addGap(StringAttr reason, Operation *op, int64_t times) {
  addSaturated(ops, 1, times);
  Gap &gap = gaps[reason];
  addSaturated(gap.ops, 1, times);
  if (!gap.first)
    gap.first = op;
}

void Totals::addUnknown(StringAttr reason, Operation *op, int64_t times) {
  unknownWork = true;
  addGap(reason, op, times);
}

void Totals::addWork(const OpEstimate &estimate, int64_t times) {
  if (!estimate.layer || !estimate.layer->work) {
    unknownWork |= !estimate.hasNumber();
    return;
  }
  const ::pr::Work *counts = &*estimate.layer->work;
  WorkClass kind = counts->macs > 0 ? MultiplyAccumulates : Elements;
  double amount =
      kind == MultiplyAccumulates
          ? double(counts->macs)
          : double(counts->inputElements) + double(counts->outputElements);
  amount *= double(times);
  if (!estimate.hasNumber()) {
    missingWork[kind] += amount;
    return;
  }
  const ::pr::Estimate &e = estimate.layer->estimate;
  work[kind] += amount;
  time[kind] += double(e.timePs.value_or(e.cycles.value_or(0))) * double(times);
}

/// The slowest of several, bounded by the fastest.
static Amount oneOf(llvm::ArrayRef<Totals> branches, Amount Totals::*unit) {
  Amount result = branches.front().*unit;
  for (const Totals &branch : branches.drop_front()) {
    const Amount &other = branch.*unit;
    result.known &= other.known;
    result.value = std::max(result.value, other.value);
    result.lower = std::min(result.lower, other.lower);
    result.upper = std::max(result.upper, other.upper);
  }
  return result;
}

void Totals::addOneOf(llvm::ArrayRef<Totals> branches) {
  Amount allPs = ps, allCycles = cycles;
  for (const Totals &branch : branches)
    add(branch, 1);
  ps = allPs;
  cycles = allCycles;
  ps.add(oneOf(branches, &Totals::ps), 1);
  cycles.add(oneOf(branches, &Totals::cycles), 1);
}

void Totals::add(const Totals &other, int64_t times) {
  if (times == 0)
    return;
  addSaturated(ops, other.ops, times);
  addSaturated(covered, other.covered, times);
  ps.add(other.ps, times);
  cycles.add(other.cycles, times);
  for (const auto &[reason, gap] : other.gaps) {
    Gap &mine = gaps[reason];
    addSaturated(mine.ops, gap.ops, times);
    if (!mine.first)
      mine.first = gap.first;
  }
  for (unsigned kind = 0; kind < NumClasses; ++kind) {
    time[kind] += other.time[kind] * double(times);
    work[kind] += other.work[kind] * double(times);
    missingWork[kind] += other.missingWork[kind] * double(times);
  }
  unknownWork |= other.unknownWork;
}

//===----------------------------------------------------------------------===//
// Coverage
//===----------------------------------------------------------------------===//

double Totals::coverageByOps() const {
  return ops == 0 ? 1.0 : double(covered) / double(ops);
}

std::optional<double> Totals::coverageByTime() const {
  if (unknownWork)
    return std::nullopt;
  double here = 0, missing = 0;
  for (unsigned kind = 0; kind < NumClasses; ++kind) {
    here += time[kind];
    if (missingWork[kind] == 0)
      continue;
    if (work[kind] == 0)
      return std::nullopt;
    missing += missingWork[kind] * time[kind] / work[kind];
  }
  return here + missing == 0 ? 1.0 : here / (here + missing);
}

TotalAttr Totals::attribute(const FunctionEstimator &estimator,
                            MLIRContext *context) const {
  auto field = [](const Amount &amount, int64_t Amount::*part) {
    return amount.known ? std::optional<int64_t>(amount.*part) : std::nullopt;
  };
  std::optional<int64_t> coverage;
  if (std::optional<double> share = coverageByTime())
    coverage = std::llround(*share * 1e6);
  const Model &model = estimator.model();
  return TotalAttr::get(
      context, model.target(), model.estimator.modelId(),
      field(ps, &Amount::value), field(ps, &Amount::lower),
      field(ps, &Amount::upper), field(cycles, &Amount::value),
      field(cycles, &Amount::lower), field(cycles, &Amount::upper), ops,
      covered, coverage, estimator.asQuantized());
}
