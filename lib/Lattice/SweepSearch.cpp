// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "SweepModel.h"

#include "pr/Support/CheckedMath.h"

#include <algorithm>
#include <cmath>

using namespace pr;
using namespace pr::sweep;

namespace pr::sweep {
/// Tries terms against what a model leaves over. A term's column is freed of
/// what the model explains already (Frisch-Waugh), so that its gain is that of
/// the whole regression with it.
class Search {
public:
  Search(const std::vector<Point> &points, const Model &model, Span span,
         const std::vector<int64_t> &candidates);

  void tryAll();
  std::vector<Addition> best(unsigned most);

private:
  void tryStairs(int64_t width, int64_t offsetStep);
  void tryRegions(const Term &stair, double price);
  void tryKinks();
  void tryTerm(const Term &term, double price);
  double price(int64_t width, int64_t offset) const;

  const std::vector<Point> &points;
  const Model &model;
  Span span;
  const std::vector<int64_t> &candidates;
  Eigen::VectorXd weights, column, projection;
  std::vector<Addition> found;
};
} // namespace pr::sweep

/// Widths up to here are tried at every offset ...
static constexpr int64_t kWidthsTriedInFull = 64;
/// ... wider ones, and their offsets, in strides of this.
static constexpr int64_t kWideStride = 8;
static constexpr int64_t kWidest = 512;
/// Staircases whose regions are looked at.
static constexpr unsigned kRegionsOf = 16;
static constexpr int kRegionEdges = 10;
/// In nats: a region's end, a kink.
static constexpr double kRegionPrice = 4;
static constexpr double kKinkPrice = 4;
/// What a staircase within another one is cheaper by.
static constexpr double kNested = 1.5;
/// What is left of a column after the projection, relative: less is nothing.
static constexpr double kIndependent = 1e-9;

Search::Search(const std::vector<Point> &points, const Model &model, Span span,
               const std::vector<int64_t> &candidates)
    : points(points), model(model), span(span), candidates(candidates) {
  const Eigen::Index n = Eigen::Index(points.size());
  weights.resize(n);
  column.resize(n);
  for (Eigen::Index i = 0; i < n; ++i)
    weights(i) = std::sqrt(points[size_t(i)].count) / points[size_t(i)].latency;
}

double sweep::stairPrice(int64_t width, int64_t offset) {
  double price = 2;
  if ((width & (width - 1)) != 0)
    price += width % 8 == 0 ? 2 : width % 4 == 0 ? 3 : 4.5;
  if (offset != 0)
    price += 3 + std::log(double(width));
  return price;
}

/// Candidates, and what is nested in a staircase of the model, cost little.
double Search::price(int64_t width, int64_t offset) const {
  if (offset == 0 && std::find(candidates.begin(), candidates.end(), width) !=
                         candidates.end())
    return 1;
  bool isNested = std::any_of(
      model.columns.begin(), model.columns.end(), [&](const Term &term) {
        return term.width > width && term.width % width == 0 &&
               term.offset % width == offset;
      });
  return stairPrice(width, offset) - (isNested ? kNested : 0);
}

void Search::tryTerm(const Term &term, double price) {
  for (Eigen::Index i = 0; i < column.size(); ++i)
    column(i) = weights(i) * term.at(points[size_t(i)].extent);
  double whole = column.squaredNorm();
  projection.noalias() = model.basis.transpose() * column;
  double left = whole - projection.squaredNorm();
  if (left <= kIndependent * whole)
    return;
  double along = column.dot(model.residual);
  if (term.isStair() && along <= 0)
    return;
  double gain = std::min(along * along / left, 0.999999999999 * model.squares);
  // The floor of rounding stays, however well the term fits.
  double rest = std::max(model.squares - gain,
                         model.squares - model.residual.squaredNorm());
  double logOdds =
      0.5 * (model.freedom - 1) * std::log(model.squares / rest) - price;
  found.push_back({term, logOdds});
}

void Search::tryStairs(int64_t width, int64_t offsetStep) {
  for (int64_t offset = 0; offset < width; offset += offsetStep)
    tryTerm({width, offset, span.low, span.high}, price(width, offset));
}

static bool isBetter(const Addition &a, const Addition &b) {
  return a.logOdds > b.logOdds;
}

/// The staircase that begins behind one of its first edges, or ends there.
void Search::tryRegions(const Term &stair, double price) {
  int64_t first = stair.offset +
                  stair.width * ceilDiv(span.low - stair.offset, stair.width);
  int64_t edges = (span.high - first) / stair.width;
  int64_t stride = std::max<int64_t>(1, edges / kRegionEdges);
  for (int64_t i = 1; i < edges; i += i < kRegionEdges / 2 ? 1 : stride) {
    int64_t edge = first + i * stair.width;
    tryTerm({stair.width, stair.offset, edge, span.high}, price + kRegionPrice);
    tryTerm({stair.width, stair.offset, span.low, edge}, price + kRegionPrice);
  }
}

void Search::tryKinks() {
  for (size_t i = 1; i + 1 < points.size(); ++i)
    tryTerm({0, 0, points[i].extent, span.high}, kKinkPrice);
}

void Search::tryAll() {
  if (model.freedom < 3)
    return;
  int64_t widest = std::min(kWidest, (span.high - span.low + 1) / 2);
  for (int64_t width = 2; width <= widest; ++width) {
    if (width <= kWidthsTriedInFull)
      tryStairs(width, 1);
    else if (width % kWideStride == 0)
      tryStairs(width, kWideStride);
  }
  for (int64_t width : candidates)
    if (width > kWidthsTriedInFull && width % kWideStride != 0 &&
        width <= span.high - span.low)
      tryTerm({width, 0, span.low, span.high}, price(width, 0));
  size_t most = std::min<size_t>(kRegionsOf, found.size());
  std::partial_sort(found.begin(), found.begin() + most, found.end(), isBetter);
  std::vector<Addition> top(found.begin(), found.begin() + most);
  for (const Addition &one : top)
    tryRegions(one.term, price(one.term.width, one.term.offset));
  tryKinks();
}

std::vector<Addition> Search::best(unsigned most) {
  size_t kept = std::min<size_t>(most, found.size());
  std::partial_sort(found.begin(), found.begin() + kept, found.end(), isBetter);
  found.resize(kept);
  return std::move(found);
}

std::vector<Addition>
sweep::bestAdditions(const std::vector<Point> &points, const Model &model,
                     Span span, const std::vector<int64_t> &candidates,
                     unsigned most) {
  Search search(points, model, span, candidates);
  search.tryAll();
  return search.best(most);
}
