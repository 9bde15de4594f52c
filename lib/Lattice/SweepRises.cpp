// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "SweepModel.h"

#include <algorithm>
#include <cmath>

using namespace pr;
using namespace pr::sweep;

static constexpr int64_t kWidestPeriod = 32;
static constexpr unsigned kFewestEdges = 3;
static constexpr unsigned kFewestOthers = 8;
/// In standard errors; several hundred periods are tried.
static constexpr double kOutstanding = 6;

namespace {
struct Rise {
  int64_t below = 0;
  double height = 0;
  double excess = 0; ///< over that of the smooth curve
};

struct Sample {
  unsigned count = 0;
  double sum = 0, squares = 0;
  double least = 0, most = 0;

  void add(double value) {
    least = count == 0 ? value : std::min(least, value);
    most = count == 0 ? value : std::max(most, value);
    ++count;
    sum += value;
    squares += value * value;
  }
  double mean() const { return sum / count; }
  double deviations() const { return squares - sum * sum / count; }
};
} // namespace

static std::optional<Rises> tryPeriod(const std::vector<Rise> &rises,
                                      const Term &stair) {
  Sample edges, others;
  double least = 0;
  for (const Rise &rise : rises) {
    bool isEdge = stair.at(rise.below + 1) > stair.at(rise.below);
    (isEdge ? edges : others).add(rise.excess);
    least = std::min(least, rise.height);
  }
  if (edges.count < kFewestEdges || others.count < kFewestOthers ||
      edges.least <= others.mean())
    return std::nullopt;
  double height = edges.mean() - others.mean();
  if (least < -kMostFall * height)
    return std::nullopt;
  double variance = (edges.deviations() + others.deviations()) /
                    (edges.count + others.count - 2);
  double error = std::sqrt(variance * (1.0 / edges.count + 1.0 / others.count));
  // Rises of exact machines are whole cycles.
  double significance = height / std::max(error, 0.1);
  if (height < 1 || significance < kOutstanding)
    return std::nullopt;
  return Rises{stair, height, significance};
}

std::optional<Rises> sweep::periodOfRises(const std::vector<Point> &points,
                                          Span span) {
  Model smooth(points, {}, span);
  std::vector<Rise> rises;
  for (size_t i = 1; i < points.size(); ++i)
    if (points[i].extent == points[i - 1].extent + 1) {
      int64_t below = points[i - 1].extent;
      double height = points[i].latency - points[i - 1].latency;
      rises.push_back(
          {below, height,
           height - smooth.predict(below + 1) + smooth.predict(below)});
    }
  std::optional<Rises> best;
  for (int64_t width = 3; width <= kWidestPeriod; ++width)
    for (int64_t offset = 0; offset < width; ++offset) {
      auto found = tryPeriod(rises, {width, offset, span.low, span.high});
      if (found && (!best || found->significance > best->significance))
        best = found;
    }
  return best;
}
