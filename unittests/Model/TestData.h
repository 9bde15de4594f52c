// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Small things that several tests need.
#ifndef PR_UNITTESTS_MODEL_TESTDATA_H
#define PR_UNITTESTS_MODEL_TESTDATA_H

#include "pr/Model/ModelBundle.h"

#include "gtest/gtest.h"

#include <cstring>
#include <string>
#include <vector>

namespace pr::test {

inline Layer layer(const std::string &text) {
  auto parsed = parseLayer(text);
  EXPECT_TRUE(parsed) << (parsed ? "" : parsed.error().message);
  return parsed ? *parsed : Layer();
}

inline Layer matmul(int64_t m, int64_t n, int64_t k,
                    const std::string &rest = " : i8, i8 -> i32") {
  return layer("matmul m=" + std::to_string(m) + " n=" + std::to_string(n) +
               " k=" + std::to_string(k) + rest);
}

inline Step step(unsigned dim, int64_t width, Plateau plateau = Plateau::Flat,
                 Resource resource = Resource::Compute) {
  Step result;
  result.dim = dim;
  result.width = width;
  result.plateau = plateau;
  result.resource = resource;
  return result;
}

/// matmul with eights in n and k.
inline Lattice eights(Plateau plateau = Plateau::Flat) {
  Lattice lattice;
  lattice.kind = LayerKind::MatMul;
  lattice.steps = {step(dim::matmul::n, 8, plateau),
                   step(dim::matmul::k, 8, plateau)};
  return lattice;
}

inline uint32_t bitsOf(float value) {
  uint32_t bits;
  std::memcpy(&bits, &value, sizeof(bits));
  return bits;
}

/// A path in this folder.
inline std::string input(const std::string &name) {
  return std::string(PR_SOURCE_DIR) + "/unittests/Model/Inputs/" + name;
}

/// A tree with one split: left if `feature` < `threshold`.
inline Tree stump(unsigned feature, float threshold, bool missingLeft,
                  float left, float right) {
  Tree tree;
  tree.nodes.resize(3);
  tree.nodes[0] = {1, 2, feature, missingLeft, threshold};
  tree.nodes[1].value = left;
  tree.nodes[2].value = right;
  return tree;
}

/// A target with matmul, counted in cycles at 1 GHz, and a bundle for it:
/// latency is 10 + macs@compute / 64, times 2 where k is above 64 (by its
/// forest); matmul 8x8x8 was measured at 100.
TargetInfo toyTarget();
BundleBuilder toyBundle();

} // namespace pr::test

#endif // PR_UNITTESTS_MODEL_TESTDATA_H
