// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "pr/Model/Terms.h"
#include "TestData.h"

using namespace pr;
using namespace pr::test;

TEST(Terms, NamesRoundTrip) {
  for (const KindInfo &info : allLayerKinds()) {
    Lattice lattice;
    lattice.kind = info.kind;
    lattice.steps = {step(0, 4, Plateau::Flat, Resource::Weights)};
    for (const Term &term : candidateTerms(lattice)) {
      auto again = parseTerm(toString(term));
      ASSERT_TRUE(again) << toString(term);
      EXPECT_EQ(*again, term);
    }
  }
}

TEST(Terms, UnknownNames) {
  EXPECT_EQ(parseTerm("mac").error().message, "unknown work term 'mac'");
  EXPECT_EQ(parseTerm("macs@alu").error().message,
            "work term 'macs@alu': unknown resource 'alu', expected one of: "
            "compute, output, weights, input, launch");
}

TEST(Terms, KindsHaveTheirCounts) {
  EXPECT_TRUE(hasCount(LayerKind::MatMul, CountKind::Macs));
  EXPECT_FALSE(hasCount(LayerKind::MatMul, CountKind::UsefulMacs))
      << "nothing is padded";
  EXPECT_TRUE(hasCount(LayerKind::Conv1D, CountKind::UsefulMacs));
  EXPECT_FALSE(hasCount(LayerKind::Pool2D, CountKind::Macs));
  EXPECT_TRUE(hasCount(LayerKind::Pool2D, CountKind::Operations));
  EXPECT_FALSE(hasCount(LayerKind::DataMovement, CountKind::Operations));
}

TEST(Terms, StepsOfAResourceRoundItsCountsOnly) {
  Lattice lattice;
  lattice.kind = LayerKind::MatMul;
  lattice.steps = {step(dim::matmul::n, 8, Plateau::Ramps, Resource::Compute),
                   step(dim::matmul::n, 16, Plateau::Ramps, Resource::Weights)};
  WorkTable work = WorkTable::compute(lattice, matmul(3, 5, 7));
  auto value = [&](const char *name) { return work.value(*parseTerm(name)); };
  EXPECT_EQ(value("launch"), 1);
  EXPECT_EQ(value("macs"), 3 * 5 * 7);
  EXPECT_EQ(value("macs@compute"), 3 * 8 * 7);
  EXPECT_EQ(value("weight_bytes@weights"), 16 * 7);
  EXPECT_EQ(value("weight_bytes"), 5 * 7);
  EXPECT_EQ(value("output_bytes"), 3 * 5 * 4);
  EXPECT_EQ(value("weight_bursts"), 1) << "35 bytes";
  EXPECT_EQ(value("weight_bursts@weights"), 2) << "112 bytes";
}

TEST(Terms, TheFirstGroupIsWhatTheFirstResultWaitsFor) {
  Lattice lattice;
  lattice.kind = LayerKind::Conv2D;
  lattice.steps = {step(dim::conv2d::oc, 8, Plateau::Ramps),
                   step(dim::conv2d::ic, 4, Plateau::Ramps)};
  auto values = [&](const char *text) {
    WorkTable work = WorkTable::compute(lattice, layer(text));
    return std::array<double, 4>{
        work.value(*parseTerm("first_weight_bytes")),
        work.value(*parseTerm("first_weight_bytes@compute")),
        work.value(*parseTerm("first_input_bytes")),
        work.value(*parseTerm("first_input_bytes@compute"))};
  };
  // 8 of 20 filters of 6 channels; 3 of 12 rows of 10 columns.
  EXPECT_EQ(
      values("conv2d oc=20 ic=6 oh=10 ow=8 kh=3 kw=3 : i8, i8 -> i32"),
      (std::array<double, 4>{8 * 6 * 9, 8 * 8 * 9, 3 * 10 * 6, 3 * 10 * 8}));
  // Fewer filters than a group; with two images, the rows of one.
  EXPECT_EQ(values("conv2d n=2 oc=3 ic=4 oh=5 ow=5 kh=1 kw=1 : i16, i8 -> i32"),
            (std::array<double, 4>{3 * 4, 8 * 4, 5 * 4 * 2, 5 * 4 * 2}));
}

TEST(Terms, OnlyWhatIsAskedForIsComputed) {
  Lattice lattice = eights(Plateau::Ramps);
  for (const Term &term : candidateTerms(lattice)) {
    Layer asked = matmul(3, 5, 7);
    EXPECT_EQ(WorkTable::compute(lattice, asked, maskOf(term)).value(term),
              WorkTable::compute(lattice, asked).value(term))
        << toString(term);
  }
}

TEST(Terms, BytesBeyondThresholds) {
  Lattice lattice;
  lattice.kind = LayerKind::Elementwise;
  // 64 Ki elements in, as many out, 4 bytes each: 512 KiB.
  WorkTable work = WorkTable::compute(
      lattice, layer("elementwise e=65536 alu=1 : f32 -> f32"));
  auto over = [&](const char *name) { return work.value(*parseTerm(name)); };
  EXPECT_EQ(over("bytes_over_16k"), 496 * 1024);
  EXPECT_EQ(over("bytes_over_256k"), 256 * 1024);
  EXPECT_EQ(over("bytes_over_1m"), 0);
  EXPECT_EQ(over("bytes_over_64m"), 0);
}
