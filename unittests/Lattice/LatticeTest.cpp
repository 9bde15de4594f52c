// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "pr/Lattice/Lattice.h"

#include "pr/Layer/Work.h"
#include "pr/Support/CheckedMath.h"

#include "gtest/gtest.h"

using namespace pr;

static Step step(unsigned dim, int64_t width, int64_t offset = 0,
                 Plateau plateau = Plateau::Flat,
                 Resource resource = Resource::Compute) {
  Step result;
  result.dim = dim;
  result.width = width;
  result.offset = offset;
  result.plateau = plateau;
  result.resource = resource;
  return result;
}

static Lattice lattice(LayerKind kind, std::vector<Step> steps) {
  Lattice result;
  result.kind = kind;
  result.steps = std::move(steps);
  return result;
}

static Layer matmul(int64_t m, int64_t n, int64_t k) {
  auto layer =
      parseLayer("matmul m=" + std::to_string(m) + " n=" + std::to_string(n) +
                 " k=" + std::to_string(k) + " : i8, i8 -> i32");
  EXPECT_TRUE(layer) << (layer ? "" : layer.error().message);
  return *layer;
}

namespace mm = dim::matmul;

TEST(Step, LastPointOfThePlateau) {
  Step eight = step(mm::n, 8);
  // Off by one on both sides of an edge.
  EXPECT_EQ(eight.lastPoint(1), 8);
  EXPECT_EQ(eight.lastPoint(7), 8);
  EXPECT_EQ(eight.lastPoint(8), 8);
  EXPECT_EQ(eight.lastPoint(9), 16);
  EXPECT_EQ(step(mm::n, 1).lastPoint(5), 5);
}

TEST(Step, OffsetShiftsThePlateaus) {
  // Plateaus (.., 4], (4, 12], (12, 20].
  Step shifted = step(mm::n, 8, 4);
  EXPECT_EQ(shifted.lastPoint(1), 4);
  EXPECT_EQ(shifted.lastPoint(4), 4);
  EXPECT_EQ(shifted.lastPoint(5), 12);
  EXPECT_EQ(shifted.lastPoint(12), 12);
  EXPECT_EQ(shifted.lastPoint(13), 20);
  // An offset of a whole width changes nothing, a negative one counts back.
  EXPECT_EQ(step(mm::n, 8, 16).lastPoint(9), 16);
  EXPECT_EQ(step(mm::n, 8, -4).lastPoint(3), 4);
}

TEST(Step, RegionEndsThePlateau) {
  Step narrow = step(mm::n, 8);
  narrow.regionLow = 5;
  narrow.regionHigh = 20;
  EXPECT_EQ(narrow.lastPoint(4), 4) << "below the region";
  EXPECT_EQ(narrow.lastPoint(5), 8);
  EXPECT_EQ(narrow.lastPoint(17), 20) << "the region ends before the plateau";
  EXPECT_EQ(narrow.lastPoint(21), 21) << "beyond the region";
}

TEST(Step, DoesNotOverflow) {
  Step huge = step(mm::n, kMaxCount, -kMaxCount);
  EXPECT_EQ(huge.lastPoint(1), kMaxCount);
  EXPECT_EQ(step(mm::n, kMaxCount).lastPoint(kMaxCount), kMaxCount);
  EXPECT_EQ(step(mm::n, 3).lastPoint(kMaxCount), kMaxCount / 3 * 3 + 3);
}

TEST(Lattice, NearestEdgeOfNestedStepsWins) {
  // Whichever comes first in the list, and also where the layer is on an edge
  // of the narrow one.
  for (bool swapped : {false, true}) {
    std::vector<Step> steps = {step(mm::n, 8), step(mm::n, 64)};
    if (swapped)
      std::swap(steps[0], steps[1]);
    Lattice nested = lattice(LayerKind::MatMul, steps);
    EXPECT_EQ(nested.representative(matmul(4, 3, 2)), matmul(4, 8, 2));
    EXPECT_EQ(nested.representative(matmul(4, 8, 2)), matmul(4, 8, 2));
    EXPECT_EQ(nested.representative(matmul(4, 63, 2)), matmul(4, 64, 2));
  }
}

TEST(Lattice, QueryPointRoundsOnlyWhatIsFlat) {
  Lattice mixed =
      lattice(LayerKind::MatMul, {step(mm::n, 8, 0, Plateau::Flat),
                                  step(mm::k, 4, 0, Plateau::Ramps),
                                  step(mm::m, 4, 0, Plateau::Unknown)});
  EXPECT_EQ(mixed.queryPoint(matmul(3, 3, 3)), matmul(3, 8, 3));
  EXPECT_EQ(mixed.representative(matmul(3, 3, 3)), matmul(4, 8, 4));
}

TEST(Lattice, OneRampingStepMakesItsDimensionRamp) {
  // The first plateau ramps, the others are flat: known since regions.
  Step first = step(mm::n, 8, 0, Plateau::Ramps);
  first.regionHigh = 8;
  Step rest = step(mm::n, 8, 0, Plateau::Flat);
  rest.regionLow = 9;
  Lattice both = lattice(LayerKind::MatMul, {first, rest});
  EXPECT_EQ(both.queryPoint(matmul(1, 3, 1)), matmul(1, 3, 1));
  EXPECT_EQ(both.queryPoint(matmul(1, 9, 1)), matmul(1, 16, 1));
  Lattice twoResources =
      lattice(LayerKind::MatMul,
              {step(mm::n, 8, 0, Plateau::Flat, Resource::Compute),
               step(mm::n, 16, 0, Plateau::Ramps, Resource::Weights)});
  EXPECT_EQ(twoResources.queryPoint(matmul(1, 3, 1)), matmul(1, 3, 1));
}

TEST(Lattice, EachResourceHasItsOwnSteps) {
  Lattice both =
      lattice(LayerKind::MatMul,
              {step(mm::n, 8, 0, Plateau::Flat, Resource::Compute),
               step(mm::n, 16, 0, Plateau::Ramps, Resource::Weights)});
  EXPECT_EQ(both.roundedFor(Resource::Compute, matmul(1, 3, 1)),
            matmul(1, 8, 1));
  EXPECT_EQ(both.roundedFor(Resource::Weights, matmul(1, 3, 1)),
            matmul(1, 16, 1));
  EXPECT_EQ(both.roundedFor(Resource::Output, matmul(1, 3, 1)),
            matmul(1, 3, 1));
  EXPECT_TRUE(both.hasSteps(Resource::Compute));
  EXPECT_FALSE(both.hasSteps(Resource::Output));
}

TEST(Lattice, WidthOneSaysThereIsNoStair) {
  Lattice flat = lattice(LayerKind::MatMul, {step(mm::n, 1), step(mm::n, 8)});
  EXPECT_EQ(flat.representative(matmul(1, 3, 1)), matmul(1, 8, 1));
  EXPECT_FALSE(flat.isTrivial());
  EXPECT_TRUE(lattice(LayerKind::MatMul, {step(mm::n, 1)}).isTrivial());
}

TEST(Lattice, ClampsAtTheLegalMaximum) {
  Lattice limited = lattice(LayerKind::MatMul, {step(mm::n, 8)});
  limited.maximum[mm::n] = 12;
  EXPECT_EQ(limited.representative(matmul(1, 3, 1)), matmul(1, 8, 1));
  EXPECT_EQ(limited.representative(matmul(1, 9, 1)), matmul(1, 12, 1));
  // What is beyond it already stays: it is for legality to say so.
  EXPECT_EQ(limited.representative(matmul(1, 13, 1)), matmul(1, 13, 1));
  // A work count is not a layer to run.
  EXPECT_EQ(limited.roundedFor(Resource::Compute, matmul(1, 9, 1)),
            matmul(1, 16, 1));
}

TEST(Lattice, GroupsGoOnDividingTheChannels) {
  namespace c = dim::conv2d;
  Lattice eights = lattice(LayerKind::Conv2D, {step(c::oc, 8), step(c::ic, 8)});
  auto layer = parseLayer("conv2d g=3 oc=12 ic=6 oh=4 ow=4 kh=3 kw=3 : "
                          "i8, i8 -> i32");
  ASSERT_TRUE(layer);
  Layer rounded = eights.representative(*layer);
  EXPECT_EQ(rounded[c::oc], 15) << "the last multiple of 3 up to 16";
  EXPECT_EQ(rounded[c::ic], 6) << "the last multiple of 3 up to 8";
  EXPECT_TRUE(checkedLayer(rounded));
}

TEST(Lattice, WhatWouldOverflowIsNotRounded) {
  Lattice huge = lattice(LayerKind::MatMul, {step(mm::n, int64_t(1) << 61)});
  Layer small = matmul(16, 3, 16);
  EXPECT_EQ(huge.representative(small), small);
  EXPECT_EQ(huge.roundedFor(Resource::Compute, small), small);
  // Large and still countable.
  Lattice large = lattice(LayerKind::MatMul, {step(mm::n, int64_t(1) << 50)});
  EXPECT_EQ(large.representative(small)[mm::n], int64_t(1) << 50);
}

TEST(Lattice, WasteAndHeadroom) {
  Lattice both = lattice(LayerKind::MatMul,
                         {step(mm::n, 8), step(mm::k, 8, 0, Plateau::Ramps)});
  Layer layer = matmul(3, 6, 4);
  EXPECT_DOUBLE_EQ(both.waste(layer), 1 - 6.0 * 4 / 64);
  EXPECT_DOUBLE_EQ(both.waste(matmul(3, 8, 8)), 0);
  // Growing where it may ramp is not free.
  auto rooms = both.headroom(layer);
  ASSERT_EQ(rooms.size(), 1u);
  EXPECT_EQ(rooms[0].dim, unsigned(mm::n));
  EXPECT_EQ(rooms[0].extent, 6);
  EXPECT_EQ(rooms[0].lastPoint, 8);
}

TEST(Lattice, JsonRoundTrip) {
  Lattice original =
      lattice(LayerKind::MatMul,
              {step(mm::n, 8, 4, Plateau::Ramps, Resource::Weights)});
  original.steps[0].regionHigh = 100;
  original.steps[0].knowledge = Knowledge::White;
  original.steps[0].evidence = "ceildiv(n, 8)";
  original.maximum[mm::k] = 512;
  auto again = Lattice::fromJson(original.toJson());
  ASSERT_TRUE(again) << again.error().message;
  EXPECT_EQ(*again, original);
}

static std::string errorOf(const char *json) {
  auto read = Lattice::fromJson(json);
  return read ? "no error" : read.error().message;
}

TEST(Lattice, JsonErrorsNameThePlace) {
  EXPECT_EQ(errorOf(R"({"kind":"matmul","steps":[{"dim":"x","width":8}]})"),
            "lattice.steps[0]: matmul has no dimension 'x'");
  EXPECT_EQ(errorOf(R"({"kind":"matmul","steps":[{"dim":"n","width":0}]})"),
            "lattice.steps[0].width is '0', expected an integer from 1 to "
            "4611686018427387904");
  EXPECT_EQ(errorOf(R"({"kind":"matmul","steps":[{"dim":"n"}]})"),
            "lattice.steps[0] lacks 'width'");
  EXPECT_EQ(errorOf(R"({"kind":"matmil"})"),
            "lattice.kind is 'matmil', expected the name of a layer kind");
  EXPECT_EQ(errorOf(R"({"kind":"matmul","steps":[{"dim":"n","width":8,
                        "resource":"alu"}]})"),
            "lattice.steps[0].resource: unknown resource 'alu', expected one "
            "of: compute, output, weights, input, launch");
  EXPECT_EQ(errorOf(R"({"kind":"matmul","steps":[{"dim":"n","width":8,
                        "region_low":9,"region_high":8}]})"),
            "lattice: the step of 'n' of matmul has the empty region 9 to 8");
  EXPECT_EQ(errorOf(R"({"kind":"conv1d","steps":[{"dim":"sw","width":2}]})"),
            "lattice: the step of 'sw' of conv1d is not on an extent, an "
            "output, a kernel or a count, the dimensions that can be rounded");
  EXPECT_NE(errorOf("{").find("lattice cannot be read as JSON"),
            std::string::npos);
}
