// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "pr/Target/TableTarget.h"

#include "pr/Support/File.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <unordered_map>

using namespace pr;
using Json = nlohmann::ordered_json;

namespace {
class TableTarget : public Target {
public:
  Expected<void> read(const std::string &path);

  const TargetInfo &info() const override { return targetInfo; }
  void measure(const std::vector<Layer> &layers, const MeasureOptions &options,
               const MeasurementSink &sink,
               const ProgressSink &progress) override;

private:
  Expected<void> readRow(const Json &row);
  Expected<void> readTarget(const Json &row);
  void addKind(LayerKind kind);

  TargetInfo targetInfo;
  std::unordered_map<std::string, Measurement> rows;
};
} // namespace

/// An absent or null field is nullopt; anything but a positive integer, an
/// error.
static Expected<std::optional<int64_t>> readCount(const Json &row,
                                                  const char *name) {
  auto found = row.find(name);
  if (found == row.end() || found->is_null())
    return std::optional<int64_t>();
  if (!found->is_number_integer() || found->get<int64_t>() < 1)
    return invalidInput("'" + std::string(name) + "' is " + found->dump() +
                        ", expected a positive integer");
  return std::optional<int64_t>(found->get<int64_t>());
}

Expected<void> TableTarget::readTarget(const Json &row) {
  if (!row.contains("target") || !row["target"].is_string())
    return invalidInput("there is no string 'target'");
  std::string name = row["target"].get<std::string>();
  if (targetInfo.name.empty())
    targetInfo.name = name;
  if (name != targetInfo.name)
    return invalidInput("the target is '" + name +
                        "', but the lines before it are of '" +
                        targetInfo.name + "'");
  return {};
}

void TableTarget::addKind(LayerKind kind) {
  for (const KindSupport &known : targetInfo.kinds)
    if (known.kind == kind)
      return;
  KindSupport support;
  support.kind = support.lattice.kind = kind;
  targetInfo.kinds.push_back(std::move(support));
}

Expected<void> TableTarget::readRow(const Json &row) {
  if (!row.is_object())
    return invalidInput("it is no JSON object");
  if (auto ok = readTarget(row); !ok)
    return ok;
  if (row.value("status", Json()) != "ok")
    return {};
  if (!row.contains("layer") || !row["layer"].is_string())
    return invalidInput("there is no string 'layer'");
  auto layer = parseLayer(row["layer"].get<std::string>());
  if (!layer)
    return layer.error();

  Measurement measurement;
  measurement.ok = true;
  struct {
    const char *name;
    std::optional<int64_t> Measurement::*field;
  } fields[] = {{"time_ps", &Measurement::timePs},
                {"cycles", &Measurement::cycles},
                {"p10_ps", &Measurement::p10Ps},
                {"p90_ps", &Measurement::p90Ps}};
  for (auto &[name, field] : fields) {
    auto value = readCount(row, name);
    if (!value)
      return value.error();
    measurement.*field = *value;
  }
  if (!measurement.timePs && !measurement.cycles)
    return invalidInput("there is neither 'time_ps' nor 'cycles'");
  auto samples = readCount(row, "samples");
  if (!samples)
    return samples.error();
  measurement.samples = samples->value_or(1);
  if (auto conditions = row.find("conditions");
      conditions != row.end() && conditions->is_object())
    for (const auto &[name, value] : conditions->items())
      measurement.conditions[name] = value.dump();

  targetInfo.countsCycles |= measurement.cycles.has_value();
  addKind(layer->kind);
  std::string text = printLayer(*layer);
  auto [known, isNew] = rows.emplace(text, measurement);
  if (!isNew && (known->second.timePs != measurement.timePs ||
                 known->second.cycles != measurement.cycles))
    return invalidInput("layer '" + text + "' has two different latencies");
  return {};
}

Expected<void> TableTarget::read(const std::string &path) {
  auto text = readFile(path);
  if (!text)
    return text.error();
  size_t number = 0;
  for (size_t at = 0; at < text->size(); ++number) {
    size_t end = std::min(text->find('\n', at), text->size());
    std::string_view line(text->data() + at, end - at);
    at = end + 1;
    if (line.find_first_not_of(" \t\r") == std::string_view::npos)
      continue;
    auto ok = readRow(Json::parse(line, nullptr, /*allow_exceptions=*/false));
    if (!ok)
      return makeError(ok.error().kind, path + ":" +
                                            std::to_string(number + 1) + ": " +
                                            ok.error().message);
  }
  if (rows.empty())
    return invalidInput(path + " holds no successful measurement");
  return {};
}

void TableTarget::measure(const std::vector<Layer> &layers,
                          const MeasureOptions &options,
                          const MeasurementSink &sink,
                          const ProgressSink &progress) {
  for (size_t i = 0; i < layers.size(); ++i) {
    auto found = rows.find(printLayer(layers[i]));
    Measurement missing;
    missing.error = "the table has no measurement of this layer";
    sink(i, found == rows.end() ? missing : found->second);
    if (progress)
      progress(i + 1, layers.size());
  }
}

Expected<std::unique_ptr<Target>> pr::makeTableTarget(const std::string &path) {
  auto target = std::make_unique<TableTarget>();
  if (auto ok = target->read(path); !ok)
    return ok.error();
  return std::unique_ptr<Target>(std::move(target));
}
