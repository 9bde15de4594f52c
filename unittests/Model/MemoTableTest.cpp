// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Model/MemoTable.h"

#include "TestData.h"

#include <atomic>
#include <set>
#include <thread>

using namespace pr;
using namespace pr::test;

/// A key whose halves are well mixed.
static Hash128 key(int64_t i) { return memoKey(matmul(1 + i, 1, 1)); }

TEST(MemoTable, HalfAKeyIsNotEnough) {
  MemoTable<int> table(1000);
  table.insert({1, 2}, 7);
  int value = 0;
  EXPECT_FALSE(table.find({1, 3}, value));
  EXPECT_FALSE(table.find({3, 2}, value));
  EXPECT_TRUE(table.find({1, 2}, value));
  EXPECT_EQ(value, 7);
}

TEST(MemoTable, KeepsTheLastValue) {
  MemoTable<int> table(1000);
  table.insert(key(1), 7);
  table.insert(key(1), 8);
  int value = 0;
  EXPECT_TRUE(table.find(key(1), value));
  EXPECT_EQ(value, 8);
}

TEST(MemoTable, StaysBounded) {
  for (size_t capacity : {size_t(1), size_t(3), size_t(100), size_t(300)}) {
    MemoTable<int> table(capacity);
    size_t found = 0;
    int value = 0;
    for (int i = 0; i < 5000; ++i) {
      table.insert(key(i), i);
      EXPECT_TRUE(table.find(key(i), value)) << "what was kept last is there";
    }
    for (int i = 0; i < 5000; ++i)
      if (table.find(key(i), value)) {
        EXPECT_EQ(value, i);
        ++found;
      }
    EXPECT_LE(found, capacity);
    EXPECT_GE(found, capacity / 2) << "with room for " << capacity;
  }
}

TEST(MemoTable, GrowingForgetsLittle) {
  MemoTable<int> table(size_t(1) << 14);
  for (int i = 0; i < 4000; ++i)
    table.insert(key(i), i);
  int found = 0, value = 0;
  for (int i = 0; i < 4000; ++i)
    found += table.find(key(i), value) && value == i;
  EXPECT_GE(found, 3800);
}

TEST(MemoTable, NoCapacityKeepsNothing) {
  MemoTable<int> table(0);
  EXPECT_FALSE(table.keeps());
  table.insert(key(1), 1);
  int value = 0;
  EXPECT_FALSE(table.find(key(1), value));
}

TEST(MemoTable, NobodyReadsHalfAValue) {
  struct Row {
    std::array<int64_t, 64> words;
  };
  MemoTable<Row> table(1); // two keys for one place
  std::array<Hash128, 2> keys = {key(0), key(1)};
  std::atomic<bool> done{false};
  size_t wrong = 0, read = 0;
  std::thread reader([&] {
    Row found;
    for (size_t i = 0; !done || read == 0; ++i)
      if (table.find(keys[i % 2], found)) {
        ++read;
        for (int64_t word : found.words)
          wrong += word != int64_t(i % 2);
      }
  });
  Row row;
  for (int i = 0; i < 500000; ++i) {
    row.words.fill(i % 2);
    table.insert(keys[i % 2], row);
  }
  done = true;
  reader.join();
  EXPECT_EQ(wrong, 0u);
}

TEST(MemoKey, TellsLayersApart) {
  std::vector<std::string> texts = {
      "matmul m=1 n=2 k=3 : i8, i8 -> i32",
      "matmul m=2 n=1 k=3 : i8, i8 -> i32",
      "matmul m=1 n=2 k=3 : i8, i16 -> i32",
      "matmul m=1 n=2 k=3 : i16, i8 -> i32",
      "matmul m=1 n=2 k=3 : i8, i8 -> i8",
      "matmul m=1 n=2 k=3 : i8, ui8 -> i32",
      "matmul m=1 n=2 k=3 layout=nt : i8, i8 -> i32",
      "matmul m=1 n=2 k=3 epilogue=bias : i8, i8 -> i32",
      "matmul m=1 n=2 k=3 epilogue=bias+relu : i8, i8 -> i32",
      "matmul m=1 n=2 k=3 epilogue=relu+bias : i8, i8 -> i32",
      "matmul m=1 n=2 k=3 tile=n:2 : i8, i8 -> i32",
      "matmul m=1 n=2 k=3 tile=k:2 : i8, i8 -> i32",
      "matmul m=1 n=2 k=3 tile=n:2,k:2 : i8, i8 -> i32",
      "matmul m=1 n=2 k=3 tile=n:2x : i8, i8 -> i32",
      "conv1d oc=1 ic=1 ow=2 kw=1 : i8, i8 -> i32",
      "elementwise e=8 alu=1 full=4 : i8, i8, i8, i8 -> i8",
      "elementwise e=8 alu=1 full=4 : i8, i8, i8, i8, i8 -> i8",
      "elementwise e=8 alu=1 full=4 : i8, i8, i8, i8 -> i8, i8"};
  std::set<uint64_t> high, low;
  for (const std::string &text : texts) {
    Hash128 key = memoKey(layer(text));
    high.insert(key.high);
    low.insert(key.low);
    EXPECT_TRUE(key == memoKey(layer(text)));
  }
  EXPECT_EQ(high.size(), texts.size());
  EXPECT_EQ(low.size(), texts.size());
}
