// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "pr/Layer/Expr.h"

#include "pr/Support/CheckedMath.h"

#include <gtest/gtest.h>
#include <random>

using namespace pr;

static const std::vector<std::string> kNames = {"a", "b", "c"};

static std::string parseError(std::string_view text) {
  Expected<Expr> expr = Expr::parse(text, kNames);
  return expr ? "parsed as " + expr->print() : expr.error().message;
}

static int64_t evaluate(std::string_view text,
                        std::vector<int64_t> values = {7, 3, -2}) {
  Expected<Expr> expr = Expr::parse(text, kNames);
  EXPECT_TRUE(expr) << (expr ? "" : expr.error().message);
  if (!expr)
    return -12345;
  Expected<int64_t> result = expr->evaluate(values.data());
  EXPECT_TRUE(result) << (result ? "" : result.error().message);
  return result ? *result : -12345;
}

static Error evaluateError(std::string_view text,
                           std::vector<int64_t> values = {7, 3, -2}) {
  Expected<Expr> expr = Expr::parse(text, kNames);
  EXPECT_TRUE(expr) << (expr ? "" : expr.error().message);
  if (!expr)
    return expr.takeError();
  Expected<int64_t> result = expr->evaluate(values.data());
  EXPECT_FALSE(result);
  return result ? invalidInput("no error") : result.takeError();
}

TEST(Expr, EvaluatesEveryOperation) {
  EXPECT_EQ(evaluate("a + b * c"), 1);
  EXPECT_EQ(evaluate("(a + b) * c"), -20);
  EXPECT_EQ(evaluate("a - b - c"), 6);
  EXPECT_EQ(evaluate("a - (b - c)"), 2);
  EXPECT_EQ(evaluate("a floordiv b"), 2);
  EXPECT_EQ(evaluate("c floordiv b"), -1);
  EXPECT_EQ(evaluate("ceildiv(a, b)"), 3);
  EXPECT_EQ(evaluate("ceildiv(c, b)"), 0);
  EXPECT_EQ(evaluate("c mod b"), 1);
  EXPECT_EQ(evaluate("min(a, c) + max(a, c)"), 5);
  EXPECT_EQ(evaluate("select(a > b, 10, 20)"), 10);
  EXPECT_EQ(evaluate("select(a < b, 10, 20)"), 20);
  EXPECT_EQ(evaluate("a == 7 and b != 7"), 1);
  EXPECT_EQ(evaluate("a <= 6 or b >= 4"), 0);
  EXPECT_EQ(evaluate("not a"), 0);
  EXPECT_EQ(evaluate("not a == b"), 1);
  EXPECT_EQ(evaluate("a and b"), 1); // a truth value, not b
  EXPECT_EQ(evaluate("-c"), 2);
  EXPECT_EQ(evaluate("-5 - -5"), 0);
  EXPECT_EQ(evaluate("-(a)*2"), -14);
}

TEST(Expr, EvaluatesOnlyWhatItNeeds) {
  EXPECT_EQ(evaluate("a == 0 and b mod 0 == 0"), 0);
  EXPECT_EQ(evaluate("a != 0 or b mod 0 == 0"), 1);
  EXPECT_EQ(evaluate("select(a, 1, b mod 0)"), 1);
  EXPECT_EQ(evaluate("select(a - a, b mod 0, 2)"), 2);
}

TEST(Expr, ReportsDivisionByLessThanOne) {
  Error error = evaluateError("1 + a mod (b - 3)");
  EXPECT_EQ(error.kind, ErrorKind::InvalidInput);
  EXPECT_EQ(error.message, "division by 0, expected a positive number, in "
                           "'a mod (b - 3)'");
  EXPECT_EQ(evaluateError("ceildiv(a, c)").message,
            "division by -2, expected a positive number, in 'ceildiv(a, c)'");
  EXPECT_EQ(evaluateError("a floordiv c").kind, ErrorKind::InvalidInput);
}

TEST(Expr, ReportsOverflow) {
  int64_t half = kMaxCount / 2;
  EXPECT_EQ(evaluate("a + a", {half, 0, 0}), kMaxCount);
  Error error = evaluateError("a + a + 1", {half, 0, 0});
  EXPECT_EQ(error.kind, ErrorKind::Overflow);
  EXPECT_EQ(error.message, "'a + a + 1' leaves 62 bits");
  EXPECT_EQ(evaluateError("a * a", {half, 0, 0}).kind, ErrorKind::Overflow);
  EXPECT_EQ(evaluateError("0 - a - 1", {kMaxCount, 0, 0}).kind,
            ErrorKind::Overflow);
  EXPECT_EQ(evaluateError("a", {INT64_MIN, 0, 0}).kind, ErrorKind::Overflow);
}

TEST(Expr, RefusesMalformedText) {
  EXPECT_EQ(parseError(""), "expected a number, a name or '(', found the end "
                            "at character 1 of an expression");
  EXPECT_EQ(parseError("a + d"),
            "unknown name 'd' at character 5 of an expression");
  EXPECT_EQ(parseError("a b"), "expected an operator or the end, found 'b' at "
                               "character 3 of an expression");
  EXPECT_EQ(parseError("(a"),
            "expected ')', found the end at character 3 of an expression");
  EXPECT_EQ(parseError("min(a)"),
            "expected ',', found ')' at character 6 of an expression");
  EXPECT_EQ(parseError("min(a, b, c)"),
            "expected ')', found ',' at character 9 of an expression");
  EXPECT_EQ(parseError("min + a"),
            "expected '(', found '+' at character 5 of an expression");
  EXPECT_EQ(parseError("a < b < c"),
            "comparisons do not chain; expected 'and' or parentheses, found "
            "'<' at character 7 of an expression");
  EXPECT_EQ(parseError("a + not b"), "expected parentheses around 'not' at "
                                     "character 5 of an expression");
  EXPECT_EQ(parseError("4611686018427387905"),
            "a number beyond 62 bits at character 1 of an expression");
  EXPECT_EQ(parseError("99999999999999999999"),
            "a number beyond 62 bits at character 1 of an expression");
  EXPECT_EQ(parseError(std::string_view("a\0b", 3)).substr(0, 34),
            "expected an operator or the end, f");
}

TEST(Expr, SurvivesDeepNesting) {
  for (const char *unit : {"(", "-", "not ", "min(", "a + (", "1 + "}) {
    std::string text;
    for (int i = 0; i < 100000; ++i)
      text += unit;
    EXPECT_NE(parseError(text + "a").find("more than"), std::string::npos)
        << unit;
  }
}

TEST(Expr, RefusesToEvaluateWhatIsTooLarge) {
  Expr expr = Expr::variable(0, "a");
  for (int i = 0; i < 70; ++i)
    expr = Expr::make(ExprOp::Add, {expr, expr});
  EXPECT_EQ(expr.size(), UINT64_MAX);
  int64_t value = 0;
  Expected<int64_t> result = expr.evaluate(&value);
  ASSERT_FALSE(result);
  EXPECT_NE(result.error().message.find("beyond the limits"),
            std::string::npos);
  EXPECT_EQ(expr.print(), "<expression too large to print>");
}

TEST(Expr, PrintsWithFewParentheses) {
  for (const char *text :
       {"kw", "ceildiv(a, b) * ceildiv(c, b)", "a - (b - c)", "a - b - c",
        "a mod 2 == 1 and (b == 0 or b == a floordiv 2)",
        "not (a == 1 or b == 2)", "not a == 1 and not not b", "a * (b mod c)",
        "(not a) + 1", "(a < b) == (b < c)", "select(a < b, -1, a - -1)"}) {
    std::vector<std::string> names = {"a", "b", "c", "kw"};
    Expected<Expr> expr = Expr::parse(text, names);
    ASSERT_TRUE(expr) << text << ": " << expr.error().message;
    EXPECT_EQ(expr->print(), text);
  }
}

static Expr randomExpr(std::mt19937 &random, int depth) {
  static constexpr ExprOp kOps[] = {
      ExprOp::Add,     ExprOp::Sub,   ExprOp::Mul, ExprOp::FloorDiv,
      ExprOp::CeilDiv, ExprOp::Mod,   ExprOp::Min, ExprOp::Max,
      ExprOp::Eq,      ExprOp::Ne,    ExprOp::Lt,  ExprOp::Le,
      ExprOp::Gt,      ExprOp::Ge,    ExprOp::And, ExprOp::Or,
      ExprOp::Not,     ExprOp::Select};
  unsigned pick = random() % 20;
  if (depth == 0 || pick == 18)
    return Expr::constant(int64_t(random() % 21) - 10);
  if (pick == 19) {
    unsigned index = random() % 3;
    return Expr::variable(index, kNames[index]);
  }
  ExprOp op = kOps[pick];
  unsigned count = op == ExprOp::Not ? 1 : op == ExprOp::Select ? 3 : 2;
  std::vector<Expr> operands;
  for (unsigned i = 0; i < count; ++i)
    operands.push_back(randomExpr(random, depth - 1));
  return Expr::make(op, operands);
}

TEST(Expr, ParsesWhatItPrints) {
  std::mt19937 random(7);
  for (int i = 0; i < 20000; ++i) {
    Expr expr = randomExpr(random, 1 + i % 7);
    Expected<Expr> parsed = Expr::parse(expr.print(), kNames);
    ASSERT_TRUE(parsed) << expr.print() << ": " << parsed.error().message;
    ASSERT_TRUE(*parsed == expr) << expr.print();
  }
}

TEST(Expr, ParsesTheDeepestItPrints) {
  Expr left = Expr::constant(1), right = Expr::constant(1);
  for (unsigned i = 1; i < kMaxExprDepth; ++i) {
    left = Expr::make(ExprOp::Sub, {left, Expr::constant(1)});
    right = Expr::make(ExprOp::Sub, {Expr::constant(1), right});
  }
  for (const Expr &expr : {left, right}) {
    Expected<Expr> parsed = Expr::parse(expr.print(), kNames);
    ASSERT_TRUE(parsed) << parsed.error().message;
    EXPECT_TRUE(*parsed == expr);
  }
}
