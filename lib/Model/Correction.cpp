// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "pr/Model/Correction.h"

#include "pr/Model/ModelBundle.h"

#include <algorithm>
#include <cmath>

using namespace pr;

static bool isKey(const std::string &text) {
  return text.size() == 16 &&
         text.find_first_not_of("0123456789abcdef") == std::string::npos;
}

Expected<void> pr::checkCorrection(const Correction &correction,
                                   LayerKind kind) {
  auto invalid = [&](const std::string &what) {
    return invalidInput("the correction of " +
                        std::string(kindInfo(kind).name) + " " + what);
  };
  if (!std::isfinite(correction.factor) || correction.factor <= 0)
    return invalid("multiplies by " + std::to_string(correction.factor) +
                   ", expected a positive factor");
  if (!std::all_of(
          correction.widening.begin(), correction.widening.end(),
          [](double value) { return std::isfinite(value) && value >= 0; }))
    return invalid("narrows the interval, expected widths of at least 0");
  if (correction.layers == 0 || correction.measured.size() == 0)
    return invalid("rests on no measurement");
  if (!isKey(correction.original))
    return invalid("is of model '" + correction.original +
                   "', expected 16 lower-case hexadecimal digits");
  const Base &added = correction.added;
  if (!added.branches.empty() &&
      (added.kind != kind || added.branches.size() > 1 || !added.cases.empty()))
    return invalid("adds work of another kind, or a maximum, expected a sum");
  return {};
}

/// The interval in logarithms, so that its sides keep their shape when the
/// latency moves; what had none starts from nothing.
static std::pair<double, double> logSides(const Prediction &prediction) {
  if (!prediction.bounds)
    return {0, 0};
  return {std::log(prediction.latency / prediction.bounds->first),
          std::log(prediction.bounds->second / prediction.latency)};
}

void pr::applyCorrection(const KindModel &model, const Layer &layer,
                         int confidencePercent, Prediction &result) {
  const Correction &correction = *model.correction;
  if (const ExactValue *exact = correction.measured.find(layer)) {
    result = {
        exact->latency, {{exact->lower, exact->upper}}, true, false, false};
    return;
  }
  double latency = correction.factor * result.latency;
  if (!correction.added.branches.empty())
    latency += correction.added
                   .evaluate(WorkTable::compute(model.lattice, layer,
                                                correction.added.resources()))
                   .latency;
  auto level = std::find(kConfidenceLevels.begin(), kConfidenceLevels.end(),
                         confidencePercent);
  // A base may be zero where it saw nothing alike: that has no relative width.
  bool hasWidth = result.latency > 0 && level != kConfidenceLevels.end();
  if (hasWidth) {
    double wider = correction.widening[level - kConfidenceLevels.begin()];
    auto [below, above] = logSides(result);
    result.bounds = {latency * std::exp(-below - wider),
                     latency * std::exp(above + wider)};
  } else {
    result.bounds.reset();
  }
  result.latency = latency;
  result.measured = false;
  result.corrected = true;
}
