// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "pr/Model/BaseFit.h"

#include "Model/MaxAffine.h"
#include "Model/TermSets.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <random>

using namespace pr;
using Eigen::MatrixXd;
using Eigen::VectorXd;

/// What the choice between bases is made on at most: it is repeated for each.
static constexpr unsigned kMostFolds = 3;
static constexpr size_t kMostJudged = 800;

//===----------------------------------------------------------------------===//
// Matrices
//===----------------------------------------------------------------------===//

/// The values of all terms, one row per layer, divided by the latency.
static MatrixXd relativeTerms(const std::vector<Layer> &layers,
                              const std::vector<double> &latencies,
                              const Lattice &lattice,
                              const std::vector<Term> &terms) {
  MatrixXd rows(layers.size(), terms.size());
  for (size_t i = 0; i < layers.size(); ++i) {
    WorkTable work = WorkTable::compute(lattice, lattice.queryPoint(layers[i]));
    for (size_t j = 0; j < terms.size(); ++j)
      rows(i, j) = work.value(terms[j]) / latencies[i];
  }
  return rows;
}

/// Columns that are not zero and not a multiple of an earlier one.
static std::vector<int> independentColumns(const MatrixXd &rows) {
  std::vector<int> kept;
  for (int j = 0; j < rows.cols(); ++j) {
    if (rows.col(j).maxCoeff() <= 0)
      continue;
    VectorXd column = rows.col(j).normalized();
    bool repeated = std::any_of(kept.begin(), kept.end(), [&](int other) {
      return (rows.col(other).normalized() - column).norm() < 1e-12;
    });
    if (!repeated)
      kept.push_back(j);
  }
  return kept;
}

static MatrixXd selectColumns(const MatrixXd &rows,
                              const std::vector<int> &columns) {
  MatrixXd result(rows.rows(), columns.size());
  for (size_t j = 0; j < columns.size(); ++j)
    result.col(j) = rows.col(columns[j]);
  return result;
}

static MatrixXd selectRows(const MatrixXd &rows,
                           const std::vector<int> &selected) {
  MatrixXd result(selected.size(), rows.cols());
  for (size_t i = 0; i < selected.size(); ++i)
    result.row(i) = rows.row(selected[i]);
  return result;
}

//===----------------------------------------------------------------------===//
// Choosing
//===----------------------------------------------------------------------===//

/// The fold of each row: groups are shuffled and dealt out.
static std::vector<unsigned> dealFolds(const std::vector<int64_t> &groups,
                                       unsigned folds, uint64_t seed) {
  std::vector<int64_t> distinct = groups;
  std::sort(distinct.begin(), distinct.end());
  distinct.erase(std::unique(distinct.begin(), distinct.end()), distinct.end());
  std::mt19937_64 random(seed);
  // Not std::shuffle: its result differs between standard libraries.
  for (size_t i = distinct.size(); i > 1; --i)
    std::swap(distinct[i - 1], distinct[random() % i]);
  std::map<int64_t, unsigned> foldOf;
  for (size_t i = 0; i < distinct.size(); ++i)
    foldOf[distinct[i]] = unsigned(i % folds);
  std::vector<unsigned> result;
  for (int64_t group : groups)
    result.push_back(foldOf[group]);
  return result;
}

/// Enough rows to choose between bases by.
static std::vector<int> thinned(size_t rows) {
  std::vector<int> kept;
  size_t count = std::min(rows, kMostJudged);
  for (size_t i = 0; i < count; ++i)
    kept.push_back(int(i * rows / count));
  return kept;
}

/// Mean absolute log error on held-out rows. Each counts for 1 at most:
/// outliers must not decide.
static double crossValidate(const MatrixXd &rows, unsigned branches,
                            const std::vector<unsigned> &foldOf, unsigned folds,
                            uint64_t seed) {
  double sum = 0;
  size_t count = 0;
  for (unsigned fold = 0; fold < folds; ++fold) {
    std::vector<int> seen, heldOut;
    for (int i = 0; i < rows.rows(); ++i)
      (foldOf[i] == fold ? heldOut : seen).push_back(i);
    if (seen.empty() || heldOut.empty())
      continue;
    BranchWeights weights =
        fitMaxAffine(selectRows(rows, seen), branches, seed);
    VectorXd value = evaluateMaxAffine(selectRows(rows, heldOut), weights);
    sum += value.array().max(1e-3).log().abs().min(1.0).sum();
    count += heldOut.size();
  }
  return count == 0 ? 0 : sum / double(count);
}

/// Another branch must lower the error to this share for a further one to be
/// tried.
static constexpr double kBranchGain = 0.99;

/// The simplest alternative that is as good as the best, to 2 %. Simpler:
/// fewer branches, then the smaller term set.
static const BaseCandidate &choose(const std::vector<BaseCandidate> &compared) {
  double best = compared[0].error;
  for (const BaseCandidate &candidate : compared)
    best = std::min(best, candidate.error);
  const BaseCandidate *chosen = nullptr;
  for (const BaseCandidate &candidate : compared) {
    if (candidate.error > best * 1.02 + 1e-9)
      continue;
    if (!chosen || candidate.branches < chosen->branches ||
        (candidate.branches == chosen->branches &&
         candidate.terms.size() < chosen->terms.size()))
      chosen = &candidate;
  }
  return *chosen;
}

/// With so many branches sets are compared first, and so many of them with
/// other numbers.
static constexpr unsigned kBranchesOfSets = 2;
static constexpr size_t kMostSets = 2;
static constexpr double kExact = 1e-9;

namespace {
/// Compares term sets and numbers of branches by their error on held-out rows.
class BaseSearch {
public:
  BaseSearch(const std::vector<Layer> &layers,
             const std::vector<double> &latencies,
             const std::vector<int64_t> &groups, const Lattice &lattice,
             const BaseFitOptions &options)
      : layers(layers), latencies(latencies), lattice(lattice),
        options(options), folds(std::clamp(options.folds, 2u, kMostFolds)),
        judged(thinned(layers.size())) {
    std::vector<unsigned> all = dealFolds(groups, folds, options.seed);
    for (int row : judged)
      foldOf.push_back(all[row]);
  }

  std::vector<BaseCandidate> run(bool hasTiles);

private:
  bool compare(const TermSet &set, unsigned branches);
  void compareBranches(const TermSet &set, unsigned first, unsigned last);
  void compareGroups(std::vector<TermSet> &sets);
  double errorOf(const std::string &set) const;

  const std::vector<Layer> &layers;
  const std::vector<double> &latencies;
  const Lattice &lattice;
  const BaseFitOptions &options;
  unsigned folds;
  std::vector<int> judged;
  std::vector<unsigned> foldOf;
  std::vector<BaseCandidate> compared;
};
} // namespace

/// Returns whether it is exact, so that nothing else needs to be tried.
bool BaseSearch::compare(const TermSet &set, unsigned branches) {
  MatrixXd rows = relativeTerms(layers, latencies, lattice, set.terms);
  MatrixXd independent =
      selectRows(selectColumns(rows, independentColumns(rows)), judged);
  compared.push_back(
      {branches, set.name, set.terms,
       crossValidate(independent, branches, foldOf, folds, options.seed)});
  return compared.back().error < kExact;
}

/// The least with any number of branches.
double BaseSearch::errorOf(const std::string &set) const {
  double least = std::numeric_limits<double>::infinity();
  for (const BaseCandidate &candidate : compared)
    if (candidate.termSet == set)
      least = std::min(least, candidate.error);
  return least;
}

/// More branches cost most of the time, and seldom help where one did not.
void BaseSearch::compareBranches(const TermSet &set, unsigned first,
                                 unsigned last) {
  double best = errorOf(set.name);
  for (unsigned branches = first; branches <= last; ++branches) {
    if (compare(set, branches) || compared.back().error > best * kBranchGain)
      return;
    best = compared.back().error;
  }
}

/// Adds the groups of positions that explain most, alone and with all terms.
void BaseSearch::compareGroups(std::vector<TermSet> &sets) {
  std::vector<TermSet> grouped;
  for (uint8_t group = 1; group <= kNumPositionGroups; ++group) {
    grouped.push_back(groupedSet(lattice, group));
    compare(grouped.back(), kBranchesOfSets);
  }
  auto least = std::min_element(grouped.begin(), grouped.end(),
                                [&](const auto &a, const auto &b) {
                                  return errorOf(a.name) < errorOf(b.name);
                                });
  auto full = std::find_if(sets.begin(), sets.end(), [](const TermSet &set) {
    return set.name == "all";
  });
  TermSet united = unite(*full, *least);
  compare(united, kBranchesOfSets);
  sets.insert(sets.end(), {*least, united});
}

std::vector<BaseCandidate> BaseSearch::run(bool hasTiles) {
  std::vector<TermSet> sets = termSets(lattice, hasTiles);
  unsigned most =
      options.branches ? options.branches : std::max(1u, options.maxBranches);
  if (!options.terms.empty() && options.branches)
    return {{most, "given", options.terms, 0}};
  if (!options.terms.empty()) {
    compareBranches({"given", options.terms}, 1, most);
    return std::move(compared);
  }
  if (options.branches || most == 1) {
    for (const TermSet &set : sets)
      if (compare(set, most))
        break;
    return std::move(compared);
  }
  // The simplest machines first: one bottleneck, or none of its parts unknown.
  for (unsigned branches : {1u, kBranchesOfSets})
    for (const TermSet &set : sets)
      if (compare(set, branches))
        return std::move(compared);
  if (hasPositions(lattice.kind))
    compareGroups(sets);
  std::stable_sort(sets.begin(), sets.end(),
                   [&](const TermSet &a, const TermSet &b) {
                     return errorOf(a.name) < errorOf(b.name);
                   });
  sets.resize(std::min(sets.size(), kMostSets));
  for (const TermSet &set : sets)
    compareBranches(set, kBranchesOfSets + 1, most);
  return std::move(compared);
}

//===----------------------------------------------------------------------===//
// The final fit
//===----------------------------------------------------------------------===//

/// Drops what contributes to no row: rounding error.
static void prune(const MatrixXd &rows, BranchWeights &weights) {
  for (int j = 0; j < rows.cols(); ++j)
    for (int branch = 0; branch < weights.cols(); ++branch)
      if (rows.col(j).maxCoeff() * weights(j, branch) <= 1e-7)
        weights(j, branch) = 0;
}

/// Columns that any branch uses.
static std::vector<int> usedColumns(const BranchWeights &weights) {
  std::vector<int> kept;
  for (int j = 0; j < weights.rows(); ++j)
    if (weights.row(j).maxCoeff() > 0)
      kept.push_back(j);
  return kept;
}

static Base makeBase(LayerKind kind, const std::vector<Term> &terms,
                     const std::vector<int> &columns,
                     const BranchWeights &weights) {
  Base base;
  base.kind = kind;
  for (int branch = 0; branch < weights.cols(); ++branch) {
    std::vector<WeightedTerm> sum;
    for (size_t j = 0; j < columns.size(); ++j)
      if (weights(j, branch) > 0)
        sum.push_back({terms[columns[j]], weights(j, branch)});
    if (sum.empty())
      continue;
    // The order of the file form, so that sums agree to the last bit.
    std::sort(sum.begin(), sum.end(), [](const auto &a, const auto &b) {
      return toString(a.term) < toString(b.term);
    });
    base.branches.push_back(std::move(sum));
  }
  if (base.branches.empty())
    base.branches.push_back({});
  return base;
}

static Base fitFinal(LayerKind kind, const MatrixXd &rows,
                     const std::vector<Term> &terms, unsigned branches,
                     uint64_t seed) {
  std::vector<int> columns = independentColumns(rows);
  MatrixXd part = selectColumns(rows, columns);
  BranchWeights weights = fitMaxAffine(part, branches, seed);
  prune(part, weights);
  std::vector<int> kept = usedColumns(weights);
  if (kept.size() < columns.size()) {
    for (int &column : kept)
      column = columns[column];
    columns = kept;
    part = selectColumns(rows, columns);
    weights = fitMaxAffine(part, branches, seed);
    prune(part, weights);
  }
  return makeBase(kind, terms, columns, weights);
}

static Expected<void> checkInput(const std::vector<Layer> &layers,
                                 const std::vector<double> &latencies,
                                 const std::vector<int64_t> &groups,
                                 const Lattice &lattice) {
  if (layers.empty())
    return invalidInput("no measurements to fit a base to");
  if (layers.size() != latencies.size() || layers.size() != groups.size())
    return invalidInput("a base needs one latency and one group per layer, "
                        "found " +
                        std::to_string(layers.size()) + " layers, " +
                        std::to_string(latencies.size()) + " latencies and " +
                        std::to_string(groups.size()) + " groups");
  for (size_t i = 0; i < layers.size(); ++i) {
    if (layers[i].kind != lattice.kind)
      return invalidInput("a base of " +
                          std::string(kindInfo(lattice.kind).name) +
                          " cannot be fitted to a layer of kind " +
                          std::string(layers[i].info().name));
    if (!std::isfinite(latencies[i]) || latencies[i] <= 0)
      return invalidInput("the latency of " + printLayer(layers[i]) + " is " +
                          std::to_string(latencies[i]) +
                          ", expected a positive number");
  }
  return {};
}

Expected<BaseFit> pr::fitBase(const std::vector<Layer> &layers,
                              const std::vector<double> &latencies,
                              const std::vector<int64_t> &groups,
                              const Lattice &lattice,
                              const BaseFitOptions &options) {
  if (auto ok = checkInput(layers, latencies, groups, lattice); !ok)
    return ok.error();
  BaseFit fit;
  bool hasTiles =
      std::any_of(layers.begin(), layers.end(), [](const Layer &layer) {
        return !layer.schedule.tile.empty();
      });
  BaseSearch search(layers, latencies, groups, lattice, options);
  fit.compared = search.run(hasTiles || !lattice.isTrivial());
  fit.chosen = choose(fit.compared);
  MatrixXd rows = relativeTerms(layers, latencies, lattice, fit.chosen.terms);
  fit.base = fitFinal(lattice.kind, rows, fit.chosen.terms, fit.chosen.branches,
                      options.seed);
  return fit;
}
