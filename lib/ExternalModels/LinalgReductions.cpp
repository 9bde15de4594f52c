// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Reductions that are neither a product nor a window: sums, maxima, positions
// of maxima, with one or several results.
#include "Draft.h"
#include "Linalg.h"

using namespace mlir;
using namespace mlir::pr;
using ::pr::Checked;
using ::pr::LayerKind;

namespace red = ::pr::dim::reduction;

/// The loops in the order in which the widest input stores them.
static SmallVector<unsigned> loopsOfWidestInput(const Structured &op) {
  SmallVector<unsigned> widest;
  for (AffineMap map :
       op.getIndexingMapsArray().take_front(op.getNumDpsInputs())) {
    SmallVector<unsigned> loops;
    for (unsigned i = 0; i < map.getNumResults(); ++i)
      if (int loop = loopOfResult(map, i); loop >= 0)
        loops.push_back(loop);
    if (loops.size() > widest.size())
      widest = loops;
  }
  return widest;
}

static bool isPlain(AffineMap map) {
  return llvm::all_of(map.getResults(), [](AffineExpr expr) {
    return isa<AffineDimExpr, AffineConstantExpr>(expr);
  });
}

/// Splits the loops into outer kept, reduced and inner kept elements.
static void setExtents(Draft &draft, const Structured &op) {
  ArrayRef<int64_t> extents = op.getExtents();
  ArrayRef<utils::IteratorType> kinds = op.getIteratorTypesArray();
  SmallVector<unsigned> order = loopsOfWidestInput(op);
  // Loops that no input runs over are the outermost.
  for (unsigned loop = 0; loop < extents.size(); ++loop)
    if (!llvm::is_contained(order, loop))
      order.insert(order.begin(), loop);
  Checked outer = 1, reduced = 1, inner = 1;
  for (unsigned loop : order) {
    Checked extent(extents[loop]);
    if (kinds[loop] != utils::IteratorType::reduction) {
      inner = inner * extent;
    } else if (extents[loop] != 1) {
      outer = outer * inner;
      inner = 1;
      reduced = reduced * extent;
    }
  }
  draft.set(red::o, outer).set(red::r, reduced).set(red::i, inner);
}

std::optional<LayerDescription>
mlir::pr::describeReduction(const Structured &op) {
  if (op.getNumReductionLoops() == 0)
    return std::nullopt;
  if (!llvm::all_of(op.getIndexingMapsArray(), isPlain))
    return LayerDescription::unsupported(
        "this window is neither a convolution nor a pooling: its body or its "
        "indexing maps are of another form");
  BodySummary body = summarizeBody(op);
  if (body.unknown)
    return LayerDescription::unsupported(
        "nobody knows what '" + body.unknown->getName().getStringRef().str() +
        "' in the body costs");
  Draft draft(LayerKind::Reduction);
  setExtents(draft, op);
  draft.option(red::op, combinerOf(*op.getBlock(), op.getNumDpsInits()))
      .set(red::ops, body.mix.total());
  LayerRoles roles;
  roles.init = op.getDpsInitOperand(0)->getOperandNumber();
  for (Value input : op.getDpsInputs())
    draft.operand(input.getType());
  if (op.getNumDpsInputs() == 0)
    draft.operand(op.getDpsInits()[0].getType());
  for (Value init : op.getDpsInits())
    draft.result(init.getType());
  return draft.finish(roles);
}
