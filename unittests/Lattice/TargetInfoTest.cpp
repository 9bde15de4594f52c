// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "pr/Lattice/TargetInfo.h"

#include "pr/Support/CheckedMath.h"

#include "gtest/gtest.h"

using namespace pr;

static const char *const kTarget = R"({
  "schema": 1, "name": "toy", "parameters": {"rows": 8},
  "clock_khz": 250, "counts_cycles": true,
  "kinds": [{
    "kind": "conv1d", "types": ["i8, i8 -> i32"],
    "rules": [{"condition": "kw mod 2 == 1", "reason": "the kernel must be odd"},
              {"condition": "operand0_bits == 8 and is_float == 0",
               "reason": "bytes only"}],
    "free_epilogue": ["bias", "relu"],
    "steps": [{"dim": "oc", "width": 8, "plateau": "flat"}],
    "maximum": {"oc": 128}, "domain": {"oc": [8, 64]}}]})";

static TargetInfo toy() {
  auto target = TargetInfo::fromJson(kTarget);
  EXPECT_TRUE(target) << (target ? "" : target.error().message);
  return *target;
}

static std::string whyIllegal(const char *text) {
  auto layer = parseLayer(text);
  EXPECT_TRUE(layer) << (layer ? "" : layer.error().message);
  auto ok = toy().checkLegal(*layer);
  if (ok)
    return "legal";
  EXPECT_EQ(ok.error().kind, ErrorKind::Unsupported);
  return ok.error().message;
}

TEST(TargetInfo, ReadsEverything) {
  TargetInfo target = toy();
  EXPECT_EQ(target.name, "toy");
  EXPECT_EQ(target.parameters.at("rows"), 8);
  EXPECT_EQ(target.clockKhz, 250);
  EXPECT_TRUE(target.countsCycles);
  const KindSupport *support = target.find(LayerKind::Conv1D);
  ASSERT_NE(support, nullptr);
  EXPECT_EQ(support->freeEpilogue,
            (std::vector<EpilogueOp>{EpilogueOp::Bias, EpilogueOp::Relu}));
  EXPECT_EQ(support->domain[dim::conv1d::oc],
            (std::pair<int64_t, int64_t>(8, 64)));
  EXPECT_EQ(support->lattice.maximum[dim::conv1d::oc], 128);
  EXPECT_EQ(support->lattice.steps.size(), 1u);
}

TEST(TargetInfo, JsonRoundTrip) {
  std::string text = toy().toJson();
  auto again = TargetInfo::fromJson(text);
  ASSERT_TRUE(again) << again.error().message;
  EXPECT_EQ(again->toJson(), text);
  TargetInfo bare;
  bare.name = "host";
  auto read = TargetInfo::fromJson(bare.toJson());
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_FALSE(read->clockKhz);
  EXPECT_FALSE(read->countsCycles);
}

TEST(TargetInfo, SaysWhyALayerIsIllegal) {
  EXPECT_EQ(whyIllegal("conv1d oc=8 ic=8 ow=4 kw=3 : i8, i8 -> i32"), "legal");
  EXPECT_EQ(whyIllegal("conv1d oc=8 ic=8 ow=4 kw=2 : i8, i8 -> i32"),
            "target 'toy' cannot run this conv1d: the kernel must be odd");
  EXPECT_EQ(whyIllegal("conv1d oc=129 ic=8 ow=4 kw=3 : i8, i8 -> i32"),
            "'oc' of conv1d is 129, target 'toy' takes at most 128");
  EXPECT_EQ(whyIllegal("conv1d oc=8 ic=8 ow=4 kw=3 : f32, f32 -> f32"),
            "target 'toy' has no conv1d of 'f32, f32 -> f32', only of 'i8, i8 "
            "-> i32'");
  EXPECT_EQ(whyIllegal("matmul m=1 n=1 k=1 : i8, i8 -> i32"),
            "target 'toy' has no matmul");
}

TEST(TargetInfo, VariablesAndValuesAgree) {
  auto layer =
      parseLayer("matmul b=2 m=3 n=4 k=5 tile=k:3,m:2 : f16, bf16 -> f32");
  ASSERT_TRUE(layer);
  EXPECT_EQ(
      legalityVariables(LayerKind::MatMul),
      (std::vector<std::string>{"b", "m", "n", "k", "operand0_bits",
                                "operand1_bits", "result0_bits", "is_float",
                                "tile_b", "tile_m", "tile_n", "tile_k"}));
  EXPECT_EQ(legalityValues(*layer),
            (std::vector<int64_t>{2, 3, 4, 5, 16, 16, 32, 1, 0, 2, 0, 3}));
}

static std::string errorOf(const std::string &json) {
  auto read = TargetInfo::fromJson(json);
  return read ? "no error" : read.error().message;
}

TEST(TargetInfo, RefusesWhatItDoesNotUnderstand) {
  EXPECT_EQ(
      errorOf(R"({"schema":2,"name":"x"})"),
      "target.schema is '2', expected schema 1, the one this build knows");
  EXPECT_EQ(errorOf(R"({"schema":1})"), "target lacks 'name'");
  EXPECT_EQ(errorOf(R"({"schema":1,"name":"x","clock_khz":0})"),
            "target.clock_khz is '0', expected an integer from 1 to "
            "4611686018427387904");
  EXPECT_EQ(errorOf(R"({"schema":1,"name":"x","kinds":[{"kind":"matmul"},
                        {"kind":"matmul"}]})"),
            "target.kinds[1].kind is 'matmul', expected each kind once");
  std::string badRule = errorOf(
      R"({"schema":1,"name":"x","kinds":[{"kind":"matmul",
          "rules":[{"condition":"oc > 1","reason":""}]}]})");
  EXPECT_NE(badRule.find("target.kinds[0].rules[0].condition: "),
            std::string::npos)
      << badRule;
  EXPECT_NE(badRule.find("oc"), std::string::npos) << badRule;
  EXPECT_EQ(errorOf("[]"), "target is array, expected an object");
}

TEST(TargetInfo, CyclesToPicoseconds) {
  EXPECT_EQ(cyclesToPicoseconds(3, 1'000'000), 3000);
  EXPECT_EQ(cyclesToPicoseconds(1, 3'000'000), 333) << "rounded to nearest";
  EXPECT_EQ(cyclesToPicoseconds(2, 3'000'000), 667);
  EXPECT_EQ(cyclesToPicoseconds(22744, 250), 90'976'000'000);
  EXPECT_EQ(cyclesToPicoseconds(1, std::nullopt), std::nullopt);
  EXPECT_EQ(cyclesToPicoseconds(kMaxCount, 1), std::nullopt) << "does not fit";
}
