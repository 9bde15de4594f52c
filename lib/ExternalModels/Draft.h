// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What every describer needs: shapes as checked counts, element types, and a
// layer under construction that remembers the first thing that went wrong.
#ifndef PR_LIB_EXTERNALMODELS_DRAFT_H
#define PR_LIB_EXTERNALMODELS_DRAFT_H

#include "pr/Interfaces/LayerDescription.h"
#include "pr/Layer/Window.h"
#include "pr/Support/CheckedMath.h"

#include "mlir/IR/BuiltinTypes.h"
#include "mlir/IR/Operation.h"

#include <optional>

namespace mlir {
namespace pr {

/// The element type of a scalar or shaped type; nullopt where layers have no
/// such type (complex numbers, blocks with a shared scale).
std::optional<::pr::ElementType> toElementType(Type type);

/// The reason why some operand or result has no static shape: "dimension 0 of
/// operand 1 is dynamic"; empty if all have.
std::string whyNotStatic(Operation *op);

/// Product of extents; the Checked remembers an overflow.
::pr::Checked product(ArrayRef<int64_t> extents);
/// Of a scalar: 1.
::pr::Checked numElements(Type type);

/// The shape of a value whose op passed whyNotStatic; empty for scalars.
ArrayRef<int64_t> shapeOf(Value value);

class Draft {
public:
  explicit Draft(::pr::LayerKind kind) { layer.kind = kind; }

  /// Sets a dimension by its index in dim::KIND.
  Draft &set(unsigned dim, ::pr::Checked value);
  /// Sets an option by the name of its value. Precondition: it has this value.
  Draft &option(unsigned dim, StringRef value);
  Draft &layout(::pr::Layout layout);
  Draft &operand(Type type);
  Draft &result(Type type);
  Draft &epilogue(::pr::EpilogueOp op);
  /// Sets one axis of a window over `input` rows with `low` rows of padding in
  /// front of them.
  Draft &window(int axis, int64_t input, int64_t output, int64_t kernel,
                int64_t stride, int64_t dilation, int64_t low = 0);
  /// Keeps the first reason.
  Draft &fail(const Twine &reason);

  bool failed() const { return !reason.empty(); }
  /// Hands the layer over: the draft is used up.
  LayerDescription finish(LayerRoles roles = {});

private:
  ::pr::Layer layer;
  std::string reason;
};

} // namespace pr
} // namespace mlir

#endif // PR_LIB_EXTERNALMODELS_DRAFT_H
