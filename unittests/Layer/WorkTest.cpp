// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "pr/Layer/Work.h"

#include "gtest/gtest.h"

using namespace pr;

static Work workOf(const char *text) {
  auto layer = parseLayer(text);
  EXPECT_TRUE(bool(layer)) << (layer ? "" : layer.error().message);
  auto work = computeWork(*layer);
  EXPECT_TRUE(bool(work));
  return *work;
}

TEST(Work, CountsAConvolution) {
  // By hand: the first layer of ResNet-18.
  Work work = workOf("conv2d oc=64 ic=3 ih=224 iw=224 kh=7 kw=7 sh=2 sw=2 "
                     "ph=3 pw=3 : f32, f32 -> f32");
  EXPECT_EQ(work.macs, 118013952);
  EXPECT_EQ(work.weightElements, 64 * 3 * 49);
  EXPECT_EQ(work.outputBytes, 64 * 112 * 112 * 4);
  EXPECT_EQ(work.inputElements, 3 * 224 * 224);
  // Per axis 112 * 7 taps, of which 3 + 1 at the low and 2 at the high end are
  // padding (windows at -3, -1 and 219).
  EXPECT_EQ(work.usefulMacs, int64_t(64) * 3 * 778 * 778);
}

TEST(Work, GroupsShareTheMacs) {
  Work whole = workOf("conv2d oc=64 ic=32 oh=8 ow=8 kh=3 kw=3 : i8, i8 -> i32");
  Work grouped =
      workOf("conv2d g=4 oc=64 ic=32 oh=8 ow=8 kh=3 kw=3 : i8, i8 -> i32");
  EXPECT_EQ(grouped.macs * 4, whole.macs);
  EXPECT_EQ(grouped.weightElements * 4, whole.weightElements);
  EXPECT_EQ(grouped.inputElements, whole.inputElements);
}

TEST(Work, PacksNarrowTypes) {
  Work work = workOf("matmul m=3 n=5 k=7 : i4, i4 -> i32");
  EXPECT_EQ(work.macs, 105);
  EXPECT_EQ(work.inputBytes, 11); // 21 elements of 4 bits
  EXPECT_EQ(work.weightBytes, 18);
  EXPECT_EQ(work.outputBytes, 60);
}

TEST(Work, CountsTheOtherKinds) {
  EXPECT_EQ(workOf("depthwise_conv2d c=8 m=2 oh=4 ow=4 kh=3 kw=3 : "
                   "f32, f32 -> f32")
                .macs,
            8 * 2 * 16 * 9);
  EXPECT_EQ(workOf("pool2d c=8 oh=4 ow=4 kh=2 kw=2 sh=2 sw=2 op=max : "
                   "f32 -> f32")
                .operations,
            8 * 16 * 4);
  EXPECT_EQ(workOf("reduction o=10 r=20 i=3 op=sum : f32 -> f32").operations,
            600);
  EXPECT_EQ(workOf("elementwise e=100 full=2 bcast=10 alu=1 mul=2 : "
                   "f32, f32, f32 -> f32")
                .inputElements,
            210);
  EXPECT_EQ(workOf("transpose_conv2d oc=4 ic=3 ih=5 iw=5 oh=9 ow=9 kh=3 kw=3 "
                   "sh=2 sw=2 : f32, f32 -> f32")
                .macs,
            4 * 3 * 9 * 25);
  EXPECT_EQ(
      workOf("data_movement e=64 r=64 op=transpose : i8 -> i8").outputBytes,
      64);
}
