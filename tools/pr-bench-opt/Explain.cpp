// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Explain.h"

#include "Input.h"
#include "Output.h"

#include "pr/Arch/DiagramDot.h"
#include "pr/Arch/Utilization.h"
#include "pr/Support/File.h"
#include "pr/Target/Described.h"

#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/JSON.h"

using namespace mlir;
using namespace mlir::pr;
using ::pr::DescribedTarget;
using ::pr::Expected;
using ::pr::Target;
using ::pr::arch::Timing;
using ::pr::arch::Trace;

/// The target, where it is a described one.
static Expected<std::unique_ptr<Target>>
createDescribed(const ::pr::TargetRegistry &targets,
                const CommandLine &options) {
  auto target = targets.create(options.target);
  if (target && !(*target)->asDescribed())
    return ::pr::invalidInput("target '" + options.target +
                              "' is not described by an acadl file: nothing is "
                              "known of what is inside");
  return target;
}

int mlir::pr::printDiagram(const ::pr::TargetRegistry &targets,
                           const CommandLine &options) {
  auto target = createDescribed(targets, options);
  if (!target)
    return complain(ExitUsage, target.error().message);
  std::string text =
      ::pr::arch::toDot((*target)->asDescribed()->objectDiagram());
  text.pop_back(); // the line end
  return writeWholeLine(text) ? ExitOk : ExitInput;
}

namespace {
class Explainer {
public:
  Explainer(const DescribedTarget &target, const CommandLine &options)
      : target(target), options(options) {}

  /// False where nobody can read the result any more.
  bool explain(const InputLayer &input);
  bool anyFailed() const { return failed; }

private:
  bool fail(const std::string &text, const std::string &error);
  std::string print(const ::pr::Layer &layer, const Timing &timing) const;
  Expected<void> write(const ::pr::Layer &layer, const Trace &trace) const;

  const DescribedTarget &target;
  const CommandLine &options;
  bool failed = false;
};
} // namespace

bool Explainer::fail(const std::string &text, const std::string &error) {
  failed = true;
  if (!options.explainAsJson)
    return writeWholeLine(text + "\n" + error + "\n");
  llvm::json::Object line{{"schema", 1}, {"layer", text}, {"error", error}};
  return writeWholeLine(
      llvm::formatv("{0}", llvm::json::Value(std::move(line))).str());
}

std::string Explainer::print(const ::pr::Layer &layer,
                             const Timing &timing) const {
  const ::pr::arch::ObjectDiagram &diagram = target.objectDiagram();
  if (!options.explainAsJson)
    return printLayer(layer) + "\n" + printUtilization(diagram, timing);
  auto object = llvm::json::parse(utilizationToJson(diagram, timing));
  llvm::json::Object line = std::move(*object->getAsObject());
  line["schema"] = 1;
  line["target"] = target.info().name;
  line["layer"] = printLayer(layer);
  return llvm::formatv("{0}", llvm::json::Value(std::move(line))).str();
}

Expected<void> Explainer::write(const ::pr::Layer &layer,
                                const Trace &trace) const {
  return ::pr::writeFileAtomically(
      options.traceFile,
      toChromeTrace(target.objectDiagram(),
                    target.findMapping(layer.kind)->program, trace));
}

bool Explainer::explain(const InputLayer &input) {
  if (!input.layer)
    return fail(input.text, input.error);
  Trace trace;
  bool traces = !options.traceFile.empty();
  auto timing = target.evaluate(*input.layer, traces ? &trace : nullptr);
  if (!timing)
    return fail(printLayer(*input.layer), timing.error().message);
  if (traces)
    if (auto written = write(*input.layer, trace); !written)
      return fail(printLayer(*input.layer), written.error().message);
  return writeWholeLine(print(*input.layer, *timing));
}

int mlir::pr::explainLayers(const ::pr::TargetRegistry &targets,
                            const CommandLine &options,
                            DialectRegistry &registry) {
  auto target = createDescribed(targets, options);
  if (!target)
    return complain(ExitUsage, target.error().message);
  auto inputs = readInput(options, registry);
  if (!inputs)
    return complain(ExitInput, inputs.error().message);
  if (!options.traceFile.empty() && inputs->size() != 1)
    return complain(ExitInput, "--trace is of one layer, found " +
                                   std::to_string(inputs->size()));
  Explainer explainer(*(*target)->asDescribed(), options);
  for (const InputLayer &input : *inputs)
    if (!explainer.explain(input))
      return ExitInput;
  return explainer.anyFailed() ? ExitMeasurement : ExitOk;
}
