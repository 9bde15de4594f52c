// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef PR_DIALECT_PR_PRDIALECT_H
#define PR_DIALECT_PR_PRDIALECT_H

#include "mlir/IR/BuiltinAttributes.h"
#include "mlir/IR/Dialect.h"
#include "mlir/IR/Operation.h"

#include "pr/Dialect/PR/PRDialect.h.inc"

#endif // PR_DIALECT_PR_PRDIALECT_H
