// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What the runner takes, by level of instruction set.
#ifndef PR_TOOLS_ONEDNN_RUNNER_SUPPORT_H
#define PR_TOOLS_ONEDNN_RUNNER_SUPPORT_H

#include "pr/Lattice/TargetInfo.h"

#include <vector>

namespace onednn {

/// Kinds, types and rules; `bf16`: this processor has instructions for it.
std::vector<pr::KindSupport> supportedKinds(bool bf16);

} // namespace onednn

#endif // PR_TOOLS_ONEDNN_RUNNER_SUPPORT_H
