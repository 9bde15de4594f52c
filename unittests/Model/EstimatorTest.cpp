// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "pr/Model/Estimator.h"
#include "TestData.h"

#include <thread>

using namespace pr;
using namespace pr::test;

static Estimator toy(EstimatorOptions options = {}) {
  auto bundle = ModelBundle::parse(toyBundle().build(), "toy");
  EXPECT_TRUE(bundle) << (bundle ? "" : bundle.error().message);
  auto estimator = Estimator::create(*bundle, options);
  EXPECT_TRUE(estimator);
  return *estimator;
}

TEST(Estimator, Measured) {
  // Any layer of the plateau of 8x8x8.
  Estimate estimate = toy().estimate(matmul(8, 5, 7));
  EXPECT_EQ(estimate.status, EstimateStatus::Measured);
  EXPECT_EQ(estimate.cycles, 100);
  EXPECT_EQ(estimate.lowerCycles, 98);
  EXPECT_EQ(estimate.upperCycles, 105);
  EXPECT_EQ(estimate.timePs, 100000);
  EXPECT_EQ(estimate.wastePpm, 1000000 - 1000000 * 35 / 64);
}

TEST(Estimator, Predicted) {
  // 10 + 2*16*16/64, its forest says times 1.
  Estimate small = toy().estimate(matmul(2, 9, 16));
  EXPECT_EQ(small.status, EstimateStatus::Predicted);
  EXPECT_EQ(small.cycles, 18);
  // A whole number between 16.4 and 19.8 is one between 17 and 19.
  EXPECT_EQ(small.lowerCycles, 17) << "18 / 1.1, rounded up";
  EXPECT_EQ(small.upperCycles, 19) << "18 * 1.1, rounded down";
  EXPECT_EQ(small.timePs, 18000);
  // 10 + 64*64*128/64, its forest says times 2.
  EXPECT_EQ(toy().estimate(matmul(64, 64, 128)).cycles, 2 * (10 + 8192));
}

TEST(Estimator, ExtrapolatedFallsBackToTheBase) {
  Estimator estimator = toy();
  // An octave beyond the largest k the forest is no longer heard.
  Estimate far = estimator.estimate(matmul(1, 8, 1024));
  EXPECT_EQ(far.status, EstimateStatus::Extrapolated);
  EXPECT_EQ(far.cycles, 10 + 8 * 1024 / 64);
  ASSERT_TRUE(far.upperCycles);
  EXPECT_GT(*far.upperCycles, 1.2 * double(*far.cycles)) << "wider";
  // In between it fades.
  Estimate near = estimator.estimate(matmul(1, 8, 384));
  EXPECT_EQ(near.status, EstimateStatus::Extrapolated);
  EXPECT_GT(near.cycles, 10 + 8 * 384 / 64);
  EXPECT_LT(near.cycles, 2 * (10 + 8 * 384 / 64));
  // A layout that was never measured.
  EXPECT_EQ(
      estimator.estimate(matmul(2, 8, 8, " layout=nt : i8, i8 -> i32")).status,
      EstimateStatus::Predicted)
      << "no measured layer states its layout";
}

static std::string whyNot(const Layer &layer) {
  Estimator estimator = toy();
  std::string reason = estimator.whyNot(layer);
  Estimate estimate = estimator.estimate(layer);
  EXPECT_EQ(reason.empty(), estimate.status != EstimateStatus::Unsupported);
  EXPECT_EQ(reason.empty(), estimate.cycles.has_value());
  return reason;
}

TEST(Estimator, SaysWhyNot) {
  EXPECT_EQ(whyNot(matmul(2, 8, 8)), "");
  EXPECT_EQ(whyNot(matmul(3, 8, 8)),
            "target 'toy' cannot run this matmul: m must be even");
  EXPECT_EQ(whyNot(matmul(2, 513, 8)),
            "'n' of matmul is 513, target 'toy' takes at most 512");
  EXPECT_EQ(whyNot(layer("softmax r=8 : f32 -> f32")),
            "the model of target 'toy' has no softmax: 3 layers were measured, "
            "12 are needed");
  EXPECT_EQ(whyNot(layer("reduction r=8 op=sum : f32 -> f32")),
            "the model of target 'toy' has no reduction");
  EXPECT_EQ(whyNot(layer("pool2d c=8 oh=4 ow=4 kh=2 kw=2 op=max : i8 -> i8")),
            "target 'toy' has no pool2d");
  EXPECT_EQ(whyNot(matmul(2, 8, 8, " epilogue=bias+pool : i8, i8 -> i32")),
            "no measured matmul has the epilogue 'pool', and it is not free on "
            "target 'toy'");
  EXPECT_EQ(whyNot(matmul(2, 8, 8, " tile=n:4 : i8, i8 -> i32")),
            "no measured matmul on target 'toy' has a schedule");
}

TEST(Estimator, MeasuredOnly) {
  KindModel model;
  model.lattice = eights();
  model.base.kind = LayerKind::MatMul;
  model.measuredOnly = "one layer was measured";
  model.domain = Domain::hullOf({matmul(2, 8, 8)});
  auto exact = ExactTable::build({{matmul(2, 8, 8), {50, 50, 50}}});
  ASSERT_TRUE(exact);
  model.exact = *exact;
  BundleBuilder builder(toyTarget());
  ASSERT_TRUE(builder.addKind(model));
  model.measuredOnly = "";
  EXPECT_FALSE(BundleBuilder(toyTarget()).addKind(model)) << "no base either";
  auto bundle = ModelBundle::parse(builder.build(), "toy");
  ASSERT_TRUE(bundle) << bundle.error().message;
  auto estimator = Estimator::create(*bundle);
  ASSERT_TRUE(estimator);
  EXPECT_EQ(estimator->estimate(matmul(2, 7, 8)).cycles, 50);
  EXPECT_EQ(estimator->whyNot(matmul(2, 7, 8)), "");
  EXPECT_EQ(estimator->estimate(matmul(2, 9, 8)).status,
            EstimateStatus::Unsupported);
  EXPECT_EQ(estimator->whyNot(matmul(2, 9, 8)),
            "this matmul was not measured on target 'toy', and there is no "
            "model: one layer was measured");
}

TEST(Estimator, LegalityIsTheLayersOwn) {
  // Both have the query point of a legal layer, and the cache knows it.
  Estimator estimator = toy();
  EXPECT_EQ(estimator.estimate(matmul(2, 8, 8)).status,
            EstimateStatus::Predicted);
  EXPECT_EQ(estimator.estimate(matmul(3, 8, 8)).status,
            EstimateStatus::Unsupported);
  EXPECT_EQ(estimator.estimate(matmul(2, 7, 8)).status,
            EstimateStatus::Predicted);
}

TEST(Estimator, FreeEpilogueCostsNothing) {
  Estimator estimator = toy();
  Estimate plain = estimator.estimate(matmul(2, 16, 16));
  Estimate fused = estimator.estimate(
      matmul(2, 16, 16, " epilogue=bias+relu : i8, i8 -> i32"));
  EXPECT_EQ(fused.status, EstimateStatus::Predicted);
  EXPECT_EQ(fused.cycles, plain.cycles);
}

TEST(Estimator, ConfidenceIsOneOfThree) {
  EstimatorOptions options;
  options.confidencePercent = 85;
  auto bundle = ModelBundle::parse(toyBundle().build(), "toy");
  ASSERT_TRUE(bundle);
  auto refused = Estimator::create(*bundle, options);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().message,
            "confidence is 85 percent, expected 80, 90 or 95");
}

static bool operator==(const Estimate &a, const Estimate &b) {
  return a.status == b.status && a.timePs == b.timePs &&
         a.lowerPs == b.lowerPs && a.upperPs == b.upperPs &&
         a.cycles == b.cycles && a.lowerCycles == b.lowerCycles &&
         a.upperCycles == b.upperCycles && a.wastePpm == b.wastePpm;
}

/// A mixture of everything, with repetitions.
static std::vector<Layer> mixture(size_t count) {
  std::vector<Layer> layers;
  for (size_t i = 0; i < count; ++i) {
    auto n = int64_t(i);
    switch (i % 7) {
    case 5:
      layers.push_back(
          layer("softmax r=" + std::to_string(n + 1) + " : f32 -> f32"));
      break;
    case 6:
      layers.push_back(matmul(3, 8, 8));
      break;
    default:
      layers.push_back(matmul(1 + n % 3, 1 + n * 5 % 600, 1 + n * 3 % 300));
    }
  }
  return layers;
}

TEST(Estimator, BatchEqualsSinglesWithAnyCache) {
  std::vector<Layer> layers = mixture(500);
  for (size_t capacity : {size_t(0), size_t(10), size_t(1) << 16}) {
    EstimatorOptions options;
    options.cacheCapacity = capacity;
    Estimator batch = toy(options), single = toy(options);
    for (int round = 0; round < 2; ++round) {
      std::vector<Estimate> results(layers.size());
      batch.estimate(layers.data(), layers.size(), results.data());
      for (size_t i = 0; i < layers.size(); ++i)
        EXPECT_TRUE(results[i] == single.estimate(layers[i]))
            << printLayer(layers[i]) << " with a cache of " << capacity;
    }
  }
}

TEST(Estimator, ThreadsShareIt) {
  EstimatorOptions options;
  options.cacheCapacity = 256; // so that entries are pushed out meanwhile
  Estimator estimator = toy(options), reference = toy();
  std::vector<Layer> layers = mixture(2000);
  std::vector<Estimate> expected(layers.size());
  reference.estimate(layers.data(), layers.size(), expected.data());
  std::vector<size_t> wrong(4);
  std::vector<std::thread> threads;
  for (size_t t = 0; t < wrong.size(); ++t)
    threads.emplace_back([&, t] {
      for (size_t i = 0; i < layers.size(); ++i) {
        size_t at = (i * 7 + t * 500) % layers.size();
        wrong[t] += !(estimator.estimate(layers[at]) == expected[at]);
      }
    });
  for (std::thread &thread : threads)
    thread.join();
  EXPECT_EQ(wrong, std::vector<size_t>(4));
}

TEST(Estimator, StatusNames) {
  for (const char *name :
       {"measured", "predicted", "extrapolated", "folded", "unsupported"}) {
    auto status = parseEstimateStatus(name);
    ASSERT_TRUE(status);
    EXPECT_EQ(toString(*status), name);
  }
  EXPECT_FALSE(parseEstimateStatus("guessed"));
}
