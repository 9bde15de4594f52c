// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What the hardware computes, in terms of the layer; a matmul is a convolution
// with a 1x1 kernel over a picture of one row.
#ifndef SYSTOLIC_PROBLEM_H
#define SYSTOLIC_PROBLEM_H

#include <cstdint>
#include <vector>

namespace systolic {

struct Problem {
  int64_t groups = 1;
  /// Whether each group has its own picture (a batch of matmuls) or its share
  /// of the channels of one (a grouped convolution).
  bool separateGroups = false;
  int64_t images = 1, channels = 1, outChannels = 1; ///< channels per group
  int64_t outH = 1, outW = 1, inH = 1, inW = 1;
  int64_t kernelH = 1, kernelW = 1, strideH = 1, strideW = 1;
  int64_t dilationH = 1, dilationW = 1, padTop = 0, padLeft = 0;

  int64_t extentM() const { return images * outH * outW; }
  int64_t kernelSize() const { return kernelH * kernelW; }
};

/// The tensors, dense: A [group][image][y][x][channel], B [group][position]
/// [channel][n], C [group][m][n].
struct Tensors {
  std::vector<int8_t> a, b;

  static Tensors random(const Problem &problem, uint64_t seed);
};

/// The result by definition.
std::vector<int32_t> reference(const Problem &problem, const Tensors &tensors);

} // namespace systolic

#endif // SYSTOLIC_PROBLEM_H
