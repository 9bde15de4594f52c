// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "pr/Layer/ElementType.h"

#include "gtest/gtest.h"

using namespace pr;

TEST(ElementType, RoundTrips) {
  for (const char *name :
       {"f16", "f32", "f64", "bf16", "tf32", "index", "i1", "i8", "i48", "ui8",
        "si4", "f8E4M3FN", "f8E5M2", "f4E2M1FN", "i128"}) {
    auto type = parseElementType(name);
    ASSERT_TRUE(type) << name;
    EXPECT_EQ(toString(*type), name);
  }
}

TEST(ElementType, RefusesEverythingElse) {
  for (const char *name : {"", "i", "i0", "i08", "i129", "i-8", "f31", "u8",
                           "ui", "si", "i8 ", "complex<f32>", "i99999999999"})
    EXPECT_FALSE(parseElementType(name)) << name;
}

TEST(ElementType, KnowsWidthAndClass) {
  EXPECT_EQ(parseElementType("index")->bits, 64);
  EXPECT_EQ(parseElementType("ui8")->bits, 8);
  EXPECT_TRUE(parseElementType("index")->isInteger());
  EXPECT_TRUE(parseElementType("bf16")->isFloat());
  EXPECT_NE(*parseElementType("i8"), *parseElementType("ui8"));
}
