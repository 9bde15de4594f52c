// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What the measurements of a sweep support so far.
#include "SweepPlanner.h"

#include <algorithm>
#include <cmath>

using namespace pr;
using namespace pr::sweep;

//===----------------------------------------------------------------------===//
// Points
//===----------------------------------------------------------------------===//

/// Interrupts make measurements longer, by far.
static constexpr double kOutlier = 2.5;

/// What was not disturbed is no longer than a multiple of the shortest.
static Point merged(int64_t extent, const std::vector<double> &latencies) {
  double least = *std::min_element(latencies.begin(), latencies.end());
  double sum = 0, count = 0;
  for (double latency : latencies)
    if (latency < kOutlier * least) {
      sum += latency;
      ++count;
    }
  return {extent, sum / count, count};
}

/// Latency hardly falls with size, and hardly grows faster than its square:
/// what stands out against the neighbours by a factor was disturbed.
bool Planner::isSuspicious(int64_t extent) const {
  auto here = seen.find(extent);
  double latency = merged(extent, here->second).latency;
  if (auto above = std::next(here); above != seen.end())
    return latency > kOutlier * merged(above->first, above->second).latency;
  if (here == seen.begin())
    return false;
  auto below = std::prev(here);
  double growth = double(extent) / double(below->first);
  return latency > kOutlier * growth * growth *
                       merged(below->first, below->second).latency;
}

std::vector<Point> Planner::points() const {
  std::vector<Point> result;
  for (const auto &[extent, latencies] : seen)
    if (latencies.size() >= kBelievedAfter || !isSuspicious(extent))
      result.push_back(merged(extent, latencies));
  return result;
}

//===----------------------------------------------------------------------===//
// What to believe
//===----------------------------------------------------------------------===//

static constexpr unsigned kMostTerms = 6;
/// Of which a partner is looked for.
static constexpr unsigned kFirstsOfPairs = 4;
/// A staircase stands out of the noise by as many standard errors.
static constexpr double kSignificant = 5.3;
/// What is more likely beforehand needs less: powers of two, and those of them
/// that a wider staircase is made of.
static constexpr double kSignificantIfLikely = 4.8;
static constexpr double kSignificantIfNested = 3.2;
/// Relative distance of the fit from the points beyond which nothing is known,
/// and where no noise explains it: machines that do step stay below 0.03.
static constexpr double kMostNoise = 0.25;
static constexpr double kMostMisfit = 0.1;
static constexpr unsigned kFewestEdges = 2;
/// Of a staircase's height: a rise at an edge that is one of its steps.
static constexpr double kClearShare = 0.3;

/// Two terms of which each hides the other one, whose steps it leaves to the
/// noise: neither is believed alone, and both are together.
static std::vector<Term> believedPair(const std::vector<Point> &points,
                                      const Model &model, Span span,
                                      const std::vector<int64_t> &candidates) {
  auto besides = [&](const Term &term) {
    std::vector<Term> terms = model.terms();
    terms.push_back(term);
    auto best = bestAdditions(points, Model(points, std::move(terms), span),
                              span, candidates, 1);
    return best.empty() ? Addition{} : best.front();
  };
  std::vector<Term> pair;
  double most = 2 * kBelieved;
  for (const Addition &first :
       bestAdditions(points, model, span, candidates, kFirstsOfPairs)) {
    Addition second = besides(first.term);
    double together = first.logOdds + second.logOdds;
    if (together < most)
      continue;
    most = together;
    pair = {first.term, second.term};
  }
  return pair;
}

Model Planner::selectModel(const std::vector<Point> &points) const {
  std::vector<Term> terms;
  Model model(points, terms, range);
  while (terms.size() < kMostTerms) {
    auto best = bestAdditions(points, model, range, options.candidates, 1);
    if (best.empty())
      break;
    if (best.front().logOdds >= kBelieved) {
      terms.push_back(best.front().term);
    } else {
      // Exact machines hide nothing in noise.
      if (isDeterministic())
        break;
      auto pair = believedPair(points, model, range, options.candidates);
      if (pair.empty() || terms.size() + 2 > kMostTerms)
        break;
      terms.insert(terms.end(), pair.begin(), pair.end());
    }
    model = Model(points, terms, range);
    if (terms.size() < 2)
      continue;
    // An early choice may have stood in for what came later.
    for (size_t i = 0; i + 1 < terms.size(); ++i) {
      std::vector<Term> others = terms;
      others.erase(others.begin() + long(i));
      Model without(points, others, range);
      auto other = bestAdditions(points, without, range, options.candidates, 1);
      if (other.empty() || other.front().term == terms[i])
        continue;
      if (other.front().logOdds < kBelieved) {
        terms = others;
        --i;
      } else {
        terms[i] = other.front().term;
      }
      model = Model(points, terms, range);
    }
  }
  return model;
}

static bool isEdge(const Term &term, const Point &below, const Point &above) {
  return above.extent == below.extent + 1 &&
         term.at(above.extent) > term.at(below.extent);
}

/// Latency per extent between a point and the nearest one on the same plateau;
/// `side` -1 looks below it, +1 above.
static std::optional<double> slopeBeside(const Term &term,
                                         const std::vector<Point> &points,
                                         size_t i, int side) {
  size_t j = i + size_t(side);
  if (j >= points.size() ||
      term.at(points[j].extent) != term.at(points[i].extent))
    return std::nullopt;
  return (points[j].latency - points[i].latency) /
         double(points[j].extent - points[i].extent);
}

/// Where both sides of an edge were measured latency must rise more there than
/// beside it: a bend of the curve does not, however well a stair would fit.
/// On exact machines most edges must.
static bool standsOutExactly(const Term &term, double height,
                             const std::vector<Point> &points) {
  unsigned edges = 0, clear = 0;
  for (size_t i = 0; i + 1 < points.size(); ++i) {
    if (!isEdge(term, points[i], points[i + 1]))
      continue;
    auto left = slopeBeside(term, points, i, -1),
         right = slopeBeside(term, points, i + 1, +1);
    double slope = left && right ? std::max(*left, *right)
                   : left        ? *left
                                 : right.value_or(0);
    double rise = points[i + 1].latency - points[i].latency - slope;
    ++edges;
    double fall = left ? points[i - 1].latency - points[i].latency : 0;
    clear += rise > kClearShare * height && fall < kMostFall * height;
  }
  return edges >= kFewestEdges && 3 * clear >= 2 * edges;
}

/// With noise, all edges together must.
static bool standsOut(const Model &model, unsigned index,
                      const std::vector<Point> &points) {
  const Term &term = model.terms()[index];
  double excess = 0, variance = 0;
  for (size_t i = 0; i + 1 < points.size(); ++i) {
    const Point &below = points[i], &above = points[i + 1];
    if (!isEdge(term, below, above))
      continue;
    double slope = model.predict(above.extent) - model.predict(below.extent) -
                   model.height(index);
    double error = model.noise() * above.latency;
    double weight = 1 / (above.latency * above.latency);
    excess += weight * (above.latency - below.latency - slope);
    variance +=
        weight * weight * error * error * (1 / above.count + 1 / below.count);
  }
  bool isSure = model.significance(index) >= kSure;
  return variance > 0 && excess > (isSure ? 0 : std::sqrt(variance));
}

/// How many standard errors a staircase of a model needs.
static double requiredSignificance(const Model &model, const Term &term) {
  if (term.offset != 0 || (term.width & (term.width - 1)) != 0)
    return kSignificant;
  for (const Term &other : model.terms())
    if (other.width > term.width && other.width % term.width == 0 &&
        other.offset % term.width == 0)
      return kSignificantIfNested;
  return kSignificantIfLikely;
}

bool Planner::isClose(const Model &model) const {
  return model.noise() <= (isDeterministic() ? kMostMisfit : kMostNoise);
}

bool Planner::isSupported(const Model &model, unsigned i,
                          const std::vector<Point> &points) const {
  const Term &term = model.terms()[i];
  if (model.height(i) <= 0 || !isClose(model) ||
      model.significance(i) < requiredSignificance(model, term))
    return false;
  double levels = 0;
  for (size_t j = 1; j < points.size(); ++j)
    levels += term.at(points[j].extent) > term.at(points[j - 1].extent);
  if (levels < kFewestEdges)
    return false;
  return isDeterministic() ? standsOutExactly(term, model.height(i), points)
                           : standsOut(model, i, points);
}
