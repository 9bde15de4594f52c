// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The output lines of pr-bench-opt.
#include "pr/Support/Hash.h"
#include "pr/Target/Target.h"

#include <nlohmann/json.hpp>

using namespace pr;
using Json = nlohmann::ordered_json;

static Json orNull(const std::optional<int64_t> &value) {
  return value ? Json(*value) : Json();
}

/// Condition values are JSON as text; a text that is none stands for itself.
static Json conditionsJson(const std::map<std::string, std::string> &map) {
  Json conditions = Json::object();
  for (const auto &[name, text] : map) {
    Json value = Json::parse(text, nullptr, /*allow_exceptions=*/false);
    conditions[name] = value.is_discarded() ? Json(text) : std::move(value);
  }
  return conditions;
}

/// Foreign bytes in names and messages must not stop the output.
static std::string dumpLine(const Json &object) {
  return object.dump(-1, ' ', false, Json::error_handler_t::replace);
}

static Json makeLine(const TargetInfo &target, std::string_view layer,
                     const Json &key, const Measurement &measurement) {
  const Measurement &m = measurement;
  return Json{{"schema", 1},
              {"target", target.name},
              {"layer", std::string(layer)},
              {"key", key},
              {"status", m.ok ? "ok" : "error"},
              {"time_ps", orNull(m.timePs)},
              {"cycles", orNull(m.cycles)},
              {"p10_ps", orNull(m.p10Ps)},
              {"p90_ps", orNull(m.p90Ps)},
              {"samples", m.samples},
              {"conditions", conditionsJson(m.conditions)},
              {"error", m.ok ? Json() : Json(m.error)}};
}

std::string pr::toJsonLine(const TargetInfo &target, const Layer &layer,
                           const Measurement &measurement) {
  return dumpLine(
      makeLine(target, printLayer(layer), toHex(layerKey(layer)), measurement));
}

std::string pr::errorJsonLine(const TargetInfo &target, std::string_view input,
                              std::string_view error) {
  Measurement failed;
  failed.error = std::string(error);
  return dumpLine(makeLine(target, input, Json(), failed));
}
