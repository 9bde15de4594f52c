// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Reading what XGBoost saves. The two formats, JSON and UBJ, hold one document;
// it has grown over the versions, and what an older reader takes in silence can
// be wrong by orders of magnitude (since 3.1 base_score is written "[5E-1]",
// which 1.7 reads as 0). So whatever is not understood is refused.
#include "Support/JsonReader.h"
#include "pr/Model/Forest.h"

#include <cmath>
#include <cstdlib>

using namespace pr;

/// Objectives whose prediction is the sum of the leaves itself.
static bool hasIdentityLink(const std::string &objective) {
  for (const char *known :
       {"reg:squarederror", "reg:linear", "reg:absoluteerror",
        "reg:pseudohubererror", "reg:squaredlogerror", "reg:quantileerror"})
    if (objective == known)
      return true;
  return false;
}

[[noreturn]] static void refuse(std::string message) {
  throw JsonError{makeError(ErrorKind::Unsupported, std::move(message))};
}

/// XGBoost writes the numbers of its parameters as strings.
static int64_t parameter(const JsonReader &reader, const char *name,
                         int64_t absent) {
  auto value = reader.find(name);
  if (!value)
    return absent;
  std::string text = value->string();
  char *end = nullptr;
  long long number = std::strtoll(text.c_str(), &end, 10);
  if (text.empty() || *end != 0)
    value->fail("an integer");
  return number;
}

/// "5E-1", or "[5E-1]" since 3.1.
static float parseBaseScore(const JsonReader &reader) {
  std::string text = reader.string();
  if (text.size() >= 2 && text.front() == '[' && text.back() == ']')
    text = text.substr(1, text.size() - 2);
  if (text.find(',') != std::string::npos)
    refuse("XGBoost model has one base score per target, expected one target");
  char *end = nullptr;
  float score = std::strtof(text.c_str(), &end);
  if (text.empty() || *end != 0 || !std::isfinite(score))
    reader.fail("a number, or one in brackets");
  return score;
}

static bool truth(const JsonReader &reader) {
  return reader.raw().is_boolean() ? reader.boolean()
                                   : reader.integer(0, 1) != 0;
}

static Tree readTree(const JsonReader &reader) {
  JsonReader treeParameters = reader.at("tree_param");
  if (parameter(treeParameters, "size_leaf_vector", 1) > 1)
    refuse("XGBoost model has vector leaves, expected one value per leaf");
  if (auto categories = reader.find("categories_nodes");
      categories && !categories->elements().empty())
    refuse("XGBoost model splits on categories, expected numerical splits");
  if (auto types = reader.find("split_type"))
    for (const JsonReader &type : types->elements())
      if (type.integer() != 0)
        refuse("XGBoost model splits on categories, expected numerical splits");
  auto left = reader.at("left_children").elements();
  auto right = reader.at("right_children").elements();
  auto feature = reader.at("split_indices").elements();
  auto value = reader.at("split_conditions").elements();
  auto missingLeft = reader.at("default_left").elements();
  size_t size = left.size();
  if (right.size() != size || feature.size() != size || value.size() != size ||
      missingLeft.size() != size || size == 0)
    reader.fail("arrays of one length, at least 1");
  Tree tree;
  constexpr int64_t maxInt = std::numeric_limits<int32_t>::max();
  for (size_t i = 0; i < size; ++i) {
    Tree::Node node;
    node.left = int32_t(left[i].integer(-1, maxInt));
    node.right = int32_t(right[i].integer(-1, maxInt));
    node.feature = uint32_t(feature[i].integer(0, maxInt));
    // The text forms are decimal, the shortest that gives back the float32.
    node.value = float(value[i].number());
    node.missingLeft = truth(missingLeft[i]);
    if ((node.left < 0) != (node.right < 0))
      left[i].fail("two children or none");
    tree.nodes.push_back(node);
  }
  return tree;
}

static Forest readModel(const JsonReader &root) {
  JsonReader learner = root.at("learner");
  JsonReader booster = learner.at("gradient_booster");
  std::string boosterName = booster.at("name").string();
  if (boosterName != "gbtree")
    refuse("XGBoost model has the booster '" + boosterName +
           "', expected gbtree");
  std::string objective = learner.at("objective").at("name").string();
  if (!hasIdentityLink(objective))
    refuse("XGBoost model has the objective '" + objective +
           "', expected one whose prediction is the sum of the leaves, such as "
           "reg:squarederror");
  JsonReader parameters = learner.at("learner_model_param");
  if (parameter(parameters, "num_target", 1) > 1 ||
      parameter(parameters, "num_class", 0) > 1)
    refuse("XGBoost model has several targets, expected one");
  int64_t features = parameter(parameters, "num_feature", -1);
  if (features < 0 || features > Forest::kMaxFeatures)
    parameters.at("num_feature")
        .fail("at most " + std::to_string(Forest::kMaxFeatures) + " features");
  float baseScore = parseBaseScore(parameters.at("base_score"));

  JsonReader model = booster.at("model");
  std::vector<Tree> trees;
  for (const JsonReader &tree : model.at("trees").elements())
    trees.push_back(readTree(tree));
  for (const JsonReader &group : model.at("tree_info").elements())
    if (group.integer() != 0)
      refuse("XGBoost model has several output groups, expected one");
  return root.check(Forest::build(trees, unsigned(features), baseScore));
}

Expected<Forest> Forest::fromXGBoost(std::string_view model) {
  const std::string what = "XGBoost model";
  return catchJsonErrors(what, [&] {
    // Both begin with a brace; UBJ goes on with a length marker.
    size_t second = model.find_first_not_of(" \t\r\n", 1);
    bool text = !model.empty() && model[0] == '{' &&
                second != std::string_view::npos &&
                (model[second] == '"' || model[second] == '}');
    auto document =
        text ? nlohmann::json::parse(model.begin(), model.end())
             : nlohmann::json::from_ubjson(model.begin(), model.end());
    return readModel(JsonReader(document, what));
  });
}
