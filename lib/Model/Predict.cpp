// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// From a query point to a latency: exact table, else base times forest, half
// way to what a similar device's measurement says where there is one.
#include "pr/Model/ModelBundle.h"

#include <algorithm>
#include <cmath>

using namespace pr;

Layer pr::normalizeForModel(const Layer &layer, const KindSupport *support,
                            const Domain &domain) {
  Layer result = layer;
  if (support && !layer.epilogue.empty()) {
    result.epilogue.clear();
    for (EpilogueOp op : layer.epilogue) {
      const auto &free = support->freeEpilogue;
      if (std::find(free.begin(), free.end(), op) == free.end())
        result.epilogue.push_back(op);
    }
  }
  bool one = domain.layouts.size() == 1;
  if (one && (domain.layouts[0] == Layout::Any || layer.layout == Layout::Any))
    result.layout = domain.layouts[0];
  return result;
}

/// How far outside the domain; what was never seen at all counts as far out.
static double distanceOf(const Domain &domain, const Layer &layer,
                         const Work &work) {
  double distance = domain.distance(layer, work);
  if (!domain.knowsTypes(layer) || !domain.knowsOptions(layer) ||
      !domain.knowsLayout(layer.layout))
    distance = std::max(distance, 1.0);
  return distance;
}

/// What nobody knows of layers that are larger or smaller than all measured: a
/// base that is exact there need not be exact here. On Plasticine, from layers
/// of a quarter of its ranges, nine of ten errors are below 9 % an octave
/// outside, and below 17 % two.
static constexpr double kErrorPerOctave = 0.1;

/// The bounds of a layer so far outside.
static std::pair<double, double> widened(std::pair<double, double> bounds,
                                         double latency, double distance) {
  double unknown = std::exp(kErrorPerOctave * distance);
  auto moved = [&](double bound) {
    return latency * std::pow(bound / latency, 1 + distance);
  };
  return {moved(bounds.first) / unknown, moved(bounds.second) * unknown};
}

/// `said`: by a similar device's measurement, or null.
static void finish(const KindModel &model, double base, float correction,
                   float spread, double distance, const ExactValue *said,
                   int confidencePercent, Prediction &result) {
  // A forest goes on for ever with its outermost leaf, the base knows how work
  // grows: within an octave outside, the base takes over.
  double trust = std::max(0.0, 1 - distance);
  result.latency = base * std::exp(double(correction) * trust);
  result.extrapolated = distance > 0;
  if (said) {
    // One errs where kernels differ, the other where they are alike.
    result.latency = std::sqrt(result.latency * said->latency);
    result.bounds =
        model.similar->interval.bounds(result.latency, confidencePercent);
  } else {
    result.bounds = model.interval.bounds(result.latency, confidencePercent,
                                          std::exp(double(spread)));
  }
  if (result.bounds && distance > 0)
    result.bounds = widened(*result.bounds, result.latency, distance);
}

void pr::predictQueryPoints(const KindModel &model, const Layer *const *layers,
                            size_t count, int confidencePercent,
                            Prediction *results) {
  predictUncorrected(model, layers, count, confidencePercent, results);
  if (!model.correction)
    return;
  for (size_t i = 0; i < count; ++i)
    applyCorrection(model, *layers[i], confidencePercent, results[i]);
}

void pr::predictUncorrected(const KindModel &model, const Layer *const *layers,
                            size_t count, int confidencePercent,
                            Prediction *results) {
  // Blocks, so that nothing is allocated for a few layers.
  constexpr size_t kBlock = 16, kSmall = 64;
  std::array<float, kBlock * kSmall> small;
  std::vector<float> large;
  float *rows = small.data();
  size_t width = model.features.size();
  if (width > kSmall) {
    large.resize(kBlock * width);
    rows = large.data();
  }
  ResourceMask mask = model.base.resources() | model.features.resources();
  std::array<double, kBlock> base, distance;
  std::array<float, kBlock> correction{}, spread{};
  std::array<const ExactValue *, kBlock> said;
  std::array<size_t, kBlock> place;
  for (size_t next = 0; next < count;) {
    size_t used = 0;
    for (; next < count && used < kBlock; ++next) {
      const Layer &layer = *layers[next];
      if (const ExactValue *exact = model.exact.find(layer)) {
        results[next] = {
            exact->latency, {{exact->lower, exact->upper}}, true, false};
        continue;
      }
      WorkTable work = WorkTable::compute(model.lattice, layer, mask);
      BaseValue value = model.base.evaluate(work);
      model.features.compute(model.lattice, layer, work, value,
                             rows + used * width);
      base[used] = value.latency;
      distance[used] = distanceOf(model.domain, layer, work.raw());
      said[used] = model.similar ? model.similar->table.find(layer) : nullptr;
      place[used++] = next;
    }
    if (model.forest.numTrees() > 0)
      model.forest.predict(rows, width, used, correction.data());
    if (model.spread.numTrees() > 0)
      model.spread.predict(rows, width, used, spread.data());
    for (size_t i = 0; i < used; ++i)
      finish(model, base[i], correction[i], spread[i], distance[i], said[i],
             confidencePercent, results[place[i]]);
  }
}
