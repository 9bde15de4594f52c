// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Steps from descriptions: which divisions become steps, and which do not.
#include "pr/Conversion/ACADLToProgram.h"
#include "pr/Target/Described.h"

#include <gtest/gtest.h>

using namespace pr;

/// The steps of a machine that takes a matmul as one instruction of `body`
/// cycles (%cycles), for extents up to 100.
static std::vector<Step> stepsOf(const std::string &body,
                                 const std::string &latency = "%x") {
  std::string text = R"(acadl.architecture @test {
  %c1 = arith.constant 1 : index
  %c3 = arith.constant 3 : index
  %c4 = arith.constant 4 : index
  %c8 = arith.constant 8 : index
  %c64 = arith.constant 64 : index
  %c100 = arith.constant 100 : index
  acadl.fetch_stage @fetch forwards [@core]
  acadl.execute_stage @core {
    acadl.functional_unit @unit {
      acadl.process "run"(%x) {
        %y = arith.ceildivui %x, %c4 : index
        acadl.latency )" +
                     latency +
                     R"(
      }
    }
  }
  acadl.mapping @map of "matmul"(m = %m, n = %n, k = %k) {
    %m_fits = arith.cmpi sle, %m, %c100 : index
    acadl.require %m_fits, "m is too large"
    %n_fits = arith.cmpi sle, %n, %c100 : index
    acadl.require %n_fits, "n is too large"
)" + body + R"(
    acadl.issue "run"(%cycles)
  }
})";
  auto imported = mlir::pr::acadl::importArchitecture(text, "test.mlir", {});
  EXPECT_TRUE(imported) << imported.error().message;
  if (!imported)
    return {};
  DescribedTarget target(imported->diagram, imported->mappings, imported->info);
  return target.info().kinds[0].lattice.steps;
}

/// "m:8+3 flat" for each step.
static std::string print(const std::vector<Step> &steps) {
  std::string text;
  for (const Step &step : steps)
    text += (text.empty() ? "" : ", ") +
            std::string(kindInfo(LayerKind::MatMul).dims[step.dim].name) + ":" +
            std::to_string(step.width) + "+" + std::to_string(step.offset) +
            " " + std::string(toString(step.plateau));
  return text;
}

TEST(WhiteBox, CeilDivisionsAreSteps) {
  EXPECT_EQ(print(stepsOf("%a = arith.ceildivui %m, %c8 : index\n"
                          "%b = arith.ceildivsi %n, %c3 : index\n"
                          "%cycles = arith.muli %a, %b : index")),
            "m:8+0 flat, n:3+0 flat");
}

TEST(WhiteBox, SpelledOutRoundingHasItsOffset) {
  // (m + 7) / 8, and (m + 2) / 8, which first steps behind 5.
  EXPECT_EQ(print(stepsOf("%c7 = arith.constant 7 : index\n"
                          "%s = arith.addi %m, %c7 : index\n"
                          "%cycles = arith.divui %s, %c8 : index")),
            "m:8+0 flat");
  EXPECT_EQ(print(stepsOf("%c2 = arith.constant 2 : index\n"
                          "%s = arith.addi %m, %c2 : index\n"
                          "%cycles = arith.divui %s, %c8 : index")),
            "m:8+5 flat");
}

TEST(WhiteBox, BytesPerBurst) {
  // Four bytes each, 64 in a burst: 16 elements.
  EXPECT_EQ(print(stepsOf("%bytes = arith.muli %m, %c4 : index\n"
                          "%cycles = arith.ceildivui %bytes, %c64 : index")),
            "m:16+0 flat");
}

TEST(WhiteBox, LoopsOverTiles) {
  EXPECT_EQ(print(stepsOf("%c0 = arith.constant 0 : index\n"
                          "%cycles = scf.for %i = %c0 to %n step %c8 "
                          "iter_args(%a = %c1) -> (index) {\n"
                          "  %b = arith.addi %a, %m : index\n"
                          "  scf.yield %b : index\n}")),
            "n:8+0 flat");
}

TEST(WhiteBox, LatenciesOfOperations) {
  // The process divides by four what the mapping hands over.
  EXPECT_EQ(print(stepsOf("%cycles = arith.addi %m, %c1 : index", "%y")),
            "m:4+3 flat");
}

TEST(WhiteBox, HiddenCandidatesAreNoSteps) {
  // A constant covers the division over the whole legal range.
  EXPECT_EQ(print(stepsOf("%a = arith.ceildivui %m, %c8 : index\n"
                          "%cycles = arith.maxui %a, %c100 : index")),
            "");
  // A remainder ends what the division begins: latency just follows m.
  EXPECT_EQ(print(stepsOf("%q = arith.divui %m, %c8 : index\n"
                          "%r = arith.remui %m, %c8 : index\n"
                          "%p = arith.muli %q, %c8 : index\n"
                          "%cycles = arith.addi %p, %r : index")),
            "");
}

TEST(WhiteBox, PlateausThatRampSaySo) {
  EXPECT_EQ(print(stepsOf("%a = arith.ceildivui %m, %c8 : index\n"
                          "%b = arith.muli %a, %c100 : index\n"
                          "%cycles = arith.addi %b, %m : index")),
            "m:8+0 ramps");
}

TEST(WhiteBox, OneDivisionIsOneStep) {
  EXPECT_EQ(print(stepsOf("%a = arith.ceildivui %m, %c8 : index\n"
                          "%b = arith.ceildivui %m, %c8 : index\n"
                          "%cycles = arith.muli %a, %b : index")),
            "m:8+0 flat");
}
