// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The hypotheses that survive, and where their predictions differ most.
#include "SweepPlanner.h"

#include <algorithm>
#include <cmath>

using namespace pr;
using namespace pr::sweep;

static constexpr unsigned kRivals = 24;
/// Odds to the power of this: hypotheses are not given up too early.
static constexpr double kPatience = 0.3;
/// Noise is never taken for smaller than this when points are chosen.
static constexpr double kLeastNoise = 1e-3;
/// Squared distance over noise below which rivals are as good as equal.
static constexpr double kIndistinct = 0.05;
static constexpr unsigned kAtOnce = 2;

std::vector<Model> Planner::rivals(const std::vector<Point> &points,
                                   const Model &model,
                                   std::vector<double> &logOdds) const {
  std::vector<Model> result{model};
  logOdds = {0};
  auto addAll = [&](const std::vector<Term> &kept, double reference) {
    Model base(points, kept, range);
    for (const Addition &one :
         bestAdditions(points, base, range, options.candidates, kRivals)) {
      std::vector<Term> terms = kept;
      terms.push_back(one.term);
      result.emplace_back(points, terms, range);
      logOdds.push_back(one.logOdds - reference);
    }
  };
  addAll(model.terms(), 0);
  // What hardware is made of is kept in view whatever the first points say.
  for (int64_t width = 4; width <= (range.high - range.low + 1) / 2;
       width *= 2) {
    Term stair{width, 0, range.low, range.high};
    std::vector<Term> terms = model.terms();
    if (std::any_of(terms.begin(), terms.end(),
                    [&](const Term &term) { return term.width == width; }))
      continue;
    terms.push_back(stair);
    Model with(points, terms, range);
    if (with.height(unsigned(terms.size() - 1)) <= 0)
      continue;
    logOdds.push_back(
        std::log(with.noise() > 0 ? model.noise() / with.noise() : 1) *
            double(points.size()) -
        3);
    result.push_back(std::move(with));
  }
  for (size_t i = 0; i < model.terms().size(); ++i) {
    std::vector<Term> others = model.terms();
    others.erase(others.begin() + long(i));
    size_t first = result.size();
    addAll(others, 0);
    double best = logOdds.size() > first ? logOdds[first] : 0;
    for (size_t j = first; j < logOdds.size(); ++j)
      logOdds[j] -= best;
    result.emplace_back(points, others, range);
    logOdds.push_back(-best);
  }
  return result;
}

/// Points over which the rivals disagree most, relative to the noise.
bool Planner::planDistinction(const std::vector<Point> &points,
                              const Model &model) {
  std::vector<double> logOdds;
  std::vector<Model> models = rivals(points, model, logOdds);
  double most = *std::max_element(logOdds.begin(), logOdds.end());
  std::vector<double> shares;
  double total = 0;
  for (double odds : logOdds) {
    shares.push_back(std::exp(std::max(-12.0, kPatience * (odds - most))));
    total += shares.back();
  }
  double noise = std::max(model.noise(), kLeastNoise);
  bool exact = isDeterministic();
  std::vector<std::pair<double, int64_t>> ranked;
  int64_t stride = std::max<int64_t>(1, (range.high - range.low) / 1024);
  for (int64_t x = range.low; x <= range.high; x += stride) {
    auto before = seen.find(x);
    if (skipped.count(x) || (exact && before != seen.end()))
      continue;
    double mean = 0, square = 0;
    for (size_t k = 0; k < models.size(); ++k) {
      double value = models[k].predict(x);
      mean += shares[k] / total * value;
      square += shares[k] / total * value * value;
    }
    double scale = noise * std::max(std::abs(mean), 1e-300);
    double distinct = (square - mean * mean) / (scale * scale);
    distinct /= 1 + distinct / 25;
    if (before != seen.end())
      distinct /= 1 + double(before->second.size());
    ranked.push_back({distinct, x});
  }
  std::sort(ranked.begin(), ranked.end(), [](const auto &a, const auto &b) {
    return a.first != b.first ? a.first > b.first : a.second < b.second;
  });
  bool enough = measurements >= fewest();
  for (const auto &[distinct, x] : ranked) {
    if (queue.size() == kAtOnce || (enough && distinct < kIndistinct))
      break;
    enqueue(x);
  }
  return !queue.empty();
}
