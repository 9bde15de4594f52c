// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The options of pr-bench-opt beside those of every mlir-opt.
#ifndef PR_TOOLS_PRBENCHOPT_COMMANDLINE_H
#define PR_TOOLS_PRBENCHOPT_COMMANDLINE_H

#include "pr/Target/Target.h"

#include <string>

namespace mlir {
class DialectRegistry;
namespace pr {

/// What the shell gets to know.
enum ExitCode : int {
  ExitOk = 0,
  ExitInput = 1,       ///< the input cannot be read or parsed
  ExitUsage = 2,       ///< unknown options, no such target
  ExitMeasurement = 3, ///< at least one layer was not measured
};

struct CommandLine {
  enum class Mode {
    Optimize,
    ListTargets,
    Describe,
    Diagram,
    Explain,
    Run,
    RunNetwork
  };
  Mode mode() const;

  std::string inputFile, outputFile;
  std::string target, layersFile;
  std::string networkFile; ///< to run whole; empty: none
  std::string function;    ///< of the network; empty: the only one
  bool run = false, describe = false, progress = false;
  bool listTargets = false, listAsJson = false;
  bool diagram = false, explain = false, explainAsJson = false;
  std::string traceFile; ///< of --explain; empty: none
  ::pr::MeasureOptions measure;
};

/// Parses once; on mistakes prints what is wrong and returns false.
bool parseCommandLine(int argc, char **argv, DialectRegistry &registry);
/// The options that were parsed.
const CommandLine &commandLine();

/// Prints "pr-bench-opt: message" on standard error and returns the code.
int complain(ExitCode code, const std::string &message);

} // namespace pr
} // namespace mlir

#endif // PR_TOOLS_PRBENCHOPT_COMMANDLINE_H
