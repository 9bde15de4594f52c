// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "pr/Model/TileCounts.h"

#include "pr/Support/CheckedMath.h"

#include <algorithm>
#include <initializer_list>

using namespace pr;

namespace {
/// Rows, columns or depth: the dimensions it is made of, together.
struct Side {
  double extent = 1; ///< elements in all
  double tiles = 1;
  double first = 1; ///< elements of the first tile
};
} // namespace

/// The size that the schedule gives, or else the widest step.
static int64_t tileOf(const Layer &layer, const Lattice &lattice,
                      unsigned dim) {
  if (!layer.schedule.tile.empty()) {
    for (const ScheduleLoop &loop : layer.schedule.tile)
      if (loop.dim == dim)
        return std::clamp<int64_t>(loop.extent, 1, layer[dim]);
    return layer[dim];
  }
  int64_t widest = 1;
  for (const Step &step : lattice.steps)
    if (step.dim == dim && step.covers(layer[dim]))
      widest = std::max(widest, step.width);
  return widest > 1 ? std::min(widest, layer[dim]) : layer[dim];
}

/// Dimensions that the kind does not have do not count. Channels are those of
/// one group.
static Side sideOf(const Layer &layer, const Lattice &lattice,
                   std::initializer_list<std::string_view> names,
                   int64_t groups) {
  Side side;
  for (std::string_view name : names) {
    auto dim = layer.info().findDim(name);
    if (!dim)
      continue;
    bool isChannels = name == "oc" || name == "ic";
    int64_t extent =
        std::max<int64_t>(1, layer[*dim] / (isChannels ? groups : 1));
    int64_t tile = std::min(tileOf(layer, lattice, *dim), extent);
    side.extent *= double(extent);
    side.tiles *= double(ceilDiv(extent, tile));
    side.first *= double(tile);
  }
  return side;
}

static double extentOf(const Layer &layer, std::string_view name) {
  auto dim = layer.info().findDim(name);
  return dim ? double(layer[*dim]) : 1;
}

bool pr::hasTileCounts(LayerKind kind) {
  return kind == LayerKind::MatMul || kind == LayerKind::Conv1D ||
         kind == LayerKind::Conv2D || kind == LayerKind::DepthwiseConv2D;
}

/// The output positions of an image as one line, cut into equal pieces.
static Side flattened(const Layer &layer, int64_t positions) {
  auto extent = int64_t(extentOf(layer, "oh") * extentOf(layer, "ow"));
  return {double(extent), double(ceilDiv(extent, positions)),
          double(std::min(extent, positions))};
}

TileCounts pr::countTiles(const Layer &layer, const Lattice &lattice,
                          int64_t positions) {
  bool isScheduled = !layer.schedule.tile.empty();
  bool isCut = isScheduled || positions > 0 || !lattice.isTrivial();
  if (!isCut || !hasTileCounts(layer.kind))
    return {};
  bool isProduct = layer.kind == LayerKind::MatMul;
  bool isDepthwise = layer.kind == LayerKind::DepthwiseConv2D;
  auto groupDim = layer.info().findDim("g");
  int64_t groups = groupDim ? layer[*groupDim] : 1;
  double jobs = isProduct ? extentOf(layer, "b")
                          : extentOf(layer, "n") * double(groups) *
                                (isDepthwise ? extentOf(layer, "c") : 1);
  auto side = [&](std::initializer_list<std::string_view> names) {
    return sideOf(layer, lattice, names, groups);
  };
  Side rows = isProduct                       ? side({"m"})
              : positions > 0 && !isScheduled ? flattened(layer, positions)
                                              : side({"oh", "ow"});
  Side columns = side({isProduct ? "n" : isDepthwise ? "m" : "oc"});
  Side depth = side({isProduct ? "k" : "ic"});
  double taps = extentOf(layer, "kh") * extentOf(layer, "kw");
  depth.extent *= taps;
  depth.tiles *= taps;
  return {jobs * rows.tiles * columns.tiles * depth.tiles,
          jobs * rows.extent * columns.tiles * depth.tiles,
          jobs * columns.extent * rows.tiles * depth.tiles,
          jobs * depth.extent * rows.tiles * columns.tiles,
          jobs * rows.extent * depth.extent * columns.tiles,
          jobs * columns.extent * depth.extent * rows.tiles,
          jobs * rows.extent * columns.extent * depth.tiles,
          jobs * rows.tiles * columns.tiles,
          jobs * rows.extent * columns.tiles,
          jobs * columns.extent * rows.tiles,
          rows.first,
          columns.first,
          depth.first};
}
