// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// From a mapping to the work of units: instructions become additions of how
// long they keep a unit or a memory's ports busy; dependencies and
// synchronization are left out.
#ifndef PR_LIB_TARGET_UNITWORKCOMPILER_H
#define PR_LIB_TARGET_UNITWORKCOMPILER_H

#include "pr/Arch/MappingProgram.h"
#include "pr/Arch/ObjectDiagram.h"
#include "pr/Lattice/UnitWork.h"

#include <algorithm>
#include <initializer_list>
#include <map>
#include <string>
#include <utility>
#include <vector>

namespace pr::unitwork {

using arch::Access;
using arch::BlockId;
using arch::Compute;
using arch::If;
using arch::Issue;
using arch::kNone;
using arch::Loop;
using arch::MappingProgram;
using arch::ObjectDiagram;
using arch::Process;
using arch::Program;
using arch::Statement;
using arch::Storage;
using arch::Unit;
using arch::ValueId;
using arch::While;
using Action = UnitWork::Action;
using ActionKind = UnitWork::ActionKind;
using Actions = std::vector<Action>;
using Traffic = UnitWork::Traffic;

/// How a unit carries out an operation alone; null where it does not.
const Process *findProcess(const Unit &unit, uint32_t operation);
int64_t product(const std::vector<int64_t> &extents);

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

  /// Two instructions that a unit carries out as one.
  struct Pair {
    const Unit *unit = nullptr;
    const Process *process = nullptr;
    const Issue *first = nullptr, *second = nullptr;
    bool isLast(const Issue &issue) const {
      return &issue == std::max(first, second);
    }
  };

  void findPairs(const Program &program, BlockId id);
  const Pair *pairOf(const Unit &unit, const Issue &issue) const;
  void block(const Frame &frame, BlockId id, Actions &actions);
  void statement(const Frame &frame, Statement statement, Actions &actions);
  void compute(const Frame &frame, const Compute &compute, Actions &actions);
  void loop(const Frame &frame, const Loop &loop, Actions &actions);
  void search(const Frame &frame, const While &loop, Actions &actions);
  void choice(const Frame &frame, const If &choice, Actions &actions);
  void issue(const Frame &frame, const Issue &issue, Actions &actions);
  void use(const Frame &frame, const Unit &unit, const Program &latency,
           std::initializer_list<const Issue *> issues, Actions &actions);
  void addHolds(const std::vector<const Unit *> &passed);
  void addCaches(const Storage &storage);
  void access(const Frame &frame, const Issue &issue, const Access &access,
              Traffic traffic, Actions &actions);
  std::pair<uint32_t, uint32_t> split(const Frame &frame, const Unit *unit,
                                      const Access &access,
                                      const Storage &storage, Actions &actions);
  void add(const std::string &name, uint32_t busy, uint32_t latency,
           int64_t members, Actions &actions, Traffic traffic = Traffic::None);
  Traffic trafficOf(const Unit &unit, const Issue &issue) const;
  const Unit *accessor(const Issue &issue, const Access &access,
                       Traffic traffic) const;
  uint32_t enter(const Program &program);
  uint32_t emit(ExprOp op, uint32_t a, uint32_t b, Actions &actions);
  uint32_t constant(int64_t value);
  uint32_t unitOf(const std::string &name);

  const ObjectDiagram &diagram;
  const MappingProgram &mapping;
  UnitWork work;
  std::map<int64_t, uint32_t> constants;
  std::vector<Pair> pairs;
  bool isOutermostInStream = false;
};

} // namespace pr::unitwork

#endif // PR_LIB_TARGET_UNITWORKCOMPILER_H
