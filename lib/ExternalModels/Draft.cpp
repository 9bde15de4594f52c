// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Draft.h"

#include "mlir/Dialect/Quant/IR/QuantTypes.h"
#include "llvm/ADT/STLExtras.h"

using namespace mlir;
using namespace mlir::pr;
using ::pr::Checked;

static std::string toText(Type type) {
  std::string text;
  llvm::raw_string_ostream stream(text);
  type.print(stream);
  return text;
}

static ::pr::ElementType::Format integerFormat(IntegerType type) {
  using Format = ::pr::ElementType::Format;
  if (type.isSigned())
    return Format::Signed;
  return type.isUnsigned() ? Format::Unsigned : Format::Integer;
}

/// Nearly all types are tensors, and what these know themselves need not be
/// asked through the interface: every operand of every op is.
static Type elementOf(Type type) {
  auto tensor = dyn_cast<RankedTensorType>(type);
  return tensor ? tensor.getElementType() : getElementTypeOrSelf(type);
}

static std::optional<ArrayRef<int64_t>> shapeOfType(Type type) {
  if (auto tensor = dyn_cast<RankedTensorType>(type))
    return tensor.getShape();
  auto shaped = dyn_cast<ShapedType>(type);
  return shaped ? std::optional(shaped.getShape()) : std::nullopt;
}

std::optional<::pr::ElementType> mlir::pr::toElementType(Type type) {
  type = elementOf(type);
  if (auto quantized = dyn_cast<quant::QuantizedType>(type))
    type = quantized.getStorageType();
  if (auto integer = dyn_cast<IntegerType>(type))
    if (integer.getWidth() >= 1 && integer.getWidth() <= 128)
      return ::pr::ElementType{integerFormat(integer),
                               static_cast<uint8_t>(integer.getWidth())};
  using Format = ::pr::ElementType::Format;
  if (type.isF32())
    return ::pr::ElementType{};
  if (isa<Float16Type, Float64Type>(type))
    return ::pr::ElementType{Format::Float,
                             type.isF16() ? uint8_t(16) : uint8_t(64)};
  if (isa<BFloat16Type>(type))
    return ::pr::ElementType{Format::BFloat16, 16};
  if (isa<IndexType>(type))
    return ::pr::ElementType{Format::Index, 64};
  // The rarer types are spelled alike on both sides.
  if (isa<FloatType>(type))
    return ::pr::parseElementType(toText(type));
  return std::nullopt;
}

static std::string whyNotStatic(Type type, const Twine &what) {
  auto shaped = dyn_cast<ShapedType>(type);
  if (!shaped)
    return "";
  if (!shaped.hasRank())
    return (what + " has no rank").str();
  for (auto [index, extent] : llvm::enumerate(shaped.getShape()))
    if (ShapedType::isDynamic(extent))
      return ("dimension " + Twine(index) + " of " + what + " is dynamic")
          .str();
  return "";
}

/// Of a tensor with a static shape: so that no text is made for it.
static bool isStaticTensor(Type type) {
  auto tensor = dyn_cast<RankedTensorType>(type);
  return tensor && tensor.hasStaticShape();
}

std::string mlir::pr::whyNotStatic(Operation *op) {
  if (llvm::all_of(op->getOperandTypes(), isStaticTensor) &&
      llvm::all_of(op->getResultTypes(), isStaticTensor))
    return "";
  for (auto [index, type] : llvm::enumerate(op->getOperandTypes()))
    if (auto reason = ::whyNotStatic(type, "operand " + Twine(index));
        !reason.empty())
      return reason;
  for (auto [index, type] : llvm::enumerate(op->getResultTypes()))
    if (auto reason = ::whyNotStatic(type, "result " + Twine(index));
        !reason.empty())
      return reason;
  return "";
}

Checked mlir::pr::product(ArrayRef<int64_t> extents) {
  Checked result = 1;
  for (int64_t extent : extents)
    result = result * Checked(extent);
  return result;
}

Checked mlir::pr::numElements(Type type) {
  auto shape = shapeOfType(type);
  return shape ? product(*shape) : Checked(1);
}

ArrayRef<int64_t> mlir::pr::shapeOf(Value value) {
  return shapeOfType(value.getType()).value_or(ArrayRef<int64_t>());
}

//===----------------------------------------------------------------------===//
// Draft
//===----------------------------------------------------------------------===//

Draft &Draft::set(unsigned dim, Checked value) {
  if (!value.ok())
    return fail("dimension '" + StringRef(layer.info().dims[dim].name) +
                "' of this " + StringRef(layer.info().name) +
                " does not fit in 62 bits");
  layer[dim] = value.value();
  return *this;
}

Draft &Draft::option(unsigned dim, StringRef value) {
  const auto &values = layer.info().dims[dim].values;
  layer[dim] = llvm::find(values, std::string_view(value)) - values.begin();
  return *this;
}

Draft &Draft::layout(::pr::Layout value) {
  layer.layout = value;
  return *this;
}

/// Kinds with any number of operands list the first eight.
static void addType(::pr::TypeList &types, ::pr::ElementType type) {
  if (!types.full())
    types.push_back(type);
}

Draft &Draft::operand(Type type) {
  auto element = toElementType(type);
  if (!element)
    return fail("element type '" + toText(getElementTypeOrSelf(type)) +
                "' of an operand is not supported");
  addType(layer.operands, *element);
  return *this;
}

Draft &Draft::result(Type type) {
  auto element = toElementType(type);
  if (!element)
    return fail("element type '" + toText(getElementTypeOrSelf(type)) +
                "' of a result is not supported");
  addType(layer.results, *element);
  return *this;
}

Draft &Draft::epilogue(::pr::EpilogueOp op) {
  layer.epilogue.push_back(op);
  return *this;
}

Draft &Draft::window(int axis, int64_t input, int64_t output, int64_t kernel,
                     int64_t stride, int64_t dilation, int64_t low) {
  Checked span = (Checked(output) - 1) * Checked(stride) +
                 (Checked(kernel) - 1) * Checked(dilation) + 1;
  if (!span.ok())
    return fail("the window of this " + StringRef(layer.info().name) +
                " spans more than 2^62 positions");
  ::pr::WindowAxis window{output, kernel, stride, dilation, low, 0};
  window.padHigh = std::max<int64_t>(0, span.value() - low - input);
  ::pr::setWindowAxis(layer, axis, window);
  return *this;
}

Draft &Draft::fail(const Twine &text) {
  if (reason.empty())
    reason = text.str();
  return *this;
}

LayerDescription Draft::finish(LayerRoles roles) {
  if (failed())
    return LayerDescription::unsupported(std::move(reason));
  return LayerDescription::describe(std::move(layer), roles);
}
