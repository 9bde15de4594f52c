// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Both evaluators on random machines and programs. PR_EVALUATOR_PAIRS and
// PR_EVALUATOR_SEED ask for more pairs, or others.
#include "RandomMachine.h"
#include "pr/Arch/DependencyGraph.h"
#include "pr/Arch/EventSimulator.h"

#include <cstdlib>
#include <gtest/gtest.h>

using namespace pr;
using namespace pr::arch;
using namespace pr::arch::test;

static int64_t fromEnvironment(const char *name, int64_t otherwise) {
  const char *text = std::getenv(name);
  return text ? std::atoll(text) : otherwise;
}

namespace {
struct Shares {
  int64_t pairs = 0, exact = 0, backPressure = 0, multiIssue = 0,
          portConflict = 0, longPeriod = 0, ragged = 0, continued = 0,
          instructions = 0, evaluations = 0;
  void print() const {
    auto percent = [&](int64_t count) { return 100.0 * count / pairs; };
    std::printf("pairs %lld, exact %.1f %%, continued %.1f %%, back-pressure "
                "%.1f %%, multi-issue %.1f %%, port conflict %.1f %%, period > "
                "1 %.1f %%, ragged %.1f %%, instructions %lld\n",
                (long long)pairs, percent(exact), percent(continued),
                percent(backPressure), percent(multiIssue),
                percent(portConflict), percent(longPeriod), percent(ragged),
                (long long)instructions);
  }
};
} // namespace

/// Whether fewer ports than requests ever cost time: a machine with plenty of
/// them is faster.
static bool portsMatter(const RandomPair &pair, int64_t cycles) {
  ObjectDiagram rich = pair.diagram;
  for (Storage &storage : rich.storages)
    storage.ports = 64;
  auto machine = Machine::create(rich);
  auto timing = simulate(*machine, pair.program, pair.inputs);
  return timing && timing->cycles != cycles;
}

static bool roomMatters(const RandomPair &pair, int64_t cycles) {
  ObjectDiagram roomy = pair.diagram;
  for (Stage &stage : roomy.stages)
    if (stage.kind != StageKind::Fetch)
      stage.capacity += 64;
  auto machine = Machine::create(roomy);
  auto timing = simulate(*machine, pair.program, pair.inputs);
  return timing && timing->cycles != cycles;
}

static void compare(uint64_t seed, bool streams, Shares &shares) {
  SCOPED_TRACE("seed " + std::to_string(seed));
  RandomPair pair = makeRandomPair(seed, streams);
  auto machine = Machine::create(pair.diagram);
  ASSERT_TRUE(machine) << machine.error().message;
  EvaluationOptions options;
  options.maxSteps = 20'000'000;
  options.maxInstructions = fromEnvironment("PR_EVALUATOR_LENGTH", 30'000);
  auto simulated = simulate(*machine, pair.program, pair.inputs, options);
  if (!simulated) { // too long
    EXPECT_EQ(simulated.error().kind, ErrorKind::Unsupported)
        << simulated.error().message;
    return;
  }
  GraphOptions graphOptions;
  auto graph = evaluateGraph(*machine, pair.program, pair.inputs, graphOptions);
  ASSERT_TRUE(graph) << graph.error().message;
  graphOptions.extrapolate = false;
  auto whole = evaluateGraph(*machine, pair.program, pair.inputs, graphOptions);
  ASSERT_TRUE(whole) << whole.error().message;

  ASSERT_EQ(whole->cycles, simulated->cycles);
  ASSERT_EQ(graph->cycles, whole->cycles);
  ASSERT_EQ(graph->instructions, simulated->instructions);
  for (size_t u = 0; u < graph->units.size(); ++u) {
    ASSERT_EQ(graph->units[u].busy, simulated->units[u].busy);
    ASSERT_EQ(graph->units[u].instructions, simulated->units[u].instructions);
  }
  ++shares.pairs;
  shares.exact += graph->status == GraphTiming::Status::Exact;
  shares.continued += graph->period > 0;
  shares.longPeriod += graph->period > 1;
  shares.multiIssue += pair.multiIssue;
  shares.ragged += pair.ragged;
  shares.instructions += graph->instructions;
  shares.backPressure += roomMatters(pair, graph->cycles);
  shares.portConflict += portsMatter(pair, graph->cycles);
}

TEST(EvaluatorsAgreeTest, LoopPrograms) {
  Shares shares;
  uint64_t seed = uint64_t(fromEnvironment("PR_EVALUATOR_SEED", 1));
  int64_t pairs = fromEnvironment("PR_EVALUATOR_PAIRS", 1000);
  while (shares.pairs < pairs && !HasFatalFailure())
    compare(seed++, /*streams=*/false, shares);
  shares.print();
  if (pairs < 1000)
    return;
  EXPECT_GE(shares.exact * 10, shares.pairs * 8);
  for (int64_t share : {shares.backPressure, shares.multiIssue,
                        shares.portConflict, shares.longPeriod, shares.ragged})
    EXPECT_GE(share * 10, shares.pairs);
}

TEST(EvaluatorsAgreeTest, Streams) {
  Shares shares;
  uint64_t seed = uint64_t(fromEnvironment("PR_EVALUATOR_SEED", 1));
  int64_t pairs = fromEnvironment("PR_EVALUATOR_PAIRS", 1000) / 4;
  while (shares.pairs < pairs && !HasFatalFailure())
    compare(seed++, /*streams=*/true, shares);
  shares.print();
}
