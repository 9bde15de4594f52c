// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Model/MemoTable.h"

#include "TestData.h"

using namespace pr;
using namespace pr::test;

TEST(MemoTable, EqualHashesDoNotMeet) {
  MemoTable<int> table(1000);
  table.insert(matmul(1, 2, 3), 42, 7);
  int value = 0;
  EXPECT_FALSE(table.find(matmul(3, 2, 1), 42, value));
  EXPECT_TRUE(table.find(matmul(1, 2, 3), 42, value));
  EXPECT_EQ(value, 7);
  EXPECT_FALSE(table.find(matmul(1, 2, 3), 43, value));
}

TEST(MemoTable, StaysBounded) {
  // Two entries a shard; all of these are in one.
  MemoTable<int> table(128);
  int value = 0;
  for (int i = 0; i < 100; ++i)
    table.insert(matmul(1 + i, 1, 1), i, i);
  int found = 0;
  for (int i = 0; i < 100; ++i)
    found += table.find(matmul(1 + i, 1, 1), i, value);
  EXPECT_EQ(found, 2);
}

TEST(MemoTable, NoCapacityKeepsNothing) {
  MemoTable<int> table(0);
  table.insert(matmul(1, 1, 1), 1, 1);
  int value = 0;
  EXPECT_FALSE(table.find(matmul(1, 1, 1), 1, value));
}
