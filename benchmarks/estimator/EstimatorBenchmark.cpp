// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// How long a query takes, on one core: cached, uncached and in batches, beside
// libxgboost on the same forest and rows in the same run. The forest has 300
// trees of depth 6 over the features of conv2d, 2 % of the values missing where
// only rows are walked.
//
// Times are per layer. p50 and p99 are over single queries and include the
// clock (about 25 ns); the mean that Google Benchmark prints includes it too.
#include "pr/Model/Estimator.h"
#include "pr/Model/ModelBundle.h"

#include <benchmark/benchmark.h>
#include <xgboost/c_api.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <map>
#include <random>

using namespace pr;

static constexpr size_t kLayers = 10000, kHotLayers = 256;
static constexpr unsigned kTrees = 300, kDepth = 6;

//===----------------------------------------------------------------------===//
// The model
//===----------------------------------------------------------------------===//

[[noreturn]] static void stop(const std::string &message) {
  std::fprintf(stderr, "estimator-benchmark: %s\n", message.c_str());
  std::exit(1);
}

template <typename T>
static T orStop(Expected<T> value) {
  if (!value)
    stop(value.error().message);
  return std::move(*value);
}

static void check(int status) {
  if (status != 0)
    stop(XGBGetLastError());
}

static Layer randomConv(std::mt19937_64 &random) {
  auto draw = [&](int64_t limit) { return int64_t(random() % limit) + 1; };
  int64_t kernel = 1 + 2 * int64_t(random() % 3);
  LayerFields fields;
  fields.kind = "conv2d";
  fields.dims = {{"oc", draw(512)},    {"ic", draw(512)}, {"ih", 7 + draw(50)},
                 {"iw", 7 + draw(50)}, {"kh", kernel},    {"kw", kernel},
                 {"sh", draw(2)},      {"sw", draw(2)},   {"ph", kernel / 2},
                 {"pw", kernel / 2}};
  fields.types = "i8, i8 -> i32";
  return orStop(buildLayer(fields));
}

static std::vector<Layer> distinctConvs(size_t count, const Lattice &lattice) {
  std::mt19937_64 random(11);
  std::map<std::string, Layer> found;
  while (found.size() < count) {
    Layer layer = randomConv(random);
    found.emplace(printLayer(lattice.queryPoint(layer)), layer);
  }
  std::vector<Layer> layers;
  for (auto &[text, layer] : found)
    layers.push_back(layer);
  std::shuffle(layers.begin(), layers.end(), random);
  return layers;
}

namespace {
/// A bundle with its forest, the same forest in libxgboost, and what to ask.
struct Setup {
  Setup();
  void train(const std::vector<float> &rows);

  Lattice lattice;
  Base base;
  FeatureSet features;
  std::vector<Layer> layers;
  std::vector<float> rows; ///< features of the layers, some made missing
  BoosterHandle booster = nullptr;
  Forest forest;
  std::shared_ptr<const ModelBundle> bundle;
};
} // namespace

/// Trains libxgboost on a bumpy function of the features.
void Setup::train(const std::vector<float> &matrix) {
  size_t width = features.size();
  std::mt19937_64 random(3);
  std::normal_distribution<float> noise(0, 0.3f);
  std::vector<float> labels;
  for (size_t i = 0; i < layers.size(); ++i) {
    float sum = noise(random);
    for (size_t j = 0; j < width; ++j) {
      float value = matrix[i * width + j];
      sum += std::isnan(value) ? 0 : std::sin(float(j + 1) * value);
    }
    labels.push_back(0.1f * sum);
  }
  DMatrixHandle data;
  check(
      XGDMatrixCreateFromMat(matrix.data(), layers.size(), width, NAN, &data));
  check(XGDMatrixSetFloatInfo(data, "label", labels.data(), labels.size()));
  check(XGBoosterCreate(&data, 1, &booster));
  for (auto [name, value] : {std::pair{"nthread", "1"},
                             {"eta", "0.05"},
                             {"base_score", "0"},
                             {"tree_method", "hist"}})
    check(XGBoosterSetParam(booster, name, value));
  check(
      XGBoosterSetParam(booster, "max_depth", std::to_string(kDepth).c_str()));
  for (unsigned i = 0; i < kTrees; ++i)
    check(XGBoosterUpdateOneIter(booster, int(i), data));
  check(XGDMatrixFree(data));
  bst_ulong length = 0;
  const char *bytes = nullptr;
  check(XGBoosterSaveModelToBuffer(booster, R"({"format": "json"})", &length,
                                   &bytes));
  forest = orStop(Forest::fromXGBoost(std::string_view(bytes, length)));
}

Setup::Setup() {
  TargetInfo target = orStop(TargetInfo::fromJson(R"({
    "schema": 1, "name": "bench", "counts_cycles": true, "clock_khz": 1000000,
    "kinds": [{"kind": "conv2d", "types": ["i8, i8 -> i32"],
      "rules": [{"condition": "kh mod 2 == 1 and kw mod 2 == 1",
                 "reason": "kernels must be odd"}],
      "maximum": {"oc": 512, "ic": 512},
      "steps": [
        {"dim": "oc", "width": 8, "resource": "compute", "plateau": "flat"},
        {"dim": "ic", "width": 8, "resource": "compute", "plateau": "flat"}]}]
    })"));
  lattice = target.find(LayerKind::Conv2D)->lattice;
  base = orStop(Base::fromJson(
      R"({"branches": [{"launch": 1, "macs@compute": 0.0156},
                       {"launch": 20, "weight_bytes": 0.5}]})",
      LayerKind::Conv2D));
  features = orStop(FeatureSet::create(
      lattice, {"log_oc", "log_ic", "log_oh", "log_ow", "log_kh", "log_sh",
                "log_macs@compute", "log_weight_bytes", "log_output_bytes",
                "log_base"}));
  layers = distinctConvs(kLayers, lattice);
  rows.resize(layers.size() * features.size());
  for (size_t i = 0; i < layers.size(); ++i) {
    Layer point = lattice.queryPoint(layers[i]);
    WorkTable work = WorkTable::compute(lattice, point);
    features.compute(lattice, point, work, base.evaluate(work),
                     &rows[i * features.size()]);
  }
  train(rows);
  std::mt19937_64 random(5);
  for (float &value : rows)
    if (random() % 50 == 0)
      value = NAN;
  KindModel model;
  model.lattice = lattice;
  model.base = base;
  model.features = features;
  model.forest = forest;
  model.domain = Domain::hullOf(layers);
  BundleBuilder builder(target);
  if (auto added = builder.addKind(std::move(model)); !added)
    stop(added.error().message);
  bundle = orStop(ModelBundle::parse(builder.build(), "bench"));
}

static Setup &setup() {
  // Never freed: libxgboost's own statics may be gone by then.
  static Setup *instance = new Setup;
  return *instance;
}

static Estimator makeEstimator(size_t cacheCapacity) {
  EstimatorOptions options;
  options.cacheCapacity = cacheCapacity;
  return orStop(Estimator::create(setup().bundle, options));
}

//===----------------------------------------------------------------------===//
// Timing
//===----------------------------------------------------------------------===//

/// Medians by benchmark, for the ratios at the end.
static std::map<std::string, double> &medians() {
  static std::map<std::string, double> instance;
  return instance;
}

/// Times single queries; `ask` gets the number of the query.
template <typename Ask>
static void timeSingles(benchmark::State &state, const std::string &name,
                        Ask ask) {
  using Clock = std::chrono::steady_clock;
  std::vector<double> times;
  times.reserve(1 << 22);
  size_t next = 0;
  for (auto _ : state) {
    auto begin = Clock::now();
    benchmark::DoNotOptimize(ask(next));
    auto end = Clock::now();
    next = next + 1 == kLayers ? 0 : next + 1;
    if (times.size() < times.capacity())
      times.push_back(
          std::chrono::duration<double, std::nano>(end - begin).count());
  }
  std::sort(times.begin(), times.end());
  state.counters["p50_ns"] = times[times.size() / 2];
  state.counters["p99_ns"] = times[times.size() * 99 / 100];
  medians()[name] = times[times.size() / 2];
}

static void cachedQuery(benchmark::State &state) {
  Estimator estimator = makeEstimator(size_t(1) << 16);
  const std::vector<Layer> &layers = setup().layers;
  for (size_t i = 0; i < kHotLayers; ++i)
    (void)estimator.estimate(layers[i]);
  // Without the clock, which is half of such a query.
  size_t next = 0;
  auto begin = std::chrono::steady_clock::now();
  for (auto _ : state) {
    benchmark::DoNotOptimize(estimator.estimate(layers[next]));
    next = (next + 1) % kHotLayers;
  }
  auto elapsed = std::chrono::steady_clock::now() - begin;
  medians()["cached"] =
      std::chrono::duration<double, std::nano>(elapsed).count() /
      double(state.iterations());
}
BENCHMARK(cachedQuery);

static void uncachedQuery(benchmark::State &state) {
  Estimator estimator = makeEstimator(0);
  timeSingles(state, "uncached",
              [&](size_t i) { return estimator.estimate(setup().layers[i]); });
}
BENCHMARK(uncachedQuery);

static void forestOnly(benchmark::State &state) {
  const Setup &s = setup();
  timeSingles(state, "forest", [&](size_t i) {
    return s.forest.predict(&s.rows[i * s.features.size()]);
  });
}
BENCHMARK(forestOnly);

//===----------------------------------------------------------------------===//
// libxgboost
//===----------------------------------------------------------------------===//

/// The array interface of numpy, as the in-place call wants its rows.
static std::string arrayInterface(const float *rows, size_t count,
                                  size_t width) {
  return "{\"data\": [" + std::to_string(reinterpret_cast<uintptr_t>(rows)) +
         ", true], \"shape\": [" + std::to_string(count) + ", " +
         std::to_string(width) +
         "], \"typestr\": \"<f4\", \"version\": 3, \"strides\": null}";
}

static float predictInPlace(const float *rows, size_t count) {
  static const char *config =
      R"({"type": 0, "training": false, "iteration_begin": 0, "iteration_end": 0, "missing": NaN, "strict_shape": false, "cache_id": 0})";
  const Setup &s = setup();
  const bst_ulong *shape = nullptr;
  bst_ulong dimensions = 0;
  const float *values = nullptr;
  check(XGBoosterPredictFromDense(
      s.booster, arrayInterface(rows, count, s.features.size()).c_str(), config,
      nullptr, &shape, &dimensions, &values));
  return values[0];
}

static float predictMatrix(const float *rows, size_t count) {
  const Setup &s = setup();
  DMatrixHandle data;
  check(XGDMatrixCreateFromMat(rows, count, s.features.size(), NAN, &data));
  bst_ulong length = 0;
  const float *values = nullptr;
  check(XGBoosterPredict(s.booster, data, 0, 0, 0, &length, &values));
  float first = values[0];
  check(XGDMatrixFree(data));
  return first;
}

static void libxgboostInPlace(benchmark::State &state) {
  const Setup &s = setup();
  timeSingles(state, "libxgboost in place", [&](size_t i) {
    return predictInPlace(&s.rows[i * s.features.size()], 1);
  });
}
BENCHMARK(libxgboostInPlace);

static void libxgboostMatrix(benchmark::State &state) {
  const Setup &s = setup();
  timeSingles(state, "libxgboost matrix", [&](size_t i) {
    return predictMatrix(&s.rows[i * s.features.size()], 1);
  });
}
BENCHMARK(libxgboostMatrix);

//===----------------------------------------------------------------------===//
// Batches
//===----------------------------------------------------------------------===//

/// Times whole batches of all layers. They are long, so that other processes
/// get their turn in the middle of them: by the time of the processor, which is
/// the same for both sides.
template <typename Ask>
static void timeBatches(benchmark::State &state, const std::string &name,
                        Ask ask) {
  std::vector<double> times;
  for (auto _ : state) {
    std::clock_t begin = std::clock();
    ask();
    std::clock_t end = std::clock();
    times.push_back(1e9 * double(end - begin) /
                    (double(CLOCKS_PER_SEC) * double(kLayers)));
  }
  std::sort(times.begin(), times.end());
  state.counters["p50_ns"] = times[times.size() / 2];
  medians()[name] = times[times.size() / 2];
}

static void batchOfQueries(benchmark::State &state) {
  Estimator estimator = makeEstimator(0);
  std::vector<Estimate> results(kLayers);
  timeBatches(state, "batch", [&] {
    estimator.estimate(setup().layers.data(), kLayers, results.data());
  });
}
BENCHMARK(batchOfQueries)->Unit(benchmark::kMillisecond);

static void batchForestOnly(benchmark::State &state) {
  const Setup &s = setup();
  std::vector<float> results(kLayers);
  timeBatches(state, "batch forest", [&] {
    s.forest.predict(s.rows.data(), s.features.size(), kLayers, results.data());
    benchmark::DoNotOptimize(results.data());
  });
}
BENCHMARK(batchForestOnly)->Unit(benchmark::kMillisecond);

static void batchLibxgboost(benchmark::State &state) {
  timeBatches(state, "batch libxgboost", [&] {
    benchmark::DoNotOptimize(predictInPlace(setup().rows.data(), kLayers));
  });
}
BENCHMARK(batchLibxgboost)->Unit(benchmark::kMillisecond);

//===----------------------------------------------------------------------===//
// Threads
//===----------------------------------------------------------------------===//

/// Each thread asks for layers of its own, in its own order.
template <typename Ask>
static void askInThreads(benchmark::State &state, size_t layers, Ask ask) {
  size_t next = layers / state.threads() * state.thread_index();
  for (auto _ : state) {
    benchmark::DoNotOptimize(ask(next));
    next = next + 1 == layers ? 0 : next + 1;
  }
  state.SetItemsProcessed(state.iterations());
}

static void threadsForest(benchmark::State &state) {
  const Setup &s = setup();
  askInThreads(state, kLayers, [&](size_t i) {
    return s.forest.predict(&s.rows[i * s.features.size()]);
  });
}
BENCHMARK(threadsForest)->UseRealTime()->Threads(1)->Threads(2);

static void threadsUncached(benchmark::State &state) {
  static Estimator estimator = makeEstimator(0);
  askInThreads(state, kLayers,
               [&](size_t i) { return estimator.estimate(setup().layers[i]); });
}
BENCHMARK(threadsUncached)->UseRealTime()->Threads(1)->Threads(2);

static void threadsCached(benchmark::State &state) {
  static Estimator estimator = makeEstimator(size_t(1) << 16);
  askInThreads(state, kHotLayers,
               [&](size_t i) { return estimator.estimate(setup().layers[i]); });
}
BENCHMARK(threadsCached)->UseRealTime()->Threads(1)->Threads(2);

static void loadBundle(benchmark::State &state) {
  BundleBuilder builder(setup().bundle->target());
  if (auto added = builder.addKind(*setup().bundle->find(LayerKind::Conv2D));
      !added)
    stop(added.error().message);
  std::string bytes = builder.build();
  for (auto _ : state)
    benchmark::DoNotOptimize(ModelBundle::parse(bytes, "bench"));
}
BENCHMARK(loadBundle)->Unit(benchmark::kMicrosecond);

//===----------------------------------------------------------------------===//
// Summary
//===----------------------------------------------------------------------===//

static void printRatio(const char *what, const char *ours, const char *theirs) {
  auto &times = medians();
  if (times.count(ours) && times.count(theirs))
    std::printf("%-44s %8.0f ns  %8.0f ns  %5.1f x\n", what, times[ours],
                times[theirs], times[theirs] / times[ours]);
}

int main(int argc, char **argv) {
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv))
    return 2;
  benchmark::RunSpecifiedBenchmarks();
  std::printf("\n%-44s %11s  %11s\n", "medians per layer", "this",
              "libxgboost");
  printRatio("whole uncached query, in-place call", "uncached",
             "libxgboost in place");
  printRatio("whole uncached query, matrix call", "uncached",
             "libxgboost matrix");
  printRatio("forest alone, in-place call", "forest", "libxgboost in place");
  printRatio("forest alone, matrix call", "forest", "libxgboost matrix");
  printRatio("batch of whole queries, in-place call", "batch",
             "batch libxgboost");
  printRatio("batch of rows, in-place call", "batch forest",
             "batch libxgboost");
  if (medians().count("cached"))
    std::printf("%-44s %8.0f ns\n", "cached query (mean)", medians()["cached"]);
  return 0;
}
