// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "pr/Model/ExactTable.h"
#include "TestData.h"

#include <cmath>
#include <set>

using namespace pr;
using namespace pr::test;

TEST(ExactTable, FindsWhatWasMeasured) {
  std::vector<std::pair<Layer, ExactValue>> rows;
  for (int64_t i = 1; i <= 100; ++i)
    rows.push_back({matmul(i, 8, 8), {double(i), double(i), double(i)}});
  auto table = ExactTable::build(rows);
  ASSERT_TRUE(table);
  EXPECT_EQ(table->size(), 100u);
  for (const auto &[layer, value] : rows) {
    ASSERT_NE(table->find(layer), nullptr);
    EXPECT_EQ(table->find(layer)->latency, value.latency);
  }
  EXPECT_EQ(table->find(matmul(101, 8, 8)), nullptr);
  auto again = ExactTable::deserialize(table->serialize());
  ASSERT_TRUE(again);
  EXPECT_EQ(again->serialize(), table->serialize());
}

TEST(ExactTable, RepeatedLayersAreMerged) {
  auto table = ExactTable::build(
      {{matmul(1, 8, 8), {100, 90, 110}}, {matmul(1, 8, 8), {104, 95, 130}}});
  ASSERT_TRUE(table);
  EXPECT_EQ(table->size(), 1u);
  const ExactValue *value = table->find(matmul(1, 8, 8));
  EXPECT_EQ(value->latency, 102);
  EXPECT_EQ(value->lower, 90);
  EXPECT_EQ(value->upper, 130);
}

TEST(ExactTable, KeysTellAllPartsApart) {
  std::vector<Layer> layers = {
      matmul(1, 8, 8),
      matmul(8, 1, 8),
      matmul(1, 8, 8, " : i8, i8 -> i8"),
      matmul(1, 8, 8, " : ui8, i8 -> i32"),
      matmul(1, 8, 8, " layout=nt : i8, i8 -> i32"),
      matmul(1, 8, 8, " epilogue=bias : i8, i8 -> i32"),
      matmul(1, 8, 8, " epilogue=relu : i8, i8 -> i32"),
      matmul(1, 8, 8, " tile=n:4 : i8, i8 -> i32"),
      matmul(1, 8, 8, " tile=n:8 : i8, i8 -> i32"),
      layer("softmax o=1 r=1 i=8 : i8 -> i32")};
  std::set<std::pair<uint64_t, uint64_t>> keys;
  for (const Layer &one : layers)
    keys.insert({exactKey(one).high, exactKey(one).low});
  EXPECT_EQ(keys.size(), layers.size());
}

TEST(ExactTable, KeysAreTheSameTomorrow) {
  // A change here makes every table of every shipped bundle miss: raise the
  // schema of bundles.
  Hash128 key = exactKey(layer("conv1d oc=16 ic=40 ow=99 kw=3 layout=nwc "
                               "epilogue=bias : i8, i8 -> i32"));
  EXPECT_EQ(toHex(key.high) + toHex(key.low),
            "02acb4f2d2ed8b6a7b27c4dc214e9245");
  EXPECT_EQ(kindSignature(LayerKind::Conv1D), "e8791c1e29c780fb");
}

TEST(ExactTable, RefusesWhatIsNoMeasurement) {
  auto errorOf = [](ExactValue value) {
    auto table = ExactTable::build({{matmul(1, 8, 8), value}});
    return table ? std::string("no error") : table.error().message;
  };
  EXPECT_EQ(errorOf({0, 0, 0}),
            "the measurement of matmul b=1 m=1 n=8 k=8 : i8, i8 -> i32 is "
            "0.000000 within 0.000000 to 0.000000, expected a positive latency "
            "within its spread");
  EXPECT_NE(errorOf({5, 6, 7}), "no error");
  EXPECT_NE(errorOf({5, 4, INFINITY}), "no error");
  EXPECT_NE(errorOf({NAN, 4, 7}), "no error");
  auto table = ExactTable::build(
      {{matmul(1, 8, 8), {1, 1, 1}}, {matmul(2, 8, 8), {1, 1, 1}}});
  ASSERT_TRUE(table);
  std::string bytes = table->serialize();
  EXPECT_FALSE(ExactTable::deserialize(bytes.substr(0, 79)));
  EXPECT_FALSE(ExactTable::deserialize(bytes.substr(40) + bytes.substr(0, 40)))
      << "not sorted";
  EXPECT_TRUE(ExactTable::deserialize(""));
}
