// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Staircases stand in for each other: every edge of one of width 2 w is one of
// width w, and where most points lie at edges of both they are told apart by
// few. What a noisy sweep has left is therefore spent on the relatives of the
// staircases that it believes in, where it tells most about their heights.
#include "SweepPlanner.h"

#include <algorithm>
#include <cmath>

using namespace pr;
using namespace pr::sweep;

/// Odds to the power of this, as for rivals.
static constexpr double kPatience = 0.3;
/// A height may be larger than its estimate by as many standard errors ...
static constexpr double kOpen = 2;
/// ... and is of interest where it exceeds the noise so many times.
static constexpr double kVisible = 2;
/// Neighbours of an extent are better than its repetition: they also average
/// over what the model has not.
static constexpr double kRepetition = 0.3;
/// Squared shift over noise: one measurement counts for no more.
static constexpr double kMostShift = 25;
static constexpr double kIndistinct = 0.05;

namespace {
struct Doubt {
  Trial trial;
  /// What the height may be.
  double height;
  /// 1 where it is as likely as not that the staircase is believed.
  double weight;
};

/// What measuring an extent would tell.
struct Promise {
  int64_t extent = 0;
  double gain = 0;
  /// Of the doubt that gains most: its side of the edge.
  bool isAbove = false;
};
} // namespace

/// Those whose edges include all of a staircase's, and the one that rises at
/// every second edge.
static std::vector<Term> relativesOf(const Term &stair, Span span) {
  std::vector<Term> relatives;
  auto add = [&](int64_t width) {
    if (2 * width <= span.high - span.low + 1)
      relatives.push_back({width, stair.offset % width, span.low, span.high});
  };
  for (int64_t width = 2; width < stair.width; ++width)
    if (stair.width % width == 0)
      add(width);
  add(2 * stair.width);
  return relatives;
}

/// Nothing where the height is known well enough to be of no interest.
static std::optional<Doubt> doubtOf(Trial trial, const Model &model,
                                    Span span) {
  const Term &stair = trial.term();
  int64_t first = std::min(span.high, span.low - 1 + stair.width);
  double highest = trial.height() + kOpen * trial.error();
  if (!std::isfinite(trial.error()) ||
      highest < kVisible * model.noise() * model.predict(first))
    return std::nullopt;
  double clear = std::max(0.0, trial.significance());
  double odds = clear * clear / 2 - stairPrice(stair.width, stair.offset);
  double share = 1 / (1 + std::exp(-kPatience * (odds - kBelieved)));
  double height = std::max(trial.height(), trial.error());
  return Doubt{std::move(trial), height, 4 * share * (1 - share)};
}

/// Relatives of the model's staircases, and those of its own that are not
/// clear.
static std::vector<Doubt> doubtsOf(const std::vector<Point> &points,
                                   const Model &model, Span span) {
  std::vector<Doubt> doubts;
  std::vector<int64_t> widths;
  for (const Term &term : model.terms())
    widths.push_back(term.width);
  auto add = [&](Trial trial) {
    if (auto doubt = doubtOf(std::move(trial), model, span))
      doubts.push_back(std::move(*doubt));
  };
  for (unsigned i = 0; i < model.terms().size(); ++i) {
    const Term &stair = model.terms()[i];
    if (!stair.isStair())
      continue;
    if (model.significance(i) < kSure) {
      std::vector<Term> others = model.terms();
      others.erase(others.begin() + long(i));
      add(Trial(points, Model(points, std::move(others), span), stair));
    }
    for (const Term &relative : relativesOf(stair, span)) {
      if (std::find(widths.begin(), widths.end(), relative.width) !=
          widths.end())
        continue;
      widths.push_back(relative.width);
      add(Trial(points, model, relative));
    }
  }
  return doubts;
}

/// Variance of the prediction at an extent over that of the noise, if each
/// staircase were there or not.
static Promise promiseOf(int64_t extent, const std::vector<Doubt> &doubts,
                         const Model &model) {
  Promise promise{extent};
  double scale = model.noise() * std::max(model.predict(extent), 1e-300);
  double most = 0;
  for (const Doubt &doubt : doubts) {
    double shift = doubt.height * doubt.trial.shift(extent) / scale;
    double gain =
        doubt.weight * shift * shift / (1 + shift * shift / kMostShift);
    promise.gain += gain;
    if (gain > most) {
      most = gain;
      promise.isAbove = shift > 0;
    }
  }
  return promise;
}

/// The extent that tells most, and the best one at the other side of edges.
bool Planner::planDoubts(const std::vector<Point> &points, const Model &model) {
  if (!isLate())
    return false;
  std::vector<Doubt> doubts = doubtsOf(points, model, range);
  if (doubts.empty())
    return false;
  Promise below, above;
  int64_t stride = std::max<int64_t>(1, (range.high - range.low) / 1024);
  for (int64_t x = range.low; x <= range.high; x += stride) {
    if (skipped.count(x))
      continue;
    Promise here = promiseOf(x, doubts, model);
    if (auto before = seen.find(x); before != seen.end())
      here.gain /= 1 + kRepetition * double(before->second.size());
    Promise &best = here.isAbove ? above : below;
    if (here.gain > best.gain)
      best = here;
  }
  if (below.gain > above.gain)
    std::swap(below, above);
  if (above.gain < kIndistinct)
    return false;
  enqueue(above.extent);
  if (below.gain > 0)
    enqueue(below.extent);
  return true;
}
