// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "pr/Target/NetworkDomain.h"

using namespace pr;

void pr::setNetworkDomain(KindSupport &support) {
  struct {
    const char *dim;
    int64_t low, high;
  } ranges[] = {
      {"n", 1, 1},       {"g", 1, 1},    {"oc", 1, 512}, {"ic", 1, 512},
      {"c", 1, 1024},    {"oh", 1, 112}, {"ow", 1, 112}, {"kh", 1, 7},
      {"kw", 1, 7},      {"m", 1, 512},  {"k", 1, 1024}, {"b", 1, 16},
      {"e", 1, 1 << 20}, {"o", 1, 4096}, {"r", 1, 4096}, {"i", 1, 64}};
  const KindInfo &info = kindInfo(support.kind);
  for (auto &[name, low, high] : ranges)
    if (auto dim = info.findDim(name))
      support.domain[*dim] = {low, high};
  // A matrix has as many columns as rows; a depthwise filter one output.
  if (support.kind == LayerKind::MatMul)
    support.domain[dim::matmul::n] = {1, 1024};
  if (support.kind == LayerKind::DepthwiseConv2D)
    support.domain[dim::depthwise_conv2d::m] = {1, 1};
}
