// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef PR_DIALECT_PR_PROPS_H
#define PR_DIALECT_PR_PROPS_H

#include "pr/Dialect/PR/PRAttributes.h"

#include "mlir/Bytecode/BytecodeOpInterface.h"
#include "mlir/IR/OpDefinition.h"
#include "mlir/IR/OpImplementation.h"
#include "mlir/IR/SymbolTable.h"

#define GET_OP_CLASSES
#include "pr/Dialect/PR/PROps.h.inc"

#endif // PR_DIALECT_PR_PROPS_H
