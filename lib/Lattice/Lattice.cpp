// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "pr/Lattice/Lattice.h"

#include "pr/Support/CheckedMath.h"

#include <algorithm>
#include <cmath>

using namespace pr;

//===----------------------------------------------------------------------===//
// Steps
//===----------------------------------------------------------------------===//

int64_t Step::lastPoint(int64_t extent) const {
  if (width <= 1 || !covers(extent))
    return extent;
  // Almost always: without the division of a library.
  if (extent >= 0 && offset >= 0 && ((extent | offset | width) >> 31) == 0)
    return std::min(ceilDiv(extent - offset, width) * width + offset,
                    regionHigh);
  // 128 bits: an extent, an offset and a width near 2^62 must not wrap.
  using Wide = __int128;
  Wide distance = Wide(extent) - offset;
  Wide plateau = distance / width + (distance % width > 0 ? 1 : 0);
  Wide last = plateau * width + offset;
  return static_cast<int64_t>(std::min<Wide>(last, regionHigh));
}

bool pr::operator==(const Step &a, const Step &b) {
  return a.dim == b.dim && a.width == b.width && a.offset == b.offset &&
         a.regionLow == b.regionLow && a.regionHigh == b.regionHigh &&
         a.resource == b.resource && a.plateau == b.plateau &&
         a.knowledge == b.knowledge && a.evidence == b.evidence;
}

bool pr::operator==(const Lattice &a, const Lattice &b) {
  return a.kind == b.kind && a.steps == b.steps && a.maximum == b.maximum;
}

bool pr::mayHaveSteps(const DimInfo &dim) {
  switch (dim.role) {
  case DimRole::Extent:
    return dim.name != "g";
  case DimRole::Output:
  case DimRole::Kernel:
  case DimRole::Count:
    return true;
  default:
    return false;
  }
}

bool pr::scalesWork(LayerKind kind, unsigned index) {
  const DimInfo &dim = kindInfo(kind).dims[index];
  switch (kind) {
  case LayerKind::Conv1D:
  case LayerKind::Conv2D:
  case LayerKind::Conv3D:
  case LayerKind::DepthwiseConv2D:
  case LayerKind::MatMul:
    return mayHaveSteps(dim);
  case LayerKind::TransposeConv2D:
    // Every input element is multiplied with the filters' every tap.
    return dim.name != "oh" && dim.name != "ow" && dim.name != "sh" &&
           dim.name != "sw";
  case LayerKind::Pool2D:
  case LayerKind::Pool3D:
    return dim.role == DimRole::Extent || dim.role == DimRole::Output;
  case LayerKind::Reduction:
    return index == dim::reduction::o || index == dim::reduction::i;
  case LayerKind::Softmax:
    return true;
  case LayerKind::Elementwise:
    return index == dim::elementwise::e;
  case LayerKind::DataMovement:
    return index == dim::data_movement::e;
  }
  return false;
}

//===----------------------------------------------------------------------===//
// Rounding
//===----------------------------------------------------------------------===//

using Dims = std::array<int64_t, kMaxDims>;

/// Whether no count of a layer with these dimensions can leave 62 bits, seen
/// from their number of bits alone. The 13 bits left over are for element sizes
/// (4), operations per element (3), rows between windows (3), sums (3).
static bool isClearlySmall(const Dims &dims) {
  unsigned bits = 0;
  for (int64_t extent : dims)
    if (extent > 1)
      bits += 64 - __builtin_clzll(static_cast<uint64_t>(extent - 1));
  return bits <= 62 - 13;
}

/// For each kind, its dimension of groups and those that groups divide:
/// rounding asks for every step of every layer.
struct GroupDims {
  std::optional<unsigned> groups;
  uint32_t channels = 0; ///< a bit for each dimension
};

static std::vector<GroupDims> makeGroupDims() {
  std::vector<GroupDims> table;
  for (const KindInfo &info : allLayerKinds()) {
    GroupDims &entry = table.emplace_back();
    entry.groups = info.findDim("g");
    for (const char *name : {"oc", "ic"})
      if (auto channels = info.findDim(name))
        entry.channels |= uint32_t(1) << *channels;
  }
  return table;
}

/// The groups must go on dividing the channels. Rounding down to a multiple
/// stays on the plateau, because the layer's own extent is one.
static int64_t alignToGroups(const Layer &layer, unsigned dim, int64_t extent) {
  static const std::vector<GroupDims> table = makeGroupDims();
  const GroupDims &dims = table[static_cast<size_t>(layer.kind)];
  bool isDivided = dims.groups && dims.channels >> dim & 1;
  int64_t groups = isDivided ? layer[*dims.groups] : 1;
  return groups == 1 ? extent : extent - extent % groups;
}

/// Steps are those of the target's own tile sizes.
static bool hasOwnTile(const Layer &layer, unsigned dim) {
  return std::any_of(layer.schedule.tile.begin(), layer.schedule.tile.end(),
                     [&](const ScheduleLoop &loop) { return loop.dim == dim; });
}

/// Every dimension rounded to the nearest edge of the steps that `wanted`
/// accepts.
template <typename Predicate>
static Dims roundDims(const Lattice &lattice, const Layer &layer, bool clamp,
                      Predicate wanted) {
  static_assert(kMaxDims <= 32, "one bit per dimension");
  Dims last = layer.dims;
  uint32_t stepped = 0;
  for (const Step &step : lattice.steps) {
    int64_t extent = layer[step.dim];
    if (step.width <= 1 || !step.covers(extent) || !wanted(step) ||
        hasOwnTile(layer, step.dim))
      continue;
    int64_t point = step.lastPoint(extent);
    if (clamp && lattice.maximum[step.dim] > 0)
      point = std::min(point, std::max(extent, lattice.maximum[step.dim]));
    point = alignToGroups(layer, step.dim, point);
    bool nested = stepped >> step.dim & 1;
    last[step.dim] = nested ? std::min(last[step.dim], point) : point;
    stepped |= uint32_t(1) << step.dim;
  }
  return last;
}

/// The layer with other extents; as it is where they are not legal.
static Layer withDims(const Layer &layer, const Dims &dims) {
  if (dims == layer.dims)
    return layer;
  Layer result = layer;
  result.dims = dims;
  if (isClearlySmall(dims))
    return result;
  auto checked = checkedLayer(std::move(result));
  return checked ? std::move(*checked) : layer;
}

static Dims representativeDims(const Lattice &lattice, const Layer &layer) {
  return roundDims(lattice, layer, /*clamp=*/true,
                   [](const Step &) { return true; });
}

Layer Lattice::representative(const Layer &layer) const {
  return withDims(layer, representativeDims(*this, layer));
}

Layer Lattice::queryPoint(const Layer &layer) const {
  // One step that ramps, or may, makes its whole dimension ramp.
  uint32_t ramping = 0;
  for (const Step &step : steps)
    if (step.width > 1 && step.plateau != Plateau::Flat &&
        step.covers(layer[step.dim]))
      ramping |= uint32_t(1) << step.dim;
  auto isFlat = [&](const Step &step) {
    return (ramping >> step.dim & 1) == 0;
  };
  return withDims(layer, roundDims(*this, layer, /*clamp=*/true, isFlat));
}

Layer Lattice::roundedFor(Resource resource, const Layer &layer) const {
  return withDims(
      layer, roundDims(*this, layer, /*clamp=*/false, [&](const Step &step) {
        return step.resource == resource;
      }));
}

//===----------------------------------------------------------------------===//
// What it costs
//===----------------------------------------------------------------------===//

double Lattice::waste(const Layer &layer) const {
  Dims rounded = representativeDims(*this, layer);
  if (rounded != layer.dims && !isClearlySmall(rounded))
    rounded = representative(layer).dims;
  double useful = 1;
  for (unsigned i = 0, end = layer.numDims(); i < end; ++i)
    if (rounded[i] != layer[i] && scalesWork(kind, i))
      useful *= static_cast<double>(layer[i]) / static_cast<double>(rounded[i]);
  return 1 - useful;
}

std::vector<Headroom> Lattice::headroom(const Layer &layer) const {
  Layer rounded = queryPoint(layer);
  std::vector<Headroom> result;
  for (unsigned i = 0, end = layer.numDims(); i < end; ++i)
    if (rounded[i] != layer[i])
      result.push_back({i, layer[i], rounded[i]});
  return result;
}

bool Lattice::isTrivial() const {
  return std::none_of(steps.begin(), steps.end(),
                      [](const Step &step) { return step.width > 1; });
}

bool Lattice::hasSteps(Resource resource) const {
  return std::any_of(steps.begin(), steps.end(), [&](const Step &step) {
    return step.width > 1 && step.resource == resource;
  });
}

//===----------------------------------------------------------------------===//
// Checks
//===----------------------------------------------------------------------===//

static Expected<void> checkStep(const KindInfo &info, const Step &step) {
  std::string kind(info.name);
  if (step.dim >= info.dims.size())
    return invalidInput("a step names a dimension that " + kind +
                        " does not have");
  const DimInfo &dim = info.dims[step.dim];
  std::string name = "the step of '" + std::string(dim.name) + "' of " + kind;
  if (!mayHaveSteps(dim))
    return invalidInput(name + " is not on an extent, an output, a kernel or "
                               "a count, the dimensions that can be rounded");
  if (step.width < 1 || step.width > kMaxCount)
    return invalidInput(name + " has width " + std::to_string(step.width) +
                        ", expected 1 to 2^62");
  if (step.offset < -kMaxCount || step.offset > kMaxCount)
    return invalidInput(name + " has offset " + std::to_string(step.offset) +
                        ", expected -2^62 to 2^62");
  if (step.regionLow > step.regionHigh)
    return invalidInput(name + " has the empty region " +
                        std::to_string(step.regionLow) + " to " +
                        std::to_string(step.regionHigh));
  return {};
}

Expected<void> pr::checkLattice(const Lattice &lattice) {
  const KindInfo &info = kindInfo(lattice.kind);
  for (const Step &step : lattice.steps)
    if (auto ok = checkStep(info, step); !ok)
      return ok;
  for (unsigned i = 0; i < info.dims.size(); ++i)
    if (lattice.maximum[i] < 0 || lattice.maximum[i] > kMaxCount)
      return invalidInput(
          "the legal maximum of '" + std::string(info.dims[i].name) + "' of " +
          std::string(info.name) + " is " + std::to_string(lattice.maximum[i]) +
          ", expected 0 (unlimited) to 2^62");
  return {};
}
