// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Runner.h"

#include "Input.h"
#include "Output.h"

#include <cerrno>
#include <cstdlib>
#include <cstring>

using namespace mlir;
using namespace mlir::pr;
using ::pr::Measurement;
using ::pr::Target;

int mlir::pr::listTargets(const ::pr::TargetRegistry &targets,
                          const CommandLine &options) {
  auto text = options.listAsJson ? targets.listAsJson(options.target)
                                 : targets.listAsText(options.target);
  if (!text)
    return complain(ExitUsage, text.error().message);
  if (!options.listAsJson)
    text->pop_back();
  return writeWholeLine(*text) ? ExitOk : ExitInput;
}

int mlir::pr::describeTarget(const ::pr::TargetRegistry &targets,
                             const CommandLine &options) {
  auto target = targets.create(options.target);
  if (!target)
    return complain(ExitUsage, target.error().message);
  return writeWholeLine((*target)->info().toJson()) ? ExitOk : ExitInput;
}

namespace {
/// Prints the results of a run between the lines that are no layers.
class LineWriter {
public:
  LineWriter(const Target &target, const std::vector<InputLayer> &inputs)
      : target(target), inputs(inputs) {}

  /// The result of the next layer.
  void result(const Measurement &measurement) {
    writeBadInputs();
    failed |= !measurement.ok;
    write(::pr::toJsonLine(target.info(), *inputs[next++].layer, measurement));
  }
  /// The bad lines up to the next layer or the end.
  void writeBadInputs() {
    for (; next < inputs.size() && !inputs[next].layer; ++next) {
      failed = true;
      write(::pr::errorJsonLine(target.info(), inputs[next].text,
                                inputs[next].error));
    }
  }
  bool anyFailed() const { return failed; }

private:
  void write(std::string line) {
    if (writeWholeLine(std::move(line)))
      return;
    // Nobody can read the rest: measuring on would only burn time.
    std::exit(complain(ExitInput, std::string("cannot write the results: ") +
                                      std::strerror(errno)));
  }

  const Target &target;
  const std::vector<InputLayer> &inputs;
  size_t next = 0;
  bool failed = false;
};
} // namespace

int mlir::pr::runBenchmarks(const ::pr::TargetRegistry &targets,
                            const CommandLine &options,
                            DialectRegistry &registry) {
  auto target = targets.create(options.target);
  if (!target)
    return complain(ExitUsage, target.error().message);
  auto inputs = readInput(options, registry);
  if (!inputs)
    return complain(ExitInput, inputs.error().message);

  std::vector<::pr::Layer> layers;
  for (const InputLayer &input : *inputs)
    if (input.layer)
      layers.push_back(*input.layer);
  LineWriter writer(**target, *inputs);
  ProgressReport progress(options.progress);
  (*target)->measure(
      layers, options.measure,
      [&](size_t, const Measurement &measurement) {
        writer.result(measurement);
      },
      [&](size_t done, size_t total) { progress.update(done, total); });
  writer.writeBadInputs();
  return writer.anyFailed() ? ExitMeasurement : ExitOk;
}
