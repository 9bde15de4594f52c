// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Reading JSON whose content is not trusted. A JsonReader is a value and the
// path to it; asking it for something that is not there throws JsonError, which
// names the path. parseJson is the boundary: nothing is thrown past it. Private
// to lib/: no public header sees the JSON library.
#ifndef PR_LIB_SUPPORT_JSONREADER_H
#define PR_LIB_SUPPORT_JSONREADER_H

#include "pr/Support/Expected.h"

#include <nlohmann/json.hpp>

#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace pr {

struct JsonError {
  Error error;
};

class JsonReader {
public:
  JsonReader(const nlohmann::json &value, std::string path)
      : json(&value), path(std::move(path)) {}

  [[noreturn]] void fail(const std::string &expected) const {
    std::string found = json->is_structured() ? json->type_name()
                        : json->is_string()   ? json->get<std::string>()
                                              : json->dump();
    if (found.size() > 80)
      found = found.substr(0, 80) + "...";
    if (!json->is_structured())
      found = "'" + found + "'";
    throw JsonError{
        invalidInput(path + " is " + found + ", expected " + expected)};
  }

  JsonReader at(const std::string &key) const {
    auto found = find(key);
    if (!found)
      throw JsonError{invalidInput(path + " lacks '" + key + "'")};
    return *found;
  }
  /// nullopt where the member is absent or null.
  std::optional<JsonReader> find(const std::string &key) const {
    if (!json->is_object())
      fail("an object");
    auto member = json->find(key);
    if (member == json->end() || member->is_null())
      return std::nullopt;
    return JsonReader(*member, path + "." + key);
  }
  std::vector<JsonReader> elements() const {
    if (!json->is_array())
      fail("an array");
    std::vector<JsonReader> result;
    for (size_t i = 0; i < json->size(); ++i)
      result.emplace_back((*json)[i], path + "[" + std::to_string(i) + "]");
    return result;
  }
  std::vector<std::pair<std::string, JsonReader>> members() const {
    if (!json->is_object())
      fail("an object");
    std::vector<std::pair<std::string, JsonReader>> result;
    for (auto &[key, value] : json->items())
      result.emplace_back(key, JsonReader(value, path + "." + key));
    return result;
  }

  std::string string() const {
    if (!json->is_string())
      fail("a string");
    return json->get<std::string>();
  }
  bool boolean() const {
    if (!json->is_boolean())
      fail("true or false");
    return json->get<bool>();
  }
  double number() const {
    if (!json->is_number())
      fail("a number");
    return json->get<double>();
  }
  int64_t integer(int64_t low = std::numeric_limits<int64_t>::min(),
                  int64_t high = std::numeric_limits<int64_t>::max()) const {
    bool fits = json->is_number_integer() &&
                !(json->is_number_unsigned() &&
                  json->get<uint64_t>() >
                      uint64_t(std::numeric_limits<int64_t>::max()));
    if (!fits || json->get<int64_t>() < low || json->get<int64_t>() > high)
      fail("an integer from " + std::to_string(low) + " to " +
           std::to_string(high));
    return json->get<int64_t>();
  }
  /// The value of an Expected; its error is told with this value's path.
  template <typename T>
  T check(Expected<T> value) const {
    if (!value)
      throw JsonError{
          makeError(value.error().kind, path + ": " + value.error().message)};
    if constexpr (!std::is_void_v<T>)
      return std::move(*value);
  }

  const nlohmann::json &raw() const { return *json; }

private:
  const nlohmann::json *json;
  std::string path;
};

/// Runs `read` and turns what it throws into an error.
template <typename Read>
auto catchJsonErrors(const std::string &what, Read read)
    -> Expected<decltype(read())> {
  try {
    return read();
  } catch (const JsonError &failure) {
    return failure.error;
  } catch (const nlohmann::json::exception &failure) {
    return invalidInput(what + " cannot be read as JSON: " + failure.what());
  } catch (const std::bad_alloc &) {
    return invalidInput(what + " does not fit into memory");
  }
}

/// Parses `text` and hands its root to `read`. `what` names the text in
/// messages.
template <typename Read>
auto parseJson(std::string_view text, const std::string &what, Read read)
    -> Expected<decltype(read(std::declval<JsonReader>()))> {
  return catchJsonErrors(what, [&] {
    auto json = nlohmann::json::parse(text.begin(), text.end());
    return read(JsonReader(json, what));
  });
}

} // namespace pr

#endif // PR_LIB_SUPPORT_JSONREADER_H
