// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "pr/Lattice/TileSpace.h"

#include "pr/Support/CheckedMath.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <set>

using namespace pr;

namespace {
/// One size of one dimension; those of a low rank go last when there are too
/// many.
struct Option {
  int64_t size = 1;
  unsigned rank = 0;
};
enum Rank : unsigned { Corner, Power, StepMultiple, Divisor, EqualParts };

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
  std::vector<std::vector<Option>> options;
  double mostTiles = std::numeric_limits<double>::infinity();
};
} // namespace

//===----------------------------------------------------------------------===//
// Sizes of one dimension
//===----------------------------------------------------------------------===//

/// The constant that a rule compares a tile size alone with; 0: none.
static int64_t statedLimit(const Expr &rule, unsigned variable) {
  if (rule.op() == ExprOp::And) {
    int64_t smallest = 0;
    for (const Expr &part : rule.operands())
      if (int64_t limit = statedLimit(part, variable); limit > 0)
        smallest = smallest > 0 ? std::min(smallest, limit) : limit;
    return smallest;
  }
  if (rule.op() != ExprOp::Le && rule.op() != ExprOp::Lt)
    return 0;
  const Expr &left = rule.operands()[0], &right = rule.operands()[1];
  if (left.op() != ExprOp::Variable || left.variableIndex() != variable ||
      right.op() != ExprOp::Constant)
    return 0;
  return right.constantValue() - (rule.op() == ExprOp::Lt ? 1 : 0);
}

static int64_t largestSize(const KindSupport &support, const Layer &layer,
                           unsigned dim) {
  int64_t largest = layer[dim];
  for (const LegalityRule &rule : support.rules)
    if (int64_t limit =
            statedLimit(rule.condition, tileVariable(support.kind, dim));
        limit > 0)
      largest = std::min(largest, limit);
  return largest;
}

static std::vector<Option> sizesOf(const KindSupport &support,
                                   const Layer &layer, unsigned dim) {
  constexpr int64_t kMostParts = 16;
  int64_t largest = largestSize(support, layer, dim);
  std::map<int64_t, unsigned> ranks;
  auto add = [&](int64_t size, unsigned rank) {
    if (size < 1 || size > largest)
      return;
    auto [entry, inserted] = ranks.try_emplace(size, rank);
    if (!inserted)
      entry->second = std::min(entry->second, rank);
  };
  add(1, Corner);
  add(largest, Corner);
  for (int64_t size = 2; size < largest; size *= 2)
    add(size, Power);
  std::vector<int64_t> widths;
  for (const Step &step : support.lattice.steps)
    if (step.dim == dim && step.width > 1)
      widths.push_back(step.width);
  for (int64_t width : widths) {
    for (int64_t size = width; size < largest; size *= 2)
      add(size, StepMultiple);
    add(largest / width * width, StepMultiple);
  }
  int64_t extent = layer[dim];
  for (int64_t parts = 1; parts <= kMostParts; ++parts) {
    int64_t size = ceilDiv(extent, parts);
    add(size, extent % parts == 0 ? Divisor : EqualParts);
    for (int64_t width : widths)
      add(ceilDiv(size, width) * width, EqualParts);
  }
  for (int64_t size = 1; size * size <= extent && size <= 4096; ++size)
    if (extent % size == 0)
      add(size, Divisor);
  std::vector<Option> result;
  for (auto [size, rank] : ranks)
    result.push_back({size, rank});
  return result;
}

//===----------------------------------------------------------------------===//
// Combinations
//===----------------------------------------------------------------------===//

TileSpace::TileSpace(const KindSupport &support, const Layer &layer)
    : support(support), layer(layer) {
  for (unsigned dim : support.tileDims)
    options.push_back(sizesOf(support, layer, dim));
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
  for (const std::vector<Option> &sizes : options)
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
                                    [&](const Option &option) {
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
  std::vector<Option> &sizes = *longest;
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
    std::vector<std::vector<Option>> before = options;
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
