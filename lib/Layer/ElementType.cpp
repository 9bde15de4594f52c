// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "pr/Layer/ElementType.h"

#include <charconv>

using namespace pr;

using Format = ElementType::Format;

namespace {
struct NamedType {
  std::string_view name;
  ElementType type;
};
} // namespace

static constexpr NamedType kNamedTypes[] = {
    {"index", {Format::Index, 64}},
    {"f16", {Format::Float, 16}},
    {"f32", {Format::Float, 32}},
    {"f64", {Format::Float, 64}},
    {"f80", {Format::Float, 80}},
    {"f128", {Format::Float, 128}},
    {"bf16", {Format::BFloat16, 16}},
    {"tf32", {Format::TF32, 32}},
    {"f8E4M3FN", {Format::F8E4M3FN, 8}},
    {"f8E5M2", {Format::F8E5M2, 8}},
    {"f8E4M3", {Format::F8E4M3, 8}},
    {"f8E3M4", {Format::F8E3M4, 8}},
    {"f8E8M0FNU", {Format::F8E8M0FNU, 8}},
    {"f8E4M3FNUZ", {Format::F8E4M3FNUZ, 8}},
    {"f8E5M2FNUZ", {Format::F8E5M2FNUZ, 8}},
    {"f8E4M3B11FNUZ", {Format::F8E4M3B11FNUZ, 8}},
    {"f6E2M3FN", {Format::F6E2M3FN, 6}},
    {"f6E3M2FN", {Format::F6E3M2FN, 6}},
    {"f4E2M1FN", {Format::F4E2M1FN, 4}},
};

/// The width behind an integer prefix; 0 where the text is no width of 1..128.
static unsigned parseWidth(std::string_view digits) {
  unsigned width = 0;
  const char *end = digits.data() + digits.size();
  auto [rest, error] = std::from_chars(digits.data(), end, width);
  bool canonical = error == std::errc() && rest == end && digits[0] != '0';
  return canonical && width <= 128 ? width : 0;
}

static std::optional<ElementType> makeInteger(Format format,
                                              std::string_view digits) {
  unsigned width = digits.empty() ? 0 : parseWidth(digits);
  if (width == 0)
    return std::nullopt;
  return ElementType{format, static_cast<uint8_t>(width)};
}

std::optional<ElementType> pr::parseElementType(std::string_view text) {
  for (const NamedType &named : kNamedTypes)
    if (named.name == text)
      return named.type;
  if (text.substr(0, 2) == "si")
    return makeInteger(Format::Signed, text.substr(2));
  if (text.substr(0, 2) == "ui")
    return makeInteger(Format::Unsigned, text.substr(2));
  if (text.substr(0, 1) == "i")
    return makeInteger(Format::Integer, text.substr(1));
  return std::nullopt;
}

std::string pr::toString(ElementType type) {
  switch (type.format) {
  case Format::Integer:
    return "i" + std::to_string(type.bits);
  case Format::Signed:
    return "si" + std::to_string(type.bits);
  case Format::Unsigned:
    return "ui" + std::to_string(type.bits);
  default:
    for (const NamedType &named : kNamedTypes)
      if (named.type == type)
        return std::string(named.name);
    return "?";
  }
}
