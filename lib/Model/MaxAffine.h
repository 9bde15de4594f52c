// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Max-affine regression on plain matrices. Private to lib/Model.
#ifndef PR_LIB_MODEL_MAXAFFINE_H
#define PR_LIB_MODEL_MAXAFFINE_H

#include <Eigen/Core>

#include <cstdint>

namespace pr {

/// One column of weights per branch.
using BranchWeights = Eigen::MatrixXd;

/// Weights w >= 0 for which max_j (rows * w_j) is close to 1 in every row: the
/// rows are divided by what they should yield, so that errors are relative.
/// Never worse than `start`, weights of as many branches that are known to be
/// good; none if it has no columns.
BranchWeights fitMaxAffine(const Eigen::MatrixXd &rows, unsigned branches,
                           uint64_t seed, const BranchWeights &start = {});

/// max_j (rows * w_j).
Eigen::VectorXd evaluateMaxAffine(const Eigen::MatrixXd &rows,
                                  const BranchWeights &weights);

} // namespace pr

#endif // PR_LIB_MODEL_MAXAFFINE_H
