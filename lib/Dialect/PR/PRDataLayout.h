// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef PR_LIB_DIALECT_PR_PRDATALAYOUT_H
#define PR_LIB_DIALECT_PR_PRDATALAYOUT_H

#include "mlir/Interfaces/DataLayoutInterfaces.h"

namespace mlir::pr {

/// Checks the `pr.*` entries of target devices: which model, for which clock.
struct PRDataLayoutInterface : public DataLayoutDialectInterface {
  using DataLayoutDialectInterface::DataLayoutDialectInterface;
  LogicalResult verifyEntry(DataLayoutEntryInterface entry,
                            Location loc) const final;
};

} // namespace mlir::pr

#endif // PR_LIB_DIALECT_PR_PRDATALAYOUT_H
