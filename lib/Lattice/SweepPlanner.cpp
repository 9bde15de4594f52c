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
// Where to measure
//===----------------------------------------------------------------------===//

static constexpr unsigned kAllBelow = 20;
static constexpr unsigned kMostRepetitions = 10;
/// Of the budget.
static constexpr double kLate = 0.6;
/// Measured before "no step" is believed of what is no plain curve.
static constexpr unsigned kFewestExact = 26;
static constexpr unsigned kFewestNoisy = 44;
/// Points that a curve cannot pass through by chance.
static constexpr size_t kFewestPlain = 15;
/// Relative to the latency: a step that hides there changes nothing.
static constexpr double kPlain = 3e-5;
/// Beside edges of a staircase that is likely.
static constexpr unsigned kMostEdgePoints = 6;
/// In a row.
static constexpr int64_t kRun = 20;
/// With noise, where no staircase was found until late.
static constexpr int64_t kNoisyRun = 14;
/// Standard deviations that an edge must rise to be looked for.
static constexpr double kVisible = 2;

bool Planner::isLate() const {
  return measurements >= kLate * options.mostMeasurements;
}

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

/// Edges that widths other than powers of two have too.
bool Planner::planPairs() {
  if (hasPairs)
    return false;
  hasPairs = true;
  for (int64_t edge : {24, 48, 96, 192})
    for (int64_t x : {edge, edge + 1})
      if (!seen.count(x))
        enqueue(x);
  return !queue.empty();
}

/// Extents in a row: narrow steps repeat among rises that vary.
bool Planner::planRun(int64_t length) {
  if (hasRun)
    return false;
  hasRun = true;
  for (int64_t x = range.low; x <= range.high && x < range.low + length; ++x)
    if (!seen.count(x))
      enqueue(x);
  return !queue.empty();
}

bool Planner::hasStair(const std::vector<Point> &points, const Model &model,
                       std::optional<int64_t> width) const {
  for (unsigned i = 0; i < model.terms().size(); ++i) {
    const Term &term = model.terms()[i];
    if (term.isStair() && (!width || term.width == *width) &&
        isSupported(model, i, points))
      return true;
  }
  return false;
}

/// Stairs of an exact machine that leave nothing over.
bool Planner::isExplained(const std::vector<Point> &points,
                          const Model &model) const {
  return model.isExact() && hasStair(points, model, std::nullopt);
}

/// A curve of an exact machine that leaves next to nothing over without a
/// staircase.
bool Planner::isPlain(const std::vector<Point> &points) const {
  if (!hasPairs || points.size() < kFewestPlain)
    return false;
  Model curve(points, {}, range);
  return curve.isExact() || curve.noise() < kPlain;
}

/// The next edge of a staircase that is likely by the rises, and neither
/// certain nor part of the model, with what is beside it.
bool Planner::planEdge(const std::vector<Point> &points, const Model &model) {
  for (const Rises &rises : stairsOfRises(points, range)) {
    const Term &stair = rises.stair;
    if (rises.isCertain() || hasStair(points, model, stair.width))
      continue;
    int64_t edge =
        stair.offset +
        stair.width * ceilDiv(range.low + 1 - stair.offset, stair.width);
    for (; queue.empty() && edgePoints < kMostEdgePoints &&
           edge + 2 <= range.high;
         edge += stair.width)
      for (int64_t x = edge - 1; x <= edge + 2; ++x)
        if (!seen.count(x)) {
          ++edgePoints;
          enqueue(x);
        }
    return !queue.empty();
  }
  return false;
}

bool Planner::planExact(const std::vector<Point> &points, const Model &model) {
  if (isPlain(points))
    return false;
  if (isExplained(points, model))
    return planConfirmation(model) || planDistinction(points, model);
  return planPairs() || (measurements >= kFewestExact && planRun(kRun)) ||
         planConfirmation(model) || (hasRun && planEdge(points, model)) ||
         planDistinction(points, model);
}

bool Planner::planNoisy(const std::vector<Point> &points, const Model &model) {
  if (isLate() && !hasStair(points, model, std::nullopt) && planRun(kNoisyRun))
    return true;
  return planDoubts(points, model) || planConfirmation(model) ||
         planDistinction(points, model);
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
  // What no noise hides, the first measurement shows.
  return isDeterministic() ? planExact(known, model) : planNoisy(known, model);
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
