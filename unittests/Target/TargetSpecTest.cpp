// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "pr/Target/Target.h"

#include <gtest/gtest.h>

using namespace pr;

TEST(TargetSpec, TakesNamesAndParametersApart) {
  auto plain = parseTargetSpec("ultratrail");
  ASSERT_TRUE(plain);
  EXPECT_EQ(plain->name, "ultratrail");
  EXPECT_TRUE(plain->parameters.empty());

  auto full = parseTargetSpec(" dir/my array.mlir[rows=32, cols=-1 ] ");
  ASSERT_TRUE(full);
  EXPECT_EQ(full->name, "dir/my array.mlir");
  EXPECT_EQ(full->parameters,
            (std::map<std::string, int64_t>{{"rows", 32}, {"cols", -1}}));

  auto empty = parseTargetSpec("systolic[]");
  ASSERT_TRUE(empty);
  EXPECT_TRUE(empty->parameters.empty());
}

TEST(TargetSpec, SaysWhatIsWrong) {
  struct {
    const char *text, *message;
  } cases[] = {
      {"", "target '' has no name"},
      {"[rows=1]", "target '[rows=1]' has no name"},
      {"a[rows=1", "the parameters of target 'a[rows=1' do not end with ']'"},
      {"a[rows]",
       "target parameter 'rows' of 'a[rows]' is not of the form name=integer"},
      {"a[rows=8x]", "target parameter 'rows=8x' of 'a[rows=8x]' is not of the "
                     "form name=integer"},
      {"a[=8]",
       "target parameter '=8' of 'a[=8]' is not of the form name=integer"},
      {"a[r=99999999999999999999]",
       "target parameter 'r=99999999999999999999' of "
       "'a[r=99999999999999999999]' is not of the form name=integer"},
      {"a[r=1,r=2]", "target parameter 'r' of 'a[r=1,r=2]' is given twice"},
  };
  for (auto &[text, message] : cases) {
    auto spec = parseTargetSpec(text);
    ASSERT_FALSE(spec) << text;
    EXPECT_EQ(spec.error().message, message);
  }
}
