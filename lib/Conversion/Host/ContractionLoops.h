// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Which loops of a matrix product or convolution play which part in its
// schedule.
#ifndef PR_LIB_CONVERSION_HOST_CONTRACTIONLOOPS_H
#define PR_LIB_CONVERSION_HOST_CONTRACTIONLOOPS_H

#include "LoopNest.h"

#include <optional>

namespace mlir::pr {

/// The parts that loops play.
struct ContractionLoops {
  unsigned scalarSide = 0, vectorSide = 1; ///< inputs
  unsigned lane = 0;                       ///< contiguous in the output
  /// The loop around it, where both together are the columns.
  std::optional<unsigned> line;
  unsigned row = 0; ///< of the scalar side, tiled
  /// The others: of both sides, of the vector side, of the scalar side.
  SmallVector<unsigned> batch, outerColumns, outerRows;
  SmallVector<unsigned> steps; ///< reductions
};

/// Nothing where the nest is no sum of products of a side that the lanes share
/// and one that they do not.
std::optional<ContractionLoops> findContractionLoops(const LoopNest &nest);

/// Whether an operand's last dimensions are these loops, each over all of it.
bool endsWithLoops(const LoopNest &nest, unsigned operand, Value buffer,
                   ArrayRef<unsigned> loops);

} // namespace mlir::pr

#endif // PR_LIB_CONVERSION_HOST_CONTRACTIONLOOPS_H
