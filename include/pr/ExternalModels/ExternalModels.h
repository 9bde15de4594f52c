// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// LayerOpInterface for the operations of upstream dialects.
#ifndef PR_EXTERNALMODELS_EXTERNALMODELS_H
#define PR_EXTERNALMODELS_EXTERNALMODELS_H

#include "pr/Interfaces/LayerDescription.h"

namespace mlir {
class DialectRegistry;
class Operation;
namespace pr {

/// Attaches the interface to the operations of linalg, tosa, tensor, memref and
/// bufferization as soon as these dialects are loaded; loads none itself.
void registerExternalModels(DialectRegistry &registry);

/// Describes any operation: through LayerOpInterface where it has it, otherwise
/// by what its traits and interfaces say (scalar arithmetic, constants,
/// terminators, control flow, element-wise arithmetic on tensors). Operations
/// that nobody knows are unsupported, with a reason that names them.
LayerDescription describeOp(Operation *op);

/// How many extents of an op's shapes are unknown, those counted once that must
/// be equal (the batch of all operands). 0: its shapes are static.
unsigned countUnknownExtents(Operation *op);

/// Describes an op as if all its unknown extents were `extent`, at least 1; of
/// a structured op, the extents of its loops. Where the shapes would not fit
/// together it is described as it is: unsupported, because it is dynamic.
LayerDescription describeOpAt(Operation *op, int64_t extent);

} // namespace pr
} // namespace mlir

#endif // PR_EXTERNALMODELS_EXTERNALMODELS_H
