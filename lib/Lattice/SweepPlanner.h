// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Which extent StepFitter measures next, and what it believes so far.
#ifndef PR_LATTICE_SWEEPPLANNER_H
#define PR_LATTICE_SWEEPPLANNER_H

#include "SweepModel.h"

#include "pr/Lattice/StepFitter.h"

#include <deque>
#include <map>
#include <optional>
#include <set>

namespace pr::sweep {

/// Measurements of one extent that cannot all have been disturbed.
inline constexpr size_t kBelievedAfter = 3;

/// Standard errors that leave no doubt that a staircase is there.
inline constexpr double kSure = 6;

class Planner {
public:
  Planner(Span span, StepFitterOptions options);

  std::optional<int64_t> next();
  std::vector<int64_t> batch();
  void observe(int64_t extent, double latency);
  void skip(int64_t extent);

  Span span() const { return range; }
  unsigned spent() const { return measurements; }
  /// One point an extent: repetitions merged, lone outliers left out.
  std::vector<Point> points() const;
  /// Extents were repeated, always with the same latency.
  bool isDeterministic() const;
  /// The terms that the points support.
  Model selectModel(const std::vector<Point> &points) const;
  /// Whether the fit is close enough to the points to say anything.
  bool isClose(const Model &model) const;
  /// Whether a staircase of a model is more than chance.
  bool isSupported(const Model &model, unsigned term,
                   const std::vector<Point> &points) const;

private:
  bool hasStair(const std::vector<Point> &points, const Model &model,
                std::optional<int64_t> width) const;
  bool isPlain(const std::vector<Point> &points) const;
  bool isExplained(const std::vector<Point> &points, const Model &model) const;
  void planBeginning();
  bool planRepetitions();
  bool planDistinction(const std::vector<Point> &points, const Model &model);
  bool planDoubts(const std::vector<Point> &points, const Model &model);
  bool planConfirmation(const Model &model);
  bool planPairs();
  bool planRun(int64_t length);
  bool planEdge(const std::vector<Point> &points, const Model &model);
  bool planExact(const std::vector<Point> &points, const Model &model);
  bool planNoisy(const std::vector<Point> &points, const Model &model);
  bool plan();
  void enqueue(int64_t extent);
  bool isSuspicious(int64_t extent) const;
  std::vector<Model> rivals(const std::vector<Point> &points,
                            const Model &model,
                            std::vector<double> &logOdds) const;
  unsigned fewest() const;
  /// So much of the budget is spent that it is time to ask what was missed.
  bool isLate() const;

  Span range;
  StepFitterOptions options;
  std::map<int64_t, std::vector<double>> seen;
  std::set<int64_t> skipped;
  std::deque<int64_t> queue;
  unsigned measurements = 0;
  unsigned repetitions = 0;
  unsigned edgePoints = 0;
  bool begun = false;
  bool hasPairs = false;
  bool hasRun = false;
};

} // namespace pr::sweep

#endif // PR_LATTICE_SWEEPPLANNER_H
