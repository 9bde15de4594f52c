// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "pr/Lattice/StepFitter.h"

#include "SweepPlanner.h"

#include <algorithm>
#include <cmath>

using namespace pr;
using namespace pr::sweep;

struct StepFitter::State {
  Planner planner;
};

StepFitter::StepFitter(std::unique_ptr<State> s) : state(std::move(s)) {}
StepFitter::StepFitter(StepFitter &&) noexcept = default;
StepFitter &StepFitter::operator=(StepFitter &&) noexcept = default;
StepFitter::~StepFitter() = default;

/// Fewer measurements tell no stair from a curve.
static constexpr unsigned kFewestMeasurements = 12;
/// Widths beyond are of no interest, and products stay small.
static constexpr int64_t kLargestExtent = int64_t(1) << 30;

Expected<StepFitter> StepFitter::create(int64_t low, int64_t high,
                                        StepFitterOptions options) {
  if (low < 1 || high <= low || high > kLargestExtent)
    return invalidInput("a sweep from " + std::to_string(low) + " to " +
                        std::to_string(high) +
                        ", expected at least two extents in 1 .. 2^30");
  if (options.mostMeasurements < kFewestMeasurements)
    return invalidInput("a sweep of " +
                        std::to_string(options.mostMeasurements) +
                        " measurements, expected at least " +
                        std::to_string(kFewestMeasurements));
  for (int64_t width : options.candidates)
    if (width < 2)
      return invalidInput("a candidate of width " + std::to_string(width) +
                          ", expected at least 2");
  return StepFitter(std::unique_ptr<State>(
      new State{Planner({low, high}, std::move(options))}));
}

std::optional<int64_t> StepFitter::next() { return state->planner.next(); }

std::vector<int64_t> StepFitter::batch() { return state->planner.batch(); }

Expected<void> StepFitter::observe(int64_t extent, double latency) {
  Span span = state->planner.span();
  if (extent < span.low || extent > span.high)
    return invalidInput("a measurement at extent " + std::to_string(extent) +
                        " of a sweep over " + std::to_string(span.low) +
                        " .. " + std::to_string(span.high));
  if (!std::isfinite(latency) || latency <= 0)
    return invalidInput("a latency of " + std::to_string(latency) +
                        " at extent " + std::to_string(extent) +
                        ", expected a positive number");
  state->planner.observe(extent, latency);
  return {};
}

void StepFitter::skip(int64_t extent) { state->planner.skip(extent); }

//===----------------------------------------------------------------------===//
// What came out
//===----------------------------------------------------------------------===//

/// Of extents, before anything is fitted.
static constexpr size_t kFewestPoints = 4;
/// Of the fitted curve: enough for a picture that shows every step.
static constexpr int64_t kCurvePoints = 2048;
/// A rise within the plateau of less than this share of the step is flat.
static constexpr double kFlatShare = 0.02;
/// Of a narrower step's height.
static constexpr double kLittle = 0.1;
/// A share that is known no better says nothing.
static constexpr double kVagueShare = 0.2;

/// Compares the ends of plateaus that were measured at both.
static Plateau plateauOf(const Term &term, double height, double noise,
                         const std::vector<Point> &points) {
  double rise = 0, variance = 0, steps = 0;
  for (const Point &first : points)
    for (const Point &last : points) {
      if (last.extent - first.extent != term.width - 1 ||
          first.extent <= term.low || last.extent > term.high ||
          term.at(first.extent) != term.at(last.extent))
        continue;
      // The more exact pairs count for more.
      double weight = 1 / (first.latency * first.latency);
      double error = noise * last.latency;
      rise += weight * (last.latency - first.latency);
      steps += weight * height;
      variance +=
          weight * weight * error * error * (1 / first.count + 1 / last.count);
    }
  if (steps <= 0)
    return Plateau::Unknown;
  double share = rise / steps, error = std::sqrt(variance) / steps;
  if (std::abs(share) > kFlatShare && std::abs(share) > 2 * error)
    return Plateau::Ramps;
  return error < kVagueShare ? Plateau::Flat : Plateau::Unknown;
}

static std::string percent(double share) {
  char text[32];
  snprintf(text, sizeof text, "%.2g %%", 100 * share);
  return text;
}

static unsigned measuredEdges(const Term &term,
                              const std::vector<Point> &points) {
  unsigned edges = 0;
  for (size_t i = 1; i < points.size(); ++i)
    edges += points[i].extent == points[i - 1].extent + 1 &&
             term.at(points[i].extent) > term.at(points[i - 1].extent);
  return edges;
}

/// A wider staircase whose edges are all those of a narrower one, and add
/// little to them, says that the narrower one is not quite even.
static void dropRepetitions(std::vector<FittedStep> &steps) {
  auto repeats = [&](const FittedStep &wide) {
    return std::any_of(
        steps.begin(), steps.end(), [&](const FittedStep &narrow) {
          return narrow.width < wide.width && wide.width % narrow.width == 0 &&
                 (wide.offset - narrow.offset) % narrow.width == 0 &&
                 wide.height < kLittle * narrow.height;
        });
  };
  std::vector<FittedStep> kept;
  for (const FittedStep &step : steps)
    if (!repeats(step))
      kept.push_back(step);
  steps = std::move(kept);
}

/// The staircases of the model that are more than chance.
static void addStairsOfModel(SweepFit &fit, const Planner &planner,
                             const Model &model,
                             const std::vector<Point> &points) {
  for (unsigned i = 0; i < model.terms().size(); ++i) {
    const Term &term = model.terms()[i];
    if (!term.isStair() || !planner.isSupported(model, i, points))
      continue;
    double height = model.height(i);
    double noise = fit.deterministic ? 0 : fit.noise;
    fit.steps.push_back(
        {term.width, term.offset, term.low, term.high,
         plateauOf(term, height, noise, points), height, model.significance(i),
         std::to_string(fit.measurements) + " measurements, both sides of " +
             std::to_string(measuredEdges(term, points)) + " edges, " +
             percent(fit.noise) + " around the fit"});
  }
}

/// On an exact machine: what rises show that the model does not.
static void addStairsOfRises(SweepFit &fit, const std::vector<Point> &points,
                             Span span) {
  for (const Rises &rises : stairsOfRises(points, span)) {
    bool isKnown = std::any_of(fit.steps.begin(), fit.steps.end(),
                               [&](const FittedStep &step) {
                                 return step.width == rises.stair.width;
                               });
    if (isKnown || !rises.isCertain())
      continue;
    fit.steps.push_back(
        {rises.stair.width, rises.stair.offset, span.low, span.high,
         Plateau::Ramps, rises.height, std::sqrt(2 * rises.logOdds),
         std::to_string(fit.measurements) +
             " measurements, latency rises more at " +
             std::to_string(rises.edges) + " edges than beside them"});
  }
}

/// Without a step: what the measurements look like.
static std::string reasonOf(const SweepFit &fit, const Planner &planner,
                            const Model &model,
                            const std::vector<Point> &points) {
  auto byLatency = [](const Point &a, const Point &b) {
    return a.latency < b.latency;
  };
  auto [least, most] =
      std::minmax_element(points.begin(), points.end(), byLatency);
  if (least->latency == most->latency)
    return "all latencies are equal";
  if (!planner.isClose(model))
    return "latencies lie " + percent(fit.noise) +
           " around the closest curve, too far to tell";
  if (points.back().latency < points.front().latency)
    return "latency falls with size";
  return "no staircase stands out of the curve, " + percent(fit.noise) +
         " around it";
}

SweepFit StepFitter::result() const {
  const Planner &planner = state->planner;
  std::vector<Point> points = planner.points();
  SweepFit fit;
  fit.measurements = planner.spent();
  fit.deterministic = planner.isDeterministic();
  if (points.size() < kFewestPoints) {
    fit.reason = std::to_string(points.size()) + " extents are too few to tell";
    return fit;
  }
  Model model = planner.selectModel(points);
  fit.noise = model.noise();
  Span span = planner.span();
  int64_t stride = std::max<int64_t>(1, (span.high - span.low) / kCurvePoints);
  for (int64_t x = span.low; x <= span.high; x += stride)
    fit.curve.push_back({x, model.predict(x)});
  addStairsOfModel(fit, planner, model, points);
  if (fit.deterministic && planner.isClose(model) && !model.isExact())
    addStairsOfRises(fit, points, span);
  dropRepetitions(fit.steps);
  std::sort(fit.steps.begin(), fit.steps.end(),
            [](const FittedStep &a, const FittedStep &b) {
              return a.width > b.width;
            });
  if (fit.steps.empty())
    fit.reason = reasonOf(fit, planner, model, points);
  return fit;
}
