// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A whole network as something the host can compile: one function on f32
// tensors, read from MLIR.
#ifndef PR_LIB_CONVERSION_HOST_HOSTNETWORK_H
#define PR_LIB_CONVERSION_HOST_HOSTNETWORK_H

#include "pr/Support/Expected.h"

#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/OwningOpRef.h"

#include <vector>

namespace mlir {
namespace pr {

struct HostNetwork {
  OwningOpRef<ModuleOp> module;
  /// f32 elements of each tensor: the arguments in order, then the results.
  std::vector<int64_t> elements;
  size_t results = 0;
  /// Arguments of one dimension: biases, but also variances and scales, of
  /// which roots are taken. By argument.
  std::vector<bool> positives;
};

/// Weights that are used transposed only are taken as transposed arguments.
/// `function` may be empty where there is one public function only; it is
/// called `entry` in the result. Errors: text that does not parse; no such
/// function; arguments or results that are not f32 tensors with known extents.
::pr::Expected<HostNetwork> readNetwork(MLIRContext *context, StringRef text,
                                        StringRef function, StringRef entry);

} // namespace pr
} // namespace mlir

#endif // PR_LIB_CONVERSION_HOST_HOSTNETWORK_H
