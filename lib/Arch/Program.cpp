// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "pr/Arch/Program.h"

#include <algorithm>

using namespace pr;
using namespace pr::arch;

//===----------------------------------------------------------------------===//
// Dead code
//===----------------------------------------------------------------------===//

namespace {
/// Marks what anything but a computation reads, then what those need.
class Liveness {
public:
  explicit Liveness(const Program &program)
      : program(program), live(program.numValues) {}
  const std::vector<bool> &run();

private:
  void mark(ValueId id) {
    if (id != kNone)
      live[id] = true;
  }
  void mark(const std::vector<ValueId> &ids) {
    for (ValueId id : ids)
      mark(id);
  }
  void mark(const std::vector<Access> &accesses);
  void markLoops();
  void markBranches();

  const Program &program;
  std::vector<bool> live;
};
} // namespace

void Liveness::mark(const std::vector<Access> &accesses) {
  for (const Access &access : accesses) {
    mark(access.at);
    mark({access.address, access.size, access.repeat, access.stride});
  }
}

void Liveness::markLoops() {
  for (const Loop &loop : program.loops) {
    mark({loop.lower, loop.upper, loop.step});
    for (const Carried &carried : loop.carried)
      mark({carried.initial, carried.yielded});
  }
  for (const While &loop : program.whiles) {
    mark(loop.condition);
    mark(loop.initial);
    mark(loop.forwarded);
    mark(loop.yielded);
  }
}

void Liveness::markBranches() {
  for (const If &choice : program.ifs) {
    mark(choice.condition);
    for (const If::Merge &merge : choice.merges)
      mark({merge.thenValue, merge.elseValue});
  }
  for (const Stream &stream : program.streams)
    mark(stream.priority);
}

const std::vector<bool> &Liveness::run() {
  mark(program.outputs);
  for (const Issue &issue : program.issues) {
    mark(issue.immediates);
    mark(issue.at);
    mark(issue.reads);
    mark(issue.writes);
  }
  markLoops();
  markBranches();
  // A computation comes behind the ones it reads.
  for (auto it = program.computes.rbegin(); it != program.computes.rend(); ++it)
    if (live[it->result])
      for (ValueId operand : it->operands)
        mark(operand);
  return live;
}

void Program::removeDeadComputes() {
  Liveness liveness(*this);
  const std::vector<bool> &live = liveness.run();
  for (std::vector<Statement> &block : blocks) {
    auto isDead = [&](Statement statement) {
      return statement.kind == StatementKind::Compute &&
             !live[computes[statement.index].result];
    };
    block.erase(std::remove_if(block.begin(), block.end(), isDead),
                block.end());
  }
}

//===----------------------------------------------------------------------===//
// Expressions
//===----------------------------------------------------------------------===//

namespace {
/// Rebuilds the tree below one value of the root block.
class ExprBuilder {
public:
  ExprBuilder(const Program &program, const std::vector<std::string> &names);
  Expected<Expr> build(ValueId value) const;

private:
  std::vector<Expr> exprs;
  std::vector<bool> known;
};
} // namespace

/// Computations of the root block that are built of known values, in order.
ExprBuilder::ExprBuilder(const Program &program,
                         const std::vector<std::string> &names)
    : exprs(program.numValues), known(program.numValues) {
  auto define = [&](ValueId id, Expr expr) {
    bool fits = expr.depth() <= kMaxExprDepth && expr.size() <= kMaxExprSize;
    exprs[id] = std::move(expr);
    known[id] = fits;
  };
  for (ValueId id = 0; id < program.numInputs; ++id)
    define(id, Expr::variable(id, names[id]));
  for (auto [id, value] : program.constants)
    define(id, Expr::constant(value));
  for (Statement statement : program.blocks[program.root]) {
    if (statement.kind != StatementKind::Compute)
      continue;
    const Compute &compute = program.computes[statement.index];
    std::vector<Expr> operands;
    bool allKnown = true;
    for (ValueId operand : compute.operands) {
      if (operand == kNone)
        break;
      allKnown = allKnown && known[operand];
      operands.push_back(exprs[operand]);
    }
    if (allKnown)
      define(compute.result, Expr::make(compute.op, std::move(operands)));
  }
}

Expected<Expr> ExprBuilder::build(ValueId value) const {
  if (known[value])
    return exprs[value];
  return invalidInput("it is not computed by straight arithmetic from the "
                      "layer and the parameters, or is too large");
}

Expected<Expr> pr::arch::toExpr(const Program &program, ValueId value,
                                const std::vector<std::string> &names) {
  return ExprBuilder(program, names).build(value);
}
