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
  Option<int64_t> tileRows{
      *this, "tile-rows",
      llvm::cl::desc("rows of a contraction's register tile; 0: by the width"),
      llvm::cl::init(0)};
  Option<int64_t> tileVectors{
      *this, "tile-vectors",
      llvm::cl::desc("vectors of a contraction's register tile; 0: by the "
                     "width"),
      llvm::cl::init(0)};
  Option<int64_t> tileSteps{
      *this, "tile-steps",
      llvm::cl::desc("channels of a contraction that are packed and summed "
                     "together; 0: all"),
      llvm::cl::init(0)};
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
