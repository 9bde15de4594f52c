// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef PR_DIALECT_ACADL_ACADLOPS_H
#define PR_DIALECT_ACADL_ACADLOPS_H

#include "pr/Dialect/ACADL/ACADLDialect.h"

#include "mlir/Bytecode/BytecodeOpInterface.h"
#include "mlir/IR/BuiltinAttributes.h"
#include "mlir/IR/BuiltinTypes.h"
#include "mlir/IR/OpDefinition.h"
#include "mlir/IR/OpImplementation.h"
#include "mlir/IR/SymbolTable.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"

#include "pr/Dialect/ACADL/ACADLInterfaces.h.inc"

#define GET_TYPEDEF_CLASSES
#include "pr/Dialect/ACADL/ACADLTypes.h.inc"

#define GET_OP_CLASSES
#include "pr/Dialect/ACADL/ACADLOps.h.inc"

#endif // PR_DIALECT_ACADL_ACADLOPS_H
