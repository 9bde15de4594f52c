// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Layers and estimates as MLIR attributes. A LayerAttr holds the parsed layer
// and its text: neither parsing nor printing is repeated.
#ifndef PR_DIALECT_PR_PRATTRIBUTES_H
#define PR_DIALECT_PR_PRATTRIBUTES_H

#include "pr/Dialect/PR/PRDialect.h"
#include "pr/Layer/Layer.h"

#include "mlir/IR/BuiltinAttributes.h"

#include <optional>
#include <string>

#include "pr/Dialect/PR/PREnums.h.inc"

namespace mlir::pr::detail {
struct LayerAttrStorage;
}

#define GET_ATTRDEF_CLASSES
#include "pr/Dialect/PR/PRAttributes.h.inc"

#endif // PR_DIALECT_PR_PRATTRIBUTES_H
