// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What the operations of expressions compute, for expression trees and for the
// programs of mappings alike.
#ifndef PR_LAYER_EXPROPS_H
#define PR_LAYER_EXPROPS_H

#include "pr/Layer/Expr.h"
#include "pr/Support/CheckedMath.h"

#include <algorithm>

namespace pr {

/// Of an operation, neither a constant nor a variable.
constexpr unsigned numOperands(ExprOp op) {
  return op == ExprOp::Select ? 3 : op == ExprOp::Not ? 1 : 2;
}

enum class OpStatus : uint8_t { Ok, Overflow, BadDivisor };

inline OpStatus storeChecked(Checked value, int64_t &result) {
  result = value.value();
  return value.ok() ? OpStatus::Ok : OpStatus::Overflow;
}

inline OpStatus storeQuotient(ExprOp op, int64_t a, int64_t b,
                              int64_t &result) {
  if (b < 1)
    return OpStatus::BadDivisor;
  result = op == ExprOp::CeilDiv ? ceilDiv(a, b) : floorDiv(a, b);
  if (op == ExprOp::Mod)
    result = a - b * result;
  return OpStatus::Ok;
}

/// One operation of two operands (Not and Select are the caller's).
inline OpStatus applyBinary(ExprOp op, int64_t a, int64_t b, int64_t &result) {
  switch (op) {
  case ExprOp::Add:
    return storeChecked(Checked(a) + Checked(b), result);
  case ExprOp::Sub:
    return storeChecked(Checked(a) - Checked(b), result);
  case ExprOp::Mul:
    return storeChecked(Checked(a) * Checked(b), result);
  case ExprOp::FloorDiv:
  case ExprOp::CeilDiv:
  case ExprOp::Mod:
    return storeQuotient(op, a, b, result);
  case ExprOp::Min:
    result = std::min(a, b);
    break;
  case ExprOp::Max:
    result = std::max(a, b);
    break;
  case ExprOp::Eq:
    result = a == b;
    break;
  case ExprOp::Ne:
    result = a != b;
    break;
  case ExprOp::Lt:
    result = a < b;
    break;
  case ExprOp::Le:
    result = a <= b;
    break;
  case ExprOp::Gt:
    result = a > b;
    break;
  case ExprOp::Ge:
    result = a >= b;
    break;
  case ExprOp::And:
    result = a && b;
    break;
  case ExprOp::Or:
    result = a || b;
    break;
  default:
    assert(false && "not an operation of two operands");
  }
  return OpStatus::Ok;
}

} // namespace pr

#endif // PR_LAYER_EXPROPS_H
