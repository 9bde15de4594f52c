// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// One model file for each era of XGBoost's format
// (Inputs/make_xgboost_models.py makes them), and everything that must be
// refused.
#include "TestData.h"
#include "pr/Support/File.h"

#include <nlohmann/json.hpp>

#include <cmath>

using namespace pr;
using namespace pr::test;
using nlohmann::json;

static std::string bytesOf(const std::string &name) {
  auto bytes = readFile(input(name));
  EXPECT_TRUE(bytes) << (bytes ? "" : bytes.error().message);
  return bytes ? *bytes : "";
}

class XGBoostVersion : public ::testing::TestWithParam<const char *> {};

TEST_P(XGBoostVersion, PredictsWhatXGBoostPredicts) {
  auto forest = Forest::fromXGBoost(bytesOf(GetParam()));
  ASSERT_TRUE(forest) << forest.error().message;
  EXPECT_EQ(forest->numTrees(), 5u);
  json expected = json::parse(bytesOf("xgboost-expected.json"));
  ASSERT_EQ(expected["rows"].size(), 32u);
  for (size_t i = 0; i < expected["rows"].size(); ++i) {
    std::vector<float> row;
    for (const json &value : expected["rows"][i])
      row.push_back(value.is_null() ? NAN : value.get<float>());
    ASSERT_EQ(row.size(), forest->numFeatures());
    EXPECT_EQ(bitsOf(forest->predict(row.data())),
              expected["prediction_bits"][i].get<uint32_t>())
        << "row " << i;
  }
}

INSTANTIATE_TEST_SUITE_P(
    Formats, XGBoostVersion,
    ::testing::Values("xgboost-1.7.4.json", "xgboost-1.7.4.ubj",
                      "xgboost-2.1.4.json", "xgboost-2.1.4.ubj",
                      "xgboost-3.0.5.json", "xgboost-3.0.5.ubj",
                      "xgboost-3.2.0.json", "xgboost-3.2.0.ubj"),
    [](const auto &info) {
      std::string name = info.param;
      for (char &c : name)
        c = std::isalnum(static_cast<unsigned char>(c)) ? c : '_';
      return name;
    });

/// The message for the 1.7.4 model after an edit.
template <typename Edit>
static std::string errorAfter(Edit edit) {
  json model = json::parse(bytesOf("xgboost-1.7.4.json"));
  edit(model["learner"]);
  auto forest = Forest::fromXGBoost(model.dump());
  return forest ? "no error" : forest.error().message;
}

static json &firstTree(json &learner) {
  return learner["gradient_booster"]["model"]["trees"][0];
}

TEST(XGBoostModel, RefusesWhatItDoesNotCompute) {
  EXPECT_EQ(errorAfter([](json &l) { l["gradient_booster"]["name"] = "dart"; }),
            "XGBoost model has the booster 'dart', expected gbtree");
  EXPECT_EQ(errorAfter([](json &l) { l["objective"]["name"] = "reg:gamma"; }),
            "XGBoost model has the objective 'reg:gamma', expected one whose "
            "prediction is the sum of the leaves, such as reg:squarederror");
  EXPECT_EQ(
      errorAfter([](json &l) { l["learner_model_param"]["num_target"] = "2"; }),
      "XGBoost model has several targets, expected one");
  EXPECT_EQ(
      errorAfter([](json &l) { l["learner_model_param"]["num_class"] = "3"; }),
      "XGBoost model has several targets, expected one");
  EXPECT_EQ(errorAfter([](json &l) {
              l["learner_model_param"]["base_score"] = "[1E0,2E0]";
            }),
            "XGBoost model has one base score per target, expected one target");
  EXPECT_EQ(errorAfter([](json &l) {
              firstTree(l)["tree_param"]["size_leaf_vector"] = "3";
            }),
            "XGBoost model has vector leaves, expected one value per leaf");
  EXPECT_EQ(errorAfter([](json &l) { firstTree(l)["split_type"][0] = 1; }),
            "XGBoost model splits on categories, expected numerical splits");
  EXPECT_EQ(errorAfter([](json &l) { firstTree(l)["categories_nodes"] = {0}; }),
            "XGBoost model splits on categories, expected numerical splits");
  EXPECT_EQ(errorAfter([](json &l) {
              l["gradient_booster"]["model"]["tree_info"][1] = 1;
            }),
            "XGBoost model has several output groups, expected one");
}

TEST(XGBoostModel, NamesWhatIsBroken) {
  EXPECT_EQ(errorAfter([](json &l) { l.erase("objective"); }),
            "XGBoost model.learner lacks 'objective'");
  EXPECT_EQ(errorAfter([](json &l) {
              l["learner_model_param"]["base_score"] = "much";
            }),
            "XGBoost model.learner.learner_model_param.base_score is 'much', "
            "expected a number, or one in brackets");
  EXPECT_EQ(errorAfter([](json &l) { firstTree(l)["right_children"] = {1}; }),
            "XGBoost model.learner.gradient_booster.model.trees[0] is object, "
            "expected arrays of one length, at least 1");
  EXPECT_EQ(errorAfter([](json &l) { firstTree(l)["left_children"][0] = 0; }),
            "XGBoost model: tree 0: it is deeper than 12 levels");
}

TEST(XGBoostModel, SurvivesTruncationAndGarbage) {
  for (const char *name : {"xgboost-1.7.4.json", "xgboost-1.7.4.ubj"}) {
    std::string bytes = bytesOf(name);
    for (size_t length = 0; length < bytes.size(); length += 7)
      EXPECT_FALSE(Forest::fromXGBoost(bytes.substr(0, length)))
          << name << " " << length;
    for (size_t i = 0; i < bytes.size(); i += 3) {
      std::string flipped = bytes;
      flipped[i] = char(flipped[i] ^ 0x15);
      (void)Forest::fromXGBoost(flipped);
    }
  }
  EXPECT_FALSE(Forest::fromXGBoost("binf and then anything"));
}
