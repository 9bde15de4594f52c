// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Finds the steps of a black box over one dimension, choosing itself where to
// measure (docs/design/Steps.md):
//
//   while (std::optional<int64_t> extent = fitter.next())
//     fitter.observe(*extent, latencyOf(*extent));
//   SweepFit fit = fitter.result();
//
// Latency is taken for a smooth curve plus staircases of any width and offset,
// each over a region, times noise. The next point is the one over which the
// hypotheses that survive disagree most. Where nothing but the curve is
// supported by the measurements the fit holds no step.
#ifndef PR_LATTICE_STEPFITTER_H
#define PR_LATTICE_STEPFITTER_H

#include "pr/Lattice/Lattice.h"

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace pr {

struct StepFitterOptions {
  /// Of one dimension, repetitions included.
  unsigned mostMeasurements = 48;
  /// Widths that are more likely than others: candidates of a gray box.
  std::vector<int64_t> candidates;
};

/// One staircase that the measurements support.
struct FittedStep {
  int64_t width = 1;
  int64_t offset = 0;
  /// Extents over which it was seen, both included.
  int64_t regionLow = 1;
  int64_t regionHigh = 1;
  Plateau plateau = Plateau::Unknown;
  /// What latency rises by at an edge, in its own unit.
  double height = 0;
  /// Height over its standard error.
  double significance = 0;
  /// One sentence: measurements, edges, noise.
  std::string evidence;
};

struct SweepFit {
  /// From the widest to the narrowest; empty: no step.
  std::vector<FittedStep> steps;
  /// Why there is none: what the measurements look like instead.
  std::string reason;
  /// Standard deviation of the measurements around the fit, relative.
  double noise = 0;
  /// Equal measurements of one extent.
  bool deterministic = false;
  unsigned measurements = 0;
  /// Extents and the fitted latency at each, for a picture.
  std::vector<std::pair<int64_t, double>> curve;
};

class StepFitter {
public:
  /// For extents low .. high; the error names what is wrong with them.
  static Expected<StepFitter> create(int64_t low, int64_t high,
                                     StepFitterOptions options = {});
  StepFitter(StepFitter &&) noexcept;
  StepFitter &operator=(StepFitter &&) noexcept;
  ~StepFitter();

  /// The extent to measure next; the same until it is observed or skipped.
  /// nullopt: enough is known, or the budget is spent.
  std::optional<int64_t> next();
  /// Extents that will be asked for whatever their latencies are, next() first;
  /// an extent comes twice where it is to be repeated. Empty at the end.
  std::vector<int64_t> batch();
  /// A latency of any extent in the range, asked for or not.
  Expected<void> observe(int64_t extent, double latency);
  /// The extent cannot be measured: it will not be asked for again.
  void skip(int64_t extent);

  SweepFit result() const;

private:
  struct State;
  explicit StepFitter(std::unique_ptr<State> state);
  std::unique_ptr<State> state;
};

} // namespace pr

#endif // PR_LATTICE_STEPFITTER_H
