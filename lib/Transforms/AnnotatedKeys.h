// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What a function remembers of its annotation: which layers it had, and what
// their description took from the target.
#ifndef PR_LIB_TRANSFORMS_ANNOTATEDKEYS_H
#define PR_LIB_TRANSFORMS_ANNOTATEDKEYS_H

#include "pr/Analysis/FunctionEstimates.h"

namespace mlir::pr {

AnnotatedKeysAttr annotatedKeys(const FunctionEstimator &estimator,
                                const FunctionEstimates &estimates,
                                MLIRContext *context);

/// As much of the target as describing operations needs.
::pr::TargetInfo rememberedTarget(AnnotatedKeysAttr keys);

} // namespace mlir::pr

#endif // PR_LIB_TRANSFORMS_ANNOTATEDKEYS_H
