// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// One model's answer for every operation of a function. Layers repeat within a
// network, so each distinct one is estimated once and its attribute built once.
#ifndef PR_LIB_TRANSFORMS_FUNCTIONESTIMATES_H
#define PR_LIB_TRANSFORMS_FUNCTIONESTIMATES_H

#include "Models.h"

#include "pr/Analysis/LayerAnalysis.h"
#include "pr/Dialect/PR/PRAttributes.h"

#include "llvm/ADT/SmallString.h"

#include <unordered_map>
#include <vector>

namespace mlir::pr {

/// What a model says about one distinct layer.
struct LayerEstimate {
  ::pr::Estimate estimate;
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
  FunctionEstimator(const Model &model, bool asQuantized, MLIRContext *context);

  /// Estimates every operation of the function. Layer estimates live as long
  /// as this object.
  FunctionEstimates estimate(Operation *function);
  /// The attribute of an operation's estimate.
  LatencyAttr attribute(const OpEstimate &estimate);

  const Model &model() const { return source; }
  bool asQuantized() const { return quantized; }

private:
  struct LayerHash {
    size_t operator()(const ::pr::Layer &layer) const {
      return ::pr::hashValue(layer);
    }
  };
  using Cache = std::unordered_map<::pr::Layer, LayerEstimate, LayerHash>;

  void estimateLayers(llvm::ArrayRef<Cache::value_type *> entries);
  void complete(const ::pr::Layer &layer, LayerEstimate &entry);

  Model source;
  bool quantized;
  MLIRContext *context;
  Cache cache;
  llvm::DenseMap<StringAttr, LatencyAttr> foldedAttrs, unsupportedAttrs;
};

} // namespace mlir::pr

#endif // PR_LIB_TRANSFORMS_FUNCTIONESTIMATES_H
