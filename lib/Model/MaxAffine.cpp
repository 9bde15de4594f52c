// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Model/MaxAffine.h"

#include "Model/NonNegativeLeastSquares.h"
#include "Model/SoftMaximum.h"

#include <algorithm>
#include <cmath>
#include <random>
#include <vector>

using namespace pr;
using Eigen::MatrixXd;
using Eigen::VectorXd;

using Assignment = std::vector<unsigned>;

static constexpr unsigned kStarts = 3;
static constexpr unsigned kSoftStarts = 2;
static constexpr int kMostRows = 1500;
/// A mean log error that is rounding error, of the exact and of the rough
/// solver.
static constexpr double kExact = 1e-9;
static constexpr double kExactRoughly = 1e-5;
static constexpr unsigned kMaxRounds = 40;
static constexpr unsigned kRobustRounds = 10;

VectorXd pr::evaluateMaxAffine(const MatrixXd &rows,
                               const BranchWeights &weights) {
  return (rows * weights).rowwise().maxCoeff();
}

static double errorOf(const MatrixXd &rows, const VectorXd &importance,
                      const BranchWeights &weights) {
  VectorXd residual = evaluateMaxAffine(rows, weights).array() - 1;
  return (residual.array().square() * importance.array()).sum();
}

static Assignment assignRows(const MatrixXd &rows,
                             const BranchWeights &weights) {
  MatrixXd values = rows * weights;
  Assignment assignment(rows.rows());
  for (int i = 0; i < rows.rows(); ++i) {
    int winner = 0;
    values.row(i).maxCoeff(&winner);
    assignment[i] = winner;
  }
  return assignment;
}

namespace {
/// Rough: to a few digits, which is as good as long as rows change branches.
enum class Solver { Rough, Exact };
} // namespace

/// Fits each branch to the rows assigned to it; a branch without rows keeps its
/// weights.
static void fitBranches(const MatrixXd &rows, const VectorXd &importance,
                        const Assignment &assignment, Solver solver,
                        BranchWeights &weights) {
  VectorXd root = importance.cwiseSqrt();
  for (int branch = 0; branch < weights.cols(); ++branch) {
    std::vector<int> own;
    for (int i = 0; i < rows.rows(); ++i)
      if (assignment[i] == unsigned(branch))
        own.push_back(i);
    if (own.empty())
      continue;
    MatrixXd part(own.size(), rows.cols());
    VectorXd target(own.size());
    for (size_t i = 0; i < own.size(); ++i) {
      part.row(i) = rows.row(own[i]) * root[own[i]];
      target[i] = root[own[i]];
    }
    weights.col(branch) =
        solver == Solver::Exact
            ? solveNonNegative(part, target)
            : solveNonNegativeFast(part, target, weights.col(branch));
  }
}

namespace {
struct Fit {
  BranchWeights weights;
  double error = 0;
};
} // namespace

/// Alternates between fitting and assigning, and keeps the best seen.
static Fit alternate(const MatrixXd &rows, const VectorXd &importance,
                     Assignment assignment, BranchWeights weights,
                     Solver solver = Solver::Rough) {
  Fit best{weights, errorOf(rows, importance, weights)};
  for (unsigned round = 0; round < kMaxRounds; ++round) {
    fitBranches(rows, importance, assignment, solver, weights);
    double error = errorOf(rows, importance, weights);
    if (error < best.error)
      best = {weights, error};
    Assignment next = assignRows(rows, weights);
    if (next == assignment)
      break;
    assignment = std::move(next);
  }
  return best;
}

/// Rows near the same of a few random rows, by the shape of their terms.
static Assignment scatter(const MatrixXd &shape, unsigned branches,
                          std::mt19937_64 &random) {
  std::vector<int> centres;
  for (unsigned i = 0; i < branches; ++i)
    centres.push_back(int(random() % uint64_t(shape.rows())));
  Assignment assignment(shape.rows());
  for (int i = 0; i < shape.rows(); ++i) {
    double nearest = 0;
    for (unsigned j = 0; j < branches; ++j) {
      double distance = (shape.row(i) - shape.row(centres[j])).squaredNorm();
      if (j == 0 || distance < nearest) {
        nearest = distance;
        assignment[i] = j;
      }
    }
  }
  return assignment;
}

/// A fit with one branch less, whose most underestimated rows get a new one.
static Assignment splitOff(const MatrixXd &rows, const BranchWeights &smaller) {
  Assignment assignment = assignRows(rows, smaller);
  VectorXd value = evaluateMaxAffine(rows, smaller);
  std::vector<int> order(rows.rows());
  for (int i = 0; i < rows.rows(); ++i)
    order[i] = i;
  std::sort(order.begin(), order.end(), [&](int a, int b) {
    return value[a] != value[b] ? value[a] < value[b] : a < b;
  });
  size_t share = order.size() / (smaller.cols() + 1) / 2 + 1;
  for (size_t i = 0; i < std::min(share, order.size()); ++i)
    assignment[order[i]] = unsigned(smaller.cols());
  return assignment;
}

/// The logarithms of the terms, each column brought to unit spread.
static MatrixXd shapeOf(const MatrixXd &rows) {
  MatrixXd shape = (rows.array() + 1e-12).log();
  for (int j = 0; j < shape.cols(); ++j) {
    shape.col(j).array() -= shape.col(j).mean();
    double spread = shape.col(j).norm();
    if (spread > 0)
      shape.col(j) /= spread;
  }
  return shape;
}

/// The best of several fits with one branch more.
static Fit grow(const MatrixXd &rows, const VectorXd &importance,
                const BranchWeights &from, const MatrixXd &shape,
                std::mt19937_64 &random) {
  unsigned count = unsigned(from.cols()) + 1;
  BranchWeights grown = BranchWeights::Zero(rows.cols(), count);
  grown.leftCols(count - 1) = from;
  Fit best = alternate(rows, importance, splitOff(rows, from), grown);
  for (unsigned start = 0; start < kStarts; ++start) {
    Fit other = alternate(rows, importance, scatter(shape, count, random),
                          BranchWeights::Zero(rows.cols(), count));
    if (other.error < best.error)
      best = std::move(other);
  }
  return best;
}

/// At most so many rows, evenly chosen: enough to find branches by.
static MatrixXd thinned(const MatrixXd &rows) {
  if (rows.rows() <= kMostRows)
    return rows;
  MatrixXd kept(kMostRows, rows.cols());
  for (int i = 0; i < kMostRows; ++i)
    kept.row(i) = rows.row(int(int64_t(i) * rows.rows() / kMostRows));
  return kept;
}

/// Terms and branches with random weights of the right size.
static BranchWeights randomWeights(const MatrixXd &rows, unsigned branches,
                                   std::mt19937_64 &random) {
  BranchWeights weights(rows.cols(), branches);
  for (int j = 0; j < rows.cols(); ++j)
    for (unsigned branch = 0; branch < branches; ++branch)
      weights(j, branch) = double(random() >> 11) * 0x1p-53 /
                           std::max(rows.col(j).mean(), 1e-12) /
                           double(rows.cols());
  return weights;
}

/// Repeats a fit with importances that tame outliers until they settle.
static Fit settle(const MatrixXd &rows, BranchWeights weights) {
  Fit fit{std::move(weights), 0};
  VectorXd importance = VectorXd::Ones(rows.rows());
  for (unsigned round = 0; round < kRobustRounds; ++round) {
    VectorXd next = robustImportance(evaluateMaxAffine(rows, fit.weights));
    // At first the weights may be those of other rows.
    if (round > 0 && (next - importance).cwiseAbs().maxCoeff() < 1e-3)
      break;
    importance = std::move(next);
    fit =
        alternate(rows, importance, assignRows(rows, fit.weights), fit.weights);
  }
  fit.error = meanLogError(evaluateMaxAffine(rows, fit.weights));
  return fit;
}

/// The same weights to the last digit, where only these are wrong.
static Fit polish(const MatrixXd &rows, Fit fit) {
  if (fit.error > kExactRoughly)
    return fit;
  VectorXd importance = robustImportance(evaluateMaxAffine(rows, fit.weights));
  Fit exact = alternate(rows, importance, assignRows(rows, fit.weights),
                        fit.weights, Solver::Exact);
  exact.error = meanLogError(evaluateMaxAffine(rows, exact.weights));
  return exact.error < fit.error ? exact : fit;
}

/// Rows that were given to the wrong branch seldom leave it again. Where they
/// belong to several at first they do, but the end may be another one.
static Fit softened(const MatrixXd &rows, const MatrixXd &few, Fit best,
                    std::mt19937_64 &random) {
  unsigned branches = unsigned(best.weights.cols());
  for (unsigned soft = 0; soft < kSoftStarts && branches > 1; ++soft) {
    if (best.error < kExact)
      break;
    BranchWeights spread = randomWeights(few, branches, random);
    BranchWeights from =
        soft == 0 ? BranchWeights(best.weights + 0.01 * spread) : spread;
    Fit fit =
        polish(rows, settle(rows, hardenSoftMaximum(few, std::move(from))));
    if (fit.error < best.error)
      best = std::move(fit);
  }
  return best;
}

/// From weights of some branches to the best of as many as asked for; never
/// worse than what comes of any of the starts.
static BranchWeights goOn(const MatrixXd &rows, const MatrixXd &few,
                          BranchWeights from, unsigned branches, uint64_t seed,
                          const std::vector<BranchWeights> &starts) {
  std::mt19937_64 random(seed);
  if (from.cols() < branches) {
    MatrixXd shape = shapeOf(few);
    VectorXd ones = VectorXd::Ones(few.rows());
    while (from.cols() < branches)
      from = grow(few, ones, from, shape, random).weights;
  }
  Fit best = polish(rows, settle(rows, std::move(from)));
  for (const BranchWeights &start : starts) {
    Fit fit = polish(rows, settle(rows, start));
    if (fit.error < best.error)
      best = std::move(fit);
  }
  return softened(rows, few, std::move(best), random).weights;
}

BranchWeights pr::fitMaxAffine(const MatrixXd &rows, unsigned branches,
                               uint64_t seed,
                               const std::vector<BranchWeights> &starts) {
  MatrixXd few = thinned(rows);
  Fit single =
      alternate(few, VectorXd::Ones(few.rows()), Assignment(few.rows(), 0),
                BranchWeights::Zero(few.cols(), 1));
  return goOn(rows, few, std::move(single.weights), branches, seed, starts);
}

BranchWeights pr::extendMaxAffine(const MatrixXd &rows, unsigned branches,
                                  uint64_t seed, BranchWeights from) {
  return goOn(rows, thinned(rows), std::move(from), branches, seed, {});
}
