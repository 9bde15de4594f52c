// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "LoopAnalysis.h"

#include "pr/Support/CheckedMath.h"

#include <algorithm>
#include <numeric>

using namespace pr;
using namespace pr::arch;

/// Ranges end here; a number beyond is as good as unknown.
static constexpr int64_t kInfinity = kMaxCount;
/// A longer period of the addresses is not looked for.
static constexpr int64_t kMaxBlock = 4096;

static int64_t saturate(__int128 value) {
  return value > kInfinity    ? kInfinity
         : value < -kInfinity ? -kInfinity
                              : int64_t(value);
}

LoopAnalysis::LoopAnalysis(const Machine &machine, const Program &program)
    : machine(machine), program(program), values(program.numValues),
      known(program.numValues, 0) {}

LoopAnalysis::Abstract LoopAnalysis::any(bool regular) {
  return {-kInfinity, kInfinity, 0, regular};
}

LoopAnalysis::Abstract LoopAnalysis::get(ValueId id) const {
  if (known[id] == epoch)
    return values[id];
  int64_t value = cursor->value(id);
  return {value, value, 0, true};
}

void LoopAnalysis::set(ValueId id, Abstract value) {
  if (value.low <= -kInfinity || value.high >= kInfinity)
    value.low = std::max(value.low, -kInfinity),
    value.high = std::min(value.high, kInfinity);
  values[id] = value;
  known[id] = epoch;
}

/// The addresses repeat after `multiple` blocks of the present length.
void LoopAnalysis::demandBlock(int64_t multiple) {
  if (multiple > kMaxBlock || block * multiple > kMaxBlock)
    return;
  int64_t wanted = std::lcm(wantedBlock, block * multiple);
  if (wanted <= kMaxBlock)
    wantedBlock = wanted;
}

//===----------------------------------------------------------------------===//
// Asking
//===----------------------------------------------------------------------===//

LoopPattern LoopAnalysis::findPattern(const Cursor &cursor, int64_t first) {
  LoopPattern pattern;
  pattern.first = first;
  auto works = [&](int64_t last) {
    for (block = 1;;) {
      wantedBlock = block;
      if (analyze(cursor, first, last))
        return true;
      if (wantedBlock == block || last - first < 2 * wantedBlock)
        return false;
      block = wantedBlock;
    }
  };
  int64_t last = cursor.tripCount();
  if (!works(last) && !works(--last)) {
    // The more iterations, the more may differ: the longest stretch that works.
    int64_t good = first + 1;
    for (int64_t bad = last; bad - good > 1;) {
      int64_t middle = good + (bad - good) / 2;
      (works(middle) ? good : bad) = middle;
    }
    last = good;
    if (last < first + 2 || !works(last))
      return pattern;
  }
  if (last - first < 2 * block)
    return pattern;
  pattern.repeats = true;
  pattern.last = last;
  pattern.block = block;
  pattern.sites = sites;
  return pattern;
}

std::vector<AccessSite> LoopAnalysis::findSites(const Cursor &cursor) {
  block = wantedBlock = 1;
  analyze(cursor, 0, cursor.tripCount());
  return sites;
}

bool LoopAnalysis::analyze(const Cursor &at, int64_t first, int64_t last) {
  cursor = &at;
  if (last <= first)
    return false;
  const Loop &loop = at.loop();
  int64_t step = at.value(loop.step), lower = at.value(loop.lower);
  // Carried values count as what does not change: whoever compares iterations
  // compares them too. Their range is widened until it holds.
  std::vector<Abstract> carried;
  for (const Carried &value : loop.carried) {
    int64_t now = at.value(value.argument);
    carried.push_back({now, now, 0, true});
  }
  for (int attempt = 0; attempt < 4; ++attempt) {
    ++epoch;
    sites.clear();
    set(loop.induction,
        {lower + first * step, lower + (last - 1) * step, block * step, true});
    for (size_t i = 0; i < carried.size(); ++i)
      set(loop.carried[i].argument, carried[i]);
    bool good = runBlock(loop.body);
    bool stable = true;
    for (size_t i = 0; i < carried.size(); ++i) {
      Abstract yielded = get(loop.carried[i].yielded);
      good &= yielded.regular && yielded.delta == 0;
      stable &=
          yielded.low >= carried[i].low && yielded.high <= carried[i].high;
      carried[i].low = std::min(carried[i].low, yielded.low);
      carried[i].high = std::max(carried[i].high, yielded.high);
      if (attempt == 2)
        carried[i] = any(true);
    }
    if (stable)
      return good;
  }
  return false;
}

//===----------------------------------------------------------------------===//
// Statements
//===----------------------------------------------------------------------===//

/// False where an instruction in it differs from iteration to iteration. Goes
/// on all the same: the sites must be complete.
bool LoopAnalysis::runBlock(BlockId id) {
  bool good = true;
  for (Statement statement : program.blocks[id]) {
    switch (statement.kind) {
    case StatementKind::Compute: {
      const Compute &op = program.computes[statement.index];
      set(op.result, compute(op));
      break;
    }
    case StatementKind::Issue:
      good &= runIssue(program.issues[statement.index]);
      break;
    case StatementKind::Loop:
      good &= runLoop(program.loops[statement.index]);
      break;
    case StatementKind::While:
      for (ValueId result : program.whiles[statement.index].results)
        set(result, any(false));
      break;
    case StatementKind::If:
      good &= runIf(program.ifs[statement.index]);
      break;
    case StatementKind::Signal:
    case StatementKind::Wait:
    case StatementKind::Stream:
    case StatementKind::Warm:
      good = false;
      break;
    }
  }
  return good;
}

bool LoopAnalysis::runLoop(const Loop &loop) {
  Abstract lower = get(loop.lower), upper = get(loop.upper),
           step = get(loop.step);
  bool counted = lower.regular && upper.regular && lower.delta == upper.delta &&
                 step.regular && step.delta == 0;
  std::vector<Abstract> carried;
  for (const Carried &value : loop.carried)
    carried.push_back(get(value.initial));
  bool runs = upper.high > lower.low;
  bool good = true;
  size_t sitesBefore = sites.size();
  for (int attempt = 0; runs && attempt < 4; ++attempt) {
    sites.resize(sitesBefore);
    set(loop.induction,
        {lower.low, std::max(lower.low, saturate(__int128(upper.high) - 1)),
         lower.delta, counted});
    for (size_t i = 0; i < carried.size(); ++i)
      set(loop.carried[i].argument, carried[i]);
    good = runBlock(loop.body);
    bool stable = true;
    for (size_t i = 0; i < carried.size(); ++i) {
      Abstract yielded = get(loop.carried[i].yielded), &before = carried[i];
      bool regular =
          before.regular && yielded.regular && yielded.delta == before.delta;
      stable &= yielded.low >= before.low && yielded.high <= before.high &&
                regular == before.regular;
      before.low = std::min(before.low, yielded.low);
      before.high = std::max(before.high, yielded.high);
      before.regular = regular;
      if (attempt == 2)
        before.low = -kInfinity, before.high = kInfinity;
    }
    if (stable)
      break;
  }
  for (size_t i = 0; i < carried.size(); ++i) {
    carried[i].regular &= counted;
    set(loop.carried[i].result, carried[i]);
  }
  return !loop.issues || !runs || (good && counted);
}

/// Whether there is anything in the block but arithmetic.
static bool issues(const Program &program, BlockId id) {
  for (Statement statement : program.blocks[id])
    switch (statement.kind) {
    case StatementKind::Issue:
    case StatementKind::Signal:
    case StatementKind::Wait:
      return true;
    case StatementKind::Loop:
      if (program.loops[statement.index].issues)
        return true;
      break;
    case StatementKind::If:
      if (issues(program, program.ifs[statement.index].thenBlock) ||
          issues(program, program.ifs[statement.index].elseBlock))
        return true;
      break;
    default:
      break;
    }
  return false;
}

bool LoopAnalysis::runIf(const If &choice) {
  Abstract condition = get(choice.condition);
  bool isTrue = condition.low > 0 || condition.high < 0;
  bool isFalse = condition.low == 0 && condition.high == 0;
  bool good = true;
  if (!isFalse)
    good &= runBlock(choice.thenBlock);
  if (!isTrue)
    good &= runBlock(choice.elseBlock);
  for (const If::Merge &merge : choice.merges)
    set(merge.result, isTrue    ? get(merge.thenValue)
                      : isFalse ? get(merge.elseValue)
                                : select(condition, get(merge.thenValue),
                                         get(merge.elseValue)));
  if (isTrue || isFalse || (condition.regular && condition.delta == 0))
    return good;
  return !issues(program, choice.thenBlock) &&
         !issues(program, choice.elseBlock);
}

bool LoopAnalysis::runIssue(const Issue &issue) {
  bool good = true;
  auto same = [&](ValueId id) {
    Abstract value = get(id);
    return value.regular && value.delta == 0;
  };
  for (ValueId id : issue.immediates)
    good &= same(id);
  for (ValueId id : issue.at)
    good &= same(id);
  for (const std::vector<Access> *list : {&issue.reads, &issue.writes})
    for (const Access &access : *list) {
      for (ValueId id : access.at)
        good &= same(id);
      good &= same(access.size);
      if (access.repeat != kNone)
        good &= same(access.repeat) && same(access.stride);
      runAccess(access, good);
    }
  return good;
}

void LoopAnalysis::runAccess(const Access &access, bool &good) {
  Abstract address = get(access.address), size = get(access.size);
  int64_t length = size.high;
  if (access.repeat != kNone)
    length = saturate(__int128(get(access.repeat).high - 1) *
                          get(access.stride).high +
                      length);
  if (length <= 0)
    return;
  good &= address.regular;
  int64_t end = saturate(__int128(address.high) + length);
  int64_t words = machine.storage(access.storage).size;
  // An address outside is an error, which only evaluating finds.
  bool clipped = address.low < 0 || end > words;
  good &= !clipped;
  sites.push_back({access.storage, std::max<int64_t>(0, address.low),
                   std::min(end, words), address.delta, clipped});
}

//===----------------------------------------------------------------------===//
// Arithmetic
//===----------------------------------------------------------------------===//

LoopAnalysis::Abstract LoopAnalysis::compute(const Compute &op) {
  Abstract a = get(op.operands[0]);
  if (op.op == ExprOp::Select)
    return select(a, get(op.operands[1]), get(op.operands[2]));
  if (op.op == ExprOp::Not) {
    Abstract zero{0, 0, 0, true};
    return compare(ExprOp::Eq, a, zero);
  }
  Abstract b = get(op.operands[1]);
  bool regular = a.regular && b.regular;
  // Negative operands are an error, which only evaluating finds.
  if (op.naturalsOnly && (a.low < 0 || b.low < 0))
    a.regular = b.regular = regular = false;
  switch (op.op) {
  case ExprOp::Add:
    return {saturate(__int128(a.low) + b.low),
            saturate(__int128(a.high) + b.high),
            saturate(__int128(a.delta) + b.delta), regular};
  case ExprOp::Sub:
    return {saturate(__int128(a.low) - b.high),
            saturate(__int128(a.high) - b.low),
            saturate(__int128(a.delta) - b.delta), regular};
  case ExprOp::Mul: {
    if (a.isConstant())
      std::swap(a, b);
    __int128 corners[] = {__int128(a.low) * b.low, __int128(a.low) * b.high,
                          __int128(a.high) * b.low, __int128(a.high) * b.high};
    bool linear = b.isConstant() || (a.delta == 0 && b.delta == 0);
    return {saturate(*std::min_element(corners, corners + 4)),
            saturate(*std::max_element(corners, corners + 4)),
            b.isConstant() ? saturate(__int128(a.delta) * b.low) : 0,
            regular && linear};
  }
  case ExprOp::FloorDiv:
  case ExprOp::CeilDiv:
  case ExprOp::Mod:
    return divide(op.op, a, b);
  case ExprOp::Min:
  case ExprOp::Max:
    return minOrMax(op.op, a, b);
  case ExprOp::And:
  case ExprOp::Or: {
    auto isTrue = [](Abstract x) { return x.low > 0 || x.high < 0; };
    auto isFalse = [](Abstract x) { return x.low == 0 && x.high == 0; };
    bool isOr = op.op == ExprOp::Or;
    if (isOr ? isTrue(a) || isTrue(b) : isTrue(a) && isTrue(b))
      return {1, 1, 0, true};
    if (isOr ? isFalse(a) && isFalse(b) : isFalse(a) || isFalse(b))
      return {0, 0, 0, true};
    return {0, 1, 0, regular && a.delta == 0 && b.delta == 0};
  }
  default:
    return compare(op.op, a, b);
  }
}

LoopAnalysis::Abstract LoopAnalysis::divide(ExprOp op, Abstract a, Abstract b) {
  bool same = a.regular && b.regular && a.delta == 0 && b.delta == 0;
  if (!b.isConstant() || b.low < 1) {
    bool natural = a.low >= 0 && b.low >= 1;
    int64_t high = op == ExprOp::Mod ? b.high - 1 : a.high;
    return {natural ? 0 : -kInfinity, natural ? high : kInfinity, 0,
            same && b.low >= 1};
  }
  int64_t d = b.low;
  int64_t low = floorDiv(a.low, d), high = floorDiv(a.high, d);
  Abstract result{low, high, a.delta / d, a.regular};
  if (op == ExprOp::CeilDiv)
    result.low = ceilDiv(a.low, d), result.high = ceilDiv(a.high, d);
  if (op == ExprOp::Mod) {
    if (low == high) // never wraps
      return {a.low - d * low, a.high - d * low, a.delta, a.regular};
    result = {0, d - 1, 0, a.regular};
  }
  if (a.delta % d == 0)
    return result;
  result.delta = 0;
  if (result.low == result.high)
    return result;
  demandBlock(d / std::gcd(a.delta, d));
  result.regular = false;
  return result;
}

LoopAnalysis::Abstract LoopAnalysis::minOrMax(ExprOp op, Abstract a,
                                              Abstract b) {
  bool isMin = op == ExprOp::Min;
  if (isMin ? a.high <= b.low : a.low >= b.high)
    return a;
  if (isMin ? b.high <= a.low : b.low >= a.high)
    return b;
  int64_t low = isMin ? std::min(a.low, b.low) : std::max(a.low, b.low);
  int64_t high = isMin ? std::min(a.high, b.high) : std::max(a.high, b.high);
  return {low, high, a.delta, a.regular && b.regular && a.delta == b.delta};
}

LoopAnalysis::Abstract LoopAnalysis::compare(ExprOp op, Abstract a,
                                             Abstract b) {
  auto always = [](bool value) { return Abstract{value, value, 0, true}; };
  bool less = a.high < b.low, lessEqual = a.high <= b.low;
  bool greater = a.low > b.high, greaterEqual = a.low >= b.high;
  bool equal = a.low == a.high && b.low == b.high && a.low == b.low;
  switch (op) {
  case ExprOp::Lt:
    if (less || greaterEqual)
      return always(less);
    break;
  case ExprOp::Le:
    if (lessEqual || greater)
      return always(lessEqual);
    break;
  case ExprOp::Gt:
    if (greater || lessEqual)
      return always(greater);
    break;
  case ExprOp::Ge:
    if (greaterEqual || less)
      return always(greaterEqual);
    break;
  default:
    if (equal || less || greater)
      return always(equal == (op == ExprOp::Eq));
    break;
  }
  return {0, 1, 0, a.regular && b.regular && a.delta == b.delta};
}

LoopAnalysis::Abstract LoopAnalysis::select(Abstract condition, Abstract a,
                                            Abstract b) {
  if (condition.low > 0 || condition.high < 0)
    return a;
  if (condition.low == 0 && condition.high == 0)
    return b;
  bool regular = condition.regular && condition.delta == 0 && a.regular &&
                 b.regular && a.delta == b.delta;
  return {std::min(a.low, b.low), std::max(a.high, b.high), a.delta, regular};
}
