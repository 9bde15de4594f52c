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
/// two. At most so many actions: a compiler waits for it.
struct Effort {
  int64_t innermost, outer;
  uint64_t actions;
};
} // namespace
static constexpr Effort kEfforts[] = {{32, 4, 4000}, {2, 2, 20000}};

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
  int64_t most = action.isInnermost ? effort.innermost : effort.outer;
  int64_t samples = trips <= most ? trips : 2;
  // The last iteration stands for itself, the others for equal shares.
  for (int64_t i = 0, done = 0; i < samples; ++i) {
    int64_t end =
        i + 1 == samples ? trips : (i + 1) * (trips - 1) / (samples - 1);
    values[action.result] = lower + (end - 1) * stride;
    Pass here = {pass.times, pass.isFirst && i == 0,
                 pass.isLast && end == trips};
    if (!runBody(action, double(end - done), here, round))
      return false;
    done = end;
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

//===----------------------------------------------------------------------===//
// Simplifying
//===----------------------------------------------------------------------===//

using Marks = std::vector<bool>;

static unsigned numOperands(const Action &action) {
  switch (action.kind) {
  case ActionKind::Compute:
    return action.op == ExprOp::Select ? 3 : action.op == ExprOp::Not ? 1 : 2;
  case ActionKind::Add:
    return 2;
  case ActionKind::For:
    return 3;
  default:
    return 1;
  }
}

static const std::vector<UnitWork::Copy> *copiesOf(const Action &action,
                                                   unsigned i) {
  const std::vector<UnitWork::Copy> *all[] = {
      &action.thenCopies, &action.elseCopies, &action.again, &action.end};
  return all[i];
}

namespace {
/// Values and actions that an Add depends on. Marks only ever grow, so passes
/// are repeated until nothing changes.
class Liveness {
public:
  explicit Liveness(uint32_t numValues) : needed(numValues) {}
  void find(const Actions &actions) {
    do
      changed = false;
    while (visit(actions), changed);
  }
  void drop(Actions &actions) const;

private:
  bool visit(const Actions &actions);
  bool isNeeded(const Action &action) const;
  bool matters(const Actions &actions) const {
    return std::any_of(actions.begin(), actions.end(),
                       [&](const Action &action) { return isNeeded(action); });
  }
  void need(uint32_t value) {
    changed |= !needed[value];
    needed[value] = true;
  }

  Marks needed;
  bool changed = false;
};
} // namespace

bool Liveness::isNeeded(const Action &action) const {
  if (action.kind == ActionKind::Add)
    return true;
  if (action.kind == ActionKind::Compute)
    return needed[action.result];
  for (const UnitWork::Carried &carried : action.carried)
    if (needed[carried.result])
      return true;
  for (unsigned i = 0; i < 4; ++i)
    for (const UnitWork::Copy &copy : *copiesOf(action, i))
      if (needed[copy.to])
        return true;
  return matters(action.body) || matters(action.otherwise);
}

bool Liveness::visit(const Actions &actions) {
  for (auto action = actions.rbegin(); action != actions.rend(); ++action) {
    if (!isNeeded(*action))
      continue;
    for (unsigned i = 0; i < numOperands(*action); ++i)
      need(action->operands[i]);
    for (const UnitWork::Carried &carried : action->carried)
      if (needed[carried.result] || needed[carried.argument]) {
        need(carried.initial);
        need(carried.argument);
        need(carried.yielded);
      }
    for (unsigned i = 0; i < 4; ++i)
      for (const UnitWork::Copy &copy : *copiesOf(*action, i))
        if (needed[copy.to])
          need(copy.from);
    visit(action->otherwise);
    visit(action->body);
  }
  return changed;
}

void Liveness::drop(Actions &actions) const {
  auto isDead = [&](const Action &action) { return !isNeeded(action); };
  actions.erase(std::remove_if(actions.begin(), actions.end(), isDead),
                actions.end());
  for (Action &action : actions) {
    auto &carried = action.carried;
    carried.erase(std::remove_if(carried.begin(), carried.end(),
                                 [&](const UnitWork::Carried &one) {
                                   return !needed[one.argument] &&
                                          !needed[one.result];
                                 }),
                  carried.end());
    for (auto *copies :
         {&action.thenCopies, &action.elseCopies, &action.again, &action.end})
      copies->erase(std::remove_if(copies->begin(), copies->end(),
                                   [&](const UnitWork::Copy &one) {
                                     return !needed[one.to];
                                   }),
                    copies->end());
    drop(action.body);
    drop(action.otherwise);
  }
}

/// Marks what depends on marked values; whether something that counts does.
static bool spread(const Actions &actions, Marks &marked) {
  bool counts = false;
  for (const Action &action : actions) {
    bool reads = false;
    for (unsigned i = 0; i < numOperands(action); ++i)
      reads |= marked[action.operands[i]];
    if (action.kind == ActionKind::Compute)
      marked[action.result] = marked[action.result] || reads;
    else
      counts |= reads;
    for (const UnitWork::Carried &carried : action.carried)
      if (reads || marked[carried.initial] || marked[carried.yielded])
        marked[carried.argument] = marked[carried.result] = true;
    for (unsigned i = 0; i < 4; ++i)
      for (const UnitWork::Copy &copy : *copiesOf(action, i))
        marked[copy.to] = marked[copy.to] || marked[copy.from] || reads;
    counts |= spread(action.body, marked);
    counts |= spread(action.otherwise, marked);
  }
  return counts;
}

static bool hasLoop(const Actions &actions) {
  return std::any_of(actions.begin(), actions.end(), [](const Action &action) {
    return action.kind == ActionKind::For || hasLoop(action.body) ||
           hasLoop(action.otherwise);
  });
}

static void findAlike(Actions &actions, uint32_t numValues) {
  for (Action &action : actions) {
    findAlike(action.body, numValues);
    findAlike(action.otherwise, numValues);
    if (action.kind != ActionKind::For)
      continue;
    Marks marked(numValues);
    marked[action.result] = true;
    // Twice: what a loop inside carries round may be marked behind its use.
    spread(action.body, marked);
    action.isAlike = !spread(action.body, marked);
    action.isInnermost = !hasLoop(action.body);
  }
}

void UnitWork::simplify() {
  Liveness liveness(numValues);
  liveness.find(actions);
  liveness.drop(actions);
  findAlike(actions, numValues);
}

//===----------------------------------------------------------------------===//
// Checking
//===----------------------------------------------------------------------===//

static size_t count(const Actions &actions) {
  size_t sum = actions.size();
  for (const Action &action : actions)
    sum += count(action.body) + count(action.otherwise);
  return sum;
}

size_t UnitWork::numActions() const { return count(actions); }

static bool isSound(const Actions &actions, uint32_t values, uint32_t units) {
  auto exists = [&](uint32_t place) { return place < values; };
  return std::all_of(actions.begin(), actions.end(), [&](const Action &action) {
    bool sound =
        action.members >= 1 &&
        (action.kind == ActionKind::Add ? action.result < units
                                        : exists(action.result)) &&
        std::all_of(action.operands.begin(), action.operands.end(), exists);
    for (const UnitWork::Carried &one : action.carried)
      sound &= exists(one.initial) && exists(one.argument) &&
               exists(one.yielded) && exists(one.result);
    for (unsigned i = 0; i < 4; ++i)
      for (const UnitWork::Copy &copy : *copiesOf(action, i))
        sound &= exists(copy.to) && exists(copy.from);
    return sound && isSound(action.body, values, units) &&
           isSound(action.otherwise, values, units);
  });
}

Expected<void> UnitWork::check(LayerKind kind) const {
  size_t variables = legalityVariables(kind).size();
  bool sound = unitNames.size() <= kMaxUnits && numValues > 0 &&
               inputs.size() <= numValues &&
               isSound(actions, numValues, unsigned(unitNames.size()));
  for (uint32_t input : inputs)
    sound &= input < variables;
  for (auto [place, value] : constants)
    sound &= place < numValues && value >= -kMaxCount && value <= kMaxCount;
  if (!sound)
    return invalidInput("the work of units names a value, an input or a unit "
                        "that does not exist");
  return {};
}
