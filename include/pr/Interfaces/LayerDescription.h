// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What one operation says about itself: the answer of LayerOpInterface, before
// its neighbours are looked at.
#ifndef PR_INTERFACES_LAYERDESCRIPTION_H
#define PR_INTERFACES_LAYERDESCRIPTION_H

#include "pr/Layer/Layer.h"

#include <array>
#include <string>
#include <utility>

namespace mlir {
namespace pr {

/// Where the parts of a layer lie in the operands and results of its op, so
/// that padding in front of it and epilogues behind it can be folded into it.
/// -1: the layer has no such part.
struct LayerRoles {
  /// Operand that a window slides over, or the left matrix.
  int input = -1;
  /// Operand with the filter, or the right matrix.
  int weights = -1;
  /// Operand with a bias per output channel.
  int bias = -1;
  /// Operand with the zero point of the input: what its padding must hold.
  int inputZeroPoint = -1;
  /// Operand that the result starts from (the outs of linalg ops).
  int init = -1;
  /// Dimension of the input operand along depth, height and width.
  std::array<int, 3> inputAxis{-1, -1, -1};
  /// Dimension of the first result that runs over the output channels.
  int resultChannel = -1;
};

struct LayerDescription {
  enum class Status {
    Layer,       ///< the op is `layer`
    Folded,      ///< the op has no work of its own, by the rule `why`
    Unsupported, ///< the op cannot be described, for the reason `why`
  };

  Status status = Status::Unsupported;
  /// As the op states it, not yet brought to its canonical form by
  /// checkedLayer: folding padding needs the axes that canonical form drops.
  ::pr::Layer layer;
  /// Folded: the name of the rule (docs/FoldingRules.md). Unsupported: the
  /// reason, one lower-case sentence.
  std::string why;
  LayerRoles roles;

  bool isLayer() const { return status == Status::Layer; }
  bool isFolded() const { return status == Status::Folded; }
  bool isUnsupported() const { return status == Status::Unsupported; }

  static LayerDescription describe(::pr::Layer layer, LayerRoles roles = {}) {
    LayerDescription description;
    description.status = Status::Layer;
    description.layer = std::move(layer);
    description.roles = roles;
    return description;
  }
  static LayerDescription folded(std::string rule) {
    LayerDescription description;
    description.status = Status::Folded;
    description.why = std::move(rule);
    return description;
  }
  static LayerDescription unsupported(std::string reason) {
    LayerDescription description;
    description.why = std::move(reason);
    return description;
  }
};

} // namespace pr
} // namespace mlir

#endif // PR_INTERFACES_LAYERDESCRIPTION_H
