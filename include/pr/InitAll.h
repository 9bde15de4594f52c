// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The one place that registers the project with MLIR; called by both entry
// points of the plugin and by the tools.
#ifndef PR_INITALL_H
#define PR_INITALL_H

#include "pr/Conversion/HostPipeline.h"
#include "pr/Conversion/Passes.h"
#include "pr/Dialect/ACADL/ACADLDialect.h"
#include "pr/Dialect/PR/PRDialect.h"
#include "pr/ExternalModels/ExternalModels.h"
#include "pr/TransformOps/PRTransformOps.h"
#include "pr/Transforms/Passes.h"

#include "mlir/IR/DialectRegistry.h"

namespace mlir {
namespace pr {

/// Dialects, the external models of other dialects' operations, and the
/// operations of the transform dialect.
inline void registerPR(DialectRegistry &registry) {
  registry.insert<PRDialect, acadl::ACADLDialect>();
  registerExternalModels(registry);
  registerTransformExtension(registry);
}

/// Passes; safe to call more than once.
inline void registerPRPasses() {
  // A pipeline may be registered once only, and a plugin has two entry points.
  static const bool once = [] {
    registerPRTransformsPasses();
    registerPRConversionPasses();
    registerHostPipelines();
    return true;
  }();
  (void)once;
}

} // namespace pr
} // namespace mlir

#endif // PR_INITALL_H
