// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Network.h"

#include "Output.h"
#include "Targets.h"
#include "pr/Support/File.h"

#include "llvm/Support/JSON.h"
#include "llvm/Support/raw_ostream.h"

using namespace mlir::pr;
using ::pr::Measurement;
namespace json = llvm::json;

static json::Value orNull(const std::optional<int64_t> &value) {
  return value ? json::Value(*value) : json::Value(nullptr);
}

/// Conditions are JSON as text.
static json::Object conditionsOf(const Measurement &measurement) {
  json::Object conditions;
  for (const auto &[name, text] : measurement.conditions) {
    auto value = json::parse(text);
    if (value) {
      conditions[name] = std::move(*value);
      continue;
    }
    llvm::consumeError(value.takeError());
    conditions[name] = text;
  }
  return conditions;
}

/// As the line of a layer, with the network's file and function in place of the
/// layer and its key.
static std::string printLine(const CommandLine &options,
                             const std::string &target, const Measurement &m) {
  json::Object line{{"schema", 1},
                    {"target", target},
                    {"network", json::fixUTF8(options.networkFile)},
                    {"function", options.function.empty()
                                     ? json::Value(nullptr)
                                     : json::Value(options.function)},
                    {"status", m.ok ? "ok" : "error"},
                    {"time_ps", orNull(m.timePs)},
                    {"cycles", orNull(m.cycles)},
                    {"p10_ps", orNull(m.p10Ps)},
                    {"p90_ps", orNull(m.p90Ps)},
                    {"samples", m.samples},
                    {"conditions", conditionsOf(m)},
                    {"error", m.ok ? json::Value(nullptr)
                                   : json::Value(json::fixUTF8(m.error))}};
  std::string text;
  llvm::raw_string_ostream(text) << json::Value(std::move(line));
  return text;
}

int mlir::pr::runNetwork(const CommandLine &options) {
  auto target = createHost(options.target);
  if (!target)
    return complain(ExitUsage, target.error().message);
  auto module = ::pr::readFile(options.networkFile);
  if (!module)
    return complain(ExitInput, module.error().message);
  Measurement measurement =
      (*target)->measureNetwork(*module, options.function, options.measure);
  if (!writeWholeLine(printLine(options, (*target)->info().name, measurement)))
    return complain(ExitInput, "cannot write the result");
  return measurement.ok ? ExitOk : ExitMeasurement;
}
