// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "pr/Model/Estimator.h"

#include "Model/MemoTable.h"
#include "pr/Model/ModelBundle.h"
#include "pr/Support/CheckedMath.h"

#include <algorithm>
#include <cmath>

using namespace pr;

//===----------------------------------------------------------------------===//
// Names
//===----------------------------------------------------------------------===//

static constexpr std::string_view kStatusNames[] = {
    "measured", "predicted", "extrapolated", "folded", "unsupported"};

std::string_view pr::toString(EstimateStatus status) {
  return kStatusNames[static_cast<size_t>(status)];
}

Expected<EstimateStatus> pr::parseEstimateStatus(std::string_view name) {
  std::string known;
  for (size_t i = 0; i < std::size(kStatusNames); ++i) {
    if (kStatusNames[i] == name)
      return static_cast<EstimateStatus>(i);
    known += (known.empty() ? "" : ", ") + std::string(kStatusNames[i]);
  }
  return invalidInput("unknown status '" + std::string(name) +
                      "', expected one of: " + known);
}

//===----------------------------------------------------------------------===//
// State
//===----------------------------------------------------------------------===//

namespace {
/// What is known of one kind, found without searching.
struct KindEntry {
  const KindModel *model = nullptr;
  const KindSupport *support = nullptr;
};
} // namespace

struct Estimator::State {
  State(std::shared_ptr<const ModelBundle> bundle,
        const EstimatorOptions &options);

  Expected<void> check(const Layer &layer) const;
  Layer queryPoint(const Layer &layer) const;
  const Lattice *lattice(LayerKind kind) const;
  /// Completes an estimate from the prediction of its query point.
  Estimate finish(const Layer &layer, const Prediction &prediction) const;
  void estimate(const Layer *layers, size_t count, Estimate *results);
  void predict(LayerKind kind, const std::vector<Layer> &points,
               std::vector<Prediction> &predictions);

  std::shared_ptr<const ModelBundle> bundle;
  int confidencePercent;
  std::vector<KindEntry> kinds;
  /// By layer as it was asked; and, because neighbours on a plateau share it,
  /// by query point.
  MemoTable<Estimate> answers;
  MemoTable<Prediction> predictions;
};

Estimator::State::State(std::shared_ptr<const ModelBundle> loaded,
                        const EstimatorOptions &options)
    : bundle(std::move(loaded)), confidencePercent(options.confidencePercent),
      answers(options.cacheCapacity / 2),
      predictions(options.cacheCapacity / 2) {
  for (const KindInfo &info : allLayerKinds())
    kinds.push_back(
        {bundle->find(info.kind), bundle->target().find(info.kind)});
}

const Lattice *Estimator::State::lattice(LayerKind kind) const {
  const KindEntry &entry = kinds[static_cast<size_t>(kind)];
  return entry.model     ? &entry.model->lattice
         : entry.support ? &entry.support->lattice
                         : nullptr;
}

Layer Estimator::State::queryPoint(const Layer &layer) const {
  const KindEntry &entry = kinds[static_cast<size_t>(layer.kind)];
  return entry.model->lattice.queryPoint(
      normalizeForModel(layer, entry.support, entry.model->domain));
}

//===----------------------------------------------------------------------===//
// Why not
//===----------------------------------------------------------------------===//

static Error unsupported(std::string message) {
  return makeError(ErrorKind::Unsupported, std::move(message));
}

Expected<void> Estimator::State::check(const Layer &layer) const {
  const TargetInfo &target = bundle->target();
  std::string kind(layer.info().name);
  if (auto ok = target.checkLegal(layer); !ok)
    return ok;
  const KindModel *model = kinds[static_cast<size_t>(layer.kind)].model;
  if (!model) {
    std::string reason = bundle->absentReason(layer.kind);
    return unsupported("the model of target '" + target.name + "' has no " +
                       kind + (reason.empty() ? "" : ": " + reason));
  }
  if (!model->predicts() && !model->exact.find(queryPoint(layer)))
    return unsupported("this " + kind + " was not measured on target '" +
                       target.name +
                       "', and there is no model: " + model->measuredOnly);
  if (layer.epilogue.empty() && layer.schedule.empty())
    return {};
  Layer normal = normalizeForModel(
      layer, kinds[static_cast<size_t>(layer.kind)].support, model->domain);
  if (!normal.epilogue.empty() && !model->domain.knowsEpilogue(normal.epilogue))
    return unsupported("no measured " + kind + " has the epilogue '" +
                       std::string(toString(normal.epilogue[0])) +
                       "', and it is not free on target '" + target.name + "'");
  if (!layer.schedule.empty() && !model->domain.schedules)
    return unsupported("no measured " + kind + " on target '" + target.name +
                       "' has a schedule");
  return {};
}

std::string Estimator::whyNot(const Layer &layer) const {
  auto ok = state->check(layer);
  return ok ? "" : ok.error().message;
}

//===----------------------------------------------------------------------===//
// Estimating
//===----------------------------------------------------------------------===//

/// Whole units of a latency: at least one, at most what fits. A value within
/// rounding error of a whole number is that number, also for floor and ceil.
static int64_t wholeUnits(double value, double (*round)(double)) {
  double nearest = std::nearbyint(value);
  if (std::abs(value - nearest) <= 1e-9 * std::abs(nearest))
    value = nearest;
  return static_cast<int64_t>(
      std::clamp(round(value), 1.0, static_cast<double>(kMaxCount)));
}

/// Bounds are there with the value, both of them, and hold it: the picoseconds
/// of one alone may be too many, and a bundle may say anything.
static void orderBounds(std::optional<int64_t> value,
                        std::optional<int64_t> &lower,
                        std::optional<int64_t> &upper) {
  if (!value || !lower || !upper) {
    lower.reset();
    upper.reset();
    return;
  }
  lower = std::min(*lower, *value);
  upper = std::max(*upper, *value);
}

Estimate Estimator::State::finish(const Layer &layer,
                                  const Prediction &prediction) const {
  const TargetInfo &target = bundle->target();
  Estimate result;
  result.status = prediction.measured       ? EstimateStatus::Measured
                  : prediction.extrapolated ? EstimateStatus::Extrapolated
                                            : EstimateStatus::Predicted;
  auto store = [&](double value, double (*round)(double),
                   std::optional<int64_t> &cycles,
                   std::optional<int64_t> &picoseconds) {
    int64_t units = wholeUnits(value, round);
    if (!target.countsCycles) {
      picoseconds = units;
      return;
    }
    cycles = units;
    picoseconds = cyclesToPicoseconds(units, target.clockKhz);
  };
  store(prediction.latency, std::nearbyint, result.cycles, result.timePs);
  if (prediction.bounds) {
    store(prediction.bounds->first, std::floor, result.lowerCycles,
          result.lowerPs);
    store(prediction.bounds->second, std::ceil, result.upperCycles,
          result.upperPs);
  }
  orderBounds(result.timePs, result.lowerPs, result.upperPs);
  orderBounds(result.cycles, result.lowerCycles, result.upperCycles);
  result.wastePpm = std::llround(lattice(layer.kind)->waste(layer) * 1e6);
  if (prediction.corrected)
    result.correctedBy = int64_t(
        kinds[static_cast<size_t>(layer.kind)].model->correction->layers);
  return result;
}

void Estimator::State::predict(LayerKind kind, const std::vector<Layer> &points,
                               std::vector<Prediction> &results) {
  results.resize(points.size());
  std::vector<const Layer *> missing;
  std::vector<size_t> places;
  for (size_t i = 0; i < points.size(); ++i)
    if (!predictions.find(points[i], predictions.hashOf(points[i]),
                          results[i])) {
      missing.push_back(&points[i]);
      places.push_back(i);
    }
  std::vector<Prediction> computed(missing.size());
  predictQueryPoints(*kinds[static_cast<size_t>(kind)].model, missing.data(),
                     missing.size(), confidencePercent, computed.data());
  for (size_t i = 0; i < missing.size(); ++i) {
    results[places[i]] = computed[i];
    predictions.insert(*missing[i], predictions.hashOf(*missing[i]),
                       computed[i]);
  }
}

void Estimator::State::estimate(const Layer *layers, size_t count,
                                Estimate *results) {
  // What is not known yet, by kind.
  std::vector<std::vector<size_t>> missing(kinds.size());
  for (size_t i = 0; i < count; ++i) {
    if (answers.find(layers[i], answers.hashOf(layers[i]), results[i]))
      continue;
    if (check(layers[i]))
      missing[static_cast<size_t>(layers[i].kind)].push_back(i);
    else
      results[i] = Estimate();
  }
  std::vector<Layer> points;
  std::vector<Prediction> found;
  for (size_t kind = 0; kind < missing.size(); ++kind) {
    if (missing[kind].empty())
      continue;
    points.clear();
    points.reserve(missing[kind].size());
    for (size_t i : missing[kind])
      points.push_back(queryPoint(layers[i]));
    predict(static_cast<LayerKind>(kind), points, found);
    for (size_t i = 0; i < missing[kind].size(); ++i) {
      const Layer &layer = layers[missing[kind][i]];
      Estimate &result = results[missing[kind][i]];
      result = finish(layer, found[i]);
      answers.insert(layer, answers.hashOf(layer), result);
    }
  }
}

Estimate Estimator::estimate(const Layer &layer) const {
  Estimate result;
  uint64_t hash = state->answers.hashOf(layer);
  if (state->answers.find(layer, hash, result))
    return result;
  if (!state->check(layer))
    return Estimate();
  Layer point = state->queryPoint(layer);
  const Layer *points[] = {&point};
  uint64_t pointHash = state->predictions.hashOf(point);
  Prediction prediction;
  if (!state->predictions.find(point, pointHash, prediction)) {
    const KindModel &model =
        *state->kinds[static_cast<size_t>(layer.kind)].model;
    predictQueryPoints(model, points, 1, state->confidencePercent, &prediction);
    state->predictions.insert(point, pointHash, prediction);
  }
  result = state->finish(layer, prediction);
  state->answers.insert(layer, hash, result);
  return result;
}

void Estimator::estimate(const Layer *layers, size_t count,
                         Estimate *results) const {
  // In blocks, so that what is known of a layer is still in the cache when it
  // is needed next.
  constexpr size_t kBlock = 256;
  for (size_t first = 0; first < count; first += kBlock)
    state->estimate(layers + first, std::min(kBlock, count - first),
                    results + first);
}

//===----------------------------------------------------------------------===//
// Construction and access
//===----------------------------------------------------------------------===//

Estimator::Estimator(std::shared_ptr<State> state) : state(std::move(state)) {}

Expected<Estimator> Estimator::create(std::shared_ptr<const ModelBundle> bundle,
                                      const EstimatorOptions &options) {
  auto known = std::find(kConfidenceLevels.begin(), kConfidenceLevels.end(),
                         options.confidencePercent);
  if (known == kConfidenceLevels.end())
    return invalidInput("confidence is " +
                        std::to_string(options.confidencePercent) +
                        " percent, expected 80, 90 or 95");
  return Estimator(std::make_shared<State>(std::move(bundle), options));
}

Expected<Estimator> Estimator::load(const std::string &path,
                                    const EstimatorOptions &options) {
  auto bundle = ModelBundle::load(path);
  if (!bundle)
    return bundle.error();
  return create(std::move(*bundle), options);
}

Layer Estimator::representative(const Layer &layer) const {
  const Lattice *lattice = state->lattice(layer.kind);
  return lattice ? lattice->representative(layer) : layer;
}

Layer Estimator::queryPoint(const Layer &layer) const {
  const Lattice *lattice = state->lattice(layer.kind);
  return lattice ? lattice->queryPoint(layer) : layer;
}

const TargetInfo &Estimator::target() const { return state->bundle->target(); }
const std::string &Estimator::modelId() const { return state->bundle->id(); }
const ModelBundle &Estimator::bundle() const { return *state->bundle; }
