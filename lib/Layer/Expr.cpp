// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Expression trees and their evaluation. The text form is in ExprText.cpp.
#include "pr/Layer/Expr.h"

#include "pr/Layer/ExprOps.h"

#include <algorithm>
#include <limits>

using namespace pr;

struct Expr::Node {
  ExprOp op = ExprOp::Constant;
  int64_t value = 0; ///< of a constant; index of a variable
  std::string name;  ///< of a variable
  std::vector<Expr> operands;
  unsigned depth = 1;
  uint64_t size = 1;
};

//===----------------------------------------------------------------------===//
// The tree
//===----------------------------------------------------------------------===//

Expr::Expr(std::shared_ptr<const Node> node) : node(std::move(node)) {}

Expr::Expr() {
  static const std::shared_ptr<const Node> zero = std::make_shared<Node>();
  node = zero;
}

Expr Expr::constant(int64_t value) {
  auto node = std::make_shared<Node>();
  node->value = value;
  return Expr(std::move(node));
}

Expr Expr::variable(unsigned index, std::string name) {
  auto node = std::make_shared<Node>();
  node->op = ExprOp::Variable;
  node->value = index;
  node->name = std::move(name);
  return Expr(std::move(node));
}

[[maybe_unused]] static size_t arity(ExprOp op) {
  return op == ExprOp::Not ? 1 : op == ExprOp::Select ? 3 : 2;
}

static uint64_t saturatingAdd(uint64_t a, uint64_t b) {
  uint64_t sum = a + b;
  return sum < a ? std::numeric_limits<uint64_t>::max() : sum;
}

Expr Expr::make(ExprOp op, std::vector<Expr> operands) {
  assert(op != ExprOp::Constant && op != ExprOp::Variable &&
         operands.size() == arity(op) && "wrong number of operands");
  auto node = std::make_shared<Node>();
  node->op = op;
  for (const Expr &operand : operands) {
    node->depth = std::max(node->depth, operand.depth() + 1);
    node->size = saturatingAdd(node->size, operand.size());
  }
  node->operands = std::move(operands);
  return Expr(std::move(node));
}

ExprOp Expr::op() const { return node->op; }
int64_t Expr::constantValue() const { return node->value; }
unsigned Expr::variableIndex() const { return node->value; }
const std::string &Expr::variableName() const { return node->name; }
const std::vector<Expr> &Expr::operands() const { return node->operands; }
unsigned Expr::depth() const { return node->depth; }
uint64_t Expr::size() const { return node->size; }

bool Expr::operator==(const Expr &other) const {
  if (node == other.node)
    return true;
  return op() == other.op() && size() == other.size() &&
         node->value == other.node->value && node->name == other.node->name &&
         operands() == other.operands();
}

//===----------------------------------------------------------------------===//
// Evaluation
//===----------------------------------------------------------------------===//

namespace {
/// Walks a tree without building an Expected per node: legality is asked for
/// every layer of a network.
class Evaluator {
public:
  explicit Evaluator(const int64_t *values) : values(values) {}

  /// False on failure, whose place is kept in `culprit`.
  bool run(const Expr &expr, int64_t &result);
  Error error() const;

private:
  bool runLazy(const Expr &expr, int64_t &result);
  bool runBinary(const Expr &expr, int64_t a, int64_t b, int64_t &result);
  bool store(const Expr &expr, int64_t value, int64_t &result) {
    result = value;
    return Checked(value).ok() || fail(expr, ErrorKind::Overflow);
  }
  bool fail(const Expr &expr, ErrorKind kind, int64_t badDivisor = 1) {
    culprit = &expr;
    failure = kind;
    divisor = badDivisor;
    return false;
  }

  const int64_t *values;
  const Expr *culprit = nullptr;
  ErrorKind failure = ErrorKind::Overflow;
  int64_t divisor = 1;
};
} // namespace

bool Evaluator::run(const Expr &expr, int64_t &result) {
  switch (expr.op()) {
  case ExprOp::Constant:
    return store(expr, expr.constantValue(), result);
  case ExprOp::Variable:
    return store(expr, values[expr.variableIndex()], result);
  case ExprOp::And:
  case ExprOp::Or:
  case ExprOp::Not:
  case ExprOp::Select:
    return runLazy(expr, result);
  default:
    break;
  }
  int64_t a = 0, b = 0;
  return run(expr.operands()[0], a) && run(expr.operands()[1], b) &&
         runBinary(expr, a, b, result);
}

/// The operations that evaluate only what they need.
bool Evaluator::runLazy(const Expr &expr, int64_t &result) {
  const std::vector<Expr> &operands = expr.operands();
  int64_t first = 0;
  if (!run(operands[0], first))
    return false;
  if (expr.op() == ExprOp::Select)
    return run(operands[first ? 1 : 2], result);
  if (expr.op() == ExprOp::Not) {
    result = !first;
    return true;
  }
  bool isDecided = (first != 0) == (expr.op() == ExprOp::Or);
  if (!isDecided && !run(operands[1], first))
    return false;
  result = first != 0;
  return true;
}

bool Evaluator::runBinary(const Expr &expr, int64_t a, int64_t b,
                          int64_t &result) {
  switch (applyBinary(expr.op(), a, b, result)) {
  case OpStatus::Ok:
    return true;
  case OpStatus::Overflow:
    return fail(expr, ErrorKind::Overflow);
  case OpStatus::BadDivisor:
    break;
  }
  return fail(expr, ErrorKind::InvalidInput, b);
}

Error Evaluator::error() const {
  if (failure == ErrorKind::Overflow)
    return makeError(failure, "'" + culprit->print() + "' leaves 62 bits");
  return makeError(failure, "division by " + std::to_string(divisor) +
                                ", expected a positive number, in '" +
                                culprit->print() + "'");
}

Expected<int64_t> Expr::evaluate(const int64_t *values) const {
  if (depth() > kMaxExprDepth || size() > kMaxExprSize)
    return invalidInput(
        "an expression of depth " + std::to_string(depth()) + " and " +
        std::to_string(size()) + " terms is beyond the limits of " +
        std::to_string(kMaxExprDepth) + " and " + std::to_string(kMaxExprSize));
  Evaluator evaluator(values);
  int64_t result = 0;
  if (!evaluator.run(*this, result))
    return evaluator.error();
  return result;
}
