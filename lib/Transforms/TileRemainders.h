// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Loops over tiles, and what becomes of the tiles at their ends.
#ifndef PR_LIB_TRANSFORMS_TILEREMAINDERS_H
#define PR_LIB_TRANSFORMS_TILEREMAINDERS_H

#include "pr/Transforms/Passes.h"

#include "mlir/IR/PatternMatch.h"
#include "mlir/Interfaces/TilingInterface.h"

namespace mlir::pr {

/// Replaces the operation by loops over tiles of these sizes, one for each of
/// its loops, 0: not tiled. Errors are said at the operation.
LogicalResult tileLoops(RewriterBase &rewriter, TilingInterface op,
                        DenseI64ArrayAttr sizes, TileRemainder remainder);

} // namespace mlir::pr

#endif // PR_LIB_TRANSFORMS_TILEREMAINDERS_H
