// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The project's operations of the transform dialect.
#ifndef PR_TRANSFORMOPS_PRTRANSFORMOPS_H
#define PR_TRANSFORMOPS_PRTRANSFORMOPS_H

#include "mlir/Dialect/Transform/IR/TransformDialect.h"
#include "mlir/Dialect/Transform/Interfaces/TransformInterfaces.h"

#define GET_OP_CLASSES
#include "pr/TransformOps/PRTransformOps.h.inc"

namespace mlir {
class DialectRegistry;
namespace pr {

/// Adds the operations to the transform dialect as soon as it is loaded.
void registerTransformExtension(DialectRegistry &registry);

} // namespace pr
} // namespace mlir

#endif // PR_TRANSFORMOPS_PRTRANSFORMOPS_H
