// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A network estimated as if it were quantized for an integer machine: what
// converts between its float and integer tensors is not there, types are the
// machine's.
#include "ElementSteps.h"

#include "llvm/ADT/SetVector.h"
#include "llvm/ADT/StringExtras.h"

using namespace mlir;
using namespace mlir::pr;
using ::pr::ElementType;
using ::pr::EpilogueOp;
using ::pr::LayerKind;

namespace ew = ::pr::dim::elementwise;

//===----------------------------------------------------------------------===//
// Quantize, dequantize
//===----------------------------------------------------------------------===//

/// Types that hold quantized numbers; truth values and indices do not.
static bool isQuantized(ElementType type) {
  return type.isInteger() && type.bits >= 2 && type.bits <= 32;
}

/// Element-wise arithmetic without functions, of one tensor (or a parameter)
/// and numbers known beforehand.
static bool isPlainArithmetic(Program &program,
                              const OpDescription &description) {
  if (!description.isLayer() ||
      description.layer.kind != LayerKind::Elementwise ||
      description.layer[ew::fn] != 0 || description.op->getNumResults() != 1)
    return false;
  llvm::SmallDenseSet<Value> tensors;
  for (Value operand : description.op->getOperands())
    if (isa<ShapedType>(operand.getType()) && !program.isParameter(operand))
      tensors.insert(operand);
  return tensors.size() <= 1;
}

/// Scale, round and clamp steps in front of a conversion to integers: all ops
/// that nothing but the conversion needs, back to one tensor.
static void foldQuantize(Program &program, OpDescription &conversion) {
  llvm::SetVector<Operation *> members;
  members.insert(conversion.op);
  for (unsigned i = 0; i < members.size(); ++i) {
    for (Value operand : members[i]->getOperands()) {
      OpDescription *def = program.definition(operand);
      bool internal =
          def && def->isLayer() && def->layer.kind == LayerKind::Elementwise &&
          def->layer[ew::fn] == 0 && def->layer[ew::bcast] == 0 &&
          llvm::none_of(def->layer.operands, isQuantized) &&
          llvm::all_of(def->op->getUsers(),
                       [&](Operation *user) { return members.contains(user); });
      if (internal)
        members.insert(def->op);
    }
  }
  // Anything that joins two tensors is no quantization.
  llvm::SmallSetVector<Value, 4> tensors;
  for (Operation *member : members)
    for (Value operand : member->getOperands())
      if (isa<ShapedType>(operand.getType()) && !program.isParameter(operand) &&
          !members.contains(operand.getDefiningOp()))
        tensors.insert(operand);
  if (tensors.size() != 1) {
    program.fold(conversion, "quantize");
    return;
  }
  for (Operation *member : members)
    program.fold(*program.find(member), "quantize");
}

/// The zero point and the scale behind a conversion to floats.
static void foldDequantize(Program &program, OpDescription &conversion) {
  Value value = conversion.op->getResult(0);
  program.fold(conversion, "dequantize");
  for (int i = 0; i < 2; ++i) {
    OpOperand *use = onlyUse(value);
    OpDescription *user = use ? program.find(use->getOwner()) : nullptr;
    if (!user || !user->isLayer() || user->layer.kind != LayerKind::Elementwise)
      return;
    auto steps = stepsFrom(program, *use, -1);
    if (!steps || steps->size() != 1 || steps->front().side ||
        (steps->front().op != EpilogueOp::Bias &&
         steps->front().op != EpilogueOp::Scale))
      return;
    program.fold(*user, "dequantize");
    value = user->op->getResult(0);
  }
}

void mlir::pr::foldQuantization(Program &program) {
  for (OpDescription &description : program.ops()) {
    if (!isPlainArithmetic(program, description) ||
        description.layer[ew::cvt] == 0)
      continue;
    ElementType from = description.layer.operands[0];
    ElementType to = description.layer.results[0];
    if (from.isFloat() && isQuantized(to))
      foldQuantize(program, description);
    else if (isQuantized(from) && to.isFloat())
      foldDequantize(program, description);
    else if (from.isFloat() && to.isFloat() &&
             description.layer[ew::alu] == 0 && description.layer[ew::mul] == 0)
      program.fold(description, "type-of-target");
  }
}

//===----------------------------------------------------------------------===//
// Layouts
//===----------------------------------------------------------------------===//

/// Whether a permutation only moves the channels across the pixels: nchw to
/// nhwc or back.
static bool movesChannels(ArrayRef<int64_t> permutation) {
  size_t rank = permutation.size();
  if (rank < 3 || rank > 5 || permutation[0] != 0)
    return false;
  bool toLast = permutation[rank - 1] == 1,
       toFirst = permutation[1] == int64_t(rank) - 1;
  for (unsigned i = 1; i + 1 < rank; ++i) {
    toLast &= permutation[i] == i + 1;
    toFirst &= permutation[i + 1] == i;
  }
  return toLast || toFirst;
}

static bool isWindowLayer(const OpDescription &description) {
  StringRef family = familyOf(description.layer.kind);
  return description.isLayer() && (family == "conv" || family == "pool");
}

static bool isFoldedIntoWindow(Program &program,
                               const OpDescription &description) {
  OpDescription *into = program.find(description.foldedInto);
  return description.isFolded() && into && isWindowLayer(*into);
}

/// Whether a window layer makes the value, views and folded ops aside.
static bool comesFromWindow(Program &program, Value value) {
  while (OpDescription *def = program.definition(value)) {
    if (isWindowLayer(*def) || isFoldedIntoWindow(program, *def))
      return true;
    if (!program.isView(def->op) || def->op->getNumOperands() == 0)
      return false;
    value = def->op->getOperand(0);
  }
  return false;
}

/// Whether only window layers read the value, views and folded ops aside.
static bool goesToWindows(Program &program, Value value) {
  llvm::SetVector<Value> values;
  values.insert(value);
  for (unsigned i = 0; i < values.size(); ++i) {
    if (values[i].use_empty())
      return false;
    for (Operation *op : values[i].getUsers()) {
      OpDescription *user = program.find(op);
      if (!user)
        return false;
      if (isWindowLayer(*user) || isFoldedIntoWindow(program, *user))
        continue;
      if (!user->isFolded() || user->op->getNumResults() != 1)
        return false;
      values.insert(user->op->getResult(0));
    }
  }
  return true;
}

/// layout-of-target: an integer machine keeps its activations in one layout of
/// its own; the importer's changes between nchw and nhwc do not happen there.
void mlir::pr::foldLayouts(Program &program) {
  for (OpDescription &description : program.ops()) {
    if (!isMovement(description, "transpose") ||
        description.op->getNumResults() != 1)
      continue;
    auto permutation = permutationOf(description.op);
    if (!permutation || !movesChannels(*permutation))
      continue;
    if (comesFromWindow(program, description.op->getOperand(0)) ||
        goesToWindows(program, description.op->getResult(0)))
      program.fold(description, "layout-of-target");
  }
}

//===----------------------------------------------------------------------===//
// Element types
//===----------------------------------------------------------------------===//

static bool parseTypes(StringRef text, ::pr::TypeList &types) {
  SmallVector<StringRef> words;
  text.split(words, ',');
  for (StringRef word : words) {
    auto type = ::pr::parseElementType(std::string_view(word.trim()));
    if (!type || types.full())
      return false;
    types.push_back(*type);
  }
  return true;
}

static bool hasFloat(const ::pr::TypeList &types) {
  return llvm::any_of(types, [](ElementType type) { return type.isFloat(); });
}

/// The first integer types of the target that fit the layer's operands.
static void mapLayer(::pr::Layer &layer, const ::pr::KindSupport &support) {
  for (const std::string &text : support.types) {
    auto [left, right] = StringRef(text).split("->");
    ::pr::TypeList operands, results;
    if (!parseTypes(left, operands) || !parseTypes(right, results) ||
        operands.size() != layer.operands.size() ||
        results.size() != layer.results.size() || hasFloat(operands) ||
        hasFloat(results))
      continue;
    layer.operands = operands;
    layer.results = results;
    return;
  }
}

void mlir::pr::mapElementTypes(Program &program) {
  for (OpDescription &description : program.ops()) {
    ::pr::Layer &layer = description.layer;
    if (!description.isLayer() ||
        !(hasFloat(layer.operands) || hasFloat(layer.results)))
      continue;
    if (const ::pr::KindSupport *support = program.support(layer.kind))
      mapLayer(layer, *support);
  }
}
