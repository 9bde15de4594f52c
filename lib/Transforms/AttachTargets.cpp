// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "pr/Analysis/TargetSpec.h"
#include "pr/Dialect/PR/PRDialect.h"
#include "pr/Transforms/Passes.h"

namespace mlir {
namespace pr {
#define GEN_PASS_DEF_ATTACHTARGETS
#include "pr/Transforms/Passes.h.inc"
} // namespace pr
} // namespace mlir

using namespace mlir;
using namespace mlir::pr;

namespace {
struct AttachTargets : public mlir::pr::impl::AttachTargetsBase<AttachTargets> {
  using AttachTargetsBase::AttachTargetsBase;

  LogicalResult initialize(MLIRContext *context) override {
    auto loaded = loadModels(models, {}, /*confidencePercent=*/90, [&] {
      return emitError(UnknownLoc::get(context)) << getArgument() << ": ";
    });
    if (failed(loaded))
      return failure();
    loadedModels = std::move(*loaded);
    return success();
  }

  void runOnOperation() override {
    StringRef name = DLTIDialect::kTargetSystemDescAttrName;
    auto spec = getOperation()->getAttrOfType<TargetSystemSpecInterface>(name);
    getOperation()->setAttr(name,
                            addDevices(spec, loadedModels, &getContext()));
  }

private:
  SmallVector<Model> loadedModels;
};
} // namespace
