// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Intervals that hold: conformal prediction from the errors on measurements the
// model has not seen. The score is |log(measured / predicted)|, or 0 where both
// are the same number of whole units; the interval of level p is the prediction
// times and over exp(q), q the ceil((n+1)p)-th of the n sorted scores (Lei et
// al., "Distribution-Free Predictive Inference for Regression", 2018). With
// fewer than p/(1-p) scores there is no such score, and no interval. The width
// follows the local error: scores are divided by the error that is expected of
// each layer, where a model of that exists; otherwise, where there are enough
// scores, they are kept apart by the size of the prediction.
#ifndef PR_MODEL_INTERVAL_H
#define PR_MODEL_INTERVAL_H

#include "pr/Support/Expected.h"

#include <array>
#include <cstddef>
#include <optional>
#include <utility>
#include <vector>

namespace pr {

inline constexpr std::array<int, 3> kConfidenceLevels = {80, 90, 95};

class Interval {
public:
  /// No scores: never an interval.
  Interval() = default;
  /// From latencies held out of training, and the scale of the error that was
  /// expected of each (empty: nothing was). `shrinkage`: the size of an error of
  /// the model that is asked, over that of an error here; one that is hidden by
  /// whole numbers is judged before. Errors: lengths that differ, values that
  /// are not positive.
  static Expected<Interval> calibrate(const std::vector<double> &predicted,
                                      const std::vector<double> &measured,
                                      const std::vector<double> &scales = {},
                                      double shrinkage = 1);

  /// Bounds around a prediction; nullopt where too few measurements were held
  /// out for this level. `percent` is one of kConfidenceLevels.
  std::optional<std::pair<double, double>> bounds(double predicted, int percent,
                                                  double scale = 1) const;
  /// Measurements held out.
  size_t count() const { return total; }

  /// For bundles. Bin i holds predictions up to edges[i]; the last bin the
  /// rest. quantiles[bin][level] is q, or nothing.
  using Quantiles = std::array<std::optional<double>, kConfidenceLevels.size()>;
  static Expected<Interval> restore(size_t count, std::vector<double> edges,
                                    std::vector<Quantiles> quantiles);
  const std::vector<double> &edges() const { return binEdges; }
  const std::vector<Quantiles> &quantiles() const { return bins; }

private:
  size_t total = 0;
  std::vector<double> binEdges;
  std::vector<Quantiles> bins;
};

} // namespace pr

#endif // PR_MODEL_INTERVAL_H
