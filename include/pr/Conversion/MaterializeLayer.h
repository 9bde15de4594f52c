// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A layer as a function on tensors: what pr-materialize-bench writes, what the
// host target compiles and what external targets are sent.
#ifndef PR_CONVERSION_MATERIALIZELAYER_H
#define PR_CONVERSION_MATERIALIZELAYER_H

#include "pr/Layer/Layer.h"
#include "pr/Support/Expected.h"
#include "pr/Target/CommandTarget.h"

#include "mlir/IR/Builders.h"
#include "mlir/IR/BuiltinTypes.h"

#include <functional>

namespace mlir {
class DialectRegistry;
namespace func {
class FuncOp;
}
namespace pr {

/// The tensors of a layer and the linalg that computes it.
struct LayerProgram {
  SmallVector<RankedTensorType> arguments;
  RankedTensorType result;
  std::function<Value(OpBuilder &, Location, ValueRange arguments)> body;
  /// Sums and products of it are exact where the inputs are small multiples of
  /// a power of two: two correct programs agree to the bit.
  bool exact = true;
};

/// The type of a tensor element, or null where MLIR has none.
Type toMLIRType(MLIRContext *context, ::pr::ElementType type);

/// Errors (kind Unsupported) name what has no form in linalg. The context must
/// have the dialects of registerMaterializeDialects loaded.
::pr::Expected<LayerProgram> planLayer(MLIRContext *context,
                                       const ::pr::Layer &layer);

/// Writes the program as a function at the builder's place.
func::FuncOp buildLayerFunction(OpBuilder &builder, Location loc,
                                StringRef name, const LayerProgram &program);

void registerMaterializeDialects(DialectRegistry &registry);

/// Layers as generic MLIR text for external command targets.
::pr::BenchModuleProvider makeBenchModuleProvider();

} // namespace pr
} // namespace mlir

#endif // PR_CONVERSION_MATERIALIZELAYER_H
