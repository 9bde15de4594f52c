// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A structured op that is read many times. Asked through its interface, a named
// op builds its indexing maps anew for every question, and every question for
// an init builds an attribute with the operands' segments; both take the lock
// of the context. This view answers with the same words from the body and from
// maps that are built once.
#ifndef PR_EXTERNALMODELS_STRUCTURED_H
#define PR_EXTERNALMODELS_STRUCTURED_H

#include "mlir/Dialect/Linalg/IR/Linalg.h"

#include <optional>

namespace mlir {
namespace pr {

/// Short-lived: the op must not change meanwhile.
class Structured {
public:
  explicit Structured(linalg::LinalgOp op)
      : op(op), body(op.getBlock()),
        numInits(body->getTerminator()->getNumOperands()) {}

  Operation *operator->() const { return op; }
  linalg::LinalgOp getOp() const { return op; }
  Block *getBlock() const { return body; }
  bool hasPureTensorSemantics() const { return op.hasPureTensorSemantics(); }

  // Operands: inputs first, then as many inits as the body yields values.
  unsigned getNumDpsInits() const { return numInits; }
  unsigned getNumDpsInputs() const { return op->getNumOperands() - numInits; }
  OpOperand *getDpsInitOperand(unsigned i) const {
    return &op->getOpOperand(getNumDpsInputs() + i);
  }
  OpOperand *getDpsInputOperand(unsigned i) const {
    return &op->getOpOperand(i);
  }
  OperandRange getDpsInits() const {
    return op->getOperands().drop_front(getNumDpsInputs());
  }
  OperandRange getDpsInputs() const {
    return op->getOperands().take_front(getNumDpsInputs());
  }
  static bool isScalar(OpOperand *operand) {
    return !isa<TensorType, BaseMemRefType>(operand->get().getType());
  }

  // The body: one argument for each operand, but for those that linalg.map
  // leaves out.
  OpOperand *getMatchingOpOperand(BlockArgument argument) const {
    return &op->getOpOperand(argument.getArgNumber());
  }
  BlockArgument getMatchingBlockArgument(OpOperand *operand) const {
    return body->getArgument(operand->getOperandNumber());
  }
  bool payloadUsesValueFromOperand(OpOperand *operand) const {
    return operand->getOperandNumber() < body->getNumArguments() &&
           !getMatchingBlockArgument(operand).use_empty();
  }
  ArrayRef<BlockArgument> getRegionOutputArgs() const {
    return body->getArguments().take_back(numInits);
  }

  // Loops.
  ArrayRef<AffineMap> getIndexingMapsArray() const {
    if (maps.empty())
      maps = op.getIndexingMapsArray();
    return maps;
  }
  AffineMap getMatchingIndexingMap(OpOperand *operand) const {
    return getIndexingMapsArray()[operand->getOperandNumber()];
  }
  ArrayRef<utils::IteratorType> getIteratorTypesArray() const {
    if (!iterators)
      iterators = op.getIteratorTypesArray();
    return *iterators;
  }
  unsigned getNumLoops() const { return getIteratorTypesArray().size(); }
  unsigned getNumReductionLoops() const {
    return llvm::count(getIteratorTypesArray(), utils::IteratorType::reduction);
  }
  /// The extents of the loops. Precondition: all shapes are static.
  ArrayRef<int64_t> getExtents() const;

private:
  mutable linalg::LinalgOp op; ///< its questions are not const
  Block *body;
  unsigned numInits;
  mutable SmallVector<AffineMap> maps;
  mutable std::optional<SmallVector<utils::IteratorType>> iterators;
  mutable std::optional<SmallVector<int64_t>> extents;
};

} // namespace pr
} // namespace mlir

#endif // PR_EXTERNALMODELS_STRUCTURED_H
