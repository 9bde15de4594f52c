// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The passes that lower a `pr.bench`. Options and descriptions are in Passes.td.
#ifndef PR_CONVERSION_PASSES_H
#define PR_CONVERSION_PASSES_H

#include "pr/Dialect/ACADL/ACADLDialect.h"

#include "mlir/Dialect/Affine/IR/AffineOps.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/Pass/Pass.h"

#include <memory>
#include <string>

namespace mlir {
namespace pr {
#define GEN_PASS_DECL
#include "pr/Conversion/Passes.h.inc"

#define GEN_PASS_REGISTRATION
#include "pr/Conversion/Passes.h.inc"
} // namespace pr
} // namespace mlir

#endif // PR_CONVERSION_PASSES_H
