// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The models that a pass was asked to use.
#ifndef PR_ANALYSIS_MODELS_H
#define PR_ANALYSIS_MODELS_H

#include "pr/Model/Estimator.h"

#include "mlir/IR/Diagnostics.h"
#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/STLFunctionalExtras.h"
#include "llvm/ADT/SmallVector.h"

#include <string>

namespace mlir::pr {

/// A loaded bundle; cheap to copy.
struct Model {
  std::string path;
  ::pr::Estimator estimator;

  const std::string &target() const { return estimator.target().name; }
};

/// Loads the bundles and keeps those for `targets`, in the order of `paths`;
/// no targets: all of them. Says what is wrong through `emitError`: no path, a
/// file that is no bundle, two models for one target, a target without model.
FailureOr<SmallVector<Model>>
loadModels(llvm::ArrayRef<std::string> paths,
           llvm::ArrayRef<std::string> targets, int64_t confidencePercent,
           llvm::function_ref<InFlightDiagnostic()> emitError);

} // namespace mlir::pr

#endif // PR_ANALYSIS_MODELS_H
