// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "UnitWorkCompiler.h"

#include "WhiteBox.h"

#include "pr/Lattice/TargetInfo.h"

using namespace pr;
using namespace pr::unitwork;
using arch::Carried;
using arch::LayerProperty;
using arch::StatementKind;

/// Larger ones would cost a query more than they are worth.
static constexpr size_t kMostActions = 4000;

/// Places for a program's values.
uint32_t Compiler::enter(const Program &program) {
  uint32_t base = work.numValues;
  work.numValues += program.numValues;
  for (auto [id, value] : program.constants)
    work.constants.emplace_back(base + id, value);
  return base;
}

uint32_t Compiler::constant(int64_t value) {
  auto [found, isNew] = constants.emplace(value, work.numValues);
  if (isNew) {
    work.constants.emplace_back(work.numValues, value);
    ++work.numValues;
  }
  return found->second;
}

uint32_t Compiler::emit(ExprOp op, uint32_t a, uint32_t b, Actions &actions) {
  Action action;
  action.op = op;
  action.result = work.numValues++;
  action.operands = {a, b};
  actions.push_back(std::move(action));
  return actions.back().result;
}

/// kMaxUnits where there are too many.
uint32_t Compiler::unitOf(const std::string &name) {
  auto found = std::find(work.unitNames.begin(), work.unitNames.end(), name);
  auto unit = uint32_t(found - work.unitNames.begin());
  if (found == work.unitNames.end() && unit < kMaxUnits)
    work.unitNames.push_back(name);
  return unit;
}

void Compiler::add(const std::string &name, uint32_t busy, uint32_t latency,
                   int64_t members, Actions &actions, Traffic traffic) {
  Action action;
  action.kind = ActionKind::Add;
  action.traffic = traffic;
  action.result = unitOf(name);
  action.operands = {busy, latency};
  action.members = members;
  if (action.result < kMaxUnits)
    actions.push_back(std::move(action));
}

void Compiler::block(const Frame &frame, BlockId id, Actions &actions) {
  findPairs(frame.program, id);
  for (Statement one : frame.program.blocks[id])
    statement(frame, one, actions);
}

void Compiler::statement(const Frame &frame, Statement statement,
                         Actions &actions) {
  const Program &program = frame.program;
  switch (statement.kind) {
  case StatementKind::Compute:
    return compute(frame, program.computes[statement.index], actions);
  case StatementKind::Issue:
    return issue(frame, program.issues[statement.index], actions);
  case StatementKind::Loop:
    return loop(frame, program.loops[statement.index], actions);
  case StatementKind::While:
    return search(frame, program.whiles[statement.index], actions);
  case StatementKind::If:
    return choice(frame, program.ifs[statement.index], actions);
  case StatementKind::Stream:
    isOutermostInStream = true;
    block(frame, program.streams[statement.index].body, actions);
    isOutermostInStream = false;
    return;
  case StatementKind::Signal:
  case StatementKind::Wait:
  case StatementKind::Warm:
    return;
  }
}

void Compiler::compute(const Frame &frame, const Compute &compute,
                       Actions &actions) {
  Action action;
  action.op = compute.op;
  action.result = frame.place(compute.result);
  for (size_t i = 0; i < compute.operands.size(); ++i)
    if (compute.operands[i] != kNone)
      action.operands[i] = frame.place(compute.operands[i]);
  actions.push_back(std::move(action));
}

void Compiler::loop(const Frame &frame, const Loop &loop, Actions &actions) {
  Action action;
  action.kind = ActionKind::For;
  action.result = frame.place(loop.induction);
  action.operands = {frame.place(loop.lower), frame.place(loop.upper),
                     frame.place(loop.step)};
  for (const Carried &carried : loop.carried)
    action.carried.push_back(
        {frame.place(carried.initial), frame.place(carried.argument),
         frame.place(carried.yielded), frame.place(carried.result)});
  action.isOfStream = isOutermostInStream;
  isOutermostInStream = false;
  block(frame, loop.body, action.body);
  isOutermostInStream = action.isOfStream;
  actions.push_back(std::move(action));
}

void Compiler::search(const Frame &frame, const While &loop, Actions &actions) {
  auto copies = [&](const std::vector<ValueId> &to,
                    const std::vector<ValueId> &from) {
    std::vector<UnitWork::Copy> result;
    for (size_t i = 0; i < to.size(); ++i)
      result.push_back({frame.place(to[i]), frame.place(from[i])});
    return result;
  };
  Action action;
  action.kind = ActionKind::While;
  action.operands[0] = frame.place(loop.condition);
  block(frame, loop.before, action.body);
  block(frame, loop.body, action.otherwise);
  action.thenCopies = copies(loop.arguments, loop.initial);
  action.elseCopies = copies(loop.bodyArguments, loop.forwarded);
  action.again = copies(loop.arguments, loop.yielded);
  action.end = copies(loop.results, loop.forwarded);
  actions.push_back(std::move(action));
}

void Compiler::choice(const Frame &frame, const If &choice, Actions &actions) {
  Action action;
  action.kind = ActionKind::If;
  action.operands[0] = frame.place(choice.condition);
  block(frame, choice.thenBlock, action.body);
  block(frame, choice.elseBlock, action.otherwise);
  for (const If::Merge &merge : choice.merges) {
    action.thenCopies.push_back(
        {frame.place(merge.result), frame.place(merge.thenValue)});
    action.elseCopies.push_back(
        {frame.place(merge.result), frame.place(merge.elseValue)});
  }
  actions.push_back(std::move(action));
}

/// An operation passes several units, but of those in one stage only one.
void Compiler::issue(const Frame &frame, const Issue &issue, Actions &actions) {
  add("instructions", constant(1), constant(1), 1, actions);
  std::vector<uint32_t> stages;
  std::vector<const Unit *> passed;
  for (const Unit &unit : diagram.units) {
    const Process *process = findProcess(unit, issue.operation);
    if (!process ||
        std::find(stages.begin(), stages.end(), unit.stage) != stages.end())
      continue;
    stages.push_back(unit.stage);
    passed.push_back(&unit);
    const Pair *pair = pairOf(unit, issue);
    if (!pair)
      use(frame, unit, process->latency, {&issue}, actions);
    else if (pair->isLast(issue))
      use(frame, unit, pair->process->latency, {pair->first, pair->second},
          actions);
  }
  addHolds(passed);
  for (const Access &one : issue.reads)
    access(frame, issue, one, Traffic::Read, actions);
  for (const Access &one : issue.writes)
    access(frame, issue, one, Traffic::Write, actions);
}

/// Of one instruction: units that it leaves only when the last one is done with
/// it. A stage with room for several is waited for by none.
void Compiler::addHolds(const std::vector<const Unit *> &passed) {
  for (const Unit *unit : passed) {
    const arch::Stage &stage = diagram.stages[unit->stage];
    if (!stage.holdUntilCompletion || stage.capacity > 1 ||
        unit == passed.back())
      continue;
    UnitWork::Hold hold{unitOf(unit->name), unitOf(passed.back()->name)};
    bool isKnown = std::any_of(
        work.holds.begin(), work.holds.end(),
        [&](const UnitWork::Hold &one) { return one.unit == hold.unit; });
    if (!isKnown && std::max(hold.unit, hold.last) < kMaxUnits)
      work.holds.push_back(hold);
  }
}

void Compiler::use(const Frame &frame, const Unit &unit, const Program &latency,
                   std::initializer_list<const Issue *> issues,
                   Actions &actions) {
  std::vector<uint32_t> immediates;
  for (const Issue *one : issues)
    for (ValueId id : one->immediates)
      immediates.push_back(frame.place(id));
  Frame inner{latency, enter(latency), immediates};
  block(inner, latency.root, actions);
  uint32_t whole = inner.place(latency.outputs[0]);
  uint32_t busy =
      latency.outputs.size() > 1 ? inner.place(latency.outputs[1]) : whole;
  add(unit.name, busy, whole, product(diagram.stages[unit.stage].instances),
      actions, trafficOf(unit, **issues.begin()));
}

UnitWork Compiler::compile() {
  const Program &program = mapping.program;
  for (LayerProperty property : mapping.properties)
    if (property.kind == LayerProperty::Kind::Number)
      work.inputs.push_back(property.index);
    else if (property.kind == LayerProperty::Kind::TileSize)
      work.inputs.push_back(tileVariable(mapping.kind, property.index));
  work.numValues = uint32_t(work.inputs.size());
  std::vector<uint32_t> inputs;
  uint32_t next = 0;
  // Layers with a loop nest are not asked about, so its loops have no place.
  for (LayerProperty property : mapping.properties)
    inputs.push_back(property.kind == LayerProperty::Kind::NestPosition
                         ? constant(0)
                         : next++);
  Frame frame{program, enter(program), inputs};
  unitOf("instructions"); // kInstructions
  block(frame, program.root, work.actions);
  work.simplify();
  return std::move(work);
}

std::shared_ptr<const UnitWork>
pr::compileUnitWork(const ObjectDiagram &diagram,
                    const MappingProgram &mapping) {
  UnitWork work = Compiler(diagram, mapping).compile();
  if (work.actions.empty() || work.numActions() > kMostActions)
    return nullptr;
  return std::make_shared<const UnitWork>(std::move(work));
}
