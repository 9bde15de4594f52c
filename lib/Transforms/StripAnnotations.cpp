// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "pr/Dialect/PR/PRDialect.h"
#include "pr/Transforms/Passes.h"

#include "mlir/IR/Operation.h"

namespace mlir {
namespace pr {
#define GEN_PASS_DEF_STRIPANNOTATIONS
#include "pr/Transforms/Passes.h.inc"
} // namespace pr
} // namespace mlir

using namespace mlir;

static void strip(Operation *op) {
  SmallVector<StringAttr> names;
  for (NamedAttribute attr : op->getDiscardableAttrs())
    if (isa_and_nonnull<mlir::pr::PRDialect>(attr.getNameDialect()))
      names.push_back(attr.getName());
  for (StringAttr name : names)
    op->removeDiscardableAttr(name);
}

namespace {
struct StripAnnotations
    : public mlir::pr::impl::StripAnnotationsBase<StripAnnotations> {
  using StripAnnotationsBase::StripAnnotationsBase;

  void runOnOperation() override {
    getOperation()->walk(strip);
    markAllAnalysesPreserved();
  }
};
} // namespace
