// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "pr/Arch/Cursor.h"
#include "pr/Arch/Evaluator.h"
#include "pr/Support/CheckedMath.h"

#include <optional>

using namespace pr;
using namespace pr::arch;

namespace {
class SingleInstructionEvaluator : public Evaluator {
public:
  explicit SingleInstructionEvaluator(const ObjectDiagram &diagram)
      : diagram(diagram) {}

  const char *name() const override { return "single-instruction"; }
  Expected<Evaluation> evaluate(const Program &program,
                                const std::vector<int64_t> &inputs) override;

private:
  Expected<int64_t> latencyOf(const Cursor &cursor);
  std::optional<int64_t> route(uint32_t fetch, uint32_t operation,
                               const Process *&process) const;
  const Process *findProcess(const Stage &stage, uint32_t operation) const;

  const ObjectDiagram &diagram;
};
} // namespace

std::unique_ptr<Evaluator>
pr::arch::makeSingleInstructionEvaluator(const ObjectDiagram &diagram) {
  return std::make_unique<SingleInstructionEvaluator>(diagram);
}

static Error unsupported(const std::string &message) {
  return makeError(ErrorKind::Unsupported, message);
}

const Process *
SingleInstructionEvaluator::findProcess(const Stage &stage,
                                        uint32_t operation) const {
  for (uint32_t unit : stage.units)
    for (const Process &process : diagram.units[unit].processes)
      if (process.operation == operation && process.second == kNone)
        return &process;
  return nullptr;
}

/// Cycles from entering `fetch` to the start of the operation, by way of the
/// first stages that lead there.
std::optional<int64_t>
SingleInstructionEvaluator::route(uint32_t fetch, uint32_t operation,
                                  const Process *&process) const {
  std::vector<bool> visited(diagram.stages.size());
  std::vector<std::pair<uint32_t, int64_t>> open = {{fetch, 0}};
  while (!open.empty()) {
    auto [index, before] = open.back();
    open.pop_back();
    if (visited[index])
      continue;
    visited[index] = true;
    const Stage &stage = diagram.stages[index];
    int64_t cycles = before + stage.latency;
    if ((process = findProcess(stage, operation)))
      return cycles;
    for (auto it = stage.forwards.rbegin(); it != stage.forwards.rend(); ++it)
      open.emplace_back(*it, cycles);
  }
  return std::nullopt;
}

Expected<int64_t> SingleInstructionEvaluator::latencyOf(const Cursor &cursor) {
  const Issue &issue = cursor.issue();
  if (!issue.reads.empty() || !issue.writes.empty())
    return unsupported("the instruction accesses memories or registers, which "
                       "this evaluator does not model");
  std::vector<int64_t> immediates;
  for (ValueId id : issue.immediates)
    immediates.push_back(cursor.value(id));
  for (uint32_t fetch = 0; fetch < diagram.stages.size(); ++fetch) {
    if (diagram.stages[fetch].kind != StageKind::Fetch)
      continue;
    const Process *process = nullptr;
    auto before = route(fetch, issue.operation, process);
    if (!before)
      continue;
    StepBudget budget;
    auto timing = arch::evaluate(process->latency, immediates, budget);
    if (!timing)
      return timing.takeError();
    int64_t cycles = timing->front();
    if (cycles < 0)
      return invalidInput(process->latency.locations[0] +
                          ": the operation takes " + std::to_string(cycles) +
                          " cycles");
    Checked total = Checked(*before) + Checked(cycles);
    if (!total.ok())
      return makeError(ErrorKind::Overflow, "the latency leaves 62 bits");
    return total.value();
  }
  return unsupported("no unit processes the instruction");
}

Expected<Evaluation>
SingleInstructionEvaluator::evaluate(const Program &program,
                                     const std::vector<int64_t> &inputs) {
  StepBudget budget;
  Cursor cursor(program, inputs.data(), budget);
  Evaluation result;
  if (!program.streams.empty())
    return unsupported("the mapping has streams, which this evaluator does not "
                       "model");
  while (true) {
    switch (cursor.next()) {
    case Event::Issue: {
      if (++result.instructions > 1)
        return unsupported(
            "the mapping issues more than one instruction, which "
            "this evaluator does not model");
      Expected<int64_t> cycles = latencyOf(cursor);
      if (!cycles)
        return cycles.takeError();
      result.cycles = *cycles;
      break;
    }
    case Event::Signal:
    case Event::Wait:
      return unsupported("the mapping synchronizes streams, which this "
                         "evaluator does not model");
    case Event::Failed:
      return cursor.error();
    case Event::End:
      return result;
    default:
      break;
    }
  }
}
