// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Report.h"

#include "mlir/IR/Remarks.h"
#include "mlir/Interfaces/FunctionInterfaces.h"

using namespace mlir;
using namespace mlir::pr;

static constexpr StringRef kCategory = "pr";

static StringRef remarkName(::pr::EstimateStatus status) {
  switch (status) {
  case ::pr::EstimateStatus::Measured:
    return "Measured";
  case ::pr::EstimateStatus::Predicted:
    return "Predicted";
  case ::pr::EstimateStatus::Extrapolated:
    return "Extrapolated";
  case ::pr::EstimateStatus::Folded:
    return "Folded";
  case ::pr::EstimateStatus::Unsupported:
    return "Unsupported";
  }
  llvm_unreachable("unknown status");
}

static void metric(remark::detail::InFlightRemark &remark, StringRef name,
                   std::optional<int64_t> value) {
  if (value)
    remark << remark::metric(name, *value);
}

/// False where nobody wants remarks of this category, on whatever operation.
static bool remarkOn(const OpEstimate &estimate, const Model &model,
                     StringRef function) {
  auto remark =
      remark::analysis(estimate.op->getLoc(),
                       remark::RemarkOpts::name(remarkName(estimate.status))
                           .category(kCategory)
                           .function(function));
  if (!remark)
    return false;
  remark << remark::metric("target", StringRef(model.target()))
         << remark::metric("op", estimate.op->getName().getStringRef());
  if (estimate.reason)
    remark << remark::metric("reason", estimate.reason.strref());
  if (!estimate.layer)
    return true;
  remark << remark::metric("layer", estimate.layer->layer.getText());
  if (!estimate.hasNumber())
    return true;
  const ::pr::Estimate &e = estimate.layer->estimate;
  metric(remark, "latency-ps", e.timePs);
  metric(remark, "lower-ps", e.lowerPs);
  metric(remark, "upper-ps", e.upperPs);
  metric(remark, "cycles", e.cycles);
  metric(remark, "lower-cycles", e.lowerCycles);
  metric(remark, "upper-cycles", e.upperCycles);
  metric(remark, "waste-ppm", e.wastePpm);
  if (e.correctedBy > 0)
    metric(remark, "corrected-by", e.correctedBy);
  remark << remark::metric("representative",
                           estimate.layer->representative.getText());
  return true;
}

void mlir::pr::emitRemarks(const ModelEstimates &estimates) {
  if (estimates.functions.empty() ||
      !estimates.functions.front().first->getContext()->getRemarkEngine())
    return;
  for (const auto &[function, ops] : estimates.functions)
    for (const OpEstimate &estimate : ops)
      if (!remarkOn(estimate, estimates.model(),
                    cast<FunctionOpInterface>(function).getName()))
        return;
}
