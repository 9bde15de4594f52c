// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "pr/Arch/DependencyGraph.h"
#include "pr/Arch/Evaluator.h"
#include "pr/Arch/EventSimulator.h"

#include <algorithm>

using namespace pr;
using namespace pr::arch;

namespace {
class MachineEvaluator : public Evaluator {
public:
  MachineEvaluator(const ObjectDiagram &diagram, EvaluatorKind kind)
      : machine(Machine::create(diagram)), kind(kind) {}

  Expected<Timing> evaluate(const Program &program,
                            const std::vector<int64_t> &inputs,
                            const EvaluationOptions &options) override;

private:
  Expected<Machine> machine;
  EvaluatorKind kind;
};
} // namespace

/// Whether a program has operations of which the graph knows beforehand that
/// one pass cannot see their times: those carried out in pairs.
static bool dependsOnTime(const ObjectDiagram &diagram,
                          const Program &program) {
  std::vector<bool> isMarked(diagram.operations.size());
  for (const Unit &unit : diagram.units)
    for (const Process &process : unit.processes)
      if (process.second != kNone)
        isMarked[process.operation] = true;
  return std::any_of(
      program.issues.begin(), program.issues.end(),
      [&](const Issue &issue) { return isMarked[issue.operation]; });
}

Expected<Timing> MachineEvaluator::evaluate(const Program &program,
                                            const std::vector<int64_t> &inputs,
                                            const EvaluationOptions &options) {
  if (!machine)
    return machine.error();
  bool simulatesAnyway = kind == EvaluatorKind::Automatic &&
                         dependsOnTime(machine->diagram(), program);
  if (kind != EvaluatorKind::Simulator && !simulatesAnyway) {
    GraphOptions graphOptions;
    static_cast<EvaluationOptions &>(graphOptions) = options;
    auto timing = evaluateGraph(*machine, program, inputs, graphOptions);
    if (!timing)
      return timing.takeError();
    if (kind == EvaluatorKind::Graph ||
        timing->status != GraphTiming::Status::Approximate) {
      timing->method = std::string("graph, ") + toString(timing->status);
      return Timing(*timing);
    }
    if (options.trace)
      options.trace->records.clear();
  }
  auto timing = simulate(*machine, program, inputs, options);
  if (timing)
    timing->method = "simulator";
  return timing;
}

std::unique_ptr<Evaluator> pr::arch::makeEvaluator(const ObjectDiagram &diagram,
                                                   EvaluatorKind kind) {
  return std::make_unique<MachineEvaluator>(diagram, kind);
}
