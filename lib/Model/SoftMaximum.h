// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Max-affine regression by continuation: the maximum is a p-norm whose p grows,
// so that rows belong to every branch a little before they belong to one.
// Private to lib/Model.
#ifndef PR_LIB_MODEL_SOFTMAXIMUM_H
#define PR_LIB_MODEL_SOFTMAXIMUM_H

#include "Model/MaxAffine.h"

namespace pr {

/// From some weights to better ones, none negative. Branches that are zero stay
/// so.
BranchWeights hardenSoftMaximum(const Eigen::MatrixXd &rows,
                                BranchWeights weights);

/// Weights under which squares of relative errors act like Huber's loss of
/// logarithmic ones. A squared relative error alone would let one latency that
/// is five times too short outweigh a hundred good ones. `ratio`: predicted to
/// measured.
Eigen::VectorXd robustImportance(const Eigen::VectorXd &ratio);

/// The mean of |log ratio|; a ratio of 0 counts as one of a thousandth.
double meanLogError(const Eigen::VectorXd &ratio);

} // namespace pr

#endif // PR_LIB_MODEL_SOFTMAXIMUM_H
