// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What the host can run, beforehand.
#ifndef PR_LIB_CONVERSION_HOST_HOSTTARGETINFO_H
#define PR_LIB_CONVERSION_HOST_HOSTTARGETINFO_H

#include "pr/Lattice/TargetInfo.h"

namespace mlir {
namespace pr {

/// Kinds, types and tile sizes, with `lanes` floats in a vector; without a
/// name.
::pr::TargetInfo hostTargetInfo(int64_t lanes);

} // namespace pr
} // namespace mlir

#endif // PR_LIB_CONVERSION_HOST_HOSTTARGETINFO_H
