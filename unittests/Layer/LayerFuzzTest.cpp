// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Random layers round-trip; mutated texts either parse to a layer that
// round-trips or give an error. Neither crashes.
#include "pr/Layer/Layer.h"
#include "pr/Layer/Work.h"

#include "gtest/gtest.h"

#include <random>

using namespace pr;

namespace {
class LayerGenerator {
public:
  explicit LayerGenerator(unsigned seed) : random(seed) {}

  int64_t draw(int64_t low, int64_t high) {
    return std::uniform_int_distribution<int64_t>(low, high)(random);
  }
  std::string text() {
    const auto &kinds = allLayerKinds();
    const KindInfo &info = kinds[draw(0, kinds.size() - 1)];
    std::string text(info.name);
    for (const DimInfo &dim : info.dims)
      text += " " + std::string(dim.name) + "=" + value(dim);
    return text + " : " + types(info.operandTypes) + " -> " +
           types(info.resultTypes);
  }
  void mutate(std::string &text) {
    static constexpr std::string_view alphabet = "0123456789=:,->|x abchinoprw";
    size_t at = draw(0, text.size() - 1);
    switch (draw(0, 3)) {
    case 0:
      text[at] = alphabet[draw(0, alphabet.size() - 1)];
      break;
    case 1:
      text.erase(at, draw(1, 5));
      break;
    case 2:
      text.insert(at, text.substr(draw(0, text.size() - 1), draw(1, 9)));
      break;
    case 3:
      text[at] = char(draw(0, 255));
      break;
    }
    if (text.empty())
      text = "x";
  }

private:
  std::string value(const DimInfo &dim) {
    if (dim.role == DimRole::Option)
      return std::string(dim.values[draw(0, dim.values.size() - 1)]);
    return std::to_string(draw(0, 50) == 0 ? draw(0, kHuge)
                                           : draw(dim.minimum(), 9));
  }
  std::string types(int count) {
    static const char *names[] = {"f32", "i8", "bf16", "i4", "index"};
    std::string text;
    for (int i = 0, end = count < 0 ? draw(1, 3) : count; i < end; ++i)
      text += std::string(i ? ", " : "") + names[draw(0, 4)];
    return text;
  }

  static constexpr int64_t kHuge = int64_t(1) << 62;
  std::mt19937_64 random;
};
} // namespace

static void expectRoundTrip(const std::string &text, unsigned &parsed) {
  auto layer = parseLayer(text);
  if (!layer) {
    EXPECT_FALSE(layer.error().message.empty());
    return;
  }
  ++parsed;
  std::string printed = printLayer(*layer);
  auto again = parseLayer(printed);
  ASSERT_TRUE(bool(again)) << printed << ": " << again.error().message;
  EXPECT_EQ(*again, *layer) << printed;
  EXPECT_EQ(printLayer(*again), printed);
  EXPECT_TRUE(bool(computeWork(*layer))) << printed;
}

TEST(LayerFuzz, GeneratedLayersRoundTrip) {
  LayerGenerator generator(7);
  unsigned parsed = 0;
  for (int i = 0; i < 20000; ++i)
    expectRoundTrip(generator.text(), parsed);
  // The property must not hold for want of layers.
  EXPECT_GT(parsed, 5000u);
}

TEST(LayerFuzz, MutatedTextsNeverCrash) {
  LayerGenerator generator(11);
  unsigned parsed = 0;
  for (int i = 0; i < 20000; ++i) {
    std::string text = generator.text();
    for (int64_t n = generator.draw(1, 4); n > 0; --n)
      generator.mutate(text);
    expectRoundTrip(text, parsed);
  }
  EXPECT_GT(parsed, 100u);
}
