// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The walker against libxgboost itself: the same bits over more than 10^5
// random rows, missing and infinite values among them.
#include "TestData.h"

#include <xgboost/c_api.h>

#include <cmath>
#include <random>

using namespace pr;
using namespace pr::test;

static constexpr size_t kFeatures = 12, kTrainingRows = 3000, kRows = 120000;

static void check(int status) { ASSERT_EQ(status, 0) << XGBGetLastError(); }

static std::vector<float> randomRows(size_t count, std::mt19937_64 &random) {
  std::vector<float> rows(count * kFeatures);
  for (float &value : rows) {
    auto draw = random();
    value = draw % 50 == 0 ? NAN : float(draw >> 40) / float(1 << 24);
  }
  return rows;
}

namespace {
/// A booster trained on a bumpy function.
class Booster {
public:
  Booster(const char *treeMethod, const char *depth, uint64_t seed) {
    std::mt19937_64 random(seed);
    std::vector<float> rows = randomRows(kTrainingRows, random), labels;
    for (size_t i = 0; i < kTrainingRows; ++i) {
      float sum = 0;
      for (size_t j = 0; j < kFeatures; ++j) {
        float value = rows[i * kFeatures + j];
        sum += std::isnan(value) ? 0.7f : std::sin(float(j + 2) * value);
      }
      labels.push_back(sum);
    }
    DMatrixHandle data;
    check(XGDMatrixCreateFromMat(rows.data(), kTrainingRows, kFeatures, NAN,
                                 &data));
    check(XGDMatrixSetFloatInfo(data, "label", labels.data(), labels.size()));
    check(XGBoosterCreate(&data, 1, &handle));
    for (auto [name, value] : {std::pair{"nthread", "1"},
                               {"max_depth", depth},
                               {"eta", "0.3"},
                               {"base_score", "0.37"},
                               {"tree_method", treeMethod},
                               {"subsample", "0.8"}})
      check(XGBoosterSetParam(handle, name, value));
    for (int i = 0; i < 60; ++i)
      check(XGBoosterUpdateOneIter(handle, i, data));
    check(XGDMatrixFree(data));
  }
  ~Booster() { XGBoosterFree(handle); }

  std::string save(const char *format) {
    std::string config = std::string("{\"format\": \"") + format + "\"}";
    bst_ulong length = 0;
    const char *bytes = nullptr;
    check(XGBoosterSaveModelToBuffer(handle, config.c_str(), &length, &bytes));
    return std::string(bytes, length);
  }

  std::vector<float> predict(const std::vector<float> &rows) {
    DMatrixHandle data;
    check(XGDMatrixCreateFromMat(rows.data(), rows.size() / kFeatures,
                                 kFeatures, NAN, &data));
    bst_ulong count = 0;
    const float *values = nullptr;
    check(XGBoosterPredict(handle, data, 0, 0, 0, &count, &values));
    std::vector<float> result(values, values + count);
    check(XGDMatrixFree(data));
    return result;
  }

private:
  BoosterHandle handle = nullptr;
};
} // namespace

static void compare(Booster &booster, const char *format) {
  auto forest = Forest::fromXGBoost(booster.save(format));
  ASSERT_TRUE(forest) << forest.error().message;
  std::mt19937_64 random(99);
  std::vector<float> rows = randomRows(kRows, random);
  std::vector<float> expected = booster.predict(rows), found(kRows);
  ASSERT_EQ(expected.size(), kRows);
  forest->predict(rows.data(), kFeatures, kRows, found.data());
  size_t different = 0;
  for (size_t i = 0; i < kRows; ++i)
    different += bitsOf(found[i]) != bitsOf(expected[i]);
  EXPECT_EQ(different, 0u) << "of " << kRows << " rows";
}

TEST(XGBoostParity, ExactTreesAsJson) {
  Booster booster("exact", "6", 1);
  compare(booster, "json");
}

TEST(XGBoostParity, HistogramTreesAsUbj) {
  Booster booster("hist", "8", 2);
  compare(booster, "ubj");
}
