// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Whether an address is affine in the variables of the loops around it, piece
// by piece: sums, multiples by what no loop changes, minima, decisions,
// divisions and remainders by what no loop changes. Only then is the next
// iteration's address known from this one's.
#ifndef PR_LIB_DIALECT_ACADL_ADDRESSFORM_H
#define PR_LIB_DIALECT_ACADL_ADDRESSFORM_H

#include "pr/Dialect/ACADL/ACADLOps.h"

#include "llvm/ADT/DenseMap.h"
#include "llvm/ADT/DenseSet.h"

namespace mlir::pr::acadl {

class AddressForm {
public:
  explicit AddressForm(ArchitectureOp architecture)
      : architecture(architecture) {}

  /// The product of, or the division by, something that changes from iteration
  /// to iteration which the address is computed with; null where there is none.
  Operation *findNonAffine(Value address);

private:
  /// Whether the value may differ between two iterations of a loop.
  bool varies(Value value);
  bool variesAnew(Value value);
  bool argumentVaries(BlockArgument argument);
  bool parameterVaries(Operation *function, unsigned index);

  ArchitectureOp architecture;
  llvm::DenseMap<Value, bool> known;
  llvm::DenseSet<Value> fine;
};

} // namespace mlir::pr::acadl

#endif // PR_LIB_DIALECT_ACADL_ADDRESSFORM_H
