// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "pr/Support/CheckedMath.h"

#include "gtest/gtest.h"

using namespace pr;

TEST(CheckedMath, KeepsWhatFits) {
  Checked product = Checked(int64_t(1) << 31) * Checked(int64_t(1) << 31);
  ASSERT_TRUE(product.ok());
  EXPECT_EQ(product.value(), kMaxCount);
  EXPECT_EQ((Checked(3) - Checked(5)).value(), -2);
}

TEST(CheckedMath, OverflowIsSticky) {
  Checked product = Checked(int64_t(1) << 32) * Checked(int64_t(1) << 31);
  EXPECT_FALSE(product.ok());
  EXPECT_FALSE((product * Checked(0)).ok());
  EXPECT_FALSE((product - product).ok());
  EXPECT_FALSE(Checked(std::numeric_limits<int64_t>::max()).ok());
  EXPECT_FALSE((Checked(int64_t(1) << 40) * Checked(int64_t(1) << 40)).ok());
}

TEST(CheckedMath, DivisionsRoundTheirWay) {
  for (int64_t value = -20; value <= 20; ++value)
    for (int64_t divisor = 1; divisor <= 7; ++divisor) {
      int64_t up = ceilDiv(value, divisor), down = floorDiv(value, divisor);
      EXPECT_GE(up * divisor, value);
      EXPECT_LT((up - 1) * divisor, value);
      EXPECT_LE(down * divisor, value);
      EXPECT_GT((down + 1) * divisor, value);
    }
}
