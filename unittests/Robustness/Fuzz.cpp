// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Fuzz.h"

#include "pr/Layer/LayerKind.h"

#include <algorithm>
#include <limits>

using namespace pr;
using namespace pr::fuzz;

int64_t Random::number(int64_t least) {
  static constexpr int64_t kEdges[] = {-1,
                                       0,
                                       std::numeric_limits<int32_t>::max(),
                                       int64_t(1) << 31,
                                       int64_t(1) << 32,
                                       (int64_t(1) << 62) - 1,
                                       int64_t(1) << 62,
                                       std::numeric_limits<int64_t>::max(),
                                       std::numeric_limits<int64_t>::min()};
  switch (draw(0, 30)) {
  case 0:
    return kEdges[draw(0, std::size(kEdges) - 1)];
  case 1:
    return draw(0, int64_t(1) << 62);
  case 2:
    return draw(0, 100000);
  default:
    return draw(least, 64);
  }
}

void fuzz::mutateText(std::string &text, Random &random) {
  static constexpr std::string_view kLetters =
      "0123456789=:,->|x abchinoprw<>{}[]()\"%#-";
  for (int64_t times = random.draw(1, 4); times > 0; --times) {
    if (text.empty())
      text = "x";
    size_t at = random.draw(0, text.size() - 1);
    switch (random.draw(0, 4)) {
    case 0:
      text[at] = kLetters[random.draw(0, kLetters.size() - 1)];
      break;
    case 1:
      text.erase(at, random.draw(1, 8));
      break;
    case 2:
      text.insert(
          at, text.substr(random.draw(0, text.size() - 1), random.draw(1, 16)));
      break;
    case 3:
      text[at] = char(random.draw(0, 255));
      break;
    case 4: {
      // A number in place of another.
      at = text.find_first_of("0123456789", at);
      if (at == std::string::npos)
        break;
      size_t end = text.find_first_not_of("0123456789", at);
      text.replace(at, std::min(end, text.size()) - at,
                   std::to_string(random.number(0)));
      break;
    }
    }
  }
}

void fuzz::mutateBytes(std::string &bytes, Random &random) {
  for (int64_t times = random.draw(1, 6); times > 0 && !bytes.empty();
       --times) {
    size_t at = random.draw(0, bytes.size() - 1);
    switch (random.draw(0, 9)) {
    case 0:
      bytes.resize(at);
      break;
    case 1:
      bytes.insert(at, bytes.substr(at / 2, random.draw(1, 64)));
      break;
    case 2:
      for (size_t i = at; i < std::min(bytes.size(), at + 8); ++i)
        bytes[i] = char(random.oneIn(2) ? 0xff : random.draw(0, 255));
      break;
    default:
      bytes[at] ^= char(1 << random.draw(0, 7));
    }
  }
}

//===----------------------------------------------------------------------===//
// Layers
//===----------------------------------------------------------------------===//

static std::string dimensionText(const DimInfo &dim, Random &random) {
  if (dim.role == DimRole::Option)
    return std::string(dim.values[random.draw(0, dim.values.size() - 1)]);
  bool small = dim.role == DimRole::Kernel || dim.role == DimRole::Stride ||
               dim.role == DimRole::Dilation || dim.role == DimRole::PadLow ||
               dim.role == DimRole::PadHigh;
  return std::to_string(small && !random.oneIn(20)
                            ? random.draw(dim.minimum(), 3)
                            : random.number(dim.minimum()));
}

static std::string typesText(int count, Random &random) {
  static const char *const kNames[] = {"f32", "i8", "i32", "bf16", "index"};
  std::string text;
  for (int64_t i = 0, end = count < 0 ? random.draw(1, 3) : count; i < end; ++i)
    text += std::string(i ? ", " : "") + kNames[random.draw(0, 4)];
  return text;
}

static std::string rest(const KindInfo &info, Random &random) {
  static const char *const kTypes[] = {"i8, i8 -> i32", "f32, f32 -> f32",
                                       "i8 -> i8", "f32 -> f32"};
  std::string text;
  if (random.oneIn(3))
    text += " epilogue=bias+relu";
  if (random.oneIn(4))
    text += " tile=" + std::string(info.dims[0].name) + ":" +
            std::to_string(random.number(1));
  if (random.oneIn(2))
    return text + " : " +
           kTypes[(info.operandTypes == 2 ? 0 : 2) + random.draw(0, 1)];
  return text + " : " + typesText(info.operandTypes, random) + " -> " +
         typesText(info.resultTypes, random);
}

std::string fuzz::layerText(Random &random) {
  const auto &kinds = allLayerKinds();
  const KindInfo &info = kinds[random.draw(0, kinds.size() - 1)];
  std::string text(info.name);
  for (const DimInfo &dim : info.dims)
    if (dim.defaultValue == kRequired || random.oneIn(2))
      text += " " + std::string(dim.name) + "=" + dimensionText(dim, random);
  return text + rest(info, random);
}
