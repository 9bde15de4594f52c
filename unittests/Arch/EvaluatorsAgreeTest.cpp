// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Both evaluators on random machines and programs. pr-check-evaluators is the
// same for many more pairs.
#include "Agreement.h"
#include "RandomMachine.h"

#include <gtest/gtest.h>

using namespace pr;
using namespace pr::arch;
using namespace pr::arch::test;

static constexpr int64_t kLength = 20'000;

static Shares compareMany(int64_t pairs, bool streams) {
  Shares shares;
  for (uint64_t seed = 1; shares.pairs < pairs; ++seed) {
    RandomPair pair = makeRandomPair(seed, streams);
    Agreement agreement =
        compareEvaluators(pair.diagram, pair.program, pair.inputs, kLength);
    EXPECT_EQ(agreement.difference, "") << "seed " << seed;
    EXPECT_NE(agreement.outcome, Agreement::Refused) << "seed " << seed;
    shares.add(agreement, issuesSeveral(pair.diagram), pair.ragged);
  }
  return shares;
}

TEST(EvaluatorsAgreeTest, LoopPrograms) {
  Shares shares = compareMany(250, /*streams=*/false);
  EXPECT_GE(shares.exact * 10, shares.pairs * 8);
  for (int64_t share : {shares.backPressure, shares.multiIssue,
                        shares.portConflict, shares.longPeriod, shares.ragged})
    EXPECT_GE(share * 10, shares.pairs);
}

TEST(EvaluatorsAgreeTest, Streams) { compareMany(200, /*streams=*/true); }
