// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "pr/Model/Forest.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>
#include <limits>

using namespace pr;

//===----------------------------------------------------------------------===//
// Nodes
//===----------------------------------------------------------------------===//

/// An integer in the order of the numbers; both zeros are one.
static uint32_t toOrdered(float value) {
  float number = value + 0.0f;
  uint32_t bits;
  std::memcpy(&bits, &number, sizeof(bits));
  return bits >> 31 ? ~bits : bits | uint32_t(1) << 31;
}

static float fromOrdered(uint32_t ordered) {
  uint32_t bits = ordered >> 31 ? ordered ^ uint32_t(1) << 31 : ~ordered;
  float value;
  std::memcpy(&value, &bits, sizeof(value));
  return value;
}

static uint64_t makeNode(float threshold, uint32_t slot) {
  return uint64_t(toOrdered(threshold)) << 32 | slot;
}

/// Not below a node with the same number, whatever its slot.
static uint64_t makeSlot(float value) {
  return uint64_t(toOrdered(value)) << 32 | 0xffffffffu;
}

/// Where a node stands behind its tree's first: `place` counts the nodes of its
/// level from the left.
static size_t heapIndex(unsigned level, size_t place) {
  return (size_t(2) << level) - 1 - place;
}

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
    forest.addGroup(members.data(), count, depth);
  }
  return forest;
}

void Forest::addGroup(const Tree *const *trees, size_t count, unsigned depth) {
  size_t first = leaves.size();
  groups.push_back({depth, uint32_t(first)});
  // A lane without a tree, and what lies below a leaf, compares with anything:
  // every leaf it can reach is the same.
  nodes.resize(first + (size_t(kLanes) << depth), makeNode(0, 0));
  leaves.resize(nodes.size());
  for (size_t lane = 0; lane < count; ++lane) {
    const Tree &tree = *trees[lane];
    size_t root = first + (lane << depth);
    // What stands at each place of the current level.
    std::vector<int32_t> level = {0};
    for (unsigned above = 0; above < depth; ++above) {
      std::vector<int32_t> below;
      for (size_t i = 0; i < level.size(); ++i) {
        const Tree::Node &node = tree.nodes[level[i]];
        bool leaf = node.left < 0;
        if (!leaf)
          nodes[root + heapIndex(above, i)] = makeNode(
              node.value, 2 * node.feature + (node.missingLeft ? 1 : 0));
        below.push_back(leaf ? level[i] : node.left);
        below.push_back(leaf ? level[i] : node.right);
      }
      level = std::move(below);
    }
    for (size_t i = 0; i < level.size(); ++i)
      leaves[root + level.size() - 1 - i] = tree.nodes[level[i]].value;
  }
}

//===----------------------------------------------------------------------===//
// Walking
//===----------------------------------------------------------------------===//

void Forest::prepare(const float *features, uint64_t *slots) const {
  constexpr float infinity = std::numeric_limits<float>::infinity();
  for (unsigned i = 0; i < featureCount; ++i) {
    bool missing = std::isnan(features[i]);
    slots[2 * i] = makeSlot(missing ? infinity : features[i]);
    slots[2 * i + 1] = makeSlot(missing ? -infinity : features[i]);
  }
}

/// The child of a node of the heap that a value falls to: 2 * at, and 1 more on
/// the left.
static inline uint64_t childOf(uint64_t at, const uint64_t &value,
                               uint64_t node) {
#ifdef __x86_64__
  // The comparison leaves the 1 in the carry. Compilers move it to a register
  // first: four instructions instead of two, in the innermost loop of all.
  asm("cmpq %2, %1\n\tadcq %0, %0" : "+r"(at) : "m"(value), "r"(node) : "cc");
  return at;
#else
  return at + at + (value < node ? 1 : 0);
#endif
}

/// Adds what the eight trees of a group say to the results of some rows. The
/// depth is known to the compiler, because it is how far the trees are apart.
template <unsigned kDepth>
static void walkGroup(const uint64_t *trees, const float *leaves, size_t lanes,
                      const uint64_t *slots, size_t width, size_t rows,
                      float *results) {
  constexpr size_t kLanes = 8, kStride = size_t(1) << kDepth;
  for (size_t row = 0; row < rows; ++row, slots += width) {
    std::array<uint64_t, kLanes> at;
    at.fill(1);
    for (unsigned level = 0; level < kDepth; ++level) {
      // Without unrolling the places live in memory, at a third of the speed.
#pragma GCC unroll 8
      for (unsigned lane = 0; lane < kLanes; ++lane) {
        uint64_t node = trees[lane * kStride + at[lane]];
        at[lane] = childOf(at[lane], slots[uint32_t(node)], node);
      }
    }
    // In the order of the trees, one addition each: what XGBoost rounds to.
    float sum = results[row];
    for (size_t lane = 0; lane < lanes; ++lane)
      sum += leaves[lane * kStride + at[lane] - kStride];
    results[row] = sum;
  }
}

template <size_t... depths>
static constexpr auto makeWalkers(std::index_sequence<depths...>) {
  return std::array{&walkGroup<depths>...};
}

float Forest::predict(const float *features) const {
  float result = 0;
  predict(features, featureCount, 1, &result);
  return result;
}

void Forest::predict(const float *features, size_t stride, size_t count,
                     float *results) const {
  static constexpr auto walkers =
      makeWalkers(std::make_index_sequence<kMaxDepth + 1>());
  // Rows per block: their slots stay in the first-level cache while the groups
  // pass by once per block.
  constexpr size_t kBlock = 16;
  std::array<uint64_t, kBlock * 2 * 64> small;
  std::vector<uint64_t> large;
  size_t width = 2 * std::max<size_t>(1, featureCount);
  uint64_t *slots = small.data();
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
      const Group &group = groups[g];
      walkers[group.depth](&nodes[group.first], &leaves[group.first], lanes,
                           slots, width, rows, results + first);
    }
  }
}

//===----------------------------------------------------------------------===//
// Bytes
//===----------------------------------------------------------------------===//

namespace {
/// The file holds the levels of a group one after the other, of each the nodes
/// from the left, of each place the eight trees side by side.
struct Header {
  uint32_t features, trees;
  float baseScore;
  uint32_t groups, nodes, leaves;
};
struct FileGroup {
  uint32_t depth;
  uint32_t firstNode, firstLeaf;
};
struct FileNode {
  float threshold;
  uint32_t slot;
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

/// Calls back for every node and every leaf of a group in the order of the
/// file, with its place in `nodes` or `leaves`.
template <typename NodeFn, typename LeafFn>
void Forest::inFileOrder(const Group &group, NodeFn onNode, LeafFn onLeaf) {
  size_t stride = size_t(1) << group.depth;
  for (unsigned level = 0; level < group.depth; ++level)
    for (size_t place = 0; place < size_t(1) << level; ++place)
      for (size_t lane = 0; lane < kLanes; ++lane)
        onNode(group.first + lane * stride + heapIndex(level, place));
  for (size_t place = 0; place < stride; ++place)
    for (size_t lane = 0; lane < kLanes; ++lane)
      onLeaf(group.first + lane * stride + stride - 1 - place);
}

std::string Forest::serialize() const {
  std::vector<FileGroup> fileGroups;
  std::vector<FileNode> fileNodes;
  std::vector<float> fileLeaves;
  for (const Group &group : groups) {
    fileGroups.push_back(
        {group.depth, uint32_t(fileNodes.size()), uint32_t(fileLeaves.size())});
    inFileOrder(
        group,
        [&](size_t at) {
          fileNodes.push_back(
              {fromOrdered(uint32_t(nodes[at] >> 32)), uint32_t(nodes[at])});
        },
        [&](size_t at) { fileLeaves.push_back(leaves[at]); });
  }
  Header header{featureCount,
                treeCount,
                baseScore,
                uint32_t(fileGroups.size()),
                uint32_t(fileNodes.size()),
                uint32_t(fileLeaves.size())};
  std::string bytes;
  append(bytes, &header, 1);
  append(bytes, fileGroups.data(), fileGroups.size());
  append(bytes, fileNodes.data(), fileNodes.size());
  append(bytes, fileLeaves.data(), fileLeaves.size());
  return bytes;
}

/// Whether the groups lie behind each other and take all nodes and leaves.
static bool isComplete(const std::vector<FileGroup> &groups, size_t lanes,
                       size_t numNodes, size_t numLeaves) {
  size_t nextNode = 0, nextLeaf = 0;
  for (const FileGroup &group : groups) {
    if (group.depth > Forest::kMaxDepth || group.firstNode != nextNode ||
        group.firstLeaf != nextLeaf)
      return false;
    nextNode += ((size_t(1) << group.depth) - 1) * lanes;
    nextLeaf += (size_t(1) << group.depth) * lanes;
  }
  return nextNode == numNodes && nextLeaf == numLeaves;
}

Expected<Forest> Forest::deserialize(std::string_view bytes) {
  Error broken = invalidInput("the forest's bytes contradict each other");
  std::vector<Header> header;
  std::vector<FileGroup> fileGroups;
  std::vector<FileNode> fileNodes;
  std::vector<float> fileLeaves;
  if (!take(bytes, header, 1) || !take(bytes, fileGroups, header[0].groups) ||
      !take(bytes, fileNodes, header[0].nodes) ||
      !take(bytes, fileLeaves, header[0].leaves) || !bytes.empty())
    return broken;
  Forest forest;
  forest.featureCount = header[0].features;
  forest.treeCount = header[0].trees;
  forest.baseScore = header[0].baseScore;
  if (forest.featureCount > kMaxFeatures || forest.treeCount > kMaxTrees ||
      fileGroups.size() != (forest.treeCount + kLanes - 1) / kLanes ||
      !isComplete(fileGroups, kLanes, fileNodes.size(), fileLeaves.size()))
    return broken;
  // A padded node reads slot 0, which only exists if there is a feature.
  for (const FileNode &node : fileNodes)
    if (node.slot >= 2 * forest.featureCount)
      return broken;
  forest.nodes.resize(fileLeaves.size(), makeNode(0, 0));
  forest.leaves.resize(fileLeaves.size());
  const FileNode *node = fileNodes.data();
  const float *leaf = fileLeaves.data();
  for (const FileGroup &group : fileGroups) {
    forest.groups.push_back({group.depth, group.firstLeaf});
    inFileOrder(
        forest.groups.back(),
        [&](size_t at) {
          forest.nodes[at] = makeNode(node->threshold, node->slot);
          ++node;
        },
        [&](size_t at) { forest.leaves[at] = *leaf++; });
  }
  return forest;
}
