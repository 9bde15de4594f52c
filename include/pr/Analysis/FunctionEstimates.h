// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// One model's answer for every operation of a function. Layers repeat within a
// network, so each distinct one is estimated once and its attribute built once.
#ifndef PR_ANALYSIS_FUNCTIONESTIMATES_H
#define PR_ANALYSIS_FUNCTIONESTIMATES_H

#include "pr/Analysis/LayerAnalysis.h"
#include "pr/Analysis/Models.h"
#include "pr/Dialect/PR/PRAttributes.h"
#include "pr/Layer/Work.h"

#include "llvm/ADT/StringMap.h"

#include <unordered_map>
#include <vector>

namespace mlir::pr {

/// How a model is to be asked.
struct EstimateOptions {
  /// Estimate float layers with the element types of the target's integer ones.
  bool asQuantized = false;
  /// Estimate operations with unknown extents as if each were this; 0: not.
  int64_t assumedExtent = 0;
  /// Estimate operations with unknown extents at each extent from 1 to this; 0:
  /// not. It costs as many estimates for each of them.
  int64_t lastExtent = 0;
};

/// What a model says about one distinct layer.
struct LayerEstimate {
  ::pr::Estimate estimate;
  /// Absent where it does not fit in 62 bits.
  std::optional<::pr::Work> work;
  /// Why there is no number; null where there is one.
  StringAttr reason;
  LayerAttr layer;
  /// Null where there is no number.
  LayerAttr representative;
  LatencyAttr attr;
};

/// What a model says about one operation.
struct OpEstimate {
  Operation *op = nullptr;
  ::pr::EstimateStatus status = ::pr::EstimateStatus::Unsupported;
  /// Null where the operation is no layer.
  const LayerEstimate *layer = nullptr;
  /// The folding rule, or why there is no number; null otherwise.
  StringAttr reason;
  /// Of an operation with unknown extents, where it was asked for; else null.
  ByExtentAttr byExtent;

  bool hasNumber() const {
    return status == ::pr::EstimateStatus::Measured ||
           status == ::pr::EstimateStatus::Predicted ||
           status == ::pr::EstimateStatus::Extrapolated;
  }
};

/// In program order, the same operations for every model.
using FunctionEstimates = std::vector<OpEstimate>;

class FunctionEstimator {
public:
  FunctionEstimator(const Model &model, const EstimateOptions &options,
                    MLIRContext *context);

  /// Estimates every operation of the function. Layer estimates live as long
  /// as this object.
  FunctionEstimates estimate(Operation *function);
  /// The attribute of an operation's estimate.
  LatencyAttr attribute(const OpEstimate &estimate);

  const Model &model() const { return source; }
  const EstimateOptions &options() const { return chosen; }
  bool asQuantized() const { return chosen.asQuantized; }

private:
  struct LayerHash {
    size_t operator()(const ::pr::Layer &layer) const {
      return ::pr::hashValue(layer);
    }
  };
  using Cache = std::unordered_map<::pr::Layer, LayerEstimate, LayerHash>;

  /// Adds what is known by extent.
  void estimateByExtent(Operation *function, FunctionEstimates &estimates);
  void estimateLayers(llvm::ArrayRef<Cache::value_type *> entries);
  StringAttr reasonAttr(StringRef reason);
  void complete(const ::pr::Layer &layer, LayerEstimate &entry);

  Model source;
  EstimateOptions chosen;
  MLIRContext *context;
  Cache cache;
  llvm::StringMap<StringAttr> reasons;
  llvm::DenseMap<StringAttr, LatencyAttr> foldedAttrs, unsupportedAttrs;
};

} // namespace mlir::pr

#endif // PR_ANALYSIS_FUNCTIONESTIMATES_H
