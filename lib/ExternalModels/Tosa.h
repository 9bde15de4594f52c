// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The families of TOSA's ops. Every function describes an op that passed
// whyNotStatic.
#ifndef PR_LIB_EXTERNALMODELS_TOSA_H
#define PR_LIB_EXTERNALMODELS_TOSA_H

#include "pr/Interfaces/LayerDescription.h"

#include "mlir/IR/Operation.h"

namespace mlir {
namespace pr {

LayerDescription describeTosaConv(Operation *op);
LayerDescription describeTosaDepthwise(Operation *op);
LayerDescription describeTosaTransposeConv(Operation *op);
LayerDescription describeTosaPool(Operation *op);
LayerDescription describeTosaMatMul(Operation *op);

LayerDescription describeTosaElementwise(Operation *op);
LayerDescription describeTosaReduction(Operation *op);
LayerDescription describeTosaArgMax(Operation *op);
/// transpose, concat, pad, slice, tile, reverse, gather, scatter, resize.
LayerDescription describeTosaMovement(Operation *op);

} // namespace pr
} // namespace mlir

#endif // PR_LIB_EXTERNALMODELS_TOSA_H
