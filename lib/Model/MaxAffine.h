// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Max-affine regression on plain matrices. Private to lib/Model.
#ifndef PR_LIB_MODEL_MAXAFFINE_H
#define PR_LIB_MODEL_MAXAFFINE_H

#include <Eigen/Core>

#include <cstdint>
#include <vector>

namespace pr {

/// One column of weights per branch.
using BranchWeights = Eigen::MatrixXd;

/// Weights w >= 0 for which max_j (rows * w_j) is close to 1 in every row: the
/// rows are divided by what they should yield, so that errors are relative.
/// Never worse than what comes of fitting any of the `starts` to these rows,
/// weights of as many branches that are good for rows alike.
BranchWeights fitMaxAffine(const Eigen::MatrixXd &rows, unsigned branches,
                           uint64_t seed,
                           const std::vector<BranchWeights> &starts = {});

/// The same from weights of fewer branches, or that lack what newer columns
/// add: several times faster, but for no branch at all. Precondition: `from`
/// has a row for each column, and at least one branch.
BranchWeights extendMaxAffine(const Eigen::MatrixXd &rows, unsigned branches,
                              uint64_t seed, BranchWeights from);

/// max_j (rows * w_j).
Eigen::VectorXd evaluateMaxAffine(const Eigen::MatrixXd &rows,
                                  const BranchWeights &weights);

} // namespace pr

#endif // PR_LIB_MODEL_MAXAFFINE_H
