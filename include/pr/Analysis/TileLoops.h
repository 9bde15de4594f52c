// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Tile sizes of a layer are given by dimension, those of IR by loop of an
// operation. This is where the two meet.
#ifndef PR_ANALYSIS_TILELOOPS_H
#define PR_ANALYSIS_TILELOOPS_H

#include "pr/Lattice/TargetInfo.h"

#include "mlir/Support/LLVM.h"
#include "llvm/ADT/SmallVector.h"

namespace mlir {
class Operation;
namespace pr {

/// For each dimension of the layer the loop of `op` that runs over it; -1 where
/// there is none, or several. Empty where `op` is no structured operation of
/// the layer's kind.
SmallVector<int64_t> loopsOfDims(Operation *op, const ::pr::Layer &layer);

/// The layer that `op` is with these tile sizes, one for each loop, 0 (or none
/// at the end) where a tile takes all of it. `target` must tile the kind.
/// Errors, of kind Unsupported: the loops are not those of a layer, or one is
/// cut of which the target takes no tile size.
::pr::Expected<::pr::Layer> withLoopSizes(Operation *op,
                                          const ::pr::Layer &layer,
                                          const ::pr::TargetInfo &target,
                                          ArrayRef<int64_t> sizes);

} // namespace pr
} // namespace mlir

#endif // PR_ANALYSIS_TILELOOPS_H
