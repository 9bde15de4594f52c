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

Expected<std::unique_ptr<Target>>
TargetRegistry::create(const std::string &text) const {
  for (const TargetProvider &provider : known) {
    if (!provider.matches(text))
      continue;
    if (provider.available)
      if (auto usable = provider.available(); !usable)
        return makeError(usable.error().kind, "target '" + text +
                                                  "' cannot be used here: " +
                                                  usable.error().message);
    return provider.create(text);
  }
  return invalidInput("unknown target '" + text +
                      "', expected one of: " + joinPatterns(known));
}

std::string TargetRegistry::listAsText() const {
  size_t width = 0;
  for (const TargetProvider &provider : known)
    width = std::max(width, provider.pattern.size());
  std::string text;
  for (const TargetProvider &provider : known) {
    Expected<void> usable =
        provider.available ? provider.available() : Expected<void>();
    text += provider.pattern +
            std::string(width + 2 - provider.pattern.size(), ' ') +
            provider.description + "\n" + std::string(width + 2, ' ') +
            "needs: " + provider.needs + "\n" + std::string(width + 2, ' ') +
            (usable ? "usable here"
                    : "not usable here: " + usable.error().message) +
            "\n";
  }
  return text;
}

std::string TargetRegistry::listAsJson() const {
  using Json = nlohmann::ordered_json;
  Json targets = Json::array();
  for (const TargetProvider &provider : known) {
    Expected<void> usable =
        provider.available ? provider.available() : Expected<void>();
    Json target{{"name", provider.pattern},
                {"description", provider.description},
                {"needs", provider.needs},
                {"available", bool(usable)}};
    target["reason"] = usable ? Json() : Json(usable.error().message);
    targets.push_back(std::move(target));
  }
  return Json{{"schema", 1}, {"targets", std::move(targets)}}.dump(
      -1, ' ', false, Json::error_handler_t::replace);
}
