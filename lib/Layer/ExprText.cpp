// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The text form of expressions, both ways. From the loosest binding:
//
//   or | and | not | == != < <= > >= (do not chain) | + - | * floordiv mod
//   | -  | number, name, ( ... ), ceildiv(a, b), min(a, b), max(a, b),
//   select(condition, then, else)
#include "pr/Layer/Expr.h"

#include "pr/Support/CheckedMath.h"

#include <algorithm>
#include <charconv>
#include <optional>

using namespace pr;

namespace {
enum Precedence { Or, And, Not, Compare, Sum, Product, Primary };

struct Operator {
  std::string_view spelling;
  ExprOp op;
  Precedence precedence;
};
} // namespace

static constexpr Operator kInfix[] = {
    {"or", ExprOp::Or, Or},        {"and", ExprOp::And, And},
    {"==", ExprOp::Eq, Compare},   {"!=", ExprOp::Ne, Compare},
    {"<=", ExprOp::Le, Compare},   {">=", ExprOp::Ge, Compare},
    {"<", ExprOp::Lt, Compare},    {">", ExprOp::Gt, Compare},
    {"+", ExprOp::Add, Sum},       {"-", ExprOp::Sub, Sum},
    {"*", ExprOp::Mul, Product},   {"floordiv", ExprOp::FloorDiv, Product},
    {"mod", ExprOp::Mod, Product},
};

static constexpr Operator kFunctions[] = {
    {"ceildiv", ExprOp::CeilDiv, Primary},
    {"min", ExprOp::Min, Primary},
    {"max", ExprOp::Max, Primary},
    {"select", ExprOp::Select, Primary},
};

static const Operator *findOp(ExprOp op) {
  for (const Operator &entry : kInfix)
    if (entry.op == op)
      return &entry;
  for (const Operator &entry : kFunctions)
    if (entry.op == op)
      return &entry;
  return nullptr;
}

//===----------------------------------------------------------------------===//
// Printing
//===----------------------------------------------------------------------===//

static void print(const Expr &expr, int context, std::string &text);

static void printCall(const Expr &expr, const Operator &function,
                      std::string &text) {
  text += function.spelling;
  for (size_t i = 0; i < expr.operands().size(); ++i) {
    text += i == 0 ? "(" : ", ";
    print(expr.operands()[i], Or, text);
  }
  text += ')';
}

/// A chain of one operator leans left, so the right operand must bind tighter;
/// comparisons do not chain at all.
static void printInfix(const Expr &expr, const Operator &infix,
                       std::string &text) {
  int left = infix.precedence + (infix.precedence == Compare ? 1 : 0);
  print(expr.operands()[0], left, text);
  text += ' ';
  text += infix.spelling;
  text += ' ';
  print(expr.operands()[1], infix.precedence + 1, text);
}

/// Parenthesised where the expression binds looser than `context`.
static void print(const Expr &expr, int context, std::string &text) {
  if (expr.op() == ExprOp::Constant) {
    text += std::to_string(expr.constantValue());
    return;
  }
  if (expr.op() == ExprOp::Variable) {
    text += expr.variableName();
    return;
  }
  const Operator *entry = findOp(expr.op());
  int precedence = entry ? entry->precedence : Not;
  if (precedence < context)
    text += '(';
  if (!entry) {
    text += "not ";
    print(expr.operands()[0], Not, text);
  } else if (precedence == Primary) {
    printCall(expr, *entry, text);
  } else {
    printInfix(expr, *entry, text);
  }
  if (precedence < context)
    text += ')';
}

std::string Expr::print() const {
  if (depth() > kMaxExprDepth || size() > kMaxExprSize)
    return "<expression too large to print>";
  std::string text;
  ::print(*this, Or, text);
  return text;
}

//===----------------------------------------------------------------------===//
// Parsing
//===----------------------------------------------------------------------===//

/// An operand and its parentheses each nest once.
static constexpr unsigned kMaxNesting = 2 * kMaxExprDepth + 1;

namespace {
/// Recursive descent; every level of recursion is counted, so that no text can
/// exhaust the stack. A failed parse has set `error` and yields nullopt.
class Parser {
public:
  Parser(std::string_view text, const std::vector<std::string> &variables)
      : text(text), variables(variables) {}

  Expected<Expr> run();

private:
  using Result = std::optional<Expr>;

  Result parse(int precedence);
  Result parsePrefix(int precedence);
  Result parseInfix(Expr left, int precedence);
  Result parsePrimary();
  Result parseNegation();
  Result parseNumber(bool negative);
  Result parseName();
  Result parseCall(const Operator &function);
  Result combine(ExprOp op, std::vector<Expr> operands);
  Result fail(const std::string &message);

  const Operator *peekInfix();
  void skipSpace();
  bool consume(char c);
  std::string_view peekWord();
  std::string found();

  std::string_view text;
  const std::vector<std::string> &variables;
  size_t pos = 0;
  unsigned nesting = 0;
  std::optional<Error> error;
};
} // namespace

static bool isDigit(char c) { return c >= '0' && c <= '9'; }
static bool isWordStart(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

void Parser::skipSpace() {
  while (pos < text.size() &&
         std::string_view(" \t\r\n").find(text[pos]) != std::string_view::npos)
    ++pos;
}

bool Parser::consume(char c) {
  skipSpace();
  if (pos == text.size() || text[pos] != c)
    return false;
  ++pos;
  return true;
}

/// The name at the current place, empty where there is none.
std::string_view Parser::peekWord() {
  skipSpace();
  size_t end = pos;
  while (end < text.size() &&
         (isWordStart(text[end]) || (end > pos && isDigit(text[end]))))
    ++end;
  return text.substr(pos, end - pos);
}

std::string Parser::found() {
  skipSpace();
  if (pos == text.size())
    return "the end";
  std::string_view word = peekWord();
  return "'" + std::string(word.empty() ? text.substr(pos, 1) : word) + "'";
}

Parser::Result Parser::fail(const std::string &message) {
  if (!error)
    error = invalidInput(message + " at character " + std::to_string(pos + 1) +
                         " of an expression");
  return std::nullopt;
}

Parser::Result Parser::combine(ExprOp op, std::vector<Expr> operands) {
  Expr expr = Expr::make(op, std::move(operands));
  if (expr.depth() > kMaxExprDepth || expr.size() > kMaxExprSize)
    return fail("more than " + std::to_string(kMaxExprDepth) + " nested or " +
                std::to_string(kMaxExprSize) + " terms");
  return expr;
}

const Operator *Parser::peekInfix() {
  std::string_view word = peekWord();
  for (const Operator &entry : kInfix) {
    bool matches =
        isWordStart(entry.spelling[0])
            ? word == entry.spelling
            : text.substr(pos, entry.spelling.size()) == entry.spelling;
    if (matches)
      return &entry;
  }
  return nullptr;
}

Parser::Result Parser::parse(int precedence) {
  if (++nesting > kMaxNesting)
    return fail("more than " + std::to_string(kMaxNesting) + " nested terms");
  Result left = parsePrefix(precedence);
  Result result = left ? parseInfix(std::move(*left), precedence) : left;
  --nesting;
  return result;
}

Parser::Result Parser::parsePrefix(int precedence) {
  if (peekWord() != "not")
    return parsePrimary();
  if (precedence > Not)
    return fail("expected parentheses around 'not'");
  pos += 3;
  Result operand = parse(Not);
  return operand ? combine(ExprOp::Not, {std::move(*operand)}) : operand;
}

/// Extends `left` by the operators that bind at least as tightly as
/// `precedence`.
Parser::Result Parser::parseInfix(Expr left, int precedence) {
  const Operator *previous = nullptr;
  while (const Operator *infix = peekInfix()) {
    if (infix->precedence < precedence)
      break;
    if (previous && infix->precedence == Compare &&
        previous->precedence == Compare)
      return fail("comparisons do not chain; expected 'and' or parentheses, "
                  "found " +
                  found());
    pos += infix->spelling.size();
    Result right = parse(infix->precedence + 1);
    if (!right)
      return right;
    Result joined = combine(infix->op, {std::move(left), std::move(*right)});
    if (!joined)
      return joined;
    left = std::move(*joined);
    previous = infix;
  }
  return left;
}

Parser::Result Parser::parsePrimary() {
  skipSpace();
  if (consume('(')) {
    Result inner = parse(Or);
    if (inner && !consume(')'))
      return fail("expected ')', found " + found());
    return inner;
  }
  if (consume('-'))
    return parseNegation();
  if (pos < text.size() && isDigit(text[pos]))
    return parseNumber(/*negative=*/false);
  return parseName();
}

Parser::Result Parser::parseNegation() {
  if (pos < text.size() && isDigit(text[pos]))
    return parseNumber(/*negative=*/true);
  Result operand = parse(Primary);
  if (!operand)
    return operand;
  return combine(ExprOp::Sub, {Expr::constant(0), std::move(*operand)});
}

Parser::Result Parser::parseNumber(bool negative) {
  int64_t value = 0;
  const char *begin = text.data() + pos, *end = text.data() + text.size();
  std::from_chars_result read = std::from_chars(begin, end, value);
  if (read.ec != std::errc() || value > kMaxCount)
    return fail("a number beyond 62 bits");
  pos += read.ptr - begin;
  return Expr::constant(negative ? -value : value);
}

Parser::Result Parser::parseName() {
  std::string_view word = peekWord();
  if (word.empty())
    return fail("expected a number, a name or '(', found " + found());
  for (const Operator &function : kFunctions)
    if (word == function.spelling)
      return parseCall(function);
  auto it = std::find(variables.begin(), variables.end(), word);
  if (it == variables.end())
    return fail("unknown name '" + std::string(word) + "'");
  pos += word.size();
  return Expr::variable(it - variables.begin(), std::string(word));
}

Parser::Result Parser::parseCall(const Operator &function) {
  pos += function.spelling.size();
  size_t expected = function.op == ExprOp::Select ? 3 : 2;
  std::vector<Expr> operands;
  for (size_t i = 0; i < expected; ++i) {
    char before = i == 0 ? '(' : ',';
    if (!consume(before))
      return fail(std::string("expected '") + before + "', found " + found());
    Result operand = parse(Or);
    if (!operand)
      return operand;
    operands.push_back(std::move(*operand));
  }
  if (!consume(')'))
    return fail("expected ')', found " + found());
  return combine(function.op, std::move(operands));
}

Expected<Expr> Parser::run() {
  Result result = parse(Or);
  skipSpace();
  if (result && pos != text.size())
    result = fail("expected an operator or the end, found " + found());
  if (!result)
    return *error;
  return *result;
}

Expected<Expr> Expr::parse(std::string_view text,
                           const std::vector<std::string> &variables) {
  return Parser(text, variables).run();
}
