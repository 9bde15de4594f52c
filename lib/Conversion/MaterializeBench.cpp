// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "pr/Conversion/MaterializeLayer.h"
#include "pr/Conversion/Passes.h"
#include "pr/Dialect/PR/PROps.h"

namespace mlir {
namespace pr {
#define GEN_PASS_DEF_MATERIALIZEBENCH
#include "pr/Conversion/Passes.h.inc"
} // namespace pr
} // namespace mlir

using namespace mlir;

static LogicalResult materialize(mlir::pr::BenchOp bench) {
  auto program =
      mlir::pr::planLayer(bench.getContext(), bench.getLayer().getLayer());
  if (!program)
    return bench.emitOpError(program.error().message);
  OpBuilder builder(bench);
  mlir::pr::buildLayerFunction(builder, bench.getLoc(), bench.getSymName(),
                               *program);
  bench.erase();
  return success();
}

namespace {
struct MaterializeBench
    : public mlir::pr::impl::MaterializeBenchBase<MaterializeBench> {
  using MaterializeBenchBase::MaterializeBenchBase;

  void runOnOperation() override {
    SmallVector<mlir::pr::BenchOp> benches(
        getOperation().getOps<mlir::pr::BenchOp>());
    for (mlir::pr::BenchOp bench : benches)
      if (failed(materialize(bench)))
        return signalPassFailure();
  }
};
} // namespace
