// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The share of benchmarks/robustness.py that every check runs.
#include "Fuzz.h"

#include "gtest/gtest.h"

using namespace pr::fuzz;

static const std::vector<std::string> kBundles = {PR_SOURCE_DIR
                                                  "/models/ultratrail.prm"};

/// An answer must not be robust because everything was refused.
static void expectSome(const Counts &counts, double share) {
  EXPECT_EQ(counts.problem, "");
  EXPECT_GT(double(counts.accepted), share * double(counts.inputs));
  EXPECT_LT(counts.accepted, counts.inputs);
}

TEST(Robustness, Layers) { expectSome(fuzzLayers(1, 20000, kBundles), 0.1); }
TEST(Robustness, Bundles) { expectSome(fuzzBundles(2, 1000, kBundles), 0.02); }
TEST(Robustness, Mappings) { expectSome(fuzzMappings(3, 2000), 0.05); }
