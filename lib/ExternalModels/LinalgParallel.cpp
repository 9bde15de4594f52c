// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Structured ops without a reduction loop: elements copied to another place,
// looked up at computed positions, or computed from one another.
#include "Draft.h"
#include "Linalg.h"

using namespace mlir;
using namespace mlir::pr;
using ::pr::Checked;
using ::pr::LayerKind;

namespace ew = ::pr::dim::elementwise;
namespace dm = ::pr::dim::data_movement;

namespace {
/// How an operand's elements are read: the loops its indexing map runs over,
/// unit loops left out, from its outermost dimension.
struct Access {
  SmallVector<unsigned> loops;
  /// Every result is a plain loop or a constant.
  bool isPlain = true;
};
} // namespace

static Access accessOf(AffineMap map, ArrayRef<int64_t> extents) {
  Access access;
  for (unsigned i = 0; i < map.getNumResults(); ++i) {
    int loop = loopOfResult(map, i);
    if (loop < 0)
      access.isPlain &= isa<AffineConstantExpr>(map.getResult(i));
    else if (extents[loop] != 1)
      access.loops.push_back(loop);
  }
  return access;
}

static unsigned numWideLoops(ArrayRef<int64_t> extents) {
  return llvm::count_if(extents, [](int64_t extent) { return extent != 1; });
}

//===----------------------------------------------------------------------===//
// Data movement
//===----------------------------------------------------------------------===//

/// Elements that stay neighbours: the innermost loops that both sides share.
static Checked sharedRun(const Access &from, const Access &to,
                         ArrayRef<int64_t> extents) {
  Checked run = 1;
  for (auto [a, b] :
       llvm::zip(llvm::reverse(from.loops), llvm::reverse(to.loops))) {
    if (a != b)
      break;
    run = run * Checked(extents[a]);
  }
  return run;
}

static Draft movementTo(const Structured &op, StringRef name) {
  Draft draft(LayerKind::DataMovement);
  Type result = op.getDpsInits()[0].getType();
  draft.option(dm::op, name).set(dm::e, numElements(result)).result(result);
  return draft;
}

static LayerDescription describeFill(const Structured &op) {
  Draft draft = movementTo(op, "fill");
  Type result = op.getDpsInits()[0].getType();
  LayerRoles roles;
  roles.init = op.getDpsInitOperand(0)->getOperandNumber();
  return draft.set(dm::run, numElements(result)).operand(result).finish(roles);
}

static StringRef movementName(const Access &from, const Access &to) {
  if (!from.isPlain)
    return "slice";
  if (from.loops.size() < to.loops.size())
    return "broadcast";
  return from.loops == to.loops ? "copy" : "transpose";
}

/// One element of `source` goes to each element of the result.
static LayerDescription describeMovement(const Structured &op,
                                         OpOperand &source) {
  ArrayRef<int64_t> extents = op.getExtents();
  AffineMap fromMap = op.getMatchingIndexingMap(&source);
  AffineMap toMap = op.getMatchingIndexingMap(op.getDpsInitOperand(0));
  Access from = accessOf(fromMap, extents), to = accessOf(toMap, extents);
  // Only unit dimensions change their place: the same bytes.
  if (from.isPlain && from.loops == to.loops && fromMap != toMap &&
      op.hasPureTensorSemantics())
    return LayerDescription::folded("view");

  Draft draft = movementTo(op, movementName(from, to));
  LayerRoles roles;
  roles.input = source.getOperandNumber();
  roles.init = op.getDpsInitOperand(0)->getOperandNumber();
  return draft
      .set(dm::r,
           from.isPlain ? extentOf(from.loops, extents) : product(extents))
      .set(dm::run, sharedRun(from, to, extents))
      .operand(source.get().getType())
      .finish(roles);
}

/// The element positions come from the data: rows of a captured table.
static LayerDescription describeGather(const Structured &op,
                                       Operation *lookup) {
  Draft draft = movementTo(op, "gather");
  ArrayRef<int64_t> extents = op.getExtents();
  Type result = op.getDpsInits()[0].getType();
  // Rows stay whole where the table's last index is the innermost loop.
  Checked run = 1;
  if (lookup->getNumOperands() > 1 && !extents.empty())
    if (auto index =
            lookup->getOperands().back().getDefiningOp<linalg::IndexOp>())
      if (index.getDim() == extents.size() - 1)
        run = extents.back();
  draft.set(dm::r, numElements(result)).set(dm::run, run);
  draft.operand(lookup->getOperand(0).getType());
  for (Value input : op.getDpsInputs())
    draft.operand(input.getType());
  return draft.finish();
}

//===----------------------------------------------------------------------===//
// Element-wise arithmetic
//===----------------------------------------------------------------------===//

static void addOperands(Draft &draft, const Structured &op,
                        ArrayRef<int64_t> extents, const BodySummary &body) {
  int64_t full = body.lookups;
  Checked broadcast = 0;
  bool any = false;
  for (OpOperand &operand : op->getOpOperands()) {
    if (!op.payloadUsesValueFromOperand(&operand) || op.isScalar(&operand))
      continue; // a scalar is kept in a register
    Access access = accessOf(op.getMatchingIndexingMap(&operand), extents);
    Checked count = numElements(operand.get().getType());
    if (access.loops.size() == numWideLoops(extents) || !access.isPlain)
      ++full;
    else if (count.ok() && count.value() == 1)
      continue; // so is a tensor of one element
    else
      broadcast = broadcast + count;
    draft.operand(operand.get().getType());
    any = true;
  }
  if (!any)
    draft.operand(op.getDpsInits()[0].getType());
  draft.set(ew::full, full).set(ew::bcast, broadcast);
}

static LayerDescription describeElementwise(const Structured &op,
                                            const BodySummary &body) {
  ArrayRef<int64_t> extents = op.getExtents();
  Draft draft(LayerKind::Elementwise);
  draft.set(ew::e, product(extents))
      .set(ew::alu, body.mix.alu)
      .set(ew::mul, body.mix.mul)
      .set(ew::div, body.mix.div)
      .set(ew::fn, body.mix.fn)
      .set(ew::cvt, body.mix.cvt);
  addOperands(draft, op, extents, body);
  for (Value init : op.getDpsInits())
    draft.result(init.getType());
  return draft.finish();
}

LayerDescription mlir::pr::describeParallel(const Structured &op) {
  Block &block = *op.getBlock();
  BodySummary body = summarizeBody(op);
  if (body.unknown)
    return LayerDescription::unsupported(
        "nobody knows what '" + body.unknown->getName().getStringRef().str() +
        "' in the body costs");
  Operation *yield = block.getTerminator();
  if (yield->getNumOperands() == 1 && body.mix.total() == 0) {
    Value yielded = yield->getOperand(0);
    if (auto argument = dyn_cast<BlockArgument>(yielded);
        argument && argument.getOwner() == &block) {
      OpOperand *source = op.getMatchingOpOperand(argument);
      return op.isScalar(source) ? describeFill(op)
                                 : describeMovement(op, *source);
    }
    Operation *def = yielded.getDefiningOp();
    if (body.lookups == 1 && def && def->getBlock() == &block)
      return describeGather(op, def);
    if (body.lookups == 0 && !isa_and_nonnull<linalg::IndexOp>(def))
      return describeFill(op);
  }
  return describeElementwise(op, body);
}
