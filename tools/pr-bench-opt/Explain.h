// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What can be seen inside of a described target.
#ifndef PR_TOOLS_PRBENCHOPT_EXPLAIN_H
#define PR_TOOLS_PRBENCHOPT_EXPLAIN_H

#include "CommandLine.h"
#include "pr/Target/Registry.h"

namespace mlir {
namespace pr {

/// Prints the object diagram.
int printDiagram(const ::pr::TargetRegistry &targets,
                 const CommandLine &options);
/// Prints where the cycles of every layer go, in input order, and writes the
/// trace where one is asked for.
int explainLayers(const ::pr::TargetRegistry &targets,
                  const CommandLine &options, DialectRegistry &registry);

} // namespace pr
} // namespace mlir

#endif // PR_TOOLS_PRBENCHOPT_EXPLAIN_H
