// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "TestData.h"
#include "pr/Model/Estimator.h"

#include <cmath>

using namespace pr;
using namespace pr::test;

/// Half as long again, and one cycle for each 8 bytes of output; two layers
/// were measured.
static Correction toyCorrection() {
  Correction correction;
  correction.factor = 1.5;
  correction.added = *Base::fromJson(
      R"({"branches": [{"output_bytes": 0.125}]})", LayerKind::MatMul);
  correction.widening = {0.05, 0.1, 0.2};
  correction.layers = 2;
  correction.original = "0123456789abcdef";
  correction.measured = *ExactTable::build(
      {{matmul(2, 16, 16), {33, 32, 34}}, {matmul(4, 16, 16), {50, 50, 50}}});
  return correction;
}

static std::shared_ptr<const ModelBundle> corrected() {
  BundleBuilder builder = toyBundle();
  EXPECT_TRUE(builder.correct(LayerKind::MatMul, toyCorrection()));
  auto bundle = ModelBundle::parse(builder.build(), "toy");
  EXPECT_TRUE(bundle) << (bundle ? "" : bundle.error().message);
  return *bundle;
}

static Estimate ask(const Layer &layer, int confidence = 90) {
  EstimatorOptions options;
  options.confidencePercent = confidence;
  return Estimator::create(corrected(), options)->estimate(layer);
}

TEST(Correction, MovesPredictions) {
  // Uncorrected 10 + 8*16*16/64 = 42 within a factor of 1.1.
  Estimate estimate = ask(matmul(8, 9, 16));
  EXPECT_EQ(estimate.status, EstimateStatus::Predicted);
  double latency = 1.5 * 42 + 8 * 16 * 4 / 8;
  EXPECT_EQ(estimate.cycles, int64_t(latency));
  EXPECT_EQ(estimate.correctedBy, 2);
  double reach = 1.1 * std::exp(0.1);
  EXPECT_EQ(estimate.lowerCycles, int64_t(std::ceil(latency / reach)));
  EXPECT_EQ(estimate.upperCycles, int64_t(std::floor(latency * reach)));
  EXPECT_GT(*ask(matmul(8, 9, 16), 95).upperCycles, *estimate.upperCycles);
  // Far away it is a correction all the same.
  Estimate far = ask(matmul(1, 8, 1024));
  EXPECT_EQ(far.status, EstimateStatus::Extrapolated);
  EXPECT_EQ(far.correctedBy, 2);
}

TEST(Correction, WhatWasMeasuredForItIsMeasured) {
  Estimate estimate = ask(matmul(2, 15, 16));
  EXPECT_EQ(estimate.status, EstimateStatus::Measured);
  EXPECT_EQ(estimate.cycles, 33);
  EXPECT_EQ(estimate.lowerCycles, 32);
  EXPECT_EQ(estimate.correctedBy, 0);
}

TEST(Correction, OldMeasurementsAreOfTheOldDevice) {
  // 8x8x8 was measured at 100, within 98 and 105.
  Estimate estimate = ask(matmul(8, 8, 8));
  EXPECT_EQ(estimate.status, EstimateStatus::Predicted);
  double latency = 150 + 8 * 8 * 4 / 8;
  EXPECT_EQ(estimate.cycles, int64_t(latency));
  EXPECT_EQ(estimate.lowerCycles,
            int64_t(std::ceil(latency * 0.98 * std::exp(-0.1))));
  EXPECT_EQ(estimate.upperCycles,
            int64_t(std::floor(latency * 1.05 * std::exp(0.1))));
}

TEST(Correction, OneByOneAndTogetherAreTheSame) {
  auto estimator = Estimator::create(corrected());
  std::vector<Layer> layers = {matmul(2, 15, 16), matmul(8, 9, 16),
                               matmul(8, 8, 8), matmul(1, 8, 1024)};
  std::vector<Estimate> together(layers.size());
  Estimator::create(corrected())
      ->estimate(layers.data(), layers.size(), together.data());
  for (size_t i = 0; i < layers.size(); ++i) {
    Estimate one = estimator->estimate(layers[i]);
    EXPECT_EQ(one.cycles, together[i].cycles);
    EXPECT_EQ(one.upperCycles, together[i].upperCycles);
    EXPECT_EQ(one.correctedBy, together[i].correctedBy);
  }
}

TEST(Correction, IsPartOfTheBundle) {
  auto bundle = corrected();
  const auto &read = bundle->find(LayerKind::MatMul)->correction;
  ASSERT_TRUE(read);
  EXPECT_EQ(read->factor, 1.5);
  EXPECT_EQ(read->widening, toyCorrection().widening);
  EXPECT_EQ(read->original, "0123456789abcdef");
  EXPECT_EQ(read->measured.size(), 2u);
  EXPECT_EQ(read->added.print(), toyCorrection().added.print());
  // Put together again it is the same file, with another id than the original.
  std::string bytes = BundleBuilder(*bundle).build();
  EXPECT_EQ((*ModelBundle::parse(bytes, "x"))->id(), bundle->id());
  EXPECT_NE((*ModelBundle::parse(toyBundle().build(), "x"))->id(),
            bundle->id());
  // A reader that knows no corrections must not read it as if there were none.
  EXPECT_EQ(bytes[8], char(ModelBundle::kCorrectedSchema));
  EXPECT_EQ(toyBundle().build()[8], char(ModelBundle::kSchema));
}

static std::string refusal(const Correction &correction,
                           LayerKind kind = LayerKind::MatMul) {
  auto ok = toyBundle().correct(kind, correction);
  return ok ? "" : ok.error().message;
}

TEST(Correction, RefusesWhatItCannotApply) {
  EXPECT_EQ(refusal(toyCorrection()), "");
  EXPECT_EQ(refusal(toyCorrection(), LayerKind::Softmax),
            "the bundle has no model of softmax to correct");
  Correction bad = toyCorrection();
  bad.factor = 0;
  EXPECT_EQ(refusal(bad), "the correction of matmul multiplies by 0.000000, "
                          "expected a positive factor");
  bad = toyCorrection();
  bad.widening[1] = -0.1;
  EXPECT_EQ(refusal(bad), "the correction of matmul narrows the interval, "
                          "expected widths of at least 0");
  bad = toyCorrection();
  bad.measured = {};
  EXPECT_EQ(refusal(bad), "the correction of matmul rests on no measurement");
  bad = toyCorrection();
  bad.original = "mine";
  EXPECT_EQ(refusal(bad), "the correction of matmul is of model 'mine', "
                          "expected 16 lower-case hexadecimal digits");
  bad = toyCorrection();
  bad.added.kind = LayerKind::Softmax;
  EXPECT_EQ(refusal(bad), "the correction of matmul adds work of another kind, "
                          "or a maximum, expected a sum");
}
