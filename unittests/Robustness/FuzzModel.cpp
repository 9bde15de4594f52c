// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Layers and bundles.
#include "Fuzz.h"

#include "Model/BundleFile.h"

#include "pr/Layer/Work.h"
#include "pr/Model/Estimator.h"
#include "pr/Model/ModelBundle.h"
#include "pr/Support/File.h"

#include <memory>

using namespace pr;
using namespace pr::fuzz;

static std::vector<Estimator> loadAll(const std::vector<std::string> &paths,
                                      Counts &counts) {
  std::vector<Estimator> estimators;
  EstimatorOptions options;
  options.cacheCapacity = 256; // so that full shards are seen too
  for (const std::string &path : paths) {
    auto estimator = Estimator::load(path, options);
    if (estimator)
      estimators.push_back(std::move(*estimator));
    else
      counts.problem = estimator.error().message;
  }
  return estimators;
}

/// What is wrong with an estimate; empty where nothing is.
static std::string findProblem(const Estimator &estimator, const Layer &layer,
                               const Estimate &estimate) {
  bool answered = estimate.status != EstimateStatus::Unsupported;
  std::string why = estimator.whyNot(layer);
  if (answered != why.empty())
    return answered ? "an estimate with the reason why there is none: " + why
                    : "no estimate, and no reason";
  if (answered && !estimate.timePs && !estimate.cycles)
    return "an estimate without a number";
  auto ordered = [](std::optional<int64_t> lower, std::optional<int64_t> value,
                    std::optional<int64_t> upper) {
    if (lower.has_value() != upper.has_value() || (lower && !value))
      return false;
    return !lower || (0 <= *lower && *lower <= *value && *value <= *upper);
  };
  if (!ordered(estimate.lowerPs, estimate.timePs, estimate.upperPs) ||
      !ordered(estimate.lowerCycles, estimate.cycles, estimate.upperCycles))
    return "bounds that do not hold the estimate";
  if (estimate.wastePpm < 0 || estimate.wastePpm > 1000000)
    return "a waste of " + std::to_string(estimate.wastePpm) + " ppm";
  return "";
}

static std::string askAll(const std::vector<Estimator> &estimators,
                          const Layer &layer) {
  for (const Estimator &estimator : estimators) {
    Estimate one = estimator.estimate(layer), batched;
    estimator.estimate(&layer, 1, &batched);
    if (one.timePs != batched.timePs || one.cycles != batched.cycles ||
        one.status != batched.status)
      return "alone and in a batch the estimates differ";
    std::string problem = findProblem(estimator, layer, one);
    if (!problem.empty())
      return problem;
    Layer representative = estimator.representative(layer);
    if (one.status != EstimateStatus::Unsupported &&
        estimator.representative(representative) != representative)
      return "the representative has another representative";
  }
  return "";
}

Counts fuzz::fuzzLayers(uint64_t seed, int64_t count,
                        const std::vector<std::string> &bundles) {
  Counts counts;
  Random random(seed);
  std::vector<Estimator> estimators = loadAll(bundles, counts);
  for (; counts.inputs < count && counts.problem.empty(); ++counts.inputs) {
    std::string text = layerText(random);
    if (random.oneIn(2))
      mutateText(text, random);
    auto layer = parseLayer(text);
    if (!layer) {
      if (layer.error().message.empty())
        counts.problem = "an error without a message";
    } else {
      ++counts.accepted;
      auto again = parseLayer(printLayer(*layer));
      if (!again || *again != *layer)
        counts.problem = "printed and parsed it is another layer";
      else if (!computeWork(*layer))
        counts.problem = "a legal layer whose work does not fit";
      else
        counts.problem = askAll(estimators, *layer);
    }
    if (!counts.problem.empty())
      counts.problem += ": " + text;
  }
  return counts;
}

//===----------------------------------------------------------------------===//
// Bundles
//===----------------------------------------------------------------------===//

/// The sections of a bundle, damaged and written with a checksum that fits.
static std::string damagedInside(const std::string &bytes, Random &random) {
  auto file = BundleFile::parse(bytes);
  if (!file)
    return bytes;
  static const char *const kNames[] = {"meta", "card"};
  BundleFile::Sections sections;
  for (const char *name : kNames)
    if (auto content = file->find(name))
      sections.emplace_back(name, *content);
  for (const KindInfo &info : allLayerKinds())
    for (const char *prefix : {"forest:", "exact:", "corrected:"}) {
      std::string name = prefix + std::string(info.name);
      if (auto content = file->find(name))
        sections.emplace_back(name, *content);
    }
  std::string &content = sections[random.draw(0, sections.size() - 1)].second;
  if (random.oneIn(2))
    mutateText(content, random);
  else
    mutateBytes(content, random);
  return BundleFile::write(sections, ModelBundle::kNewestSchema);
}

/// Layers that the shipped bundles know, so that what was loaded is used.
static const char *const kKnown[] = {
    "matmul m=1 n=12 k=48 : i8, i8 -> i32",
    "matmul m=64 n=64 k=64 : f32, f32 -> f32",
    "conv1d oc=24 ic=16 ow=101 kw=9 pl=4 pr=4 : i8, i8 -> i32",
    "conv1d oc=16 ic=40 ow=101 kw=3 pl=1 pr=1 : i8, i6 -> i20",
    "elementwise e=4096 full=2 alu=1 : f32, f32 -> f32",
    "data_movement op=transpose e=4096 r=4096 run=1 : f32 -> f32",
};

static std::string askKnown(std::shared_ptr<const ModelBundle> bundle,
                            Random &random) {
  auto estimator = Estimator::create(std::move(bundle));
  if (!estimator)
    return estimator.error().message;
  std::vector<Estimator> one = {*estimator};
  for (const char *text : kKnown)
    if (auto problem = askAll(one, *parseLayer(text)); !problem.empty())
      return problem + ": " + text;
  auto layer = parseLayer(layerText(random));
  return layer ? askAll(one, *layer) : "";
}

static void damageTarget(const ModelBundle &bundle, Random &random,
                         Counts &counts) {
  std::string json = bundle.target().toJson();
  mutateText(json, random);
  auto target = TargetInfo::fromJson(json);
  if (!target)
    return;
  ++counts.accepted;
  for (const char *text : kKnown)
    if (auto legal = target->checkLegal(*parseLayer(text));
        !legal && legal.error().message.empty())
      counts.problem = "an error without a message";
}

Counts fuzz::fuzzBundles(uint64_t seed, int64_t count,
                         const std::vector<std::string> &paths) {
  Counts counts;
  Random random(seed);
  std::vector<std::string> originals;
  std::vector<std::shared_ptr<const ModelBundle>> bundles;
  for (const std::string &path : paths) {
    auto bytes = readFile(path);
    auto bundle = ModelBundle::load(path);
    if (!bytes || !bundle) {
      counts.problem = "cannot load '" + path + "'";
      return counts;
    }
    originals.push_back(std::move(*bytes));
    bundles.push_back(std::move(*bundle));
  }
  for (; counts.inputs < count && counts.problem.empty(); ++counts.inputs) {
    size_t which = random.draw(0, originals.size() - 1);
    if (random.oneIn(3)) {
      damageTarget(*bundles[which], random, counts);
      continue;
    }
    std::string bytes = originals[which];
    if (random.oneIn(4))
      mutateBytes(bytes, random);
    else
      bytes = damagedInside(bytes, random);
    auto bundle = ModelBundle::parse(std::move(bytes), "fuzzed");
    if (!bundle)
      continue;
    ++counts.accepted;
    counts.problem = askKnown(std::move(*bundle), random);
  }
  return counts;
}
