// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Padding in front of windows, and slices that cut off rows which no window
// reads: neither is work of its own, the window reads the original tensor.
#include "Program.h"

#include "pr/Layer/Window.h"
#include "pr/Support/CheckedMath.h"

#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/Dialect/Tosa/IR/TosaOps.h"
#include "mlir/IR/Matchers.h"

#include <cmath>

using namespace mlir;
using namespace mlir::pr;
using ::pr::Checked;
using ::pr::LayerKind;

static ArrayRef<int64_t> shapeOf(Value value) {
  return cast<ShapedType>(value.getType()).getShape();
}

/// The axis (0 .. 2) of the layer along a dimension of its input; -1 if none.
static int axisOf(const OpDescription &layer, unsigned dimension) {
  for (int axis = 0; axis < 3; ++axis)
    if (layer.roles.inputAxis[axis] == static_cast<int>(dimension))
      return axis;
  return -1;
}

/// The window layer that slides over the value; null for any other use.
static OpDescription *windowOver(Program &program, OpOperand &use) {
  OpDescription *user = program.find(use.getOwner());
  bool slides = user && user->isLayer() && ::pr::hasWindow(user->layer.kind) &&
                user->roles.input == static_cast<int>(use.getOperandNumber());
  return slides ? user : nullptr;
}

//===----------------------------------------------------------------------===//
// Padding
//===----------------------------------------------------------------------===//

namespace {
/// A pad with constant extents and value.
struct Pad {
  Value source;
  SmallVector<int64_t> low, high;
  Value filling; ///< a constant scalar or tensor of one element
};
} // namespace

static std::optional<Pad> readTensorPad(tensor::PadOp op) {
  Value filling = op.getConstantPaddingValue();
  if (!filling)
    return std::nullopt;
  return Pad{op.getSource(), SmallVector<int64_t>(op.getStaticLow()),
             SmallVector<int64_t>(op.getStaticHigh()), filling};
}

static std::optional<Pad> readTosaPad(tosa::PadOp op) {
  DenseIntElementsAttr padding;
  if (!matchPattern(op.getPadding(), m_Constant(&padding)))
    return std::nullopt;
  Pad pad{op.getInput1(), {}, {}, op.getPadConst()};
  for (auto [index, count] : llvm::enumerate(padding.getValues<APInt>()))
    (index % 2 ? pad.high : pad.low).push_back(count.getSExtValue());
  return pad;
}

static std::optional<Pad> readPad(Operation *op) {
  std::optional<Pad> pad;
  if (auto tensorPad = dyn_cast<tensor::PadOp>(op))
    pad = readTensorPad(tensorPad);
  else if (auto tosaPad = dyn_cast<tosa::PadOp>(op))
    pad = readTosaPad(tosaPad);
  auto isCount = [](int64_t count) { return count >= 0; };
  if (!pad || !llvm::all_of(pad->low, isCount) ||
      !llvm::all_of(pad->high, isCount))
    return std::nullopt;
  return pad;
}

/// Minus infinity or the most negative value of a type: what padding of a
/// maximum must hold.
static bool isLowest(double value, Type type) {
  if (auto real = dyn_cast<FloatType>(type))
    return value <= llvm::APFloat::getLargest(real.getFloatSemantics(),
                                              /*Negative=*/true)
                        .convertToDouble();
  auto integer = dyn_cast<IntegerType>(type);
  if (!integer || integer.getWidth() > 32)
    return false;
  unsigned magnitudeBits = integer.getWidth() - 1;
  return value ==
         (integer.isUnsigned() ? 0.0 : -std::ldexp(1.0, magnitudeBits));
}

/// Whether a window computes the same over padding of its own.
static bool isNeutral(const Pad &pad, const OpDescription &window) {
  auto value = constantNumber(pad.filling);
  if (!value)
    return false;
  if (window.layer.kind == LayerKind::Pool2D ||
      window.layer.kind == LayerKind::Pool3D) {
    unsigned option = *window.layer.info().findDim("op");
    StringRef name =
        window.layer.info().dims[option].values[window.layer[option]];
    if (name == "max")
      return isLowest(*value, getElementTypeOrSelf(pad.source.getType()));
    return name == "sum" && *value == 0;
  }
  if (window.roles.inputZeroPoint < 0)
    return *value == 0;
  return value ==
         constantNumber(window.op->getOperand(window.roles.inputZeroPoint));
}

/// The layer reading `pad.source` with padding of its own; nullopt where that
/// is another computation or no legal layer.
static std::optional<::pr::Layer> readThrough(const Pad &pad,
                                              const OpDescription &window) {
  if (!isNeutral(pad, window))
    return std::nullopt;
  ::pr::Layer layer = window.layer;
  for (unsigned i = 0; i < pad.low.size(); ++i) {
    if (pad.low[i] == 0 && pad.high[i] == 0)
      continue;
    int axis = axisOf(window, i);
    if (axis < 0)
      return std::nullopt;
    ::pr::WindowAxis old = ::pr::windowAxis(layer, axis);
    Checked low = Checked(old.padLow) + Checked(pad.low[i]);
    if (!low.ok())
      return std::nullopt;
    ::pr::setWindowAxis(layer, axis,
                        ::pr::WindowAxis::fromInput(
                            shapeOf(pad.source)[i], old.kernel, old.stride,
                            old.dilation, low.value(), 0, old.output));
  }
  if (!::pr::checkedLayer(layer))
    return std::nullopt;
  return layer;
}

static void foldPad(Program &program, OpDescription &description) {
  auto pad = readPad(description.op);
  if (!pad)
    return;
  std::vector<std::pair<OpDescription *, ::pr::Layer>> readers;
  for (OpOperand &use : description.op->getResult(0).getUses()) {
    OpDescription *window = windowOver(program, use);
    auto layer = window ? readThrough(*pad, *window) : std::nullopt;
    if (!layer)
      return;
    readers.emplace_back(window, *layer);
  }
  if (readers.empty())
    return;
  for (auto &[window, layer] : readers)
    window->layer = layer;
  OpDescription *first = readers.front().first;
  program.fold(description, ("pad-into-" + familyOf(first->layer.kind)).str(),
               readers.size() == 1 ? first->op : nullptr);
}

void mlir::pr::foldPadding(Program &program) {
  for (OpDescription &description : program.ops())
    if (isMovement(description, "pad") && description.op->getNumResults() == 1)
      foldPad(program, description);
}

//===----------------------------------------------------------------------===//
// Slices
//===----------------------------------------------------------------------===//

/// Whether a window over `whole` rows reads the same as over `kept` of them: it
/// has as many outputs and pads nothing behind the kept rows.
static bool ignoresRows(const ::pr::Layer &layer, int axis, int64_t whole) {
  ::pr::WindowAxis window = ::pr::windowAxis(layer, axis);
  ::pr::WindowAxis wide = ::pr::WindowAxis::fromInput(
      whole, window.kernel, window.stride, window.dilation, window.padLow, 0);
  return window.padHigh == 0 && wide.output == window.output;
}

static bool startsAtOrigin(Operation *op) {
  if (auto slice = dyn_cast<tensor::ExtractSliceOp>(op))
    return slice.hasUnitStride() && slice.hasZeroOffset();
  auto slice = dyn_cast<tosa::SliceOp>(op);
  DenseIntElementsAttr start;
  return slice && matchPattern(slice.getStart(), m_Constant(&start)) &&
         llvm::all_of(start.getValues<APInt>(),
                      [](const APInt &value) { return value.isZero(); });
}

static bool ignoresSlice(const OpDescription &window, ArrayRef<int64_t> whole,
                         ArrayRef<int64_t> kept) {
  for (unsigned i = 0; i < whole.size(); ++i) {
    if (whole[i] == kept[i])
      continue;
    int axis = axisOf(window, i);
    if (axis < 0 || !ignoresRows(window.layer, axis, whole[i]))
      return false;
  }
  return true;
}

/// slice-into-conv, slice-into-pool: TOSA wants windows to end exactly at the
/// last row, so importers cut off what a stride leaves over. (A slice of one
/// piece is a view already; this rule says more about it.)
static void foldSlice(Program &program, OpDescription &description) {
  Operation *op = description.op;
  ArrayRef<int64_t> whole = shapeOf(op->getOperand(0));
  ArrayRef<int64_t> kept = shapeOf(op->getResult(0));
  if (whole.size() != kept.size() || !startsAtOrigin(op))
    return;
  OpDescription *window = nullptr;
  for (OpOperand &use : op->getResult(0).getUses()) {
    window = windowOver(program, use);
    if (!window || !ignoresSlice(*window, whole, kept))
      return;
  }
  if (window)
    program.fold(description,
                 ("slice-into-" + familyOf(window->layer.kind)).str(),
                 op->getResult(0).hasOneUse() ? window->op : nullptr);
}

void mlir::pr::foldSlices(Program &program) {
  for (OpDescription &description : program.ops())
    if (isa<tensor::ExtractSliceOp, tosa::SliceOp>(description.op) &&
        !description.isUnsupported())
      foldSlice(program, description);
}
