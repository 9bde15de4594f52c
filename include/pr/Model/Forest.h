// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A boosted forest of regression trees, trained by XGBoost and evaluated here:
// float32 features in (NaN: missing), one float32 out, equal to XGBoost's to
// the last bit.
//
// Trees are padded to perfect ones in heap order, and eight are walked side by
// side, so that one step of all eight is eight independent loads. A missing
// value is replaced by an infinity that falls to the side the node sends
// missing values to, which leaves a node as a threshold and an index. Both lie
// in one number that a value is compared with as a whole: a step is a load, a
// comparison with memory and an addition with its carry, without a branch.
#ifndef PR_MODEL_FOREST_H
#define PR_MODEL_FOREST_H

#include "pr/Support/Expected.h"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace pr {

/// A tree as training yields it. Node 0 is the root.
struct Tree {
  struct Node {
    int32_t left = -1, right = -1; ///< children; -1, -1: a leaf
    uint32_t feature = 0;
    bool missingLeft = false;
    /// Left if the feature is smaller. Of a leaf: its value.
    float value = 0;
  };
  std::vector<Node> nodes;
};

class Forest {
public:
  static constexpr unsigned kMaxFeatures = 1024;
  static constexpr unsigned kMaxDepth = 12;
  static constexpr unsigned kMaxTrees = 100000;

  /// No trees: predicts 0.
  Forest() = default;

  /// Errors: children that are no proper tree, a feature or depth beyond the
  /// limits, a threshold or leaf that is not finite.
  static Expected<Forest> build(const std::vector<Tree> &trees,
                                unsigned numFeatures, float baseScore);

  /// Reads what XGBoost 1.7 to 3.x saves as JSON or UBJ. Refuses, with the
  /// reason, whatever this walker does not compute: other boosters than gbtree,
  /// several targets, vector leaves, categories, objectives with a link.
  static Expected<Forest> fromXGBoost(std::string_view model);

  /// The bytes of a bundle's section and back.
  std::string serialize() const;
  static Expected<Forest> deserialize(std::string_view bytes);

  /// One row of numFeatures() values.
  float predict(const float *features) const;
  /// `count` rows of `stride` values each; the same results, faster.
  void predict(const float *features, size_t stride, size_t count,
               float *results) const;

  unsigned numFeatures() const { return featureCount; }
  unsigned numTrees() const { return treeCount; }

private:
  static constexpr unsigned kLanes = 8;

  /// Eight trees of one depth, each with 2^depth nodes from `first` on (the
  /// first of them is not used: the root is node 1) and as many leaves.
  struct Group {
    uint32_t depth;
    uint32_t first;
  };

  void addGroup(const Tree *const *trees, size_t count, unsigned depth);
  void prepare(const float *features, uint64_t *slots) const;
  template <typename NodeFn, typename LeafFn>
  static void inFileOrder(const Group &group, NodeFn onNode, LeafFn onLeaf);

  unsigned featureCount = 0;
  unsigned treeCount = 0;
  float baseScore = 0;
  std::vector<Group> groups;
  /// Left if slots[low half of the node] < node. Slot 2f holds feature f with
  /// missing values sent right, slot 2f+1 with missing values sent left. The
  /// children of node i are 2i+1 on the left and 2i on the right.
  std::vector<uint64_t> nodes;
  std::vector<float> leaves;
};

} // namespace pr

#endif // PR_MODEL_FOREST_H
