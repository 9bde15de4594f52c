// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "pr/Model/Estimator.h"

#include "Model/MemoTable.h"
#include "pr/Model/ModelBundle.h"
#include "pr/Support/CheckedMath.h"

#include <algorithm>
#include <cmath>
#include <tuple>

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

/// A prediction as the memo table keeps it: copied byte by byte.
struct KeptPrediction {
  double latency = 0, lower = 0, upper = 0;
  bool bounded = false, measured = false, extrapolated = false;

  KeptPrediction() = default;
  explicit KeptPrediction(const Prediction &from)
      : latency(from.latency), bounded(from.bounds.has_value()),
        measured(from.measured), extrapolated(from.extrapolated) {
    if (bounded)
      std::tie(lower, upper) = *from.bounds;
  }
  explicit operator Prediction() const {
    Prediction result{latency, std::nullopt, measured, extrapolated};
    if (bounded)
      result.bounds.emplace(lower, upper);
    return result;
  }
};

/// Layers of one kind that wait for their prediction, and room for it.
struct Waiting {
  std::vector<size_t> places; ///< in the batch
  std::vector<Layer> points;
  std::vector<Prediction> found;
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

  /// One layer that is not among the answers.
  Estimate compute(const Layer &layer);
  /// Several layers; `waiting` has an empty place for each kind.
  void estimate(const Layer *layers, size_t count, Estimate *results,
                std::vector<Waiting> &waiting);
  void predict(const KindModel &model, Waiting &waiting);

  std::shared_ptr<const ModelBundle> bundle;
  int confidencePercent;
  std::vector<KindEntry> kinds;
  /// By layer as it was asked; and, because neighbours on a plateau share it,
  /// by query point.
  MemoTable<Estimate> answers;
  MemoTable<KeptPrediction> predictions;
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
  if (auto ok = target.checkLegal(layer); !ok)
    return ok;
  std::string_view name = layer.info().name;
  const KindModel *model = kinds[static_cast<size_t>(layer.kind)].model;
  if (!model) {
    std::string reason = bundle->absentReason(layer.kind);
    return unsupported("the model of target '" + target.name + "' has no " +
                       std::string(name) +
                       (reason.empty() ? "" : ": " + reason));
  }
  if (!model->predicts() && !model->exact.find(queryPoint(layer)))
    return unsupported("this " + std::string(name) +
                       " was not measured on target '" + target.name +
                       "', and there is no model: " + model->measuredOnly);
  if (layer.epilogue.empty() && layer.schedule.empty())
    return {};
  Layer normal = normalizeForModel(
      layer, kinds[static_cast<size_t>(layer.kind)].support, model->domain);
  if (!normal.epilogue.empty() && !model->domain.knowsEpilogue(normal.epilogue))
    return unsupported("no measured " + std::string(name) +
                       " has the epilogue '" +
                       std::string(toString(normal.epilogue[0])) +
                       "', and it is not free on target '" + target.name + "'");
  if (!layer.schedule.empty() && !model->domain.schedules)
    return unsupported("no measured " + std::string(name) + " on target '" +
                       target.name + "' has a schedule");
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

static double roundDown(double value) { return std::floor(value); }
static double roundUp(double value) { return std::ceil(value); }

/// Bounds are there with the value, both of them, and hold it: the picoseconds
/// of one alone may be too many, between two real bounds may be no whole
/// number, and a bundle may say anything.
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
    // A latency is a whole number: it lies between two bounds if it lies
    // between the outermost whole numbers that do. Those of a measurement are
    // what was measured, and no limits.
    auto [low, high] = prediction.measured ? std::pair(roundDown, roundUp)
                                           : std::pair(roundUp, roundDown);
    store(prediction.bounds->first, low, result.lowerCycles, result.lowerPs);
    store(prediction.bounds->second, high, result.upperCycles, result.upperPs);
  }
  orderBounds(result.timePs, result.lowerPs, result.upperPs);
  orderBounds(result.cycles, result.lowerCycles, result.upperCycles);
  result.wastePpm = std::llround(lattice(layer.kind)->waste(layer) * 1e6);
  if (prediction.corrected)
    result.correctedBy = int64_t(
        kinds[static_cast<size_t>(layer.kind)].model->correction->layers);
  return result;
}

Estimate Estimator::State::compute(const Layer &layer) {
  if (!check(layer))
    return Estimate();
  Layer point = queryPoint(layer);
  KeptPrediction kept;
  Hash128 key = predictions.keeps() ? memoKey(point) : Hash128();
  if (predictions.find(key, kept))
    return finish(layer, Prediction(kept));
  const Layer *points[] = {&point};
  Prediction prediction;
  predictQueryPoints(*kinds[static_cast<size_t>(layer.kind)].model, points, 1,
                     confidencePercent, &prediction);
  predictions.insert(key, KeptPrediction(prediction));
  return finish(layer, prediction);
}

void Estimator::State::predict(const KindModel &model, Waiting &waiting) {
  size_t count = waiting.points.size();
  waiting.found.resize(count);
  std::vector<const Layer *> missing;
  std::vector<size_t> places;
  std::vector<Hash128> keys(predictions.keeps() ? count : 0);
  for (size_t i = 0; i < count; ++i) {
    KeptPrediction kept;
    if (predictions.keeps())
      keys[i] = memoKey(waiting.points[i]);
    if (predictions.keeps() && predictions.find(keys[i], kept)) {
      waiting.found[i] = Prediction(kept);
      continue;
    }
    missing.push_back(&waiting.points[i]);
    places.push_back(i);
  }
  std::vector<Prediction> computed(missing.size());
  predictQueryPoints(model, missing.data(), missing.size(), confidencePercent,
                     computed.data());
  for (size_t i = 0; i < missing.size(); ++i) {
    waiting.found[places[i]] = computed[i];
    if (predictions.keeps())
      predictions.insert(keys[places[i]], KeptPrediction(computed[i]));
  }
}

void Estimator::State::estimate(const Layer *layers, size_t count,
                                Estimate *results,
                                std::vector<Waiting> &waiting) {
  for (size_t i = 0; i < count; ++i) {
    if (answers.keeps() && answers.find(memoKey(layers[i]), results[i]))
      continue;
    results[i] = Estimate();
    if (!check(layers[i])) {
      if (answers.keeps())
        answers.insert(memoKey(layers[i]), results[i]);
      continue;
    }
    Waiting &mine = waiting[static_cast<size_t>(layers[i].kind)];
    mine.places.push_back(i);
    mine.points.push_back(queryPoint(layers[i]));
  }
  for (size_t kind = 0; kind < waiting.size(); ++kind) {
    Waiting &mine = waiting[kind];
    if (mine.places.empty())
      continue;
    predict(*kinds[kind].model, mine);
    for (size_t i = 0; i < mine.places.size(); ++i) {
      const Layer &layer = layers[mine.places[i]];
      Estimate &result = results[mine.places[i]];
      result = finish(layer, mine.found[i]);
      if (answers.keeps())
        answers.insert(memoKey(layer), result);
    }
    mine.places.clear();
    mine.points.clear();
  }
}

Estimate Estimator::estimate(const Layer &layer) const {
  if (!state->answers.keeps())
    return state->compute(layer);
  Estimate result;
  Hash128 key = memoKey(layer);
  if (state->answers.find(key, result))
    return result;
  result = state->compute(layer);
  state->answers.insert(key, result);
  return result;
}

void Estimator::estimate(const Layer *layers, size_t count,
                         Estimate *results) const {
  // In blocks, so that what is known of a layer is still in the cache when it
  // is needed next.
  constexpr size_t kBlock = 256;
  std::vector<Waiting> waiting(state->kinds.size());
  for (size_t first = 0; first < count; first += kBlock)
    state->estimate(layers + first, std::min(kBlock, count - first),
                    results + first, waiting);
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
