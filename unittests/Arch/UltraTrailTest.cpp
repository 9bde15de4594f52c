// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// architectures/ultratrail.mlir against the published formula, computed here in
// its own terms (input width, pad flag) and step by step.
#include "ShippedTarget.h"

#include <random>

using namespace pr;
using namespace pr::test;

static std::unique_ptr<Target> ultratrail(const Parameters &parameters = {}) {
  return make("ultratrail", parameters);
}

static int64_t floorDivide(int64_t a, int64_t b) {
  return a >= 0 ? a / b : -((-a + b - 1) / b);
}

/// HANNAH's formula for a convolution over `width` inputs with `pad` times
/// floor(kernel/2) zeros at both ends.
static int64_t oracle(int64_t rows, int64_t cols, int64_t ic, int64_t oc,
                      int64_t width, int64_t kernel, int64_t stride,
                      int64_t pad) {
  int64_t padded = width + 2 * pad * (kernel / 2);
  int64_t outputs = (padded - kernel) / stride + 1;
  int64_t begin = kernel / 2;
  int64_t skipped = 0;
  int64_t atBegin = pad * (floorDivide(begin - 1, stride) + 1);
  for (int64_t i = 0; i < atBegin; ++i)
    skipped += kernel / 2 - stride * i;
  int64_t end = outputs * stride + kernel - stride - width - begin;
  int64_t atEnd = pad * (floorDivide(end - 1, stride) + 1);
  for (int64_t i = 0; i < atEnd; ++i)
    skipped += kernel / 2 - stride * i - (begin - end);
  int64_t icTiles = (ic + rows - 1) / rows, ocTiles = (oc + cols - 1) / cols;
  return 1 + icTiles * ocTiles * (outputs * kernel - skipped);
}

static std::string conv(int64_t ic, int64_t oc, int64_t width, int64_t kernel,
                        int64_t stride, int64_t pad) {
  return "conv1d oc=" + std::to_string(oc) + " ic=" + std::to_string(ic) +
         " iw=" + std::to_string(width) + " kw=" + std::to_string(kernel) +
         " sw=" + std::to_string(stride) +
         " pw=" + std::to_string(pad * (kernel / 2)) + " : i8, i8 -> i32";
}

/// TC-ResNet8, the first convolution padded or not.
static int64_t tcResNet8(Target &target, bool padFirst) {
  int64_t total = cycles(target, conv(40, 16, 101, 3, 1, padFirst));
  int64_t width = padFirst ? 101 : 99, channels = 16;
  for (int64_t next : {24, 32, 48}) {
    total += cycles(target, conv(channels, next, width, 9, 2, 1));
    total += cycles(target, conv(channels, next, width, 1, 2, 0));
    width = (width + 1) / 2;
    total += cycles(target, conv(next, next, width, 9, 1, 1));
    channels = next;
  }
  return total + cycles(target, "matmul m=1 n=12 k=48 : i8, i8 -> i32");
}

TEST(UltraTrail, TotalsOfTCResNet8) {
  auto eight = ultratrail(), four = ultratrail({{"rows", 4}, {"cols", 4}}),
       sixteen = ultratrail({{"rows", 16}, {"cols", 16}});
  ASSERT_TRUE(eight && four && sixteen);
  EXPECT_EQ(tcResNet8(*eight, false), 22275);
  EXPECT_EQ(tcResNet8(*four, false), 89055);
  EXPECT_EQ(tcResNet8(*sixteen, false), 6962);
  EXPECT_EQ(tcResNet8(*eight, true), 22744);
  EXPECT_EQ(tcResNet8(*four, true), 90931);
  EXPECT_EQ(tcResNet8(*sixteen, true), 7110);
}

TEST(UltraTrail, LayersOfTCResNet8) {
  auto target = ultratrail();
  EXPECT_EQ(cycles(*target, conv(40, 16, 101, 3, 1, 0)), 2971);
  EXPECT_EQ(cycles(*target, conv(16, 24, 99, 9, 2, 1)), 2629);
  EXPECT_EQ(cycles(*target, conv(16, 24, 99, 1, 2, 0)), 301);
  EXPECT_EQ(cycles(*target, conv(24, 24, 50, 9, 1, 1)), 3871);
  EXPECT_EQ(cycles(*target, "matmul m=1 n=12 k=48 : i8, i8 -> i32"), 13);
  EXPECT_EQ(cycles(*target, "conv1d oc=12 ic=48 ow=1 kw=1 : i8, i8 -> i32"),
            13);
}

TEST(UltraTrail, EqualsTheFormulaOnRandomLayers) {
  std::mt19937 random(3);
  auto draw = [&](int64_t low, int64_t high) {
    return low + int64_t(random() % uint64_t(high - low + 1));
  };
  int compared = 0;
  for (auto [rows, cols] : {std::pair(8, 8), {4, 4}, {16, 16}, {3, 20}}) {
    auto target = ultratrail({{"rows", rows}, {"cols", cols}});
    ASSERT_TRUE(target);
    for (int i = 0; i < 4000; ++i) {
      int64_t kernel = 2 * draw(0, 7) + 1, pad = draw(0, 1);
      int64_t width = draw(1, 128), stride = draw(1, i % 4 ? 3 : 20);
      int64_t ic = draw(1, 128), oc = draw(1, 128);
      if (width < (pad ? kernel / 2 : kernel))
        continue;
      std::string text = conv(ic, oc, width, kernel, stride, pad);
      ASSERT_EQ(cycles(*target, text),
                oracle(rows, cols, ic, oc, width, kernel, stride, pad))
          << text;
      ++compared;
    }
  }
  EXPECT_GT(compared, 10000);
}

TEST(UltraTrail, KnowsItsClock) {
  auto target = ultratrail();
  Measurement result = measure(*target, "matmul m=1 n=12 k=48 : i8, i8 -> i32");
  EXPECT_EQ(result.timePs, 13 * 4'000'000);
  EXPECT_EQ(target->info().clockKhz, 250);
  EXPECT_EQ(target->info().name, "ultratrail");
  EXPECT_EQ(ultratrail({{"rows", 4}, {"cols", 8}})->info().name,
            "ultratrail[rows=4]");
}

TEST(UltraTrail, RefusesWhatItCannotRun) {
  auto target = ultratrail();
  auto reason = [&](const std::string &text) {
    Measurement result = measure(*target, text);
    EXPECT_FALSE(result.ok) << text;
    return result.error;
  };
  std::string prefix = "target 'ultratrail' cannot run this conv1d: ";
  EXPECT_EQ(reason("conv1d oc=8 ic=8 ow=8 kw=4 : i8, i8 -> i32"),
            prefix + "the kernel must be odd");
  EXPECT_EQ(reason("conv1d oc=8 ic=8 ow=8 kw=3 pl=1 : i8, i8 -> i32"),
            prefix + "padding must be none, or half the kernel at both ends");
  EXPECT_EQ(reason("conv1d oc=8 ic=8 ow=8 kw=5 pl=4 : i8, i8 -> i32"),
            prefix + "padding must be none, or half the kernel at both ends");
  EXPECT_EQ(reason("conv1d oc=8 ic=8 ow=127 kw=3 : i8, i8 -> i32"),
            prefix + "the input has at most 128 positions");
  EXPECT_EQ(reason("conv1d oc=8 ic=8 ow=2 kw=15 pl=7 pr=7 : i8, i8 -> i32"),
            prefix + "the input must be as long as half the kernel");
  EXPECT_EQ(reason("conv1d oc=8 ic=129 ow=8 kw=3 : i8, i8 -> i32"),
            "'ic' of conv1d is 129, target 'ultratrail' takes at most 128");
  EXPECT_EQ(reason("conv1d oc=8 ic=8 ow=8 kw=3 dw=2 : i8, i8 -> i32"),
            "'dw' of conv1d is 2, target 'ultratrail' takes at most 1");
  EXPECT_NE(reason("conv1d oc=8 ic=8 ow=8 kw=3 : f32, f32 -> f32")
                .find("has no conv1d of 'f32, f32 -> f32'"),
            std::string::npos);
  EXPECT_EQ(reason("matmul m=2 n=8 k=8 : i8, i8 -> i32"),
            "'m' of matmul is 2, target 'ultratrail' takes at most 1");
  EXPECT_EQ(reason("reduction r=8 op=sum : i8 -> i8"),
            "target 'ultratrail' has no reduction");
  EXPECT_EQ(reason("matmul m=1 n=8 k=8 tile=n:4 : i8, i8 -> i32"),
            "the mapping of matmul takes no tile size of 'n'");
  EXPECT_EQ(reason("matmul m=1 n=8 k=8 epilogue=activation : i8, i8 -> i32"),
            "target 'ultratrail' does not fuse 'activation' into a matmul");
}

TEST(UltraTrail, ShowsItsSteps) {
  auto target = ultratrail({{"cols", 16}});
  const KindSupport *support = target->info().find(LayerKind::Conv1D);
  ASSERT_TRUE(support);
  std::map<unsigned, Step> steps;
  for (const Step &step : support->lattice.steps)
    EXPECT_TRUE(steps.emplace(step.dim, step).second) << step.evidence;
  ASSERT_EQ(steps.size(), 2u);
  const Step &ic = steps[dim::conv1d::ic], &oc = steps[dim::conv1d::oc];
  EXPECT_EQ(ic.width, 8);
  EXPECT_EQ(oc.width, 16);
  for (const Step &step : {ic, oc}) {
    EXPECT_EQ(step.offset, 0);
    EXPECT_EQ(step.plateau, Plateau::Flat);
    EXPECT_EQ(step.knowledge, Knowledge::White);
    EXPECT_NE(step.evidence.find("ultratrail.mlir:"), std::string::npos)
        << step.evidence;
  }
  EXPECT_EQ(support->lattice.maximum[dim::conv1d::ic], 128);
  EXPECT_EQ(support->lattice.maximum[dim::conv1d::n], 1);
}

TEST(UltraTrail, ExplainsBadParameters) {
  auto wrong = mlir::pr::makeDescribedTarget("ultratrail", {{"row", 4}});
  ASSERT_FALSE(wrong);
  EXPECT_NE(wrong.error().message.find(
                "has no parameter 'row', only 'rows', 'cols', 'clock_khz'"),
            std::string::npos)
      << wrong.error().message;
  auto huge = mlir::pr::makeDescribedTarget("ultratrail", {{"rows", 1000}});
  ASSERT_FALSE(huge);
  EXPECT_NE(huge.error().message.find(
                "'rows' is 1000, expected a number in [1, 256]"),
            std::string::npos)
      << huge.error().message;
  auto unknown = mlir::pr::makeDescribedTarget("ultratrial", {});
  ASSERT_FALSE(unknown);
  EXPECT_NE(unknown.error().message.find("no architecture 'ultratrial'"),
            std::string::npos);
}
