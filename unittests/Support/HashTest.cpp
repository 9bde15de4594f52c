// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "pr/Support/Hash.h"

#include "gtest/gtest.h"

using namespace pr;

// Files carry these hashes: they must never change. The values are XXH3's own
// for the empty input and for "abc" (xxhsum -H3, xxhsum -H2).
TEST(Hash, IsStable) {
  EXPECT_EQ(toHex(stableHash("")), "2d06800538d394c2");
  EXPECT_EQ(toHex(stableHash("abc")), "78af5f94892f3950");
  EXPECT_EQ(stableDigest(""), "99aa06d3014798d86001c324468d497f");
}

TEST(Hash, HexHasSixteenDigits) {
  EXPECT_EQ(toHex(0), "0000000000000000");
  EXPECT_EQ(toHex(0xabcdef), "0000000000abcdef");
}
