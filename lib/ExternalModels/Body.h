// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What the scalar body of a structured op computes.
#ifndef PR_LIB_EXTERNALMODELS_BODY_H
#define PR_LIB_EXTERNALMODELS_BODY_H

#include "mlir/IR/Operation.h"
#include "llvm/ADT/STLFunctionalExtras.h"

#include <cstdint>
#include <string>

namespace mlir {
namespace pr {

/// Arithmetic per element, by what it costs.
struct OperationMix {
  int64_t alu = 0; ///< additions, comparisons, selections, bit operations
  int64_t mul = 0; ///< multiplications
  int64_t div = 0; ///< divisions, remainders, square roots
  int64_t fn = 0;  ///< transcendental functions, table look-ups
  int64_t cvt = 0; ///< conversions between types

  int64_t total() const { return alu + mul + div + fn + cvt; }
  OperationMix &operator+=(const OperationMix &other);
};

/// Counts one scalar operation of arith, math or tosa.apply_scale. False where
/// nobody knows what it costs.
bool countScalarOp(Operation *op, OperationMix &mix);

struct BodySummary {
  OperationMix mix;
  /// Reads elements at computed positions (tensor.extract, memref.load).
  int64_t lookups = 0;
  /// The operation that could not be counted; null if all could.
  Operation *unknown = nullptr;
};

/// Counts what the yielded values depend on and what changes from element to
/// element: index arithmetic of look-ups, assertions and arithmetic on scalars
/// (captured, or arguments of which `isElement` is false) are left out.
BodySummary summarizeBody(Block &body,
                          llvm::function_ref<bool(BlockArgument)> isElement);

/// Whether the body adds a product of its first two arguments to `accumulator`;
/// conversions and subtracted zero points may stand around the factors.
bool isMultiplyAccumulate(Block &body, BlockArgument accumulator);

/// "sum", "max", "argmax" ... as LayerKinds.def spells them: how the body
/// combines an element with its accumulators, the last arguments. "mixed" where
/// it does something else.
StringRef combinerOf(Block &body, unsigned numAccumulators);

} // namespace pr
} // namespace mlir

#endif // PR_LIB_EXTERNALMODELS_BODY_H
