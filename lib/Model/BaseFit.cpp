// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "pr/Model/BaseFit.h"

#include "Model/BaseSearch.h"
#include "Model/MaxAffine.h"
#include "Model/TermMatrix.h"

#include <algorithm>
#include <cmath>
#include <set>

using namespace pr;
using Eigen::MatrixXd;

/// Fewer groups of a case say too little of it alone.
static constexpr size_t kFewestOfCase = 25;
/// To this share a base of its own must lower the error of a case: where a
/// machine runs all layers alike, those of one case teach what there is to know
/// of another.
static constexpr double kCasesGain = 0.8;

namespace {
/// One latency and one group for each layer.
struct Rows {
  std::vector<Layer> layers;
  std::vector<double> latencies;
  std::vector<int64_t> groups;
};
} // namespace

/// The simplest alternative that is as good as the best, to 2 %. Simpler:
/// fewer branches, then the smaller term set.
static BaseCandidate choose(const std::vector<BaseCandidate> &compared) {
  double best = compared[0].error;
  for (const BaseCandidate &candidate : compared)
    best = std::min(best, candidate.error);
  const BaseCandidate *chosen = nullptr;
  for (const BaseCandidate &candidate : compared) {
    if (candidate.error > best * kAsGood + kExact)
      continue;
    if (!chosen || candidate.branches < chosen->branches ||
        (candidate.branches == chosen->branches &&
         candidate.terms.size() < chosen->terms.size()))
      chosen = &candidate;
  }
  return *chosen;
}

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

static Branches makeBranches(const std::vector<Term> &terms,
                             const std::vector<int> &columns,
                             const BranchWeights &weights) {
  Branches branches;
  for (int branch = 0; branch < weights.cols(); ++branch) {
    Branch sum;
    for (size_t j = 0; j < columns.size(); ++j)
      if (weights(j, branch) > 0)
        sum.push_back({terms[columns[j]], weights(j, branch)});
    if (sum.empty())
      continue;
    // The order of the file form, so that sums agree to the last bit.
    std::sort(sum.begin(), sum.end(), [](const auto &a, const auto &b) {
      return toString(a.term) < toString(b.term);
    });
    branches.push_back(std::move(sum));
  }
  if (branches.empty())
    branches.push_back({});
  return branches;
}

/// The weights that a base gives to these columns. Precondition: it has no more
/// than so many branches.
static BranchWeights weightsOf(const Branches &start,
                               const std::vector<Term> &terms,
                               const std::vector<int> &columns,
                               unsigned branches) {
  BranchWeights weights = BranchWeights::Zero(columns.size(), branches);
  for (size_t branch = 0; branch < start.size(); ++branch)
    for (const WeightedTerm &weighted : start[branch])
      for (size_t j = 0; j < columns.size(); ++j)
        if (terms[columns[j]] == weighted.term)
          weights(j, branch) = weighted.weight;
  return weights;
}

static Branches fitFinal(const Rows &data, const Lattice &lattice,
                         const std::vector<Term> &terms, unsigned branches,
                         uint64_t seed,
                         const std::vector<const Branches *> &starts) {
  MatrixXd rows = relativeTerms(data.layers, data.latencies, lattice, terms);
  std::vector<int> columns = independentColumns(rows);
  MatrixXd part = selectColumns(rows, columns);
  std::vector<BranchWeights> known;
  for (const Branches *start : starts)
    if (start->size() <= branches)
      known.push_back(weightsOf(*start, terms, columns, branches));
  BranchWeights weights = fitMaxAffine(part, branches, seed, known);
  prune(part, weights);
  // With fewer columns other optima are near.
  std::vector<int> used = usedColumns(weights);
  if (used.size() < columns.size()) {
    BranchWeights found = weights(used, Eigen::all);
    for (int &column : used)
      column = columns[column];
    columns = used;
    part = selectColumns(rows, columns);
    weights = fitMaxAffine(part, branches, seed, {found});
    prune(part, weights);
  }
  return makeBranches(terms, columns, weights);
}

//===----------------------------------------------------------------------===//
// Cases
//===----------------------------------------------------------------------===//

/// The way of a layer is that of the one it is looked up by.
static std::map<LayerCase, Rows> rowsByCase(const Rows &rows,
                                            const Lattice &lattice) {
  std::map<LayerCase, Rows> cases;
  for (size_t i = 0; i < rows.layers.size(); ++i) {
    Rows &own = cases[caseOf(lattice.queryPoint(rows.layers[i]))];
    own.layers.push_back(rows.layers[i]);
    own.latencies.push_back(rows.latencies[i]);
    own.groups.push_back(rows.groups[i]);
  }
  return cases;
}

/// Those cases that have enough layers to be seen alone, and are explained so
/// much better by themselves.
static std::map<LayerCase, BaseCandidate>
compareCases(const std::map<LayerCase, Rows> &rows,
             const BaseCandidate &together, const Lattice &lattice,
             const BaseFitOptions &options) {
  std::map<LayerCase, BaseCandidate> found;
  for (const auto &[layerCase, own] : rows) {
    auto error = together.errorOfCase.find(layerCase);
    std::set<int64_t> groups(own.groups.begin(), own.groups.end());
    if (groups.size() < kFewestOfCase || error == together.errorOfCase.end() ||
        error->second <= kExact)
      continue;
    BaseCandidate alone = choose(
        compareBases(own.layers, own.latencies, own.groups, lattice, options));
    if (alone.error <= kCasesGain * error->second)
      found[layerCase] = std::move(alone);
  }
  return found;
}

static std::vector<const Branches *>
startsOfCase(const std::vector<const Base *> &starts, LayerCase layerCase) {
  std::vector<const Branches *> found;
  for (const Base *start : starts)
    if (auto own = start->cases.find(layerCase); own != start->cases.end())
      found.push_back(&own->second);
  return found;
}

static void fitCases(BaseFit &fit, const Rows &rows, const Lattice &lattice,
                     const BaseFitOptions &options) {
  std::map<LayerCase, Rows> cases = rowsByCase(rows, lattice);
  if (!options.terms.empty()) {
    for (const auto &[layerCase, shape] : options.cases)
      fit.cases[layerCase] = {shape.branches, "given", shape.terms, 0};
  } else if (cases.size() > 1 && fit.chosen.error > kExact) {
    fit.cases = compareCases(cases, fit.chosen, lattice, options);
  }
  for (const auto &[layerCase, chosen] : fit.cases)
    if (auto own = cases.find(layerCase); own != cases.end())
      fit.base.cases[layerCase] =
          fitFinal(own->second, lattice, chosen.terms, chosen.branches,
                   options.seed, startsOfCase(options.starts, layerCase));
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
  fit.compared = compareBases(layers, latencies, groups, lattice, options);
  fit.chosen = choose(fit.compared);
  Rows rows{layers, latencies, groups};
  fit.base.kind = lattice.kind;
  std::vector<const Branches *> starts;
  for (const Base *start : options.starts)
    starts.push_back(&start->branches);
  fit.base.branches = fitFinal(rows, lattice, fit.chosen.terms,
                               fit.chosen.branches, options.seed, starts);
  fitCases(fit, rows, lattice, options);
  return fit;
}
