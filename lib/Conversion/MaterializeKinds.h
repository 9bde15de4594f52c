// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The programs of the layer kinds and what they are made of.
#ifndef PR_LIB_CONVERSION_MATERIALIZEKINDS_H
#define PR_LIB_CONVERSION_MATERIALIZEKINDS_H

#include "pr/Conversion/MaterializeLayer.h"

namespace mlir {
namespace pr {

inline ::pr::Error noForm(std::string message) {
  return ::pr::makeError(::pr::ErrorKind::Unsupported, std::move(message));
}

Value filled(OpBuilder &b, Location loc, RankedTensorType type, Value value);
Value zeroFilled(OpBuilder &b, Location loc, RankedTensorType type);
/// The tensor itself where nothing is to be padded.
Value padded(OpBuilder &b, Location loc, Value tensor, ArrayRef<int64_t> low,
             ArrayRef<int64_t> high, Value value);

::pr::Expected<LayerProgram> planConv(MLIRContext *context,
                                      const ::pr::Layer &layer);
::pr::Expected<LayerProgram> planDepthwise(MLIRContext *context,
                                           const ::pr::Layer &layer);
::pr::Expected<LayerProgram> planPool(MLIRContext *context,
                                      const ::pr::Layer &layer);
::pr::Expected<LayerProgram> planMatMul(MLIRContext *context,
                                        const ::pr::Layer &layer);
::pr::Expected<LayerProgram> planElementwise(MLIRContext *context,
                                             const ::pr::Layer &layer);
::pr::Expected<LayerProgram> planReduction(MLIRContext *context,
                                           const ::pr::Layer &layer);
::pr::Expected<LayerProgram> planSoftmax(MLIRContext *context,
                                         const ::pr::Layer &layer);
::pr::Expected<LayerProgram> planDataMovement(MLIRContext *context,
                                              const ::pr::Layer &layer);

} // namespace pr
} // namespace mlir

#endif // PR_LIB_CONVERSION_MATERIALIZEKINDS_H
