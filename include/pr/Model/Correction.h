// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A handful of measurements that adjust one kind of a finished model: a factor
// and, where there were enough, a little work that the model does not charge
// for. The model itself stays as it was, so that a correction can be told,
// shown and replaced. What it says of what: `model` was right in shape,
// `layers` measurements say by how much it was off, `widening` how well they
// agree.
#ifndef PR_MODEL_CORRECTION_H
#define PR_MODEL_CORRECTION_H

#include "pr/Model/Base.h"
#include "pr/Model/ExactTable.h"
#include "pr/Model/Interval.h"

#include <string>

namespace pr {

struct KindModel;
struct Prediction;

struct Correction {
  /// latency = factor * what the model says + added.
  double factor = 1;
  /// At most one branch; none: nothing is added.
  Base added;
  /// By how much the interval grows on either side, as a logarithm, for each of
  /// kConfidenceLevels.
  std::array<double, kConfidenceLevels.size()> widening{};
  /// Query points that were measured.
  size_t layers = 0;
  /// Id of the model that was corrected: 16 hexadecimal digits.
  std::string original;
  /// The measurements: they answer for themselves.
  ExactTable measured;
};

/// What cannot be applied to a model: a factor or a widening that is not a
/// number, nothing measured, work of another kind.
Expected<void> checkCorrection(const Correction &correction, LayerKind kind);

/// Turns the uncorrected prediction of a normalised query point into the
/// corrected one. Layers that were measured for the original model alone are
/// predictions from now on.
/// Precondition: the model has a correction.
void applyCorrection(const KindModel &model, const Layer &layer,
                     int confidencePercent, Prediction &result);

} // namespace pr

#endif // PR_MODEL_CORRECTION_H
