// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// --network: a whole network measured on the host.
#ifndef PR_TOOLS_PRBENCHOPT_NETWORK_H
#define PR_TOOLS_PRBENCHOPT_NETWORK_H

#include "CommandLine.h"

namespace mlir {
namespace pr {

/// Measures --network on the --target, prints one line.
int runNetwork(const CommandLine &options);

} // namespace pr
} // namespace mlir

#endif // PR_TOOLS_PRBENCHOPT_NETWORK_H
