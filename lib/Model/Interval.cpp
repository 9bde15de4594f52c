// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "pr/Model/Interval.h"

#include <algorithm>
#include <cmath>
#include <numeric>

using namespace pr;

/// Scores per bin that make a bin of its own worth having: its 95 % quantile is
/// then not its largest few scores.
static constexpr size_t kScoresPerBin = 100;
static constexpr size_t kMaxBins = 8;

static bool isPositive(double value) {
  return std::isfinite(value) && value > 0;
}

/// The ceil((n + 1) p)-th smallest of n scores.
static std::optional<double> quantile(const std::vector<double> &sorted,
                                      int percent) {
  size_t rank = ((sorted.size() + 1) * percent + 99) / 100;
  if (rank > sorted.size())
    return std::nullopt;
  return sorted[rank - 1];
}

/// What is said of a layer is a whole number; so is its latency. Without this,
/// intervals of a few cycles would hold far more than their level.
static double errorOf(double predicted, double measured) {
  if (std::nearbyint(predicted) == std::nearbyint(measured))
    return 0;
  return std::abs(std::log(measured / predicted));
}

Expected<Interval> Interval::calibrate(const std::vector<double> &predicted,
                                       const std::vector<double> &measured,
                                       const std::vector<double> &scales,
                                       double shrinkage) {
  if (!scales.empty() && scales.size() != predicted.size())
    return invalidInput("an interval needs as many scales as predictions, "
                        "found " +
                        std::to_string(scales.size()) + " and " +
                        std::to_string(predicted.size()));
  if (!isPositive(shrinkage))
    return invalidInput("the shrinkage of errors must be positive, found " +
                        std::to_string(shrinkage));
  if (!std::all_of(scales.begin(), scales.end(), isPositive))
    return invalidInput("the scale of an error must be positive");
  if (predicted.size() != measured.size())
    return invalidInput("an interval needs as many predictions as "
                        "measurements, found " +
                        std::to_string(predicted.size()) + " and " +
                        std::to_string(measured.size()));
  for (size_t i = 0; i < predicted.size(); ++i)
    if (!isPositive(predicted[i]) || !isPositive(measured[i]))
      return invalidInput("an interval needs positive latencies, found " +
                          std::to_string(predicted[i]) + " and " +
                          std::to_string(measured[i]));
  std::vector<size_t> order(predicted.size());
  std::iota(order.begin(), order.end(), size_t(0));
  std::sort(order.begin(), order.end(), [&](size_t a, size_t b) {
    return predicted[a] != predicted[b] ? predicted[a] < predicted[b] : a < b;
  });

  Interval interval;
  interval.total = order.size();
  size_t count = std::clamp<size_t>(order.size() / kScoresPerBin, 1, kMaxBins);
  if (!scales.empty())
    count = 1;
  size_t first = 0;
  for (size_t bin = 0; bin < count; ++bin) {
    size_t end = order.size() * (bin + 1) / count;
    // Equal predictions belong to one bin.
    while (end > first && end < order.size() &&
           predicted[order[end]] == predicted[order[end - 1]])
      ++end;
    if (end == first)
      continue;
    std::vector<double> scores;
    for (size_t i = first; i < end; ++i) {
      size_t row = order[i];
      scores.push_back(shrinkage * errorOf(predicted[row], measured[row]) /
                       (scales.empty() ? 1 : scales[row]));
    }
    std::sort(scores.begin(), scores.end());
    Quantiles quantiles;
    for (size_t level = 0; level < kConfidenceLevels.size(); ++level)
      quantiles[level] = quantile(scores, kConfidenceLevels[level]);
    interval.bins.push_back(quantiles);
    if (end < order.size())
      interval.binEdges.push_back(predicted[order[end - 1]]);
    first = end;
  }
  return interval;
}

Expected<Interval> Interval::restore(size_t count, std::vector<double> edges,
                                     std::vector<Quantiles> quantiles) {
  bool sorted = std::is_sorted(edges.begin(), edges.end());
  bool fits =
      quantiles.empty() ? edges.empty() : quantiles.size() == edges.size() + 1;
  bool valid =
      std::all_of(quantiles.begin(), quantiles.end(), [](const Quantiles &bin) {
        return std::all_of(bin.begin(), bin.end(), [](auto value) {
          return !value || (std::isfinite(*value) && *value >= 0);
        });
      });
  if (!sorted || !fits || !valid)
    return invalidInput("the interval's bins contradict each other");
  Interval interval;
  interval.total = count;
  interval.binEdges = std::move(edges);
  interval.bins = std::move(quantiles);
  return interval;
}

std::optional<std::pair<double, double>>
Interval::bounds(double predicted, int percent, double scale) const {
  auto level =
      std::find(kConfidenceLevels.begin(), kConfidenceLevels.end(), percent);
  if (bins.empty() || level == kConfidenceLevels.end())
    return std::nullopt;
  size_t bin = std::lower_bound(binEdges.begin(), binEdges.end(), predicted) -
               binEdges.begin();
  auto score = bins[bin][level - kConfidenceLevels.begin()];
  if (!score)
    return std::nullopt;
  double factor = std::exp(*score * scale);
  return std::make_pair(predicted / factor, predicted * factor);
}
