// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What can be said of the work of units before any layer is: that every place
// exists, what nothing depends on, and which loops repeat themselves.
#include "pr/Lattice/TargetInfo.h"
#include "pr/Lattice/UnitWork.h"
#include "pr/Layer/ExprOps.h"
#include "pr/Support/Bursts.h"
#include "pr/Support/CheckedMath.h"

#include <algorithm>

using namespace pr;

using Action = UnitWork::Action;
using ActionKind = UnitWork::ActionKind;
using Traffic = UnitWork::Traffic;
using Actions = std::vector<Action>;

using Marks = std::vector<bool>;

static unsigned numOperands(const Action &action) {
  switch (action.kind) {
  case ActionKind::Compute:
    return numOperands(action.op);
  case ActionKind::Add:
    return 2;
  case ActionKind::For:
    return 3;
  case ActionKind::Split:
    return 4;
  default:
    return 1;
  }
}

/// Values that it computes, from `result` on; the others only count or decide.
static unsigned numResults(const Action &action) {
  switch (action.kind) {
  case ActionKind::Compute:
    return 1;
  case ActionKind::Split:
    return 2;
  default:
    return 0;
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
  for (unsigned i = 0; i < numResults(action); ++i)
    if (needed[action.result + i])
      return true;
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
    // Where runs begin decides little: not each iteration is worth a look.
    unsigned first = action.kind == ActionKind::Split ? 1 : 0;
    for (unsigned i = first; i < numOperands(action); ++i)
      reads |= marked[action.operands[i]];
    for (unsigned i = 0; i < numResults(action); ++i)
      marked[action.result + i] = marked[action.result + i] || reads;
    if (numResults(action) == 0)
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

/// Whether the remainder of a marked value is taken.
static bool takesApart(const Actions &actions, const Marks &marked) {
  return std::any_of(actions.begin(), actions.end(), [&](const Action &action) {
    return (action.kind == ActionKind::Compute && action.op == ExprOp::Mod &&
            marked[action.operands[0]]) ||
           takesApart(action.body, marked) ||
           takesApart(action.otherwise, marked);
  });
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
    action.isFlattened = takesApart(action.body, marked);
  }
}

static bool hasStream(const Actions &actions) {
  return std::any_of(actions.begin(), actions.end(), [](const Action &action) {
    return action.isOfStream || hasStream(action.body) ||
           hasStream(action.otherwise);
  });
}

/// Marks units that carry traffic; whether a pass, of streams or else of
/// innermost loops, reads.
static bool findTraffic(const Actions &actions, bool ofStreams, bool inPass,
                        std::array<bool, kMaxUnits> &carriesTraffic) {
  bool readsInPasses = false;
  for (const Action &action : actions) {
    if (action.kind == ActionKind::Add && action.traffic != Traffic::None)
      carriesTraffic[action.result] = true;
    bool inside =
        inPass || (ofStreams ? action.isOfStream : action.isInnermost);
    readsInPasses |= inPass && action.traffic == Traffic::Read;
    for (const Actions *inner : {&action.body, &action.otherwise})
      readsInPasses |= findTraffic(*inner, ofStreams, inside, carriesTraffic);
  }
  return readsInPasses;
}

void UnitWork::simplify() {
  Liveness liveness(numValues);
  liveness.find(actions);
  liveness.drop(actions);
  findAlike(actions, numValues);
  hasStreams = hasStream(actions);
  readsInPasses = findTraffic(actions, hasStreams, false, carriesTraffic);
  readsInStreams = hasStreams && readsInPasses;
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

static bool isSound(const UnitWork &work, const Actions &actions) {
  uint32_t values = work.numValues;
  auto units = uint32_t(work.unitNames.size());
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
    if (action.kind == ActionKind::Split)
      sound &=
          exists(action.result + 1) && action.accessor < work.accessors.size();
    return sound && isSound(work, action.body) &&
           isSound(work, action.otherwise);
  });
}

Expected<void> UnitWork::check(LayerKind kind) const {
  size_t variables = legalityVariables(kind).size();
  bool sound = unitNames.size() <= kMaxUnits && numValues > 0 &&
               caches.size() <= kMaxCaches && inputs.size() <= numValues &&
               isSound(*this, actions);
  for (const Accessor &accessor : accessors)
    sound &= accessor.portWidth >= 1 && areEven(accessor.bursts);
  for (const Cache &cache : caches)
    sound &= cache.unit < unitNames.size() && cache.sets >= 1 &&
             cache.ways >= 1 && cache.line >= 1;
  for (const Hold &hold : holds)
    sound &= hold.unit < unitNames.size() && hold.last < unitNames.size();
  for (uint32_t input : inputs)
    sound &= input < variables;
  for (auto [place, value] : constants)
    sound &= place < numValues && value >= -kMaxCount && value <= kMaxCount;
  if (!sound)
    return invalidInput("the work of units names a value, an input or a unit "
                        "that does not exist");
  return {};
}
