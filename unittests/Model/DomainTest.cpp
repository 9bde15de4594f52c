// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "pr/Model/Domain.h"

#include "TestData.h"
#include <cmath>

using namespace pr;
using namespace pr::test;

static double distance(const Domain &domain, const Layer &layer) {
  auto work = computeWork(layer);
  EXPECT_TRUE(work);
  return domain.distance(layer, *work);
}

TEST(Domain, HullOfDimensions) {
  Domain domain =
      Domain::hullOf({matmul(1, 8, 8), matmul(64, 64, 8), matmul(64, 64, 255)});
  EXPECT_EQ(distance(domain, matmul(1, 8, 8)), 0);
  EXPECT_EQ(distance(domain, matmul(30, 40, 100)), 0);
  // Octaves of (value + 1) / (largest + 1).
  EXPECT_DOUBLE_EQ(distance(domain, matmul(1, 8, 511)), 1);
  // The farthest counts: n is 8 / 2 below, the 16 macs are 64 / 16 below.
  EXPECT_DOUBLE_EQ(distance(domain, matmul(1, 2, 8)), std::log2(65.0 / 17));
}

TEST(Domain, HullOfWork) {
  // Each dimension was seen at 64, but never all at once.
  Domain domain =
      Domain::hullOf({matmul(64, 8, 8), matmul(8, 64, 8), matmul(8, 8, 64)});
  EXPECT_EQ(distance(domain, matmul(8, 8, 64)), 0);
  EXPECT_EQ(distance(domain, matmul(9, 8, 60)), 0) << "a little beyond";
  EXPECT_GT(distance(domain, matmul(64, 64, 64)), 5);
}

TEST(Domain, WhatWasSeen) {
  Domain domain = Domain::hullOf(
      {matmul(1, 8, 8, " layout=nt : i8, i8 -> i32"),
       matmul(2, 8, 8, " epilogue=bias+relu : f32, f32 -> f32")});
  EXPECT_TRUE(domain.knowsTypes(matmul(5, 5, 5)));
  EXPECT_FALSE(domain.knowsTypes(matmul(5, 5, 5, " : i8, i8 -> i8")));
  EXPECT_TRUE(domain.knowsLayout(Layout::NT));
  EXPECT_FALSE(domain.knowsLayout(Layout::TN));
  EXPECT_TRUE(domain.knowsEpilogue({EpilogueOp::Bias, EpilogueOp::Relu}));
  EXPECT_FALSE(domain.knowsEpilogue({EpilogueOp::Relu}));
  EXPECT_FALSE(domain.schedules);
}

TEST(Domain, Options) {
  auto pool = [](const char *op) {
    return layer(std::string("pool2d c=8 oh=4 ow=4 kh=2 kw=2 op=") + op +
                 " : i8 -> i8");
  };
  Domain domain = Domain::hullOf({pool("max"), pool("sum")});
  EXPECT_TRUE(domain.knowsOptions(pool("max")));
  EXPECT_TRUE(domain.knowsOptions(pool("sum")));
  EXPECT_FALSE(domain.knowsOptions(pool("avg")));
  EXPECT_EQ(distance(domain, pool("avg")), 0) << "an option has no extent";
}
