// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "pr/Layer/Window.h"

#include "gtest/gtest.h"

#include <random>

using namespace pr;

/// The definition, one tap at a time.
static int64_t countUsefulTaps(const WindowAxis &axis) {
  int64_t count = 0;
  for (int64_t p = 0; p < axis.output; ++p)
    for (int64_t t = 0; t < axis.kernel; ++t) {
      int64_t position = p * axis.stride + t * axis.dilation - axis.padLow;
      count += position >= 0 && position < axis.input();
    }
  return count;
}

TEST(Window, UsefulTapsMatchTheDefinition) {
  std::mt19937 random(1);
  auto draw = [&](int low, int high) {
    return std::uniform_int_distribution<int>(low, high)(random);
  };
  for (int i = 0; i < 20000; ++i) {
    WindowAxis axis;
    axis.output = draw(1, 12);
    axis.kernel = draw(1, 9);
    axis.stride = draw(1, 4);
    axis.dilation = draw(1, 4);
    int64_t reach = (axis.kernel - 1) * axis.dilation;
    axis.padLow = draw(0, reach);
    axis.padHigh = draw(0, reach);
    if (axis.input() < 1)
      continue;
    ASSERT_EQ(axis.usefulTaps(), countUsefulTaps(axis))
        << axis.output << ' ' << axis.kernel << ' ' << axis.stride << ' '
        << axis.dilation << ' ' << axis.padLow << ' ' << axis.padHigh;
  }
}

TEST(Window, UsefulTapsOfHugeAxesAreImmediate) {
  WindowAxis axis{int64_t(1) << 30, int64_t(1) << 30, 1, 1, 0, 0};
  EXPECT_EQ(axis.usefulTaps(), int64_t(1) << 60);
}

TEST(Window, FromInputDropsWhatNobodyReads) {
  // ResNet's first convolution: 224 rows, 7x7, stride 2, padding 3 and 3. The
  // last window ends two rows behind the input, the third is never read.
  WindowAxis axis = WindowAxis::fromInput(224, 7, 2, 1, 3, 3);
  EXPECT_EQ(axis.output, 112);
  EXPECT_EQ(axis.padLow, 3);
  EXPECT_EQ(axis.padHigh, 2);
  // A strided 1x1 convolution reads 55 of 56 rows.
  WindowAxis strided = WindowAxis::fromInput(56, 1, 2, 1, 0, 0);
  EXPECT_EQ(strided.output, 28);
  EXPECT_EQ(strided.padHigh, 0);
  EXPECT_EQ(strided.input(), 55);
}
