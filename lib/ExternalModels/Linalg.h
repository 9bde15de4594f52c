// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The families of linalg's structured ops. Each function describes an op that
// passed whyNotStatic, or returns nullopt where the op is of another family.
#ifndef PR_LIB_EXTERNALMODELS_LINALG_H
#define PR_LIB_EXTERNALMODELS_LINALG_H

#include "Body.h"
#include "Draft.h"

#include "pr/ExternalModels/Structured.h"
#include "pr/Interfaces/LayerDescription.h"

#include <optional>

namespace mlir {
namespace pr {

/// Matrix products of any rank and batch, quantized or not.
std::optional<LayerDescription> describeContraction(const Structured &op);
/// Convolutions and pooling of 1 to 3 dimensions.
std::optional<LayerDescription> describeWindow(const Structured &op);
/// Everything else with a reduction loop.
std::optional<LayerDescription> describeReduction(const Structured &op);
/// Everything without a reduction loop: copies of elements, look-ups,
/// element-wise arithmetic.
LayerDescription describeParallel(const Structured &op);

/// Product of the extents of some loops.
::pr::Checked extentOf(ArrayRef<unsigned> loops, ArrayRef<int64_t> extents);
BlockArgument accumulatorOf(const Structured &op);
/// Roles and types of everything with two factors and an accumulator.
LayerRoles factorRoles(const Structured &op);
void addFactorTypes(Draft &draft, const Structured &op);

/// summarizeBody, the op's scalar operands being no elements.
BodySummary summarizeBody(const Structured &op);

/// The index of the loop that a result of an indexing map runs over; -1 where
/// it is no plain loop.
int loopOfResult(AffineMap map, unsigned result);
/// The position of the result that is the plain loop `loop`; -1 if none is.
int resultOfLoop(AffineMap map, unsigned loop);

} // namespace pr
} // namespace mlir

#endif // PR_LIB_EXTERNALMODELS_LINALG_H
