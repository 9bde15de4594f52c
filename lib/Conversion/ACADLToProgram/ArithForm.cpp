// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "ArithForm.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;
using namespace mlir::pr::acadl;
using ::pr::ExprOp;

static ArithForm comparison(arith::CmpIPredicate predicate) {
  switch (predicate) {
  case arith::CmpIPredicate::eq:
    return {ExprOp::Eq};
  case arith::CmpIPredicate::ne:
    return {ExprOp::Ne};
  case arith::CmpIPredicate::slt:
    return {ExprOp::Lt};
  case arith::CmpIPredicate::sle:
    return {ExprOp::Le};
  case arith::CmpIPredicate::sgt:
    return {ExprOp::Gt};
  case arith::CmpIPredicate::sge:
    return {ExprOp::Ge};
  case arith::CmpIPredicate::ult:
    return {ExprOp::Lt, true};
  case arith::CmpIPredicate::ule:
    return {ExprOp::Le, true};
  case arith::CmpIPredicate::ugt:
    return {ExprOp::Gt, true};
  case arith::CmpIPredicate::uge:
    return {ExprOp::Ge, true};
  }
  llvm_unreachable("unknown predicate");
}

/// Bit operations are of truth values only.
static std::optional<ArithForm> logical(Operation *op, ExprOp form) {
  if (!op->getResult(0).getType().isInteger(1))
    return std::nullopt;
  return ArithForm{form};
}

std::optional<ArithForm> mlir::pr::acadl::arithForm(Operation *op) {
  using Form = std::optional<ArithForm>;
  // Signed division rounds to zero, ours down: they agree on naturals.
  return llvm::TypeSwitch<Operation *, Form>(op)
      .Case<arith::AddIOp>([](auto) { return ArithForm{ExprOp::Add}; })
      .Case<arith::SubIOp>([](auto) { return ArithForm{ExprOp::Sub}; })
      .Case<arith::MulIOp>([](auto) { return ArithForm{ExprOp::Mul}; })
      .Case<arith::FloorDivSIOp>(
          [](auto) { return ArithForm{ExprOp::FloorDiv}; })
      .Case<arith::DivUIOp, arith::DivSIOp>([](auto) {
        return ArithForm{ExprOp::FloorDiv, true};
      })
      .Case<arith::CeilDivSIOp>([](auto) { return ArithForm{ExprOp::CeilDiv}; })
      .Case<arith::CeilDivUIOp>([](auto) {
        return ArithForm{ExprOp::CeilDiv, true};
      })
      .Case<arith::RemUIOp, arith::RemSIOp>([](auto) {
        return ArithForm{ExprOp::Mod, true};
      })
      .Case<arith::MinSIOp>([](auto) { return ArithForm{ExprOp::Min}; })
      .Case<arith::MinUIOp>([](auto) {
        return ArithForm{ExprOp::Min, true};
      })
      .Case<arith::MaxSIOp>([](auto) { return ArithForm{ExprOp::Max}; })
      .Case<arith::MaxUIOp>([](auto) {
        return ArithForm{ExprOp::Max, true};
      })
      .Case<arith::CmpIOp>(
          [](auto op) { return comparison(op.getPredicate()); })
      .Case<arith::SelectOp>([](auto) { return ArithForm{ExprOp::Select}; })
      .Case<arith::AndIOp>([](auto op) { return logical(op, ExprOp::And); })
      .Case<arith::OrIOp>([](auto op) { return logical(op, ExprOp::Or); })
      .Case<arith::XOrIOp>([](auto op) { return logical(op, ExprOp::Ne); })
      .Default([](Operation *) { return Form(); });
}
