// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Model/SoftMaximum.h"

#include "Model/NonNegativeLeastSquares.h"

#include <algorithm>
#include <cmath>
#include <vector>

using namespace pr;
using Eigen::MatrixXd;
using Eigen::VectorXd;

/// The p of the norms; beyond the last one it is as good as a maximum.
static constexpr double kNorms[] = {2, 4, 8, 16, 32};
static constexpr unsigned kRounds = 6;

VectorXd pr::robustImportance(const VectorXd &ratio) {
  std::vector<double> sizes;
  VectorXd importance(ratio.size());
  for (int i = 0; i < ratio.size(); ++i)
    sizes.push_back(std::abs(std::log(std::max(ratio[i], 1e-3))));
  std::vector<double> sorted = sizes;
  std::nth_element(sorted.begin(), sorted.begin() + sorted.size() / 2,
                   sorted.end());
  // The median of a normal error is 1 / 1.4826 of its standard deviation. At
  // least rounding error, so that an exact fit is left alone.
  double limit = std::max(2 * 1.4826 * sorted[sorted.size() / 2], 1e-9);
  for (int i = 0; i < ratio.size(); ++i) {
    double relative = std::abs(ratio[i] - 1);
    double bend = relative > 1e-6 ? sizes[i] / relative : 1;
    importance[i] = bend * bend * limit / std::max(sizes[i], limit);
  }
  return importance;
}

double pr::meanLogError(const VectorXd &ratio) {
  return ratio.array().max(1e-3).log().abs().mean();
}

namespace {
/// Branches and the p-norm over them, at some weights.
struct SoftValue {
  SoftValue(const MatrixXd &rows, const BranchWeights &weights, double norm);
  VectorXd norm;
  /// The derivative of the norm by each branch. It is homogeneous, so the norm
  /// is the sum of the branches times this.
  MatrixXd slope;
};
} // namespace

SoftValue::SoftValue(const MatrixXd &rows, const BranchWeights &weights,
                     double p) {
  MatrixXd values = rows * weights;
  VectorXd largest = values.rowwise().maxCoeff().cwiseMax(1e-12);
  MatrixXd shares = largest.cwiseInverse().asDiagonal() * values;
  VectorXd root = shares.array().pow(p).rowwise().sum().pow(1 / p);
  norm = largest.cwiseProduct(root);
  slope = (root.cwiseMax(1e-12).cwiseInverse().asDiagonal() * shares)
              .array()
              .pow(p - 1);
}

/// The least squares problem around some weights: one column per term and
/// branch.
static BranchWeights gaussNewton(const MatrixXd &rows, const SoftValue &at,
                                 const BranchWeights &weights) {
  int terms = int(rows.cols()), branches = int(at.slope.cols());
  VectorXd root = robustImportance(at.norm).cwiseSqrt();
  MatrixXd wide(rows.rows(), terms * branches);
  for (int branch = 0; branch < branches; ++branch)
    wide.middleCols(branch * terms, terms) =
        at.slope.col(branch).cwiseProduct(root).asDiagonal() * rows;
  VectorXd solved = solveNonNegativeFast(
      wide, root, Eigen::Map<const VectorXd>(weights.data(), weights.size()));
  return Eigen::Map<MatrixXd>(solved.data(), terms, branches);
}

BranchWeights pr::hardenSoftMaximum(const MatrixXd &rows,
                                    BranchWeights weights) {
  for (double p : kNorms) {
    SoftValue at(rows, weights, p);
    double error = meanLogError(at.norm);
    for (unsigned round = 0; round < kRounds; ++round) {
      BranchWeights goal = gaussNewton(rows, at, weights);
      bool better = false;
      for (double step = 1; step > 0.1 && !better; step /= 2) {
        BranchWeights moved = weights + step * (goal - weights);
        SoftValue there(rows, moved, p);
        double movedError = meanLogError(there.norm);
        if (movedError >= error * (1 - 1e-4))
          continue;
        weights = std::move(moved);
        at = std::move(there);
        error = movedError;
        better = true;
      }
      if (!better)
        break;
    }
  }
  return weights;
}
