// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "pr/Dialect/ACADL/ACADLDialect.h"

#include "pr/Dialect/ACADL/ACADLOps.h"

#include "mlir/IR/DialectImplementation.h"
#include "mlir/Transforms/InliningUtils.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;
using namespace mlir::pr::acadl;

#include "pr/Dialect/ACADL/ACADLDialect.cpp.inc"

#define GET_TYPEDEF_CLASSES
#include "pr/Dialect/ACADL/ACADLTypes.cpp.inc"

#include "pr/Dialect/ACADL/ACADLInterfaces.cpp.inc"

namespace {
/// Functions that issue instructions may be inlined like any other.
struct ACADLInliner : DialectInlinerInterface {
  using DialectInlinerInterface::DialectInlinerInterface;

  bool isLegalToInline(Region *, Region *, bool, IRMapping &) const final {
    return true;
  }
  bool isLegalToInline(Operation *, Region *, bool, IRMapping &) const final {
    return true;
  }
};
} // namespace

void ACADLDialect::initialize() {
  addOperations<
#define GET_OP_LIST
#include "pr/Dialect/ACADL/ACADLOps.cpp.inc"
      >();
  addTypes<
#define GET_TYPEDEF_LIST
#include "pr/Dialect/ACADL/ACADLTypes.cpp.inc"
      >();
  addInterfaces<ACADLInliner>();
}
