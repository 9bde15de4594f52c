// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Benchmarks of layers: mlir-opt for `pr.bench`, and the runner that measures.
#include "CommandLine.h"
#include "Explain.h"
#include "Network.h"
#include "Runner.h"
#include "Targets.h"

#include "pr/Conversion/HostPipeline.h"
#include "pr/Conversion/HostTarget.h"
#include "pr/Conversion/Passes.h"
#include "pr/Dialect/PR/PRDialect.h"

#include "mlir/InitAllDialects.h"
#include "mlir/InitAllExtensions.h"
#include "mlir/InitAllPasses.h"
#include "mlir/Tools/mlir-opt/MlirOptMain.h"

using namespace mlir::pr;

int main(int argc, char **argv) {
  if (isHostWorker(argc, argv))
    return hostWorkerMain(argv);

  mlir::DialectRegistry registry;
  registry.insert<PRDialect>();
  mlir::registerAllDialects(registry);
  mlir::registerAllExtensions(registry);
  mlir::registerAllPasses();
  registerPRConversionPasses();
  registerHostPipelines();
  if (!parseCommandLine(argc, argv, registry))
    return ExitUsage;

  const CommandLine &options = commandLine();
  ::pr::TargetRegistry targets = makeTargetRegistry();
  switch (options.mode()) {
  case CommandLine::Mode::ListTargets:
    return listTargets(targets, options);
  case CommandLine::Mode::Describe:
    return describeTarget(targets, options);
  case CommandLine::Mode::Diagram:
    return printDiagram(targets, options);
  case CommandLine::Mode::Explain:
    return explainLayers(targets, options, registry);
  case CommandLine::Mode::Run:
    return runBenchmarks(targets, options, registry);
  case CommandLine::Mode::RunNetwork:
    return runNetwork(options);
  case CommandLine::Mode::Optimize:
    return mlir::asMainReturnCode(mlir::MlirOptMain(
        argc, argv, options.inputFile, options.outputFile, registry));
  }
  return ExitUsage;
}
