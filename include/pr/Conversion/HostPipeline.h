// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// From linalg on tensors to the LLVM dialect for one CPU core.
#ifndef PR_CONVERSION_HOSTPIPELINE_H
#define PR_CONVERSION_HOSTPIPELINE_H

#include "mlir/Pass/PassOptions.h"

namespace mlir {
class OpPassManager;
namespace pr {

struct LowerToHostOptions : PassPipelineOptions<LowerToHostOptions> {
  Option<int> vectorBits{
      *this, "vector-bits",
      llvm::cl::desc("width of a vector register in bits: 128, 256 or 512"),
      llvm::cl::init(512)};
  Option<bool> reference{
      *this, "reference",
      llvm::cl::desc("plain loops in the order of the operation's definition: "
                     "what schedules are checked against"),
      llvm::cl::init(false)};
};

/// Each function on tensors becomes one on bare pointers: its arguments in
/// order, then its results.
void buildLowerToHostPipeline(OpPassManager &pm,
                              const LowerToHostOptions &options);

/// Registers pr-lower-to-host.
void registerHostPipelines();

} // namespace pr
} // namespace mlir

#endif // PR_CONVERSION_HOSTPIPELINE_H
