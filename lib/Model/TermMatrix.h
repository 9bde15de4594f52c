// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Work terms as matrices: what bases are fitted to. Private to lib/Model.
#ifndef PR_LIB_MODEL_TERMMATRIX_H
#define PR_LIB_MODEL_TERMMATRIX_H

#include "pr/Model/Terms.h"

#include <Eigen/Core>

#include <vector>

namespace pr {

/// The values of all terms, one row per layer, divided by the latency.
Eigen::MatrixXd relativeTerms(const std::vector<Layer> &layers,
                              const std::vector<double> &latencies,
                              const Lattice &lattice,
                              const std::vector<Term> &terms);

/// For each column the first that it is a multiple of, which may be itself; -1
/// for one that is zero.
std::vector<int> firstOfEqualColumns(const Eigen::MatrixXd &rows);
/// Columns that are not zero and not a multiple of an earlier one.
std::vector<int> independentColumns(const Eigen::MatrixXd &rows);

Eigen::MatrixXd selectColumns(const Eigen::MatrixXd &rows,
                              const std::vector<int> &columns);
Eigen::MatrixXd selectRows(const Eigen::MatrixXd &rows,
                           const std::vector<int> &selected);

} // namespace pr

#endif // PR_LIB_MODEL_TERMMATRIX_H
