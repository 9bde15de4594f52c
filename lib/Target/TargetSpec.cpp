// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// "name[rows=32,cols=32]" taken apart.
#include "pr/Target/Target.h"

#include <charconv>

using namespace pr;

static std::string quoted(std::string_view text) {
  return "'" + std::string(text) + "'";
}

static std::string_view trim(std::string_view text) {
  while (!text.empty() && text.front() == ' ')
    text.remove_prefix(1);
  while (!text.empty() && text.back() == ' ')
    text.remove_suffix(1);
  return text;
}

/// One `name=value`.
static Expected<void> parseParameter(std::string_view text,
                                     std::string_view whole, TargetSpec &spec) {
  size_t equals = text.find('=');
  std::string_view name = trim(text.substr(0, equals));
  std::string_view digits =
      equals == std::string_view::npos ? "" : trim(text.substr(equals + 1));
  int64_t value = 0;
  const char *end = digits.data() + digits.size();
  auto [rest, error] = std::from_chars(digits.data(), end, value);
  if (name.empty() || digits.empty() || error != std::errc() || rest != end)
    return invalidInput("target parameter " + quoted(trim(text)) + " of " +
                        quoted(whole) + " is not of the form name=integer");
  if (!spec.parameters.emplace(std::string(name), value).second)
    return invalidInput("target parameter " + quoted(name) + " of " +
                        quoted(whole) + " is given twice");
  return {};
}

Expected<TargetSpec> pr::parseTargetSpec(std::string_view text) {
  text = trim(text);
  size_t open = text.find('[');
  TargetSpec spec;
  spec.name = std::string(trim(text.substr(0, open)));
  if (spec.name.empty())
    return invalidInput("target " + quoted(text) + " has no name");
  if (open == std::string_view::npos)
    return spec;
  if (text.back() != ']')
    return invalidInput("the parameters of target " + quoted(text) +
                        " do not end with ']'");
  std::string_view list = text.substr(open + 1, text.size() - open - 2);
  while (!trim(list).empty()) {
    size_t comma = list.find(',');
    if (auto ok = parseParameter(list.substr(0, comma), text, spec); !ok)
      return ok.error();
    list = comma == std::string_view::npos ? "" : list.substr(comma + 1);
  }
  return spec;
}
