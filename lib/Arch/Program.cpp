// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "pr/Arch/Program.h"

#include <algorithm>
#include <optional>

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
  for (const Warming &warming : program.warmings) {
    mark(warming.reads);
    mark(warming.writes);
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

/// The expressions of the root block's values; nullopt where there is none.
using ExprTable = std::vector<std::optional<Expr>>;

static void addCompute(const Compute &compute, ExprTable &table) {
  std::vector<Expr> operands;
  for (ValueId operand : compute.operands) {
    if (operand == kNone)
      break;
    if (!table[operand])
      return;
    operands.push_back(*table[operand]);
  }
  Expr expr = Expr::make(compute.op, std::move(operands));
  if (expr.depth() <= kMaxExprDepth && expr.size() <= kMaxExprSize)
    table[compute.result] = std::move(expr);
}

Expected<Expr> pr::arch::toExpr(const Program &program, ValueId value,
                                const std::vector<Expr> &inputs) {
  ExprTable table(program.numValues);
  std::copy(inputs.begin(), inputs.end(), table.begin());
  for (auto [id, number] : program.constants)
    table[id] = Expr::constant(number);
  for (Statement statement : program.blocks[program.root])
    if (statement.kind == StatementKind::Compute)
      addCompute(program.computes[statement.index], table);
  if (!table[value])
    return invalidInput("is not computed by straight arithmetic from the layer "
                        "and the parameters, or is too large");
  return *table[value];
}
