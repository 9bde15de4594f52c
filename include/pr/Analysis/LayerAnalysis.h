// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What every operation of a function is: a layer, folded into another one, or
// unsupported. LayerOpInterface says what an op is when seen alone; this
// analysis adds what only its neighbours tell: padding read by a convolution,
// epilogues fused into their producer, quantize and dequantize chains.
#ifndef PR_ANALYSIS_LAYERANALYSIS_H
#define PR_ANALYSIS_LAYERANALYSIS_H

#include "pr/Interfaces/LayerDescription.h"
#include "pr/Lattice/TargetInfo.h"

#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/DenseMap.h"
#include "llvm/ADT/iterator.h"
#include "llvm/Support/Allocator.h"

#include <string>
#include <vector>

namespace mlir {
class Operation;
namespace pr {

/// What one operation is, its neighbours considered. A layer is in canonical
/// form here; `why` names the rule or the reason.
struct OpDescription : LayerDescription {
  Operation *op = nullptr;
  /// Folded into another op: that op; null where there is simply no work.
  Operation *foldedInto = nullptr;
};

struct DescribeOptions {
  /// Fold what this target fuses for free; null: fold only what no target
  /// computes (views, constants, padding).
  const ::pr::TargetInfo *target = nullptr;
  /// Estimate as if quantized: float element types are mapped to the target's
  /// integer ones, quantize and dequantize arithmetic and un-folded batch
  /// normalisation folded into the convolution they follow, each by a rule.
  bool asQuantized = false;
  /// Describe ops with unknown extents as if each were this; 0: leave them
  /// unsupported.
  int64_t assumedExtent = 0;
};

class LayerAnalysis {
public:
  /// Describes every op of the blocks of `root` (a function or a module) and of
  /// its nested control-flow regions, in program order. Ops inside the body of
  /// a structured op belong to that op and are not listed.
  explicit LayerAnalysis(Operation *root, const DescribeOptions &options = {});

  /// In program order.
  auto ops() const { return llvm::make_pointee_range(descriptions); }
  size_t size() const { return descriptions.size(); }
  const OpDescription &operator[](size_t i) const { return *descriptions[i]; }
  /// Null where the op is not listed.
  const OpDescription *lookup(Operation *op) const;

private:
  void collect(Operation *op, int64_t assumedExtent);
  void makeCanonical();

  /// Descriptions are large, and most IR is described once: they lie in memory
  /// that is warm already, not in a vector whose pages are new.
  llvm::SpecificBumpPtrAllocator<OpDescription> storage;
  std::vector<OpDescription *> descriptions;
  llvm::DenseMap<Operation *, unsigned> index;
};

} // namespace pr
} // namespace mlir

#endif // PR_ANALYSIS_LAYERANALYSIS_H
