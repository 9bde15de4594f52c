// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Inputs/golden.json, which the Python tests read too: features, base, forest
// and answers of a small bundle, to the last bit.
#include "TestData.h"
#include "pr/Model/Estimator.h"
#include "pr/Support/File.h"

#include <nlohmann/json.hpp>

using namespace pr;
using namespace pr::test;
using nlohmann::json;

static uint64_t bitsOfDouble(double value) {
  uint64_t bits;
  std::memcpy(&bits, &value, sizeof(bits));
  return bits;
}

static json orNull(std::optional<int64_t> value) {
  return value ? json(*value) : json();
}

TEST(Golden, FeaturesAndPredictionsToTheBit) {
  auto estimator = Estimator::load(input("golden.prm"));
  ASSERT_TRUE(estimator) << estimator.error().message;
  const KindModel *model = estimator->bundle().find(LayerKind::Conv2D);
  ASSERT_NE(model, nullptr);
  auto text = readFile(input("golden.json"));
  ASSERT_TRUE(text);
  json golden = json::parse(*text);
  EXPECT_EQ(golden["features"], json(model->features.names()));
  ASSERT_GE(golden["rows"].size(), 40u);
  for (const json &row : golden["rows"]) {
    SCOPED_TRACE(row["layer"].get<std::string>());
    Layer asked = layer(row["layer"]);
    Layer point = model->lattice.queryPoint(asked);
    WorkTable work = WorkTable::compute(model->lattice, point);
    BaseValue base = model->base.evaluate(work);
    std::vector<float> features(model->features.size());
    model->features.compute(model->lattice, point, work, base, features.data());
    for (size_t i = 0; i < features.size(); ++i)
      EXPECT_EQ(bitsOf(features[i]), row["feature_bits"][i].get<uint32_t>())
          << model->features.names()[i];
    EXPECT_EQ(bitsOfDouble(base.latency), row["base_bits"].get<uint64_t>());
    EXPECT_EQ(bitsOf(model->forest.predict(features.data())),
              row["forest_bits"].get<uint32_t>());

    Estimate estimate = estimator->estimate(asked);
    EXPECT_EQ(json(std::string(toString(estimate.status))), row["status"]);
    EXPECT_EQ(orNull(estimate.cycles), row["cycles"]);
    EXPECT_EQ(orNull(estimate.lowerCycles), row["lower_cycles"]);
    EXPECT_EQ(orNull(estimate.upperCycles), row["upper_cycles"]);
    EXPECT_EQ(orNull(estimate.timePs), row["time_ps"]);
    EXPECT_EQ(double(estimate.wastePpm) / 1e6, row["waste"].get<double>());
    EXPECT_EQ(json(printLayer(estimator->representative(asked))),
              row["representative"]);
  }
}
