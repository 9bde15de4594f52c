// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The targets of pr-bench-opt.
#ifndef PR_TOOLS_PRBENCHOPT_TARGETS_H
#define PR_TOOLS_PRBENCHOPT_TARGETS_H

#include "pr/Conversion/HostTarget.h"
#include "pr/Target/Registry.h"

namespace mlir {
namespace pr {

::pr::TargetRegistry makeTargetRegistry();
/// Targets that run networks too. Error: any other.
::pr::Expected<std::unique_ptr<HostTarget>> createHost(const std::string &text);

} // namespace pr
} // namespace mlir

#endif // PR_TOOLS_PRBENCHOPT_TARGETS_H
