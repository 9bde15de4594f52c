// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Machines and mapping programs.
#include "Fuzz.h"

#include "RandomMachine.h"

#include "pr/Arch/Evaluator.h"
#include "pr/Layer/Expr.h"

using namespace pr;
using namespace pr::fuzz;

/// Inputs of any size: a mapping checks what it is given by itself.
static void evaluate(arch::test::RandomPair &pair, Random &random,
                     Counts &counts) {
  for (int64_t &input : pair.inputs)
    if (random.oneIn(3))
      input = random.number(0);
  arch::EvaluationOptions options;
  options.maxInstructions = 20000;
  for (auto kind :
       {arch::EvaluatorKind::Graph, arch::EvaluatorKind::Simulator}) {
    auto timing = arch::makeEvaluator(pair.diagram, kind)
                      ->evaluate(pair.program, pair.inputs, options);
    if (!timing && timing.error().message.empty())
      counts.problem = "an error without a message";
    if (timing && timing->cycles < 0)
      counts.problem = "a negative latency";
    counts.accepted += bool(timing);
  }
}

static void evaluateExpression(Random &random, Counts &counts) {
  static const char *const kTexts[] = {
      "kw mod 2 == 1 and (pl == 0 or pl == kw floordiv 2)",
      "ceildiv(ic, rows) * ceildiv(oc, cols)",
      "min(a, max(b, 3)) + select(a < b, a * b, a - b) - not (a == b)"};
  static const std::vector<std::string> kNames = {"kw",   "pl",   "ic", "oc",
                                                  "rows", "cols", "a",  "b"};
  std::string text = kTexts[random.draw(0, 2)];
  mutateText(text, random);
  auto expr = Expr::parse(text, kNames);
  if (!expr)
    return;
  ++counts.accepted;
  auto again = Expr::parse(expr->print(), kNames);
  if (!again || *again != *expr)
    counts.problem = "printed and parsed it is another expression: " + text;
  std::vector<int64_t> values;
  for (size_t i = 0; i < kNames.size(); ++i)
    values.push_back(random.number(1));
  auto value = expr->evaluate(values.data());
  if (!value && value.error().message.empty())
    counts.problem = "an error without a message: " + text;
}

Counts fuzz::fuzzMappings(uint64_t seed, int64_t count) {
  Counts counts;
  Random random(seed);
  for (; counts.inputs < count && counts.problem.empty(); ++counts.inputs) {
    if (!random.oneIn(8)) {
      evaluateExpression(random, counts);
      continue;
    }
    auto pair = arch::test::makeRandomPair(random.draw(0, int64_t(1) << 40),
                                           random.oneIn(3));
    evaluate(pair, random, counts);
  }
  return counts;
}
