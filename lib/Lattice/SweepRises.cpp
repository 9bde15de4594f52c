// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Exact machines show steps by their rises from one extent to the next,
// whatever else bends the curve: at its edges, latency rises by more than
// anywhere beside them. Were rises of any size equally likely anywhere, the
// largest of c + 1 would be the one at the edge once in c + 1 times.
#include "SweepModel.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>

using namespace pr;
using namespace pr::sweep;

static constexpr int64_t kWidest = 512;
/// Offsets of wider ones are not looked for.
static constexpr int64_t kWidestWithOffset = 32;
/// Cycles or picoseconds: less is rounding.
static constexpr double kLeastHeight = 1;
/// Of one edge, in nats; neighbours resemble each other.
static constexpr double kMostChance = 3;
/// In nats: an edge that rises no more than what is beside it.
static constexpr double kMiss = 3;

namespace {
/// From one extent to the next.
struct Rise {
  int64_t below = 0;
  double height = 0;
};
} // namespace

static std::vector<Rise> risesOf(const std::vector<Point> &points) {
  std::vector<Rise> rises;
  for (size_t i = 1; i < points.size(); ++i)
    if (points[i].extent == points[i - 1].extent + 1)
      rises.push_back(
          {points[i - 1].extent, points[i].latency - points[i - 1].latency});
  return rises;
}

static bool isEdge(const Term &stair, int64_t extent) {
  return (extent - stair.offset) % stair.width == 0;
}

/// Whether a wider staircase that is known explains a rise.
static bool isExplained(const Rise &rise, int64_t width,
                        const std::vector<Rises> &known) {
  return std::any_of(known.begin(), known.end(), [&](const Rises &other) {
    return other.stair.width >= width && isEdge(other.stair, rise.below);
  });
}

/// The rises within a plateau of an edge, in order; none where they are all on
/// one side.
static std::vector<double> besideEdge(const std::vector<Rise> &rises,
                                      const Rise &edge, int64_t width,
                                      const std::vector<Rises> &known) {
  std::vector<double> beside;
  bool below = false, above = false;
  for (const Rise &rise : rises) {
    int64_t distance = rise.below - edge.below;
    if (distance == 0 || std::abs(distance) >= width ||
        isExplained(rise, width, known))
      continue;
    (distance < 0 ? below : above) = true;
    beside.push_back(rise.height);
  }
  if (!below || !above)
    return {};
  std::sort(beside.begin(), beside.end());
  return beside;
}

/// Sums up what the edges of a staircase say that no wider one explains.
static Rises judge(const std::vector<Rise> &rises, const Term &stair,
                   const std::vector<Rises> &known) {
  Rises result{stair};
  result.logOdds = -stairPrice(stair.width, stair.offset);
  double least = 0;
  for (const Rise &rise : rises) {
    least = std::min(least, rise.height);
    if (!isEdge(stair, rise.below) || isExplained(rise, stair.width, known))
      continue;
    std::vector<double> beside = besideEdge(rises, rise, stair.width, known);
    if (beside.empty())
      continue;
    double over = rise.height - beside.back();
    if (over < kLeastHeight) {
      result.logOdds -= kMiss;
      continue;
    }
    ++result.edges;
    result.height += rise.height - beside[beside.size() / 2];
    // Tails are heavy: a rise of twice the spread is half as likely.
    double spread = beside.back() - beside.front() + kLeastHeight;
    result.logOdds +=
        std::min(kMostChance, std::log(1.0 + double(beside.size()))) +
        std::log(1 + over / spread);
  }
  if (result.edges > 0)
    result.height /= result.edges;
  if (result.edges == 0 || least < -kMostFall * result.height)
    result.logOdds = -std::numeric_limits<double>::infinity();
  return result;
}

/// The likely ones beside those that are known, best first.
static std::vector<Rises> likelyStairs(const std::vector<Rise> &rises,
                                       Span span,
                                       const std::vector<Rises> &known) {
  std::vector<Rises> likely;
  int64_t widest = std::min(kWidest, span.high / 2);
  for (int64_t width = 2; width <= widest; ++width) {
    int64_t offsets = width <= kWidestWithOffset ? width : 1;
    for (int64_t offset = 0; offset < offsets; ++offset) {
      Rises one = judge(rises, {width, offset, span.low, span.high}, known);
      if (one.logOdds > 0)
        likely.push_back(one);
    }
  }
  std::sort(likely.begin(), likely.end(), [](const Rises &a, const Rises &b) {
    return a.logOdds > b.logOdds;
  });
  return likely;
}

std::vector<Rises> sweep::stairsOfRises(const std::vector<Point> &points,
                                        Span span) {
  std::vector<Rise> rises = risesOf(points);
  std::vector<Rises> certain;
  while (true) {
    std::vector<Rises> likely = likelyStairs(rises, span, certain);
    if (!likely.empty() && likely.front().isCertain()) {
      certain.push_back(likely.front());
      continue;
    }
    certain.insert(certain.end(), likely.begin(), likely.end());
    return certain;
  }
}
