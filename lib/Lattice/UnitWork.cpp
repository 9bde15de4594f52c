// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "pr/Lattice/UnitWork.h"

#include "pr/Lattice/TargetInfo.h"
#include "pr/Layer/ExprOps.h"

#include <algorithm>

using namespace pr;

using Action = UnitWork::Action;
using ActionKind = UnitWork::ActionKind;
using Actions = std::vector<Action>;

namespace {
/// How closely loops are looked at: up to so many iterations all of them, else
/// three, or so many of flattened ones. At most so many actions: a compiler
/// waits for it, a millisecond where the mapping itself searches for its tiles.
struct Effort {
  int64_t innermost, outer, flattened;
  uint64_t actions;
};
} // namespace
static constexpr Effort kEfforts[] = {{32, 4, 64, 4000}, {3, 3, 64, 500000}};

//===----------------------------------------------------------------------===//
// Evaluating
//===----------------------------------------------------------------------===//

namespace {
/// Where in the passes through all loops an action is, and how often it is run.
struct Pass {
  double times = 1;
  bool isFirst = true, isLast = true;
};

/// One pass through a loop: the work of its own, by unit, and the pace of the
/// loops inside.
struct Round {
  std::array<double, kMaxUnits> own{};
  double inside = 0;

  double pace() const {
    return std::max(inside, *std::max_element(own.begin(), own.end()));
  }
};

class Evaluator {
public:
  Evaluator(const UnitWork &work, const std::vector<int64_t> &numbers,
            const Effort &effort)
      : effort(effort), values(work.numValues) {
    for (size_t i = 0; i < work.inputs.size(); ++i)
      values[i] = numbers[work.inputs[i]];
    for (auto [place, value] : work.constants)
      values[place] = value;
  }

  bool run(const Actions &actions);
  const UnitBusy &busy() const { return result; }

private:
  bool run(const Actions &actions, Pass pass, Round &round);
  bool runOne(const Action &action, Pass pass, Round &round);
  bool compute(const Action &action);
  void add(const Action &action, Pass pass, Round &round);
  bool runFor(const Action &action, Pass pass, Round &round);
  bool runSome(const Action &action, int64_t trips, Pass pass, Round &round);
  bool runCarrying(const Action &action, int64_t trips, Pass pass,
                   Round &round);
  bool runBody(const Action &action, double times, Pass pass, Round &round);
  bool runWhile(const Action &action, Pass pass, Round &round);
  void copy(const std::vector<UnitWork::Copy> &copies);

  const Effort &effort;
  std::vector<int64_t> values, scratch;
  UnitBusy result;
  uint64_t used = 0;
};
} // namespace

bool Evaluator::run(const Actions &actions) {
  Round whole;
  if (!run(actions, {}, whole))
    return false;
  result.pace = whole.pace();
  return true;
}

bool Evaluator::run(const Actions &actions, Pass pass, Round &round) {
  for (const Action &action : actions)
    if (++used > effort.actions || !runOne(action, pass, round))
      return false;
  return true;
}

bool Evaluator::runOne(const Action &action, Pass pass, Round &round) {
  switch (action.kind) {
  case ActionKind::Compute:
    return compute(action);
  case ActionKind::Add:
    add(action, pass, round);
    return true;
  case ActionKind::For:
    return runFor(action, pass, round);
  case ActionKind::If: {
    bool holds = values[action.operands[0]] != 0;
    if (!run(holds ? action.body : action.otherwise, pass, round))
      return false;
    copy(holds ? action.thenCopies : action.elseCopies);
    return true;
  }
  case ActionKind::While:
    return runWhile(action, pass, round);
  }
  return false;
}

bool Evaluator::compute(const Action &action) {
  int64_t a = values[action.operands[0]];
  int64_t &place = values[action.result];
  if (action.op == ExprOp::Select)
    place = values[action.operands[a ? 1 : 2]];
  else if (action.op == ExprOp::Not)
    place = !a;
  else
    return applyBinary(action.op, a, values[action.operands[1]], place) ==
           OpStatus::Ok;
  return true;
}

void Evaluator::add(const Action &action, Pass pass, Round &round) {
  double busy = double(values[action.operands[0]]) / double(action.members);
  auto latency = double(values[action.operands[1]]);
  round.own[action.result] += busy;
  result.total[action.result] += pass.times * busy;
  if (pass.isFirst)
    result.first[action.result] += latency;
  if (pass.isLast)
    result.last[action.result] += latency;
}

/// The body once, for so many equal iterations.
bool Evaluator::runBody(const Action &action, double times, Pass pass,
                        Round &round) {
  Round own;
  pass.times *= times;
  if (!run(action.body, pass, own))
    return false;
  round.inside += times * own.pace();
  return true;
}

bool Evaluator::runFor(const Action &action, Pass pass, Round &round) {
  int64_t lower = values[action.operands[0]];
  int64_t stride = values[action.operands[2]];
  Checked span = Checked(values[action.operands[1]]) - Checked(lower);
  if (stride < 1 || !span.ok())
    return false;
  int64_t trips = std::max<int64_t>(0, ceilDiv(span.value(), stride));
  if (!action.carried.empty())
    return runCarrying(action, trips, pass, round);
  if (action.isAlike || trips == 0) {
    values[action.result] = lower;
    return trips == 0 || runBody(action, double(trips), pass, round);
  }
  return runSome(action, trips, pass, round);
}

/// whole * part / parts, where the product may not fit.
static int64_t partOf(int64_t whole, int64_t part, int64_t parts) {
  return whole / parts * part + whole % parts * part / parts;
}

/// Where the iterations end that the sample with this number stands for.
static int64_t endOf(const Action &action, int64_t sample, int64_t samples,
                     int64_t trips) {
  if (sample == samples - 1 || samples == trips)
    return samples == trips ? sample + 1 : trips;
  if (action.isFlattened)
    return partOf(trips - 1, sample + 1, samples - 1);
  // The first and the last one, and those between.
  return sample == 0 ? 1 : trips - 1;
}

/// Which of them is run: the last, since only the end of a loop is ragged. Of
/// flattened loops another one each time, so that none of them is always met at
/// the same place.
static int64_t representative(const Action &action, int64_t sample,
                              int64_t begin, int64_t end) {
  constexpr int64_t kGoldenRatio = 40503, kOne = 1 << 16;
  if (!action.isFlattened)
    return end - 1;
  return begin + partOf(end - begin, sample * kGoldenRatio % kOne, kOne);
}

/// All iterations, or some that stand for the others. The first and the last
/// one always run.
bool Evaluator::runSome(const Action &action, int64_t trips, Pass pass,
                        Round &round) {
  int64_t most = action.isInnermost ? effort.innermost : effort.outer;
  int64_t few = action.isFlattened ? effort.flattened : 3;
  int64_t samples = trips <= std::max(most, few) ? trips : few;
  int64_t begin = 0;
  for (int64_t i = 0; i < samples; ++i) {
    int64_t end = endOf(action, i, samples, trips);
    values[action.result] =
        values[action.operands[0]] +
        representative(action, i, begin, end) * values[action.operands[2]];
    Pass here = {pass.times, pass.isFirst && i == 0,
                 pass.isLast && end == trips};
    if (!runBody(action, double(end - begin), here, round))
      return false;
    begin = end;
  }
  return true;
}

bool Evaluator::runCarrying(const Action &action, int64_t trips, Pass pass,
                            Round &round) {
  for (const UnitWork::Carried &carried : action.carried)
    values[carried.argument] = values[carried.initial];
  for (int64_t i = 0; i < trips; ++i) {
    values[action.result] =
        values[action.operands[0]] + i * values[action.operands[2]];
    Pass here = {pass.times, pass.isFirst && i == 0,
                 pass.isLast && i == trips - 1};
    if (++used > effort.actions || !runBody(action, 1, here, round))
      return false;
    scratch.clear();
    for (const UnitWork::Carried &carried : action.carried)
      scratch.push_back(values[carried.yielded]);
    for (size_t j = 0; j < action.carried.size(); ++j)
      values[action.carried[j].argument] = scratch[j];
  }
  for (const UnitWork::Carried &carried : action.carried)
    values[carried.result] = values[carried.argument];
  return true;
}

bool Evaluator::runWhile(const Action &action, Pass pass, Round &round) {
  copy(action.thenCopies);
  while (true) {
    if (++used > effort.actions || !run(action.body, pass, round))
      return false;
    if (values[action.operands[0]] == 0)
      break;
    copy(action.elseCopies);
    if (!run(action.otherwise, pass, round))
      return false;
    copy(action.again);
  }
  copy(action.end);
  return true;
}

/// All at once: a target may be the source of another.
void Evaluator::copy(const std::vector<UnitWork::Copy> &copies) {
  scratch.clear();
  for (const UnitWork::Copy &one : copies)
    scratch.push_back(values[one.from]);
  for (size_t i = 0; i < copies.size(); ++i)
    values[copies[i].to] = scratch[i];
}

UnitBusy UnitWork::evaluate(const std::vector<int64_t> &numbers) const {
  for (const Effort &effort : kEfforts) {
    Evaluator evaluator(*this, numbers, effort);
    if (evaluator.run(actions))
      return evaluator.busy();
  }
  return {};
}
