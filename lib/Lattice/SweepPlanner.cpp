// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "SweepPlanner.h"

#include "pr/Support/CheckedMath.h"

#include <algorithm>
#include <cmath>

using namespace pr;
using namespace pr::sweep;

Planner::Planner(Span span, StepFitterOptions options)
    : range(span), options(std::move(options)) {}

void Planner::observe(int64_t extent, double latency) {
  seen[extent].push_back(latency);
  ++measurements;
  auto asked = std::find(queue.begin(), queue.end(), extent);
  if (asked != queue.end())
    queue.erase(asked);
}

void Planner::skip(int64_t extent) {
  skipped.insert(extent);
  queue.erase(std::remove(queue.begin(), queue.end(), extent), queue.end());
}

void Planner::enqueue(int64_t extent) {
  if (extent >= range.low && extent <= range.high && !skipped.count(extent))
    queue.push_back(extent);
}

bool Planner::isDeterministic() const {
  bool repeated = false;
  for (const auto &[extent, latencies] : seen)
    for (double latency : latencies) {
      if (latency != latencies.front())
        return false;
      repeated |= latencies.size() > 1;
    }
  return repeated;
}

//===----------------------------------------------------------------------===//
// Points
//===----------------------------------------------------------------------===//

/// Interrupts make measurements longer, by far.
static constexpr double kOutlier = 2.5;
/// Measurements of one extent that cannot all have been disturbed.
static constexpr size_t kBelievedAfter = 3;

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
/// In nats over what chance gives among all hypotheses.
static constexpr double kBelieved = 4;
/// A staircase stands out of the noise by as many standard errors.
static constexpr double kSignificant = 4.5;
/// What is more likely beforehand needs less: powers of two, and those of them
/// that a wider staircase is made of.
static constexpr double kSignificantIfLikely = 4.0;
static constexpr double kSignificantIfNested = 3.2;
/// Relative distance of the fit from the points beyond which nothing is known,
/// and where no noise explains it: machines that do step stay below 0.03.
static constexpr double kMostNoise = 0.25;
static constexpr double kMostMisfit = 0.1;
static constexpr unsigned kFewestEdges = 2;
/// Of a staircase's height: a rise at an edge that is one of its steps.
static constexpr double kClearShare = 0.3;
/// Standard errors that leave no doubt that it is there.
static constexpr double kSure = 6;

Model Planner::selectModel(const std::vector<Point> &points) const {
  std::vector<Term> terms;
  Model model(points, terms, range);
  while (terms.size() < kMostTerms) {
    auto best = bestAdditions(points, model, range, options.candidates, 1);
    if (best.empty() || best.front().logOdds < kBelieved)
      break;
    terms.push_back(best.front().term);
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
    double slope = left && right ? 0.5 * (*left + *right)
                   : left        ? *left
                                 : right.value_or(0);
    double rise = points[i + 1].latency - points[i].latency - slope;
    ++edges;
    double fall = left ? points[i - 1].latency - points[i].latency : 0;
    clear += rise > kClearShare * height && fall < kMostFall * height;
  }
  return edges > 0 && 3 * clear >= 2 * edges;
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

//===----------------------------------------------------------------------===//
// Where to measure
//===----------------------------------------------------------------------===//

static constexpr unsigned kAllBelow = 20;
static constexpr unsigned kMostRepetitions = 10;
/// Measured before "no step" is believed.
static constexpr unsigned kFewestExact = 26;
static constexpr unsigned kFewestNoisy = 44;
static constexpr unsigned kRivals = 24;
/// Odds to the power of this: hypotheses are not given up too early.
static constexpr double kPatience = 0.3;
/// Noise is never taken for smaller than this when points are chosen.
static constexpr double kLeastNoise = 1e-3;
/// Squared distance over noise below which rivals are as good as equal.
static constexpr double kIndistinct = 0.05;
static constexpr unsigned kAtOnce = 2;
/// Standard deviations that an edge must rise to be looked for.
static constexpr double kVisible = 2;

unsigned Planner::fewest() const {
  unsigned wanted = isDeterministic() ? kFewestExact : kFewestNoisy;
  return std::min(wanted, options.mostMeasurements);
}

/// Both sides of the edges that widths of powers of two have in common.
void Planner::planBeginning() {
  int64_t size = range.high - range.low + 1;
  std::set<int64_t> wanted{range.low, range.high};
  if (size <= kAllBelow) {
    for (int64_t x = range.low; x <= range.high; ++x)
      wanted.insert(x);
  } else {
    wanted.insert(range.low + 1);
    for (int64_t edge = 4; edge < range.high; edge *= 2) {
      if (edge < range.low)
        continue;
      wanted.insert(edge);
      wanted.insert(edge + 1);
    }
    // A range that holds few powers of two.
    for (int i = 1; wanted.size() < 12 && i < 12; ++i)
      wanted.insert(range.low + size * i / 12);
  }
  std::vector<int64_t> order(wanted.begin(), wanted.end());
  enqueue(order[order.size() / 2]);
  for (int64_t extent : order)
    enqueue(extent);
}

bool Planner::planRepetitions() {
  for (const auto &[extent, latencies] : seen) {
    if (repetitions == kMostRepetitions)
      return false;
    if (skipped.count(extent) || latencies.size() >= kBelievedAfter ||
        !isSuspicious(extent))
      continue;
    ++repetitions;
    enqueue(extent);
  }
  return !queue.empty();
}

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

/// Edges in a row, both sides of each, so that plateaus are seen at both ends;
/// their middles, for narrower steps; the last edge, for the region's end.
bool Planner::planConfirmation(const Model &model) {
  auto wantedOnce = [&](int64_t extent) {
    if (!seen.count(extent))
      enqueue(extent);
  };
  for (unsigned i = 0; i < model.terms().size(); ++i) {
    const Term &term = model.terms()[i];
    if (!term.isStair())
      continue;
    int64_t low = std::max(term.low, range.low),
            high = std::min(term.high, range.high - 1);
    int64_t first =
        term.offset + term.width * ceilDiv(low - term.offset, term.width);
    int64_t last =
        term.offset + term.width * floorDiv(high - term.offset, term.width);
    for (int64_t edge = first; edge <= std::min(last, first + 2 * term.width);
         edge += term.width) {
      wantedOnce(edge);
      wantedOnce(edge + 1);
    }
    wantedOnce(first + term.width - term.width / 2);
    wantedOnce(first + term.width - term.width / 2 + 1);
    // An edge that drowns in noise says nothing.
    if (model.height(i) < kVisible * model.noise() * model.predict(last))
      continue;
    wantedOnce(last);
    wantedOnce(last + 1);
  }
  return !queue.empty();
}

/// Extents in a row, where an exact machine shows no staircase of the whole
/// range: a small step repeats among rises that vary.
bool Planner::planRun() {
  if (!isDeterministic() || hasRun)
    return false;
  hasRun = true;
  unsigned left = options.mostMeasurements - measurements;
  for (int64_t x = range.low; x <= range.high && queue.size() < left; ++x)
    if (!seen.count(x))
      enqueue(x);
  return !queue.empty();
}

bool Planner::plan() {
  if (!begun) {
    begun = true;
    planBeginning();
    return !queue.empty();
  }
  if (planRepetitions())
    return true;
  std::vector<Point> known = points();
  if (known.size() < 4)
    return false;
  Model model = selectModel(known);
  bool found = false;
  for (unsigned i = 0; i < model.terms().size(); ++i)
    found |= model.terms()[i].isStair() && isSupported(model, i, known);
  if (!found && measurements >= kFewestExact && planRun())
    return true;
  return planConfirmation(model) || planDistinction(known, model);
}

std::optional<int64_t> Planner::next() {
  if (measurements >= options.mostMeasurements)
    return std::nullopt;
  if (queue.empty() && !plan())
    return std::nullopt;
  return queue.front();
}

std::vector<int64_t> Planner::batch() {
  if (!next())
    return {};
  size_t left = options.mostMeasurements - measurements;
  return {queue.begin(), queue.begin() + std::min(left, queue.size())};
}
