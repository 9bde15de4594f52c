// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Integer expressions over named variables (a layer's dimensions, a target's
// parameters): what a mapping computes, what makes a layer legal. One tree, one
// text form, one evaluator; the acadl importer builds them from arith ops, the
// model bundle stores their text.
//
//   kw mod 2 == 1 and (pl == 0 or pl == kw floordiv 2)
//   ceildiv(ic, rows) * ceildiv(oc, cols)
#ifndef PR_LAYER_EXPR_H
#define PR_LAYER_EXPR_H

#include "pr/Support/Expected.h"

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace pr {

enum class ExprOp : uint8_t {
  Constant,
  Variable,
  Add,
  Sub,
  Mul,
  FloorDiv, ///< this and the next two: by a positive number
  CeilDiv,
  Mod,
  Min,
  Max,
  Eq, ///< comparisons yield 1 or 0
  Ne,
  Lt,
  Le,
  Gt,
  Ge,
  And, ///< of truth values, as the next two: any number but 0 is true
  Or,
  Not,
  Select, ///< condition, then, else
};

/// What Expr::parse accepts and evaluate() and print() walk: nesting (of the
/// tree, so that a long sum counts too) and nodes, each counted as often as the
/// text shows it. Code that builds expressions from user input checks depth()
/// and size() as it goes.
inline constexpr unsigned kMaxExprDepth = 1000;
inline constexpr uint64_t kMaxExprSize = 100000;

/// An immutable expression; copying shares the tree.
class Expr {
public:
  /// The constant 0.
  Expr();
  static Expr constant(int64_t value);
  /// `index` is the place of the variable's value in evaluate().
  static Expr variable(unsigned index, std::string name);
  /// Precondition: two operands (Not: one, Select: three).
  static Expr make(ExprOp op, std::vector<Expr> operands);

  ExprOp op() const;
  int64_t constantValue() const;
  unsigned variableIndex() const;
  const std::string &variableName() const;
  const std::vector<Expr> &operands() const;
  unsigned depth() const;
  /// Saturates at the largest uint64_t.
  uint64_t size() const;

  /// The same tree.
  bool operator==(const Expr &other) const;
  bool operator!=(const Expr &other) const { return !(*this == other); }

  /// Parses the text form; every name must be one of `variables`.
  static Expected<Expr> parse(std::string_view text,
                              const std::vector<std::string> &variables);
  /// parse(print()) is an equal tree.
  std::string print() const;

  /// Errors: overflow of 62 bits, division by a number below 1, an expression
  /// beyond the limits above. Select, And and Or evaluate only what they need.
  Expected<int64_t> evaluate(const int64_t *values) const;

  struct Node;

private:
  explicit Expr(std::shared_ptr<const Node> node);
  std::shared_ptr<const Node> node;
};

} // namespace pr

#endif // PR_LAYER_EXPR_H
