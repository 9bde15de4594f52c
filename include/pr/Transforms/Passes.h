// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The passes over annotated IR. Options and descriptions are in Passes.td.
#ifndef PR_TRANSFORMS_PASSES_H
#define PR_TRANSFORMS_PASSES_H

#include "mlir/Dialect/DLTI/DLTI.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/Pass/Pass.h"

#include <memory>
#include <string>

namespace mlir {
namespace pr {
/// What pr-apply-tiles does with the last tile of a loop where it is smaller.
enum class TileRemainder { Dynamic, Peel, Pad };

#define GEN_PASS_DECL
#include "pr/Transforms/Passes.h.inc"

#define GEN_PASS_REGISTRATION
#include "pr/Transforms/Passes.h.inc"
} // namespace pr
} // namespace mlir

#endif // PR_TRANSFORMS_PASSES_H
