// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// oneDNN's kernels as targets: tools/onednn-runner, an external command, under
// names of its own. Each level of instruction set is a target, because each has
// other kernels with other steps.
#ifndef PR_TARGET_ONEDNNTARGET_H
#define PR_TARGET_ONEDNNTARGET_H

#include "pr/Target/Registry.h"

namespace pr {

/// `onednn`, `onednn-avx512`, `onednn-avx2`, `onednn-sse41` (wall time) and
/// `onednn-counted` (instructions). The runner is looked for beside the running
/// program, then on PATH.
std::vector<TargetProvider> oneDnnProviders();

} // namespace pr

#endif // PR_TARGET_ONEDNNTARGET_H
