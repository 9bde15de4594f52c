// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// From a mapping to the work of units: instructions become additions of how
// long they keep a unit or a memory's ports busy; addresses, dependencies and
// synchronization are left out.
#include "WhiteBox.h"

#include "pr/Lattice/TargetInfo.h"

#include <algorithm>
#include <map>

using namespace pr;
using namespace pr::arch;

using Action = UnitWork::Action;
using ActionKind = UnitWork::ActionKind;
using Actions = std::vector<Action>;

/// Larger ones would cost a query more than they are worth.
static constexpr size_t kMostActions = 4000;

static int64_t product(const std::vector<int64_t> &extents) {
  int64_t result = 1;
  for (int64_t extent : extents)
    result *= std::max<int64_t>(1, extent);
  return result;
}

namespace {
class Compiler {
public:
  Compiler(const ObjectDiagram &diagram, const MappingProgram &mapping)
      : diagram(diagram), mapping(mapping) {}

  UnitWork compile();

private:
  /// A program's values at `base` and behind; `inputs` stand for its inputs.
  struct Frame {
    const Program &program;
    uint32_t base = 0;
    const std::vector<uint32_t> &inputs;

    uint32_t place(ValueId value) const {
      return value < program.numInputs ? inputs[value] : base + value;
    }
  };

  void block(const Frame &frame, BlockId id, Actions &actions);
  void statement(const Frame &frame, Statement statement, Actions &actions);
  void compute(const Frame &frame, const Compute &compute, Actions &actions);
  void loop(const Frame &frame, const Loop &loop, Actions &actions);
  void search(const Frame &frame, const While &loop, Actions &actions);
  void choice(const Frame &frame, const If &choice, Actions &actions);
  void issue(const Frame &frame, const Issue &issue, Actions &actions);
  void use(const Unit &unit, const Program &latency,
           const std::vector<uint32_t> &immediates, Actions &actions);
  void addCaches(const Storage &storage);
  void access(const Frame &frame, const Access &access, int64_t latency,
              Actions &actions);
  void add(const std::string &name, uint32_t busy, uint32_t latency,
           int64_t members, Actions &actions);
  uint32_t enter(const Program &program);
  uint32_t emit(ExprOp op, uint32_t a, uint32_t b, Actions &actions);
  uint32_t constant(int64_t value);
  uint32_t unitOf(const std::string &name);

  const ObjectDiagram &diagram;
  const MappingProgram &mapping;
  UnitWork work;
  std::map<int64_t, uint32_t> constants;
};
} // namespace

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
  action.operands = {a, b, 0};
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
                   int64_t members, Actions &actions) {
  Action action;
  action.kind = ActionKind::Add;
  action.result = unitOf(name);
  action.operands = {busy, latency, 0};
  action.members = members;
  if (action.result < kMaxUnits)
    actions.push_back(std::move(action));
}

void Compiler::block(const Frame &frame, BlockId id, Actions &actions) {
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
    return block(frame, program.streams[statement.index].body, actions);
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
  for (size_t i = 0; i < action.operands.size(); ++i)
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
  block(frame, loop.body, action.body);
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

/// Fused pairs are left out: whether two instructions meet, time decides.
static const Process *findProcess(const Unit &unit, uint32_t operation) {
  for (const Process &process : unit.processes)
    if (process.operation == operation && process.second == kNone)
      return &process;
  return nullptr;
}

/// An operation passes several units, but of those in one stage only one.
void Compiler::issue(const Frame &frame, const Issue &issue, Actions &actions) {
  add("instructions", constant(1), constant(1), 1, actions);
  std::vector<uint32_t> immediates, stages;
  for (ValueId id : issue.immediates)
    immediates.push_back(frame.place(id));
  for (const Unit &unit : diagram.units) {
    const Process *process = findProcess(unit, issue.operation);
    if (!process ||
        std::find(stages.begin(), stages.end(), unit.stage) != stages.end())
      continue;
    stages.push_back(unit.stage);
    use(unit, process->latency, immediates, actions);
  }
  for (const Access &one : issue.reads)
    access(frame, one, diagram.storages[one.storage].readLatency, actions);
  for (const Access &one : issue.writes)
    access(frame, one, diagram.storages[one.storage].writeLatency, actions);
}

void Compiler::use(const Unit &unit, const Program &latency,
                   const std::vector<uint32_t> &immediates, Actions &actions) {
  Frame inner{latency, enter(latency), immediates};
  block(inner, latency.root, actions);
  uint32_t whole = inner.place(latency.outputs[0]);
  uint32_t busy =
      latency.outputs.size() > 1 ? inner.place(latency.outputs[1]) : whole;
  add(unit.name, busy, whole, product(diagram.stages[unit.stage].instances),
      actions);
}

/// How long the ports of a memory are busy; registers have none.
void Compiler::access(const Frame &frame, const Access &access, int64_t latency,
                      Actions &actions) {
  const Storage &storage = diagram.storages[access.storage];
  if (storage.kind == StorageKind::RegisterFile)
    return;
  uint32_t beats =
      emit(ExprOp::CeilDiv, frame.place(access.size),
           constant(std::max<int64_t>(1, storage.portWidth)), actions);
  if (storage.overhead > 0)
    beats = emit(ExprOp::Add, beats, constant(storage.overhead), actions);
  if (access.repeat != kNone)
    beats = emit(ExprOp::Mul, beats, frame.place(access.repeat), actions);
  uint32_t whole = emit(ExprOp::Add, beats, constant(latency), actions);
  add(storage.name, beats, whole,
      product(storage.instances) * std::max<int64_t>(1, storage.ports),
      actions);
  addCaches(storage);
}

/// The cache itself and those behind it.
void Compiler::addCaches(const Storage &storage) {
  uint32_t unit = unitOf(storage.name);
  for (const Storage *one = &storage; one->kind == StorageKind::Cache;
       one = &diagram.storages[one->backing]) {
    int64_t bytes = one->sets * one->ways * one->line;
    bool isKnown = std::any_of(work.caches.begin(), work.caches.end(),
                               [&](const UnitWork::Cache &c) {
                                 return c.unit == unit && c.bytes == bytes;
                               });
    if (!isKnown && unit < kMaxUnits && work.caches.size() < kMaxCaches)
      work.caches.push_back({unit, bytes});
    if (one->backing == kNone)
      return;
  }
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
