// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "pr/Analysis/LayerAnalysis.h"
#include "pr/Dialect/PR/PRDialect.h"
#include "pr/ExternalModels/ExternalModels.h"
#include "pr/Model/ModelBundle.h"
#include "pr/Transforms/Passes.h"
#include "pr/Transforms/TileChoice.h"

#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/Remarks.h"
#include "mlir/Interfaces/FunctionInterfaces.h"

namespace mlir {
namespace pr {
#define GEN_PASS_DEF_CHOOSETILES
#include "pr/Transforms/Passes.h.inc"
} // namespace pr
} // namespace mlir

using namespace mlir;
using namespace mlir::pr;

/// Whether some kind has a model that was trained on schedules.
static bool knowsSchedules(const ::pr::ModelBundle &bundle) {
  return llvm::any_of(bundle.kinds(), [](const auto &entry) {
    return entry.second.domain.schedules;
  });
}

static void remarkOn(Operation *op, StringRef function,
                     const TileChoice &choice) {
  if (!op->getContext()->getRemarkEngine())
    return;
  auto options =
      remark::RemarkOpts::name("Tiled").category("pr").function(function);
  if (!choice.sizes) {
    if (auto remark = remark::missed(op->getLoc(), options))
      remark << remark::metric("op", op->getName().getStringRef())
             << remark::metric("reason", choice.whyNot);
    return;
  }
  auto remark = remark::passed(op->getLoc(), options);
  if (!remark)
    return;
  remark << remark::metric("layer", choice.sizes.getLayer().getText());
  if (choice.sizes.getCycles())
    remark << remark::metric("cycles", *choice.sizes.getCycles());
  if (choice.sizes.getTimePs())
    remark << remark::metric("latency-ps", *choice.sizes.getTimePs());
  remark << remark::metric("candidates", choice.sizes.getCandidates());
}

namespace {
struct ChooseTiles : public mlir::pr::impl::ChooseTilesBase<ChooseTiles> {
  using ChooseTilesBase::ChooseTilesBase;

  void getDependentDialects(DialectRegistry &registry) const override {
    ChooseTilesBase::getDependentDialects(registry);
    // A pass plugin cannot reach the registry in any other way.
    registerExternalModels(registry);
  }

  LogicalResult initialize(MLIRContext *context) override {
    auto emitError = [&] {
      return mlir::emitError(UnknownLoc::get(context)) << getArgument() << ": ";
    };
    auto made = makeTileChooser({models, targets, architecture, evaluateBest,
                                 maxCandidates, asQuantized},
                                emitError);
    if (failed(made))
      return failure();
    chooser = std::move(*made);
    const Model &model = chooser->model();
    if (!knowsSchedules(model.estimator.bundle()))
      return emitError() << "model '" << model.path
                         << "' knows no schedules: none of the layers it was "
                            "trained on had one";
    return success();
  }

  void runOnOperation() override {
    bool complete = true;
    getOperation()->walk<WalkOrder::PreOrder>([&](FunctionOpInterface op) {
      if (!op.isExternal())
        complete &= succeeded(runOnFunction(op));
      return WalkResult::skip();
    });
    if (strict && !complete)
      signalPassFailure();
    markAllAnalysesPreserved();
  }

private:
  /// Success where every layer of a kind that the target tiles has sizes.
  LogicalResult runOnFunction(FunctionOpInterface function) {
    const ::pr::TargetInfo &target = chooser->model().estimator.target();
    auto helper =
        getContext().getLoadedDialect<PRDialect>()->getTileSizesAttrHelper();
    // With sizes from before it would be another layer.
    function->walk(
        [&](Operation *op) { op->removeDiscardableAttr(helper.getName()); });
    LayerAnalysis analysis(function, {&target, asQuantized});
    bool complete = true;
    for (const OpDescription &description : analysis.ops()) {
      Operation *op = description.op;
      if (!description.isLayer())
        continue;
      const ::pr::KindSupport *support = target.find(description.layer.kind);
      if (!support || support->tileDims.empty())
        continue;
      TileChoice choice = chooser->choose(op, description.layer);
      if (choice.sizes)
        op->setDiscardableAttr(helper.getName(), choice.sizes);
      else
        complete = false;
      remarkOn(op, function.getName(), choice);
      if (!choice.sizes && strict)
        op->emitError() << "gets no tile sizes: " << choice.whyNot;
    }
    return success(complete);
  }

  /// Shared by the clones of the pass that run in parallel.
  std::shared_ptr<TileChooser> chooser;
};
} // namespace
