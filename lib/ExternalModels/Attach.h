// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Attaching LayerOpInterface to ops of other dialects, one line per family.
#ifndef PR_LIB_EXTERNALMODELS_ATTACH_H
#define PR_LIB_EXTERNALMODELS_ATTACH_H

#include "Draft.h"

#include "pr/Interfaces/LayerOpInterface.h"

namespace mlir {
class DialectRegistry;
namespace pr {

/// Describes by a function, once the shapes are known to be static.
template <typename Op, LayerDescription (*describe)(Operation *)>
struct LayerModel
    : LayerOpInterface::ExternalModel<LayerModel<Op, describe>, Op> {
  LayerDescription describeLayer(Operation *op) const {
    std::string reason = whyNotStatic(op);
    return reason.empty() ? describe(op)
                          : LayerDescription::unsupported(reason);
  }
};

/// Has no work, whatever its shapes: `rule` names why.
template <typename Op, const char *rule>
struct FoldedModel
    : LayerOpInterface::ExternalModel<FoldedModel<Op, rule>, Op> {
  LayerDescription describeLayer(Operation *) const {
    return LayerDescription::folded(rule);
  }
};

/// `attachLayer<describeFn>::to<OpA, OpB>(context)`.
template <LayerDescription (*describe)(Operation *)>
struct attachLayer {
  template <typename... Ops>
  static void to(MLIRContext *context) {
    (Ops::template attachInterface<LayerModel<Ops, describe>>(*context), ...);
  }
};
template <const char *rule>
struct attachFolded {
  template <typename... Ops>
  static void to(MLIRContext *context) {
    (Ops::template attachInterface<FoldedModel<Ops, rule>>(*context), ...);
  }
};

/// The rules that no neighbour decides (docs/FoldingRules.md).
inline constexpr char kConstant[] = "constant";
inline constexpr char kView[] = "view";
inline constexpr char kAllocation[] = "allocation";
inline constexpr char kScalar[] = "scalar";
inline constexpr char kShape[] = "shape";
inline constexpr char kVariable[] = "variable";

void registerLinalgModels(DialectRegistry &registry);
void registerTosaModels(DialectRegistry &registry);
void registerTensorModels(DialectRegistry &registry);
void registerMemRefModels(DialectRegistry &registry);

} // namespace pr
} // namespace mlir

#endif // PR_LIB_EXTERNALMODELS_ATTACH_H
