// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "pr/Model/Forest.h"
#include "TestData.h"

#include <cmath>
#include <limits>
#include <random>

using namespace pr;
using namespace pr::test;

static constexpr float kNan = std::numeric_limits<float>::quiet_NaN();
static constexpr float kInfinity = std::numeric_limits<float>::infinity();

/// A random tree that is not perfect: it may stop at any level.
static Tree randomTree(std::mt19937_64 &random, unsigned features,
                       unsigned depth) {
  Tree tree;
  auto uniform = [&] { return float(random() % 2000) / 1000 - 1; };
  auto grow = [&](auto &self, unsigned level) -> int32_t {
    auto index = int32_t(tree.nodes.size());
    tree.nodes.emplace_back();
    tree.nodes[index].value = uniform();
    if (level == depth || random() % 4 == 0)
      return index;
    int32_t left = self(self, level + 1);
    int32_t right = self(self, level + 1);
    tree.nodes[index].left = left;
    tree.nodes[index].right = right;
    tree.nodes[index].feature = unsigned(random() % features);
    tree.nodes[index].missingLeft = random() % 2 == 0;
    return index;
  };
  grow(grow, 0);
  return tree;
}

/// The definition: one tree at a time, one node at a time.
static float walk(const std::vector<Tree> &trees, float base,
                  const float *row) {
  float sum = base;
  for (const Tree &tree : trees) {
    int32_t at = 0;
    while (tree.nodes[at].left >= 0) {
      const Tree::Node &node = tree.nodes[at];
      float value = row[node.feature];
      bool left = std::isnan(value) ? node.missingLeft : value < node.value;
      at = left ? node.left : node.right;
    }
    sum += tree.nodes[at].value;
  }
  return sum;
}

TEST(Forest, EmptyPredictsItsBaseScore) {
  EXPECT_EQ(Forest().predict(nullptr), 0);
  auto constant = Forest::build({}, 3, 1.5f);
  ASSERT_TRUE(constant);
  float row[3] = {1, 2, 3};
  EXPECT_EQ(constant->predict(row), 1.5f);
}

TEST(Forest, OneSplit) {
  auto forest = Forest::build({stump(1, 0.5f, true, 10, 20)}, 2, 1);
  ASSERT_TRUE(forest);
  auto ask = [&](float value) {
    float row[2] = {0, value};
    return forest->predict(row);
  };
  EXPECT_EQ(ask(0.4f), 11);
  EXPECT_EQ(ask(0.5f), 21) << "equal goes right";
  EXPECT_EQ(ask(kNan), 11) << "missing goes where the node says";
  EXPECT_EQ(ask(kInfinity), 21);
  EXPECT_EQ(ask(-kInfinity), 11);
}

TEST(Forest, EqualsTheDefinition) {
  std::mt19937_64 random(1);
  for (unsigned round = 0; round < 40; ++round) {
    unsigned features = 1 + unsigned(random() % 80);
    std::vector<Tree> trees;
    for (unsigned i = unsigned(random() % 30); i > 0; --i)
      trees.push_back(randomTree(random, features, unsigned(random() % 8)));
    auto forest = Forest::build(trees, features, 0.125f);
    ASSERT_TRUE(forest) << forest.error().message;
    constexpr size_t rows = 37; // no multiple of a block
    std::vector<float> matrix(rows * features), results(rows);
    for (float &value : matrix)
      value = random() % 10 == 0 ? kNan : float(random() % 2000) / 1000 - 1;
    forest->predict(matrix.data(), features, rows, results.data());
    for (size_t i = 0; i < rows; ++i) {
      float expected = walk(trees, 0.125f, &matrix[i * features]);
      EXPECT_EQ(bitsOf(results[i]), bitsOf(expected));
      EXPECT_EQ(bitsOf(forest->predict(&matrix[i * features])),
                bitsOf(expected));
    }
    auto again = Forest::deserialize(forest->serialize());
    ASSERT_TRUE(again);
    EXPECT_EQ(again->serialize(), forest->serialize());
    EXPECT_EQ(again->predict(matrix.data()), results[0]);
  }
}

static std::string errorOf(const std::vector<Tree> &trees) {
  auto forest = Forest::build(trees, 2, 0);
  return forest ? "no error" : forest.error().message;
}

TEST(Forest, RefusesWhatIsNoTree) {
  Tree good = stump(0, 0, false, 1, 2), bad = good;
  bad.nodes[0].feature = 2;
  EXPECT_EQ(errorOf({good, bad}), "tree 1: node 0 asks for feature 2 of 2");
  bad = good;
  bad.nodes[0].right = 7;
  EXPECT_EQ(errorOf({bad}), "tree 0: it has no node 7");
  bad = good;
  bad.nodes[0].left = 0; // its own child
  EXPECT_EQ(errorOf({bad}), "tree 0: it is deeper than 12 levels");
  bad = good;
  bad.nodes[1].value = kNan;
  EXPECT_EQ(errorOf({bad}), "tree 0: node 1 holds a value that is not finite");
  EXPECT_EQ(errorOf({Tree()}), "tree 0: it has no node 0");
}

TEST(Forest, DeserializeSurvivesAnything) {
  auto forest = Forest::build({stump(0, 0.5f, false, 1, 2)}, 2, 0);
  ASSERT_TRUE(forest);
  std::string bytes = forest->serialize();
  for (size_t length = 0; length < bytes.size(); ++length)
    EXPECT_FALSE(Forest::deserialize(bytes.substr(0, length)));
  float row[2] = {0, 0};
  for (size_t i = 0; i < bytes.size(); ++i)
    for (int bit = 0; bit < 8; ++bit) {
      std::string flipped = bytes;
      flipped[i] = char(flipped[i] ^ (1 << bit));
      // Refused, or a forest that can be asked.
      auto read = Forest::deserialize(flipped);
      if (read && read->numFeatures() == 2)
        read->predict(row);
    }
}
