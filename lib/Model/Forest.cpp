// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "pr/Model/Forest.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

using namespace pr;

//===----------------------------------------------------------------------===//
// Checks
//===----------------------------------------------------------------------===//

/// Depth of the tree below a node; walks at most kMaxDepth + 1 levels, so a
/// cycle is found as depth.
static Expected<unsigned> checkSubtree(const Tree &tree, int32_t index,
                                       unsigned numFeatures, unsigned level) {
  if (level > Forest::kMaxDepth)
    return invalidInput("it is deeper than " +
                        std::to_string(Forest::kMaxDepth) + " levels");
  if (index < 0 || size_t(index) >= tree.nodes.size())
    return invalidInput("it has no node " + std::to_string(index));
  const Tree::Node &node = tree.nodes[index];
  if (!std::isfinite(node.value))
    return invalidInput("node " + std::to_string(index) +
                        " holds a value that is not finite");
  if (node.left < 0 && node.right < 0)
    return 0u;
  if (node.feature >= numFeatures)
    return invalidInput("node " + std::to_string(index) + " asks for feature " +
                        std::to_string(node.feature) + " of " +
                        std::to_string(numFeatures));
  unsigned depth = 0;
  for (int32_t child : {node.left, node.right}) {
    auto below = checkSubtree(tree, child, numFeatures, level + 1);
    if (!below)
      return below;
    depth = std::max(depth, *below + 1);
  }
  return depth;
}

//===----------------------------------------------------------------------===//
// Building
//===----------------------------------------------------------------------===//

Expected<Forest> Forest::build(const std::vector<Tree> &trees,
                               unsigned numFeatures, float baseScore) {
  if (numFeatures > kMaxFeatures || trees.size() > kMaxTrees)
    return invalidInput(
        "a forest of " + std::to_string(trees.size()) + " trees over " +
        std::to_string(numFeatures) + " features, expected at most " +
        std::to_string(kMaxTrees) + " and " + std::to_string(kMaxFeatures));
  if (!std::isfinite(baseScore))
    return invalidInput("the base score of a forest is not finite");
  std::vector<unsigned> depths;
  for (size_t i = 0; i < trees.size(); ++i) {
    auto depth = checkSubtree(trees[i], 0, numFeatures, 0);
    if (!depth)
      return invalidInput("tree " + std::to_string(i) + ": " +
                          depth.error().message);
    depths.push_back(*depth);
  }
  Forest forest;
  forest.featureCount = numFeatures;
  forest.treeCount = unsigned(trees.size());
  forest.baseScore = baseScore;
  for (size_t first = 0; first < trees.size(); first += kLanes) {
    size_t count = std::min<size_t>(kLanes, trees.size() - first);
    unsigned depth = *std::max_element(depths.begin() + first,
                                       depths.begin() + first + count);
    std::array<const Tree *, kLanes> members{};
    for (size_t lane = 0; lane < count; ++lane)
      members[lane] = &trees[first + lane];
    forest.groups.push_back(
        {depth, uint32_t(forest.nodes.size()), uint32_t(forest.leaves.size())});
    forest.addGroup(members.data(), count);
  }
  return forest;
}

void Forest::addGroup(const Tree *const *trees, size_t count) {
  const Group group = groups.back();
  size_t inner = (size_t(1) << group.depth) - 1;
  // A lane without a tree, and what lies below a leaf, compares with anything:
  // every leaf it can reach is the same.
  nodes.resize(nodes.size() + inner * kLanes, Node{0, 0});
  leaves.resize(leaves.size() + (inner + 1) * kLanes, 0.0f);
  for (size_t lane = 0; lane < count; ++lane) {
    const Tree &tree = *trees[lane];
    // What stands at each place of the current level.
    std::vector<int32_t> level = {0};
    for (unsigned depth = 0; depth < group.depth; ++depth) {
      std::vector<int32_t> below;
      for (size_t i = 0; i < level.size(); ++i) {
        const Tree::Node &node = tree.nodes[level[i]];
        bool leaf = node.left < 0;
        size_t place = (size_t(1) << depth) - 1 + i;
        if (!leaf)
          nodes[group.firstNode + place * kLanes + lane] = {
              node.value, 2 * node.feature + (node.missingLeft ? 1 : 0)};
        below.push_back(leaf ? level[i] : node.left);
        below.push_back(leaf ? level[i] : node.right);
      }
      level = std::move(below);
    }
    for (size_t i = 0; i < level.size(); ++i)
      leaves[group.firstLeaf + i * kLanes + lane] = tree.nodes[level[i]].value;
  }
}

//===----------------------------------------------------------------------===//
// Walking
//===----------------------------------------------------------------------===//

void Forest::prepare(const float *features, float *slots) const {
  constexpr float infinity = std::numeric_limits<float>::infinity();
  for (unsigned i = 0; i < featureCount; ++i) {
    bool missing = std::isnan(features[i]);
    slots[2 * i] = missing ? infinity : features[i];
    slots[2 * i + 1] = missing ? -infinity : features[i];
  }
}

float Forest::addGroupTo(float sum, const Group &group, size_t lanes,
                         const float *slots) const {
  const Node *level = nodes.data() + group.firstNode;
  const float *leaf = leaves.data() + group.firstLeaf;
  std::array<uint64_t, kLanes> place{}; // within the level
  for (uint32_t depth = 0; depth < group.depth; ++depth) {
    // Without unrolling the places live in memory, at a third of the speed.
#pragma GCC unroll 8
    for (unsigned lane = 0; lane < kLanes; ++lane) {
      const Node &node = level[place[lane] * kLanes + lane];
      place[lane] += place[lane] + !(slots[node.slot] < node.threshold);
    }
    level += size_t(kLanes) << depth;
  }
  // In the order of the trees, one addition each: what XGBoost rounds to.
  for (size_t lane = 0; lane < lanes; ++lane)
    sum += leaf[place[lane] * kLanes + lane];
  return sum;
}

float Forest::predict(const float *features) const {
  float result = 0;
  predict(features, featureCount, 1, &result);
  return result;
}

void Forest::predict(const float *features, size_t stride, size_t count,
                     float *results) const {
  // Rows per block: their slots stay in the first-level cache while the groups
  // pass by once per block.
  constexpr size_t kBlock = 16;
  std::array<float, kBlock * 2 * 64> small;
  std::vector<float> large;
  size_t width = 2 * size_t(featureCount);
  float *slots = small.data();
  if (width * std::min(count, kBlock) > small.size()) {
    large.resize(width * std::min(count, kBlock));
    slots = large.data();
  }
  for (size_t first = 0; first < count; first += kBlock) {
    size_t rows = std::min(kBlock, count - first);
    for (size_t row = 0; row < rows; ++row) {
      prepare(features + (first + row) * stride, slots + row * width);
      results[first + row] = baseScore;
    }
    for (size_t g = 0; g < groups.size(); ++g) {
      size_t lanes = std::min<size_t>(kLanes, treeCount - g * kLanes);
      for (size_t row = 0; row < rows; ++row)
        results[first + row] = addGroupTo(results[first + row], groups[g],
                                          lanes, slots + row * width);
    }
  }
}

//===----------------------------------------------------------------------===//
// Bytes
//===----------------------------------------------------------------------===//

namespace {
struct Header {
  uint32_t features, trees;
  float baseScore;
  uint32_t groups, nodes, leaves;
};
} // namespace

template <typename T>
static void append(std::string &bytes, const T *items, size_t count) {
  static_assert(std::is_trivially_copyable_v<T>, "copied as bytes");
  bytes.append(reinterpret_cast<const char *>(items), count * sizeof(T));
}

/// Copies `count` items from the front of `bytes`; false where they are not
/// there.
template <typename T>
static bool take(std::string_view &bytes, std::vector<T> &items, size_t count) {
  if (count > bytes.size() / sizeof(T))
    return false;
  items.resize(count);
  std::copy_n(bytes.data(), count * sizeof(T),
              reinterpret_cast<char *>(items.data()));
  bytes.remove_prefix(count * sizeof(T));
  return true;
}

std::string Forest::serialize() const {
  Header header{featureCount,
                treeCount,
                baseScore,
                uint32_t(groups.size()),
                uint32_t(nodes.size()),
                uint32_t(leaves.size())};
  std::string bytes;
  append(bytes, &header, 1);
  append(bytes, groups.data(), groups.size());
  append(bytes, nodes.data(), nodes.size());
  append(bytes, leaves.data(), leaves.size());
  return bytes;
}

Expected<Forest> Forest::deserialize(std::string_view bytes) {
  Error broken = invalidInput("the forest's bytes contradict each other");
  std::vector<Header> header;
  Forest forest;
  if (!take(bytes, header, 1) ||
      !take(bytes, forest.groups, header[0].groups) ||
      !take(bytes, forest.nodes, header[0].nodes) ||
      !take(bytes, forest.leaves, header[0].leaves) || !bytes.empty())
    return broken;
  forest.featureCount = header[0].features;
  forest.treeCount = header[0].trees;
  forest.baseScore = header[0].baseScore;
  if (forest.featureCount > kMaxFeatures || forest.treeCount > kMaxTrees ||
      forest.groups.size() != (forest.treeCount + kLanes - 1) / kLanes)
    return broken;
  size_t nextNode = 0, nextLeaf = 0;
  for (const Group &group : forest.groups) {
    if (group.depth > kMaxDepth || group.firstNode != nextNode ||
        group.firstLeaf != nextLeaf)
      return broken;
    nextNode += ((size_t(1) << group.depth) - 1) * kLanes;
    nextLeaf += (size_t(1) << group.depth) * kLanes;
  }
  if (nextNode != forest.nodes.size() || nextLeaf != forest.leaves.size())
    return broken;
  // A padded node reads slot 0, which only exists if there is a feature.
  for (const Node &node : forest.nodes)
    if (node.slot >= 2 * forest.featureCount)
      return broken;
  return forest;
}
