// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "pr/Target/Registry.h"

#include <nlohmann/json.hpp>

using namespace pr;

static bool endsWith(std::string_view text, std::string_view suffix) {
  return text.size() >= suffix.size() &&
         text.substr(text.size() - suffix.size()) == suffix;
}

bool TargetProvider::matches(std::string_view text) const {
  if (!pattern.empty() && pattern.back() == ':')
    return text.substr(0, pattern.size()) == pattern;
  std::string_view name = text.substr(0, text.find('['));
  if (!pattern.empty() && pattern.front() == '*')
    return endsWith(name, std::string_view(pattern).substr(1));
  return name == pattern;
}

void TargetRegistry::add(TargetProvider provider) {
  known.push_back(std::move(provider));
}

static std::string joinPatterns(const std::vector<TargetProvider> &providers) {
  std::string names;
  for (const TargetProvider &provider : providers)
    names += (names.empty() ? "" : ", ") + provider.pattern;
  return names;
}

const TargetProvider *TargetRegistry::find(const std::string &text) const {
  for (const TargetProvider &provider : known)
    if (provider.matches(text))
      return &provider;
  return nullptr;
}

Error TargetRegistry::unknown(const std::string &text) const {
  return invalidInput("unknown target '" + text +
                      "', expected one of: " + joinPatterns(known));
}

Expected<std::unique_ptr<Target>>
TargetRegistry::create(const std::string &text) const {
  const TargetProvider *provider = find(text);
  if (!provider)
    return unknown(text);
  if (provider->available)
    if (auto usable = provider->available(); !usable)
      return makeError(usable.error().kind,
                       "target '" + text +
                           "' cannot be used here: " + usable.error().message);
  return provider->create(text);
}

//===----------------------------------------------------------------------===//
// Lists
//===----------------------------------------------------------------------===//

Expected<std::vector<TargetRegistry::Entry>>
TargetRegistry::entries(const std::string &only) const {
  std::vector<Entry> result;
  auto add = [&](const TargetProvider &provider, const std::string &text) {
    Entry entry{text, &provider, Expected<void>(),
                std::vector<TargetParameter>()};
    if (provider.available)
      entry.usable = provider.available();
    if (provider.parameters && text.front() != '*')
      entry.parameters = provider.parameters(text);
    if (entry.usable && !entry.parameters)
      entry.usable = entry.parameters.error();
    result.push_back(std::move(entry));
  };
  if (only.empty()) {
    for (const TargetProvider &provider : known)
      add(provider, provider.pattern);
    return result;
  }
  const TargetProvider *provider = find(only);
  if (!provider)
    return unknown(only);
  add(*provider, only);
  return result;
}

static std::string print(const TargetParameter &parameter) {
  return parameter.name + "=" + std::to_string(parameter.defaultValue) + " (" +
         std::to_string(parameter.minimum) + " to " +
         std::to_string(parameter.maximum) + ")";
}

Expected<std::string>
TargetRegistry::listAsText(const std::string &only) const {
  auto list = entries(only);
  if (!list)
    return list.takeError();
  size_t width = 0;
  for (const Entry &entry : *list)
    width = std::max(width, entry.name.size());
  std::string text, indent(width + 2, ' ');
  for (const Entry &entry : *list) {
    text += entry.name + std::string(width + 2 - entry.name.size(), ' ') +
            entry.provider->description + "\n" + indent +
            "needs: " + entry.provider->needs + "\n";
    std::string parameters;
    if (entry.parameters)
      for (const TargetParameter &parameter : *entry.parameters)
        parameters += (parameters.empty() ? "" : ", ") + print(parameter);
    if (!parameters.empty())
      text += indent + "parameters: " + parameters + "\n";
    text +=
        indent +
        (entry.usable ? "usable here"
                      : "not usable here: " + entry.usable.error().message) +
        "\n";
  }
  return text;
}

Expected<std::string>
TargetRegistry::listAsJson(const std::string &only) const {
  using Json = nlohmann::ordered_json;
  auto list = entries(only);
  if (!list)
    return list.takeError();
  Json targets = Json::array();
  for (const Entry &entry : *list) {
    Json parameters = Json::array();
    if (entry.parameters)
      for (const TargetParameter &parameter : *entry.parameters)
        parameters.push_back({{"name", parameter.name},
                              {"default", parameter.defaultValue},
                              {"minimum", parameter.minimum},
                              {"maximum", parameter.maximum}});
    Json target{{"name", entry.name},
                {"description", entry.provider->description},
                {"needs", entry.provider->needs},
                {"parameters", std::move(parameters)},
                {"available", bool(entry.usable)}};
    target["reason"] =
        entry.usable ? Json() : Json(entry.usable.error().message);
    targets.push_back(std::move(target));
  }
  return Json{{"schema", 1}, {"targets", std::move(targets)}}.dump(
      -1, ' ', false, Json::error_handler_t::replace);
}
