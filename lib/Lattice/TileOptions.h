// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The tile sizes of one dimension at which something can change.
#ifndef PR_LIB_LATTICE_TILEOPTIONS_H
#define PR_LIB_LATTICE_TILEOPTIONS_H

#include "pr/Lattice/TargetInfo.h"

namespace pr {

/// One size; those of a high rank are given up first.
struct TileOption {
  int64_t size = 1;
  unsigned rank = 0;
};

/// Ascending.
std::vector<TileOption> tileOptions(const KindSupport &support,
                                    const Layer &layer, unsigned dim);

} // namespace pr

#endif // PR_LIB_LATTICE_TILEOPTIONS_H
