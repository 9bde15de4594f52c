// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The `acadl` dialect: accelerators as objects and mappings. docs/design/Acadl.md
// has the reasons.
#ifndef PR_DIALECT_ACADL_ACADLDIALECT_H
#define PR_DIALECT_ACADL_ACADLDIALECT_H

#include "mlir/IR/Dialect.h"

#include "pr/Dialect/ACADL/ACADLDialect.h.inc"

#endif // PR_DIALECT_ACADL_ACADLDIALECT_H
