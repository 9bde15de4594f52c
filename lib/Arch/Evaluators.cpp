// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "pr/Arch/DependencyGraph.h"
#include "pr/Arch/EventSimulator.h"

using namespace pr;
using namespace pr::arch;

namespace {
class MachineEvaluator : public Evaluator {
public:
  MachineEvaluator(const ObjectDiagram &diagram, EvaluatorKind kind)
      : machine(Machine::create(diagram)), kind(kind) {}

  Expected<Evaluation> evaluate(const Program &program,
                                const std::vector<int64_t> &inputs) override;

private:
  Expected<Machine> machine;
  EvaluatorKind kind;
};
} // namespace

Expected<Evaluation>
MachineEvaluator::evaluate(const Program &program,
                           const std::vector<int64_t> &inputs) {
  if (!machine)
    return machine.error();
  if (kind != EvaluatorKind::Simulator) {
    auto timing = evaluateGraph(*machine, program, inputs);
    if (!timing)
      return timing.takeError();
    if (kind == EvaluatorKind::Graph ||
        timing->status != GraphTiming::Status::Approximate) {
      timing->method = std::string("graph, ") + toString(timing->status);
      return Evaluation(*timing);
    }
  }
  auto timing = simulate(*machine, program, inputs);
  if (!timing)
    return timing.takeError();
  timing->method = "simulator";
  return Evaluation(*timing);
}

std::unique_ptr<Evaluator> pr::arch::makeEvaluator(const ObjectDiagram &diagram,
                                                   EvaluatorKind kind) {
  return std::make_unique<MachineEvaluator>(diagram, kind);
}
