// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "pr/Arch/DependencyGraph.h"
#include "pr/Arch/Evaluator.h"
#include "pr/Arch/EventSimulator.h"

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

Expected<Timing> MachineEvaluator::evaluate(const Program &program,
                                            const std::vector<int64_t> &inputs,
                                            const EvaluationOptions &options) {
  if (!machine)
    return machine.error();
  if (kind != EvaluatorKind::Simulator) {
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
