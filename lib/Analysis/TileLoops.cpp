// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Dimensions of a layer and loops of an operation, by the operands that each
// runs over: a loop of the result and the left factor alone is a row of a
// matrix product, and so on.
#include "pr/Analysis/TileLoops.h"

#include "Program.h"

#include "pr/Dialect/PR/PRAttributes.h"
#include "pr/Dialect/PR/PRDialect.h"
#include "pr/Lattice/TileSpace.h"

#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "llvm/ADT/StringMap.h"

using namespace mlir;
using namespace mlir::pr;

namespace {
/// How an operand's indexing map uses a loop.
enum class Use { None, Plain, Slid };

/// The loops of a product, convolution or pooling by the names that dimensions
/// of layers have.
class NamedLoops {
public:
  explicit NamedLoops(linalg::LinalgOp op);
  SmallVector<int64_t> ofDims(const ::pr::Layer &layer) const;

private:
  Use useOf(AffineMap map, unsigned loop) const;
  void nameWindowLoop(unsigned loop);
  void nameProductLoop(unsigned loop);
  int64_t find(StringRef name) const;
  int64_t findSpatial(const ::pr::Layer &layer, const ::pr::DimInfo &dim) const;

  AffineMap input, filter, output;
  SmallVector<int64_t> extents;
  llvm::StringMap<SmallVector<unsigned, 2>> loops;
  /// Loops over outputs and taps, by the slid dimension of the input.
  SmallVector<std::pair<int64_t, int64_t>> axes;
  bool isWindow = false;
};
} // namespace

Use NamedLoops::useOf(AffineMap map, unsigned loop) const {
  for (AffineExpr result : map.getResults())
    if (result.isFunctionOfDim(loop))
      return isa<AffineDimExpr>(result) ? Use::Plain : Use::Slid;
  return Use::None;
}

NamedLoops::NamedLoops(linalg::LinalgOp op)
    : input(op.getIndexingMapsArray()[0]), filter(op.getIndexingMapsArray()[1]),
      output(op.getIndexingMapsArray().back()),
      extents(op.getStaticLoopRanges()) {
  for (AffineExpr result : input.getResults())
    if (!isa<AffineDimExpr>(result))
      axes.push_back({-1, -1});
  isWindow = !axes.empty();
  for (unsigned loop = 0; loop < extents.size(); ++loop)
    isWindow ? nameWindowLoop(loop) : nameProductLoop(loop);
}

void NamedLoops::nameProductLoop(unsigned loop) {
  bool in = useOf(input, loop) != Use::None;
  bool by = useOf(filter, loop) != Use::None;
  bool out = useOf(output, loop) != Use::None;
  loops[in && by && out ? "b"
        : in && out     ? "m"
        : by && out     ? "n"
                        : "k"]
      .push_back(loop);
}

void NamedLoops::nameWindowLoop(unsigned loop) {
  bool by = useOf(filter, loop) != Use::None;
  bool out = useOf(output, loop) != Use::None;
  Use in = useOf(input, loop);
  if (in == Use::Slid) {
    unsigned axis = 0;
    for (AffineExpr result : input.getResults()) {
      if (isa<AffineDimExpr>(result))
        continue;
      if (result.isFunctionOfDim(loop))
        (out ? axes[axis].first : axes[axis].second) = loop;
      ++axis;
    }
    return;
  }
  bool plain = in == Use::Plain;
  loops[plain && by && out ? "g"
        : plain && out     ? "n"
        : plain            ? "ic"
                           : "oc"]
      .push_back(loop);
}

int64_t NamedLoops::find(StringRef name) const {
  auto found = loops.find(name);
  return found == loops.end() || found->second.size() != 1
             ? -1
             : int64_t(found->second.front());
}

/// Canonical layers have lost the axes of one output and one tap; the others
/// keep their order and end at the width.
int64_t NamedLoops::findSpatial(const ::pr::Layer &layer,
                                const ::pr::DimInfo &dim) const {
  auto extent = [&](int64_t loop) { return loop < 0 ? 1 : extents[loop]; };
  int first = 0;
  while (!layer.info().findDim(::pr::DimRole::Output, first))
    ++first;
  SmallVector<std::pair<int64_t, int64_t>> kept(axes);
  for (size_t i = 0; i < kept.size() && int(kept.size()) > 3 - first;) {
    bool unit = extent(kept[i].first) == 1 && extent(kept[i].second) == 1;
    unit ? (void)kept.erase(kept.begin() + i) : (void)++i;
  }
  int index = dim.axis - (3 - int(kept.size()));
  if (index < 0 || index >= int(kept.size()))
    return -1;
  return dim.role == ::pr::DimRole::Output ? kept[index].first
                                           : kept[index].second;
}

SmallVector<int64_t> NamedLoops::ofDims(const ::pr::Layer &layer) const {
  bool isDepthwise = layer.kind == ::pr::LayerKind::DepthwiseConv2D;
  bool isGrouped = !isDepthwise && loops.contains("g");
  SmallVector<int64_t> result;
  for (const ::pr::DimInfo &dim : layer.info().dims) {
    StringRef name = dim.name;
    if (dim.role == ::pr::DimRole::Output || dim.role == ::pr::DimRole::Kernel)
      result.push_back(findSpatial(layer, dim));
    else if (dim.role != ::pr::DimRole::Extent)
      result.push_back(-1);
    else if (isDepthwise && (name == "c" || name == "m"))
      result.push_back(find(name == "c" ? "g" : "oc"));
    else if (isGrouped && (name == "oc" || name == "ic"))
      result.push_back(-1);
    else
      result.push_back(find(name));
  }
  return result;
}

SmallVector<int64_t> mlir::pr::loopsOfDims(Operation *op,
                                           const ::pr::Layer &layer) {
  auto structured = dyn_cast<linalg::LinalgOp>(op);
  if (!structured || structured.getNumDpsInputs() < 2 ||
      structured.getNumDpsInits() != 1)
    return {};
  bool isProduct = layer.kind == ::pr::LayerKind::MatMul;
  bool isWindow = layer.kind == ::pr::LayerKind::Conv1D ||
                  layer.kind == ::pr::LayerKind::Conv2D ||
                  layer.kind == ::pr::LayerKind::Conv3D ||
                  layer.kind == ::pr::LayerKind::DepthwiseConv2D;
  return isProduct || isWindow ? NamedLoops(structured).ofDims(layer)
                               : SmallVector<int64_t>();
}

//===----------------------------------------------------------------------===//
// Schedules
//===----------------------------------------------------------------------===//

static ::pr::Error unsupported(const std::string &message) {
  return ::pr::makeError(::pr::ErrorKind::Unsupported, message);
}

/// A loop that sizes cut although no dimension in `tiled` runs over it; -1
/// where there is none.
static int64_t findStrayCut(Operation *op, ArrayRef<int64_t> sizes,
                            ArrayRef<int64_t> tiled) {
  SmallVector<int64_t> extents =
      cast<linalg::LinalgOp>(op).getStaticLoopRanges();
  for (auto [loop, size, extent] : llvm::enumerate(sizes, extents))
    if (size > 0 && (ShapedType::isDynamic(extent) || size < extent) &&
        !llvm::is_contained(tiled, int64_t(loop)))
      return loop;
  return -1;
}

::pr::Expected<::pr::Layer>
mlir::pr::withLoopSizes(Operation *op, const ::pr::Layer &layer,
                        const ::pr::TargetInfo &target,
                        ArrayRef<int64_t> sizes) {
  SmallVector<int64_t> loops = loopsOfDims(op, layer);
  if (loops.empty())
    return unsupported("its loops are not those of a layer that can be tiled");
  const ::pr::KindSupport *support = target.find(layer.kind);
  std::string kind(layer.info().name);
  if (!support || support->tileDims.empty())
    return unsupported("target '" + target.name + "' takes no tile sizes of " +
                       kind);
  SmallVector<int64_t> tiles, tiled;
  for (unsigned dim : support->tileDims) {
    int64_t loop = loops[dim], extent = layer[dim];
    bool isCut = loop >= 0 && size_t(loop) < sizes.size() && sizes[loop] > 0;
    tiles.push_back(isCut ? std::min(sizes[loop], extent) : extent);
    tiled.push_back(loop);
  }
  if (int64_t stray = findStrayCut(op, sizes, tiled); stray >= 0)
    return unsupported("its tile sizes cut loop " + std::to_string(stray) +
                       ", of which target '" + target.name +
                       "' takes no tile size");
  return ::pr::withTiles(layer, support->tileDims, tiles.data());
}

/// The sizes that an operation has for this target, or for any; null: none.
static TileSizesAttr tileSizesFor(Operation *op, StringAttr name,
                                  const ::pr::TargetInfo &target) {
  auto sizes = dyn_cast_or_null<TileSizesAttr>(op->getDiscardableAttr(name));
  bool isMeant = sizes && (sizes.getTarget().empty() ||
                           sizes.getTarget() == StringRef(target.name));
  return isMeant ? sizes : TileSizesAttr();
}

void mlir::pr::addSchedules(Program &program, const ::pr::TargetInfo &target) {
  StringAttr name;
  for (OpDescription &description : program.ops()) {
    if (!description.isLayer())
      continue;
    if (!name) {
      auto *dialect =
          description.op->getContext()->getLoadedDialect<PRDialect>();
      if (!dialect)
        return;
      name = dialect->getTileSizesAttrHelper().getName();
    }
    TileSizesAttr sizes = tileSizesFor(description.op, name, target);
    const ::pr::KindSupport *support = program.support(description.layer.kind);
    if (!sizes || !support || support->tileDims.empty())
      continue;
    auto scheduled = withLoopSizes(description.op, description.layer, target,
                                   sizes.getSizes().asArrayRef());
    if (scheduled) {
      description.layer = std::move(*scheduled);
      continue;
    }
    description.status = LayerDescription::Status::Unsupported;
    description.why = scheduled.error().message;
  }
}
