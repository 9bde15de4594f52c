// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef PR_LIB_MODEL_NONNEGATIVELEASTSQUARES_H
#define PR_LIB_MODEL_NONNEGATIVELEASTSQUARES_H

#include <Eigen/Core>

namespace pr {

/// The x >= 0 that minimises |A x - b|, by the active-set method of Lawson and
/// Hanson ("Solving Least Squares Problems", 1974, chapter 23). A is reduced by
/// QR first, so that an exact solution is found exactly and the cost of an
/// iteration does not depend on the number of rows.
Eigen::VectorXd solveNonNegative(const Eigen::MatrixXd &a,
                                 const Eigen::VectorXd &b);

/// The same to about five digits, on the normal equations and from some x >= 0:
/// many times faster where the solution is near the start, for what is only a
/// step on the way.
Eigen::VectorXd solveNonNegativeFast(const Eigen::MatrixXd &a,
                                     const Eigen::VectorXd &b,
                                     const Eigen::VectorXd &start);

} // namespace pr

#endif // PR_LIB_MODEL_NONNEGATIVELEASTSQUARES_H
