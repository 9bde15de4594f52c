// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The layers to be measured, from IR or from text.
#ifndef PR_TOOLS_PRBENCHOPT_INPUT_H
#define PR_TOOLS_PRBENCHOPT_INPUT_H

#include "CommandLine.h"
#include "pr/Layer/Layer.h"

#include <optional>
#include <vector>

namespace mlir {
namespace pr {

/// One line of input: a layer, or a text that is none and the reason.
struct InputLayer {
  std::optional<::pr::Layer> layer;
  std::string text, error;
};

/// The lines of --layers, or the pr.bench operations of the input file. Fails
/// where there is no input at all: no such file, IR that does not parse.
::pr::Expected<std::vector<InputLayer>> readInput(const CommandLine &options,
                                                  DialectRegistry &registry);

} // namespace pr
} // namespace mlir

#endif // PR_TOOLS_PRBENCHOPT_INPUT_H
