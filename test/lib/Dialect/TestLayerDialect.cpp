// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What a project with its own dialect writes to have its ops estimated. The
// describe functions see only their op; padding in front of the convolution is
// folded by LayerAnalysis because the roles say where the pixels are.
#include "pr/Interfaces/LayerOpInterface.h"
#include "pr/Layer/Window.h"

#include "mlir/IR/Builders.h"
#include "mlir/IR/Dialect.h"
#include "mlir/IR/DialectRegistry.h"
#include "mlir/IR/OpImplementation.h"

#include "TestLayerDialect.h.inc"

#define GET_OP_CLASSES
#include "TestLayerOps.h.inc"

using namespace mlir;
using namespace mlir::pr;
using namespace mlir::pr::test;

#include "TestLayerDialect.cpp.inc"

#define GET_OP_CLASSES
#include "TestLayerOps.cpp.inc"

void TestLayerDialect::initialize() {
  addOperations<
#define GET_OP_LIST
#include "TestLayerOps.cpp.inc"
      >();
}

LayerDescription ConvOp::describeLayer() {
  auto input = cast<RankedTensorType>(getInput().getType());
  auto filter = cast<RankedTensorType>(getFilter().getType());
  auto result = cast<RankedTensorType>(getResult().getType());
  if (!input.hasStaticShape() || !filter.hasStaticShape())
    return LayerDescription::unsupported("the shapes are not static");
  namespace conv = ::pr::dim::conv1d;
  ::pr::Layer layer;
  layer.kind = ::pr::LayerKind::Conv1D;
  layer[conv::n] = input.getDimSize(0);
  layer[conv::g] = 1;
  layer[conv::ic] = filter.getDimSize(1);
  layer[conv::oc] = filter.getDimSize(2);
  ::pr::setWindowAxis(layer, 2,
                      {result.getDimSize(1), filter.getDimSize(0), 1, 1, 0, 0});
  layer.operands = {{}, {}}; // f32, f32
  layer.results = {{}};
  layer.layout = ::pr::Layout::ChannelsLast;
  LayerRoles roles;
  roles.input = 0;
  roles.weights = 1;
  roles.inputAxis[2] = 1;
  roles.resultChannel = 2;
  return LayerDescription::describe(layer, roles);
}

LayerDescription PrefetchOp::describeLayer() {
  return LayerDescription::folded("prefetch");
}

LayerDescription MagicOp::describeLayer() {
  return LayerDescription::unsupported("nobody knows how long magic takes");
}

namespace mlir::pr::test {
void registerTestLayerDialect(DialectRegistry &registry) {
  registry.insert<TestLayerDialect>();
}
} // namespace mlir::pr::test
