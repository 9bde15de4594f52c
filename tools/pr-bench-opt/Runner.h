// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What pr-bench-opt does with a target: list, describe, measure.
#ifndef PR_TOOLS_PRBENCHOPT_RUNNER_H
#define PR_TOOLS_PRBENCHOPT_RUNNER_H

#include "CommandLine.h"
#include "pr/Target/Registry.h"

namespace mlir {
namespace pr {

int listTargets(const ::pr::TargetRegistry &targets,
                const CommandLine &options);
int describeTarget(const ::pr::TargetRegistry &targets,
                   const CommandLine &options);
/// Reads the layers, measures them, prints one line for each in input order.
int runBenchmarks(const ::pr::TargetRegistry &targets,
                  const CommandLine &options, DialectRegistry &registry);

} // namespace pr
} // namespace mlir

#endif // PR_TOOLS_PRBENCHOPT_RUNNER_H
