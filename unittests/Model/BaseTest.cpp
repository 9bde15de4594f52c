// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "pr/Model/Base.h"
#include "TestData.h"

using namespace pr;
using namespace pr::test;

static Base twoBranches() {
  auto base = Base::fromJson(
      R"({"branches":[{"launch":5,"macs@compute":0.5},{"weight_bytes":2}]})",
      LayerKind::MatMul);
  EXPECT_TRUE(base) << (base ? "" : base.error().message);
  return *base;
}

static BaseValue ask(const Base &base, const Layer &layer) {
  return base.evaluate(
      WorkTable::compute(eights(Plateau::Ramps), layer, base.resources()));
}

TEST(Base, TheSlowestBranchWins) {
  Base base = twoBranches();
  // 5 + 0.5 * 1*8*8 = 37 against 2 * 1*1 = 2.
  BaseValue small = ask(base, matmul(1, 1, 1));
  EXPECT_EQ(small.latency, 37);
  EXPECT_EQ(small.branch, 0u);
  EXPECT_DOUBLE_EQ(small.lead, 37.0 / 2);
  // 37 against 2 * 8*8 = 128.
  BaseValue full = ask(base, matmul(1, 8, 8));
  EXPECT_EQ(full.latency, 128);
  EXPECT_EQ(full.branch, 1u);
  EXPECT_DOUBLE_EQ(full.lead, 128.0 / 37);
}

TEST(Base, LeadOverTheSecondOfThree) {
  auto base =
      Base::fromJson(R"({"branches":[{"launch":8},{"launch":2},{"launch":4}]})",
                     LayerKind::MatMul);
  ASSERT_TRUE(base);
  EXPECT_DOUBLE_EQ(ask(*base, matmul(1, 1, 1)).lead, 2);
  auto single =
      Base::fromJson(R"({"branches":[{"launch":8}]})", LayerKind::MatMul);
  EXPECT_EQ(ask(*single, matmul(1, 1, 1)).lead, 0) << "nothing to lead over";
}

TEST(Base, PrintAndJson) {
  Base base = twoBranches();
  EXPECT_EQ(base.print(), "max(5 + 0.5 macs@compute, 2 weight_bytes)");
  auto again = Base::fromJson(base.toJson(), LayerKind::MatMul);
  ASSERT_TRUE(again);
  EXPECT_EQ(again->toJson(), base.toJson());
  EXPECT_EQ(base.resources(), maskOf(Resource::Compute));
}

TEST(Base, CasesHaveBranchesOfTheirOwn) {
  auto base = Base::fromJson(
      R"({"cases": {"otherwise": [{"macs": 3.0}], "windowed": [{"launch": 7.0}],
          "pointwise": [{"macs": 2.0}, {"weight_bytes": 1.0}]}})",
      LayerKind::Conv2D);
  ASSERT_TRUE(base) << base.error().message;
  EXPECT_EQ(base->print(), "pointwise: max(2 macs, 1 weight_bytes); windowed: "
                           "7; otherwise: 3 macs");
  auto again = Base::fromJson(base->toJson(), LayerKind::Conv2D);
  ASSERT_TRUE(again);
  EXPECT_EQ(again->toJson(), base->toJson());
  Lattice lattice;
  lattice.kind = LayerKind::Conv2D;
  auto latency = [&](const char *text) {
    return base->evaluate(WorkTable::compute(lattice, layer(text))).latency;
  };
  EXPECT_EQ(latency("conv2d oc=4 ic=2 oh=3 ow=3 kh=1 kw=1 : i8, i8 -> i32"),
            2 * 72);
  EXPECT_EQ(latency("conv2d oc=4 ic=2 oh=3 ow=3 kh=1 kw=3 : i8, i8 -> i32"), 7);
  EXPECT_EQ(
      latency("conv2d oc=4 ic=2 oh=3 ow=3 kh=1 kw=1 sh=2 : i8, i8 -> i32"),
      3 * 72);
}

TEST(Base, JsonErrors) {
  auto errorOf = [](const char *text, LayerKind kind = LayerKind::MatMul) {
    auto base = Base::fromJson(text, kind);
    return base ? std::string("no error") : base.error().message;
  };
  EXPECT_EQ(errorOf(R"({"branches":[]})"),
            "base.branches is array, expected at least one branch");
  EXPECT_EQ(errorOf(R"({"branches":[{"launch":-1}]})"),
            "base.branches[0].launch is '-1', expected a weight of at least 0");
  EXPECT_EQ(errorOf(R"({"branches":[{"lunch":1}]})"),
            "base.branches[0].lunch: unknown work term 'lunch'");
  EXPECT_EQ(errorOf(R"({"cases":{"otherwise":[{}],"dilated":[{}]}})",
                    LayerKind::Conv2D),
            "base.cases.dilated: unknown case 'dilated', expected pointwise, "
            "pointwise_strided, windowed, windowed_strided or otherwise");
  EXPECT_EQ(errorOf(R"({"cases":{"pointwise":[{}]}})", LayerKind::Conv2D),
            "base.cases lacks 'otherwise'");
  EXPECT_EQ(errorOf(R"({"cases":{"pointwise":[{}],"otherwise":[{}]}})"),
            "base.cases is object, expected no cases: layers of matmul have no "
            "window");
}
