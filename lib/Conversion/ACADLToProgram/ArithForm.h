// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef PR_LIB_CONVERSION_ACADLTOPROGRAM_ARITHFORM_H
#define PR_LIB_CONVERSION_ACADLTOPROGRAM_ARITHFORM_H

#include "pr/Layer/Expr.h"

#include "mlir/IR/Operation.h"

#include <optional>

namespace mlir::pr::acadl {

/// What an arith operation computes.
struct ArithForm {
  ::pr::ExprOp op;
  /// It agrees with `op` only where no operand is negative.
  bool naturalsOnly = false;
};

/// nullopt for operations that have no meaning in a mapping.
std::optional<ArithForm> arithForm(Operation *op);

} // namespace mlir::pr::acadl

#endif // PR_LIB_CONVERSION_ACADLTOPROGRAM_ARITHFORM_H
