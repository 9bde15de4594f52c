// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "pr/Arch/Cursor.h"

#include "pr/Layer/ExprOps.h"

#include <algorithm>

using namespace pr;
using namespace pr::arch;

Cursor::Cursor(const Program &program, const int64_t *inputs,
               StepBudget &budget, uint32_t stream)
    : program(program), budget(budget), stream(stream),
      values(program.numValues) {
  std::copy_n(inputs, program.numInputs, values.begin());
  for (auto [id, value] : program.constants)
    values[id] = value;
  push(StatementKind::Stream, stream, program.root);
}

Event Cursor::next() {
  if (shown == Event::End || shown == Event::Failed)
    return shown;
  if (resume() == Step::Show)
    return shown;
  while (true) {
    Frame &frame = frames.back();
    const std::vector<Statement> &block = program.blocks[frame.block];
    Step step = frame.position == block.size()
                    ? endBlock()
                    : runStatement(block[frame.position++]);
    if (step == Step::Show)
      return shown;
  }
}

/// Carries on behind an event of a loop; other events need nothing.
Cursor::Step Cursor::resume() {
  Event last = shown;
  shown = Event::Issue;
  switch (last) {
  case Event::LoopBegin:
  case Event::IterationEnd:
    return advanceLoop();
  case Event::LoopEnd:
    return finishLoop();
  default:
    return Step::Go;
  }
}

bool Cursor::skipIterations(int64_t count) {
  Frame &frame = frames.back();
  if (loop().carried.empty()) {
    frame.iteration += std::min(count, frame.tripCount - frame.iteration);
    return true;
  }
  size_t depth = frames.size();
  int64_t until =
      frame.iteration + std::min(count, frame.tripCount - frame.iteration);
  while (frames.size() > depth || frames.back().iteration < until)
    if (next() == Event::Failed)
      return false;
  return true;
}

//===----------------------------------------------------------------------===//
// Statements
//===----------------------------------------------------------------------===//

Cursor::Step Cursor::show(Event event, uint32_t index) {
  shown = event;
  eventIndex = index;
  return Step::Show;
}

Cursor::Step Cursor::fail(LocationId location, ErrorKind kind,
                          const std::string &message) {
  failure = makeError(kind, program.locations[location] + ": " + message);
  return show(Event::Failed);
}

/// Counts a statement or an iteration; false where there were too many.
bool Cursor::spendStep(LocationId location) {
  if (++budget.used <= budget.limit)
    return true;
  fail(location, ErrorKind::Unsupported,
       "more than " + std::to_string(budget.limit) + " steps for one layer");
  return false;
}

void Cursor::push(StatementKind kind, uint32_t index, BlockId block) {
  frames.push_back({kind, index, block});
}

/// Copies all at once: a target may be the source of another.
void Cursor::copy(const std::vector<ValueId> &from,
                  const std::vector<ValueId> &to) {
  scratch.resize(from.size());
  for (size_t i = 0; i < from.size(); ++i)
    scratch[i] = values[from[i]];
  for (size_t i = 0; i < to.size(); ++i)
    values[to[i]] = scratch[i];
}

Cursor::Step Cursor::runStatement(Statement statement) {
  uint32_t index = statement.index;
  if (!spendStep(/*location=*/0))
    return Step::Show;
  switch (statement.kind) {
  case StatementKind::Compute:
    return compute(program.computes[index]);
  case StatementKind::Issue:
    return show(Event::Issue, index);
  case StatementKind::Signal:
    return show(Event::Signal, index);
  case StatementKind::Wait:
    return show(Event::Wait, index);
  case StatementKind::Warm:
    return stream == 0 ? show(Event::Warm, index) : Step::Go;
  case StatementKind::Loop:
    return beginLoop(index);
  case StatementKind::While: {
    const While &loop = program.whiles[index];
    copy(loop.initial, loop.arguments);
    push(StatementKind::While, index, loop.before);
    return Step::Go;
  }
  case StatementKind::If: {
    const If &choice = program.ifs[index];
    push(StatementKind::If, index,
         values[choice.condition] ? choice.thenBlock : choice.elseBlock);
    return Step::Go;
  }
  case StatementKind::Stream:
    if (index == stream)
      push(StatementKind::Stream, index, program.streams[index].body);
    return Step::Go;
  }
  return Step::Go;
}

Cursor::Step Cursor::compute(const Compute &compute) {
  int64_t a = values[compute.operands[0]];
  int64_t &result = values[compute.result];
  if (compute.op == ExprOp::Select) {
    result = values[compute.operands[a ? 1 : 2]];
    return Step::Go;
  }
  if (compute.op == ExprOp::Not) {
    result = !a;
    return Step::Go;
  }
  int64_t b = values[compute.operands[1]];
  if (compute.naturalsOnly && (a < 0 || b < 0))
    return fail(compute.location, ErrorKind::InvalidInput,
                "an unsigned operation of " + std::to_string(std::min(a, b)));
  switch (applyBinary(compute.op, a, b, result)) {
  case OpStatus::Ok:
    return Step::Go;
  case OpStatus::Overflow:
    return fail(compute.location, ErrorKind::Overflow,
                "a number leaves 62 bits");
  case OpStatus::BadDivisor:
    break;
  }
  return fail(compute.location, ErrorKind::InvalidInput,
              "division by " + std::to_string(b) +
                  ", expected a positive number");
}

//===----------------------------------------------------------------------===//
// Blocks
//===----------------------------------------------------------------------===//

Cursor::Step Cursor::endBlock() {
  switch (frames.back().kind) {
  case StatementKind::Loop:
    return endIteration();
  case StatementKind::While:
    return endWhileBlock();
  case StatementKind::If:
    return endIf();
  default:
    frames.pop_back();
    return frames.empty() ? show(Event::End) : Step::Go;
  }
}

Cursor::Step Cursor::endIf() {
  const If &choice = program.ifs[frames.back().index];
  for (const If::Merge &merge : choice.merges)
    values[merge.result] =
        values[values[choice.condition] ? merge.thenValue : merge.elseValue];
  frames.pop_back();
  return Step::Go;
}

/// A search that goes on for longer does not end.
static constexpr int64_t kMaxSearch = 10'000'000;

Cursor::Step Cursor::endWhileBlock() {
  Frame &frame = frames.back();
  const While &loop = program.whiles[frame.index];
  if (++frame.iteration > 2 * kMaxSearch)
    return fail(loop.location, ErrorKind::Unsupported,
                "this loop has not ended after " + std::to_string(kMaxSearch) +
                    " iterations");
  if (frame.block == loop.body) {
    copy(loop.yielded, loop.arguments);
    frame.block = loop.before;
  } else if (values[loop.condition]) {
    copy(loop.forwarded, loop.bodyArguments);
    frame.block = loop.body;
  } else {
    copy(loop.forwarded, loop.results);
    frames.pop_back();
    return Step::Go;
  }
  frame.position = 0;
  return spendStep(loop.location) ? Step::Go : Step::Show;
}

//===----------------------------------------------------------------------===//
// Counted loops
//===----------------------------------------------------------------------===//

Cursor::Step Cursor::beginLoop(uint32_t index) {
  const Loop &loop = program.loops[index];
  int64_t step = values[loop.step];
  if (step < 1)
    return fail(loop.location, ErrorKind::InvalidInput,
                "a loop of step " + std::to_string(step) +
                    ", expected a positive number");
  int64_t span = values[loop.upper] - values[loop.lower];
  for (const Carried &carried : loop.carried)
    values[carried.argument] = values[carried.initial];
  push(StatementKind::Loop, index, loop.body);
  frames.back().tripCount = std::max<int64_t>(0, ceilDiv(span, step));
  return loop.issues ? show(Event::LoopBegin) : advanceLoop();
}

/// Enters the next iteration, or ends the loop.
Cursor::Step Cursor::advanceLoop() {
  Frame &frame = frames.back();
  const Loop &loop = program.loops[frame.index];
  if (frame.iteration == frame.tripCount)
    return loop.issues ? show(Event::LoopEnd) : finishLoop();
  // Within [lower, upper), hence within 62 bits.
  values[loop.induction] =
      values[loop.lower] + frame.iteration * values[loop.step];
  frame.position = 0;
  return spendStep(loop.location) ? Step::Go : Step::Show;
}

Cursor::Step Cursor::endIteration() {
  Frame &frame = frames.back();
  const Loop &loop = program.loops[frame.index];
  ++frame.iteration;
  scratch.clear();
  for (const Carried &carried : loop.carried)
    scratch.push_back(values[carried.yielded]);
  for (size_t i = 0; i < loop.carried.size(); ++i)
    values[loop.carried[i].argument] = scratch[i];
  return loop.issues ? show(Event::IterationEnd) : advanceLoop();
}

Cursor::Step Cursor::finishLoop() {
  for (const Carried &carried : program.loops[frames.back().index].carried)
    values[carried.result] = values[carried.argument];
  frames.pop_back();
  return Step::Go;
}

//===----------------------------------------------------------------------===//
// Programs without instructions
//===----------------------------------------------------------------------===//

Expected<std::vector<int64_t>>
pr::arch::evaluate(const Program &program, const std::vector<int64_t> &inputs,
                   StepBudget &budget) {
  Cursor cursor(program, inputs.data(), budget);
  Event last = cursor.next();
  if (last == Event::Failed)
    return cursor.error();
  if (last != Event::End)
    return invalidInput(program.locations[0] +
                        ": instructions where a number was expected");
  std::vector<int64_t> outputs;
  for (ValueId id : program.outputs)
    outputs.push_back(cursor.value(id));
  return outputs;
}
