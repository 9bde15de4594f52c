// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "pr/Analysis/FunctionEstimates.h"

#include "pr/Support/Hash.h"

using namespace mlir;
using namespace mlir::pr;

// The dialect repeats the enumeration of the core library.
static_assert(
    int(EstimateStatus::Measured) == int(::pr::EstimateStatus::Measured) &&
    int(EstimateStatus::Predicted) == int(::pr::EstimateStatus::Predicted) &&
    int(EstimateStatus::Extrapolated) ==
        int(::pr::EstimateStatus::Extrapolated) &&
    int(EstimateStatus::Folded) == int(::pr::EstimateStatus::Folded) &&
    int(EstimateStatus::Unsupported) == int(::pr::EstimateStatus::Unsupported));

FunctionEstimator::FunctionEstimator(const Model &model,
                                     const EstimateOptions &options,
                                     MLIRContext *context)
    : source(model), chosen(options), context(context) {}

FunctionEstimates FunctionEstimator::estimate(Operation *function) {
  LayerAnalysis analysis(function, {&source.estimator.target(),
                                    chosen.asQuantized, chosen.assumedExtent});
  FunctionEstimates result;
  result.reserve(analysis.size());
  SmallVector<Cache::value_type *> fresh;
  for (const OpDescription &description : analysis.ops()) {
    OpEstimate &one = result.emplace_back();
    one.op = description.op;
    if (description.isLayer()) {
      auto [entry, inserted] = cache.try_emplace(description.layer);
      one.layer = &entry->second;
      if (inserted)
        fresh.push_back(&*entry);
      continue;
    }
    one.reason = reasonAttr(description.why);
    if (description.isFolded())
      one.status = ::pr::EstimateStatus::Folded;
  }
  estimateLayers(fresh);
  for (OpEstimate &one : result) {
    if (!one.layer)
      continue;
    one.status = one.layer->estimate.status;
    one.reason = one.layer->reason;
  }
  if (chosen.lastExtent > 0)
    estimateByExtent(function, result);
  return result;
}

StringAttr FunctionEstimator::reasonAttr(StringRef reason) {
  StringAttr &attr = reasons[reason];
  if (!attr)
    attr = StringAttr::get(context, reason);
  return attr;
}

void FunctionEstimator::estimateLayers(
    llvm::ArrayRef<Cache::value_type *> entries) {
  std::vector<::pr::Layer> layers;
  layers.reserve(entries.size());
  for (const Cache::value_type *entry : entries)
    layers.push_back(entry->first);
  std::vector<::pr::Estimate> answers(entries.size());
  source.estimator.estimate(layers.data(), layers.size(), answers.data());
  for (auto [entry, answer] : llvm::zip_equal(entries, answers)) {
    entry->second.estimate = answer;
    complete(entry->first, entry->second);
  }
}

static LatencyAttr buildAttr(MLIRContext *context, const Model &model,
                             const LayerEstimate &entry, bool asQuantized) {
  const ::pr::Estimate &e = entry.estimate;
  return LatencyAttr::get(context, model.target(), model.estimator.modelId(),
                          static_cast<EstimateStatus>(e.status), e.timePs,
                          e.lowerPs, e.upperPs, e.cycles, e.lowerCycles,
                          e.upperCycles, entry.representative, e.wastePpm,
                          asQuantized, ::pr::toHex(entry.layer.getKey()),
                          entry.reason ? entry.reason.strref() : StringRef(),
                          ByExtentAttr(), e.correctedBy);
}

void FunctionEstimator::complete(const ::pr::Layer &layer,
                                 LayerEstimate &entry) {
  entry.layer = LayerAttr::get(context, layer);
  if (auto work = ::pr::computeWork(layer))
    entry.work = *work;
  if (entry.estimate.status == ::pr::EstimateStatus::Unsupported)
    entry.reason = StringAttr::get(context, source.estimator.whyNot(layer));
  else
    entry.representative =
        LayerAttr::get(context, source.estimator.representative(layer));
  entry.attr = buildAttr(context, source, entry, chosen.asQuantized);
}

LatencyAttr FunctionEstimator::attribute(const OpEstimate &estimate) {
  if (estimate.layer)
    return estimate.layer->attr;
  auto build = [&] {
    return LatencyAttr::get(
        context, source.target(), source.estimator.modelId(),
        static_cast<EstimateStatus>(estimate.status), std::nullopt,
        std::nullopt, std::nullopt, std::nullopt, std::nullopt, std::nullopt,
        LayerAttr(), 0, chosen.asQuantized, StringRef(),
        estimate.reason.strref(), estimate.byExtent, /*correctedBy=*/0);
  };
  if (estimate.byExtent)
    return build();
  bool folded = estimate.status == ::pr::EstimateStatus::Folded;
  LatencyAttr &attr =
      (folded ? foldedAttrs : unsupportedAttrs)[estimate.reason];
  if (!attr)
    attr = build();
  return attr;
}
