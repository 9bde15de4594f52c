// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// How much a layer computes and moves, from its dimensions alone.
#ifndef PR_LAYER_WORK_H
#define PR_LAYER_WORK_H

#include "pr/Layer/Layer.h"

namespace pr {

/// Counts of one layer. Elements and bytes are of whole tensors, each counted
/// once; sub-byte types are packed, a tensor rounded up to a byte.
struct Work {
  int64_t macs = 0;       ///< multiply-accumulates, those on padding included
  int64_t usefulMacs = 0; ///< those that read no padding
  int64_t operations =
      0; ///< arithmetic other than macs: pooling, reductions ...
  int64_t inputElements = 0, weightElements = 0, outputElements = 0;
  int64_t inputBytes = 0, weightBytes = 0, outputBytes = 0;
};

/// Error of kind Overflow where a count leaves 62 bits.
Expected<Work> computeWork(const Layer &layer);

} // namespace pr

#endif // PR_LAYER_WORK_H
