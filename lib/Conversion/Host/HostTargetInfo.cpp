// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "HostTargetInfo.h"

#include "pr/Target/NetworkDomain.h"

#include <cassert>

using ::pr::LayerKind;

/// Tile sizes that a schedule may give: of the register tile, and of the
/// channels that are packed together. Fewer rows than four are not tiled at
/// all.
static void setTiles(::pr::KindSupport &support, int64_t lanes) {
  auto add = [&](const std::string &condition, const char *reason) {
    auto parsed =
        ::pr::Expr::parse(condition, ::pr::legalityVariables(support.kind));
    assert(parsed && "a rule of the host's own");
    support.rules.push_back({*parsed, reason});
  };
  // Sums, the vectors of one step and a factor are in registers; 32 of them
  // where they have 512 bits, 16 otherwise.
  std::string registers = lanes == 16 ? "28" : "12";
  std::string width = std::to_string(lanes);
  if (support.kind == ::pr::LayerKind::MatMul) {
    namespace mm = ::pr::dim::matmul;
    support.tileDims = {mm::m, mm::n, mm::k};
    add("tile_m <= 14 and tile_n <= " + std::to_string(4 * lanes),
        "a tile is larger than the registers");
    add("tile_m * (2 * (tile_n == 0) + ceildiv(tile_n, " + width +
            ")) <= " + registers,
        "a tile is larger than the registers");
    add("tile_n mod " + width + " == 0 or tile_n == n",
        "the columns of a tile are whole vectors");
    add("tile_m == 0 or m >= 4", "fewer than 4 rows are not tiled");
    add("tile_k == 0 or tile_k >= 16 or tile_k == k",
        "a tile has too few steps to be packed");
  } else if (support.kind == ::pr::LayerKind::Conv1D ||
             support.kind == ::pr::LayerKind::Conv2D) {
    // At the same place in both kinds.
    namespace conv = ::pr::dim::conv2d;
    support.tileDims = {conv::oc, conv::ic};
    add("2 * tile_oc <= " + registers, "a tile is larger than the registers");
    add("tile_oc == 0 or oc >= 4 and g == 1",
        "fewer than 4 rows, or groups, are not tiled");
  }
}

::pr::TargetInfo mlir::pr::hostTargetInfo(int64_t lanes) {
  ::pr::TargetInfo result;
  for (LayerKind kind :
       {LayerKind::Conv1D, LayerKind::Conv2D, LayerKind::DepthwiseConv2D,
        LayerKind::MatMul, LayerKind::Pool2D, LayerKind::Reduction,
        LayerKind::Softmax, LayerKind::Elementwise, LayerKind::DataMovement}) {
    ::pr::KindSupport support;
    support.kind = support.lattice.kind = kind;
    const ::pr::KindInfo &info = ::pr::kindInfo(kind);
    if (info.operandTypes == 1)
      support.types = {"f32 -> f32"};
    if (info.operandTypes == 2)
      support.types = {"f32, f32 -> f32"};
    ::pr::setNetworkDomain(support);
    setTiles(support, lanes);
    result.kinds.push_back(std::move(support));
  }
  return result;
}
