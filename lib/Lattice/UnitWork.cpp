// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "pr/Lattice/UnitWork.h"

#include "Lattice/TilePipeline.h"
#include "pr/Layer/ExprOps.h"
#include "pr/Support/Bursts.h"

#include <algorithm>
#include <cmath>

using namespace pr;

using Action = UnitWork::Action;
using ActionKind = UnitWork::ActionKind;
using Actions = std::vector<Action>;

namespace {
/// How closely loops are looked at: up to so many iterations all of them, else
/// kFew, or so many of flattened ones. At most so many actions: a compiler
/// waits for it, a millisecond where the mapping itself searches for its tiles.
struct Effort {
  int64_t innermost, outer, flattened;
  uint64_t actions;
};
} // namespace
/// The first one, two in a row, which may take turns at two buffers, the last.
static constexpr int64_t kFew = 4;
/// All runs of an access together.
static constexpr int64_t kMostWords = int64_t(1) << 40;
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
  UnitTimes own{};
  double inside = 0;

  double pace() const {
    return std::max(inside, *std::max_element(own.begin(), own.end()));
  }
};

class Evaluator {
public:
  Evaluator(const UnitWork &work, const std::vector<int64_t> &numbers,
            const Effort &effort)
      : work(work), effort(effort), values(work.numValues),
        loopsArePasses(work.readsInPasses && !work.hasStreams), pipeline(work) {
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
  bool split(const Action &action);
  void add(const Action &action, Pass pass, Round &round);
  bool runFor(const Action &action, Pass pass, Round &round);
  bool runSome(const Action &action, int64_t trips, Pass pass, Round &round);
  bool runCarrying(const Action &action, int64_t trips, Pass pass,
                   Round &round);
  bool runStream(const Action &action, int64_t trips, Pass pass);
  bool runPass(const Action &action, Pass pass, TilePass &tile);
  bool readNext(const Action &action, TilePass &tile);
  void beginPass();
  void addPass(double times, TilePass &tile) const;
  void beginLoopPass(double times, double inARow);
  void endLoopPass();
  void enter(const Action &loop, int64_t iteration);
  bool runBody(const Action &action, double times, Pass pass, Round &round);
  bool runWhile(const Action &action, Pass pass, Round &round);
  void copy(const std::vector<UnitWork::Copy> &copies);

  const UnitWork &work;
  const Effort &effort;
  std::vector<int64_t> values, scratch;
  UnitBusy result;
  /// The part of the total that is reads.
  UnitTimes reads{};
  /// Of the pass under way: these sums when it began, and its delays so far.
  UnitTimes totalBefore{}, readsBefore{}, delay{};
  TilePasses streams;
  /// Where there are no streams: iterations of innermost loops are the passes,
  /// each up to the next one.
  const bool loopsArePasses;
  TilePipeline pipeline;
  double loopTimes = 0, loopInARow = 1; ///< no times: none is under way
  uint64_t used = 0;
};
} // namespace

bool Evaluator::run(const Actions &actions) {
  Round whole;
  if (!run(actions, {}, whole))
    return false;
  result.pace = whole.pace();
  streams.addTo(result, work);
  if (loopsArePasses) {
    endLoopPass();
    result.pipeline = pipeline.cycles();
  }
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
  case ActionKind::Split:
    return split(action);
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

bool Evaluator::split(const Action &action) {
  Runs runs{values[action.operands[0]], values[action.operands[1]],
            values[action.operands[2]], values[action.operands[3]]};
  if (runs.size < 0 || runs.repeat < 0 || runs.size > kMostWords ||
      runs.repeat > kMostWords / std::max<int64_t>(1, runs.size))
    return false;
  // As many as it looks at.
  used += uint64_t(std::min(runs.repeat, kMostBurst)) / 64;
  const UnitWork::Accessor &accessor = work.accessors[action.accessor];
  PieceCount count = countPieces(accessor.bursts, accessor.portWidth, runs);
  values[action.result] = count.pieces;
  values[action.result + 1] = count.beats;
  return true;
}

void Evaluator::add(const Action &action, Pass pass, Round &round) {
  auto alone = double(values[action.operands[0]]);
  double busy = alone / double(action.members);
  auto latency = double(values[action.operands[1]]);
  round.own[action.result] += busy;
  result.total[action.result] += pass.times * busy;
  double &longest = delay[action.result];
  longest = std::max(longest, latency - alone);
  if (action.traffic == UnitWork::Traffic::Read)
    reads[action.result] += pass.times * busy;
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
  if (action.isInnermost && loopsArePasses)
    beginLoopPass(pass.times, times);
  if (!run(action.body, pass, own))
    return false;
  round.inside += times * own.pace();
  return true;
}

//===----------------------------------------------------------------------===//
// Loops
//===----------------------------------------------------------------------===//

bool Evaluator::runFor(const Action &action, Pass pass, Round &round) {
  int64_t lower = values[action.operands[0]];
  int64_t stride = values[action.operands[2]];
  Checked span = Checked(values[action.operands[1]]) - Checked(lower);
  if (stride < 1 || !span.ok())
    return false;
  int64_t trips = std::max<int64_t>(0, ceilDiv(span.value(), stride));
  if (!action.carried.empty())
    return runCarrying(action, trips, pass, round);
  if (trips == 0)
    return true;
  if (action.isOfStream)
    return runStream(action, trips, pass);
  // One body may stand for all, unless the passes in it meet those of the next.
  if (action.isAlike && (action.isInnermost || !loopsArePasses)) {
    enter(action, 0);
    return runBody(action, double(trips), pass, round);
  }
  return runSome(action, trips, pass, round);
}

void Evaluator::enter(const Action &loop, int64_t iteration) {
  values[loop.result] =
      values[loop.operands[0]] + iteration * values[loop.operands[2]];
}

/// All iterations, or some that stand for the others.
bool Evaluator::runSome(const Action &action, int64_t trips, Pass pass,
                        Round &round) {
  int64_t most = action.isInnermost ? effort.innermost : effort.outer;
  int64_t few = action.isFlattened ? effort.flattened : kFew;
  int64_t count = trips <= std::max(most, few) ? trips : few;
  for (const Sample &sample : samplesOf(trips, count, action.isFlattened)) {
    enter(action, sample.iteration);
    Pass here = {pass.times, pass.isFirst && sample.isFirst,
                 pass.isLast && sample.isLast};
    if (!runBody(action, double(sample.times), here, round))
      return false;
  }
  return true;
}

/// A stream's part of all passes, or of some that stand for the others: the
/// same ones whichever stream it is.
bool Evaluator::runStream(const Action &action, int64_t trips, Pass pass) {
  std::vector<Sample> samples =
      samplesOf(trips, effort.flattened, /*spread=*/true);
  std::vector<TilePass> &passes = streams.of(trips, samples);
  bool skips = int64_t(samples.size()) < trips;
  for (size_t i = 0; i < samples.size(); ++i) {
    const Sample &sample = samples[i];
    Pass here = {pass.times * double(sample.times),
                 pass.isFirst && sample.isFirst, pass.isLast && sample.isLast};
    enter(action, sample.iteration);
    if (!runPass(action, here, passes[i]))
      return false;
    if (!skips || sample.isLast)
      continue;
    enter(action, sample.iteration + 1);
    if (!readNext(action, passes[i]))
      return false;
  }
  return true;
}

/// One stream's part of a pass.
bool Evaluator::runPass(const Action &action, Pass pass, TilePass &tile) {
  beginPass();
  Round own;
  if (!run(action.body, pass, own))
    return false;
  addPass(pass.times, tile);
  tile.pace = std::max(tile.pace, own.pace());
  return true;
}

void Evaluator::beginPass() {
  totalBefore = result.total;
  readsBefore = reads;
  delay = {};
}

/// To `sum` what has been added since `before`, of one of so many passes.
static void addSince(UnitTimes &sum, const UnitTimes &before,
                     const UnitTimes &now, double times) {
  for (unsigned u = 0; u < kMaxUnits; ++u)
    sum[u] += (now[u] - before[u]) / times;
}

void Evaluator::addPass(double times, TilePass &tile) const {
  addSince(tile.busy, totalBefore, result.total, times);
  addSince(tile.reads, readsBefore, reads, times);
  for (unsigned u = 0; u < kMaxUnits; ++u)
    tile.delay[u] = std::max(tile.delay[u], delay[u]);
}

void Evaluator::beginLoopPass(double times, double inARow) {
  endLoopPass();
  beginPass();
  loopTimes = times;
  loopInARow = inARow;
}

void Evaluator::endLoopPass() {
  if (loopTimes == 0)
    return;
  TilePass tile;
  tile.times = loopTimes;
  addPass(loopTimes, tile);
  pipeline.add(tile, loopInARow);
  loopTimes = 0;
}

/// What the stream reads in the pass behind, which counts elsewhere.
bool Evaluator::readNext(const Action &action, TilePass &tile) {
  UnitBusy resultBefore = result;
  UnitTimes earlier = reads;
  Round ignored;
  if (!run(action.body, {1, false, false}, ignored))
    return false;
  addSince(tile.nextReads, earlier, reads, 1);
  result = resultBefore;
  reads = earlier;
  return true;
}

bool Evaluator::runCarrying(const Action &action, int64_t trips, Pass pass,
                            Round &round) {
  for (const UnitWork::Carried &carried : action.carried)
    values[carried.argument] = values[carried.initial];
  for (int64_t i = 0; i < trips; ++i) {
    enter(action, i);
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

double UnitWork::Cache::missedShare(double linesOfASet) const {
  if (linesOfASet <= double(ways))
    return 0;
  if (!isRandom)
    return 1;
  // Until a line's turn comes again, each miss of its set replaces it by one
  // chance in `ways`: a share h is still there where
  //   h = (1 - 1 / ways) ^ ((1 - h) * linesOfASet),
  // the smallest of the solutions, 1 being another.
  double kept = ways > 1 ? std::log1p(-1.0 / double(ways)) : -1e9, there = 0;
  for (unsigned i = 0; i < 50; ++i)
    there = std::exp((1 - there) * linesOfASet * kept);
  return 1 - there;
}
