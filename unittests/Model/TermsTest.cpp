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
