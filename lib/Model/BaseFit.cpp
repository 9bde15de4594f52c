// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "pr/Model/BaseFit.h"

#include "Model/BaseSearch.h"
#include "Model/MaxAffine.h"
#include "Model/TermMatrix.h"

#include <algorithm>
#include <cmath>

using namespace pr;
using Eigen::MatrixXd;

/// The simplest alternative that is as good as the best, to 2 %. Simpler:
/// fewer branches, then the smaller term set.
static const BaseCandidate &choose(const std::vector<BaseCandidate> &compared) {
  double best = compared[0].error;
  for (const BaseCandidate &candidate : compared)
    best = std::min(best, candidate.error);
  const BaseCandidate *chosen = nullptr;
  for (const BaseCandidate &candidate : compared) {
    if (candidate.error > best * kAsGood + 1e-9)
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

/// The weights that a base gives to these columns; none without a base.
static BranchWeights weightsOf(const Base *base, const std::vector<Term> &terms,
                               const std::vector<int> &columns,
                               unsigned branches) {
  if (!base || base->branches.size() > branches)
    return {};
  BranchWeights weights = BranchWeights::Zero(columns.size(), branches);
  for (size_t branch = 0; branch < base->branches.size(); ++branch)
    for (const WeightedTerm &weighted : base->branches[branch])
      for (size_t j = 0; j < columns.size(); ++j)
        if (terms[columns[j]] == weighted.term)
          weights(j, branch) = weighted.weight;
  return weights;
}

static Base fitFinal(LayerKind kind, const MatrixXd &rows,
                     const std::vector<Term> &terms, unsigned branches,
                     uint64_t seed, const Base *start) {
  std::vector<int> columns = independentColumns(rows);
  MatrixXd part = selectColumns(rows, columns);
  BranchWeights weights = fitMaxAffine(
      part, branches, seed, weightsOf(start, terms, columns, branches));
  prune(part, weights);
  // With fewer columns other optima are near.
  std::vector<int> used = usedColumns(weights);
  if (used.size() < columns.size()) {
    BranchWeights found = weights(used, Eigen::all);
    for (int &column : used)
      column = columns[column];
    columns = used;
    part = selectColumns(rows, columns);
    weights = fitMaxAffine(part, branches, seed, found);
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
  fit.compared = compareBases(layers, latencies, groups, lattice, options);
  fit.chosen = choose(fit.compared);
  MatrixXd rows = relativeTerms(layers, latencies, lattice, fit.chosen.terms);
  fit.base = fitFinal(lattice.kind, rows, fit.chosen.terms, fit.chosen.branches,
                      options.seed, options.start);
  return fit;
}
