// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "CommandLine.h"

#include "mlir/Debug/Counter.h"
#include "mlir/IR/AsmState.h"
#include "mlir/IR/MLIRContext.h"
#include "mlir/Pass/PassManager.h"
#include "mlir/Support/Timing.h"
#include "mlir/Tools/mlir-opt/MlirOptMain.h"

#include "llvm/Support/CommandLine.h"
#include "llvm/Support/raw_ostream.h"

using namespace mlir;
using namespace mlir::pr;
namespace cl = llvm::cl;

static CommandLine parsed;

const CommandLine &mlir::pr::commandLine() { return parsed; }

CommandLine::Mode CommandLine::mode() const {
  if (listTargets)
    return Mode::ListTargets;
  if (describe)
    return Mode::Describe;
  if (diagram)
    return Mode::Diagram;
  if (explain)
    return Mode::Explain;
  if (!networkFile.empty())
    return Mode::RunNetwork;
  return run ? Mode::Run : Mode::Optimize;
}

int mlir::pr::complain(ExitCode code, const std::string &message) {
  llvm::errs() << "pr-bench-opt: " << message << "\n";
  return code;
}

namespace {
/// The options as LLVM's command line keeps them; filled while parsing.
struct Options {
  cl::OptionCategory category{"pr-bench-opt", "Measuring layers"};
  cl::opt<std::string> input{cl::Positional, cl::desc("<input file>"),
                             cl::init("-")};
  cl::opt<std::string> output{"o", cl::desc("Output file"),
                              cl::value_desc("file"), cl::init("-")};
  cl::opt<std::string> target{
      "target", cl::value_desc("name"), cl::cat(category),
      cl::desc("What measures: a name, a description, 'name[rows=32]'")};
  cl::opt<bool> run{
      "run", cl::cat(category),
      cl::desc("Measure every pr.bench of the input on the target, "
               "one JSON object per line on standard output")};
  cl::opt<std::string> layers{
      "layers", cl::value_desc("file"), cl::cat(category),
      cl::desc("Measure the layers of this file instead, one text per line, "
               "comments behind #; - is standard input")};
  cl::opt<std::string> network{
      "network", cl::value_desc("file"), cl::cat(category),
      cl::desc("Run a whole network on the host (f32 tensors of known extents) "
               "instead of layers")};
  cl::opt<std::string> function{
      "function", cl::value_desc("name"), cl::cat(category),
      cl::desc("The function of --network; left out: its only public one")};
  cl::opt<bool> describe{"describe", cl::cat(category),
                         cl::desc("Print what is known of the target as JSON")};
  cl::opt<std::string> listTargets{
      "list-targets", cl::ValueOptional, cl::value_desc("json"),
      cl::cat(category),
      cl::desc("List the targets, or the --target: what each needs, its "
               "parameters and whether it is usable here")};
  cl::opt<bool> diagram{
      "diagram", cl::cat(category),
      cl::desc("Print the object diagram of a described target, in the "
               "language of Graphviz (dot -Tsvg draws it)")};
  cl::opt<std::string> explain{
      "explain", cl::ValueOptional, cl::value_desc("json"), cl::cat(category),
      cl::desc("Print where the cycles of the layers go on a described target: "
               "how busy its units are and what they wait for")};
  cl::opt<std::string> trace{
      "trace", cl::value_desc("file"), cl::cat(category),
      cl::desc("With --explain and one layer: write who was where and waited "
               "for whom, for Perfetto or chrome://tracing")};
  ::pr::MeasureOptions defaults;
  cl::opt<int> passes{"passes", cl::cat(category), cl::init(defaults.passes),
                      cl::desc("Interleaved passes over a block of layers "
                               "(wall clocks only)")};
  cl::opt<int> samples{"samples", cl::cat(category),
                       cl::init(defaults.samplesPerPass),
                       cl::desc("Samples of a layer in each pass")};
  cl::opt<int> block{
      "block", cl::cat(category), cl::init(defaults.blockSize),
      cl::desc("Layers whose passes are interleaved; their results "
               "are printed together")};
  cl::opt<double> timeout{"timeout", cl::cat(category),
                          cl::init(defaults.timeoutSeconds),
                          cl::value_desc("seconds"),
                          cl::desc("A layer that takes longer is given up")};
  cl::opt<bool> noCheck{"no-check", cl::cat(category),
                        cl::desc("Do not compare results with a reference")};
  cl::opt<bool> progress{
      "progress", cl::cat(category),
      cl::desc("Report progress on standard error even where "
               "it is no terminal")};
};
} // namespace

/// --help shows what this tool adds; the hundreds of options of LLVM and passes
/// of MLIR are for those who ask with --help-hidden.
static void hideForeignOptions(const cl::OptionCategory &ours) {
  for (auto &[name, option] : cl::getRegisteredOptions()) {
    bool isShown = llvm::is_contained(option->Categories, &ours) ||
                   name.starts_with("help") || name == "version" ||
                   name == "o" || name == "pass-pipeline";
    if (!isShown)
      option->setHiddenFlag(cl::Hidden);
  }
}

/// What registerCLIOptions of mlir-opt does, without its input and output, so
/// that a mistake can end in this tool's own exit code.
static void registerMLIROptions(DialectRegistry &registry) {
  MlirOptMainConfig::registerCLOptions(registry);
  registerAsmPrinterCLOptions();
  registerMLIRContextCLOptions();
  registerPassManagerCLOptions();
  registerDefaultTimingManagerCLOptions();
  tracing::DebugCounter::registerCLOptions();
}

static void store(const Options &options) {
  parsed.inputFile = options.input;
  parsed.outputFile = options.output;
  parsed.target = options.target;
  parsed.layersFile = options.layers;
  parsed.networkFile = options.network;
  parsed.function = options.function;
  parsed.run = options.run;
  parsed.describe = options.describe;
  parsed.progress = options.progress;
  parsed.listTargets = options.listTargets.getNumOccurrences() > 0;
  parsed.listAsJson = options.listTargets == "json";
  parsed.diagram = options.diagram;
  parsed.explain = options.explain.getNumOccurrences() > 0;
  parsed.explainAsJson = options.explain == "json";
  parsed.traceFile = options.trace;
  parsed.measure.passes = options.passes;
  parsed.measure.samplesPerPass = options.samples;
  parsed.measure.blockSize = options.block;
  parsed.measure.timeoutSeconds = options.timeout;
  parsed.measure.checkResults = !options.noCheck;
}

/// Combinations that mean nothing; empty where there is none.
static std::string findMistake(const Options &options) {
  if (parsed.listTargets && !parsed.listAsJson && !options.listTargets.empty())
    return "--list-targets takes no value but 'json', found '" +
           options.listTargets + "'";
  if (parsed.listTargets)
    return "";
  std::string mode = parsed.run        ? "--run"
                     : parsed.describe ? "--describe"
                     : parsed.diagram  ? "--diagram"
                     : parsed.explain  ? "--explain"
                                       : "";
  if (parsed.run + parsed.describe + parsed.diagram + parsed.explain > 1)
    return "only one of --run, --describe, --diagram and --explain can be done";
  if (!mode.empty() && parsed.target.empty())
    return mode + " needs a --target; --list-targets shows them";
  if (!parsed.target.empty() && mode.empty())
    return "--target needs --run, --describe, --diagram or --explain";
  if (!parsed.layersFile.empty() && !parsed.run && !parsed.explain)
    return "--layers needs --run or --explain";
  if (!parsed.networkFile.empty() && !parsed.run)
    return "--network needs --run";
  if (!parsed.networkFile.empty() && !parsed.layersFile.empty())
    return "only one of --layers and --network can be run";
  if (!parsed.function.empty() && parsed.networkFile.empty())
    return "--function needs --network";
  if (parsed.explain && !parsed.explainAsJson && !options.explain.empty())
    return "--explain takes no value but 'json', found '" + options.explain +
           "'";
  if (!parsed.traceFile.empty() && !parsed.explain)
    return "--trace needs --explain";
  if (!parsed.layersFile.empty() && options.input.getNumOccurrences() > 0)
    return "both --layers and the input file '" + parsed.inputFile +
           "' are given";
  struct {
    const char *name;
    int value;
  } counts[] = {{"--passes", options.passes},
                {"--samples", options.samples},
                {"--block", options.block}};
  for (auto &[name, value] : counts)
    if (value < 1 || value > 1000000)
      return std::string(name) + " is " + std::to_string(value) +
             ", expected 1 to 1000000";
  if (!(options.timeout > 0 && options.timeout <= 1e6))
    return "--timeout is not between 0 and 1000000 seconds";
  return "";
}

bool mlir::pr::parseCommandLine(int argc, char **argv,
                                DialectRegistry &registry) {
  registerMLIROptions(registry);
  Options options;
  hideForeignOptions(options.category);
  std::string errors;
  llvm::raw_string_ostream stream(errors);
  if (!cl::ParseCommandLineOptions(
          argc, argv, "performance representatives benchmark driver\n",
          &stream)) {
    llvm::errs() << errors;
    return false;
  }
  store(options);
  std::string mistake = findMistake(options);
  if (!mistake.empty())
    complain(ExitUsage, mistake);
  return mistake.empty();
}
