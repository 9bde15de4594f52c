// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "pr/Lattice/TileSpace.h"

#include "TileOptions.h"

#include "pr/Support/CheckedMath.h"

#include <algorithm>
#include <limits>
#include <set>

using namespace pr;

namespace {
/// The combinations of options, walked in lexicographic order.
class TileSpace {
public:
  TileSpace(const KindSupport &support, const Layer &layer);

  /// Thins the options out until hardly more than `most` combinations are
  /// legal.
  void reduceTo(size_t most);
  /// `most` of the legal ones, evenly; all where there are fewer.
  std::vector<Layer> candidates(size_t most) const;

private:
  template <typename Fn>
  void forEachLegal(Fn &&fn) const;
  /// The number of legal combinations; drops options that are in none.
  size_t countLegal();
  bool isLegal(const std::vector<int64_t> &values) const;
  /// Into how many tiles the sizes cut the layer, for comparison only.
  double numTiles(const std::vector<int64_t> &sizes) const;
  /// Leaves combinations out that cut the layer into far more tiles than legal
  /// ones need.
  void dropCrumbs();
  double numCombinations() const;
  void dropOptions(double factor);
  void dropOne();

  const KindSupport &support;
  const Layer &layer;
  /// For each of support.tileDims, sizes ascending.
  std::vector<std::vector<TileOption>> options;
  double mostTiles = std::numeric_limits<double>::infinity();
};
} // namespace

//===----------------------------------------------------------------------===//
// Combinations
//===----------------------------------------------------------------------===//

TileSpace::TileSpace(const KindSupport &support, const Layer &layer)
    : support(support), layer(layer) {
  for (unsigned dim : support.tileDims)
    options.push_back(tileOptions(support, layer, dim));
}

bool TileSpace::isLegal(const std::vector<int64_t> &values) const {
  for (const LegalityRule &rule : support.rules) {
    auto holds = rule.condition.evaluate(values.data());
    if (!holds || *holds == 0)
      return false;
  }
  return true;
}

double TileSpace::numTiles(const std::vector<int64_t> &sizes) const {
  double tiles = 1;
  for (size_t i = 0; i < sizes.size(); ++i)
    tiles *= double(ceilDiv(layer[support.tileDims[i]], sizes[i]));
  return tiles;
}

void TileSpace::dropCrumbs() {
  // A few tiles more than necessary can overlap better; so many never do.
  constexpr double kMostTimes = 32;
  double fewest = std::numeric_limits<double>::infinity();
  forEachLegal([&](const std::vector<int64_t> &sizes) {
    fewest = std::min(fewest, numTiles(sizes));
  });
  mostTiles = kMostTimes * fewest;
}

/// Calls `fn` with the sizes of each legal combination of not too many tiles.
template <typename Fn>
void TileSpace::forEachLegal(Fn &&fn) const {
  std::vector<int64_t> values = legalityValues(layer);
  std::vector<size_t> place(options.size(), 0);
  std::vector<int64_t> sizes(options.size());
  while (true) {
    for (size_t i = 0; i < place.size(); ++i) {
      sizes[i] = options[i][place[i]].size;
      values[tileVariable(support.kind, support.tileDims[i])] = sizes[i];
    }
    if (numTiles(sizes) <= mostTiles && isLegal(values))
      fn(sizes);
    size_t i = place.size();
    while (i > 0 && ++place[i - 1] == options[i - 1].size())
      place[--i] = 0;
    if (i == 0)
      return;
  }
}

double TileSpace::numCombinations() const {
  double product = 1;
  for (const std::vector<TileOption> &sizes : options)
    product *= double(sizes.size());
  return product;
}

size_t TileSpace::countLegal() {
  std::vector<std::set<int64_t>> used(options.size());
  size_t legal = 0;
  forEachLegal([&](const std::vector<int64_t> &sizes) {
    ++legal;
    for (size_t i = 0; i < sizes.size(); ++i)
      used[i].insert(sizes[i]);
  });
  for (size_t i = 0; i < options.size() && legal > 0; ++i)
    options[i].erase(std::remove_if(options[i].begin(), options[i].end(),
                                    [&](const TileOption &option) {
                                      return used[i].count(option.size) == 0;
                                    }),
                     options[i].end());
  return legal;
}

/// From the dimension with the most options the one of the lowest rank that is
/// nearest to the next larger one. The smallest and the largest stay.
void TileSpace::dropOne() {
  auto longest = std::max_element(
      options.begin(), options.end(),
      [](const auto &a, const auto &b) { return a.size() < b.size(); });
  std::vector<TileOption> &sizes = *longest;
  size_t worst = 0;
  auto gap = [&](size_t i) {
    return double(sizes[i + 1].size) / double(sizes[i].size);
  };
  for (size_t i = 1; i + 1 < sizes.size(); ++i)
    if (worst == 0 || sizes[i].rank > sizes[worst].rank ||
        (sizes[i].rank == sizes[worst].rank && gap(i) < gap(worst)))
      worst = i;
  sizes.erase(sizes.begin() + worst);
}

/// Leaves at most this share of the combinations.
void TileSpace::dropOptions(double share) {
  double wanted = numCombinations() * share;
  while (numCombinations() > wanted && numCombinations() > 1)
    dropOne();
}

void TileSpace::reduceTo(size_t most) {
  // So many are looked at in a few milliseconds.
  constexpr double kMostCombinations = 1 << 14;
  if (double all = numCombinations(); all > kMostCombinations)
    dropOptions(kMostCombinations / all);
  dropCrumbs();
  size_t legal = countLegal();
  while (legal > most && numCombinations() > 1) {
    std::vector<std::vector<TileOption>> before = options;
    dropOptions(std::min(0.99, double(most) / double(legal)));
    legal = countLegal();
    if (legal >= (most + 1) / 2)
      continue;
    // What went was in most of them.
    options = std::move(before);
    return;
  }
}

Layer pr::withTiles(const Layer &layer, const std::vector<unsigned> &dims,
                    const int64_t *sizes) {
  Layer result = layer;
  result.schedule = {};
  for (unsigned dim : dims)
    result.schedule.tile.push_back(
        {static_cast<uint8_t>(dim), /*spatial=*/false, *sizes++});
  return result;
}

std::vector<Layer> TileSpace::candidates(size_t most) const {
  std::vector<std::vector<int64_t>> legal;
  forEachLegal(
      [&](const std::vector<int64_t> &sizes) { legal.push_back(sizes); });
  std::vector<Layer> result;
  size_t count = std::min(most, legal.size());
  for (size_t i = 0; i < count; ++i)
    result.push_back(withTiles(layer, support.tileDims,
                               legal[i * legal.size() / count].data()));
  return result;
}

static Error unsupported(std::string message) {
  return makeError(ErrorKind::Unsupported, std::move(message));
}

Expected<std::vector<Layer>>
pr::tileCandidates(const TargetInfo &target, const Layer &layer, size_t most) {
  Layer plain = layer;
  plain.schedule = {};
  if (auto legal = target.checkLegal(plain); !legal)
    return legal.takeError();
  const KindSupport &support = *target.find(layer.kind);
  std::string kind(layer.info().name);
  if (support.tileDims.empty())
    return unsupported("target '" + target.name + "' takes no tile sizes of " +
                       kind);
  most = std::max<size_t>(most, 1);
  TileSpace space(support, plain);
  space.reduceTo(most);
  std::vector<Layer> result = space.candidates(most);
  if (result.empty())
    return unsupported("no tile sizes of this " + kind +
                       " are legal on target '" + target.name + "'");
  return result;
}
